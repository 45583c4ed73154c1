package sctp_test

import (
	"net"
	"testing"

	"golang.org/x/net/nettest"

	"github.com/gosctp/sctp"
	"github.com/gosctp/sctp/simnet"
)

// A Conn is a net.Conn as package net's own tests understand it.
func TestConnOverUDP(t *testing.T) {
	nettest.TestConn(t, func() (client, server net.Conn, stop func(), err error) {
		client, server = pairUDP(t, sctp.Config{})
		return client, server, func() { client.Close(); server.Close() }, nil
	})
}

// The same in memory.
func TestConnOverSimnet(t *testing.T) {
	nettest.TestConn(t, func() (client, server net.Conn, stop func(), err error) {
		w := newWorld(t)
		w.link(simnet.Link{})
		client, server = w.pair()
		return client, server, func() {
			client.Close()
			server.Close()
			w.client.carrier.Close()
			w.server.carrier.Close()
		}, nil
	})
}
