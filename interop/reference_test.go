//go:build linux

package interop

import "testing"

// TestKernelAndUsrsctp lets the two other stacks talk to each other. Where it passes, the bench, the scenarios and the judge work, and a
// failure of the same scenario with our stack is ours.
func TestKernelAndUsrsctp(t *testing.T) {
	needs(t)
	runScenarios(t, "usrsctp", "linux", func(t *testing.T) *pair { return withKernel(t, "usrsctp", usrsctpPeer) })
}
