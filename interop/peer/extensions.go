package main

import (
	"fmt"

	"github.com/gosctp/sctp"
)

// extensionNames are the names that arguments and lines use.
var extensionNames = []struct {
	name string
	bit  sctp.Extensions
}{
	{"pr", sctp.PartialReliability},
	{"reconf", sctp.Reconfiguration},
	{"idata", sctp.Interleaving},
	{"ecn", sctp.ECN},
	{"nrsack", sctp.NRSack},
	{"pktdrop", sctp.PacketDrop},
	{"zero", sctp.ZeroChecksum},
}

// extensionSet is the set of the extensions with these names.
func extensionSet(list []string) (set sctp.Extensions, err error) {
	for _, name := range list {
		found := name == ""
		for _, e := range extensionNames {
			if e.name == name {
				set, found = set|e.bit, true
			}
		}
		if !found {
			return 0, fmt.Errorf("no extension %q", name)
		}
	}
	return set, nil
}

// names lists a set, each name with a space before it.
func names(set sctp.Extensions) (list string) {
	for _, e := range extensionNames {
		if set.Has(e.bit) {
			list += " " + e.name
		}
	}
	return list
}

// schedulers are those of package sctp by the names that the command has for them.
var schedulers = map[string]func() sctp.Scheduler{
	"fcfs": sctp.FCFS,
	"rr":   sctp.RoundRobin,
	"rrp":  sctp.RoundRobinPacket,
	"prio": sctp.Priority,
	"fc":   sctp.FairCapacity,
	"wfq":  sctp.WeightedFair,
}
