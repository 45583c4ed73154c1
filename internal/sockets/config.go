package sockets

import (
	"time"
)

func milliseconds(n uint32) time.Duration { return time.Duration(n) * time.Millisecond }

// minWindow is SCTP_DEFAULT_MINWINDOW, the least receive window.
const minWindow = 1500

// sackFrequency is the number of packets that a SACK answers (RFC 9260 section 6.2).
const sackFrequency = 2
