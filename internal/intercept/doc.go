// Package intercept carries the socket calls of unmodified programs to a stack that is not the kernel's.
//
// [Run] starts a program under a seccomp filter, which every child inherits. Calls that concern SCTP stop in the kernel and
// come to this process, the supervisor, as notifications; it reads the arguments out of the program's memory, asks a [Stack],
// writes the results back and answers. Everything else the kernel does as always. There is no library in the program and no
// tracer at it, so static programs, Go programs and programs under a debugger are served alike.
//
// What the program holds is one end of a pair of unix stream sockets; the supervisor holds the other end and never a
// duplicate of the program's. So fork, dup, poll, epoll and close are the kernel's business, and the last close anywhere is
// seen as a hang-up. How the pair is used depends on what the program asked for:
//
//   - an SCTP socket's calls are all carried; the pair transports nothing but readiness. A byte in it, a token, makes the descriptor
//     readable; the program's own side filled up, the plug, makes it not writable. Which numbers they have is up to [Config]: where all
//     descriptors are served the kernel's, otherwise 512 and more, which tells their calls from those on other files.
//   - a TCP socket that is to be SCTP underneath gets an ordinary number, and its bytes flow through the pair without stopping
//     anywhere: the supervisor pumps them.
//
// A call that would block is kept, unanswered, in a list of its socket and tried again after every change. A call takes effect
// in the stack only after the program has its answer: what a killed program had nearly received is received by another.
//
// A program that uses [Run] must call [Launch] first thing in main, since the supervisor starts itself anew to become the
// program. Linux on amd64 and arm64 only; elsewhere Run returns an error that says so. docs/adr/0052-interception.md has the
// decision and what was found on the way.
package intercept
