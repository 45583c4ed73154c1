module github.com/gosctp/sctp

go 1.25.0
