package sockets

import (
	"errors"
	"net/netip"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gosctp/sctp/internal/abi/linux"
	"github.com/gosctp/sctp/simnet"
)

// world is two stacks on two hosts, in virtual time.
type world struct {
	t           *testing.T
	net         *simnet.Network
	left, right *Stack
}

const (
	leftIP, rightIP   = "192.0.2.1", "192.0.2.2"
	leftIP6, rightIP6 = "2001:db8::1", "2001:db8::2"
)

// inWorld runs f in a bubble in which time is virtual.
func inWorld(t *testing.T, f func(w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { live(t, func(_, _ *simnet.Host) {}, f) })
}

// inWorldOf is inWorld on hosts that prepare has in its hands first.
func inWorldOf(t *testing.T, prepare func(left, right *simnet.Host), f func(w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { live(t, prepare, f) })
}

func live(t *testing.T, prepare func(left, right *simnet.Host), f func(w *world)) {
	w := &world{t: t, net: simnet.New(1)}
	left := w.net.AddHost("left", netip.MustParseAddr(leftIP), netip.MustParseAddr(leftIP6))
	right := w.net.AddHost("right", netip.MustParseAddr(rightIP), netip.MustParseAddr(rightIP6))
	w.net.SetDefault(simnet.Link{Delay: time.Millisecond})
	prepare(left, right)
	w.left, w.right = w.open(left), w.open(right)
	f(w)
	for _, s := range []*Stack{w.left, w.right} {
		if err := s.Close(); err != nil {
			w.t.Error(err)
		}
	}
}

func (w *world) open(h *simnet.Host) *Stack {
	w.t.Helper()
	s, err := NewStack(Config{Carrier: h.Transport()})
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

// user is a program's view of a socket: its calls wait.
type user struct {
	*Socket
	t       *testing.T
	changes chan struct{}
}

func (w *world) use(s *Socket) *user {
	u := &user{Socket: s, t: w.t, changes: make(chan struct{}, 1)}
	s.SetChanged(func() {
		select {
		case u.changes <- struct{}{}:
		default:
		}
	})
	return u
}

func (w *world) socket(st *Stack, family, typ int) *user {
	w.t.Helper()
	s, err := st.Socket(family, typ, linux.IPPROTO_SCTP)
	if err != nil {
		w.t.Fatal(err)
	}
	return w.use(s)
}

// patience is how long a call waits in virtual time before it counts as one that never returns.
const patience = 10 * time.Minute

var errForever = errors.New("waits for ever")

// until makes a call again whenever something has changed, as long as it says EAGAIN.
func (u *user) until(call func() error) error {
	timer := time.NewTimer(patience)
	defer timer.Stop()
	for {
		err := call()
		if err != syscall.EAGAIN {
			return err
		}
		select {
		case <-u.changes:
		case <-timer.C:
			return errForever
		}
	}
}

// ok fails unless err is nil.
func (w *world) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// want fails unless err is what it should be.
func (w *world) want(what string, err, want error) {
	w.t.Helper()
	if err != want {
		w.t.Errorf("%s: %v, want %v", what, err, want)
	}
}

// at is a socket address as bytes.
func at(ip string, port uint16) []byte {
	return linux.Sockaddr{AddrPort: netip.AddrPortFrom(netip.MustParseAddr(ip), port)}.Append(nil)
}

// shown is the text of a socket address in bytes.
func shown(b []byte, err error) string {
	if err != nil {
		return err.Error()
	}
	a, err := linux.ParseSockaddr(b)
	if err != nil {
		return err.Error()
	}
	return a.String()
}

func (u *user) connect(addr []byte) error {
	if err := u.Connect(addr); err != syscall.EINPROGRESS {
		return err
	}
	return u.until(u.ConnectResult)
}

func (w *world) accept(u *user) *user {
	w.t.Helper()
	var s *Socket
	w.ok(u.until(func() (err error) {
		s, err = u.Accept()
		return err
	}))
	return w.use(s)
}

func (u *user) send(text string) error { return u.sendMsg(&Msg{Data: []byte(text)}) }

func (u *user) sendMsg(m *Msg) error {
	return u.until(func() error {
		sent, err := u.Send(m)
		if err == nil {
			sent.Commit()
		}
		return err
	})
}

// receive reads up to size bytes.
func (u *user) receive(size int) (string, *Msg, error) {
	m := &Msg{Data: make([]byte, size), Name: make([]byte, 128), Control: make([]byte, 256)}
	err := u.receiveMsg(m)
	return string(m.Data[:m.N]), m, err
}

func (u *user) receiveMsg(m *Msg) error {
	return u.until(func() error {
		r, err := u.Receive(m)
		if err == nil {
			r.Commit()
		}
		return err
	})
}

// wantText fails unless a message comes, whole.
func (u *user) wantText(text string) {
	u.t.Helper()
	got, m, err := u.receive(1 << 16)
	if err != nil || got != text || m.OutFlags != int(linux.MSG_EOR) {
		u.t.Errorf("received %.40q, flags %v, error %v; want %.40q", got, linux.MsgFlags(m.OutFlags), err, text)
	}
}

// wantEnd fails unless there is nothing more to read.
func (u *user) wantEnd() {
	u.t.Helper()
	got, m, err := u.receive(100)
	if err != nil || got != "" || m.OutFlags != 0 {
		u.t.Errorf("received %q, flags %v, error %v; want the end", got, linux.MsgFlags(m.OutFlags), err)
	}
}

// listener is a one-to-one socket on the right that listens on port 7.
func (w *world) listener(backlog int) *user {
	w.t.Helper()
	l := w.socket(w.right, linux.AF_INET, sockStream)
	w.ok(l.Bind(at("0.0.0.0", 7)))
	w.ok(l.Listen(backlog))
	return l
}

// pair is a connected client, the server that was accepted, and the listener.
func (w *world) pair() (client, server, listener *user) {
	w.t.Helper()
	listener = w.listener(5)
	client = w.socket(w.left, linux.AF_INET, sockStream)
	w.ok(client.connect(at(rightIP, 7)))
	return client, w.accept(listener), listener
}

// closeAll closes sockets.
func closeAll(users ...*user) {
	for _, u := range users {
		u.Close()
	}
}

// settle lets everything that is on its way arrive.
func (w *world) settle() {
	time.Sleep(time.Second)
	synctest.Wait()
}

// option asks for an option that is an int.
func (u *user) option(level, name int) (int, error) {
	out, _, _, err := u.Option(level, name, make([]byte, 4))
	if err != nil {
		return 0, err
	}
	var v linux.Int
	err = linux.Parse(out, &v)
	return int(v), err
}

// set sets an option.
func (u *user) set(level, name int, v linux.Struct) error {
	_, err := u.SetOption(level, name, linux.Append(nil, v))
	return err
}
