// Package mmsg is what the carriers over UDP and over raw IP share on Linux: batches of packets by recvmmsg and sendmmsg on
// non-blocking sockets that the Go runtime polls.
//
// A [Socket] is one socket of one address family; a [Group] is the sockets of a carrier, with one receive queue each. Both
// work without allocating: the arrays that the system calls fill are made once.
//
// # Path MTU
//
// Sockets run with IP_MTU_DISCOVER set to PROBE: every packet carries DF and may be as large as the device takes, whatever
// the kernel believes about the path. The value DO would make the kernel refuse packets on the word of an ICMP message that
// it cannot authenticate; an association can, by the verification tag that the message quotes (RFC 9260 section 10), and an
// association that probes for a larger MTU (RFC 8899) needs its probes to leave. ICMP messages arrive through the sockets'
// error queues and are delivered as Datagrams of their own kinds.
package mmsg
