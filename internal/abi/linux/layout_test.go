package linux

import (
	"bytes"
	"flag"
	"fmt"
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/gosctp/sctp/internal/require"
)

var update = flag.Bool("update", false, "write what the kernel's header says into testdata")

// The record is what a C compiler makes of the kernel's header: a line per struct with its size and the offsets of its fields, and a
// line per number. It was written on amd64 with Debian's linux-libc-dev.
const record = "testdata/abi.txt"

func TestLayoutIsThatOfLinux(t *testing.T) {
	var got strings.Builder
	for _, s := range cStructs {
		var c codec
		s.value().layout(&c)
		names := strings.Fields(s.fields)
		if len(names) == 0 {
			names = make([]string, len(c.fields))
			c.fields = nil
		}
		fmt.Fprintf(&got, "%s %d", s.name, c.off)
		for i, name := range names {
			if i < len(c.fields) {
				fmt.Fprintf(&got, " %s %d", name, c.fields[i])
			}
		}
		got.WriteByte('\n')
		if c.fields != nil && len(names) != len(c.fields) {
			t.Errorf("%s has %d names for %d fields", s.name, len(names), len(c.fields))
		}
	}
	for _, n := range numbers(t) {
		fmt.Fprintf(&got, "%s %d\n", n.name, n.value)
	}
	compare(t, got.String(), readRecord(t))
}

