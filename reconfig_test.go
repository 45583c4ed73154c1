package sctp_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gosctp/sctp"
)

// numbers sends a message on each of streams and returns the sequence numbers that they come with.
func numbers(t *testing.T, from, to *sctp.Conn, streams ...uint16) string {
	t.Helper()
	var got []string
	for _, id := range streams {
		send(t, from, "message", &sctp.SndInfo{Stream: id})
		got = append(got, fmt.Sprint(receive(t, to).SSN))
	}
	return strings.Join(got, " ")
}

// told returns the news of resets and added streams that wait.
func told(t *testing.T, c *sctp.Conn) (news []string) {
	t.Helper()
	ctx, cancel := context1s(t)
	defer cancel()
	for {
		n, err := c.NextNotification(ctx)
		if err != nil {
			return news
		}
		switch n.(type) {
		case sctp.StreamReset, sctp.AssocReset, sctp.StreamChange:
			news = append(news, n.String())
		}
	}
}

func wantTold(t *testing.T, c *sctp.Conn, want ...string) {
	t.Helper()
	if got := told(t, c); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("told %q, want %q", got, want)
	}
}

func TestResetOfOutgoingStreams(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		client, server := w.pair()
		defer client.Close()
		defer server.Close()
		numbers(t, client, server, 1, 2, 3, 1, 2, 3)
		if err := client.ResetStreams(t.Context(), sctp.ResetRequest{Outgoing: true, Streams: []uint16{1, 3}}); err != nil {
			t.Fatal(err)
		}
		if got, want := numbers(t, client, server, 1, 2, 3), "0 2 0"; got != want {
			t.Errorf("numbers are %s, want %s: two streams were reset", got, want)
		}
		wantTold(t, client, "reset of streams [1 3], outgoing: done")
		wantTold(t, server, "reset of streams [1 3], incoming: done")
		if err := client.Stream(2).Reset(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got, want := numbers(t, client, server, 1, 2, 3), "1 0 1"; got != want {
			t.Errorf("numbers are %s, want %s: the other was reset", got, want)
		}
		if err := client.ResetStreams(t.Context(), sctp.ResetRequest{Outgoing: true}); err != nil {
			t.Fatal(err)
		}
		if got, want := numbers(t, client, server, 1, 2, 3, 4), "0 0 0 0"; got != want {
			t.Errorf("numbers are %s, want %s: all were reset", got, want)
		}
	})
}

func TestResetOfBothDirections(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		client, server := w.pair()
		defer client.Close()
		defer server.Close()
		numbers(t, client, server, 1, 1)
		numbers(t, server, client, 1, 1)
		if err := client.ResetStreams(t.Context(), sctp.ResetRequest{Incoming: true, Streams: []uint16{1}}); err != nil {
			t.Fatal(err)
		}
		if out, in := numbers(t, client, server, 1), numbers(t, server, client, 1); out != "2" || in != "0" {
			t.Errorf("out %s, in %s, want the peer's only to be reset", out, in)
		}
		if err := client.ResetStreams(t.Context(), sctp.ResetRequest{Outgoing: true, Incoming: true}); err != nil {
			t.Fatal(err)
		}
		if out, in := numbers(t, client, server, 1), numbers(t, server, client, 1); out != "0" || in != "0" {
			t.Errorf("out %s, in %s, want both to be reset", out, in)
		}
	})
}

