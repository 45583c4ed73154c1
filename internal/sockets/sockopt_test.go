package sockets

import (
	"syscall"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/abi/linux"
)

func TestSocketOptions(t *testing.T) {
	inWorld(t, func(w *world) {
		s := w.socket(w.left, linux.AF_INET6, sockStream)
		ask := func(name int) int {
			n, err := s.option(linux.SOL_SOCKET, name)
			w.ok(err)
			return n
		}
		for name, want := range map[int]int{
			linux.SO_TYPE: sockStream, linux.SO_PROTOCOL: linux.IPPROTO_SCTP, linux.SO_DOMAIN: linux.AF_INET6,
			linux.SO_ERROR: 0, linux.SO_ACCEPTCONN: 0, linux.SO_SNDBUF: defaultBuffer, linux.SO_RCVBUF: defaultBuffer,
		} {
			if got := ask(name); got != want {
				t.Errorf("%s is %d, want %d", linux.OptionName(linux.SOL_SOCKET, name), got, want)
			}
		}
		set := func(name int, v linux.Int) { w.ok(s.set(linux.SOL_SOCKET, name, &v)) }
		for _, c := range []struct {
			name  int
			value linux.Int
			want  int
		}{
			{linux.SO_SNDBUF, 10000, 20000}, {linux.SO_SNDBUF, 1, minSndbuf}, {linux.SO_SNDBUF, -1, 2 * maxBuffer},
			{linux.SO_RCVBUF, 1 << 30, 2 * maxBuffer}, {linux.SO_RCVBUF, 0, minRcvbuf},
			{linux.SO_REUSEADDR, 5, 1}, {linux.SO_REUSEADDR, 0, 0}, {linux.SO_KEEPALIVE, 1, 1},
		} {
			set(c.name, c.value)
			if got := ask(c.name); got != c.want {
				t.Errorf("%s set to %d is %d, want %d", linux.OptionName(linux.SOL_SOCKET, c.name), c.value, got, c.want)
			}
		}
		if c := s.config(); c.RecvBuffer != minWindow {
			t.Errorf("the least window is %d, want %d", c.RecvBuffer, minWindow)
		}
		zero := linux.Int(0)
		w.want("SO_TYPE", s.set(linux.SOL_SOCKET, linux.SO_TYPE, &zero), syscall.ENOPROTOOPT)
		w.want("no such option", s.set(linux.SOL_SOCKET, 999, &zero), syscall.ENOPROTOOPT)
		w.want("no such level", s.set(77, 1, &zero), syscall.ENOPROTOOPT)
		_, err := s.SetOption(linux.SOL_SOCKET, linux.SO_SNDBUF, make([]byte, 3))
		w.want("too short", err, syscall.EINVAL)
		_, err = s.SetOption(linux.SOL_SOCKET, linux.SO_LINGER, make([]byte, 7))
		w.want("too short", err, syscall.EINVAL)
		_, err = s.option(linux.SOL_SOCKET, 999)
		w.want("no such option", err, syscall.ENOPROTOOPT)
		_, err = s.option(77, 1)
		w.want("no such level", err, syscall.ENOPROTOOPT)
		closeAll(s)
	})
}

func TestLingerAndTimeouts(t *testing.T) {
	inWorld(t, func(w *world) {
		s := w.socket(w.left, linux.AF_INET, sockStream)
		w.ok(s.set(linux.SOL_SOCKET, linux.SO_LINGER, &linux.Linger{On: 7, Seconds: 30}))
		out, _, _, err := s.Option(linux.SOL_SOCKET, linux.SO_LINGER, make([]byte, 100))
		w.ok(err)
		var l linux.Linger
		if w.ok(linux.Parse(out, &l)); l != (linux.Linger{On: 1, Seconds: 30}) {
			t.Errorf("SO_LINGER is %+v", l)
		}
		timeout := func(v linux.Timeval) error { return s.set(linux.SOL_SOCKET, linux.SO_RCVTIMEO_OLD, &v) }
		for _, c := range []struct {
			value linux.Timeval
			want  time.Duration
		}{
			{linux.Timeval{Seconds: 2, Microseconds: 500000}, 2500 * time.Millisecond},
			{linux.Timeval{Seconds: -1}, time.Nanosecond}, {linux.Timeval{Seconds: 1 << 62}, 0}, {linux.Timeval{}, 0},
		} {
			if w.ok(timeout(c.value)); s.RecvTimeout() != c.want {
				t.Errorf("%+v is %v, want %v", c.value, s.RecvTimeout(), c.want)
			}
		}
		w.want("a million microseconds", timeout(linux.Timeval{Microseconds: 1e6}), syscall.EDOM)
		w.ok(s.set(linux.SOL_SOCKET, linux.SO_SNDTIMEO_NEW, &linux.Timeval{Seconds: 3}))
		if s.SendTimeout() != 3*time.Second {
			t.Errorf("SO_SNDTIMEO is %v", s.SendTimeout())
		}
		_, err = s.SetOption(linux.SOL_SOCKET, linux.SO_SNDTIMEO_OLD, make([]byte, 15))
		w.want("too short", err, syscall.EINVAL)
		out, _, _, err = s.Option(linux.SOL_SOCKET, linux.SO_SNDTIMEO_OLD, make([]byte, 16))
		var v linux.Timeval
		if w.ok(err); linux.Parse(out, &v) != nil || v.Seconds != 3 {
			t.Errorf("SO_SNDTIMEO is %+v", v)
		}
		closeAll(s)
	})
}
