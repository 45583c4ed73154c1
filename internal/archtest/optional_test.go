package archtest

import (
	"maps"
	"slices"
	"strings"
)

// mayUseDTLS are the packages that are built with a DTLS implementation.
var mayUseDTLS = []string{"internal/cli", "cmd", "interop", "bench"}

var dtlsIsOptional = rule{
	name: "DTLS is optional",
	why: "a program that does not use DTLS is built without it: a handshake and its cryptography are much to inherit, and to watch for " +
		"security holes. transport/dtls alone imports the implementation, and nothing that programs import imports transport/dtls",
	check: func(tr *tree, report reportFunc) {
		for _, f := range tr.goFiles() {
			imports := f.imports()
			for _, p := range slices.Sorted(maps.Keys(imports)) {
				pion := strings.HasPrefix(p, "github.com/pion/") && !f.in("transport/dtls", "interop/pionpeer", "bench")
				ours := p == modulePath+"/transport/dtls" && !f.in(mayUseDTLS...)
				if pion || ours {
					report(tr.at(imports[p]), "imports %s", p)
				}
			}
		}
	},
	bad: []string{
		"-- a.go --\npackage sctp\nimport \"" + modulePath + "/transport/dtls\"",
		"-- internal/engine/a.go --\npackage engine\nimport \"" + modulePath + "/transport/dtls\"",
		"-- transport/pipe/a.go --\npackage pipe\nimport \"github.com/pion/logging\"",
		"-- internal/cli/a.go --\npackage cli\nimport \"github.com/pion/dtls/v3\"",
	},
	good: []string{
		"-- transport/dtls/a.go --\npackage dtls\nimport \"github.com/pion/dtls/v3\"",
		"-- internal/cli/a.go --\npackage cli\nimport \"" + modulePath + "/transport/dtls\"",
		"-- a_test.go --\npackage sctp\nimport \"" + modulePath + "/transport/dtls\"",
	},
}
