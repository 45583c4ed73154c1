package sctp_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gosctp/sctp"
	"github.com/gosctp/sctp/simnet"
)

func TestMessagesKeepTheirBoundaries(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		client, server := w.pair()
		for _, m := range []string{"one", "two", strings.Repeat("three", 10_000), "4"} {
			send(t, client, m, nil)
		}
		want(t, server, "one")
		want(t, server, "two")
		want(t, server, strings.Repeat("three", 10_000))
		want(t, server, "4")
		client.Close()
		wantEOF(t, server)
		server.Close()
	})
}

func TestMessagesCarryTheirInfo(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		client, server := w.pair()
		defer client.Close()
		defer server.Close()
		send(t, client, "ordered", &sctp.SndInfo{Stream: 3, PPID: 46})
		send(t, client, "second", &sctp.SndInfo{Stream: 3, PPID: 47, Immediate: true})
		send(t, client, "unordered", &sctp.SndInfo{Stream: 9, PPID: 48, Unordered: true})
		for _, want := range []sctp.RcvInfo{
			{Stream: 3, SSN: 0, PPID: 46, Begin: true, EOR: true},
			{Stream: 3, SSN: 1, PPID: 47, Begin: true, EOR: true},
			{Stream: 9, PPID: 48, Unordered: true, Begin: true, EOR: true},
		} {
			got := receive(t, server).RcvInfo
			got.TSN, got.CumTSN = 0, 0
			if got.Unordered {
				got.SSN = 0 // It means nothing there.
			}
			if got != want {
				t.Errorf("received %+v, want %+v", got, want)
			}
		}
	})
}

func TestShortReadKeepsTheRest(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		client, server := w.pair()
		defer client.Close()
		defer server.Close()
		send(t, client, "abcdefg", nil)
		send(t, client, "h", nil)
		var got []string
		for range 4 {
			p := make([]byte, 3)
			n, err := server.Read(p)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, string(p[:n]))
		}
		if want := []string{"abc", "def", "g", "h"}; !slices.Equal(got, want) {
			t.Errorf("read %q, want %q", got, want)
		}
	})
}

func TestReadMsgTellsWhereAMessageBeginsAndEnds(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		client, server := w.pair()
		defer client.Close()
		defer server.Close()
		send(t, client, "abcde", &sctp.SndInfo{Stream: 2, PPID: 7})
		var got []string
		for range 3 {
			p := make([]byte, 2)
			n, info, err := server.ReadMsg(p)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, fmt.Sprintf("%s %d %d %v %v", p[:n], info.Stream, info.PPID, info.Begin, info.EOR))
		}
		if want := []string{"ab 2 7 true false", "cd 2 7 false false", "e 2 7 false true"}; !slices.Equal(got, want) {
			t.Errorf("read %q, want %q", got, want)
		}
	})
}

func TestReadMessageReadsAtLeastAByte(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		client, server := w.pair()
		defer client.Close()
		defer server.Close()
		send(t, client, "ab", nil)
		for _, limit := range []int{-1, 0} {
			if m, err := server.ReadMessage(t.Context(), limit); err != nil || len(m.Data) != 1 {
				t.Errorf("limit %d: %q, %v, want one byte", limit, m.Data, err)
			}
		}
	})
}

func TestReadMessageIsBounded(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		client, server := w.pair()
		defer client.Close()
		defer server.Close()
		send(t, client, "0123456789", nil)
		first, err := server.ReadMessage(t.Context(), 4)
		if err != nil || string(first.Data) != "0123" || !first.Begin || first.EOR {
			t.Errorf("first part is %q, %+v, %v", first.Data, first.RcvInfo, err)
		}
		rest, err := server.ReadMessage(t.Context(), 100)
		if err != nil || string(rest.Data) != "456789" || rest.Begin || !rest.EOR {
			t.Errorf("the rest is %q, %+v, %v", rest.Data, rest.RcvInfo, err)
		}
	})
}

func TestMessagesIteratesUntilShutdown(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		client, server := w.pair()
		defer server.Close()
		for i := range 5 {
			send(t, client, fmt.Sprint("message ", i), nil)
		}
		client.Close()
		var got []string
		for m, err := range server.Messages(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, string(m.Data))
		}
		if len(got) != 5 || got[4] != "message 4" {
			t.Errorf("received %q", got)
		}
	})
}

func TestMessagesEndsWithTheError(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		client, server := w.pair()
		defer client.Close()
		defer server.Close()
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		send(t, client, "last", nil)
		steps := 0
		for m, err := range server.Messages(ctx) {
			steps++
			switch steps {
			case 1:
				if string(m.Data) != "last" || err != nil {
					t.Errorf("first step: %q, %v", m.Data, err)
				}
				cancel()
			case 2:
				if !errors.Is(err, context.Canceled) {
					t.Errorf("second step: %v", err)
				}
			}
		}
		if steps != 2 {
			t.Errorf("%d steps, want 2", steps)
		}
	})
}

// A message as large as the send buffer is several times what fits into the peer's window.
func TestLargestMessage(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		w.server.config.RecvBuffer = 64 << 10
		client, server := w.pair()
		defer client.Close()
		defer server.Close()
		message := bytes.Repeat([]byte("0123456789abcdef"), 1<<16)
		go client.WriteMsg(message, nil)
		if got := receive(t, server); !bytes.Equal(got.Data, message) {
			t.Errorf("received %d bytes, want %d the same", len(got.Data), len(message))
		}
	})
}

