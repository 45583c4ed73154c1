package cat

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

// pieces returns what next gives, to the end of the input.
func pieces(next func() ([]byte, error)) (all []string, err error) {
	for {
		b, err := next()
		if len(b) > 0 {
			all = append(all, string(b))
		}
		if err == io.EOF {
			return all, nil
		}
		if err != nil {
			return all, err
		}
	}
}

func TestInputIsCutIntoMessages(t *testing.T) {
	for _, c := range []struct {
		name  string
		lines bool
		in    io.Reader
		want  []string
	}{
		{"by size", false, strings.NewReader("abcdefgh"), []string{"abc", "def", "gh"}},
		{"as it is typed", false, iotest.OneByteReader(strings.NewReader("abc")), []string{"a", "b", "c"}},
		{"by line", true, strings.NewReader("one\n\ntwo\nthree"), []string{"one", "two", "three"}},
		{"nothing", false, strings.NewReader(""), nil},
		{"no line", true, strings.NewReader("\n\n"), nil},
	} {
		p := &Pipe{MessageBytes: 3, in: c.in}
		next := p.chunks()
		if c.lines {
			next = p.lines()
		}
		if got, err := pieces(next); err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, %v, want %q", c.name, got, err, c.want)
		}
	}
}

func TestFilesAreCutIntoEqualPieces(t *testing.T) {
	p := &Pipe{MessageBytes: 3, SendFile: "some", in: iotest.OneByteReader(strings.NewReader("abcdefgh"))}
	got, err := pieces(p.chunks())
	if want := []string{"abc", "def", "gh"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("%q, %v, want %q: how a file is read must not show", got, err, want)
	}
}

func TestInputErrorsAreNotTakenForItsEnd(t *testing.T) {
	broken := errors.New("disk on fire")
	for _, lines := range []bool{false, true} {
		p := &Pipe{MessageBytes: 3, in: iotest.ErrReader(broken)}
		next := p.chunks()
		if lines {
			next = p.lines()
		}
		if _, err := pieces(next); !errors.Is(err, broken) {
			t.Errorf("lines %t: %v", lines, err)
		}
	}
}

func TestFilesThatCannotBeOpened(t *testing.T) {
	dir := t.TempDir()
	missing := filepath.Join(dir, "missing", "file")
	for name, p := range map[string]*Pipe{"send": {SendFile: missing}, "receive": {ReceiveFile: missing}} {
		if err := p.Open(nil, nil, io.Discard); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: %v", name, err)
		}
		if err := p.Close(); err != nil {
			t.Errorf("%s: close: %v", name, err)
		}
	}
}
