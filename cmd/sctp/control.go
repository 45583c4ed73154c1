package main

import (
	"maps"
	"slices"

	"github.com/spf13/pflag"

	"github.com/gosctp/sctp"
	"github.com/gosctp/sctp/internal/cli"
)

// controls are the names that --cc takes.
var controls = map[string]sctp.CongestionControl{"cubic": sctp.CUBIC, "rfc9260": sctp.RFC9260, "bbr": sctp.BBR}

const defaultControl = "cubic"

// controlVar adds --cc.
func controlVar(f *pflag.FlagSet, p *string, usage string) {
	cli.ChoiceVar(f, p, "cc", "", slices.Sorted(maps.Keys(controls)), usage)
}
