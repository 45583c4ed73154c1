package wire

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"
)

// unhex turns a byte vector, written as the RFC draws it, into bytes: white space is ignored, and so is everything from a
// '|' to the end of the line.
func unhex(t testing.TB, s string) []byte {
	t.Helper()
	var digits strings.Builder
	for line := range strings.Lines(s) {
		line, _, _ = strings.Cut(line, "|")
		digits.WriteString(strings.Join(strings.Fields(line), ""))
	}
	b, err := hex.DecodeString(digits.String())
	if err != nil {
		t.Fatalf("bad vector: %v", err)
	}
	return b
}

// theChunk reads the only chunk in b.
func theChunk(t testing.TB, b []byte) Chunk {
	t.Helper()
	c, rest, err := NextChunk(b)
	if err != nil {
		t.Fatalf("NextChunk(%x): %v", b, err)
	}
	if len(rest) != 0 {
		t.Fatalf("NextChunk(%x) left %x", b, rest)
	}
	return c
}

// theParam reads the only parameter in b.
func theParam(t testing.TB, b []byte) Param {
	t.Helper()
	p, rest, err := NextParam(b)
	if err != nil {
		t.Fatalf("NextParam(%x): %v", b, err)
	}
	if len(rest) != 0 {
		t.Fatalf("NextParam(%x) left %x", b, rest)
	}
	return p
}

// theCause reads the only cause in b.
func theCause(t testing.TB, b []byte) Cause {
	t.Helper()
	c, rest, err := NextCause(b)
	if err != nil {
		t.Fatalf("NextCause(%x): %v", b, err)
	}
	if len(rest) != 0 {
		t.Fatalf("NextCause(%x) left %x", b, rest)
	}
	return c
}

func wantBytes(t testing.TB, what string, got, want []byte) {
	t.Helper()
	if !bytes.Equal(got, want) {
		t.Errorf("%s:\n got %x\nwant %x", what, got, want)
	}
}

// list collects a view into a slice, for comparison.
func list[T any](l interface {
	Len() int
	At(int) T
}) []T {
	var s []T
	for i := range l.Len() {
		s = append(s, l.At(i))
	}
	return s
}
