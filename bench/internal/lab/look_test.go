package lab

import (
	"os"
	"testing"
)

func TestTextsOfProc(t *testing.T) {
	for _, tt := range []struct {
		name      string
		got, want float64
	}{
		{
			"CPU time, the name having spaces and parentheses",
			cpuSeconds("7 (a (b) c) S 1 7 7 0 -1 4194304 10 0 0 0 150 25 0 0 20 0 8 0"), 1.75,
		},
		{"CPU time of nobody", cpuSeconds(""), 0},
		{"resident memory", residentBytes("Name:\tx\nVmRSS:\t   12 kB\nVmData:\t 99 kB\n"), 12 << 10},
		{"resident memory of nobody", residentBytes(""), 0},
		{
			"drops of UDP sockets",
			udpDrops("Tcp: A\nTcp: 5\nUdp: InErrors RcvbufErrors SndbufErrors\nUdp: 100 20 3\nUdpLite: RcvbufErrors\nUdpLite: 7\n"), 23,
		},
		{"no drops", udpDrops("Udp: InErrors\n"), 0},
		{
			"drops of raw sockets",
			rawDrops("  sl  local_address rem_address  inode ref pointer drops\n 132: 00:0084 00:0000 7 2 0 4\n 132: 01:0084 00:0000 8 2 0 5\n"), 9,
		},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: %v, not %v", tt.name, tt.got, tt.want)
		}
	}
}

func TestLookAtOneself(t *testing.T) {
	if s := lookAt(os.Getpid()); s.resident == 0 {
		t.Errorf("%+v: nobody without memory", s)
	}
	if s := lookAt(-1); s != (state{}) {
		t.Errorf("nobody has %+v", s)
	}
}
