package pipe

import (
	"errors"
	"fmt"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gosctp/sctp/transport"
	"github.com/gosctp/sctp/transport/internal/carriertest"
)

func TestMain(m *testing.M) { carriertest.Main(m) }

// pairs makes the two ends of a connection, of each kind that is tested.
var pairs = map[string]func(t *testing.T) (a, b net.Conn){
	"net.Pipe": func(*testing.T) (a, b net.Conn) { return net.Pipe() },
	"connected UDP": func(t *testing.T) (a, b net.Conn) {
		first := listen(t)
		second, err := net.DialUDP("udp", nil, first.LocalAddr().(*net.UDPAddr))
		if err != nil {
			t.Fatal(err)
		}
		return Connect(first, second.LocalAddr()), second
	},
	"two packet conns": func(t *testing.T) (a, b net.Conn) {
		first, second := listen(t), listen(t)
		return Connect(first, second.LocalAddr()), Connect(second, first.LocalAddr())
	},
}

func listen(t *testing.T) *net.UDPConn {
	t.Helper()
	c, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// onEach runs a test with a connection of each kind.
func onEach(t *testing.T, c Config, f func(t *testing.T, a, b *carriertest.Reader)) {
	for name, pair := range pairs {
		t.Run(name, func(t *testing.T) {
			a, b := pair(t)
			f(t, carriertest.Read(t, New(a, c)), carriertest.Read(t, New(b, c)))
		})
	}
}

var path = transport.Path{Local: LocalAddr(), Remote: RemoteAddr()}

func TestPacketsArriveWholeAndInOrder(t *testing.T) {
	onEach(t, Config{}, func(t *testing.T, a, b *carriertest.Reader) {
		for i, size := range []int{12, 1200, 40, 1200, 13, 600} {
			for _, way := range [][2]*carriertest.Reader{{a, b}, {b, a}} {
				d := transport.Datagram{Path: path, Data: carriertest.Packet(1, 2, i, size)}
				carriertest.Write(t, way[0].Transport, d)
				carriertest.Want(t, "the path is the same at both ends", way[1].Next(t), d)
			}
		}
		a.Idle(t)
		b.Idle(t)
	})
}

func TestWithoutSourceAddressAndToOthers(t *testing.T) {
	onEach(t, Config{}, func(t *testing.T, a, b *carriertest.Reader) {
		carriertest.Write(t, a.Transport,
			transport.Datagram{Path: transport.Path{Remote: LocalAddr()}, Data: []byte("to nobody")},
			transport.Datagram{Path: transport.Path{Remote: RemoteAddr()}, Data: []byte("to the peer")})
		want := transport.Datagram{Path: path, Data: []byte("to the peer")}
		carriertest.Want(t, "only what is for the peer's address leaves", b.Next(t), want)
	})
}

// A net.Pipe takes nothing while nobody reads: WriteBatch must not wait for it.
func TestAFullConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		conn, far := net.Pipe()
		a := New(conn, Config{})
		var ds []transport.Datagram
		for i := range queueLen + 10 {
			ds = append(ds, transport.Datagram{Path: path, Data: carriertest.Packet(1, 2, i, 100)})
		}
		n, err := a.WriteBatch(ds[:1])
		if n != 1 || err != nil {
			t.Fatal(n, err)
		}
		synctest.Wait() // The first is on its way to Write.
		if n, err = a.WriteBatch(ds[1:]); n != queueLen || err != nil {
			t.Fatalf("took %d, %v, want the %d that the queue has room for", n, err, queueLen)
		}
		writable := make(chan error, 1)
		go func() { writable <- a.WaitWritable() }()
		synctest.Wait()
		select {
		case err := <-writable:
			t.Fatalf("WaitWritable returned %v with a full queue", err)
		default:
		}
		b := carriertest.Read(t, New(far, Config{}))
		if err := <-writable; err != nil {
			t.Fatal(err)
		}
		for _, want := range ds[:queueLen+1] {
			carriertest.Want(t, "what waited arrives in order", b.Next(t), want)
		}
		a.Close()
	})
}

func TestCloseSendsWhatIsQueued(t *testing.T) {
	onEach(t, Config{}, func(t *testing.T, a, b *carriertest.Reader) {
		var ds []transport.Datagram
		for i := range 20 {
			ds = append(ds, transport.Datagram{Path: path, Data: carriertest.Packet(1, 2, i, 100)})
		}
		carriertest.Write(t, a.Transport, ds...)
		if err := a.Transport.Close(); err != nil {
			t.Fatal(err)
		}
		for _, want := range ds {
			carriertest.Want(t, "the last packets arrive", b.Next(t), want)
		}
	})
}

func TestCloseDoesNotWaitForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		conn, far := net.Pipe()
		defer far.Close()
		a := New(conn, Config{})
		carriertest.Write(t, a, transport.Datagram{Path: path, Data: []byte("never read")})
		start := time.Now()
		a.Close()
		if waited := time.Since(start); waited != closePatience {
			t.Errorf("Close took %v, want %v", waited, closePatience)
		}
	})
}

