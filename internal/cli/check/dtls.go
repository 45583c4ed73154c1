package check

import (
	"context"
	"fmt"
	"time"

	"github.com/gosctp/sctp"
	"github.com/gosctp/sctp/transport/dtls"
)

// overDTLS does as overUDP does, over DTLS between two carriers with a key.
func overDTLS(ctx context.Context, wrap wrapFunc) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, setupTime)
	defer cancel()
	key := dtls.Config{PSKIdentity: []byte("check"), PSK: func([]byte) ([]byte, error) { return []byte("check"), nil }}
	there, err := dtls.Listen("127.0.0.1:0", key)
	if err != nil {
		return "", err
	}
	server := wrap(there)
	defer server.Close()
	lc := sctp.ListenConfig{Carrier: server}
	l, err := lc.Listen(ctx, "sctp", ":7")
	if err != nil {
		return "", err
	}
	defer l.Close()

	start := time.Now()
	here, peer, err := dtls.Dial(ctx, fmt.Sprintf("127.0.0.1:%d", there.LocalPort()), key)
	if err != nil {
		return "", err
	}
	client := wrap(here)
	defer client.Close()
	d := sctp.Dialer{Carrier: client}
	conn, err := d.DialSCTP(ctx, "sctp", peer.Addr(7))
	if err != nil {
		return "", err
	}
	defer conn.Close()
	took := time.Since(start)
	if err := conn.Shutdown(ctx); err != nil {
		return "", err
	}
	return fmt.Sprintf("a connection and an association over 127.0.0.1 were set up in %v", took.Round(10*time.Microsecond)), nil
}
