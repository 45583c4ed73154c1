package archtest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// modulePath is the path of the module under test, as its go.mod has it.
const modulePath = "github.com/gosctp/sctp"

// tree is the text of a module, with its Go files parsed.
type tree struct {
	fset  *token.FileSet
	files []*file // sorted by path
	// paths are all files and directories, those that no rule reads included.
	paths map[string]bool
}

// file is one text file.
type file struct {
	path string // from the module's root, with slashes
	dir  string // of path; "." for the root
	text string
	ast  *ast.File // nil unless this is Go
}

func (f *file) isGo() bool   { return f.ast != nil }
func (f *file) isTest() bool { return strings.HasSuffix(f.path, "_test.go") }

// in reports whether f lies in one of the directories dirs or below it.
func (f *file) in(dirs ...string) bool {
	return slices.ContainsFunc(dirs, func(d string) bool { return f.dir == d || strings.HasPrefix(f.dir, d+"/") })
}

// imports returns the import paths of f with their positions.
func (f *file) imports() map[string]token.Pos {
	m := make(map[string]token.Pos)
	if f.isGo() {
		for _, s := range f.ast.Imports {
			m[strings.Trim(s.Path.Value, `"`)] = s.Pos()
		}
	}
	return m
}

// packageOf returns the import path that the identifier x stands for in f, or "" if x is no imported package.
func (f *file) packageOf(x ast.Expr) string {
	id, ok := x.(*ast.Ident)
	if !ok {
		return ""
	}
	for _, s := range f.ast.Imports {
		p := strings.Trim(s.Path.Value, `"`)
		if s.Name != nil && s.Name.Name == id.Name || s.Name == nil && packageName(p) == id.Name {
			return p
		}
	}
	return ""
}

// packageName guesses the name of the package with the given import path: its last element that is no version.
func packageName(importPath string) string {
	base := path.Base(importPath)
	if len(base) > 1 && base[0] == 'v' && strings.Trim(base[1:], "0123456789") == "" {
		base = path.Base(path.Dir(importPath))
	}
	return base
}

// selectors calls f for every selector expression of file g whose left side is an imported package.
func (g *file) selectors(f func(pkg, name string, pos token.Pos)) {
	ast.Inspect(g.ast, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			if p := g.packageOf(s.X); p != "" {
				f(p, s.Sel.Name, s.Pos())
			}
		}
		return true
	})
}

// loadTree reads the module that the test runs in.
func loadTree(t *testing.T) *tree {
	t.Helper()
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	texts, paths := make(map[string]string), make(map[string]bool)
	err = filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, p)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		paths[rel] = true
		if d.IsDir() {
			if slices.Contains([]string{".git", "bin"}, d.Name()) {
				return fs.SkipDir
			}
			return nil
		}
		if !isText(rel) {
			return nil
		}
		b, err := os.ReadFile(p)
		texts[rel] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	tr, err := parseTree(texts)
	if err != nil {
		t.Fatal(err)
	}
	tr.paths = paths
	return tr
}

// isText reports whether the rules read the file of that name.
func isText(name string) bool {
	if strings.Contains(name, "testdata/") {
		return false
	}
	switch path.Ext(name) {
	case ".go", ".md", ".sh", ".c", ".h", ".mod", ".txt", ".conf", ".yml":
		return true
	}
	return path.Base(name) == "Makefile" || strings.HasPrefix(name, ".ci/")
}

// parseTree makes a tree of texts by path.
func parseTree(texts map[string]string) (*tree, error) {
	tr := &tree{fset: token.NewFileSet(), paths: make(map[string]bool)}
	for p, text := range texts {
		tr.paths[p] = true
		f := &file{path: p, dir: path.Dir(p), text: text}
		if strings.HasSuffix(p, ".go") {
			var err error
			if f.ast, err = parser.ParseFile(tr.fset, p, text, parser.ParseComments|parser.SkipObjectResolution); err != nil {
				return nil, err
			}
		}
		tr.files = append(tr.files, f)
	}
	slices.SortFunc(tr.files, func(a, b *file) int { return strings.Compare(a.path, b.path) })
	return tr, nil
}

// parseArchive makes a tree of one string: each file is a line "-- path --" followed by its text.
func parseArchive(archive string) (*tree, error) {
	texts := make(map[string]string)
	var name string
	for line := range strings.Lines(archive) {
		if rest, ok := strings.CutPrefix(line, "-- "); ok {
			if name, ok = strings.CutSuffix(strings.TrimSpace(rest), " --"); !ok {
				return nil, fmt.Errorf("%q does not end in --", line)
			}
			texts[name] = ""
			continue
		}
		texts[name] += line
	}
	return parseTree(texts)
}

// goFiles returns the Go files that are not tests and lie in dirs; all of them if dirs is empty.
func (tr *tree) goFiles(dirs ...string) []*file {
	return tr.filter(func(f *file) bool { return f.isGo() && !f.isTest() && (len(dirs) == 0 || f.in(dirs...)) })
}

// testFiles returns all Go test files.
func (tr *tree) testFiles() []*file {
	return tr.filter(func(f *file) bool { return f.isGo() && f.isTest() })
}

func (tr *tree) filter(keep func(*file) bool) []*file {
	var fs []*file
	for _, f := range tr.files {
		if keep(f) {
			fs = append(fs, f)
		}
	}
	return fs
}

// byDir groups files by directory; dirs is sorted.
func byDir(files []*file) (dirs []string, groups map[string][]*file) {
	groups = make(map[string][]*file)
	for _, f := range files {
		if groups[f.dir] == nil {
			dirs = append(dirs, f.dir)
		}
		groups[f.dir] = append(groups[f.dir], f)
	}
	return dirs, groups
}

// at is the position pos as "path:line".
func (tr *tree) at(pos token.Pos) string {
	p := tr.fset.Position(pos)
	return fmt.Sprintf("%s:%d", p.Filename, p.Line)
}

// where is line i, counted from zero, of f.
func where(f *file, i int) string { return fmt.Sprintf("%s:%d", f.path, i+1) }
