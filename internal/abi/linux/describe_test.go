package linux

import (
	"slices"
	"testing"
)

func TestControlsAreDescribed(t *testing.T) {
	for _, c := range []struct {
		b    []byte
		want string
	}{
		{nil, "[]"},
		{
			slices.Concat(sctpItem(SCTP_INIT, &InitMsg{OutStreams: 7}), sctpItem(SCTP_SNDINFO, &SndInfo{Stream: 1, Flags: SCTP_UNORDERED})),
			"[SCTP_INIT{OutStreams:7 MaxInStreams:0 MaxAttempts:0 MaxInitTimeout:0}, SCTP_SNDINFO{Stream:1 Flags:SCTP_UNORDERED PPID:0 Context:0 AssocID:0}]",
		},
		{
			slices.Concat(sctpItem(SCTP_PRINFO, &PRInfo{SCTP_PR_SCTP_TTL, 5}), sctpItem(SCTP_AUTHINFO, &AuthInfo{3})),
			"[SCTP_PRINFO{Policy:SCTP_PR_SCTP_TTL Value:5}, SCTP_AUTHINFO{KeyNumber:3}]",
		},
		{
			slices.Concat(sctpItem(SCTP_NXTINFO, &NxtInfo{Length: 5}), sctpItem(SCTP_RCVINFO, &RcvInfo{TSN: 9})),
			"[SCTP_NXTINFO{Stream:0 Flags:0 PPID:0 Length:5 AssocID:0}, SCTP_RCVINFO{Stream:0 SSN:0 Flags:0 PPID:0 TSN:9 CumTSN:0 Context:0 AssocID:0}]",
		},
		{sctpItem(SCTP_SNDRCV, &SndRcvInfo{SSN: 4}), "[SCTP_SNDRCV{Stream:0 SSN:4 Flags:0 PPID:0 Context:0 TimeToLive:0 TSN:0 CumTSN:0 AssocID:0}]"},
		{item(IPPROTO_SCTP, SCTP_DSTADDRV4, []byte{10, 0, 0, 1}), "[SCTP_DSTADDRV4 0a000001]"},
		{item(IPPROTO_SCTP, SCTP_SNDINFO, []byte{1}), "[SCTP_SNDINFO 01]"},
		{item(SOL_SOCKET, 1, []byte{5, 0, 0, 0}), "[SOL_SOCKET 1 05000000]"},
		{slices.Concat(sctpItem(SCTP_AUTHINFO, &AuthInfo{3}), make([]byte, 16)), "[SCTP_AUTHINFO{KeyNumber:3}, 00000000000000000000000000000000]"},
	} {
		if got := DescribeControl(c.b); got != c.want {
			t.Errorf("got %s\nwant %s", got, c.want)
		}
	}
}

func TestNotificationsAndAddressesAreDescribed(t *testing.T) {
	n := Append(nil, &AssocChange{State: SCTP_COMM_UP, OutStreams: 10, InStreams: 5, AssocID: 3})
	if got, want := DescribeNotification(n), "SCTP_ASSOC_CHANGE{Flags:0 State:SCTP_COMM_UP Error:0 OutStreams:10 InStreams:5 AssocID:3 Info:[]}"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := DescribeNotification(n[:3]); got != "018000" {
		t.Error(got)
	}
	if got := DescribeSockaddr(addr("[::1]:7").Append(nil)); got != "[::1]:7" {
		t.Error(got)
	}
	if got := DescribeSockaddr([]byte{1, 0, 0x2f}); got != "01002f" {
		t.Error(got)
	}
}
