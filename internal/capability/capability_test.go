package capability

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/gosctp/sctp/internal/require"
)

// root is the root of the module.
var root = filepath.Join("..", "..")

func TestLedger(t *testing.T) {
	tree := os.DirFS(root)
	ledgers, err := Read(tree)
	if err != nil {
		t.Fatal(err)
	}
	if err := Check(ledgers, tree); err != nil {
		t.Error(err)
	}
	for name, update := range map[string]func(string) (string, error){
		"README.md": func(readme string) (string, error) { return Update(readme, ledgers, tree) },
		Index:       func(index string) (string, error) { return UpdateIndex(index, ledgers) },
	} {
		text, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		want, err := update(string(text))
		if err != nil {
			t.Fatal(err)
		}
		if string(text) != want {
			t.Errorf("%s shows another table than the ledger makes: run go generate ./internal/capability", name)
		}
	}
}

// TestLedgerIsComplete compares the ledger with the specifications themselves, which are not part of this repository: they are
// in the directory that RFC_TEXTS names, or beside the module.
func TestLedgerIsComplete(t *testing.T) {
	dir := os.Getenv("RFC_TEXTS")
	if dir == "" {
		dir = filepath.Join(root, "..", "shared", "rfc")
	}
	_, err := os.Stat(dir)
	require.That(t, err == nil, "rfctexts: rfc9260.txt and others, in the directory that RFC_TEXTS names")
	ledgers, err := Read(os.DirFS(root))
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range ledgers {
		if l.Text == "" {
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, l.Text))
		if err != nil {
			t.Fatal(err)
		}
		if err := CheckText(l, string(text)); err != nil {
			t.Error(err)
		}
	}
}

// tests is a module with one test in a directory and one in its root.
var tests = map[string]string{
	"a/x_test.go": "package a\nfunc TestX() {}\nfunc (t) TestMethod() {}",
	"y_test.go":   "package m\nfunc TestY() {}",
}

// module returns tests and the ledger files given as name and text in turns.
func module(files ...string) fstest.MapFS {
	tree := fstest.MapFS{}
	for name, text := range tests {
		tree[name] = &fstest.MapFile{Data: []byte(text)}
	}
	for i := 0; i < len(files); i += 2 {
		tree[ledgerDir+"/"+files[i]] = &fstest.MapFile{Data: []byte(files[i+1])}
	}
	return tree
}

func TestUpdate(t *testing.T) {
	const readme = "# m\n" + beginMark + "\nold\n" + endMark + "\nmore\n"
	tree := module(
		"README.md", "Read [one](rfc1.md), then [two](gosctp.md).",
		"rfc1.md", "# RFC 1: first\nText: `rfc1.txt`.\n\n## One, `it`\n\nTold by `a.TestX`, `sctp.TestY`.\n\n"+tableHeader+"\n|---|---|---|---|\n"+
			"| 1.2.3 | MUST ×2 | this | `a.TestX` |\n| 1.10 | SHOULD | that | — no need |\n| 1.9 | says | it | `a.TestX` — so |\n"+
			"\n## Two\n\nNot yet.\n\n| 2 | MUST | more | — not yet |\n| 2 | SHOULD | less | — not done: why |\n| 2 | SHOULD | same | — otherwise: how |\n\n## Five\n\nAsked of others.\n\n| 3 | MUST | this | — of IANA |\n\n"+keywordsHeading+"\n\n- 1.2.3: MUST 2, SHOULD 0\n- 1.10: MUST 0, SHOULD 1\n- 2: MUST 1, SHOULD 2\n- 3: MUST 1, SHOULD 0\n",
		"gosctp.md", "# gosctp: own\n\n## Three\n\nTold by `a.TestX`.\n\n## One, `it`\n\nTold by `sctp.TestY`.\n\n## Four\n\nNot yet.\n",
	)
	ledgers, err := Read(tree)
	if err != nil {
		t.Fatal(err)
	}
	if err := Check(ledgers, tree); err != nil {
		t.Error(err)
	}
	got, err := Update(readme, ledgers, tree)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"# m\n" + beginMark, "\n| One, `it` | RFC 1 §1.2, §1.9, §1.10 | [2 of 3](docs/rfc/rfc1.md#one-it) | [TestX](a/x_test.go), [TestY](y_test.go) |\n" +
			"| Three |  |  | [TestX](a/x_test.go) |\n", "- Two (RFC 1 §2)\n- Four\n", endMark + "\nmore\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("lacks %q:\n%s", want, got)
		}
	}
	if strings.Contains(got, "old") || strings.Contains(got, "Five") {
		t.Errorf("the old table is still there, or what is asked of others:\n%s", got)
	}
	if again, _ := Update(got, ledgers, tree); again != got {
		t.Error("updating twice is not the same as once")
	}
	if _, err := Update("# m\n", ledgers, tree); err == nil || !strings.Contains(err.Error(), "lacks the lines") {
		t.Errorf("a README without marks: %v", err)
	}
	index, err := UpdateIndex(beginMark+"\n"+endMark, ledgers)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"\n| [RFC 1](rfc1.md) | 7 | 2 | 1 | 1 | 1 | 2 |\n", "\n| all of them | 7 | 2 | 1 | 1 | 1 | 2 |\n"} {
		if !strings.Contains(index, want) {
			t.Errorf("lacks %q:\n%s", want, index)
		}
	}
	if _, err := UpdateIndex("# m\n", ledgers); err == nil || !strings.Contains(err.Error(), "docs/rfc/README.md lacks the lines") {
		t.Errorf("an index without marks: %v", err)
	}
}

