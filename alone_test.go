package sctp_test

import (
	"os"
	"os/exec"
	"testing"
)

// alone reports whether the test has its process for itself, as one needs that looks at the heap: others leave there what goes at any time. If not,
// it runs the test in a process of its own.
func alone(t *testing.T) bool {
	t.Helper()
	const variable = "SCTP_TEST_ALONE"
	if os.Getenv(variable) == t.Name() {
		return true
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, "-test.run=^"+t.Name()+"$", "-test.v", "-test.count=1")
	cmd.Env = append(os.Environ(), variable+"="+t.Name())
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("%v:\n%s", err, out)
	} else {
		t.Logf("%s", out)
	}
	return false
}
