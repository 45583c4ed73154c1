package lab

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// state is what /proc says of a process.
type state struct {
	cpu      float64 // seconds, user and system
	resident float64 // bytes
	dropped  float64 // packets, by full sockets of its namespace
}

// lookAt reads a process's state; what the system does not tell is zero.
func lookAt(pid int) state {
	read := func(name string) string {
		b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/%s", pid, name))
		return string(b)
	}
	return state{
		cpu:      cpuSeconds(read("stat")),
		resident: residentBytes(read("status")),
		dropped:  udpDrops(read("net/snmp")) + rawDrops(read("net/raw")),
	}
}

// cpuSeconds is user and system time in the text of /proc/PID/stat: the 12th and 13th field after the name, which may have spaces.
func cpuSeconds(stat string) float64 {
	fields := strings.Fields(stat[strings.LastIndexByte(stat, ')')+1:])
	if len(fields) < 13 {
		return 0
	}
	return (number(fields[11]) + number(fields[12])) / ticksPerSecond
}

// residentBytes is VmRSS in the text of /proc/PID/status.
func residentBytes(status string) float64 {
	for line := range strings.Lines(status) {
		if f := strings.Fields(line); len(f) > 1 && f[0] == "VmRSS:" {
			return number(f[1]) * 1024
		}
	}
	return 0
}

// udpDrops is what full buffers of UDP sockets lost, of both directions, in the text of /proc/PID/net/snmp: a line of names, a line of
// values.
func udpDrops(snmp string) float64 {
	var names []string
	for line := range strings.Lines(snmp) {
		f := strings.Fields(line)
		if len(f) == 0 || f[0] != "Udp:" {
			continue
		}
		if names == nil {
			names = f
			continue
		}
		var n float64
		for i, name := range names {
			if i < len(f) && (name == "RcvbufErrors" || name == "SndbufErrors") {
				n += number(f[i])
			}
		}
		return n
	}
	return 0
}

// rawDrops is what raw sockets lost, in the last column of the text of /proc/PID/net/raw.
func rawDrops(raw string) float64 {
	var n float64
	for line := range strings.Lines(raw) {
		if f := strings.Fields(line); len(f) > 0 {
			n += number(f[len(f)-1]) // the heading counts for nothing
		}
	}
	return n
}

// number is 0 for what is none.
func number(s string) float64 {
	n, _ := strconv.ParseFloat(s, 64)
	return n
}
