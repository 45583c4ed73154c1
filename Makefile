# The one entry point: what CI runs are these targets and nothing else (.ci/run). PKGS narrows a target to some packages:
#
#	make check            before every commit
#	make fuzz FUZZTIME=1m PKGS=./internal/wire
#	make sim N=100000     more seeds than CI has time for

GO       ?= go
PKGS     ?= ./...
RACE     ?= . ./cmd/... ./internal/engine/... ./internal/sockets/... ./internal/porttable/... ./simnet/... ./transport/...
TARGETS  ?= linux/arm64 darwin/arm64 windows/amd64 freebsd/amd64
FUZZTIME ?= 10s
N        ?= 1000
RUN      ?= .
PREFIX   ?= /usr/local
BINDIR   ?= $(PREFIX)/bin
# The names under which sctp acts as another tool.
LINKS     = checksctp withsctp

.PHONY: check format vet lint archtest test race cross fuzz sim demo interop programs bench bench-programs bench-idle bench-scale bench-failover bench-check readme cover install

check: format vet lint archtest test race

# gofmt prints the files that it would change.
format:
	@files=$$(gofmt -l .); test -z "$$files" || { echo "gofmt would change:" $$files >&2; exit 1; }

vet:
	$(GO) vet $(PKGS)

lint:
	$(GO) tool -modfile=tools/go.mod staticcheck $(PKGS)

archtest:
	$(GO) test ./internal/archtest

test:
	$(GO) test $(PKGS)

race:
	$(GO) test -race -timeout 10m $(RACE)

# Vetting compiles everything, tests included.
cross:
	@for t in $(TARGETS); do \
		echo "vet $$t"; \
		CGO_ENABLED=0 GOOS=$${t%/*} GOARCH=$${t#*/} $(GO) vet $(PKGS) || exit 1; \
	done

# Every fuzz target of every package, FUZZTIME each; it is an error if there is none. Now and then Go takes the end of that time for a
# failure (context deadline exceeded, and no input to show for it): then the target runs again.
fuzz:
	@$(GO) test -list '^Fuzz' $(PKGS) | awk '/^Fuzz/ {t[n++] = $$1} /^ok/ {for (i in t) print $$2, t[i]; delete t; n = 0}' | \
		{ found=; while read -r pkg target; do \
			found=1; echo "$$pkg $$target"; \
			fuzz() { out=$$($(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) $$pkg 2>&1); code=$$?; echo "$$out"; return $$code; }; \
			fuzz && continue; \
			case $$out in *'Failing input'*) exit 1;; *'context deadline exceeded'*) fuzz || exit 1;; *) exit 1;; esac; \
		done; test -n "$$found"; }

sim:
	$(GO) test -timeout 30m ./internal/sim -seeds=$(N)

demo:
	$(GO) run ./cmd/sctp demo

# Real peers, as root: interop/install.sh installs what it takes (Debian). RUN narrows it to some tests.
interop:
	SCTP_REQUIRE=all $(GO) test -timeout 30m -run '$(RUN)' $$($(GO) list ./interop/... | grep -v /programs)

# Programs that were written for the kernel's SCTP or for TCP, unmodified, as root.
programs:
	SCTP_REQUIRE=all $(GO) test -timeout 10m -run '$(RUN)' ./interop/programs

# Beside other implementations and the ratios that are aimed at, and programs beside themselves over TCP, as root, some 25 minutes:
# bench/README.md.
bench:
	cd bench && $(GO) run ./cmd/sctpbench -write ../docs/performance.md
	cd bench && $(GO) run ./cmd/programbench -repeat 3 -write ../docs/performance.md

# Unmodified programs beside themselves over the kernel's TCP, as root.
bench-programs:
	cd bench && $(GO) run ./cmd/programbench -write ../docs/performance.md

# What 100,000 associations cost that do nothing: docs/performance.md.
bench-idle:
	cd bench && $(GO) run ./cmd/idlebench

# What a second processor brings: docs/performance.md.
bench-scale:
	cd bench && for size in 64 1024 16384; do for queues in 1 2; do $(GO) run ./cmd/scalebench -peers 4 -associations 4 -size $$size -queues $$queues || exit 1; done; done

# How long nothing arrives when a path is cut, in namespaces, as root: docs/uplinks.md.
bench-failover:
	SCTP_REQUIRE=all $(GO) test -timeout 20m -run TestFailoverTimes ./interop -update

bench-check:
	cd bench && $(GO) vet ./... && $(GO) tool -modfile=../tools/go.mod staticcheck ./... && $(GO) test ./...
	for m in pionpeer goprogram; do (cd interop/$$m && $(GO) vet ./... && $(GO) tool -modfile=../../tools/go.mod staticcheck ./...) || exit 1; done
	$(CC) -O2 -Wall -Wextra -Werror -fsyntax-only bench/c/*.c

# The capability table of README.md, from the tests that prove each row.
readme:
	$(GO) generate ./internal/capability

cover:
	$(GO) test -coverprofile=cover.out -coverpkg=./... $(PKGS)
	$(GO) tool cover -func=cover.out | tail -1

install:
	mkdir -p $(DESTDIR)$(BINDIR)
	$(GO) build -o $(DESTDIR)$(BINDIR)/sctp ./cmd/sctp
	for l in $(LINKS); do ln -sf sctp $(DESTDIR)$(BINDIR)/$$l; done
