//go:build linux

package interop

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/gosctp/sctp/interop/judge"
	"github.com/gosctp/sctp/interop/kernel"
	"github.com/gosctp/sctp/interop/lab"
)

// wires is the number of links between the hosts of the tests of addresses.
const wires = 3

// ends are the addresses of both hosts on a link of a family, with their prefix lengths; mixed is IPv6 on the second link.
func ends(f family, link int) (near, far string) {
	if f == v6 || f == mixed && link == 1 {
		return fmt.Sprintf("fd11:%d::1/64", link+1), fmt.Sprintf("fd11:%d::2/64", link+1)
	}
	return fmt.Sprintf("10.11.%d.1/24", link), fmt.Sprintf("10.11.%d.2/24", link)
}

// wired makes two hosts with three links that have nothing in common.
func wired(t *testing.T, f family) (near, far *lab.Namespace) {
	t.Helper()
	var hosts [2]*lab.Namespace
	for i := range hosts {
		n, err := lab.NewNamespace()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { n.Close() })
		hosts[i] = n
	}
	for link := range wires {
		nearAddr, farAddr := ends(f, link)
		if err := lab.Connect(kernel.Link(link), hosts[0], []string{nearAddr}, hosts[1], []string{farAddr}); err != nil {
			t.Fatal(err)
		}
	}
	return hosts[0], hosts[1]
}

// listed are the addresses of one host on all links.
func listed(f family, host int) (addrs []string) {
	for link := range wires {
		near, far := ends(f, link)
		addr, _, _ := strings.Cut([]string{near, far}[host], "/")
		addrs = append(addrs, addr)
	}
	return addrs
}

// Each packet of three disjoint paths stays on its link, whether the hosts are bound to all addresses or to a list; and data takes the path that is left.
func TestSourcesOfDisjointPaths(t *testing.T) {
	needs(t)
	for _, c := range []carrier{rawIP, inUDP} {
		for _, f := range []family{v4, v6, mixed} {
			for _, bound := range []string{"all", "list"} {
				t.Run(fmt.Sprintf("%s %s %s", c, f, bound), func(t *testing.T) {
					t.Parallel()
					testDisjointPaths(t, c, f, bound == "list")
				})
			}
		}
	}
}

func testDisjointPaths(t *testing.T, c carrier, f family, list bool) {
	near, far := wired(t, f)
	ctx, cancel := context.WithTimeout(t.Context(), scenarioTime)
	defer cancel()
	stop := captured(t, near)
	nearAddrs, farAddrs := listed(f, 0), listed(f, 1)
	common := []string{"net=" + string(c), "port=5000", "fast=1"}
	serverArgs, clientArgs := slices.Concat(common, []string{"role=server", "expect=40"}), slices.Concat(common, smallPlan.Args()[:2], []string{"role=client",
		"count=40", "unordered=0", "hold=20", "end=shutdown"})
	if list {
		serverArgs = append(serverArgs, "local="+strings.Join(farAddrs, "/"))
		clientArgs = append(clientArgs, "local="+strings.Join(nearAddrs, "/"))
	}
	server := startSpeaker(t, ctx, programHost(t, "server", ourPeer, far, nil), serverArgs)
	server.want("listening")
	client := startSpeaker(t, ctx, programHost(t, "client", ourPeer, near, nil), append(clientArgs, "remote="+farAddrs[0]))
	for range wires { // in any order
		client.want("hold", "path "+farAddrs[1]+" confirmed", "path "+farAddrs[2]+" confirmed")
	}
	for range wires - 1 {
		server.want("path "+nearAddrs[1]+" confirmed", "path "+nearAddrs[2]+" confirmed")
	}
	for link := range wires - 1 {
		if err := near.Down(kernel.Link(link)); err != nil {
			t.Fatal(err)
		}
	}
	client.say("go")
	plan := smallPlan
	plan.Count, plan.Unordered = 40, 0
	server.wantReport(plan.Report(), "shutdown")
	client.wantReport([]string{"received 0"}, "shutdown")

	r := stop()
	if r.verdict == nil {
		return
	}
	seen := make(map[string]bool)
	for _, p := range r.verdict.Packets {
		link := slices.Index(nearAddrs, p.Source) + slices.Index(farAddrs, p.Source) + 1
		other := slices.Index(nearAddrs, p.Destination) + slices.Index(farAddrs, p.Destination) + 1
		if link != other || link < 0 {
			t.Errorf("a packet from %s to %s, chunks %v", p.Source, p.Destination, p.Chunks)
		}
		seen[p.Source] = true
	}
	for _, addr := range slices.Concat(nearAddrs, farAddrs) {
		if !seen[addr] {
			t.Errorf("no packet left from %s", addr)
		}
	}
	for _, fault := range r.verdict.Faults {
		t.Error(fault)
	}
}

