package sctp_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gosctp/sctp"
)

// failed returns the messages that came back, with what was wrong and whether a part of them was sent.
func failed(t *testing.T, c *sctp.Conn) (all []string) {
	t.Helper()
	ctx, cancel := context1s(t)
	defer cancel()
	for {
		n, err := c.NextNotification(ctx)
		if err != nil {
			return all
		}
		if f, ok := n.(sctp.SendFailed); ok {
			if !errors.Is(f.Err, sctp.ErrAbandoned) {
				t.Errorf("%q came back because %v", f.Data, f.Err)
			}
			all = append(all, fmt.Sprintf("%s (%v) %v", f.Data, f.Info.PR, f.Sent))
		}
	}
}

// wantAbandoned checks the counters of stream 1 and of all streams.
func wantAbandoned(t *testing.T, c *sctp.Conn, p sctp.PRPolicy, unsent, sent uint64) {
	t.Helper()
	for _, policy := range []sctp.PRPolicy{p, sctp.AnyPolicy} {
		if u, s, err := c.Stream(1).PRStatus(policy); u != unsent || s != sent || err != nil {
			t.Errorf("%v on stream 1: %d unsent, %d sent, %v; want %d, %d", policy, u, s, err, unsent, sent)
		}
		if u, s, err := c.PRAssocStatus(policy); u != unsent || s != sent || err != nil {
			t.Errorf("%v in all: %d unsent, %d sent, %v; want %d, %d", policy, u, s, err, unsent, sent)
		}
	}
}

func TestTimedMessagesAreGivenUp(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		w.client.config.DisableTailProbe = true // what was sent is found to be lost when T3-rtx expires
		client, server := w.pair()
		defer client.Close()
		defer server.Close()
		w.cut()
		sent := sctp.SndInfo{Stream: 1, PR: sctp.Lifetime(300 * time.Millisecond)}
		send(t, client, "old", &sent)
		time.Sleep(time.Millisecond)
		send(t, client, string(make([]byte, 20_000)), &sctp.SndInfo{Stream: 2}) // more than may be in flight
		unsent := sctp.SndInfo{Stream: 1, PR: sctp.Lifetime(500 * time.Millisecond)}
		send(t, client, "older", &unsent)
		send(t, client, "in time", &sctp.SndInfo{Stream: 1, PR: sctp.Lifetime(time.Hour)})
		time.Sleep(3 * time.Second)
		w.repair()
		receive(t, server)
		want(t, server, "in time")
		if got, want := failed(t, client), []string{"older (lifetime 500ms) false", "old (lifetime 300ms) true"}; !slices.Equal(got, want) {
			t.Errorf("given up: %q, want %q", got, want)
		}
		wantAbandoned(t, client, sctp.Timed, 1, 1)
	})
}

func TestRetransmissionsAreLimited(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		client, server := w.pair()
		defer client.Close()
		defer server.Close()
		w.cut()
		send(t, client, "once", &sctp.SndInfo{Stream: 1, PR: sctp.MaxRetransmits(0)})
		send(t, client, "often", &sctp.SndInfo{Stream: 1, PR: sctp.MaxRetransmits(20)})
		time.Sleep(5 * time.Second)
		w.repair()
		want(t, server, "often")
		if got, want := failed(t, client), []string{"once (at most 0 retransmissions) true"}; !slices.Equal(got, want) {
			t.Errorf("given up: %q, want %q", got, want)
		}
		wantAbandoned(t, client, sctp.LimitedRetransmits, 0, 1)
	})
}

// What is more important finds room, at the cost of what is less, and never of what is as important or reliable.
func TestImportantMessagesFindRoom(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		w.client.config.SendBuffer = 3000
		client, server := w.pair()
		defer client.Close()
		defer server.Close()
		w.cut()
		text := func(name string) string { return fmt.Sprintf("%-1000s", name) }
		send(t, client, text("reliable"), &sctp.SndInfo{Stream: 2})
		send(t, client, text("minor"), &sctp.SndInfo{Stream: 1, PR: sctp.PriorityPolicy(9)})
		synctest.Wait() // until it has left
		send(t, client, text("major"), &sctp.SndInfo{Stream: 1, PR: sctp.PriorityPolicy(2)})
		send(t, client, text("urgent"), &sctp.SndInfo{Stream: 1, PR: sctp.PriorityPolicy(1)})
		ctx, cancel := context1s(t)
		defer cancel()
		_, err := client.WriteMsgContext(ctx, []byte(text("too late")), &sctp.SndInfo{Stream: 1, PR: sctp.PriorityPolicy(2)})
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("as important as what is there: %v", err)
		}
		w.repair()
		for _, name := range []string{"reliable", "major", "urgent"} {
			want(t, server, text(name))
		}
		if got, want := failed(t, client), []string{text("minor") + " (priority 9) true"}; !slices.Equal(got, want) {
			t.Errorf("given up: %q, want %q", got, want)
		}
		wantAbandoned(t, client, sctp.ByPriority, 0, 1)
	})
}

// A writer that waits for room goes on when messages are given up.
func TestWritersWakeWhenMessagesAreGivenUp(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		w.client.config.SendBuffer = 10_000
		client, server := w.pair()
		defer client.Close()
		defer server.Close()
		w.cut()
		send(t, client, string(make([]byte, 10_000)), &sctp.SndInfo{PR: sctp.Lifetime(2 * time.Second)})
		start := w.elapsed()
		send(t, client, "next", nil)
		if waited := w.elapsed() - start; waited < 2*time.Second || waited > 5*time.Second {
			t.Errorf("waited %v for the room of a message that lives 2 s", waited)
		}
		w.repair()
		want(t, server, "next")
	})
}

