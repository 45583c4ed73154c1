package sctp_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gosctp/sctp"
	"github.com/gosctp/sctp/simnet"
)

// part is what one Recv of a large message says: whose it is, and whether it ends it.
type part struct {
	id     sctp.AssocID
	stream uint16
	end    bool
}

// readParts reads messages in parts until n of them have ended, and returns the parts.
func readParts(t *testing.T, e *sctp.Endpoint, n int) (parts []part) {
	t.Helper()
	p := make([]byte, 4000)
	for n > 0 {
		_, info, err := e.Recv(p)
		if err != nil {
			t.Fatal(err)
		}
		parts = append(parts, part{info.AssocID, info.Stream, info.EOR})
		if info.EOR {
			n--
		}
	}
	return parts
}

// alternations counts how often another message goes on before one has ended: of another association, and of another stream of the same one.
func alternations(parts []part) (assocs, streams int) {
	for i, p := range parts[1:] {
		switch before := parts[i]; {
		case before.end:
		case before.id != p.id:
			assocs++
		case before.stream != p.stream:
			streams++
		}
	}
	return assocs, streams
}

// RFC 6458 section 8.1.20, seen from a one-to-many socket: large messages of two associations on two streams each.
func TestLevelsOfFragmentInterleave(t *testing.T) {
	for _, c := range []struct {
		level           int
		assocs, streams bool
	}{
		{-1, false, false}, {0, true, false}, {1, true, false}, {2, true, true},
	} {
		t.Run(fmt.Sprint(c.level), func(t *testing.T) {
			simulate(t, func(t *testing.T, w *world) {
				w.link(simnet.Link{Delay: w.delay, Rate: 1_000_000})
				w.server.config.FragmentInterleave, w.server.config.PartialDeliveryPoint = c.level, 3000
				w.client.config.FragmentInterleave, w.client.config.Scheduler = 2, sctp.RoundRobin
				server := w.server.open(t, serverAddr)
				defer server.Close()
				text := strings.Repeat("0123456789", 10_000)
				for range 2 {
					client := w.dial()
					defer client.Close()
					for stream := range uint16(2) {
						send(t, client, text, &sctp.SndInfo{Stream: stream})
					}
				}
				parts := readParts(t, server, 4)
				if assocs, streams := alternations(parts); assocs > 0 != c.assocs || streams > 0 != c.streams {
					t.Errorf("associations alternate %d times, want any: %v; streams %d times, want any: %v", assocs, c.assocs, streams, c.streams)
				}
			})
		})
	}
}

// Whoever is in the middle of a message keeps others waiting only as long as the rest may come.
func TestExclusiveReaderGoesOnWhenTheMessageIsCut(t *testing.T) {
	for name, end := range map[string]func(*sctp.Endpoint, *sctp.Conn, sctp.AssocID) error{
		"the peer aborts":   func(_ *sctp.Endpoint, c *sctp.Conn, _ sctp.AssocID) error { return c.Abort("") },
		"the reader aborts": func(e *sctp.Endpoint, _ *sctp.Conn, id sctp.AssocID) error { return e.Abort(id, "") },
		"it is peeled off": func(e *sctp.Endpoint, _ *sctp.Conn, id sctp.AssocID) error {
			c, err := e.PeelOff(id)
			if err == nil {
				err = c.Abort("")
			}
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			simulate(t, func(t *testing.T, w *world) {
				w.link(simnet.Link{Delay: w.delay, Rate: 1_000_000})
				w.server.config.FragmentInterleave, w.server.config.PartialDeliveryPoint = -1, 3000
				server := w.server.open(t, serverAddr)
				defer server.Close()
				one, two := w.dial(), w.dial()
				defer two.Close()
				send(t, one, strings.Repeat("0123456789", 50_000), nil)
				p := make([]byte, 4000)
				_, info, err := server.Recv(p)
				if err != nil || info.EOR {
					t.Fatalf("the first part: %+v, %v", info, err)
				}
				send(t, two, "waits", nil)
				time.Sleep(time.Second)
				if err := end(server, one, info.AssocID); err != nil {
					t.Fatal(err)
				}
				for {
					n, again, err := server.Recv(p)
					if err != nil {
						t.Fatal(err)
					}
					if again.AssocID != info.AssocID {
						if string(p[:n]) != "waits" {
							t.Errorf("received %q", p[:n])
						}
						return
					}
				}
			})
		})
	}
}
