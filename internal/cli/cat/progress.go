package cat

import (
	"io"
	"os"

	"github.com/schollz/progressbar/v3"

	"github.com/gosctp/sctp/internal/cli"
)

// showProgress returns f read with a bar on w, if w is a terminal.
func showProgress(f *os.File, what string, w io.Writer) io.Reader {
	size := int64(-1)
	if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
		size = info.Size()
	}
	bar, ok := newBar(size, what, w)
	if !ok {
		return f
	}
	r := progressbar.NewReader(f, bar)
	return &r
}

// countProgress returns f written with a count of bytes on w, if w is a terminal: how many will come nobody knows.
func countProgress(f *os.File, what string, w io.Writer) io.Writer {
	bar, ok := newBar(-1, what, w)
	if !ok {
		return f
	}
	return io.MultiWriter(f, bar)
}

func newBar(size int64, what string, w io.Writer) (*progressbar.ProgressBar, bool) {
	if _, ok := cli.Terminal(w); !ok {
		return nil, false
	}
	return progressbar.NewOptions64(size,
		progressbar.OptionSetWriter(w),
		progressbar.OptionSetDescription(what),
		progressbar.OptionShowBytes(true),
		progressbar.OptionEnableColorCodes(cli.Color(w)),
		progressbar.OptionOnCompletion(func() { io.WriteString(w, "\n") }),
	), true
}
