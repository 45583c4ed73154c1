// Package ladder draws SCTP packets as people draw them on paper: a vertical line for each address, an arrow for each packet,
// time running down.
//
// Create a [Diagram] and give it packets in the order of their times; each is drawn as it comes, so that a diagram can
// follow a running association. Where all packets are known beforehand, as in a capture, [Diagram.Learn] shows them to
// the diagram first: then no line has to be added half way down. [Split] sorts a capture into associations, and [AppendText]
// writes packets as plain lines.
//
// A column is an SCTP endpoint (RFC 9260 section 1.3): one port and one or more addresses, each with a line of its own. Which
// addresses belong together follows from the address parameters of INIT and INIT ACK and from verification tags.
package ladder

import (
	"fmt"
	"io"
	"net/netip"
	"time"

	"github.com/gosctp/sctp/internal/wire"
	"github.com/gosctp/sctp/transport"
)

// Packet is one SCTP packet seen on its way.
type Packet struct {
	Time     time.Time
	Src, Dst netip.Addr
	// SrcUDP and DstUDP are the UDP ports of a packet that travelled inside UDP (RFC 6951), otherwise zero.
	SrcUDP, DstUDP uint16
	// Data is the packet from the common header on.
	Data []byte
	// ECN is the field of the IP header, as far as it is known.
	ECN transport.ECN
	// Dropped says that the packet is known not to have arrived.
	Dropped bool
}

// Options say how a Diagram looks. The zero value is plain text of DefaultWidth.
type Options struct {
	// Width is the number of columns to fill; zero means DefaultWidth, and less than MinWidth means MinWidth.
	Width int
	// Color adds ANSI escape sequences.
	Color bool
	// ASCII avoids every other character set.
	ASCII bool
	// AbsoluteTSN prints TSNs as they are. Otherwise the first one of a direction is called 1, if its INIT was seen.
	AbsoluteTSN bool
}

const (
	// DefaultWidth fits a page and most terminals.
	DefaultWidth = 100
	// MinWidth leaves room for a word between two lines.
	MinWidth = 60
	// MaxEndpoints is the largest number of columns of a diagram: with more, no arrow could be labelled.
	MaxEndpoints = 4
	// maxLanes is the largest number of lines of one endpoint; more addresses share the last one.
	maxLanes = 4
)

// Diagram draws packets on w.
type Diagram struct {
	w     io.Writer
	opts  Options
	topo  topology
	flows flows
	start time.Time
	// drawn is the layout that the last header showed.
	drawn layout
}

// New returns a diagram that draws on w.
func New(w io.Writer, opts Options) *Diagram {
	if opts.Width == 0 {
		opts.Width = DefaultWidth
	}
	opts.Width = max(opts.Width, MinWidth)
	return &Diagram{w: w, opts: opts, flows: newFlows()}
}

// Declare makes an endpoint known before its first packet, and draws a line for each of its addresses.
func (d *Diagram) Declare(port uint16, addrs ...netip.Addr) {
	for _, a := range addrs {
		d.topo.declare(site{addr: a, port: port}, site{addr: addrs[0], port: port})
	}
}

// Learn makes the endpoints of p known without drawing anything.
func (d *Diagram) Learn(p Packet) error {
	_, err := d.resolve(p)
	return err
}

// Add draws p. It fails when w does, or when p would need one endpoint more than MaxEndpoints.
func (d *Diagram) Add(p Packet) error {
	r, err := d.resolve(p)
	if err != nil {
		return err
	}
	if d.start.IsZero() {
		d.start = p.Time
	}
	if l := newLayout(&d.topo, d.opts.Width); !l.equal(d.drawn) {
		d.drawn = l
		if err := d.write(d.header()); err != nil {
			return err
		}
	}
	labels := d.labels(p, r)
	return d.write(d.rows(p, r, labels))
}

// Note draws a remark between the arrows, over the full width.
func (d *Diagram) Note(t time.Time, text string) error {
	if d.start.IsZero() {
		d.start = t
	}
	line := fmt.Sprintf("%s  %s %s\n", d.stamp(t), d.drawnGlyph("──"), text)
	return d.write(d.paint(styleNote, line))
}

// resolve finds the endpoints and lines of p, and keeps their number drawable.
func (d *Diagram) resolve(p Packet) (route, error) {
	r := d.topo.route(p)
	if n := len(d.topo.endpoints); n > MaxEndpoints {
		return r, fmt.Errorf("a diagram shows at most %d endpoints, the packets come from %d", MaxEndpoints, n)
	}
	return r, nil
}

// labels returns a label for each chunk of p.
func (d *Diagram) labels(p Packet, r route) []label {
	if _, err := wire.ParseHeader(p.Data); err != nil {
		return []label{{text: err.Error(), style: styleBad}}
	}
	var ls []label
	if p.ECN == transport.CE {
		ls = append(ls, label{text: "CE", style: styleAgain})
	}
	switch checksum(p.Data) {
	case checksumBad:
		ls = append(ls, label{text: "bad checksum", style: styleBad})
	case checksumZero:
		ls = append(ls, label{text: "no checksum", style: styleQuiet})
	case checksumGood:
	}
	there, back := d.flows.of(r.src.endpoint, r.dst.endpoint), d.flows.of(r.dst.endpoint, r.src.endpoint)
	for rest := p.Data[wire.HeaderLen:]; len(rest) > 0; {
		c, next, err := wire.NextChunk(rest)
		if err != nil {
			return append(ls, label{text: err.Error(), style: styleBad})
		}
		again := there.note(c, back)
		l := describe(c, d.counting(there), d.counting(back))
		if again {
			l.text, l.style = d.drawnGlyph("↻ ")+l.text, styleAgain
		}
		ls = append(ls, l)
		rest = next
	}
	return ls
}

func (d *Diagram) write(s string) error {
	_, err := io.WriteString(d.w, s)
	return err
}
