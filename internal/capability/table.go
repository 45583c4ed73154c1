package capability

// Rows are the capabilities, in the order in which README.md shows them.
var Rows = []Row{
	{"Serial number arithmetic", "RFC 9260 §1.6", []string{"internal/seq.TestTSNWrapsAround"}},

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
	{"Commands `ss`, `top`, `test`, `darn`, `status`, `trace`", "after lksctp-tools and iproute2", nil},
}
