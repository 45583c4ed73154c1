package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/gosctp/sctp"
	"github.com/gosctp/sctp/interop/plan"
)

// options is what the arguments say.
type options struct {
	role, net, local, remote, port, end string
	spoil                               string
	offer                               []string // nil if nothing is said
	auth                                *sctp.Auth
	from                                string // the client's port
	tries                               int
	plan                                plan.Plan
	expect, hold, window, buffer, raise int
	steady, patient                     int
	echo, fast, brisk, list, paused     bool
	tuned, switches, asconf             bool
}

// parseArgs reads key=value arguments.
func parseArgs(args []string) (*options, error) {
	o := &options{net: "ip", end: "peer", from: "0", plan: plan.Plan{Streams: 1, Sizes: []int{1}}}
	text := map[string]*string{
		"role": &o.role, "net": &o.net, "port": &o.port, "end": &o.end, "spoil": &o.spoil, "from": &o.from,
	}
	number := map[string]*int{
		"streams": &o.plan.Streams, "count": &o.plan.Count, "unordered": &o.plan.Unordered, "expect": &o.expect, "hold": &o.hold,
		"window": &o.window, "buffer": &o.buffer, "raise": &o.raise, "steady": &o.steady, "patient": &o.patient, "tries": &o.tries,
	}
	flag := map[string]*bool{"echo": &o.echo, "fast": &o.fast, "brisk": &o.brisk, "list": &o.list, "paused": &o.paused, "tuned": &o.tuned, "switch": &o.switches, "asconf": &o.asconf}

	for _, arg := range args {
		key, value, _ := strings.Cut(arg, "=")
		var err error
		switch {
		case text[key] != nil:
			*text[key] = value
		case number[key] != nil:
			*number[key], err = strconv.Atoi(value)
		case flag[key] != nil:
			*flag[key], err = strconv.ParseBool(value)
		case key == "offer":
			o.offer = strings.Split(value, ",")
		case key == "auth", key == "hmac", key == "keys", key == "key":
			err = o.authenticate(key, value)
		case key == "local":
			o.local = bracketed(value)
		case key == "remote":
			o.remote = bracketed(value)
		case key == "sizes":
			o.plan.Sizes, err = plan.ParseSizes(value)
		default:
			err = fmt.Errorf("unknown key")
		}
		if err != nil {
			return nil, fmt.Errorf("argument %s: %w", arg, err)
		}
	}
	return o, nil
}

// bracketed puts IPv6 addresses of a list A/B in brackets, as addresses of package sctp have them.
func bracketed(list string) string {
	hosts := strings.Split(list, "/")
	for i, host := range hosts {
		if strings.Contains(host, ":") {
			hosts[i] = "[" + host + "]"
		}
	}
	return strings.Join(hosts, "/")
}

// network is the network of package sctp that net= stands for.
func (o *options) network() string {
	if o.net == "udp" {
		return "sctp/udp"
	}
	return "sctp"
}

// config leaves all at the defaults but what the test asks for.
func (o *options) config() (sctp.Config, error) {
	c := sctp.Config{
		OutStreams: initialStreams, RecvBuffer: o.window, SendBuffer: o.buffer, AssocMaxRetrans: o.patient, MaxInitRetransmits: o.tries, Auth: o.auth,
	}
	if c.SendBuffer == 0 {
		c.SendBuffer = maxMessage
	}
	c.RaiseInterval = time.Duration(o.raise) * time.Millisecond
	if o.offer != nil {
		set, err := extensionSet(o.offer)
		if err != nil {
			return c, err
		}
		c.Enable, c.Disable = set, sctp.AllExtensions&^set
		c.FragmentInterleave = 2
	}
	if o.fast || o.brisk {
		brisk(&c)
	}
	if o.fast {
		c.PathMaxRetrans = 1
		c.HBInterval = 500 * time.Millisecond
	}
	c.Switchover = o.switches
	if o.asconf {
		c.Auth = &sctp.Auth{}
	}
	if o.tuned {
		tune(&c)
	}
	return c, nil
}

// tune has the profile of docs/uplinks.md.
func tune(c *sctp.Config) {
	c.RTOInitial, c.RTOMin, c.RTOMax = 200*time.Millisecond, 50*time.Millisecond, time.Second
	c.SACKDelay, c.HBInterval, c.AssocMaxRetrans = 10*time.Millisecond, 500*time.Millisecond, 60
}

// brisk are the times that have what is lost sent again soon.
func brisk(c *sctp.Config) {
	c.RTOInitial, c.RTOMin, c.RTOMax = 300*time.Millisecond, 200*time.Millisecond, time.Second
}
