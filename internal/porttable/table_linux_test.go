package porttable

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// rootEnv makes this test binary a process that obeys commands, and says how its names begin.
const rootEnv = "GOSCTP_TEST_PORTTABLE"

func TestMain(m *testing.M) {
	if r := os.Getenv(rootEnv); r != "" {
		root = r
		if err := obey(os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	root = fmt.Sprintf("@gosctp-test-%d", os.Getpid())
	os.Exit(m.Run())
}

// obey runs commands, one a line, and answers each with a line:
//
//	open raw|udp UDPPORT
//	claim PORT [ADDR...]
//	share PORT [ADDR...]
//	ootb
//	wait
func obey(in io.Reader, out io.Writer) error {
	var table *Table
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		words := strings.Fields(lines.Text())
		number := 0
		if len(words) > 1 {
			number, _ = strconv.Atoi(words[len(words)-1])
		}
		switch words[0] {
		case "open":
			kind := Raw
			if words[1] == "udp" {
				kind = UDP
			}
			var err error
			if table, err = Open(kind, uint16(number)); err != nil {
				return err
			}
			fmt.Fprintln(out, "ok")
		case "claim", "share":
			port, _ := strconv.Atoi(words[1])
			hold := Alone
			if words[0] == "share" {
				hold = Sharing
			}
			_, err := table.Claim(uint16(port), addrs(words[2:]...), hold)
			fmt.Fprintln(out, verdict(err))
		case "ootb":
			fmt.Fprintln(out, table.ClaimOOTB())
		case "wait":
			<-table.OOTBFree()
			fmt.Fprintln(out, "free")
		}
	}
	return lines.Err()
}

func verdict(err error) string {
	switch {
	case err == nil:
		return "ok"
	case errors.Is(err, ErrInUse):
		return "in use"
	default:
		return err.Error()
	}
}

// process is another process.
type process struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Scanner
}

// start starts a process with an open table.
func start(t *testing.T, kind string, udpPort uint16) *process {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := &process{cmd: exec.Command(exe)}
	// Under the race detector a process would wait a second before it exits.
	p.cmd.Env = append(os.Environ(), rootEnv+"="+root, "GORACE=atexit_sleep_ms=0")
	p.cmd.Stderr = os.Stderr
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	stdout, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.out = bufio.NewScanner(stdout)
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		p.in.Close()
		_ = p.cmd.Wait() // Some were killed by their test.
	})
	if got := p.do(fmt.Sprintf("open %s %d", kind, udpPort)); got != "ok" {
		t.Fatalf("another process cannot open a table: %s", got)
	}
	return p
}

// do has a command run, and returns the answer.
func (p *process) do(command string) string {
	p.say(command)
	return p.answer()
}

func (p *process) say(command string) { fmt.Fprintln(p.in, command) }

func (p *process) answer() string {
	if !p.out.Scan() {
		return "(no answer)"
	}
	return p.out.Text()
}

// kill ends a process as a crash would.
func (p *process) kill(t *testing.T) {
	t.Helper()
	if err := p.cmd.Process.Signal(unix.SIGKILL); err != nil {
		t.Fatal(err)
	}
	_ = p.cmd.Wait() // Says that it was killed.
}

func open(t *testing.T, kind Kind, udpPort uint16) *Table {
	t.Helper()
	table, err := Open(kind, udpPort)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { table.Close() })
	return table
}

func TestConflicts(t *testing.T) {
	for i, tt := range conflicts {
		port := uint16(100 + i)
		a, b := open(t, Raw, 0), open(t, Raw, 0)
		first, err := a.Claim(port, tt.first, Alone)
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		second, err := b.Claim(port, tt.second, Alone)
		if got := errors.Is(err, ErrInUse); got != tt.conflict || err != nil && !tt.conflict {
			t.Errorf("%s: %v, want a conflict: %t", tt.name, err, tt.conflict)
		}
		if err == nil {
			second.Release()
		}
		first.Release()
		first.Release() // Twice does nothing.
		if c, err := b.Claim(port, tt.second, Alone); err != nil {
			t.Errorf("%s: after release: %v", tt.name, err)
		} else if c.Port() != port {
			t.Errorf("%s: claimed port %d, got %d", tt.name, port, c.Port())
		}
	}
}

func TestAConflictNamesTheProcess(t *testing.T) {
	table := open(t, Raw, 0)
	p := start(t, "raw", 0)
	if got := p.do("claim 200 127.0.0.1"); got != "ok" {
		t.Fatal(got)
	}
	for name, list := range map[string][]netip.Addr{"the same address": addrs("127.0.0.1"), "all addresses": nil} {
		_, err := table.Claim(200, list, Alone)
		var inUse *InUseError
		if !errors.As(err, &inUse) || inUse.Port != 200 || inUse.PID != p.cmd.Process.Pid || inUse.Addr != addrs("127.0.0.1")[0] {
			t.Errorf("%s: the error is %v, want one that names process %d", name, err, p.cmd.Process.Pid)
		}
	}
}

