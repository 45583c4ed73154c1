package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/gosctp/sctp"
)

// AddrHelp says what an address looks like.
const AddrHelp = "HOST:PORT, several addresses of one host as 192.0.2.1/198.51.100.1:PORT, IPv6 in brackets, ?udp=PORT at the end with --udp"

// networks are the names that --net takes, as in sctp.Dial.
var networks = []string{"sctp", "sctp4", "sctp6", "sctp/udp", "sctp/udp4", "sctp/udp6"}

// Network is how a command reaches the network, as its flags say.
type Network struct {
	// Config is for every association. A command may set it before it uses the network.
	Config sctp.Config

	name    string
	udp     bool
	local   string
	timeout time.Duration
	peering peering
	capture Capture
	secure  secure
	// wrapped records the packets of carriers that the command opens itself, meanwhile.
	wrapped wrapFunc
}

// Flags defines the flags that all network commands have.
func (n *Network) Flags(fs *pflag.FlagSet) {
	n.name, n.timeout = "sctp", 10*time.Second
	ChoiceVar(fs, &n.name, "net", "", networks, "network: sctp is raw IP, sctp/udp RFC 6951; 4 or 6 at its end chooses the IP version")
	fs.BoolVarP(&n.udp, "udp", "u", false, "the same as --net sctp/udp")
	fs.StringVar(&n.local, "local", "", "dial from this `ADDR`, such as 192.0.2.1/198.51.100.1:0, or :0?udp=9900 for another UDP port")
	DurationVar(fs, &n.timeout, "timeout", "", time.Millisecond, time.Hour, "give up setting up an association after this time")
	ExtensionsVar(fs, &n.Config.Enable, "enable", "offer these extensions to the peer, besides those that are offered anyway")
	ExtensionsVar(fs, &n.Config.Disable, "disable", "do not offer these extensions")
	IntVar(fs, &n.Config.FragmentInterleave, "interleave", "", 0, 2, "level of fragment interleave: with 2 parts of messages on several streams may alternate")
	fs.BoolVar(&n.Config.LearnAddrs, "learn-addrs", false, "in UDP, learn addresses from packets with the right tag: for peers behind several NATs")
	n.peering.flags(fs)
	n.secure.flags(fs)
	n.capture.Flag(fs)
}

// config is Config, made to fit what was enabled.
func (n *Network) config() (sctp.Config, error) {
	c := n.Config
	if c.Enable.Has(sctp.Interleaving) {
		c.FragmentInterleave = 2 // it is not offered otherwise
	}
	err := n.peering.configure(&c)
	return c, err
}

// Timeout is how long setting up an association may take.
func (n *Network) Timeout() time.Duration { return n.timeout }

// Interleaves reports whether parts of messages on several streams may alternate for a reader.
func (n *Network) Interleaves() bool {
	return n.Config.FragmentInterleave == 2 || n.Config.Enable.Has(sctp.Interleaving)
}

// Name returns the network that the flags chose.
func (n *Network) Name() string {
	if n.secure.on {
		return "sctp/dtls"
	}
	if n.udp && n.name == "sctp" {
		return "sctp/udp"
	}
	return n.name
}

// Dial sets up an association with addr.
func (n *Network) Dial(ctx context.Context, addr string) (*sctp.Conn, error) {
	if err := n.checkAddr(ctx, addr); err != nil {
		return nil, err
	}
	local, err := n.localAddr()
	if err != nil {
		return nil, err
	}
	config, err := n.config()
	if err != nil {
		return nil, err
	}
	d := sctp.Dialer{Config: config, Timeout: n.timeout, LocalAddr: local, RaceDelay: n.peering.raceDelay()}
	dial := func() (*sctp.Conn, error) { return d.DialSCTP(ctx, n.Name(), addr) }
	if n.secure.on {
		dial = func() (*sctp.Conn, error) { return n.secure.dial(ctx, d, n.wrapped, addr) }
	}
	conn, err := dial()
	if err != nil {
		return nil, err
	}
	if err := n.peering.check(conn); err != nil {
		conn.Abort("")
		return nil, err
	}
	return conn, nil
}

// localAddr returns the address of --local, nil if it is not given.
func (n *Network) localAddr() (*sctp.Addr, error) {
	if n.local == "" {
		return nil, nil
	}
	local, err := sctp.ParseAddr(n.local)
	if bad := (*net.AddrError)(nil); errors.As(err, &bad) {
		return nil, Usagef("--local %q: %s; allowed: %s", n.local, bad.Err, AddrHelp)
	}
	return local, err
}

// Listen listens at addr. log is told what else a user needs to know.
func (n *Network) Listen(ctx context.Context, addr string, log io.Writer) (*sctp.Listener, error) {
	if err := n.checkAddr(ctx, addr); err != nil {
		return nil, err
	}
	config, err := n.config()
	if err != nil {
		return nil, err
	}
	if n.secure.on {
		return n.secure.listen(ctx, config, n.wrapped, addr, log)
	}
	lc := sctp.ListenConfig{Config: config}
	return lc.Listen(ctx, n.Name(), addr)
}

// checkAddr tells an address that nobody could reach, which is wrong use, from one that does not answer.
func (n *Network) checkAddr(ctx context.Context, addr string) error {
	if err := n.secure.check(n.name, n.udp); err != nil {
		return err
	}
	name := n.Name()
	if n.secure.on {
		if n.local != "" {
			return Usagef("--local and --dtls given; allowed: one of them, as the system chooses the source of a connection")
		}
		name = "sctp/udp" // whose addresses look the same
	}
	ctx, cancel := context.WithTimeout(ctx, n.timeout)
	defer cancel()
	_, err := sctp.ResolveAddr(ctx, name, addr)
	if bad := (*net.AddrError)(nil); errors.As(err, &bad) {
		return Usagef("address %q: %s; allowed: %s", addr, bad.Err, AddrHelp)
	}
	return err
}

// Talk dials addr, lets use have the association, and shuts it down.
func (n *Network) Talk(c *cobra.Command, addr string, use func(context.Context, *sctp.Conn) error) error {
	return n.Record(func() error {
		conn, err := n.Dial(c.Context(), addr)
		if err != nil {
			return err
		}
		if err := use(c.Context(), conn); err != nil {
			conn.Abort("")
			return naming(conn, err)
		}
		return Shutdown(c.Context(), conn)
	})
}

// Shutdown ends an association in an orderly way, or if ctx ends first, at once.
func Shutdown(ctx context.Context, conn *sctp.Conn) error {
	err := conn.Shutdown(ctx)
	conn.Abort("")
	return naming(conn, err)
}

// naming adds the peer to errors that do not name it.
func naming(conn *sctp.Conn, err error) error {
	var op *net.OpError
	if err == nil || errors.As(err, &op) {
		return err
	}
	return fmt.Errorf("%v: %w", conn.RemoteAddr(), err)
}
