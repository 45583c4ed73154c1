package seq

import "testing"

func TestTSNWrapsAround(t *testing.T) {
	const last = TSN(1<<32 - 1)
	if !last.Less(0) || TSN(0).Less(last) {
		t.Error("0 must follow 2^32-1")
	}
	if got := last.Add(2); got != 1 {
		t.Errorf("2^32-1 + 2 = %d, want 1", got)
	}
	if got := TSN(1).Diff(last); got != 2 {
		t.Errorf("1 - (2^32-1) = %d, want 2", got)
	}
	if got := TSN(1).Add(-2); got != last {
		t.Errorf("1 - 2 = %d, want 2^32-1", got)
	}
	if !last.LessEq(last) || !last.LessEq(3) || TSN(3).LessEq(last) {
		t.Error("LessEq is not 'precedes or equals'")
	}
}

func TestSSNAndMIDWrapAround(t *testing.T) {
	if !SSN(65535).Less(0) || SSN(0).Less(65535) {
		t.Error("SSN 0 must follow 65535")
	}
	if !MID(1<<32-1).Less(0) || MID(0).Less(1<<32-1) {
		t.Error("MID 0 must follow 2^32-1")
	}
}

// Exactly half the space apart is undefined in RFC 1982 section 3.2; neither order may be claimed.
func TestHalfTheSpaceApartIsUnordered(t *testing.T) {
	if TSN(0).Less(1<<31) || TSN(1<<31).Less(0) {
		t.Error("numbers half the space apart were ordered")
	}
	if SSN(0).Less(1<<15) || SSN(1<<15).Less(0) {
		t.Error("SSNs half the space apart were ordered")
	}
}
