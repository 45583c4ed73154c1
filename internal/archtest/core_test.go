package archtest

import (
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strings"
)

// core are the packages of the protocol itself: state machines without input or output.
var core = []string{
	"internal/mono", "internal/seq", "internal/wire", "internal/auth", "internal/cc", "internal/cookie",
	"internal/rx", "internal/tx", "internal/sched", "internal/path", "internal/assoc", "internal/endpoint",
}

const whyCore = "the core changes its own state and hands out packets, events and deadlines; time and entropy come in as " +
	"arguments. So a test, a simulation and the engine drive the same code, and a seed repeats a run byte for byte"

// coreStd is what the core may import of the standard library, beside its own packages and package transport.
var coreStd = []string{
	"bytes", "cmp", "container/heap", "container/list", "crypto/hmac", "crypto/sha1", "crypto/sha256", "crypto/subtle",
	"encoding/binary", "encoding/hex", "errors", "fmt", "hash", "hash/crc32", "hash/maphash", "iter", "maps", "math", "math/bits",
	"math/rand/v2", "net/netip", "slices", "sort", "strconv", "strings", "time", "unique",
}

var coreImports = rule{
	name: "core imports",
	why:  whyCore,
	check: func(tr *tree, report reportFunc) {
		for _, f := range tr.goFiles(core...) {
			imports := f.imports()
			for _, p := range slices.Sorted(maps.Keys(imports)) {
				own := strings.HasPrefix(p, modulePath+"/internal/") || p == modulePath+"/transport"
				if !own && !slices.Contains(coreStd, p) {
					report(tr.at(imports[p]), "the core imports %q", p)
				}
			}
		}
	},
	bad: []string{
		"-- internal/rx/a.go --\npackage rx\nimport \"sync\"",
		"-- internal/tx/a.go --\npackage tx\nimport \"context\"",
		"-- internal/cc/a.go --\npackage cc\nimport \"net\"",
		"-- internal/assoc/a.go --\npackage assoc\nimport \"log/slog\"",
		"-- internal/wire/a.go --\npackage wire\nimport \"github.com/pion/sctp\"",
	},
	good: []string{
		"-- internal/rx/a.go --\npackage rx\nimport \"net/netip\"\nimport \"" + modulePath + "/internal/wire\"",
		"-- internal/rx/a_test.go --\npackage rx\nimport \"sync\"",
		"-- internal/engine/a.go --\npackage engine\nimport \"sync\"",
	},
}

// coreMay are the only names that the core may use of some packages: the others read a clock, share a generator or print.
var coreMay = map[string][]string{
	"time":         {"Duration", "Nanosecond", "Microsecond", "Millisecond", "Second", "Minute", "Hour"},
	"math/rand/v2": {"Rand", "Source", "PCG", "ChaCha8", "New", "NewPCG", "NewChaCha8"},
	"fmt":          {"Errorf", "Sprintf", "Sprint", "Append", "Appendf", "Stringer", "Formatter", "State"},
}

var coreNames = rule{
	name: "core clock and chance",
	why:  whyCore,
	check: func(tr *tree, report reportFunc) {
		for _, f := range tr.goFiles(core...) {
			f.selectors(func(pkg, name string, pos token.Pos) {
				if may, ok := coreMay[pkg]; ok && !slices.Contains(may, name) {
					report(tr.at(pos), "the core uses %s.%s", packageName(pkg), name)
				}
			})
		}
	},
	bad: []string{
		"-- internal/rx/a.go --\npackage rx\nimport \"time\"\nvar t = time.Now()",
		"-- internal/rx/a.go --\npackage rx\nimport clock \"time\"\nvar t = clock.AfterFunc",
		"-- internal/rx/a.go --\npackage rx\nimport \"math/rand/v2\"\nvar n = rand.IntN(3)",
		"-- internal/rx/a.go --\npackage rx\nimport \"fmt\"\nfunc f() { fmt.Println() }",
	},
	good: []string{
		"-- internal/rx/a.go --\npackage rx\nimport \"time\"\nconst d = 200 * time.Millisecond",
		"-- internal/rx/a.go --\npackage rx\nimport \"math/rand/v2\"\nfunc f(r *rand.Rand) int { return r.IntN(3) }",
	},
}

