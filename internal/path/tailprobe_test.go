package path

import "testing"

// RFC 8985 section 7.4.2.
func TestOfATailProbeOnlyARepairIsALoss(t *testing.T) {
	again := TailProbe{Out: true, Again: true, End: 10}
	for _, c := range []struct {
		name      string
		probe     TailProbe
		f         func(*TailProbe) bool
		out, lost bool
	}{
		{"before it", again, func(p *TailProbe) bool { return p.Acked(9) }, true, false},
		{"it, whichever time", again, func(p *TailProbe) bool { return p.Acked(10) }, true, false},
		{"something after it", again, func(p *TailProbe) bool { return p.Acked(11) }, false, true},
		{"it came twice", again, func(p *TailProbe) bool { p.Duplicate(10); return p.Acked(11) }, false, false},
		{"another one came twice", again, func(p *TailProbe) bool { p.Duplicate(9); return p.Acked(11) }, false, true},
		{"new data", TailProbe{Out: true, End: 10}, func(p *TailProbe) bool { return p.Acked(10) }, false, false},
		{"new data cannot come twice", TailProbe{Out: true, End: 10}, func(p *TailProbe) bool { p.Duplicate(10); return p.Acked(9) }, true, false},
		{"none", TailProbe{}, func(p *TailProbe) bool { return p.Acked(11) }, false, false},
	} {
		p := c.probe
		if lost := c.f(&p); lost != c.lost || p.Out != c.out {
			t.Errorf("%s: repaired a loss: %v, waited for: %v", c.name, lost, p.Out)
		}
	}
}
