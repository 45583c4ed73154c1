package linux

import (
	"bytes"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

func TestOptionsAreInOrder(t *testing.T) {
	for i, o := range Options() {
		if i > 0 && Options()[i-1].Number >= o.Number {
			t.Errorf("%s stands behind %s", o.Name, Options()[i-1].Name)
		}
		if o.Number.String() != o.Name || Lookup(SOL_SCTP, int(o.Number)).Name != o.Name {
			t.Errorf("%s is found as %v", o.Name, o.Number)
		}
		if !o.Set.Possible() && !o.Get.Possible() {
			t.Errorf("%s can neither be set nor asked for", o.Name)
		}
	}
	for _, name := range []int{-1, 38, 99, 103, int(SCTP_SENDMSG_CONNECT), 134, ownOption} {
		if o := Lookup(SOL_SCTP, name); o != nil {
			t.Errorf("option %d is %s", name, o.Name)
		}
	}
	if Lookup(SOL_SOCKET, int(SCTP_INITMSG)) != nil {
		t.Error("an option of another level")
	}
}

const anything = NeedsAuth | NeedsASCONF

// The lengths that Linux 6.12 accepts, up to 300, and what it answers.
func TestOptionLengths(t *testing.T) {
	for _, c := range []struct {
		name     OptName
		set, get string
	}{
		{SCTP_RTOINFO, "16", "16 17-300>16"},
		{SCTP_NODELAY, "4-300", "4 5-300>4"},
		{SCTP_AUTOCLOSE, "4", "4 5-300>4"},
		{SCTP_PEER_ADDR_PARAMS, "152 156", "152 153-155>152 156 157-300>156"},
		{SCTP_EVENTS, "0-14", "1-14 15-300>14"},
		{SCTP_MAXSEG, "4 8", "4 8 9-300>8"},
		{SCTP_MAX_BURST, "4 8", "4 8 9-300>8"},
		{SCTP_DELAYED_SACK, "8 12", "8 12 13-300>12"},
		{SCTP_CONTEXT, "8", "8 9-300>8"},
		{SCTP_HMAC_IDENT, "4-300", "4-300"},
		{SCTP_AUTH_KEY, "9-300", ""},
		{SCTP_STATUS, "", "176 177-300>176"},
		{SCTP_GET_ASSOC_ID_LIST, "", "4-300"},
		{SCTP_GET_ASSOC_STATS, "", "4-256 257-300>256"},
		{SCTP_EVENT, "8-300", "8 9-300>8"},
		{SCTP_STREAM_SCHEDULER, "8-300", "8 9-300>8"},
		{SCTP_ENABLE_STREAM_RESET, "8", "8 9-300>8"},
		{SCTP_PEER_ADDR_THLDS, "144-300", "144 145-300>144"},
		{SCTP_RESET_STREAMS, "8-300", ""},
		{SCTP_SOCKOPT_BINDX_ADD, "1-300", ""},
		{SCTP_SOCKOPT_CONNECTX, "2-300", ""},
		{SCTP_SOCKOPT_CONNECTX3, "", "16 17-300>16"},
		{SCTP_GET_PEER_ADDRS, "", "8-300"},
		{SCTP_ACCEPT_ZERO_CHECKSUM, "4", ""},
		{SCTP_EXPLICIT_EOR, "4", "4 5-300>4"},
	} {
		o := Lookup(SOL_SCTP, int(c.name))
		set := ranges(func(n int) (int, bool) { return n, o.CheckSet(n, OneToMany, anything) == nil })
		get := ranges(func(n int) (int, bool) {
			answer, err := o.CheckGet(n, OneToMany, anything)
			return answer, err == nil
		})
		if set != c.set || get != c.get {
			t.Errorf("%s: set %q, get %q; want %q, %q", o.Name, set, get, c.set, c.get)
		}
	}
}

// ranges writes the lengths up to 300 that f accepts, each run with what it answers unless that is the length itself.
func ranges(f func(n int) (int, bool)) string {
	var all []string
	from, last := 0, ""
	for n := 0; n <= 301; n++ {
		kind := ""
		if answer, ok := f(n); ok && answer == n {
			kind = "same"
		} else if ok {
			kind = ">" + strconv.Itoa(answer)
		}
		if n == 301 {
			kind = ""
		}
		if kind == last {
			continue
		}
		if last != "" {
			s := strconv.Itoa(from)
			if n-1 > from {
				s += "-" + strconv.Itoa(n-1)
			}
			all = append(all, s+strings.TrimPrefix(last, "same"))
		}
		from, last = n, kind
	}
	return strings.Join(all, " ")
}

func TestOptionErrors(t *testing.T) {
	for _, c := range []struct {
		name  OptName
		set   error
		get   error
		style Style
		has   Need
	}{
		{SCTP_STATUS, syscall.ENOPROTOOPT, nil, OneToOne, 0},
		{SCTP_RESET_ASSOC, nil, syscall.ENOPROTOOPT, OneToOne, 0},
		{SCTP_AUTH_KEY, nil, syscall.EOPNOTSUPP, OneToOne, 0},
		{SCTP_AUTH_CHUNK, syscall.EACCES, syscall.EOPNOTSUPP, OneToOne, NeedsASCONF},
		{SCTP_AUTH_CHUNK, nil, syscall.EOPNOTSUPP, OneToOne, NeedsAuth},
		{SCTP_HMAC_IDENT, syscall.EACCES, syscall.EACCES, OneToOne, 0},
		{SCTP_SET_PEER_PRIMARY_ADDR, syscall.EPERM, syscall.ENOPROTOOPT, OneToOne, NeedsAuth},
		{SCTP_SET_PEER_PRIMARY_ADDR, nil, syscall.ENOPROTOOPT, OneToOne, NeedsASCONF},
		{SCTP_AUTOCLOSE, syscall.EOPNOTSUPP, syscall.EOPNOTSUPP, OneToOne, 0},
		{SCTP_AUTOCLOSE, nil, nil, OneToMany, 0},
		{SCTP_GET_ASSOC_NUMBER, syscall.ENOPROTOOPT, syscall.EOPNOTSUPP, OneToOne, 0},
		{SCTP_GET_ASSOC_ID_LIST, syscall.ENOPROTOOPT, nil, OneToMany, 0},
		{SCTP_REUSE_PORT, syscall.EOPNOTSUPP, nil, OneToMany, 0},
		{SCTP_REUSE_PORT, nil, nil, OneToOne, 0},
	} {
		o := Lookup(SOL_SCTP, int(c.name))
		n := max(o.Set.size, o.Get.size)
		if err := o.CheckSet(n, c.style, c.has); err != c.set {
			t.Errorf("%s: setting it answers %v, want %v", o.Name, err, c.set)
		}
		if _, err := o.CheckGet(n, c.style, c.has); err != c.get {
			t.Errorf("%s: asking for it answers %v, want %v", o.Name, err, c.get)
		}
		// Style and needs come before the length, which none of these has.
		err := o.CheckSet(0, c.style, c.has)
		if want := c.set; want == nil && err != syscall.EINVAL || want != nil && err != want {
			t.Errorf("%s: setting it with nothing answers %v", o.Name, err)
		}
	}
	for _, o := range Options() {
		if o.Set.Set(-1) == nil {
			t.Errorf("%s of a negative length can be set", o.Name)
		}
		if _, err := o.Get.Get(-1); err == nil {
			t.Errorf("%s of a negative length can be asked for", o.Name)
		}
	}
	if (Lengths{}).Set(0) != syscall.EINVAL {
		t.Error("no length is a length")
	}
	if _, err := (Lengths{}).Get(8); err != syscall.EINVAL {
		t.Error("no length answers")
	}
}

// A getsockopt is a question and an answer in the same bytes.
func TestQueriesAndAnswers(t *testing.T) {
	pad := bytes.Repeat([]byte{0xee}, 400)
	give := func(v Struct, n int) []byte { return append(Put(bytes.Clone(pad[:Size(v)]), v), pad...)[:n] }
	for _, c := range []struct {
		name   OptName
		value  []byte
		query  Struct
		answer Struct
		want   []byte
	}{
		{SCTP_RTOINFO, give(&RTOInfo{AssocID: 3}, 20), &RTOInfo{AssocID: 3}, &RTOInfo{3, 1, 2, 4}, Append(nil, &RTOInfo{3, 1, 2, 4})},
		{SCTP_MAXSEG, []byte{9, 9, 9, 9}, &AssocValue{}, &AssocValue{3, 7}, []byte{7, 0, 0, 0}},
		{SCTP_MAXSEG, give(&AssocValue{AssocID: 3}, 8), &AssocValue{AssocID: 3}, &AssocValue{3, 7}, Append(nil, &AssocValue{3, 7})},
		{SCTP_DELAYED_SACK, give(&SackInfo{AssocID: 3}, 8), &SackInfo{AssocID: 3}, &SackInfo{3, 100, 2}, Append(nil, &AssocValue{3, 100})},
		{
			SCTP_PEER_ADDR_PARAMS, give(&PaddrParams{AssocID: 3, Flags: SPP_DSCP}, 153), // what the flags say matters for setting only
			&PaddrParams{AssocID: 3, Flags: SPP_DSCP}, &PaddrParams{AssocID: 3, PathMTU: 7}, Append(nil, &PaddrParams{AssocID: 3, PathMTU: 7})[:152],
		},
		{SCTP_EVENTS, []byte{0, 0}, new(EventSubscribe), &EventSubscribe{1, 1, 1}, []byte{1, 1}},
		{SCTP_EVENT, give(&Event{AssocID: 3, Type: SCTP_SHUTDOWN_EVENT}, 9), &Event{AssocID: 3, Type: SCTP_SHUTDOWN_EVENT}, &Event{3, SCTP_SHUTDOWN_EVENT, 1}, []byte{3, 0, 0, 0, 5, 0x80, 1, 0xee}},
		{SCTP_GET_ASSOC_STATS, []byte{3, 0, 0, 0, 0xee}, &AssocStats{AssocID: 3}, &AssocStats{AssocID: 3}, []byte{3, 0, 0, 0, 0xee}},
		{SCTP_GET_ASSOC_ID_LIST, pad[:16], nil, &AssocIDs{[]AssocID{3}}, []byte{1, 0, 0, 0, 3, 0, 0, 0}},
		{SCTP_GET_ASSOC_ID_LIST, pad[:4], nil, &AssocIDs{[]AssocID{3}}, []byte{1, 0, 0, 0, 3, 0, 0, 0}},
		{SCTP_GET_PEER_ADDRS, []byte{3, 0, 0, 0, 0, 0, 0, 0, 0xee}, &GetAddrs{AssocID: 3, Addresses: []byte{0xee}}, &GetAddrs{AssocID: 3}, []byte{3, 0, 0, 0, 0, 0, 0, 0}},
	} {
		o := Lookup(SOL_SCTP, int(c.name))
		before := bytes.Clone(c.value)
		got, err := o.Query(c.value)
		if c.query != nil && (err != nil || !reflect.DeepEqual(got, c.query)) {
			t.Errorf("%s: query %+v, %v, want %+v", o.Name, got, err, c.query)
		}
		if got := o.Answer(c.value, c.answer); !bytes.Equal(got, c.want) {
			t.Errorf("%s: answer\n got %x\nwant %x", o.Name, got, c.want)
		}
		if !bytes.Equal(c.value, before) {
			t.Errorf("%s: the program's bytes have changed", o.Name)
		}
	}
	if _, err := Lookup(SOL_SCTP, int(SCTP_SOCKOPT_CONNECTX)).Query(nil); err != syscall.EINVAL {
		t.Errorf("an option that cannot be asked for: %v", err)
	}
}

func TestOptionsFitIntoMaxOption(t *testing.T) {
	all := &ResetStreams{Streams: make([]uint16, 0xffff)}
	if n := len(Append(nil, all)); n > MaxOption || n <= MaxOption-2*4096 {
		t.Errorf("%d bytes, %d are read", n, MaxOption)
	}
}

func TestDescriptions(t *testing.T) {
	two := addr("[::1]:7").Append(addr("10.0.0.1:7").Append(nil))
	for _, c := range []struct {
		name  OptName
		value []byte
		want  string
	}{
		{SCTP_NODELAY, []byte{1, 0, 0, 0}, "1"},
		{SCTP_RTOINFO, Append(nil, &RTOInfo{3, 1, 2, 4}), "{AssocID:3 Initial:1 Max:2 Min:4}"},
		{SCTP_DELAYED_SACK, Append(nil, &AssocValue{3, 0}), "{AssocID:3 Delay:0 Frequency:1}"},
		{SCTP_MAXSEG, []byte{100, 0, 0, 0}, "{AssocID:0 Value:100}"},
		{SCTP_EVENTS, []byte{1, 1}, "[SCTP_DATA_IO_EVENT SCTP_ASSOC_CHANGE]"},
		{SCTP_PEER_ADDR_PARAMS, Append(nil, &PaddrParams{HeartbeatInterval: 5, Flags: SPP_HB_ENABLE | SPP_DSCP | 1<<10, DSCP: 8}),
			"{AssocID:0 Address:family 0 HeartbeatInterval:5 MaxRetransmits:0 PathMTU:0 SackDelay:0 Flags:SPP_HB_ENABLE|SPP_DSCP|0x400 FlowLabel:0 DSCP:8}"},
		{SCTP_SOCKOPT_BINDX_ADD, two, "[10.0.0.1:7 [::1]:7]"},
		{SCTP_SOCKOPT_BINDX_ADD, two[1:], "0000070a0000010000000000000000" + "0a00" + "000700000000" + strings.Repeat("00", 15) + "0100000000"},
		{SCTP_PRIMARY_ADDR, Append(nil, &Prim{3, StorageOf(addr("10.0.0.1:7"))}), "{AssocID:3 Address:10.0.0.1:7}"},
		{SCTP_RTOINFO, []byte{1, 2}, "0102"},
		{SCTP_AUTH_KEY, Append(nil, &AuthKey{3, 1, []byte("secret")}), "{AssocID:3 KeyNumber:1 Key:6 bytes}"},
		{77, []byte{0xab}, "ab"},
	} {
		if got := DescribeOption(SOL_SCTP, int(c.name), c.value); got != c.want {
			t.Errorf("%v: got %s, want %s", c.name, got, c.want)
		}
	}
}

func TestNames(t *testing.T) {
	for got, want := range map[string]string{
		OptionName(SOL_SCTP, 1):                                 "SCTP_ASSOCINFO",
		OptionName(SOL_SCTP, 126):                               "SCTP option 126",
		OptionName(SOL_SOCKET, 20):                              "SO_RCVTIMEO_OLD",
		OptionName(SOL_SOCKET, 99):                              "option 99",
		OptionName(SOL_SOCKET, -1):                              "option -1",
		OptionName(SOL_IPV6, 26):                                "IPV6_V6ONLY",
		OptionName(SOL_IP, 1):                                   "IP_TOS",
		OptionName(7, 1):                                        "option 1",
		LevelName(SOL_IP) + LevelName(SOL_IPV6):                 "SOL_IPSOL_IPV6",
		LevelName(SOL_SOCKET) + LevelName(132):                  "SOL_SOCKETSOL_SCTP",
		LevelName(7):                                            "level 7",
		SCTP_DSTADDRV6.String():                                 "SCTP_DSTADDRV6",
		ControlType(-1).String():                                "cmsg type -1",
		SCTP_SEND_FAILED_EVENT.String():                         "SCTP_SEND_FAILED_EVENT",
		SCTP_NOTIFICATIONS_STOPPED_EVENT.String():               "SCTP_NOTIFICATIONS_STOPPED_EVENT",
		NotificationType(7).String():                            "0x7",
		SCTP_CANT_STR_ASSOC.String():                            "SCTP_CANT_STR_ASSOC",
		AssocChangeState(9).String():                            "9",
		SCTP_ADDR_POTENTIALLY_FAILED.String():                   "SCTP_ADDR_POTENTIALLY_FAILED",
		PaddrChangeState(-2).String():                           "-2",
		SCTP_SHUTDOWN_ACK_SENT.String():                         "SCTP_SHUTDOWN_ACK_SENT",
		SCTP_UNKNOWN.String():                                   "SCTP_UNKNOWN",
		SCTP_UNCONFIRMED.String():                               "SCTP_UNCONFIRMED",
		SCTP_PR_SCTP_PRIO.String():                              "SCTP_PR_SCTP_PRIO",
		PRPolicy(0x41).String():                                 "0x41",
		SendFlags(0).String():                                   "0",
		(SCTP_EOF | 0x1000).String():                            "SCTP_EOF|0x1000",
		SendFlags(SCTP_PR_SCTP_TTL).String():                    "SCTP_PR_SCTP_TTL",
		(SCTP_UNORDERED | SendFlags(SCTP_PR_SCTP_RTX)).String(): "SCTP_UNORDERED|SCTP_PR_SCTP_RTX",
		(MSG_EOR | MSG_NOTIFICATION).String():                   "MSG_EOR|MSG_NOTIFICATION",
		ErrnoName(11):                                           "EAGAIN",
		ErrnoName(0):                                            "errno 0",
		ErrnoName(512):                                          "errno 512",
	} {
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	for i, name := range [][]string{notificationTypeNames, controlTypeNames, assocStateNames, pathStateNames, assocChangeStateNames, paddrChangeStateNames} {
		if slices.Contains(name, "") {
			t.Errorf("list %d has an empty name", i)
		}
	}
}
