# Each target sets up its own virtual environment and works from any state of the clone.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DOSSIER ?= january-2027
OUT ?= briefing/$(DOSSIER)
UV := .venv-lock/bin/uv

# Every release that is installed here, build tools included, is the one in constraints.txt. A newer release changes nothing
# before `make lock` and a look at `make check`. (pip reads the second name for build tools since 25.3.)
LOCK := constraints.txt
export PIP_CONSTRAINT := $(LOCK)
export PIP_BUILD_CONSTRAINT := $(LOCK)
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Where a machine forbids to keep bytecode, each of the hundreds of processes that the tests start compiles the package anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: brief page docs sbom test golden golden-accept golden-elsewhere schemas lint types contracts check messages lock newest lowest coverage mutants clean

brief: $(VENV)/.run
	$(BIN)/detente brief $(DOSSIER) --out $(OUT)

page: $(VENV)/.page
	$(BIN)/detente serve --open

test: $(VENV)/.dev
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

# The documentation as a site, in site/.
docs: $(VENV)/.docs
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet

# What a wheel brings along: a list of parts (CycloneDX) and of their licences, in dist/.
sbom: $(VENV)/.run $(UV)
	mkdir -p dist
	.venv-lock/bin/python -m pip install --quiet cyclonedx-bom pip-licenses
	.venv-lock/bin/cyclonedx-py environment $(BIN)/python --pyproject pyproject.toml --output-reproducible --of JSON -o dist/detente.cdx.json
	.venv-lock/bin/pip-licenses --python $(BIN)/python --from mixed --format markdown --output-file dist/licences.md

# What moved in any output since it was last accepted; `make golden-accept` accepts it.
golden: $(VENV)/.dev
	$(BIN)/python tests/golden/keep.py

golden-accept: $(VENV)/.dev
	$(BIN)/python tests/golden/keep.py --accept

# The same with the arithmetic of another processor (no AVX, no fused products): words that move hang on last digits.
golden-elsewhere: $(VENV)/.dev
	DETENTE_CACHE=$$(mktemp -d) OPENBLAS_CORETYPE=Prescott NUMBA_CPU_NAME=core2 $(BIN)/python tests/golden/keep.py

# The schemas of what --json prints, made of today's answers: new keys go into the schema there is, what is missed makes a new version.
schemas: $(VENV)/.dev
	$(BIN)/python tests/golden/schemas.py --write

check: lint types contracts test

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.dev
	$(BIN)/mypy

contracts: $(VENV)/.dev
	$(BIN)/lint-imports

# Every text of the program, for a translator: docs/translating.md.
messages: $(VENV)/.run
	$(BIN)/python -m detente.words.messages messages.pot

# Some systems ship python3 without ensurepip; virtualenv from the package index does the same there.
$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "detente needs Python 3.11 or newer")'
	rm -rf $(VENV)
	$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); $(PYTHON) -m pip install --user virtualenv && $(PYTHON) -m virtualenv $(VENV); }

$(VENV)/.run: pyproject.toml $(LOCK) | $(BIN)/python
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

$(VENV)/.page: pyproject.toml $(LOCK) | $(BIN)/python
	$(BIN)/python -m pip install --quiet --editable '.[serve]'
	touch $@

$(VENV)/.docs: pyproject.toml $(LOCK) | $(BIN)/python
	$(BIN)/python -m pip install --quiet --editable '.[docs]'
	touch $@

$(VENV)/.dev: pyproject.toml $(LOCK) | $(BIN)/python
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	touch $@ $(VENV)/.run $(VENV)/.page

# The newest releases for Python 3.11 and later, with markers where they differ; the three names are what builds and installs us.
lock: $(UV)
	printf '%s\n' editables hatchling virtualenv | $(UV) pip compile --quiet --upgrade --universal --python-version 3.11 \
	  --all-extras --no-annotate --custom-compile-command 'make lock' --output-file $(LOCK) pyproject.toml -

# The tests at releases other than the locked ones, each time in a fresh environment: the newest there are, and the oldest that
# pyproject.toml allows. Not part of `make check`.
newest: $(UV)
	$(UV) venv --quiet --clear --python $(PYTHON) .venv-newest
	$(UV) pip install --quiet --upgrade --python .venv-newest --editable '.[dev]'
	.venv-newest/bin/python -m pytest $(TESTS)

lowest: $(UV)
	$(UV) venv --quiet --clear --python $(PYTHON) .venv-lowest
	$(UV) pip install --quiet --resolution lowest-direct --python .venv-lowest --editable '.[dev]'
	.venv-lowest/bin/python -m pytest $(or $(TESTS),$(CORE))

# Which lines the tests run, room by room, and what changes of the code they would not notice (a sample; hours of one core where
# SAMPLE is large). Slow, so not part of `make check`; the figures stand in CONTRIBUTING.md. Python 3.12 measures at full speed.
coverage: .venv-coverage/.made
	-COVERAGE_CORE=sysmon .venv-coverage/bin/coverage run -m pytest $(TESTS)
	.venv-coverage/bin/coverage combine
	.venv-coverage/bin/python packaging/covered.py

ROOMS ?= equilibrium policy talks
SAMPLE ?= 30
SEED ?= 19

mutants: .venv-coverage/.made
	.venv-coverage/bin/python packaging/mutants.py --rooms $(ROOMS) --sample $(SAMPLE) --seed $(SEED)

.venv-coverage/.made: pyproject.toml $(LOCK) $(UV)
	$(UV) venv --quiet --clear --python $(PYTHON) .venv-coverage
	$(UV) pip install --quiet --constraint $(LOCK) --python .venv-coverage --editable '.[dev]' coverage cosmic-ray
	touch $@

CORE := $(addprefix tests/,policy equilibrium strategy talks outlook briefing cli)

$(UV): | $(BIN)/python
	$(BIN)/python -m venv .venv-lock || $(BIN)/python -m virtualenv .venv-lock
	PIP_CONSTRAINT= .venv-lock/bin/python -m pip install --quiet uv

clean:
	rm -rf $(VENV) site .cache .mutants .coverage* messages.pot .venv-* briefing dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis
