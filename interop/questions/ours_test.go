//go:build linux && (amd64 || arm64)

package questions_test

import (
	"bytes"
	"context"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/require"
	"github.com/gosctp/sctp/interop/questions"
)

var (
	group    = flag.String("group", "", "ask our sockets only these groups of questions, whose names are separated by commas, and show all that differs")
	matching = flag.String("matching", "", "show only differences in questions with this text")
)

// ourTime bounds one run of the program on our sockets, which takes some seconds. A group that hangs ends itself after a minute.
const ourTime = 3 * time.Minute

// maxShown is how many differences a failing test shows.
const maxShown = 200

// extensionSysctls are those of the second record.
var extensionSysctls = []string{"reconf_enable", "intl_enable", "auth_enable", "addip_enable", "pf_expose"}

// programs are sctp and the program with the questions.
type programs struct{ sctp, questions string }

func build(t *testing.T) programs {
	t.Helper()
	dir := t.TempDir()
	sctp := filepath.Join(dir, "sctp")
	if out, err := exec.Command("go", "build", "-o", sctp, "../../cmd/sctp").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	asking, err := questions.Build(dir)
	if err != nil {
		t.Fatal(err)
	}
	return programs{sctp, asking}
}

// askUs runs the program on our sockets: of root in a network namespace of its own, as the kernel was asked.
func askUs(t *testing.T, p programs, network, sysctls []string) []string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), ourTime)
	defer cancel()
	args := slices.Concat([]string{p.sctp, "run"}, network)
	for _, name := range sysctls {
		args = append(args, "--sysctl", "net.sctp."+name+"=1")
	}
	args = append(args, p.questions)
	args = append(args, groups()...)
	args = slices.Concat(namespace(), []string{"sh", "-c", `ip link set lo up && exec "$@"`, "sh"}, args)
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	var problems bytes.Buffer
	cmd.Stderr = &problems
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, problems.Bytes())
	}
	lines := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
	if lines[len(lines)-1] != questions.Done {
		t.Fatalf("answers end with %q\n%s", lines[len(lines)-1], problems.Bytes())
	}
	return lines[:len(lines)-1]
}

// deviations reads a list of them.
func deviations(t *testing.T, name string) *questions.Deviations {
	t.Helper()
	d, err := questions.ParseDeviations(recorded(t, name))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return d
}

// groups are the groups to ask, none for all of them. Who is not root asks only about options: other questions are about what root may do.
func groups() []string {
	switch {
	case *group != "":
		return strings.Split(*group, ",")
	case os.Geteuid() != 0:
		return []string{"get", "get-lengths", "set", "set-lengths", "ids"}
	}
	return nil
}

// namespace runs a command in a network namespace of its own, in which it may raise the loopback interface.
func namespace() []string {
	if os.Geteuid() == 0 {
		return []string{"unshare", "--net"}
	}
	return []string{"unshare", "--map-root-user", "--net"}
}

