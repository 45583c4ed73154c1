package dtls

import (
	"bytes"
	"context"
	"net/netip"
	"sync"
	"testing"

	"github.com/gosctp/sctp"
	"github.com/gosctp/sctp/internal/wire"
	"github.com/gosctp/sctp/transport"
	"github.com/gosctp/sctp/transport/pcap"
)

// ASCONF has wildcard addresses only (RFC 8261 section 6.3): other changes are refused before anything is sent.
func TestAddressesAreNotChanged(t *testing.T) {
	s, c := newAuthority(t).pair(t)
	server, to := listen(t, s)
	config := sctp.Config{UnauthenticatedASCONF: true}
	lc := sctp.ListenConfig{Carrier: server, Config: config}
	l, err := lc.Listen(t.Context(), "sctp", ":7")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	client, peer := dial(t, to, c)
	var mu sync.Mutex
	var asconfs [][]byte
	tap := pcap.Tap(client, func(_ pcap.Direction, d *transport.Datagram) {
		for rest := d.Data[wire.HeaderLen:]; len(rest) > 0; {
			chunk, next, err := wire.NextChunk(rest)
			if err != nil {
				return
			}
			if rest = next; chunk.Type == wire.ChunkASCONF {
				mu.Lock()
				asconfs = append(asconfs, append([]byte(nil), chunk.Value...))
				mu.Unlock()
			}
		}
	})
	d := sctp.Dialer{Carrier: tap, Config: config}
	conn, err := d.DialSCTP(within(t), "sctp", peer.Addr(7))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for _, addr := range []netip.Addr{LocalAddr(), peerAddr(99), netip.AddrFrom4([4]byte{192, 0, 2, 1})} {
		for what, change := range map[string]func(context.Context, netip.Addr) error{
			"adding": conn.AddAddr, "removing": conn.RemoveAddr, "preferring": conn.SetPeerPrimary,
		} {
			if err := change(within(t), addr); err == nil {
				t.Errorf("%s %v succeeds", what, addr)
			}
		}
	}
	mu.Lock()
	if len(asconfs) > 0 {
		t.Errorf("% x was sent", asconfs)
	}
	mu.Unlock()
	if err := conn.SetPeerPrimary(within(t), netip.IPv6Unspecified()); err != nil {
		t.Errorf("preferring the wildcard: %v", err)
	}
	client.Close()
	if len(asconfs) != 1 {
		t.Fatalf("%d ASCONF were sent", len(asconfs))
	}
	// Serial number, address, and a request with its number and an address: parameters of 20 bytes, 16 of which are the wildcard.
	if a := asconfs[0]; len(a) != 4+20+8+20 || !bytes.Equal(a[8:24], make([]byte, 16)) || !bytes.Equal(a[len(a)-16:], make([]byte, 16)) {
		t.Errorf("ASCONF has % x", a)
	}
}
