//go:build !linux

package rawip

import (
	"fmt"
	"runtime"

	"github.com/gosctp/sctp/transport"
)

// Transport is a carrier over raw IP, of which there is none on this system.
type Transport struct{ transport.Transport }

// Open fails: raw IP is implemented for Linux only.
func Open(Config) (*Transport, error) {
	return nil, fmt.Errorf("SCTP over raw IP is not implemented on %s; use sctp/udp", runtime.GOOS)
}

// SetPorts is never called, since there is no Transport.
func (t *Transport) SetPorts(ports []uint16, ootb bool) error { return nil }
