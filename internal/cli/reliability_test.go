package cli

import (
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"

	"github.com/gosctp/sctp"
)

func TestReliabilityIsOneOfThree(t *testing.T) {
	for _, c := range []struct {
		args string
		want sctp.PRInfo
		err  string
	}{
		{"", sctp.PRInfo{}, ""},
		{"--lifetime=200ms", sctp.Lifetime(200 * time.Millisecond), ""},
		{"--lifetime=0", sctp.Lifetime(0), ""},
		{"--max-retransmits=0", sctp.MaxRetransmits(0), ""},
		{"--priority=7", sctp.PriorityPolicy(7), ""},
		{"--priority=7 --lifetime=1", sctp.PRInfo{}, "--lifetime and --priority given; allowed: one of them"},
	} {
		var r Reliability
		fs := pflag.NewFlagSet("test", pflag.ContinueOnError)
		r.Flags(fs)
		if err := fs.Parse(strings.Fields(c.args)); err != nil {
			t.Fatal(err)
		}
		got, err := r.PR()
		switch {
		case c.err == "" && (err != nil || got != c.want):
			t.Errorf("%q gives %v, %v, want %v", c.args, got, err, c.want)
		case c.err != "" && (err == nil || err.Error() != c.err):
			t.Errorf("%q gives error %v, want %s", c.args, err, c.err)
		}
	}
}
