// Package capability is the list of what this stack can do, each line with the tests that prove it.
//
// README.md shows the list as a table that is generated from here:
//
//	go generate ./internal/capability
//
// A capability whose tests do not exist cannot be claimed: the generator fails, and so does this package's test, which
// also fails while README.md shows another table. To add a line, name a test in table.go.
package capability

//go:generate go run ./gen ../..

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"strings"
)

// Row is one capability.
type Row struct {
	// Feature says what works, as a user would ask for it.
	Feature string
	// Source is where it is specified: "RFC 9260 §5.1"; empty for what is this project's own.
	Source string
	// Tests prove it, each as "directory.TestName" from the module's root ("." for the root itself). Without tests the
	// capability is one that this stack does not have yet.
	Tests []string
}

// Names of the lines in README.md between which the table stands.
const (
	beginMark = "<!-- capabilities: go generate ./internal/capability -->"
	endMark   = "<!-- end of capabilities -->"
)

// Update returns readme with the table of rows in its place. It fails if a row names a test that tree, the root of the
// module, does not have.
func Update(readme string, rows []Row, tree fs.FS) (string, error) {
	table, err := render(rows, tree)
	if err != nil {
		return "", err
	}
	before, rest, ok1 := strings.Cut(readme, beginMark+"\n")
	_, after, ok2 := strings.Cut(rest, endMark)
	if !ok1 || !ok2 {
		return "", fmt.Errorf("README.md lacks the lines %q and %q", beginMark, endMark)
	}
	return before + beginMark + "\n\n" + table + "\n" + endMark + after, nil
}

// render returns the table: first what works, each with links to its tests, then what is missing.
func render(rows []Row, tree fs.FS) (string, error) {
	var have, missing strings.Builder
	have.WriteString("| What works | Specified in | Proved by |\n|---|---|---|\n")
	missing.WriteString("Not yet:\n\n")
	for _, r := range rows {
		if len(r.Tests) == 0 {
			missing.WriteString("- " + r.Feature)
			if r.Source != "" {
				missing.WriteString(" (" + r.Source + ")")
			}
			missing.WriteByte('\n')
			continue
		}
		var links []string
		for _, name := range r.Tests {
			file, err := find(tree, name)
			if err != nil {
				return "", fmt.Errorf("%s: %w", r.Feature, err)
			}
			links = append(links, fmt.Sprintf("[%s](%s)", path.Ext(name)[1:], file))
		}
		fmt.Fprintf(&have, "| %s | %s | %s |\n", r.Feature, r.Source, strings.Join(links, ", "))
	}
	return have.String() + "\n" + missing.String(), nil
}

// find returns the file that declares a test.
func find(tree fs.FS, test string) (string, error) {
	ext := path.Ext(test)
	if ext == "" {
		return "", fmt.Errorf("%q is no directory.TestName", test)
	}
	dir, function := strings.TrimSuffix(test, ext), ext[1:]
	if dir == "" {
		dir = "."
	}
	files, err := fs.Glob(tree, path.Join(dir, "*_test.go"))
	if err != nil {
		return "", err
	}
	for _, name := range files {
		text, err := fs.ReadFile(tree, name)
		if err != nil {
			return "", err
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, text, parser.SkipObjectResolution)
		if err != nil {
			return "", err
		}
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == function {
				return name, nil
			}
		}
	}
	return "", fmt.Errorf("no test %s in %s", function, dir)
}
