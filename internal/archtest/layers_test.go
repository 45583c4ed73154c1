package archtest

import (
	"go/token"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// layers is the order of the packages, lowest first: a package imports packages of the rows above its own only. A name
// ending in /... stands for that directory and everything below it, whose order among themselves is theirs.
var layers = [][]string{
	{"internal/mono", "internal/seq", "internal/sched", "transport", "internal/require", "internal/archtest", "internal/abi/..."},
	{"internal/capability/..."},
	{"internal/wire"},
	{"internal/auth", "internal/cc", "internal/cookie", "internal/rx", "internal/tx"},
	{"internal/path"},
	{"internal/assoc"},
	{"internal/endpoint"},
	{"internal/sim/..."},
	{"transport/internal/...", "internal/porttable", "simnet"},
	{"transport/udpencap", "transport/rawip", "transport/fault", "transport/pipe"},
	{"transport/pcap", "transport/dtls"},
	{"internal/engine"},
	{"internal/sockets"},
	{"."},
	{"internal/ladder"},
	{"internal/intercept"},
	{"internal/cli/..."},
	{"cmd/sctp"},
	{"interop/..."},
}

// upward are the imports that climb, each with the reason that makes it right.
var upward = map[[2]string]string{
	{"internal/sim", "simnet"}: "the simulation drives the core over the network of package simnet",
}

// placeOf returns the row of the package in dir, or -1, and the name that it has there.
func placeOf(dir string) (row int, name string) {
	for row, names := range layers {
		for _, name := range names {
			tree, ok := strings.CutSuffix(name, "/...")
			if dir == tree || ok && strings.HasPrefix(dir, tree+"/") {
				return row, name
			}
		}
	}
	return -1, ""
}

var layerTable = rule{
	name: "imports point down",
	why: "a lower package that knows a higher one cannot be tested, understood or replaced without it. The table `layers` " +
		"has the order; a new package takes its place there first",
	check: func(tr *tree, report reportFunc) {
		for _, f := range tr.goFiles() {
			if f.in("bench", "tools") { // modules of their own
				continue
			}
			from, here := placeOf(f.dir)
			if from < 0 {
				report(f.path, "package %s has no place in the table of layers", f.dir)
				continue
			}
			imports := f.imports()
			for _, p := range slices.Sorted(maps.Keys(imports)) {
				dir, ok := moduleDir(p)
				if !ok || upward[[2]string{f.dir, dir}] != "" {
					continue
				}
				if to, there := placeOf(dir); to >= from && here != there {
					report(tr.at(imports[p]), "%s imports %s, which is not below it", f.dir, dir)
				}
			}
		}
	},
	bad: []string{
		"-- internal/rx/a.go --\npackage rx\nimport \"" + modulePath + "/internal/assoc\"",
		"-- internal/rx/a.go --\npackage rx\nimport \"" + modulePath + "/internal/cc\"",
		"-- internal/engine/a.go --\npackage engine\nimport \"" + modulePath + "\"",
		"-- internal/novel/a.go --\npackage novel",
	},
	good: []string{
		"-- a.go --\npackage sctp\nimport \"" + modulePath + "/internal/engine\"",
		"-- internal/rx/a_test.go --\npackage rx\nimport \"" + modulePath + "/internal/assoc\"",
	},
}

// moduleDir returns the directory of this module's package importPath.
func moduleDir(importPath string) (string, bool) {
	if importPath == modulePath {
		return ".", true
	}
	return strings.CutPrefix(importPath, modulePath+"/")
}

var carriersKnowOnlyTransport = rule{
	name: "carriers know only transport",
	why: "a carrier moves packets and never looks into one; it meets the engine through package transport alone, so that " +
		"anybody can write another",
	check: func(tr *tree, report reportFunc) {
		may := []string{"transport", "internal/mono", "internal/require"}
		for _, f := range tr.goFiles("transport", "simnet") {
			imports := f.imports()
			for _, p := range slices.Sorted(maps.Keys(imports)) {
				dir, ok := moduleDir(p)
				if ok && !slices.Contains(may, dir) && !strings.HasPrefix(dir, "transport/") {
					report(tr.at(imports[p]), "a carrier imports %s", dir)
				}
			}
		}
	},
	bad:  []string{"-- transport/udpencap/a.go --\npackage udpencap\nimport \"" + modulePath + "/internal/wire\""},
	good: []string{"-- transport/udpencap/a.go --\npackage udpencap\nimport \"" + modulePath + "/transport/internal/mmsg\""},
}

// syscallDirs may make system calls, each with the reason.
var syscallDirs = map[string]string{
	"transport":          "carriers are where packets meet the kernel",
	"internal/porttable": "the port table is the kernel's: abstract unix sockets",
	"internal/cli/check": "sctp check asks the kernel what it can do",
	"internal/cli/perf":  "sctp perf asks the kernel what time of the processor a test took",
	"interop":            "peers run in network namespaces",
	"internal/intercept": "system calls of programs are what it carries",
}

// syscallValue matches the names of signals, error numbers and interfaces, which are no calls.
var syscallValue = regexp.MustCompile(`^(SIG|E)[A-Z0-9]+$|^(Errno|Signal|RawConn|Conn)$`)

var syscallsInCarriers = rule{
	name: "system calls in carriers",
	why: "system calls differ from system to system; in one place they can be replaced, in many they cannot. syscallDirs " +
		"lists the exceptions",
	check: func(tr *tree, report reportFunc) {
		may := append(slices.Sorted(maps.Keys(syscallDirs)), "bench")
		for _, f := range tr.goFiles() {
			if f.in(may...) {
				continue
			}
			f.selectors(func(pkg, name string, pos token.Pos) {
				system := pkg == "syscall" || strings.HasPrefix(pkg, "golang.org/x/sys")
				if system && !syscallValue.MatchString(name) {
					report(tr.at(pos), "%s uses %s.%s", f.dir, pkg, name)
				}
			})
		}
	},
	bad: []string{
		"-- internal/engine/a.go --\npackage engine\nimport \"syscall\"\nvar f = syscall.Socket",
		"-- a.go --\npackage sctp\nimport \"golang.org/x/sys/unix\"\nvar f = unix.Sendmmsg",
	},
	good: []string{
		"-- transport/rawip/a.go --\npackage rawip\nimport \"golang.org/x/sys/unix\"\nvar f = unix.Socket",
		"-- cmd/sctp/main.go --\npackage main\nimport \"syscall\"\nvar s = syscall.SIGTERM",
		"-- a.go --\npackage sctp\nimport \"syscall\"\nvar s = syscall.EADDRINUSE",
	},
}
