package archtest

import (
	"go/ast"
	"regexp"
	"slices"
	"strings"
)

var testsDoNotSleep = rule{
	name: "tests do not sleep",
	why: "a test that sleeps is slow and fails on a busy machine: wait for the event, or give the time as an argument. In a " +
		"testing/synctest bubble time is virtual: files that import it may sleep, and functions that use a helper of theirs",
	check: func(tr *tree, report reportFunc) {
		dirs, groups := byDir(tr.testFiles())
		for _, dir := range dirs {
			virtual := synctestHelpers(groups[dir])
			for _, f := range groups[dir] {
				if _, ok := f.imports()["testing/synctest"]; ok {
					continue
				}
				for _, d := range f.ast.Decls {
					if !mentions(d, virtual) && mentions(d, map[string]bool{"Sleep": true}) {
						report(tr.at(d.Pos()), "a test sleeps")
					}
				}
			}
		}
	},
	bad: []string{
		"-- a_test.go --\npackage sctp\nimport \"time\"\nfunc f() { time.Sleep(1) }",
		"-- a_test.go --\npackage sctp\nimport \"time\"\nfunc f() { time.Sleep(1) }\n" +
			"-- b_test.go --\npackage sctp\nimport \"testing/synctest\"\nfunc bubble() { synctest.Test(nil, nil) }",
	},
	good: []string{
		"-- a_test.go --\npackage sctp\nimport (\n\t\"testing/synctest\"\n\t\"time\"\n)\nvar _ = synctest.Test\nfunc f() { time.Sleep(1) }",
		"-- a_test.go --\npackage sctp\nimport \"time\"\nfunc f() { bubble(func() { time.Sleep(1) }) }\n" +
			"-- b_test.go --\npackage sctp\nimport \"testing/synctest\"\nfunc bubble(f func()) { synctest.Test(nil, f) }",
	},
}

// synctestHelpers returns the functions of files that call package synctest.
func synctestHelpers(files []*file) map[string]bool {
	helpers := make(map[string]bool)
	for _, f := range files {
		for _, d := range f.ast.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && mentions(fn, map[string]bool{"synctest": true}) {
				helpers[fn.Name.Name] = true
			}
		}
	}
	return helpers
}

// mentions reports whether one of names stands below n.
func mentions(n ast.Node, names map[string]bool) bool {
	for id := range identifiers(n) {
		if names[id] {
			return true
		}
	}
	return false
}

var testsSkipByRequire = rule{
	name: "tests skip by require",
	why: "a skip that nobody can forbid hides a test that never runs. Package internal/require skips with a reason, and CI " +
		"turns the same skip into a failure; only testing.Short may skip on its own",
	check: func(tr *tree, report reportFunc) {
		skips := []string{"Skip", "Skipf", "SkipNow"}
		for _, f := range tr.testFiles() {
			if f.in("internal/require") {
				continue
			}
			ast.Inspect(f.ast, func(n ast.Node) bool {
				if s, ok := n.(*ast.IfStmt); ok && identifiers(s.Cond)["Short"] {
					return false
				}
				c, ok := n.(*ast.CallExpr)
				if !ok {
					return true
				}
				s, ok := c.Fun.(*ast.SelectorExpr)
				if !ok || !slices.Contains(skips, s.Sel.Name) {
					return true
				}
				if id, ok := s.X.(*ast.Ident); ok && slices.Contains([]string{"t", "b", "tb", "f"}, id.Name) {
					report(tr.at(c.Pos()), "skips without package require")
				}
				return true
			})
		}
	},
	bad: []string{
		"-- a_test.go --\npackage sctp\nfunc f() { t.Skip() }",
		"-- a_test.go --\npackage sctp\nfunc f() { b.Skipf(\"no root\") }",
	},
	good: []string{"-- a_test.go --\npackage sctp\nfunc f() { if testing.Short() { t.Skip(\"takes a minute\") } }"},
}

// maxLines is how long a file may be; 300 is what to aim for.
const maxLines = 600

var fileLength = rule{
	name: "file length",
	why:  "a file has one concern, named after it; past 600 lines it has several",
	check: func(tr *tree, report reportFunc) {
		for _, f := range tr.filter(func(f *file) bool { return f.isGo() || strings.HasSuffix(f.path, ".c") }) {
			if n := strings.Count(f.text, "\n"); n > maxLines {
				report(f.path, "has %d lines, more than %d", n, maxLines)
			}
		}
	},
	bad:  []string{"-- a.go --\npackage sctp\n" + strings.Repeat("\n", maxLines)},
	good: []string{"-- a.go --\npackage sctp\n" + strings.Repeat("\n", maxLines-1)},
}

var documented = rule{
	name: "exported names are documented",
	why: "the package comment says what to create first and what the caller's duties are; the comment of a name says what " +
		"it is for. What is not worth a sentence need not be exported",
	check: func(tr *tree, report reportFunc) {
		dirs, groups := byDir(tr.goFiles())
		for _, dir := range dirs {
			doc := false
			for _, f := range groups[dir] {
				doc = doc || f.ast.Doc != nil
				for _, d := range f.ast.Decls {
					for _, id := range undocumented(d) {
						report(tr.at(id.Pos()), "%s has no comment", id.Name)
					}
				}
			}
			if !doc {
				report(groups[dir][0].path, "package %s has no comment", dir)
			}
		}
	},
	bad: []string{
		"-- a.go --\npackage sctp",
		"-- a.go --\n// Package sctp is one.\npackage sctp\nfunc F() {}",
		"-- a.go --\n// Package sctp is one.\npackage sctp\ntype T int",
	},
	good: []string{
		"-- a.go --\n// Package sctp is one.\npackage sctp\n// F is one.\nfunc F() {}\n// Some.\nconst (\n\tA = 1\n\tB = 2\n)\ntype t int\nfunc (t) M() {}",
	},
}

