// Package simnet is a network in memory: hosts with several addresses, and links that delay, lose, repeat, reorder, corrupt
// and queue packets, report those that are too big, and break.
//
// Start with [New], add hosts with [Network.AddHost] and say with [Network.Connect] what lies between them. Then drive the
// network in one of two ways:
//
//   - In virtual time, single-threaded: [Network.Send] puts a packet in, [Network.Deliver] takes out what has arrived by a given
//     time, [Network.NextDeadline] says when something arrives next. Whoever calls decides what time it is. The same seed
//     and the same calls give the same run, byte for byte.
//   - As a carrier: [Host.Transport] is a [transport.Transport] whose packets take the time that the links say. Inside a bubble of
//     testing/synctest that time is virtual as well. What the links do comes from the seed; in which order the goroutines of two
//     hosts send does not.
//
// [Network.AddNAT] puts a NAT between hosts and the rest.
//
// A [Link] applies to every ordered pair of addresses that it covers, and each such pair has a pipe of its own: two paths
// between the same two hosts neither share a queue nor delay each other, unless their links go through one [Bottleneck].
package simnet
