//go:build !linux

package hostaddr

import (
	"errors"
	"net"
	"net/netip"
)

// errNoSuchAddr says that no interface has an address.
var errNoSuchAddr = errors.New("hostaddr: no interface has this address")

// routeMTU takes the MTU of the interface that has the address local: the system's routes are not asked here.
func routeMTU(local, remote netip.Addr) (int, error) {
	interfaces, err := net.Interfaces()
	if err != nil {
		return 0, err
	}
	for _, ifc := range interfaces {
		prefixes, err := ifc.Addrs()
		if err != nil {
			continue
		}
		for _, p := range prefixes {
			if addr, ok := fromPrefix(p, ifc.Name); ok && addr == local {
				return ifc.MTU, nil
			}
		}
	}
	return 0, errNoSuchAddr
}
