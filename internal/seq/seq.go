// Package seq has the sequence numbers of SCTP, each a type of its own, with the serial number arithmetic of
// RFC 1982 that RFC 9260 section 1.6 prescribes.
//
// Comparisons hold for numbers less than half the number space apart; exactly half apart, neither is Less.
package seq

// TSN is a Transmission Sequence Number (RFC 9260 section 1.3), also used for the serial numbers of RFC 5061 and RFC 6525.
type TSN uint32

// Add returns the number n steps after t.
func (t TSN) Add(n int) TSN { return t + TSN(uint32(int32(n))) }

// Diff returns how many steps t lies after u: negative when t precedes u.
func (t TSN) Diff(u TSN) int { return int(int32(t - u)) }

// Less reports whether t precedes u.
func (t TSN) Less(u TSN) bool { return int32(t-u) < 0 && t-u != 1<<31 }

// LessEq reports whether t precedes or equals u.
func (t TSN) LessEq(u TSN) bool { return t == u || t.Less(u) }

// SSN is a Stream Sequence Number (RFC 9260 section 6.5).
type SSN uint16

// Less reports whether s precedes u.
func (s SSN) Less(u SSN) bool { return int16(s-u) < 0 && s-u != 1<<15 }

// MID is a Message Identifier (RFC 8260 section 2.1).
type MID uint32

// Less reports whether m precedes u.
func (m MID) Less(u MID) bool { return int32(m-u) < 0 && m-u != 1<<31 }
