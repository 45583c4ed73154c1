package linux

import "syscall"

// Lengths says which lengths of its value an option accepts. The zero value accepts none: the option cannot be set, or not be asked for.
type Lengths struct {
	rule lengthRule
	// size is the value's, short that of a form which is accepted beside it, as the rule says; 0 if there is none.
	size, short int
}

type lengthRule uint8

const (
	never         lengthRule = iota
	exactly                  // size or short
	atLeast                  // size or more, or exactly short: what is more is not looked at
	atLeastEither            // size or more, or short or more
	atMost                   // size or less: the value is a row of switches, and any beginning of it will do
	clipped                  // short or more: the answer has size bytes or as many as there is room for
	open                     // size or more, all of which counts, because the value ends with an array
)

// Possible reports whether there is a length that is accepted.
func (l Lengths) Possible() bool { return l.rule != never }

// Open reports whether what is more than the struct counts, because the value ends with an array.
func (l Lengths) Open() bool { return l.rule == open }

// Set returns EINVAL if Linux does not take a value of n bytes.
func (l Lengths) Set(n int) error {
	ok := false
	switch l.rule {
	case never:
	case exactly:
		ok = n == l.size || n == l.short && l.short > 0
	case atMost:
		ok = n >= 0 && n <= l.size
	case atLeast, atLeastEither, clipped, open:
		ok = n >= l.size
	}
	if !ok {
		return syscall.EINVAL
	}
	return nil
}

// Get returns how many bytes Linux answers a program that has room for n: EINVAL if that is too little. Where the value ends with an
// array the answer may take all n, and that it is too little shows only when the array is known.
func (l Lengths) Get(n int) (int, error) {
	switch {
	case l.rule == open && n >= l.size:
		return n, nil
	case l.rule == clipped && n >= l.short:
		return min(n, l.size), nil
	case l.rule != atLeast && l.rule != atLeastEither:
	case n >= l.size:
		return l.size, nil
	case l.short > 0 && (n == l.short || n > l.short && l.rule == atLeastEither):
		return l.short, nil
	}
	return 0, syscall.EINVAL
}
