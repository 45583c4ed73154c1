package scripttest

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/endpoint"
	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/sched"
	"github.com/gosctp/sctp/internal/tx"
	"github.com/gosctp/sctp/internal/wire"
	"github.com/gosctp/sctp/transport"
)

// command is a command of scripts. All but those that let time pass happen at one moment.
type command struct {
	args string
	help string
	do   func(w *world, args []string) error
}

var commands = map[string]command{
	"host":     {"NAME ADDRESS…", "adds a host; addresses of one network share 24 bits, or 64 of IPv6", (*world).doHost},
	"delay":    {"DURATION", "is how long packets travel from now on; 20ms at first", (*world).doDelay},
	"listen":   {"HOST PORT [OPTION=VALUE…]", "binds a port and accepts associations", (*world).doListen},
	"connect":  {"HOST TO [OPTION=VALUE…]", "begins an association with a host that listens, at its first address", (*world).doConnect},
	"send":     {"HOST [stream=N] [unordered] [more] [lifetime=MS|retransmits=N|priority=N] TEXT | … N bytes", "sends a message, or a part of one of which more follows", (*world).doSend},
	"reset":    {"HOST out|in|both [STREAM…]", "resets streams, or all", (*world).doReset},
	"renumber": {"HOST", "resets the association: all streams and the TSNs", (*world).doRenumber},
	"add":      {"HOST OUT IN", "adds streams", (*world).doAdd},
	"key":      {"HOST set N SECRET | HOST use|deactivate|delete N", "changes the keys of the association", (*world).doKey},
	"value":    {"HOST STREAM N", "sets the priority or weight of a stream", (*world).doValue},
	"read":     {"HOST", "reads all messages that have arrived", (*world).doRead},
	"state":    {"HOST", "tells the state of the association and of its paths", (*world).doState},
	"shutdown": {"HOST", "ends the association gracefully", (*world).doShutdown},
	"abort":    {"HOST [REASON]", "ends the association at once", (*world).doAbort},
	"reboot":   {"HOST", "makes a host forget everything; it listens again", (*world).doReboot},
	"stray":    {"HOST TO CHUNK", "sends a packet of no association, between ports 9 and the one that TO listens on", (*world).doStray},
	"carrier":  {"[ecn] [checks] [first-hop]", "makes hosts that are added now send over a carrier that sees ECN marks, that finds damage itself, that knows the MTU of the first hop only", (*world).doCarrier},
	"narrow":   {"MTU [silently]", "makes the network take no larger packets from now on, nor say so", (*world).doNarrow},
	"mark":     {"next|N CHUNK [of HOST]", "makes the network mark the next packets that have such a chunk as if it was congested", (*world).doMark},
	"lose":     {"next|N CHUNK [of HOST]", "makes the network lose the next packets that have such a chunk", (*world).doLose},
	"cut":      {"ADDRESS…", "breaks the way to and from addresses", (*world).doCut},
	"mend":     {"ADDRESS…", "undoes cut", (*world).doMend},
	"advance":  {"DURATION", "lets time pass", (*world).doAdvance},
	"run":      {"", "lets time pass until no packet is under way", (*world).doRun},
}

// do runs one command line.
func (w *world) do(line string) error {
	words := strings.Fields(line)
	if len(words) == 0 {
		return fmt.Errorf("no command")
	}
	c, ok := commands[words[0]]
	if !ok {
		return fmt.Errorf("no such command: %s", words[0])
	}
	if err := c.do(w, words[1:]); err != nil {
		return fmt.Errorf("%w (usage: %s %s: %s)", err, words[0], c.args, c.help)
	}
	return nil
}

func (w *world) doHost(args []string) error {
	if len(args) < 2 {
		return fmt.Errorf("too few arguments")
	}
	h := &host{w: w, name: args[0], carrier: w.carrier}
	for _, s := range args[1:] {
		a, err := netip.ParseAddr(s)
		if err != nil {
			return err
		}
		h.addrs = append(h.addrs, a)
	}
	h.wire = w.net.AddHost(h.name, h.addrs...)
	h.boot()
	w.hosts = append(w.hosts, h)
	return nil
}

