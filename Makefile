# Each target sets up its own virtual environment and works from any state of the clone.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DOSSIER ?= kuala-lumpur-2025
OUT ?= briefing/$(DOSSIER)

.PHONY: brief test golden golden-accept lint types contracts check clean

brief: $(VENV)/.run
	$(BIN)/detente brief $(DOSSIER) --out $(OUT)

test: $(VENV)/.dev
	$(BIN)/python -m pytest -n 2 --dist loadfile

# What moved in any output since it was last accepted; `make golden-accept` accepts it.
golden: $(VENV)/.dev
	$(BIN)/python tests/golden/keep.py

golden-accept: $(VENV)/.dev
	$(BIN)/python tests/golden/keep.py --accept

check: lint types contracts test

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.dev
	$(BIN)/mypy

contracts: $(VENV)/.dev
	$(BIN)/lint-imports

# Some systems ship python3 without ensurepip; virtualenv from the package index does the same there.
$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "detente needs Python 3.11 or newer")'
	rm -rf $(VENV)
	$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); $(PYTHON) -m pip install --user virtualenv && $(PYTHON) -m virtualenv $(VENV); }

$(VENV)/.run: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	touch $@

$(VENV)/.dev: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $@ $(VENV)/.run

clean:
	rm -rf $(VENV) briefing dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis
