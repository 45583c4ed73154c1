//go:build linux

package kernel

import (
	"debug/elf"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// libraryDirs are where Debian keeps shared libraries.
var libraryDirs = []string{"/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu", "/lib64", "/usr/lib"}

// libraries returns the shared libraries and the loader that a program needs, as they are named on this host.
func libraries(program string) ([]string, error) {
	found := make(map[string]bool)
	var order []string
	var visit func(file string) error
	visit = func(file string) error {
		binary, err := elf.Open(file)
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		defer binary.Close()
		names, err := binary.ImportedLibraries()
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		if loader := interpreter(binary); loader != "" && !found[loader] {
			found[loader] = true
			order = append(order, loader)
		}
		for _, name := range names {
			library, err := findLibrary(name)
			if err != nil {
				return fmt.Errorf("%s: %w", file, err)
			}
			if found[library] {
				continue
			}
			found[library] = true
			order = append(order, library)
			if err := visit(library); err != nil {
				return err
			}
		}
		return nil
	}
	return order, visit(program)
}

// interpreter returns the loader that a program names, empty for a library.
func interpreter(binary *elf.File) string {
	section := binary.Section(".interp")
	if section == nil {
		return ""
	}
	data, err := section.Data()
	if err != nil {
		return ""
	}
	return strings.TrimRight(string(data), "\x00")
}

func findLibrary(name string) (string, error) {
	for _, dir := range libraryDirs {
		file := filepath.Join(dir, name)
		if _, err := os.Stat(file); err == nil {
			return file, nil
		}
	}
	return "", fmt.Errorf("no library %s in %s", name, strings.Join(libraryDirs, ", "))
}
