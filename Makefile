# Chabao 查保. Every target does its own set-up; `make help` lists them.
STAGE ?= prod
OUT ?= build/package
PYTHON := .venv/bin/python
SETUP := @sh infra/setup/start

.DEFAULT_GOAL := help
.PHONY: help run test soak bench package layer site templates files staff lint format lock

help: ## Shows this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' Makefile

run: ## Starts the whole system with demonstration data (PORT=8000)
	$(SETUP) run
	@exec $(PYTHON) -m infra.local </dev/null

test: ## Lint, types and every test suite, the browser's included
	$(SETUP) test
	@exec $(PYTHON) -m infra.setup.suites </dev/null

soak: ## The long runs at full volume (TESTS=tests/reference for some of them)
	$(SETUP) test
	@exec $(PYTHON) -m pytest -m soak $(TESTS) </dev/null

bench: ## The benchmarks: a table and bench/results.json
	$(SETUP) test
	@exec $(PYTHON) -m bench </dev/null

package: ## Template and archive, offline from AWS (STAGE=prod, OUT=build/package)
	$(SETUP) package
	@exec $(PYTHON) -m infra.packaging --stage $(STAGE) $(OUT) </dev/null

layer: ## The layer of render_document: native libraries and fonts (OUT=build/package)
	$(SETUP) run
	@exec $(PYTHON) -m infra.layers $(OUT) </dev/null

site: ## The public pages for a deployment (API=, the address of its API; OUT=build/site)
	$(SETUP) run
	@exec $(PYTHON) -m infra.site $(OUT) $(API) </dev/null

files: ## Files of an invented core system for a first try (OUT=build/files COUNT=20)
	$(SETUP) run
	@exec $(PYTHON) -m infra.generator --seed 1 --count $(or $(COUNT),20) --out $(OUT) </dev/null

templates: ## Writes the templates of files to fill in (BUCKET=, the documents bucket)
	$(SETUP) run
	@exec $(PYTHON) -m infra.templates $(BUCKET) </dev/null

staff: ## Lets the first two administrators of a stack in (STACK=, SUBJECTS=, two subjects of tokens)
	$(SETUP) package
	@exec $(PYTHON) -m infra.within $(STACK) infra.first_staff $(SUBJECTS) </dev/null

lint: ## Lint, format and types only
	$(SETUP) package
	@exec $(PYTHON) -m infra.setup.suites lint format types </dev/null

format: ## Formats the code
	$(SETUP) package
	@$(PYTHON) -m ruff check --fix .
	@$(PYTHON) -m ruff format .

lock: ## Pins the dependencies anew, with hashes and without addresses
	$(SETUP) package
	@exec $(PYTHON) -m infra.setup.lock