func (w *world) doDelay(args []string) error {
	d, err := time.ParseDuration(strings.Join(args, ""))
	w.link.Delay = d
	w.net.SetDefault(w.link)
	return err
}

func (w *world) doNarrow(args []string) error {
	if len(args) == 0 {
		return fmt.Errorf("too few arguments")
	}
	mtu, err := strconv.Atoi(args[0])
	w.link.MTU, w.link.BlackHole = mtu, slices.Contains(args, "silently")
	w.net.SetDefault(w.link)
	return err
}

// options are the parameters of an association that a script can set.
var options = map[string]func(c *assoc.Config, text string) error{
	"tail":          number(func(c *assoc.Config, v int) { c.TailProbe = v > 0 }),
	"rack":          number(func(c *assoc.Config, v int) { c.RACK = v > 0 }),
	"stall":         number(func(c *assoc.Config, v int) { c.StallTime = time.Duration(v) * time.Millisecond }),
	"window":        number(func(c *assoc.Config, v int) { c.RecvBuffer = v }),
	"send-buffer":   number(func(c *assoc.Config, v int) { c.SendBuffer = v }),
	"cookie-life":   number(func(c *assoc.Config, v int) { c.ValidCookieLife = time.Duration(v) * time.Millisecond }),
	"rto-initial":   number(func(c *assoc.Config, v int) { c.RTOInitial = time.Duration(v) * time.Millisecond }),
	"rto-max":       number(func(c *assoc.Config, v int) { c.RTOMax = time.Duration(v) * time.Millisecond }),
	"assoc-retrans": number(func(c *assoc.Config, v int) { c.AssocMaxRetrans = v }),
	"path-retrans":  number(func(c *assoc.Config, v int) { c.PathMaxRetrans = v }),
	"init-retrans":  number(func(c *assoc.Config, v int) { c.MaxInitRetransmits = v }),
	"streams":       number(func(c *assoc.Config, v int) { c.OutStreams = uint16(v) }),
	"in-streams":    number(func(c *assoc.Config, v int) { c.MaxInStreams = uint16(v) }),
	"level":         number(func(c *assoc.Config, v int) { c.FragmentInterleave = v }),
	"point":         number(func(c *assoc.Config, v int) { c.PartialDeliveryPoint = v }),
	"auth":          listAuth,
	"key":           addKey,
	"deny":          number(func(c *assoc.Config, v int) { c.DenyReconfig = assoc.ReconfigRequests(v) }),
	"enable":        extension(func(c *assoc.Config, e assoc.Extensions) { c.Enable |= e }),
	"disable":       extension(func(c *assoc.Config, e assoc.Extensions) { c.Disable |= e }),
	"scheduler": func(c *assoc.Config, text string) error {
		c.Scheduler = schedulers[text]
		if c.Scheduler == nil {
			return fmt.Errorf("no scheduler %s", text)
		}
		return nil
	},
}

var schedulers = map[string]*func() sched.Scheduler{
	"fcfs": new(sched.FCFS), "round-robin": new(sched.RoundRobin), "round-robin-packet": new(sched.RoundRobinPacket), "priority": new(sched.Priority),
	"fair": new(sched.FairCapacity), "weighted": new(sched.WeightedFair),
}

// number is an option that takes one.
func number(set func(*assoc.Config, int)) func(*assoc.Config, string) error {
	return func(c *assoc.Config, text string) error {
		v, err := strconv.Atoi(text)
		set(c, v)
		return err
	}
}

// extension is an option that takes the name of one, with hyphens between its words.
func extension(set func(*assoc.Config, assoc.Extensions)) func(*assoc.Config, string) error {
	return func(c *assoc.Config, text string) error {
		for e := assoc.Extensions(1); e&assoc.AllExtensions != 0; e <<= 1 {
			if strings.EqualFold(strings.ReplaceAll(e.String(), " ", "-"), text) {
				set(c, e)
				return nil
			}
		}
		return fmt.Errorf("no extension %s", text)
	}
}

