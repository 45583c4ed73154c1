package sctp

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/wire"
)

func TestNotificationsReadAsSentences(t *testing.T) {
	addr := netip.MustParseAddr("192.0.2.1")
	for _, c := range []struct {
		ev   assoc.Event
		want string
	}{
		{assoc.AssocChange{State: assoc.CommUp, OutStreams: 10, InStreams: 5}, "association: COMM_UP, 10 streams out, 5 in"},
		{assoc.AssocChange{State: assoc.CantStartAssoc, Err: assoc.ErrTimeout}, "association: CANT_STR_ASSOC: peer does not answer"},
		{assoc.AssocChange{State: assoc.ShutdownComplete}, "association: SHUTDOWN_COMP"},
		{assoc.PeerAddrChange{Addr: addr, State: assoc.AddrUnreachable}, "peer address 192.0.2.1: ADDR_UNREACHABLE"},
		{assoc.Stall{Addr: addr, Reason: assoc.StallUnacknowledged, For: 15 * time.Second}, "nothing acknowledged for 15s, though 192.0.2.1 answers: UNACKNOWLEDGED"},
		{assoc.Stall{Addr: addr, For: time.Minute}, "acknowledged by 192.0.2.1 again, after 1m0s"},
		{assoc.LocalAddrChange{Addr: addr, Added: true}, "address 192.0.2.1 is there"},
		{assoc.LocalAddrChange{Addr: addr}, "address 192.0.2.1 is gone"},
		{assoc.AddrsChanged{Added: []netip.Addr{addr}, Removed: []netip.Addr{addr}, Preferred: addr},
			"addresses: 192.0.2.1 added, 192.0.2.1 removed, 192.0.2.1 preferred"},
		{assoc.AddrsChanged{Err: &assoc.RefusedError{Code: wire.CauseNoAuthorization}}, "addresses: peer denies the request: Request Refused - No Authorization"},
		{assoc.AddrsChanged{Err: &assoc.RefusedError{}}, "addresses: peer denies the request"},
		{assoc.RemoteError{Code: wire.CauseStaleCookie}, "peer reports: " + wire.CauseStaleCookie.String()},
		{
			assoc.SendFailed{Stream: 3, Data: make([]byte, 5), Err: &assoc.AbortError{Remote: true}},
			"message of 5 bytes on stream 3 not delivered: aborted by peer",
		},
		{assoc.ShutdownEvent{}, "peer shuts down"},
		{assoc.AdaptationIndication{Ind: 0x5c79}, "peer's adaptation code point is 0x5c79"},
		{assoc.Authentication{Indication: assoc.AuthNewKey, Key: 2}, "authentication: AUTH_NEW_KEY, key 2"},
		{assoc.Authentication{Indication: assoc.AuthFreeKey}, "authentication: AUTH_FREE_KEY, key 0"},
		{assoc.Authentication{Indication: assoc.AuthNone}, "authentication: AUTH_NO_AUTH, key 0"},
		{assoc.Authentication{Indication: assoc.AuthFailed, Key: 2, Err: assoc.ErrNotAuthenticated},
			"authentication: AUTH_FAILED, key 2: chunk is not authenticated"},
		{assoc.Authentication{Indication: 9}, "authentication: AuthIndication(9), key 0"},
		{assoc.PartialDeliveryAborted{Stream: 4}, "rest of the message on stream 4 will not come"},
		{assoc.SenderDry{}, "all messages acknowledged"},
		{assoc.StreamReset{Outgoing: true, Incoming: true}, "reset of all streams, outgoing and incoming: done"},
		{assoc.StreamReset{Incoming: true, Streams: []uint16{1, 2}, Denied: true}, "reset of streams [1 2], incoming: denied by the peer"},
		{assoc.StreamReset{Outgoing: true, Streams: []uint16{1}, Failed: true}, "reset of streams [1], outgoing: failed"},
		{assoc.AssocReset{}, "reset of the association: done"},
		{assoc.StreamChange{OutStreams: 12, InStreams: 10}, "adding streams: done, 12 streams out, 10 in"},
	} {
		n := notification(7, c.ev)
		if n.String() != c.want || n.Assoc() != 7 {
			t.Errorf("%T of association %d is %q, want %q", n, n.Assoc(), n, c.want)
		}
	}
}

func TestStatesHaveTheirNames(t *testing.T) {
	var got []string
	for s := AssocState(0); s <= CantStartAssoc; s++ {
		got = append(got, s.String())
	}
	for s := AddrState(0); s <= AddrPotentiallyFailed; s++ {
		got = append(got, s.String())
	}
	for r := StallEnded; r <= StallPacketSize+1; r++ {
		got = append(got, r.String())
	}
	for s := Closed; s <= ShutdownAckSent+1; s++ {
		got = append(got, s.String())
	}
	for s := SearchComplete; s <= SearchError+1; s++ {
		got = append(got, s.String())
	}
	want := "[AssocState(0) COMM_UP COMM_LOST RESTART SHUTDOWN_COMP CANT_STR_ASSOC AddrState(0) ADDR_AVAILABLE " +
		"ADDR_UNREACHABLE ADDR_REMOVED ADDR_ADDED ADDR_MADE_PRIM ADDR_CONFIRMED ADDR_POTENTIALLY_FAILED ENDED UNACKNOWLEDGED WINDOW " +
		"PACKET_SIZE StallReason(4) CLOSED COOKIE-WAIT " +
		"COOKIE-ECHOED ESTABLISHED SHUTDOWN-PENDING SHUTDOWN-SENT SHUTDOWN-RECEIVED SHUTDOWN-ACK-SENT State(8) SEARCH_COMPLETE CONFIRMING BASE SEARCHING ERROR SearchState(5)]"
	if fmt.Sprint(got) != want {
		t.Errorf("got %v", got)
	}
}

func TestErrorsReadAsSentences(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{ErrTimeout, "peer does not answer"},
		{&MessageTooBigError{Size: 5, Limit: 4}, "message of 5 bytes is too big: the limit is 4"},
		{&AbortError{Remote: true, Cause: CauseUserAbort, Reason: []byte("why")}, `aborted by peer: "why"`},
		{&AbortError{Cause: 13}, "aborted by this side: " + CauseCode(13).String()},
	} {
		if c.err.Error() != c.want {
			t.Errorf("%T reads %q, want %q", c.err, c.err, c.want)
		}
	}
}
