package capability

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

func TestReadmeShowsWhatTestsProve(t *testing.T) {
	root := filepath.Join("..", "..")
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	want, err := Update(string(readme), Rows, os.DirFS(root))
	if err != nil {
		t.Fatal(err)
	}
	if string(readme) != want {
		t.Error("README.md shows another table than package capability makes: run go generate ./internal/capability")
	}
}

func TestUpdate(t *testing.T) {
	tree := fstest.MapFS{
		"a/x_test.go": {Data: []byte("package a\nfunc TestX() {}\nfunc (t) TestMethod() {}")},
		"y_test.go":   {Data: []byte("package m\nfunc TestY() {}")},
	}
	const readme = "# m\n" + beginMark + "\nold\n" + endMark + "\nmore\n"

	t.Run("the table takes its place and leaves the rest", func(t *testing.T) {
		rows := []Row{{"one", "RFC 1 §1", []string{"a.TestX", "..TestY"}}, {"two", "RFC 2", nil}}
		got, err := Update(readme, rows, tree)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{
			"# m\n" + beginMark, "| one | RFC 1 §1 | [TestX](a/x_test.go), [TestY](y_test.go) |",
			"- two (RFC 2)\n", endMark + "\nmore\n",
		} {
			if !strings.Contains(got, want) {
				t.Errorf("lacks %q:\n%s", want, got)
			}
		}
		if strings.Contains(got, "old") {
			t.Errorf("the old table is still there:\n%s", got)
		}
		if again, _ := Update(got, rows, tree); again != got {
			t.Error("updating twice is not the same as once")
		}
	})

	for _, tt := range []struct{ name, readme, test, want string }{
		{"a test that does not exist proves nothing", readme, "a.TestZ", "no test TestZ in a"},
		{"a method is no test", readme, "a.TestMethod", "no test TestMethod in a"},
		{"a test of another package proves nothing", readme, "b.TestX", "no test TestX in b"},
		{"a name without directory is a mistake", readme, "TestX", "no directory.TestName"},
		{"a README without marks is refused", "# m\n", "a.TestX", "lacks the lines"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Update(tt.readme, []Row{{"one", "RFC 1", []string{tt.test}}}, tree)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error is %v, want one with %q", err, tt.want)
			}
		})
	}
}
