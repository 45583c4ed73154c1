// Package interop proves the stack against other people's: the SCTP of the Linux kernel, booted in an emulated machine, and
// usrsctp. It holds tests only; each of them works in network namespaces of its own and judges every packet with tshark.
//
// # Parts
//
//   - [github.com/gosctp/sctp/interop/lab]: namespaces, links, processes spoken to by lines, captures.
//   - [github.com/gosctp/sctp/interop/kernel]: the emulated machine with the Linux kernel.
//   - [github.com/gosctp/sctp/interop/cpeer]: one C program over two stacks, the kernel's and usrsctp.
//   - [github.com/gosctp/sctp/interop/peer]: the same program in Go over ours.
//   - [github.com/gosctp/sctp/interop/plan]: what a peer sends, and the digest by which the receiver proves that it arrived.
//   - [github.com/gosctp/sctp/interop/judge]: a capture in, the list of its faults out.
//
// # Running
//
// The tests need root, and the Debian packages that interop/install.sh installs. Where something is missing they are skipped
// and say what; with SCTP_REQUIRE=all in the environment they fail instead. With -update the captured conversations in docs/interop
// are written anew.
//
// # How peers talk to the test
//
// A peer is a program that makes one association, sends what its arguments plan, and reports in lines on its standard
// output. Arguments are key=value:
//
//	role=server|client   who listens
//	net=ip|udp           IP protocol 132, or UDP port 9899 on both sides (RFC 6951)
//	local=A/B remote=A/B addresses, one per path
//	port=N               the server's SCTP port
//	streams= sizes= count= unordered=   the plan (package plan)
//	echo=1               send every message back instead
//	expect=N             messages to receive before this side ends
//	end=shutdown|abort|peer   how this side ends, or that it leaves this to the peer
//	hold=N               after N messages print "hold" and wait for a line on standard input
//	fast=1               short RTO, path.max.retrans 1 and a short heartbeat interval
//
// The lines are, in this order: "listening" (server), "up"; "hold" and "path ADDRESS STATE" when that happens; a line for
// every stream received on (package plan), "received N", "end shutdown|abort|lost" for how the association ended (abort is
// the peer's; a side that aborts says "end aborted"), "done". "fail REASON" may come at any time. A peer whose standard input
// is closed exits.
package interop
