package main

import (
	"strings"

	"github.com/gosctp/sctp/bench/internal/lab"
	"github.com/gosctp/sctp/bench/internal/load"
	"github.com/gosctp/sctp/bench/internal/report"
)

// suite is a table of the report: cells that belong together.
type suite struct {
	title string
	cells []cell
	// repeat is how often a figure is taken at most; 0 is as often as the flag says.
	repeat int
	// slow says that a round trip is long, and so are runs.
	slow bool
}

// cell is a figure's workload with the transports it is taken of, in the order of the runs.
type cell struct {
	report.Cell
	transports []string
}

const (
	// manyConns is how many associations there are where there are many.
	manyConns = 1000
	// idleConns is how many stay idle where memory is measured.
	idleConns = 2000
)

// suites is everything.
func suites() []suite {
	setup := words("gosctp-udp pion usrsctp-udp gosctp-raw usrsctp-raw quic tls tcp")
	many := words("gosctp-udp skeleton-udp pion usrsctp-udp gosctp-raw skeleton-raw usrsctp-raw quic tls tcp")
	// Nothing keeps a thousand skeletons from overflowing a raw socket.
	fan := words("gosctp-udp skeleton-udp pion usrsctp-udp gosctp-raw usrsctp-raw quic tls tcp")
	wan := words("gosctp-udp gosctp-bbr pion usrsctp-udp quic tcp tcp-reno tcp-bbr")
	return []suite{
		{title: "Bulk over the veth", cells: []cell{
			bulk(lab.Veth, 64, "gosctp-udp skeleton-udp pion usrsctp-udp quic quic-buffered quic-datagram tls tcp tcp-buffered gosctp-raw skeleton-raw usrsctp-raw"),
			bulk(lab.Veth, 1<<10, "gosctp-udp skeleton-udp pion usrsctp-udp quic quic-buffered quic-datagram tls tcp tcp-buffered tcp-segments gosctp-raw skeleton-raw usrsctp-raw"),
			bulk(lab.Veth, 16<<10, "gosctp-udp skeleton-udp pion usrsctp-udp quic tls tcp tcp-segments gosctp-raw skeleton-raw usrsctp-raw"),
			bulk(lab.Veth, 64<<10, "gosctp-udp skeleton-udp pion usrsctp-udp quic tls tcp tcp-segments gosctp-raw skeleton-raw usrsctp-raw"),
		}},
		{title: "Bulk over loopback", cells: []cell{
			bulk(lab.Loopback, 1<<10, "gosctp-udp pion usrsctp-udp tcp gosctp-raw usrsctp-raw"),
			bulk(lab.Loopback, 64<<10, "gosctp-udp udp-limit pion usrsctp-udp tcp gosctp-raw usrsctp-raw"),
		}},
		{title: "Ping-pong over the veth", cells: []cell{
			{ping, words("gosctp-udp gosctp-spin skeleton-udp udp udp-thread udp-spin pion usrsctp-udp quic tls tcp gosctp-raw usrsctp-raw")},
		}},
		{title: "Set-up over the veth", cells: []cell{
			{report.Cell{Link: lab.Veth, Work: load.Setup, Workers: 1}, setup},
			{report.Cell{Link: lab.Veth, Work: load.Setup, Workers: 32}, setup},
		}},
		{title: "1,000 associations over the veth", cells: []cell{
			{report.Cell{Link: lab.Veth, Work: load.Many, Size: 64, Conns: manyConns, Window: 1}, many},
			{report.Cell{Link: lab.Veth, Work: load.Many, Size: 64, Conns: manyConns, Window: 8}, many},
			{report.Cell{Link: lab.Veth, Work: load.Fan, Size: 64, Conns: manyConns}, fan},
		}},
		{title: "Memory", repeat: 1, cells: []cell{
			{report.Cell{Link: lab.Veth, Work: load.Mem, Conns: idleConns}, words("gosctp-udp gosctp-raw pion usrsctp-udp usrsctp-raw quic tls tcp")},
		}},
		{title: "20 ms and loss", repeat: 2, slow: true, cells: []cell{
			{report.Cell{Link: lab.WAN, Work: load.Bulk, Size: 1 << 10}, wan},
			{report.Cell{Link: lab.WANLossy, Work: load.Bulk, Size: 1 << 10}, wan},
			{report.Cell{Link: lab.WANLossy1, Work: load.Bulk, Size: 1 << 10}, wan},
		}},
	}
}

// ping is the ping-pong of one association.
var ping = report.Cell{Link: lab.Veth, Work: load.Ping, Size: 64}

func bulk(link string, size int, transports string) cell {
	return cell{report.Cell{Link: link, Work: load.Bulk, Size: size}, words(transports)}
}

var words = strings.Fields
