// Command idlebench sets many associations up between two processes over UDP on loopback, lets them idle, and says what that costs: memory
// for each association, and CPU time for the HEARTBEATs that each side sends and answers. It takes no rights.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"runtime/debug"
	"time"

	"github.com/gosctp/sctp"
)

const (
	// perSide is the number of sockets of a side; each of one has an association with each of the other.
	perSide = 320
	// serverPort and clientPort are the SCTP ports of the first of them, serverUDP and clientUDP where the two processes meet.
	serverPort, clientPort = 20000, 21000
	serverUDP, clientUDP   = 39899, 39898
)

func main() {
	n := flag.Int("n", 100_000, "associations")
	idle := flag.Duration("time", time.Minute, "how long the associations idle while CPU time is taken")
	interval := flag.Duration("interval", 30*time.Second, "HB.interval of both sides")
	server := flag.Bool("server", false, "be the other process")
	flag.Parse()
	config := sctp.Config{HBInterval: *interval}
	err := error(nil)
	switch {
	case *n < 1 || *n > perSide*perSide:
		err = fmt.Errorf("-n is from 1 to %d", perSide*perSide)
	case *server:
		err = serve(config, *n)
	default:
		err = drive(config, *n, *idle, *interval)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "idlebench:", err)
		os.Exit(1)
	}
}

// side is a process: its sockets.
type side struct{ endpoints []*sctp.Endpoint }

// open opens the sockets of a side and reads what comes.
func open(c sctp.Config, firstPort, udpPort, n int) (*side, error) {
	s := new(side)
	for i := range min(n, perSide) {
		lc := sctp.ListenConfig{Config: c, Backlog: n}
		address := fmt.Sprintf("127.0.0.1:%d?udp=%d", firstPort+i, udpPort)
		e, err := lc.ListenEndpoint(context.Background(), "sctp/udp", address)
		if err != nil {
			return nil, err
		}
		s.endpoints = append(s.endpoints, e)
		go func() {
			for buf := make([]byte, 64); ; {
				if _, _, err := e.Recv(buf); err != nil {
					return
				}
			}
		}()
	}
	return s, nil
}

// usage is what a process has used.
type usage struct {
	RSS         int           // bytes
	CPU, Tidied time.Duration // user and system, before and after it has given back the memory that it does not need
	Established uint64
	Control     uint64 // chunks sent
}

// usage returns what this process has used, with no more memory than it needs.
func (s *side) usage() (u usage, err error) {
	if u.CPU, err = cpuTime(); err != nil {
		return u, err
	}
	c := s.endpoints[0].Counters()
	u.Established, u.Control = c.CurrEstab, c.OutCtrlChunks
	debug.FreeOSMemory()
	if u.RSS, err = rss(); err == nil {
		u.Tidied, err = cpuTime()
	}
	return u, err
}

// serve is the other process: it says what it uses for every line that it is told.
func serve(c sctp.Config, n int) error {
	s, err := open(c, serverPort, serverUDP, n)
	if err != nil {
		return err
	}
	out := json.NewEncoder(os.Stdout)
	for in := bufio.NewScanner(os.Stdin); ; {
		u, err := s.usage()
		if err == nil {
			err = out.Encode(u)
		}
		if err != nil {
			return err
		}
		if !in.Scan() {
			return in.Err()
		}
	}
}

// other is the other process, as this one sees it.
type other struct {
	ask    func() error
	answer *json.Decoder
	end    func()
}

func (o *other) usage() (u usage, err error) {
	if err = o.ask(); err == nil {
		err = o.answer.Decode(&u)
	}
	return u, err
}

// startServer starts the other process; it has opened its sockets when the first answer is there.
func startServer(ctx context.Context, n int, interval time.Duration) (*other, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, self, "-server", "-n", fmt.Sprint(n), "-interval", interval.String())
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	return &other{
		ask:    func() error { _, err := fmt.Fprintln(in); return err },
		answer: json.NewDecoder(out),
		end:    func() { in.Close(); _ = cmd.Wait() }, // it ends with its input
	}, nil
}

// drive sets the associations up and measures.
func drive(c sctp.Config, n int, idle, interval time.Duration) error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	server, err := startServer(ctx, n, interval)
	if err != nil {
		return err
	}
	defer server.end()
	var before, set, after [2]usage
	if err := server.answer.Decode(&before[1]); err != nil {
		return fmt.Errorf("the other process: %w", err)
	}
	s, err := open(c, clientPort, clientUDP, n)
	if err != nil {
		return err
	}
	if before[0], err = s.usage(); err != nil {
		return err
	}
	began := time.Now()
	if err := s.connect(ctx, n); err != nil {
		return err
	}
	took := time.Since(began)
	fmt.Printf("%d associations, set up with a message each at %.0f a second\n", n, float64(n)/took.Seconds())
	time.Sleep(2 * interval) // every association has sent a HEARTBEAT, and trimmed its memory
	take := func(u *[2]usage) error {
		var errs [2]error
		u[0], errs[0] = s.usage()
		u[1], errs[1] = server.usage()
		return errors.Join(errs[:]...)
	}
	if err := take(&set); err != nil {
		return err
	}
	time.Sleep(idle)
	if err := take(&after); err != nil {
		return err
	}
	for i, name := range []string{"client", "server"} {
		share := (after[i].CPU - set[i].Tidied).Seconds() / idle.Seconds()
		fmt.Printf("%s: %d established, %d bytes of memory each; %.1f %% of a core for %.0f HEARTBEATs and answers a second\n", name,
			after[i].Established, (set[i].RSS-before[i].RSS)/n, 100*share, float64(after[i].Control-set[i].Control)/idle.Seconds())
	}
	return nil
}

// maxConnecting is how many associations are set up at a time.
const maxConnecting = 64

// connect sends one message to each peer, which sets an association up.
func (s *side) connect(ctx context.Context, n int) error {
	failed, slots := make(chan error, n), make(chan struct{}, maxConnecting)
	loopback := netip.AddrFrom4([4]byte{127, 0, 0, 1})
	for i := range n {
		slots <- struct{}{}
		from := s.endpoints[i/perSide]
		to := &sctp.Addr{IPs: []netip.Addr{loopback}, Port: uint16(serverPort + i%perSide), EncapPort: serverUDP}
		go func() {
			id, err := from.SendTo(ctx, []byte{1}, to, nil)
			for err == nil {
				st, statusErr := from.Status(id)
				if err = statusErr; err == nil && st.State == sctp.Established {
					break
				}
				time.Sleep(time.Millisecond)
			}
			<-slots
			failed <- err
		}()
	}
	for range n {
		if err := <-failed; err != nil {
			return err
		}
	}
	return nil
}
