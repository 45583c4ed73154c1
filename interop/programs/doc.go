// Package programs proves that programs written for the kernel's SCTP, and for TCP, run unmodified, straight from their Debian packages:
// "sctp run" and "sctp with" serve their sockets. It holds tests only, a file for each program or family of programs; what they need is
// installed by interop/install.sh. docs/programs.md has what was run and what differs.
//
// Each test has network namespaces of its own. Programs run over both carriers: SCTP in IP, which takes root, and SCTP in UDP as an ordinary
// user. Nothing waits for time to pass: a program is ready when it says so, or when a call that it made shows in its trace.
package programs
