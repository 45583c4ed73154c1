// Package require lets a test say what it needs from the machine beyond Go: root, a program, a kernel feature.
//
// On a developer's machine a need that is not met skips the test and says why. Where the environment variable SCTP_REQUIRE
// names the need, or says "all", as in CI, the same skip is a failure: so nothing stays untested because a machine lost
// something. The variable is a list separated by commas, for example SCTP_REQUIRE=root,raw,tshark; a minus sign excepts a need
// from all, as in SCTP_REQUIRE=all,-rfctexts.
package require

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// EnvVar is the environment variable that lists the needs that must be met.
const EnvVar = "SCTP_REQUIRE"

// Root skips the test unless it runs as root. The need is called "root".
func Root(t testing.TB) {
	t.Helper()
	That(t, os.Geteuid() == 0, "root")
}

// Tool skips the test unless the program name is in PATH, and returns the program's path. The need is called name.
func Tool(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	That(t, err == nil, name)
	return path
}

// That skips the test unless ok, which tells whether the need what is met. The first word of what is the name under which
// SCTP_REQUIRE asks for it; the rest is for the reader.
func That(t testing.TB, ok bool, what string) {
	t.Helper()
	if ok {
		return
	}
	if Demanded(what) {
		t.Fatalf("not met, but demanded by %s=%s: %s", EnvVar, os.Getenv(EnvVar), what)
	}
	t.Skipf("needs %s (set %s=all to make this a failure)", what, EnvVar)
}

// Demanded reports whether SCTP_REQUIRE demands what, as That understands it.
func Demanded(what string) bool {
	name, _, _ := strings.Cut(what, " ")
	name = strings.TrimSuffix(name, ":")
	demands := strings.Split(os.Getenv(EnvVar), ",")
	return slices.Contains(demands, name) || slices.Contains(demands, "all") && !slices.Contains(demands, "-"+name)
}
