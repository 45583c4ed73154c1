// Package cat joins an association with files or standard input and output.
package cat

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/gosctp/sctp"
	"github.com/gosctp/sctp/internal/cli"
)

// Pipe says what to send, how, and where to write what is received. Open it, then Run it on an association.
type Pipe struct {
	// Stream, PPID and Unordered are those of the messages sent, MessageBytes their size.
	Stream       uint16
	PPID         uint32
	Unordered    bool
	MessageBytes int
	// PR says when messages may be given up.
	PR sctp.PRInfo
	// One makes all of the input one message.
	One bool
	// Reset resets the stream after each message.
	Reset bool
	// Lines makes each line a message, and each message a line.
	Lines bool
	// SendFile and ReceiveFile, if not empty, stand in for standard input and output.
	SendFile, ReceiveFile string
	// Whole holds back parts of messages until they can be written in one, because parts of others may come in between.
	Whole bool
	// Wait leaves it to the peer to shut the association down after the end of the input.
	Wait bool
	// Verbose describes the association and received messages on standard error.
	Verbose bool

	in     io.Reader
	out    io.Writer
	log    io.Writer
	closes []io.Closer
}

// Open opens the files. Close the Pipe afterwards, also when Open fails.
func (p *Pipe) Open(stdin io.Reader, stdout, stderr io.Writer) error {
	p.in, p.out, p.log = stdin, stdout, stderr
	if p.SendFile != "" {
		f, err := os.Open(p.SendFile)
		if err != nil {
			return err
		}
		p.closes = append(p.closes, f)
		p.in = showProgress(f, "sent", stderr)
	}
	if p.ReceiveFile != "" {
		f, err := os.Create(p.ReceiveFile)
		if err != nil {
			return err
		}
		p.closes = append(p.closes, f)
		p.out = countProgress(f, "received", stderr)
	}
	return nil
}

// Close closes the files.
func (p *Pipe) Close() error {
	var errs []error
	for _, c := range p.closes {
		errs = append(errs, c.Close())
	}
	p.closes = nil
	return errors.Join(errs...)
}

// Run sends and receives until one side has shut the association down.
func (p *Pipe) Run(ctx context.Context, conn *sctp.Conn) error {
	if !p.Verbose {
		return p.join(ctx, conn)
	}
	cli.PrintUp(p.log, conn)
	told := make(chan struct{})
	go func() {
		defer close(told)
		cli.PrintNews(ctx, p.log, conn)
	}()
	err := p.join(ctx, conn)
	if err == nil {
		select {
		case <-told:
		case <-time.After(lastNews):
		}
	}
	cli.PrintPaths(p.log, conn)
	return err
}

// lastNews bounds the wait for the end of an association that is being shut down, and so for the last news of it: a round trip, unless packets
// are lost.
const lastNews = time.Second

// join is Run without its news.
func (p *Pipe) join(ctx context.Context, conn *sctp.Conn) error {
	sent := make(chan error, 1)
	go func() { sent <- p.send(ctx, conn) }()
	received := make(chan error, 1)
	receive := p.receive
	if p.Whole {
		receive = p.receiveWhole
	}
	go func() { received <- receive(ctx, conn) }()
	select {
	case err := <-sent:
		if err != nil {
			return err
		}
		return <-received
	case err := <-received:
		// The peer is done. Who types at a terminal need not finish; a file that is cut short is a failure.
		if err != nil || p.SendFile == "" {
			return err
		}
		return <-sent
	}
}

// send sends the input, then shuts the association down unless that is the peer's business.
func (p *Pipe) send(ctx context.Context, conn *sctp.Conn) error {
	next := p.chunks()
	if p.Lines {
		next = p.lines()
	}
	stream := conn.Stream(p.Stream)
	stream.Info.PPID, stream.Info.Unordered, stream.Info.PR = p.PPID, p.Unordered, p.PR
	sendAll := p.sendMessages
	if p.One {
		sendAll = p.sendOne
	}
	if err := sendAll(ctx, stream, next); err != nil {
		return err
	}
	if p.Wait {
		return nil
	}
	return conn.Shutdown(ctx)
}

