# Every command of this project. CI runs the same targets: .ci/run is `make test`.
SHELL := /bin/bash -o pipefail
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

GOLANGCI_LINT_VERSION := v2.15.0
GOVULNCHECK_VERSION   := v1.9.0
GREMLINS_VERSION      := v0.6.0
SQLC_VERSION          := v1.31.1

# The platform that dist-dev and deploy build for, for example PLATFORM=linux-arm64.
PLATFORM  ?= $(shell go env GOOS)-$(shell go env GOARCH)
PLATFORMS := linux-amd64 linux-arm64 darwin-amd64 darwin-arm64 windows-amd64
# The package that `make mutate` breaks, and more flags for it, such as EXCLUDE='-E "card\.go"'.
MUTATE    ?= ./server/oauth
EXCLUDE   ?=
# How long `make fuzz` spends on each target.
FUZZTIME  ?= 60s

BIN        := $(CURDIR)/.cache/bin
MANIFEST   := $(BIN)/manifest
PLUGINCTL  := $(BIN)/pluginctl
SANDBOX    := $(BIN)/sandbox
SQLC       := $(BIN)/sqlc-$(SQLC_VERSION)
LINT       := $(BIN)/golangci-lint-$(GOLANGCI_LINT_VERSION)
DEV_BUNDLE := dist/zoom-dev.tar.gz

executable     = server/dist/plugin-$(1)$(if $(findstring windows,$(1)),.exe)
EXECUTABLES   := $(foreach p,$(PLATFORMS),$(call executable,$(p)))
SERVER_FILES  := $(shell find server -type f -not -name '*_test.go' -not -path 'server/dist/*' -not -path '*/testdata/*') go.mod go.sum
WEBAPP_FILES  := $(shell find webapp/src -type f -not -name '*.test.*' 2>/dev/null) $(wildcard webapp/*.json webapp/*.ts webapp/*.js)
# The folders below e2e/ with npm packages of their own.
E2E_PACKAGES  := $(patsubst %/package-lock.json,%/node_modules/.package-lock.json,$(wildcard e2e/*/package-lock.json))
# The page that stands in for Mattermost's web client.
HOST_PAGE     := e2e/host/dist/root.html
HOST_FILES    := $(shell find e2e/host -type f -not -path '*/node_modules/*' -not -path '*/dist/*' 2>/dev/null)
# The Mattermost server in e2e/ is built without cgo; everything there uses the same compiled packages.
E2E_GO        := cd e2e && CGO_ENABLED=0 go

.PHONY: help all dist dist-dev test check-style fmt race exhaustive webapp arch fuzz mutate bench golden generate e2e e2e-ready chromium rivet demo \
	deploy watch enable disable reset logs vulncheck clean FORCE

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

all: check-style race exhaustive dist ## lint, test and build the bundle of all platforms

## ---- build

dist: $(EXECUTABLES) webapp/dist/main.js $(MANIFEST) ## build dist/zoom-<version>.tar.gz with the binaries of all platforms
	@bundle=dist/$$($(MANIFEST) id)-$$(cat .cache/version).tar.gz; $(MANIFEST) bundle -o $$bundle && ls -sh $$bundle

dist-dev: $(DEV_BUNDLE) ## build dist/zoom-dev.tar.gz for this machine only, if a source changed

