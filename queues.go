package sctp

import "sync/atomic"

// SetQueues says how many receive queues the carriers that this package opens from now on have, on Linux, for programs with many peers and several cores:
// see the Queues of udpencap.Config and rawip.Config. The default, with zero, is one for UDP and one for raw IP, which suits few peers. Carriers are
// shared by all who use a network in this process, so it is said for all of them, before anything is dialled or listened for.
func SetQueues(n int) { queues.Store(int64(n)) }

var queues atomic.Int64
