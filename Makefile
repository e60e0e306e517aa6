# What a person runs. Everything happens inside this folder; `make help` says what there is.
.POSIX:
.SUFFIXES:
.PHONY: help demo test laws rollouts chaos nights lint format bench record-batfish fleet netbox clean

WORKERS = 2
PYTEST_ARGS =
LAWS = 10
RUNS = 5000
BATFISH = 127.0.0.1:9996
ANSWERS = examples/batfish/thai-nguyen.jsonl.gz
PORT = 22000
FLEET = fleet
NETBOX = netbox
NETBOX_PORT = 21000
LOAD =

help:
	@echo 'make demo   prove the example province (examples/thai-nguyen), with recorded answers of Batfish'
	@echo 'make test   run the tests'
	@echo 'make laws   try ten times as many examples of every property (LAWS=N: N times), and all that takes long'
	@echo 'make rollouts  judge every state of 10,000 small roll-outs, line by line (several hours)'
	@echo 'make chaos     let 5,000 roll-outs on made-up devices go wrong at their boundaries, and go on or back (RUNS=N: N)'
	@echo 'make nights    carry the five everyday changes of the example province out, from files to confirmed (long)'
	@echo 'make lint   check style, types and the direction of imports, and count modules, functions and floors'
	@echo 'make format lay out the code'
	@echo 'make bench  measure'
	@echo 'make record-batfish  ask a Batfish server (BATFISH=HOST:PORT) about all golden cases and snippets anew'
	@echo 'make fleet  serve the example province as made-up devices on loopback, from PORT=22000 on, until Ctrl-C'
	@echo 'make netbox start a NetBox on loopback, NETBOX_PORT=21000, empty or filled by a command (LOAD=...), until Ctrl-C'
	@echo 'make clean  remove the environments and caches'
	@echo 'PYTHON=/path/to/python chooses the Python (3.11 to 3.13).'

demo:
	@sh scripts/env.sh base
	@PYTHONUTF8=1 .venv/bin/truc verify -w examples/thai-nguyen --replay $(ANSWERS)

test:
	@sh scripts/env.sh test
	@PYTHONUTF8=1 .venv-test/bin/python -m pytest -q -n $(WORKERS) --dist worksteal $(PYTEST_ARGS)

laws:
	@sh scripts/env.sh test
	@PYTHONUTF8=1 TRUC_LAWS=$(LAWS) .venv-test/bin/python -m pytest -q -n $(WORKERS) --dist worksteal -m "property or slow or long" $(PYTEST_ARGS)

chaos:
	@sh scripts/env.sh test
	@PYTHONUTF8=1 .venv-test/bin/python -m tests.chaos $(RUNS)
	@PYTHONUTF8=1 .venv-test/bin/python -m tests.chaos_ssh 10

nights:
	@sh scripts/env.sh test
	@PYTHONUTF8=1 .venv-test/bin/python -m bench.nights

rollouts:
	@sh scripts/env.sh test
	@PYTHONUTF8=1 TRUC_LAWS=25 .venv-test/bin/python -m pytest -q -n $(WORKERS) --dist worksteal tests/test_laws_rollouts.py tests/test_controller_province_plans.py $(PYTEST_ARGS)

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

fleet:
	@sh scripts/env.sh test
	@PYTHONUTF8=1 .venv-test/bin/python -m tests.fleet examples/thai-nguyen $(FLEET) $(PORT)

netbox:
	@sh scripts/env.sh test
	@sh scripts/env.sh netbox
	@PYTHONUTF8=1 .venv-test/bin/python -m tests.netbox $(NETBOX) $(NETBOX_PORT) --load $(LOAD)

clean:
	@rm -rf .coverage .coverage.* .venv .venv-test .venv-netbox .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist build fleet netbox
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
