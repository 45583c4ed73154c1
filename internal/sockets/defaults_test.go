package sockets

import (
	"syscall"
	"testing"

	"github.com/gosctp/sctp/internal/abi/linux"
)

func TestDefaultsOfMessages(t *testing.T) {
	inWorld(t, func(w *world) {
		s, c := w.server(), w.client()
		w.ok(c.set(linux.SOL_SCTP, int(linux.SCTP_DEFAULT_SEND_PARAM), &linux.SndRcvInfo{
			Stream: 3, Flags: linux.SCTP_UNORDERED, PPID: 7, Context: 5, TimeToLive: 60000,
		}))
		w.ok(s.set(linux.SOL_SCTP, int(linux.SCTP_CONTEXT), &linux.AssocValue{Value: 99}))
		w.ok(c.sendTo("default", at(rightIP, 7)))
		id := c.wantState(linux.SCTP_COMM_UP).AssocID
		s.wantState(linux.SCTP_COMM_UP)
		want := func(stream uint16, flags linux.SendFlags, ppid uint32) {
			t.Helper()
			if _, i, _ := s.message(); i.Stream != stream || i.Flags != flags || i.PPID != ppid || i.Context != 99 {
				t.Errorf("%+v; want stream %d, flags %v, PPID %d, context 99", i, stream, flags, ppid)
			}
		}
		want(3, linux.SCTP_UNORDERED, 7)
		w.ok(c.sendInfo("not so", nil, linux.SndInfo{AssocID: id, Stream: 1}))
		want(1, 0, 0)
		w.ok(c.set(linux.SOL_SCTP, int(linux.SCTP_DEFAULT_SNDINFO), &linux.SndInfo{AssocID: id, Stream: 2, Flags: linux.SCTP_EOF}))
		w.ok(c.sendTo("another default, and no end", at(rightIP, 7)))
		want(2, 0, 0)

		ask := func(id linux.AssocID) (v linux.SndRcvInfo, err error) {
			out, _, _, err := c.Option(linux.SOL_SCTP, int(linux.SCTP_DEFAULT_SEND_PARAM), linux.Append(nil, &linux.SndRcvInfo{AssocID: id}))
			if err == nil {
				err = linux.Parse(out, &v)
			}
			return v, err
		}
		if v, err := ask(linux.SCTP_FUTURE_ASSOC); err != nil || v.Stream != 3 || v.TimeToLive != 60000 || v.Context != 5 {
			t.Errorf("for associations to come: %+v, %v", v, err)
		}
		if v, err := ask(id); err != nil || v.Stream != 2 || v.Flags != linux.SCTP_EOF || v.AssocID != id {
			t.Errorf("for the association: %+v, %v", v, err)
		}
		_, err := ask(999)
		w.want("an identifier that does not exist", err, syscall.EINVAL)
		out, _, _, err := c.Option(linux.SOL_SCTP, int(linux.SCTP_DEFAULT_SNDINFO), linux.Append(nil, &linux.SndInfo{AssocID: id}))
		var snd linux.SndInfo
		if w.ok(err); linux.Parse(out, &snd) != nil || snd.Stream != 2 {
			t.Errorf("%+v", snd)
		}
		for _, name := range []linux.OptName{linux.SCTP_DEFAULT_SNDINFO, linux.SCTP_CONTEXT} {
			unknown := make([]byte, linux.Size(linux.Lookup(linux.SOL_SCTP, int(name)).Value()))
			if name == linux.SCTP_CONTEXT {
				unknown[0] = 99
			} else {
				unknown[12] = 99
			}
			_, _, _, err = c.Option(linux.SOL_SCTP, int(name), unknown)
			w.want("an identifier that does not exist", err, syscall.EINVAL)
			_, err = c.SetOption(linux.SOL_SCTP, int(name), unknown)
			w.want("setting it", err, syscall.EINVAL)
		}
		w.want("no such flag", c.set(linux.SOL_SCTP, int(linux.SCTP_DEFAULT_SEND_PARAM), &linux.SndRcvInfo{Flags: 8}), syscall.EINVAL)
		w.want("no such flag", c.set(linux.SOL_SCTP, int(linux.SCTP_DEFAULT_SNDINFO), &linux.SndInfo{Flags: 64}), syscall.EINVAL)
		out, _, _, err = s.Option(linux.SOL_SCTP, int(linux.SCTP_CONTEXT), make([]byte, 8))
		var context linux.AssocValue
		if w.ok(err); linux.Parse(out, &context) != nil || context.Value != 99 {
			t.Errorf("%+v", context)
		}
		closeAll(s, c)
	})
}
