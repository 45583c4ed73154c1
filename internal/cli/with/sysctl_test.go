package with

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gosctp/sctp/internal/abi/linux"
	"github.com/gosctp/sctp/internal/cli"
)

func TestSettings(t *testing.T) {
	for _, c := range []struct{ assignment, failure string }{
		{"net.sctp.rto_min=100", ""},
		{"net/sctp/rto_min = 100", ""},
		{"rto_min=100", ""},
		{"net.sctp.rto_min", "has no value; allowed: net.sctp.NAME=VALUE"},
		{"net.sctp.rto_minimum=100", `unknown setting "net.sctp.rto_minimum"; allowed: net.sctp. with one of addip_enable, `},
		{"net.ipv4.ip_forward=1", `unknown setting "net.ipv4.ip_forward"`},
		{"net.sctp.rto_min=1e3", `"1e3" is not allowed`},
		{"net.sctp.rto_min=70000", `"70000" is not allowed`},
	} {
		s := linux.DefaultSysctls()
		err := Set(&s, c.assignment)
		var usage *cli.UsageError
		switch {
		case c.failure == "" && (err != nil || s.RTOMin != 100):
			t.Errorf("%q: %v, rto_min is %d", c.assignment, err, s.RTOMin)
		case c.failure != "" && (!errors.As(err, &usage) || !strings.Contains(err.Error(), c.failure)):
			t.Errorf("%q: %v, want wrong use, %s", c.assignment, err, c.failure)
		case c.failure != "" && s != linux.DefaultSysctls():
			t.Errorf("%q changed something", c.assignment)
		}
	}
}

func TestFileOfSettings(t *testing.T) {
	file := filepath.Join(t.TempDir(), "sctp.conf")
	text := "# a comment\n; another\n\n net.sctp.intl_enable = 1\n-net.sctp.of_another_kernel = 2\nnet.sctp.sctp_rmem = 4096 20000 30000\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s := linux.DefaultSysctls()
	if err := Load(&s, file); err != nil || s.InterleavingEnable != 1 || s.Rmem != [3]int{4096, 20000, 30000} {
		t.Errorf("%v, %+v", err, s)
	}
	if err := Load(&s, file+".not"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file that there is not: %v", err)
	}
	for text, failure := range map[string]string{
		"\nnet.sctp.x=1\n":             "line 2: unknown setting",
		strings.Repeat("#", maxLine+1): "line 1: bufio.Scanner: token too long",
	} {
		if err := load(&s, strings.NewReader(text)); err == nil || !strings.HasPrefix(err.Error(), failure) {
			t.Errorf("%.20q: %v, want %s", text, err, failure)
		}
	}
}

func FuzzFileOfSettings(f *testing.F) {
	f.Add("net.sctp.rto_min = 100\n#\n-x=1")
	f.Fuzz(func(t *testing.T, text string) {
		s := linux.DefaultSysctls()
		_ = load(&s, strings.NewReader(text))
		if s.RTOMin > s.RTOMax || s.PFRetrans > s.PSRetrans {
			t.Errorf("inconsistent: %+v", s)
		}
	})
}
