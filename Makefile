# Every target is one line; `make help` lists them.
.DEFAULT_GOAL := help
.PHONY: help setup run test test-long lint suite suite-long bench lock audit
PYTHON ?= python3
PORT ?= 8000
PIP := .venv/bin/python -m pip install --quiet --disable-pip-version-check
COMPILE := .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-strip-extras --no-emit-index-url --no-emit-find-links
ALL := pyproject.toml --extra all --group build
LOCKED = $(shell sed -n 's/^\([a-z0-9-]*\).*==.*/\1/p' requirements.lock | sort -u)
LINT := .venv/bin/ruff check . && .venv/bin/ruff format --check . && .venv/bin/mypy app tests && .venv/bin/lint-imports --no-logo
PYTEST := .venv/bin/python -m pytest -n 3 --dist worksteal
COVERAGE := --cov --cov-report= && .venv/bin/python -m tests.floors
# As an installation does: where the environment forbids to write bytecode, each start would compile all modules anew.
COMPILED := .venv/bin/python -m compileall -q app

help:  ## list the targets
	@sed -n 's/^\([a-z-]*\):.*##/\1:/p' $(MAKEFILE_LIST)

setup: .venv/run.stamp  ## prepare .venv without starting anything

run: .venv/run.stamp  ## serve on http://127.0.0.1:8000 (PORT=8001 changes it), with the demo on the first start
	@$(COMPILED)
	LUOPAN_LOG_FORMAT=text .venv/bin/luopan serve --port $(PORT) --migrate --demo

test: .venv/dev.stamp  ## ruff, mypy, import rules and the quick tests: on SQLite, in a browser where one is needed
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=target lint suite

test-long: .venv/dev.stamp  ## the same with all tests, on every database: 90 % of all branches covered, 100 % of metrics and domain
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=target lint suite-long

lint: .venv/dev.stamp  ## ruff, mypy and the import rules
	$(LINT)

suite: .venv/dev.stamp  ## the quick tests
	@$(COMPILED)
	$(PYTEST)

suite-long: .venv/dev.stamp  ## all tests with the coverage floors (LUOPAN_TEST_EXAMPLES=300 tries more examples of each property)
	@$(COMPILED)
	LUOPAN_TEST_LONG=1 $(PYTEST) $(COVERAGE)

bench: .venv/run.stamp  ## hold boards, writes and imports of 1,000 stores to ratios, side by side
	@$(COMPILED)
	.venv/bin/luopan bench

lock: .venv/dev.stamp  ## write the lock files from pyproject.toml (UPGRADE=--upgrade takes the newest versions)
	$(COMPILE) $(ALL) $(UPGRADE) --output-file requirements.lock && $(COMPILE) $(ALL) --group dev --constraints requirements.lock $(UPGRADE) --output-file requirements-dev.lock && $(COMPILE) --group pyproject.toml:audit $(UPGRADE) --output-file requirements-audit.lock

audit: .venv/run.stamp .venv-audit/stamp  ## list the licences of what a run needs, then ask a service on the internet for its known vulnerabilities
	.venv-audit/bin/pip-licenses --python .venv/bin/python --from=mixed --order=license --packages $(LOCKED) && .venv-audit/bin/pip-audit --strict --progress-spinner=off --require-hashes --disable-pip --requirement requirements.lock

.venv/bin/python:
	@$(PYTHON) -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { echo 'Luopan needs Python 3.11 or newer with venv (Debian: apt-get install python3-venv)'; exit 1; }
	$(PYTHON) -m venv .venv

.venv/run.stamp: requirements.lock pyproject.toml | .venv/bin/python
	$(PIP) --require-hashes -r requirements.lock && $(PIP) --no-deps --no-build-isolation --editable . && touch $@

# What tests need holds all that a run needs, in the same versions: one stamp serves both.
.venv/dev.stamp: requirements-dev.lock pyproject.toml | .venv/bin/python
	$(PIP) --require-hashes -r requirements-dev.lock && $(PIP) --no-deps --no-build-isolation --editable . && touch $@ .venv/run.stamp

# The tools of an audit have dependencies of their own, which are not to mix with what is audited.
.venv-audit/stamp: requirements-audit.lock
	$(PYTHON) -m venv .venv-audit && .venv-audit/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-audit.lock && touch $@
