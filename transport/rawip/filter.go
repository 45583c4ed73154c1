package rawip

import (
	"slices"

	"golang.org/x/net/bpf"
)

const (
	// maxRanges is the number of port ranges in a filter. It keeps the tree of comparisons short, and its jumps within the
	// 255 instructions that classic BPF can skip.
	maxRanges = 64
	// offDstPort is where the common header has the destination port (RFC 9260 section 3.1).
	offDstPort = 2
	// offTag is where it has the verification tag.
	offTag = 4
	// acceptBytes is the answer of a filter that takes the whole packet.
	acceptBytes = 1<<32 - 1
)

// portRange is the ports from first to last.
type portRange struct{ first, last uint16 }

// share is one of several sockets that share packets by their verification tags.
type share struct{ number, of int }

// program makes a classic BPF program that accepts the packets of a share that go to ports, or to all ports. With ipv4 the packet begins with
// an IPv4 header, which is how Linux shows it to the filters of IPv4 raw sockets; those of IPv6 see the common header first.
func program(ports []uint16, all, ipv4 bool, s share) []bpf.Instruction {
	var header []bpf.Instruction
	if ipv4 {
		header = []bpf.Instruction{bpf.LoadMemShift{Off: 0}}
	}
	var rest []bpf.Instruction
	if s.of > 1 {
		rest = []bpf.Instruction{
			load(offTag, 4, ipv4),
			bpf.ALUOpConstant{Op: bpf.ALUOpMod, Val: uint32(s.of)},
			bpf.JumpIf{Cond: bpf.JumpEqual, Val: uint32(s.number), SkipTrue: 1},
			bpf.RetConstant{},
		}
	}
	if all {
		return slices.Concat(header, rest, []bpf.Instruction{bpf.RetConstant{Val: acceptBytes}})
	}
	ranges := coarsen(merge(ports), maxRanges)
	if len(ranges) == 0 {
		return []bpf.Instruction{bpf.RetConstant{}}
	}
	return slices.Concat(header, rest, []bpf.Instruction{load(offDstPort, 2, ipv4)}, search(ranges))
}

// load loads a field of the common header, which begins where the packet does, or with ipv4 behind the length that the index register has.
func load(offset uint32, size int, ipv4 bool) bpf.Instruction {
	if ipv4 {
		return bpf.LoadIndirect{Off: offset, Size: size}
	}
	return bpf.LoadAbsolute{Off: offset, Size: size}
}

// merge makes ordered ranges of ports; adjacent ones become one.
func merge(ports []uint16) []portRange {
	sorted := slices.Sorted(slices.Values(ports))
	var ranges []portRange
	for _, p := range sorted {
		if n := len(ranges); n > 0 && int(p) <= int(ranges[n-1].last)+1 {
			ranges[n-1].last = p
			continue
		}
		ranges = append(ranges, portRange{p, p})
	}
	return ranges
}

// coarsen joins the ranges that are closest to each other until at most limit are left.
func coarsen(ranges []portRange, limit int) []portRange {
	if len(ranges) <= limit {
		return ranges
	}
	gap := func(i int) int { return int(ranges[i+1].first) - int(ranges[i].last) }
	gaps := make([]int, len(ranges)-1) // number of the range before the gap
	for i := range gaps {
		gaps[i] = i
	}
	slices.SortStableFunc(gaps, func(i, j int) int { return gap(j) - gap(i) })
	keep := slices.Sorted(slices.Values(gaps[:limit-1]))
	var joined []portRange
	from := 0
	for _, i := range append(keep, len(ranges)-1) {
		joined = append(joined, portRange{ranges[from].first, ranges[i].last})
		from = i + 1
	}
	return joined
}

// search makes a binary search for the loaded port in ranges.
func search(ranges []portRange) []bpf.Instruction {
	if len(ranges) == 1 {
		r := ranges[0]
		return []bpf.Instruction{
			bpf.JumpIf{Cond: bpf.JumpGreaterOrEqual, Val: uint32(r.first), SkipFalse: 2},
			bpf.JumpIf{Cond: bpf.JumpGreaterThan, Val: uint32(r.last), SkipTrue: 1},
			bpf.RetConstant{Val: acceptBytes},
			bpf.RetConstant{},
		}
	}
	middle := len(ranges) / 2
	low, high := search(ranges[:middle]), search(ranges[middle:])
	choice := bpf.JumpIf{Cond: bpf.JumpGreaterOrEqual, Val: uint32(ranges[middle].first), SkipTrue: uint8(len(low))}
	return slices.Concat([]bpf.Instruction{choice}, low, high)
}
