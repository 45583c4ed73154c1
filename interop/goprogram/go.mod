// A program that knows nothing of this repository, in a module of its own so that users of the stack do not inherit what it needs.
module github.com/gosctp/sctp/interop/goprogram

go 1.26.0

require github.com/ishidawataru/sctp v0.0.0-20251114114122-19ddcbc6aae2