func TestACrashFreesThePort(t *testing.T) {
	table := open(t, Raw, 0)
	for _, list := range []string{"", " 127.0.0.1 ::1"} {
		p := start(t, "raw", 0)
		if got := p.do("claim 201" + list); got != "ok" {
			t.Fatal(got)
		}
		if _, err := table.Claim(201, nil, Alone); !errors.Is(err, ErrInUse) {
			t.Fatalf("while the other process lives: %v, want ErrInUse", err)
		}
		p.kill(t)
		c, err := table.Claim(201, nil, Alone)
		if err != nil {
			t.Fatalf("after its end: %v", err)
		}
		c.Release()
	}
}

func TestOneOfManyRacingProcessesWins(t *testing.T) {
	const processes = 16
	var all []*process
	for range processes {
		all = append(all, start(t, "raw", 0))
	}
	for _, tt := range []struct {
		name string
		list func(i int) string
		want int
	}{
		{"all for all addresses", func(int) string { return "" }, 1},
		{"all for one address", func(int) string { return " 127.0.0.1" }, 1},
		{"each for an address of its own", func(i int) string { return fmt.Sprintf(" 127.0.0.%d", 1+i) }, processes},
	} {
		port := 300 + len(tt.name)
		for i, p := range all {
			p.say(fmt.Sprintf("claim %d%s", port, tt.list(i)))
		}
		won := 0
		for _, p := range all {
			switch got := p.answer(); got {
			case "ok":
				won++
			case "in use":
			default:
				t.Error(got)
			}
		}
		if won != tt.want {
			t.Errorf("%s: %d of %d racing processes won, want %d", tt.name, won, processes, tt.want)
		}
	}
}

// Whoever comes first, either one process has the port for all addresses, or others have it for one each.
func TestRaceOfAllAgainstSome(t *testing.T) {
	const processes = 8
	var all []*process
	for range processes {
		all = append(all, start(t, "raw", 0))
	}
	for port := 400; port < 420; port++ {
		for i, p := range all {
			list := ""
			if (i+port)%2 == 0 {
				list = fmt.Sprintf(" 127.0.0.%d", 1+i)
			}
			p.say(fmt.Sprintf("claim %d%s", port, list))
		}
		forAll, forSome := 0, 0
		for i, p := range all {
			if p.answer() != "ok" {
				continue
			}
			if (i+port)%2 == 0 {
				forSome++
			} else {
				forAll++
			}
		}
		if !(forAll == 1 && forSome == 0) && !(forAll == 0 && forSome == processes/2) {
			t.Errorf("port %d: %d hold it for all addresses, %d for some", port, forAll, forSome)
		}
	}
}

func TestLookupFindsTheUDPPortOfAnotherProcess(t *testing.T) {
	table := open(t, UDP, 1)
	p, q := start(t, "udp", 9899), start(t, "udp", 40001)
	for _, got := range []string{p.do("claim 202"), q.do("claim 203 127.0.0.1 ::1")} {
		if got != "ok" {
			t.Fatal(got)
		}
	}
	for _, tt := range []struct {
		port uint16
		addr string
		want uint16
	}{
		{202, "127.0.0.1", 9899},
		{202, "fd00::9", 9899},
		{203, "127.0.0.1", 40001},
		{203, "::1", 40001},
		{203, "127.0.0.2", 0},
		{204, "127.0.0.1", 0},
	} {
		for range 3 {
			got, ok := table.Lookup(tt.port, netip.MustParseAddr(tt.addr))
			if got != tt.want || ok != (tt.want != 0) {
				t.Errorf("port %d of %s: UDP port %d (%t), want %d", tt.port, tt.addr, got, ok, tt.want)
			}
		}
	}
	p.kill(t)
	if got, ok := table.Lookup(202, netip.MustParseAddr("127.0.0.1")); ok {
		t.Errorf("UDP port %d is found for a process that has ended", got)
	}
}

func TestKindsHaveTheirOwnPorts(t *testing.T) {
	if _, err := open(t, Raw, 0).Claim(205, nil, Alone); err != nil {
		t.Fatal(err)
	}
	if _, err := open(t, UDP, 9899).Claim(205, nil, Alone); err != nil {
		t.Errorf("a port of raw IP is in use over UDP: %v", err)
	}
}

