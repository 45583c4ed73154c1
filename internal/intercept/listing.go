//go:build linux && (amd64 || arm64)

package intercept

import (
	"os"
	"path"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// listings are directories of the supervisor's own that hold empty files with the names of ours. A program that lists a directory of ours
// gets one of these; when it names a file in it, we know what it means. They are made when the first program asks.
type listings struct {
	// root has reportsDir and settingsDir in it; empty if there is none.
	root string
}

// sharedMemory is where the directories are made if it is there: its file system lists . and .. first, as that of /proc does, which
// sysctl relies on.
const sharedMemory = "/dev/shm"

// listingName begins the name of what the supervisor with the process number pid makes.
func listingName(pid int) string { return "gosctp-proc-" + strconv.Itoa(pid) }

// make makes the directories.
func (l *listings) make(t *fileTree) error {
	if l.root != "" {
		return nil
	}
	name := listingName(os.Getpid()) + "-"
	root, err := os.MkdirTemp(sharedMemory, name)
	if err != nil {
		if root, err = os.MkdirTemp("", name); err != nil {
			return err
		}
	}
	l.root = root
	for dir, names := range map[string][]string{reportsDir: t.reports, settingsDir: t.settings} {
		if err := os.MkdirAll(path.Join(root, dir), 0o755); err != nil {
			return err
		}
		for _, name := range slices.Backward(names) { // the youngest comes first in a listing
			if err := os.WriteFile(path.Join(root, dir, name), nil, 0o444); err != nil {
				return err
			}
		}
	}
	return os.Chmod(root, 0o755)
}

// meant is the directory that a program means when it has dir.
func (l *listings) meant(dir string) string {
	if rest, ok := strings.CutPrefix(dir, l.root+"/"); ok && l.root != "" {
		return procDir + rest
	}
	return dir
}

// remove takes the directories away.
func (l *listings) remove() {
	if l.root != "" {
		_ = os.RemoveAll(l.root)
	}
}

// openDirectory gives the program a directory to list.
func (c *call) openDirectory(n node, flags int) outcome {
	l := &c.s.listings
	if err := l.make(c.s.tree); err != nil {
		return failure(errno(err))
	}
	dir := reportsDir
	if n.kind == nodeSettings {
		dir = settingsDir
	}
	fd, err := unix.Open(path.Join(l.root, dir), unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC|flags&unix.O_PATH, 0)
	if err != nil {
		return failure(errno(err))
	}
	defer unix.Close(fd)
	return given(c.s.listener.add(c.n.id, fd, -1, flags&unix.O_CLOEXEC != 0))
}
