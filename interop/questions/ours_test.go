//go:build linux && (amd64 || arm64)

package questions_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
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
	list     = flag.Bool("list", false, "list the questions that differ")
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

// TestWeAnswerAsLinux asks our sockets what the kernel was asked. Differences are those of testdata/deviations.txt, which has the
// reason of each, and no others.
func TestWeAnswerAsLinux(t *testing.T) {
	require.Tool(t, "gcc")
	require.Tool(t, "ip")
	require.Tool(t, "unshare")
	if os.Geteuid() != 0 {
		alone := namespace()
		require.That(t, exec.Command(alone[0], append(alone[1:], "true")...).Run() == nil, "userns: network namespaces for everybody")
	}
	p := build(t)
	deviations, err := questions.ParseDeviations(recorded(t, "deviations.txt"))
	if err != nil {
		t.Fatal(err)
	}
	var all []questions.Difference
	runs := 0
	defaults := recorded(t, "linux-6.12.txt")
	for name, network := range map[string][]string{"raw": nil, "udp": {"--udp"}} {
		t.Run(name, func(t *testing.T) {
			if name == "raw" {
				require.Root(t)
			}
			t.Run("defaults", func(t *testing.T) {
				all = append(all, judge(t, deviations, defaults, askUs(t, p, network, nil))...)
				runs++
			})
			t.Run("extensions", func(t *testing.T) {
				record := questions.Apply(defaults, recorded(t, "linux-6.12-extensions.txt"))
				all = append(all, judge(t, deviations, record, withoutNoAuth(askUs(t, p, network, extensionSysctls)))...)
				runs++
			})
		})
	}
	if runs == 4 && *group == "" {
		for _, pattern := range deviations.Unused(all) {
			t.Errorf("no deviation any more: %s", pattern)
		}
	}
}

// withoutNoAuth leaves out that peers have no AUTH, which our sockets say of every association, whatever is enabled: it is not there yet.
func withoutNoAuth(answers []string) []string {
	return slices.DeleteFunc(answers, func(line string) bool {
		return strings.Contains(line, " AUTHENTICATION 0880 0000 14000000 0000 0000 02000000 ")
	})
}

// judge holds our answers against the record, and returns where they differ. What is not known to differ is an error.
func judge(t *testing.T, known *questions.Deviations, record, answers []string) []questions.Difference {
	t.Helper()
	if groups() != nil {
		record = only(record, answers)
	}
	all := questions.Compare(record, answers)
	shown := 0
	for _, d := range all {
		switch {
		case known.Has(d) || !strings.Contains(d.Question, *matching):
		case *list:
			fmt.Println("LIST", d.Question)
		default:
			if shown++; shown <= maxShown {
				t.Error(d)
			}
		}
	}
	if shown > maxShown {
		t.Errorf("and %d more", shown-maxShown)
	}
	t.Logf("%d answers, %d of them other than Linux'", len(answers), len(all))
	return all
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
