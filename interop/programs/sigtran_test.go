//go:build linux

package programs

import (
	"fmt"
	"strings"
	"testing"
)

// stpConfig is how osmo-stp is told where it is, and what it says; the rest of its configuration follows.
const stpConfig = `log stderr
 logging filter all 1
 logging color 0
 logging timestamp 0
 logging level force-all debug
line vty
 no login
 bind %s
cs7 instance 0
`

// gateway is osmo-stp as a signalling gateway that knows one application server process.
const gateway = stpConfig + ` asp peer %[4]s %[3]s m3ua
  local-ip %[1]s
  remote-ip %[2]s
  role sg
  sctp-role server
 as users m3ua
  asp peer
  routing-key 23 0.0.5
 listen m3ua %[3]s
  accept-asp-connections pre-configured
  local-ip %[1]s
`

// server is osmo-stp as that process.
const applicationServer = stpConfig + ` point-code 0.0.5
 asp gateway %[4]s %[3]s m3ua
  local-ip %[1]s
  remote-ip %[2]s
  role asp
  sctp-role client
 as users m3ua
  asp gateway
  routing-key 23 0.0.5
`

// TestSIGTRAN has osmo-stp, a node of telephone networks, take traffic from another one: M3UA (RFC 4666) over SCTP.
func TestSIGTRAN(t *testing.T) {
	for _, c := range carriers {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t, c, "osmo-stp")
			const ours, theirs = loopback4, "127.0.0.2" // each has a terminal of its own, at one port
			port, back := newPort(), newPort()
			node := func(name, config, local, remote, localPort, remotePort string) *program {
				file := written(t, fmt.Sprintf("%s-%s.cfg", name, port), fmt.Sprintf(config, local, remote, localPort, remotePort))
				return p.traced().run("osmo-stp", "-c", file)
			}
			g := node("gateway", gateway, ours, theirs, port, back)
			g.mentions("listen(")
			a := node("server", applicationServer, theirs, ours, back, port)
			for _, n := range []*program{g, a} {
				n.mentions("AS_INACTIVE}: state_chg to AS_ACTIVE")
			}
			if !strings.Contains(a.Log(), "Received NOTIFY Type State Change:AS Active") {
				a.mentions("Received NOTIFY Type State Change:AS Active")
			}
		})
	}
}
