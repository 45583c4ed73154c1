// Package check finds out what this machine can do for SCTP, by doing it.
package check

import (
	"context"
	"io"

	"github.com/gosctp/sctp/internal/cli"
	"github.com/gosctp/sctp/transport"
)

// Result is the outcome of one probe.
type Result struct {
	Name string `json:"name"`
	// OK: it works; Detail says how, or why not.
	OK     bool   `json:"ok"`
	Detail string `json:"detail"`
	// carries: with this alone, associations of this stack are possible.
	carries bool
}

// wrapFunc is put around every carrier that a probe opens.
type wrapFunc = func(transport.Transport) transport.Transport

// probe is one thing to try: what it is called, and a function that tries it and says how it went.
type probe struct {
	name    string
	carries bool
	try     func(context.Context, wrapFunc) (detail string, err error)
}

var probes = []probe{
	{"kernel SCTP", false, kernelSCTP},
	{"raw IP (sctp)", true, rawIP},
	{"over UDP (sctp/udp)", true, overUDP},
	{"over DTLS (--dtls)", false, overDTLS},
	{"socket buffers", false, socketBuffers},
	{"interception (sctp run)", false, interception},
}

// Run tries everything. If wrap is not nil it is put around the carriers that are opened, such as to record packets.
func Run(ctx context.Context, wrap func(transport.Transport) transport.Transport) []Result {
	if wrap == nil {
		wrap = func(t transport.Transport) transport.Transport { return t }
	}
	results := make([]Result, len(probes))
	for i, p := range probes {
		detail, err := p.try(ctx, wrap)
		if err != nil {
			detail = err.Error()
		}
		results[i] = Result{Name: p.name, OK: err == nil, Detail: detail, carries: p.carries}
	}
	return results
}

// Usable reports whether SCTP is possible with this stack.
func Usable(results []Result) bool {
	for _, r := range results {
		if r.OK && r.carries {
			return true
		}
	}
	return false
}

// Print writes the results as a table.
func Print(w io.Writer, results []Result) error {
	var rows [][]string
	for _, r := range results {
		state := "no"
		if r.OK {
			state = "yes"
		}
		rows = append(rows, []string{r.Name, state, r.Detail})
	}
	return cli.PrintTable(w, rows)
}
