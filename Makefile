# Roster's tasks; `make help` lists them. PYTHON=... picks the Python that .venv is made from.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
PYTEST_ARGS ?= -n auto --dist worksteal --cov --cov-report=
# One worker more than processors: half of the tests wait for an engine.
export PYTEST_XDIST_AUTO_NUM_WORKERS ?= $(shell echo $$(( $$(nproc 2>/dev/null || echo 2) + 1 )))
# What set-up made is found first.
unexport PYTHONDONTWRITEBYTECODE
export PATH := $(CURDIR)/.engine/bin:$(CURDIR)/.venv/bin:$(PATH)
SETUP := env -u PYTHONHOME PYTHONPATH= $(PYTHON) -m tools.setup

.PHONY: help setup up down test vault lock lint format audit wheel clean

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(firstword $(MAKEFILE_LIST)) | expand -t 16

setup: ## virtual environment, dependencies, Pulumi engine; nothing where all is there
	@$(SETUP)

up: setup ## start the emulator and run `pulumi up` on the example stack
	@.venv/bin/python -m tools.quickstart up

down: setup ## take away what `make up` made
	@.venv/bin/python -m tools.quickstart down

test: ## all checks and all tests (PYTEST_ARGS=... for pytest)
	@$(SETUP) --vault-if-go
	@$(MAKE) --keep-going checks
	@.venv/bin/pytest $(PYTEST_ARGS)

vault: ## build the Vault that tests compare with; needs Go
	@$(SETUP) --vault

lint: setup ## formatting, style, types, layers: all are tried, also after one has failed
	@$(MAKE) --keep-going checks

CHECKS := check-format check-style check-types check-pyright check-layers
.PHONY: checks $(CHECKS)
checks: $(CHECKS)
check-format: ; ruff format --check --quiet
check-style: ; ruff check --quiet
check-types: ; mypy
check-pyright: ; basedpyright
check-layers: ; lint-imports --no-logo

format: setup ## put the code into shape
	ruff format
	ruff check --fix

lock: setup ## renew the pins of the dependencies in constraints/dev.txt
	uv pip compile --quiet --universal --python-version 3.10 --generate-hashes --no-emit-index-url \
	  --no-emit-find-links --no-header --all-extras --group dev --upgrade pyproject.toml --output-file constraints/dev.txt

audit: setup ## look the pinned dependencies up among known vulnerabilities
	pip-audit --strict --require-hashes --disable-pip --requirement constraints/dev.txt

wheel: setup ## build the wheel into dist/
	python -m hatchling build -t wheel

clean: ## remove what set-up and the tools made here; the user's cache folder stays
	@if [ -d .state ]; then echo "make up is still up: run make down first"; exit 1; fi
	rm -rf .venv .engine dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
