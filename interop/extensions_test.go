//go:build linux

package interop

import (
	"fmt"
	"testing"
)

// extension is what a scenario shows about an extension of SCTP.
type extension struct {
	name string
	run  func(*testing.T, conversation, bool)
	// lossless: loss would only take time.
	lossless bool
}

// extensions are the scenarios that every pair has to master.
var extensions = []extension{
	{name: "partial reliability, window closed", run: testExpiry, lossless: true},
	{name: "partial reliability", run: testPartialReliability},
	{name: "interleaving", run: testInterleaving},
	{name: "streams are reset and added", run: testReconfiguration},
	{name: "congestion is marked", run: testECN},
	{name: "nothing is offered", run: testNothingOffered, lossless: true},
}

// runExtensions runs scenarios with both assignments of roles, with and without loss: one over IPv4, the other over UDP on IPv6.
func runExtensions(t *testing.T, a, b string, makePair func(*testing.T) *pair, scenarios []extension) {
	p := makePair(t)
	for _, c := range []conversation{
		{client: p.named(a), server: p.named(b), carrier: rawIP, family: v4},
		{client: p.named(b), server: p.named(a), carrier: inUDP, family: v6},
	} {
		c.pair = p
		for _, e := range scenarios {
			for _, lossy := range []bool{false, true} {
				if lossy && e.lossless {
					continue
				}
				name := fmt.Sprintf("%s, %s to %s", e.name, c.client.name, c.server.name)
				if lossy {
					name += ", with loss"
				}
				t.Run(name, func(t *testing.T) { e.run(t, c, lossy) })
			}
		}
	}
}

// TestExtensionsOfKernelAndUsrsctp lets the two other stacks talk to each other, as TestKernelAndUsrsctp does.
func TestExtensionsOfKernelAndUsrsctp(t *testing.T) {
	needs(t)
	runExtensions(t, "usrsctp", "linux", func(t *testing.T) *pair { return withKernel(t, "usrsctp", usrsctpPeer) }, extensions)
}
