# make run: install and run the default configuration.   make test: install and run the tests.
PYTHON ?= python3
CORES ?= all
CONFIG ?= config/config.yaml
BIN := .venv/bin
SNAKEMAKE := $(BIN)/snakemake --cores $(CORES) --configfile '$(CONFIG)'

.PHONY: run test lint figures install clean

run: install
	$(SNAKEMAKE)
	@$(BIN)/python -c "import os, sys, yaml; read = lambda path: yaml.safe_load(open(path)); results = {**read('config/config.yaml'), **read(sys.argv[1])}['results']; print('Start page: ' + os.path.abspath(results) + '/index.html')" '$(CONFIG)'

test: install
	$(BIN)/python -m pytest

lint: install
	$(BIN)/ruff check . && $(BIN)/ruff format --check .
	$(BIN)/snakefmt --check Snakefile workflow
	$(BIN)/snakemake --lint

# Redraw tables and figures of results that somebody else computed, without training: their files count as up to date.
figures: install
	$(SNAKEMAKE) --touch --quiet all
	$(SNAKEMAKE) --forcerun plot_network plot_task plot_gallery plot_overview plot_headline plot_sweeps

install: .venv/installed

.venv/installed: requirements.lock pyproject.toml
	@$(PYTHON) -c "import sys; sys.exit('Python 3.11 or newer is needed; this is ' + sys.version.split()[0] if sys.version_info < (3, 11) else 0)"
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

clean:
	rm -rf .venv .snakemake
