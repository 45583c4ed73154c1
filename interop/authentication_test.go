//go:build linux

package interop

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/gosctp/sctp/interop/judge"
	"github.com/gosctp/sctp/interop/lab"
)

// Chunks that are authenticated, and AUTH, which does that (RFC 4895 section 5.1).
const (
	chunkCookieEcho = 10
	chunkAuth       = 15

	// listedData are those that a conversation lives by, listedAll all that are worth it: DATA, SACK, HEARTBEAT, HEARTBEAT ACK, ABORT,
	// SHUTDOWN, SHUTDOWN ACK, ERROR, COOKIE ECHO, COOKIE ACK.
	listedData = "auth=0,3"
	listedAll  = "auth=0,3,4,5,6,7,8,9,10,11"
)

// authentications are the scenarios of authenticated chunks that every pair has to master.
var authentications = []extension{
	{name: "all is authenticated", run: testAllAuthenticated, lossless: true},
	{name: "keys change in mid-transfer", run: testKeysChange},
	{name: "messages name their keys", run: testMessagesNameKeys, lossless: true},
	{name: "a key that the other side does not have", run: testMissingKey, lossless: true},
	{name: "a wrong key does not get in", run: testWrongKey, lossless: true},
	{name: "one side asks for nothing", run: testOneSideLists, lossless: true},
}

// TestAuthenticationWithKernel and its sister let this repository's stack and another authenticate chunks (RFC 4895).
func TestAuthenticationWithKernel(t *testing.T) {
	needs(t)
	p := withKernel(t, "gosctp", ourPeer)
	// usrsctp discards what it lists also if the other side does not authenticate anything.
	runExtensions(t, bothWays(p), []extension{{name: "one side does not authenticate", run: testOneSideAuthenticates, lossless: true}})
	// SCTP_AUTH_SUPPORTED alone is not enough: Linux asks its setting about COOKIE ECHO, and about sockets that it has accepted.
	sysctl(t, "auth_enable=1")
	t.Cleanup(func() { sysctl(t, "auth_enable=0") })
	runExtensions(t, bothWays(p), append(slices.Clone(authentications),
		extension{name: "the client begins anew", run: testRestartWithKeys, lossless: true}))
}

// sysctl changes one of the settings of the Linux kernel.
func sysctl(t *testing.T, assignment string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(bench.ctx, scenarioTime)
	defer cancel()
	p, err := machine.booted.Start(ctx, "sh", "-c", "'sysctl -w net.sctp."+assignment+"'")
	if err != nil {
		t.Fatal(err)
	}
	defer p.Stop()
	if _, err := p.Expect(ctx, "net.sctp."); err != nil {
		t.Fatal(err)
	}
}

func TestAuthenticationWithUsrsctp(t *testing.T) {
	needs(t)
	t.Parallel()
	both := bothWays(withUsrsctp(t, "gosctp", ourPeer))
	runExtensions(t, both, authentications)
	// When its peer begins anew, usrsctp announces a new random number and goes on with the old one.
	runExtensions(t, both[1:], []extension{{name: "the client begins anew", run: testRestartWithKeys, lossless: true}})
}

// meetAuthentic starts a meeting of peers that authenticate.
func meetAuthentic(t *testing.T, c conversation, lossy bool, both []string, tolerated ...func(judge.Fault) bool) *meeting {
	t.Helper()
	m := meetDifferent(t, c, both, both, tolerated...)
	if lossy {
		m.impair(lab.Faults{Lose: lossEvery})
	}
	return m
}

// wantSigned wants every chunk of a type that a host sent to stand behind AUTH, or none.
func (m *meeting) wantSigned(packets []judge.Packet, from *host, chunk int, signed bool) {
	m.Helper()
	var bad int
	for _, p := range packets {
		at, auth := slices.Index(p.Chunks, chunk), slices.Index(p.Chunks, chunkAuth)
		if p.Source == from.addrs[m.family][0] && at >= 0 && (auth >= 0 && auth < at) != signed {
			bad++
		}
	}
	if bad > 0 {
		m.Errorf("%d packets of %s with chunks of type %d where authenticated is to be %v", bad, from.name, chunk, signed)
	}
	m.wantChunks(packets, from, chunk)
}

