package sockets

import (
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/gosctp/sctp/internal/abi/linux"
)

// report returns the lines of a report, without the titles, and with the handles of objects replaced by a letter.
func (w *world) report(st *Stack, name string) (title string, lines []string) {
	w.t.Helper()
	b, err := st.Report(name)
	w.ok(err)
	all := strings.Split(strings.TrimSuffix(string(b), "\n"), "\n")
	for _, l := range all[1:] {
		lines = append(lines, handles.ReplaceAllString(l, "H"))
	}
	return all[0], lines
}

var handles = regexp.MustCompile(`\b[0-9a-f]{8}\b`)

func (w *world) wantLines(st *Stack, name string, want ...string) {
	w.t.Helper()
	if _, got := w.report(st, name); strings.Join(got, "\n") != strings.Join(want, "\n") {
		w.t.Errorf("%s:\n%s\nwant\n%s", name, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// The lines are those that Linux 6.12 wrote for the same sockets, but for numbers that tell machines apart.
func TestReports(t *testing.T) {
	inWorld(t, func(w *world) {
		l := w.listener(5)
		l.SetHolder(7, 381)
		fresh := w.socket(w.right, linux.AF_INET, sockStream)
		w.ok(fresh.Bind(at("0.0.0.0", 8)))
		many := w.socket(w.right, linux.AF_INET6, sockSeqpacket)
		w.ok(many.Bind(at("::", 6000)))
		w.ok(many.Listen(5))
		w.wantLines(w.right, "eps",
			"H H 2   10  7    7         7   381 0.0.0.0 ",
			"H H 0   10  39   6000      0     0 0000:0000:0000:0000:0000:0000:0000:0000 ")
		w.wantLines(w.right, "assocs")
		w.wantLines(w.right, "remaddr")

		c := w.socket(w.left, linux.AF_INET, sockStream)
		w.ok(c.Bind(at(leftIP, 33555)))
		w.ok(c.connect(at(rightIP, 7)))
		w.settle()
		const ends = "\t    7500    10    10   10    0    0        0        1        0   212992   212992"
		w.wantLines(w.right, "assocs",
			"H H 2   10  3  0       3        0        0       7   381 7     33555  *192.0.2.2 <-> *192.0.2.1 "+ends)
		w.wantLines(w.left, "assocs",
			"H H 2   1   3  0       3        0        0       0     0 33555     7  *192.0.2.1 <-> *192.0.2.2 "+ends)
		s := w.accept(l)
		s.SetHolder(9, 400)
		w.ok(c.send("hello"))
		w.settle()
		w.wantLines(w.right, "assocs",
			"H H 2   1   3  0       3        0      261       9   400 7     33555  *192.0.2.2 <-> *192.0.2.1 "+ends)
		w.wantLines(w.right, "remaddr", "192.0.2.1  3 1 750 5 0 0 2")
		closeAll(l, fresh, many, c)
		w.settle()
		s.wantText("hello")
		s.Close()
		w.settle()
		w.wantLines(w.right, "assocs")
		w.wantLines(w.right, "eps")
		if _, err := w.right.Report("nothing"); err != syscall.ENOENT {
			t.Errorf("a report that there is not: %v", err)
		}
		if got := w.right.all.list(); len(got) != 0 {
			t.Errorf("%d sockets are left", len(got))
		}
	})
}

func TestReportOfCounters(t *testing.T) {
	inWorld(t, func(w *world) {
		c, s, l := w.pair()
		w.ok(c.send("hello"))
		s.wantText("hello")
		closeAll(c, s, l)
		w.settle()
		b, err := w.left.Report("snmp")
		w.ok(err)
		for _, want := range []string{
			"SctpCurrEstab                   \t0\n", "SctpActiveEstabs                \t1\n", "SctpShutdowns                   \t1\n",
			"SctpOutOrderChunks              \t1\n", "SctpT5ShutdownGuardExpireds     \t0\n", "SctpInDataChunkDiscards         \t0\n",
		} {
			if !strings.Contains(string(b), want) {
				t.Errorf("no %q in\n%s", want, b)
			}
		}
		if b, _ := w.right.Report("snmp"); !strings.Contains(string(b), "SctpPassiveEstabs               \t1\n") ||
			!strings.Contains(string(b), "SctpDelaySackExpireds           \t") {
			t.Errorf("of the server\n%s", b)
		}
	})
}

func TestProtocolsCountSockets(t *testing.T) {
	inWorld(t, func(w *world) {
		all := []*user{w.socket(w.left, linux.AF_INET, sockStream), w.socket(w.left, linux.AF_INET6, sockStream), w.socket(w.left, linux.AF_INET6, sockSeqpacket)}
		const want = "SCTPv6    1552      2      -1   NI       0   yes  sctp        y  n  y  y  y  y  y  y  y  y  y  y  y  y  y  y  n  y\n" +
			"SCTP      1392      1      -1   NI       0   yes  sctp        y  n  y  y  y  y  y  y  y  y  y  y  y  y  y  y  n  y\n"
		if got := string(w.left.Protocols()); got != want {
			t.Errorf("\n%s, want\n%s", got, want)
		}
		closeAll(all...)
	})
}