func parseOptions(args []string) (c assoc.Config, err error) {
	for _, arg := range args {
		name, text, _ := strings.Cut(arg, "=")
		set, ok := options[name]
		if !ok {
			return c, fmt.Errorf("bad option %s", arg)
		}
		if err := set(&c, text); err != nil {
			return c, fmt.Errorf("bad option %s: %w", arg, err)
		}
	}
	return c.Defaults(), nil
}

// doCarrier says what the carriers of further hosts can do.
func (w *world) doCarrier(args []string) error {
	w.carrier = assoc.Carrier{ECN: slices.Contains(args, "ecn"), FirstHopMTU: slices.Contains(args, "first-hop")}
	if slices.Contains(args, "checks") {
		w.carrier.ErrorDetection = 1
	}
	return nil
}

func (w *world) doListen(args []string) error {
	if len(args) < 2 {
		return fmt.Errorf("too few arguments")
	}
	port, err := strconv.ParseUint(args[1], 10, 16)
	if err != nil {
		return err
	}
	c, err := parseOptions(args[2:])
	if err != nil {
		return err
	}
	return w.with(args[0], func(h *host) error {
		h.socket = &endpoint.Socket{Port: uint16(port), Backlog: 5, Config: &c}
		return h.e.Bind(h.socket)
	})
}

// clientPort is the port of hosts that connect and do not listen.
const clientPort = 1000

func (w *world) doConnect(args []string) error {
	if len(args) < 2 {
		return fmt.Errorf("too few arguments")
	}
	c, err := parseOptions(args[2:])
	if err != nil {
		return err
	}
	to, err := w.host(args[1])
	if err != nil {
		return err
	}
	if to.socket == nil || to.socket.Backlog == 0 {
		return fmt.Errorf("%s does not listen", to.name)
	}
	return w.with(args[0], func(h *host) error {
		if h.socket == nil {
			h.socket = &endpoint.Socket{Port: clientPort}
			if err := h.e.Bind(h.socket); err != nil {
				return err
			}
		}
		a, err := h.e.Connect(w.now, h.socket, &c, to.socket.Port, to.addrs[:1], 0)
		if err != nil {
			return err
		}
		h.adopt(a)
		h.drain(a)
		return nil
	})
}

// properties are what a script can say of a message.
var properties = map[string]func(m *assoc.Message, n uint32){
	"stream":      func(m *assoc.Message, n uint32) { m.Stream = uint16(n) },
	"unordered":   func(m *assoc.Message, _ uint32) { m.Unordered = true },
	"more":        func(m *assoc.Message, _ uint32) { m.Partial = true },
	"lifetime":    func(m *assoc.Message, n uint32) { m.PR = tx.PRInfo{Policy: tx.PRTTL, Value: n} },
	"retransmits": func(m *assoc.Message, n uint32) { m.PR = tx.PRInfo{Policy: tx.PRRTX, Value: n} },
	"priority":    func(m *assoc.Message, n uint32) { m.PR = tx.PRInfo{Policy: tx.PRPrio, Value: n} },
}

func (w *world) doSend(args []string) error {
	m := assoc.Message{}
	if len(args) < 2 {
		return fmt.Errorf("too few arguments")
	}
	words := args[1:]
	for ; len(words) > 0; words = words[1:] {
		name, text, _ := strings.Cut(words[0], "=")
		set, ok := properties[name]
		if !ok {
			break
		}
		n, err := strconv.ParseUint(text, 10, 16)
		if strings.Contains(words[0], "=") && err != nil {
			return err
		}
		set(&m, uint32(n))
	}
	m.Data = []byte(strings.Join(words, " "))
	if len(words) == 2 && words[1] == "bytes" {
		n, err := strconv.Atoi(words[0])
		if err != nil {
			return err
		}
		m.Data = make([]byte, n)
	}
	return w.withAssoc(args[0], func(h *host, a *endpoint.Handle) error { return a.Assoc.Send(w.now, &m) })
}

func (w *world) doValue(args []string) error {
	if len(args) < 3 {
		return fmt.Errorf("too few arguments")
	}
	stream, err := strconv.ParseUint(args[1], 10, 16)
	if err != nil {
		return err
	}
	value, err := strconv.ParseUint(args[2], 10, 16)
	if err != nil {
		return err
	}
	return w.withAssoc(args[0], func(h *host, a *endpoint.Handle) error { return a.Assoc.SetStreamValue(uint16(stream), uint16(value)) })
}

func (w *world) doRead(args []string) error {
	return w.withAssoc(strings.Join(args, ""), func(h *host, a *endpoint.Handle) error {
		got := make(map[uint16][]byte)
		buf := make([]byte, 1<<16)
		for {
			n, info, ok := a.Assoc.Receive(w.now, buf)
			if !ok {
				break
			}
			got[info.Stream] = append(got[info.Stream], buf[:n]...)
			if info.EOR {
				w.say("%s reads %s from stream %d", h.name, describeText(got[info.Stream]), info.Stream)
				delete(got, info.Stream)
			}
		}
		for _, id := range slices.Sorted(maps.Keys(got)) {
			w.say("%s reads %d bytes of a message from stream %d", h.name, len(got[id]), id)
		}
		return nil
	})
}

// ethernet is the path MTU that goes without saying.
const ethernet = 1500 - ipHeader

func (w *world) doState(args []string) error {
	return w.withAssoc(strings.Join(args, ""), func(h *host, a *endpoint.Handle) error {
		s := a.Assoc.Status()
		w.say("%s is %v", h.name, s.State)
		if s.State == assoc.StateClosed {
			return nil
		}
		if s.Extensions != 0 {
			w.say("  %d streams out, %d in; %v", s.OutStreams, s.InStreams, s.Extensions)
		}
		for _, p := range s.Paths {
			state := "unconfirmed"
			if p.Confirmed {
				state = map[assoc.AddrState]string{assoc.AddrAvailable: "active", assoc.AddrUnreachable: "inactive",
					assoc.AddrPotentiallyFailed: "potentially failed"}[p.State]
			}
			if p.Primary {
				state = "primary, " + state
			}
			line := fmt.Sprintf("  path to %v: %s, RTO %v, cwnd %d", p.Path.Remote, state, p.RTO, p.Cwnd)
			if p.Ssthresh < 1<<30 { // else it has never been set
				line += fmt.Sprintf(", ssthresh %d", p.Ssthresh)
			}
			if p.PMTU != ethernet && p.PMTU != ethernet-ipHeader { // of IPv6
				line += fmt.Sprintf(", path MTU %d", p.PMTU)
			}
			w.say("%s", line)
		}
		return nil
	})
}

func (w *world) doShutdown(args []string) error {
	return w.withAssoc(strings.Join(args, ""), func(h *host, a *endpoint.Handle) error {
		a.Assoc.Shutdown(w.now)
		return nil
	})
}

func (w *world) doAbort(args []string) error {
	if len(args) == 0 {
		return fmt.Errorf("too few arguments")
	}
	return w.withAssoc(args[0], func(h *host, a *endpoint.Handle) error {
		a.Assoc.Abort(w.now, []byte(strings.Join(args[1:], " ")))
		return nil
	})
}

func (w *world) doReboot(args []string) error {
	return w.with(strings.Join(args, ""), func(h *host) error {
		s := h.socket
		h.boot()
		if s == nil {
			return nil
		}
		h.socket = &endpoint.Socket{Port: s.Port, Backlog: s.Backlog, Config: s.Config}
		return h.e.Bind(h.socket)
	})
}

