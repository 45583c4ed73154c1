//go:build linux

package interop

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/gosctp/sctp/interop/judge"
	"github.com/gosctp/sctp/interop/kernel"
	"github.com/gosctp/sctp/interop/lab"
	"github.com/gosctp/sctp/interop/plan"
)

// meeting is one association, over one path, between peers that do what the scenario of an extension tells them line by line.
type meeting struct {
	*testing.T
	conversation
	client, server *speaker
	stop           func() recording
}

// lossEvery is how many packets there are, in either direction, for one that is lost.
const lossEvery = 6

// meet starts a meeting of peers that offer extensions, and wants those to be agreed upon that both offer and report.
func meet(t *testing.T, c conversation, lossy bool, offer string, serverArgs, clientArgs []string, tolerated ...func(judge.Fault) bool) *meeting {
	t.Helper()
	both := []string{"offer=" + offer}
	m := meetDifferent(t, c, append(both, serverArgs...), append(both, clientArgs...), tolerated...)
	m.wantAgreed(offer)
	if lossy {
		m.impair(lab.Faults{Lose: lossEvery})
	}
	return m
}

// meetDifferent starts a meeting of peers with different arguments.
func meetDifferent(t *testing.T, c conversation, serverArgs, clientArgs []string, tolerated ...func(judge.Fault) bool) *meeting {
	t.Helper()
	c.paths = 1
	m := &meeting{T: t, conversation: c, stop: judged(t, c.pair.namespace, c.carrier, c.family, tolerated...)}
	common := []string{"brisk=1", "list=1"}
	m.server, m.client = c.start(t, append(common, serverArgs...), append(common, clientArgs...))
	return m
}

// wantAgreed wants both peers to tell that these extensions are agreed upon.
func (m *meeting) wantAgreed(list string) {
	m.Helper()
	for _, s := range []*speaker{m.server, m.client} {
		agreed := "extensions"
		for name := range strings.SplitSeq(list, ",") {
			if name != "" && (s.name != "pion" || name != "reconf") { // pion does not tell about RE-CONFIG
				agreed += " " + name
			}
		}
		if got := s.line("extensions"); got != agreed {
			m.Errorf("%s tells %q, want %q", s.name, got, agreed)
		}
	}
}

// impair spoils the path until the meeting ends.
func (m *meeting) impair(f lab.Faults) {
	m.Helper()
	if err := m.pair.namespace.Impair(f, kernel.Link(0)); err != nil {
		m.Fatal(err)
	}
	m.Cleanup(m.heal)
}

// wantLost waits until the path, which lets nothing through, has lost a packet: the emulated machine says that it has sent one before that
// leaves it.
func (m *meeting) wantLost() {
	m.Helper()
	ctx, cancel := context.WithTimeout(bench.ctx, scenarioTime)
	defer cancel()
	for ctx.Err() == nil {
		n, err := m.pair.namespace.Lost()
		if err != nil {
			m.Fatal(err)
		}
		if n > 0 {
			return
		}
	}
	m.Fatal("no packet was lost")
}

// heal makes the path a good one.
func (m *meeting) heal() {
	m.Helper()
	if err := m.pair.namespace.Heal(); err != nil {
		m.Error(err)
	}
}

// end has the client shut down, wants both sides to see that, and returns what passed. Nothing is lost any more: who loses the last packet of
// an association cannot tell how that ended.
func (m *meeting) end() []judge.Packet {
	m.Helper()
	m.heal()
	m.client.say("shutdown")
	for _, s := range []*speaker{m.client, m.server} {
		s.want("end shutdown")
		s.want("done")
	}
	verdict := m.stop().verdict
	if verdict == nil {
		m.FailNow()
	}
	return verdict.Packets
}

// do tells a peer something and waits for its answer.
func (s *speaker) do(command, answer string) {
	s.t.Helper()
	s.say(command)
	s.want(answer)
}

// sends has the peer send messages, and returns their PPIDs. The last word of the command, if it has one, is a policy.
func (s *speaker) sends(stream, count, size, ppid int, how string) {
	s.t.Helper()
	s.do(fmt.Sprintf("send %d %d %d %d %s", stream, count, size, ppid, how), fmt.Sprintf("sent %d", ppid+count))
}

// line returns the line that begins with a word among those said so far.
func (s *speaker) line(word string) string {
	s.t.Helper()
	for line := range strings.Lines(s.process.Log()) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, word) {
			return line
		}
	}
	s.t.Fatalf("%s did not say %q", s.name, word)
	return ""
}

// message is a line of a peer about a message that it has received.
type message struct {
	stream, ssn, ppid, size int
	digest, order           string
}

// messages returns what a peer has reported to have received so far. Each has to have the right bytes.
func (s *speaker) messages() (list []message) {
	s.t.Helper()
	for line := range strings.Lines(s.process.Log()) {
		var m message
		_, err := fmt.Sscanf(line, "message %d ssn %d ppid %d size %d digest %s %s", &m.stream, &m.ssn, &m.ppid, &m.size, &m.digest, &m.order)
		if err != nil {
			continue
		}
		ppid := uint32(m.ppid)
		if want := fmt.Sprintf("%016x", plan.Digest(ppid, plan.Payload(ppid, m.size))); m.digest != want {
			s.t.Errorf("%s received other bytes than were sent: %s", s.name, line)
		}
		list = append(list, m)
	}
	return list
}

// wantMessage waits until the peer has received a message. It may have said so long ago, while others were waited for.
func (s *speaker) wantMessage(stream, ppid int) {
	s.t.Helper()
	for !slices.ContainsFunc(s.messages(), func(m message) bool { return m.stream == stream && m.ppid == ppid }) {
		s.want("message ")
	}
}

// received returns how many of the messages of a stream with PPIDs from first on a peer has received, each once. Ordered ones have to have come
// in order.
func (s *speaker) received(stream, first, count int, ordered bool) (n int) {
	s.t.Helper()
	seen := make(map[int]bool)
	last := -1
	for _, m := range s.messages() {
		if m.stream != stream || m.ppid < first || m.ppid >= first+count {
			continue
		}
		if seen[m.ppid] || ordered && m.ppid < last {
			s.t.Errorf("%s received message %d after %d", s.name, m.ppid, last)
		}
		seen[m.ppid], last = true, m.ppid
		n++
	}
	return n
}

// wantAll wants a peer to have received all of these messages, in order.
func (s *speaker) wantAll(stream, first, count int) {
	s.t.Helper()
	if n := s.received(stream, first, count, true); n != count {
		s.t.Errorf("%s received %d of %d reliable messages on stream %d from %d on", s.name, n, count, stream, first)
	}
}

// abandoned asks a peer how many messages it has given up.
func (s *speaker) abandoned() (unsent, sent int) {
	s.t.Helper()
	s.say("abandoned")
	line, err := s.process.Expect(s.ctx, "abandoned ")
	if err != nil {
		s.t.Fatal(err)
	}
	if _, err := fmt.Sscanf(line, "abandoned unsent %d sent %d", &unsent, &sent); err != nil {
		s.t.Fatalf("%q: %v", line, err)
	}
	return unsent, sent
}

// Types of chunks.
const (
	chunkData        = 0
	chunkSack        = 3
	chunkEcne        = 12
	chunkCwr         = 13
	chunkNRSack      = 16
	chunkIData       = 64
	chunkPktdrop     = 129
	chunkReconf      = 130
	chunkForwardTSN  = 192
	chunkIForwardTSN = 194
)

// count returns how many packets a host sent in which a chunk of this type is.
func (m *meeting) count(packets []judge.Packet, from *host, chunk int) (n int) {
	for _, p := range packets {
		if p.Source == from.addrs[m.family][0] && slices.Contains(p.Chunks, chunk) {
			n++
		}
	}
	return n
}

// wantChunks wants a host to have sent chunks of a type, wantNoChunks wants it not to.
func (m *meeting) wantChunks(packets []judge.Packet, from *host, chunk int) {
	m.Helper()
	if m.count(packets, from, chunk) == 0 {
		m.Errorf("%s sent no chunk of type %d", from.name, chunk)
	}
}

func (m *meeting) wantNoChunks(packets []judge.Packet, from *host, chunk int) {
	m.Helper()
	if n := m.count(packets, from, chunk); n > 0 {
		m.Errorf("%s sent %d packets with chunks of type %d", from.name, n, chunk)
	}
}
