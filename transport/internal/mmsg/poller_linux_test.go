package mmsg

import (
	"errors"
	"net"
	"syscall"
	"testing"

	"github.com/gosctp/sctp/transport"
	"github.com/gosctp/sctp/transport/internal/carriertest"
)

// stubbornConn is a UDP socket that the runtime poller takes for broken, as it does after EPOLLERR alone.
type stubbornConn struct{ *net.UDPConn }

func (c stubbornConn) SyscallConn() (syscall.RawConn, error) {
	raw, err := c.UDPConn.SyscallConn()
	return stubbornRaw{raw}, err
}

type stubbornRaw struct{ syscall.RawConn }

func (stubbornRaw) Read(func(uintptr) bool) error { return errors.New("not pollable") }

func TestReadingGoesOnWhenThePollerGivesUp(t *testing.T) {
	addr := carriertest.Loopback["IPv4"]
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: addr.AsSlice()})
	if err != nil {
		t.Fatal(err)
	}
	g, err := NewGroup([]Bound{{Conn: stubbornConn{conn}, Addr: addr}}, Options{UDP: true})
	if err != nil {
		t.Fatal(err)
	}
	r := carriertest.Read(t, &carrier{g})
	port := conn.LocalAddr().(*net.UDPAddr).AddrPort().Port()
	for _, d := range packets(transport.Path{Local: addr, Remote: addr, EncapPort: port}, 5, 100) {
		carriertest.Write(t, &carrier{g}, d)
		carriertest.Want(t, "packets arrive all the same", r.Next(t), d)
	}
	g.Close()
	if err := r.Err(t); !errors.Is(err, net.ErrClosed) {
		t.Errorf("reading ends with %v, want net.ErrClosed", err)
	}
}
