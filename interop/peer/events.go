package main

import (
	"context"
	"strings"

	"github.com/gosctp/sctp"
)

// watchEvents reports what the tests wait for.
func watchEvents(ctx context.Context, conn *sctp.Conn) {
	for {
		note, err := conn.NextNotification(ctx)
		if err != nil {
			return
		}
		switch note := note.(type) {
		case sctp.PeerAddrChange:
			state := strings.TrimPrefix(strings.ToLower(note.State.String()), "addr_")
			say("path %v %v", note.Addr, state)
		case sctp.SendFailed:
			say("failed %d ppid %d %s", note.Info.Stream, note.Info.PPID, map[bool]string{true: "sent", false: "unsent"}[note.Sent])
		case sctp.PartialDeliveryEvent:
			say("partial aborted")
		case sctp.AuthenticationEvent:
			sayKey(note)
		case sctp.AssocChange:
			if note.State == sctp.Restart {
				say("restart")
			}
		case sctp.StreamReset:
			sayReset(note)
		case sctp.AssocReset:
			sayAssocReset(note)
		case sctp.StreamChange:
			sayStreamChange(note)
		}
	}
}
