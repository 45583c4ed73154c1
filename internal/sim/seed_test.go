package sim

import (
	"flag"
	"fmt"
	"io"
	"os"
	"testing"

	"github.com/gosctp/sctp/internal/wire"
)

var (
	oneSeed = flag.Uint64("seed", 0, "run this seed only")
	seeds   = flag.Uint64("seeds", 100, "how many seeds TestSeeds runs")
	from    = flag.Uint64("from", 1, "the first of them")
	verbose = flag.Bool("vv", false, "print every packet and event of -seed")
)

// checkSeed runs the scenario of a seed and fails the test if a rule is broken.
func checkSeed(t *testing.T, seed uint64, trace io.Writer) Result {
	t.Helper()
	s := Draw(seed)
	r := Run(s, Options{Trace: trace})
	if r.Violation != nil {
		t.Errorf("%v\n%vto see every packet: go test ./internal/sim -run 'TestSeed$' -seed=%d -vv", r.Violation, s, seed)
	}
	return r
}

func TestSeeds(t *testing.T) {
	var packets, bytes int
	var chunks [256]int
	for seed := *from; seed < *from+*seeds; seed++ {
		r := checkSeed(t, seed, nil)
		packets += r.Packets
		bytes += r.Bytes
		for c, n := range r.Chunks {
			chunks[c] += n
		}
	}
	t.Logf("%d seeds: %d packets, %d bytes of messages", *seeds, packets, bytes)
	if bytes == 0 {
		t.Error("nothing was delivered in any scenario")
	}
	for _, c := range drawn {
		if chunks[c] == 0 && *seeds >= 100 {
			t.Errorf("no %v was sent in any scenario", c)
		}
		t.Logf("%8d %v", chunks[c], c)
	}
}

// drawn are the chunk types that the scenarios of some seeds have to lead to.
var drawn = []wire.ChunkType{
	wire.ChunkData, wire.ChunkIData, wire.ChunkSack, wire.ChunkNRSack, wire.ChunkECNE, wire.ChunkCWR,
	wire.ChunkPktDrop, wire.ChunkReConfig, wire.ChunkForwardTSN, wire.ChunkIForwardTSN,
	wire.ChunkHeartbeat, wire.ChunkPad, wire.ChunkShutdownComplete, wire.ChunkAuth, wire.ChunkASCONF, wire.ChunkASCONFAck,
}

// TestSeed runs the seed of -seed, by default the first, twice: a run that cannot be repeated is of no use.
func TestSeed(t *testing.T) {
	seed := max(1, *oneSeed)
	var trace io.Writer
	if *verbose {
		trace = os.Stdout
		fmt.Print(Draw(seed))
	}
	first := checkSeed(t, seed, trace)
	if second := Run(Draw(seed), Options{}); second.Hash != first.Hash {
		t.Errorf("seed %d gave two different runs", seed)
	}
}
