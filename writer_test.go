package sctp_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gosctp/sctp"
	"github.com/gosctp/sctp/simnet"
)

// begin begins a message in parts.
func begin(t *testing.T, c *sctp.Conn, info *sctp.SndInfo) *sctp.MessageWriter {
	t.Helper()
	w, err := c.NewMessage(t.Context(), info)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// write writes a part.
func write(t *testing.T, w io.Writer, part string) {
	t.Helper()
	if n, err := io.WriteString(w, part); n != len(part) || err != nil {
		t.Fatalf("wrote %d of %d bytes: %v", n, len(part), err)
	}
}

func TestAMessageInParts(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		client, server := w.pair()
		defer client.Close()
		defer server.Close()
		mw := begin(t, client, &sctp.SndInfo{Stream: 3, PPID: 46})
		for _, part := range []string{"a", "", "bc", "d"} {
			write(t, mw, part)
			time.Sleep(time.Second)
		}
		write(t, mw, strings.Repeat("e", 50_000))
		if err := mw.Close(); err != nil {
			t.Fatal(err)
		}
		m := receive(t, server)
		if string(m.Data) != "abcd"+strings.Repeat("e", 50_000) || m.Stream != 3 || m.PPID != 46 || m.SSN != 0 {
			t.Errorf("received %d bytes, %+v", len(m.Data), m.RcvInfo)
		}
		send(t, client, "next", &sctp.SndInfo{Stream: 3})
		if m := receive(t, server); string(m.Data) != "next" || m.SSN != 1 {
			t.Errorf("then %q, number %d", m.Data, m.SSN)
		}
		if sent := client.Status().Stats.MessagesSent; sent != 2 {
			t.Errorf("counted as %d messages, want 2", sent)
		}
		if _, err := mw.Write([]byte("x")); !errors.Is(err, sctp.ErrMessageClosed) {
			t.Errorf("a Write after Close: %v", err)
		}
		if err := mw.Close(); !errors.Is(err, sctp.ErrMessageClosed) {
			t.Errorf("a second Close: %v", err)
		}
		if err := mw.Cancel(); err != nil {
			t.Errorf("Cancel after Close: %v", err)
		}
	})
}

// The reader has the parts before the message is complete, and a message may be larger than any buffer.
func TestAMessageOfAnySize(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		w.client.config.SendBuffer, w.server.config.RecvBuffer = 40_000, 64<<10
		client, server := w.pair()
		defer client.Close()
		defer server.Close()
		message := bytes.Repeat([]byte("0123456789abcdef"), 5<<16)
		go func() {
			mw, err := client.Stream(2).NewMessage(context.WithoutCancel(t.Context()))
			if err == nil {
				_, err = io.Copy(mw, bytes.NewReader(message))
			}
			if err == nil {
				err = mw.Close()
			}
			if err != nil {
				t.Error(err)
			}
		}()
		var got []byte
		p := make([]byte, 30_000)
		for {
			n, info, err := server.ReadMsg(p)
			if err != nil {
				t.Fatal(err)
			}
			if info.Begin != (len(got) == 0) || info.Stream != 2 {
				t.Fatalf("after %d bytes: %+v", len(got), info)
			}
			if got = append(got, p[:n]...); info.EOR {
				break
			}
		}
		if !bytes.Equal(got, message) {
			t.Errorf("received %d bytes, want the %d of the message", len(got), len(message))
		}
	})
}

func TestNothingElseIsSentOnTheStreamOfAMessageInParts(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		client, server := w.pair()
		defer client.Close()
		defer server.Close()
		mw := begin(t, client, &sctp.SndInfo{Stream: 1})
		write(t, mw, "part")
		if _, err := client.WriteMsg([]byte("x"), &sctp.SndInfo{Stream: 1}); !errors.Is(err, sctp.ErrMessageOpen) {
			t.Errorf("WriteMsg: %v", err)
		}
		if _, err := client.Stream(1).NewMessage(t.Context()); !errors.Is(err, sctp.ErrMessageOpen) {
			t.Errorf("NewMessage: %v", err)
		}
		if _, err := client.NewMessage(t.Context(), &sctp.SndInfo{Stream: 10}); !errors.Is(err, sctp.ErrStream) {
			t.Errorf("NewMessage on a stream that there is not: %v", err)
		}
		send(t, client, "behind it", &sctp.SndInfo{Stream: 2})
		if err := mw.Close(); err != nil {
			t.Fatal(err)
		}
		want(t, server, "part")
		want(t, server, "behind it")
	})
}

