package rx

import "testing"

func TestCopyLeavesEverythingAndConsumeTakesIt(t *testing.T) {
	ti := newTestInbound(t, Config{PartialDeliveryPoint: 100})
	ti.add("0 1.0 B", "abc")
	ti.add("1 1.0 E", "def")
	ti.add("2 1.1 BE", "next")
	var buf [10]byte
	for _, size := range []int{4, 4, 10} {
		n, info, ok := ti.q.Copy(buf[:size])
		if want := "abcdef"[:min(size, 6)]; string(buf[:n]) != want || !ok || !info.Begin || info.EOR != (size > 6) {
			t.Errorf("a copy of %d bytes is %q, %+v, %t", size, buf[:n], info, ok)
		}
	}
	if n, info, ok := consumeFrom(ti.q, 4); n != 4 || info.EOR || !ok {
		t.Errorf("consumed %d, %+v, %t", n, info, ok)
	}
	if n, info, _ := ti.q.Copy(buf[:]); string(buf[:n]) != "ef" || info.Begin || !info.EOR {
		t.Errorf("the rest is %q, %+v", buf[:n], info)
	}
	if n, info, _ := consumeFrom(ti.q, 2); n != 2 || !info.EOR {
		t.Errorf("consumed %d, %+v", n, info)
	}
	ti.want("the other message is whole", "1.1:next")
	if _, _, ok := ti.q.Copy(buf[:]); ok {
		t.Error("a copy of nothing")
	}
	if _, _, ok := consumeFrom(ti.q, 1); ok {
		t.Error("consumed nothing")
	}
}

func TestArrivedCountsMessages(t *testing.T) {
	ti := newTestInbound(t, Config{PartialDeliveryPoint: 4})
	want := func(why string, n uint64) {
		t.Helper()
		if got := ti.q.Arrived(); got != n {
			t.Errorf("%s: %d messages arrived, want %d", why, got, n)
		}
	}
	ti.add("0 1.0 BE", "whole")
	want("one", 1)
	ti.want("read", "1.0:whole")
	want("reading changes nothing", 1)
	ti.add("1 1.1 B", "abcd")
	want("the first part of another", 2)
	ti.want("read", "1.1:abcd…")
	ti.add("2 1.1 X", "ef")
	want("more of it", 2)
	ti.want("read", "1.1:ef…")
	ti.add("4 2.0 BE", "behind")
	want("one that waits behind it", 2)
	ti.add("3 1.1 E", "g")
	want("the end of the one lets the other be read", 3)
	ti.want("all", "1.1:g", "2.0:behind")
}

func TestPeekSecond(t *testing.T) {
	ti := newTestInbound(t, Config{})
	if _, _, ok := ti.q.PeekSecond(); ok {
		t.Error("behind nothing")
	}
	ti.add("0 1.0 BE", "first")
	if _, _, ok := ti.q.PeekSecond(); ok {
		t.Error("behind the only one")
	}
	ti.add("1 2.0 BEU", "the second")
	if n, info, ok := ti.q.PeekSecond(); n != 10 || info.Stream != 2 || !info.Unordered || !info.EOR || !ok {
		t.Errorf("%d bytes, %+v, %t", n, info, ok)
	}
	ti.want("both are still there", "1.0:first", "2.u:the second")
}

// readFrom is Read for whoever does not mind another copy.
func readFrom(q *Inbound, p []byte) (n int, info Info, ok bool) {
	n, ok = q.Read(p, &info)
	return n, info, ok
}

func consumeFrom(q *Inbound, size int) (n int, info Info, ok bool) {
	n, ok = q.Consume(size, &info)
	return n, info, ok
}
