//go:build linux

package interop

import (
	"fmt"
	"slices"
	"testing"
)

// extension is what a scenario shows about an extension of SCTP.
type extension struct {
	name string
	run  func(*testing.T, conversation, bool)
	// lossless: loss would only take time. oneWay: only the first of the pair calls.
	lossless, oneWay bool
}

// extensions are the scenarios that every pair has to master.
var extensions = []extension{
	{name: "partial reliability", run: testPartialReliability},
	{name: "streams are reset and added", run: testReconfiguration},
	{name: "congestion is marked", run: testECN},
	{name: "schedulers", run: testSchedulers, lossless: true},
	{name: "nothing is offered", run: testNothingOffered, lossless: true},
	{name: "one side offers all", run: testOneSideOffers, lossless: true},
}

// runExtensions runs scenarios with both assignments of roles, with and without loss.
func runExtensions(t *testing.T, conversations []conversation, scenarios []extension) {
	for _, c := range conversations {
		for _, e := range scenarios {
			for _, lossy := range []bool{false, true} {
				if lossy && e.lossless || e.oneWay && c.client != c.pair.a {
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

// bothWays are conversations of a pair: over IPv4, and with the other one as client over UDP on IPv6.
func bothWays(p *pair) []conversation {
	return []conversation{
		{pair: p, client: p.a, server: p.b, carrier: rawIP, family: v4},
		{pair: p, client: p.b, server: p.a, carrier: inUDP, family: v6},
	}
}

// TestExtensionsWithKernel and its sisters let this repository's stack and another speak the extensions that both have.
func TestExtensionsWithKernel(t *testing.T) {
	needs(t)
	runExtensions(t, bothWays(withKernel(t, "gosctp", ourPeer)), slices.Concat(extensions, []extension{
		{name: "partial reliability, window closed", run: testExpiry, lossless: true},
		{name: "interleaving", run: testReliableInterleaving},
	}))
}

func TestExtensionsWithUsrsctp(t *testing.T) {
	needs(t)
	t.Parallel()
	runExtensions(t, bothWays(withUsrsctp(t, "gosctp", ourPeer)), slices.Concat(extensions, []extension{
		// usrsctp makes room among what it has sent only, and does not look at the time of what it has not.
		{name: "partial reliability, window closed", run: testExpiry, lossless: true, oneWay: true},
		{name: "usrsctp resets the association", run: testUsrsctpResets},
		{name: "interleaving", run: testInterleaving},
		{name: "acknowledgements are final", run: testNRSack},
		{name: "damage is reported", run: testPacketDrop, lossless: true},
	}))
}

// pion offers partial reliability and RE-CONFIG always, and knows neither FORWARD TSN's counters nor added streams.
func TestExtensionsWithPion(t *testing.T) {
	needs(t)
	t.Parallel()
	p := withPion(t, "gosctp", ourPeer)
	runExtensions(t, []conversation{
		{pair: p, client: p.a, server: p.b, carrier: piped, family: v4},
		{pair: p, client: p.b, server: p.a, carrier: piped, family: v6},
	}, []extension{
		{name: "partial reliability", run: testPionPartialReliability},
		{name: "interleaving", run: testPionInterleaving},
		{name: "streams are reset", run: testPionReset},
		{name: "no checksum", run: testPionZeroChecksum},
	})
}

// TestExtensionsOfKernelAndUsrsctp lets the two other stacks talk to each other, as TestKernelAndUsrsctp does, about what they have in
// common. They cannot interleave long messages, mark congestion, or add streams that usrsctp asks Linux for; docs/interop says why.
func TestExtensionsOfKernelAndUsrsctp(t *testing.T) {
	needs(t)
	runExtensions(t, bothWays(withKernel(t, "usrsctp", usrsctpPeer)), []extension{
		{name: "partial reliability", run: testPartialReliability},
		{name: "nothing is offered", run: testNothingOffered, lossless: true},
	})
}
