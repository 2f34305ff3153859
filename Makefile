# Storywatch: everything starts here. Needs Python 3.11 or newer and make, nothing else.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin

.PHONY: help demo run test torture check audit format bench clean
help: ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 10

$(VENV)/.ready: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Storywatch needs Python 3.11 or newer: make PYTHON=/path/to/python3.11") if sys.version_info < (3, 11) else None'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@

demo: $(VENV)/.ready ## the main job in about a minute, offline: a recorded storyline through the real daemon
	@$(BIN)/storywatch demo

run: $(VENV)/.ready ## the daemon on storywatch.toml here
	@$(BIN)/storywatch run

test: $(VENV)/.ready ## every test
	@$(BIN)/python -m pytest -n 2

torture: $(VENV)/.ready ## N=300 kills at random moments (some ten minutes): nothing lost, nothing told twice
	@$(BIN)/python -m tests.torture --kills $(or $(N),300)

check: $(VENV)/.ready ## format, lint, types, tests
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/python -m pytest -n 2

audit: $(VENV)/.ready ## known holes in what is installed (asks the network)
	@test -x $(VENV)-audit/bin/pip-audit || { $(PYTHON) -m venv $(VENV)-audit && $(VENV)-audit/bin/pip install --quiet pip-audit; }
	@$(VENV)-audit/bin/pip-audit --strict --skip-editable --path "$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')"

format: $(VENV)/.ready ## let ruff mend what it can
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: $(VENV)/.ready ## the benchmarks, as tables
	@$(BIN)/python -m benchmarks

clean: ## the environment and what runs left behind
	rm -rf $(VENV) $(VENV)-audit demo-run build dist *.egg-info .mypy_cache .ruff_cache
