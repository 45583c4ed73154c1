package sockets

import (
	"context"
	"fmt"
	"syscall"
	"time"

	"github.com/gosctp/sctp/internal/abi/linux"
	"github.com/gosctp/sctp/internal/engine"
	"github.com/gosctp/sctp/internal/porttable"
	"github.com/gosctp/sctp/transport"
	"github.com/gosctp/sctp/transport/rawip"
	"github.com/gosctp/sctp/transport/udpencap"
)

// Config of NewStack.
type Config struct {
	// Network is "sctp" for SCTP directly in IP, which takes a privilege, or "sctp/udp" for SCTP in UDP.
	Network string
	// Carrier, if not nil, is used in place of the network's. The stack closes it.
	Carrier transport.Transport
	// Polled leaves it to the user to wait for packets: he calls Serve when one of Inputs is readable, until ReadOn. A carrier that is given
	// or wrapped may be one that the stack reads itself all the same.
	Polled bool
	// Wrap, if not nil, makes the carrier that is used of the one that was opened.
	Wrap func(transport.Transport) transport.Transport
	// Sysctls are what sockets begin with; nil for the values that Linux boots with.
	Sysctls *linux.Sysctls
}

// Stack plays the SCTP of a kernel: the ports and associations of the sockets made by it.
type Stack struct {
	engine *engine.Engine
	tuned  settings
	all    all
}

// NewStack opens a network.
func NewStack(c Config) (*Stack, error) {
	o, err := c.open()
	if err != nil {
		return nil, err
	}
	if c.Wrap != nil {
		o.Carrier = c.Wrap(o.Carrier)
	}
	e, err := engine.Open(o)
	if err != nil {
		o.Carrier.Close()
		return nil, err
	}
	s := &Stack{engine: e}
	s.tuned.begin(c.Sysctls)
	return s, nil
}

func (c *Config) open() (engine.Options, error) {
	switch {
	case c.Carrier != nil:
		return engine.Options{Carrier: c.Carrier}, nil
	case c.Network == "sctp":
		return openRaw(c.Polled)
	case c.Network == "sctp/udp":
		return openUDP(c.Polled)
	}
	return engine.Options{}, fmt.Errorf("no network %q: it is sctp or sctp/udp", c.Network)
}

// Inputs are what to wait for, none if the stack reads by itself; Serve reads what has come, and reports whether there may be more that poll
// does not show. After ReadOn the stack reads by itself, and nobody calls Serve any more.
func (s *Stack) Inputs() []transport.Input { return s.engine.Inputs() }

func (s *Stack) Serve(queue int) (more bool) { return s.engine.Serve(queue) }

// Ending reports whether an association is being shut down.
func (s *Stack) Ending() bool { return s.engine.Ending() }

func (s *Stack) ReadOn() { s.engine.ReadOn() }

func openRaw(polled bool) (engine.Options, error) {
	t, err := rawip.Open(rawip.Config{Polled: polled})
	if err != nil {
		return engine.Options{}, err
	}
	ports, err := porttable.Open(porttable.Raw, 0)
	if err != nil {
		t.Close()
		return engine.Options{}, err
	}
	return engine.Options{Carrier: t, Ports: ports, Polled: polled}, nil
}

func openUDP(polled bool) (engine.Options, error) {
	t, err := udpencap.Open(udpencap.Config{AnyPort: true, Polled: polled})
	if err != nil {
		return engine.Options{}, err
	}
	ports, err := porttable.Open(porttable.UDP, t.LocalPort())
	if err != nil {
		t.Close()
		return engine.Options{}, err
	}
	return engine.Options{Carrier: t, Ports: ports, EncapPort: t.LocalPort(), Polled: polled}, nil
}

// closePatience is how long Close lets associations finish, after which they end without a word to the peer.
const closePatience = 10 * time.Second

// Close is for when no program is left. It waits until what the closed sockets had to send was delivered and their associations are
// shut down, but not for ever.
func (s *Stack) Close() error {
	s.ReadOn()
	ctx, cancel := context.WithTimeout(context.Background(), closePatience)
	defer cancel()
	waited := s.engine.AwaitIdle(ctx)
	if err := s.engine.Close(); err != nil {
		return err
	}
	if waited != nil {
		return fmt.Errorf("associations are left: %w", waited)
	}
	return nil
}

// Types of sockets, and the protocols that name SCTP.
const (
	sockStream    = 1
	sockDgram     = 2
	sockRaw       = 3
	sockSeqpacket = 5
	sockMax       = 11 // SOCK_MAX
	sockTypeMask  = 15
)

// Socket makes a socket. Flags in typ are the caller's business.
func (s *Stack) Socket(family, typ, protocol int) (*Socket, error) {
	if family != linux.AF_INET && family != linux.AF_INET6 {
		return nil, syscall.EAFNOSUPPORT
	}
	style := linux.OneToOne
	switch typ &= sockTypeMask; {
	case typ >= sockMax:
		return nil, syscall.EINVAL
	case typ == sockSeqpacket && (protocol == 0 || protocol == linux.IPPROTO_SCTP):
		style = linux.OneToMany
	case typ == sockStream && protocol == linux.IPPROTO_SCTP:
	case typ == sockStream || typ == sockDgram || typ == sockRaw || typ == sockSeqpacket:
		return nil, syscall.EPROTONOSUPPORT
	default:
		return nil, syscall.ESOCKTNOSUPPORT
	}
	return s.newSocket(family, style), nil
}
