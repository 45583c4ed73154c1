package with

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"syscall"

	"github.com/gosctp/sctp/internal/abi/linux"
	"github.com/gosctp/sctp/internal/cli"
)

// settingPrefix begins the names of all settings that there are. Settings of other parts of a kernel mean nothing here.
const settingPrefix = "net.sctp."

// Set does what an argument NAME=VALUE of sysctl asks for.
func Set(s *linux.Sysctls, assignment string) error {
	name, value, assigned := strings.Cut(assignment, "=")
	if !assigned {
		return cli.Usagef("setting %q has no value; allowed: %sNAME=VALUE", assignment, settingPrefix)
	}
	name, value = strings.TrimSpace(name), strings.TrimSpace(value)
	switch err := s.Set(strings.TrimPrefix(strings.ReplaceAll(name, "/", "."), settingPrefix), value); {
	case errors.Is(err, syscall.ENOENT):
		names := linux.SysctlNames()
		slices.Sort(names)
		return cli.Usagef("unknown setting %q; allowed: %s with one of %s", name, settingPrefix, strings.Join(names, ", "))
	case err != nil:
		return cli.Usagef("setting %s: %q is not allowed by Linux; see the kernel's documentation of sysctls", name, value)
	}
	return nil
}

// maxLine bounds a line of a file of settings, in bytes.
const maxLine = 4096

// Load reads settings from a file as sysctl.conf is: NAME = VALUE on a line, comments after # or ; at the beginning of one, a dash before a
// setting that may fail.
func Load(s *linux.Sysctls, file string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := load(s, f); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return nil
}

func load(s *linux.Sysctls, r io.Reader) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, maxLine), maxLine)
	n := 0
	for lines.Scan() {
		n++
		line := strings.TrimSpace(lines.Text())
		if line == "" || line[0] == '#' || line[0] == ';' {
			continue
		}
		mayFail := line[0] == '-'
		if err := Set(s, strings.TrimPrefix(line, "-")); err != nil && !mayFail {
			return fmt.Errorf("line %d: %w", n, err)
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("line %d: %w", n+1, err)
	}
	return nil
}
