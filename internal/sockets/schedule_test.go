package sockets

import (
	"strings"
	"syscall"
	"testing"

	"github.com/gosctp/sctp/internal/abi/linux"
)

// Messages that wait leave in the order of the scheduler, whether it was chosen before the association or after the messages.
func TestSchedulerOrdersWhatWaits(t *testing.T) {
	for scheduler, want := range map[uint32]string{
		linux.SCTP_SS_FCFS: "0 0 1 1 2 2", linux.SCTP_SS_PRIO: "2 2 1 1 0 0", linux.SCTP_SS_RR: "0 1 2 0 1 2", linux.SCTP_SS_RR_PKT: "0 0 1 1 2 2",
	} {
		for _, late := range []bool{false, true} {
			inWorld(t, func(w *world) {
				l, c := w.listener(1), w.socket(w.left, linux.AF_INET, sockStream)
				choose := func() {
					w.ok(c.setSCTP(linux.SCTP_STREAM_SCHEDULER, &linux.AssocValue{Value: scheduler}))
				}
				if !late {
					choose()
				}
				w.ok(c.connect(at(rightIP, 7)))
				s := w.accept(l)
				one := linux.Int(1)
				w.ok(s.setSCTP(linux.SCTP_RECVRCVINFO, &one))
				if late {
					choose()
				}
				if got := c.value(linux.SCTP_STREAM_SCHEDULER); got != scheduler {
					t.Errorf("scheduler %d is %d", scheduler, got)
				}
				for stream, value := range []uint16{3, 2, 1} {
					w.ok(c.setSCTP(linux.SCTP_STREAM_SCHEDULER_VALUE, &linux.StreamValue{StreamID: uint16(stream), Value: value}))
				}
				w.ok(c.sendInfo(strings.Repeat("x", 1000), nil, linux.SndInfo{Stream: 9})) // the others wait behind it
				for stream := range uint16(3) {
					for range 2 {
						w.ok(c.sendInfo(string(rune('0'+stream)), nil, linux.SndInfo{Stream: stream}))
					}
				}
				w.settle()
				_, _, err := s.receive(2000)
				w.ok(err)
				var got []string
				for r := s.Ready(); r.In; r = s.Ready() {
					text, _, err := s.receive(10)
					w.ok(err)
					got = append(got, text)
				}
				if order := strings.Join(got, " "); order != want {
					t.Errorf("scheduler %d, late %v: %s, want %s", scheduler, late, order, want)
				}
				closeAll(l, c, s)
			})
		}
	}
}

func TestSchedulerOfSeveralAssociations(t *testing.T) {
	inWorld(t, func(w *world) {
		s := w.server()
		m := w.socket(w.left, linux.AF_INET, sockSeqpacket)
		w.ok(m.connect(at(rightIP, 7)))
		id := assocID(m.members()[0])
		prio, wfq := uint32(linux.SCTP_SS_PRIO), uint32(linux.SCTP_SS_WFQ)
		w.ok(m.setSCTP(linux.SCTP_STREAM_SCHEDULER, &linux.AssocValue{AssocID: linux.SCTP_CURRENT_ASSOC, Value: prio}))
		w.ok(m.setSCTP(linux.SCTP_STREAM_SCHEDULER, &linux.AssocValue{AssocID: linux.SCTP_FUTURE_ASSOC, Value: wfq}))
		of := linux.AssocValue{AssocID: id}
		if w.ok(m.get(linux.SCTP_STREAM_SCHEDULER, &of)); of.Value != prio || m.value(linux.SCTP_STREAM_SCHEDULER) != wfq {
			t.Errorf("the association has scheduler %d, those to come %d", of.Value, m.value(linux.SCTP_STREAM_SCHEDULER))
		}
		current := linux.StreamValue{AssocID: linux.SCTP_CURRENT_ASSOC, StreamID: 1, Value: 5}
		w.ok(m.setSCTP(linux.SCTP_STREAM_SCHEDULER_VALUE, &current))
		own := linux.StreamValue{AssocID: id, StreamID: 1}
		if w.ok(m.get(linux.SCTP_STREAM_SCHEDULER_VALUE, &own)); own.Value != 5 {
			t.Errorf("the value is %d", own.Value)
		}
		current.StreamID = 10
		w.want("a stream that there is not", m.setSCTP(linux.SCTP_STREAM_SCHEDULER_VALUE, &current), syscall.EINVAL)
		unknown := &linux.AssocValue{AssocID: 999, Value: prio}
		w.want("an unknown association", m.setSCTP(linux.SCTP_STREAM_SCHEDULER, unknown), syscall.EINVAL)
		closeAll(s, m)
	})
}
