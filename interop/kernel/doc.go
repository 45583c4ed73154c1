// Package kernel boots the Linux kernel, with its own SCTP, in an emulated machine beside the test.
//
// The machine is qemu without hardware help, so it runs wherever qemu does. It has Debian's cloud kernel, of backports where
// there are any, which interop/install.sh unpacks into the user's cache, and a root file system in memory that [Boot] packs:
// busybox, the modules, lksctp-tools and the peer of package cpeer. It hangs on four tap devices in a network namespace: a link
// for control and three for SCTP, one per path.
package kernel
