# Two commands on a fresh machine: `make demo` and `make test`.  Both need python3 (with venv and pip), nothing else.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
DEMO_READY = $(VENV)/.demo-ready
TEST_READY = $(VENV)/.test-ready

.PHONY: demo test check bench docs clean

$(DEMO_READY): pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --editable ".[demo]"
	touch $@

$(TEST_READY): pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --editable ".[demo,dev,heic,data,train]"
	touch $@

demo: $(DEMO_READY)   ## scan marked, signed, broken and ordinary media; prints the path of the HTML report
	$(BIN)/python examples/demo.py

test: $(TEST_READY)   ## every test, on every processor
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile

check: $(TEST_READY)  ## format, lint, types
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy

bench: $(TEST_READY)  ## measured numbers; minutes
	$(BIN)/python benchmarks/scan.py

docs: $(TEST_READY)   ## regenerate the JSON Schemas that the documentation refers to
	$(BIN)/fakeprint schema --out docs/schemas

clean:
	rm -rf $(VENV) demo build
