package sctp_test

import (
	"errors"
	"net"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gosctp/sctp"
)

// stuck writes to a peer that reads nothing, until no more is taken, and returns how many bytes were.
func stuck(t *testing.T, client net.Conn) (n int) {
	t.Helper()
	client.SetWriteDeadline(time.Now().Add(time.Minute))
	message := make([]byte, 1000)
	for {
		m, err := client.Write(message)
		n += m
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded):
			return n
		case err != nil:
			t.Fatal(err)
		}
	}
}

// A peer that reads nothing costs its own side about a MiB, and the other one what may be in flight, and a small part of that when the buffers of the process have grown by all that they
// may together. What they have grown by comes back when the association is over.
func TestReadersThatStopAreCheap(t *testing.T) {
	for _, tt := range []struct {
		name        string
		others      int // what other associations have taken
		least, most int // bytes in both buffers and on the way
	}{
		{"there is memory", 0, sctp.AutoMessage * 3 / 4, 2*sctp.AutoMessage + 2*sctp.FirstBuffer},
		{"there is none", sctp.MaxBufferMemory, sctp.FirstBuffer * 3 / 4, 2 * sctp.FirstBuffer},
	} {
		t.Run(tt.name, func(t *testing.T) {
			simulate(t, func(t *testing.T, w *world) {
				before := sctp.BufferMemory.Used()
				others := max(0, tt.others-before)
				if !sctp.BufferMemory.Take(others) {
					t.Fatalf("%d bytes are taken already", sctp.BufferMemory.Used())
				}
				client, server := w.pair()
				if n := stuck(t, client); n < tt.least || n > tt.most {
					t.Errorf("%d bytes were written that nobody read, want %d to %d", n, tt.least, tt.most)
				}
				if used := sctp.BufferMemory.Used(); used > sctp.MaxBufferMemory || others == 0 && used < before+sctp.AutoMessage/2 {
					t.Errorf("buffers have grown by %d", used)
				}
				client.Abort("")
				server.Abort("")
				synctest.Wait()
				sctp.BufferMemory.Give(others)
				if used := sctp.BufferMemory.Used(); used != before {
					t.Errorf("buffers have grown by %d when all is over, want %d", used, before)
				}
			})
		})
	}
}
