# The tasks of developers. `make help` lists them. PYTHON=... chooses the Python that creates .venv.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
PYTEST_ARGS ?= -n auto --dist worksteal --cov --cov-report=
# One worker more than processors, because half of the tests wait for an engine.
export PYTEST_XDIST_AUTO_NUM_WORKERS ?= $(shell echo $$(( $$(nproc 2>/dev/null || echo 2) + 1 )))
unexport PYTHONDONTWRITEBYTECODE
# The programs that set-up installs come first.
export PATH := $(CURDIR)/.engine/bin:$(CURDIR)/.venv/bin:$(PATH)
SETUP := env -u PYTHONHOME PYTHONPATH= $(PYTHON) -m tools.setup

.PHONY: help setup up down test vault lock lint format record audit wheel clean

help: ## show this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(firstword $(MAKEFILE_LIST)) | expand -t 16

setup: ## install the virtual environment, the dependencies and the Pulumi engine, if they are missing
	@$(SETUP)

up: setup ## start the emulator and run `pulumi up` on the example stack
	@.venv/bin/python -m tools.quickstart up

down: setup ## destroy the example stack and stop the emulator
	@.venv/bin/python -m tools.quickstart down

test: ## run all checks and all tests (PYTEST_ARGS=... for pytest)
	@$(SETUP) --vault-if-go
	@$(MAKE) --keep-going checks
	@.venv/bin/pytest $(PYTEST_ARGS)

vault: ## build the Vault that tests compare the emulator with; needs Go
	@$(SETUP) --vault

lint: setup ## check formatting, style, types and layers; a failed check does not stop the others
	@$(MAKE) --keep-going checks

# .pre-commit-config.yaml lists the same checks.
CHECKS := check-format check-style check-types check-pyright check-layers
.PHONY: checks $(CHECKS)
checks: $(CHECKS)
check-format: ; ruff format --check --quiet
check-style: ; ruff check --quiet
check-types: ; mypy
check-pyright: ; basedpyright
check-layers: ; lint-imports --no-logo

format: setup ## format the code and fix its style
	ruff format
	ruff check --fix

record: setup ## write the recorded state of an unreleased version, docs/faults.md and docs/public-api.md; tests compare them
	@PYTHONPATH=tests .venv/bin/python -m recorded_states.record
	@PYTHONPATH=tests .venv/bin/python -m injected_faults.page
	@.venv/bin/python -m tools.public_api

lock: setup ## update the pinned dependencies in constraints/dev.txt
	uv pip compile --quiet --universal --python-version 3.10 --generate-hashes --no-emit-index-url \
	  --no-emit-find-links --no-header --extra cli --group dev --upgrade \
	  pyproject.toml emulator/pyproject.toml --output-file constraints/dev.txt

audit: setup ## check the pinned dependencies for known vulnerabilities
	pip-audit --strict --require-hashes --disable-pip --requirement constraints/dev.txt

wheel: setup ## build the wheels and source archives of both packages into dist/
	python -m hatchling build -d "$(CURDIR)/dist"
	cd emulator && python -m hatchling build -d "$(CURDIR)/dist"

clean: ## remove the files of set-up and tools, but not the user's cache folder
	@if [ -d .state ]; then echo "the example stack is still up: run make down first"; exit 1; fi
	rm -rf .venv .engine dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
