package linux

import (
	"bytes"
	"slices"
	"syscall"
	"testing"
)

// item returns one item of ancillary data, padded.
func item(level int32, t ControlType, data []byte) []byte {
	w := NewControlWriter(nil, ControlSpace(len(data)))
	w.Add(level, t, data)
	return w.Bytes()
}

func sctpItem(t ControlType, v Struct) []byte { return item(IPPROTO_SCTP, t, Append(nil, v)) }

func TestControlOfSendmsg(t *testing.T) {
	b := slices.Concat(
		item(SOL_SOCKET, 1, []byte{0, 0, 0, 0}), // SCM_RIGHTS means nothing to SCTP
		sctpItem(SCTP_INIT, &InitMsg{OutStreams: 7}),
		sctpItem(SCTP_SNDRCV, &SndRcvInfo{Stream: 1, Flags: SCTP_UNORDERED, PPID: 2, Context: 3, TimeToLive: 4, TSN: 5, AssocID: 6}),
		sctpItem(SCTP_AUTHINFO, &AuthInfo{KeyNumber: 8}),
	)
	s, err := ParseControl(b)
	if err != nil || s.Init.OutStreams != 7 || s.Auth.KeyNumber != 8 || !s.Asks(SCTP_INIT) || s.Asks(SCTP_PRINFO) {
		t.Fatalf("%+v, %v", s, err)
	}
	want := SndRcvInfo{Stream: 1, Flags: SCTP_UNORDERED, PPID: 2, Context: 3, TimeToLive: 4, AssocID: 6}
	if got := s.Info(); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}

	// What is newer overrules what is older, and not the other way round.
	b = slices.Concat(
		sctpItem(SCTP_PRINFO, &PRInfo{Policy: SCTP_PR_SCTP_RTX, Value: 9}),
		sctpItem(SCTP_SNDINFO, &SndInfo{Stream: 11, Flags: SCTP_SENDALL, PPID: 12, Context: 13, AssocID: 16}),
		b,
	)
	s, err = ParseControl(b)
	want = SndRcvInfo{Stream: 11, Flags: SCTP_SENDALL | SendFlags(SCTP_PR_SCTP_RTX), PPID: 12, Context: 13, TimeToLive: 9, AssocID: 16}
	if got := s.Info(); err != nil || got != want {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
	s, err = ParseControl(sctpItem(SCTP_PRINFO, &PRInfo{Policy: SCTP_PR_SCTP_NONE, Value: 9}))
	if err != nil || s.PRInfo.Value != 0 {
		t.Errorf("a value without policy: %+v, %v", s.PRInfo, err)
	}
	if s, err := ParseControl(nil); err != nil || s.Has != 0 || s.Info() != (SndRcvInfo{}) {
		t.Errorf("nothing: %+v, %v", s, err)
	}
}

