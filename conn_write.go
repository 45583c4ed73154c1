package sctp

import (
	"context"
	"errors"

	"github.com/gosctp/sctp/internal/assoc"
)

// Write sends p as one message, in order on stream 0 or as [Conn.SetDefaultSndInfo] says. It returns when p is queued, which
// takes room in the send buffer.
//
// So that anything that writes to a net.Conn may write to this one, p may have any size: from a quarter of
// Config.SendBuffer on (256 KiB by default) it is cut into several messages, which follow one another without those of
// other Writes between them. A reader of bytes sees no difference; to send one large message, or none at all, use
// [Conn.WriteMsg] or [Conn.NewMessage]. Nothing is sent for an empty p. With a reliability other than the default, what is
// given up is missing from the bytes.
func (c *Conn) Write(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	return c.writeAll(c.infoOr(nil), p)
}

func (c *Conn) writeAll(info *SndInfo, p []byte) (int, error) {
	var m assoc.Message
	info.fill(&m, p)
	n, err := c.assoc.SendAll(context.Background(), &m)
	return n, c.wrap("write", err)
}

// WriteMsg sends p as one message, as info says; nil stands for what SetDefaultSndInfo said. It returns when p is queued. A
// message may be as large as Config.SendBuffer, 1 MiB by default; [Conn.NewMessage] sends larger ones.
func (c *Conn) WriteMsg(p []byte, info *SndInfo) (int, error) {
	return c.WriteMsgContext(context.Background(), p, info)
}

// WriteMsgContext is WriteMsg that also gives up when ctx ends.
func (c *Conn) WriteMsgContext(ctx context.Context, p []byte, info *SndInfo) (int, error) {
	var m assoc.Message
	c.infoOr(info).fill(&m, p)
	err := c.assoc.Send(ctx, &m)
	if err != nil {
		return 0, c.wrap("write", c.explainSize(err, len(p)))
	}
	return len(p), nil
}

// explainSize adds the figures to an error about the size of a message.
func (c *Conn) explainSize(err error, size int) error {
	if errors.Is(err, assoc.ErrMessageTooBig) {
		return &MessageTooBigError{Size: size, Limit: c.assoc.MessageLimit()}
	}
	return err
}

// SetDefaultSndInfo says how Write sends, and WriteMsg without an info (SCTP_DEFAULT_SNDINFO, RFC 6458 section 8.1.31).
func (c *Conn) SetDefaultSndInfo(info SndInfo) {
	c.defaults.Store(&info)
}

// DefaultSndInfo returns what SetDefaultSndInfo said.
func (c *Conn) DefaultSndInfo() SndInfo { return *c.infoOr(nil) }

// noInfo is what SetDefaultSndInfo said when it was not called.
var noInfo SndInfo

// infoOr is info, or if that is nil what SetDefaultSndInfo said.
func (c *Conn) infoOr(info *SndInfo) *SndInfo {
	if info != nil {
		return info
	}
	if defaults := c.defaults.Load(); defaults != nil {
		return defaults
	}
	return &noInfo
}
