package sctp_test

import (
	"context"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gosctp/sctp"
	"github.com/gosctp/sctp/internal/wire"
	"github.com/gosctp/sctp/transport"
)

// changed lists the fields of which two Counters differ, with the difference.
func changed(before, after sctp.Counters) map[string]int64 {
	diff := map[string]int64{}
	b, a := reflect.ValueOf(before), reflect.ValueOf(after)
	for i := range b.NumField() {
		name, field := b.Type().Field(i).Name, b.Field(i)
		if !field.CanUint() {
			continue
		}
		if d := int64(a.Field(i).Uint() - field.Uint()); d != 0 {
			diff[name] = d
		}
	}
	return diff
}

// counts is a world in which the counters of the server are watched.
type counts struct {
	*world
	l      *sctp.Listener
	before sctp.Counters
}

// inCounts runs f in a world with a listener.
func inCounts(t *testing.T, f func(t *testing.T, w *counts)) {
	simulate(t, func(t *testing.T, w *world) {
		w.client.config.HBInterval, w.server.config.HBInterval = -1, -1
		c := &counts{world: w, l: w.listen()}
		defer c.l.Close()
		f(t, c)
	})
}

// read returns the counters of the server once everything has come to rest.
func (w *counts) read() sctp.Counters {
	time.Sleep(time.Second)
	synctest.Wait()
	return w.l.Counters()
}

// mark begins a step.
func (w *counts) mark() { w.before = w.read() }

// want checks some counters' differences since mark; what is not named may be anything.
func (w *counts) want(step string, want map[string]int64) {
	w.t.Helper()
	got := changed(w.before, w.read())
	for name, n := range want {
		if got[name] != n {
			w.t.Errorf("%s: %s changed by %d, want %d; all changes: %v", step, name, got[name], n, got)
		}
	}
}

// Every object of sctpStats (RFC 3873) by what changes it.
func TestCountersOfAnAssociation(t *testing.T) {
	inCounts(t, func(t *testing.T, w *counts) {
		w.mark()
		client := w.dial()
		server := w.accept(w.l)
		w.want("an association that the peer began", map[string]int64{
			"CurrEstab": 1, "PassiveEstabs": 1, "ActiveEstabs": 0, "OutOfBlues": 0, "Aborteds": 0, "Shutdowns": 0,
			"InOrderChunks": 0, "OutOrderChunks": 0,
		})
		if got := client.Counters(); got.ActiveEstabs != 1 || got.PassiveEstabs != 0 || got.CurrEstab != 1 {
			t.Errorf("the client's counters are %+v", got)
		}

		w.mark()
		send(t, client, "ordered", nil)
		want(t, server, "ordered")
		w.want("an ordered message", map[string]int64{
			"InOrderChunks": 1, "InUnorderChunks": 0, "InSCTPPacks": 1, "OutSCTPPacks": 1, "OutCtrlChunks": 1, "InCtrlChunks": 0,
			"FragUsrMsgs": 0, "ReasmUsrMsgs": 0,
		})

		w.mark()
		send(t, client, "unordered", &sctp.SndInfo{Unordered: true})
		want(t, server, "unordered")
		w.want("an unordered message", map[string]int64{"InOrderChunks": 0, "InUnorderChunks": 1})

		w.mark()
		send(t, server, "ordered", nil)
		send(t, server, "unordered", &sctp.SndInfo{Unordered: true})
		receive(t, client)
		receive(t, client)
		w.want("messages sent", map[string]int64{"OutOrderChunks": 1, "OutUnorderChunks": 1, "InOrderChunks": 0})

		long := strings.Repeat("0123456789", 400)
		w.mark()
		send(t, client, long, nil)
		want(t, server, long)
		w.want("a long message", map[string]int64{"InOrderChunks": 3, "ReasmUsrMsgs": 1, "FragUsrMsgs": 0})
		w.mark()
		send(t, server, long, nil)
		want(t, client, long)
		w.want("a long message sent", map[string]int64{"OutOrderChunks": 3, "ReasmUsrMsgs": 0, "FragUsrMsgs": 1})

		w.mark()
		if err := client.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
		server.Close()
		w.want("a graceful end", map[string]int64{
			"Shutdowns": 1, "Aborteds": 0, "CurrEstab": -1, "InCtrlChunks": 2, "OutCtrlChunks": 1, "InSCTPPacks": 2, "OutSCTPPacks": 1,
		})
	})
}

func TestCountersOfUngracefulEnds(t *testing.T) {
	inCounts(t, func(t *testing.T, w *counts) {
		for name, end := range map[string]func(client, server *sctp.Conn){
			"the peer aborts": func(client, _ *sctp.Conn) { client.Abort("") },
			"we abort":        func(_, server *sctp.Conn) { server.Abort("") },
			"no answer": func(_, server *sctp.Conn) {
				w.cut()
				send(t, server, "anybody?", nil)
				for {
					if _, err := server.NextNotification(context.Background()); err != nil {
						break
					}
				}
				w.repair()
			},
		} {
			client := w.dial()
			server := w.accept(w.l)
			w.mark()
			end(client, server)
			server.Close()
			w.want(name, map[string]int64{"Aborteds": 1, "Shutdowns": 0, "CurrEstab": -1})
			client.Close()
		}
	})
}

