package archtest

import (
	"go/ast"
	"go/token"
	"maps"
	"path"
	"slices"
	"strings"
)

// byteDirs may use encoding/binary although they are no wire format, each with the reason.
var byteDirs = map[string]string{
	"internal/wire":   "the wire format",
	"internal/cookie": "the cookie is a format of our own, which no peer reads",
}

var wireNumbers = rule{
	name: "wire numbers live in wire",
	why: "byte order, offsets and code points are written once, next to their tests; elsewhere a chunk is a typed value. " +
		"byteDirs lists the exceptions",
	check: func(tr *tree, report reportFunc) {
		may := slices.Sorted(maps.Keys(byteDirs))
		dirs := slices.Concat(core, []string{"internal/engine", "internal/ladder"})
		for _, f := range tr.filter(func(f *file) bool { return f.isGo() && !f.isTest() && (f.dir == "." || f.in(dirs...)) }) {
			imports := f.imports()
			for _, p := range []string{"encoding/binary", "hash/crc32"} {
				if pos, ok := imports[p]; ok && !f.in(may...) {
					report(tr.at(pos), "%s imports %s", f.dir, p)
				}
			}
		}
	},
	bad: []string{
		"-- internal/assoc/a.go --\npackage assoc\nimport \"encoding/binary\"",
		"-- internal/endpoint/a.go --\npackage endpoint\nimport \"hash/crc32\"",
	},
	good: []string{"-- internal/wire/a.go --\npackage wire\nimport \"encoding/binary\""},
}

var packetAssembly = rule{
	name: "packets are assembled in one place",
	why: "bundling, counters and the checksum belong to every packet, so an association builds packets in assoc/output*.go " +
		"only, when they are pulled, and an endpoint builds its stateless answers in one file; elsewhere nobody seals",
	check: func(tr *tree, report reportFunc) {
		sealers := make(map[string]string) // by package, the one file other than output*.go
		for _, f := range tr.goFiles(core...) {
			f.selectors(func(pkg, name string, pos token.Pos) {
				if pkg != modulePath+"/internal/wire" || name != "Seal" {
					return
				}
				switch first := sealers[f.dir]; {
				case f.dir == "internal/assoc" && strings.HasPrefix(path.Base(f.path), "output"):
				case f.dir == "internal/endpoint" && (first == "" || first == f.path):
					sealers[f.dir] = f.path
				default:
					report(tr.at(pos), "seals a packet")
				}
			})
		}
	},
	bad: []string{
		"-- internal/assoc/shutdown.go --\npackage assoc\nimport \"" + modulePath + "/internal/wire\"\nfunc f(b []byte) { wire.Seal(b) }",
		"-- internal/tx/output.go --\npackage tx\nimport \"" + modulePath + "/internal/wire\"\nfunc f(b []byte) { wire.Seal(b) }",
	},
	good: []string{
		"-- internal/assoc/output_data.go --\npackage assoc\nimport \"" + modulePath + "/internal/wire\"\nfunc f(b []byte) { wire.Seal(b) }",
	},
}

var parsersDoNotPanic = rule{
	name: "parsers do not panic",
	why: "the bytes are a stranger's; a parser that panics is a stranger that ends this process. No function that an exported " +
		"Parse…, Next… or Describe… calls may contain a panic",
	check: func(tr *tree, report reportFunc) {
		for _, dir := range parserDirs {
			calls := calledNames(tr.goFiles(dir))
			reached := reachable(calls, "Parse", "Next", "Describe")
			for _, name := range slices.Sorted(maps.Keys(reached)) {
				if calls[name]["panic"] {
					report(dir, "%s panics", name)
				}
			}
		}
	},
	bad: []string{
		"-- internal/wire/a.go --\npackage wire\nfunc ParseA(b []byte) { f() }\nfunc f() { panic(1) }",
	},
	good: []string{
		"-- internal/wire/a.go --\npackage wire\nfunc ParseA(b []byte) { }\nfunc AppendA(b []byte) { panic(1) }",
	},
}

// parserDirs read bytes of strangers: of peers, and of programs.
var parserDirs = []string{"internal/wire", "internal/cookie", "internal/abi/linux"}

var parsersAreFuzzed = rule{
	name: "parsers are fuzzed",
	why: "every exported Parse… and Next… function of parserDirs takes bytes of a stranger; a fuzz target of the same " +
		"package has to call it, directly or through functions of the package",
	check: func(tr *tree, report reportFunc) {
		for _, dir := range parserDirs {
			all := tr.filter(func(f *file) bool { return f.isGo() && f.dir == dir })
			reached := reachable(calledNames(all), "Fuzz")
			for _, name := range slices.Sorted(maps.Keys(calledNames(tr.goFiles(dir)))) {
				if (strings.HasPrefix(name, "Parse") || strings.HasPrefix(name, "Next")) && !reached[name] {
					report(dir, "no fuzz target reaches %s", name)
				}
			}
		}
	},
	bad: []string{
		"-- internal/wire/a.go --\npackage wire\nfunc ParseA(b []byte) {}\n-- internal/wire/a_test.go --\npackage wire\nfunc FuzzB() {}\nfunc TestA() { ParseA(nil) }",
	},
	good: []string{
		"-- internal/wire/a.go --\npackage wire\nfunc ParseA(b []byte) {}\n-- internal/wire/a_test.go --\npackage wire\nfunc FuzzA() { all() }\nfunc all() { ParseA(nil) }",
	},
}

// calledNames returns, for every function and method declared in files, the names that its body calls.
func calledNames(files []*file) map[string]map[string]bool {
	calls := make(map[string]map[string]bool)
	for _, f := range files {
		for _, d := range f.ast.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Body == nil {
				continue
			}
			if calls[fn.Name.Name] == nil {
				calls[fn.Name.Name] = make(map[string]bool)
			}
			maps.Copy(calls[fn.Name.Name], callees(fn.Body))
		}
	}
	return calls
}

// callees returns the names of the functions and methods that a body calls.
func callees(body *ast.BlockStmt) map[string]bool {
	names := make(map[string]bool)
	ast.Inspect(body, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok {
			switch f := call.Fun.(type) {
			case *ast.Ident:
				names[f.Name] = true
			case *ast.SelectorExpr:
				names[f.Sel.Name] = true
			}
		}
		return true
	})
	return names
}

// reachable returns the functions whose names begin with one of prefixes and those that they call, directly or not.
func reachable(calls map[string]map[string]bool, prefixes ...string) map[string]bool {
	reached := make(map[string]bool)
	var visit func(name string)
	visit = func(name string) {
		if reached[name] || calls[name] == nil {
			return
		}
		reached[name] = true
		for callee := range calls[name] {
			visit(callee)
		}
	}
	for name := range calls {
		if slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(name, p) }) {
			visit(name)
		}
	}
	return reached
}
