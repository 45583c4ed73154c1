// Package cpeer builds the C peer: one program for two stacks that are not ours, the kernel's SCTP and usrsctp. Package
// interop documents its arguments and its lines.
package cpeer

import (
	"embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
)

//go:embed src
var source embed.FS

// Stack is the SCTP below the peer.
type Stack int

const (
	// Kernel is SCTP of the Linux kernel, through libsctp.
	Kernel Stack = iota
	// Usrsctp is the userland stack, in the process of the peer.
	Usrsctp
)

// Build compiles the peer for a stack into dir and returns the program's path.
func Build(dir string, stack Stack) (string, error) {
	name, flags := "peer-kernel", []string{"-lsctp"}
	if stack == Usrsctp {
		name, flags = "peer-usrsctp", []string{"-DUSRSCTP", "-lusrsctp"}
	}
	work := filepath.Join(dir, name+".d")
	if err := os.CopyFS(work, source); err != nil {
		return "", err
	}
	files, err := filepath.Glob(filepath.Join(work, "src", "*.c"))
	if err != nil {
		return "", err
	}
	program := filepath.Join(dir, name)
	args := slices.Concat([]string{"-std=gnu11", "-Wall", "-Wextra", "-Werror", "-O2", "-pthread", "-o", program}, files, flags)
	if out, err := exec.Command("gcc", args...).CombinedOutput(); err != nil {
		return "", fmt.Errorf("gcc: %w\n%s", err, out)
	}
	return program, nil
}
