package report

import (
	"os"
	"path/filepath"
	"testing"
)

func TestRewrite(t *testing.T) {
	name := filepath.Join(t.TempDir(), "figures.md")
	if err := os.WriteFile(name, []byte("before\n<begin>\n\nold\n<end>\nafter\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Rewrite(name, "<begin>", "<end>", "new\n"); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(name); err != nil || string(got) != "before\n<begin>\n\nnew\n\n<end>\nafter\n" {
		t.Errorf("%v, %q", err, got)
	}
	if Rewrite(name, "<begin>", "<no end>", "") == nil || Rewrite(name+".not", "", "", "") == nil {
		t.Error("rewritten without marks, or without a file")
	}
}
