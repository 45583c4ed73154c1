//go:build linux

package interop

import "testing"

// TestOursAndKernel: this repository's stack and the Linux kernel's, each as client and as server.
func TestOursAndKernel(t *testing.T) {
	needs(t)
	runScenarios(t, "gosctp", "linux", func(t *testing.T) *pair { return withKernel(t, "gosctp", ourPeer) })
}

// TestOursAndUsrsctp: this repository's stack and usrsctp, each as client and as server.
func TestOursAndUsrsctp(t *testing.T) {
	needs(t)
	t.Parallel()
	runScenarios(t, "gosctp", "usrsctp", func(t *testing.T) *pair { return withUsrsctp(t, "gosctp", ourPeer) })
}
