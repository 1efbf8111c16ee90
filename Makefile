# Everything a person needs, with nothing but Python 3.11+ and reachable packages.
# `make` alone says what there is. Each target sets up what it needs; a second run starts in seconds.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready

PORT = 8501
DAGSTER_PORT = 3000

export DAGSTER_DISABLE_TELEMETRY = 1
export DO_NOT_TRACK = 1
# Without bytecode each process compiles all it imports anew: ten seconds of processor for the app or the pipelines.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help up test test-long lint bench clean lock browser

help:
	@echo "make up         set everything up and run: demo practice, warehouse, app on :8501, Dagster on :3000"
	@echo "                (other ports: make up PORT=8502 DAGSTER_PORT=3001)"
	@echo "make test       set everything up and run the whole test suite, the browser tests included"
	@echo "make test-long  the long tests: racing bookers, kill -9, thousands of random steps"
	@echo "make lint       style, types, and the contract between the rooms"
	@echo "make bench      measure speed (daybook bench)"
	@echo "make lock       resolve the dependencies anew into requirements.lock"
	@echo "make clean      remove the environment, caches and the demo practice in .daybook"

$(READY): requirements.lock pyproject.toml
	@echo "→ Python environment in $(VENV) (once; a minute or two)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -c 'import uv' 2>/dev/null || $(BIN)/python -m pip install -qq --disable-pip-version-check \
		"uv==$$(sed -n 's/^uv==\([0-9.]*\).*/\1/p' requirements.lock)"
	@$(BIN)/python -m uv pip sync --quiet --python $(BIN)/python --require-hashes requirements.lock
	@$(BIN)/python -m uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $(READY)

up: $(READY)
	@$(BIN)/daybook up --demo-if-empty small --port $(PORT) --dagster-port $(DAGSTER_PORT)

browser:
	@command -v "$${CHROMIUM:-chromium}" >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 \
		|| command -v google-chrome >/dev/null 2>&1 \
		|| (echo "→ Chromium, for the browser tests"; \
			(apt-get update -qq && apt-get install -y -qq chromium) >/dev/null 2>&1 \
			|| $(BIN)/python -m playwright install chromium >/dev/null 2>&1 \
			|| echo "No browser could be installed: install the package chromium, or set CHROMIUM.")

test: $(READY) lint browser
	@echo "→ tests"
	@$(BIN)/python -m pytest -m "not long and not browser" -n 2 --dist loadfile -q
	@$(BIN)/python -m pytest -m "browser and not long" -n 2 --dist loadfile -q

test-long: $(READY) browser
	@$(BIN)/python -m pytest -m long -q

lint: $(READY)
	@echo "→ style, types, rooms"
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache > /tmp/daybook-imports.$$$$ 2>&1 || { cat /tmp/daybook-imports.$$$$; exit 1; }; rm -f /tmp/daybook-imports.$$$$

bench: $(READY)
	@$(BIN)/daybook bench all

lock:
	@$(BIN)/python -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-emit-find-links --group dev pyproject.toml -o requirements.lock

clean:
	@if [ -f .daybook/record.duckdb ] && [ ! -d .daybook/truth ]; then \
		echo "→ .daybook holds a practice of your own: it stays. Remove it yourself if you mean it."; \
	else rm -rf .daybook; fi
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
