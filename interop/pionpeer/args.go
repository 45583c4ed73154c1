package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/gosctp/sctp/interop/plan"
)

// options is what the arguments say.
type options struct {
	role, net, local, remote, end, offer string
	plan                                 plan.Plan
	expect, hold                         int
	echo, list, paused                   bool
}

// parseArgs reads key=value arguments. pion has no say about SCTP ports, addresses or time-outs.
func parseArgs(args []string) (*options, error) {
	o := &options{end: "peer", plan: plan.Plan{Streams: 1, Sizes: []int{1}}}
	ignored := new(string)
	text := map[string]*string{
		"role": &o.role, "net": &o.net, "local": &o.local, "remote": &o.remote, "end": &o.end, "offer": &o.offer,
		"port": ignored, "brisk": ignored,
	}
	number := map[string]*int{
		"streams": &o.plan.Streams, "count": &o.plan.Count, "unordered": &o.plan.Unordered, "expect": &o.expect, "hold": &o.hold,
	}
	flag := map[string]*bool{"echo": &o.echo, "list": &o.list, "paused": &o.paused}

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

// offers tells whether the arguments list an extension.
func (o *options) offers(name string) bool { return slices.Contains(strings.Split(o.offer, ","), name) }
