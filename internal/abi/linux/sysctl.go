package linux

import (
	"math"
	"strconv"
	"strings"
	"syscall"
)

// Sysctls are the settings net.sctp.* of Linux 6.12, which sockets begin with. Times are in milliseconds but for MaxAutoclose, in seconds; switches
// are on if they are not 0. [DefaultSysctls] returns Linux' own values.
type Sysctls struct {
	AddIPEnable           int
	AddIPNoAuthEnable     int
	AddrScopePolicy       int
	AssociationMaxRetrans int
	AuthEnable            int
	CookiePreserveEnable  int
	DefaultAutoASCONF     int
	ECNEnable             int
	EncapPort             int
	HeartbeatInterval     int
	InterleavingEnable    int
	L3MDevAccept          int
	MaxAutoclose          int
	MaxBurst              int
	MaxInitRetransmits    int
	PathMaxRetrans        int
	PFEnable              int
	PFExpose              int
	PFRetrans             int
	ProbeInterval         int
	PRSCTPEnable          int
	PSRetrans             int
	RcvbufPolicy          int
	ReconfEnable          int
	RTOAlphaExpDivisor    int
	RTOBetaExpDivisor     int
	RTOInitial            int
	RTOMax                int
	RTOMin                int
	RwndUpdateShift       int
	SackTimeout           int
	SndbufPolicy          int
	UDPPort               int
	ValidCookieLife       int
	// CookieHMACAlg is md5, sha1 or none.
	CookieHMACAlg string
	// Mem, Rmem and Wmem are each a lower bound, a default and an upper bound: of all memory in pages, of receive buffers, of send buffers.
	Mem, Rmem, Wmem [3]int
}

const (
	anyMin, anyMax  = math.MinInt32, math.MaxInt32
	day             = 24 * 60 * 60 * 1000 // the longest time, in milliseconds
	maxPort         = 65535
	noPrimarySwitch = 0xffff // RFC 7829 section 5: never
	// minProbeInterval is the least plpmtud_probe_interval that is not 0.
	minProbeInterval = 5000
)

// sysctls are the settings that are one number, by name, with default, least and largest value.
var sysctls = []struct {
	name          string
	field         func(*Sysctls) *int
	def, min, max int
}{
	{"addip_enable", func(s *Sysctls) *int { return &s.AddIPEnable }, 0, anyMin, anyMax},
	{"addip_noauth_enable", func(s *Sysctls) *int { return &s.AddIPNoAuthEnable }, 0, anyMin, anyMax},
	{"addr_scope_policy", func(s *Sysctls) *int { return &s.AddrScopePolicy }, 1, 0, 3},
	{"association_max_retrans", func(s *Sysctls) *int { return &s.AssociationMaxRetrans }, 10, 1, anyMax},
	{"auth_enable", func(s *Sysctls) *int { return &s.AuthEnable }, 0, anyMin, anyMax},
	{"cookie_preserve_enable", func(s *Sysctls) *int { return &s.CookiePreserveEnable }, 1, anyMin, anyMax},
	{"default_auto_asconf", func(s *Sysctls) *int { return &s.DefaultAutoASCONF }, 0, anyMin, anyMax},
	{"ecn_enable", func(s *Sysctls) *int { return &s.ECNEnable }, 1, anyMin, anyMax},
	{"encap_port", func(s *Sysctls) *int { return &s.EncapPort }, 0, 0, maxPort},
	{"hb_interval", func(s *Sysctls) *int { return &s.HeartbeatInterval }, 30000, 1, day},
	{"intl_enable", func(s *Sysctls) *int { return &s.InterleavingEnable }, 0, anyMin, anyMax},
	{"l3mdev_accept", func(s *Sysctls) *int { return &s.L3MDevAccept }, 1, 0, 1},
	{"max_autoclose", func(s *Sysctls) *int { return &s.MaxAutoclose }, 8589934, 0, math.MaxUint32},
	{"max_burst", func(s *Sysctls) *int { return &s.MaxBurst }, 4, 0, anyMax},
	{"max_init_retransmits", func(s *Sysctls) *int { return &s.MaxInitRetransmits }, 8, 1, anyMax},
	{"path_max_retrans", func(s *Sysctls) *int { return &s.PathMaxRetrans }, 5, 1, anyMax},
	{"pf_enable", func(s *Sysctls) *int { return &s.PFEnable }, 1, anyMin, anyMax},
	{"pf_expose", func(s *Sysctls) *int { return &s.PFExpose }, 0, 0, 2},
	{"pf_retrans", func(s *Sysctls) *int { return &s.PFRetrans }, 0, 0, noPrimarySwitch},
	{"plpmtud_probe_interval", func(s *Sysctls) *int { return &s.ProbeInterval }, 0, 0, anyMax},
	{"prsctp_enable", func(s *Sysctls) *int { return &s.PRSCTPEnable }, 1, anyMin, anyMax},
	{"ps_retrans", func(s *Sysctls) *int { return &s.PSRetrans }, noPrimarySwitch, 0, noPrimarySwitch},
	{"rcvbuf_policy", func(s *Sysctls) *int { return &s.RcvbufPolicy }, 0, anyMin, anyMax},
	{"reconf_enable", func(s *Sysctls) *int { return &s.ReconfEnable }, 0, anyMin, anyMax},
	{"rto_alpha_exp_divisor", func(s *Sysctls) *int { return &s.RTOAlphaExpDivisor }, 3, 0, 1000},
	{"rto_beta_exp_divisor", func(s *Sysctls) *int { return &s.RTOBetaExpDivisor }, 2, 0, 1000},
	{"rto_initial", func(s *Sysctls) *int { return &s.RTOInitial }, 3000, 1, day},
	{"rto_max", func(s *Sysctls) *int { return &s.RTOMax }, 60000, 1, day},
	{"rto_min", func(s *Sysctls) *int { return &s.RTOMin }, 1000, 1, day},
	{"rwnd_update_shift", func(s *Sysctls) *int { return &s.RwndUpdateShift }, 4, 1, 16},
	{"sack_timeout", func(s *Sysctls) *int { return &s.SackTimeout }, 200, 1, 500},
	{"sndbuf_policy", func(s *Sysctls) *int { return &s.SndbufPolicy }, 0, anyMin, anyMax},
	{"udp_port", func(s *Sysctls) *int { return &s.UDPPort }, 0, 0, maxPort},
	{"valid_cookie_life", func(s *Sysctls) *int { return &s.ValidCookieLife }, 60000, 1, day},
}

