//go:build linux

package interop

import (
	"context"
	"strings"
	"testing"

	"github.com/gosctp/sctp/internal/require"
	"github.com/gosctp/sctp/interop/kernel"
	"github.com/gosctp/sctp/interop/lab"
)

// TestCommands has the sctp command talk to programs of others, as README and docs/commands.md invite everybody to do.
func TestCommands(t *testing.T) {
	needs(t)
	for _, name := range []string{"echo_server", "daytime_server", "client"} {
		require.Tool(t, usrsctpDir+name)
	}
	near, far := twoNamespaces(t)
	ctx, cancel := context.WithTimeout(t.Context(), scenarioTime)
	t.Cleanup(cancel)
	command, err := sctpCommand()
	if err != nil {
		t.Fatal(err)
	}
	ours := func(t *testing.T, args ...string) *speaker {
		return runIn(t, ctx, near, append([]string{command}, args...))
	}
	theirs := func(t *testing.T, name string, args ...string) *speaker {
		return runIn(t, ctx, far, append([]string{"stdbuf", "-oL", usrsctpDir + name}, args...))
	}
	for _, c := range []struct {
		name, encaps string
		flags        []string
	}{
		{"ip", "0", nil},
		{"udp", encapsPort, []string{"--udp"}},
	} {
		t.Run("sctp echo and echo_server over "+c.name, func(t *testing.T) {
			theirs(t, "echo_server", encapsPort)
			untilSays(ours, t, append([]string{"echo", kernel.GuestV4[0] + ":7", "hello"}, c.flags...), "hello")
		})
		t.Run("sctp daytime and daytime_server over "+c.name, func(t *testing.T) {
			theirs(t, "daytime_server", encapsPort)
			untilSays(ours, t, append([]string{"daytime", kernel.GuestV4[0] + ":13"}, c.flags...), "Local ")
		})
		t.Run("client and sctp echo over "+c.name, func(t *testing.T) {
			ours(t, append([]string{"echo", "-l", kernel.HostV4[0] + ":5555"}, c.flags...)...).want("")
			client := theirs(t, "client", kernel.HostV4[0], "5555", "0", encapsPort, c.encaps)
			client.want("Association change SCTP_COMM_UP")
			client.say("hello")
			client.want("hello")
		})
	}
}

// untilSays runs the sctp command until it says what is wanted: usrsctp's servers do not say when they are ready, and until then it
// fails.
func untilSays(sctp func(*testing.T, ...string) *speaker, t *testing.T, args []string, want string) {
	t.Helper()
	for {
		client := sctp(t, args...)
		line, err := client.process.Expect(client.ctx, want, "sctp "+args[0]+":")
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(line, want) {
			return
		}
	}
}

// runIn runs a program in a namespace until the test ends.
func runIn(t *testing.T, ctx context.Context, n *lab.Namespace, args []string) *speaker {
	t.Helper()
	p, err := lab.Start(args[0], n.Command(ctx, args...))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		p.Stop()
		if t.Failed() {
			t.Logf("%v said:\n%s", args, p.Log())
		}
	})
	return &speaker{t: t, ctx: ctx, name: args[0], process: p}
}
