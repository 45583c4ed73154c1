//go:build linux

package kernel

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gosctp/sctp/internal/require"
)

func TestArchiveIsReadByCpio(t *testing.T) {
	busybox := require.Tool(t, "busybox")
	var a archive
	a.directories("proc")
	a.file("init", []byte("#!/bin/sh\n"))
	a.file("lib/modules/a.ko", []byte("odd"))
	a.file("lib/modules/b.ko", nil)

	dir := t.TempDir()
	cmd := exec.Command(busybox, "cpio", "-i")
	cmd.Dir, cmd.Stdin = dir, strings.NewReader(string(a.bytes()))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("cpio: %v: %s", err, out)
	}
	for name, want := range map[string]string{"init": "#!/bin/sh\n", "lib/modules/a.ko": "odd", "lib/modules/b.ko": ""} {
		got, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || string(got) != want {
			t.Errorf("%s = %q, %v, want %q", name, got, err, want)
		}
	}
	if info, err := os.Stat(filepath.Join(dir, "proc")); err != nil || !info.IsDir() {
		t.Errorf("proc is no directory: %v", err)
	}
}

func TestModulesComeAfterWhatTheyNeed(t *testing.T) {
	_, root, err := Image()
	require.That(t, err == nil, "kernel image, unpacked by interop/install.sh")
	files, err := moduleFiles(root, []string{"sctp"})
	if err != nil {
		t.Fatal(err)
	}
	position := func(name string) int {
		return slices.IndexFunc(files, func(file string) bool { return filepath.Base(file) == name })
	}
	for _, needed := range []string{"libcrc32c.ko", "udp_tunnel.ko", "ip6_udp_tunnel.ko"} {
		if i := position(needed); i < 0 || i > position("sctp.ko") {
			t.Errorf("%s is not before sctp.ko in %q", needed, files)
		}
	}
	if _, err := moduleFiles(root, []string{"no_such_module"}); err == nil {
		t.Error("a module that is not there is found")
	}
}

func TestLibrariesOfAProgram(t *testing.T) {
	program := require.Tool(t, "sctp_test")
	files, err := libraries(program)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"libsctp.so.1", "libc.so.6", "ld-linux-x86-64.so.2"} {
		if !slices.ContainsFunc(files, func(file string) bool { return filepath.Base(file) == want }) {
			t.Errorf("%s is not among %q", want, files)
		}
	}
}