// testAllAuthenticated sends messages of all sizes both ways, with either algorithm, and all of a conversation that can be stands behind AUTH.
func testAllAuthenticated(t *testing.T, c conversation, _ bool) {
	for _, hmac := range []string{"sha1", "sha256"} {
		t.Run(hmac, func(t *testing.T) {
			args := map[string][]string{}
			for _, h := range []*host{c.client, c.server} {
				args[h.name] = []string{listedAll, "keys=7:secret", "key=7"}
				if h.name != "usrsctp" { // which has SHA-1 only, and gets along with who prefers the other one
					args[h.name] = append(args[h.name], "hmac="+hmac)
				}
			}
			m := meetDifferent(t, c, args[c.server.name], args[c.client.name])
			for i, size := range []int{1, 100, 1300, 1452, 5000, 60_000} {
				m.client.sends(1, 4, size, 100*i, "ordered")
				m.server.sends(2, 4, size, 100*i, "unordered")
			}
			m.server.wantMessage(1, 503)
			for i := range 6 {
				m.server.wantAll(1, 100*i, 4)
				for n := range 4 {
					m.client.wantMessage(2, 100*i+n)
				}
			}
			packets := m.end()
			for _, h := range []*host{c.client, c.server} {
				m.wantSigned(packets, h, chunkData, true)
				m.wantSigned(packets, h, chunkSack, true)
			}
			m.wantSigned(packets, c.client, chunkCookieEcho, true)
		})
	}
}

// testKeysChange adds a key on both sides, has one and then the other send with it, and takes the old one away, while messages are on the
// way. None is lost.
func testKeysChange(t *testing.T, c conversation, lossy bool) {
	const count = 40
	m := meetAuthentic(t, c, lossy, []string{listedData, "keys=1:one", "key=1"})
	send := func(ppid int) {
		m.client.say(fmt.Sprintf("send 1 %d 2000 %d ordered", count, ppid))
		m.server.say(fmt.Sprintf("send 2 %d 2000 %d ordered", count, ppid))
	}
	both := func(command string) {
		m.client.do(command, "keyed")
		m.server.do(command, "keyed")
	}
	send(0)
	both("key set 2 two")
	send(count)
	m.client.do("key use 2", "keyed")
	send(2 * count)
	m.server.do("key use 2", "keyed")
	send(3 * count)
	m.server.wantMessage(1, 4*count-1)
	m.client.wantMessage(2, 4*count-1)
	m.heal()
	both("key deactivate 1") // Linux discards from now on what comes with it
	send(4 * count)
	m.server.wantMessage(1, 5*count-1)
	m.client.wantMessage(2, 5*count-1)
	for _, s := range []*speaker{m.client, m.server} {
		if s.name == "gosctp" { // others tell of keys that they do not send with themselves
			s.line("key new 2")
		}
		s.wantSaid("key free 1")
	}
	both("key delete 1")
	send(5 * count)
	m.server.wantMessage(1, 6*count-1)
	m.client.wantMessage(2, 6*count-1)
	packets := m.end()
	m.server.wantAll(1, 0, 6*count)
	m.client.wantAll(2, 0, 6*count)
	m.wantSigned(packets, c.client, chunkData, true)
	m.wantSigned(packets, c.server, chunkData, true)
}

// wantSaid waits for a line unless it was said before.
func (s *speaker) wantSaid(line string) {
	s.t.Helper()
	if !slices.Contains(strings.Split(s.process.Log(), "\n"), line) {
		s.want(line)
	}
}

// testMessagesNameKeys sends messages in turn with three keys (RFC 6458 section 5.3.8).
func testMessagesNameKeys(t *testing.T, c conversation, _ bool) {
	m := meetAuthentic(t, c, false, []string{listedData, "keys=1:one,2:two"})
	for i := range 30 {
		m.client.sends(1, 1, 100, i, fmt.Sprintf("ordered key %d", i%3))
		m.server.sends(1, 1, 100, i, fmt.Sprintf("ordered key %d", (i+1)%3))
	}
	m.server.wantMessage(1, 29)
	m.client.wantMessage(1, 29)
	packets := m.end()
	m.server.wantAll(1, 0, 30)
	m.client.wantAll(1, 0, 30)
	m.wantSigned(packets, c.client, chunkData, true)
	m.wantSigned(packets, c.server, chunkData, true)
}

