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
