package dtls

import (
	"context"
	"crypto/x509"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	pion "github.com/pion/dtls/v3"

	"github.com/gosctp/sctp/transport"
)

// Peer is a DTLS connection, and who is at its other end.
type Peer struct {
	t    *Transport
	link *link
	conn *pion.Conn
	// accepted: the other side began it.
	accepted bool
	// ctx ends with the connection, and cancel ends a handshake.
	ctx    context.Context
	cancel context.CancelFunc
	// cookie ends a handshake of a peer that does not return the cookie.
	cookie *time.Timer
	// ip and overhead are set when the connection is established.
	ip       netip.Addr
	overhead int
	// path and id, its connection identifier, are guarded by Transport.mu, path also by pathMu; left: it is not among the handshakes any
	// more.
	pathMu sync.Mutex
	path   transport.Path
	id     string
	left   bool

	ended sync.Once
	// established: the handshake is complete. answered: something came. sealed: something came that only a key can open. noListener: a host said that nobody is there.
	established, answered, sealed, noListener atomic.Bool
	// active: something was sent or received since the last round of closeIdle, which alone uses idleRounds.
	active     atomic.Bool
	idleRounds int
}

func (t *Transport) newPeer(path transport.Path) *Peer {
	p := &Peer{t: t, path: path}
	p.ctx, p.cancel = context.WithCancel(t.ctx)
	p.link = newLink(p, path)
	return p
}

// IP is the address by which this carrier knows the peer.
func (p *Peer) IP() netip.Addr { return p.ip }

// Addr is the address of the peer's SCTP port, for a Dialer with this carrier.
func (p *Peer) Addr(port uint16) string { return netip.AddrPortFrom(p.ip, port).String() }

// UDPAddr is where the peer's records come from, which may change.
func (p *Peer) UDPAddr() netip.AddrPort {
	w := p.way()
	return netip.AddrPortFrom(w.Remote, w.EncapPort)
}

// Certificates are those that the peer has shown, its own first; none where it did not have to.
func (p *Peer) Certificates() []*x509.Certificate {
	var all []*x509.Certificate
	state, _ := p.conn.ConnectionState()
	for _, raw := range state.PeerCertificates {
		if c, err := x509.ParseCertificate(raw); err == nil {
			all = append(all, c)
		}
	}
	return all
}

// PSKIdentity is the identity of a client with a PSK, or the hint of a server.
func (p *Peer) PSKIdentity() []byte {
	state, _ := p.conn.ConnectionState()
	return state.IdentityHint
}

// CipherSuite is the name of the cipher suite.
func (p *Peer) CipherSuite() string {
	state, _ := p.conn.ConnectionState()
	return pion.CipherSuiteName(state.CipherSuiteID)
}

// Close tells the peer that the connection is over. Its associations end.
func (p *Peer) Close() error {
	p.end(errClosedHere)
	return nil
}

// way is the present path of records to the peer.
func (p *Peer) way() transport.Path {
	p.pathMu.Lock()
	defer p.pathMu.Unlock()
	return p.path
}

func (p *Peer) setWay(path transport.Path) {
	p.pathMu.Lock()
	defer p.pathMu.Unlock()
	p.path = path
}

// heard notes what a datagram says about how far the handshake is, and reports whether it is one for the connection.
func (p *Peer) heard(data []byte) bool {
	fit, sealed := inspect(data, p.accepted, p.established.Load())
	if fit {
		p.answered.Store(true)
	}
	if sealed {
		p.sealed.Store(true)
	}
	return fit
}

// refused ends a handshake: a host says that nobody listens there. Whoever answered is believed instead.
func (p *Peer) refused() {
	if !p.answered.Load() {
		p.noListener.Store(true)
		p.cancel()
	}
}

// measure finds out how much larger than a packet its datagram is, connection identifier included, with a record that does not leave.
func (p *Peer) measure() {
	p.link.measuring.Store(true)
	// Without a connection any more, it does not matter.
	_, _ = p.conn.Write(nil)
	p.link.measuring.Store(false)
	p.overhead = int(p.link.measured.Load())
}

// write encrypts a packet.
func (p *Peer) write(d *transport.Datagram) {
	flags := uint32(d.DSCP & flagDSCP)
	if d.MayFragment {
		flags |= flagFragment
	}
	if d.Probe {
		flags |= flagProbe
	}
	p.link.flags.Store(flags)
	p.active.Store(true)
	// An error means that the connection has ended, of which pump hears.
	_, _ = p.conn.Write(d.Data)
}

// drainReads is how often the connection is read after its end: of an end and a last packet that have both come it tells either, by chance.
const drainReads = 32

// pump takes what is decrypted, until the connection ends.
func (p *Peer) pump() {
	for left := drainReads; left > 0; {
		buf := bufferFor(maxRecord)
		n, err := p.conn.Read(buf.data)
		switch {
		case err != nil && isEnd(err):
			left--
			buf.free()
			continue
		case err != nil || n == 0:
			// A warning, or a record that says nothing: the connection goes on.
			buf.free()
			continue
		}
		p.active.Store(true)
		if !p.t.in.add(transport.Datagram{Path: pathTo(p.ip), Data: buf.data[:n:n]}, buf) {
			buf.free()
			break
		}
	}
	p.end(errClosedByPeer)
}

// end ends an established connection; the first reason counts.
func (p *Peer) end(why error) {
	p.ended.Do(func() {
		p.t.in.notice(disconnected(p.ip, why.Error())) // before packets get the answer that there is no connection
		p.t.forget(p)
		p.cancel()
		// The peer hears of it if it can: by an alert that may be lost.
		_ = p.conn.Close()
	})
}
