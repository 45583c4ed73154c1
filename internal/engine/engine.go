package engine

import (
	"crypto/rand"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/endpoint"
	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/porttable"
	"github.com/gosctp/sctp/transport"
)

// Options of Open.
type Options struct {
	// Carrier is what to serve. The engine closes it with Close.
	Carrier transport.Transport
	// Ports shares the ports of this host among its processes; nil if the carrier is nobody else's. The engine closes it.
	Ports *porttable.Table
	// EncapPort is the UDP port that the carrier receives on, 0 if there is none.
	EncapPort uint16
	// Alias, if not nil, is a second key by which Share knows the engine.
	Alias any
	// Polled leaves reading to the user, who calls Serve when one of Inputs is readable, until ReadOn; if the carrier can be polled.
	Polled bool
	// onEnd is called when the engine has ended.
	onEnd func()
}

// Engine serves one carrier.
type Engine struct {
	carrier transport.Transport
	caps    transport.Caps
	ports   *porttable.Table
	// encapPort is this side's UDP port.
	encapPort uint16
	// start is the origin of the clock.
	start time.Time

	// mu is the endpoint lock. It guards the endpoint and the fields of this group.
	mu      sync.Mutex
	core    *endpoint.Endpoint
	sockets map[*Socket]struct{}
	assocs  map[*Assoc]struct{}
	lastID  uint32
	// sum is what associations have counted that are in assocs no more.
	sum Counters
	// held counts the sockets of each port, those included of which only associations are left.
	held map[uint16]int
	// shared counts those of them that let other processes have the port, too.
	shared map[uint16]int
	// localAddrs are the addresses of this host as last heard of.
	localAddrs []netip.Addr
	configs    configs
	// err is why the engine ended, nil while it runs.
	err error

	// portsMu is held from the change of a binding until the carrier's port filter knows it.
	portsMu sync.Mutex
	ootb    bool
	// admitted are the ports that the carrier's filter lets through: those that are bound, and those of anyPort that may soon be again.
	admitted map[uint16]struct{}
	// lastEphemeral is the ephemeral port taken last, less firstEphemeral.
	lastEphemeral int

	tallies tallies
	// ending counts the associations that are being shut down, dialling those that this side is setting up.
	ending   atomic.Int64
	dialling atomic.Int32

	// tags finds associations without mu.
	tags   tags
	shards []*shard

	// polling is nil where goroutines read.
	polling *polling

	goroutines sync.WaitGroup
	onEnd      func()
	// done is closed when the engine ends; ended says the same to those who must not touch the channels of a synctest
	// bubble.
	done  chan struct{}
	ended atomic.Bool
}

// Open starts an engine.
func Open(o Options) (*Engine, error) {
	addrs, err := o.Carrier.LocalAddrs()
	if err != nil {
		return nil, fmt.Errorf("local addresses: %w", err)
	}
	e := &Engine{
		carrier:   o.Carrier,
		caps:      o.Carrier.Caps(),
		ports:     o.Ports,
		encapPort: o.EncapPort,
		start:     time.Now(),
		sockets:   make(map[*Socket]struct{}),
		assocs:    make(map[*Assoc]struct{}),
		held:      make(map[uint16]int),
		shared:    make(map[uint16]int),
		admitted:  make(map[uint16]struct{}),
		onEnd:     o.onEnd,
		done:      make(chan struct{}),
	}
	e.openShards(e.caps.Writers)
	e.lastEphemeral = mathrand.IntN(1<<16 - firstEphemeral)
	// A carrier that nobody shares leaves every out-of-the-blue packet to this engine.
	e.ootb = !e.caps.Shared
	c := endpoint.Config{
		OOTB: e.ootb,
		Carrier: assoc.Carrier{
			ErrorDetection: e.caps.ErrorDetection, Encapsulated: e.caps.Encapsulated, ECN: e.caps.ECN, FirstHopMTU: e.caps.FirstHopMTU,
		},
	}
	rand.Read(c.Seed[:]) // It never fails.
	e.configs.over = c.Carrier
	e.core = endpoint.New(c)
	openAccount(e)
	e.setLocalAddrs(addrs)
	if !o.Polled || !e.startPolling() {
		for queue := range e.carrier.Queues() {
			e.goroutines.Go(e.newReader(queue).run)
		}
	}
	for _, s := range e.shards {
		e.goroutines.Go(s.writeLate)
	}
	if changes := e.carrier.AddrChanges(); changes != nil {
		e.goroutines.Go(func() { e.watchAddrs(changes) })
	}
	if e.caps.Shared && e.ports != nil && !e.claimOOTB() {
		e.goroutines.Go(e.watchOOTB)
	}
	return e, nil
}

// Close ends the engine, its associations with no word to their peers, and the carrier. It waits for all goroutines.
// What the associations had to send is sent.
func (e *Engine) Close() error {
	e.transmit()
	for _, s := range e.shards {
		s.out.flush()
	}
	e.fail(errClosed)
	err := e.carrier.Close()
	for _, s := range e.shards {
		s.out.await()
	}
	e.goroutines.Wait()
	return err
}

// EncapPort is the UDP port of this side, 0 if there is none.
func (e *Engine) EncapPort() uint16 { return e.encapPort }

// ErrorDetection is the carrier's own method of error detection (RFC 9653 section 8), 0 if it has none.
func (e *Engine) ErrorDetection() uint32 { return e.caps.ErrorDetection }

// MultiHomed reports whether associations can have several paths.
func (e *Engine) MultiHomed() bool { return e.caps.MultiHomed }

// Carrier is the carrier that the engine serves.
func (e *Engine) Carrier() transport.Transport { return e.carrier }

// errClosed is the end of an engine that was closed on purpose.
var errClosed = errors.New("carrier closed")

// now reads the clock. It is never zero, which would mean unset.
func (e *Engine) now() mono.Time { return mono.Time(time.Since(e.start)) + 1 }

// fail ends everything on the carrier because of err.
func (e *Engine) fail(err error) {
	e.mu.Lock()
	if e.err != nil {
		e.mu.Unlock()
		return
	}
	e.err = err
	close(e.done)
	e.ended.Store(true)
	sockets, assocs := e.sockets, e.assocs
	e.sockets, e.assocs = make(map[*Socket]struct{}), make(map[*Assoc]struct{})
	e.mu.Unlock()

	for _, s := range e.shards {
		s.out.stop()
		s.timers.stop()
	}
	for a := range assocs {
		a.fail(err)
	}
	for s := range sockets {
		s.fail(err)
	}
	closeAccount(e)
	e.portsMu.Lock()
	defer e.portsMu.Unlock()
	if e.ports != nil {
		e.ports.Close()
	}
	if e.onEnd != nil {
		// The registry's lock comes before that of the ports.
		go e.onEnd()
	}
}
