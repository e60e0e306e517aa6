# What a person runs. Everything happens inside this folder; `make help` says what there is.
.POSIX:
.SUFFIXES:
.PHONY: help demo test laws lint format bench record-batfish clean

WORKERS = 2
PYTEST_ARGS =
LAWS = 10
BATFISH = 127.0.0.1:9996
ANSWERS = examples/batfish/thai-nguyen.jsonl.gz

help:
	@echo 'make demo   prove the example province (examples/thai-nguyen), with recorded answers of Batfish'
	@echo 'make test   run the tests'
	@echo 'make laws   try ten times as many examples of every property (LAWS=N: N times)'
	@echo 'make lint   check style, types and the direction of imports, and count modules, functions and floors'
	@echo 'make format lay out the code'
	@echo 'make bench  measure'
	@echo 'make record-batfish  ask a Batfish server (BATFISH=HOST:PORT) about all golden cases and snippets anew'
	@echo 'make clean  remove the environments and caches'
	@echo 'PYTHON=/path/to/python chooses the Python (3.11 to 3.13).'

demo:
	@sh scripts/env.sh base
	@PYTHONUTF8=1 .venv/bin/truc verify -w examples/thai-nguyen --replay $(ANSWERS)

test:
	@sh scripts/env.sh test
	@PYTHONUTF8=1 .venv-test/bin/python -m pytest -q -n $(WORKERS) $(PYTEST_ARGS)

laws:
	@sh scripts/env.sh test
	@PYTHONUTF8=1 TRUC_LAWS=$(LAWS) .venv-test/bin/python -m pytest -q -n $(WORKERS) -m property $(PYTEST_ARGS)

lint:
	@sh scripts/env.sh test
	@.venv-test/bin/ruff check .
	@.venv-test/bin/ruff format --check .
	@.venv-test/bin/mypy
	@PYTHONUTF8=1 .venv-test/bin/lint-imports
	@PYTHONUTF8=1 .venv-test/bin/python -m scripts.house

format:
	@sh scripts/env.sh test
	@.venv-test/bin/ruff check --fix-only .
	@.venv-test/bin/ruff format .

bench:
	@sh scripts/env.sh test
	@PYTHONUTF8=1 .venv-test/bin/python -m bench.bench_stages

record-batfish:
	@sh scripts/env.sh test
	@PYTHONUTF8=1 .venv-test/bin/python -m tests.record_batfish $(BATFISH)
	@PYTHONUTF8=1 .venv-test/bin/truc verify -w examples/thai-nguyen --batfish $(BATFISH) --record $(ANSWERS)

clean:
	@rm -rf .coverage .coverage.* .venv .venv-test .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist build
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
