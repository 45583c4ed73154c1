package hostaddr

import (
	"net"
	"net/netip"
	"strconv"
	"sync"
)

// Zones translates between the interface indexes that system calls use and the names that netip.Addr does. The zero value
// is ready for use, and safe for concurrent use.
type Zones struct {
	mu      sync.RWMutex
	names   map[int]string
	indexes map[string]int
}

// maxZones bounds the tables of Zones. It is far beyond the interfaces of a host at one time; interfaces that come and go
// with ever new names would let them grow otherwise.
const maxZones = 1024

// WithZone returns addr with the zone that the interface index stands for, if addr is a link-local IPv6 address.
func (z *Zones) WithZone(addr netip.Addr, index int) netip.Addr {
	if index == 0 || !addr.Is6() || !addr.IsLinkLocalUnicast() {
		return addr
	}
	z.mu.RLock()
	name, ok := z.names[index]
	z.mu.RUnlock()
	if !ok {
		name = z.learnName(index)
	}
	return addr.WithZone(name)
}

// Index returns the interface index of addr's zone, zero if it has none or the interface does not exist.
func (z *Zones) Index(addr netip.Addr) int {
	zone := addr.Zone()
	if zone == "" {
		return 0
	}
	z.mu.RLock()
	index, ok := z.indexes[zone]
	z.mu.RUnlock()
	if !ok {
		index = z.learnIndex(zone)
	}
	return index
}

// Forget empties the tables, for when interfaces have changed.
func (z *Zones) Forget() {
	z.mu.Lock()
	defer z.mu.Unlock()
	clear(z.names)
	clear(z.indexes)
}

func (z *Zones) learnName(index int) string {
	ifc, err := net.InterfaceByIndex(index)
	if err != nil {
		return strconv.Itoa(index) // As package net does; the interface is gone already.
	}
	z.learn(ifc.Name, index)
	return ifc.Name
}

func (z *Zones) learnIndex(zone string) int {
	if ifc, err := net.InterfaceByName(zone); err == nil {
		z.learn(zone, ifc.Index)
		return ifc.Index
	}
	index, _ := strconv.Atoi(zone) // A zone may be a number (RFC 4007 section 11.2).
	return index
}

func (z *Zones) learn(name string, index int) {
	z.mu.Lock()
	defer z.mu.Unlock()
	if z.names == nil || len(z.names) >= maxZones {
		z.names, z.indexes = map[int]string{}, map[string]int{}
	}
	z.names[index], z.indexes[name] = name, index
}
