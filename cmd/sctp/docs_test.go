package main

import (
	"os"
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

func TestEveryCommandAndFlagIsDocumented(t *testing.T) {
	file, err := os.ReadFile("../../docs/commands.md")
	if err != nil {
		t.Fatal(err)
	}
	general, chapters, _ := strings.Cut(string(file), "\n## ")
	for _, c := range newRoot().Commands() {
		_, chapter, ok := strings.Cut("\n## "+chapters, "\n## sctp "+c.Name()+"\n")
		if !ok {
			t.Errorf("docs/commands.md has no chapter about sctp %s", c.Name())
			continue
		}
		chapter, _, _ = strings.Cut(chapter, "\n## ")
		c.Flags().VisitAll(func(f *pflag.Flag) {
			documented := strings.Contains(general+chapter, "--"+f.Name) || f.Shorthand != "" && strings.Contains(chapter, "`-"+f.Shorthand+"`")
			if !documented {
				t.Errorf("docs/commands.md says nothing about sctp %s --%s", c.Name(), f.Name)
			}
		})
	}
	for name := range otherNames {
		if !strings.Contains(chapters, "`"+name+"`") {
			t.Errorf("docs/commands.md does not say what the program does when it is called %s", name)
		}
	}
}
