package sctp_test

import (
	"context"
	"fmt"
	"io"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gosctp/sctp"
	"github.com/gosctp/sctp/simnet"
)

// natted is a server and hosts behind a NAT in virtual time, in UDP.
type natted struct {
	t      *testing.T
	net    *simnet.Network
	box    *simnet.NAT
	server *side
	hosts  []*side
}

const nattedServer = "198.51.100.1:3868"

// behindNAT runs f with so many hosts behind a box that behaves by these rules.
func behindNAT(t *testing.T, hosts int, r simnet.NATRules, f func(t *testing.T, n *natted)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		n := &natted{t: t, net: simnet.New(1)}
		n.net.SetDefault(simnet.Link{Delay: 10 * time.Millisecond})
		n.box = n.net.AddNAT(netip.MustParseAddr("203.0.113.1"), netip.MustParsePrefix("192.168.0.0/24"), r)
		n.server = newSide(n.net, "server", "198.51.100.1")
		sides := []*side{n.server}
		for i := range hosts {
			h := newSide(n.net, fmt.Sprint("host ", i), fmt.Sprintf("192.168.0.%d", i+1))
			n.hosts = append(n.hosts, h)
			sides = append(sides, h)
		}
		for _, s := range sides {
			s.host.SetEncapPort(sctp.DefaultEncapPort)
		}
		f(t, n)
		synctest.Wait()
		for _, s := range sides {
			s.carrier.Close()
		}
		synctest.Wait()
	})
}

// dial connects a host from the SCTP port that all of them have.
func (n *natted) dial(i int) *sctp.Conn {
	n.t.Helper()
	d := n.hosts[i].dialer()
	d.LocalAddr = &sctp.Addr{Port: 5000}
	c, err := d.DialSCTP(n.t.Context(), "sctp", nattedServer)
	if err != nil {
		n.t.Fatal(err)
	}
	return c
}

// want reads a message.
func (n *natted) want(c *sctp.Conn, text string) {
	n.t.Helper()
	ctx, cancel := context.WithTimeout(n.t.Context(), time.Hour)
	defer cancel()
	m, err := c.ReadMessage(ctx, 1000)
	if err != nil || string(m.Data) != text {
		n.t.Fatalf("read %q, %v; want %q", m.Data, err, text)
	}
}

func TestServerTellsHostsBehindOneNATApart(t *testing.T) {
	behindNAT(t, 3, simnet.NATRules{}, func(t *testing.T, n *natted) {
		server := n.server.open(t, nattedServer)
		defer server.Close()
		var conns []*sctp.Conn
		for i := range n.hosts {
			c := n.dial(i)
			defer c.Close()
			conns = append(conns, c)
			if _, err := fmt.Fprintf(c, "from %d", i); err != nil {
				t.Fatal(err)
			}
		}
		ids := make(map[sctp.AssocID]bool)
		for range n.hosts {
			var buf [100]byte
			size, info, err := server.Recv(buf[:])
			if err != nil {
				t.Fatal(err)
			}
			ids[info.AssocID] = true
			peer, err := server.PeerAddr(info.AssocID)
			if err != nil {
				t.Fatal(err)
			}
			// The UDP port in the address is what tells this peer from the others.
			if id, err := server.SendTo(t.Context(), append([]byte("answer "), buf[:size]...), peer, nil); err != nil || id != info.AssocID {
				t.Errorf("to %v: association %d, %v; want %d", peer, id, err, info.AssocID)
			}
		}
		if len(ids) != len(n.hosts) {
			t.Errorf("associations %v", ids)
		}
		for i, c := range conns {
			n.want(c, fmt.Sprintf("answer from %d", i))
		}
	})
}

// The usual interval of HEARTBEATs keeps a NAT from forgetting, and without them it forgets.
func TestIdleAssociationKeepsTheNATAwake(t *testing.T) {
	for _, c := range []struct {
		interval time.Duration
		arrives  bool
	}{{0, true}, {-1, false}} {
		behindNAT(t, 1, simnet.NATRules{Timeout: 30 * time.Second}, func(t *testing.T, n *natted) {
			n.server.config.HBInterval, n.hosts[0].config.HBInterval = c.interval, c.interval
			n.server.config.AssocMaxRetrans = 2
			l, err := n.server.listenConfig().Listen(t.Context(), "sctp", nattedServer)
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			client := n.dial(0)
			defer client.Abort("over")
			server, err := l.AcceptSCTP()
			if err != nil {
				t.Fatal(err)
			}
			defer server.Close()
			time.Sleep(time.Hour)
			asked := time.Now()
			if _, err := io.WriteString(server, "still there?"); err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			_, err = client.ReadMessage(ctx, 1000)
			if took := time.Since(asked); (err == nil) != c.arrives || c.arrives && took > 100*time.Millisecond {
				t.Errorf("HEARTBEATs %v: after %v, %v", c.interval, took, err)
			}
			if s := client.Status(); c.arrives && s.Stats.Timeouts+server.Status().Stats.PortChanges != 0 {
				t.Errorf("there was trouble: %+v", s.Stats)
			}
		})
	}
}

// The NAT restarts in mid-transfer, in either direction: its hosts come from other ports from then on.
func TestNATThatRestartsInMidTransfer(t *testing.T) {
	for name, fromServer := range map[string]bool{"from the host": false, "from the server": true} {
		t.Run(name, func(t *testing.T) {
			behindNAT(t, 2, simnet.NATRules{Timeout: 30 * time.Second}, func(t *testing.T, n *natted) {
				l, err := n.server.listenConfig().Listen(t.Context(), "sctp", nattedServer)
				if err != nil {
					t.Fatal(err)
				}
				defer l.Close()
				const messages, restarts = 600, 3
				done := make(chan *sctp.Conn)
				for i := range n.hosts {
					client := n.dial(i)
					defer client.Close()
					server, err := l.AcceptSCTP()
					if err != nil {
						t.Fatal(err)
					}
					defer server.Close()
					from, to := client, server
					if fromServer {
						from, to = server, client
					}
					go func() {
						for k := range messages {
							time.Sleep(100 * time.Millisecond)
							if _, err := fmt.Fprintf(from, "message %d of %d", k, i); err != nil {
								t.Error(err)
							}
						}
					}()
					go func() {
						for k := range messages {
							m, err := to.ReadMessage(t.Context(), 1000)
							if want := fmt.Sprintf("message %d of %d", k, i); err != nil || string(m.Data) != want {
								t.Errorf("read %q, %v; want %q", m.Data, err, want)
								break
							}
						}
						done <- server
					}()
				}
				for range restarts {
					time.Sleep(15*time.Second + 30*time.Millisecond)
					n.box.Forget()
				}
				for range n.hosts {
					if s := (<-done).Status(); s.Stats.PortChanges != restarts {
						t.Errorf("the server saw %d ports change, want %d", s.Stats.PortChanges, restarts)
					}
				}
			})
		})
	}
}
