# Everything anyone does here is one of these targets, and CI runs the same ones. Each sets up what it needs, once.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
ARGS ?=

VENV := .venv
BUILT := casetrack/web/static/build
MADE := $(VENV)/.made
RUNTIME := $(VENV)/.runtime
DEV := $(VENV)/.dev
NODE := node_modules/.made
STATIC := $(BUILT)/casetrack.css

export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
export PIP_DISABLE_PIP_VERSION_CHECK := 1
PIP := $(VENV)/bin/python -m pip -qq --no-input
INSTALL := $(PIP) install --require-hashes

# The public index alone, whatever this machine adds to it, and every platform: the files name no machine and no mirror.
LOCK := env -u UV_DEFAULT_INDEX -u UV_EXTRA_INDEX_URL -u UV_FIND_LINKS -u UV_INDEX -u UV_INDEX_URL \
  uv --no-config pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
  --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"

# npm also records where each author takes gifts. A lock file holds names, versions and hashes.
define FORGET_ADDRESSES
const fs = require("fs"), lock = JSON.parse(fs.readFileSync("package-lock.json"));
for (const entry of Object.values(lock.packages)) delete entry.funding;
fs.writeFileSync("package-lock.json", JSON.stringify(lock, null, 2) + "\n");
endef
export FORGET_ADDRESSES

.PHONY: help demo test check proof bench format wheel lock programs

help: ## Say what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

demo: $(RUNTIME) $(STATIC) ## Run casetrack with invented people (PORT and DEMO_DIR choose where)
	@exec casetrack demo

test: $(DEV) $(STATIC) programs ## Run the tests (ARGS="-k transfer" runs some of them)
	@python -m pytest -n 2 --dist loadscope --no-loadscope-reorder $(or $(ARGS),--cov)

check: $(DEV) ## Check style, types and architecture
	@ruff check .
	@ruff format --check .
	@mypy $(wildcard casetrack tests bench migrations)
	@lint-imports

proof: $(DEV) $(STATIC) programs bench ## Run what is long or timed: the proofs, then the benchmarks
	@python -m pytest -m proof $(ARGS)

bench: $(DEV) $(STATIC) ## Measure, and print the numbers
	@python -m bench

format: $(DEV) ## Put the code in the one format
	@ruff check --fix-only .
	@ruff format .

wheel: $(RUNTIME) $(STATIC) ## Build the wheel into dist/
	@hatchling build -t wheel

lock: $(DEV) ## Take the newest versions that pyproject.toml and package.json allow
	@$(LOCK) --group build --output-file requirements/build.txt
	@$(LOCK) --group node --output-file requirements/node.txt
	@$(LOCK) pyproject.toml --output-file requirements/runtime.txt
	@$(LOCK) pyproject.toml --group dev --constraint requirements/runtime.txt --output-file requirements/dev.txt
	@npm update --package-lock-only --silent
	@node -e "$$FORGET_ADDRESSES"

# --- Setting up ------------------------------------------------------------------------------------------------------

$(MADE):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "casetrack needs Python 3.11 or later")'
	@echo "Setting up: a Python environment in $(VENV)/"
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(RUNTIME): requirements/build.txt requirements/runtime.txt pyproject.toml | $(MADE)
	@echo "Setting up: Python packages (once)"
	@$(INSTALL) -r requirements/build.txt -r requirements/runtime.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(DEV): requirements/dev.txt $(RUNTIME)
	@echo "Setting up: what the tests and checks need (once)"
	@$(INSTALL) -r requirements/dev.txt
	@touch $@

# Sass needs Node 20.19 or later. A machine without it gets Node as a Python package, in .venv/ alone.
NODE_FITS := npm --version && node -e 'const [a, b] = process.versions.node.split("."); process.exit(a * 100 + +b < 2019 ? 1 : 0)'

$(NODE): package.json package-lock.json .npmrc requirements/node.txt | $(MADE)
	@echo "Setting up: packages that the pages are built with (once)"
	@{ $(NODE_FITS); } > /dev/null 2>&1 || $(INSTALL) -r requirements/node.txt
	@npm ci --loglevel=error --omit=optional > /dev/null
	@touch $@

$(STATIC): $(wildcard casetrack/web/sass/*.scss) $(NODE)
	@npm run --silent build
	@gzip -9nkf $(BUILT)/casetrack.css $(BUILT)/govuk-frontend.min.js

# The tests drive Debian's Chromium and a token of its SoftHSM2, and have its Go verify an export of the log. Root installs
# them here. CI may not go without any.
PROGRAMS := chromium softhsm2-util go

programs:
	@missing=; for program in $(PROGRAMS); do command -v "$$program" || missing=yes; done > /dev/null; \
	[ -d /usr/share/gocode/src/golang.org/x/mod ] || missing=yes; \
	if [ "$$missing" ] && [ "$$(id -u)" = 0 ] && command -v apt-get; then \
	  echo "Setting up: Chromium, SoftHSM2 and Go (once)" >&2; \
	  { apt-get -qq update && apt-get -qq install -y --no-install-recommends chromium fonts-liberation softhsm2 \
	    golang-go golang-golang-x-mod-dev; } 2>&1 || true; \
	fi > /dev/null
	@for program in $(PROGRAMS); do command -v "$$program" > /dev/null || { \
	  echo "There is no $$program on this machine, so the tests that need it are skipped: install it to run them."; \
	  [ "$${CI:-}" != true ]; \
	}; done
