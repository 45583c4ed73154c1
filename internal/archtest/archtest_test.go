package archtest

import (
	"fmt"
	"strings"
	"testing"
)

// rule is one rule of the architecture.
type rule struct {
	name string
	// why is what a newcomer who broke the rule should read.
	why string
	// check calls report for every place that breaks the rule.
	check func(tr *tree, report reportFunc)
	// bad are archives (see parseArchive) each of which breaks the rule.
	bad []string
	// good are archives that come close and do not.
	good []string
}

// reportFunc takes one violation: where ("path:line" or a path) and what.
type reportFunc func(where, format string, args ...any)

var rules = []rule{
	coreImports, coreNames, coreStatements, coreMapOrder, coreExhaustive, coreLimits,
	layerTable, carriersKnowOnlyTransport, dtlsIsOptional, syscallsInCarriers,
	wireNumbers, packetAssembly, parsersDoNotPanic, parsersAreFuzzed,
	testsDoNotSleep, testsSkipByRequire,
	fileLength, documented, nothingUnfinished, noMachinePaths, noDeadLinks, docsNameWhatExists, dependencies,
}

func TestRules(t *testing.T) {
	tr := loadTree(t)
	for _, r := range rules {
		t.Run(r.name, func(t *testing.T) {
			found := r.findings(tr)
			for _, f := range found {
				t.Error(f)
			}
			if len(found) > 0 {
				t.Log("why: " + r.why)
			}
		})
	}
}

func TestCanaries(t *testing.T) {
	for _, r := range rules {
		t.Run(r.name, func(t *testing.T) {
			if len(r.bad) == 0 || r.why == "" {
				t.Fatal("a rule without canary or reason: nobody knows whether it can fail, or what for")
			}
			for _, archive := range r.bad {
				if found := r.findings(mustParse(t, archive)); len(found) == 0 {
					t.Errorf("not reported:\n%s", archive)
				}
			}
			for _, archive := range r.good {
				if found := r.findings(mustParse(t, archive)); len(found) > 0 {
					t.Errorf("reported without cause: %s\n%s", strings.Join(found, "; "), archive)
				}
			}
		})
	}
}

// findings runs the rule over tr.
func (r rule) findings(tr *tree) []string {
	var found []string
	r.check(tr, func(where, format string, args ...any) {
		found = append(found, where+": "+fmt.Sprintf(format, args...))
	})
	return found
}

func mustParse(t *testing.T, archive string) *tree {
	t.Helper()
	tr, err := parseArchive(archive)
	if err != nil {
		t.Fatalf("canary does not parse: %v\n%s", err, archive)
	}
	return tr
}
