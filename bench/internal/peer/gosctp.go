package peer

import (
	"context"

	"github.com/gosctp/sctp"
)

// gosctp is this module, on one of its networks, with the buffers that it chooses itself.
type gosctp struct {
	network string
	config  sctp.Config
}

// newSpinning is for a process that looks for packets as long as spinning does before it sleeps.
func newSpinning(network string) Peer {
	sctp.SetBusyPoll(spinFor)
	return gosctp{network: network}
}

func (p gosctp) Listen(addr string) (Listener, error) {
	config := sctp.ListenConfig{Config: p.config, Backlog: 1024}
	l, err := config.Listen(context.Background(), p.network, addr)
	return gosctpListener{l}, err
}

func (p gosctp) Dial(addr string) (Conn, error) {
	dialer := sctp.Dialer{Config: p.config}
	c, err := dialer.DialSCTP(context.Background(), p.network, addr)
	return gosctpConn{c}, err
}

type gosctpListener struct{ *sctp.Listener }

func (l gosctpListener) Accept() (Conn, error) {
	c, err := l.AcceptSCTP()
	return gosctpConn{c}, err
}

type gosctpConn struct{ *sctp.Conn }

func (c gosctpConn) Send(message []byte) error {
	_, err := c.WriteMsg(message, nil)
	return err
}

func (c gosctpConn) Recv(buf []byte) (int, error) {
	n, _, err := c.ReadMsg(buf)
	return n, err
}

func (c gosctpConn) Close() error { return c.Abort("") }
