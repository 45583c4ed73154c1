package capability

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"strings"
)

// testIndex finds the files of tests. It reads each directory once.
type testIndex struct {
	tree fs.FS
	dirs map[string]map[string]string // file by function by directory
}

// find returns the file that declares a test, which is named as "directory.TestName"; the directory "sctp" is the root.
func (x *testIndex) find(test string) (string, error) {
	dir, function, _ := strings.Cut(test, ".")
	if dir == "sctp" {
		dir = "."
	}
	functions, ok := x.dirs[dir]
	if !ok {
		var err error
		if functions, err = x.read(dir); err != nil {
			return "", err
		}
		if x.dirs == nil {
			x.dirs = make(map[string]map[string]string)
		}
		x.dirs[dir] = functions
	}
	file, ok := functions[function]
	if !ok {
		return "", fmt.Errorf("no test %s in %s", function, dir)
	}
	return file, nil
}

// read returns the file of each function in the tests of dir.
func (x *testIndex) read(dir string) (map[string]string, error) {
	files, err := fs.Glob(x.tree, path.Join(dir, "*_test.go"))
	if err != nil {
		return nil, err
	}
	functions := make(map[string]string)
	for _, name := range files {
		text, err := fs.ReadFile(x.tree, name)
		if err != nil {
			return nil, err
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, text, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil {
				functions[fn.Name.Name] = name
			}
		}
	}
	return functions, nil
}
