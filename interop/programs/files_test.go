//go:build linux

package programs

import (
	"os"
	"path/filepath"
	"testing"
)

// written makes a file that everybody may read.
func written(t *testing.T, name, text string) string {
	t.Helper()
	file := filepath.Join(dir, name)
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

// shared is a copy of a file of testdata that everybody may read: the tests themselves may be where others do not get to.
func shared(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return written(t, name, string(text))
}
