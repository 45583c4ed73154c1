package rawip

import (
	"encoding/binary"
	"net/netip"
	"sync"
	"testing"

	"github.com/gosctp/sctp/internal/require"
	"github.com/gosctp/sctp/transport"
	"github.com/gosctp/sctp/transport/internal/carriertest"
	"github.com/gosctp/sctp/transport/internal/nstest"
)

// tagged is a packet with a verification tag.
func tagged(tag uint32) []byte {
	p := carriertest.Packet(1, portOfQueues, 0, 100)
	binary.BigEndian.PutUint32(p[offTag:], tag)
	return p
}

// The packets with one tag come over one queue, each once, whoever writes them.
func TestQueuesShareByTag(t *testing.T) {
	require.That(t, permitted(), "raw sockets (CAP_NET_RAW)")
	for family, addr := range carriertest.Loopback {
		t.Run(family, func(t *testing.T) {
			const queues, tags, times = 3, 30, 4
			tr, err := Open(Config{LocalAddrs: []netip.Addr{addr}, Queues: queues})
			if err != nil {
				t.Fatal(err)
			}
			if tr.Queues() != queues || tr.Caps().Writers != queues {
				t.Fatalf("%d queues and %d writers", tr.Queues(), tr.Caps().Writers)
			}
			defer tr.Close()
			if err := tr.SetPorts([]uint16{portOfQueues}, false); err != nil {
				t.Fatal(err)
			}
			var writers sync.WaitGroup
			for range times {
				writers.Go(func() {
					for tag := range uint32(tags) {
						carriertest.Write(t, tr, transport.Datagram{Path: transport.Path{Local: addr, Remote: addr}, Data: tagged(tag)})
					}
				})
			}
			writers.Wait()
			for queue := range queues {
				got := make(map[uint32]int)
				for n := 0; n < tags/queues*times; {
					in := make([]transport.Datagram, 64)
					more, err := tr.ReadBatch(queue, in)
					if err != nil {
						t.Fatal(err)
					}
					for _, d := range in[:more] {
						got[binary.BigEndian.Uint32(d.Data[offTag:])]++
					}
					n += more
				}
				for tag, n := range got {
					if int(tag)%queues != queue || n != times {
						t.Errorf("queue %d had tag %d %d times", queue, tag, n)
					}
				}
			}
		})
	}
}

// A report comes once, however many sockets there are.
func TestReportsComeOnceToSeveralQueues(t *testing.T) {
	near, far := nstest.New(t), nstest.New(t)
	nstest.Join(t, "gosctp0", 1500, near, []string{"10.9.0.1/24", "fd09::1/64"}, far, []string{"10.9.0.2/24", "fd09::2/64"})
	var tr *Transport
	var err error
	near.Do(func() { tr, err = Open(Config{Queues: 2}) })
	if err != nil {
		t.Fatal(err)
	}
	a := carriertest.Read(t, tr)
	// The far host has no SCTP (RFC 792, RFC 4443). The report about the second packet comes after all there are about the first one.
	for _, remote := range []string{"10.9.0.2", "fd09::2"} {
		for i := range 2 {
			d := transport.Datagram{Path: transport.Path{Remote: netip.MustParseAddr(remote)}, Data: carriertest.Packet(1, 2, i, 100)}
			carriertest.Write(t, tr, d)
			want := d
			want.Kind = transport.ProtocolUnreachable
			want.Path.Local = d.Path.Remote.Prev()
			carriertest.Want(t, "one report for each packet", a.Next(t), want)
		}
	}
	a.Idle(t)
}
