package assoc

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/gosctp/sctp/internal/wire"
	"github.com/gosctp/sctp/transport"
)

var (
	local3   = netip.MustParseAddr("192.0.2.3")
	wildcard = netip.IPv4Unspecified()
)

// dynamic returns an established association whose peer has RFC 5061, too; nothing is authenticated, and sources are chosen among local1 and local2,
// which the peer knows.
func dynamic(t *testing.T, options ...option) *testAssoc {
	t.Helper()
	options = append([]option{unauthenticatedASCONF, peerHas(DynamicAddresses), boundTo(local1, local2)}, options...)
	return established(t, options...)
}

var unauthenticatedASCONF = with(func(c *Config) { c.UnauthenticatedASCONF = true })

// boundTo binds the association to addresses of this side.
func boundTo(addrs ...netip.Addr) option {
	return func(_ *testAssoc, _ *Config, p *Params) { p.LocalAddrs, p.Wildcard = addrs, false }
}

// asconf is an ASCONF chunk of the peer. Sequence numbers are counted from its Initial TSN.
func asconf(s int, lookup netip.Addr, params ...paramFunc) chunk {
	return chunkFunc(func(ta *testAssoc, b []byte) []byte {
		m := wire.ASCONF{Seq: ta.peerTSN.Add(s), Addr: lookup}
		for _, p := range params {
			m.Params = p(ta, m.Params)
		}
		return m.Append(b)
	})
}

// asconfAck is an ASCONF-ACK chunk of the peer.
func asconfAck(s int, params ...paramFunc) chunk {
	return chunkFunc(func(ta *testAssoc, b []byte) []byte {
		m := wire.ASCONFAck{Seq: ta.localTSN.Add(s)}
		for _, p := range params {
			m.Params = p(ta, m.Params)
		}
		return m.Append(b)
	})
}

func addrParam(t wire.ParamType, id uint32, addr netip.Addr) paramFunc {
	return func(_ *testAssoc, b []byte) []byte {
		return wire.AddrRequest{CorrelationID: id, Addr: addr}.Append(b, t)
	}
}

func addIP(id uint32, addr netip.Addr) paramFunc    { return addrParam(wire.ParamAddIP, id, addr) }
func deleteIP(id uint32, addr netip.Addr) paramFunc { return addrParam(wire.ParamDeleteIP, id, addr) }
func setPrimary(id uint32, addr netip.Addr) paramFunc {
	return addrParam(wire.ParamSetPrimary, id, addr)
}

// succeeded and refusedFor are the responses of the peer.
func succeeded(id uint32) paramFunc {
	return func(_ *testAssoc, b []byte) []byte { return wire.AppendUint32Param(b, wire.ParamSuccess, id) }
}

func refusedFor(id uint32, code wire.CauseCode) paramFunc {
	return func(_ *testAssoc, b []byte) []byte {
		return wire.ErrorCauses{CorrelationID: id, Causes: wire.AppendCause(nil, code, nil)}.Append(b)
	}
}

// asconfText describes the parameters of an ASCONF or ASCONF-ACK chunk of the association.
func (ta *testAssoc) asconfText(c wire.Chunk) string {
	var text string
	var params []byte
	if c.Type == wire.ChunkASCONF {
		m, _ := wire.ParseASCONF(c)
		text, params = fmt.Sprintf("%d of %v", m.Seq.Diff(ta.localTSN), m.Addr), m.Params
	} else {
		m, _ := wire.ParseASCONFAck(c)
		text, params = fmt.Sprint(m.Seq.Diff(ta.peerTSN)), m.Params
	}
	for len(params) > 0 {
		p, rest, err := wire.NextParam(params)
		if err != nil {
			return text + " malformed"
		}
		params = rest
		switch p.Type {
		case wire.ParamAddIP, wire.ParamDeleteIP, wire.ParamSetPrimary:
			q, _ := wire.ParseAddrRequest(p)
			name := map[wire.ParamType]string{wire.ParamAddIP: "add", wire.ParamDeleteIP: "delete", wire.ParamSetPrimary: "prefer"}[p.Type]
			text += fmt.Sprintf(" %s %v", name, q.Addr)
		case wire.ParamSuccess:
			id, _ := wire.ParseUint32Param(p)
			text += fmt.Sprintf(" %d:ok", id)
		case wire.ParamErrorCause:
			e, _ := wire.ParseErrorCauses(p)
			cause, _, _ := wire.NextCause(e.Causes)
			text += fmt.Sprintf(" %d:%s", e.CorrelationID, cause.Code)
		default:
			text += " " + p.Type.String()
		}
	}
	return text
}

// addrsText describes AddrsChanged.
func addrsText(e AddrsChanged) string {
	text := fmt.Sprintf("addrs #%d", e.Request)
	for _, x := range []struct {
		name  string
		addrs []netip.Addr
	}{{"added", e.Added}, {"removed", e.Removed}} {
		if len(x.addrs) > 0 {
			text += fmt.Sprintf(" %s=%s", x.name, strings.Trim(strings.ReplaceAll(fmt.Sprint(x.addrs), " ", ","), "[]"))
		}
	}
	if e.Preferred.IsValid() {
		text += fmt.Sprintf(" preferred=%v", e.Preferred)
	}
	if e.Err != nil {
		text += fmt.Sprintf(" (%v)", e.Err)
	}
	return text
}

// changeAddrs makes a request that has to be accepted.
func (ta *testAssoc) changeAddrs(c AddrChange) {
	ta.t.Helper()
	if _, err := ta.a.ChangeAddrs(ta.now, c); err != nil {
		ta.t.Fatalf("ChangeAddrs: %v", err)
	}
	ta.settle()
}

func (ta *testAssoc) addAddr(addrs ...netip.Addr) {
	ta.t.Helper()
	ta.changeAddrs(AddrChange{Add: addrs})
}
func (ta *testAssoc) removeAddr(addrs ...netip.Addr) {
	ta.t.Helper()
	ta.changeAddrs(AddrChange{Remove: addrs})
}

// wantSource checks where a packet left from.
func (ta *testAssoc) wantSource(reason string, p sentPacket, from netip.Addr) {
	ta.t.Helper()
	if p.path.Local != from {
		ta.t.Fatalf("%s: it left from %v, want %v", reason, p.path.Local, from)
	}
}

// wantPeers checks the addresses of the peer, the primary one first.
func (ta *testAssoc) wantPeers(reason string, want ...netip.Addr) {
	ta.t.Helper()
	var got []netip.Addr
	for _, p := range ta.a.Paths(nil) {
		got = append(got, p.Remote)
	}
	if !slices.Equal(got, want) {
		ta.t.Fatalf("%s: the peer has %v, want %v", reason, got, want)
	}
}

// wantLocals checks the addresses of this side that the peer knows.
func (ta *testAssoc) wantLocals(reason string, want ...netip.Addr) {
	ta.t.Helper()
	if got := ta.a.LocalAddrs(nil); !slices.Equal(got, want) {
		ta.t.Fatalf("%s: the peer knows %v, want %v", reason, got, want)
	}
}

// pathFrom is the way of a packet of the peer.
func pathFrom(remote netip.Addr) transport.Path { return transport.Path{Local: local1, Remote: remote} }
