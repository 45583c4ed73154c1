package assoc

import "github.com/gosctp/sctp/internal/rx"

// intake is where user data goes. It comes with the first: many an association only waits for it.
func (a *Association) intake() *rx.Inbound {
	r := &a.receive
	if r.inbound == nil {
		r.inbound = rx.NewInbound(rx.Config{PartialDeliveryPoint: a.cfg.PartialDeliveryPoint, Level: a.cfg.FragmentInterleave})
		r.growth = new(growth)
		a.beginInbound()
		a.setWindow(r.window)
	}
	return r.inbound
}

// beginInbound tells it what the peers have agreed on, and which TSN comes next.
func (a *Association) beginInbound() {
	q := a.receive.inbound
	q.SetStreams(int(a.inStreams))
	q.SetInterleaving(a.extensions.Has(Interleaving))
	q.SetLax(a.extensions.Has(PartialReliability))
	q.Start(a.receive.tsns.CumTSN() + 1)
}
