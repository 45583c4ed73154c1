package linux

import (
	"bytes"
	"syscall"
)

// Option is one row of the table of socket options of level SOL_SCTP.
type Option struct {
	Number OptName
	Name   string
	// RFC is where the option is from.
	RFC string
	// Struct is the name in C of the value's type.
	Struct string
	// Value returns an empty value, to Parse into; nil if the value is an array of socket addresses.
	Value func() Struct
	// Set and Get are the lengths that are accepted.
	Set, Get Lengths
	// Reads: getsockopt reads the value before it answers, at least for the association or address in it.
	Reads bool
	// SetStyle and GetStyle are the only style of socket that can set it or ask for it, BothStyles if it does not matter. The other
	// style gets EOPNOTSUPP, whatever the length.
	SetStyle, GetStyle Style
	// Needs is what has to be enabled on the socket.
	Needs Need
	// NoGet is the answer to getsockopt where Get accepts nothing; 0 is ENOPROTOOPT.
	NoGet syscall.Errno
	// LengthKept: getsockopt does not store the length of its answer.
	LengthKept bool
	// LengthLess is how much the length that getsockopt stores falls short of its answer: Linux forgot a header once, and programs
	// have come to rely on it.
	LengthLess int
}

// Style is a style of sockets (RFC 6458 sections 3 and 4).
type Style uint8

// Styles of sockets.
const (
	BothStyles Style = iota
	OneToOne         // SOCK_STREAM
	OneToMany        // SOCK_SEQPACKET
)

// Need is a set of extensions that some options presuppose: those that are on for the socket by default or by
// SCTP_AUTH_SUPPORTED and SCTP_ASCONF_SUPPORTED.
type Need uint8

// Extensions that options presuppose.
const (
	NeedsAuth   Need = 1 << iota // or EACCES
	NeedsASCONF                  // or EPERM
)

// missing returns what Linux answers if one of the needs is not among those that the socket has.
func (n Need) missing(has Need) error {
	switch lacks := n &^ has; {
	case lacks&NeedsAuth != 0:
		return syscall.EACCES
	case lacks&NeedsASCONF != 0:
		return syscall.EPERM
	}
	return nil
}

// MaxOption is how much of a value setsockopt looks at: the largest struct sctp_reset_streams, in pages.
const MaxOption = 33 * 4096

// Lookup returns the option's row; nil if there is none, which setsockopt and getsockopt answer with ENOPROTOOPT. Level SOL_SCTP is
// the only one with rows.
func Lookup(level, name int) *Option {
	if level != SOL_SCTP {
		return nil
	}
	return optionsByNumber[OptName(name)]
}

// CheckSet returns what setsockopt with a value of n bytes fails with before it looks at the value, on a socket of the style that has the
// needs.
func (o *Option) CheckSet(n int, style Style, has Need) error {
	if !o.Set.Possible() {
		return syscall.ENOPROTOOPT
	}
	if o.SetStyle != BothStyles && o.SetStyle != style {
		return syscall.EOPNOTSUPP
	}
	if err := o.Needs.missing(has); err != nil {
		return err
	}
	return o.Set.Set(n)
}

// CheckGet returns what getsockopt with room for n bytes fails with before it looks at them; otherwise the length of the answer, as
// [Lengths.Get] has it.
func (o *Option) CheckGet(n int, style Style, has Need) (int, error) {
	switch {
	case o.NoGet != 0:
		return 0, o.NoGet
	case !o.Get.Possible():
		return 0, syscall.ENOPROTOOPT
	case o.GetStyle != BothStyles && o.GetStyle != style:
		return 0, syscall.EOPNOTSUPP
	}
	if err := o.Needs.missing(has); err != nil {
		return 0, err
	}
	return o.Get.Get(n)
}

// Parse reads a value of the option, in its older forms too: a pointer to the type that Value gives.
func (o *Option) Parse(value []byte) (Struct, error) {
	switch o.Number {
	case SCTP_PEER_ADDR_PARAMS:
		v, err := ParsePaddrParams(value)
		return &v, err
	case SCTP_DELAYED_SACK:
		v, err := ParseSackInfo(value)
		return &v, err
	case SCTP_MAXSEG, SCTP_MAX_BURST:
		v, err := ParseAssocValueOrInt(value)
		return &v, err
	case SCTP_EVENTS:
		v, _, err := ParseEventSubscribe(value)
		return &v, err
	}
	if o.Value == nil {
		return nil, syscall.EINVAL
	}
	v := o.Value()
	return v, Parse(value, v)
}

// Query reads what getsockopt reads of the bytes of the program, whose length CheckGet has found right: what an older form lacks is zero. Of
// options without Reads it is the zero value.
func (o *Option) Query(value []byte) (Struct, error) {
	if o.Value == nil {
		return nil, syscall.EINVAL
	}
	v := o.Value()
	if !o.Reads || o.isInt(value) { // Linux takes an int for a question about future associations
		return v, nil
	}
	return v, Parse(append(bytes.Clone(value), make([]byte, max(0, Size(v)-len(value)))...), v)
}

// Answer returns the bytes with which getsockopt answers a program that gave value: v, in the form that the length of value asks for, and the
// program's own bytes as padding. Where v ends with an array, the answer may be longer than value, which is then too short.
func (o *Option) Answer(value []byte, v Struct) []byte {
	if av, ok := v.(*AssocValue); ok && o.isInt(value) {
		return le.AppendUint32(nil, av.Value)
	}
	b := Put(bytes.Clone(value), v)
	if n, err := o.Get.Get(len(value)); err == nil && o.Get.rule != open {
		return b[:n]
	}
	return b[:len(Append(nil, v))]
}

// isInt reports whether value is an int that stands for a struct sctp_assoc_value.
func (o *Option) isInt(value []byte) bool {
	return len(value) == sizeofInt && o.Get.short == sizeofInt && o.Get.rule == atLeast
}

const sizeofInt = 4

// Options returns the table, by number.
func Options() []Option { return options }

var optionsByNumber = func() map[OptName]*Option {
	m := make(map[OptName]*Option, len(options))
	for i := range options {
		m[options[i].Number] = &options[i]
	}
	return m
}()
