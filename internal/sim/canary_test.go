package sim

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/auth"
	"github.com/gosctp/sctp/internal/seq"
	"github.com/gosctp/sctp/internal/tx"
	"github.com/gosctp/sctp/internal/wire"
	"github.com/gosctp/sctp/simnet"
	"github.com/gosctp/sctp/transport"
)

// plain is a scenario in which nothing goes wrong by itself: a client that sends ordered messages and shuts down.
func plain() *Scenario {
	return &Scenario{
		Seed:   1,
		Planes: []Plane{{Link: simnet.Link{Delay: 10 * time.Millisecond}}},
		Hosts:  []HostPlan{{Planes: []int{0}, MTU: 1500}, {Planes: []int{0}, MTU: 1500}},
		Talks: []Talk{{
			Loads:    [2]Load{{Messages: 200, MinSize: 5000, MaxSize: 5000, Streams: 1}, {MinSize: 1}},
			Closes:   [2]bool{true, false},
			ReadSize: [2]int{1 << 16, 1 << 16},
		}},
		Limit: time.Hour,
	}
}

// canary breaks a rule on purpose, in the plain scenario or an altered one.
type canary struct {
	rule   Rule
	how    string
	meddle Meddle
	alter  func(*Scenario)
}

// TestEveryRuleCanBeBroken meddles with a run once for each rule: a rule that nothing can break judges nothing.
func TestEveryRuleCanBeBroken(t *testing.T) {
	if r := Run(plain(), Options{}); r.Violation != nil {
		t.Fatalf("without meddling: %v", r.Violation)
	}
	reads := 0
	lost, answers, signed := 0, 0, 0
	var kept *piece
	for _, c := range []canary{
		{rule: RuleContent, how: "the network changes a byte of user data and mends the checksum", meddle: Meddle{Network: func(d *transport.Datagram) bool {
			if c := chunkOf(d.Data, wire.ChunkData); c != nil {
				c[len(c)-1] ^= 1
				wire.Seal(d.Data)
			}
			return true
		}}},
		{rule: RuleOnce, how: "a message is read twice", meddle: Meddle{Read: func(p piece) []piece { return []piece{p, p} }}},
		{rule: RuleOrder, how: "two messages are swapped", meddle: Meddle{Read: func(p piece) []piece {
			switch reads++; reads {
			case 10:
				kept = &piece{bytes.Clone(p.data), p.info}
				return nil
			case 11:
				return []piece{p, *kept}
			}
			return []piece{p}
		}}},
		{rule: RuleOrder, how: "a message is left out", meddle: Meddle{Read: func(p piece) []piece {
			if p.info.PPID&(maxMessages-1) == 7 {
				return nil
			}
			return []piece{p}
		}}},
		{rule: RuleComplete, how: "the last message is left out", meddle: Meddle{Read: func(p piece) []piece {
			if p.info.PPID&(maxMessages-1) == 199 {
				return nil
			}
			return []piece{p}
		}}},
		{rule: RuleReturned, how: "failed messages do not come back, after the network has lost everything for a while", meddle: Meddle{
			Network: losesAfter(100),
			Event: func(e assoc.Event) bool {
				_, failed := e.(assoc.SendFailed)
				return !failed
			},
		}},
		{rule: RuleCwnd, how: "the congestion window is smaller than the association thinks", meddle: Meddle{Status: func(s *assoc.Status) {
			for i := range s.Paths {
				s.Paths[i].Cwnd = min(s.Paths[i].Cwnd, 2000)
			}
		}}},
		{rule: RuleWindow, how: "SACKs advertise twice the receive buffer", meddle: Meddle{Packet: func(d *transport.Datagram) {
			if c := chunkOf(d.Data, wire.ChunkSack); c != nil {
				c[9] |= 0x20
				wire.Seal(d.Data)
			}
		}}},
		{rule: RuleWindow, how: "SACKs keep back a part of the buffer", meddle: Meddle{Packet: func(d *transport.Datagram) {
			if c := chunkOf(d.Data, wire.ChunkSack); c != nil && c[9] > 0 {
				c[9]--
				wire.Seal(d.Data)
			}
		}}},
		{rule: RuleAck, how: "SACKs acknowledge what was not sent", meddle: Meddle{Packet: func(d *transport.Datagram) {
			if c := chunkOf(d.Data, wire.ChunkSack); c != nil {
				c[5] ^= 0x10
				wire.Seal(d.Data)
			}
		}}},
		{rule: RuleRepeat, how: "a TSN is sent a second time with another byte in it", meddle: Meddle{Packet: func(d *transport.Datagram) {
			if c := chunkOf(d.Data, wire.ChunkData); c != nil {
				c = bytes.Clone(c)
				c[len(c)-1] ^= 1
				d.Data, d.MayFragment = append(d.Data, c...), true
				wire.Seal(d.Data)
			}
		}}},
		{rule: RuleNumbers, how: "an SSN is left out", meddle: Meddle{Packet: func(d *transport.Datagram) {
			if c := chunkOf(d.Data, wire.ChunkData); c != nil && c[11] >= 7 {
				c[11]++
				wire.Seal(d.Data)
			}
		}}},
		{rule: RuleNumbers, how: "a message begins in the middle of another", meddle: Meddle{Packet: func(d *transport.Datagram) {
			if c := chunkOf(d.Data, wire.ChunkData); c != nil {
				c[1] |= wire.FlagBegin
				wire.Seal(d.Data)
			}
		}}},
		{rule: RuleForward, how: "FORWARD TSN skips what was not given up", meddle: Meddle{
			Packet: func(d *transport.Datagram) {
				if c := chunkOf(d.Data, wire.ChunkData); c != nil {
					d.Data, d.MayFragment = wire.AppendForwardTSN(d.Data, seq.TSN(binary.BigEndian.Uint32(c[4:])), nil), true
					wire.Seal(d.Data)
				}
			},
		}},
		{rule: RuleAgreed, how: "a chunk of an extension that is not in use", meddle: Meddle{Packet: func(d *transport.Datagram) {
			d.Data = wire.AppendChunk(d.Data, wire.ChunkPktDrop, 0, make([]byte, 12))
			wire.Seal(d.Data)
		}}},
		{rule: RuleAgreed, how: "the checksum is left out", meddle: Meddle{Packet: func(d *transport.Datagram) { clear(d.Data[8:wire.HeaderLen]) }}},
		{rule: RuleAgreed, how: "INIT leaves the checksum out where it may be left out later", meddle: Meddle{
			Packet: func(d *transport.Datagram) { clear(d.Data[8:wire.HeaderLen]) },
		}, alter: func(s *Scenario) {
			for i := range s.Hosts {
				s.Hosts[i].Carrier.ErrorDetection = 1
			}
		}},
		{rule: RuleAgreed, how: "packets are ECN-capable", meddle: Meddle{Packet: func(d *transport.Datagram) { d.ECN = transport.ECT0 }}},
		{rule: RuleECN, how: "packets are marked, and what says so is altered", meddle: Meddle{
			Packet: func(d *transport.Datagram) {
				if c := chunkOf(d.Data, wire.ChunkECNE); c != nil {
					c[7]++
					wire.Seal(d.Data)
				}
			},
		}, alter: ecnCapable},
		{rule: RuleECN, how: "packets are marked, and what answers it is altered", meddle: Meddle{
			Packet: func(d *transport.Datagram) {
				if c := chunkOf(d.Data, wire.ChunkCWR); c != nil {
					c[7]++
					wire.Seal(d.Data)
				}
			},
		}, alter: ecnCapable},
		{rule: RuleAuthentic, how: "packets leave without their AUTH chunk", meddle: Meddle{Packet: func(d *transport.Datagram) {
			if c := chunkOf(d.Data, wire.ChunkAuth); c != nil {
				d.Data = append(d.Data[:wire.HeaderLen], d.Data[wire.HeaderLen+len(c):]...)
				wire.Seal(d.Data)
			}
		}}, alter: authenticated},
		{rule: RuleAuthentic, how: "the network changes an HMAC now and then", meddle: Meddle{Network: func(d *transport.Datagram) bool {
			if c := chunkOf(d.Data, wire.ChunkAuth); c != nil {
				if signed++; signed%20 == 0 {
					c[len(c)-1] ^= 1
					wire.Seal(d.Data)
				}
			}
			return true
		}}, alter: authenticated},
		{rule: RuleGivenUp, how: "what was sent is sent again and again, given up or not", meddle: Meddle{Packet: again()}, alter: func(s *Scenario) {
			s.Planes[0].Link.Loss = 0.2
			s.Talks[0].Loads[0].MayGiveUp = 1
		}},
		{rule: RuleReset, how: "nobody says what came of a request", meddle: Meddle{Event: func(e assoc.Event) bool {
			_, reset := e.(assoc.StreamReset)
			return !reset
		}}, alter: resetAtOnce},
		{rule: RuleReset, how: "a request is answered in two ways", meddle: Meddle{
			Network: func(d *transport.Datagram) bool {
				if isAnswer(d) {
					lost++
				}
				return !isAnswer(d) || lost > 3
			},
			Packet: func(d *transport.Datagram) {
				if isAnswer(d) {
					answers++
					chunkOf(d.Data, wire.ChunkReConfig)[15] = byte(wire.ReconfigNothingToDo + 2*wire.ReconfigResult(answers%2))
					wire.Seal(d.Data)
				}
			},
		}, alter: resetAtOnce},
		{rule: RuleDamage, how: "a report quotes another byte", meddle: Meddle{Packet: func(d *transport.Datagram) {
			if c := chunkOf(d.Data, wire.ChunkPktDrop); c != nil {
				c[20] ^= 1
				wire.Seal(d.Data)
			}
		}}, alter: func(s *Scenario) {
			s.Planes[0].Link.Corrupt = 0.05
			for i := range s.Hosts {
				s.Hosts[i].Config.Enable = assoc.PacketDrop
			}
		}},
		{rule: RuleParts, how: "two messages in parts alternate", meddle: Meddle{Read: func(p piece) []piece {
			half := piece{p.data[:1], p.info}
			half.info.EOR = false
			other := half
			other.info.PPID++
			return []piece{half, other}
		}}},
		{rule: RuleParts, how: "nobody says that a message was cut", meddle: Meddle{Event: func(e assoc.Event) bool {
			_, cut := e.(assoc.PartialDeliveryAborted)
			return !cut
		}}, alter: func(s *Scenario) {
			s.Unreliable = true
			s.Talks[0].Loads[0] = Load{Messages: 1, MinSize: 200_000, MaxSize: 200_000, Streams: 1}
			s.Hosts[0].Config = assoc.Config{PartialDeliveryPoint: 1}
			s.Actions = []Action{{80 * time.Millisecond, Abort, 1}}
		}},
		{rule: RuleMTU, how: "packets grow", meddle: Meddle{Packet: func(d *transport.Datagram) {
			d.Data = wire.AppendChunk(d.Data, wire.ChunkPad, 0, make([]byte, 1000))
			wire.Seal(d.Data)
		}}},
		{rule: RuleBuffer, how: "more waits to be read than the buffer holds", meddle: Meddle{Status: func(s *assoc.Status) { s.Pending += 3 << 20 }}},
		{rule: RuleBuffer, how: "more waits to be sent than the buffer holds", meddle: Meddle{Status: func(s *assoc.Status) { s.Unsent += 2 << 20 }}},
		{rule: RuleFailover, how: "data stands still on a path that is said to work", alter: failsOver, meddle: Meddle{
			Network: func(d *transport.Datagram) bool {
				return !d.Path.Remote.Is4() || d.Path.Remote.As4()[1] != 1 || chunkOf(d.Data, wire.ChunkData) == nil
			},
			Status: func(s *assoc.Status) {
				for i := range s.Paths {
					s.Paths[i].State = assoc.AddrAvailable
				}
			},
		}},
		{rule: RuleAddresses, how: "the peer hears of another address than was added", alter: moves, meddle: Meddle{Network: misaddressed}},
		{rule: RuleStall, how: "nobody hears of a stall, only of its end", alter: stalls, meddle: Meddle{Event: func(e assoc.Event) bool {
			s, ok := e.(assoc.Stall)
			return !ok || s.Reason == assoc.StallEnded
		}}},
		{rule: RuleProgress, how: "no timer runs", meddle: Meddle{
			SkipTimers: true,
			Network:    func(*transport.Datagram) bool { return false },
		}},
		{rule: RuleEnd, how: "nobody shuts down", meddle: Meddle{NeverClose: true}},
		{rule: RuleError, how: "the network loses everything after a while", meddle: Meddle{Network: losesAfter(100)}},
	} {
		s := plain()
		if c.alter != nil {
			c.alter(s)
			if r := Run(s, Options{}); r.Violation != nil {
				t.Errorf("without meddling, %s: %v", c.how, r.Violation)
			}
		}
		r := Run(s, Options{Meddle: c.meddle})
		if r.Violation == nil || r.Violation.Rule != c.rule {
			t.Errorf("%s: got %v, want rule %q to be broken", c.how, r.Violation, c.rule)
		}
	}
}