// TestWeAnswerAsLinux asks our sockets what the kernel was asked, over IP as root and over UDP as anybody. Differences are those of
// testdata/deviations.txt, which has the reason of each, and no others.
func TestWeAnswerAsLinux(t *testing.T) {
	for _, tool := range []string{"gcc", "ip", "unshare"} {
		require.Tool(t, tool)
	}
	if os.Geteuid() != 0 {
		alone := namespace()
		require.That(t, exec.Command(alone[0], append(alone[1:], "true")...).Run() == nil, "userns: network namespaces for everybody")
	}
	p := build(t)
	defaults := recorded(t, "linux-6.12.txt")
	extensions := questions.Apply(defaults, recorded(t, "linux-6.12-extensions.txt"))
	overIP := deviations(t, "deviations.txt")
	overUDP := overIP.With(deviations(t, "deviations-udp.txt"))
	networks := []struct {
		name    string
		network []string
		known   *questions.Deviations
		found   []questions.Difference
		whole   bool
	}{{name: "raw", known: overIP}, {name: "udp", network: []string{"--udp"}, known: overUDP}}
	t.Cleanup(func() {
		if n := networks; n[0].whole && n[1].whole {
			for _, pattern := range overUDP.Unused(slices.Concat(n[0].found, n[1].found)) {
				t.Errorf("no deviation any more: %s", pattern)
			}
		}
	})
	for i := range networks {
		n := &networks[i]
		t.Run(n.name, func(t *testing.T) {
			t.Parallel() // they wait for time-outs more than they compute
			if n.network == nil {
				require.Root(t)
			}
			byDefault := t.Run("defaults", func(t *testing.T) {
				ask := func() []string { return askUs(t, p, n.network, nil) }
				n.found = append(n.found, judge(t, n.known, defaults, ask)...)
			})
			extended := t.Run("extensions", func(t *testing.T) {
				ask := func() []string { return askUs(t, p, n.network, extensionSysctls) }
				n.found = append(n.found, judge(t, n.known, extensions, ask)...)
			})
			n.whole = byDefault && extended && groups() == nil && *matching == ""
		})
	}
}

// TestOtherAnswersAreFound gives a wrong answer to every question: hardly any may pass for a known deviation.
func TestOtherAnswersAreFound(t *testing.T) {
	defaults := recorded(t, "linux-6.12.txt")
	wrong := slices.Clone(defaults)
	for i := range wrong {
		wrong[i] += " but wrong"
	}
	known := deviations(t, "deviations.txt").With(deviations(t, "deviations-udp.txt"))
	all := questions.Compare(defaults, wrong)
	hidden := slices.DeleteFunc(slices.Clone(all), func(d questions.Difference) bool { return !known.Has(d) })
	if len(all) < len(defaults) || len(hidden) > len(all)/50 {
		t.Errorf("of %d wrong answers %d are found, and of these %d pass", len(defaults), len(all), len(hidden))
	}
	t.Logf("%d of %d wrong answers pass", len(hidden), len(all))
}

// judge holds our answers against the record, and returns where they differ. What is not known to differ is an error, unless it is no more
// when everything is asked again: answers come late on a busy machine.
func judge(t *testing.T, known *questions.Deviations, record []string, ask func() []string) []questions.Difference {
	t.Helper()
	all, wrong := differences(known, record, ask())
	if len(wrong) > 0 && *group == "" {
		t.Logf("%d answers are wrong, for instance\n%v", len(wrong), wrong[0])
		_, again := differences(known, record, ask())
		wrong = slices.DeleteFunc(wrong, func(d questions.Difference) bool {
			return !slices.ContainsFunc(again, func(e questions.Difference) bool { return d.Question == e.Question })
		})
	}
	for i, d := range wrong {
		if i == maxShown {
			t.Errorf("and %d more", len(wrong)-maxShown)
			break
		}
		t.Error(d)
	}
	t.Logf("%d answers are other than Linux', %d of them wrong", len(all), len(wrong))
	return all
}

// differences are all between answers and their record, and those that are not known.
func differences(known *questions.Deviations, record, answers []string) (all, wrong []questions.Difference) {
	if groups() != nil {
		record = only(record, answers)
	}
	all = questions.Compare(record, answers)
	wrong = slices.DeleteFunc(slices.Clone(all), func(d questions.Difference) bool {
		return known.Has(d) || !strings.Contains(d.Question, *matching)
	})
	return all, wrong
}

// only returns the lines of a record that are of sections which were asked.
func only(record, answers []string) []string {
	asked := make(map[string]bool)
	for _, line := range answers {
		section, _, _ := strings.Cut(line, " | ")
		asked[section] = true
	}
	return slices.DeleteFunc(slices.Clone(record), func(line string) bool {
		section, _, _ := strings.Cut(line, " | ")
		return !asked[section]
	})
}

// recorded reads a file of testdata.
func recorded(t *testing.T, name string) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
}