$(DEV_BUNDLE): $(call executable,$(PLATFORM)) webapp/dist/main.js plugin.json $(wildcard assets/* public/*) .cache/platform $(MANIFEST)
	$(MANIFEST) bundle -fast -platform $(PLATFORM) -o $@

# One rule for the binaries of all platforms: -trimpath and no build stamps, so that builds of one commit are identical.
$(EXECUTABLES): $(SERVER_FILES) .cache/version
	GOOS=$(word 2,$(subst -, ,$(@F))) GOARCH=$(basename $(word 3,$(subst -, ,$(@F)))) CGO_ENABLED=0 go build -trimpath -buildvcs=false \
		-ldflags '-s -w -X main.version='$$(cat .cache/version) -o $@ ./server

webapp/dist/main.js: $(WEBAPP_FILES) webapp/node_modules/.package-lock.json
	cd webapp && npm run build
	@touch $@

$(HOST_PAGE): $(HOST_FILES) e2e/host/node_modules/.package-lock.json
	cd e2e/host && npm run build
	@touch $@

# npm writes this file last, so it is there only when everything else is.
%/node_modules/.package-lock.json: %/package.json %/package-lock.json
	cd $* && npm ci --no-audit --no-fund
	@touch $@

# Files that are rewritten only when their content changes, to avoid needless builds.
.cache/version: $(MANIFEST) FORCE
	@$(MANIFEST) version > $@.new && { cmp -s $@.new $@ && rm $@.new || mv $@.new $@; }

.cache/platform: FORCE
	@mkdir -p .cache && echo $(PLATFORM) > $@.new && { cmp -s $@.new $@ && rm $@.new || mv $@.new $@; }

$(MANIFEST) $(PLUGINCTL): $(BIN)/%: go.mod $(wildcard build/*/*.go)
	@mkdir -p $(BIN)
	go build -buildvcs=false -o $@ ./build/$*