// With interleaving a message that is being written holds up nothing on other streams.
func TestOtherStreamsGoOnBesideAMessageInParts(t *testing.T) {
	interleaving(t, func(t *testing.T, w *world, client, server *sctp.Conn) {
		mw := begin(t, client, &sctp.SndInfo{Stream: 1})
		write(t, mw, "the first part")
		send(t, client, "beside it", &sctp.SndInfo{Stream: 2})
		want(t, server, "beside it")
		if err := mw.Close(); err != nil {
			t.Fatal(err)
		}
		want(t, server, "the first part")
	})
}

func TestEmptyMessagesInPartsAreRefused(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		client, server := w.pair()
		defer client.Close()
		defer server.Close()
		if err := begin(t, client, nil).Close(); !errors.Is(err, sctp.ErrEmptyMessage) {
			t.Errorf("an empty message: %v", err)
		}
		send(t, client, "something", nil)
		want(t, server, "something")
	})
}

func TestCancelOfAMessageInParts(t *testing.T) {
	for name, c := range map[string]struct {
		parts []string
		cut   bool // the reader had a part
	}{
		"nothing written": {nil, false},
		"a byte":          {[]string{"a"}, false},
		"a part sent":     {[]string{strings.Repeat("a", 10_000), "b"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			simulate(t, func(t *testing.T, w *world) {
				w.server.config.PartialDeliveryPoint = 1000
				client, server := w.pair()
				defer client.Close()
				defer server.Close()
				mw := begin(t, client, nil)
				for _, part := range c.parts {
					write(t, mw, part)
				}
				if c.cut {
					if _, info, err := server.ReadMsg(make([]byte, 100_000)); err != nil || info.EOR {
						t.Fatalf("EOR %v, %v", info.EOR, err)
					}
				}
				if err := mw.Cancel(); err != nil {
					t.Fatal(err)
				}
				if _, err := mw.Write([]byte("x")); !errors.Is(err, sctp.ErrMessageClosed) {
					t.Errorf("a Write after Cancel: %v", err)
				}
				send(t, client, "next", nil)
				want(t, server, "next")
				if got := count(news(t, server), "PartialDeliveryEvent") == 1; got != c.cut {
					t.Errorf("told that the rest will not come: %v, want %v", got, c.cut)
				}
			})
		})
	}
}

// news returns the kinds of notifications that wait.
func news(t *testing.T, c *sctp.Conn) []string {
	t.Helper()
	var all []sctp.Notification
	ctx, cancel := context1s(t)
	defer cancel()
	for {
		n, err := c.NextNotification(ctx)
		if err != nil {
			return kinds(all)
		}
		all = append(all, n)
	}
}

// A reader of whole messages sees nothing of what was given up.
func TestReadMessageDropsWhatIsCutShort(t *testing.T) {
	for _, level := range []int{0, 2} {
		simulate(t, func(t *testing.T, w *world) {
			for _, s := range []*side{w.client, w.server} {
				s.config.FragmentInterleave, s.config.PartialDeliveryPoint = level, 1000
			}
			client, server := w.pair()
			defer client.Close()
			defer server.Close()
			for range 3 {
				mw := begin(t, client, &sctp.SndInfo{Stream: 1, Unordered: true})
				write(t, mw, strings.Repeat("a", 10_000))
				ctx, cancel := context1s(t)
				if m, err := server.ReadMessage(ctx, 1<<20); err == nil {
					t.Fatalf("received %d bytes", len(m.Data))
				}
				cancel()
				if err := mw.Cancel(); err != nil {
					t.Fatal(err)
				}
				send(t, client, "whole", &sctp.SndInfo{Stream: 1, Unordered: true})
				want(t, server, "whole")
			}
		})
	}
}

