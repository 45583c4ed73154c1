package engine

import (
	"errors"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gosctp/sctp/simnet"
)

// shop opens carriers and counts them.
type shop struct {
	registry registry
	host     *simnet.Host
	opened   int
	fail     error
}

func newShop() *shop {
	n := simnet.New(1)
	return &shop{
		registry: registry{engines: make(map[any]*shared)},
		host:     n.AddHost("host", netip.MustParseAddr("192.0.2.1")),
	}
}

func (s *shop) open() (Options, error) {
	if s.fail != nil {
		return Options{}, s.fail
	}
	s.opened++
	return Options{Carrier: s.host.Transport(), Alias: "alias"}, nil
}

// get shares the engine of a key.
func (s *shop) get(t *testing.T, key any) (*Engine, func()) {
	t.Helper()
	e, release, err := s.registry.share(key, false, s.open)
	if err != nil {
		t.Fatal(err)
	}
	return e, release
}

func TestEnginesAreShared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShop()
		first, releaseFirst := s.get(t, "key")
		second, releaseSecond := s.get(t, "key")
		third, releaseThird := s.get(t, "alias")
		if first != second || first != third || s.opened != 1 {
			t.Errorf("%d carriers were opened for one key and its alias", s.opened)
		}
		releaseFirst()
		releaseFirst() // counts once
		releaseSecond()
		time.Sleep(time.Minute)
		if first.ended.Load() {
			t.Error("the engine ended before its last user")
		}
		releaseThird()
		time.Sleep(idleTime)
		synctest.Wait()
		if !first.ended.Load() || len(s.registry.engines) != 0 {
			t.Error("the engine did not end after its last user")
		}
	})
}

func TestIdleEngineIsUsedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShop()
		var last *Engine
		for range 10 {
			e, release := s.get(t, "key")
			release()
			time.Sleep(idleTime / 2)
			last = e
		}
		if s.opened != 1 || last.ended.Load() {
			t.Errorf("%d carriers were opened", s.opened)
		}
		time.Sleep(idleTime)
		synctest.Wait()
		e, release := s.get(t, "key")
		if s.opened != 2 || e == last {
			t.Error("an engine that has ended was used")
		}
		release()
		time.Sleep(idleTime)
		synctest.Wait()
	})
}

func TestFailedCarrierIsOpenedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShop()
		e, release := s.get(t, "key")
		e.Carrier().Close()
		synctest.Wait()
		again, releaseAgain := s.get(t, "key")
		if again == e {
			t.Error("the engine of a closed carrier was used")
		}
		release()
		releaseAgain()
		time.Sleep(idleTime)
		synctest.Wait()
		s.fail = errors.New("no more carriers")
		if _, _, err := s.registry.share("key", false, s.open); !errors.Is(err, s.fail) {
			t.Errorf("got %v", err)
		}
	})
}

// A carrier that the caller gave is the caller's to close.
func TestServedCarrierStaysOpen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShop()
		carrier := s.host.Transport()
		open := func() (Options, error) { return Options{Carrier: carrier}, nil }
		e, release, err := s.registry.share(carrier, true, open)
		if err != nil {
			t.Fatal(err)
		}
		release()
		time.Sleep(time.Hour)
		if e.ended.Load() {
			t.Error("the engine ended")
		}
		carrier.Close()
		synctest.Wait()
		if !e.ended.Load() || len(s.registry.engines) != 0 {
			t.Error("the engine survived its carrier")
		}
	})
}
