package archtest

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"regexp"
	"slices"
	"strings"
)

var coreExhaustive = rule{
	name: "core enum switches",
	why: "a switch on an enum lists every value or has a default, so that a value added later is a decision in each of them " +
		"and not an oversight. Code points of package wire are open: there a switch picks",
	check: func(tr *tree, report reportFunc) {
		ck := newChecker(tr)
		for _, f := range tr.goFiles(core...) {
			info := ck.check(f.dir).info
			ast.Inspect(f.ast, func(n ast.Node) bool {
				if s, ok := n.(*ast.SwitchStmt); ok && s.Tag != nil {
					if missing := missingCases(info, s); len(missing) > 0 {
						report(tr.at(s.Pos()), "switch without default misses %s", strings.Join(missing, ", "))
					}
				}
				return true
			})
		}
	},
	bad: []string{
		"-- internal/tx/a.go --\npackage tx\ntype e uint8\nconst (\n\ta e = iota\n\tb\n)\nfunc f(x e) {\n\tswitch x {\n\tcase a:\n\t}\n}",
	},
	good: []string{
		"-- internal/tx/a.go --\npackage tx\ntype e uint8\nconst (\n\ta e = iota\n\tb\n)\nfunc f(x e) {\n\tswitch x {\n\tcase a, b:\n\t}\n}",
		"-- internal/tx/a.go --\npackage tx\ntype e uint8\nconst (\n\ta e = iota\n\tb\n)\nfunc f(x e) {\n\tswitch x {\n\tcase a:\n\tdefault:\n\t}\n}",
		"-- internal/tx/a.go --\npackage tx\nfunc f(x int) {\n\tswitch x {\n\tcase 1:\n\t}\n}",
	},
}

// missingCases returns the constants of the enum type of s's tag that no case names; nil if there is a default.
func missingCases(info *types.Info, s *ast.SwitchStmt) []string {
	named, ok := info.TypeOf(s.Tag).(*types.Named)
	if !ok || named.Obj().Pkg() == nil || named.Obj().Pkg().Path() == modulePath+"/internal/wire" {
		return nil
	}
	var listed []constant.Value
	for _, c := range s.Body.List {
		clause := c.(*ast.CaseClause)
		if clause.List == nil {
			return nil
		}
		for _, x := range clause.List {
			if v := info.Types[x].Value; v != nil {
				listed = append(listed, v)
			}
		}
	}
	var missing []string
	scope := named.Obj().Pkg().Scope()
	for _, name := range scope.Names() {
		c, ok := scope.Lookup(name).(*types.Const)
		if !ok || !types.Identical(c.Type(), named) || strings.HasPrefix(name, "num") {
			continue
		}
		if !slices.ContainsFunc(listed, func(v constant.Value) bool { return constant.Compare(v, token.EQL, c.Val()) }) {
			missing = append(missing, name)
		}
	}
	return missing
}

// limitName matches the names of constants that bound what a peer can make grow.
var limitName = regexp.MustCompile(`^([mM]ax|[lL]imit)[A-Z]`)

var coreLimits = rule{
	name: "core limits are tested",
	why: "what a peer can make grow has a named limit, and a limit that no test reaches is a guess; constants named max…, " +
		"Max… or limit… in the core have to be mentioned by a test",
	check: func(tr *tree, report reportFunc) {
		mentioned := make(map[string]bool)
		for _, f := range tr.testFiles() {
			for name := range identifiers(f.ast) {
				mentioned[name] = true
			}
		}
		for _, f := range tr.goFiles(core...) {
			for _, d := range f.ast.Decls {
				g, ok := d.(*ast.GenDecl)
				if !ok || g.Tok != token.CONST {
					continue
				}
				for _, s := range g.Specs {
					for _, id := range s.(*ast.ValueSpec).Names {
						if limitName.MatchString(id.Name) && !mentioned[id.Name] {
							report(tr.at(id.Pos()), "no test mentions the limit %s", id.Name)
						}
					}
				}
			}
		}
	},
	bad: []string{"-- internal/rx/a.go --\npackage rx\nconst MaxGaps = 3"},
	good: []string{
		"-- internal/rx/a.go --\npackage rx\nconst MaxGaps = 3\n-- internal/rx/a_test.go --\npackage rx\nvar _ = MaxGaps + 1",
	},
}

// identifiers returns every identifier below n.
func identifiers(n ast.Node) map[string]bool {
	names := make(map[string]bool)
	ast.Inspect(n, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			names[id.Name] = true
		}
		return true
	})
	return names
}
