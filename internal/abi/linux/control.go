package linux

import (
	"net/netip"
	"strconv"
	"syscall"
)

// ControlType is the cmsg_type of ancillary data of level IPPROTO_SCTP (RFC 6458 section 5.3).
type ControlType int32

// Types of ancillary data.
const (
	SCTP_INIT ControlType = iota
	SCTP_SNDRCV
	SCTP_SNDINFO
	SCTP_RCVINFO
	SCTP_NXTINFO
	SCTP_PRINFO
	SCTP_AUTHINFO
	SCTP_DSTADDRV4
	SCTP_DSTADDRV6
)

var controlTypeNames = []string{
	"SCTP_INIT", "SCTP_SNDRCV", "SCTP_SNDINFO", "SCTP_RCVINFO", "SCTP_NXTINFO", "SCTP_PRINFO", "SCTP_AUTHINFO",
	"SCTP_DSTADDRV4", "SCTP_DSTADDRV6",
}

func (t ControlType) String() string {
	if t >= 0 && int(t) < len(controlTypeNames) {
		return controlTypeNames[t]
	}
	return "cmsg type " + strconv.Itoa(int(t))
}

const (
	sizeofControlHeader = 16 // struct cmsghdr
	controlAlign        = 8
	sizeofNxtInfo       = 16
	sizeofRcvInfo       = 28
	sizeofSndRcvInfo    = 32
)

// MaxControl is how much ancillary data a sendmsg may have: net.core.optmem_max, from which Linux takes it, less one. ENOBUFS answers more.
const MaxControl = 128<<10 - 1

// Control is one item of ancillary data.
type Control struct {
	Level int32
	Type  ControlType
	Data  []byte
}

// NextControl cuts the first item off b as Linux' sendmsg does. There is none, and ok is false, when what is left has no room for a header: a
// tail of up to 15 bytes is no mistake. EINVAL answers a length that is shorter than a header or reaches beyond b.
func NextControl(b []byte) (item Control, rest []byte, ok bool, err error) {
	if len(b) < sizeofControlHeader {
		return item, nil, false, nil
	}
	n := le.Uint64(b)
	if n < sizeofControlHeader || n > uint64(len(b)) {
		return item, nil, false, syscall.EINVAL
	}
	item = Control{int32(le.Uint32(b[8:])), ControlType(int32(le.Uint32(b[12:]))), b[sizeofControlHeader:n:n]}
	return item, b[min(alignControl(int(n)), len(b)):], true, nil
}

func alignControl(n int) int { return (n + controlAlign - 1) &^ (controlAlign - 1) }

// ControlSpace is CMSG_SPACE: the room that an item with n bytes of data takes.
func ControlSpace(n int) int { return sizeofControlHeader + alignControl(n) }

// SendControl is what the ancillary data of a sendmsg asks for. Of items of one type the last counts.
type SendControl struct {
	Init    InitMsg
	SndRcv  SndRcvInfo
	SndInfo SndInfo
	PRInfo  PRInfo
	Auth    AuthInfo
	// Has has bit 1<<type for each type that was there.
	Has uint32
	// control is all of it, kept for Destinations.
	control []byte
}

// Asks reports whether there was ancillary data of type t.
func (s *SendControl) Asks(t ControlType) bool { return s.Has&(1<<t) != 0 }

// ParseControl reads the ancillary data of a sendmsg with Linux' rules: what is not of level IPPROTO_SCTP is passed over; EINVAL answers a wrong
// length, flags and policies that do not exist, and types that do not or are only for receiving. s aliases b.
func ParseControl(b []byte) (s SendControl, err error) { return parseControl(b, sendable) }

// ParseControlEOR is ParseControl for a socket with SCTP_EXPLICIT_EOR: the flag SCTP_EOR is allowed.
func ParseControlEOR(b []byte) (s SendControl, err error) { return parseControl(b, sendable|SCTP_EOR) }

func parseControl(b []byte, allowed SendFlags) (s SendControl, err error) {
	for all := b; ; {
		item, rest, ok, err := NextControl(b)
		if !ok {
			return s, err
		}
		b = rest
		if item.Level != IPPROTO_SCTP {
			continue
		}
		if !s.take(item, allowed) {
			return s, syscall.EINVAL
		}
		s.Has |= 1 << item.Type
		s.control = all
	}
}

// take reads one item and reports whether it is right.
func (s *SendControl) take(item Control, allowed SendFlags) bool {
	c := codec{mode: reading, b: item.Data}
	switch item.Type {
	case SCTP_INIT:
		s.Init.layout(&c)
	case SCTP_SNDRCV:
		s.SndRcv.layout(&c)
		c.bad = c.bad || s.SndRcv.Flags&^allowed != 0
	case SCTP_SNDINFO:
		s.SndInfo.layout(&c)
		c.bad = c.bad || s.SndInfo.Flags&^allowed != 0
	case SCTP_PRINFO:
		s.PRInfo.layout(&c)
		c.bad = c.bad || s.PRInfo.Policy&^PRPolicy(SCTP_PR_SCTP_MASK) != 0
		if s.PRInfo.Policy == SCTP_PR_SCTP_NONE {
			s.PRInfo.Value = 0
		}
	case SCTP_AUTHINFO:
		s.Auth.layout(&c)
	case SCTP_DSTADDRV4, SCTP_DSTADDRV6:
		return true // any length will do, until an association is set up: see Destinations
	default:
		return false
	}
	return !c.bad && c.off == len(item.Data)
}

