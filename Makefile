# Short recipes; the work is in scripts/. `make help` explains each target.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-print-directory

BIN := .venv/bin
JOBS ?= 2
SRC ?=
OUT ?=
export SRC OUT

DATA ?=
export DATA
# What `make proof` is to try, such as PROOF="move undo --points 30 --modes kill".
PROOF ?=

.PHONY: help run setup page test cover check lint types fast format bench quality tune proof docs lock notes hooks clean

help: ## say what each target does
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## organize a folder: make run SRC=~/Pictures OUT=~/Organized (without SRC: a small sample)
	@scripts/setup run
	@scripts/run

setup: ## make .venv from the lock files; quick when nothing changed
	@scripts/setup dev

page: setup ## build the review page from frontend/, check its types and run its tests
	$(BIN)/python -m build_tools.page test

test: setup lint types page ## everything CI checks (under 15 minutes on 2 cores)
	@scripts/packages strace chromium
	$(BIN)/pytest -n $(JOBS) -m "not proof" --hypothesis-profile ci

cover: setup ## the tests once more, telling which lines they never reach
	$(BIN)/pytest -n $(JOBS) -m "not proof" --cov --cov-report=term:skip-covered

check: setup lint fast ## the fast part, under a minute: run it before every commit

lint: setup # style, layers, declared dependencies
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports
	$(BIN)/deptry .

types: setup # both type checkers
	$(BIN)/mypy
	$(BIN)/pyright

fast: setup
	$(BIN)/mypy
	$(BIN)/pytest -n $(JOBS) -q -m "not slow and not proof" --hypothesis-profile quick

format: setup ## put the code in the house form
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: setup ## run the programs in benchmarks/ one after another; they print ratios
	@scripts/bench

quality: setup ## measure finding and picking on photos with a known truth: make quality DATA=folder
	@scripts/bench benchmarks/grouping_quality.py benchmarks/originals.py benchmarks/faces.py benchmarks/sharpness.py \
		benchmarks/best_shot.py

tune: setup ## say whether fitted weights would pick better than those set by hand: make tune DATA=folder
	@scripts/bench benchmarks/tune.py

proof: setup ## long fault injection: kill, break and resume at every point (hours are possible)
	@scripts/packages strace postgresql
	@if [ -d ../shared/tools/blackbox ]; then $(BIN)/python -m tests.proof $(PROOF); \
	else echo "proof: ../shared/tools/blackbox is not there, so whole commands are not disturbed here"; fi
	$(BIN)/pytest -m "proof or slow" --hypothesis-profile proof

docs: setup ## write the command and setting pages from the program itself
	$(BIN)/python -m scripts.reference

lock: setup ## choose the newest versions that fit and write requirements/*.txt
	@scripts/lock

notes: setup ## show the news of the next version, made from changes/
	$(BIN)/towncrier build --draft --version next

hooks: setup ## check style, layers and types at every git commit
	$(BIN)/pre-commit install

clean: ## remove what the other targets made (.venv, caches, the sample)
	rm -rf frontend/node_modules src/keepers/web/static
	rm -rf .venv .cache sample sample.catalog sample-organized .pytest_cache .ruff_cache .hypothesis
