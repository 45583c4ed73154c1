package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/netip"
	"os"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/gosctp/sctp"
)

// peering is the flags about the addresses of both sides and about who the peer is.
type peering struct {
	primary netip.Addr
	race    time.Duration
	keyFile string
	auto    bool
}

// clientOnly are the flags of all network commands that mean nothing to a server.
var clientOnly = map[string]string{
	"local":   "the addresses to listen at as its argument",
	"primary": "nothing, as its peers are not known",
	"race":    "nothing, as it dials nobody",
}

func (p *peering) flags(fs *pflag.FlagSet) {
	p.race = 250 * time.Millisecond
	fs.Var(&address{&p.primary}, "primary", "send to this `ADDRESS` of the peer as long as it works")
	DurationVar(fs, &p.race, "race", "", 0, time.Minute, "try the next address of the peer when one has not answered after this time; 0 tries them in order")
	fs.StringVar(&p.keyFile, "auth-key", "", "authenticate what is sent and received with the key in this `FILE`, which the peer has to have too (RFC 4895)")
	fs.BoolVar(&p.auto, "auto-asconf", false, "let addresses be changed meanwhile, and tell the peer which this host gets and loses (RFC 5061); both sides take the flag, or --auth-key")
}

// configure puts the key into c. Changes of addresses take authentication, if only by what both sides have said when they began.
func (p *peering) configure(c *sctp.Config) error {
	if c.AutoASCONF = p.auto; p.auto {
		c.Auth = &sctp.Auth{}
	}
	if p.keyFile == "" {
		return nil
	}
	secret, err := os.ReadFile(p.keyFile)
	if err != nil {
		return fmt.Errorf("--auth-key: %w", err)
	}
	if secret = bytes.TrimRight(secret, "\r\n"); len(secret) == 0 {
		return Usagef("--auth-key: %s is empty; allowed: a file with the key in it", p.keyFile)
	}
	const number = 1 // key 0 would be that of those who have none
	c.Auth = &sctp.Auth{
		Chunks: []sctp.ChunkType{
			sctp.ChunkCookieEcho, sctp.ChunkData, sctp.ChunkIData, sctp.ChunkSack, sctp.ChunkShutdown, sctp.ChunkReConfig,
		},
		Keys:      []sctp.AuthKey{{Number: number, Secret: secret}},
		ActiveKey: number,
	}
	return nil
}

// raceDelay is Dialer.RaceDelay.
func (p *peering) raceDelay() time.Duration {
	if p.race == 0 {
		return -1
	}
	return p.race
}

// check does what is to be done with an association that is up.
func (p *peering) check(conn *sctp.Conn) error {
	if p.keyFile != "" && !conn.Authenticated() {
		return fmt.Errorf("%v does not authenticate what it sends, and --auth-key asks for that", conn.RemoteAddr())
	}
	if p.primary.IsValid() {
		return conn.SetPrimary(p.primary)
	}
	return nil
}

// address is the value of a flag that takes an IP address.
type address struct{ p *netip.Addr }

func (v *address) Set(s string) error {
	a, err := netip.ParseAddr(strings.Trim(s, "[]"))
	if err != nil {
		return fmt.Errorf("want an IP address")
	}
	*v.p = a.Unmap()
	return nil
}

func (v *address) String() string {
	if v.p == nil || !v.p.IsValid() {
		return ""
	}
	return v.p.String()
}

func (*address) Type() string { return "ADDRESS" }

// PrintPaths writes a table of the ways to the peer, and what has become of them, if there are several.
func PrintPaths(w io.Writer, conn *sctp.Conn) {
	paths := conn.Paths()
	if len(paths) < 2 {
		return
	}
	rows := [][]string{{"to", "from", "state", "round trip", "packet", "sent again"}}
	for _, p := range paths {
		from, trip, state := "as routed", "-", strings.ToLower(strings.TrimPrefix(p.State.String(), "ADDR_"))
		if p.Local.IsValid() {
			from = p.Local.String()
		}
		if p.SRTT > 0 {
			trip = p.SRTT.Round(time.Microsecond).String()
		}
		if !p.Confirmed {
			state = "unconfirmed"
		}
		if p.Primary {
			state += ", primary"
		}
		rows = append(rows, []string{
			p.Remote.String(), from, strings.ReplaceAll(state, "_", " "), trip, fmt.Sprint(p.PMTU), fmt.Sprint(p.Retransmitted),
		})
	}
	_ = PrintTable(w, rows) // as for the other lines about the association, nobody minds if they cannot be written
}

// PrintNews says on w what happens to streams, messages and addresses, until the association ends.
func PrintNews(ctx context.Context, w io.Writer, conn *sctp.Conn) {
	for {
		n, err := conn.NextNotification(ctx)
		if err != nil {
			return
		}
		switch n.(type) {
		case sctp.StreamReset, sctp.AssocReset, sctp.StreamChange, sctp.SendFailed, sctp.PartialDeliveryEvent,
			sctp.PeerAddrChange, sctp.LocalAddrChange, sctp.AddrsChanged:
			fmt.Fprintln(w, n)
		}
	}
}
