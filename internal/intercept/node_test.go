package intercept

import (
	"strings"
	"syscall"
	"testing"
)

// paperFiles are files that are but lists of names.
type paperFiles struct{ settings map[string]string }

func newPaperFiles() *paperFiles {
	return &paperFiles{settings: map[string]string{"rto_min": "1000", "rto_max": "60000"}}
}

func (*paperFiles) Settings() []string { return []string{"rto_min", "rto_max"} }
func (*paperFiles) Reports() []string  { return []string{"eps", "snmp"} }
func (*paperFiles) Protocols() []byte  { return []byte("SCTP is one\n") }

func (f *paperFiles) Sysctl(name string) (string, error) {
	v, ok := f.settings[name]
	if !ok {
		return "", syscall.ENOENT
	}
	return v, nil
}

func (f *paperFiles) SetSysctl(name, value string) error {
	if strings.Trim(value, "0123456789\n") != "" || value == "" {
		return syscall.EINVAL
	}
	f.settings[name] = strings.TrimSpace(value)
	return nil
}

func (*paperFiles) Report(name string) ([]byte, error) {
	return []byte("report of " + name + "\n"), nil
}

func TestPathsThatLeadToOurFiles(t *testing.T) {
	tree := newFileTree(newPaperFiles())
	for name, want := range map[string]node{
		"/proc/net/sctp/eps":                {nodeReport, "eps"},
		"/proc/self/net/sctp/snmp":          {nodeReport, "snmp"},
		"/proc/thread-self/net/sctp/snmp":   {nodeReport, "snmp"},
		"/proc/17/net/sctp/snmp":            {nodeReport, "snmp"},
		"/proc/17/task/18/net/sctp/snmp":    {nodeReport, "snmp"},
		"/proc//net/./sctp/../sctp/eps":     {nodeReport, "eps"},
		"/proc/net/sctp":                    {nodeReports, ""},
		"/proc/net/sctp/":                   {nodeReports, ""},
		"/proc/net/sctp/nothing":            {},
		"/proc/net/sctpx":                   {},
		"/proc/x/net/sctp/eps":              {},
		"/proc/17/task/x/net/sctp/eps":      {},
		"/proc/sys/net/sctp":                {nodeSettings, ""},
		"/proc/sys/net/sctp/rto_min":        {nodeSetting, "rto_min"},
		"/proc/sys/net/sctp/rto_min/x":      {},
		"/proc/self/sys/net/sctp/rto_min":   {},
		"/proc/net/protocols":               {nodeProtocols, ""},
		"/proc/9/net/protocols":             {nodeProtocols, ""},
		"/etc/protocols":                    {},
		"/usr/include/netinet/sctp.h":       {},
		"/proc":                             {},
		"/proc/sys/net/ipv4/sctp":           {},
		"/proc/self/../net/sctp/../unix":    {},
		"/proc/sys/net/../../net/sctp/snmp": {nodeReport, "snmp"},
	} {
		if got := tree.find(name); got != want {
			t.Errorf("%s: %+v", name, got)
		}
		if want != (node{}) && !tree.interesting([]byte(name)) {
			t.Errorf("%s is not found interesting", name)
		}
	}
	for name, want := range map[string]bool{
		"/lib/x86_64-linux-gnu/libc.so.6": false, "/etc/passwd": false, "rto_min": true, "./eps": true, "a.c": false, "": false, "/": false,
		"protocols": true,
	} {
		if got := tree.interesting([]byte(name)); got != want {
			t.Errorf("%s interesting: %v", name, got)
		}
	}
}

func FuzzPath(f *testing.F) {
	f.Add("/proc/self/net/sctp/eps")
	f.Add("../../proc//sys/net/sctp/./rto_min/")
	tree := newFileTree(newPaperFiles())
	f.Fuzz(func(t *testing.T, name string) {
		n := tree.find(name)
		if n.kind == nodeReport && n.name != "eps" && n.name != "snmp" || n.kind == nodeSetting && n.name != "rto_min" && n.name != "rto_max" {
			t.Errorf("%q: %+v", name, n)
		}
		if n != (node{}) && !tree.interesting([]byte(name)) {
			t.Errorf("%q is not found interesting", name)
		}
	})
}