func (w *world) doStray(args []string) error {
	if len(args) < 3 {
		return fmt.Errorf("too few arguments")
	}
	to, err := w.host(args[1])
	if err != nil {
		return err
	}
	c, err := chunkType(args[2:])
	if err != nil {
		return err
	}
	return w.with(args[0], func(h *host) error {
		port := uint16(clientPort)
		if to.socket != nil {
			port = to.socket.Port
		}
		b := wire.Header{SrcPort: 9, DstPort: port, Tag: 0x1234}.Append(nil)
		switch c {
		case wire.ChunkInit:
			b = wire.Header{SrcPort: 9, DstPort: port}.Append(nil)
			in := wire.Init{Tag: 0x1234, ARwnd: 1 << 16, OutStreams: 1, InStreams: 1}
			b = in.Append(b, c)
		case wire.ChunkData:
			d := wire.Data{Flags: wire.FlagBegin | wire.FlagEnd, UserData: []byte("stray")}
			b = d.Append(b)
		default:
			b = wire.AppendChunk(b, c, 0, nil)
		}
		wire.Seal(b)
		h.write(&transport.Datagram{Path: transport.Path{Remote: to.addrs[0]}, Data: b})
		return nil
	})
}

// fate is what the network is to do with packets.
type fate struct {
	left  int
	chunk wire.ChunkType
	of    string // the sender; empty for any
}

func (w *world) doLose(args []string) (err error) {
	w.losing, err = appendFate(w.losing, args)
	return err
}

func (w *world) doMark(args []string) (err error) {
	w.marking, err = appendFate(w.marking, args)
	return err
}

func appendFate(fates []fate, args []string) ([]fate, error) {
	if len(args) < 2 {
		return fates, fmt.Errorf("too few arguments")
	}
	f := fate{left: 1}
	if args[0] != "next" {
		n, err := strconv.Atoi(args[0])
		if err != nil {
			return fates, err
		}
		f.left = n
	}
	words := args[1:]
	if i := slices.Index(words, "of"); i >= 0 && i+1 < len(words) {
		f.of, words = words[i+1], words[:i]
	}
	var err error
	f.chunk, err = chunkType(words)
	return append(fates, f), err
}

// meets reports whether a packet of h meets one of the fates.
func (w *world) meets(fates []fate, h *host, packet []byte) bool {
	for i := range fates {
		f := &fates[i]
		if f.left == 0 || f.of != "" && f.of != h.name {
			continue
		}
		if slices.ContainsFunc(chunksOf(packet), func(c wire.Chunk) bool { return c.Type == f.chunk }) {
			f.left--
			return true
		}
	}
	return false
}

// chunkType finds a chunk type by its name in the RFC.
func chunkType(words []string) (wire.ChunkType, error) {
	name := strings.Join(words, " ")
	for c := range wire.ChunkType(0xff) {
		if c.String() == name {
			return c, nil
		}
	}
	return 0, fmt.Errorf("no chunk %q", name)
}

func (w *world) doCut(args []string) error { return w.setCut(args, true) }

func (w *world) doMend(args []string) error { return w.setCut(args, false) }

func (w *world) setCut(addrs []string, cut bool) error {
	for _, s := range addrs {
		a, err := netip.ParseAddr(s)
		if err != nil {
			return err
		}
		w.cut[a] = cut
	}
	return nil
}

func (w *world) doAdvance(args []string) error {
	d, err := time.ParseDuration(strings.Join(args, ""))
	w.advance(w.now.Add(d))
	return err
}

func (w *world) doRun([]string) error {
	w.advance(mono.Time(0))
	return nil
}

// with does something to a host.
func (w *world) with(name string, do func(h *host) error) error {
	h, err := w.host(name)
	if err != nil {
		return err
	}
	return do(h)
}

// withAssoc does something to the association of a host.
func (w *world) withAssoc(name string, do func(h *host, a *endpoint.Handle) error) error {
	return w.with(name, func(h *host) error {
		a, err := h.assoc()
		if err != nil {
			return err
		}
		if err := do(h, a); err != nil {
			return err
		}
		h.drain(a)
		return nil
	})
}
