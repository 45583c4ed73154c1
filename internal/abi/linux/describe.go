package linux

import (
	"fmt"
	"strings"
)

// DescribeOption shows an option's value for a trace: addresses, the fields of its struct, or just its bytes.
func DescribeOption(level, name int, value []byte) string {
	if o := Lookup(level, name); o != nil {
		if all, err := ParseSockaddrs(value); o.Value == nil && err == nil {
			return fmt.Sprint(all)
		}
		if v, err := o.Parse(value); err == nil {
			return describe(v)
		}
	}
	return fmt.Sprintf("%x", value)
}

// DescribeControl shows ancillary data, given or received, for a trace. Where a length in it is wrong, the rest is bytes.
func DescribeControl(b []byte) string {
	var all []string
	for {
		item, rest, ok, err := NextControl(b)
		if err != nil {
			all = append(all, fmt.Sprintf("%x", b))
		}
		if !ok {
			return "[" + strings.Join(all, ", ") + "]"
		}
		all = append(all, describeControl(item))
		b = rest
	}
}

func describeControl(item Control) string {
	if item.Level != IPPROTO_SCTP {
		return fmt.Sprintf("%s %d %x", LevelName(int(item.Level)), int32(item.Type), item.Data)
	}
	var v Struct
	switch item.Type {
	case SCTP_INIT:
		v = new(InitMsg)
	case SCTP_SNDRCV:
		v = new(SndRcvInfo)
	case SCTP_SNDINFO:
		v = new(SndInfo)
	case SCTP_RCVINFO:
		v = new(RcvInfo)
	case SCTP_NXTINFO:
		v = new(NxtInfo)
	case SCTP_PRINFO:
		v = new(PRInfo)
	case SCTP_AUTHINFO:
		v = new(AuthInfo)
	}
	if v != nil && Parse(item.Data, v) == nil {
		return item.Type.String() + describe(v)
	}
	return fmt.Sprintf("%s %x", item.Type, item.Data)
}

// DescribeNotification shows what was received with MSG_NOTIFICATION for a trace.
func DescribeNotification(b []byte) string {
	n, err := ParseNotification(b)
	if err != nil {
		return fmt.Sprintf("%x", b)
	}
	return n.Type().String() + describe(n)
}

// DescribeSockaddr shows a socket address for a trace.
func DescribeSockaddr(b []byte) string {
	a, err := ParseSockaddr(b)
	if err != nil {
		return fmt.Sprintf("%x", b)
	}
	return a.String()
}

func describe(v Struct) string {
	if i, ok := v.(*Int); ok {
		return fmt.Sprint(int32(*i))
	}
	return strings.TrimPrefix(fmt.Sprintf("%+v", v), "&")
}
