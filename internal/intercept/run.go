package intercept

import (
	"io"
	"syscall"
)

// Config says what to run and how.
type Config struct {
	// Stack has the sockets. It is the caller's to close, after Run.
	Stack Stack
	// Path is the program's file and Args are its arguments, its name first. Env is its environment, the caller's if it is nil.
	Path string
	Args []string
	Env  []string
	// SCTP lets SCTP sockets be served, TCP makes TCP sockets SCTP ones.
	SCTP, TCP bool
	// All serves SCTP sockets on every descriptor, and they have the numbers that the kernel would give them. That makes a call that reads
	// or writes any other file take a few microseconds more. Otherwise they have high numbers, and Stdio serves them on the descriptors
	// 0, 1 and 2 too, where inetd puts them.
	All, Stdio bool
	// Files shows programs the files of /proc that tell about SCTP, if Stack is a [Files]. Every call that names a file, such as open and
	// stat, takes a few microseconds more then.
	Files bool
	// Kernel leaves SCTP to the kernel, which has it: only TCP sockets stop, to become the kernel's SCTP ones. There is no Stack then.
	Kernel bool
	// Trace gets a line for every call that was served.
	Trace io.Writer
	// Report is told what keeps a program from being served, a sentence at a time; nil drops it.
	Report func(problem string)
}

// Status is how a program ended: with a code or by a signal.
type Status struct {
	Code   int
	Signal syscall.Signal
}

// launcherName is argument 0 of the process that becomes the program.
const launcherName = "sctp-launcher"
