# make run: install and run the default configuration.   make test: install and run the tests,
# in as many processes as TESTERS says.   make test-fast: those that take no whole run.
PYTHON ?= python3
CORES ?= all
CONFIG ?= config/config.yaml
TESTERS ?= 2
BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest -n $(TESTERS)
# The shell reads the file's name from its environment: it may hold blanks and quotes.
export CONFIG
SNAKEMAKE := $(BIN)/snakemake --cores $(CORES) --logger rnn-geometry --configfile "$$CONFIG"

.PHONY: run test test-fast lint docs site oldest figures install clean

run: install
	$(SNAKEMAKE)

test: install
	$(PYTEST)

test-fast: install
	$(PYTEST) -m "not workflow and not slow"

lint: install
	$(BIN)/ruff check . && $(BIN)/ruff format --check .
	$(BIN)/snakefmt --check Snakefile workflow
	$(BIN)/snakemake --lint
	$(BIN)/lint-imports --no-cache
	$(BIN)/basedpyright

# The library with the lowest versions of what it needs, in an environment of their own.
oldest: .venv-oldest/installed
	PYTHONPATH=workflow .venv-oldest/bin/python -m pytest -n $(TESTERS) \
	    --ignore tests/geometry/test_estimators.py tests/dynamics tests/geometry tests/store
	PYTHONPATH=workflow .venv-oldest/bin/python -m pytest -n $(TESTERS) \
	    -m "not workflow and not slow" tests/tasks tests/config

.venv-oldest/installed: envs/oldest.txt
	$(PYTHON) -m venv .venv-oldest
	.venv-oldest/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	@touch $@

# The columns of all tables and the public functions, from the code.
docs: install
	$(BIN)/python -m rnn_geometry.pages.reference

# The documentation as a site; warnings are errors. Open build/site/index.html.
site: install
	$(BIN)/python -m sphinx -W --keep-going -q -E -a -b html -c docs/site . build/site

# Redraw the figures of results that somebody else computed, without training: their files count
# as up to date. Pages of networks that are kept with the same code, settings and libraries are
# linked, not drawn: they would be the same.
figures: install
	$(SNAKEMAKE) --touch --quiet all
	$(SNAKEMAKE) --forcerun $$($(SNAKEMAKE) --quiet all --list-rules | grep '^plot_')

install: .venv/installed

.venv/installed: requirements.lock pyproject.toml
	@$(PYTHON) -c "import sys; sys.exit('Python 3.11 or newer is needed; this is ' + sys.version.split()[0] if sys.version_info < (3, 11) else 0)"
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

clean:
	rm -rf .venv .venv-oldest .snakemake
