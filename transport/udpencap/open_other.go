//go:build !linux

package udpencap

// sockets is what does the work on this system.
type sockets = *portable

// writers is one at a time.
func (p *portable) writers() int { return 1 }

func open(c Config, port uint16) (*Transport, error) {
	p, port, err := openPortable(c, port)
	if err != nil {
		return nil, err
	}
	return &Transport{sockets: p, port: port}, nil
}
