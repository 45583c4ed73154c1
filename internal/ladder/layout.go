package ladder

import "slices"

const (
	// timeWidth is the width of the column of times, with the space after it.
	timeWidth = 13
	// laneGap is the distance between two lines of one endpoint.
	laneGap = 4
	// minGap is the least distance between two endpoints: a diagram that needs more than its width gets it.
	minGap = 20
)

// layout is where the lines of a diagram are: for each endpoint, the columns of its lines.
type layout [][]int

// newLayout spreads the endpoints over width: the first at the left, the last at the right, equal gaps between.
func newLayout(t *topology, width int) layout {
	n := len(t.endpoints)
	total := 0
	for _, e := range t.endpoints {
		total += (len(e.addrs) - 1) * laneGap
	}
	gap := 0
	if n > 1 {
		gap = max(minGap, (width-timeWidth-2-total)/(n-1))
	}
	l := make(layout, n)
	x := timeWidth
	for i, e := range t.endpoints {
		for range e.addrs {
			l[i] = append(l[i], x)
			x += laneGap
		}
		x += gap - laneGap
	}
	return l
}

func (l layout) equal(m layout) bool {
	return slices.EqualFunc(l, m, slices.Equal)
}

// width is the number of columns that the layout takes.
func (l layout) width() int {
	last := l[len(l)-1]
	return last[len(last)-1] + 2
}

// gap returns the free columns between endpoint i and the next one.
func (l layout) gap(i int) (from, to int) {
	return l[i][len(l[i])-1] + 1, l[i+1][0] - 1
}
