package require

import (
	"runtime"
	"testing"
)

// verdict is a testing.TB that keeps what That told it instead of acting on it.
type verdict struct {
	testing.TB
	skipped, failed bool
}

func (v *verdict) Helper()               {}
func (v *verdict) Skipf(string, ...any)  { v.skipped = true; runtime.Goexit() }
func (v *verdict) Fatalf(string, ...any) { v.failed = true; runtime.Goexit() }

// judge runs f with a verdict of its own, in a goroutine that Skipf and Fatalf may end.
func judge(t *testing.T, f func(testing.TB)) *verdict {
	t.Helper()
	v := &verdict{TB: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		f(v)
	}()
	<-done
	return v
}

func TestThat(t *testing.T) {
	for _, tt := range []struct {
		name            string
		env             string
		ok              bool
		what            string
		skipped, failed bool
	}{
		{name: "a need that is met passes", env: "all", ok: true, what: "raw sockets"},
		{name: "a need that nobody demands skips", what: "raw sockets", skipped: true},
		{name: "another need that is demanded skips", env: "root,tshark", what: "raw sockets", skipped: true},
		{name: "all demands every need", env: "all", what: "raw sockets", failed: true},
		{name: "the first word demands a need", env: "root,raw", what: "raw sockets", failed: true},
		{name: "a need may be excepted", env: "all,-raw", what: "raw sockets", skipped: true},
		{name: "and the others are not", env: "all,-raw", what: "root", failed: true},
		{name: "a colon ends the name", env: "raw", what: "raw: sockets", failed: true},
		{name: "a longer name is another need", env: "rawhide", what: "raw sockets", skipped: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv(EnvVar, tt.env)
			v := judge(t, func(tb testing.TB) { That(tb, tt.ok, tt.what) })
			if v.skipped != tt.skipped || v.failed != tt.failed {
				t.Errorf("skipped %t, failed %t; want %t, %t", v.skipped, v.failed, tt.skipped, tt.failed)
			}
		})
	}
}

func TestToolFindsProgramsInPath(t *testing.T) {
	t.Setenv(EnvVar, "all")
	if v := judge(t, func(tb testing.TB) { Tool(tb, "no-such-program-anywhere") }); !v.failed {
		t.Error("a demanded program that does not exist did not fail the test")
	}
	if got := Tool(t, "go"); got == "" {
		t.Error("the go command was found, but its path is empty")
	}
}
