//go:build !linux || !(amd64 || arm64)

package intercept

import (
	"errors"
	"runtime"
)

// errSystem says where Run works.
var errSystem = errors.New("carrying the socket calls of programs needs Linux on amd64 or arm64; this is " +
	runtime.GOOS + " on " + runtime.GOARCH)

// Run returns an error: other systems have no such interface.
func Run(Config) (Status, error) { return Status{}, errSystem }

// KernelHasSCTP returns an error.
func KernelHasSCTP() error { return errSystem }

// Exec returns an error.
func Exec(Config) error { return errSystem }

// Launch does nothing.
func Launch() {}

// Exit does nothing.
func (Status) Exit() {}
