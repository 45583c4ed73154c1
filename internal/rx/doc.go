// Package rx has the receiving pipes of an association: which TSNs have arrived, and which user messages they make.
//
// For every DATA or I-DATA chunk the owner asks [TSNMap.Status] first. A new one goes to [Inbound.Add] or [Inbound.AddInterleaved],
// and when that took it, into the map with [TSNMap.Record]; a duplicate goes to [TSNMap.NoteDuplicate]. The two types do not
// know each other: what Inbound refuses for lack of memory was never recorded, so the peer sends it again. Of what the peer gives
// up, the TSNs that [TSNMap.NextMissing] finds go to [Inbound.SkipTSNs], the list to [Inbound.Skip], and the new cumulative TSN
// to [TSNMap.Advance].
//
// Neither type knows when to send a SACK, what the window is, or what time it is.
package rx
