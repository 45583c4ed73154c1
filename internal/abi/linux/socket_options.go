package linux

import "strconv"

// Options of level SOL_SOCKET. SO_RCVTIMEO and SO_SNDTIMEO in a 64-bit program are the _OLD ones.
const (
	SO_DEBUG           = 1
	SO_REUSEADDR       = 2
	SO_TYPE            = 3
	SO_ERROR           = 4
	SO_DONTROUTE       = 5
	SO_BROADCAST       = 6
	SO_SNDBUF          = 7
	SO_RCVBUF          = 8
	SO_KEEPALIVE       = 9
	SO_OOBINLINE       = 10
	SO_NO_CHECK        = 11
	SO_PRIORITY        = 12
	SO_LINGER          = 13
	SO_BSDCOMPAT       = 14
	SO_REUSEPORT       = 15
	SO_PASSCRED        = 16
	SO_PEERCRED        = 17
	SO_RCVLOWAT        = 18
	SO_SNDLOWAT        = 19
	SO_RCVTIMEO_OLD    = 20
	SO_SNDTIMEO_OLD    = 21
	SO_BINDTODEVICE    = 25
	SO_ATTACH_FILTER   = 26
	SO_DETACH_FILTER   = 27
	SO_PEERNAME        = 28
	SO_TIMESTAMP_OLD   = 29
	SO_ACCEPTCONN      = 30
	SO_PEERSEC         = 31
	SO_SNDBUFFORCE     = 32
	SO_RCVBUFFORCE     = 33
	SO_PASSSEC         = 34
	SO_MARK            = 36
	SO_PROTOCOL        = 38
	SO_DOMAIN          = 39
	SO_RXQ_OVFL        = 40
	SO_PEEK_OFF        = 42
	SO_BUSY_POLL       = 46
	SO_MAX_PACING_RATE = 47
	SO_INCOMING_CPU    = 49
	SO_COOKIE          = 57
	SO_ZEROCOPY        = 60
	SO_TXTIME          = 61
	SO_TIMESTAMP_NEW   = 63
	SO_RCVTIMEO_NEW    = 66
	SO_SNDTIMEO_NEW    = 67
)

// Options of level SOL_IP.
const (
	IP_TOS                  = 1
	IP_TTL                  = 2
	IP_OPTIONS              = 4
	IP_RECVOPTS             = 6
	IP_PKTINFO              = 8
	IP_MTU_DISCOVER         = 10
	IP_RECVERR              = 11
	IP_RECVTTL              = 12
	IP_RECVTOS              = 13
	IP_MTU                  = 14
	IP_FREEBIND             = 15
	IP_TRANSPARENT          = 19
	IP_BIND_ADDRESS_NO_PORT = 24
)

// Options of level SOL_IPV6.
const (
	IPV6_UNICAST_HOPS  = 16
	IPV6_MTU_DISCOVER  = 23
	IPV6_MTU           = 24
	IPV6_RECVERR       = 25
	IPV6_V6ONLY        = 26
	IPV6_RECVPKTINFO   = 49
	IPV6_DONTFRAG      = 62
	IPV6_RECVTCLASS    = 66
	IPV6_TCLASS        = 67
	IPV6_AUTOFLOWLABEL = 70
	IPV6_FREEBIND      = 78
)

// Requests of ioctl. FIONREAD is SIOCINQ.
const (
	SIOCINQ  = 0x541b
	SIOCOUTQ = 0x5411

	SIOCATMARK   = 0x8905
	SIOCGSTAMP   = 0x8906
	SIOCGSTAMPNS = 0x8907
)

// Linger is struct linger of SO_LINGER.
type Linger struct{ On, Seconds int32 }

func (v *Linger) layout(c *codec) {
	u32(c, &v.On)
	u32(c, &v.Seconds)
}

// Ucred is struct ucred of SO_PEERCRED.
type Ucred struct {
	PID      int32
	UID, GID uint32
}

func (v *Ucred) layout(c *codec) {
	u32(c, &v.PID)
	u32(c, &v.UID)
	u32(c, &v.GID)
}

// Timeval is struct timeval of SO_RCVTIMEO and SO_SNDTIMEO.
type Timeval struct{ Seconds, Microseconds int64 }

func (v *Timeval) layout(c *codec) {
	u64(c, &v.Seconds)
	u64(c, &v.Microseconds)
}

// OptionName returns the name of an option of any level, as a trace shows it.
func OptionName(level, name int) string {
	names := optionNames[level]
	switch {
	case level == SOL_SCTP:
		return OptName(name).String()
	case name >= 0 && name < len(names) && names[name] != "":
		return names[name]
	}
	return "option " + strconv.Itoa(name)
}

