package ladder

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// canvas is one line of the diagram before it is written.
type canvas []rune

func (d *Diagram) blank() canvas {
	return canvas(strings.Repeat(" ", max(d.opts.Width, d.drawn.width())))
}

// canvas returns a row with nothing but the lines of the endpoints.
func (d *Diagram) canvas() canvas {
	c := d.blank()
	for _, lanes := range d.drawn {
		for _, x := range lanes {
			c[x] = '│'
		}
	}
	return c
}

func (c canvas) put(x int, text string) {
	for _, r := range text {
		if x < 0 || x >= len(c) {
			return
		}
		c[x] = r
		x++
	}
}

// arrow draws from column x to column y; a lost one ends before it gets there.
func (c canvas) arrow(x, y int, lost bool) {
	step, tail, head := 1, '├', '►'
	if y < x {
		step, tail, head = -1, '┤', '◄'
	}
	for i := x + step; i != y; i += step {
		if c[i] == '│' {
			c[i] = '┼'
		} else {
			c[i] = '─'
		}
	}
	c[x] = tail
	if !lost {
		c[y-step] = head
		return
	}
	for i := y - step; i != y-lostGap*step && i != x; i -= step {
		c[i] = ' '
	}
	c[y-lostGap*step] = '✗'
}

// lostGap is how far before its aim the arrow of a lost packet ends. Less than laneGap, so that it cannot meet another line.
const lostGap = 3

// String returns the line without trailing spaces.
func (c canvas) String() string { return strings.TrimRight(string(c), " ") }

// header says which line is which address, and begins the lines.
func (d *Diagram) header() string {
	var b strings.Builder
	b.WriteByte('\n')
	heads := d.blank()
	heads.put(timeWidth-len("seconds")-4, "seconds")
	for i, e := range d.topo.endpoints {
		for lane, a := range e.addrs {
			name := laneName(i, lane, len(e.addrs))
			heads.put(d.drawn[i][lane], name)
			fmt.Fprintf(&b, "%4s  %s\n", name, hostPort(a, e.port))
		}
	}
	b.WriteByte('\n')
	b.WriteString(heads.String() + "\n")
	b.WriteString(d.drawnGlyph(d.canvas().String()) + "\n")
	return b.String()
}

// laneName is a letter for the endpoint, with a number if it has several lines.
func laneName(endpoint, lane, lanes int) string {
	name := string(rune('A' + endpoint))
	if lanes > 1 {
		name += strconv.Itoa(lane + 1)
	}
	return name
}

// rows draws p: an arrow with as many labels as fit on it, the other labels below.
func (d *Diagram) rows(p Packet, r route, labels []label) string {
	from, to := d.labelSpace(r)
	var b strings.Builder
	for i := 0; i == 0 || i < len(labels); {
		c := d.canvas()
		if i == 0 {
			c.put(0, d.stamp(p.Time))
			d.drawArrow(c, r, p.Dropped)
		}
		text, st, n := d.fit(labels[i:], to-from)
		i += max(n, 1)
		at := from
		if r.src.endpoint > r.dst.endpoint {
			at = max(from, to-utf8.RuneCountInString(text))
		}
		line := d.drawnGlyph(c.String())
		if text != "" {
			line = d.overlay(c, at, text, st)
		}
		b.WriteString(line + "\n")
	}
	return b.String()
}

func (d *Diagram) drawArrow(c canvas, r route, lost bool) {
	x := d.drawn[r.src.endpoint][r.src.lane]
	y := d.drawn[r.dst.endpoint][r.dst.lane]
	if x == y {
		c[x] = '↻'
		return
	}
	c.arrow(x, y, lost)
}

// labelSpace returns the columns for labels: those next to the sender, between it and the endpoint it faces.
func (d *Diagram) labelSpace(r route) (from, to int) {
	const margin = 3
	switch {
	case len(d.drawn) == 1:
		return d.drawn[0][len(d.drawn[0])-1] + margin, d.opts.Width
	case r.dst.endpoint > r.src.endpoint:
		from, to = d.drawn.gap(r.src.endpoint)
	case r.dst.endpoint < r.src.endpoint:
		from, to = d.drawn.gap(r.src.endpoint - 1)
	default:
		from, to = d.drawn.gap(min(r.src.endpoint, len(d.drawn)-2))
	}
	return from + margin, to - margin - 1
}

// fit joins labels as long as they take at most width columns, at least one, which is cut if need be.
func (d *Diagram) fit(labels []label, width int) (text string, st style, n int) {
	for _, l := range labels {
		next := l.text
		if n > 0 {
			next = text + ", " + l.text
		}
		if n > 0 && utf8.RuneCountInString(next) > width {
			break
		}
		text = next
		st = max(st, l.style)
		n++
	}
	if r := []rune(text); len(r) > width {
		text = string(r[:width-1]) + "…"
	}
	return text, st, n
}

// overlay writes text, with a space on either side, into c and colours it.
func (d *Diagram) overlay(c canvas, at int, text string, st style) string {
	if !strings.HasPrefix(text, " ") {
		text = " " + text + " "
	}
	at--
	c.put(at, text)
	if !d.opts.Color {
		return d.drawnGlyph(c.String())
	}
	end := at + utf8.RuneCountInString(text)
	return d.drawnGlyph(string(c[:at])) + d.paint(st, d.drawnGlyph(text)) + d.drawnGlyph(canvas(c[end:]).String())
}

// stamp is the time since the first packet, in seconds.
func (d *Diagram) stamp(t time.Time) string {
	return fmt.Sprintf("%*.6f", timeWidth-3, t.Sub(d.start).Seconds())
}
