package simnet

import (
	"errors"
	"net"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gosctp/sctp/transport"
)

func packetTo(to transport.Path, data string) []transport.Datagram {
	return []transport.Datagram{{Path: to, Data: []byte(data)}}
}

func TestCarrierTakesAsLongAsTheLink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, Link{Delay: 50 * time.Millisecond})
		left, right := l.left.Transport(), l.right.Transport()
		start := time.Now()
		if n, err := left.WriteBatch(packetTo(transport.Path{Remote: rightAddr}, "ping")); n != 1 || err != nil {
			t.Fatal(n, err)
		}
		ds := make([]transport.Datagram, 8)
		if n, err := right.ReadBatch(0, ds); n != 1 || err != nil || string(ds[0].Data) != "ping" {
			t.Fatal(n, err, ds[0])
		}
		if n, err := right.WriteBatch(packetTo(ds[0].Path, "pong")); n != 1 || err != nil {
			t.Fatal(n, err)
		}
		if n, err := left.ReadBatch(0, ds); n != 1 || err != nil || string(ds[0].Data) != "pong" {
			t.Fatal(n, err, ds[0])
		}
		if took := time.Since(start); took != 100*time.Millisecond {
			t.Errorf("there and back took %v, want 100ms", took)
		}
	})
}

func TestCarrierReadsInBatches(t *testing.T) {
	l := newLab(t, Link{})
	left, right := l.left.Transport(), l.right.Transport()
	for range 5 {
		left.WriteBatch(packetTo(transport.Path{Remote: rightAddr}, "x"))
	}
	ds := make([]transport.Datagram, 3)
	for _, want := range []int{3, 2} {
		if n, err := right.ReadBatch(0, ds); n != want || err != nil {
			t.Errorf("read %d, %v, want %d", n, err, want)
		}
	}
}

func TestCloseEndsBlockedCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, Link{})
		c := l.left.Transport()
		ended := make(chan error)
		go func() {
			_, err := c.ReadBatch(0, make([]transport.Datagram, 1))
			ended <- err
		}()
		synctest.Wait()
		c.Close()
		if err := <-ended; !errors.Is(err, net.ErrClosed) {
			t.Errorf("ReadBatch: %v", err)
		}
		if _, err := c.WriteBatch(packetTo(transport.Path{Remote: rightAddr}, "x")); !errors.Is(err, net.ErrClosed) {
			t.Errorf("WriteBatch: %v", err)
		}
		if err := c.WaitWritable(); !errors.Is(err, net.ErrClosed) {
			t.Errorf("WaitWritable: %v", err)
		}
	})
}

func TestReopeningReplacesTheCarrier(t *testing.T) {
	l := newLab(t, Link{})
	old := l.right.Transport()
	fresh := l.right.Transport()
	if _, err := old.ReadBatch(0, make([]transport.Datagram, 1)); !errors.Is(err, net.ErrClosed) {
		t.Errorf("the old carrier: %v", err)
	}
	old.Close() // must not close the new one
	l.left.Transport().WriteBatch(packetTo(transport.Path{Remote: rightAddr}, "x"))
	if n, err := fresh.ReadBatch(0, make([]transport.Datagram, 1)); n != 1 || err != nil {
		t.Errorf("the new carrier: %d, %v", n, err)
	}
}

func TestCarrierAnnouncesAddressChanges(t *testing.T) {
	l := newLab(t, Link{})
	c := l.left.Transport()
	l.left.RemoveAddr(left6)
	<-c.AddrChanges()
	addrs, err := c.LocalAddrs()
	if err != nil || slices.Contains(addrs, left6) || !slices.Contains(addrs, leftAddr) {
		t.Errorf("addresses %v, %v", addrs, err)
	}
	if got, want := c.Caps(), (transport.Caps{MultiHomed: true, ECN: true}); got != want {
		t.Errorf("caps %+v, want %+v", got, want)
	}
	l.left.SetEncapPort(DefaultEncapPort)
	l.left.SetECN(false)
	l.left.SetErrorDetection(transport.DTLS)
	l.left.SetFirstHopMTU(true)
	if got, want := c.Caps(), (transport.Caps{MultiHomed: true, Encapsulated: true, ErrorDetection: transport.DTLS, FirstHopMTU: true}); got != want {
		t.Errorf("in UDP, without ECN, caps %+v, want %+v", got, want)
	}
	if got := c.MTU(transport.Path{Remote: right6}); got != 1500-40-8 {
		t.Errorf("MTU %d", got)
	}
}

func TestInboxIsBounded(t *testing.T) {
	l := newLab(t, Link{})
	left, right := l.left.Transport(), l.right.Transport()
	for range InboxLimit + 10 {
		left.WriteBatch(packetTo(transport.Path{Remote: rightAddr}, "x"))
	}
	if n, _ := right.ReadBatch(0, make([]transport.Datagram, 2*InboxLimit)); n != InboxLimit {
		t.Errorf("%d packets waited, want %d", n, InboxLimit)
	}
	if l.fates[LostInbox] != 10 {
		t.Errorf("%d lost in the inbox, want 10", l.fates[LostInbox])
	}
}

func TestScheduledCutOnCarriers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, Link{Delay: time.Millisecond})
		left, right := l.left.Transport(), l.right.Transport()
		l.n.Schedule(1+second, func() { l.n.Cut(Exactly(leftAddr), Exactly(rightAddr)) })
		arrived := make(chan time.Duration, 100)
		start := time.Now()
		go func() {
			for {
				n, err := right.ReadBatch(0, make([]transport.Datagram, 1))
				if err != nil {
					close(arrived)
					return
				}
				for range n {
					arrived <- time.Since(start)
				}
			}
		}()
		ticker := time.NewTicker(100 * time.Millisecond)
		for range 20 {
			<-ticker.C
			left.WriteBatch(packetTo(transport.Path{Remote: rightAddr}, "x"))
		}
		right.Close()
		count, last := 0, time.Duration(0)
		for last = range arrived {
			count++
		}
		if count != 9 || last != 901*time.Millisecond {
			t.Errorf("%d packets came through, the last at %v; want 9 until 901ms", count, last)
		}
	})
}

func TestCarriersAreSafeForConcurrentUse(t *testing.T) {
	const perWriter = 500
	l := newLab(t, Link{Delay: time.Microsecond, Jitter: 10 * time.Microsecond})
	left, right := l.left.Transport(), l.right.Transport()
	var writers sync.WaitGroup
	for range 4 {
		writers.Go(func() {
			for range perWriter {
				left.WriteBatch(packetTo(transport.Path{Remote: rightAddr}, "x"))
			}
		})
	}
	ds := make([]transport.Datagram, 16)
	for got := 0; got < 4*perWriter; {
		n, err := right.ReadBatch(0, ds)
		if err != nil {
			t.Fatal(err)
		}
		got += n
	}
	writers.Wait()
}
