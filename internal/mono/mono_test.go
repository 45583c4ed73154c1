package mono

import (
	"testing"
	"time"
)

func TestUnsetIsNeverADeadline(t *testing.T) {
	var unset Time
	if unset.Reached(1) || unset.Before(1) {
		t.Error("an unset time counted as a deadline")
	}
	if got := unset.Add(time.Second); !got.IsZero() {
		t.Errorf("unset + 1s = %d, want unset", got)
	}
	if !Time(5).Reached(5) || Time(6).Reached(5) {
		t.Error("Reached is not 'at or before now'")
	}
}

func TestEarliest(t *testing.T) {
	for _, c := range []struct{ a, b, want Time }{{0, 0, 0}, {0, 3, 3}, {3, 0, 3}, {2, 3, 2}, {3, 2, 2}} {
		if got := Earliest(c.a, c.b); got != c.want {
			t.Errorf("Earliest(%d, %d) = %d, want %d", c.a, c.b, got, c.want)
		}
	}
}
