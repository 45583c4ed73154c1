// Benchmarks beside other implementations, in a module of their own so that users of the stack do not inherit them.
module github.com/gosctp/sctp/bench

go 1.26.0

require (
	github.com/gosctp/sctp v0.0.0-00010101000000-000000000000
	github.com/pion/logging v0.2.4
	github.com/pion/sctp v1.11.3
	github.com/pion/transport/v5 v5.0.1
	github.com/quic-go/quic-go v0.65.0
	golang.org/x/sys v0.49.0
)

require (
	github.com/pion/randutil v0.1.0 // indirect
	golang.org/x/crypto v0.58.0 // indirect
	golang.org/x/net v0.62.0 // indirect
)

replace github.com/gosctp/sctp => ../