func TestRecordIsThatOfHeader(t *testing.T) {
	gcc := require.Tool(t, "gcc")
	_, err := os.Stat("/usr/include/linux/sctp.h")
	require.That(t, err == nil && slices.Contains([]string{"amd64", "arm64"}, runtime.GOARCH), "linux/sctp.h of a 64-bit Linux")
	dir := t.TempDir()
	program, source := filepath.Join(dir, "abi"), filepath.Join(dir, "abi.c")
	if err := os.WriteFile(source, cProgram(t), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(gcc, "-w", "-o", program, source).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	out, err := exec.Command(program).Output()
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(record, out, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	compare(t, readRecord(t), string(out))
}

// The compiler for the other processor is asked whether it agrees with every line of the record; nothing has to run there.
func TestRecordIsThatOfArm64(t *testing.T) {
	gcc := require.Tool(t, "aarch64-linux-gnu-gcc")
	source := filepath.Join(t.TempDir(), "abi.c")
	if err := os.WriteFile(source, cAssertions(t), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(gcc, "-w", "-fsyntax-only", source).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

func readRecord(t *testing.T) string {
	b, err := os.ReadFile(record)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func compare(t *testing.T, got, want string) {
	t.Helper()
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range max(len(g), len(w)) {
		var a, b string
		if i < len(g) {
			a = g[i]
		}
		if i < len(w) {
			b = w[i]
		}
		if a != b {
			t.Errorf("line %d\n got %s\nwant %s", i+1, a, b)
		}
	}
}

const cHeaders = `#define _GNU_SOURCE
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <linux/in6.h>
#include <linux/sockios.h>
#include <asm/socket.h>
#include <asm/ioctls.h>
#include <linux/sctp.h>
`

// cProgram prints the record.
func cProgram(t *testing.T) []byte {
	var b bytes.Buffer
	b.WriteString(cHeaders + "int main(void) {\n")
	for _, s := range cStructs {
		fmt.Fprintf(&b, "\tprintf(\"%s %%zu\", sizeof(%s));\n", s.name, s.name)
		for name := range strings.FieldsSeq(s.fields) {
			fmt.Fprintf(&b, "\tprintf(\" %s %%zu\", offsetof(%s, %s));\n", name, s.name, name)
		}
		b.WriteString("\tprintf(\"\\n\");\n")
	}
	for _, n := range numbers(t) {
		fmt.Fprintf(&b, "\tprintf(\"%s %%ld\\n\", (long)(%s));\n", n.name, n.name)
	}
	b.WriteString("\treturn 0;\n}\n")
	return b.Bytes()
}

// cAssertions compiles where every line of the record is true.
func cAssertions(t *testing.T) []byte {
	var b bytes.Buffer
	b.WriteString(cHeaders)
	assert := func(what, is string) { fmt.Fprintf(&b, "_Static_assert(%s == %s, \"%s\");\n", what, is, what) }
	lines := strings.Split(strings.TrimSuffix(readRecord(t), "\n"), "\n")
	for i, s := range cStructs {
		rest, ok := strings.CutPrefix(lines[i], s.name+" ")
		words := strings.Fields(rest)
		if !ok || len(words) == 0 {
			t.Fatalf("line %d: %s", i+1, lines[i])
		}
		assert("sizeof("+s.name+")", words[0])
		for words = words[1:]; len(words) > 1; words = words[2:] {
			assert("offsetof("+s.name+", "+words[0]+")", words[1])
		}
	}
	for _, line := range lines[len(cStructs):] {
		name, value, _ := strings.Cut(line, " ")
		assert(name, value)
	}
	return b.Bytes()
}

type number struct {
	name  string
	value int64
}

// cName matches constants that have the name of one in C.
var cName = regexp.MustCompile(`^(SCTP|SPP|MSG|SO|SOL|SOCK|IP|IPV6|IPPROTO|AF|SIOC[A-Z]*)(_|$)`)

// notInHeader are those that no header has, or not the one of Debian 12: what Linux lacks, and what came after Linux 6.1.
var notInHeader = []string{
	"SCTP_NRSACK_SUPPORTED", "SCTP_PKTDROP_SUPPORTED", "SCTP_ACCEPT_ZERO_CHECKSUM", "SCTP_EXPLICIT_EOR", "SCTP_EOR", "SCTP_SS_RR_PKT",
	"SCTP_NOTIFICATIONS_STOPPED_EVENT", "SCTP_EDMID_NONE", "SCTP_EDMID_LOWER_LAYER_DTLS", "SOL_SCTP", "SCTP_SS_FC", "SCTP_SS_WFQ", "SCTP_SS_MAX",
}

// numbers returns the constants of this package that C has too, and the error numbers, by name.
func numbers(t *testing.T) []number {
	fset := token.NewFileSet()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var files []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(fset, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	conf := types.Config{Error: func(error) {}, Importer: noImports{}}
	pkg, _ := conf.Check("linux", fset, files, nil)
	var all []number
	for _, name := range pkg.Scope().Names() {
		c, ok := pkg.Scope().Lookup(name).(*types.Const)
		if ok && cName.MatchString(name) && !slices.Contains(notInHeader, name) {
			v, _ := constant.Int64Val(c.Val())
			all = append(all, number{name, v})
		}
	}
	for i, name := range errnoNames {
		if name != "" {
			all = append(all, number{name, int64(i)})
		}
	}
	return all
}

// noImports is an importer of empty packages: constants need none.
type noImports struct{}

func (noImports) Import(path string) (*types.Package, error) {
	p := types.NewPackage(path, filepath.Base(path))
	p.MarkComplete()
	return p, nil
}

// Every struct of the table of options is among those that are compared with C, with the size that the table has.
func TestOptionSizes(t *testing.T) {
	for _, o := range Options() {
		if o.Value == nil {
			continue
		}
		size := Size(o.Value())
		i := slices.IndexFunc(cStructs, func(s cStruct) bool { return s.name == o.Struct })
		if i < 0 {
			t.Errorf("%s: nothing is known of %s", o.Name, o.Struct)
			continue
		}
		if got, want := fmt.Sprintf("%T", o.Value()), fmt.Sprintf("%T", cStructs[i].value()); got != want && want != "*linux.Int" {
			t.Errorf("%s: %s is a %s, want %s", o.Name, o.Struct, got, want)
		}
		for _, l := range []Lengths{o.Set, o.Get} {
			if l.Possible() && l.size != size && !(o.Number == SCTP_AUTH_KEY && l.size == size+1) { // an empty key is none
				t.Errorf("%s: length %d, %s has %d", o.Name, l.size, o.Struct, size)
			}
		}
	}
	if n := Size(new(PaddrParams)) - 4; n != sizeofOldPaddrParams {
		t.Errorf("old struct sctp_paddrparams: %d", n)
	}
	for name, got := range map[string]int{"NxtInfo": Size(new(NxtInfo)) - sizeofNxtInfo, "RcvInfo": Size(new(RcvInfo)) - sizeofRcvInfo, "SndRcvInfo": Size(new(SndRcvInfo)) - sizeofSndRcvInfo} {
		if got != 0 {
			t.Errorf("%s: %d bytes more than its constant", name, got)
		}
	}
}
