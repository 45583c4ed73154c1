package scripttest

import (
	"errors"
	"fmt"
	"strings"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/seq"
	"github.com/gosctp/sctp/internal/wire"
)

// chunksOf returns the chunks of a packet.
func chunksOf(packet []byte) (list []wire.Chunk) {
	for rest := packet[wire.HeaderLen:]; len(rest) > 0; {
		c, more, err := wire.NextChunk(rest)
		if err != nil {
			return list
		}
		list, rest = append(list, c), more
	}
	return list
}

// describePacket names the chunks of a packet of h.
func (w *world) describePacket(h *host, packet []byte) string {
	var names []string
	for _, c := range chunksOf(packet) {
		names = append(names, w.describeChunk(h, c))
	}
	text := strings.Join(names, " + ")
	if header, _ := wire.ParseHeader(packet); header.Checksum == 0 && !wire.ChecksumOK(packet) {
		text += ", no checksum"
	}
	return text
}

func (w *world) describeChunk(h *host, c wire.Chunk) string {
	switch c.Type {
	case wire.ChunkInit, wire.ChunkInitAck:
		in, err := wire.ParseInit(c)
		if err == nil {
			w.initial[h.name], w.requests[h.name] = uint32(in.InitialTSN), uint32(in.InitialTSN)
			return c.Type.String() + describeParams(in.Params)
		}
	case wire.ChunkCookieEcho:
		return c.Type.String()
	case wire.ChunkHeartbeat, wire.ChunkHeartbeatAck:
		return c.Type.String()
	case wire.ChunkData:
		if d, err := wire.ParseData(c); err == nil {
			return fmt.Sprintf("DATA %d%s", w.count(h.name, d.TSN), describeData(&d))
		}
	case wire.ChunkSack:
		if s, err := wire.ParseSack(c); err == nil {
			return w.describeSack(h, &s)
		}
	case wire.ChunkShutdown:
		if cum, err := wire.ParseShutdown(c); err == nil {
			return fmt.Sprintf("SHUTDOWN %d", w.count(w.peerOf(h), cum))
		}
	}
	if text, ok := w.describeExtension(h, c); ok {
		return text
	}
	return c.String()
}

// count is the number of a TSN, where the first one of its sender is 1.
func (w *world) count(sender string, tsn seq.TSN) int32 {
	return int32(uint32(tsn) - w.initial[sender] + 1)
}

// peerOf is the name of the other host.
func (w *world) peerOf(h *host) string {
	for _, other := range w.hosts {
		if other != h {
			return other.name
		}
	}
	return ""
}

// describeParams lists what matters to a story.
func describeParams(params []byte) string {
	var addrs, rest []string
	for len(params) > 0 {
		p, more, err := wire.NextParam(params)
		if err != nil {
			break
		}
		if a, err := wire.ParseAddress(p); err == nil {
			addrs = append(addrs, a.String())
		}
		if ms, err := wire.ParseCookiePreservative(p); err == nil && p.Type == wire.ParamCookiePreservative {
			rest = append(rest, fmt.Sprintf("a cookie that lives %d ms longer", ms))
		}
		params = more
	}
	if len(addrs) > 1 {
		rest = append(rest, strings.Join(addrs, " "))
	}
	if len(rest) == 0 {
		return ""
	}
	return " (" + strings.Join(rest, ", ") + ")"
}

// describeText quotes a message, or gives its length if it is long.
func describeText(b []byte) string {
	const short = 40
	if len(b) > short {
		return fmt.Sprintf("%d bytes", len(b))
	}
	return fmt.Sprintf("%q", b)
}

// describeData tells the text, or which part of a message of how many bytes it is.
func describeData(d *wire.Data) string {
	var b strings.Builder
	if d.StreamID != 0 {
		fmt.Fprintf(&b, " stream %d", d.StreamID)
	}
	if d.Unordered() {
		b.WriteString(" unordered")
	}
	switch {
	case d.Begin() && d.End():
		b.WriteString(" " + describeText(d.UserData))
	case d.Begin():
		fmt.Fprintf(&b, " begins with %d bytes", len(d.UserData))
	case d.End():
		fmt.Fprintf(&b, " ends with %d bytes", len(d.UserData))
	default:
		fmt.Fprintf(&b, " goes on with %d bytes", len(d.UserData))
	}
	if d.Immediate() {
		b.WriteString(", SACK wanted")
	}
	return b.String()
}

