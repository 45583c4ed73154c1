package scripttest

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/endpoint"
	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/wire"
	"github.com/gosctp/sctp/simnet"
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
	"send":     {"HOST [stream=N] [unordered] TEXT | HOST [stream=N] [unordered] N bytes", "sends a message", (*world).doSend},
	"read":     {"HOST", "reads all messages that have arrived", (*world).doRead},
	"state":    {"HOST", "tells the state of the association and of its paths", (*world).doState},
	"shutdown": {"HOST", "ends the association gracefully", (*world).doShutdown},
	"abort":    {"HOST [REASON]", "ends the association at once", (*world).doAbort},
	"reboot":   {"HOST", "makes a host forget everything; it listens again", (*world).doReboot},
	"stray":    {"HOST TO CHUNK", "sends a packet of no association, between ports 9 and the one that TO listens on", (*world).doStray},
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
	h := &host{w: w, name: args[0]}
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
	w.net.SetDefault(simnet.Link{Delay: d})
	return err
}

// options are the parameters of an association that a script can set.
var options = map[string]func(c *assoc.Config, value int){
	"window":        func(c *assoc.Config, v int) { c.RecvBuffer = v },
	"cookie-life":   func(c *assoc.Config, v int) { c.ValidCookieLife = time.Duration(v) * time.Millisecond },
	"rto-initial":   func(c *assoc.Config, v int) { c.RTOInitial = time.Duration(v) * time.Millisecond },
	"rto-max":       func(c *assoc.Config, v int) { c.RTOMax = time.Duration(v) * time.Millisecond },
	"assoc-retrans": func(c *assoc.Config, v int) { c.AssocMaxRetrans = v },
	"path-retrans":  func(c *assoc.Config, v int) { c.PathMaxRetrans = v },
	"init-retrans":  func(c *assoc.Config, v int) { c.MaxInitRetransmits = v },
}

func parseOptions(args []string) (c assoc.Config, err error) {
	for _, arg := range args {
		name, text, _ := strings.Cut(arg, "=")
		set, ok := options[name]
		value, err := strconv.Atoi(text)
		if !ok || err != nil {
			return c, fmt.Errorf("bad option %s", arg)
		}
		set(&c, value)
	}
	return c.Defaults(), nil
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
		h.socket = &endpoint.Socket{Port: uint16(port), Backlog: 5, Config: c}
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
		a, err := h.e.Connect(w.now, h.socket, c, to.socket.Port, to.addrs[:1], 0)
		if err != nil {
			return err
		}
		h.adopt(a)
		h.drain(a)
		return nil
	})
}

func (w *world) doSend(args []string) error {
	m := assoc.Message{}
	if len(args) < 2 {
		return fmt.Errorf("too few arguments")
	}
	words := args[1:]
	for ; len(words) > 0; words = words[1:] {
		if n, ok := strings.CutPrefix(words[0], "stream="); ok {
			sid, err := strconv.ParseUint(n, 10, 16)
			if err != nil {
				return err
			}
			m.Stream = uint16(sid)
		} else if words[0] == "unordered" {
			m.Unordered = true
		} else {
			break
		}
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

func (w *world) doRead(args []string) error {
	return w.withAssoc(strings.Join(args, ""), func(h *host, a *endpoint.Handle) error {
		var got []byte
		buf := make([]byte, 1<<16)
		for {
			n, info, ok := a.Assoc.Receive(w.now, buf)
			if !ok {
				return nil
			}
			if got = append(got, buf[:n]...); !info.EOR {
				continue
			}
			w.say("%s reads %s from stream %d", h.name, describeText(got), info.Stream)
			got = got[:0]
		}
	})
}

func (w *world) doState(args []string) error {
	return w.withAssoc(strings.Join(args, ""), func(h *host, a *endpoint.Handle) error {
		s := a.Assoc.Status()
		w.say("%s is %v", h.name, s.State)
		if s.State == assoc.StateClosed {
			return nil
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

// loss is what the network is to lose.
type loss struct {
	left  int
	chunk wire.ChunkType
	of    string // the sender; empty for any
}

func (w *world) doLose(args []string) error {
	if len(args) < 2 {
		return fmt.Errorf("too few arguments")
	}
	l := loss{left: 1}
	if args[0] != "next" {
		n, err := strconv.Atoi(args[0])
		if err != nil {
			return err
		}
		l.left = n
	}
	words := args[1:]
	if i := slices.Index(words, "of"); i >= 0 && i+1 < len(words) {
		l.of, words = words[i+1], words[:i]
	}
	var err error
	l.chunk, err = chunkType(words)
	w.losing = append(w.losing, l)
	return err
}

// loses reports whether the network loses a packet of h.
func (w *world) loses(h *host, packet []byte) bool {
	for i := range w.losing {
		l := &w.losing[i]
		if l.left == 0 || l.of != "" && l.of != h.name {
			continue
		}
		if slices.ContainsFunc(chunksOf(packet), func(c wire.Chunk) bool { return c.Type == l.chunk }) {
			l.left--
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
