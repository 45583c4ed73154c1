package archtest

import (
	"go/ast"
	"path"
	"regexp"
	"strings"
)

// link matches the target of a Markdown link within the repository.
var link = regexp.MustCompile(`\]\(([^)#:\s]+)(?:#[^)]*)?\)`)

var noDeadLinks = rule{
	name: "no dead links",
	why:  "documents lead to code and to each other; a link to what has moved leads nowhere",
	check: func(tr *tree, report reportFunc) {
		eachMatch(tr, link, func(f *file, at, target string) {
			if !tr.paths[path.Join(f.dir, target)] {
				report(at, "links to %s, which does not exist", target)
			}
		})
	},
	bad: []string{
		"-- README.md --\nRead [this](docs/absent.md).\n",
		"-- docs/a.md --\nRead [this](README.md).\n-- README.md --\n",
	},
	good: []string{
		"-- docs/a.md --\nRead [this](../README.md#top) and [that](https://example.org/x).\n-- README.md --\n",
	},
}

// qualified matches a qualified name in backquotes: package.Name or package.Type.Name; the package may be given with its
// directory, which is left out.
var qualified = regexp.MustCompile("`(?:[a-z0-9]+/)*([a-z][a-z0-9]*\\.[A-Za-z]\\w*(?:\\.\\w+)?)`")

var docsNameWhatExists = rule{
	name: "documents name what exists",
	why: "documents walk through the code by its names; a name that was changed in the code only sends the reader astray. " +
		"A word in backquotes whose first part is a package of this module has to be declared there",
	check: func(tr *tree, report reportFunc) {
		names := declared(tr)
		eachMatch(tr, qualified, func(f *file, at, name string) {
			pkg, _, _ := strings.Cut(name, ".")
			if names[pkg] && !names[name] {
				report(at, "names %s, which does not exist", name)
			}
		})
	},
	bad: []string{
		"-- docs/a.md --\nThen `assoc.Association.Deliver`.\n-- internal/assoc/a.go --\npackage assoc\ntype Association struct{}\n",
		"-- docs/a.md --\nThen `assoc.absent`.\n-- internal/assoc/a.go --\npackage assoc\n",
		"-- docs/a.md --\nShown by `internal/assoc.TestF`.\n-- internal/assoc/a.go --\npackage assoc\n",
	},
	good: []string{
		"-- docs/a.md --\nThen `assoc.Association.Deliver`, `assoc.F`, `time.Now` and `go.mod`.\n" +
			"-- internal/assoc/a.go --\npackage assoc\ntype Association struct{}\nfunc (a *Association) Deliver() {}\nfunc F() {}\n",
		"-- docs/a.md --\nShown by `assoc.TestF`.\n-- internal/assoc/a_test.go --\npackage assoc_test\nfunc TestF() {}\n",
	},
}

// eachMatch calls f with the first group of every match of re in the documents.
func eachMatch(tr *tree, re *regexp.Regexp, f func(doc *file, at, match string)) {
	for _, doc := range tr.filter(func(f *file) bool { return strings.HasSuffix(f.path, ".md") }) {
		for i, line := range strings.Split(doc.text, "\n") {
			for _, m := range re.FindAllStringSubmatch(line, -1) {
				f(doc, where(doc, i), m[1])
			}
		}
	}
}

// declared returns the names of all packages, of their declarations as "package.Name", and of members of types as
// "package.Type.Name"; a document may leave out the type of a method.
func declared(tr *tree) map[string]bool {
	names := make(map[string]bool)
	for _, f := range tr.filter((*file).isGo) {
		pkg := strings.TrimSuffix(f.ast.Name.Name, "_test") // an external test belongs to its package
		if pkg == "main" {
			pkg = path.Base(f.dir)
		}
		names[pkg] = true
		for _, d := range f.ast.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				names[pkg+"."+receiver(d)+d.Name.Name] = true
				names[pkg+"."+d.Name.Name] = true
			case *ast.GenDecl:
				for _, s := range d.Specs {
					switch s := s.(type) {
					case *ast.TypeSpec:
						names[pkg+"."+s.Name.Name] = true
						for _, member := range members(s.Type) {
							names[pkg+"."+s.Name.Name+"."+member] = true
						}
					case *ast.ValueSpec:
						for _, id := range s.Names {
							names[pkg+"."+id.Name] = true
						}
					}
				}
			}
		}
	}
	return names
}

// receiver is the name of the type that d is a method of, and a dot; empty if d is none.
func receiver(d *ast.FuncDecl) string {
	if d.Recv == nil {
		return ""
	}
	t := d.Recv.List[0].Type
	if p, ok := t.(*ast.StarExpr); ok {
		t = p.X
	}
	if id, ok := t.(*ast.Ident); ok {
		return id.Name + "."
	}
	return ""
}

// members are the methods of an interface type or the fields of a struct type.
func members(t ast.Expr) []string {
	var list *ast.FieldList
	switch t := t.(type) {
	case *ast.InterfaceType:
		list = t.Methods
	case *ast.StructType:
		list = t.Fields
	default:
		return nil
	}
	var names []string
	for _, f := range list.List {
		for _, id := range f.Names {
			names = append(names, id.Name)
		}
	}
	return names
}
