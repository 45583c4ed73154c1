package sctp_test

import (
	"context"
	"io"
	"net"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gosctp/sctp"
	"github.com/gosctp/sctp/internal/require"
	"github.com/gosctp/sctp/internal/wire"
	"github.com/gosctp/sctp/simnet"
	"github.com/gosctp/sctp/transport"
	"github.com/gosctp/sctp/transport/fault"
	"github.com/gosctp/sctp/transport/pcap"
	"github.com/gosctp/sctp/transport/pipe"
	"github.com/gosctp/sctp/transport/udpencap"
)

// bulk sends n bytes to a server that reads them, and returns how each end counts them.
func bulk(t *testing.T, network string, client *sctp.Dialer, server *sctp.ListenConfig, to string, n int) (sent, received sctp.Status) {
	t.Helper()
	l, err := server.Listen(t.Context(), network, ":7")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	done := make(chan sctp.Status, 1)
	go func() {
		c, err := l.AcceptSCTP()
		if err != nil {
			t.Error(err)
			close(done)
			return
		}
		defer c.Close()
		if got, err := io.Copy(io.Discard, c); err != nil || int(got) != n {
			t.Errorf("read %d bytes, %v, want %d", got, err, n)
		}
		done <- c.Status()
	}()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	c, err := client.DialSCTP(ctx, network, to)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	m := make([]byte, 4096)
	for left := n; left > 0; left -= len(m) {
		if _, err := c.WriteMsg(m[:min(left, len(m))], nil); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Shutdown(ctx); err != nil {
		t.Error(err)
	}
	return c.Status(), <-done
}

// Marks on real sockets: the IP header carries them there, and ECNE and CWR take the news back.
func TestECNOverUDP(t *testing.T) {
	open := func(marks float64) (transport.Transport, uint16) {
		u, err := udpencap.Open(udpencap.Config{AnyPort: true, LocalAddrs: []netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1})}})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { u.Close() })
		require.That(t, u.Caps().ECN, "a carrier over UDP that knows the ECN field")
		f := fault.Wrap(u, 1)
		f.SetFaults(fault.Faults{Mark: marks})
		return f, u.LocalPort()
	}
	client, _ := open(0.02)
	server, port := open(0)
	to := (&sctp.Addr{IPs: []netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1})}, Port: 7, EncapPort: port}).String()
	sent, received := bulk(t, "sctp/udp", &sctp.Dialer{Carrier: client}, &sctp.ListenConfig{Carrier: server}, to, 20<<20)
	if !sent.Extensions.Has(sctp.ECN) || !received.Extensions.Has(sctp.ECN) {
		t.Errorf("extensions in use: %v, %v", sent.Extensions, received.Extensions)
	}
	if sent.Stats.MarksAnswered == 0 || received.Stats.MarksReceived == 0 || received.Stats.MarksReceived < sent.Stats.MarksAnswered {
		t.Errorf("%d marks were received, the window was reduced %d times", received.Stats.MarksReceived, sent.Stats.MarksAnswered)
	}
}

// A queue that marks takes the place of one that drops: with ECN nothing has to be sent again.
func TestECNInsteadOfLoss(t *testing.T) {
	again := func(carrierKnows bool) uint64 {
		var sent, received sctp.Status
		simulate(t, func(t *testing.T, w *world) {
			w.link(simnet.Link{Delay: 5 * time.Millisecond, Rate: 1 << 20, Queue: 40 << 10, Mark: 10 << 10})
			w.client.host.SetECN(carrierKnows)
			sent, received = bulk(t, "sctp", w.client.dialer(), w.server.listenConfig(), serverAddr, 4<<20)
		})
		if on := sent.Extensions.Has(sctp.ECN); on != carrierKnows || received.Extensions.Has(sctp.ECN) != carrierKnows {
			t.Errorf("ECN is in use: %v", on)
		}
		return sent.Stats.Retransmitted
	}
	if n := again(true); n != 0 {
		t.Errorf("with ECN %d chunks were sent again", n)
	}
	if n := again(false); n == 0 {
		t.Error("without ECN nothing was lost: this test is too easy")
	}
}

// Over a carrier that finds damage itself packets have no checksum, and damage is loss.
func TestZeroChecksumOverADamagedNetwork(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		w.link(simnet.Link{Delay: time.Millisecond, Corrupt: 0.01})
		w.client.host.SetErrorDetection(transport.DTLS)
		w.server.host.SetErrorDetection(transport.DTLS)
		sent, received := bulk(t, "sctp", w.client.dialer(), w.server.listenConfig(), serverAddr, 1<<20)
		if !sent.Extensions.Has(sctp.ZeroChecksum) || !received.Extensions.Has(sctp.ZeroChecksum) {
			t.Errorf("extensions in use: %v, %v", sent.Extensions, received.Extensions)
		}
		if sent.Stats.Retransmitted == 0 {
			t.Error("nothing was lost")
		}
	})
}

// A connection that is said to be a DTLS one: after the handshake no packet of an association has a checksum.
func TestZeroChecksumOverAConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		zero, sealed := 0, 0
		client := pcap.Tap(pipe.New(near, pipe.Config{ErrorDetection: transport.DTLS}), func(_ pcap.Direction, d *transport.Datagram) {
			if h, err := wire.ParseHeader(d.Data); err == nil && h.Checksum == 0 {
				zero++
			} else {
				sealed++
			}
		})
		server := pipe.New(far, pipe.Config{ErrorDetection: transport.DTLS})
		defer client.Close()
		defer server.Close()
		to := netip.AddrPortFrom(pipe.RemoteAddr(), 7).String()
		bulk(t, "sctp", &sctp.Dialer{Carrier: client}, &sctp.ListenConfig{Carrier: server}, to, 1<<20)
		client.Close()
		if zero < 1000 || sealed > 5 {
			t.Errorf("%d packets without and %d with a checksum, want INIT, INIT ACK, COOKIE ECHO and SHUTDOWN COMPLETE with one", zero, sealed)
		}
	})
}
