package engine

import (
	"sync"
	"sync/atomic"

	"github.com/gosctp/sctp/transport"
)

const (
	// batchPackets is how many packets are offered to the carrier at once, readPackets how many are asked of it: the acknowledgement of
	// all that one read brings is one SACK, and the user wakes up once.
	batchPackets = 64
	readPackets  = 256
	// trainBytes is about what a carrier sends with one system call, if packets are no larger than half of it: what an IP packet has room
	// for. Two trains of a batch, the second of a few packets left over, would cost two thirds more.
	trainBytes = 65535 - 40 - 8
	// maxPacket is the room that building a packet may take: the largest an IP packet can be.
	maxPacket = 1<<16 - 1
	// arenaSize is the memory that a batch is built in. It holds batchPackets of the usual 1,500 bytes, and some of the
	// largest ones.
	arenaSize = 8 * maxPacket
	// maxReplies bounds the stateless answers that wait for the writer; more are lost as on a full link.
	maxReplies = 256
	// maxTurns is how many batches a caller writes, for others too, before the role passes to a goroutine: a Send must
	// return, and a reader has to read.
	maxTurns = 16
)

// writer is the transmit list and the role of the one who empties it.
type writer struct {
	mu sync.Mutex
	// busy: somebody holds the role. Only the holder touches batch and arena. idle is broadcast when the role is free, or
	// waits for the carrier, which parked says.
	busy, parked bool
	idle         sync.Cond
	// first and last are the ends of the list of marked associations, linked through Assoc.nextMarked.
	first, last *Assoc
	replies     replyQueue
	// replied counts the stateless answers that left.
	replied uint64
	stopped bool
	// late: the latecomer is to write. offers counts what was left to it, lateSince how many there were when late began; it changes only then.
	late      bool
	offers    atomic.Uint64
	lateSince uint64
	lateWork  sync.Cond

	batch []transport.Datagram
	arena []byte
	// pieces has the room for Datagram.Rest of the batch, nil if the carrier does not gather. round counts the batches.
	pieces [][]byte
	round  uint64
	// leaving are associations that are over and have their last packets in the batch.
	leaving []*Assoc
}

// mark puts a on the transmit list if it is not there.
func (w *writer) mark(a *Assoc) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.markLocked(a)
}

// markLocked is mark with w.mu held.
func (w *writer) markLocked(a *Assoc) {
	if a.marked.Load() {
		return
	}
	a.marked.Store(true)
	if w.last == nil {
		w.first = a
	} else {
		w.last.nextMarked = a
	}
	w.last = a
}

// takeRole gives the role to the caller if it is free and there is something to write.
func (w *writer) takeRole() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.busy || w.stopped || (w.first == nil && w.replies.len() == 0) {
		return false
	}
	w.busy = true
	return true
}

// next takes the first association off the list. When there is none, the role is given back.
func (w *writer) next() *Assoc {
	w.mu.Lock()
	defer w.mu.Unlock()
	a := w.first
	if a == nil || w.stopped {
		return nil
	}
	w.first = a.nextMarked
	if w.first == nil {
		w.last = nil
	}
	a.nextMarked = nil
	a.marked.Store(false)
	return a
}

// release gives the role back unless there is something to write after all.
func (w *writer) release() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.stopped && (w.first != nil || w.replies.len() > 0) {
		return false
	}
	w.busy = false
	w.idle.Broadcast()
	return true
}

// park notes whether the holder of the role waits for the carrier.
func (w *writer) park(waiting bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.parked = waiting
	w.idle.Broadcast()
}

// flush waits until everything has been written that was on the list, unless the carrier is full.
func (w *writer) flush() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for w.busy && !w.parked {
		w.idle.Wait()
	}
}

// stop ends all writing for good; whoever is at it finishes the batch.
func (w *writer) stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.stopped = true
	w.lateWork.Broadcast()
}

