package sockets

import (
	"bytes"
	"fmt"
	"hash/fnv"
	"net/netip"
	"slices"
	"syscall"
	"time"

	"github.com/gosctp/sctp/internal/abi/linux"
	"github.com/gosctp/sctp/internal/engine"
)

// What Linux 6.12 shows of SCTP below /proc/net, line by line as it does: programs take these apart by columns.

// reports are the files in /proc/net/sctp.
var reports = map[string]func(s *Stack, b *bytes.Buffer){
	"assocs":  (*Stack).reportAssocs,
	"eps":     (*Stack).reportEndpoints,
	"remaddr": (*Stack).reportPaths,
	"snmp":    (*Stack).reportCounters,
}

// Settings are the names of the files in /proc/sys/net/sctp.
func (s *Stack) Settings() []string {
	names := linux.SysctlNames()
	slices.Sort(names)
	return names
}

// Reports are the names of the files in /proc/net/sctp.
func (s *Stack) Reports() []string { return []string{"assocs", "eps", "remaddr", "snmp"} }

// Report returns what a file in /proc/net/sctp says; ENOENT if there is none of the name.
func (s *Stack) Report(name string) ([]byte, error) {
	write, ok := reports[name]
	if !ok {
		return nil, syscall.ENOENT
	}
	var b bytes.Buffer
	write(s, &b)
	return b.Bytes(), nil
}

// Protocols are the two lines of /proc/net/protocols. The sizes are those of Linux' structs; memory is not accounted for by
// protocol here, for which Linux has -1 and NI.
func (s *Stack) Protocols() []byte {
	var v4, v6 int
	for _, k := range s.all.list() {
		if k.family == linux.AF_INET {
			v4++
		} else {
			v6++
		}
	}
	var b bytes.Buffer
	for _, p := range []struct {
		name          string
		size, sockets int
	}{{"SCTPv6", 1552, v6}, {"SCTP", 1392, v4}} {
		fmt.Fprintf(&b, "%-9s %4d %6d  %6d   %-3s %6d   %-3s  %-10s  y  n  y  y  y  y  y  y  y  y  y  y  y  y  y  y  n  y\n",
			p.name, p.size, p.sockets, -1, "NI", 0, "yes", "sctp")
	}
	return b.Bytes()
}

// reportCounters writes snmp. Linux counts packets by the way on which they came to the socket; here there is but one. What nothing
// happens for here stays 0: neither is there a T4 timer, nor is data sent again because a packet was too big.
func (s *Stack) reportCounters(b *bytes.Buffer) {
	c := s.engine.Counters()
	for _, line := range []struct {
		name  string
		value uint64
	}{
		{"CurrEstab", c.CurrEstab}, {"ActiveEstabs", c.ActiveEstabs}, {"PassiveEstabs", c.PassiveEstabs}, {"Aborteds", c.Aborteds},
		{"Shutdowns", c.Shutdowns}, {"OutOfBlues", c.OutOfBlues}, {"ChecksumErrors", c.ChecksumErrors}, {"OutCtrlChunks", c.OutCtrlChunks},
		{"OutOrderChunks", c.OutOrderChunks}, {"OutUnorderChunks", c.OutUnorderChunks}, {"InCtrlChunks", c.InCtrlChunks},
		{"InOrderChunks", c.InOrderChunks}, {"InUnorderChunks", c.InUnorderChunks}, {"FragUsrMsgs", c.FragUsrMsgs},
		{"ReasmUsrMsgs", c.ReasmUsrMsgs}, {"OutSCTPPacks", c.OutSCTPPacks}, {"InSCTPPacks", c.InSCTPPacks},
		{"T1InitExpireds", c.T1Init}, {"T1CookieExpireds", c.T1Cookie}, {"T2ShutdownExpireds", c.T2}, {"T3RtxExpireds", c.T3},
		{"T4RtoExpireds", 0}, {"T5ShutdownGuardExpireds", c.T5}, {"DelaySackExpireds", c.SackDelay}, {"AutocloseExpireds", 0},
		{"T3Retransmits", c.T3Retransmits}, {"PmtudRetransmits", 0}, {"FastRetransmits", c.FastRetransmits},
		{"InPktSoftirq", c.InSCTPPacks}, {"InPktBacklog", 0}, {"InPktDiscards", c.ChecksumErrors}, {"InDataChunkDiscards", c.DataDiscards},
	} {
		fmt.Fprintf(b, "%-32s\t%d\n", "Sctp"+line.name, line.value)
	}
}

// Numbers of Linux' enum sctp_socket_type and of TCP's states, which SCTP's sockets use.
const (
	styleUDP         = 0 // one-to-many
	stylePeeled      = 1
	styleTCP         = 2
	stateEstablished = 1
	stateSynSent     = 2
	stateClose       = 7
	stateCloseWait   = 8
	stateListen      = 10
)

// view is what the reports say of a socket, of one moment.
type view struct {
	style, state, sndbuf, rcvbuf int
	holder                       holder
	handle                       string
	port                         uint16
	addrs                        []netip.Addr
	bound                        *engine.Socket
	members                      []*engine.Assoc
}

// view looks at a socket.
func (s *Socket) view() view {
	s.mu.Lock()
	defer s.unlock()
	s.follow()
	v := view{
		style: styleTCP, state: stateClose, sndbuf: s.options.sndbuf, rcvbuf: s.options.rcvbuf, holder: s.holder,
		handle: handle('s', s.number), bound: s.bound, members: s.members(),
	}
	switch {
	case s.peeled:
		v.style = stylePeeled
	case s.style == linux.OneToMany:
		v.style = styleUDP
	}
	switch s.state {
	case closed:
		if s.connect.under && !s.many() {
			v.state = stateSynSent
			v.members = append(v.members, s.connect.assoc)
		}
	case listening:
		v.state = stateListen
	case established:
		v.state = stateEstablished
	case closing:
		v.state = stateCloseWait
	}
	if s.bound != nil {
		v.port, v.addrs = s.bound.Port(), s.addrs
		if len(v.addrs) == 0 {
			v.addrs = []netip.Addr{netip.IPv4Unspecified()}
			if s.family == linux.AF_INET6 {
				v.addrs[0] = netip.IPv6Unspecified()
			}
		}
	}
	return v
}

