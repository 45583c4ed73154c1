//go:build !unix

package check

import "context"

func kernelSCTP(context.Context, wrapFunc) (string, error) { return "", errUnsupported }

func talk() error { return errUnsupported }

func rawIP(context.Context, wrapFunc) (string, error) { return "", errUnsupported }
