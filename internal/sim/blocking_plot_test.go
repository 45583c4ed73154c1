package sim

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// blockingPlot draws how long answers take as bars, one for each transport and loss: dark up to the median, paler up to what 95 % do not exceed,
// and palest up to 99 %. Its text is black or white as the reader's screen is light or dark; the colours of the bars are seen on both.
type blockingPlot struct {
	bars []blockingBar
}

type blockingBar struct {
	name  string
	loss  float64
	marks [3]time.Duration
}

// blockingColours are those of the transports that are drawn.
var blockingColours = []struct{ name, colour string }{
	{"one TCP connection", "#d9730d"}, {"16 TCP connections", "#9b59d0"}, {"one association, 16 streams", "#1f8a70"},
}

// add takes the sorted times of a transport, if it is one of those that are drawn.
func (p *blockingPlot) add(name string, loss float64, sorted []time.Duration) {
	for _, c := range blockingColours {
		if c.name == name {
			p.bars = append(p.bars, blockingBar{name, loss, [3]time.Duration{
				percentile(sorted, 50), percentile(sorted, 95), percentile(sorted, 99),
			}})
		}
	}
}

// Where things are, in pixels. A millisecond is one and a bit.
const (
	plotLeft, plotTop       = 210, 64
	plotBar, plotGap        = 20, 30
	plotWidth, plotPerMilli = 720, 1.2
	plotMost                = 400 // ms
)

func (p *blockingPlot) svg() string {
	var b strings.Builder
	height := plotTop + plotBar*len(p.bars) + plotGap*len(blockingLosses) + 40
	fmt.Fprintf(&b, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"img\">\n", plotWidth, height, plotWidth, height)
	fmt.Fprintf(&b, "<title>How long answers take on %d streams, at %v of round trip</title>\n", blockingStreams, blockingRTT)
	b.WriteString(`<style>
text { font: 13px sans-serif; fill: #1b1b1b }
.heading { font-weight: bold }
.grid { stroke: #8888; stroke-width: 1 }
@media (prefers-color-scheme: dark) { text { fill: #ececec } }
</style>
`)
	fmt.Fprintf(&b, "<text class=\"heading\" x=\"10\" y=\"20\">Request to answer, %d streams, %v of round trip</text>\n", blockingStreams, blockingRTT)
	fmt.Fprintf(&b, "<text x=\"10\" y=\"40\">dark to the median, paler to 95 %%, palest to 99 %%; milliseconds</text>\n")
	bottom := height - 30
	for ms := 0; ms <= plotMost; ms += 50 {
		x := plotX(time.Duration(ms) * time.Millisecond)
		fmt.Fprintf(&b, "<line class=\"grid\" x1=\"%.0f\" y1=\"%d\" x2=\"%.0f\" y2=\"%d\"/>\n", x, plotTop-10, x, bottom)
		fmt.Fprintf(&b, "<text x=\"%.0f\" y=\"%d\" text-anchor=\"middle\">%d</text>\n", x, bottom+18, ms)
	}
	y := plotTop
	loss := 0.0
	for _, bar := range p.bars {
		if bar.loss != loss {
			loss = bar.loss
			fmt.Fprintf(&b, "<text class=\"heading\" x=\"10\" y=\"%d\">%.1f %% of the packets lost each way</text>\n", y+15, 100*loss)
			y += plotGap - 8
		}
		i := slices.IndexFunc(blockingColours, func(c struct{ name, colour string }) bool { return c.name == bar.name })
		fmt.Fprintf(&b, "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>\n", plotLeft-8, y+14, bar.name)
		for j, opacity := range []string{"0.3", "0.6", "1"} { // the longest first, shorter ones on it
			mark := bar.marks[2-j]
			fmt.Fprintf(&b, "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\" fill-opacity=\"%s\"/>\n",
				plotLeft, y+2, plotX(mark)-plotLeft, plotBar-4, blockingColours[i].colour, opacity)
		}
		fmt.Fprintf(&b, "<text x=\"%.1f\" y=\"%d\">%.0f</text>\n", plotX(bar.marks[2])+5, y+14, milliseconds(bar.marks[2]))
		y += plotBar
		if bar.name == blockingColours[len(blockingColours)-1].name {
			y += 8
		}
	}
	b.WriteString("</svg>\n")
	return b.String()
}

func plotX(d time.Duration) float64 { return plotLeft + plotPerMilli*milliseconds(d) }
