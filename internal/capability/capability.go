// Package capability reads the ledger of requirements in docs/rfc: for each specification that this stack implements, each
// MUST and SHOULD with the tests that show it, or the reason why none does.
//
// README.md shows what the ledger amounts to, as a table that is generated from it:
//
//	go generate ./internal/capability
//
// A requirement cannot be claimed by a test that does not exist, and none can be left out: the generator and this package's
// tests fail on a ledger that does so, and the tests also while README.md shows another table. docs/rfc/README.md describes
// the format; to add a capability, add a heading to one of the files there.
package capability

//go:generate go run ./gen ../..

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
)

// ledgerDir is where the ledger is, from the module's root.
const ledgerDir = "docs/rfc"

// Index is the file that lists the ledgers.
const Index = ledgerDir + "/README.md"

// fileLink matches the link to another file in the same directory.
var fileLink = regexp.MustCompile(`\]\(([a-z0-9-]+\.md)\)`)

// Read returns the ledgers of the module whose root is tree, in the order in which docs/rfc/README.md lists them.
func Read(tree fs.FS) ([]*Ledger, error) {
	index, err := fs.ReadFile(tree, Index)
	if err != nil {
		return nil, err
	}
	var ledgers []*Ledger
	var errs []error
	listed := map[string]bool{"README.md": true}
	for _, m := range fileLink.FindAllStringSubmatch(string(index), -1) {
		name := m[1]
		if listed[name] {
			continue
		}
		listed[name] = true
		text, err := fs.ReadFile(tree, path.Join(ledgerDir, name))
		if err != nil {
			return nil, err
		}
		l, err := Parse(name, string(text))
		ledgers, errs = append(ledgers, l), append(errs, err)
	}
	files, err := fs.ReadDir(tree, ledgerDir)
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		if !listed[f.Name()] {
			errs = append(errs, fmt.Errorf("%s does not list %s", Index, f.Name()))
		}
	}
	return ledgers, errors.Join(errs...)
}

// Check returns what is wrong with ledgers: tests that tree does not have, and sections where the rows do not add up to the
// keywords of the text.
func Check(ledgers []*Ledger, tree fs.FS) error {
	tests := testIndex{tree: tree}
	var errs []error
	for _, l := range ledgers {
		for _, g := range l.Groups {
			for _, name := range g.Tests {
				if _, err := tests.find(name); err != nil {
					errs = append(errs, fmt.Errorf("%s: %s: %w", l.File, g.Name, err))
				}
			}
			for _, r := range g.Rows {
				for _, name := range append(quotedTests(r.Reason), r.Tests...) {
					if _, err := tests.find(name); err != nil {
						errs = append(errs, fmt.Errorf("%s:%d: %w", l.File, r.Line, err))
					}
				}
			}
		}
		errs = append(errs, compare(l.File, l.rowsBySection(), "rows", l.Keywords, "the list of keywords"))
	}
	return errors.Join(errs...)
}

// quotedTests returns the names of tests in a sentence.
func quotedTests(sentence string) (names []string) {
	for _, m := range quotedTest.FindAllStringSubmatch(sentence, -1) {
		names = append(names, m[1])
	}
	return names
}

// CheckText returns where the list of keywords of l differs from text, the specification itself.
func CheckText(l *Ledger, text string) error {
	found := make(map[string]Count)
	for section, n := range Keywords(text) {
		if l.Scope == "" || section == l.Scope || strings.HasPrefix(section, l.Scope+".") {
			found[section] = n
		}
	}
	return compare(l.File, l.Keywords, "the list of keywords", found, l.Text)
}

// compare returns an error that names each section where a and b differ.
func compare(file string, a map[string]Count, nameA string, b map[string]Count, nameB string) error {
	var errs []error
	sections := make(map[string]bool)
	for s := range a {
		sections[s] = true
	}
	for s := range b {
		sections[s] = true
	}
	for _, s := range sortedSections(sections) {
		if a[s] != b[s] {
			errs = append(errs, fmt.Errorf("%s: section %s: %s: %v, %s: %v", file, s, nameA, a[s], nameB, b[s]))
		}
	}
	return errors.Join(errs...)
}

// sortedSections returns section numbers in the order of a table of contents: 3.10 after 3.9, appendices last.
func sortedSections(sections map[string]bool) []string {
	return slices.SortedFunc(func(yield func(string) bool) {
		for s := range sections {
			if !yield(s) {
				return
			}
		}
	}, compareSections)
}
