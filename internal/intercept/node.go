package intercept

import (
	"bytes"
	"path"
	"slices"
	"strings"
)

// Files is what a [Stack] is that tells programs of itself in files, as Linux' SCTP does below /proc.
type Files interface {
	// Settings are the names of the files in /proc/sys/net/sctp.
	Settings() []string
	// Sysctl returns what is in one of them, without the end of the line, and SetSysctl takes what was written. Errors are
	// syscall.Errno.
	Sysctl(name string) (string, error)
	SetSysctl(name, value string) error
	// Reports are the names of the files in /proc/net/sctp, and Report is what one of them says.
	Reports() []string
	Report(name string) ([]byte, error)
	// Protocols are the lines of /proc/net/protocols that are about SCTP.
	Protocols() []byte
}

// nodeKind is what a path leads to.
type nodeKind uint8

const (
	nodeNone      nodeKind = iota
	nodeReport             // /proc/net/sctp/NAME
	nodeReports            // /proc/net/sctp
	nodeSetting            // /proc/sys/net/sctp/NAME
	nodeSettings           // /proc/sys/net/sctp
	nodeProtocols          // /proc/net/protocols, which there is without us too
)

// node is a file or directory of those that tell about SCTP.
type node struct {
	kind nodeKind
	name string // of a report or setting
}

func (n node) directory() bool { return n.kind == nodeReports || n.kind == nodeSettings }

// Where the files are. A program may see other names for the first of the two; see network.
const (
	procDir     = "/proc/"
	reportsDir  = "net/sctp"
	protocolsAt = "net/protocols"
	settingsDir = "sys/net/sctp"
	taskDir     = "task"
)

// interesting reports whether a path may lead to one of the files. Most do not, and that is seen at once.
func (t *fileTree) interesting(name []byte) bool {
	if bytes.Contains(name, sctpInPath) {
		return true
	}
	end := bytes.TrimRight(name, "/")
	last := end[bytes.LastIndexByte(end, '/')+1:]
	switch string(last) {
	case "protocols":
		return true
	case ".", "..":
		return len(end) > len(last) // to be cleaned
	}
	return len(name) > 0 && name[0] != '/' && t.names[string(last)]
}

// sctpInPath is in every absolute path to one of the files but to protocols.
var sctpInPath = []byte("sctp")

// fileTree is the files that there are.
type fileTree struct {
	files    Files
	settings []string
	reports  []string
	names    map[string]bool // of both
}

func newFileTree(f Files) *fileTree {
	t := &fileTree{files: f, settings: f.Settings(), reports: f.Reports(), names: make(map[string]bool)}
	slices.Sort(t.settings)
	slices.Sort(t.reports)
	for _, name := range append(slices.Clone(t.settings), t.reports...) {
		t.names[name] = true
	}
	return t
}

// find returns what an absolute path leads to. Symbolic links are not followed but for those that /proc has itself.
func (t *fileTree) find(name string) node {
	rest, ok := strings.CutPrefix(path.Clean(name), procDir)
	if !ok {
		return node{}
	}
	if setting, ok := strings.CutPrefix(rest, settingsDir); ok {
		return leaf(setting, nodeSettings, nodeSetting, t.settings)
	}
	rest = network(rest)
	if rest == protocolsAt {
		return node{kind: nodeProtocols}
	}
	if report, ok := strings.CutPrefix(rest, reportsDir); ok {
		return leaf(report, nodeReports, nodeReport, t.reports)
	}
	return node{}
}

// leaf returns a directory, or what rest names in it.
func leaf(rest string, directory, file nodeKind, names []string) node {
	if rest == "" {
		return node{kind: directory}
	}
	name, ok := strings.CutPrefix(rest, "/")
	if !ok || !slices.Contains(names, name) {
		return node{}
	}
	return node{kind: file, name: name}
}

// network takes what names a process or thread off a path below /proc: every one of them has the directory net.
func network(rest string) string {
	first, behind, _ := strings.Cut(rest, "/")
	switch {
	case first == "self" || first == "thread-self":
		rest = behind
	case decimal(first):
		rest = behind
		if in, thread, ok := strings.Cut(rest, "/"); ok && in == taskDir {
			if tid, behind, ok := strings.Cut(thread, "/"); ok && decimal(tid) {
				rest = behind
			}
		}
	}
	return rest
}

// decimal reports whether s is the number of a process.
func decimal(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}
