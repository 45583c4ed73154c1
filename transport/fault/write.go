package fault

import (
	"bytes"
	"time"

	"github.com/gosctp/sctp/transport"
)

// batch is what a WriteBatch does with its packets. Nothing of it counts before the carrier has said how many it takes.
type batch struct {
	// pass leaves at once; from are the numbers of the packets that it came from.
	pass []transport.Datagram
	from []int
	// later leaves after a delay.
	later []laterPacket
	fates []Counters // what became of each packet
}

type laterPacket struct {
	from  int
	d     transport.Datagram
	delay time.Duration
}

// WriteBatch sends ds, with faults.
func (f *Transport) WriteBatch(ds []transport.Datagram) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	b := &f.batch
	b.pass, b.from, b.later, b.fates = b.pass[:0], b.from[:0], b.later[:0], b.fates[:0]
	for i := range ds {
		b.fates = append(b.fates, f.decide(i, ds[i]))
	}
	n, err := f.Transport.WriteBatch(b.pass)
	taken := len(ds)
	if n < len(b.pass) {
		taken = b.from[n]
	}
	for _, l := range b.later {
		if l.from < taken && !f.delayed.add(l.d, l.delay) {
			f.counters.Lost++
		}
	}
	for i := range taken {
		f.counters.add(b.fates[i])
	}
	clear(b.pass)
	clear(b.later)
	return taken, err
}

func (c *Counters) add(d Counters) {
	c.Lost += d.Lost
	c.Cut += d.Cut
	c.Duplicated += d.Duplicated
	c.Corrupted += d.Corrupted
	c.Delayed += d.Delayed
	c.Passed += d.Passed
	c.Marked += d.Marked
}

// decide puts packet number i where it belongs, and says what became of it.
func (f *Transport) decide(i int, d transport.Datagram) (fate Counters) {
	faults := f.faultsOf(d.Path)
	switch {
	case f.isCut(d.Path):
		fate.Cut = 1
		return fate
	case faults.MTU > 0 && len(d.Data) > faults.MTU, f.chance(faults.Loss):
		fate.Lost = 1
		return fate
	}
	if len(d.Data) > 0 && f.chance(faults.Corrupt) {
		d.Data = bytes.Clone(d.Data)
		d.Data[f.rng.IntN(len(d.Data))] ^= 1 << f.rng.IntN(8)
		fate.Corrupted = 1
		if f.Caps().ErrorDetection != 0 {
			fate.Lost = 1
			return fate
		}
	}
	if d.ECN != transport.NotECT && f.chance(faults.Mark) {
		d.ECN = transport.CE
		fate.Marked = 1
	}
	copies := 1
	if f.chance(faults.Duplicate) {
		copies = 2
		fate.Duplicated = 1
	}
	for range copies {
		delay := f.delay(faults)
		if delay > 0 {
			later := d
			later.Data = bytes.Clone(d.Data)
			f.batch.later = append(f.batch.later, laterPacket{i, later, delay})
			fate.Delayed++
			continue
		}
		f.batch.pass = append(f.batch.pass, d)
		f.batch.from = append(f.batch.from, i)
		fate.Passed++
	}
	return fate
}

// delay draws how long a packet takes.
func (f *Transport) delay(faults *Faults) time.Duration {
	delay := faults.Delay
	if faults.Jitter > 0 {
		delay += time.Duration(f.rng.Int64N(int64(faults.Jitter)))
	}
	if f.chance(faults.Reorder) {
		delay += faults.ReorderDelay
	}
	return delay
}

// chance draws something of probability p. Nothing is drawn for what never happens, so that setting one fault does not
// change the others.
func (f *Transport) chance(p float64) bool { return p > 0 && f.rng.Float64() < p }