// testMissingKey has the client, then the server send with a key that the other one gets only later: what is sent with it waits for that.
func testMissingKey(t *testing.T, c conversation, _ bool) {
	m := meetAuthentic(t, c, false, []string{listedData})
	for i, pair := range [][2]*speaker{{m.client, m.server}, {m.server, m.client}} {
		from, to := pair[0], pair[1]
		number := i + 1
		from.do(fmt.Sprintf("key set %d secret", number), "keyed")
		from.do(fmt.Sprintf("key use %d", number), "keyed")
		from.sends(1, 3, 100, 0, "ordered")
		to.do(fmt.Sprintf("key set %d secret", number), "keyed")
		to.wantMessage(1, 2)
		to.wantAll(1, 0, 3)
	}
	m.end()
}

// testWrongKey has a server ask for COOKIE ECHO to be authenticated: a client with another key gives up. That is not the end of the server, which lets in
// one with the right key.
func testWrongKey(t *testing.T, c conversation, _ bool) {
	c.paths = 1
	stop := judged(t, c.pair.namespace, c.carrier, c.family)
	server, client := c.call(t, []string{"brisk=1", "list=1", listedAll, "keys=1:right", "key=1"},
		[]string{"brisk=1", "tries=2", listedAll, "keys=1:wrong", "key=1"})
	client.want("fail ", "end lost") // usrsctp says first that it has called
	client.process.Stop()
	again := c.callAgain(t, server, []string{"brisk=1", listedAll, "keys=1:right", "key=1"})
	again.want("up")
	server.want("up")
	again.sends(1, 3, 100, 0, "ordered")
	server.wantMessage(1, 2)
	again.say("shutdown")
	again.want("end shutdown")
	server.want("end shutdown")
	stop()
}

// testOneSideLists has one side ask for nothing to be authenticated: only the other side's packets have AUTH.
func testOneSideLists(t *testing.T, c conversation, _ bool) {
	m := meetDifferent(t, c, []string{listedData}, []string{"auth="})
	m.client.sends(1, 5, 2000, 0, "ordered")
	m.server.sends(1, 5, 2000, 0, "ordered")
	m.server.wantMessage(1, 4)
	m.client.wantMessage(1, 4)
	packets := m.end()
	m.wantSigned(packets, c.client, chunkData, true)
	m.wantSigned(packets, c.server, chunkData, false)
}

// testOneSideAuthenticates has one side offer all of it to one that has nothing of it: they speak without.
func testOneSideAuthenticates(t *testing.T, c conversation, _ bool) {
	m := meetDifferent(t, c, []string{listedAll, "keys=1:one", "key=1"}, []string{"offer="})
	m.client.sends(1, 5, 2000, 0, "ordered")
	m.server.sends(1, 5, 2000, 0, "ordered")
	m.server.wantMessage(1, 4)
	m.client.wantMessage(1, 4)
	packets := m.end()
	m.wantNoChunks(packets, c.client, chunkAuth)
	m.wantNoChunks(packets, c.server, chunkAuth)
}

// testRestartWithKeys has the client vanish without a word and come back from the same port: the keys are new ones, of the same secret.
func testRestartWithKeys(t *testing.T, c conversation, _ bool) {
	const from = "from=4321"
	both := []string{listedData, "keys=1:one", "key=1"}
	m := meetDifferent(t, c, both, append([]string{from}, both...))
	m.client.sends(1, 3, 100, 0, "ordered")
	m.server.wantMessage(1, 2)
	m.impair(lab.Faults{Inward: true, Outward: true})
	if m.client.name == "linux" { // whose associations would else be shut down when their process is gone
		m.client.do("abort", "end aborted")
		m.wantLost()
	}
	m.client.process.Stop()
	m.heal()
	c.paths = 1
	m.client = c.callAgain(t, m.server, append([]string{"brisk=1", "list=1", from}, both...))
	m.client.want("up")
	m.server.want("restart")
	m.client.sends(1, 3, 100, 10, "ordered")
	m.server.wantMessage(1, 12)
	m.server.sends(1, 3, 100, 20, "ordered")
	m.client.wantMessage(1, 22)
	packets := m.end()
	if c.server.name != "linux" { // whose accepted sockets have not the list of the one that they came from
		m.wantSigned(packets, c.client, chunkData, true)
	}
	m.wantSigned(packets, c.server, chunkData, true)
}
