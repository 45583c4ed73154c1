//go:build linux && (amd64 || arm64)

package intercept

import (
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/gosctp/sctp/internal/abi/linux"
)

// Values of TCP's that programs find in what they ask.
const (
	tcpEstablished = 1   // TCP_ESTABLISHED
	tcpClose       = 7   // TCP_CLOSE
	tcpListen      = 10  // TCP_LISTEN
	tcpLeastMSS    = 536 // TCP_MSS_DEFAULT, before there is a connection
)

// congestionName is what TCP_CONGESTION names, with the room that Linux gives it: RFC 9260 section 7 is TCP's Reno.
var congestionName = [16]byte{'r', 'e', 'n', 'o'}

// sctpStruct asks the stack for an option of SCTP. It says false if there is none, as without an association.
func (c *call) sctpStruct(name linux.OptName, v linux.Struct) bool {
	out, _, _, err := c.f.sock.Option(linux.IPPROTO_SCTP, int(name), make([]byte, linux.Size(v)))
	return err == nil && linux.Parse(out, v) == nil
}

// tcpMSS is TCP_MAXSEG: what one packet carries.
func (c *call) tcpMSS() int {
	var s linux.Status
	if !c.sctpStruct(linux.SCTP_STATUS, &s) || s.FragmentationPoint == 0 {
		return tcpLeastMSS
	}
	return int(s.FragmentationPoint)
}

// tcpInfo is struct tcp_info, as far as SCTP knows the like. Programs print it and seldom look at its length, so all that they have room for is
// written.
func (c *call) tcpInfo() []byte {
	info := unix.TCPInfo{State: tcpClose, Snd_mss: tcpLeastMSS, Rcv_mss: tcpLeastMSS, Advmss: tcpLeastMSS}
	micros := func(ms uint32) uint32 { return ms * uint32(time.Millisecond/time.Microsecond) }
	var (
		s       linux.Status
		n       linux.AssocStats
		accepts linux.Int
	)
	out, _, _, err := c.f.sock.Option(unix.SOL_SOCKET, unix.SO_ACCEPTCONN, make([]byte, linux.Size(&accepts)))
	switch {
	case err == nil && linux.Parse(out, &accepts) == nil && accepts != 0:
		info.State = tcpListen
	case c.sctpStruct(linux.SCTP_STATUS, &s):
		p := &s.Primary
		mss := max(1, s.FragmentationPoint)
		info.State = tcpEstablished
		info.Snd_mss, info.Rcv_mss, info.Advmss, info.Pmtu = mss, mss, mss, p.MTU
		info.Rto, info.Rtt = micros(p.RTO), micros(p.SRTT)
		info.Snd_cwnd, info.Snd_wnd, info.Unacked = p.Cwnd/mss, s.Rwnd, uint32(s.Unacked)
	}
	if c.sctpStruct(linux.SCTP_GET_ASSOC_STATS, &n) {
		info.Total_retrans, info.Segs_out, info.Segs_in = uint32(n.Retransmitted), uint32(n.OutPackets), uint32(n.InPackets)
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(&info)), unsafe.Sizeof(info))
}
