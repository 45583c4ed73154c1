package linux

import (
	"bytes"
	"reflect"
	"syscall"
	"testing"
)

// filled returns a value of s in which no two bytes of fields are alike, and its bytes.
func filled(s cStruct) (Struct, []byte) {
	b := make([]byte, Size(s.value()))
	for i := range b {
		b[i] = byte(i + 1)
	}
	v := s.value()
	switch n := v.(type) {
	case Notification:
		le.PutUint16(b, uint16(n.Type()))
		le.PutUint32(b[4:], uint32(len(b)))
	case *HMACAlgo:
		b = []byte{2, 0, 0, 0, 3, 0, 1, 0}
	case *AuthKey:
		b = append(b[:6], 3, 0, 'k', 'e', 'y')
	case *AuthChunks:
		b = append(b[:4], 2, 0, 0, 0, 0xc1, 0x80)
	case *AssocIDs:
		b = []byte{2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0}
	case *ResetStreams:
		b = append(b[:6], 2, 0, 7, 0, 9, 0)
	}
	return v, b
}

func TestRoundTrip(t *testing.T) {
	for _, s := range cStructs {
		v, b := filled(s)
		if err := Parse(b, v); err != nil {
			t.Errorf("%s: %v", s.name, err)
			continue
		}
		// Over its own bytes nothing changes, padding included; into other padding it stays.
		if got := Put(bytes.Clone(b), v); !bytes.Equal(got, b) {
			t.Errorf("%s:\n got %x\nwant %x", s.name, got, b)
		}
		again := s.value()
		appended := Append([]byte("before"), v)
		if err := Parse(appended[len("before"):], again); err != nil || len(appended) != len("before")+len(b) {
			t.Errorf("%s: %v, %d bytes, want %d", s.name, err, len(appended), len(b))
		}
		if !reflect.DeepEqual(again, v) {
			t.Errorf("%s: got %+v, want %+v", s.name, again, v)
		}
	}
}

func TestTooShort(t *testing.T) {
	for _, s := range cStructs {
		_, b := filled(s)
		for n := range b {
			if err := Parse(b[:n], s.value()); err != syscall.EINVAL {
				if _, stats := s.value().(*AuthChunks); stats && n >= Size(s.value()) {
					continue // a program gives room, which need not hold anything
				}
				t.Errorf("%s of %d bytes: %v", s.name, n, err)
			}
		}
	}
}

func TestAppendedPaddingIsZero(t *testing.T) {
	got := Append(nil, &SndRcvInfo{Stream: 0xffff, SSN: 0xffff, Flags: 0xffff, PPID: ^uint32(0)})
	if want := []byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0xff, 0xff, 0xff, 0xff}; !bytes.Equal(got[:12], want) {
		t.Errorf("got %x, want %x", got[:12], want)
	}
	if got := Put([]byte{1, 2, 3, 4, 5, 6, 7, 8}, &AuthKeyID{AssocID: 3, KeyNumber: 9}); !bytes.Equal(got, []byte{3, 0, 0, 0, 9, 0, 7, 8}) {
		t.Errorf("padding changed: %x", got)
	}
}

