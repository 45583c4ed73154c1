package sctp_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/gosctp/sctp"
)

// A stream that served one job is made new for the next: its messages count from 0 again, on both sides.
func ExampleStream_Reset() {
	client, server := examplePair()
	defer client.Close()
	defer server.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()

	job := client.Stream(5)
	for _, text := range []string{"first", "second"} {
		fmt.Fprint(job, text)
		if m, err := server.ReadMessage(ctx, 100); err == nil {
			fmt.Println(m.SSN, string(m.Data))
		}
	}
	if err := job.Reset(ctx); err != nil {
		log.Fatal(err) // sctp.ErrDenied if the peer does not want to
	}
	fmt.Fprint(job, "another job")
	if m, err := server.ReadMessage(ctx, 100); err == nil {
		fmt.Println(m.SSN, string(m.Data))
	}
	// Output:
	// 0 first
	// 1 second
	// 0 another job
}

// An association begins with 10 streams; more can be added while it is in use.
func ExampleConn_AddStreams() {
	client, server := examplePair()
	defer client.Close()
	defer server.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()

	if err := client.AddStreams(ctx, 90, 0); err != nil {
		log.Fatal(err)
	}
	fmt.Println(client.Status().OutStreams)
	// Output: 100
}

// A server that answers "Denied" when a peer wants to reset the whole association.
func ExampleConfig_denyReconfig() {
	lc := sctp.ListenConfig{Config: sctp.Config{DenyReconfig: sctp.AssocResets}}
	l, err := lc.Listen(context.Background(), "sctp/udp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	defer l.Close()
	fmt.Println("listening")
	// Output: listening
}

// Three ways for a message not to be worth sending any more. What was given up comes back in SendFailed.
func ExampleSndInfo_reliability() {
	client, server := examplePair()
	defer client.Close()
	defer server.Close()

	position := client.Stream(1)
	position.Info.Unordered = true
	position.Info.PR = sctp.Lifetime(100 * time.Millisecond) // by then there is a newer one
	audio := client.Stream(2)
	audio.Info.PR = sctp.MaxRetransmits(1) // a second time, and no third
	details := client.Stream(3)
	details.Info.PR = sctp.PriorityPolicy(10) // these go first when the send buffer is full
	for _, s := range []*sctp.Stream{position, audio, details} {
		fmt.Fprint(s, "a message")
	}
	if unsent, sent, err := client.PRAssocStatus(sctp.AnyPolicy); err == nil {
		fmt.Println(unsent+sent, "given up")
	}
	// Output: 0 given up
}

// A message need not fit into memory, nor be known as a whole when it begins. The reader gets it in parts as well, if it is
// large; here it is not.
func ExampleConn_NewMessage() {
	client, server := examplePair()
	defer client.Close()
	defer server.Close()
	ctx := context.Background()

	w, err := client.NewMessage(ctx, &sctp.SndInfo{Stream: 1})
	if err != nil {
		log.Fatal(err)
	}
	defer w.Cancel() // does nothing after Close
	for i := range 3 {
		fmt.Fprintf(w, "line %d\n", i)
	}
	if err := w.Close(); err != nil {
		log.Fatal(err)
	}
	m, err := server.ReadMessage(ctx, 1<<20)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s", m.Data)
	// Output:
	// line 0
	// line 1
	// line 2
}

// With level 2 on both sides large messages delay no others: their parts alternate, and RcvInfo says which message a part
// belongs to.
func ExampleConfig_fragmentInterleave() {
	config := sctp.Config{FragmentInterleave: 2, Scheduler: sctp.RoundRobin}
	lc := sctp.ListenConfig{Config: config}
	l, err := lc.Listen(context.Background(), "sctp/udp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	defer l.Close()
	d := sctp.Dialer{Config: config}
	client, err := d.DialSCTP(context.Background(), "sctp/udp", l.Addr().String())
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	fmt.Println(client.Status().Extensions.Has(sctp.Interleaving))
	// Output: true
}
