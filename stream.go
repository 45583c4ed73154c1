package sctp

import "context"

// Stream is a handle for sending on one stream of a [Conn], with settings of its own. There may be several of one
// stream. Make it with [Conn.Stream], set what it needs, then share it: sending is safe for concurrent use, the fields
// are not.
type Stream struct {
	// Info is how Write sends, and WriteMsg without an info. Its Stream is set already.
	Info SndInfo
	conn *Conn
}

// Stream returns a handle for sending on stream id, in order.
func (c *Conn) Stream(id uint16) *Stream {
	return &Stream{Info: SndInfo{Stream: id}, conn: c}
}

// ID returns the number of the stream.
func (s *Stream) ID() uint16 { return s.Info.Stream }

// Conn returns the association that the stream belongs to.
func (s *Stream) Conn() *Conn { return s.conn }

// Write sends p on the stream; see [Conn.Write].
func (s *Stream) Write(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	return s.conn.writeAll(&s.Info, p)
}

// WriteMsg sends p as one message on the stream; see [Conn.WriteMsg].
func (s *Stream) WriteMsg(p []byte) (int, error) {
	return s.conn.WriteMsg(p, &s.Info)
}

// WriteMsgContext is WriteMsg that also gives up when ctx ends.
func (s *Stream) WriteMsgContext(ctx context.Context, p []byte) (int, error) {
	return s.conn.WriteMsgContext(ctx, p, &s.Info)
}

// SetPriority says how urgent the stream is if the association has the scheduler [Priority]: the lower p, the more. It is
// [Conn.SetStreamValue] by another name, as is SetWeight.
func (s *Stream) SetPriority(p uint16) error { return s.conn.SetStreamValue(s.Info.Stream, p) }

// SetWeight gives the stream its share of the bytes if the association has the scheduler [WeightedFair].
func (s *Stream) SetWeight(w uint16) error { return s.conn.SetStreamValue(s.Info.Stream, w) }

// NewMessage begins a message on the stream that is written in parts; see [Conn.NewMessage].
func (s *Stream) NewMessage(ctx context.Context) (*MessageWriter, error) {
	return s.conn.NewMessage(ctx, &s.Info)
}

// Reset makes the next message on the stream number 0 again, once everything before it is acknowledged; see
// [Conn.ResetStreams].
func (s *Stream) Reset(ctx context.Context) error {
	return s.conn.ResetStreams(ctx, ResetRequest{Outgoing: true, Streams: []uint16{s.Info.Stream}})
}

// PRStatus counts the messages on the stream that were given up by a policy; see [Conn.PRStatus].
func (s *Stream) PRStatus(p PRPolicy) (unsent, sent uint64, err error) {
	return s.conn.PRStatus(s.Info.Stream, p)
}