$(SANDBOX): go.mod $(shell find sandbox -type f -name '*.go' -not -name '*_test.go') $(wildcard sandbox/*/pages/*)
	@mkdir -p $(BIN)
	go build -buildvcs=false -o $@ ./sandbox/cmd/sandbox

$(LINT):
	@mkdir -p $(BIN)
	@echo "building golangci-lint $(GOLANGCI_LINT_VERSION), about two minutes, once"
	GOBIN=$(BIN)/lint.new go install -trimpath github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_LINT_VERSION)
	@mv $(BIN)/lint.new/golangci-lint $@ && rmdir $(BIN)/lint.new

## ---- test

test: ## everything below: style, unit tests, webapp, e2e on a real server in a real browser
	@build/test.sh

# The Mattermost server's main package is left out: the linters would have to read all of that server.
check-style: $(LINT) $(MANIFEST) webapp/node_modules/.package-lock.json ## lint Go and TypeScript, check types and plugin.json
	$(MANIFEST) check
	$(LINT) run ./build/... ./server/... ./sandbox/...
	cd e2e && CGO_ENABLED=0 $(LINT) run -c ../.golangci.yml $$(go list -f '{{.Dir}}' ./... | grep -vE '/e2e/mattermost$$|/node_modules/')
	cd webapp && npm run lint && npm run check-types

fmt: $(LINT) ## format the Go code as check-style requires
	$(LINT) fmt ./build/... ./server/... ./sandbox/...
	cd e2e && $(LINT) fmt -c ../.golangci.yml

race: ## unit tests of the plugin, the sandbox and the build tools, under the race detector
	CGO_ENABLED=1 go test -race -timeout 15m -parallel 8 ./build/... ./server/... ./sandbox/...

# The tests that build/exhaustive leaves out of `make race`; `make arch` runs the rest of it.
exhaustive: ## the tests with very many inputs, without the race detector
	go test ./server/provider/...
	go test -run '^TestTheFurtherProviderConforms' ./server

arch: ## the rules for imports, files and names, and the tables that name tests
	go test -count=1 -run '^Test(Arch|Each)' ./server

webapp: webapp/node_modules/.package-lock.json ## unit tests, build and size of the webapp
	cd webapp && npm test
	cd webapp && npm run build
	@touch webapp/dist/main.js

fuzz: ## every fuzz test in turn, FUZZTIME (60s) each
	@grep -rEo '^func Fuzz[A-Za-z0-9_]+' --include='*_test.go' server sandbox build | sort | \
	while IFS=: read -r file name; do \
		go test -run '^$$' -fuzz "^$${name#func }\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 2s "./$$(dirname "$$file")" || exit 1; \
	done

mutate: ## break one package, MUTATE=./server/oauth, in many small ways, and list the changes that its tests don't notice
	go run github.com/go-gremlins/gremlins/cmd/gremlins@$(GREMLINS_VERSION) unleash --workers 2 --test-cpu 1 --timeout-coefficient 8 \
		$(EXCLUDE) $(MUTATE)

bench: $(DEV_BUNDLE) e2e-ready ## Go benchmarks, then the load test on a real server
	go test -run '^$$' -bench . -benchmem ./server/... ./sandbox/...
	$(E2E_GO) run ./bench

generate: $(SQLC) ## write the Go code for the SQL in server/postgres
	rm -rf server/postgres/query/*.sql.go
	$(SQLC) generate
	go test -count=1 -run '^TestTheCodeForTheSQLIsCurrent$$' ./server/postgres -update

$(SQLC):
	@mkdir -p $(BIN)
	@echo "building sqlc $(SQLC_VERSION), about two minutes, once"
	GOBIN=$(BIN)/sqlc.new go install -trimpath github.com/sqlc-dev/sqlc/cmd/sqlc@$(SQLC_VERSION)
	@mv $(BIN)/sqlc.new/sqlc $@ && rmdir $(BIN)/sqlc.new

endurance: $(DEV_BUNDLE) e2e-ready ## the stories of floods in full length, and the load test with full tables and 30 s of noise; about 15 minutes
	cd e2e && CGO_ENABLED=0 BUNDLE=$(CURDIR)/$(DEV_BUNDLE) go test -count=1 -timeout 30m -v -run 'Flood|Noisy|Fifty|SurvivesAKill' . -endurance
	$(E2E_GO) run ./bench -crowd -noise 30s

golden: ## rewrite the golden files; read the diff before you commit it
	@grep -rlE 'flag\.Bool\("update"' --include='*_test.go' server sandbox | xargs -r dirname | sort -u | \
	while read -r dir; do go test -count=1 "./$$dir" -update || exit 1; done

e2e: $(DEV_BUNDLE) e2e-ready chromium rivet ## stories on a real Mattermost server, and the browser specs
	$(E2E_GO) build -buildvcs=false ./...
	cd e2e && CGO_ENABLED=0 BUNDLE=$(CURDIR)/$(DEV_BUNDLE) go test -count=1 -timeout 30m -parallel 6 ./...

e2e-ready: $(E2E_PACKAGES) $(HOST_PAGE) # what e2e needs besides the bundle: npm packages, the page, the server's packages compiled
	$(E2E_GO) build -buildvcs=false -o /dev/null ./mattermost

rivet: $(E2E_PACKAGES) $(SANDBOX) ## Zoom's own SDK against the sandbox
	cd e2e/rivet && SANDBOX_BIN=$(SANDBOX) npm test

chromium: # installs Debian's Chromium where there is none and this user may
	@if [ -z "$$CHROMIUM" ] && ! command -v chromium >/dev/null; then \
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
			apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends chromium fonts-liberation >/dev/null; \
		else \
			echo "the browser specs need Chromium: install it, or name one in CHROMIUM=/path/to/chromium" >&2; exit 1; \
		fi; \
	fi

vulncheck: ## known vulnerabilities in what the plugin calls
	go run golang.org/x/vuln/cmd/govulncheck@$(GOVULNCHECK_VERSION) ./server/...

## ---- try

demo: $(DEV_BUNDLE) $(HOST_PAGE) ## a real server with the plugin and a simulated Zoom; EXIT=1 exits after the story
	cd e2e && CGO_ENABLED=0 BUNDLE=$(CURDIR)/$(DEV_BUNDLE) go run ./demo $(if $(filter 1,$(EXIT)),-exit)

deploy: $(DEV_BUNDLE) $(PLUGINCTL) ## install on the server that MM_SERVICESETTINGS_SITEURL and MM_ADMIN_TOKEN name
	$(PLUGINCTL) deploy $$($(MANIFEST) id) $(DEV_BUNDLE)

enable disable reset logs: $(PLUGINCTL) $(MANIFEST)
	$(PLUGINCTL) $@ $$($(MANIFEST) id)

watch: ## deploy now, and again after each change of a source
	@mkdir -p .cache; rm -f .cache/watched; while :; do \
		if [ ! -e .cache/watched ] || [ -n "$$(find server webapp/src assets public plugin.json -type f -newer .cache/watched \
			-not -path 'server/dist/*' -print -quit)" ]; then \
			touch .cache/watched; $(MAKE) --no-print-directory deploy || echo "not deployed; waiting for the next change"; \
		fi; \
		sleep 1; \
	done

clean: ## remove build results; the caches of npm and Go stay
	rm -rf dist server/dist webapp/dist e2e/host/dist .cache e2e/artifacts
