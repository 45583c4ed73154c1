//go:build linux && (amd64 || arm64)

package intercept

import "unsafe"

// pointer is p for a system call.
func pointer[T any](p *T) unsafe.Pointer { return unsafe.Pointer(p) }
