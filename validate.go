package sctp

import (
	"cmp"
	"fmt"
	"time"
)

// ConfigError says which field of a [Config] is wrong, and what it may be.
type ConfigError struct {
	Field   string
	Value   any
	Allowed string
}

func (e *ConfigError) Error() string {
	return fmt.Sprintf("Config.%s is %v, allowed is %s", e.Field, e.Value, e.Allowed)
}

// Limits of the fields of Config. The upper ones are far beyond sense; they keep sums from overflowing.
const (
	maxInterval = 24 * time.Hour
	maxCount    = 1 << 20
	maxBuffer   = 1 << 30
	// minRecvBuffer is the smallest window of RFC 9260 section 3.3.2.
	minRecvBuffer = 1500
	minSendBuffer = 1500
	// minPMTU leaves room for a DATA chunk on the smallest packets that IPv4 must carry.
	minPMTU = 512
	maxPMTU = 1<<16 - 1
)

// Validate reports the first field that is out of range, as a *[ConfigError].
func (c *Config) Validate() error {
	d := c.core()
	return cmp.Or(
		inRange("RTOInitial", d.RTOInitial, time.Millisecond, maxInterval),
		inRange("RTOMin", d.RTOMin, time.Millisecond, d.RTOMax),
		inRange("RTOMax", d.RTOMax, time.Millisecond, maxInterval),
		inRange("MaxBurst", d.MaxBurst, 1, maxCount),
		inRange("ValidCookieLife", d.ValidCookieLife, time.Millisecond, maxInterval),
		inRange("AssocMaxRetrans", d.AssocMaxRetrans, 1, maxCount),
		inRange("PathMaxRetrans", d.PathMaxRetrans, 1, maxCount),
		inRange("PFMaxRetrans", d.PFMaxRetrans, 0, maxCount),
		switches(c.Switchover, c.PSMaxRetrans, d.PFMaxRetrans),
		inRange("CongestionControl", c.CongestionControl, CUBIC, BBR),
		inRange("MaxInitRetransmits", d.MaxInitRetransmits, 1, maxCount),
		inRange("HBInterval", d.HBInterval, -maxInterval, maxInterval),
		inRange("HBMaxBurst", d.HBMaxBurst, 1, maxCount),
		// RFC 9260 section 6.2: an implementation must not allow a delay of more than 500 ms.
		inRange("SACKDelay", d.SACKDelay, -maxInterval, 500*time.Millisecond),
		inRange("SACKFrequency", d.SACKFrequency, 1, maxCount),
		inRange("RecvBuffer", d.RecvBuffer, minRecvBuffer, maxBuffer),
		inRange("SendBuffer", d.SendBuffer, minSendBuffer, maxBuffer),
		inRange("PartialDeliveryPoint", d.PartialDeliveryPoint, 1, d.MaxRecvBuffer),
		inRange("FragmentInterleave", c.FragmentInterleave, -1, 2),
		inRange("MaxSeg", d.MaxSeg, 0, maxPMTU),
		inRange("RaiseInterval", d.RaiseInterval, -maxInterval, maxInterval),
		inRange("StallTime", c.StallTime, -maxInterval, maxInterval),
		zeroOrInRange("MaxPMTU", d.MaxPMTU, minPMTU, maxPMTU),
		known("Enable", c.Enable),
		interleaves(c),
		known("Disable", c.Disable),
		inRange("DenyReconfig", c.DenyReconfig, 0, AllReconfigRequests),
		c.Auth.validate(),
		inRange("Linger", c.Linger, -maxInterval, maxInterval),
	)
}

// known refuses bits that name no extension.
func known(field string, e Extensions) error {
	if e&^AllExtensions == 0 {
		return nil
	}
	return &ConfigError{field, fmt.Sprintf("%#x", uint16(e)), fmt.Sprintf("a set of extensions, %#x at most", uint16(AllExtensions))}
}

// interleaves refuses to enable what will not be offered.
func interleaves(c *Config) error {
	if c.Enable&^c.Disable&Interleaving == 0 || c.FragmentInterleave == 2 {
		return nil
	}
	return &ConfigError{"FragmentInterleave", c.FragmentInterleave, "2 where Interleaving is enabled (RFC 8260 section 2.2.1)"}
}

// switches refuses thresholds that RFC 7829 section 5 item 1 forbids.
func switches(on bool, ps, pf int) error {
	if !on {
		pf = 0
	}
	return inRange("PSMaxRetrans", ps, pf, maxCount)
}

func inRange[T cmp.Ordered](field string, v, low, high T) error {
	if low <= v && v <= high {
		return nil
	}
	return &ConfigError{field, v, fmt.Sprintf("%v to %v", low, high)}
}

func zeroOrInRange(field string, v, low, high int) error {
	if v == 0 {
		return nil
	}
	if err := inRange(field, v, low, high); err != nil {
		return &ConfigError{field, v, fmt.Sprintf("0 or %v to %v", low, high)}
	}
	return nil
}
