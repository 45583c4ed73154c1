package load

import (
	"errors"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gosctp/sctp/bench/internal/peer"
)

// fake is a transport without a network. A message takes a millisecond of virtual time to send; dialling takes as long.
type fake struct {
	accepted chan peer.Conn
	closed   chan struct{}
	close    sync.Once
	// refuse is how many attempts to connect fail first; breakAfter how many messages a connection takes, if it is not zero.
	mu         sync.Mutex
	refuse     int
	breakAfter int
}

func newFake() *fake { return &fake{accepted: make(chan peer.Conn, 1000), closed: make(chan struct{})} }

const pace = time.Millisecond

var errFake = errors.New("broken on purpose")

func (f *fake) Dial(string) (peer.Conn, error) {
	time.Sleep(pace)
	f.mu.Lock()
	defer f.mu.Unlock()
	select {
	case <-f.closed:
		return nil, io.EOF
	default:
	}
	if f.refuse > 0 {
		f.refuse--
		return nil, errFake
	}
	there, back := make(chan []byte, 100), make(chan []byte, 100)
	f.accepted <- &fakeConn{f: f, in: there, out: back}
	return &fakeConn{f: f, in: back, out: there}, nil
}

func (f *fake) Listen(string) (peer.Listener, error) { return f, nil }

func (f *fake) Accept() (peer.Conn, error) {
	select {
	case c := <-f.accepted:
		return c, nil
	case <-f.closed:
		return nil, io.EOF
	}
}

// end has all connections fail, and waits until nobody uses them.
func (f *fake) end() {
	f.close.Do(func() { close(f.closed) })
	time.Sleep(time.Minute)
}

type fakeConn struct {
	f       *fake
	in, out chan []byte
	n       int
}

func (c *fakeConn) Send(message []byte) error {
	time.Sleep(pace)
	if c.n++; c.f.breakAfter > 0 && c.n > c.f.breakAfter {
		return errFake
	}
	select {
	case c.out <- slices.Clone(message):
		return nil
	case <-c.f.closed:
		return io.EOF
	}
}

func (c *fakeConn) Recv(buf []byte) (int, error) {
	select {
	case m := <-c.in:
		return copy(buf, m), nil
	case <-c.f.closed:
		return 0, io.EOF
	}
}

func (c *fakeConn) Close() error { return nil }

// lines takes what the measuring side prints.
type lines struct {
	mu   sync.Mutex
	text strings.Builder
	n    chan struct{}
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text.Write(b)
	l.n <- struct{}{}
	return len(b), nil
}

// measure runs both sides until the measuring one has printed its two lines, and returns the second.
func measure(t *testing.T, f *fake, s Spec) string {
	t.Helper()
	l := &lines{n: make(chan struct{}, 10)}
	go Serve(f, s, Reporter{l})
	go Drive(f, "", s, Reporter{l})
	<-l.n
	<-l.n
	f.end()
	l.mu.Lock()
	defer l.mu.Unlock()
	first, second, _ := strings.Cut(strings.TrimSpace(l.text.String()), "\n")
	if first != Measuring {
		t.Errorf("it began with %q", first)
	}
	return second
}

func TestWorkloads(t *testing.T) {
	spec := Spec{Size: 100, Workers: 2, Conns: 3, Window: 2, Warm: 10500 * time.Microsecond, Time: 100 * time.Millisecond}
	for _, tt := range []struct{ work, want string }{
		{Bulk, `"messages":300,"bytes":30000,"p50_us":0,`},        // three connections' messages, one each millisecond
		{Ping, `"messages":300,"bytes":30000,"p50_us":1003.5195`}, // two are in flight: the client's sending alone takes time
		{Fan, `"messages":300,`},
		{Setup, `"messages":200,"bytes":0,"p50_us":1003.5195`},
	} {
		t.Run(tt.work, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := spec
				s.Work = tt.work
				if got := measure(t, newFake(), s); !strings.Contains(got, tt.want) {
					t.Errorf("%s\nis without %s", got, tt.want)
				}
			})
		})
	}
}

func TestMem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		if got := measure(t, f, Spec{Work: Mem, Conns: 7}); !strings.Contains(got, `"messages":7,`) {
			t.Errorf("%s for 7 connections", got)
		}
	})
}

func TestConnectionsThatFailAreTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		s := Spec{Work: Bulk, Size: 1, Conns: 2, Warm: 50 * time.Millisecond, Time: 100 * time.Millisecond}
		l := &lines{n: make(chan struct{}, 10)}
		go Serve(f, s, Reporter{l})
		go Drive(f, "", s, Reporter{l})
		<-l.n
		f.end() // while it measures
		<-l.n
		if got := l.text.String(); !strings.Contains(got, `"failed":2,"failure":"EOF"`) {
			t.Errorf("%s tells of no failure", got)
		}
	})
}

func TestConnectingIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.refuse = attempts - 1
		if conns, err := dial(f, "", 3); err != nil || len(conns) != 3 {
			t.Errorf("%d connections: %v", len(conns), err)
		}
		f.refuse = 10 * attempts
		if _, err := dial(f, "", 3); !errors.Is(err, errFake) {
			t.Errorf("connected to nobody: %v", err)
		}
		f.end()
	})
}

func TestWhatEndsTheClient(t *testing.T) {
	for _, tt := range []struct {
		name string
		spec Spec
		want string
	}{
		{"a connection that fails", Spec{Work: Bulk, Size: 1}, errFake.Error()},
		{"nobody there any more", Spec{Work: Setup, Workers: 1}, "EOF"},
		{"a workload that there is not", Spec{Work: "rest"}, `unknown workload "rest"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFake()
				f.breakAfter = 5
				if tt.spec.Work == Setup {
					f.end()
				}
				l := &lines{n: make(chan struct{}, 10)}
				if err := Drive(f, "", tt.spec, Reporter{l}); err == nil || !strings.Contains(err.Error(), tt.want) {
					t.Errorf("%v, not %s", err, tt.want)
				}
				f.end()
			})
		})
	}
}