func TestMessagesAreReliableForAPeerThatCannotSkip(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		w.server.config.Disable = sctp.PartialReliability
		client, server := w.pair()
		defer client.Close()
		defer server.Close()
		w.cut()
		for i, pr := range []sctp.PRInfo{sctp.Lifetime(0), sctp.MaxRetransmits(0), sctp.PriorityPolicy(9)} {
			send(t, client, fmt.Sprint(i), &sctp.SndInfo{PR: pr})
		}
		time.Sleep(5 * time.Second)
		w.repair()
		for i := range 3 {
			want(t, server, fmt.Sprint(i))
		}
		if got := failed(t, client); len(got) != 0 {
			t.Errorf("given up: %q", got)
		}
	})
}

func TestReliabilityByDefault(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		w.client.config.DefaultSndInfo = sctp.SndInfo{Stream: 1, PR: sctp.MaxRetransmits(0)}
		client, server := w.pair()
		defer client.Close()
		defer server.Close()
		w.cut()
		fmt.Fprint(client, "a")
		client.SetDefaultSndInfo(sctp.SndInfo{Stream: 1})
		fmt.Fprint(client, "b")
		time.Sleep(5 * time.Second)
		w.repair()
		want(t, server, "b")
		if got, want := failed(t, client), []string{"a (at most 0 retransmissions) true"}; !slices.Equal(got, want) {
			t.Errorf("given up: %q, want %q", got, want)
		}
	})
}

func TestWrongPolicies(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		client, server := w.pair()
		defer client.Close()
		defer server.Close()
		for _, p := range []sctp.PRPolicy{sctp.AnyPolicy, sctp.AnyPolicy + 1} {
			if _, err := client.WriteMsg([]byte("x"), &sctp.SndInfo{PR: sctp.PRInfo{Policy: p}}); !errors.Is(err, sctp.ErrPolicy) {
				t.Errorf("sending with policy %v: %v", p, err)
			}
		}
		for _, p := range []sctp.PRPolicy{sctp.Reliable, sctp.AnyPolicy + 1} {
			if _, _, err := client.PRStatus(1, p); !errors.Is(err, sctp.ErrPolicy) {
				t.Errorf("status of policy %v: %v", p, err)
			}
			if _, _, err := client.PRAssocStatus(p); !errors.Is(err, sctp.ErrPolicy) {
				t.Errorf("status of policy %v: %v", p, err)
			}
		}
		if _, _, err := client.PRStatus(10, sctp.Timed); !errors.Is(err, sctp.ErrStream) {
			t.Errorf("status of stream 10 of 10: %v", err)
		}
	})
}

func TestEndpointGivesMessagesUp(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		client, server, id := w.endpoints()
		defer client.Close()
		defer server.Close()
		w.cut()
		if err := client.Send(t.Context(), []byte("b"), id, &sctp.SndInfo{Stream: 1, PR: sctp.MaxRetransmits(0)}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Second)
		w.repair()
		if u, s, err := client.PRStatus(id, 1, sctp.LimitedRetransmits); u != 0 || s != 1 || err != nil {
			t.Errorf("%d unsent, %d sent, %v", u, s, err)
		}
		if u, s, err := client.PRAssocStatus(id, sctp.AnyPolicy); u != 0 || s != 1 || err != nil {
			t.Errorf("%d unsent, %d sent, %v", u, s, err)
		}
		if _, _, err := client.PRStatus(id+1, 1, sctp.Timed); !errors.Is(err, sctp.ErrNoAssociation) {
			t.Errorf("an association that there is not: %v", err)
		}
		if _, _, err := client.PRAssocStatus(id+1, sctp.Timed); !errors.Is(err, sctp.ErrNoAssociation) {
			t.Errorf("an association that there is not: %v", err)
		}
	})
}

func TestReliabilityReadsWell(t *testing.T) {
	for _, c := range []struct {
		pr   sctp.PRInfo
		want string
	}{
		{sctp.PRInfo{}, "reliable"},
		{sctp.Lifetime(0), "lifetime 0s"},
		{sctp.Lifetime(-time.Second), "lifetime 0s"},
		{sctp.Lifetime(1), "lifetime 1ms"},
		{sctp.Lifetime(1500 * time.Microsecond), "lifetime 2ms"},
		{sctp.Lifetime(10_000 * time.Hour), "lifetime 1193h2m47.295s"},
		{sctp.MaxRetransmits(3), "at most 3 retransmissions"},
		{sctp.PriorityPolicy(7), "priority 7"},
		{sctp.PRInfo{Policy: sctp.AnyPolicy}, "any policy"},
		{sctp.PRInfo{Policy: 9}, "PRPolicy(9)"},
	} {
		if got := c.pr.String(); got != c.want {
			t.Errorf("%+v reads %q, want %q", c.pr.Value, got, c.want)
		}
	}
	var policies []string
	for p := sctp.Reliable; p <= sctp.AnyPolicy; p++ {
		policies = append(policies, p.String())
	}
	if got, want := fmt.Sprint(policies), "[reliable timed limited retransmissions by priority any policy]"; got != want {
		t.Errorf("policies are %s, want %s", got, want)
	}
}