// LevelName returns the name of a level of options and ancillary data.
func LevelName(level int) string {
	switch level {
	case SOL_IP:
		return "SOL_IP"
	case SOL_SOCKET:
		return "SOL_SOCKET"
	case SOL_IPV6:
		return "SOL_IPV6"
	case SOL_SCTP:
		return "SOL_SCTP"
	}
	return "level " + strconv.Itoa(level)
}

var optionNames = map[int][]string{SOL_SOCKET: socketOptionNames, SOL_IP: ipOptionNames, SOL_IPV6: ipv6OptionNames}

var socketOptionNames = []string{
	SO_DEBUG: "SO_DEBUG", SO_REUSEADDR: "SO_REUSEADDR", SO_TYPE: "SO_TYPE", SO_ERROR: "SO_ERROR",
	SO_DONTROUTE: "SO_DONTROUTE", SO_BROADCAST: "SO_BROADCAST", SO_SNDBUF: "SO_SNDBUF", SO_RCVBUF: "SO_RCVBUF",
	SO_KEEPALIVE: "SO_KEEPALIVE", SO_OOBINLINE: "SO_OOBINLINE", SO_NO_CHECK: "SO_NO_CHECK", SO_PRIORITY: "SO_PRIORITY",
	SO_LINGER: "SO_LINGER", SO_BSDCOMPAT: "SO_BSDCOMPAT", SO_REUSEPORT: "SO_REUSEPORT", SO_PASSCRED: "SO_PASSCRED",
	SO_PEERCRED: "SO_PEERCRED", SO_RCVLOWAT: "SO_RCVLOWAT", SO_SNDLOWAT: "SO_SNDLOWAT",
	SO_RCVTIMEO_OLD: "SO_RCVTIMEO_OLD", SO_SNDTIMEO_OLD: "SO_SNDTIMEO_OLD", SO_BINDTODEVICE: "SO_BINDTODEVICE",
	SO_ATTACH_FILTER: "SO_ATTACH_FILTER", SO_DETACH_FILTER: "SO_DETACH_FILTER", SO_PEERNAME: "SO_PEERNAME",
	SO_TIMESTAMP_OLD: "SO_TIMESTAMP_OLD", SO_ACCEPTCONN: "SO_ACCEPTCONN", SO_PEERSEC: "SO_PEERSEC",
	SO_SNDBUFFORCE: "SO_SNDBUFFORCE", SO_RCVBUFFORCE: "SO_RCVBUFFORCE", SO_PASSSEC: "SO_PASSSEC", SO_MARK: "SO_MARK",
	SO_PROTOCOL: "SO_PROTOCOL", SO_DOMAIN: "SO_DOMAIN", SO_RXQ_OVFL: "SO_RXQ_OVFL", SO_PEEK_OFF: "SO_PEEK_OFF", SO_BUSY_POLL: "SO_BUSY_POLL",
	SO_MAX_PACING_RATE: "SO_MAX_PACING_RATE", SO_INCOMING_CPU: "SO_INCOMING_CPU", SO_COOKIE: "SO_COOKIE",
	SO_ZEROCOPY: "SO_ZEROCOPY", SO_TXTIME: "SO_TXTIME", SO_TIMESTAMP_NEW: "SO_TIMESTAMP_NEW",
	SO_RCVTIMEO_NEW: "SO_RCVTIMEO_NEW", SO_SNDTIMEO_NEW: "SO_SNDTIMEO_NEW",
}

var ipOptionNames = []string{
	IP_TOS: "IP_TOS", IP_TTL: "IP_TTL", IP_OPTIONS: "IP_OPTIONS", IP_RECVOPTS: "IP_RECVOPTS", IP_PKTINFO: "IP_PKTINFO",
	IP_MTU_DISCOVER: "IP_MTU_DISCOVER", IP_RECVERR: "IP_RECVERR", IP_RECVTTL: "IP_RECVTTL", IP_RECVTOS: "IP_RECVTOS",
	IP_MTU: "IP_MTU", IP_FREEBIND: "IP_FREEBIND", IP_TRANSPARENT: "IP_TRANSPARENT",
	IP_BIND_ADDRESS_NO_PORT: "IP_BIND_ADDRESS_NO_PORT",
}

var ipv6OptionNames = []string{
	IPV6_UNICAST_HOPS: "IPV6_UNICAST_HOPS", IPV6_MTU_DISCOVER: "IPV6_MTU_DISCOVER", IPV6_MTU: "IPV6_MTU",
	IPV6_RECVERR: "IPV6_RECVERR", IPV6_V6ONLY: "IPV6_V6ONLY",
	IPV6_RECVPKTINFO: "IPV6_RECVPKTINFO", IPV6_DONTFRAG: "IPV6_DONTFRAG", IPV6_RECVTCLASS: "IPV6_RECVTCLASS",
	IPV6_TCLASS: "IPV6_TCLASS", IPV6_AUTOFLOWLABEL: "IPV6_AUTOFLOWLABEL", IPV6_FREEBIND: "IPV6_FREEBIND",
}
