package engine

import (
	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/mono"
)

// Auth asks the association about authentication, or changes its keys (RFC 4895). do may call nothing else of it.
func (a *Assoc) Auth(do func(*assoc.Association) error) error {
	return a.control(func(mono.Time) error { return do(a.core) })
}
