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

// ending is what the two sides of one association sent, and how it ended: at least one of them saw a graceful end, or shut down before the
// beginning.
type ending struct {
	flows             [2]*flow
	graceful, givenUp bool
}

// unfinished reports whether one side has sent a message in part. If it or its peer shuts down, it has to abort the association, unless it can
// have the rest skipped.
func (e *ending) unfinished() bool {
	for _, f := range e.flows {
		if f != nil && f.first(func(m *message) bool { return !m.whole() && !m.cancelled }) >= 0 {
			return true
		}
	}
	return false
}

// begin starts a flow of one side.
func (t *talk) begin(side int) *flow {
	f := newFlow(uint32(len(t.flows[side])+1), t.plan.Loads[side], mix(t.key+uint64(side)), t.rng)
	t.flows[side] = append(t.flows[side], f)
	return f
}

// join makes u the live user of its side.
func (t *talk) join(u *user) {
	other := t.users[1-u.side]
	t.users[u.side] = u
	switch {
	case other == nil || !paired(u, other):
		// Whatever the other side has sent may come here: the cookie of an association that is over makes another one while it is valid, and
		// replayed packets fit it.
		for _, f := range t.flows[1-u.side] {
			if other == nil || other.ended || f != other.out {
				f.orphan()
			}
		}
		u.ending = t.newEnding()
		u.oldest = uint32(len(t.flows[1-u.side]) + 1)
	case other.ending.flows[u.side] != nil:
		// The other side does not know that somebody else was there before u, and is gone.
		other.out.orphan()
		other.mon.blind = true
		other.ending = t.newEnding()
		other.ending.flows[other.side] = other.out
		fallthrough
	default:
		u.ending = other.ending
		u.oldest = other.out.generation
	}
	u.ending.flows[u.side] = u.out
}

// paired reports whether two users are the ends of one association: by the tags, or because both are about to set it up (RFC 9260 section
// 5.2.1).
func paired(u, other *user) bool {
	if tag := u.a.PeerTag(); tag != 0 {
		return tag == other.a.LocalTag()
	}
	return !other.up
}

func (t *talk) newEnding() *ending {
	e := &ending{}
	t.endings = append(t.endings, e)
	return e
}

// restarted makes a new association of the two live users, of which u has noticed that the other one began anew.
func (t *talk) restarted(u *user) {
	u.out.orphan()
	u.left = append(u.left, u.out.unfinished())
	u.out = t.begin(u.side)
	u.ending = t.newEnding()
	if other := t.users[1-u.side]; other != nil {
		u.oldest = min(u.oldest, other.out.generation)
	}
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
