package engine

import (
	"errors"
	"net/netip"
	"slices"
	"testing"

	"github.com/gosctp/sctp/internal/endpoint"
	"github.com/gosctp/sctp/internal/porttable"
	"github.com/gosctp/sctp/internal/wire"
	"github.com/gosctp/sctp/simnet"
	"github.com/gosctp/sctp/transport"
)

var one, two, three = netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2"), netip.MustParseAddr("192.0.2.3")

// neighbourEngine is an engine that shares the ports of this host with others.
func neighbourEngine(t *testing.T, name string) *Engine {
	t.Helper()
	ports, err := porttable.Open(porttable.Raw, 0)
	if err != nil {
		t.Fatal(err)
	}
	e, err := Open(Options{Carrier: simnet.New(1).AddHost(name, one, two, three).Transport(), Ports: ports})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return e
}

func bound(t *testing.T, e *Engine, port uint16, h endpoint.Sharing, addrs ...netip.Addr) *Socket {
	t.Helper()
	s, err := e.Bind(SocketOptions{Port: port, Addrs: addrs, Sharing: h})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func wantInUse(t *testing.T, what string, err error) {
	t.Helper()
	if !errors.Is(err, porttable.ErrInUse) {
		t.Errorf("%s: %v, want that the port is in use", what, err)
	}
}

func TestOfProcessesThatShareAPortOneListens(t *testing.T) {
	left, right := neighbourEngine(t, "left"), neighbourEngine(t, "right")
	reuse := endpoint.Sharing{Reuse: true}
	first := bound(t, left, 0, reuse)
	second := bound(t, right, first.Port(), reuse)
	_, err := right.Bind(SocketOptions{Port: first.Port()})
	wantInUse(t, "one that does not share", err)
	if _, err := first.Listen(1, nil); err != nil {
		t.Fatal(err)
	}
	_, err = second.Listen(1, nil)
	wantInUse(t, "a second listens", err)
	_, err = right.Bind(SocketOptions{Port: first.Port(), Sharing: reuse})
	wantInUse(t, "one that comes after the other listens", err)
	if _, err := first.Listen(0, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := second.Listen(1, nil); err != nil {
		t.Errorf("nobody listens any more, and the second cannot: %v", err)
	}
	_, err = first.Listen(1, nil)
	wantInUse(t, "the first again", err)
	second.Close()
	if _, err := first.Listen(1, nil); err != nil {
		t.Errorf("the second is closed, and the first cannot listen: %v", err)
	}
	// Sockets of one process contend as those of two.
	third := bound(t, left, 0, reuse)
	fourth := bound(t, left, third.Port(), reuse)
	if _, err := third.Listen(1, nil); err != nil {
		t.Fatal(err)
	}
	_, err = fourth.Listen(1, nil)
	wantInUse(t, "two of one process", err)
	for _, s := range []*Socket{first, third, fourth} {
		s.Close()
	}
	if len(left.shared)+len(right.shared)+len(left.held)+len(right.held) != 0 {
		t.Errorf("ports are left: %v, %v, %v, %v", left.shared, right.shared, left.held, right.held)
	}
}

func TestSharedPortsLeaveAnswersToWhoMayKnow(t *testing.T) {
	e := neighbourEngine(t, "left")
	e.caps.Shared = true
	mine, both := bound(t, e, 0, endpoint.Sharing{}), bound(t, e, 0, endpoint.Sharing{})
	both.Share(endpoint.Sharing{Balance: true})
	both.Share(endpoint.Sharing{Reuse: true})
	answer := func(port uint16, c wire.ChunkType) []byte {
		return append(wire.Header{SrcPort: port, DstPort: 9}.Append(nil), byte(c), 0, 0, 4)
	}
	for _, c := range []struct {
		port     uint16
		chunk    wire.ChunkType
		doubtful bool
	}{
		{mine.Port(), wire.ChunkAbort, false},
		{both.Port(), wire.ChunkAbort, true},
		{both.Port(), wire.ChunkShutdownComplete, true},
		{both.Port(), wire.ChunkInitAck, false},
		{both.Port() + 1, wire.ChunkAbort, true},
	} {
		if got := e.mayBeOfOthers(answer(c.port, c.chunk)); got != c.doubtful {
			t.Errorf("chunk %d from port %d: doubtful %t, want %t", c.chunk, c.port, got, c.doubtful)
		}
	}
	both.Close()
	mine.Close()
	if len(e.shared) != 0 {
		t.Errorf("shared ports are left: %v", e.shared)
	}
}

func TestEphemeralPortsAreNotShared(t *testing.T) {
	left, right := neighbourEngine(t, "left"), neighbourEngine(t, "right")
	reuse := endpoint.Sharing{Reuse: true}
	first := bound(t, left, 0, reuse)
	for _, e := range []*Engine{left, right} {
		e.lastEphemeral = int(first.Port()) - firstEphemeral - 1 // the next one to try is taken
		if s := bound(t, e, 0, reuse); s.Port() == first.Port() {
			t.Error("a port was picked that another socket has")
		}
	}
	bound(t, right, first.Port(), reuse) // who asks for it gets it
}

func TestRebind(t *testing.T) {
	left, right := neighbourEngine(t, "left"), neighbourEngine(t, "right")
	s := bound(t, left, 0, endpoint.Sharing{}, one)
	bound(t, right, s.Port(), endpoint.Sharing{}, two)
	bound(t, left, s.Port(), endpoint.Sharing{}, three)
	wantInUse(t, "another process' address", s.Rebind([]netip.Addr{one, two}))
	wantInUse(t, "another socket's address", s.Rebind([]netip.Addr{one, three}))
	if err := s.Rebind([]netip.Addr{netip.MustParseAddr("203.0.113.7")}); err == nil {
		t.Error("another host's address")
	}
	if got := s.core.Addrs; !slices.Equal(got, []netip.Addr{one}) {
		t.Errorf("after what was refused it has %v", got)
	}
	lo := netip.MustParseAddr("127.0.0.1")
	if err := s.Rebind([]netip.Addr{one, lo}); err != nil {
		t.Fatal(err)
	}
	_, err := right.Bind(SocketOptions{Port: s.Port(), Addrs: []netip.Addr{lo}})
	wantInUse(t, "the new address", err)
	if err := s.Rebind([]netip.Addr{lo}); err != nil {
		t.Fatal(err)
	}
	bound(t, right, s.Port(), endpoint.Sharing{}, one)
	s.Close()
	if err := s.Rebind(nil); err == nil {
		t.Error("a closed socket")
	}
}

func TestFamiliesOfWildcardsAreClaimedApart(t *testing.T) {
	left, right := neighbourEngine(t, "left"), neighbourEngine(t, "right")
	four, err := left.Bind(SocketOptions{Family: endpoint.IPv4})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := right.Bind(SocketOptions{Port: four.Port(), Family: endpoint.IPv6}); err != nil {
		t.Errorf("IPv6 beside IPv4: %v", err)
	}
	_, err = right.Bind(SocketOptions{Port: four.Port()})
	wantInUse(t, "both beside IPv4", err)
}

// BenchmarkBind binds sockets beside a thousand that there are.
func BenchmarkBind(b *testing.B) {
	ports, err := porttable.Open(porttable.Raw, 0)
	if err != nil {
		b.Fatal(err)
	}
	e, err := Open(Options{Carrier: simnet.New(1).AddHost("a", one).Transport(), Ports: ports})
	if err != nil {
		b.Fatal(err)
	}
	defer e.Close()
	for range 1000 {
		if _, err := e.Bind(SocketOptions{Family: endpoint.IPv4}); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		s, err := e.Bind(SocketOptions{Family: endpoint.IPv4})
		if err != nil {
			b.Fatal(err)
		}
		s.Close()
	}
}

// dialled is a socket as a Dialer makes it.
func dialled(t *testing.T, e *Engine, f endpoint.Family) *Socket {
	t.Helper()
	s, err := e.Bind(SocketOptions{Transient: true, Family: f})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// filtering notes what the port filter is told.
type filtering struct {
	transport.Transport
	calls int
	ports []uint16
}

func (f *filtering) SetPorts(ports []uint16, _ bool) error {
	f.calls++
	f.ports = ports
	return nil
}

// To dial again and again costs claims, names and filters only at first.
func TestDiallersUsePortsThatRested(t *testing.T) {
	ports, err := porttable.Open(porttable.Raw, 0)
	if err != nil {
		t.Fatal(err)
	}
	f := &filtering{Transport: simnet.New(1).AddHost("a", one).Transport()}
	e, err := Open(Options{Carrier: f, Ports: ports})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	seen := map[uint16]int{}
	calls := 0
	families := []endpoint.Family{endpoint.AnyFamily, endpoint.IPv4, endpoint.IPv6}
	for i := range 300 {
		s := dialled(t, e, families[i%len(families)])
		if !slices.Contains(f.ports, s.Port()) {
			t.Fatalf("the filter does not let packets to port %d through", s.Port())
		}
		if n := i - seen[s.Port()]; seen[s.Port()] > 0 && n < 60 {
			t.Fatalf("port %d is used again after %d others", s.Port(), n)
		}
		seen[s.Port()] = i
		s.Close()
		if i == 100 {
			calls = f.calls
		}
	}
	if len(seen) > 100 || f.calls != calls {
		t.Errorf("300 sockets had %d ports; the last 200 changed the filter %d times", len(seen), f.calls-calls)
	}
	mine := bound(t, e, e.ports.Rested().Port(), endpoint.Sharing{}) // which rested, and is asked for
	for range 2 * len(seen) {
		if s := dialled(t, e, endpoint.IPv4); s.Port() == mine.Port() {
			t.Fatal("a port was picked that another socket has")
		}
	}
	mine.Close()
	if slices.Contains(f.ports, mine.Port()) {
		t.Error("packets to a port that was given back are let through")
	}
}
