package sctp_test

import (
	"bytes"
	"context"
	"net"
	"net/netip"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/gosctp/sctp"
	"github.com/gosctp/sctp/internal/wire"
	"github.com/gosctp/sctp/transport"
	"github.com/gosctp/sctp/transport/pcap"
	"github.com/gosctp/sctp/transport/pipe"
)

// An association over one connection: messages of all sizes both ways, and by RFC 8261 section 6.1 no word about addresses.
func TestOverAConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		var handshakes atomic.Int32
		watched := pcap.Tap(pipe.New(near, pipe.Config{}), func(_ pcap.Direction, d *transport.Datagram) {
			c, _, err := wire.NextChunk(d.Data[wire.HeaderLen:])
			if err == nil && (c.Type == wire.ChunkInit || c.Type == wire.ChunkInitAck) {
				handshakes.Add(1)
				wantNoAddresses(t, c)
			}
		})
		server := pipe.New(far, pipe.Config{})
		defer watched.Close()
		defer server.Close()

		lc := sctp.ListenConfig{Carrier: server}
		l, err := lc.Listen(t.Context(), "sctp", ":5000")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		go echo(l)
		d := sctp.Dialer{Carrier: watched}
		c, err := d.DialSCTP(t.Context(), "sctp", netip.AddrPortFrom(pipe.RemoteAddr(), 5000).String())
		if err != nil {
			t.Fatal(err)
		}
		for _, size := range []int{1, 1200, 5000, 300_000} {
			m := bytes.Repeat([]byte{byte(size)}, size)
			if _, err := c.WriteMsg(m, nil); err != nil {
				t.Fatal(err)
			}
			var got []byte
			for len(got) < size {
				part, err := c.ReadMessage(context.Background(), size)
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, part.Data...)
			}
			if !bytes.Equal(got, m) {
				t.Errorf("%d bytes came back as %d others", size, len(got))
			}
		}
		if err := c.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
		c.Close()
		if n := handshakes.Load(); n != 2 {
			t.Errorf("%d packets of the handshake were looked at, want INIT and INIT ACK", n)
		}
	})
}

func wantNoAddresses(t *testing.T, c wire.Chunk) {
	in, err := wire.ParseInit(c)
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
		switch p.Type {
		case wire.ParamIPv4, wire.ParamIPv6, wire.ParamSupportedAddressTypes:
			t.Errorf("%v has the parameter %v", c.Type, p.Type)
		}
	}
}
