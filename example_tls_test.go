package sctp_test

import (
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"

	"github.com/gosctp/sctp"
)

// Package crypto/tls runs over a Conn: it uses the association as an ordered stream of bytes, which stream 0 is.
func Example_tls() {
	certificates := httptest.NewUnstartedServer(nil)
	certificates.StartTLS() // for its certificate of example.com
	defer certificates.Close()

	l, err := sctp.Listen("sctp/udp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	secure := tls.NewListener(l, certificates.TLS)
	defer secure.Close()
	go func() {
		c, err := secure.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		io.Copy(c, c)
	}()

	conn, err := sctp.Dial("sctp/udp", l.Addr().String())
	if err != nil {
		log.Fatal(err)
	}
	roots := certificates.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	c := tls.Client(conn, &tls.Config{ServerName: "example.com", RootCAs: roots})
	defer c.Close()
	fmt.Fprint(c, "secret")
	p := make([]byte, 6)
	if _, err := io.ReadFull(c, p); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s\n", p)
	// Output: secret
}