func TestTooBigMessageSaysTheLimit(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		w.client.config.SendBuffer = 10_000
		client, server := w.pair()
		defer client.Close()
		defer server.Close()
		_, err := client.WriteMsg(make([]byte, 10_001), nil)
		var big *sctp.MessageTooBigError
		if !errors.As(err, &big) || big.Size != 10_001 || big.Limit != 10_000 || !errors.Is(err, sctp.ErrMessageTooBig) {
			t.Errorf("got %v", err)
		}
		send(t, client, strings.Repeat("x", 10_000), nil)
		receive(t, server)
	})
}

// Write takes any size, as io.Writer has it; the bytes arrive in order although they travel as several messages.
func TestWriteCutsWhatIsTooBig(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		w.client.config.SendBuffer = 40_000
		client, server := w.pair()
		defer server.Close()
		data := make([]byte, 1_000_000)
		for i := range data {
			data[i] = byte(i >> 8)
		}
		go func() {
			if n, err := client.Write(data); n != len(data) || err != nil {
				t.Errorf("wrote %d, %v", n, err)
			}
			client.Close()
		}()
		got, err := io.ReadAll(server)
		if err != nil || !bytes.Equal(got, data) {
			t.Errorf("read %d bytes, %v; want the %d written", len(got), err, len(data))
		}
	})
}

func TestWrongMessages(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		client, server := w.pair()
		defer client.Close()
		defer server.Close()
		if _, err := client.WriteMsg(nil, nil); !errors.Is(err, sctp.ErrEmptyMessage) {
			t.Errorf("empty message: %v", err)
		}
		if _, err := client.WriteMsg([]byte("x"), &sctp.SndInfo{Stream: 10}); !errors.Is(err, sctp.ErrStream) {
			t.Errorf("stream 10 of 10: %v", err)
		}
		if n, err := client.Write(nil); n != 0 || err != nil {
			t.Errorf("an empty Write: %d, %v", n, err)
		}
	})
}

func TestStreamsHaveTheirOwnSettings(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		client, server := w.pair()
		defer client.Close()
		defer server.Close()
		voice, text := client.Stream(1), client.Stream(2)
		voice.Info.Unordered, voice.Info.PPID = true, 11
		text.Info.PPID = 22
		fmt.Fprint(voice, "a")
		fmt.Fprint(text, "b")
		client.SetDefaultSndInfo(sctp.SndInfo{Stream: 3, PPID: 33})
		fmt.Fprint(client, "c")
		for _, want := range []string{"a 1 11 true", "b 2 22 false", "c 3 33 false"} {
			m := receive(t, server)
			if got := fmt.Sprintf("%s %d %d %v", m.Data, m.Stream, m.PPID, m.Unordered); got != want {
				t.Errorf("received %s, want %s", got, want)
			}
		}
	})
}

func TestAddressesOfBothSides(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		client, server := w.pair()
		defer client.Close()
		defer server.Close()
		if got := client.RemoteAddr().String(); got != serverAddr {
			t.Errorf("client's peer is %v, want %v", got, serverAddr)
		}
		if client.LocalAddr().String() != server.RemoteAddr().String() {
			t.Errorf("client is %v for itself and %v for the server", client.LocalAddr(), server.RemoteAddr())
		}
		if got := server.LocalAddr().(*sctp.Addr).Port; got != 7 {
			t.Errorf("server's port is %d", got)
		}
	})
}

func TestStatus(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		client, server := w.pair()
		defer client.Close()
		defer server.Close()
		send(t, client, "hello", nil)
		want(t, server, "hello")
		s := client.Status()
		if s.State != sctp.Established || s.OutStreams != 10 || s.Stats.MessagesSent != 1 || s.Stats.BytesSent != 5 {
			t.Errorf("client: %+v", s)
		}
		if len(s.Paths) != 2 || !s.Paths[0].Primary || s.Paths[0].Remote.String() != "192.0.2.2" {
			t.Errorf("paths: %+v", s.Paths)
		}
		if r := server.Status(); r.LocalTag != s.PeerTag || r.PeerTag != s.LocalTag || r.Stats.BytesReceived != 5 {
			t.Errorf("server: %+v", r)
		}
	})
}

// What has come of a message when the waiting ends is not lost.
func TestReadMessageGoesOnAfterItsContextEnded(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		w.link(simnet.Link{Delay: w.delay, Rate: 1_000_000})
		w.server.config.PartialDeliveryPoint = 1000
		client, server := w.pair()
		defer client.Close()
		defer server.Close()
		message := strings.Repeat("0123456789", 50_000)
		for range 2 {
			go client.WriteMsg([]byte(message), nil)
			ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
			if m, err := server.ReadMessage(ctx, 1<<20); !errors.Is(err, context.DeadlineExceeded) || m.Data != nil {
				t.Fatalf("received %d bytes, %v, although the rest is on its way", len(m.Data), err)
			}
			cancel()
			if m, err := server.ReadMessage(t.Context(), 10); string(m.Data) != message[:10] || !m.Begin || m.EOR || err != nil {
				t.Errorf("the beginning is %q, EOR %v, %v", m.Data, m.EOR, err)
			}
			if m, err := server.ReadMessage(t.Context(), 1<<20); string(m.Data) != message[10:] || m.Begin || !m.EOR || err != nil {
				t.Errorf("the rest is %d bytes, EOR %v, %v", len(m.Data), m.EOR, err)
			}
		}
	})
}
