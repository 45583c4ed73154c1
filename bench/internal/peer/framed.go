package peer

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
)

// framed is messages on a stream of bytes: each follows its length in four bytes. A message is one write, as it is for a program
// that wants it to leave, unless the stream is buffered: then bytes leave when the buffer is full. The reader is buffered.
type framed struct {
	stream io.ReadWriteCloser
	r      *bufio.Reader
	w      *bufio.Writer // nil unless buffered
	frame  []byte
}

const (
	frameHeaderLen = 4
	frameBuffer    = 64 << 10
)

func newFramed(stream io.ReadWriteCloser, buffered bool) *framed {
	f := &framed{stream: stream}
	if buffered {
		f.w = bufio.NewWriterSize(stream, frameBuffer)
	}
	return f
}

func (f *framed) Send(message []byte) error {
	f.frame = binary.BigEndian.AppendUint32(f.frame[:0], uint32(len(message)))
	if f.w != nil {
		if _, err := f.w.Write(f.frame); err != nil {
			return err
		}
		_, err := f.w.Write(message)
		return err
	}
	f.frame = append(f.frame, message...)
	_, err := f.stream.Write(f.frame)
	return err
}

func (f *framed) Recv(buf []byte) (int, error) {
	if f.r == nil { // idle connections have none
		f.r = bufio.NewReaderSize(f.stream, frameBuffer)
	}
	header, err := f.r.Peek(frameHeaderLen)
	if err != nil {
		return 0, err
	}
	n := binary.BigEndian.Uint32(header)
	if int64(n) > int64(len(buf)) {
		return 0, fmt.Errorf("a message of %d bytes where %d fit", n, len(buf))
	}
	if _, err := f.r.Discard(frameHeaderLen); err != nil {
		return 0, err
	}
	return io.ReadFull(f.r, buf[:n])
}

func (f *framed) Close() error { return f.stream.Close() }
