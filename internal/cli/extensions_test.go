package cli

import (
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"github.com/gosctp/sctp"
)

func TestExtensionsByName(t *testing.T) {
	for _, c := range []struct {
		args string
		want sctp.Extensions
	}{
		{"", 0},
		{"--enable=ecn", sctp.ECN},
		{"--enable=partial-reliability,nr-sack", sctp.PartialReliability | sctp.NRSack},
		{"--enable=zero-checksum --enable=packet-drop", sctp.ZeroChecksum | sctp.PacketDrop},
		{"--enable=reconfiguration,interleaving", sctp.Reconfiguration | sctp.Interleaving},
		{"--enable=all", sctp.AllExtensions},
	} {
		var got sctp.Extensions
		fs := pflag.NewFlagSet("test", pflag.ContinueOnError)
		ExtensionsVar(fs, &got, "enable", "")
		if err := fs.Parse(strings.Fields(c.args)); err != nil || got != c.want {
			t.Errorf("%q gives %v, %v, want %v", c.args, got, err, c.want)
		}
	}
}

func TestUnknownExtensionsAreRefused(t *testing.T) {
	const allowed = "partial-reliability, reconfiguration, interleaving, ecn, zero-checksum, nr-sack, packet-drop, dynamic-addresses, all"
	for _, arg := range []string{"--enable=", "--enable=ECN", "--enable=ecn,", "--enable=ecn,i-data"} {
		var got sctp.Extensions
		fs := pflag.NewFlagSet("test", pflag.ContinueOnError)
		ExtensionsVar(fs, &got, "enable", "")
		if err := fs.Parse([]string{arg}); err == nil || !strings.Contains(err.Error(), allowed) || got != 0 {
			t.Errorf("%s gives %v, %v, want an error that names all", arg, got, err)
		}
	}
}
