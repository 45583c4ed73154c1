package cli

import (
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"
)

// flags has one flag of each kind.
type flags struct {
	set    *pflag.FlagSet
	number uint16
	size   int
	time   time.Duration
	word   string
	rate   int
}

func newFlags() *flags {
	f := &flags{set: pflag.NewFlagSet("test", pflag.ContinueOnError), number: 7, size: 16 << 10, time: time.Second, word: "red"}
	IntVar(f.set, &f.number, "number", "", 1, 65535, "")
	SizeVar(f.set, &f.size, "size", "", 1, 1<<20, "")
	DurationVar(f.set, &f.time, "time", "", time.Millisecond, time.Hour, "")
	ChoiceVar(f.set, &f.word, "word", "", []string{"red", "green"}, "")
	RateVar(f.set, &f.rate, "rate", "", "")
	return f
}

func TestValuesInRange(t *testing.T) {
	for _, c := range []struct {
		arg string
		ok  func(*flags) bool
	}{
		{"--number=1", func(f *flags) bool { return f.number == 1 }},
		{"--number=0xffff", func(f *flags) bool { return f.number == 65535 }},
		{"--size=1", func(f *flags) bool { return f.size == 1 }},
		{"--size=1452", func(f *flags) bool { return f.size == 1452 }},
		{"--size=64k", func(f *flags) bool { return f.size == 64<<10 }},
		{"--size=1M", func(f *flags) bool { return f.size == 1<<20 }},
		{"--time=2", func(f *flags) bool { return f.time == 2*time.Second }},
		{"--time=0.5", func(f *flags) bool { return f.time == 500*time.Millisecond }},
		{"--time=200ms", func(f *flags) bool { return f.time == 200*time.Millisecond }},
		{"--rate=1.5g", func(f *flags) bool { return f.rate == 1_500_000_000 }},
		{"--rate=500K", func(f *flags) bool { return f.rate == 500_000 }},
		{"--rate=7", func(f *flags) bool { return f.rate == 7 }},
		{"--word=green", func(f *flags) bool { return f.word == "green" }},
	} {
		f := newFlags()
		if err := f.set.Parse([]string{c.arg}); err != nil || !c.ok(f) {
			t.Errorf("%s gives %+v, %v", c.arg, f, err)
		}
	}
}

func TestValuesOutOfRangeSayWhatIsAllowed(t *testing.T) {
	for arg, allowed := range map[string]string{
		"--number=0":       "from 1 to 65535",
		"--number=65536":   "from 1 to 65535",
		"--number=":        "from 1 to 65535",
		"--number=seven":   "from 1 to 65535",
		"--size=0":         "from 1 to 1M",
		"--size=-1":        "from 1 to 1M",
		"--size=2M":        "from 1 to 1M",
		"--size=1T":        "from 1 to 1M",
		"--size=9999999G":  "from 1 to 1M",
		"--size=K":         "from 1 to 1M",
		"--time=0":         "from 1ms to 1h0m0s",
		"--time=2h":        "from 1ms to 1h0m0s",
		"--time=yesterday": "from 1ms to 1h0m0s",
		"--rate=0":         "such as 500K or 1.5G",
		"--rate=fast":      "such as 500K or 1.5G",
		"--rate=NaN":       "such as 500K or 1.5G",
		"--rate=1e9G":      "such as 500K or 1.5G",
		"--word=blue":      "red, green",
	} {
		if err := newFlags().set.Parse([]string{arg}); err == nil || !strings.Contains(err.Error(), allowed) {
			t.Errorf("%s: %v, want %q in it", arg, err, allowed)
		}
	}
}

func TestDefaultsAreShown(t *testing.T) {
	usage := newFlags().set.FlagUsages()
	for _, want := range []string{"(default 7)", "(default 16K)", "(default 1s)", "(default red)"} {
		if !strings.Contains(usage, want) {
			t.Errorf("no %s in\n%s", want, usage)
		}
	}
}