// A black hole ends an association that does not look for one.
func TestBlackHoleHasToBeFound(t *testing.T) {
	s := plain()
	s.Planes[0].Link.MTU, s.Planes[0].Link.BlackHole = 1280, true
	if r := Run(s, Options{}); r.Violation != nil {
		t.Errorf("with probes: %v", r.Violation)
	}
	s.Hosts[1].Config.RaiseInterval = -1
	if r := Run(s, Options{}); r.Violation == nil || r.Violation.Rule != RuleError {
		t.Errorf("without: got %v, want rule %q to be broken", r.Violation, RuleError)
	}
}

// again returns what appends chunks with user data to the packets after them, as long as there is room.
func again() func(d *transport.Datagram) {
	var kept [][]byte
	return func(d *transport.Datagram) {
		c := chunkOf(d.Data, wire.ChunkData)
		if c == nil {
			return
		}
		c = bytes.Clone(c)
		for _, k := range kept {
			d.Data, d.MayFragment = append(d.Data, k...), true
		}
		kept = append(kept[max(0, len(kept)-20):], c)
		wire.Seal(d.Data)
	}
}

// resetAtOnce has the client, which is not yet done with sending, reset streams.
func resetAtOnce(s *Scenario) {
	s.Hosts[1].Config.SendBuffer = 100_000
	s.Actions = []Action{{50 * time.Millisecond, Reset, 1}}
}

