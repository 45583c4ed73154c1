package sctp_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"time"

	"github.com/gosctp/sctp"
)

// An echo server and its client, over UDP on loopback.
func Example() {
	l, err := sctp.Listen("sctp/udp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	defer l.Close()
	go func() {
		c, err := l.AcceptSCTP()
		if err != nil {
			return
		}
		defer c.Close()
		for m, err := range c.Messages(context.Background()) {
			if err != nil {
				return
			}
			c.Stream(m.Stream).WriteMsg(m.Data)
		}
	}()

	c, err := sctp.Dial("sctp/udp", l.Addr().String())
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()
	c.WriteMsg([]byte("hello"), &sctp.SndInfo{Stream: 3})
	p := make([]byte, 100)
	n, info, err := c.ReadMsg(p)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s on stream %d\n", p[:n], info.Stream)
	// Output: hello on stream 3
}

// examplePair sets up an association for an example.
func examplePair() (client, server *sctp.Conn) {
	l, err := sctp.Listen("sctp/udp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	defer l.Close()
	client, err = sctp.Dial("sctp/udp", l.Addr().String())
	if err != nil {
		log.Fatal(err)
	}
	server, err = l.AcceptSCTP()
	if err != nil {
		log.Fatal(err)
	}
	return client, server
}

// Several addresses on each side: the association survives the loss of a path.
func ExampleDialer_DialSCTP() {
	l, err := sctp.Listen("sctp/udp", "127.0.0.1/127.0.0.2:0")
	if err != nil {
		log.Fatal(err)
	}
	defer l.Close()
	d := sctp.Dialer{
		LocalAddr: &sctp.Addr{IPs: sctp.MustParseAddr("127.0.0.1/127.0.0.2:0").IPs},
		Timeout:   5 * time.Second,
		Config:    sctp.Config{OutStreams: 100, HBInterval: 5 * time.Second},
	}
	c, err := d.DialSCTP(context.Background(), "sctp/udp", l.Addr().String())
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()
	for _, p := range c.Status().Paths {
		fmt.Println(p.Remote, p.State)
	}
	// Output:
	// 127.0.0.1 ADDR_AVAILABLE
	// 127.0.0.2 ADDR_AVAILABLE
}

func ExampleConn_Stream() {
	client, server := examplePair()
	defer client.Close()
	defer server.Close()

	signalling, media := client.Stream(0), client.Stream(1)
	signalling.Info.PPID = 60
	media.Info.Unordered = true
	fmt.Fprint(signalling, "setup")
	fmt.Fprint(media, "frame")

	for range 2 {
		m, err := server.ReadMessage(context.Background(), 1<<16)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("stream %d, PPID %d, unordered %v: %s\n", m.Stream, m.PPID, m.Unordered, m.Data)
	}
	// Output:
	// stream 0, PPID 60, unordered false: setup
	// stream 1, PPID 0, unordered true: frame
}

// What was written before Shutdown is delivered, and Shutdown waits for it.
func ExampleConn_Shutdown() {
	client, server := examplePair()
	defer client.Close()
	defer server.Close()

	fmt.Fprint(client, "last words")
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := client.Shutdown(ctx); err != nil {
		log.Fatal(err)
	}
	all, err := io.ReadAll(server)
	fmt.Printf("%s, %v\n", all, err)
	// Output: last words, <nil>
}

func ExampleConn_Abort() {
	client, server := examplePair()
	defer server.Close()

	client.Abort("licence expired")
	_, err := server.Read(make([]byte, 1))
	var abort *sctp.AbortError
	if errors.As(err, &abort) {
		fmt.Println(abort)
	}
	// Output: aborted by peer: "licence expired"
}

func ExampleConn_NextNotification() {
	client, server := examplePair()
	defer server.Close()
	go client.Shutdown(context.Background())
	for {
		n, err := server.NextNotification(context.Background())
		if err == io.EOF {
			break
		}
		if err != nil {
			log.Fatal(err)
		}
		if change, ok := n.(sctp.AssocChange); ok {
			fmt.Println(change.State)
		}
	}
	client.Close()
	// Output:
	// COMM_UP
	// SHUTDOWN_COMP
}

// One socket with many associations.
func ExampleEndpoint() {
	server, err := sctp.ListenEndpoint("sctp/udp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()
	client, err := sctp.ListenEndpoint("sctp/udp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()

	ctx := context.Background()
	// Sending sets up the association.
	if _, err := client.SendTo(ctx, []byte("ping"), server.LocalAddr().(*sctp.Addr), nil); err != nil {
		log.Fatal(err)
	}
	p := make([]byte, 100)
	n, info, err := server.Recv(p)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s\n", p[:n])

	// From now on this peer has a Conn of its own.
	conn, err := server.PeelOff(info.AssocID)
	if err != nil {
		log.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprint(conn, "pong")
	n, _, err = client.Recv(p)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s\n", p[:n])
	// Output:
	// ping
	// pong
}

func ExampleParseAddr() {
	a, err := sctp.ParseAddr("[2001:db8::1]/192.0.2.1:3868?udp=9900")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(a.IPs, a.Port, a.EncapPort)
	// Output: [2001:db8::1 192.0.2.1] 3868 9900
}
