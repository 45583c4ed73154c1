//go:build linux

package interop

import (
	"fmt"
	"testing"

	"github.com/gosctp/sctp/interop/kernel"
	"github.com/gosctp/sctp/interop/lab"
)

// The addresses at the far end of routed paths: each path ends in a net of its own, whose number is like that where it begins. A bound stack takes the
// source address that is most like the destination.
var routedAddrs = families(
	[kernel.Paths]string{"192.0.3.2", "198.51.101.2", "198.18.1.2"},
	[kernel.Paths]string{"2001:db8:a:1::2", "2001:db8:b:1::2", "2001:db8:c:1::2"},
)

// The routers' addresses, towards the near end and the far end.
var (
	routersNear = families(
		[kernel.Paths]string{"192.0.2.254", "198.51.100.254", "198.18.0.254"},
		[kernel.Paths]string{"2001:db8:a::fe", "2001:db8:b::fe", "2001:db8:c::fe"})
	routersFar = families(
		[kernel.Paths]string{"192.0.3.254", "198.51.101.254", "198.18.1.254"},
		[kernel.Paths]string{"2001:db8:a:1::fe", "2001:db8:b:1::fe", "2001:db8:c:1::fe"})
)

// linkBehind is the name of the link between the router of a path and the far end.
func linkBehind(path int) string { return fmt.Sprintf("far%d", path) }

// routedNamespaces makes two namespaces and a router for each path between them.
func routedNamespaces(t *testing.T) (near, far *lab.Namespace, routers []*lab.Namespace) {
	t.Helper()
	near, far = newNamespace(t), newNamespace(t)
	must := func(err error) {
		if err != nil {
			t.Helper()
			t.Fatal(err)
		}
	}
	for path := range kernel.Paths {
		router := newNamespace(t)
		routers = append(routers, router)
		must(router.Forward())
		must(lab.Connect(kernel.Link(path), near, prefixed(nearAddrs, path), router, prefixed(routersNear, path)))
		must(lab.Connect(linkBehind(path), router, prefixed(routersFar, path), far, prefixed(routedAddrs, path)))
		for _, f := range []family{v4, v6} {
			must(near.Route(routedAddrs[f][path], routersNear[f][path]))
			must(far.Route(nearAddrs[f][path], routersFar[f][path]))
		}
	}
	return near, far, routers
}

// prefixed are the addresses of one end of a path, of both families, with the length of their nets.
func prefixed(addrs map[family][kernel.Paths]string, path int) []string {
	return []string{addrs[v4][path] + "/24", addrs[v6][path] + "/64"}
}
