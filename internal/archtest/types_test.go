package archtest

import (
	"go/ast"
	"go/types"
	"path"
	"strings"
)

// checker finds the types of this module's packages. The standard library counts as empty, which is quick and leaves
// every type that the module declares itself; what depends on anything else has no type.
type checker struct {
	tr      *tree
	checked map[string]*checkedPackage // by directory
}

type checkedPackage struct {
	pkg  *types.Package
	info *types.Info
}

func newChecker(tr *tree) *checker {
	return &checker{tr: tr, checked: make(map[string]*checkedPackage)}
}

// check returns the types of the package in dir, tests left out.
func (c *checker) check(dir string) *checkedPackage {
	if p := c.checked[dir]; p != nil {
		return p
	}
	var files []*ast.File
	for _, f := range c.tr.goFiles() {
		if f.dir == dir {
			files = append(files, f.ast)
		}
	}
	p := &checkedPackage{info: &types.Info{
		Types: make(map[ast.Expr]types.TypeAndValue),
		Uses:  make(map[*ast.Ident]types.Object),
		Defs:  make(map[*ast.Ident]types.Object),
	}}
	c.checked[dir] = p
	conf := types.Config{
		Importer: c,
		Error:    func(error) {}, // what the missing standard library leaves undefined
	}
	p.pkg, _ = conf.Check(path.Join(modulePath, dir), c.tr.fset, files, p.info)
	return p
}

// Import implements types.Importer.
func (c *checker) Import(importPath string) (*types.Package, error) {
	if dir, ok := strings.CutPrefix(importPath, modulePath+"/"); ok {
		if p := c.check(dir).pkg; p != nil {
			return p, nil
		}
	}
	p := types.NewPackage(importPath, packageName(importPath))
	p.MarkComplete()
	return p, nil
}
