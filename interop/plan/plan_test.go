package plan

import (
	"slices"
	"testing"
)

// received is the report about a plan whose messages arrive in the given order.
func received(p Plan, order []int) []string {
	var r Receipt
	for _, i := range order {
		m := p.Message(i)
		r.Add(m.Stream, m.PPID, m.Unordered, Payload(m.PPID, m.Size))
	}
	return r.Lines()
}

func TestReportToleratesWhatStreamsMayReorder(t *testing.T) {
	// Messages 0, 2, 4 are ordered on stream 0; 1, 3, 5 on stream 1, of which 3 is unordered.
	p := Plan{Streams: 2, Sizes: []int{1, 10, 3000}, Count: 6, Unordered: 4}
	want := p.Report()
	for _, order := range [][]int{
		{1, 0, 2, 3, 5, 4}, // streams are independent
		{0, 1, 2, 4, 5, 3}, // an unordered message may come late
	} {
		if got := received(p, order); !slices.Equal(got, want) {
			t.Errorf("order %v:\n got %q\nwant %q", order, got, want)
		}
	}
}

func TestReportShowsWhatMayNotHappen(t *testing.T) {
	p := Plan{Streams: 2, Sizes: []int{1, 10, 3000}, Count: 6, Unordered: 4}
	want := p.Report()
	for name, order := range map[string][]int{
		"two ordered messages swapped": {2, 1, 0, 3, 4, 5},
		"a message lost":               {0, 1, 2, 4, 5},
		"a message twice":              {0, 1, 2, 3, 3, 4, 5},
	} {
		if got := received(p, order); slices.Equal(got, want) {
			t.Errorf("%s: the report does not show it", name)
		}
	}

	var r Receipt
	for i := range p.Count {
		m := p.Message(i)
		data := Payload(m.PPID, m.Size)
		if i == 2 {
			data[len(data)-1] ^= 1
		}
		r.Add(m.Stream, m.PPID, m.Unordered, data)
	}
	if slices.Equal(r.Lines(), want) {
		t.Error("a flipped bit: the report does not show it")
	}
}

func TestArgsNameTheWholePlan(t *testing.T) {
	p := Plan{Streams: 4, Sizes: []int{1, 1 << 20}, Count: 9, Unordered: 3}
	want := []string{"streams=4", "sizes=1,1048576", "count=9", "unordered=3"}
	if got := p.Args(); !slices.Equal(got, want) {
		t.Errorf("Args() = %q, want %q", got, want)
	}
	if got, err := ParseSizes("1,1048576"); err != nil || !slices.Equal(got, p.Sizes) {
		t.Errorf("ParseSizes = %v, %v", got, err)
	}
	if _, err := ParseSizes("1,"); err == nil {
		t.Error("ParseSizes takes a size without digits")
	}
}
