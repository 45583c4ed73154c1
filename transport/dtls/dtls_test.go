package dtls

import (
	"io"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/net/nettest"

	"github.com/gosctp/sctp"
	"github.com/gosctp/sctp/internal/wire"
	"github.com/gosctp/sctp/transport"
	"github.com/gosctp/sctp/transport/internal/carriertest"
	"github.com/gosctp/sctp/transport/pcap"
)

// configs are the kinds of credentials.
func configs(t *testing.T) map[string][2]Config {
	server, client := newAuthority(t).pair(t)
	return map[string][2]Config{
		"certificate": {server, client},
		"key":         {withKey("hint", "secret"), withKey("client 1", "secret")},
	}
}

func TestMessagesOfAllSizes(t *testing.T) {
	for name, c := range configs(t) {
		t.Run(name, func(t *testing.T) {
			server, to := listen(t, c[0])
			serve(t, server)
			client, peer := dial(t, to, c[1])
			conn := connect(t, client, peer)
			for _, size := range []int{1, 100, 1200, 5000, 300_000} {
				exchange(t, conn, size)
			}
			if err := conn.Shutdown(within(t)); err != nil {
				t.Error(err)
			}
		})
	}
}

// A Conn is a net.Conn as package net's own tests understand it.
func TestConn(t *testing.T) {
	s, c := newAuthority(t).pair(t)
	nettest.TestConn(t, func() (client, server net.Conn, stop func(), err error) {
		st, to := listen(t, s)
		lc := sctp.ListenConfig{Carrier: st}
		l, err := lc.Listen(t.Context(), "sctp", ":7")
		if err != nil {
			return nil, nil, nil, err
		}
		ct, peer := dial(t, to, c)
		client = connect(t, ct, peer)
		if server, err = l.Accept(); err != nil {
			return nil, nil, nil, err
		}
		return client, server, func() {
			client.Close()
			server.Close()
			l.Close()
			ct.Close()
			st.Close()
		}, nil
	})
}

// The packets inside: no checksum once the handshake is over (RFC 9653 section 6), no ECN, no addresses (RFC 8261 section 6.1).
func TestPacketsInside(t *testing.T) {
	s, c := newAuthority(t).pair(t)
	server, to := listen(t, s)
	serve(t, server)
	client, peer := dial(t, to, c)
	var zero, sealed, handshakes, marked atomic.Int32
	tap := pcap.Tap(client, func(_ pcap.Direction, d *transport.Datagram) {
		h, err := wire.ParseHeader(d.Data)
		if err != nil {
			t.Error(err)
			return
		}
		if h.Checksum == 0 {
			zero.Add(1)
		} else {
			sealed.Add(1)
		}
		if d.ECN != transport.NotECT {
			marked.Add(1)
		}
		chunk, _, err := wire.NextChunk(d.Data[wire.HeaderLen:])
		if err != nil || chunk.Type != wire.ChunkInit && chunk.Type != wire.ChunkInitAck {
			return
		}
		handshakes.Add(1)
		in, err := wire.ParseInit(chunk)
		if err != nil {
			t.Error(err)
			return
		}
		for rest := in.Params; len(rest) > 0; {
			var p wire.Param
			if p, rest, err = wire.NextParam(rest); err != nil {
				t.Error(err)
				return
			}
			if slices.Contains([]wire.ParamType{wire.ParamIPv4, wire.ParamIPv6, wire.ParamSupportedAddressTypes}, p.Type) {
				t.Errorf("%v has the parameter %v", chunk.Type, p.Type)
			}
		}
	})
	d := sctp.Dialer{Carrier: tap}
	conn, err := d.DialSCTP(within(t), "sctp", peer.Addr(7))
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		exchange(t, conn, 50_000)
	}
	if x := conn.Status().Extensions; !x.Has(sctp.ZeroChecksum) || x.Has(sctp.ECN) {
		t.Errorf("extensions in use: %v", x)
	}
	conn.Shutdown(within(t))
	client.Close()
	if zero.Load() < 100 || sealed.Load() > 5 || handshakes.Load() != 2 || marked.Load() > 0 {
		t.Errorf("%d packets without and %d with a checksum, %d INIT and INIT ACK, %d for ECN", zero.Load(), sealed.Load(), handshakes.Load(), marked.Load())
	}
}

