# The verbs of this repository. `make` alone lists them.
#
#   make lab PYTHON=python3.12          with a Python other than python3
#   make test ARGS="-k scheduler"       with more arguments for the program behind the verb

PYTHON ?= python3
ARGS ?=
# How much chaos.
HISTORIES ?= 1000
REQUESTS ?= 10000
RUN := .venv/bin/python
# What also runs on three real Docker Engines.
ON_REAL = notebooks $(wildcard tests/real tests/hosts/real tests/conformance tests/transcripts tests/lessons/on_labs)
# Browsers, terminals and live time make one wait: more processes than many machines have cores. Modules, and the cells
# of one notebook, stay together; what takes long begins first (conftest.py).
PARALLEL := --numprocesses 4 --dist loadscope --no-loadscope-reorder
# Stories of their own, one after the other wherever a core is free.
PARALLEL_EACH := --numprocesses auto --maxprocesses 4 --dist worksteal
# Labs of real engines wait about as long as they work: six at once keep two cores busy.
PARALLEL_REAL := --numprocesses 6 --dist loadscope --no-loadscope-reorder

.DEFAULT_GOAL := help
.PHONY: help env-lab env-test lab test check fix api-coverage notebooks chaos real bench newcomer clean

help:  ## this list
	@echo "make lab is where to begin. All verbs:"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

env-lab env-test: env-%:
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 or newer is needed; $(PYTHON) was not found." >&2; exit 1; }
	@$(PYTHON) tools/bootstrap.py $*

lab: env-lab  ## open JupyterLab on the first lesson
	@$(RUN) -m swarmlab lab $(ARGS)

test: env-test  ## run every test, the notebooks too; what needs Docker or a browser is skipped without them
	@$(RUN) -m pytest --nbval $(PARALLEL) $(ARGS)

check: env-test  ## lint, types, layers, spelling, and whether everything generated is current
	@.venv/bin/ruff check
	@.venv/bin/ruff format --check
	@.venv/bin/mypy
	@.venv/bin/lint-imports --no-logo
	@.venv/bin/codespell
	@$(RUN) tools/coverage_table.py --check
	@$(RUN) tools/api_coverage.py --check
	@$(RUN) tools/conformance_table.py --check
	@$(RUN) tools/browser_table.py --check
	@$(RUN) tools/exercise_table.py --check
	@$(RUN) tools/engine_tables.py --check

fix: env-test  ## mend what `make check` can mend: lint, format, everything generated
	@.venv/bin/ruff check --fix --exit-zero --quiet
	@.venv/bin/ruff format
	@$(RUN) tools/coverage_table.py
	@$(RUN) tools/conformance_table.py
	@$(RUN) tools/browser_table.py
	@$(RUN) tools/exercise_table.py
	@$(RUN) tools/engine_tables.py

api-coverage: env-test  ## run the tests that ask the API, and write docs/api-coverage.md anew
	@$(RUN) tools/api_coverage.py

notebooks: env-test  ## execute the lessons anew, in place, on the embedded lab (ARGS=--hosts: lesson 17, on hosts)
	@$(RUN) tools/execute_notebooks.py $(ARGS)

chaos: env-test  ## play a thousand histories of faults, and ten thousand requests that nobody should send
	@SWARMLAB_CHAOS=$(HISTORIES) SWARMLAB_FUZZ=$(REQUESTS) $(RUN) -m pytest $(PARALLEL_EACH) tests/invariants tests/fuzz tests/server/test_hostile.py $(ARGS)

real: env-test  ## run the lessons, transcripts, conformance tests and faults on three real Docker Engines
	@SWARMLAB_BACKEND=dind SWARMLAB_REQUIRE=real,$(SWARMLAB_REQUIRE) $(RUN) -m pytest $(PARALLEL_REAL) --nbval-lax $(ON_REAL) $(ARGS)

bench: env-test  ## measure everything that benchmarks/ has, in one table; ARGS=--write keeps it with its date
	@$(RUN) benchmarks/all.py $(ARGS)

newcomer: env-test  ## do what the README says, as a new user would: in fresh clones, with pip, with pipx
	@$(RUN) -m pytest -m newcomer -rP tests/commands_of_the_readme $(ARGS)

clean:  ## remove the virtual environment and everything that was made
	rm -rf .venv build dist artifacts *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
