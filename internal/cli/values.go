package cli

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"
)

// integer is what IntVar fills in.
type integer interface{ int | uint16 | uint32 }

// IntVar defines a flag for a number from low to high, whose default is what p holds.
func IntVar[T integer](fs *pflag.FlagSet, p *T, name, short string, low, high T, usage string) {
	fs.VarP(&number[T]{p, low, high}, name, short, usage)
}

type number[T integer] struct {
	p         *T
	low, high T
}

func (v *number[T]) Set(s string) error {
	n, err := strconv.ParseInt(s, 0, 64)
	if err != nil || n < int64(v.low) || n > int64(v.high) {
		return fmt.Errorf("want a number from %d to %d", v.low, v.high)
	}
	*v.p = T(n)
	return nil
}

func (v *number[T]) String() string {
	if v.p == nil || *v.p == 0 {
		return ""
	}
	return fmt.Sprint(*v.p)
}

func (*number[T]) Type() string { return "N" }

// SizeVar defines a flag for a number of bytes, such as 1452, 64K or 1M, from low to high.
func SizeVar(fs *pflag.FlagSet, p *int, name, short string, low, high int, usage string) {
	fs.VarP(&size{p, low, high}, name, short, usage)
}

type size struct {
	p         *int
	low, high int
}

func (v *size) Set(s string) error {
	digits, unit := s, 1
	for i, suffix := range []string{"K", "M", "G"} {
		if d, ok := strings.CutSuffix(strings.ToUpper(s), suffix); ok {
			digits, unit = d, 1<<(10*(i+1))
		}
	}
	n, err := strconv.Atoi(digits)
	if err != nil || n < 0 || n > math.MaxInt/unit || n*unit < v.low || n*unit > v.high {
		return fmt.Errorf("want a number of bytes from %s to %s", shortSize(v.low), shortSize(v.high))
	}
	*v.p = n * unit
	return nil
}

func (v *size) String() string {
	if v.p == nil || *v.p == 0 {
		return ""
	}
	return shortSize(*v.p)
}

func (*size) Type() string { return "BYTES" }

// shortSize is n with the largest suffix that leaves it whole.
func shortSize(n int) string {
	for i, suffix := range []string{"G", "M", "K"} {
		if unit := 1 << (10 * (3 - i)); n >= unit && n%unit == 0 {
			return strconv.Itoa(n/unit) + suffix
		}
	}
	return strconv.Itoa(n)
}

// RateVar defines a flag for bits a second, such as 500K or 1.5G, in powers of 1000.
func RateVar(fs *pflag.FlagSet, p *int, name, short, usage string) {
	fs.VarP(&rate{p}, name, short, usage)
}

type rate struct{ p *int }

func (v *rate) Set(s string) error {
	digits, unit := strings.ToUpper(s), 1.0
	for i, suffix := range []string{"K", "M", "G"} {
		if d, ok := strings.CutSuffix(digits, suffix); ok {
			digits, unit = d, math.Pow10(3*(i+1))
		}
	}
	n, err := strconv.ParseFloat(digits, 64)
	if err != nil || !(n*unit >= 1 && n*unit <= 1e15) {
		return errors.New("want bits a second, such as 500K or 1.5G")
	}
	*v.p = int(n * unit)
	return nil
}

func (v *rate) String() string {
	if v.p == nil || *v.p == 0 {
		return ""
	}
	return strconv.Itoa(*v.p)
}

func (*rate) Type() string { return "RATE" }

// DurationVar defines a flag for a time from low to high: seconds, or with a unit such as 1.5s or 200ms.
func DurationVar(fs *pflag.FlagSet, p *time.Duration, name, short string, low, high time.Duration, usage string) {
	fs.VarP(&duration{p, low, high}, name, short, usage)
}

type duration struct {
	p         *time.Duration
	low, high time.Duration
}

func (v *duration) Set(s string) error {
	d, err := time.ParseDuration(s)
	if err != nil {
		d, err = time.ParseDuration(s + "s")
	}
	if err != nil || d < v.low || d > v.high {
		return fmt.Errorf("want a time from %v to %v, such as 10 (seconds) or 500ms", v.low, v.high)
	}
	*v.p = d
	return nil
}

func (v *duration) String() string {
	if v.p == nil || *v.p == 0 {
		return ""
	}
	return v.p.String()
}

func (*duration) Type() string { return "TIME" }

// ChoiceVar defines a flag that takes one of several words.
func ChoiceVar(fs *pflag.FlagSet, p *string, name, short string, allowed []string, usage string) {
	fs.VarP(&choice{p, allowed}, name, short, usage)
}

type choice struct {
	p       *string
	allowed []string
}

func (v *choice) Set(s string) error {
	if !slices.Contains(v.allowed, s) {
		return fmt.Errorf("allowed: %s", strings.Join(v.allowed, ", "))
	}
	*v.p = s
	return nil
}

func (v *choice) String() string {
	if v.p == nil {
		return ""
	}
	return *v.p
}

func (*choice) Type() string { return "NAME" }