// undocumented returns the exported names that d declares without a comment. In a group one comment serves all; methods
// are left to the interface they implement if their type is not exported.
func undocumented(d ast.Decl) []*ast.Ident {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Doc == nil && d.Name.IsExported() && d.Recv == nil {
			return []*ast.Ident{d.Name}
		}
	case *ast.GenDecl:
		var names []*ast.Ident
		grouped := d.Lparen.IsValid()
		documented := d.Doc != nil
		for _, s := range d.Specs {
			switch s := s.(type) {
			case *ast.TypeSpec:
				if s.Name.IsExported() && s.Doc == nil && (grouped || d.Doc == nil) {
					names = append(names, s.Name)
				}
			case *ast.ValueSpec:
				documented = documented || s.Doc != nil || s.Comment != nil || s.Type != nil
				if !documented && s.Names[0].IsExported() {
					names = append(names, s.Names[0])
				}
			}
		}
		return names
	}
	return nil
}

// unfinished matches what promises work instead of doing it.
var unfinished = regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|X` + `XX)\b|panic\("(st` + `ub|not implemented)`)

var nothingUnfinished = rule{
	name: "nothing unfinished",
	why:  "a promise in the source is read by nobody and kept by nobody; finish it, or say in README what is missing",
	check: func(tr *tree, report reportFunc) {
		for _, f := range tr.files {
			for i, line := range strings.Split(f.text, "\n") {
				if m := unfinished.FindString(line); m != "" {
					report(where(f, i), "says %q", m)
				}
			}
		}
	},
	bad: []string{
		"-- a.go --\npackage sctp\n// TO" + "DO: all",
		"-- a.go --\npackage sctp\nfunc f() { panic(\"st" + "ub\") }",
	},
	good: []string{"-- a.go --\npackage sctp\n// The mastodon is extinct."},
}

// machinePath matches directories that exist on somebody's machine only, and settings of it.
var machinePath = regexp.MustCompile(`(^|[^\w.])/(work|root|home|Users)/\w+|GOPROXY` + `=\S*http`)

var noMachinePaths = rule{
	name: "no machine paths",
	why:  "a path of one machine helps nobody on another, and tells who worked where",
	check: func(tr *tree, report reportFunc) {
		for _, f := range tr.files {
			for i, line := range strings.Split(f.text, "\n") {
				if m := machinePath.FindString(line); m != "" {
					report(where(f, i), "names %q", m)
				}
			}
		}
	},
	bad: []string{
		"-- README.md --\nLook into /ro" + "ot/go/bin.",
		"-- docs/hacking.md --\ncd /ho" + "me/me/sctp",
	},
	good: []string{"-- docs/hacking.md --\nSee github.com/gosctp/sctp/internal/work and https://example.org/home/page"},
}

// mayRequire are the modules that users of this one inherit, or its tests need, each with what for.
var mayRequire = map[string]string{
	"golang.org/x/sys":                  "system calls of the carriers",
	"golang.org/x/net":                  "BPF, control messages, nettest",
	"github.com/vishvananda/netlink":    "routes and address changes",
	"github.com/gopacket/gopacket":      "pcapng",
	"github.com/pion/dtls/v3":           "the carrier over DTLS (docs/adr/0080-dtls.md)",
	"github.com/pion/logging":           "how pion/dtls is kept quiet",
	"github.com/spf13/cobra":            "commands",
	"github.com/spf13/pflag":            "flags of cobra's commands",
	"golang.org/x/term":                 "what is a terminal",
	"github.com/jedib0t/go-pretty/v6":   "tables of commands",
	"github.com/schollz/progressbar/v3": "progress of sctp cat",
	"github.com/rogpeppe/go-internal":   "script tests of commands",
	"github.com/google/go-cmp":          "differences in tests",
	"pgregory.net/rapid":                "properties in tests",
}

var dependencies = rule{
	name: "dependencies are chosen",
	why: "each module that users inherit is a decision (docs/adr); the core takes none, and peers that we measure against " +
		"stay in bench/go.mod. mayRequire is the list",
	check: func(tr *tree, report reportFunc) {
		for _, f := range tr.files {
			if f.path != "go.mod" {
				continue
			}
			for i, line := range strings.Split(f.text, "\n") {
				line = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(line), "require "))
				module, version, ok := strings.Cut(line, " ")
				if !ok || !strings.HasPrefix(version, "v") || strings.Contains(version, "// indirect") {
					continue
				}
				if mayRequire[module] == "" {
					report(where(f, i), "requires %s", module)
				}
			}
		}
	},
	bad:  []string{"-- go.mod --\nmodule m\n\nrequire (\n\tgithub.com/pion/sctp v1.0.0\n)\n", "-- go.mod --\nmodule m\nrequire example.org/x v1.2.3\n"},
	good: []string{"-- go.mod --\nmodule m\n\nrequire (\n\tgolang.org/x/sys v0.1.0\n\texample.org/y v1.0.0 // indirect\n)\n"},
}
