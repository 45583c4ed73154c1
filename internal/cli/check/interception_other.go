//go:build !linux

package check

import "context"

func interception(context.Context) (string, error) { return "", errUnsupported }