func TestControlGarbage(t *testing.T) {
	good := sctpItem(SCTP_SNDINFO, &SndInfo{Stream: 1})
	length := func(n uint64) []byte { return le.AppendUint64(nil, n) }
	for name, b := range map[string][]byte{
		"no length":               append(length(0), good[8:]...),
		"length of half a header": append(length(15), good[8:]...),
		"length beyond the end":   append(length(33), good[8:]...),
		"huge length":             append(length(1<<63), good[8:]...),
		"short SNDINFO":           item(IPPROTO_SCTP, SCTP_SNDINFO, make([]byte, 15)),
		"long SNDINFO":            item(IPPROTO_SCTP, SCTP_SNDINFO, make([]byte, 17)),
		"short AUTHINFO":          item(IPPROTO_SCTP, SCTP_AUTHINFO, make([]byte, 1)),
		"second item bad":         slices.Concat(good, length(5), good[8:]),
		"RCVINFO":                 sctpItem(SCTP_RCVINFO, &RcvInfo{}),
		"NXTINFO":                 sctpItem(SCTP_NXTINFO, &NxtInfo{}),
		"type 9":                  item(IPPROTO_SCTP, SCTP_DSTADDRV6+1, make([]byte, 16)),
		"type -1":                 item(IPPROTO_SCTP, -1, make([]byte, 16)),
		"flags of SNDRCV":         sctpItem(SCTP_SNDRCV, &SndRcvInfo{Flags: SCTP_PR_SCTP_ALL}),
		"flags of SNDINFO":        sctpItem(SCTP_SNDINFO, &SndInfo{Flags: SCTP_NOTIFICATION}),
		"EOR unasked":             sctpItem(SCTP_SNDINFO, &SndInfo{Flags: SCTP_EOR}),
		"policy":                  sctpItem(SCTP_PRINFO, &PRInfo{Policy: 0x40}),
	} {
		if _, err := ParseControl(b); err != syscall.EINVAL {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, b := range map[string][]byte{
		"less than a header": make([]byte, 15),
		"a tail of padding":  append(bytes.Clone(good), make([]byte, 15)...),
		"another level":      item(SOL_SOCKET, -1, make([]byte, 3)),
		"a cut last padding": item(SOL_SOCKET, 1, make([]byte, 3))[:19],
	} {
		if _, err := ParseControl(b); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if s, err := ParseControlEOR(sctpItem(SCTP_SNDINFO, &SndInfo{Flags: SCTP_EOR})); err != nil || s.Info().Flags != SCTP_EOR {
		t.Errorf("EOR asked for: %v, %v", s.Info().Flags, err)
	}
	if _, err := ParseControlEOR(sctpItem(SCTP_SNDRCV, &SndRcvInfo{Flags: SCTP_EOR | SCTP_NOTIFICATION})); err != syscall.EINVAL {
		t.Errorf("other flags beside EOR: %v", err)
	}
	if MaxControl != 131071 {
		t.Errorf("the limit of ancillary data is %d", MaxControl)
	}
}

func TestDestinations(t *testing.T) {
	first := addr("[2001:db8::9]:7")
	first.FlowInfo = 5
	v6 := addr("[2001:db8::1]:7")
	v6.FlowInfo = 5
	ip6 := v6.Addr().As16()
	b := slices.Concat(
		item(IPPROTO_SCTP, SCTP_DSTADDRV4, []byte{10, 0, 0, 1}),
		item(SOL_IP, ControlType(SCTP_DSTADDRV4), []byte{10, 0, 0, 9}),
		sctpItem(SCTP_SNDINFO, &SndInfo{}),
		item(IPPROTO_SCTP, SCTP_DSTADDRV6, ip6[:]),
		item(IPPROTO_SCTP, SCTP_DSTADDRV4, []byte{10, 0, 0, 2, 0, 0}),
	)
	s, err := ParseControl(b)
	if err != nil {
		t.Fatal(err)
	}
	got, err := s.Destinations(first)
	if want := []Sockaddr{addr("10.0.0.1:7"), v6, addr("10.0.0.2:7")}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
	for _, short := range [][]byte{item(IPPROTO_SCTP, SCTP_DSTADDRV4, make([]byte, 3)), item(IPPROTO_SCTP, SCTP_DSTADDRV6, make([]byte, 15))} {
		s, err := ParseControl(short)
		if err != nil {
			t.Errorf("a short address matters only when an association is set up: %v", err)
		}
		if _, err := s.Destinations(first); err != syscall.EINVAL {
			t.Errorf("short address: %v", err)
		}
	}
	s, _ = ParseControl(sctpItem(SCTP_SNDINFO, &SndInfo{}))
	if got, err := s.Destinations(first); got != nil || err != nil {
		t.Errorf("none: %v, %v", got, err)
	}
}

func TestControlOfRecvmsg(t *testing.T) {
	write := func(room int) ([]byte, MsgFlags) {
		w := NewControlWriter(nil, room)
		w.NxtInfo(&NxtInfo{Stream: 1, Flags: SCTP_NOTIFICATION, Length: 9, AssocID: 3})
		w.RcvInfo(&RcvInfo{Stream: 2, SSN: 4, TSN: 5, AssocID: 3})
		w.SndRcv(&SndRcvInfo{Stream: 2, SSN: 4, TSN: 5, AssocID: 3})
		return w.Bytes(), w.Flags()
	}
	const all = 32 + 48 + 48
	full, flags := write(all + 100)
	if len(full) != all || flags != 0 {
		t.Fatalf("%d bytes, %v", len(full), flags)
	}
	for i, want := range []struct {
		t    ControlType
		v, w Struct
	}{
		{SCTP_NXTINFO, new(NxtInfo), &NxtInfo{Stream: 1, Flags: SCTP_NOTIFICATION, Length: 9, AssocID: 3}},
		{SCTP_RCVINFO, new(RcvInfo), &RcvInfo{Stream: 2, SSN: 4, TSN: 5, AssocID: 3}},
		{SCTP_SNDRCV, new(SndRcvInfo), &SndRcvInfo{Stream: 2, SSN: 4, TSN: 5, AssocID: 3}},
	} {
		item, rest, ok, err := NextControl(full)
		if !ok || err != nil || item.Level != IPPROTO_SCTP || item.Type != want.t || Parse(item.Data, want.v) != nil {
			t.Fatalf("item %d: %+v, %v", i, item, err)
		}
		if got, want := Append(nil, want.v), Append(nil, want.w); !bytes.Equal(got, want) {
			t.Errorf("item %d: got %x, want %x", i, got, want)
		}
		full = rest
	}
	// What has no room is cut, and the lengths say so: that of the message and that of the item that was cut.
	for room := range all {
		got, flags := write(room)
		cut := len(got) < all
		if !cut || flags != MSG_CTRUNC && room < 32+48+16+32 {
			t.Errorf("room %d: %d bytes, %v", room, len(got), flags)
		}
		for b := got; len(b) > 0; {
			item, rest, ok, err := NextControl(b)
			if err != nil {
				t.Errorf("room %d: %v", room, err)
			}
			if !ok {
				t.Errorf("room %d: %d bytes too many", room, len(b))
				break
			}
			if len(item.Data) > 32 {
				t.Errorf("room %d: %+v", room, item)
			}
			b = rest
		}
		if full, _ := write(all); !bytes.Equal(got[min(8, len(got)):min(16, len(got))], full[min(8, len(got)):min(16, len(got))]) {
			t.Errorf("room %d: another first item", room)
		}
	}
}

// Once per message: nothing may be allocated.
func TestControlDoesNotAllocate(t *testing.T) {
	in := sctpItem(SCTP_SNDINFO, &SndInfo{Stream: 1})
	out := make([]byte, 0, 128)
	n := testing.AllocsPerRun(100, func() {
		s, err := ParseControl(in)
		if err != nil || s.Info().Stream != 1 {
			t.Fatal(err)
		}
		w := NewControlWriter(out, 128)
		w.NxtInfo(&NxtInfo{Stream: 1})
		w.RcvInfo(&RcvInfo{Stream: 2})
		w.SndRcv(&SndRcvInfo{Stream: 3})
	})
	if n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkControl(b *testing.B) {
	in := sctpItem(SCTP_SNDINFO, &SndInfo{Stream: 1})
	out := make([]byte, 0, 128)
	b.ReportAllocs()
	for b.Loop() {
		s, _ := ParseControl(in)
		w := NewControlWriter(out, 128)
		w.RcvInfo(&RcvInfo{Stream: s.Info().Stream})
	}
}

func FuzzControl(f *testing.F) {
	f.Add(sctpItem(SCTP_SNDRCV, &SndRcvInfo{Flags: SCTP_EOF}))
	f.Add(slices.Concat(sctpItem(SCTP_SNDINFO, &SndInfo{}), item(IPPROTO_SCTP, SCTP_DSTADDRV4, []byte{10, 0, 0, 1})))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := ParseControlEOR(b)
		if plain, err2 := ParseControl(b); err2 == nil && (err != nil || plain.Info() != s.Info()) {
			t.Fatalf("%x: with SCTP_EXPLICIT_EOR %v", b, err)
		}
		if err != nil {
			return
		}
		s.Destinations(addr("10.0.0.1:7"))
		// The items come back as they were.
		w := NewControlWriter(nil, len(b)+controlAlign)
		for rest := b; ; {
			item, next, ok, err := NextControl(rest)
			if err != nil {
				t.Fatal("what ParseControl took is refused later")
			}
			if !ok {
				break
			}
			w.Add(item.Level, item.Type, item.Data)
			rest = next
		}
		again, err := ParseControlEOR(w.Bytes())
		if err != nil || w.Flags() != 0 || again.Info() != s.Info() || again.Has != s.Has {
			t.Fatalf("%x became %x: %v", b, w.Bytes(), err)
		}
	})
}
