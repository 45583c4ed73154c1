package check

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"github.com/gosctp/sctp"
	"github.com/gosctp/sctp/transport/udpencap"
)

// setupTime bounds the association that overUDP tries; on the loopback interface it takes a millisecond.
const setupTime = 3 * time.Second

// overUDP sets an association up with itself over UDP on the loopback interface, and shuts it down.
func overUDP(ctx context.Context, wrap wrapFunc) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, setupTime)
	defer cancel()
	loopback := netip.AddrFrom4([4]byte{127, 0, 0, 1})
	udp, err := udpencap.Open(udpencap.Config{AnyPort: true, LocalAddrs: []netip.Addr{loopback}})
	if err != nil {
		return "", err
	}
	carrier := wrap(udp)
	defer carrier.Close()
	lc := sctp.ListenConfig{Carrier: carrier}
	l, err := lc.Listen(ctx, "sctp/udp", loopback.String()+":0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	peer := *l.Addr().(*sctp.Addr)
	peer.EncapPort = udp.LocalPort()

	start := time.Now()
	d := sctp.Dialer{Carrier: carrier}
	conn, err := d.DialSCTP(ctx, "sctp/udp", peer.String())
	if err != nil {
		return "", err
	}
	defer conn.Close()
	took := time.Since(start)
	if err := conn.Shutdown(ctx); err != nil {
		return "", err
	}
	return fmt.Sprintf("an association over 127.0.0.1 was set up in %v", took.Round(10*time.Microsecond)), nil
}
