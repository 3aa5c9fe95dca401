# `make help` lists what there is. Everything is kept in .venv (programs) and var (data); DATA_DIR moves the data.
# Any variable of the README's configuration table can be given on the command line: make run PORT=8001

PYTHON ?= $(firstword $(foreach p,python3 python3.13 python3.12 python3.11,$(shell $(p) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $(p))))
VENV := .venv
BIN := $(VENV)/bin
MANAGE := $(BIN)/python manage.py
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes
UV_COMPILE := $(BIN)/uv pip compile --universal --generate-hashes --no-header --no-emit-index-url --no-emit-find-links --quiet

TEMPLATES = $(shell find templates -name "*.html")

.DEFAULT_GOAL := help
.PHONY: help run dev test chaos bench shots lint format lock clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/.runtime ## set everything up and serve the site as in production; Ctrl-C stops it
	@exec $(MANAGE) serve

dev: $(VENV)/.dev ## the same site with DEBUG on, reloading when a file changes
	@DEBUG=yes $(MANAGE) prepare
	@DEBUG=yes exec $(MANAGE) runserver $${BIND:-127.0.0.1}:$${PORT:-8000}

test: $(VENV)/.dev ## the whole test suite on SQLite; ARGS="-k contact" narrows it
	@$(BIN)/python -m pytest --numprocesses=auto --dist=loadfile $(ARGS)

chaos: $(VENV)/.dev ## send requests while the site's processes are killed, and count what is lost: nothing
	@$(BIN)/python -m tests.chaos

bench: $(VENV)/.dev ## the site beside its own limits, a table and the goals; ARGS="reading writing" measures parts
	@$(BIN)/python -m tests.bench $(ARGS)

shots: $(VENV)/.dev ## a picture and a PDF of every page, phone and desk, light and dark, in var/shots
	@$(BIN)/python -m tests.shots

lint: $(VENV)/.dev ## style, templates, types and forgotten migrations
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .
	@$(BIN)/djade --check --target-version 5.2 $(TEMPLATES)
	@$(BIN)/python -m mypy
	@DJANGO_SETTINGS_MODULE=tests.settings $(MANAGE) makemigrations --check --dry-run

format: $(VENV)/.dev ## rewrite code and templates in the house format
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format .
	@$(BIN)/djade --target-version 5.2 $(TEMPLATES) || true

lock: $(VENV)/.dev ## choose package versions anew from pyproject.toml and write the hash-locked lists
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@$(UV_COMPILE) --upgrade pyproject.toml -o requirements.txt
	@$(UV_COMPILE) --upgrade pyproject.toml --extra servers -c requirements.txt -o requirements-servers.txt
	@$(UV_COMPILE) --upgrade pyproject.toml --extra servers --group dev -c requirements.txt -o requirements-dev.txt

clean: ## remove the programs and caches, never the data in var
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed and was not found. Install it, or name it: make run PYTHON=/path/to/python3"; exit 1; }
	@echo "Making $(VENV) with $$($(PYTHON) --version)"
	@rm -rf $(VENV); $(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "That Python cannot make a virtual environment. On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }

$(VENV)/.runtime: requirements.txt | $(BIN)/python
	@echo "Installing the packages the site runs on"
	@$(PIP) -r requirements.txt
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.runtime | $(BIN)/python
	@echo "Installing the packages the tests run on"
	@$(PIP) -r requirements-dev.txt
	@touch $@