func (w *world) describeSack(h *host, s *wire.Sack) string {
	var b strings.Builder
	peer := w.peerOf(h)
	fmt.Fprintf(&b, "SACK %d", w.count(peer, s.CumTSN))
	for i := range s.Gaps.Len() {
		g := s.Gaps.At(i)
		fmt.Fprintf(&b, ", %d", w.count(peer, s.CumTSN.Add(int(g.Start))))
		if g.End > g.Start {
			fmt.Fprintf(&b, "–%d", w.count(peer, s.CumTSN.Add(int(g.End))))
		}
	}
	for i := range s.Dups.Len() {
		fmt.Fprintf(&b, ", %d again", w.count(peer, s.Dups.At(i)))
	}
	fmt.Fprintf(&b, ", window %d", s.ARwnd)
	return b.String()
}

// describeEvent tells an event as its user would.
func describeEvent(e assoc.Event) string {
	switch e := e.(type) {
	case assoc.AssocChange:
		return describeChange(e)
	case assoc.PeerAddrChange:
		return fmt.Sprintf("%v is %s", e.Addr, map[assoc.AddrState]string{assoc.AddrAvailable: "available",
			assoc.AddrUnreachable: "unreachable", assoc.AddrConfirmed: "confirmed", assoc.AddrPotentiallyFailed: "potentially failed"}[e.State])
	case assoc.Stall:
		return fmt.Sprintf(map[assoc.StallReason]string{assoc.StallEnded: "data is acknowledged again by %v, after %v",
			assoc.StallUnacknowledged: "%v answers, and has acknowledged no data for %v", assoc.StallWindow: "%v answers, and has had no room for data for %v",
			assoc.StallPacketSize: "large packets to %v vanish, nothing was acknowledged for %v"}[e.Reason], e.Addr, e.For)
	case assoc.SendFailed:
		sent := "not sent"
		if e.Sent {
			sent = "sent, not acknowledged"
		}
		if errors.Is(e.Err, assoc.ErrAbandoned) {
			sent += ", given up"
		}
		return fmt.Sprintf("gets %s back, %s", describeText(e.Data), sent)
	case assoc.RemoteError:
		return "the peer reports " + e.Code.String()
	case assoc.ShutdownEvent:
		return "the peer shuts down"
	case assoc.Authentication:
		return describeAuthentication(e)
	case assoc.SenderDry:
		return "all is acknowledged"
	case assoc.StreamReset:
		which := "all streams are reset"
		if e.Streams != nil {
			which = fmt.Sprintf("streams %v are reset", e.Streams)
		}
		if e.Outgoing {
			which += ", outgoing"
		}
		if e.Incoming {
			which += ", incoming"
		}
		return which + describeEnding(e.Denied, e.Failed)
	case assoc.AssocReset:
		return "the association is reset" + describeEnding(e.Denied, e.Failed)
	case assoc.StreamChange:
		return fmt.Sprintf("%d streams out, %d in", e.OutStreams, e.InStreams) + describeEnding(e.Denied, e.Failed)
	case assoc.PartialDeliveryAborted:
		return "the rest of a message will not come"
	}
	return fmt.Sprintf("%T", e)
}

func describeEnding(denied, failed bool) string {
	switch {
	case denied:
		return ": denied"
	case failed:
		return ": failed"
	}
	return ""
}

func describeChange(c assoc.AssocChange) string {
	text := map[assoc.AssocState]string{assoc.CommUp: "association is up", assoc.CommLost: "association is lost",
		assoc.Restart: "peer restarted", assoc.ShutdownComplete: "shutdown complete", assoc.CantStartAssoc: "association cannot start"}[c.State]
	if c.Err != nil {
		text += ": " + c.Err.Error()
	}
	return text
}
