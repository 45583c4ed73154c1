//go:build linux

package programs

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/require"
	"github.com/gosctp/sctp/interop/lab"
)

// patience is how long one test of a program may take. It is only reached when something is wrong.
const patience = 20 * time.Second

// dir is where everybody finds the programs that were built for this run.
var dir string

func TestMain(m *testing.M) {
	var err error
	if dir, err = os.MkdirTemp("", "gosctp-programs-"); err == nil {
		err = os.Chmod(dir, 0o755)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// sctpCommand builds the sctp command, and gives it its second name.
var sctpCommand = sync.OnceValues(func() (string, error) {
	program := filepath.Join(dir, "sctp")
	if out, err := exec.Command("go", "build", "-o", program, "../../cmd/sctp").CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return program, os.Symlink(program, filepath.Join(dir, "withsctp"))
})

// compiled are the programs that were made of testdata.
var compiled struct {
	sync.Mutex
	programs map[string]bool
}

// compile makes a program of testdata/source, once; the flags are gcc's.
func compile(t *testing.T, source string, flags ...string) string {
	t.Helper()
	gcc := require.Tool(t, "gcc")
	_, err := os.Stat("/usr/include/netinet/sctp.h")
	require.That(t, err == nil, "libsctp-dev")
	program := filepath.Join(dir, strings.TrimSuffix(source, ".c")+strings.Join(flags, ""))
	compiled.Lock()
	defer compiled.Unlock()
	if compiled.programs[program] {
		return program
	}
	args := slices.Concat([]string{"-O2", "-Wall", "-Wextra", "-Werror", "-o", program, filepath.Join("testdata", source)}, flags, []string{"-lsctp", "-lpthread"})
	if out, err := exec.Command(gcc, args...).CombinedOutput(); err != nil {
		t.Fatalf("gcc: %v\n%s", err, out)
	}
	if compiled.programs == nil {
		compiled.programs = make(map[string]bool)
	}
	compiled.programs[program] = true
	return program
}

// carrier is how packets travel, and as whom programs run.
type carrier struct {
	name  string
	flags []string
	// as runs a program as another user.
	as []string
}

var (
	rawIP = carrier{name: "in IP"}
	inUDP = carrier{
		name: "in UDP as nobody", flags: []string{"--udp"},
		as: []string{"setpriv", "--reuid", "nobody", "--regid", "nogroup", "--clear-groups", "--pdeathsig", "KILL"},
	}
	carriers = []carrier{rawIP, inUDP}
)

// The addresses of the two ends of a link, and where a place is alone, of itself.
const (
	loopback4, loopback6 = "127.0.0.1", "::1"
	near4, near6         = "192.0.2.1", "2001:db8::1"
	far4, far6           = "192.0.2.2", "2001:db8::2"
)

// place is where programs run: a namespace, how packets leave it, and until when.
type place struct {
	t         *testing.T
	ctx       context.Context
	namespace *lab.Namespace
	carrier   carrier
	// flags are for sctp run and sctp with.
	flags []string
}

// sweep removes what a killed run left behind.
var sweep = sync.OnceValue(lab.Sweep)

// newPlace makes a namespace for a test. The tools are what the test runs.
func newPlace(t *testing.T, c carrier, tools ...string) *place {
	t.Helper()
	needs(t, tools...)
	n, err := lab.NewNamespace()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := n.Close(); err != nil {
			t.Error(err)
		}
	})
	return placeIn(t, c, n)
}

// needs skips the test, or fails it where all is demanded, unless the machine has what every test uses, and these tools.
func needs(t *testing.T, tools ...string) {
	t.Helper()
	require.Root(t)
	for _, tool := range append([]string{"ip", "ethtool", "sysctl", "setpriv"}, tools...) {
		require.Tool(t, tool)
	}
	if _, err := sctpCommand(); err != nil {
		t.Fatal(err)
	}
	if err := sweep(); err != nil {
		t.Fatal(err)
	}
}

// placeIn is a place in a namespace that there is.
func placeIn(t *testing.T, c carrier, n *lab.Namespace) *place {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return &place{t: t, ctx: ctx, namespace: n, carrier: c}
}

