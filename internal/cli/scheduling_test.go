package cli

import (
	"slices"
	"testing"

	"github.com/spf13/pflag"

	"github.com/gosctp/sctp"
)

func TestSchedulingByName(t *testing.T) {
	var s Scheduling
	fs := pflag.NewFlagSet("test", pflag.ContinueOnError)
	s.Flags(fs)
	var c sctp.Config
	if s.Configure(&c); c.Scheduler != nil {
		t.Error("a scheduler that nobody asked for")
	}
	for name := range schedulers {
		if err := fs.Parse([]string{"--scheduler=" + name, "--weights=1,0x10,65535"}); err != nil {
			t.Fatal(err)
		}
		if s.Configure(&c); c.Scheduler == nil || c.Scheduler() == nil {
			t.Errorf("no scheduler %s", name)
		}
	}
	if want := []uint16{1, 16, 65535}; !slices.Equal(s.weights, want) || s.Weights() != 3 {
		t.Errorf("weights %v, want %v", s.weights, want)
	}
	for _, arg := range []string{"--weights=", "--weights=1,", "--weights=65536", "--weights=heavy", "--scheduler=fifo"} {
		if err := fs.Parse([]string{arg}); err == nil {
			t.Errorf("%s was taken", arg)
		}
	}
}
