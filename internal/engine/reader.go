package engine

import (
	"github.com/gosctp/sctp/internal/endpoint"
	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/wire"
	"github.com/gosctp/sctp/transport"
)

// reader is what reading one receive queue takes.
type reader struct {
	engine *Engine
	queue  int
	batch  []transport.Datagram
	owners []*Assoc
	doubt  replyQueue
	others neighbours
	// lending is who has the role of reading.
	lending   lending
	gathering gathering
}

func (e *Engine) newReader(queue int) *reader {
	r := &reader{
		engine: e, queue: queue, batch: make([]transport.Datagram, readPackets), owners: make([]*Assoc, readPackets), others: make(neighbours),
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
			r.serve(n, true)
			r.lend()
		}
	}
}

// serve does what the first n packets of the batch ask for. gather: it may write for the users that it wakes.
func (r *reader) serve(n int, gather bool) {
	e := r.engine
	now := e.now()
	e.route(now, r.batch[:n], r.owners, &r.doubt, r.others)
	e.answerDoubtful(now, &r.doubt, r.others)
	gather = gather && r.gathering.begins(e, r.owners[:n])
	woken := e.deliver(now, r.batch[:n], r.owners)
	r.lending.note(r.owners[:n], woken > 0)
	e.hear(now, r.batch[:n])
	if gather {
		r.gathering.end(e, woken)
	} else {
		e.transmit()
	}
}

// route finds the association of each packet, nil for those that need none any more. Stateless answers go to the
// writer, or to doubt if somebody else may be the one to answer.
func (e *Engine) route(now mono.Time, batch []transport.Datagram, owners []*Assoc, doubt *replyQueue, others neighbours) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for i := range batch {
		owners[i] = nil
		if isWord(batch[i].Kind) {
			continue
		}
		if port, known := others.destination(now, &batch[i]); known && e.held[port] == 0 {
			continue
		}
		v := e.core.Route(now, &batch[i])
		switch v.Kind {
		case endpoint.Drop:
		case endpoint.Reply:
			if e.mayBeOfOthers(v.Reply) {
				doubt.push(batch[i].Path, v.Reply)
			} else {
				e.out.reply(batch[i].Path, v.Reply)
			}
		case endpoint.Created:
			h, _ := wire.ParseHeader(batch[i].Data) // Route has read it, so there is no error.
			if owners[i] = e.accepted(v.Handle, h.SrcPort); owners[i] == nil {
				e.core.Remove(v.Handle)
			}
		case endpoint.Deliver:
			owners[i], _ = v.Handle.User.(*Assoc)
		}
	}
}

// deliver gives every association its packets, each run of them under one lock. It reports how many users waited for theirs.
func (e *Engine) deliver(now mono.Time, batch []transport.Datagram, owners []*Assoc) (woken int) {
	for first := 0; first < len(batch); {
		end := first + 1
		for end < len(batch) && owners[end] == owners[first] {
			end++
		}
		if a := owners[first]; a != nil {
			if a.deliverRun(now, batch[first:end]) {
				woken++
			}
			e.out.mark(a)
		}
		first = end
	}
	return woken
}

// deliverRun gives a the packets of a run, each as one input of the run-loop law. It reports whether a user waited.
func (a *Assoc) deliverRun(now mono.Time, run []transport.Datagram) (awaited bool) {
	if a.isNew.CompareAndSwap(true, false) {
		a.refreshMTU()
	}
	a.mu.Lock()
	awaited = a.readable.waiters > 0
	for i := range run {
		a.core.Deliver(now, &run[i])
		a.settle(now)
	}
	a.unlock()
	return awaited
}
