// Package interop proves the stack against other people's: the SCTP of the Linux kernel, booted in an emulated machine,
// usrsctp, and pion/sctp. It holds tests only; each of them works in network namespaces of its own and judges every packet with tshark.
//
// # Parts
//
//   - [github.com/gosctp/sctp/interop/lab]: namespaces, links, processes spoken to by lines, captures.
//   - [github.com/gosctp/sctp/interop/kernel]: the emulated machine with the Linux kernel.
//   - [github.com/gosctp/sctp/interop/cpeer]: one C program over two stacks, the kernel's and usrsctp.
//   - [github.com/gosctp/sctp/interop/peer]: the same program in Go over ours.
//   - interop/pionpeer: the same over pion/sctp, in a module of its own.
//   - [github.com/gosctp/sctp/interop/plan]: what a peer sends, and the digest by which the receiver proves that it arrived.
//   - [github.com/gosctp/sctp/interop/judge]: a capture in, the list of its faults out.
//   - [github.com/gosctp/sctp/interop/questions]: what the kernel's socket API answers, asked and recorded.
//   - interop/programs: programs that run unmodified on our stack, in a target of its own.
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
//	net=ip|udp|pipe      IP protocol 132, UDP port 9899 on both sides (RFC 6951), or a UDP socket connected to the other side's
//	net=dtls             pion only: DTLS (RFC 8261); a server says "at HOST:PORT", and that is the remote= of a client
//	local=A/B remote=A/B addresses, one per path
//	port=N               the server's SCTP port
//	streams= sizes= count= unordered=   the plan (package plan)
//	echo=1               send every message back instead
//	expect=N             messages to receive before this side ends
//	end=shutdown|abort|peer   how this side ends, or that it leaves this to the peer
//	hold=N               after N messages print "hold" and wait for a line on standard input
//	brisk=1              short RTO
//	fast=1               that, path.max.retrans 1 and a short heartbeat interval
//	patient=N            association.max.retrans
//	asconf=1             offer that addresses may change (RFC 5061), and authenticated chunks
//	switch=1             leave a primary path for good after its first time-out (RFC 7829)
//	tuned=1              the profile of docs/uplinks.md
//	offer=A,B            the extensions to offer: pr, reconf, idata, ecn, nrsack, pktdrop, zero; without it the stack's defaults
//	raise=MS             how long a search for the path MTU rests (RFC 8899)
//	window= buffer=      sizes of the receive and the send buffer
//	list=1               a line for each message: "message STREAM ssn N ppid N size N digest HEX ordered|unordered at MICROSECONDS"
//	auth=N,N             the types of chunks that the other side has to authenticate (RFC 4895); without it, nothing is offered
//	hmac=sha1|sha256     the algorithm that this side prefers
//	keys=N:TEXT,N:TEXT   the shared keys; key=N is the active one
//	from=N               the client's SCTP port
//	tries=N              Max.Init.Retransmits
//	paused=1             read nothing before the command "read"
//	steady=MS            send a message of the plan each MS milliseconds until the command "enough", whatever its count is
//	spoil=lose|double|swap   report a message as a receiver would who does that (only ours: the canary of the reports)
//
// The lines are, in this order: "listening" (server), "extensions A B" (those agreed upon), "up"; "hold", "path ADDRESS STATE" and other
// events when they happen; a line for every stream received on (package plan), "received N", "end shutdown|abort|lost" for how the
// association ended (abort is the peer's; a side that aborts says "end aborted"), "done". "fail REASON" may come at any time. A peer whose
// standard input is closed exits.
//
// # Commands
//
// Lines on standard input tell a peer what to do next, and are answered by lines:
//
//	go                                     goes on after "hold"
//	read                                   begins to read
//	enough                                 "enough N", how many messages were sent steadily
//	mark WORD                              "marked WORD"
//	primary ADDRESS                        "primary ADDRESS", the peer's address that is the primary one from now on
//	bind ADDRESS, unbind ADDRESS           "bound ADDRESS", "unbound ADDRESS": one of this side's comes or goes
//	prefer ADDRESS                         "preferred ADDRESS": the peer is asked to make this side's the primary one
//	send STREAM COUNT SIZE PPID ordered|unordered [ttl|rtx|prio VALUE | key N]   "sent PPID", the one after the last; with a policy of RFC 7496
//	abandoned                              "abandoned unsent N sent N", by all policies
//	reset out|in|both STREAM,...|all       "requested"; on both sides the event "reset out|in STREAMS [denied|failed]"
//	reset association                      "requested"; "reset association [denied|failed]"
//	add OUT IN                             "requested"; "streams in N out N [denied|failed]", how many there are now or, by Linux, are new
//	scheduler fcfs|rr|rrp|prio|fc|wfq      "scheduled"
//	value STREAM VALUE                     "scheduled"
//	pmtu                                   "pmtu N STATE holes N control N", of the primary path, and the control chunks that have come; ours only
//	key set N TEXT                         "keyed"; a new shared key
//	key use|deactivate|delete N            "keyed"
//	abort                                  "end aborted"; the C peers alone: ends the association, and the process
//	shutdown                               ends the association
//
// Further events are "key new|free N", "restart", "failed STREAM ppid N sent|unsent" and "partial aborted". pion has no call for some of this and says "fail".
package interop
