package assoc

import (
	"time"

	"github.com/gosctp/sctp/internal/tx"
)

// What a peer can make grow, and how far. Received data is bounded by Config.MaxRecvBuffer and Config.Memory, gaps by rx.MaxGapTSNs, duplicates by
// rx.MaxDuplicates, streams by Config.MaxInStreams; half-open associations take no memory at all.
const (
	// MaxPeerAddrs is the number of peer addresses that are used; further ones in INIT or INIT ACK are ignored.
	MaxPeerAddrs = tx.MaxPaths
	// MaxReplies is the number of complete packets that wait to be pulled: answers to INIT, out-of-the-blue answers, the last words of an
	// association. Further ones are not made, as if the network had lost them.
	MaxReplies = 8
	// MaxHeartbeatAcks is the number of HEARTBEATs that wait for their answer.
	MaxHeartbeatAcks = 8
	// MaxHeartbeatInfo bounds the Heartbeat Info that is sent back; a larger one is not answered. No implementation sends more than the
	// time, an address and a nonce.
	MaxHeartbeatInfo = 1024
	// MaxErrorBytes bounds the error causes that wait to be sent.
	MaxErrorBytes = 1024
	// MaxReportedErrors is the number of causes of one packet that are passed to the user.
	MaxReportedErrors = 16
	// MaxCookie bounds the State Cookie that is echoed: it has to leave in one packet.
	MaxCookie = 16 << 10
	// MaxCookieLife bounds the life that a Cookie Preservative can ask for (RFC 9260 section 3.3.2.1.3), in multiples of
	// Config.ValidCookieLife.
	MaxCookieLife = 2
	// MaxReconfigAnswers is the number of answers to requests in RE-CONFIG chunks that wait to be sent. The peer repeats a request without answer.
	MaxReconfigAnswers = 8
	// MaxKeptAnswers is the number of answers that are kept in case that their requests come again. RFC 6525 section 5.2.1 asks for those of
	// the last chunk, which can have two; some peers do not wait for an answer before the next request.
	MaxKeptAnswers = 16
	// MaxDeferredResets is the number of a peer's requests to reset streams that wait for data at the same time.
	MaxDeferredResets = 8
	// MaxListedStreams is the number of streams that one request can list; a longer list is denied, or refused when it is the user's.
	MaxListedStreams = 4096
	// MaxReconfigWaiting is the number of the user's requests that wait for an earlier one.
	MaxReconfigWaiting = 256
	// MaxStreams is the number of streams in one direction: numbers and counts have 16 bits.
	MaxStreams = 65535
	// MaxASCONFRequests is the number of requests that one ASCONF chunk can have; those behind are refused.
	MaxASCONFRequests = 32
	// MaxKeptASCONFAcks is the number of ASCONF-ACK chunks that are kept in case that their ASCONF chunks come again. RFC 5061 lets a peer
	// have more than one under way after a loss (section 5.5).
	MaxKeptASCONFAcks = 8
	// MaxAddrChangesWaiting is the number of changes of the user's that wait for an earlier one.
	MaxAddrChangesWaiting = 64
	// MaxStaleCookies is how often a Stale Cookie error starts the handshake again.
	MaxStaleCookies = 3
)

// receiveSlack is, with the window once more, the memory by which received data may exceed the window. A peer counts its bytes
// against the window, this side also what each chunk costs to keep, and a burst of tiny messages that the peer was allowed to send has
// to find room even when the window is small.
const receiveSlack = 128 << 10

// minRwnd is the smallest window that INIT and INIT ACK may announce (RFC 9260 section 3.3.2).
const minRwnd = 1500

// defaultPMTU is assumed until the carrier has told: IPv6's least, less its header.
const defaultPMTU = 1280 - 40

// t5Factor times RTO.Max is the T5-shutdown-guard timer (RFC 9260 section 9.2).
const t5Factor = 5

// preservativeMargin is what a Cookie Preservative asks for beyond the measured round trip; RFC 9260 section 5.2.6 allows 1 s.
const preservativeMargin = time.Second
