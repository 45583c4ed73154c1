//go:build linux

package kernel

import (
	"bytes"
	"debug/elf"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// modulesNeeded are the modules that the machine loads, with whatever they depend on.
var modulesNeeded = []string{"virtio_pci", "virtio_net", "crc32c_intel", "udp_tunnel", "ip6_udp_tunnel", "sctp"}

// moduleFiles returns the files of the modules below root, dependencies first; those that the kernel has built in have none.
func moduleFiles(root string, names []string) ([]string, error) {
	files := make(map[string]string)
	err := filepath.WalkDir(root, func(file string, entry fs.DirEntry, err error) error {
		if name, ok := strings.CutSuffix(filepath.Base(file), ".ko"); ok {
			files[moduleName(name)] = file
		}
		return err
	})
	if err != nil {
		return nil, err
	}

	builtin, err := builtinModules(root)
	if err != nil {
		return nil, err
	}

	var order []string
	seen := make(map[string]bool)
	var visit func(name string) error
	visit = func(name string) error {
		if seen[name] {
			return nil
		}
		seen[name] = true
		file, ok := files[name]
		if !ok && builtin[name] {
			return nil
		}
		if !ok {
			return fmt.Errorf("no kernel module %q below %s", name, root)
		}
		depends, err := moduleDepends(file)
		if err != nil {
			return err
		}
		for _, other := range depends {
			if err := visit(other); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
		order = append(order, file)
		return nil
	}
	for _, name := range names {
		if err := visit(name); err != nil {
			return nil, err
		}
	}
	return order, nil
}

// builtinModules reads the list that comes with the modules below root.
func builtinModules(root string) (map[string]bool, error) {
	list, err := os.ReadFile(filepath.Join(root, "modules.builtin"))
	if err != nil {
		return nil, err
	}
	builtin := make(map[string]bool)
	for line := range strings.Lines(string(list)) {
		builtin[moduleName(strings.TrimSuffix(filepath.Base(strings.TrimSpace(line)), ".ko"))] = true
	}
	return builtin, nil
}

// moduleDepends reads the names of the modules that a module needs from its .modinfo section.
func moduleDepends(file string) ([]string, error) {
	module, err := elf.Open(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	defer module.Close()
	section := module.Section(".modinfo")
	if section == nil {
		return nil, fmt.Errorf("%s: no .modinfo section", file)
	}
	data, err := section.Data()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	for field := range bytes.SplitSeq(data, []byte{0}) {
		if list, ok := bytes.CutPrefix(field, []byte("depends=")); ok && len(list) > 0 {
			return strings.Split(moduleName(string(list)), ","), nil
		}
	}
	return nil, nil
}

// moduleName is the name by which modules refer to each other; file names may have hyphens.
func moduleName(s string) string { return strings.ReplaceAll(s, "-", "_") }
