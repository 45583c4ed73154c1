package main

import (
	"slices"
	"strings"

	"github.com/gosctp/sctp/bench/internal/load"
	"github.com/gosctp/sctp/bench/internal/report"
)

// transports are the columns, in the order of the runs.
var transports = []string{
	"gosctp-udp", "skeleton-udp", "pion", "usrsctp-udp",
	"gosctp-raw", "skeleton-raw", "usrsctp-raw",
	"tcp",
}

// ratios are the columns of the tables.
var ratios = []report.Ratio{
	{Ours: "gosctp-udp", Theirs: "skeleton-udp"}, {Ours: "gosctp-udp", Theirs: "pion"}, {Ours: "gosctp-udp", Theirs: "usrsctp-udp"},
	{Ours: "gosctp-udp", Theirs: "tcp"},
	{Ours: "gosctp-raw", Theirs: "skeleton-raw"}, {Ours: "gosctp-raw", Theirs: "usrsctp-raw"}, {Ours: "gosctp-raw", Theirs: "tcp"},
}

// manyConns is how many associations there are where there are many.
const manyConns = 1000

// cells are the rows for one link.
func cells(link string) []report.Cell {
	var cs []report.Cell
	for _, size := range []int{64, 1 << 10, 16 << 10, 64 << 10} {
		cs = append(cs, report.Cell{Link: link, Work: load.Bulk, Size: size})
	}
	cs = append(cs, report.Cell{Link: link, Work: load.Ping, Size: 64})
	for _, workers := range []int{1, 32} {
		cs = append(cs, report.Cell{Link: link, Work: load.Setup, Workers: workers})
	}
	for _, window := range []int{1, 8} {
		cs = append(cs, report.Cell{Link: link, Work: load.Many, Size: 64, Conns: manyConns, Window: window})
	}
	return append(cs, report.Cell{Link: link, Work: load.Fan, Size: 64, Conns: manyConns})
}

// takesPart says whether a transport is measured at a cell. The skeleton has neither handshake nor packets beyond Ethernet's, and
// nothing that keeps many senders from overflowing a raw socket; and one interface shows enough of many associations.
func takesPart(transport string, c report.Cell) bool {
	if strings.HasPrefix(transport, "skeleton") && (c.Link != "veth" || c.Work == load.Setup) {
		return false
	}
	if transport == "skeleton-raw" && c.Work == load.Fan {
		return false
	}
	return c.Link == "veth" || !slices.Contains([]string{load.Many, load.Fan}, c.Work)
}