func TestManySectionsAreCitedByTheFirstNumber(t *testing.T) {
	g := &Group{Rows: []Row{{Section: "5.1"}, {Section: "5.2.1"}, {Section: "A"}, {Section: "10"}, {Section: "—"}, {Section: "5.3"}}}
	if got, want := g.sections(), "§5, §10, §A"; got != want {
		t.Errorf("cited as %q, want %q", got, want)
	}
	if got := (&Group{Rows: []Row{{Section: "—"}}}).sections(); got != "" {
		t.Errorf("rows without section are cited as %q", got)
	}
}

func TestWhatIsWrongIsRefused(t *testing.T) {
	const head = "# RFC 1: first\n\n## One\n\nTold by `a.TestX`.\n\n"
	const counts = "\n" + keywordsHeading + "\n\n- 1: MUST 1, SHOULD 0\n"
	for _, tt := range []struct{ name, text, want string }{
		{"a test that does not exist", head + "| 1 | MUST | this | `a.TestZ` |\n" + counts, "rfc1.md:7: no test TestZ in a"},
		{"a reason that names such a test", head + "| 1 | MUST | this | — otherwise: see `a.TestZ` |\n" + counts, "rfc1.md:7: no test TestZ in a"},
		{"a method is no test", head + "| 1 | MUST | this | `a.TestMethod` |\n" + counts, "no test TestMethod in a"},
		{"a test of another package", head + "| 1 | MUST | this | `b.TestX` |\n" + counts, "no test TestX in b"},
		{"a telling test that does not exist", "# RFC 1: first\n## One\nTold by `a.TestZ`.\n", "rfc1.md: One: no test TestZ in a"},
		{"a capability without test", "# RFC 1: first\n## One\n", "One: has none of"},
		{"no list of tests", "# RFC 1: first\n## One\nTold by `a.TestX` and others.\n", "names no tests"},
		{"a row without test and reason", head + "| 1 | MUST | this | — |\n" + counts, "is no row"},
		{"a row whose reason is empty", head + "| 1 | MUST | this |  |\n" + counts, "is no row"},
		{"words that are no tests", head + "| 1 | MUST | this | by itself |\n" + counts, "are no tests"},
		{"a level that is none", head + "| 1 | MAY | this | `a.TestX` |\n" + counts, "is no row"},
		{"a requirement left out", head + counts, "section 1: rows: MUST 0, SHOULD 0, the list of keywords: MUST 1, SHOULD 0"},
		{"a requirement too many", head + "| 2 | SHOULD | this | `a.TestX` |\n", "section 2: rows: MUST 0, SHOULD 1, the list of keywords: MUST 0, SHOULD 0"},
		{"a count that is none", head + keywordsHeading + "\n- 1: MUST many\n", "is no count"},
		{"a section counted twice", head + keywordsHeading + "\n- 1: MUST 0, SHOULD 0\n- 1: MUST 0, SHOULD 0\n", "counted twice"},
		{"a text that is none", "# RFC 1: first\nText: `../rfc1.txt`\n", "names no text"},
		{"no title", "nothing\n", "has no title"},
		{"another title", "# My notes\n", "is no title"},
		{"two titles", head + "# RFC 2: second\n", "is no title"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tree := module("README.md", "[one](rfc1.md), and [again](rfc1.md)", "rfc1.md", tt.text)
			ledgers, err := Read(tree)
			if err == nil {
				err = Check(ledgers, tree)
			}
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error is %v, want one with %q", err, tt.want)
			}
		})
	}
	for _, tt := range []struct {
		name, want string
		tree       fstest.MapFS
	}{
		{"a file that is not listed", "does not list rfc1.md", module("README.md", "nothing", "rfc1.md", head)},
		{"a file that does not exist", "rfc2.md", module("README.md", "[two](rfc2.md)")},
		{"no list", "README.md", module()},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := Read(tt.tree); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error is %v, want one with %q", err, tt.want)
			}
		})
	}
}

func TestKeywordsAreCountedBySection(t *testing.T) {
	const text = "Abstract\n\n   It MUST.\n\n1.  Conventions\n\n   The key words MUST and SHOULD\n   are those of RFC 2119.\n\n" +
		"2.1.  Rules\n\n   You MUST\n   NOT, you SHALL; it is REQUIRED.  What is RECOMMENDED, you SHOULD.\n   MUSTARD.\n\n" +
		"Stewart                     Standards Track                    [Page 7]\n\f\nRFC 9260          SCTP        June 2022\n\n   You SHOULD.\n" +
		"Appendix A.  More\n   MUST\nA.1.  Yet more\n   MUST\n"
	want := map[string]Count{"2.1": {3, 3}, "A": {1, 0}, "A.1": {1, 0}}
	l := &Ledger{File: "rfc1.md", Text: "rfc1.txt", Keywords: want}
	if err := CheckText(l, text); err != nil {
		t.Error(err)
	}
	l.Scope = "A"
	if err := CheckText(l, text); err == nil || !strings.Contains(err.Error(), "section 2.1: the list of keywords: MUST 3, SHOULD 3, rfc1.txt: MUST 0, SHOULD 0") {
		t.Errorf("a count outside the appendix: %v", err)
	}
	delete(want, "2.1")
	if err := CheckText(l, text); err != nil {
		t.Error(err)
	}
}
