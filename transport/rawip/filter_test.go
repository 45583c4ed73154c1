package rawip

import (
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"testing"

	"golang.org/x/net/bpf"
)

// accepts runs a filter on a packet to port.
func accepts(t *testing.T, filter []bpf.Instruction, ipv4 bool, port uint16) bool {
	t.Helper()
	return acceptsTag(t, filter, ipv4, port, 0)
}

// acceptsTag runs a filter on a packet to port with a verification tag.
func acceptsTag(t *testing.T, filter []bpf.Instruction, ipv4 bool, port uint16, tag uint32) bool {
	t.Helper()
	vm, err := bpf.NewVM(filter)
	if err != nil {
		t.Fatal(err)
	}
	packet := make([]byte, 12)
	binary.BigEndian.PutUint16(packet[offDstPort:], port)
	binary.BigEndian.PutUint32(packet[offTag:], tag)
	if ipv4 {
		header := make([]byte, 24) // with one word of options
		header[0] = 0x46
		packet = append(header, packet...)
	}
	n, err := vm.Run(packet)
	if err != nil {
		t.Fatal(err)
	}
	return n > 0
}

func TestFilterAcceptsExactlyThePorts(t *testing.T) {
	for _, ports := range [][]uint16{
		nil,
		{0},
		{65535},
		{5000},
		{5000, 5000, 5001, 7, 65535, 6000},
		{49152, 49153, 49155},
	} {
		for _, ipv4 := range []bool{true, false} {
			filter := program(ports, false, ipv4, share{})
			for port := range 1 << 16 {
				if port > 8 && port%997 != 0 && !near(ports, port) {
					continue
				}
				p := uint16(port)
				if got, want := accepts(t, filter, ipv4, p), slices.Contains(ports, p); got != want {
					t.Errorf("ports %v, IPv4 %t: a packet to %d is accepted: %t, want %t", ports, ipv4, p, got, want)
				}
			}
		}
	}
}

// near reports whether port is one of ports or next to it.
func near(ports []uint16, port int) bool {
	return slices.ContainsFunc(ports, func(p uint16) bool { return port >= int(p)-1 && port <= int(p)+1 })
}

func TestFilterForAllPorts(t *testing.T) {
	if !accepts(t, program(nil, true, true, share{}), true, 9) {
		t.Error("a filter for all ports rejects a packet")
	}
}

func TestFilterForShortPacketRejects(t *testing.T) {
	vm, err := bpf.NewVM(program([]uint16{1}, false, true, share{}))
	if err != nil {
		t.Fatal(err)
	}
	if n, _ := vm.Run([]byte{0x45, 0, 0}); n != 0 {
		t.Error("a packet too short for a port is accepted")
	}
}

// With more ports than a program has room for, no port may be missed; others may pass.
func TestFilterForManyPortsIsCoarserNotNarrower(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{maxRanges, maxRanges + 1, 1000, 20000} {
		var ports []uint16
		for range n {
			ports = append(ports, uint16(rng.Uint32()))
		}
		filter := program(ports, false, false, share{})
		if len(filter) > 512 {
			t.Errorf("%d ports make %d instructions", n, len(filter))
		}
		for _, p := range ports[:min(n, 300)] {
			if !accepts(t, filter, false, p) {
				t.Errorf("%d ports: a packet to port %d, which is one of them, is rejected", n, p)
			}
		}
	}
}

func TestCoarsenJoinsTheClosest(t *testing.T) {
	got := coarsen(merge([]uint16{1, 2, 10, 12, 500, 900, 903}), 3)
	want := []portRange{{1, 12}, {500, 500}, {900, 903}}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// Of several sockets one takes each packet, by its tag, if its port is wanted.
func TestFilterForShares(t *testing.T) {
	for _, ipv4 := range []bool{true, false} {
		for _, of := range []int{1, 2, 3, MaxQueues} {
			for _, tag := range []uint32{0, 1, 2, 5, 1 << 31, 1<<32 - 1} {
				for _, all := range []bool{true, false} {
					for number := range of {
						filter := program([]uint16{7, 9}, all, ipv4, share{number, of})
						for _, port := range []uint16{7, 8} {
							want := (all || port == 7) && int(tag)%of == number
							if got := acceptsTag(t, filter, ipv4, port, tag); got != want {
								t.Errorf("tag %d to port %d (all %t, IPv4 %t): socket %d of %d accepts: %t", tag, port, all, ipv4, number, of, got)
							}
						}
					}
				}
			}
		}
	}
}
