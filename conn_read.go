package sctp

import (
	"context"
	"io"
	"iter"

	"github.com/gosctp/sctp/internal/assoc"
)

// Read reads what is next: of one message, on whatever stream it comes. What does not fit into p, the next Read
// returns. After the peer has shut the association down and everything is read, it returns io.EOF.
//
// With Config.FragmentInterleave 2, what is next may be a part of another message: use the methods below, which tell.
func (c *Conn) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	n, _, err := c.assoc.Receive(context.Background(), p)
	return n, c.wrapRead("read", err)
}

// ReadMsg reads the next message into p and describes it. If p is too small for it, or the message so large that it is
// handed out in parts (Config.PartialDeliveryPoint), RcvInfo.EOR is false and the next read goes on with the same message.
// With Config.FragmentInterleave 2, parts of messages on other streams may come first: within a stream there is never
// anything between the parts of a message, so Stream says which it is. If the rest of a message does not come, because the
// peer gave it up or is gone, the next one begins where it would have been, as RcvInfo.Begin tells, and a
// [PartialDeliveryEvent] too.
//
// While one message is being read in parts by several goroutines, which of them gets which part is undefined.
func (c *Conn) ReadMsg(p []byte) (n int, info RcvInfo, err error) {
	n, err = c.readMsg(context.Background(), p, &info)
	return n, info, err
}

// ReadMsgContext is ReadMsg that also gives up when ctx ends.
func (c *Conn) ReadMsgContext(ctx context.Context, p []byte) (n int, info RcvInfo, err error) {
	n, err = c.readMsg(ctx, p, &info)
	return n, info, err
}

// readMsg is ReadMsgContext that fills in info where its caller has it.
func (c *Conn) readMsg(ctx context.Context, p []byte, info *RcvInfo) (int, error) {
	var i assoc.RcvInfo
	n, err := c.assoc.ReceiveInto(ctx, p, &i)
	info.fill(&i)
	return n, c.wrapRead("read", err)
}

// ReadMessage reads a whole message of up to limit bytes, at least one, into memory of its own. A longer one is cut off
// there, with EOR false, and a later read goes on with the rest. When ctx or the deadline ends the waiting in the middle of
// a message, what has come of it is kept for the next ReadMessage.
func (c *Conn) ReadMessage(ctx context.Context, limit int) (Message, error) {
	info, data, err := c.assoc.ReceiveMessage(ctx, max(limit, 1)) // a read of nothing would go on with the same message for ever
	m := Message{Data: data}
	m.fill(&info)
	return m, c.wrapRead("read", err)
}

// Messages returns the messages as they come, each in memory of its own. One of more than 16 MiB comes in parts, of which
// all but the last have EOR false. It ends after the peer has shut the association down; when something else ends it, ctx
// included, the last step yields the error.
//
//	for m, err := range conn.Messages(ctx) {
//		if err != nil {
//			return err
//		}
//		handle(m.Stream, m.Data)
//	}
func (c *Conn) Messages(ctx context.Context) iter.Seq2[Message, error] {
	return func(yield func(Message, error) bool) {
		for {
			m, err := c.ReadMessage(ctx, maxMessage)
			if err == io.EOF {
				return
			}
			if !yield(m, err) || err != nil {
				return
			}
		}
	}
}

// maxMessage bounds the messages of Messages, which a peer could make grow otherwise: 16 MiB.
const maxMessage = 16 << 20

// wrapRead is wrap, but leaves io.EOF as readers expect it.
func (c *Conn) wrapRead(op string, err error) error {
	if err == io.EOF {
		return err
	}
	return c.wrap(op, err)
}