// handle stands for an object where Linux shows a number made of its address: the same for the same object, and nothing else.
func handle(kind byte, number uint32) string {
	h := fnv.New32a()
	_, _ = h.Write([]byte{kind, byte(number), byte(number >> 8), byte(number >> 16), byte(number >> 24)})
	return fmt.Sprintf("%08x", h.Sum32())
}

// views looks at all sockets.
func (s *Stack) views() []view {
	var all []view
	for _, k := range s.all.list() {
		all = append(all, k.view())
	}
	return all
}

// reportEndpoints writes eps: the sockets that listen.
func (s *Stack) reportEndpoints(b *bytes.Buffer) {
	b.WriteString(" ENDPT     SOCK   STY SST HBKT LPORT   UID INODE LADDRS\n")
	for i, v := range s.views() {
		if v.state != stateListen {
			continue
		}
		fmt.Fprintf(b, "%8s %8s %-3d %-3d %-4d %-5d %5d %5d ", handle('e', uint32(i)), v.handle, v.style, v.state, bucket(v.port), v.port,
			v.holder.uid, v.holder.inode)
		writeAddrs(b, v.addrs, netip.Addr{})
		b.WriteByte('\n')
	}
}

// buckets is the size of the table in which Linux finds endpoints by port.
const buckets = 64

func bucket(port uint16) int { return int(port>>8^port) & (buckets - 1) }

// writeAddrs writes addresses, the primary one with a star.
func writeAddrs(b *bytes.Buffer, all []netip.Addr, primary netip.Addr) {
	for _, ip := range all {
		if ip == primary {
			b.WriteByte('*')
		}
		b.WriteString(ip.StringExpanded())
		b.WriteByte(' ')
	}
}

// hertz is how many jiffies Linux has in a second, where it shows times in these.
const hertz = 250

func jiffies(d time.Duration) int64 { return int64(d * hertz / time.Second) }

// owners finds the socket of each association. One that nobody has accepted is the listener's; one whose socket is closed is nobody's.
func (s *Stack) owners() (of func(*engine.Assoc) view) {
	members, listeners := make(map[*engine.Assoc]view), make(map[*engine.Socket]view)
	for _, v := range s.views() {
		for _, a := range v.members {
			members[a] = v
		}
		if v.state == stateListen {
			listeners[v.bound] = v
		}
	}
	return func(a *engine.Assoc) view {
		if v, ok := members[a]; ok {
			return v
		}
		if v, ok := listeners[a.Socket()]; ok {
			return v
		}
		return view{style: styleTCP, state: stateClose, handle: handle('s', 0)}
	}
}

// reportAssocs writes assocs. Of memory for sending (wmema), a socket that has sent nothing has one byte in Linux.
func (s *Stack) reportAssocs(b *bytes.Buffer) {
	b.WriteString(" ASSOC     SOCK   STY SST ST HBKT ASSOC-ID TX_QUEUE RX_QUEUE UID INODE LPORT RPORT LADDRS <-> RADDRS " +
		"HBINT INS OUTS MAXRT T1X T2X RTXC wmema wmemq sndbuf rcvbuf\n")
	of := s.owners()
	for _, a := range s.engine.Assocs() {
		v, at := of(a), a.Status()
		config, held := a.Accounts()
		local, primary := a.Primary()
		sending := v.sndbuf
		if sending == 0 {
			sending, v.rcvbuf = defaultBuffer, defaultBuffer
		}
		fmt.Fprintf(b, "%8s %8s %-3d %-3d %-2d %-4d %4d %8d %8d %7d %5d %-5d %5d  ", handle('a', a.ID()), v.handle, v.style, v.state,
			stateNumbers[at.State]-linux.SCTP_CLOSED, 0, assocID(a), held, at.Pending, v.holder.uid, v.holder.inode,
			a.Socket().Port(), a.PeerPort())
		writeAddrs(b, a.LocalAddrs(), local)
		b.WriteString("<-> ")
		var peers []netip.Addr
		for _, p := range at.Paths {
			peers = append(peers, p.Path.Remote)
		}
		writeAddrs(b, peers, primary.Addr())
		fmt.Fprintf(b, "\t%8d %5d %5d %4d %4d %4d %8d %8d %8d %8d %8d\n", jiffies(config.HBInterval), at.InStreams, at.OutStreams,
			config.AssocMaxRetrans, at.Stats.T1Expired, at.Stats.T2Expired, at.Stats.Retransmitted, held+1, at.Unsent, sending, v.rcvbuf)
	}
}

// reportPaths writes remaddr. The sixth and seventh column Linux leaves 0, too.
func (s *Stack) reportPaths(b *bytes.Buffer) {
	b.WriteString("ADDR ASSOC_ID HB_ACT RTO MAX_PATH_RTX REM_ADDR_RTX START STATE\n")
	for _, a := range s.engine.Assocs() {
		config, _ := a.Accounts()
		for _, p := range a.Status().Paths {
			beating := 0
			if config.HBInterval > 0 {
				beating = 1
			}
			fmt.Fprintf(b, "%s  %d %d %d %d 0 0 %d\n", p.Path.Remote.StringExpanded(), assocID(a), beating, jiffies(p.RTO),
				config.PathMaxRetrans, pathState(&p))
		}
	}
}
