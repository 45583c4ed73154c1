// Command gen writes the table of capabilities into README.md of the module whose root is its argument, and the sums of each
// specification into that of the ledger.
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
	if err := update(filepath.Join(args[0], "README.md"), func(readme string) (string, error) {
		return capability.Update(readme, ledgers, tree)
	}); err != nil {
		return err
	}
	return update(filepath.Join(args[0], capability.Index), func(index string) (string, error) {
		return capability.UpdateIndex(index, ledgers)
	})
}

// update replaces the text of a file.
func update(name string, f func(string) (string, error)) error {
	text, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	updated, err := f(string(text))
	if err != nil {
		return err
	}
	return os.WriteFile(name, []byte(updated), 0o644)
}