// authenticated has all hosts authenticate user data and its acknowledgements.
func authenticated(s *Scenario) {
	for i := range s.Hosts {
		h := &s.Hosts[i]
		h.Authenticates = true
		h.Auth = auth.Config{Keys: authKeys, Active: 1, Chunks: []wire.ChunkType{wire.ChunkData, wire.ChunkSack}}
	}
}

// isAnswer reports whether a packet begins with the answer to a request.
func isAnswer(d *transport.Datagram) bool {
	c := chunkOf(d.Data, wire.ChunkReConfig)
	return c != nil && c[5] == byte(wire.ParamReconfigResponse)
}

// failsOver has the first of two paths break, while data is sent.
func failsOver(s *Scenario) {
	s.Planes = append(s.Planes, s.Planes[0])
	for i := range s.Hosts {
		s.Hosts[i].Planes = []int{0, 1}
	}
	s.Actions = []Action{{50 * time.Millisecond, Cut, 0}}
}

// moves has a client of two addresses add and remove them while data flows.
func moves(s *Scenario) {
	s.Planes = append(s.Planes, s.Planes[0])
	for i := range s.Hosts {
		s.Hosts[i].Planes = []int{0, 1}
		s.Hosts[i].Config.UnauthenticatedASCONF = true
	}
	s.Talks[0].Loads[0].Pace = 10 * time.Millisecond
	for i := range 15 {
		s.Actions = append(s.Actions, Action{time.Duration(i+1) * 100 * time.Millisecond, Move, 1})
	}
}

