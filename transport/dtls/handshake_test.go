package dtls

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gosctp/sctp/simnet"
)

// TestHandshakesThatFail: each side hears why.
func TestHandshakesThatFail(t *testing.T) {
	ca, others := newAuthority(t), newAuthority(t)
	ours, theirs := ca.pair(t)
	mutual := ours
	mutual.ClientAuth, mutual.ClientCAs = tls.RequireAndVerifyClientCert, ca.pool()
	stranger := theirs
	stranger.Certificates = []tls.Certificate{others.issue(t, "client")}
	otherName := theirs
	otherName.ServerName = "elsewhere.example"
	picky := theirs
	picky.VerifyPeerCertificate = func([][]byte, [][]*x509.Certificate) error { return errors.New("not my type") }
	unknown := withKey("hint", "secret")
	unknown.PSK = func([]byte) ([]byte, error) { return nil, errors.New("who is that?") }

	for name, c := range map[string]struct {
		server, client Config
		// what errors say
		serverSays, clientSays string
		alert                  tls.AlertError
	}{
		"unknown authority":      {ours, Config{RootCAs: others.pool()}, "tls: bad certificate", "unknown authority", 0},
		"another name":           {ours, otherName, "tls: bad certificate", "not elsewhere.example", 0},
		"no client certificate":  {mutual, theirs, "", "the peer refuses", 0},
		"a stranger's":           {mutual, stranger, "unknown authority", "tls: bad certificate", 42},
		"its user refuses":       {ours, picky, "tls: bad certificate", "not my type", 0},
		"another key":            {withKey("hint", "one"), withKey("client", "other"), "keys differ", "keys differ", 0},
		"an unknown identity":    {unknown, withKey("client", "other"), "who is that?", "tls: internal error", 80},
		"key here, not there":    {ours, withKey("client", "secret"), "", "the peer refuses", 0},
		"certificate, not there": {withKey("hint", "secret"), theirs, "", "the peer refuses", 0},
	} {
		t.Run(name, func(t *testing.T) {
			simulate(t, func(t *testing.T, w *world) {
				heard := make(chan error, 1)
				c.server.OnHandshakeError = func(peer netip.AddrPort, err error) {
					if peer != netip.AddrPortFrom(clientIP, clientPort) {
						t.Errorf("a handshake with %v", peer)
					}
					heard <- err
				}
				server, client := w.listen(c.server), w.open(c.client)
				_, err := client.Dial(context.Background(), serverAt)
				var failed *HandshakeError
				if !errors.As(err, &failed) || failed.Peer != netip.AddrPortFrom(serverIP, serverPort) || !strings.Contains(err.Error(), c.clientSays) {
					t.Errorf("the client says %v, want it to say %q", err, c.clientSays)
				}
				if a := tls.AlertError(0); c.alert != 0 && (!errors.As(err, &a) || a != c.alert) {
					t.Errorf("the client has heard alert %d, want %d", a, c.alert)
				}
				if err := <-heard; !errors.As(err, &failed) || !strings.Contains(err.Error(), c.serverSays) {
					t.Errorf("the server says %v, want it to say %q", err, c.serverSays)
				}
				synctest.Wait()
				if n := server.Counters(); n.Failed != 1 || n.Accepted != 0 || server.kept() != (kept{}) {
					t.Errorf("the server has counted %+v, and keeps %+v", n, server.kept())
				}
				if client.kept() != (kept{}) {
					t.Error("the client keeps something of it")
				}
			})
		})
	}
}

func TestNoAnswer(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		client := w.open(withKey("client", "secret"))
		_, err := client.Dial(context.Background(), serverAt) // the host has no carrier
		if failed := (*HandshakeError)(nil); !errors.Is(err, ErrNoAnswer) || !errors.As(err, &failed) || !failed.Timeout() {
			t.Errorf("after %v: %v", w.elapsed(), err)
		}
		if w.elapsed() != DefaultHandshakeTimeout {
			t.Errorf("it took %v, want %v", w.elapsed(), DefaultHandshakeTimeout)
		}
	})
}

