//go:build linux && (amd64 || arm64)

package intercept

import (
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/gosctp/sctp/internal/require"
)

// portsEnv names the environment variable that tells the programs of testdata where their ports begin.
const portsEnv = "PORTS"

// somePorts returns where ports begin that, in all likelihood, no other test has.
func somePorts() string { return portsEnv + "=" + strconv.Itoa(20000+rand.IntN(30000)) }

// What programs do to the fake sockets they do to those of package sockets: peers.c has the peers then.
func TestRoughTreatment(t *testing.T) {
	dir := bench(t)
	peers := compile(t, dir, "peers")
	for _, network := range []string{"sctp/udp", "sctp"} {
		t.Run(strings.ReplaceAll(network, "/", " in "), func(t *testing.T) {
			if network == "sctp" {
				require.Root(t)
			}
			for _, program := range [][]string{
				{"rough"}, {"bad"}, {"processes"}, {"storm", "0", "200"}, {"storm", "1", "200"}, {"threads"},
			} {
				path := compile(t, dir, program[0])
				cmd := supervised(t, dir, append([]string{"-network", network, peers, path}, program[1:]...)...)
				cmd.Env = append(os.Environ(), somePorts())
				t.Logf("%s: %s", program[0], succeeds(t, cmd))
			}
		})
	}
}

// A supervisor that is killed takes its sockets with it: its programs are told, and their ports are free.
func TestKilledSupervisorFreesPorts(t *testing.T) {
	dir := bench(t)
	ports := 20000 + rand.IntN(30000)
	peers, orphan, pair := compile(t, dir, "peers"), compile(t, dir, "orphan"), compile(t, dir, "pair")
	for _, network := range []string{"sctp/udp", "sctp"} {
		t.Run(strings.ReplaceAll(network, "/", " in "), func(t *testing.T) {
			if network == "sctp" {
				require.Root(t)
			}
			cmd := supervised(t, dir, "-high", "-stdio=false", "-network", network, peers, orphan)
			cmd.Env = append(os.Environ(), portsEnv+"="+strconv.Itoa(ports))
			orphans(t, cmd)
			succeeds(t, supervised(t, dir, "-network", network, pair, "both", strconv.Itoa(ports+portEcho)))
		})
	}
}
