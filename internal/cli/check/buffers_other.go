//go:build !linux

package check

import "context"

func socketBuffers(context.Context, wrapFunc) (string, error) { return "", errUnsupported }