var coreStatements = rule{
	name: "core concurrency",
	why:  whyCore,
	check: func(tr *tree, report reportFunc) {
		for _, f := range tr.goFiles(core...) {
			ast.Inspect(f.ast, func(n ast.Node) bool {
				switch n.(type) {
				case *ast.GoStmt:
					report(tr.at(n.Pos()), "the core starts a goroutine")
				case *ast.ChanType:
					report(tr.at(n.Pos()), "the core has a channel")
				case *ast.SelectStmt:
					report(tr.at(n.Pos()), "the core selects")
				}
				return true
			})
		}
	},
	bad: []string{
		"-- internal/tx/a.go --\npackage tx\nfunc f() { go f() }",
		"-- internal/tx/a.go --\npackage tx\ntype t struct{ c chan int }",
		"-- internal/tx/a.go --\npackage tx\nfunc f() { select {} }",
	},
	good: []string{"-- internal/engine/a.go --\npackage engine\nfunc f() { go f() }"},
}

var coreMapOrder = rule{
	name: "core map order",
	why: "Go randomises the order of a map, so ranging over one makes the same seed send another packet. Use a slice, sort " +
		"first, or say in a comment that starts with \"order:\" on the line above why the order reaches neither wire nor event",
	check: func(tr *tree, report reportFunc) {
		ck := newChecker(tr)
		for _, f := range tr.goFiles(slices.Concat(core, []string{"simnet"})...) {
			info := ck.check(f.dir).info
			excused := linesWith(tr, f, "order:")
			ast.Inspect(f.ast, func(n ast.Node) bool {
				r, ok := n.(*ast.RangeStmt)
				if !ok || !unordered(f, info, r.X) {
					return true
				}
				if line := tr.fset.Position(r.Pos()).Line; !excused[line] && !excused[line-1] {
					report(tr.at(r.Pos()), "ranges over a map")
				}
				return true
			})
		}
	},
	bad: []string{
		"-- internal/assoc/a.go --\npackage assoc\nfunc f(m map[int]int) { for range m {} }",
		"-- internal/assoc/a.go --\npackage assoc\nimport \"maps\"\nfunc f(m map[int]int) { for range maps.Keys(m) {} }",
		"-- internal/rx/a.go --\npackage rx\ntype M map[int]int\n" +
			"-- internal/assoc/a.go --\npackage assoc\nimport \"" + modulePath + "/internal/rx\"\ntype t struct{ m rx.M }\nfunc (t *t) f() { for k := range t.m { _ = k } }",
	},
	good: []string{
		"-- internal/assoc/a.go --\npackage assoc\nfunc f(m []int) { for range m {} }",
		"-- internal/assoc/a.go --\npackage assoc\nfunc f(m map[int]int) int {\n\tn := 0\n\t// order: a sum.\n\tfor _, v := range m {\n\t\tn += v\n\t}\n\treturn n\n}",
	},
}

// unordered reports whether ranging over x takes an order that differs from run to run.
func unordered(f *file, info *types.Info, x ast.Expr) bool {
	if call, ok := x.(*ast.CallExpr); ok {
		s, ok := call.Fun.(*ast.SelectorExpr)
		return ok && f.packageOf(s.X) == "maps"
	}
	t := info.TypeOf(x)
	if t == nil {
		return false
	}
	_, ok := t.Underlying().(*types.Map)
	return ok
}

// linesWith returns the lines of f on which a comment ends that starts with mark.
func linesWith(tr *tree, f *file, mark string) map[int]bool {
	lines := make(map[int]bool)
	for _, g := range f.ast.Comments {
		if strings.HasPrefix(g.Text(), mark) {
			lines[tr.fset.Position(g.End()).Line] = true
		}
	}
	return lines
}