// misaddressed changes the last octet of each IPv4 address that is added.
func misaddressed(d *transport.Datagram) bool {
	c := chunkOf(d.Data, wire.ChunkASCONF)
	for i := 0; i+16 <= len(c); i += 4 {
		if p := c[i:]; wire.ParamType(binary.BigEndian.Uint16(p)) == wire.ParamAddIP && p[9] == byte(wire.ParamIPv4) {
			p[15] ^= 0x40
			wire.Seal(d.Data)
		}
	}
	return true
}

// stalls has large packets vanish, and associations tell of it.
func stalls(s *Scenario) {
	s.Hosts[1].Config.StallTime = time.Second
	s.Planes[0].Link.MTU, s.Planes[0].Link.BlackHole = 1280, true
}

// ecnCapable has all hosts use ECN, and the network mark every packet.
func ecnCapable(s *Scenario) {
	s.Planes[0].Link.MarkChance = 1
	for i := range s.Hosts {
		s.Hosts[i].Carrier.ECN = true
	}
}

// losesAfter lets some packets pass and no more.
func losesAfter(count int) func(*transport.Datagram) bool {
	return func(*transport.Datagram) bool {
		count--
		return count >= 0
	}
}

func TestEventsAreJudged(t *testing.T) {
	for _, c := range []struct {
		why    string
		events []assoc.Event
	}{
		{"up twice", []assoc.Event{assoc.AssocChange{State: assoc.CommUp}, assoc.AssocChange{State: assoc.CommUp}}},
		{"something after the end", []assoc.Event{assoc.AssocChange{State: assoc.ShutdownComplete}, assoc.ShutdownEvent{}}},
		{"a cut message where none was read", []assoc.Event{assoc.PartialDeliveryAborted{}}},
	} {
		w := &world{s: plain(), meddle: &Meddle{}}
		u := &user{w: w, n: &node{w: w}, talk: &talk{plan: &Talk{}}, ending: &ending{}, out: &flow{}, in: newReading(0)}
		for _, e := range c.events {
			u.event(e)
		}
		if v := w.result.Violation; v == nil || v.Rule != RuleEvents {
			t.Errorf("%s: %v, want rule %q to be broken", c.why, v, RuleEvents)
		}
	}
}

