package sctp

import "testing"

// A size that the user gives stays, one that he leaves open grows.
func TestBuffersGrowUnlessTheyAreGiven(t *testing.T) {
	type sizes struct{ recv, maxRecv, fill, point, send, maxSend, message int }
	for _, tt := range []struct {
		name string
		c    Config
		want sizes
	}{
		{"open", Config{}, sizes{firstBuffer, maxAutoBuffer, 2 * autoPartialPoint, autoPartialPoint, firstSendBuffer, maxAutoBuffer, autoMessage}},
		{"messages in small parts", Config{PartialDeliveryPoint: 1000}, sizes{firstBuffer, maxAutoBuffer, 2 * autoPartialPoint, 1000, firstSendBuffer, maxAutoBuffer, autoMessage}},
		{"given", Config{RecvBuffer: 5000, SendBuffer: 6000}, sizes{5000, 5000, 5000, 2500, 6000, 6000, 6000}},
		{"one of them", Config{RecvBuffer: 5000}, sizes{5000, 5000, 5000, 2500, firstSendBuffer, maxAutoBuffer, autoMessage}},
	} {
		c := tt.c.core()
		got := sizes{c.RecvBuffer, c.MaxRecvBuffer, c.FillRecvBuffer, c.PartialDeliveryPoint, c.SendBuffer, c.MaxSendBuffer, c.MaxMessage}
		if got != tt.want {
			t.Errorf("%s: %+v, want %+v", tt.name, got, tt.want)
		}
	}
	if err := (&Config{PartialDeliveryPoint: maxAutoBuffer}).Validate(); err != nil {
		t.Errorf("a message as large as the window may become is refused: %v", err)
	}
	if (&Config{PartialDeliveryPoint: maxAutoBuffer + 1}).Validate() == nil {
		t.Error("a message larger than the window may become is allowed")
	}
}

// What tests of the API need to know.
const (
	FirstBuffer     = firstBuffer
	AutoMessage     = autoMessage
	MaxBufferMemory = maxBufferMemory
)

// BufferMemory is what buffers grow from.
var BufferMemory = bufferMemory
