package sctp

import (
	"errors"
	"sync"

	"github.com/gosctp/sctp/transport"
)

// WrapCarriers has wrap applied to every carrier that this package opens from now on, such as to record its packets. It is for
// commands and tests, to be called before anything else; carriers that the caller gives, he wraps himself. Nil ends it.
func WrapCarriers(wrap func(transport.Transport) transport.Transport) {
	carrierWrap.Lock()
	defer carrierWrap.Unlock()
	carrierWrap.fn = wrap
}

var carrierWrap struct {
	sync.Mutex
	fn func(transport.Transport) transport.Transport
}

func wrapCarrier(t transport.Transport) transport.Transport {
	carrierWrap.Lock()
	defer carrierWrap.Unlock()
	if carrierWrap.fn == nil {
		return t
	}
	return carrierWrap.fn(t)
}

func openUDP(port uint16) (*link, error) { return nil, errors.New("sctp/udp: not here") }

func openRaw() (*link, error) { return nil, errors.New("sctp: not here") }
