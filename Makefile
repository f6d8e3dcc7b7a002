# AssumeRole Lab. `make lab` proves the classic lab with no AWS account; `make test` runs the tests.
PYTHON ?= python3
BIN := .venv/bin
PACKAGES := labkit lab_stacks iam_engine local_aws
SOURCES := $(PACKAGES) scripts tests app.py

.PHONY: setup lab labs test mutants lint interruptions weather bench oracle others pins clean

lab: .venv/ready
	@$(BIN)/lab run james-s3

labs: .venv/ready
	@$(BIN)/lab run

setup: .venv/ready

# Compiled first, as set-up does with the libraries: where .pyc files are forbidden, each of the many processes would.
test: .venv/ready-dev lint
	@$(BIN)/python -m compileall -q $(PACKAGES) tests
	@$(BIN)/python -m pytest

# Breaks every lab on purpose; each mutant must be called broken. MUTANTS=--help tells what can be chosen.
mutants: .venv/ready-dev
	@$(BIN)/python -m tests.mutants $(MUTANTS)

lint: .venv/ready-dev
	@$(BIN)/ruff check $(SOURCES)
	@$(BIN)/ruff format --check $(SOURCES)
	@$(BIN)/mypy

# Strikes `lab up` and `lab down` after every single API call. Takes long.
interruptions: .venv/ready-dev
	@$(BIN)/python -m tests.faults.interruptions

# Verifies the James lab 200 times while changes spread, requests are throttled and fail, and STS goes away.
weather: .venv/ready-dev
	@$(BIN)/python -m tests.faults.weather

# PARTS="table load" for some of it only. moto, which is measured beside the embedded AWS, gets an environment of its own.
bench: .venv/ready-dev .bench/moto/ready
	@$(BIN)/python -m tests.bench $(PARTS)

.bench/moto/ready: requirements-bench.txt .venv/ready-dev
	@$(BIN)/uv venv --quiet --clear --python $(BIN)/python .bench/moto
	@$(BIN)/uv pip install --quiet --python .bench/moto/bin/python --requirement requirements-bench.txt
	@touch $@

# Runs programs that others wrote, from checkouts that are named: make others EXAMPLES=aws-doc-sdk-examples BOTOCORE=botocore
others: .venv/ready-dev
	@$(BIN)/python -m tests.others $(if $(EXAMPLES),--examples $(EXAMPLES)) $(if $(BOTOCORE),--botocore $(BOTOCORE))

# Compares iam_engine with an independent evaluator on random questions; development only (see tests/oracle).
oracle: .venv/ready-dev .oracle/ready
	@$(BIN)/python -m tests.oracle

.oracle/ready: tests/oracle/package.json tests/oracle/package-lock.json .venv/ready-dev
	@mkdir -p .oracle && cp tests/oracle/package.json tests/oracle/package-lock.json .oracle
	@cd .oracle && $(CURDIR)/$(BIN)/npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

# Exact pins from the short .in files; look at what changed before you commit it.
pins: .venv/ready
	@for set in requirements requirements-dev requirements-bench; do \
	  $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 \
	    --custom-compile-command 'make pins' $$set.in --output-file $$set.txt; done

clean:
	@if [ -x $(BIN)/lab ]; then $(BIN)/lab local stop --quiet; fi
	@rm -rf .venv node_modules .lab .bench .oracle cdk.out .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

SET_UP := @command -v $(PYTHON) >/dev/null || { echo "set-up: no $(PYTHON) here; install Python 3.11 or newer" >&2; exit 2; }; \
	$(PYTHON) scripts/set_up.py

.venv/ready: requirements.txt package.json package-lock.json scripts/set_up.py
	$(SET_UP)

.venv/ready-dev: .venv/ready requirements-dev.txt
	$(SET_UP) --dev