// await waits until nobody writes any more, after stop.
func (w *writer) await() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for w.busy {
		w.idle.Wait()
	}
}

// transmit offers to write what is on the list of the shard. It returns at once if somebody else is at it already, who will then also write what was
// marked before the call.
func (s *shard) transmit() {
	if s.out.takeRole() {
		s.write(maxTurns)
	}
}

// write holds the role: it writes batch after batch until the list is empty, the carrier is full or turns are used up.
func (s *shard) write(turns int) {
	for ; turns != 0; turns-- {
		batch := s.pull()
		if len(batch) > 0 {
			n, err := s.engine.carrier.WriteBatch(batch)
			// The reader sees a broken carrier as well, and ends the engine. Until then packets are lost.
			if err == nil && n < len(batch) {
				s.park(batch[n:])
				return
			}
		}
		s.out.letGo(batch)
		s.out.dismiss()
		if len(batch) == 0 && s.out.release() {
			return
		}
	}
	s.engine.goroutines.Go(func() { s.write(-1) })
}

// park hands the role to a goroutine that waits for the carrier. (In a function of its own, batch is on the heap only
// when the carrier is full.)
func (s *shard) park(batch []transport.Datagram) {
	s.engine.goroutines.Go(func() { s.writeWhenWritable(batch) })
}

// writeWhenWritable holds the role while the carrier is full, and goes on as the writer.
func (s *shard) writeWhenWritable(batch []transport.Datagram) {
	for len(batch) > 0 {
		s.out.park(true)
		err := s.engine.carrier.WaitWritable()
		s.out.park(false)
		if err != nil {
			break
		}
		n, err := s.engine.carrier.WriteBatch(batch)
		if err != nil {
			break
		}
		batch = batch[n:]
	}
	s.out.letGo(s.out.batch)
	s.out.dismiss()
	s.write(-1)
}

// pull builds the next batch: stateless answers first, then what the marked associations have to send. An association
// with more than fits goes to the end of the list, so that none waits for another's burst.
func (s *shard) pull() []transport.Datagram {
	w := &s.out
	if w.arena == nil {
		w.arena = make([]byte, arenaSize)
		w.batch = make([]transport.Datagram, batchPackets)
		if g, ok := s.engine.carrier.(transport.Gatherer); ok && g.Gathers() {
			w.pieces = make([][]byte, batchPackets*packetPieces)
		}
	}
	w.round++
	n, used := w.pullReplies()
	for !w.full(n, used) {
		a := w.next()
		if a == nil {
			break
		}
		var more bool
		n, used, more = a.pull(n, used)
		if more {
			w.mark(a)
		}
	}
	return w.batch[:n]
}

// full reports whether a batch of n packets that take so many bytes is to be written.
func (w *writer) full(n, used int) bool {
	if n == len(w.batch) || len(w.arena)-used < maxPacket {
		return true
	}
	if n == 0 {
		return false
	}
	last := w.batch[n-1].Len()
	return last <= trainBytes/2 && used+last > trainBytes
}

// pull builds packets of a from batch[n] and arena[used] on, and reports the new ends and whether there may be more.
func (a *Assoc) pull(n, used int) (int, int, bool) {
	w := &a.shard.out
	a.mu.Lock()
	now := a.engine.now()
	a.begin(w)
	more := true
	for !w.full(n, used) {
		d := &w.batch[n]
		d.Rest = w.roomFor(n)
		if more = a.core.NextPacket(now, w.arena[used:], d); !more {
			break
		}
		used += d.Len()
		n++
	}
	a.settle(now)
	if !more && !a.routed {
		w.leaving = append(w.leaving, a)
	}
	a.unlock()
	return n, used, more
}

// dismiss lets those go whose last packets have been written.
func (w *writer) dismiss() {
	for i, a := range w.leaving {
		a.mu.Lock()
		a.leave()
		a.unlock()
		w.leaving[i] = nil
	}
	w.leaving = w.leaving[:0]
}
