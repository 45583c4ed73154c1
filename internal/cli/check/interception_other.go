//go:build !linux

package check

import "context"

func interception(context.Context, wrapFunc) (string, error) { return "", errUnsupported }
