// Package questions asks a kernel what its SCTP socket API answers: the value of every option in every state of a socket, the error
// of every wrong call, the bytes of every notification. The answers of Linux are recorded in testdata, where a README tells
// how to read them; they are what package sockets has to answer.
//
// The questions are one static C program, which asks whatever kernel it runs on, real or not. [Build] makes it, and its arguments are
// the names of groups of questions, without any all of them.
package questions

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

// Done is the line that ends the answers.
const Done = "questions: done"

// Build compiles the program into dir and returns its path.
func Build(dir string) (string, error) {
	work := filepath.Join(dir, "questions.d")
	if err := os.CopyFS(work, source); err != nil {
		return "", err
	}
	files, err := filepath.Glob(filepath.Join(work, "src", "*.c"))
	if err != nil {
		return "", err
	}
	program := filepath.Join(dir, "questions")
	args := slices.Concat([]string{"-static", "-s", "-std=gnu11", "-Wall", "-Wextra", "-Werror", "-O1", "-o", program}, files)
	if out, err := exec.Command("gcc", args...).CombinedOutput(); err != nil {
		return "", fmt.Errorf("gcc: %w\n%s", err, out)
	}
	return program, nil
}
