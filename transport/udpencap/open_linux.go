package udpencap

import (
	"net/netip"

	"github.com/gosctp/sctp/transport/internal/mmsg"
)

// sockets is what does the work on this system.
type sockets struct {
	*mmsg.Group
	queues int
}

// writers is one for each queue of an address.
func (s sockets) writers() int { return s.queues }

func open(c Config, port uint16) (*Transport, error) {
	addrs := c.LocalAddrs
	if len(addrs) == 0 {
		addrs = []netip.Addr{netip.IPv4Unspecified(), netip.IPv6Unspecified()}
	}
	conns, bound, port, err := listen(addrs, port)
	if err != nil {
		return nil, err
	}
	queues := min(max(c.Queues, 1), MaxQueues)
	var list []mmsg.Bound
	for i, conn := range conns {
		list = append(list, mmsg.Bound{Conn: conn, Addr: bound[i]})
	}
	if queues > 1 {
		if list, err = split(list, port, queues); err != nil {
			mmsg.CloseAll(list)
			return nil, err
		}
	}
	g, err := mmsg.NewGroup(list, mmsg.Options{
		UDP:            true,
		PeerPort:       c.PeerPort,
		BufferSize:     c.BufferSize,
		NoSegmentation: c.NoSegmentation,
		Polled:         c.Polled,
		BusyPoll:       c.BusyPoll,
	})
	if err != nil {
		return nil, err
	}
	return &Transport{sockets: sockets{g, queues}, port: port}, nil
}
