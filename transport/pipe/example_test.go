package pipe_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/netip"

	"github.com/gosctp/sctp"
	"github.com/gosctp/sctp/transport/pipe"
)

// Two programs with a connection between them, over which DTLS or anything else carries whole messages, talk SCTP.
func Example() {
	ours, theirs := net.Pipe()

	go func() {
		carrier := pipe.New(theirs, pipe.Config{})
		defer carrier.Close()
		lc := sctp.ListenConfig{Carrier: carrier}
		l, err := lc.Listen(context.Background(), "sctp", ":5000")
		if err != nil {
			log.Fatal(err)
		}
		defer l.Close()
		c, err := l.Accept()
		if err != nil {
			log.Fatal(err)
		}
		defer c.Close()
		fmt.Fprint(c, "hello over a connection")
		io.Copy(io.Discard, c) // until the client has gone
	}()

	carrier := pipe.New(ours, pipe.Config{})
	defer carrier.Close()
	d := sctp.Dialer{Carrier: carrier}
	c, err := d.DialSCTP(context.Background(), "sctp", netip.AddrPortFrom(pipe.RemoteAddr(), 5000).String())
	if err != nil {
		log.Fatal(err)
	}
	m, err := c.ReadMessage(context.Background(), 1000)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s\n", m.Data)
	c.Shutdown(context.Background())
	// Output: hello over a connection
}