func TestPoliciesAreJudged(t *testing.T) {
	second := uint32(time.Second / time.Millisecond)
	for _, c := range []struct {
		why     string
		message message
		sent    bool
		sending *tx.PRInfo
		allowed bool
	}{
		{"a reliable one", message{}, false, nil, false},
		{"one that still lives", message{pr: tx.PRInfo{Policy: tx.PRTTL, Value: 3 * second}}, false, nil, false},
		{"one that has lived", message{pr: tx.PRInfo{Policy: tx.PRTTL, Value: 1 * second}}, false, nil, true},
		{"one that was not repeated often enough", message{pr: tx.PRInfo{Policy: tx.PRRTX, Value: 2}, sends: 2}, false, nil, false},
		{"one that was", message{pr: tx.PRInfo{Policy: tx.PRRTX, Value: 2}, sends: 3}, false, nil, true},
		{"one of low priority without need", message{pr: tx.PRInfo{Policy: tx.PRPrio, Value: 2}}, false, nil, false},
		{"one of low priority for another", message{pr: tx.PRInfo{Policy: tx.PRPrio, Value: 2}}, false, &tx.PRInfo{Policy: tx.PRPrio, Value: 2}, false},
		{"one of low priority for a more important one", message{pr: tx.PRInfo{Policy: tx.PRPrio, Value: 2}}, false, &tx.PRInfo{}, true},
		{"one of which a peer that cannot skip has a part", message{pr: tx.PRInfo{Policy: tx.PRTTL}}, true, nil, false},
	} {
		w := &world{s: plain(), meddle: &Meddle{}, now: epoch.Add(2 * time.Second)}
		u := &user{w: w, n: &node{w: w}, talk: &talk{plan: &Talk{}}, a: new(assoc.Association), mon: newMonitor(), sending: c.sending}
		c.message.takenAt = epoch
		u.gaveUp(&c.message, &assoc.SendFailed{Sent: c.sent})
		if v := w.result.Violation; (v == nil) != c.allowed || v != nil && v.Rule != RuleGivenUp {
			t.Errorf("%s was given up: %v", c.why, v)
		}
	}
}

func TestNothingSkippedIsDelivered(t *testing.T) {
	f := newFlow(1, Load{Messages: 1, MinSize: 1, MaxSize: 1}, 1, rand.New(rand.NewPCG(1, 1)))
	var m assoc.Message
	var data [1]byte
	f.head(0, &m, data[:], netip.Addr{})
	f.accept(epoch, 0, &m)
	f.messages[0].skipped = true
	r := newReading(0)
	rule, err := r.take(piece{data[:], assoc.RcvInfo{PPID: m.PPID, EOR: true}}, func(uint32) *flow { return f })
	if rule != RuleGivenUp || err == nil {
		t.Errorf("got %v, %v, want rule %q to be broken", rule, err, RuleGivenUp)
	}
}

func TestPayloadTellsEveryByte(t *testing.T) {
	const size = 100
	p := payload(7)
	whole := make([]byte, size)
	p.fill(whole, 0)
	for begin := range size {
		if at := p.mismatch(whole[begin:], begin); at >= 0 {
			t.Fatalf("from %d on: differs at %d", begin, at)
		}
		altered := bytes.Clone(whole)
		altered[begin] ^= 0x40
		if at := p.mismatch(altered, 0); at != begin {
			t.Fatalf("byte %d altered, found at %d", begin, at)
		}
	}
}

func TestSkewedStaysWithinItsLimits(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	smallest, largest := 1<<20, 0
	for range 10_000 {
		n := skewed(rng, 1, 3000)
		smallest, largest = min(smallest, n), max(largest, n)
	}
	if smallest != 1 || largest < 2000 || largest > 3000 {
		t.Errorf("drew from %d to %d, want 1 to about 3000", smallest, largest)
	}
}
