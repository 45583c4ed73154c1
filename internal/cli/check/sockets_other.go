//go:build !unix

package check

import "context"

func kernelSCTP(context.Context) (string, error) { return "", errUnsupported }

func rawIP(context.Context) (string, error) { return "", errUnsupported }
