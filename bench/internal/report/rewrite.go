package report

import (
	"fmt"
	"os"
	"strings"
)

// Rewrite puts text between two lines of a file.
func Rewrite(name, begin, end, text string) error {
	old, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	before, rest, ok1 := strings.Cut(string(old), begin)
	_, after, ok2 := strings.Cut(rest, end)
	if !ok1 || !ok2 {
		return fmt.Errorf("%s lacks the lines %q and %q", name, begin, end)
	}
	return os.WriteFile(name, []byte(before+begin+"\n\n"+text+"\n"+end+after), 0o644)
}