// sysctlTriples are the settings that are three numbers.
var sysctlTriples = []struct {
	name  string
	field func(*Sysctls) *[3]int
	min   int
}{
	{"sctp_mem", func(s *Sysctls) *[3]int { return &s.Mem }, 0},
	{"sctp_rmem", func(s *Sysctls) *[3]int { return &s.Rmem }, anyMin},
	{"sctp_wmem", func(s *Sysctls) *[3]int { return &s.Wmem }, anyMin},
}

const cookieHMACAlg = "cookie_hmac_alg"

// DefaultSysctls returns the values that Linux boots with. Mem and the upper bounds of buffers depend on the size of the machine there; here they are
// those of one with 8 GiB.
func DefaultSysctls() Sysctls {
	s := Sysctls{
		CookieHMACAlg: "sha1",
		Mem:           [3]int{196608, 262144, 393216},
		Rmem:          [3]int{4096, 865500, 4 << 20},
		Wmem:          [3]int{4096, 16384, 4 << 20},
	}
	for _, c := range sysctls {
		*c.field(&s) = c.def
	}
	return s
}

// SysctlNames returns the names of all settings, without net.sctp.
func SysctlNames() []string {
	names := []string{cookieHMACAlg}
	for _, c := range sysctls {
		names = append(names, c.name)
	}
	for _, c := range sysctlTriples {
		names = append(names, c.name)
	}
	return names
}

// Get returns the value of a setting as /proc/sys/net/sctp shows it, without the end of the line; ENOENT if there is none of the name.
func (s *Sysctls) Get(name string) (string, error) {
	if name == cookieHMACAlg {
		return s.CookieHMACAlg, nil
	}
	for _, c := range sysctls {
		if c.name == name {
			return strconv.Itoa(*c.field(s)), nil
		}
	}
	for _, c := range sysctlTriples {
		if c.name == name {
			v := c.field(s)
			return strconv.Itoa(v[0]) + "\t" + strconv.Itoa(v[1]) + "\t" + strconv.Itoa(v[2]), nil
		}
	}
	return "", syscall.ENOENT
}

// Set gives a setting a value, written as for sysctl. What Linux refuses it refuses with EINVAL, and a name that there is not with ENOENT.
func (s *Sysctls) Set(name, value string) error {
	if name == cookieHMACAlg {
		return s.setHMAC(value)
	}
	for _, c := range sysctls {
		if c.name == name {
			n, err := parseSysctl(value, c.min, c.max)
			if err != nil || !s.consistent(name, n) {
				return syscall.EINVAL
			}
			*c.field(s) = n
			return nil
		}
	}
	for _, c := range sysctlTriples {
		if c.name == name {
			return setTriple(c.field(s), value, c.min)
		}
	}
	return syscall.ENOENT
}

// consistent reports whether the setting may be n beside the others.
func (s *Sysctls) consistent(name string, n int) bool {
	switch name {
	case "rto_min":
		return n <= s.RTOMax
	case "rto_max":
		return n >= s.RTOMin
	case "pf_retrans":
		return n <= s.PSRetrans
	case "ps_retrans":
		return n >= s.PFRetrans
	case "plpmtud_probe_interval":
		return n == 0 || n >= minProbeInterval
	}
	return true
}

// setHMAC looks at the beginning of the value only, as Linux does.
func (s *Sysctls) setHMAC(value string) error {
	for _, alg := range []string{"md5", "sha1", "none"} {
		if strings.HasPrefix(value, alg) {
			s.CookieHMACAlg = alg
			return nil
		}
	}
	return syscall.EINVAL
}

// setTriple sets as many of the three as value has, and ignores a fourth.
func setTriple(v *[3]int, value string, least int) error {
	fields := strings.Fields(value)
	if len(fields) == 0 {
		return syscall.EINVAL
	}
	set := *v
	for i, f := range fields[:min(3, len(fields))] {
		n, err := parseSysctl(f, least, anyMax)
		if err != nil {
			return err
		}
		set[i] = n
	}
	*v = set
	return nil
}

// parseSysctl reads a number as Linux does: decimal, or hexadecimal or octal by the prefix that C has for it.
func parseSysctl(value string, least, most int) (int, error) {
	value = strings.TrimSpace(value)
	digits := strings.ToLower(strings.TrimPrefix(value, "-"))
	if strings.HasPrefix(digits, "0b") || strings.HasPrefix(digits, "0o") || strings.ContainsAny(digits, "_+") {
		return 0, syscall.EINVAL // Go's, not C's
	}
	n, err := strconv.ParseInt(value, 0, 64)
	if err != nil || n < int64(least) || n > int64(most) {
		return 0, syscall.EINVAL
	}
	return int(n), nil
}