// One connection has associations of several ports and of both directions.
func TestManyAssociationsOverOneConnection(t *testing.T) {
	s, c := newAuthority(t).pair(t)
	server, to := listen(t, s)
	serve(t, server)
	client, peer := dial(t, to, c)
	serve(t, client)
	for range 10 {
		exchange(t, connect(t, client, peer), 1000)
	}
	back := server.Peers()
	if len(back) != 1 {
		t.Fatalf("the server has %d connections", len(back))
	}
	exchange(t, connect(t, server, back[0]), 1000)
	if n := server.Counters(); n.Accepted != 1 {
		t.Errorf("%+v", n)
	}
}

func TestWhoThePeerIs(t *testing.T) {
	ca := newAuthority(t)
	s, c := ca.pair(t)
	s.ClientAuth, s.ClientCAs = 4, ca.pool() // tls.RequireAndVerifyClientCert
	c.Certificates = append(c.Certificates, ca.issue(t, "client"))
	server, to := listen(t, s)
	_, peer := dial(t, to, c)
	if got := peer.Certificates(); len(got) != 1 || got[0].Subject.CommonName != "server" {
		t.Errorf("the server shows %v", got)
	}
	if peer.UDPAddr().String() != to || peer.IP() == LocalAddr() || !peer.IP().IsLinkLocalUnicast() {
		t.Errorf("the server is %v at %v, dialled was %v", peer.IP(), peer.UDPAddr(), to)
	}
	if !strings.HasPrefix(peer.CipherSuite(), "TLS_ECDHE_") || !strings.HasSuffix(peer.CipherSuite(), "GCM_SHA256") {
		t.Errorf("the cipher suite is %v", peer.CipherSuite())
	}
	eventually(t, "the server has the connection", func() bool { return len(server.Peers()) == 1 }, seen(server))
	back := server.Peers()[0]
	if got := back.Certificates(); len(got) != 1 || got[0].Subject.CommonName != "client" {
		t.Errorf("the client shows %v", got)
	}
	if server.Peer(back.IP()) != back || server.Peer(LocalAddr()) != nil {
		t.Error("the connection is not found by its address")
	}
}

func TestWhoAClientWithAKeyIs(t *testing.T) {
	asked := make(chan string, 10)
	s := withKey("hint", "secret")
	s.PSK = func(identity []byte) ([]byte, error) {
		asked <- string(identity)
		return []byte("secret"), nil
	}
	server, to := listen(t, s)
	_, peer := dial(t, to, withKey("client 1", "secret"))
	if got := <-asked; got != "client 1" {
		t.Errorf("the server was asked for the key of %q", got)
	}
	if !strings.HasPrefix(peer.CipherSuite(), "TLS_ECDHE_PSK_") || len(peer.Certificates()) > 0 {
		t.Errorf("the cipher suite is %v: without forward secrecy, or with certificates", peer.CipherSuite())
	}
	eventually(t, "the server has the connection", func() bool { return len(server.Peers()) == 1 }, seen(server))
	if got := string(server.Peers()[0].PSKIdentity()); got != "client 1" {
		t.Errorf("the client is %q", got)
	}
}

func TestProperties(t *testing.T) {
	s, c := newAuthority(t).pair(t)
	server, to := listen(t, s)
	client, peer := dial(t, to, c)
	if got, want := server.Caps(), (transport.Caps{ErrorDetection: transport.DTLS, FirstHopMTU: true}); got != want {
		t.Errorf("Caps are %+v, want %+v", got, want)
	}
	addrs, err := client.LocalAddrs()
	if err != nil || !slices.Equal(addrs, []netip.Addr{LocalAddr()}) || client.AddrChanges() != nil || client.Queues() != 1 {
		t.Errorf("addresses are %v (%v), in %d queues", addrs, err, client.Queues())
	}
	// A record of AES-GCM: header 13, explicit nonce 8, tag 16; and with a connection identifier 8 of that and 1 for the type inside.
	if got, want := peer.overhead, 13+8+16+idLength+1; got != want {
		t.Errorf("a packet of the client is %d bytes larger outside, want %d", got, want)
	}
	if got, want := client.MTU(pathTo(peer.IP())), maxRecord-peer.overhead; got != want {
		t.Errorf("MTU on loopback is %d, want %d", got, want)
	}
	if got := client.MTU(pathTo(LocalAddr())); got != safeMTU {
		t.Errorf("MTU to nobody is %d, want %d", got, safeMTU)
	}
	if client.LocalPort() == 0 || client.Unwrap() == nil {
		t.Error("the carrier underneath is not known")
	}
}

