//go:build linux && (amd64 || arm64)

package intercept

import (
	"os/exec"
	"strconv"
	"strings"
	"testing"
)

// BenchmarkCalls measures, inside a program, what calls take: without the supervisor, under it but not stopped, stopped and left to the kernel,
// and served. A message has 1 KiB.
func BenchmarkCalls(b *testing.B) {
	dir := bench(b)
	path := compile(b, dir, "calls")
	for _, bb := range []struct {
		name, what string
		flags      []string // nil runs it natively
	}{
		{"native/no call of ours", "none", nil},
		{"native/write and read of the pair", "pair", nil},
		{"native/getsockopt", "foreign", nil},
		{"native/open and close", "open", nil},
		{"native/there and back over TCP", "ping-tcp", nil},
		{"passing/no call of ours", "none", []string{"-sctp"}},
		{"passing/write and read of the pair", "pair", []string{"-high"}},
		{"stopped/write and read of the pair", "pair", []string{"-sctp"}},
		{"stopped/getsockopt of another socket", "foreign", []string{"-sctp"}},
		{"passing/open and close", "open", []string{"-files=false"}},
		{"stopped/open and close", "open", []string{"-files"}},
		{"served/getsockopt", "getsockopt", []string{"-sctp"}},
		{"served/send", "send", []string{"-sctp"}},
		{"served/sendmsg", "sendmsg", []string{"-sctp"}},
		{"served/send and recv", "echo", []string{"-sctp"}},
		{"served/sendmsg and recvmsg", "echo-msg", []string{"-sctp"}},
		{"served/socket and close", "socket", []string{"-sctp"}},
		{"served/there and back over SCTP", "ping", []string{"-network", "sctp"}},
		{"served/there and back over SCTP in UDP", "ping", []string{"-network", "sctp/udp"}},
		{"pumped/TCP there and back", "tcp-echo", []string{"-sctp=false", "-tcp"}},
		{"pumped/there and back over SCTP", "ping-tcp", []string{"-network", "sctp", "-tcp"}},
	} {
		b.Run(bb.name, func(b *testing.B) {
			args := []string{path, bb.what, strconv.Itoa(b.N)}
			cmd := exec.Command(args[0], args[1:]...)
			if bb.flags != nil {
				cmd = supervised(b, dir, append(bb.flags, args...)...)
			}
			ns, err := strconv.ParseFloat(strings.TrimSpace(succeeds(b, cmd)), 64)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(ns, "ns/op")
			b.ReportMetric(1e9/max(ns, 1), "calls/s")
		})
	}
}
