# The verbs of this repository. `make` alone lists them.
PYTHON ?= python3
RUN := .venv/bin/python
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help env lab test

help:  ## list these verbs
	@grep -E '^[a-z]+:.*##' Makefile | sed -E 's/^([a-z]+):[^#]*## */  make \1\t/' | expand -t 18

env:
	@test -x $(RUN) || $(PYTHON) -m venv .venv
	@test .venv/ok -nt pyproject.toml || { $(RUN) -m pip install -q -e '.[test]' && touch .venv/ok; }

test: env  ## run all tests
	@$(RUN) -m pytest $(ARGS)
