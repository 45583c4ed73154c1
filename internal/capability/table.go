package capability

// Rows are the capabilities, in the order in which README.md shows them.
var Rows = []Row{
	{"Four-way handshake with a stateless, authenticated, expiring cookie", "RFC 9260 §5.1", []string{
		"internal/assoc.TestHandshakeOfTheActiveSide", "internal/cookie.TestEveryFlippedBitIsNoticed", "internal/cookie.TestKeysRotate",
	}},
	{"No memory for strangers: floods of INITs, forged and stolen cookies", "RFC 9260 §5.1.3", []string{
		"internal/endpoint.TestFloodOfInitsLeavesTheHeapWhereItWas", "internal/endpoint.TestFloodOfForgedCookiesLeavesTheHeapWhereItWas",
	}},
	{"INIT collision and restart", "RFC 9260 §5.2", []string{
		"internal/assoc.TestTable12RowXM00", "internal/assoc.TestTable12RowMXAA", "internal/assoc.TestTable12RowM0AA", "internal/assoc.TestTable12RowMMAA",
	}},
	{"Every chunk, time-out and call in every state, each with its section", "RFC 9260 §4", []string{"internal/assoc.TestStateTable"}},
	{"Data in packets with COOKIE ECHO and COOKIE ACK", "RFC 9260 §5.1", []string{
		"internal/assoc.TestDataGoesWithCookieEcho", "internal/assoc.TestDataBehindCookieAckIsTaken",
	}},
	{"Fragmentation and reassembly in any order", "RFC 9260 §6.9", []string{
		"internal/tx.TestAMessageIsCutIntoConsecutiveFragments", "internal/rx.TestFragmentsArriveInAnyOrder",
	}},
	{"Ordered delivery per stream, unordered delivery", "RFC 9260 §6.5, §6.6", []string{
		"internal/rx.TestOrderIsKeptWithinAStreamOnly", "internal/rx.TestUnorderedMessagesOvertake",
	}},
	{"Bundling, PPIDs, the I bit", "RFC 9260 §3.3.1, §6.10", []string{
		"internal/assoc.TestSmallMessagesShareAPacket", "internal/assoc.TestMessagesKeepTheirPropertiesOnTheWire", "internal/assoc.TestImmediateBitOfThePeerIsHonoured",
	}},
	{"Partial delivery of large messages", "RFC 9260 §6.9, RFC 6458 §8.1.21", []string{
		"internal/rx.TestPartialDeliveryBeginsAtThePoint", "internal/rx.TestLackOfMemoryForcesPartialDelivery",
	}},
	{"Selective acknowledgement with gaps and duplicates, reneging", "RFC 9260 §6.2, §6.7", []string{
		"internal/rx.TestTSNMapGaps", "internal/rx.TestDuplicatesAreLimited", "internal/tx.TestRenegedChunkIsInFlightAgain",
	}},
	{"Flow control: window updates without silly windows, zero-window probes", "RFC 9260 §6.1, §6.2", []string{
		"internal/assoc.TestWindowClosesAndOpensByQuarters", "internal/assoc.TestClosedWindowIsProbedWithoutCountingErrors",
	}},
	{"Fast retransmit and recovery", "RFC 9260 §7.2.4", []string{
		"internal/assoc.TestThirdMissIndicationRetransmits", "internal/assoc.TestFastRecoveryHalvesOnce",
	}},
	{"Retransmission timer, per path, after Karn", "RFC 9260 §6.3", []string{
		"internal/assoc.TestT3RetransmitsOnePacketAndBacksOff", "internal/assoc.TestRoundTripIsNotMeasuredOnRetransmissions",
	}},
	{"Congestion control, per path", "RFC 9260 §7.2", []string{
		"internal/cc.TestSlowStartGrowsOnlyWhenTheWindowIsUsed", "internal/cc.TestCongestionAvoidanceGrowsOnePacketPerWindow", "internal/cc.TestLossHalvesAndTimeoutCollapses",
	}},
	{"Several paths, IPv4 and IPv6 together: heartbeats, failover, return", "RFC 9260 §5.4, §6.4, §8, RFC 7829", []string{
		"internal/assoc.TestAnnouncedAddressesAreConfirmedByHeartbeat", "internal/assoc.TestTimeoutMovesDataToTheOtherPathAndBack", "internal/assoc.TestSilentPathBecomesInactive",
	}},
	{"Graceful shutdown and abort, from either side", "RFC 9260 §9", []string{
		"internal/assoc.TestShutdownWaitsForWhatWasSent", "internal/assoc.TestShutdownOfBothSidesAtOnce", "internal/assoc.TestAbortOfThePeerSaysWhy",
	}},
	{"ICMP, and the path MTU that it reports", "RFC 9260 §7.3, §10", []string{
		"internal/assoc.TestPacketTooBigLowersThePathMTU", "internal/assoc.TestForgedReportsAreIgnored",
	}},
	{"Verification tags", "RFC 9260 §8.5", []string{"internal/assoc.TestShutdownAckInCookieWaitBelongsToAnEarlierAssociation", "internal/endpoint.TestTagZeroIsForInitAlone"}},
	{"Out-of-the-blue packets", "RFC 9260 §8.4", []string{
		"internal/endpoint.TestOutOfTheBlue3InitIsAnswered", "internal/endpoint.TestOutOfTheBlue5ShutdownAckIsCompleted", "internal/endpoint.TestOutOfTheBlue8AllElseIsAborted",
	}},
	{"Codecs of every chunk, parameter and cause, fuzzed", "RFC 9260 §3; RFCs 3758, 4820, 4895, 5061, 6525, 8260", []string{
		"internal/wire.FuzzPacket", "internal/wire.FuzzChunkRoundTrip", "internal/wire.TestCRCTableIsThatOfTheRFC",
	}},
	{"Random networks, faults and loads: nothing lost, doubled or out of order", "", []string{"internal/sim.TestSeeds", "internal/sim.TestEveryRuleCanBeBroken"}},

	{"SCTP in UDP, with the peer's port learnt", "RFC 6951", []string{
		"transport/udpencap.TestPacketArrivesWithItsPath", "transport/udpencap.TestUnreachablePortIsReported", "..TestOverUDP",
	}},
	{"SCTP over IPv4 and IPv6 (protocol 132) by raw sockets", "RFC 9260", []string{
		"transport/rawip.TestPacketArrivesWithItsPath", "transport/rawip.TestFilterAcceptsExactlyThePorts",
	}},
	{"Ports shared by the processes of a host, without a daemon", "", []string{
		"..TestProcessesShareRawIP", "..TestProcessesFindEachOtherOverUDP",
		"internal/porttable.TestOneOfManyRacingProcessesWins",
	}},
	{"The Linux kernel as a peer, both roles, raw and UDP, IPv4 and IPv6", "", []string{"interop.TestOursAndKernel", "interop.TestLksctpPrograms"}},
	{"usrsctp as a peer, both roles, raw and UDP, IPv4 and IPv6", "", []string{"interop.TestOursAndUsrsctp", "interop.TestUsrsctpPrograms"}},
	{"Captures that Wireshark reads", "", []string{"transport/pcap.TestWiresharkReadsIt"}},

	{"`net.Conn` and `net.Listener`, by `nettest.TestConn`", "", []string{"..TestConnOverUDP", "..TestConnOverSimnet"}},
	{"`net/http` and TLS over an association", "", []string{"..Example_http", "..Example_tls"}},
	{"Messages with stream, PPID, unordered flag, context", "RFC 6458 §5.3", []string{"..TestMessagesCarryTheirInfo", "..TestSendFailedReturnsTheMessage"}},
	{"One-to-many endpoints, implicit set-up, peel-off", "RFC 6458 §3, §9.2", []string{"..TestSendingSetsUp", "..TestPeelOff"}},
	{"Notifications", "RFC 6458 §6.1", []string{"..TestNotificationsOfALife", "..TestPathNotifications"}},
	{"Close, linger, abort with a reason", "RFC 6458 §8.1.4", []string{
		"..TestCloseDeliversWhatWasWritten", "..TestAbortTellsThePeerWhy", "..TestLingerBoundsTheShutdown",
	}},
	{"Thousands of associations without a goroutine each", "", []string{"..TestThousandsOfAssociationsCostNoGoroutine"}},
	{"Commands `demo`, `check`, `echo`, `daytime`, `cat`, `perf`, `dump`", "", []string{"cmd/sctp.TestScripts"}},

	{"Partial reliability (PR-SCTP)", "RFC 3758, RFC 7496", nil},
	{"Chunk authentication", "RFC 4895", nil},
	{"Adding and removing addresses at run time", "RFC 5061", nil},
	{"Resetting and adding streams", "RFC 6525", nil},
	{"Stream schedulers and interleaving (I-DATA)", "RFC 8260", nil},
	{"Explicit congestion notification", "RFC 9260 appendix A", nil},
	{"SCTP over DTLS, for WebRTC data channels", "RFC 8261", nil},
	{"Zero checksum over DTLS", "RFC 9653", nil},
	{"Path MTU discovery by probing", "RFC 8899", nil},
	{"CUBIC, RACK and pacing", "RFC 9438, RFC 8985", nil},
	{"Unmodified programs: `sctp with`, `sctp run`", "RFC 6458", nil},
	{"Commands `ss`, `top`, `test`, `darn`, `status`, `trace`", "", nil},
}
