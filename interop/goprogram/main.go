//go:build linux

// Command goprogram is an echo server and its client on github.com/ishidawataru/sctp, which makes the system calls of Linux' SCTP sockets.
// Package programs runs it under "sctp run".
package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/ishidawataru/sctp"
)

const usage = "usage: goprogram serve ADDRESS[/ADDRESS…]:PORT | goprogram ask ADDRESS[/ADDRESS…]:PORT"

// streams is how many the client asks for and the server allows.
const streams = 12

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Println("failed:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 2 {
		return errors.New(usage)
	}
	at, err := sctp.ResolveSCTPAddr("sctp", args[1])
	if err != nil {
		return err
	}
	switch args[0] {
	case "serve":
		return serve(at)
	case "ask":
		return ask(at)
	}
	return errors.New(usage)
}

// serve answers one client after the other is still served.
func serve(at *sctp.SCTPAddr) error {
	config := sctp.SocketConfig{
		InitMsg:             sctp.InitMsg{NumOstreams: streams, MaxInstreams: streams},
		NotificationHandler: notified,
	}
	l, err := config.Listen("sctp", at)
	if err != nil {
		return err
	}
	fmt.Println("listening at", l.Addr())
	for {
		c, err := l.AcceptSCTP()
		if err != nil {
			return err
		}
		go func() {
			if err := echo(c); err != nil {
				fmt.Println("failed:", err)
			}
		}()
	}
}

// The first bytes of a notification (RFC 6458 section 6.1), and of what changed with an association (section 6.1.1).
const (
	typeAt  = 0
	stateAt = 8
)

// notified says what happened.
func notified(b []byte) error {
	what := binary.NativeEndian.Uint16(b[typeAt:])
	switch sctp.SCTPNotificationType(what) {
	case sctp.SCTP_ASSOC_CHANGE:
		fmt.Println("association changed to", binary.NativeEndian.Uint16(b[stateAt:]))
	case sctp.SCTP_SHUTDOWN_EVENT:
		fmt.Println("peer shuts down")
	default:
		fmt.Printf("notification %#x\n", what)
	}
	return nil
}

// echo sends back what comes, on the stream and for the protocol that it came for.
func echo(c *sctp.SCTPConn) error {
	defer c.Close()
	if err := c.SubscribeEvents(sctp.SCTP_EVENT_DATA_IO | sctp.SCTP_EVENT_ASSOCIATION | sctp.SCTP_EVENT_SHUTDOWN); err != nil {
		return err
	}
	fmt.Println("client at", c.RemoteAddr())
	b := make([]byte, 1<<16)
	for {
		n, info, err := c.SCTPRead(b)
		if errors.Is(err, io.EOF) {
			fmt.Println("client left")
			return nil
		}
		if err != nil {
			return err
		}
		if info == nil {
			return errors.New("a message without its stream")
		}
		if _, err := c.SCTPWrite(b[:n], &sctp.SndRcvInfo{Stream: info.Stream, PPID: info.PPID}); err != nil {
			return err
		}
	}
}

// ask sends a message on each stream and compares what comes back.
func ask(at *sctp.SCTPAddr) error {
	c, err := sctp.DialSCTPExt("sctp", nil, at, sctp.InitMsg{NumOstreams: streams, MaxInstreams: streams})
	if err != nil {
		return err
	}
	if err := c.SubscribeEvents(sctp.SCTP_EVENT_DATA_IO); err != nil {
		return err
	}
	status, err := c.GetStatus()
	if err != nil {
		return err
	}
	fmt.Printf("streams %d out %d in, state %d\n", status.Ostreams, status.Instreams, status.State)
	remote, err := c.SCTPRemoteAddr(0)
	if err != nil {
		return err
	}
	fmt.Println("server has", len(remote.IPAddrs))
	primary, err := c.SCTPGetPrimaryPeerAddr()
	if err != nil {
		return err
	}
	fmt.Println("primary", primary)
	b := make([]byte, 1<<16)
	for stream := range uint16(streams) {
		text := fmt.Sprintf("%0*d", 1+300*int(stream), stream)
		if _, err := c.SCTPWrite([]byte(text), &sctp.SndRcvInfo{Stream: stream, PPID: uint32(100 + stream)}); err != nil {
			return err
		}
		n, info, err := c.SCTPRead(b)
		if err != nil {
			return err
		}
		if string(b[:n]) != text || info == nil || info.Stream != stream || info.PPID != uint32(100+stream) {
			return fmt.Errorf("on stream %d came %d bytes, %+v", stream, n, info)
		}
	}
	fmt.Println("echoes", streams)
	return c.Close()
}
