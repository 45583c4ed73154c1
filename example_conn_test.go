package sctp_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net"
	"os"
	"time"

	"github.com/gosctp/sctp"
)

// A request and its answer as in Diameter (RFC 6733): each is one message, whose PPID says what is in it.
func ExampleConn_ReadMsg() {
	const diameter = 46
	client, server := examplePair()
	defer client.Close()
	defer server.Close()

	if _, err := client.WriteMsg([]byte("capabilities?"), &sctp.SndInfo{Stream: 1, PPID: diameter}); err != nil {
		log.Fatal(err)
	}
	p := make([]byte, 1<<16)
	n, info, err := server.ReadMsg(p)
	if err != nil {
		log.Fatal(err)
	}
	if !info.EOR {
		log.Fatal("the peer sends larger messages than this protocol allows")
	}
	fmt.Printf("%s on stream %d, PPID %d\n", p[:n], info.Stream, info.PPID)
	// Output: capabilities? on stream 1, PPID 46
}

// The loop ends when the peer shuts the association down.
func ExampleConn_Messages() {
	client, server := examplePair()
	defer server.Close()
	for _, text := range []string{"one", "two", "three"} {
		fmt.Fprint(client, text)
	}
	client.Close()

	for m, err := range server.Messages(context.Background()) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%d: %s\n", m.SSN, m.Data)
	}
	// Output:
	// 0: one
	// 1: two
	// 2: three
}

// A deadline ends waiting, not the association.
func ExampleConn_SetReadDeadline() {
	client, server := examplePair()
	defer client.Close()
	defer server.Close()

	server.SetReadDeadline(time.Now().Add(10 * time.Millisecond))
	p := make([]byte, 100)
	_, err := server.Read(p)
	fmt.Println(errors.Is(err, os.ErrDeadlineExceeded))

	server.SetReadDeadline(time.Time{})
	fmt.Fprint(client, "late")
	n, err := server.Read(p)
	fmt.Printf("%s, %v\n", p[:n], err)
	// Output:
	// true
	// late, <nil>
}

// The end of a context ends waiting as well.
func ExampleConn_ReadMessage() {
	client, server := examplePair()
	defer client.Close()
	defer server.Close()

	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := server.ReadMessage(ctx, 1<<16)
	fmt.Println(errors.Is(err, context.Canceled))
	// Output: true
}

// With a linger time of zero, Close aborts the association instead of shutting it down.
func ExampleConn_SetLinger() {
	client, server := examplePair()
	defer server.Close()

	client.SetLinger(0)
	client.Close()
	_, err := server.Read(make([]byte, 1))
	var abort *sctp.AbortError
	fmt.Println(errors.As(err, &abort) && abort.Remote)
	// Output: true
}

// What an association does, and over which paths.
func ExampleConn_Status() {
	client, server := examplePair()
	defer client.Close()
	defer server.Close()

	s := client.Status()
	fmt.Println(s.State, "with", s.OutStreams, "streams to send on")
	for _, p := range s.Paths {
		fmt.Println(p.Remote, p.State, "primary:", p.Primary)
	}
	// Output:
	// ESTABLISHED with 10 streams to send on
	// 127.0.0.1 ADDR_AVAILABLE primary: true
}

// A server with options, on two addresses; port 0 picks a free one.
func ExampleListenConfig_Listen() {
	lc := sctp.ListenConfig{Config: sctp.Config{MaxInStreams: 16, HBInterval: 5 * time.Second}}
	l, err := lc.Listen(context.Background(), "sctp/udp", "127.0.0.1/127.0.0.2:0")
	if err != nil {
		log.Fatal(err)
	}
	defer l.Close()
	fmt.Println(l.Addr().(*sctp.Addr).IPs)
	// Output: [127.0.0.1 127.0.0.2]
}

// Nothing is chosen silently: an error says what went wrong, and with whom.
func ExampleDial() {
	l, err := sctp.Listen("sctp/udp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	addr := l.Addr().String()
	l.Close()

	_, err = sctp.Dial("sctp/udp", addr)
	var op *net.OpError
	fmt.Println(errors.As(err, &op) && op.Addr.String() == addr)
	// Output: true
}

// A weight of 3 gives a stream three times the bytes of one with a weight of 1, while both have something to send.
func ExampleStream_SetWeight() {
	client, server := examplePair()
	defer client.Close()
	defer server.Close()

	if err := client.SetScheduler(sctp.WeightedFair()); err != nil {
		log.Fatal(err)
	}
	video, logs := client.Stream(1), client.Stream(2)
	video.SetWeight(3)
	logs.SetWeight(1)
	fmt.Fprint(video, "a frame")
	fmt.Fprint(logs, "a line")
	weight, err := client.StreamValue(1)
	fmt.Println(weight, err)
	// Output: 3 <nil>
}
