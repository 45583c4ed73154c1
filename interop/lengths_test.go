//go:build linux

package interop

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/gosctp/sctp/internal/require"
	"github.com/gosctp/sctp/interop/kernel"
)

// abiDir has the program that asks and the record of its answers.
const abiDir = "../internal/abi/linux/testdata"

// TestLengthsOfOptions asks the kernel which lengths it accepts for each socket option, and compares with the record that the table of
// options is held against on machines without that kernel. With -update it writes the record.
func TestLengthsOfOptions(t *testing.T) {
	needs(t)
	m := bootedMachine(t)
	image, _, err := kernel.Image()
	require.That(t, err == nil && strings.Contains(image, "6.12."), "linux-6.12, which the record is of")
	ctx, cancel := context.WithTimeout(bench.ctx, scenarioTime)
	defer cancel()
	p, err := m.Start(ctx, "lengths")
	if err != nil {
		t.Fatal(err)
	}
	defer p.Stop()
	lines, err := p.Lines(ctx, "end")
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Join(lines[:len(lines)-1], "\n") + "\n"
	file := filepath.Join(abiDir, "lengths-linux-6.12.txt")
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the kernel's answers are not those of %s:\n%s", file, got)
	}
}

// lengthsProgram is the program that asks, without libraries.
var lengthsProgram = sync.OnceValues(func() (string, error) {
	program := filepath.Join(bench.dir, "lengths")
	source := filepath.Join(abiDir, "lengths.c")
	if out, err := exec.Command("gcc", "-std=gnu11", "-Wall", "-Wextra", "-Werror", "-O2", "-static", "-o", program, source).CombinedOutput(); err != nil {
		return "", fmt.Errorf("gcc: %w\n%s", err, out)
	}
	return program, nil
})