// twoPlaces makes two namespaces with a link between them, near4 and near6 at the end of the first.
func twoPlaces(t *testing.T, c carrier, tools ...string) (near, far *place) {
	t.Helper()
	near, far = newPlace(t, c, tools...), newPlace(t, c, tools...)
	if err := lab.Connect("wire", near.namespace, []string{near4 + "/24", near6 + "/64"}, far.namespace, []string{far4 + "/24", far6 + "/64"}); err != nil {
		t.Fatal(err)
	}
	return near, far
}

// in is the place in a subtest.
func (p *place) in(t *testing.T) *place {
	t.Helper()
	q := *p
	q.t = t
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	q.ctx = ctx
	return &q
}

// traced is the place with a trace of calls among what programs say.
func (p *place) traced() *place { return p.having("--trace-calls") }

// having is the place with more flags for sctp run and sctp with.
func (p *place) having(flags ...string) *place {
	q := *p
	q.flags = slices.Concat(p.flags, flags)
	return &q
}

// ports are given out once in a run.
var ports atomic.Int32

// newPort is a port that no other test has.
func newPort() string { return fmt.Sprint(6000 + ports.Add(1)) }

// program is one that runs.
type program struct {
	*lab.Process
	t    *testing.T
	ctx  context.Context
	name string
}

// sides are how the two sides of a conversation are started.
type sides struct {
	t              *testing.T
	server, client func(args ...string) *program
}

// natively starts a program that nothing is done to, as the place's user.
func (p *place) natively(args ...string) *program {
	p.t.Helper()
	process, err := lab.Start(args[0], p.namespace.Command(p.ctx, slices.Concat(p.carrier.as, args)...))
	if err != nil {
		p.t.Fatal(err)
	}
	name := strings.Join(args, " ")
	p.t.Cleanup(func() {
		process.Stop()
		if p.t.Failed() {
			p.t.Logf("%s said:\n%s", name, process.Log())
		}
	})
	return &program{Process: process, t: p.t, ctx: p.ctx, name: name}
}

// run starts a program under sctp run.
func (p *place) run(args ...string) *program {
	p.t.Helper()
	return p.natively(p.under("run", args)...)
}

// with starts a TCP program under sctp with.
func (p *place) with(args ...string) *program {
	p.t.Helper()
	return p.natively(p.under("with", args)...)
}

// sctp starts a command of ours.
func (p *place) sctp(args ...string) *program {
	p.t.Helper()
	sctp, err := sctpCommand()
	if err != nil {
		p.t.Fatal(err)
	}
	return p.natively(slices.Concat([]string{sctp}, args, p.carrier.flags)...)
}

func (p *place) under(how string, args []string) []string {
	sctp, err := sctpCommand()
	if err != nil {
		p.t.Fatal(err)
	}
	return slices.Concat([]string{sctp, how}, p.carrier.flags, p.flags, args)
}

// says waits for a line that begins with one of these words, and returns it.
func (g *program) says(prefixes ...string) string {
	g.t.Helper()
	line, err := g.Expect(g.ctx, prefixes...)
	if err != nil {
		g.t.Fatal(err)
	}
	return line
}

// mentions waits for a line with these words in it, and returns it.
func (g *program) mentions(words string) string {
	g.t.Helper()
	for {
		if line := g.says(""); strings.Contains(line, words) {
			return line
		}
	}
}

// is given a line on its standard input.
func (g *program) hears(line string) {
	g.t.Helper()
	if err := g.Say(line); err != nil {
		g.t.Fatal(err)
	}
}

// hearsNoMore closes its standard input.
func (g *program) hearsNoMore() {
	g.t.Helper()
	if err := g.CloseInput(); err != nil {
		g.t.Fatal(err)
	}
}

// ends waits for its end, which has to be a good one.
func (g *program) ends() {
	g.t.Helper()
	if err := g.Wait(g.ctx); err != nil {
		g.t.Fatal(err)
	}
}

// fails waits for its end, which must not be a good one.
func (g *program) fails() {
	g.t.Helper()
	if g.over() == nil {
		g.t.Fatalf("%s ended well", g.name)
	}
}

// over waits for its end, and returns what is bad about it.
func (g *program) over() *exec.ExitError {
	g.t.Helper()
	err := g.Wait(g.ctx)
	var status *exec.ExitError
	if err != nil && !errors.As(err, &status) {
		g.t.Fatal(err)
	}
	return status
}
