package sockets

import (
	"syscall"

	"github.com/gosctp/sctp/internal/abi/linux"
	"github.com/gosctp/sctp/internal/engine"
	"github.com/gosctp/sctp/internal/sched"
)

// scheduleOptions choose the stream that is next (RFC 8260 sections 4.3.2 and 4.3.3).
var scheduleOptions = table{
	linux.SCTP_STREAM_SCHEDULER:       of(setScheduler, getScheduler),
	linux.SCTP_STREAM_SCHEDULER_VALUE: of(setSchedulerValue, getSchedulerValue),
}

// schedulers are made by these, by number.
var schedulers = map[uint32]*func() sched.Scheduler{
	linux.SCTP_SS_FCFS: new(sched.FCFS), linux.SCTP_SS_PRIO: new(sched.Priority), linux.SCTP_SS_RR: new(sched.RoundRobin),
	linux.SCTP_SS_FC: new(sched.FairCapacity), linux.SCTP_SS_WFQ: new(sched.WeightedFair), linux.SCTP_SS_RR_PKT: new(sched.RoundRobinPacket),
}

// setScheduler has the streams begin without values: what one of another scheduler's means to this one nobody knows.
func setScheduler(s *Socket, v *linux.AssocValue) error {
	newScheduler := schedulers[v.Value]
	if newScheduler == nil {
		return syscall.EINVAL
	}
	targets, _, err := s.targets(v.AssocID)
	for _, a := range targets {
		_ = a.ChangeScheduler((*newScheduler)()) // one that is over sends nothing
	}
	if err != nil {
		return err
	}
	err = s.changeDefaults(v.AssocID, func(d *defaults) { d.scheduler = v.Value })
	s.reconfigure()
	return err
}

func getScheduler(s *Socket, v *linux.AssocValue) error {
	a, err := s.source(v.AssocID)
	if err != nil {
		return err
	}
	v.Value = s.defaultsOf(a).scheduler
	return nil
}

// setSchedulerValue does nothing where who comes first is served first. There is no value for associations to come: Linux takes it of
// a one-to-one socket without a word, and of a one-to-many one only if it is for those that there are.
func setSchedulerValue(s *Socket, v *linux.StreamValue) error {
	switch {
	case !s.many():
		if s.assoc == nil {
			return nil
		}
		return s.setStreamValue(s.assoc, v)
	case v.AssocID == linux.SCTP_CURRENT_ASSOC:
		var failed error
		for _, a := range s.members() {
			if err := s.setStreamValue(a, v); failed == nil {
				failed = err
			}
		}
		return failed
	}
	a := s.member(v.AssocID)
	if a == nil {
		return syscall.EINVAL
	}
	return s.setStreamValue(a, v)
}

func (s *Socket) setStreamValue(a *engine.Assoc, v *linux.StreamValue) error {
	if _, err := a.StreamValue(v.StreamID); err != nil {
		return syscall.EINVAL
	}
	switch s.defaultsOf(a).scheduler {
	case linux.SCTP_SS_WFQ:
		if v.Value == 0 {
			return syscall.EINVAL
		}
	case linux.SCTP_SS_FCFS:
		return nil
	}
	if a.SetStreamValue(v.StreamID, v.Value) != nil {
		return syscall.EINVAL
	}
	return nil
}

func getSchedulerValue(s *Socket, v *linux.StreamValue) error {
	a := s.member(v.AssocID)
	if a == nil {
		return syscall.EINVAL
	}
	value, err := a.StreamValue(v.StreamID)
	if err != nil {
		return syscall.EINVAL
	}
	v.Value = value
	if value == 0 && s.defaultsOf(a).scheduler == linux.SCTP_SS_WFQ {
		v.Value = 1 // the weight of a stream that was given none
	}
	return nil
}