func TestArraysAreChecked(t *testing.T) {
	for _, c := range []struct {
		name string
		b    []byte
		v    Struct
	}{
		{"no HMAC", []byte{0, 0, 0, 0}, new(HMACAlgo)},
		{"five HMACs", append([]byte{maxHMACs + 1, 0, 0, 0}, make([]byte, 10)...), new(HMACAlgo)},
		{"HMACs that are missing", []byte{2, 0, 0, 0, 1, 0}, new(HMACAlgo)},
		{"a key that is missing", []byte{3, 0, 0, 0, 1, 0, 5, 0, 'k', 'e', 'y', '!'}, new(AuthKey)},
		{"streams that are missing", []byte{3, 0, 0, 0, 1, 0, 2, 0, 1, 0}, new(ResetStreams)},
		{"association ids that are missing", []byte{255, 255, 255, 255, 3, 0, 0, 0}, new(AssocIDs)},
	} {
		if err := Parse(c.b, c.v); err != syscall.EINVAL {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	var k AuthKey
	if err := Parse([]byte{3, 0, 0, 0, 1, 0, 2, 0, 'k', 'e', 'y'}, &k); err != nil || string(k.Key) != "ke" {
		t.Errorf("a key that is longer than it says: %v, %q", err, k.Key)
	}
}

func TestOldForms(t *testing.T) {
	full := Append(nil, &PaddrParams{AssocID: 3, HeartbeatInterval: 1000, Flags: SPP_HB_ENABLE, FlowLabel: 5, DSCP: 8})
	if v, err := ParsePaddrParams(full); err != nil || v.FlowLabel != 5 || v.DSCP != 8 {
		t.Errorf("paddrparams: %+v, %v", v, err)
	}
	if v, err := ParsePaddrParams(full[:sizeofOldPaddrParams]); err != nil || v.HeartbeatInterval != 1000 || v.FlowLabel != 0 {
		t.Errorf("old paddrparams: %+v, %v", v, err)
	}
	for _, flag := range []PaddrFlags{SPP_DSCP, SPP_IPV6_FLOWLABEL} {
		b := Append(nil, &PaddrParams{Flags: flag})
		if _, err := ParsePaddrParams(b[:sizeofOldPaddrParams]); err != syscall.EINVAL {
			t.Errorf("old paddrparams with flag %#x: %v", flag, err)
		}
	}
	for _, c := range []struct {
		b    []byte
		want SackInfo
	}{
		{Append(nil, &SackInfo{3, 100, 2}), SackInfo{3, 100, 2}},
		{Append(nil, &AssocValue{3, 100}), SackInfo{3, 100, 0}},
		{Append(nil, &AssocValue{3, 0}), SackInfo{3, 0, 1}},
	} {
		if got, err := ParseSackInfo(c.b); err != nil || got != c.want {
			t.Errorf("%x: %+v, %v", c.b, got, err)
		}
	}
	if v, err := ParseAssocValueOrInt([]byte{7, 0, 0, 0}); err != nil || v != (AssocValue{SCTP_FUTURE_ASSOC, 7}) {
		t.Errorf("int: %+v, %v", v, err)
	}
	if v, err := ParseAssocValueOrInt(Append(nil, &AssocValue{4, 7})); err != nil || v != (AssocValue{4, 7}) {
		t.Errorf("assoc_value: %+v, %v", v, err)
	}
	for n := range len(EventSubscribe{}) + 2 {
		v, got, err := ParseEventSubscribe(bytes.Repeat([]byte{1}, n))
		if n > len(v) {
			if err != syscall.EINVAL {
				t.Errorf("%d events: %v", n, err)
			}
		} else if err != nil || got != n || bytes.Count(v[:], []byte{1}) != n {
			t.Errorf("%d events: %v, %d, %v", n, v, got, err)
		}
	}
}

func TestNotifications(t *testing.T) {
	for typ := SCTP_ASSOC_CHANGE; typ <= SCTP_NOTIFICATIONS_STOPPED_EVENT; typ++ {
		b := make([]byte, 256)
		le.PutUint16(b, uint16(typ))
		le.PutUint32(b[4:], uint32(len(b)))
		n, err := ParseNotification(b)
		if typ == SCTP_SN_TYPE_MAX+1 {
			if err != syscall.EINVAL {
				t.Errorf("%v: %v", typ, err)
			}
			continue
		}
		if err != nil || n.Type() != typ {
			t.Errorf("%v: %T, %v", typ, n, err)
		}
		if got := len(Append(nil, n)); got != int(le.Uint32(Append([]byte("xx"), n)[6:])) {
			t.Errorf("%v: the header's length is not %d", typ, got)
		}
	}
	for name, b := range map[string][]byte{
		"empty":        nil,
		"no length":    {1, 0x80, 0, 0},
		"data event":   {0, 0x80, 0, 0, 8, 0, 0, 0},
		"cut":          Append(nil, &ShutdownEvent{AssocID: 3})[:10],
		"wrong length": append(Append(nil, &SenderDry{AssocID: 3}), 0),
	} {
		if _, err := ParseNotification(b); err != syscall.EINVAL {
			t.Errorf("%s: %v", name, err)
		}
	}
	// Linux' bytes: type, flags, length, state, error, streams, id; then the ABORT's body.
	got := Append(nil, &AssocChange{State: SCTP_COMM_LOST, Error: 12, OutStreams: 10, InStreams: 5, AssocID: 3, Info: []byte{0, 12, 0, 4}})
	want := []byte{1, 0x80, 0, 0, 24, 0, 0, 0, 1, 0, 12, 0, 10, 0, 5, 0, 3, 0, 0, 0, 0, 12, 0, 4}
	if !bytes.Equal(got, want) {
		t.Errorf("got %x, want %x", got, want)
	}
	// The cause code alone is in network byte order.
	got = Append(nil, &RemoteError{Cause: 1, AssocID: 3, Data: []byte{0, 5, 0, 0}})
	want = []byte{4, 0x80, 0, 0, 20, 0, 0, 0, 0, 1, 0, 0, 3, 0, 0, 0, 0, 5, 0, 0}
	if !bytes.Equal(got, want) {
		t.Errorf("got %x, want %x", got, want)
	}
}

// Whatever parses is written back to the same bytes.
func FuzzStructs(f *testing.F) {
	for i, s := range cStructs {
		_, b := filled(s)
		f.Add(uint(i), b)
	}
	f.Fuzz(func(t *testing.T, i uint, b []byte) {
		s := cStructs[i%uint(len(cStructs))]
		v := s.value()
		if Parse(b, v) != nil {
			return
		}
		n := len(Append(nil, v))
		if n > len(b) {
			t.Fatalf("%s: %d bytes became %d", s.name, len(b), n)
		}
		if _, room := v.(*AuthChunks); room {
			return // what a program counts is not what it has room for
		}
		if _, longer := v.(Notification); longer && n < len(b) {
			return // its header has the length of one that goes on, as later kernels' may
		}
		if got := Put(bytes.Clone(b[:n]), v); !bytes.Equal(got, b[:n]) {
			t.Fatalf("%s: %x became %x", s.name, b[:n], got)
		}
	})
}

func FuzzOptions(f *testing.F) {
	for _, o := range Options() {
		f.Add(int(o.Number), make([]byte, 156))
		f.Add(int(o.Number), []byte{2, 0, 0, 7, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0})
	}
	f.Fuzz(func(t *testing.T, name int, b []byte) {
		DescribeOption(SOL_SCTP, name, b)
		DescribeControl(b)
		if o := Lookup(SOL_SCTP, name); o != nil {
			if v, err := o.Query(b); err == nil {
				o.Answer(b, v)
			}
		}
		DescribeNotification(b)
		DescribeSockaddr(b)
		ParsePaddrParams(b)
		ParseSackInfo(b)
		ParseAssocValueOrInt(b)
		ParseEventSubscribe(b)
		if n, err := ParseNotification(b); err == nil {
			if again, err := ParseNotification(Append(nil, n)); err != nil || !reflect.DeepEqual(again, n) {
				t.Fatalf("%+v became %+v: %v", n, again, err)
			}
		}
		first, firstErr := ParseSockaddr(b)
		all, err := ParseSockaddrs(b)
		if err == nil && (firstErr != nil || all[0] != first) {
			t.Fatalf("%x is %v, and begins with %v", b, all, first)
		}
		if err != nil {
			return
		}
		var again []byte
		for _, a := range all {
			again = a.Append(again)
		}
		if len(again) != len(b) {
			t.Fatalf("%x became %x", b, again)
		}
	})
}
