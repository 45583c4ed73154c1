package engine

import (
	"context"
	"slices"

	"github.com/gosctp/sctp/internal/assoc"
)

// assembly is the messages of which ReceiveMessage has read a part and waits for more. Parts of one stream come one message
// after the other, so the stream tells which message a part belongs to.
type assembly struct {
	parts map[uint16]part
	bytes int
}

// part is what there is of a message; begins: it is its beginning.
type part struct {
	data   []byte
	begins bool
}

const (
	// maxAssembled bounds the bytes of an assembly, which the peer could make grow otherwise: 65,535 messages may be on
	// their way.
	maxAssembled = 16 << 20
	// minPart is the least room that is made for a part of a message.
	minPart = 512
)

// put keeps what there is of the message on a stream.
func (as *assembly) put(stream uint16, p part) {
	if as.parts == nil {
		as.parts = make(map[uint16]part)
	}
	as.bytes += len(p.data)
	as.parts[stream] = p
}

// take returns what there is of the message on a stream, and forgets it.
func (as *assembly) take(stream uint16) part {
	p := as.parts[stream]
	as.bytes -= len(p.data)
	delete(as.parts, stream)
	return p
}

// ReceiveMessage waits for a whole message and returns it in memory of its own. One that is longer than limit comes in
// pieces, and so does one that grows while others that are not complete fill the memory: then EOR is false, and a later
// call has the rest.
func (a *Assoc) ReceiveMessage(ctx context.Context, limit int) (assoc.RcvInfo, []byte, error) {
	for {
		data, info, done, err := a.receivePart(ctx, limit)
		if err != nil {
			return assoc.RcvInfo{}, nil, err
		}
		if done {
			return info, data, nil
		}
	}
}

// receivePart reads what has come of one message. If that is not all of it, it is kept for the next call.
func (a *Assoc) receivePart(ctx context.Context, limit int) (data []byte, info assoc.RcvInfo, done bool, err error) {
	a.mu.Lock()
	defer a.unlock()
	if err := a.awaitReadable(ctx); err != nil {
		return nil, info, false, err
	}
	now := a.engine.now()
	size, info, _ := a.core.Peek()
	p := a.assembly.take(info.Stream)
	if len(p.data) == 0 || info.Begin { // the rest of what was kept may have been read otherwise
		p = part{begins: info.Begin}
	}
	info.Begin = p.begins
	if len(p.data) >= limit { // an earlier call would have taken more
		a.assembly.put(info.Stream, part{data: p.data[limit:]})
		info.EOR = false
		a.todo |= wakeReader
		return p.data[:limit:limit], info, true, nil
	}
	p.data = slices.Grow(p.data, min(max(size, minPart), limit-len(p.data)))
	n, info, _ := a.core.Receive(now, p.data[len(p.data):min(cap(p.data), limit)])
	p.data = p.data[:len(p.data)+n]
	info.Begin = p.begins
	done = info.EOR || len(p.data) >= limit || a.assembly.bytes+len(p.data) >= maxAssembled
	if !done {
		a.assembly.put(info.Stream, p)
	}
	a.settleRead(now)
	return p.data, info, done, nil
}
