//go:build linux

package kernel

import (
	"bytes"
	"fmt"
	"os"
	"path"
	"sort"
)

// archive is an initial root file system under construction, in the cpio "newc" format that the kernel unpacks.
type archive struct {
	out   bytes.Buffer
	inode int
	dirs  map[string]bool
}

// Modes of the entries, as in stat(2).
const (
	modeDirectory  = 0o040755
	modeExecutable = 0o100755
)

// file adds an executable file (nothing in here is worth less).
func (a *archive) file(name string, data []byte) {
	a.parents(name)
	a.entry(name, modeExecutable, data)
}

// copy adds a file of this host.
func (a *archive) copy(name, source string) error {
	data, err := os.ReadFile(source)
	if err != nil {
		return err
	}
	a.file(name, data)
	return nil
}

// directories adds empty directories.
func (a *archive) directories(names ...string) {
	for _, name := range names {
		a.parents(name + "/.")
	}
}

// parents adds the directories above name that are not there yet, topmost first.
func (a *archive) parents(name string) {
	if a.dirs == nil {
		a.dirs = make(map[string]bool)
	}
	var missing []string
	for dir := path.Dir(name); dir != "." && dir != "/" && !a.dirs[dir]; dir = path.Dir(dir) {
		missing = append(missing, dir)
		a.dirs[dir] = true
	}
	sort.Strings(missing)
	for _, dir := range missing {
		a.entry(dir, modeDirectory, nil)
	}
}

// entry writes one header with thirteen fields of eight hexadecimal digits, the name, and the data, both padded to four bytes.
func (a *archive) entry(name string, mode int, data []byte) {
	a.inode++
	fields := []int{
		a.inode, mode, 0, 0, 1, 0, len(data), // inode, mode, uid, gid, links, time, size
		0, 0, 0, 0, len(name) + 1, 0, // device, its node, length of the name, checksum (unused)
	}
	a.out.WriteString("070701")
	for _, field := range fields {
		fmt.Fprintf(&a.out, "%08X", field)
	}
	a.out.WriteString(name + "\x00")
	a.pad()
	a.out.Write(data)
	a.pad()
}

func (a *archive) pad() {
	for a.out.Len()%4 != 0 {
		a.out.WriteByte(0)
	}
}

// bytes ends the archive and returns it.
func (a *archive) bytes() []byte {
	a.entry("TRAILER!!!", 0, nil)
	return a.out.Bytes()
}
