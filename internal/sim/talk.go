package sim

import "math/rand/v2"

// talk is what goes on between one client and the server, over however many associations.
type talk struct {
	plan    *Talk
	index   int
	key     uint64
	rng     *rand.Rand
	flows   [2][]*flow // by the sending side: 0 is the client, 1 the server
	users   [2]*user   // the live ones
	endings []*ending
}

// ending is what the two sides of one association sent, and whether at least one of them saw it end gracefully.
type ending struct {
	flows    [2]*flow
	graceful bool
}

// begin starts a flow of one side.
func (t *talk) begin(side int) *flow {
	f := newFlow(uint32(len(t.flows[side])+1), t.plan.Loads[side], mix(t.key+uint64(side)), t.rng)
	t.flows[side] = append(t.flows[side], f)
	return f
}

// join makes u the live user of its side: the second end of the association that began last, or the first end of a new one. The cookie of an
// association that is over may make another one while it is valid, and bring the same messages again.
func (t *talk) join(u *user) {
	t.users[u.side] = u
	if n := len(t.endings); n > 0 && t.endings[n-1].flows[u.side] == nil {
		u.ending = t.endings[n-1]
	} else {
		u.ending = t.newEnding()
		if other := t.users[1-u.side]; other != nil {
			other.ending, other.mon.blind = u.ending, true
			u.ending.flows[other.side] = other.out
		}
		if old := len(t.flows[1-u.side]); old > 0 {
			t.flows[1-u.side][old-1].orphan()
		}
	}
	u.ending.flows[u.side] = u.out
	u.oldest = uint32(max(1, len(t.flows[1-u.side])))
}

func (t *talk) newEnding() *ending {
	e := &ending{}
	t.endings = append(t.endings, e)
	return e
}

// restarted makes a new association of the two live users, of which u has noticed that the other one began anew.
func (t *talk) restarted(u *user) {
	u.out.orphan()
	u.out = t.begin(u.side)
	u.ending = t.newEnding()
	for _, v := range t.users {
		if v != nil {
			v.ending = u.ending
			v.ending.flows[v.side] = v.out
		}
	}
}

// flow returns a flow of a side by its generation, nil if there is none. A broken one counts for later associations too: what it had in its
// queue may be sent to the peer's next incarnation.
func (t *talk) flow(side int, generation uint32) *flow {
	if generation == 0 || int(generation) > len(t.flows[side]) {
		return nil
	}
	return t.flows[side][generation-1]
}
