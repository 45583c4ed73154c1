//go:build linux

package interop

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gosctp/sctp/interop/judge"
	"github.com/gosctp/sctp/interop/kernel"
	"github.com/gosctp/sctp/interop/lab"
	"github.com/gosctp/sctp/interop/plan"
)

// voyage is what several associations go through together: both sides of each send numbered messages all the time, and whatever happens to
// the paths meanwhile, in the end everybody has received what was sent to him, once and in order.
type voyage struct {
	t     *testing.T
	pair  *pair
	talks []*talk
	stop  func() recording
	// calm are the times in which messages had to leave a path alone.
	calm []calm
	// down is when the link of the first path was.
	down span
}

// span is a time from one moment to another.
type span struct{ from, to time.Time }

func (s span) has(t time.Time) bool { return !t.Before(s.from) && !t.After(s.to) }

// talk is one of its associations.
type talk struct {
	conversation
	client, server *traveller
}

// traveller is a peer that sends steadily.
type traveller struct {
	*speaker
	talk *talk
	// own and other are the addresses of its paths, and those of its peer's.
	own, other []string
	plan       plan.Plan
	received   int
}

// calm is a time in which a traveller had to send its messages on a path, or not to.
type calm struct {
	*traveller
	span
	what  string
	path  int
	taken bool
	// pardon is what the traveller says when it has a reason to be where it should not.
	pardon string
}

const (
	// pace is how many milliseconds pass between two messages of a traveller.
	pace = 10
	// voyageTime and stageTime bound a voyage and each of its stages; the blackout alone takes 20 s.
	voyageTime = 5 * time.Minute
	stageTime  = time.Minute
	// blackout is how long all paths are cut.
	blackout = 20 * time.Second
	// patience is how many time-outs in a row it takes to end an association: more than a blackout has, on all paths together.
	patience = 200
	// someMessages show that messages pass: as many as a second has.
	someMessages = 100
	// fewMessages have passed when what comes afterwards was sent after what happened before.
	fewMessages = 30
)

// travelPlan is what travellers send: messages of less than a packet, of one, and of several.
var travelPlan = plan.Plan{Streams: 3, Sizes: []int{200, 1400, 4000}, Unordered: 8}

// setOut starts a voyage: the associations of several conversations of a pair.
func setOut(t *testing.T, conversations []conversation) *voyage {
	t.Helper()
	j := &voyage{t: t, pair: conversations[0].pair, stop: captured(t, conversations[0].pair.namespace)}
	t.Cleanup(func() { j.stop() })
	for _, c := range conversations {
		c.within, c.port = voyageTime, newPort()
		args := append(slices.Concat(travelPlan.Args(), c.bothArgs), "fast=1", "list=1", "buffer=1000000", fmt.Sprintf("steady=%d", pace), fmt.Sprintf("patient=%d", patience))
		server, client := c.start(t, args, args)
		k := &talk{conversation: c}
		near, far := c.client.addrs[c.family], c.server.addrs[c.family]
		own, other := near[:c.paths], far[:c.paths]
		k.client = &traveller{speaker: client, talk: k, own: own, other: other, plan: travelPlan}
		k.server = &traveller{speaker: server, talk: k, own: other, other: own, plan: travelPlan}
		j.talks = append(j.talks, k)
	}
	// Where the first INIT was late, the association has begun on another path.
	j.each(func(p *traveller) { p.prefers(0) })
	j.each(func(p *traveller) { p.returnsIfAway(0) })
	return j
}

// each does something with all travellers.
func (j *voyage) each(do func(*traveller)) {
	for _, k := range j.talks {
		do(k.client)
		do(k.server)
	}
}

// stage is a part of the voyage. Where it fails the voyage ends.
func (j *voyage) stage(name string, run func(*testing.T)) {
	j.t.Helper()
	whole := j.t
	ok := whole.Run(name, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), stageTime)
		defer cancel()
		j.t = t
		j.each(func(p *traveller) { p.t, p.ctx = t, ctx })
		run(t)
	})
	j.t = whole
	if !ok {
		whole.FailNow()
	}
}

// hear waits for a line with one of the prefixes and counts the messages that are reported before.
func (p *traveller) hear(prefixes ...string) string {
	p.t.Helper()
	all := append([]string{"message "}, prefixes...)
	for {
		line, err := p.process.Expect(p.ctx, all...)
		if err != nil {
			p.t.Fatalf("%s, %d of whose messages have been reported: %v", p.talk, p.received, withoutMessages(err.Error()))
		}
		if !strings.HasPrefix(line, "message ") {
			return line
		}
		p.received++
		if slices.Contains(prefixes, "message ") {
			return line
		}
	}
}

// steady tells whether an argument has a peer send steadily.
func steady(arg string) bool { return strings.HasPrefix(arg, "steady=") }

// withoutMessages leaves out what a peer has said about messages, but for the last before it said something else.
func withoutMessages(log string) string {
	var b strings.Builder
	last := ""
	for line := range strings.Lines(log) {
		if strings.HasPrefix(line, "message ") {
			last = line
			continue
		}
		b.WriteString(last + line)
		last = ""
	}
	return b.String() + last
}

func (k *talk) String() string {
	return fmt.Sprintf("%s over %s, %s to %s, port %d", k.carrier, k.family, k.client.name, k.server.name, k.port)
}

// receives waits until a traveller has received so many messages altogether.
func (p *traveller) receives(n int) {
	p.t.Helper()
	for p.received < n {
		p.hear("message ")
	}
}

// do tells a traveller something and waits for its answer.
func (p *traveller) do(command, answer string) string {
	p.t.Helper()
	p.say(command)
	return p.hear(answer)
}

// prefers has a traveller choose its primary path.
func (p *traveller) prefers(path int) {
	p.t.Helper()
	p.do("primary "+p.other[path], "primary ")
}

// move wants messages to pass in all directions.
func (j *voyage) move(n int) {
	j.t.Helper()
	want := make(map[*traveller]int)
	j.each(func(p *traveller) {
		p.do("mark now", "marked now")
		want[p] = p.received + n
	})
	j.each(func(p *traveller) { p.receives(want[p]) })
}

// settle wants messages to pass in all directions, and those of some travellers to take a path again. On a busy machine a time-out may drive one
// away from it: then they are looked at once more when he is back.
func (j *voyage) settle(what string, path int, some []*traveller) {
	j.t.Helper()
	for {
		departures := 0
		for _, p := range some {
			p.returnsIfAway(path)
			departures -= p.departures(path)
		}
		s := j.watch()
		for _, p := range some {
			departures += p.departures(path)
		}
		if departures == 0 {
			j.note(calm{span: s, what: what, path: path, taken: true}, some)
			return
		}
	}
}

// avoid wants messages to pass in all directions, and none of those of some travellers to take a path.
func (j *voyage) avoid(what string, path int, some []*traveller) {
	j.t.Helper()
	j.note(calm{span: j.watch(), what: what, path: path}, some)
}

// watch lets messages pass in all directions, and returns a time in which they did and all of which were sent after it was called.
func (j *voyage) watch() (s span) {
	j.t.Helper()
	j.move(fewMessages)
	s.from = time.Now()
	j.move(fewMessages)
	s.to = time.Now()
	return s
}

// note remembers for each of some travellers what has to be found in the capture.
func (j *voyage) note(c calm, some []*traveller) {
	for _, p := range some {
		c.traveller = p
		j.calm = append(j.calm, c)
	}
}

// clients, servers and everybody are those who travel.
func (j *voyage) clients() (list []*traveller) {
	for _, k := range j.talks {
		list = append(list, k.client)
	}
	return list
}

func (j *voyage) servers() (list []*traveller) {
	for _, k := range j.talks {
		list = append(list, k.server)
	}
	return list
}

func (j *voyage) everybody() []*traveller { return slices.Concat(j.clients(), j.servers()) }

// nearOnes are those at the near end of the links.
func (j *voyage) nearOnes() (list []*traveller) {
	for _, p := range j.everybody() {
		if p.own[0] == nearAddrs[p.talk.family][0] {
			list = append(list, p)
		}
	}
	return list
}

func (j *voyage) farOnes() []*traveller {
	near := j.nearOnes()
	return slices.DeleteFunc(j.everybody(), func(p *traveller) bool { return slices.Contains(near, p) })
}

// leaves waits until a traveller says that a path fails.
func (p *traveller) leaves(path int) {
	p.t.Helper()
	name := "path " + p.other[path]
	p.hear(name+" unreachable", name+" potentially_failed")
}

// returns waits until a traveller says that a path is back, or is there for the first time.
func (p *traveller) returns(path int) {
	p.t.Helper()
	name := "path " + p.other[path]
	p.hear(name+" available", name+" confirmed")
}

// returnsIfAway is returns, if what the traveller has said last of a path is that it fails.
func (p *traveller) returnsIfAway(path int) {
	p.t.Helper()
	if said := p.said(path); len(said) > 0 && isAway(said[len(said)-1]) {
		p.returns(path)
	}
}

// departures is how many times a traveller has said that a path fails.
func (p *traveller) departures(path int) (n int) {
	for _, state := range p.said(path) {
		if isAway(state) {
			n++
		}
	}
	return n
}

// said is all that a traveller has said of the state of a path.
func (p *traveller) said(path int) (states []string) {
	for line := range strings.Lines(p.process.Log()) {
		if state, ok := strings.CutPrefix(strings.TrimSpace(line), "path "+p.other[path]+" "); ok {
			states = append(states, state)
		}
	}
	return states
}

func isAway(state string) bool { return state == "unreachable" || state == "potentially_failed" }

// impair has a link behave badly until the voyage is healed.
func (j *voyage) impair(f lab.Faults, paths ...int) {
	j.t.Helper()
	var links []string
	for _, path := range paths {
		links = append(links, kernel.Link(path))
	}
	if err := j.pair.namespace.Impair(f, links...); err != nil {
		j.t.Fatal(err)
	}
}

func (j *voyage) heal() {
	j.t.Helper()
	if err := j.pair.namespace.Heal(); err != nil {
		j.t.Fatal(err)
	}
}

// arrive ends the voyage: everybody has received everything, and the captured packets took the paths that they had to.
func (j *voyage) arrive() {
	j.t.Helper()
	j.end()
	for _, k := range j.talks {
		for _, fault := range k.faults() {
			j.t.Errorf("%s: %s", k, fault)
		}
	}
	j.judge()
}

// end has everybody send no more, and clients shut down when all that was sent is there.
func (j *voyage) end() {
	j.t.Helper()
	j.each(func(p *traveller) {
		_, count, _ := strings.Cut(p.do("enough", "enough "), " ")
		n, err := strconv.Atoi(count)
		if err != nil {
			p.t.Fatal(err)
		}
		p.plan.Count = n
	})
	for _, k := range j.talks {
		k.client.receives(k.server.plan.Count)
		k.server.receives(k.client.plan.Count)
		k.client.say("shutdown")
	}
}

// faults are what is wrong with the reports of a talk.
func (k *talk) faults() (list []string) {
	for to, from := range map[*traveller]*traveller{k.client: k.server, k.server: k.client} {
		if fault := to.reportFault(from.plan.Report(), "shutdown"); fault != "" {
			list = append(list, fault)
		}
	}
	return list
}

// judge has tshark look at what was captured: nothing is wrong with it, no packet strays, and user data was where it had to be.
func (j *voyage) judge() {
	j.t.Helper()
	verdict := j.stop().verdict
	if verdict == nil {
		j.t.FailNow()
	}
	for _, fault := range verdict.Faults[:min(len(verdict.Faults), maxFaults)] {
		j.t.Errorf("tshark: %v", fault)
	}
	faults := strays(j.talks, j.down, verdict.Packets)
	for _, c := range j.calm {
		if fault := c.fault(verdict.Packets); fault != "" {
			faults = append(faults, fault)
		}
	}
	for _, fault := range faults[:min(len(faults), maxFaults)] {
		j.t.Error(fault)
	}
	j.t.Logf("tshark: %d packets, %d faults", len(verdict.Packets), len(verdict.Faults))
}

// strays are packets that are not of the carrier of an association, or not between addresses of its. Where both sides are ours these have to be the two of one
// path; usrsctp and Linux may send from another address than that of the link, and are answered there. The addresses of a link that is down are not used, and
// when it comes back packets get through before we are told: until then a HEARTBEAT leaves from another one, and is answered there.
func strays(talks []*talk, down span, packets []judge.Packet) (list []string) {
	byPort := make(map[int]*talk)
	for _, k := range talks {
		byPort[k.port] = k
	}
	for _, p := range packets {
		k, own, other := byPort[p.Ports[1]], (*traveller)(nil), (*traveller)(nil)
		if k != nil {
			own, other = k.client, k.server
		} else if k = byPort[p.Ports[0]]; k != nil {
			own, other = k.server, k.client
		} else {
			list = append(list, fmt.Sprintf("a packet of no association: %+v", p))
			continue
		}
		from, to := slices.Index(own.own, p.Source), slices.Index(other.own, p.Destination)
		crosses := from != to && k.isOurs() && !k.wanders && !(down.has(p.Time) && isHeartbeat(p))
		if from < 0 || to < 0 || crosses || p.InUDP != (k.carrier == inUDP) {
			list = append(list, fmt.Sprintf("%s: a packet from path %d to path %d: %+v", k, from, to, p))
		}
	}
	return list
}

// isHeartbeat tells whether a packet has a HEARTBEAT or HEARTBEAT ACK, and beside that a SACK at most.
func isHeartbeat(p judge.Packet) bool {
	rest := slices.DeleteFunc(slices.Clone(p.Chunks), func(chunk int) bool { return chunk == chunkHeartbeat || chunk == chunkHeartbeatAck })
	return len(rest) < len(p.Chunks) && !slices.ContainsFunc(rest, func(chunk int) bool { return chunk != chunkSack })
}

// isOurs tells whether both sides are.
func (k *talk) isOurs() bool {
	return !slices.ContainsFunc([]*traveller{k.client, k.server}, func(p *traveller) bool { return p.name != gosctp.name && p.name != sockets.name })
}

// fault tells where user data was if it was not where it had to be, or that there was none.
func (c calm) fault(packets []judge.Packet) string {
	if c.pardon != "" && strings.Contains(c.process.Log(), c.pardon) {
		return ""
	}
	on := make(map[int]int)
	count := 0
	for _, p := range packets {
		if !c.has(p.Time) || !slices.Contains(p.Ports[:], c.talk.port) || !slices.Contains(c.own, p.Source) ||
			!slices.ContainsFunc(p.Chunks, func(chunk int) bool { return chunk == chunkData || chunk == chunkIData }) {
			continue
		}
		count++
		on[slices.Index(c.other, p.Destination)]++
	}
	if count > 0 && (c.taken && on[c.path] > 0 || !c.taken && on[c.path] == 0) {
		return ""
	}
	want := fmt.Sprintf("want path %d", c.path)
	if !c.taken {
		want = fmt.Sprintf("want any but %d", c.path)
	}
	return fmt.Sprintf("%s, %s: %d packets with user data of %s, by path %v, %s", c.talk, c.what, count, c.name, on, want)
}

// waits lets time pass.
func waits(ctx context.Context, d time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	<-ctx.Done()
}
