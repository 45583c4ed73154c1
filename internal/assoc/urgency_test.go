package assoc

import "testing"

// A message is urgent if nothing is in flight whose acknowledgement would bring the next opportunity, or if a train is full.
func TestUrgency(t *testing.T) {
	p := newPair(t, func(c *Config) { c.SendBuffer = 4 << 20 })
	a := p.ends[0]
	last := 0
	send := func(size int) {
		t.Helper()
		last = size
		if err := a.Send(p.now, &Message{Data: make([]byte, size)}); err != nil {
			t.Fatal(err)
		}
	}
	want := func(when string, u Urgency) {
		t.Helper()
		if got := a.Urgency(last); got != u {
			t.Errorf("%s: urgency %d, want %d", when, got, u)
		}
	}
	m := &Message{Data: make([]byte, 64<<10)}
	p.transfer(t, 200, m) // until the congestion window takes several trains
	send(64)
	want("nothing is in flight", Now)
	if !a.NextPacket(p.now, p.buf, &p.d) {
		t.Fatal("no packet")
	}
	send(64)
	want("one message is in flight", Soon)
	send(trainData)
	want("a train is full", Now)

	for a.NextPacket(p.now, p.buf, &p.d) {
	}
	for range 20 { // as if each had been acknowledged, so that the burst limits nothing
		a.send.replenish(a.cfg.MaxBurst)
		send(trainData)
		for a.NextPacket(p.now, p.buf, &p.d) {
		}
	}
	for a.paths[0].CC.Cwnd()-a.send.outstanding.Flight(0) >= trainData {
		t.Fatalf("the window is not full: %d of %d bytes", a.send.outstanding.Flight(0), a.paths[0].CC.Cwnd())
	}
	send(trainData)
	if a.Urgency(last) == Now {
		t.Error("urgent although the congestion window is full")
	}
	later := 0
	for range 100 {
		send(trainData / 10)
		if a.Urgency(last) == Later {
			later++
		}
	}
	if later < 9 || later > 11 {
		t.Errorf("%d of 10 trains that wait let others run", later)
	}
}

// Before the association is established, it is not up to messages when packets leave.
func TestEverythingIsUrgentBeforeTheAssociationIsUp(t *testing.T) {
	ta := newTestAssoc(t, activeSide)
	if got := ta.a.Urgency(1); got != Now {
		t.Errorf("urgency %d, want %d", got, Now)
	}
}

// Reading changes no deadline and no state, which those who drive associations count on: all it asks for is a SACK.
func TestReadingAsksForNothingButASACK(t *testing.T) {
	p := newPair(t, func(c *Config) { c.RecvBuffer, c.SendBuffer = 20_000, 100_000 })
	a, z := p.ends[0], p.ends[1]
	owed := 0
	for range 100 {
		for a.Send(p.now, &Message{Data: make([]byte, 1000)}) == nil {
		}
		p.run()
		for z.Readable() {
			state, deadline := z.State(), z.NextDeadline()
			z.Receive(p.now, p.scratch)
			if z.State() != state || z.NextDeadline() != deadline {
				t.Errorf("%v until %v has become %v until %v", state, deadline, z.State(), z.NextDeadline())
			}
			if _, ok := z.NextEvent(); ok {
				t.Error("reading makes an event")
			}
			if !z.OwesAck() {
				if z.NextPacket(p.now, p.buf, &p.d) {
					t.Fatal("a packet, although nothing is owed")
				}
				continue
			}
			owed++
			p.run()
			if z.OwesAck() {
				t.Error("still owed after it was sent")
			}
		}
	}
	if owed == 0 {
		t.Error("the window was never announced")
	}
}
