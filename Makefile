# Everything people and CI run. `make help` lists it.
#   ARGS="…" is handed on: make test ARGS="tests/unit -k planner", make demo ARGS="--help"
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
SRC := cli deploy schemas services tests bench

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup demo up down doctor test check bench lock clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' Makefile

setup: $(VENV)/fetched $(VENV)/bin/smartleads ## Make the virtual environment, fetch the engines and the pages' JavaScript; reuses what is there

demo: setup ## Run the whole system on the sample data and check its figures; leaves it up
	@$(PY) -m cli demo $(ARGS)

up: setup ## Start the local stack (data is kept between down and up)
	@$(PY) -m cli up $(ARGS)

down: ## Stop the local stack; ARGS=--wipe deletes its data too
	@test ! -x $(PY) || $(PY) -m cli down $(ARGS)

doctor: setup ## Say what is wrong with the local stack and what to do
	@$(PY) -m cli doctor $(ARGS)

test: setup ## Run all tests, the browser's included (needs Chromium)
	@$(PY) -m pytest $(ARGS)

check: setup ## Lint, format, types, architecture, contracts
	$(PY) -m ruff check $(SRC)
	$(PY) -m ruff format --check $(SRC)
	$(PY) -m mypy
	$(VENV)/bin/lint-imports
	$(PY) -m schemas check

bench: setup ## Measure what DESIGN promises; results as JSON
	@$(PY) -m bench $(ARGS)

lock: $(VENV)/installed ## Resolve dependencies anew into the lock files
	$(PY) -m venv .cache/lock
	.cache/lock/bin/python -m pip install --quiet uv
	.cache/lock/bin/uv pip compile pyproject.toml --all-extras --universal --upgrade --quiet \
	  --generate-hashes --no-header --no-emit-index-url --output-file requirements.lock
	$(PY) -m deploy.local lock

clean: ## Stop the stack and delete the environment and all that can be made again; keeps .smartleads
	@test ! -x $(PY) || $(PY) -m deploy.local down || true
	rm -rf $(VENV) .cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache services/dashboard/static/vendor

$(PY):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "SmartLeads needs Python 3.11 or newer; $(PYTHON) is older or absent. Name another: make setup PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv $(VENV) \
	  || { rm -rf $(VENV); echo "$(PYTHON) could not make a virtual environment. On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }

$(VENV)/installed: requirements.lock | $(PY)
	@echo "Installing the locked dependencies …"
	@$(PY) -m pip install --quiet --require-hashes --requirement requirements.lock
	@touch $@

$(VENV)/bin/smartleads: deploy/local/smartleads $(VENV)/installed
	@cp $< $@

$(VENV)/fetched: $(VENV)/installed package-lock.json .npmrc deploy/local/engines/jars.sha256 deploy/local/assets.py
	@$(PY) -m deploy.local fetch
	@touch $@