func TestAddressesToListenAt(t *testing.T) {
	s := withKey("hint", "secret")
	for _, bad := range []string{"", "127.0.0.1", "nonsense.invalid:1", "127.0.0.1:nonsense"} {
		if l, err := Listen(bad, s); err == nil {
			l.Close()
			t.Errorf("listening at %q succeeds", bad)
		}
	}
	if _, err := Listen("127.0.0.1:0", Config{}); err != errNoCredentials {
		t.Errorf("without credentials: %v", err)
	}
	everywhere, err := Listen(":0", s)
	if err != nil {
		t.Fatal(err)
	}
	defer everywhere.Close()
	if _, err := Listen(netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), everywhere.LocalPort()).String(), s); err == nil {
		t.Error("the port is free, though somebody listens there")
	}
	_, peer := dial(t, at(everywhere), withKey("client", "secret"))
	if _, err := everywhere.Dial(within(t), "no port"); err == nil {
		t.Error("dialling nonsense succeeds")
	}
	peer.Close()
}

// The last packets of an association arrive before the end of its connection does, and count.
func TestShutdownThenClose(t *testing.T) {
	s, c := newAuthority(t).pair(t)
	server, to := listen(t, s)
	lc := sctp.ListenConfig{Carrier: server}
	l, err := lc.Listen(t.Context(), "sctp", ":7")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for range 20 {
		client, peer := dial(t, to, c)
		conn := connect(t, client, peer)
		accepted, err := l.AcceptSCTP()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := conn.Write([]byte("the last words")); err != nil {
			t.Fatal(err)
		}
		if err := conn.Shutdown(within(t)); err != nil {
			t.Fatal(err)
		}
		client.Close()
		accepted.SetReadDeadline(time.Now().Add(patience))
		if words, err := io.ReadAll(accepted); err != nil || string(words) != "the last words" {
			t.Fatalf("the server has read %q, %v", words, err)
		}
		accepted.Close()
	}
}

// What the engine asks of a packet's IP header goes through (RFC 8261 section 5).
func TestWhatPacketsAskForGoesThrough(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		var seen []transport.Datagram
		server := w.listen(withKey("hint", "secret"))
		client := New(pcap.Tap(w.client.Transport(), func(way pcap.Direction, d *transport.Datagram) {
			if way == pcap.Out {
				seen = append(seen, *d)
			}
		}), withKey("client", "secret"), false)
		w.carriers = append(w.carriers, client)
		peer := w.dial(client)
		seen = nil
		carriertest.Write(t, client,
			transport.Datagram{Path: pathTo(peer.IP()), Data: make([]byte, 100), DSCP: 46},
			transport.Datagram{Path: pathTo(peer.IP()), Data: make([]byte, 100), MayFragment: true},
			transport.Datagram{Path: pathTo(peer.IP()), Data: make([]byte, 100), Probe: true},
			transport.Datagram{Path: pathTo(peer.IP()), Data: make([]byte, 100)})
		synctest.Wait()
		if len(seen) != 4 || seen[0].DSCP != 46 || seen[1].DSCP != 0 || !seen[1].MayFragment || seen[2].MayFragment || !seen[2].Probe || seen[3].Probe {
			t.Errorf("%+v", seen)
		}
		for _, d := range seen {
			if len(d.Data) != 100+peer.overhead {
				t.Errorf("a datagram of %d bytes, want %d", len(d.Data), 100+peer.overhead)
			}
		}
		server.Close()
	})
}

// The only path of an association fails when it does (RFC 8261 section 6.1).
func TestPathFailsWithItsAssociation(t *testing.T) {
	s, c := newAuthority(t).pair(t)
	server, to := listen(t, s)
	serve(t, server)
	client, peer := dial(t, to, c)
	for want, config := range map[int]sctp.Config{10: {}, 7: {AssocMaxRetrans: 7}, 3: {PathMaxRetrans: 3}} {
		d := sctp.Dialer{Carrier: client, Config: config}
		conn, err := d.DialSCTP(within(t), "sctp", peer.Addr(7))
		if err != nil {
			t.Fatal(err)
		}
		if p, err := conn.PathParams(peer.IP()); err != nil || p.PathMaxRetrans != want {
			t.Errorf("Path.Max.Retrans is %d (%v), want %d", p.PathMaxRetrans, err, want)
		}
		conn.Close()
	}
}
