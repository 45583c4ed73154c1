//go:build linux

package interop

import "testing"

// initialStreams is the number of streams in each direction before any are added.
const initialStreams = 64

// testReconfiguration resets single streams, out and in, adds streams in both directions, and starts all sequence numbers anew (RFC 6525).
func testReconfiguration(t *testing.T, c conversation, lossy bool) {
	m := meet(t, c, lossy, "reconf", nil, nil)
	for _, stream := range []int{1, 2} {
		m.client.sends(stream, 3, 100, 0, "ordered")
		m.server.wantMessage(stream, 2)
	}

	m.client.do("reset out 1", "reset out 1")
	m.client.sends(1, 2, 100, 100, "ordered")
	m.server.wantMessage(1, 101)
	m.wantSaid(m.server, "reset in 1")

	m.server.do("reset in 2", "requested")
	m.client.want("reset out 2")
	m.client.sends(2, 2, 100, 110, "ordered")
	m.server.wantMessage(2, 111)
	m.wantSaid(m.server, "reset in 2")

	m.client.do("add 2 0", "streams ")
	m.server.want("streams ")
	m.client.sends(initialStreams+1, 2, 100, 200, "ordered")
	m.server.wantMessage(initialStreams+1, 201)
	m.client.do("add 0 3", "streams ")
	m.server.want("streams ")
	m.server.sends(initialStreams+2, 2, 100, 300, "ordered")
	m.client.wantMessage(initialStreams+2, 301)

	m.client.do("reset association", "reset association")
	m.client.sends(1, 2, 100, 400, "ordered")
	m.server.wantMessage(1, 401)
	m.server.sends(1, 2, 100, 500, "ordered")
	m.client.wantMessage(1, 501)
	m.wantSaid(m.client, "reset association")
	m.wantSaid(m.server, "reset association")
	packets := m.end()

	for _, first := range []struct {
		who          *speaker
		stream, ppid int
	}{{m.server, 1, 100}, {m.server, 2, 110}, {m.server, initialStreams + 1, 200}, {m.client, initialStreams + 2, 300}, {m.server, 1, 400}, {m.client, 1, 500}} {
		first.who.wantSSN(first.stream, first.ppid, 0)
		first.who.wantSSN(first.stream, first.ppid+1, 1)
	}
	m.wantChunks(packets, c.client, chunkReconf)
	m.wantChunks(packets, c.server, chunkReconf)
}

// resets is how many associations usrsctp resets in one scenario: whether its mistake shows is up to the Initial TSNs of each.
const resets = 5

// testUsrsctpResets has usrsctp ask for new TSNs, again and again; what it takes for acknowledged then, docs/interop says. As client it shuts
// down afterwards, too.
func testUsrsctpResets(t *testing.T, c conversation, lossy bool) {
	for range resets {
		t.Run("one", func(t *testing.T) {
			m := meet(t, c, lossy, "reconf", nil, nil)
			asker, other := m.client, m.server
			if asker.name != "usrsctp" {
				asker, other = other, asker
			}
			asker.sends(1, 2, 100, 100, "ordered")
			other.wantMessage(1, 101)
			other.sends(1, 2, 100, 200, "ordered")
			asker.wantMessage(1, 201)
			if !lossy { // without, it does not have to ask again while data are on the way
				other.say("send 2 200 1400 1000 ordered")
			}
			asker.do("reset association", "reset association")
			asker.sends(1, 20, 100, 300, "ordered")
			other.sends(1, 20, 100, 400, "ordered")
			other.wantMessage(1, 319)
			asker.wantMessage(1, 419)
			for _, s := range []*speaker{asker, other} {
				if got := s.line("reset association"); got != "reset association" {
					t.Errorf("%s tells %q", s.name, got)
				}
			}
			m.end()

			other.wantAll(1, 300, 20)
			asker.wantAll(1, 400, 20)
			other.wantSSN(1, 300, 0)
			asker.wantSSN(1, 400, 0)
		})
	}
}

// wantSaid wants a peer to have said something by now.
func (m *meeting) wantSaid(s *speaker, line string) {
	m.Helper()
	s.line(line)
}

// wantSSN wants a message that was received to have had this stream sequence number.
func (s *speaker) wantSSN(stream, ppid, ssn int) {
	s.t.Helper()
	for _, m := range s.messages() {
		if m.stream == stream && m.ppid == ppid {
			if m.ssn != ssn {
				s.t.Errorf("%s received message %d of stream %d with SSN %d, want %d", s.name, ppid, stream, m.ssn, ssn)
			}
			return
		}
	}
	s.t.Errorf("%s did not receive message %d of stream %d", s.name, ppid, stream)
}
