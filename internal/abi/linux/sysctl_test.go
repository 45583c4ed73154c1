package linux

import (
	"slices"
	"strings"
	"syscall"
	"testing"
)

// bootSysctls is what Linux 6.12 shows after booting, but for what depends on its memory.
const bootSysctls = `addip_enable=0 addip_noauth_enable=0 addr_scope_policy=1 association_max_retrans=10 auth_enable=0 cookie_hmac_alg=sha1
cookie_preserve_enable=1 default_auto_asconf=0 ecn_enable=1 encap_port=0 hb_interval=30000 intl_enable=0 l3mdev_accept=1 max_autoclose=8589934
max_burst=4 max_init_retransmits=8 path_max_retrans=5 pf_enable=1 pf_expose=0 pf_retrans=0 plpmtud_probe_interval=0 prsctp_enable=1
ps_retrans=65535 rcvbuf_policy=0 reconf_enable=0 rto_alpha_exp_divisor=3 rto_beta_exp_divisor=2 rto_initial=3000 rto_max=60000 rto_min=1000
rwnd_update_shift=4 sack_timeout=200 sndbuf_policy=0 udp_port=0 valid_cookie_life=60000`

func TestDefaultSysctls(t *testing.T) {
	s := DefaultSysctls()
	var names []string
	for setting := range strings.FieldsSeq(bootSysctls) {
		name, want, _ := strings.Cut(setting, "=")
		names = append(names, name)
		if got, err := s.Get(name); err != nil || got != want {
			t.Errorf("%s: %q, %v, want %s", name, got, err, want)
		}
	}
	for name, want := range map[string]string{"sctp_mem": "196608\t262144\t393216", "sctp_rmem": "4096\t865500\t4194304", "sctp_wmem": "4096\t16384\t4194304"} {
		names = append(names, name)
		if got, err := s.Get(name); err != nil || got != want {
			t.Errorf("%s: %q, %v, want %s", name, got, err, want)
		}
	}
	got := SysctlNames()
	slices.Sort(got)
	slices.Sort(names)
	if !slices.Equal(got, names) {
		t.Errorf("names are %v, want %v", got, names)
	}
}

// What Linux 6.12 does when value is written: the value that is shown then, or EINVAL.
func TestSetSysctl(t *testing.T) {
	s := DefaultSysctls()
	for _, c := range []struct{ name, value, want string }{
		{"rto_initial", "0", "EINVAL"}, {"rto_initial", "0x1b", "27"}, {"rto_initial", "010", "8"}, {"rto_initial", " 5 ", "5"},
		{"rto_initial", "5x", "EINVAL"}, {"rto_initial", "abc", "EINVAL"}, {"rto_initial", "", "EINVAL"}, {"rto_initial", "0b1", "EINVAL"},
		{"rto_initial", "0o7", "EINVAL"}, {"rto_initial", "1_0", "EINVAL"}, {"rto_initial", "+5", "EINVAL"},
		{"rto_initial", "86400000", "86400000"}, {"rto_initial", "86400001", "EINVAL"}, {"rto_initial", "99999999999999999999", "EINVAL"},
		{"rto_min", "60001", "EINVAL"}, {"rto_min", "60000", "60000"}, {"rto_min", "5", "5"}, {"rto_max", "4", "EINVAL"}, {"rto_max", "5", "5"},
		{"ps_retrans", "65536", "EINVAL"}, {"ps_retrans", "7", "7"}, {"pf_retrans", "8", "EINVAL"}, {"pf_retrans", "7", "7"}, {"ps_retrans", "6", "EINVAL"},
		{"rto_alpha_exp_divisor", "1000", "1000"}, {"rto_alpha_exp_divisor", "1001", "EINVAL"}, {"rto_beta_exp_divisor", "-1", "EINVAL"},
		{"max_burst", "2147483647", "2147483647"}, {"max_burst", "2147483648", "EINVAL"},
		{"cookie_preserve_enable", "-1", "-1"}, {"auth_enable", "-0x10", "-16"},
		{"sack_timeout", "500", "500"}, {"sack_timeout", "501", "EINVAL"},
		{"association_max_retrans", "0", "EINVAL"}, {"path_max_retrans", "1", "1"},
		{"plpmtud_probe_interval", "4999", "EINVAL"}, {"plpmtud_probe_interval", "5000", "5000"}, {"plpmtud_probe_interval", "0", "0"},
		{"encap_port", "65535", "65535"}, {"encap_port", "65536", "EINVAL"},
		{"addr_scope_policy", "3", "3"}, {"addr_scope_policy", "4", "EINVAL"},
		{"rwnd_update_shift", "16", "16"}, {"rwnd_update_shift", "17", "EINVAL"},
		{"max_autoclose", "4294967295", "4294967295"}, {"max_autoclose", "4294967296", "EINVAL"},
		{"l3mdev_accept", "2", "EINVAL"}, {"pf_expose", "2", "2"}, {"pf_expose", "3", "EINVAL"},
		{"cookie_hmac_alg", "md5", "md5"}, {"cookie_hmac_alg", "none", "none"}, {"cookie_hmac_alg", "sha1x", "sha1"}, {"cookie_hmac_alg", "sha256", "EINVAL"},
		{"sctp_rmem", "1 2 3", "1\t2\t3"}, {"sctp_rmem", "4 5", "4\t5\t3"}, {"sctp_rmem", "6 7 8 9", "6\t7\t8"}, {"sctp_rmem", "-5", "-5\t7\t8"},
		{"sctp_wmem", "x", "EINVAL"}, {"sctp_wmem", " ", "EINVAL"}, {"sctp_mem", "-1 2 3", "EINVAL"}, {"sctp_mem", "1\t2 3", "1\t2\t3"},
	} {
		before, _ := s.Get(c.name)
		err := s.Set(c.name, c.value)
		got, _ := s.Get(c.name)
		if c.want == "EINVAL" && (err != syscall.EINVAL || got != before) || c.want != "EINVAL" && (err != nil || got != c.want) {
			t.Errorf("%s=%q: %s, %v, want %s", c.name, c.value, got, err, c.want)
		}
	}
	if s.RTOMin != 5 || s.RTOMax != 5 || s.Rmem != [3]int{-5, 7, 8} {
		t.Errorf("%+v", s)
	}
	if err := s.Set("no_such_setting", "1"); err != syscall.ENOENT {
		t.Error(err)
	}
	if _, err := s.Get("no_such_setting"); err != syscall.ENOENT {
		t.Error(err)
	}
}

// Every setting takes what it has, and no value breaks another.
func FuzzSysctl(f *testing.F) {
	f.Add("rto_min", "5", "rto_max", "4")
	f.Add("sctp_mem", "1 2", "pf_retrans", "0x7")
	f.Fuzz(func(t *testing.T, name1, value1, name2, value2 string) {
		s := DefaultSysctls()
		s.Set(name1, value1)
		s.Set(name2, value2)
		again := s
		for _, name := range SysctlNames() {
			v, err := s.Get(name)
			if err != nil {
				t.Fatal(err)
			}
			if err := again.Set(name, v); err != nil {
				t.Fatalf("%s does not take its own %q: %v", name, v, err)
			}
		}
		if again != s {
			t.Fatalf("%+v became %+v", s, again)
		}
	})
}
