// A peer on another implementation, in a module of its own so that users of the stack do not inherit it.
module github.com/gosctp/sctp/interop/pionpeer

go 1.26.0

require (
	github.com/gosctp/sctp v0.0.0-00010101000000-000000000000
	github.com/pion/dtls/v3 v3.1.15
	github.com/pion/logging v0.2.4
	github.com/pion/sctp v1.11.3
)

require (
	github.com/pion/randutil v0.1.0 // indirect
	github.com/pion/transport/v5 v5.0.1 // indirect
	golang.org/x/crypto v0.58.0 // indirect
	golang.org/x/sys v0.49.0 // indirect
)

replace github.com/gosctp/sctp => ../../
