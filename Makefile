# Two commands on a machine with Python 3.11 and make: `make demo` and `make test`.
PYTHON ?= python3.11
ifeq (, $(shell command -v $(PYTHON)))
PYTHON := python3
endif
BIN := .venv/bin
SCENARIO ?= high-error-rate

.PHONY: help demo demo-weekly demo-monthly demo-incident test check format bench coverage lock schema clean

help: ## what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

demo: .venv ## the guide's daily checklist against a pretend Google Cloud, and its digest as Slack shows it
	@$(BIN)/sagebase-ops demo --scenario $(SCENARIO) --config schedules.yaml

demo-weekly: .venv ## the same for the weekly checklist, with its charts
	@$(BIN)/sagebase-ops demo weekly --scenario busy-week --config schedules.yaml --page var/demo-weekly.html

demo-monthly: .venv ## the same for the monthly checklist, of a service that grew for two months
	@$(BIN)/sagebase-ops demo monthly --scenario growing --config schedules.yaml --page var/demo-monthly.html

demo-incident: .venv ## an outage from its first post over both escalations to its end, an hour in a minute
	@$(BIN)/sagebase-ops demo-incident --config schedules.yaml

# Many tests wait for real processes, so more workers than cores.
test: .venv ## every test; what a machine lacks (gcloud, Chromium) is skipped with the reason
	$(BIN)/pytest -n 4 --dist worksteal

check: .venv ## lint, format, types, the one-way street of imports, the Dockerfile, the lock files, the script of CI
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/hadolint Dockerfile
	bash -n .ci/run
	$(BIN)/python tests/check_locks.py

format: .venv ## mend what ruff can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

schema: .venv ## docs/schedules.schema.json from the checks
	$(BIN)/sagebase-ops schema > docs/schedules.schema.json

coverage: .venv ## docs/coverage.md: which check answers which line of the operations guide
	$(BIN)/sagebase-ops coverage --config schedules.yaml --format markdown > docs/coverage.md

bench: .venv ## the numbers of the README, measured side by side in one run
	$(BIN)/python -m benchmarks

lock: ## both lock files anew; wants uv
	uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 \
		--extra build pyproject.toml -o requirements.lock
	uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 \
		--extra build --extra dev pyproject.toml -o requirements-dev.lock

.venv: requirements-dev.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-dev.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch .venv

clean: ## what was made
	rm -rf .venv build dist .mypy_cache .ruff_cache
