# Everything a newcomer needs: `make demo` runs the main job, `make test` runs the tests.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: setup spark demo test check lint types arrows tests bench lock clean

setup: $(READY)  ## the environment from the lock file, and `.venv/bin/wenxiao`

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Wenxiao needs Python 3.11 or newer (this is $$($(PYTHON) --version)); name another with: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@echo "Making the environment in $(VENV) (once; a minute or two) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@$(BIN)/python -m wenxiao.recognition.ahead
	@touch $(READY)

demo: $(READY)  ## the main job on the demo county's export
	@$(BIN)/wenxiao demo

test: tests

check: lint types arrows tests  ## exactly what CI runs

lint: $(READY)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(READY)
	@$(BIN)/mypy

arrows: $(READY)  ## which package may import which
	@$(BIN)/lint-imports

# On SQLite; then, where DATABASE_URL_TEST names a PostgreSQL, what touches a database once more on that.
tests: $(READY)
	@DATABASE_URL_TEST= $(BIN)/pytest -n auto
	@if [ -n "$$DATABASE_URL_TEST" ]; then $(BIN)/pytest -n auto tests/units tests/orders tests/library tests/project tests/web; fi

bench: $(READY)
	@$(BIN)/python -m bench

spark: $(READY)  ## adds what `wenxiao scan --engine spark` needs (400 MB; Java 17 is yours to install)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-spark.lock

lock:  ## refresh the lock files (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --group dev pyproject.toml -o requirements.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --extra spark pyproject.toml -c requirements.lock -o requirements-spark.lock

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .hypothesis