// The server's flight is too large for the way back, and the client's gives up.
func TestAnswerThatStops(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		s, c := newAuthority(t).pair(t)
		w.listen(s)
		w.link(simnet.Link{MTU: 300, BlackHole: true})
		client := w.open(c)
		if _, err := client.Dial(context.Background(), serverAt); !errors.Is(err, ErrStopped) {
			t.Errorf("after %v: %v", w.elapsed(), err)
		}
	})
}

func TestNobodyListens(t *testing.T) {
	silent, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	to := silent.LocalAddr().String()
	silent.Close()
	if _, _, err := Dial(within(t), to, withKey("client", "secret")); !errors.Is(err, ErrNoListener) {
		t.Errorf("at a port that nobody has: %v", err)
	}
}

func TestDialEndsWithItsContext(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		ctx, cancel := context.WithCancel(context.Background())
		time.AfterFunc(time.Second, cancel)
		client := w.open(withKey("client", "secret"))
		if _, err := client.Dial(ctx, serverAt); !errors.Is(err, context.Canceled) || w.elapsed() != time.Second {
			t.Errorf("after %v: %v", w.elapsed(), err)
		}
		time.AfterFunc(time.Second, func() { client.Close() })
		if _, err := client.Dial(context.Background(), serverAt); !errors.Is(err, net.ErrClosed) {
			t.Errorf("of a carrier that is closed: %v", err)
		}
		if _, err := client.Dial(context.Background(), serverAt); !errors.Is(err, net.ErrClosed) {
			t.Errorf("of a carrier that was closed before: %v", err)
		}
	})
}

func TestOneConnectionForEachAddress(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		_, client, _ := w.pair(withKey("hint", "secret"), withKey("client", "secret"))
		if _, err := client.Dial(context.Background(), serverAt); !errors.Is(err, errConnected) {
			t.Errorf("the second: %v", err)
		}
	})
}

func TestClientWithoutIdentity(t *testing.T) {
	c := withKey("", "secret")
	if _, _, err := Dial(within(t), "127.0.0.1:9", c); err != errNoIdentity {
		t.Error(err)
	}
}

// Lost flights are sent again.
func TestHandshakeOverABadNetwork(t *testing.T) {
	for name, c := range configs(t) {
		t.Run(name, func(t *testing.T) {
			simulate(t, func(t *testing.T, w *world) {
				w.link(simnet.Link{Delay: 5 * time.Millisecond, Loss: 0.02, Duplicate: 0.05, Reorder: 0.05, Corrupt: 0.01})
				server, client, peer := w.pair(c[0], c[1])
				serve(t, server)
				conn := connect(t, client, peer)
				for range 20 {
					exchange(t, conn, 20_000)
				}
				if n := conn.Status().Stats.Retransmitted; n == 0 {
					t.Error("nothing was lost")
				}
				conn.Shutdown(within(t))
			})
		})
	}
}

// A carrier that listens dials, too, from the same port; and one that cannot have credentials for that does not listen.
func TestListenersDialEachOther(t *testing.T) {
	both := withKey("somebody", "secret")
	first, _ := listen(t, both)
	second, to := listen(t, both)
	serve(t, second)
	peer, err := first.Dial(within(t), to)
	if err != nil {
		t.Fatal(err)
	}
	exchange(t, connect(t, first, peer), 10_000)
	if got := second.Peers()[0].UDPAddr().String(); got != at(first) {
		t.Errorf("the connection comes from %v, want %v", got, at(first))
	}
	bad := Config{Certificates: []tls.Certificate{{Certificate: [][]byte{{1}}, PrivateKey: "none"}}}
	if l, err := Listen("127.0.0.1:0", bad); err == nil {
		l.Close()
		t.Error("a certificate with a key that is none is good enough")
	}
	if _, _, err := Dial(within(t), to, bad); err == nil {
		t.Error("also to dial")
	}
	simulate(t, func(t *testing.T, w *world) {
		server := w.listen(bad)
		server.receive(forgedFrom(clientIP, clientPort, clientHello(t)))
		if n := server.Counters(); n.Refused != 1 || server.kept() != (kept{}) {
			t.Errorf("%+v, %+v", n, server.kept())
		}
	})
}
