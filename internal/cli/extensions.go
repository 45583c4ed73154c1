package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/pflag"

	"github.com/gosctp/sctp"
)

// ExtensionsVar defines a flag for extensions of the protocol, by the names that Status prints with hyphens between their words, or all.
func ExtensionsVar(fs *pflag.FlagSet, p *sctp.Extensions, name, usage string) {
	fs.Var(&extensions{p}, name, usage)
}

type extensions struct{ p *sctp.Extensions }

// extensionName is how a flag names one extension.
func extensionName(e sctp.Extensions) string {
	return strings.ReplaceAll(strings.ToLower(e.String()), " ", "-")
}

// knownExtensions are all extensions by the names that flags give them, and the names in order.
func knownExtensions() (map[string]sctp.Extensions, []string) {
	known := make(map[string]sctp.Extensions)
	var names []string
	for e := sctp.Extensions(1); e&sctp.AllExtensions != 0; e <<= 1 {
		known[extensionName(e)] = e
		names = append(names, extensionName(e))
	}
	known["all"] = sctp.AllExtensions
	return known, append(names, "all")
}

func (v *extensions) Set(s string) error {
	known, names := knownExtensions()
	var set sctp.Extensions
	for name := range strings.SplitSeq(s, ",") {
		e, ok := known[name]
		if !ok {
			return fmt.Errorf("allowed, with commas between: %s", strings.Join(names, ", "))
		}
		set |= e
	}
	*v.p |= set
	return nil
}

func (v *extensions) String() string {
	if v.p == nil || *v.p == 0 {
		return ""
	}
	return v.p.String()
}

func (*extensions) Type() string { return "NAME,…" }

// PrintUp says on w that an association is up, with whom, and what both sides have agreed on.
func PrintUp(w io.Writer, conn *sctp.Conn) {
	s := conn.Status()
	fmt.Fprintf(w, "association with %v: %d streams out, %d in; extensions: %v\n", conn.RemoteAddr(), s.OutStreams, s.InStreams, s.Extensions)
}
