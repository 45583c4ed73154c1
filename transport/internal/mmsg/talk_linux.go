package mmsg

import "time"

// talk finds out how a reader should wait. In a dialogue packets go one by one in turns: one leaves, and the next one that comes is the answer.
// Then there is nothing to be found at once. To sleep and to be woken up costs some 10 to 20 µs of the processor's time, and more of the user's if the
// processor has gone to sleep meanwhile: who looks for the answer for not much longer than that wastes little where it does not come, and where
// it does, it is there sooner and for less.
type talk struct {
	// alone: the last packet was waited for, and came alone.
	alone bool
	// spoken is how many packets had been sent when it came.
	spoken uint32
	// turns counts the answers in a row. rest counts down those for which it does not look, since one did not come while it did.
	turns, rest int
	looking     bool
}

const (
	// talkPatience is how long a reader looks for an answer before it sleeps.
	talkPatience = 50 * time.Microsecond
	// talkTurns is how many turns make a dialogue.
	talkTurns = 16
	// talkRest is for how many turns a reader sleeps at once after it has looked in vain.
	talkRest = 32
)

// patience is how long to look for packets before sleeping, when so many packets have been sent.
func (t *talk) patience(spoken uint32) time.Duration {
	t.looking = false
	switch {
	case t.turns < talkTurns || spoken-t.spoken != 1:
		return 0
	case t.rest > 0:
		t.rest--
		return 0
	}
	t.looking = true
	return talkPatience
}

// heard follows a read that brought n packets, when so many had been sent. slept: it did not find them at once.
func (t *talk) heard(n int, spoken uint32, slept bool) {
	if t.looking && slept {
		t.rest = talkRest
	}
	t.looking = false
	t.alone = n == 1 && (slept || t.turns >= talkTurns)
	if n == 1 && spoken-t.spoken == 1 {
		t.turns = min(t.turns+1, talkTurns)
	} else {
		t.turns = 0
	}
	t.spoken = spoken
}
