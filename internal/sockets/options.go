package sockets

import (
	"maps"
	"syscall"

	"github.com/gosctp/sctp/internal/abi/linux"
)

// handler does what an option does. A value is copied in, looked at, changed and copied out again, as in Linux.
type handler struct {
	set, get func(s *Socket, v linux.Struct) error
}

// of makes a handler of functions that know the type of the value. A nil function is for what cannot be done.
func of[T any, P interface {
	*T
	linux.Struct
}](set, get func(s *Socket, v P) error) handler {
	var h handler
	if set != nil {
		h.set = func(s *Socket, v linux.Struct) error { return set(s, v.(P)) }
	}
	if get != nil {
		h.get = func(s *Socket, v linux.Struct) error { return get(s, v.(P)) }
	}
	return h
}

// handlers are the options that there are, a family in each table. What is not among them is answered with ENOPROTOOPT.
var handlers = merged(eventOptions, sendingOptions, tuningOptions, statusOptions, addressOptions, timingOptions, pathOptions,
	extensionOptions, deliveryOptions, resetOptions, scheduleOptions, reliabilityOptions, authOptions, asconfOptions)

type table map[linux.OptName]handler

func merged(families ...table) table {
	all := table{}
	for _, t := range families {
		maps.Copy(all, t)
	}
	return all
}

// flag is an option that is an int, and on if it is not 0.
func flag(field func(*options) *bool) handler {
	return of(func(s *Socket, v *linux.Int) error {
		*field(&s.options) = *v != 0
		s.reconfigure()
		return nil
	}, func(s *Socket, v *linux.Int) error {
		*v = linux.Int(number(*field(&s.options)))
		return nil
	})
}

// setSCTP sets an option of level SOL_SCTP. s.mu is held.
func (s *Socket) setSCTP(o *linux.Option, value []byte) error {
	h, known := handlers[o.Number]
	if !known {
		return syscall.ENOPROTOOPT
	}
	if err := o.CheckSet(len(value), s.style, s.needs()); err != nil {
		return err
	}
	if o.Number == linux.SCTP_EVENTS {
		return s.setEvents(value)
	}
	if size := linux.Size(o.Value()); len(value) > size && !o.Set.Open() {
		value = value[:size]
	}
	v, err := o.Parse(value)
	if err != nil {
		return err
	}
	return h.set(s, v)
}

// getSCTP answers an option of level SOL_SCTP. s.mu is held.
func (s *Socket) getSCTP(o *linux.Option, value []byte) ([]byte, error) {
	h := handlers[o.Number]
	if h.get == nil && o.NoGet == 0 {
		return nil, syscall.ENOPROTOOPT
	}
	n, err := o.CheckGet(len(value), s.style, s.needs())
	if err != nil {
		return nil, err
	}
	v, err := o.Query(value)
	if err != nil {
		return nil, err
	}
	if err := h.get(s, v); err != nil {
		return nil, err
	}
	switch v.(type) {
	case *linux.GetAddrs:
		return list(v, n, syscall.ENOMEM)
	case *linux.AssocIDs, *linux.HMACAlgo, *linux.AuthChunks:
		return list(v, n, syscall.EINVAL)
	}
	answer := o.Answer(value, v)
	if o.LengthKept { // the program's length stands, and the bytes behind the answer are its own
		answer = append(answer, value[len(answer):]...)
	}
	return answer, nil
}

// list is a value that ends with an array. tooLittle answers a program that has no room for all of it.
func list(v linux.Struct, room int, tooLittle error) ([]byte, error) {
	out := linux.Append(nil, v)
	if len(out) > room {
		return nil, tooLittle
	}
	return out, nil
}