// sendMessages sends what next returns, each as a message.
func (p *Pipe) sendMessages(ctx context.Context, stream *sctp.Stream, next func() ([]byte, error)) error {
	for {
		message, err := next()
		if len(message) > 0 {
			if _, err := stream.WriteMsgContext(ctx, message); err != nil {
				return err
			}
			if err := p.reset(ctx, stream); err != nil {
				return err
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// sendOne sends all that next returns as one message, which is given up if the input cannot be read to its end.
func (p *Pipe) sendOne(ctx context.Context, stream *sctp.Stream, next func() ([]byte, error)) error {
	w, err := stream.NewMessage(ctx)
	if err != nil {
		return err
	}
	defer w.Cancel()
	for {
		part, err := next()
		if _, err := w.Write(part); err != nil {
			return err
		}
		if err != nil && err != io.EOF {
			return err
		}
		if err == io.EOF {
			break
		}
	}
	if err := w.Close(); err != nil && !errors.Is(err, sctp.ErrEmptyMessage) {
		return err
	}
	return p.reset(ctx, stream)
}

func (p *Pipe) reset(ctx context.Context, stream *sctp.Stream) error {
	if !p.Reset {
		return nil
	}
	return stream.Reset(ctx)
}

// chunks cuts the input by size: a file into equal pieces, standard input into what there is, so that it can be typed.
func (p *Pipe) chunks() func() ([]byte, error) {
	buf := make([]byte, p.MessageBytes)
	read := p.in.Read
	if p.SendFile != "" {
		read = func(b []byte) (int, error) {
			n, err := io.ReadFull(p.in, b)
			if err == io.ErrUnexpectedEOF {
				err = io.EOF
			}
			return n, err
		}
	}
	return func() ([]byte, error) {
		n, err := read(buf)
		return buf[:n], err
	}
}

// lines cuts the input at line ends. Empty lines are left out: SCTP has no empty messages.
func (p *Pipe) lines() func() ([]byte, error) {
	s := bufio.NewScanner(p.in)
	s.Buffer(nil, max(p.MessageBytes, bufio.MaxScanTokenSize))
	return func() ([]byte, error) {
		if s.Scan() {
			return s.Bytes(), nil
		}
		if err := s.Err(); err != nil {
			return nil, err
		}
		return nil, io.EOF
	}
}

// receive writes what comes to the output.
func (p *Pipe) receive(ctx context.Context, conn *sctp.Conn) error {
	const room = 64 << 10
	buf := make([]byte, room+1) // for a line end
	size := 0
	for {
		n, info, err := conn.ReadMsgContext(ctx, buf[:room])
		if err == nil {
			size += n
			err = p.take(buf[:n], info, size)
		}
		switch {
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		case info.EOR:
			size = 0
		}
	}
}

// receiveWhole is receive for an association on which parts of messages alternate.
func (p *Pipe) receiveWhole(ctx context.Context, conn *sctp.Conn) error {
	for m, err := range conn.Messages(ctx) {
		if err == nil {
			err = p.take(m.Data, m.RcvInfo, len(m.Data))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// take writes a part of a message to the output, and describes the message, of which size bytes have come, at its end.
func (p *Pipe) take(text []byte, info sctp.RcvInfo, size int) error {
	if info.EOR {
		if p.Verbose {
			describe(p.log, info, size)
		}
		if p.Lines {
			text = append(text, '\n')
		}
	}
	_, err := p.out.Write(text)
	return err
}

// describe writes a line about a received message.
func describe(w io.Writer, info sctp.RcvInfo, size int) {
	order := fmt.Sprintf("/%d", info.SSN)
	if info.Unordered {
		order = " unordered"
	}
	fmt.Fprintf(w, "stream %d%s ppid %d: %d B\n", info.Stream, order, info.PPID, size)
}
