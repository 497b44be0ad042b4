# Two commands matter: `make run` shows what the pipeline makes of the sample, `make test` proves that it works.
.PHONY: help run test lint format bench lock clean

BIN := .venv/bin

help:
	@echo "make run     run the ingest job on samples/trainticket; results in out/"
	@echo "make test    lint, types, tests and coverage"
	@echo "make bench   measure the path next to its limit and to a plain loop"
	@echo "make format  format the code"
	@echo "make lock    resolve the dependencies of setup.py again"
	@echo "make clean   remove the environment and the results"

.venv/ready: requirements.lock setup.py scripts/setup
	@scripts/setup

run: .venv/ready
	@$(BIN)/traceo run ingest --input samples/trainticket --output out \
		--spans samples/trainticket/spans.otlp.jsonl.zst --marks-file samples/trainticket/faults.json

test: .venv/ready lint
	@scripts/chromium
	@scripts/prometheus
	@$(BIN)/python -m pytest --cov --cov-report=term

lint: .venv/ready
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

format: .venv/ready
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: .venv/ready
	@$(BIN)/traceo bench --json out/bench.json

lock: .venv/ready
	@$(BIN)/uv pip compile setup.py --extra dev --generate-hashes --python-version 3.11 --no-header --no-annotate \
		--output-file requirements.lock

clean:
	@rm -rf .venv out *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage
