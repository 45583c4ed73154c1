package cli

import (
	"io"
	"os"

	"golang.org/x/term"
)

// Terminal returns the file behind w if that is a terminal.
func Terminal(w io.Writer) (*os.File, bool) {
	f, ok := w.(*os.File)
	return f, ok && term.IsTerminal(int(f.Fd()))
}

// Color reports whether w is a place for colours: a terminal, whose user has not asked for none (https://no-color.org).
func Color(w io.Writer) bool {
	_, ok := Terminal(w)
	return ok && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}
