# Every target sets up what it needs: Debian packages, .venv, the pinned Python packages.
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
# Looked up when it is used: the Debian packages may only just have brought it.
PYTHON ?= $(shell packaging/find_python.sh)

.DEFAULT_GOAL := help
.PHONY: run test check accept bench soak help debian-window debian-tests

run: $(INSTALLED) ## Open the window on the demo (in the terminal where there is no display)
	@$(BIN)/pillarbox demo

test: debian-tests $(INSTALLED) ## Run the tests, on as many as four cores
	@$(BIN)/pytest -n auto --maxprocesses 4 --dist worksteal

check: $(INSTALLED) ## Lint, format, types, the direction of imports, and the rules of the house
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python packaging/house_law.py

accept: debian-tests $(INSTALLED) ## Run the long acceptance tests
	@$(BIN)/pytest -m accept tests

bench: debian-tests $(INSTALLED) ## Measure its speed beside bare SQLite's (up to 10 minutes)
	@$(BIN)/pillarbox bench --full --file $(VENV)/bench.pillarbox

soak: debian-tests $(INSTALLED) ## Run the long fault tests: ROUNDS of each kind, SEEDS the first, KINDS part of a name
	@$(BIN)/pytest -m soak tests/faults -p no:cacheprovider

help: ## Say what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

debian-window:
	@packaging/debian_packages.sh window

debian-tests:
	@packaging/debian_packages.sh tests

$(BIN)/python: | debian-window
	@test -n "$(PYTHON)" || { echo "Pillarbox needs Python 3.11 or newer; none was found."; exit 1; }
	@echo "Creating $(VENV) with $(PYTHON)"
	@"$(PYTHON)" -m venv $(VENV)

$(INSTALLED): pyproject.toml packaging/constraints.txt | $(BIN)/python debian-window
	@echo "Installing the Python packages into $(VENV)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check \
		-c packaging/constraints.txt -e '.[dev]'
	@touch $@
