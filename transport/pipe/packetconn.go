package pipe

import "net"

// Connect makes a connection of a net.PacketConn for [New]: messages go to peer, and those from others are dropped.
func Connect(pc net.PacketConn, peer net.Addr) net.Conn { return &connected{pc, peer, peer.String()} }

// connected is a net.PacketConn with one peer.
type connected struct {
	net.PacketConn
	peer net.Addr
	name string // of peer
}

func (c *connected) Read(p []byte) (int, error) {
	for {
		n, from, err := c.ReadFrom(p)
		if err != nil || from.String() == c.name {
			return n, err
		}
	}
}

func (c *connected) Write(p []byte) (int, error) { return c.WriteTo(p, c.peer) }

func (c *connected) RemoteAddr() net.Addr { return c.peer }
