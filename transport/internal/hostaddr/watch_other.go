//go:build !linux

package hostaddr

// Watcher tells when the addresses of this host may have changed; on this system it never does.
type Watcher struct{}

// Watch returns no Watcher here, which is one that reports nothing.
func Watch(onChange func()) (*Watcher, error) { return nil, nil }

// Changes is nil here.
func (w *Watcher) Changes() <-chan struct{} { return nil }

// Close does nothing here.
func (w *Watcher) Close() error { return nil }