func TestCancelTakesAPeerThatCanSkip(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		w.server.config.Disable = sctp.PartialReliability
		client, server := w.pair()
		defer server.Abort("")
		unsent := begin(t, client, nil)
		write(t, unsent, "a")
		if err := unsent.Cancel(); err != nil {
			t.Errorf("nothing was sent, and yet: %v", err)
		}
		mw := begin(t, client, nil)
		write(t, mw, "ab")
		time.Sleep(time.Second)
		if err := mw.Cancel(); !errors.Is(err, sctp.ErrCannotAbandon) {
			t.Errorf("a part was sent: %v", err)
		}
		write(t, mw, "c")
		if err := mw.Close(); err != nil {
			t.Errorf("it can still be finished: %v", err)
		}
		want(t, server, "abc")
		client.Close()
	})
}

// Messages that wait for the end of one in parts may fill the send buffer. Then that one goes on all the same.
func TestMessagesBehindOneInPartsDoNotHoldItUp(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		w.client.config.SendBuffer = 10_000
		client, server := w.pair()
		defer client.Close()
		defer server.Close()
		mw := begin(t, client, &sctp.SndInfo{Stream: 1})
		const others = 20
		go func() {
			for range others {
				if _, err := client.WriteMsg(make([]byte, 1000), &sctp.SndInfo{Stream: 2}); err != nil {
					t.Error(err)
				}
			}
		}()
		write(t, mw, strings.Repeat("a", 3000))
		for _, size := range []int{3000, 9000} {
			synctest.Wait() // until the buffer is full
			write(t, mw, strings.Repeat("a", size))
		}
		if err := mw.Close(); err != nil {
			t.Fatal(err)
		}
		messages := map[int]int{}
		for range 1 + others {
			messages[len(receive(t, server).Data)]++
		}
		if messages[15_000] != 1 || messages[1000] != others {
			t.Errorf("received so many messages, by size: %v", messages)
		}
	})
}

// A message of which a Write failed never looks whole.
func TestCloseAfterAFailedWriteCancels(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		w.client.config.SendBuffer = 10_000
		client, server := w.pair()
		defer client.Close()
		defer server.Close()
		ctx, cancel := context1s(t)
		defer cancel()
		mw, err := client.NewMessage(ctx, nil)
		if err != nil {
			t.Fatal(err)
		}
		w.cut()
		n, err := mw.Write(make([]byte, 100_000))
		if n == 0 || n >= 100_000 || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("wrote %d, %v", n, err)
		}
		if _, again := mw.Write([]byte("x")); !errors.Is(again, context.DeadlineExceeded) {
			t.Errorf("another Write: %v", again)
		}
		if err := mw.Close(); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Close: %v", err)
		}
		w.repair()
		send(t, client, "next", nil)
		want(t, server, "next")
	})
}

func TestAMessageInPartsMayOutliveItsLifetime(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		client, server := w.pair()
		defer client.Close()
		defer server.Close()
		mw := begin(t, client, &sctp.SndInfo{Stream: 1, PR: sctp.Lifetime(100 * time.Millisecond)})
		write(t, mw, "ab")
		time.Sleep(time.Second)
		if _, err := mw.Write([]byte("cd")); !errors.Is(err, sctp.ErrAbandoned) {
			t.Errorf("after its lifetime: %v", err)
		}
		if err := mw.Close(); !errors.Is(err, sctp.ErrAbandoned) {
			t.Errorf("Close: %v", err)
		}
		again := begin(t, client, &sctp.SndInfo{Stream: 1, PR: sctp.Lifetime(100 * time.Millisecond)})
		write(t, again, "ef")
		time.Sleep(time.Second)
		if err := again.Cancel(); err != nil {
			t.Errorf("Cancel of what is gone: %v", err)
		}
		send(t, client, "next", &sctp.SndInfo{Stream: 1})
		want(t, server, "next")
	})
}

