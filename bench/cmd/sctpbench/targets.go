package main

import (
	"github.com/gosctp/sctp/bench/internal/lab"
	"github.com/gosctp/sctp/bench/internal/load"
	"github.com/gosctp/sctp/bench/internal/report"
)

// targets are what this module wants to reach: ratios to peers, and figures themselves.
func targets() []report.Target {
	var ts []report.Target
	add := func(c report.Cell, ours, theirs string, want float64) {
		ts = append(ts, report.Target{Cell: c, Ours: ours, Theirs: theirs, Want: want})
	}
	for _, size := range []int{64, 1 << 10, 16 << 10, 64 << 10} {
		c := report.Cell{Link: lab.Veth, Work: load.Bulk, Size: size}
		add(c, "gosctp-udp", "skeleton-udp", 0.6)
		times, tcp, ofTCP := 8.0, "tcp", 12.0
		switch size {
		case 1 << 10:
			ofTCP = 3
		case 16 << 10, 64 << 10:
			times, tcp, ofTCP = 7, "tcp-segments", 1
			add(c, "gosctp-udp", "quic", 3.4)
		}
		add(c, "gosctp-udp", "pion", times)
		add(c, "gosctp-udp", "usrsctp-udp", times)
		add(c, "gosctp-udp", tcp, ofTCP)
		add(c, "gosctp-raw", "skeleton-raw", 0.75)
		add(c, "gosctp-raw", "usrsctp-raw", 2)
	}
	allocations := report.Cell{Link: lab.Veth, Work: load.Bulk, Size: 1 << 10, Figure: report.Allocations}
	add(allocations, "gosctp-udp", "", 0)
	add(allocations, "gosctp-raw", "", 0)

	large := report.Cell{Link: lab.Loopback, Work: load.Bulk, Size: 64 << 10}
	add(large, "gosctp-udp", "udp-limit", 0.5)
	add(large, "gosctp-udp", "usrsctp-udp", 8)

	tail := ping
	tail.Figure = report.P99
	add(ping, "gosctp-udp", "udp", 0.75)
	add(tail, "gosctp-udp", "tcp", 1)
	add(ping, "gosctp-spin", "udp", 0.2)

	setup := report.Cell{Link: lab.Veth, Work: load.Setup, Workers: 32}
	add(setup, "gosctp-udp", "usrsctp-udp", 2)
	add(setup, "gosctp-raw", "usrsctp-raw", 2)

	for _, window := range []int{1, 8} {
		many := report.Cell{Link: lab.Veth, Work: load.Many, Size: 64, Conns: manyConns, Window: window}
		add(many, "gosctp-udp", "skeleton-udp", 0.5)
		add(many, "gosctp-udp", "tcp", 1.6)
	}
	fan := report.Cell{Link: lab.Veth, Work: load.Fan, Size: 64, Conns: manyConns}
	add(fan, "gosctp-udp", "skeleton-udp", 0.5)
	add(fan, "gosctp-udp", "usrsctp-udp", 5)

	memory := report.Cell{Link: lab.Veth, Work: load.Mem, Conns: idleConns}
	add(memory, "gosctp-udp", "", 4)
	add(memory, "gosctp-raw", "", 4)

	for _, link := range []string{lab.WAN, lab.WANLossy, lab.WANLossy1} {
		c := report.Cell{Link: link, Work: load.Bulk, Size: 1 << 10}
		if link == lab.WAN {
			add(c, "gosctp-udp", "tcp", 1)
			add(c, "gosctp-udp", "pion", 2)
			add(c, "gosctp-udp", "usrsctp-udp", 2)
		} else {
			for _, peer := range []string{"tcp", "tcp-reno", "pion", "usrsctp-udp", "quic"} {
				add(c, "gosctp-udp", peer, 1.3)
			}
		}
		add(c, "gosctp-bbr", "tcp-bbr", 0.9)
	}
	return ts
}
