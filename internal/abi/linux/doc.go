// Package linux knows the bytes of the SCTP socket API as Linux has it: RFC 6458 and its later extensions in the numbers,
// layouts and lengths of linux/sctp.h. A program that was compiled against that header passes these bytes in and expects these
// bytes back, whoever plays the kernel.
//
// There are five things here, and none of them makes a system call:
//
//   - numbers under their names in C, because that is what programs, documents and traces say: SCTP_RTOINFO, MSG_EOR,
//     SCTP_COMM_UP. Their String methods are for traces.
//   - structs. Each has one function, layout, that says its fields in order; [Parse], [Append], [Put] and [Size] all follow it,
//     so the layout of a struct is written once. Padding is in the layout too: [Put] leaves it as it was, because Linux copies the
//     program's struct in, changes fields and copies it out.
//   - [Options], the table of all socket options: which struct, which lengths Linux accepts for setting and for asking, what is
//     checked before the length. [Lookup] finds an option.
//   - ancillary data: [ParseControl] for what a program sends, [ControlWriter] for what it receives; and [Notification]s.
//   - [Sysctls], the settings net.sctp.* with Linux' values and bounds.
//
// What is read comes from a program and may be anything. Errors are those that Linux answers, as syscall.Errno, nearly always EINVAL.
//
// Only 64-bit systems of little byte order are served: amd64 and arm64, whose layouts are the same, as a test asks both compilers. A
// 32-bit program on a 64-bit kernel has other layouts in three places (struct sctp_getaddrs_old, struct cmsghdr, struct timeval),
// which are not here.
package linux
