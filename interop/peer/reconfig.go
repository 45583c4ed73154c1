package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/gosctp/sctp"
)

// reset: association, or out|in|both all|STREAM,...
func (p *peer) reset(ctx context.Context, line string) error {
	direction, list, _ := strings.Cut(line, " ")
	if direction == "association" {
		return p.requested(p.conn.ResetAssociation(ctx))
	}
	r := sctp.ResetRequest{Outgoing: direction != "in", Incoming: direction != "out"}
	if list != "all" {
		for field := range strings.SplitSeq(list, ",") {
			stream, err := strconv.ParseUint(field, 10, 16)
			if err != nil {
				return err
			}
			r.Streams = append(r.Streams, uint16(stream))
		}
	}
	return p.requested(p.conn.ResetStreams(ctx, r))
}

// add: OUT IN.
func (p *peer) add(ctx context.Context, line string) error {
	var out, in uint16
	if _, err := fmt.Sscan(line, &out, &in); err != nil {
		return err
	}
	return p.requested(p.conn.AddStreams(ctx, out, in))
}

// requested tells that a request has been answered.
func (p *peer) requested(err error) error {
	if err == nil {
		say("requested")
	}
	return err
}

// sayReset, sayAssocReset and sayStreamChange report the events of RFC 6525 section 6.1.
func sayReset(e sctp.StreamReset) {
	streams := " all"
	if e.Streams != nil {
		streams = ""
		for _, stream := range e.Streams {
			streams += fmt.Sprintf(" %d", stream)
		}
	}
	if e.Incoming {
		say("reset in%s%s", streams, outcome(e.Denied, e.Failed))
	}
	if e.Outgoing {
		say("reset out%s%s", streams, outcome(e.Denied, e.Failed))
	}
}

func sayAssocReset(e sctp.AssocReset) { say("reset association%s", outcome(e.Denied, e.Failed)) }

func sayStreamChange(e sctp.StreamChange) {
	say("streams in %d out %d%s", e.InStreams, e.OutStreams, outcome(e.Denied, e.Failed))
}

func outcome(denied, failed bool) string {
	switch {
	case denied:
		return " denied"
	case failed:
		return " failed"
	}
	return ""
}