// What was written before is delivered before, and what is written meanwhile comes after.
func TestResetWaitsForWhatWasWritten(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		client, server := w.pair()
		defer client.Close()
		defer server.Close()
		before := strings.Repeat("before", 100_000)
		send(t, client, before, &sctp.SndInfo{Stream: 1})
		done := make(chan error)
		go func() { done <- client.Stream(1).Reset(context.WithoutCancel(t.Context())) }()
		time.Sleep(time.Millisecond)
		send(t, client, "after", &sctp.SndInfo{Stream: 1})
		send(t, client, "on another", &sctp.SndInfo{Stream: 2})
		for _, want := range []struct {
			data   string
			number uint16
		}{{before, 0}, {"on another", 0}, {"after", 0}} {
			if m := receive(t, server); string(m.Data) != want.data || m.SSN != want.number {
				t.Errorf("received %.10q number %d, want %.10q number %d", m.Data, m.SSN, want.data, want.number)
			}
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func TestResetOfTheAssociation(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		client, server := w.pair()
		defer client.Close()
		defer server.Close()
		send(t, client, "before", &sctp.SndInfo{Stream: 1})
		before := receive(t, server).TSN
		if err := client.ResetAssociation(t.Context()); err != nil {
			t.Fatal(err)
		}
		send(t, client, "after", &sctp.SndInfo{Stream: 1})
		m := receive(t, server)
		if m.SSN != 0 || m.TSN == before+1 {
			t.Errorf("SSN %d, TSN %d after %d: nothing begins anew", m.SSN, m.TSN, before)
		}
		if got, want := numbers(t, server, client, 1, 2), "0 0"; got != want {
			t.Errorf("numbers of the peer are %s, want %s", got, want)
		}
		wantTold(t, client, "reset of the association: done")
		wantTold(t, server, "reset of the association: done")
		if err := client.ResetAssociation(t.Context()); !errors.Is(err, sctp.ErrTooSoon) {
			t.Errorf("once more: %v", err)
		}
	})
}

func TestAddingStreams(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		client, server := w.pair()
		defer client.Close()
		defer server.Close()
		if err := client.AddStreams(t.Context(), 5, 3); err != nil {
			t.Fatal(err)
		}
		if s := client.Status(); s.OutStreams != 15 || s.InStreams != 13 {
			t.Errorf("%d streams out, %d in, want 15 and 13", s.OutStreams, s.InStreams)
		}
		if got := numbers(t, client, server, 14) + " " + numbers(t, server, client, 12); got != "0 0" {
			t.Errorf("on the new streams: %s", got)
		}
		if _, err := server.WriteMsg([]byte("x"), &sctp.SndInfo{Stream: 13}); !errors.Is(err, sctp.ErrStream) {
			t.Errorf("stream 13 of 13: %v", err)
		}
		wantTold(t, client, "adding streams: done, 15 streams out, 13 in")
		if got := told(t, server); len(got) == 0 || got[len(got)-1] != "adding streams: done, 13 streams out, 15 in" {
			t.Errorf("the peer was told %q", got)
		}
		if err := client.AddStreams(t.Context(), 65535, 0); !errors.Is(err, sctp.ErrTooManyStreams) {
			t.Errorf("more than there can be: %v", err)
		}
	})
}

func TestThePeerMayDeny(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		w.server.config.DenyReconfig = sctp.AllReconfigRequests
		client, server := w.pair()
		defer client.Close()
		defer server.Close()
		for name, err := range map[string]error{
			"incoming":    client.ResetStreams(t.Context(), sctp.ResetRequest{Incoming: true}),
			"outgoing":    client.ResetStreams(t.Context(), sctp.ResetRequest{Outgoing: true}),
			"association": client.ResetAssociation(t.Context()),
			"streams":     client.AddStreams(t.Context(), 1, 1),
		} {
			if !errors.Is(err, sctp.ErrDenied) {
				t.Errorf("%s: %v, want that the peer denies", name, err)
			}
		}
		for _, news := range told(t, client) {
			if !strings.Contains(news, "denied by the peer") {
				t.Errorf("told %q", news)
			}
		}
		if got := numbers(t, client, server, 1, 1); got != "0 1" {
			t.Errorf("the association goes on with %s", got)
		}
	})
}

