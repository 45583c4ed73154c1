package main

import (
	"bytes"
	"os"
	"strconv"
	"syscall"
	"time"
)

// cpuTime is what this process has used of the processors.
func cpuTime() (time.Duration, error) {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0, err
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()), nil
}

// rss is the memory that this process has now.
func rss() (int, error) {
	b, err := os.ReadFile("/proc/self/statm") // proc_pid_statm(5): the second number, in pages
	if err != nil {
		return 0, err
	}
	pages, err := strconv.Atoi(string(bytes.Fields(b)[1]))
	return pages * os.Getpagesize(), err
}
