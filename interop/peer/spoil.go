package main

import "github.com/gosctp/sctp"

// spoiltMessage is the message of a stream that is spoilt if the arguments ask for it.
const spoiltMessage = 7

// record adds a message to the report. A spoilt report is that of a receiver who loses, doubles or reorders: the tests have to notice.
func (p *peer) record(m sctp.Message) {
	add := func(m sctp.Message) { p.receipt.Add(m.Stream, m.PPID, m.Unordered, m.Data) }
	if p.opts.spoil == "" || m.Stream != 0 || m.Unordered {
		add(m)
		return
	}
	p.seen++
	switch {
	case p.seen == spoiltMessage && p.opts.spoil == "lose":
		return
	case p.seen == spoiltMessage && p.opts.spoil == "double":
		add(m)
		add(m)
	case p.seen == spoiltMessage && p.opts.spoil == "swap":
		p.kept = &m
	case p.kept != nil:
		add(m)
		add(*p.kept)
		p.kept = nil
	default:
		add(m)
	}
}
