// Command gen writes the table of capabilities into README.md of the module whose root is its argument, and prints how much
// of each specification is shown by tests.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/gosctp/sctp/internal/capability"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("takes the root of the module, got %q", args)
	}
	tree := os.DirFS(args[0])
	ledgers, err := capability.Read(tree)
	if err != nil {
		return err
	}
	if err := capability.Check(ledgers, tree); err != nil {
		return err
	}
	name := filepath.Join(args[0], "README.md")
	readme, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	updated, err := capability.Update(string(readme), ledgers, tree)
	if err != nil {
		return err
	}
	fmt.Print(capability.Summary(ledgers))
	return os.WriteFile(name, []byte(updated), 0o644)
}
