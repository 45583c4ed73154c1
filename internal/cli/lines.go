package cli

import (
	"bufio"
	"context"
	"io"
	"iter"
)

// Lines yields the lines of r without their ends, and an error at the end if there is one. It also ends when ctx does, even
// if nothing is typed any more: reading a terminal cannot be interrupted, so a goroutine is left to it.
func Lines(ctx context.Context, r io.Reader) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		lines := make(chan string)
		failed := make(chan error, 1)
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		go func() {
			defer close(lines)
			s := bufio.NewScanner(r)
			for s.Scan() {
				select {
				case lines <- s.Text():
				case <-ctx.Done():
					failed <- ctx.Err()
					return
				}
			}
			failed <- s.Err()
		}()
		for {
			select {
			case line, ok := <-lines:
				if !ok {
					if err := <-failed; err != nil {
						yield("", err)
					}
					return
				}
				if !yield(line, nil) {
					return
				}
			case <-ctx.Done():
				yield("", ctx.Err())
				return
			}
		}
	}
}
