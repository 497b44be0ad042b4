# Two commands matter: `make run` shows what the pipeline makes of the sample, `make test` proves that it works.
.PHONY: help run test integration lint format bench bench-peers lock clean

BIN := .venv/bin

help:
	@echo "make run     run the ingest job on samples/trainticket; results in out/"
	@echo "make test    lint, types, tests and coverage"
	@echo "make integration  real servers, killed thirty times and more: each row comes out once"
	@echo "make bench   measure the path next to its limit and to a plain loop"
	@echo "make bench-peers  the same job on Flink, on Bytewax and on Quix Streams, on servers of its own"
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
	@$(BIN)/python -m pytest -n 2 --dist loadfile -m "not slow" --cov --cov-report= --cov-fail-under=0 --ignore tests/integration
	@$(BIN)/python -m pytest -n 2 --dist loadfile -m slow --ignore tests/integration
	@$(BIN)/python -m pytest --cov --cov-append --cov-report=term tests/integration

integration: .venv/ready
	@CHAOS_KILLS=$${CHAOS_KILLS:-30} $(BIN)/python -m pytest -s tests/integration/chaos

lint: .venv/ready
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

format: .venv/ready
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: .venv/ready
	@$(BIN)/traceo bench --json out/bench.json
	@$(BIN)/traceo bench logs --records 1000000 --json out/bench-logs.json
	@$(BIN)/python -m tests.bench.templates
	@$(BIN)/python -m tests.bench.logsearch --json out/logsearch.json

PEERS_STACK := --state .traceo/peers/stack
bench-peers: .venv/ready
	@$(BIN)/traceo stack up $(PEERS_STACK) --lib .traceo/stack/lib --port-offset 3000 \
		--only kafka,taskmanager,jobserver,workers
	@$(BIN)/python -m tests.bench.peers.compare $(PEERS_STACK); ended=$$?; \
		$(BIN)/traceo stack down $(PEERS_STACK) --purge; exit $$ended

lock: .venv/ready
	@$(BIN)/uv pip compile setup.py --extra dev --generate-hashes --python-version 3.11 --no-header --no-annotate \
		--output-file requirements.lock

clean:
	@rm -rf .venv out *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage
