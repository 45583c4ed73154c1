//go:build linux

package interop

import (
	"sync"
	"testing"
	"time"

	"github.com/gosctp/sctp/interop/lab"
)

// stages are what all associations of a voyage have to master.
var stages = []struct {
	name string
	run  func(*voyage)
}{
	{"the primary link goes down", (*voyage).linkDown},
	{"nothing arrives at the far end", (*voyage).outwardLoss},
	{"nothing arrives at the near end", (*voyage).inwardLoss},
	{"large packets vanish", (*voyage).blackHole},
	{"each side chooses another primary path", (*voyage).otherPrimary},
	{"all paths are cut for 20 s", (*voyage).blackout},
}

func (j *voyage) linkDown() {
	j.down.from = time.Now()
	restore := j.pair.cut(j.t, 0)
	j.each(func(p *traveller) { p.leaves(0) })
	j.avoid("the link is down", 0, j.everybody())
	restore()
	j.each(func(p *traveller) { p.returns(0) })
	j.down.to = time.Now()
	j.settle("the link is back", 0, j.everybody())
}

// outwardLoss has everything lost that leaves the near end on the first path. Whether the far end has to leave that path, too, depends
// on where its peer sends acknowledgements to.
func (j *voyage) outwardLoss() { j.oneWayLoss(lab.Faults{Outward: true}, j.nearOnes()) }

func (j *voyage) inwardLoss() { j.oneWayLoss(lab.Faults{Inward: true}, j.farOnes()) }

func (j *voyage) oneWayLoss(f lab.Faults, senders []*traveller) {
	j.impair(f, 0)
	for _, p := range senders {
		p.leaves(0)
	}
	j.avoid("one direction is lost", 0, senders)
	j.heal()
	for _, p := range senders {
		p.returns(0)
	}
	j.each(func(p *traveller) { p.returnsIfAway(0) }) // those too who left it because their peer's answers were lost
	j.settle("both directions are back", 0, senders)
}

// pathMTU is what a black hole lets pass, in bytes of an IP packet.
const pathMTU = 1300

// blackHole has large packets vanish from the first path while small ones, heartbeats among them, pass.
func (j *voyage) blackHole() {
	j.impair(lab.Faults{Above: pathMTU}, 0)
	j.move(someMessages)
	j.heal()
	j.move(fewMessages)
}

func (j *voyage) otherPrimary() {
	for _, side := range [][]*traveller{j.clients(), j.servers()} {
		for _, path := range []int{1, 0} {
			for _, p := range side {
				p.prefers(path)
			}
			j.settle("the primary path was chosen", path, side)
		}
	}
}

func (j *voyage) blackout() {
	var paths []int
	for path := range j.talks[0].paths {
		paths = append(paths, path)
	}
	j.impair(lab.Faults{Inward: true, Outward: true}, paths...)
	waits(j.t.Context(), blackout)
	j.heal()
	j.move(someMessages)
}

// travels goes through all stages with several conversations of a pair.
func travels(t *testing.T, conversations ...conversation) {
	t.Helper()
	j := setOut(t, conversations)
	for _, s := range stages {
		j.stage(s.name, func(*testing.T) { s.run(j) })
	}
	j.stage("everybody arrives", func(*testing.T) { j.arrive() })
}

// sideBySide runs tests at the same time: they wait for time-outs more than they compute, and for the blackout most of all.
func sideBySide(t *testing.T, tests map[string]func(*testing.T)) {
	t.Helper()
	var all sync.WaitGroup
	for name, test := range tests {
		all.Go(func() { t.Run(name, test) })
	}
	all.Wait()
}

// TestVoyages has ourselves, our sockets and usrsctp travel in company, on two paths and, behind routers, on three.
func TestVoyages(t *testing.T) {
	needs(t)
	t.Parallel()
	sideBySide(t, map[string]func(*testing.T){
		"gosctp":                 func(t *testing.T) { travels(t, ways(pairOf(t, gosctp, gosctp), 2)...) },
		"gosctp behind routers":  func(t *testing.T) { travels(t, ways(routedPairOf(t, gosctp, gosctp), 3)...) },
		"sockets and gosctp":     func(t *testing.T) { travels(t, ways(pairOf(t, sockets, gosctp), 2)...) },
		"sockets behind routers": func(t *testing.T) { travels(t, ways(routedPairOf(t, sockets, sockets), 3)...) },
		// usrsctp answers packets for other processes as out of the blue, and so travels alone.
		"gosctp to usrsctp, in IP":                  func(t *testing.T) { alone(t, pairOf(t, gosctp, usrsctp), rawIP, mixed, 2) },
		"usrsctp to gosctp, in IP, behind routers":  func(t *testing.T) { alone(t, routedPairOf(t, usrsctp, gosctp), rawIP, v6, 3) },
		"gosctp to usrsctp, in UDP, behind routers": func(t *testing.T) { alone(t, routedPairOf(t, gosctp, usrsctp), inUDP, v4, 3) },
		"sockets to usrsctp, in IP, behind routers": func(t *testing.T) { alone(t, routedPairOf(t, sockets, usrsctp), rawIP, v4, 3) },
		"usrsctp to sockets, in UDP":                func(t *testing.T) { alone(t, pairOf(t, usrsctp, sockets), inUDP, mixed, 2) },
	})
}

// TestVoyagesWithKernel has ourselves and our sockets travel with the Linux kernel, on three paths.
func TestVoyagesWithKernel(t *testing.T) {
	needs(t)
	p := withKernel(t, "gosctp", ourPeer)
	linux := p.b
	others := sockets.on(t, p.namespace, nearAddrs)
	travels(t,
		conversation{pair: p, client: p.a, server: linux, carrier: rawIP, family: v4, paths: 3},
		conversation{pair: p, client: linux, server: p.a, carrier: inUDP, family: v6, paths: 3},
		conversation{pair: p, client: others, server: linux, carrier: rawIP, family: mixed, paths: 3},
		conversation{pair: p, client: linux, server: others, carrier: rawIP, family: v6, paths: 2},
	)
}

// TestPrimaryPathIsLeftForGood: with primary path switchover (RFC 7829 section 5) messages do not come back to a path that has failed.
func TestPrimaryPathIsLeftForGood(t *testing.T) {
	needs(t)
	t.Parallel()
	p := pairOf(t, gosctp, sockets)
	leavesForGood(t,
		conversation{pair: p, client: p.a, server: p.b, carrier: rawIP, family: v4},
		conversation{pair: p, client: p.b, server: p.a, carrier: inUDP, family: v6})
}

// TestKernelLeavesPrimaryPathForGood is the same with Linux, on which the same program runs as on our sockets.
func TestKernelLeavesPrimaryPathForGood(t *testing.T) {
	needs(t)
	p := withKernel(t, "gosctp", ourPeer)
	leavesForGood(t,
		conversation{pair: p, client: p.a, server: p.b, carrier: rawIP, family: v4},
		conversation{pair: p, client: p.b, server: p.a, carrier: inUDP, family: v6})
}

func leavesForGood(t *testing.T, conversations ...conversation) {
	t.Helper()
	for i := range conversations {
		conversations[i].paths, conversations[i].bothArgs = 2, []string{"switch=1"}
	}
	v := setOut(t, conversations)
	v.down.from = time.Now()
	restore := v.pair.cut(t, 0)
	v.each(func(p *traveller) {
		p.hear("path " + p.other[0] + " potentially_failed")
		p.hear("path " + p.other[1] + " made_prim")
	})
	v.avoid("the primary path has failed", 0, v.everybody())
	restore()
	v.each(func(p *traveller) { p.returns(0) })
	v.down.to = time.Now()
	v.avoid("it is back", 0, v.everybody())
	for i := range v.calm { // a machine that stands still for longer than RTO.Min makes a time-out on the good path, too
		c := &v.calm[i]
		c.pardon = "path " + c.other[1] + " potentially_failed"
	}
	v.arrive()
}

// alone goes through all stages with one conversation.
func alone(t *testing.T, p *pair, c carrier, f family, paths int) {
	t.Helper()
	travels(t, conversation{pair: p, client: p.a, server: p.b, carrier: c, family: f, paths: paths})
}

// ways are conversations of a pair over each carrier and family, with changing roles.
func ways(p *pair, paths int) []conversation {
	return []conversation{
		{pair: p, client: p.a, server: p.b, carrier: rawIP, family: v4, paths: paths},
		{pair: p, client: p.b, server: p.a, carrier: rawIP, family: v6, paths: paths},
		{pair: p, client: p.a, server: p.b, carrier: rawIP, family: mixed, paths: paths},
		{pair: p, client: p.b, server: p.a, carrier: inUDP, family: mixed, paths: paths},
	}
}
