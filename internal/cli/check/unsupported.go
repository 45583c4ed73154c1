//go:build !linux

package check

import "errors"

// errUnsupported is the outcome of probes for what a system does not have at all.
var errUnsupported = errors.New("not on this system")