func TestWrongRequests(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		client, server := w.pair()
		defer client.Close()
		defer server.Close()
		ctx := t.Context()
		for _, c := range []struct {
			name string
			err  error
			want error
		}{
			{"no direction", client.ResetStreams(ctx, sctp.ResetRequest{}), sctp.ErrEmptyRequest},
			{"no stream", client.ResetStreams(ctx, sctp.ResetRequest{Outgoing: true, Streams: []uint16{}}), sctp.ErrEmptyRequest},
			{"no such stream", client.ResetStreams(ctx, sctp.ResetRequest{Outgoing: true, Streams: []uint16{10}}), sctp.ErrStream},
			{"nothing to add", client.AddStreams(ctx, 0, 0), sctp.ErrEmptyRequest},
		} {
			if !errors.Is(c.err, c.want) {
				t.Errorf("%s: %v, want %v", c.name, c.err, c.want)
			}
		}
		client.Close()
		if err := client.ResetAssociation(ctx); err == nil {
			t.Error("a closed association was reset")
		}
	})
	simulate(t, func(t *testing.T, w *world) {
		w.server.config.Disable = sctp.Reconfiguration
		client, server := w.pair()
		defer client.Close()
		defer server.Close()
		if err := client.Stream(1).Reset(t.Context()); !errors.Is(err, sctp.ErrNotNegotiated) {
			t.Errorf("a peer without the extension: %v", err)
		}
	})
	simulate(t, func(t *testing.T, w *world) {
		client, server := w.pair()
		defer server.Close()
		go client.Shutdown(context.WithoutCancel(t.Context()))
		time.Sleep(time.Millisecond)
		if err := client.AddStreams(t.Context(), 1, 0); !errors.Is(err, sctp.ErrShutdown) {
			t.Errorf("while the association is shut down: %v", err)
		}
	})
}

// The end of a context ends the waiting; the request goes on, and its outcome is told.
func TestRequestsOutliveTheirContext(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		client, server := w.pair()
		defer client.Close()
		defer server.Close()
		numbers(t, client, server, 1)
		w.cut()
		ctx, cancel := context1s(t)
		defer cancel()
		if err := client.Stream(1).Reset(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("without a network: %v", err)
		}
		if err := client.Stream(1).Reset(t.Context()); !errors.Is(err, sctp.ErrRequestBusy) {
			t.Errorf("the same once more: %v", err)
		}
		w.repair()
		time.Sleep(10 * time.Second)
		wantTold(t, client, "reset of streams [1], outgoing: done")
		if got := numbers(t, client, server, 1); got != "0" {
			t.Errorf("the next message has number %s", got)
		}
	})
}

func TestRequestsFailWithTheAssociation(t *testing.T) {
	for name, end := range map[string]func(client, server *sctp.Conn){
		"abort of the peer": func(_, server *sctp.Conn) { server.Abort("enough") },
		"close":             func(client, _ *sctp.Conn) { client.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			simulate(t, func(t *testing.T, w *world) {
				client, server := w.pair()
				w.cut()
				done := make(chan error)
				go func() { done <- client.AddStreams(context.WithoutCancel(t.Context()), 1, 0) }()
				time.Sleep(time.Millisecond)
				w.repair()
				end(client, server)
				if err := <-done; err == nil {
					t.Error("streams were added to an association that is over")
				}
				client.Abort("")
				server.Abort("")
			})
		})
	}
}

func TestEndpointReconfigures(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		server, client := w.server.open(t, serverAddr), w.client.open(t, ":0")
		defer client.Close()
		defer server.Close()
		ctx := t.Context()
		id, err := client.SendTo(ctx, []byte("a"), sctp.MustParseAddr(serverAddr), &sctp.SndInfo{Stream: 1})
		if err != nil {
			t.Fatal(err)
		}
		// It is being set up still.
		if err := client.ResetStreams(ctx, id, sctp.ResetRequest{Outgoing: true, Streams: []uint16{1}}); err != nil {
			t.Error(err)
		}
		if err := client.Send(ctx, []byte("b"), id, &sctp.SndInfo{Stream: 1}); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if got, info := recv(t, server); info.SSN != 0 {
				t.Errorf("%q has number %d", got, info.SSN)
			}
		}
		if err := client.AddStreams(ctx, id, 2, 0); err != nil {
			t.Error(err)
		}
		if err := client.ResetAssociation(ctx, id); err != nil {
			t.Error(err)
		}
		if s, err := client.Status(id); err != nil || s.OutStreams != 12 {
			t.Errorf("%d streams, %v", s.OutStreams, err)
		}
		for name, err := range map[string]error{
			"ResetStreams":     client.ResetStreams(ctx, id+1, sctp.ResetRequest{Outgoing: true}),
			"ResetAssociation": client.ResetAssociation(ctx, id+1),
			"AddStreams":       client.AddStreams(ctx, id+1, 1, 0),
		} {
			if !errors.Is(err, sctp.ErrNoAssociation) {
				t.Errorf("%s of an association that there is not: %v", name, err)
			}
		}
	})
}