// Packets of no association, and damaged ones.
func TestCountersOfStrangers(t *testing.T) {
	inCounts(t, func(t *testing.T, w *counts) {
		way := transport.Path{Remote: serverIPs[0]}
		inject := func(packet []byte) {
			if n, err := w.client.carrier.WriteBatch([]transport.Datagram{{Path: way, Data: packet}}); n != 1 || err != nil {
				t.Fatal(n, err)
			}
		}
		w.mark()
		inject(strangersPacket(5, []byte{10, 0, 0, 8, 1, 2, 3, 4}, []byte{4, 0, 0, 4}))
		w.want("a COOKIE ECHO that was never given out, and a HEARTBEAT", map[string]int64{
			"OutOfBlues": 1, "ChecksumErrors": 0, "InSCTPPacks": 1, "OutSCTPPacks": 0, "InCtrlChunks": 2,
		})
		w.mark()
		inject(strangersPacket(5, []byte{4, 0, 0, 4}))
		w.want("a HEARTBEAT out of the blue is answered with ABORT", map[string]int64{
			"OutOfBlues": 1, "InSCTPPacks": 1, "OutSCTPPacks": 1, "OutCtrlChunks": 1, "InCtrlChunks": 1, "Aborteds": 0,
		})
		w.mark()
		damaged := strangersPacket(5, []byte{4, 0, 0, 4})
		damaged[8] ^= 1
		inject(damaged)
		w.want("a wrong checksum", map[string]int64{
			"OutOfBlues": 0, "ChecksumErrors": 1, "InSCTPPacks": 1, "OutSCTPPacks": 0, "InCtrlChunks": 0,
		})
	})
}

// Retransmissions are packets, and no new chunks.
func TestCountersOfRetransmissions(t *testing.T) {
	inCounts(t, func(t *testing.T, w *counts) {
		lost := 0
		w.net.Filter(func(d *transport.Datagram) bool {
			if d.Path.Local == serverIPs[0] && lost < 2 {
				lost++ // INIT ACK and the one after it: T1-init of the client expires
				return false
			}
			return true
		})
		d := w.client.dialer()
		d.RaceDelay = -1
		client, err := d.DialSCTP(t.Context(), "sctp", serverAddr)
		if err != nil {
			t.Fatal(err)
		}
		server := w.accept(w.l)
		s := client.Status()
		if s.Stats.T1Expired == 0 || s.Stats.ControlRepeated != s.Stats.T1Expired {
			t.Errorf("%d repetitions for %d expirations of T1", s.Stats.ControlRepeated, s.Stats.T1Expired)
		}
		if got := client.Counters(); got.OutCtrlChunks != s.Stats.ControlSent-s.Stats.ControlRepeated {
			t.Errorf("OutCtrlChunks is %d, of %d chunks %d were repetitions", got.OutCtrlChunks, s.Stats.ControlSent, s.Stats.ControlRepeated)
		}
		w.mark()
		dropped := false
		w.net.Filter(func(d *transport.Datagram) bool {
			drop := !dropped && slices.Contains(serverIPs, d.Path.Local)
			dropped = dropped || drop
			return !drop
		})
		send(t, server, "lost once", nil)
		want(t, client, "lost once")
		w.want("DATA sent twice", map[string]int64{"OutOrderChunks": 1, "OutSCTPPacks": 2})
		s = server.Status()
		again := uint64(0)
		for _, p := range s.Paths {
			again += p.Retransmitted
		}
		if s.Stats.RetransmittedByT3 != 1 || s.Stats.Retransmitted != 1 || again != 1 {
			t.Errorf("%d chunks were sent again after T3-rtx, %d in all, %d by address; want 1",
				s.Stats.RetransmittedByT3, s.Stats.Retransmitted, again)
		}

		w.net.Filter(func(d *transport.Datagram) bool { return !slices.Contains(serverIPs, d.Path.Local) })
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		client.Shutdown(ctx)
		if s := client.Status(); s.Stats.T2Expired == 0 || s.Stats.ControlRepeated < s.Stats.T2Expired {
			t.Errorf("%d repetitions for %d expirations of T2", s.Stats.ControlRepeated, s.Stats.T2Expired)
		}
		w.net.Filter(nil)
		server.Close()
		client.Close()
	})
}

// What was counted stays when associations, listeners and carriers are gone, and the process sums it up.
func TestCountersOfTheProcess(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		before := sctp.ReadCounters()
		for range 3 {
			client, server := w.pair()
			send(t, client, "counted", nil)
			want(t, server, "counted")
			if err := client.Shutdown(t.Context()); err != nil {
				t.Error(err)
			}
			client.Close()
			server.Close()
		}
		time.Sleep(time.Second)
		e, err := w.server.listenConfig().ListenEndpoint(t.Context(), "sctp", ":9")
		if err != nil {
			t.Fatal(err)
		}
		if got := e.Counters(); got.PassiveEstabs != 3 || got.Shutdowns != 3 || got.InOrderChunks != 3 {
			t.Errorf("the carrier has counted %+v", got)
		}
		e.Close()
		w.client.carrier.Close()
		w.server.carrier.Close()
		synctest.Wait()
		after := sctp.ReadCounters()
		got := changed(before, after)
		for name, n := range map[string]int64{"ActiveEstabs": 3, "PassiveEstabs": 3, "Shutdowns": 6, "OutOrderChunks": 3, "InOrderChunks": 3} {
			if got[name] < n {
				t.Errorf("%s changed by %d, want at least %d", name, got[name], n)
			}
		}
		if after.DiscontinuityTime != 0 {
			t.Errorf("DiscontinuityTime is %v", after.DiscontinuityTime)
		}
	})
}

// serverIPs are the server's addresses.
var serverIPs = []netip.Addr{netip.MustParseAddr("192.0.2.2"), netip.MustParseAddr("198.51.100.2")}

// strangersPacket is a packet to the server's port of somebody who has no association with it.
func strangersPacket(tag uint32, chunks ...[]byte) []byte {
	p := wire.Header{SrcPort: 4000, DstPort: 7, Tag: tag}.Append(nil)
	for _, c := range chunks {
		p = append(p, c...)
	}
	wire.Seal(p)
	return p
}
