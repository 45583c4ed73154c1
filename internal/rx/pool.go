package rx

import (
	"math/bits"

	"github.com/gosctp/sctp/internal/seq"
)

const (
	// PoolBytes is how much buffer space an Inbound keeps for the next chunks whatever happens: what a reader that keeps up leaves behind
	// between two wake-ups. The number is a guess. Until Trim it keeps as much more as was in use at one time, so that a reader who
	// comes now and then costs no allocations either.
	PoolBytes = 256 << 10
	// poolRuns is the same for runs.
	poolRuns = 1024

	// Buffers come in four sizes per power of two, so less than a quarter of one is unused, beyond the smallest size.
	minBufferBits = 6
	maxChunkData  = 1 << 16 // the length field of a chunk has 16 bits
	bufferClasses = (16-minBufferBits)*4 + 1
)

// pool keeps chunks with their buffers, and runs, for use again.
type pool struct {
	chunks *[bufferClasses]*chunk // nil as long as there is none
	bytes  int                    // capacity of the buffers in chunks
	runs   *run
	nRuns  int
	// peak is the most memory that was in use at one time since trim, in bytes and runs.
	peak, peakRuns int
	// victim is the class that gives buffers back when there are too many.
	victim int
}

// inUse notes how much memory is in use: buffers are less than a quarter larger than what is in them, or the smallest ones.
func (p *pool) inUse(bytes, chunks int) {
	p.peak = max(p.peak, bytes+bytes/4+chunks<<minBufferBits)
	p.peakRuns = max(p.peakRuns, chunks)
}

// trim gives back what is kept because it was in use once.
func (p *pool) trim() {
	p.peak, p.peakRuns = 0, 0
	p.shrink()
	for ; p.nRuns > poolRuns; p.nRuns-- {
		p.runs = p.runs.next
	}
}

// shrink gives back buffers until they are not too many any more, first those of one size: it may be one that is in use no more.
func (p *pool) shrink() {
	for p.bytes > PoolBytes+p.peak {
		c := p.chunks[p.victim]
		if c == nil {
			p.victim = (p.victim + 1) % bufferClasses
			continue
		}
		p.chunks[p.victim] = c.next
		_, size := bufferClass(cap(c.data))
		p.bytes -= size
	}
}

// bufferClass returns the smallest class for n bytes, and the size of its buffers.
func bufferClass(n int) (class, size int) {
	if n <= 1<<minBufferBits {
		return 0, 1 << minBufferBits
	}
	shift := bits.Len(uint(n-1)) - 3 // quarters of the power of two below n
	quarters := (n-1)>>shift + 1     // 5 to 8
	return (shift+2-minBufferBits)*4 + quarters - 4, quarters << shift
}

// chunk returns a chunk with a copy of data.
func (p *pool) chunk(tsn seq.TSN, source uint8, data []byte) *chunk {
	class, size := bufferClass(len(data))
	var c *chunk
	if p.chunks != nil {
		c = p.chunks[class]
	}
	if c == nil {
		c = &chunk{data: make([]byte, size)}
	} else {
		p.chunks[class] = c.next
		p.bytes -= size
	}
	buf := c.data[:size]
	c.data = buf[:copy(buf, data)]
	c.next, c.tsn, c.read, c.source = nil, tsn, 0, source
	return c
}

func (p *pool) putChunk(c *chunk) {
	class, size := bufferClass(cap(c.data))
	if p.chunks == nil {
		p.chunks = new([bufferClasses]*chunk)
	}
	c.next = p.chunks[class]
	p.chunks[class] = c
	if p.bytes += size; p.bytes > PoolBytes+p.peak {
		if p.victim == class { // of what is in use there will be use
			p.victim = (p.victim + 1) % bufferClasses
		}
		p.shrink()
	}
}

// run returns an empty run for a message whose fragment at first has come.
func (p *pool) run(k key, first uint32) *run {
	r := p.runs
	if r == nil {
		r = new(run)
	} else {
		p.runs = r.next
		p.nRuns--
	}
	r.next, r.first = nil, first
	r.key.id, r.key.stream, r.key.kind = k.id, k.stream, k.kind
	return r
}

func (p *pool) putRun(r *run) {
	if p.nRuns >= poolRuns+p.peakRuns {
		return
	}
	*r = run{next: p.runs}
	p.runs = r
	p.nRuns++
}