// Answers leave from the address that the question came to, also where the routes would have another one: the Linux kernel's do not.
func TestAnswersLeaveFromWhereTheQuestionCameTo(t *testing.T) {
	needs(t)
	for _, c := range []carrier{rawIP, inUDP} {
		for _, f := range []family{v4, v6} {
			t.Run(fmt.Sprintf("%s %s", c, f), func(t *testing.T) {
				t.Parallel()
				testAnswers(t, c, f)
			})
		}
	}
}

func testAnswers(t *testing.T, c carrier, f family) {
	near, far := wired(t, f)
	ctx, cancel := context.WithTimeout(t.Context(), scenarioTime)
	defer cancel()
	_, text := ends(f, 0)
	prefix := netip.MustParsePrefix(text)
	second := prefix.Addr().Next().String()
	add := []string{"addr", "add", fmt.Sprintf("%s/%d", second, prefix.Bits()), "dev", kernel.Link(0)}
	if f == v6 {
		add = append(add, "nodad")
	}
	if err := far.IP(add...); err != nil {
		t.Fatal(err)
	}
	stop := captured(t, near)
	common := []string{"net=" + string(c)}
	server := startSpeaker(t, ctx, programHost(t, "server", ourPeer, far, nil), slices.Concat(common, []string{"role=server", "port=5000", "echo=1"}))
	server.want("listening")
	client := programHost(t, "client", ourPeer, near, nil)
	refused := startSpeaker(t, ctx, client, slices.Concat(common, []string{"role=client", "port=5001", "remote=" + second}))
	refused.want("fail")
	talking := startSpeaker(t, ctx, client, slices.Concat(common, smallPlan.Args(),
		[]string{"role=client", "port=5000", "remote=" + second, fmt.Sprintf("expect=%d", smallPlan.Count), "end=shutdown"}))
	talking.wantReport(smallPlan.Report(), "shutdown")
	server.wantReport(smallPlan.Report(), "shutdown")

	r := stop()
	if r.verdict == nil {
		return
	}
	for chunk, name := range map[int]string{2: "INIT ACK", 5: "HEARTBEAT ACK", 6: "ABORT", 11: "COOKIE ACK"} {
		answers := slices.DeleteFunc(slices.Clone(r.verdict.Packets), func(p judge.Packet) bool {
			return !slices.Contains(p.Chunks, chunk) || slices.Contains(listed(f, 0), p.Source)
		})
		if len(answers) == 0 && chunk != 5 {
			t.Errorf("no %s", name)
		}
		for _, p := range answers {
			if p.Source != second && chunk != 5 {
				t.Errorf("%s left from %s, want %s", name, p.Source, second)
			}
		}
	}
	asked := make(map[[2]string]bool) // ways that HEARTBEATs took
	for _, p := range r.verdict.Packets {
		if slices.Contains(p.Chunks, 4) {
			asked[[2]string{p.Source, p.Destination}] = true
		}
		if slices.Contains(p.Chunks, 5) && !asked[[2]string{p.Destination, p.Source}] {
			t.Errorf("a HEARTBEAT ACK from %s to %s: no HEARTBEAT came that way", p.Source, p.Destination)
		}
	}
}
