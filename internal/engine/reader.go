package engine

import (
	"runtime"

	"github.com/gosctp/sctp/internal/endpoint"
	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/wire"
	"github.com/gosctp/sctp/transport"
)

// reader is what reading one receive queue takes.
type reader struct {
	engine *Engine
	queue  int
	// shard is where stateless answers go, and the associations that peers set up over this queue.
	shard  *shard
	batch  []transport.Datagram
	owners []*Assoc
	// direct: the owner was found by the tag, and is yet to be asked whether the packet is its own.
	direct []bool
	// lastTag and last are what was looked up last: packets come in runs.
	lastTag uint32
	last    *Assoc
	// touched are the shards that may have something to write because of this batch.
	touched shardSet
	doubt   replyQueue
	others  neighbours
	// lending is who has the role of reading.
	lending   lending
	gathering gathering
}

func (e *Engine) newReader(queue int) *reader {
	r := &reader{
		engine: e, queue: queue, shard: e.shardOf(queue), others: make(neighbours),
		batch: make([]transport.Datagram, readPackets), owners: make([]*Assoc, readPackets), direct: make([]bool, readPackets),
	}
	r.lending.init(e.carrier)
	return r
}

// run reads until the carrier ends.
func (r *reader) run() {
	for {
		n, err := r.engine.carrier.ReadBatch(r.queue, r.batch)
		if err != nil {
			r.engine.fail(err)
			return
		}
		if n > 0 {
			if r.serve(n, true) && r.lending.carrier != nil {
				runtime.Gosched()
			}
			r.lend()
		}
	}
}

// serve does what the first n packets of the batch ask for. gather: it may write for the users that it wakes. It reports whether it has woken some who
// have not run yet: where reading blocks the thread, those who are in the queue of its processor would wait for another one to find them.
func (r *reader) serve(n int, gather bool) (hasten bool) {
	e := r.engine
	now := e.now()
	batch, owners := r.batch[:n], r.owners[:n]
	r.touched = 0
	if !r.recognize(batch) {
		r.route(now, batch)
	}
	r.touch(owners)
	gathers := r.touched
	if !gather || !r.gathering.begins(e, owners, gathers) {
		gathers = 0
	}
	woken := r.deliver(now, batch)
	r.lending.note(owners, woken > 0)
	e.hear(now, batch)
	if gathers != 0 {
		r.gathering.end(e, woken, gathers)
	}
	e.transmitAll(r.touched &^ gathers)
	return woken > 0 && gathers == 0
}

// touch notes the shards of the owners of a batch.
func (r *reader) touch(owners []*Assoc) {
	for _, a := range owners {
		if a != nil {
			r.touched.add(a.shard)
		}
	}
}

// recognize finds the associations of whole packets by their tags, without the endpoint. It reports whether that were all.
func (r *reader) recognize(batch []transport.Datagram) (all bool) {
	all = true
	for i := range batch {
		a := r.recognizeOne(&batch[i])
		r.owners[i], r.direct[i] = a, a != nil
		all = all && a != nil
	}
	return all
}

func (r *reader) recognizeOne(d *transport.Datagram) *Assoc {
	if d.Kind != transport.Packet {
		return nil
	}
	h, err := wire.ParseHeader(d.Data)
	if err != nil || h.Tag == 0 {
		return nil
	}
	if h.Tag != r.lastTag || r.last == nil {
		r.lastTag, r.last = h.Tag, r.engine.tags.find(h.Tag)
	}
	if r.last == nil || !r.last.handle.Intact(d.Data, h) {
		return nil
	}
	return r.last
}

// route finds the association of each packet that was not recognized, nil for those that need none any more. Stateless answers go to the
// writer, or to doubt if somebody else may be the one to answer.
func (r *reader) route(now mono.Time, batch []transport.Datagram) {
	r.routeLocked(now, batch)
	r.answerDoubtful(now)
}

// answerDoubtful gives the writer those answers that nobody else is to give.
func (r *reader) answerDoubtful(now mono.Time) {
	if r.doubt.len() > 0 {
		r.touched.add(r.shard)
		r.shard.answerDoubtful(now, &r.doubt, r.others)
	}
}

func (r *reader) routeLocked(now mono.Time, batch []transport.Datagram) {
	e := r.engine
	e.mu.Lock()
	defer e.mu.Unlock()
	for i := range batch {
		if !r.direct[i] {
			r.owners[i] = r.routeOne(now, &batch[i])
		}
	}
}

// routeOne asks the endpoint. Engine.mu is held.
func (r *reader) routeOne(now mono.Time, d *transport.Datagram) *Assoc {
	e := r.engine
	if isWord(d.Kind) {
		return nil
	}
	if port, known := r.others.destination(now, d); known && e.held[port] == 0 {
		return nil
	}
	switch v := e.core.Route(now, d); v.Kind {
	case endpoint.Drop:
	case endpoint.Reply:
		if e.mayBeOfOthers(v.Reply) {
			r.doubt.push(d.Path, v.Reply)
		} else {
			r.touched.add(r.shard)
			r.shard.out.reply(d.Path, v.Reply)
		}
	case endpoint.Created:
		h, _ := wire.ParseHeader(d.Data) // Route has read it, so there is no error.
		if a := e.accepted(v.Handle, h.SrcPort, r.shard); a != nil {
			return a
		}
		e.core.Remove(v.Handle)
	case endpoint.Deliver:
		a, _ := v.Handle.User.(*Assoc)
		return a
	}
	return nil
}

// deliver gives every association its packets, each run of them under one lock. It reports how many users waited for theirs.
func (r *reader) deliver(now mono.Time, batch []transport.Datagram) (woken int) {
	direct := uint64(0)
	for first := 0; first < len(batch); {
		a := r.owners[first]
		end := first + 1
		for end < len(batch) && r.owners[end] == a {
			end++
		}
		if a == nil {
			first = end
			continue
		}
		n, awaited := a.deliverRun(now, batch[first:end], r.direct[first:end])
		for _, d := range r.direct[first : first+n] {
			if d {
				direct++
			}
		}
		if awaited {
			woken++
		}
		a.shard.out.mark(a)
		if first += n; first < end {
			r.reroute(now, first)
		}
	}
	r.shard.direct.Add(direct)
	return woken
}

// reroute asks the endpoint about a packet that has the tag of an association and is not its own all the same: its address is new, or the association
// has just ended.
func (r *reader) reroute(now mono.Time, i int) {
	r.direct[i], r.last = false, nil
	e := r.engine
	e.mu.Lock()
	a := r.routeOne(now, &r.batch[i])
	e.mu.Unlock()
	if r.owners[i] = a; a != nil {
		r.touched.add(a.shard)
	}
	r.answerDoubtful(now)
}

// deliverRun gives a the packets of a run, each as one input of the run-loop law, up to the first of those found directly that is not its own. It reports
// how many these were, and whether a user waited.
func (a *Assoc) deliverRun(now mono.Time, run []transport.Datagram, direct []bool) (n int, awaited bool) {
	if a.isNew.CompareAndSwap(true, false) {
		a.refreshMTU()
	}
	a.mu.Lock()
	awaited = a.readable.waiters > 0
	for n < len(run) && (!direct[n] || a.owns(&run[n])) {
		a.core.Deliver(now, &run[n])
		a.settle(now)
		n++
	}
	a.unlock()
	return n, awaited && n > 0
}

// owns reports whether a packet that has the tag of a is its own. a.mu is held.
func (a *Assoc) owns(d *transport.Datagram) bool {
	h, err := wire.ParseHeader(d.Data)
	return err == nil && a.routed && a.handle.Owns(d, h)
}