func TestEndpointSendsMessagesInParts(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		w.client.config.DefaultSndInfo = sctp.SndInfo{Stream: 4}
		client, server, id := w.endpoints()
		defer client.Close()
		defer server.Close()
		mw, err := client.NewMessage(t.Context(), id, nil)
		if err != nil {
			t.Fatal(err)
		}
		write(t, mw, "in ")
		write(t, mw, "parts")
		if err := mw.Close(); err != nil {
			t.Fatal(err)
		}
		if got, info := recv(t, server); got != "in parts" || info.Stream != 4 {
			t.Errorf("received %q on stream %d", got, info.Stream)
		}
		if _, err := client.NewMessage(t.Context(), id+1, nil); !errors.Is(err, sctp.ErrNoAssociation) {
			t.Errorf("an association that there is not: %v", err)
		}
	})
}

// What a peer can make ReadMessage keep is bounded, and what exceeds it comes in pieces.
func TestUnfinishedMessagesAreBounded(t *testing.T) {
	interleaving(t, func(t *testing.T, w *world, client, server *sctp.Conn) {
		w.link(simnet.Link{Delay: w.delay})
		const streams = 6
		message := bytes.Repeat([]byte("0123456789abcdef"), 4<<16) // 4 MiB: all of them together are more than is kept
		go func() {                                                // all of them grow at the same rate
			var all []*sctp.MessageWriter
			for id := range uint16(streams) {
				mw, err := client.Stream(id).NewMessage(context.WithoutCancel(t.Context()))
				if err != nil {
					t.Error(err)
					return
				}
				all = append(all, mw)
			}
			for part := range slices.Chunk(message, 16<<10) {
				for _, mw := range all {
					if _, err := mw.Write(part); err != nil {
						t.Error(err)
						return
					}
				}
			}
			for _, mw := range all {
				if err := mw.Close(); err != nil {
					t.Error(err)
				}
			}
		}()
		got, pieces := make(map[uint16][]byte), 0
		for whole := 0; whole < streams; {
			m, err := server.ReadMessage(t.Context(), 1<<30)
			if err != nil {
				t.Fatal(err)
			}
			if got[m.Stream] = append(got[m.Stream], m.Data...); m.EOR {
				whole++
			} else {
				pieces++
			}
		}
		for id, data := range got {
			if !bytes.Equal(data, message) {
				t.Errorf("%d bytes on stream %d are not the message", len(data), id)
			}
		}
		if pieces == 0 {
			t.Error("more than 16 MiB were kept")
		}
	})
}

// Who reads the rest of a message by other means does not get its beginning again with the next one.
func TestReadMessageBeginsWithTheBeginning(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		w.server.config.PartialDeliveryPoint = 1000
		client, server := w.pair()
		defer client.Close()
		defer server.Close()
		mw := begin(t, client, nil)
		write(t, mw, strings.Repeat("a", 10_000))
		ctx, cancel := context1s(t)
		defer cancel()
		if _, err := server.ReadMessage(ctx, 1<<20); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(err)
		}
		if err := mw.Close(); err != nil {
			t.Fatal(err)
		}
		if n, info, err := server.ReadMsg(make([]byte, 10)); n != 1 || info.Begin || !info.EOR || err != nil {
			t.Errorf("the end is %d bytes, %+v, %v", n, info, err)
		}
		send(t, client, "next", nil)
		want(t, server, "next")
	})
}

// A message that nobody ends does not keep the association from its end, and never looks whole.
func TestShutdownDoesNotWaitForTheEndOfAMessage(t *testing.T) {
	for name, disabled := range map[string]sctp.Extensions{"skipped": 0, "cut": sctp.PartialReliability} {
		t.Run(name, func(t *testing.T) {
			simulate(t, func(t *testing.T, w *world) {
				w.server.config.Disable = disabled
				client, server := w.pair()
				send(t, client, "whole", nil)
				mw := begin(t, client, nil)
				write(t, mw, "without end")
				time.Sleep(time.Second)
				done := make(chan error)
				go func() { done <- client.Shutdown(context.WithoutCancel(t.Context())) }()
				want(t, server, "whole")
				m, err := server.ReadMessage(t.Context(), 100)
				if err == nil {
					t.Errorf("received %q, EOR %v", m.Data, m.EOR)
				}
				if err := <-done; err != nil {
					t.Errorf("Shutdown: %v", err)
				}
				if _, err := mw.Write([]byte("x")); err == nil {
					t.Error("a part was taken after the shutdown")
				}
				client.Abort("")
				server.Abort("")
			})
		})
	}
}
