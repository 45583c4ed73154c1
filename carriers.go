package sctp

import (
	"sync"

	"github.com/gosctp/sctp/internal/engine"
	"github.com/gosctp/sctp/internal/porttable"
	"github.com/gosctp/sctp/transport"
	"github.com/gosctp/sctp/transport/rawip"
	"github.com/gosctp/sctp/transport/udpencap"
)

// WrapCarriers has wrap applied to every carrier that this package opens from now on, for example to record its
// packets. It is meant for commands and tests, before they do anything else; a carrier that the caller gives the caller
// also wraps. Nil ends it.
func WrapCarriers(wrap func(transport.Transport) transport.Transport) {
	carrierWrap.Lock()
	defer carrierWrap.Unlock()
	carrierWrap.wrap = wrap
}

var carrierWrap struct {
	sync.Mutex
	wrap func(transport.Transport) transport.Transport
}

func wrapCarrier(t transport.Transport) transport.Transport {
	carrierWrap.Lock()
	defer carrierWrap.Unlock()
	if carrierWrap.wrap == nil {
		return t
	}
	return carrierWrap.wrap(t)
}

// carrierKey names the carriers that all users in this process share. A process has one for raw IP, and one for each UDP
// port; port 0 is the one of those who do not care, on port 9899 unless another process has it.
type carrierKey struct {
	udp  bool
	port uint16
}

// openUDP returns the use of the carrier on a UDP port.
func openUDP(port uint16) (*link, error) {
	return share(carrierKey{udp: true, port: port}, func() (engine.Options, error) {
		t, err := udpencap.Open(udpConfig(port))
		if err != nil {
			return engine.Options{}, err
		}
		ports, err := porttable.Open(porttable.UDP, t.LocalPort())
		if err != nil {
			t.Close()
			return engine.Options{}, err
		}
		return engine.Options{
			Carrier:   wrapCarrier(t),
			Ports:     ports,
			EncapPort: t.LocalPort(),
			Alias:     carrierKey{udp: true, port: t.LocalPort()},
		}, nil
	})
}

// openRaw returns the use of the carrier on raw IP.
func openRaw() (*link, error) {
	return share(carrierKey{}, func() (engine.Options, error) {
		t, err := rawip.Open(rawConfig())
		if err != nil {
			return engine.Options{}, err
		}
		ports, err := porttable.Open(porttable.Raw, 0)
		if err != nil {
			t.Close()
			return engine.Options{}, err
		}
		return engine.Options{Carrier: wrapCarrier(t), Ports: ports}, nil
	})
}

func share(key carrierKey, open func() (engine.Options, error)) (*link, error) {
	e, release, err := engine.Share(key, open)
	if err != nil {
		return nil, err
	}
	return &link{engine: e, release: release}, nil
}