// Info returns the fields of [SndRcvInfo] that sending uses, put together from SCTP_SNDRCV, SCTP_SNDINFO and SCTP_PRINFO, of which the
// later overrule the earlier.
func (s *SendControl) Info() SndRcvInfo {
	i := SndRcvInfo{
		Stream: s.SndRcv.Stream, Flags: s.SndRcv.Flags, PPID: s.SndRcv.PPID, Context: s.SndRcv.Context,
		TimeToLive: s.SndRcv.TimeToLive, AssocID: s.SndRcv.AssocID,
	}
	if s.Asks(SCTP_SNDINFO) {
		n := &s.SndInfo
		i.Stream, i.Flags, i.PPID, i.Context, i.AssocID = n.Stream, n.Flags, n.PPID, n.Context, n.AssocID
	}
	if s.Asks(SCTP_PRINFO) {
		i.TimeToLive = s.PRInfo.Value
		i.Flags = i.Flags.WithPolicy(s.PRInfo.Policy)
	}
	return i
}

// Destinations returns the further addresses of a peer to which an association is about to be set up (RFC 6458 sections 5.3.9 and 5.3.10), in
// order, with the port and flow information of first. Items may be longer than an address, and EINVAL answers one that is shorter.
func (s *SendControl) Destinations(first Sockaddr) ([]Sockaddr, error) {
	if !s.Asks(SCTP_DSTADDRV4) && !s.Asks(SCTP_DSTADDRV6) {
		return nil, nil
	}
	var all []Sockaddr
	for b := s.control; ; {
		item, rest, ok, err := NextControl(b)
		if !ok {
			return all, err
		}
		b = rest
		var ip netip.Addr
		var flow uint32
		switch {
		case item.Level != IPPROTO_SCTP:
			continue
		case item.Type == SCTP_DSTADDRV4 && len(item.Data) >= 4:
			ip = netip.AddrFrom4([4]byte(item.Data))
		case item.Type == SCTP_DSTADDRV6 && len(item.Data) >= 16:
			ip, flow = netip.AddrFrom16([16]byte(item.Data)), first.FlowInfo
		case item.Type == SCTP_DSTADDRV4 || item.Type == SCTP_DSTADDRV6:
			return nil, syscall.EINVAL
		default:
			continue
		}
		all = append(all, Sockaddr{AddrPort: netip.AddrPortFrom(ip, first.Port()), FlowInfo: flow})
	}
}

// ControlWriter builds the ancillary data of a recvmsg in the room that the program has for it, as Linux does: what does not fit is cut, in the
// middle of an item too, and MSG_CTRUNC says so. Linux' order is NxtInfo, RcvInfo, SndRcv.
type ControlWriter struct {
	b         []byte
	room      int
	until     int // where in b the item ends that is being written
	truncated bool
}

// NewControlWriter returns a ControlWriter that appends to b, at most room bytes.
func NewControlWriter(b []byte, room int) ControlWriter { return ControlWriter{b: b, room: room} }

// Bytes returns b with what was appended.
func (w *ControlWriter) Bytes() []byte { return w.b }

// Flags returns MSG_CTRUNC if something did not fit.
func (w *ControlWriter) Flags() MsgFlags {
	if w.truncated {
		return MSG_CTRUNC
	}
	return 0
}

// Add appends one item.
func (w *ControlWriter) Add(level int32, t ControlType, data []byte) {
	if w.begin(level, t, len(data)) {
		w.end(append(w.b, data...))
	}
}

// NxtInfo appends an SCTP_NXTINFO.
func (w *ControlWriter) NxtInfo(v *NxtInfo) {
	if w.begin(IPPROTO_SCTP, SCTP_NXTINFO, sizeofNxtInfo) {
		c := codec{mode: writing, b: w.b, base: len(w.b)}
		v.layout(&c)
		w.end(c.b)
	}
}

// RcvInfo appends an SCTP_RCVINFO.
func (w *ControlWriter) RcvInfo(v *RcvInfo) {
	if w.begin(IPPROTO_SCTP, SCTP_RCVINFO, sizeofRcvInfo) {
		c := codec{mode: writing, b: w.b, base: len(w.b)}
		v.layout(&c)
		w.end(c.b)
	}
}

// SndRcv appends an SCTP_SNDRCV.
func (w *ControlWriter) SndRcv(v *SndRcvInfo) {
	if w.begin(IPPROTO_SCTP, SCTP_SNDRCV, sizeofSndRcvInfo) {
		c := codec{mode: writing, b: w.b, base: len(w.b)}
		v.layout(&c)
		w.end(c.b)
	}
}

// begin appends the header of an item with size bytes of data. It reports false if there is no room even for a header.
func (w *ControlWriter) begin(level int32, t ControlType, size int) bool {
	if w.room < sizeofControlHeader {
		w.truncated = true
		return false
	}
	length := sizeofControlHeader + size
	if w.room < length {
		w.truncated = true
		length = w.room
	}
	space := min(ControlSpace(size), w.room)
	w.room -= space
	w.until = len(w.b) + space
	w.b = le.AppendUint64(w.b, uint64(length))
	w.b = le.AppendUint32(w.b, uint32(level))
	w.b = le.AppendUint32(w.b, uint32(t))
	return true
}

// end cuts or pads b, to which the data were appended, to the room that the item has.
func (w *ControlWriter) end(b []byte) {
	for len(b) < w.until {
		b = append(b, 0)
	}
	w.b = b[:w.until]
}
