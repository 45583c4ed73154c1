package ladder

import "strings"

// style is what a chunk means to the reader, and by that its colour.
type style uint8

const (
	styleData style = iota
	styleControl
	styleQuiet
	styleAgain
	styleBad
	styleNote
)

// escape sequences set the foreground only: they are readable on light and dark terminals.
var escapes = [...]string{
	styleData:    "",
	styleControl: "\x1b[36m",
	styleQuiet:   "\x1b[2m",
	styleAgain:   "\x1b[33m",
	styleBad:     "\x1b[31m",
	styleNote:    "\x1b[1m",
}

func (d *Diagram) paint(s style, text string) string {
	if !d.opts.Color || escapes[s] == "" {
		return text
	}
	return escapes[s] + strings.TrimSuffix(text, "\n") + "\x1b[0m" + strings.Repeat("\n", strings.Count(text, "\n"))
}

// ascii says how to draw where only ASCII is safe.
var ascii = strings.NewReplacer(
	"│", "|", "─", "-", "├", "+", "┤", "+", "┼", "+", "►", ">", "◄", "<", "✗", "X", "↻", "again", "–", "-", "…", "~", "→", "->")

func (d *Diagram) drawnGlyph(s string) string {
	if d.opts.ASCII {
		return ascii.Replace(s)
	}
	return s
}