func TestTheRightToAnswerOOTBPassesOn(t *testing.T) {
	a, b, c := start(t, "raw", 0), start(t, "raw", 0), start(t, "raw", 0)
	if got := a.do("ootb"); got != "true" {
		t.Fatalf("the first process gets the right: %s", got)
	}
	if got := a.do("ootb"); got != "true" {
		t.Fatalf("asked again, it still has it: %s", got)
	}
	for _, p := range []*process{b, c} {
		if got := p.do("ootb"); got != "false" {
			t.Fatalf("a second process gets the right: %s", got)
		}
		p.say("wait")
	}
	a.kill(t)
	holders := 0
	for _, p := range []*process{b, c} {
		if got := p.answer(); got != "free" {
			t.Fatalf("waiting for the right ends with %q", got)
		}
		if p.do("ootb") == "true" {
			holders++
		}
	}
	if holders != 1 {
		t.Errorf("%d processes have the right after its holder ended, want 1", holders)
	}
}

func TestCloseGivesTheRightUp(t *testing.T) {
	a, b := open(t, UDP, 0), open(t, UDP, 0)
	if !a.ClaimOOTB() || b.ClaimOOTB() {
		t.Fatal("the first of two tables does not get the right, or the second does")
	}
	a.Close()
	<-b.OOTBFree() // The test times out if it does not come.
	if !b.ClaimOOTB() {
		t.Error("the right is not free after its holder was closed")
	}
	if a.ClaimOOTB() {
		t.Error("a closed table gets the right")
	}
}

func TestConnectionToAClaimIsNoClaim(t *testing.T) {
	name := Raw.names(150, addrs("127.0.0.1"))[0]
	holder, err := listen(name)
	if err != nil {
		t.Fatal(err)
	}
	asking, err := connect(name)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(asking)
	answering, _, err := unix.Accept(holder)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(answering)
	if got, ok := Raw.anAddress(150); got != name || !ok {
		t.Error("a claim is not in the list")
	}
	unix.Close(holder)
	if got, ok := Raw.anAddress(150); ok {
		t.Errorf("%s is still in the list after its holder has gone", got)
	}
}

// The holder closes between the connection of who waits and its being accepted.
func TestCloseGivesTheRightToWhoJustCame(t *testing.T) {
	a, b := open(t, UDP, 0), open(t, UDP, 0)
	if !a.ClaimOOTB() {
		t.Fatal("the right is not free")
	}
	a.poller.close()
	if b.ClaimOOTB() {
		t.Fatal("two tables have the right")
	}
	a.closed = true
	a.acceptWatcher()
	a.ootb.close()
	<-b.OOTBFree() // The test times out if it does not come.
	if !b.ClaimOOTB() {
		t.Error("the right is not free after its holder was closed")
	}
}

func TestTooManyWaitForTheRight(t *testing.T) {
	holder := open(t, UDP, 0)
	if !holder.ClaimOOTB() {
		t.Fatal("the right is not free")
	}
	holder.ootb.mu.Lock()
	for i := range maxWatchers {
		holder.ootb.others[-1-i] = struct{}{}
	}
	holder.ootb.mu.Unlock()
	fd, err := connect(UDP.prefix() + "ootb")
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	if err := unix.SetNonblock(fd, false); err != nil {
		t.Fatal(err)
	}
	var said [2]byte
	if n, err := unix.Read(fd, said[:]); n != len(goAway) || err != nil {
		t.Errorf("one too many reads %d bytes (%v), want to be told to go away", n, err)
	}
}

func TestLockOfAProcessThatDied(t *testing.T) {
	unlock, err := Raw.lock()
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error)
	go func() {
		second, err := Raw.lock()
		if err == nil {
			second()
		}
		done <- err
	}()
	select {
	case err := <-done:
		t.Fatalf("the lock was given twice (%v)", err)
	default:
	}
	unlock() // As the kernel does for a process that ends.
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestWaitingForTheLockEnds(t *testing.T) {
	fd, err := listen(root + "/stuck")
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	waitForEnd(root+"/stuck", time.Now().Add(time.Millisecond)) // The test times out if it does not return.
}

func TestClosedTable(t *testing.T) {
	table := open(t, Raw, 0)
	c, err := table.Claim(206, nil, Alone)
	if err != nil {
		t.Fatal(err)
	}
	table.Close()
	c.Release() // Does nothing.
	if _, err := table.Claim(207, nil, Alone); !errors.Is(err, ErrClosed) {
		t.Errorf("a closed table says %v, want ErrClosed", err)
	}
	if _, err := open(t, Raw, 0).Claim(206, nil, Alone); err != nil {
		t.Errorf("the port of a closed table is not free: %v", err)
	}
}
