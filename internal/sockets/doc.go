// Package sockets is Linux' SCTP sockets without Linux: what socket, bind, connect, sendmsg, recvmsg and their kin do and answer
// (RFC 6458), on top of package engine. Whoever has a program's system calls in hand, its structs as bytes, makes a [Stack], gets a
// [Socket] for each call of socket, and passes every further call on to a method of the same name. Addresses, ancillary data and
// options are bytes, as package abi/linux has them; errors are syscall.Errno, as Linux chooses them.
//
// # Nothing waits
//
// Every method returns at once. EAGAIN says that the call would have to wait: the caller answers that to a program that does not want to
// wait, or keeps the call and makes it again when the function given to SetChanged was called, until the time of RecvTimeout or
// SendTimeout is over. Connect answers EINPROGRESS, and ConnectResult what came of it. So there is no goroutine here, no timer and
// nothing to interrupt, and a thousand sockets that wait cost nothing.
//
// A program may be killed in the middle of a call, or its memory may turn out not to be there. So the calls that move data have two halves:
// [Socket.Send] checks the message and keeps room for it, and [Sent.Commit] sends it; [Socket.Receive] copies what is next, and
// [Received.Commit] takes it off the queue. Cancel undoes the first half.
//
// # Objects
//
// A Stack has one engine, and with it the ports and addresses of this host. A Socket has the state that Linux keeps in struct sock: CLOSED,
// LISTENING, ESTABLISHED or CLOSING, which directions are shut down, the pending error, options. Its association is an engine.Assoc, which
// lives on by itself when the socket is closed: what was sent is delivered and the peer hears SHUTDOWN, whether the program still runs or
// not.
//
// What arrives is in an engine.Mailbox: messages and notifications in the order in which they happened. Messages are not copied into a
// queue of the socket, they stay where the receive window counts them until they are read.
//
// The state of a socket follows its association when somebody looks: each method begins with follow, which turns what the association went
// through into what Linux' socket would show, such as ECONNRESET in SO_ERROR. An event thus needs no call up, just a word that something
// has changed.
//
// # Locks
//
// Socket.mu comes before all locks of package engine. The function given to SetChanged is called with none held.
package sockets
