package sctp_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/gosctp/sctp"
)

// kinds lists the types of notifications, and the states that they tell.
func kinds(all []sctp.Notification) []string {
	var names []string
	for _, n := range all {
		switch n := n.(type) {
		case sctp.AssocChange:
			names = append(names, n.State.String())
		case sctp.PeerAddrChange:
			names = append(names, fmt.Sprint(n.Addr, " ", n.State))
		default:
			names = append(names, fmt.Sprintf("%T", n)[len("sctp."):])
		}
	}
	return names
}

func count(names []string, name string) int {
	n := 0
	for _, s := range names {
		if s == name {
			n++
		}
	}
	return n
}

func TestNotificationsOfALife(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		indication := uint32(0x5c79)
		w.client.config.AdaptationIndication = &indication
		client, server := w.pair()
		send(t, client, "hello", nil)
		want(t, server, "hello")
		time.Sleep(time.Minute)
		if err := client.Shutdown(t.Context()); err != nil {
			t.Fatal(err)
		}
		ofClient, ofServer := kinds(notifications(t, client)), kinds(notifications(t, server))
		for _, name := range []string{"COMM_UP", "SHUTDOWN_COMP", "SenderDry"} {
			if count(ofClient, name) != 1 {
				t.Errorf("client was told %q, want %s once", ofClient, name)
			}
		}
		for _, name := range []string{
			"COMM_UP", "SHUTDOWN_COMP", "ShutdownEvent", "AdaptationIndication", "198.51.100.1 ADDR_CONFIRMED",
		} {
			if count(ofServer, name) != 1 {
				t.Errorf("server was told %q, want %s once", ofServer, name)
			}
		}
		client.Close()
		server.Close()
	})
}

func TestPathNotifications(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		w.client.config.HBInterval = time.Second
		w.client.config.RTOMax = 2 * time.Second // of probes, too
		w.client.config.PathMaxRetrans = 2
		client, server := w.pair()
		time.Sleep(10 * time.Second)
		w.net.Cut(netB, netB)
		time.Sleep(time.Minute)
		w.net.Repair(netB, netB)
		time.Sleep(time.Minute)
		defer server.Abort("")
		defer client.Abort("")
		ctx, cancel := context1s(t)
		defer cancel()
		var states []sctp.AddrState
		for {
			n, err := client.NextNotification(ctx)
			if err != nil {
				break
			}
			if change, ok := n.(sctp.PeerAddrChange); ok && change.Addr.String() == "198.51.100.2" {
				states = append(states, change.State)
			}
		}
		want := fmt.Sprint([]sctp.AddrState{
			sctp.AddrPotentiallyFailed, sctp.AddrUnreachable, sctp.AddrAvailable,
		})
		if got := fmt.Sprint(states); got != want {
			t.Errorf("the cut path was %v, want %v", got, want)
		}
	})
}

func TestSendFailedReturnsTheMessage(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		client, server := w.pair()
		w.cut()
		info := sctp.SndInfo{Stream: 4, PPID: 5, Context: 6, Unordered: true}
		send(t, client, "undeliverable", &info)
		server.Abort("")
		found := false
		for _, n := range notifications(t, client) {
			if failed, ok := n.(sctp.SendFailed); ok {
				found = true
				if string(failed.Data) != "undeliverable" || failed.Info != info || !failed.Sent {
					t.Errorf("got %+v", failed)
				}
			}
		}
		if !found {
			t.Error("no SendFailed")
		}
		client.Close()
	})
}

// Those who never ask for notifications pay for the last ones only.
func TestNotificationsThatNobodyTakesAreBounded(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		w.client.config.HBInterval = time.Second
		w.client.config.RTOMax = 2 * time.Second // of probes, too
		w.client.config.PathMaxRetrans = 2
		client, server := w.pair()
		defer client.Abort("")
		defer server.Abort("")
		for range 60 { // three notifications each time
			w.net.Cut(netB, netB)
			time.Sleep(time.Minute)
			w.net.Repair(netB, netB)
			time.Sleep(time.Minute)
		}
		lost := client.Status().LostNotifications
		left := 0
		ctx, cancel := context1s(t)
		defer cancel()
		for {
			if _, err := client.NextNotification(ctx); err != nil {
				break
			}
			left++
		}
		if lost == 0 || left != 128 {
			t.Errorf("%d were lost and %d kept, want the last 128 kept", lost, left)
		}
	})
}
