package wire

import (
	"errors"
	"fmt"
)

var (
	// ErrLength is what every error about a length unwraps to.
	ErrLength = errors.New("bad length")
	// ErrNoUserData: a DATA or I-DATA chunk without user data, which RFC 9260 section 6.2 answers with an ABORT of its own
	// kind. ParseData and ParseIData return it together with the TSN that the ABORT has to name.
	ErrNoUserData = errors.New("chunk has no user data (RFC 9260 section 3.3.1)")
)

// LengthError reports something whose length field, or whose place in the packet, contradicts its format.
type LengthError struct {
	What string // "SHUTDOWN chunk", "IPv4 Address parameter", …
	Len  int    // in bytes, with the header of the thing and without padding
	Want string // what is allowed
	Rule string // where that is said, such as "RFC 9260 section 3.3.8"
}

func (e *LengthError) Error() string {
	return fmt.Sprintf("%s of %d bytes: want %s (%s)", e.What, e.Len, e.Want, e.Rule)
}

func (e *LengthError) Unwrap() error { return ErrLength }

// ParamTypeError reports a parameter where the format has room for another kind only.
type ParamTypeError struct {
	Got  ParamType
	Want string
	Rule string
}

func (e *ParamTypeError) Error() string {
	return fmt.Sprintf("%s parameter: want %s (%s)", e.Got, e.Want, e.Rule)
}

// The three kinds of thing that have a length make their errors here, so that they read alike.

func (c Chunk) badLength(want, rule string) error {
	return &LengthError{c.Type.String() + " chunk", tlvHeaderLen + len(c.Value), want, rule}
}

func (p Param) badLength(want, rule string) error {
	return &LengthError{p.Type.String() + " parameter", tlvHeaderLen + len(p.Value), want, rule}
}

func (c Cause) badLength(want, rule string) error {
	return &LengthError{c.Code.String() + " cause", tlvHeaderLen + len(c.Value), want, rule}
}

func exactly(n int) string { return fmt.Sprint(n) }

func atMost(n int, of string) string { return fmt.Sprintf("at most the %d left of %s", n, of) }
