package cc

import (
	"math"
	"testing"
	"time"
)

// FuzzBBR gives a BBR events in any order and with any numbers: window and rate stay in their bounds, and neither is ever nothing.
func FuzzBBR(f *testing.F) {
	f.Add([]byte{0, 10, 1, 20, 2, 30, 3, 40, 4, 50, 5, 60, 6, 70, 7, 80, 8, 90, 9, 100})
	f.Add([]byte("00y0000000"))
	f.Add([]byte{0, 255, 0, 255, 1, 255, 1, 255, 3, 9, 2, 200, 2, 200, 5, 1, 1, 255, 8, 1, 1, 3})
	f.Fuzz(func(t *testing.T, events []byte) {
		b := NewBBR(pmdcs, false)
		now, flight := second, 0
		var sent []Departure
		for i := 0; i+1 < len(events); i += 2 {
			n := int(events[i+1])
			now = now.Add(time.Duration(n*n) * time.Duration(1+i%7) * time.Microsecond)
			newest := now.Add(-time.Duration(n) * time.Millisecond)
			if len(sent) > 0 {
				newest = sent[n%len(sent)].Now
			}
			switch events[i] % 10 {
			case 0:
				d := Departure{Now: now, Before: flight, After: flight + 1 + n*pmdcs/16}
				flight = d.After
				sent = append(sent, d)
				b.Sent(d)
			case 1, 2:
				bytes := min(flight, 1+n*pmdcs/8)
				a := Ack{
					Now: now, Bytes: max(bytes, 1), FlightBefore: flight, FlightAfter: flight - bytes, NewestAt: newest,
					FastRecovery: n%3 == 0, Repairing: n%5 == 0, SRTT: time.Duration(n) * time.Millisecond,
				}
				if n%2 == 0 {
					a.RTT = max(now.Sub(newest), 1)
				}
				flight = a.FlightAfter
				b.Acked(a)
			case 3:
				b.Missed(Loss{SentAt: newest, Bytes: 1 + n*100, Ranges: 1 + n%9})
			case 4:
				b.Save()
				b.Lost()
			case 5:
				b.TimedOut()
			case 6:
				b.Undo()
			case 7:
				b.AppLimited(flight)
			case 8:
				b.Marked()
			case 9:
				b.Resize(500 + n*16)
			}
			switch rate := b.PacingRate(0, 0); {
			case b.Cwnd() < b.pmdcs || b.Cwnd() > maxSsthresh:
				t.Fatalf("event %d: a window of %d", i/2, b.Cwnd())
			case !(rate > 400) || math.IsInf(rate, 0):
				t.Fatalf("event %d: a rate of %v", i/2, rate)
			case b.long <= 0 || b.short <= 0 || b.bwShort < 0 || math.IsNaN(b.long+b.short+b.bwShort):
				t.Fatalf("event %d: limits %v, %v, %v", i/2, b.long, b.short, b.bwShort)
			}
		}
	})
}