func TestCloseEndsBlockedCalls(t *testing.T) {
	onEach(t, Config{}, func(t *testing.T, a, b *carriertest.Reader) {
		a.Transport.Close()
		if err := a.Err(t); !errors.Is(err, net.ErrClosed) {
			t.Errorf("ReadBatch ended with %v, want net.ErrClosed", err)
		}
		if err := a.Transport.WaitWritable(); !errors.Is(err, net.ErrClosed) {
			t.Errorf("WaitWritable says %v, want net.ErrClosed", err)
		}
		if _, err := a.Transport.WriteBatch(nil); !errors.Is(err, net.ErrClosed) {
			t.Errorf("WriteBatch says %v, want net.ErrClosed", err)
		}
		if err := a.Transport.Close(); err != nil {
			t.Errorf("a second Close says %v", err)
		}
	})
}

func TestThePeersEndIsTheEnd(t *testing.T) {
	near, far := net.Pipe()
	a := carriertest.Read(t, New(near, Config{}))
	far.Close()
	if err := a.Err(t); !errors.Is(err, net.ErrClosed) {
		t.Errorf("ReadBatch ended with %v, want net.ErrClosed", err)
	}
}

// A UDP peer that does not listen yet is no reason to give up: SCTP repeats its INIT.
func TestAPortThatIsNotOpenYet(t *testing.T) {
	first := listen(t)
	at := first.LocalAddr().(*net.UDPAddr)
	first.Close()
	conn, err := net.DialUDP("udp", nil, at)
	if err != nil {
		t.Fatal(err)
	}
	a := carriertest.Read(t, New(conn, Config{}))
	for range 3 {
		carriertest.Write(t, a.Transport, transport.Datagram{Path: path, Data: []byte("anybody?")})
	}
	late, err := net.ListenUDP("udp", at)
	if err != nil {
		t.Fatal(err)
	}
	b := carriertest.Read(t, New(Connect(late, conn.LocalAddr()), Config{}))
	d := transport.Datagram{Path: path, Data: []byte("hello")}
	carriertest.Write(t, b.Transport, d)
	carriertest.Want(t, "the connection lives", a.Next(t), d)
}

func TestOthersAreNotHeard(t *testing.T) {
	a, b, stranger := listen(t), listen(t), listen(t)
	defer stranger.Close()
	ra := carriertest.Read(t, New(Connect(a, b.LocalAddr()), Config{}))
	rb := carriertest.Read(t, New(Connect(b, a.LocalAddr()), Config{}))
	if _, err := stranger.WriteTo([]byte("from a stranger"), a.LocalAddr()); err != nil {
		t.Fatal(err)
	}
	d := transport.Datagram{Path: path, Data: []byte("from the peer")}
	carriertest.Write(t, rb.Transport, d)
	carriertest.Want(t, "only the peer is heard", ra.Next(t), d)
	if got, want := fmt.Sprint(Connect(a, b.LocalAddr()).RemoteAddr()), fmt.Sprint(b.LocalAddr()); got != want {
		t.Errorf("the connection leads to %v, want %v", got, want)
	}
}

func TestProperties(t *testing.T) {
	conn, far := net.Pipe()
	defer far.Close()
	a := New(conn, Config{ErrorDetection: transport.DTLS})
	defer a.Close()
	if got, want := a.Caps(), (transport.Caps{ErrorDetection: transport.DTLS}); got != want {
		t.Errorf("Caps are %+v, want %+v", got, want)
	}
	if got := a.MTU(path); got != DefaultMTU {
		t.Errorf("MTU is %d, want %d", got, DefaultMTU)
	}
	addrs, err := a.LocalAddrs()
	if err != nil || len(addrs) != 1 || addrs[0] != LocalAddr() || a.AddrChanges() != nil || a.Queues() != 1 {
		t.Errorf("addresses are %v (%v), in %d queues", addrs, err, a.Queues())
	}
	large := New(&net.UDPConn{}, Config{MTU: 9000})
	defer large.Close()
	if got := large.MTU(path); got != 9000 {
		t.Errorf("MTU is %d, want 9000", got)
	}
}

func TestNoAllocations(t *testing.T) {
	conn, far := net.Pipe()
	a, b := New(conn, Config{}), New(far, Config{})
	defer b.Close()
	defer a.Close()
	d := []transport.Datagram{{Path: path, Data: carriertest.Packet(1, 2, 3, 1200)}}
	in := make([]transport.Datagram, 4)
	carry := func() {
		if n, err := a.WriteBatch(d); n != 1 || err != nil {
			t.Fatal(n, err)
		}
		if n, err := b.ReadBatch(0, in); n != 1 || err != nil {
			t.Fatal(n, err)
		}
	}
	for range 2 * queueLen { // until every place in the queue has its memory
		carry()
	}
	if n := testing.AllocsPerRun(1000, carry); n >= 1 {
		t.Errorf("%v allocations a packet, want none", n)
	}
}
