# Everything that is done often. `make` alone lists the targets.

PYTHON = python3
PORT = 8000
DATA = $(or $(BROADSHEET_TEST_DATA),../shared/data)
COLLECTION =
WORKERS = 2
ARTICLES =
QUERIES =
OUT = build/bench
SIZES = 10000,100000,1000000
PARTS = indexing,search,memory,size,commit,reading
SOAK_S = 3600
SECONDS = 20
MINUTES = 30
SERVICES = broadsheet,opensearch,datasette

VENV = .venv
BIN = $(VENV)/bin
READY = $(VENV)/.ready
READY_DEV = $(VENV)/.ready-dev
READY_BENCH = $(VENV)/.ready-bench
SCORING = build/scoring
READY_SCORING = $(SCORING)/.ready
DATASETTE = build/datasette
READY_DATASETTE = $(DATASETTE)/.ready
PIP = $(BIN)/python -m pip --disable-pip-version-check --quiet
COMPILE = $(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --fork-strategy fewest --generate-hashes \
	--no-header --no-annotate --no-emit-index-url --no-emit-find-links --quiet

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev demo test test-cluster test-slow test-faults test-whoosh chromium opensearch wrk lint eval bench bench-http soak screenshots lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile
	@echo "  variables: PYTHON=$(PYTHON) (makes $(VENV)), PORT=$(PORT), DATA=$(DATA), COLLECTION=path"

setup: $(READY) ## make .venv with .venv/bin/broadsheet, from the lock file

setup-dev: $(READY_DEV) ## the same with what tests and checks need

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null || { \
		echo "There is no $(PYTHON). Broadsheet needs Python 3.11 or later; choose one with: make setup PYTHON=/path/to/python3" >&2; \
		exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Broadsheet needs Python 3.11 or later, and $(PYTHON) is `$(PYTHON) --version 2>&1`;" \
			"choose another with: make setup PYTHON=/path/to/python3" >&2; \
		exit 1; }
	@$(PYTHON) -m venv --clear $(VENV) || { \
		rm -rf $(VENV); \
		echo "$(PYTHON) could not make $(VENV). On Debian and Ubuntu: apt-get install python3-venv" >&2; \
		exit 1; }

$(READY): requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing into $(VENV) ..."
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --no-index --editable .
	@$(BIN)/python -m searchapp.warming
	@touch $@

# The dev lock holds the same versions as the other one, and more.
$(READY_DEV): requirements-dev.lock $(READY)
	@echo "Installing what tests and checks need ..."
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@

# The bench lock holds the same versions as the first one, and more.
$(READY_BENCH): requirements-bench.lock $(READY)
	@echo "Installing what is measured beside Broadsheet ..."
	@$(PIP) install --require-hashes -r requirements-bench.lock
	@touch $@

# In an environment of its own: it brings scipy, beside which NLTK takes twice as long to import.
$(READY_SCORING): requirements-scoring.lock | $(BIN)/python
	@echo "Installing what rankings are scored with ..."
	@$(PYTHON) -m venv --clear $(SCORING)
	@$(SCORING)/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes -r requirements-scoring.lock
	@touch $@

# In an environment of its own: it brings a web framework and a server.
$(READY_DATASETTE): requirements-datasette.lock | $(BIN)/python
	@echo "Installing Datasette ..."
	@$(PYTHON) -m venv --clear $(DATASETTE)
	@$(DATASETTE)/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes -r requirements-datasette.lock
	@touch $@

demo: setup ## index the sample articles and serve them at http://127.0.0.1:PORT
	$(BIN)/broadsheet index index_data/samples --index-dir index_data/demo
	@exec $(BIN)/broadsheet serve --index-dir index_data/demo --host 127.0.0.1 --port $(PORT)

test: setup-dev chromium opensearch ## run every test, those of the page in a real browser, those of a cluster on one
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder --durations=30

test-cluster: setup-dev opensearch ## run the tests that want three nodes of OpenSearch
	$(BIN)/python -m pytest -m cluster

test-slow: setup-dev ## long runs, half an hour: 100,000 texts and queries, ten minutes of commits and searches
	$(BIN)/python -m pytest -m slow -rP --durations=0 --ignore tests/faults

test-faults: setup-dev ## kill, cut off, fill up and damage, at length: some hours, SOAK_S seconds of them one writes and four read
	BROADSHEET_SOAK_S=$(SOAK_S) $(BIN)/python -m pytest -m slow -rP --durations=0 tests/faults

test-whoosh: setup-dev ## fetch Whoosh's own tests and run them over our segments; docs/whoosh-tests.md says what they find
	$(BIN)/python tests/whoosh_suite/run.py

# Tests of the page use the system's Chromium. Where it cannot be had they are skipped and say so; with CI=true they fail.
chromium:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || \
	if [ "`id -u`" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Installing Chromium for the tests of the page ..."; \
		{ apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends chromium; } >/dev/null || \
			echo "Chromium could not be installed: tests of the page will not run" >&2; \
	else \
		echo "There is no Chromium: tests of the page will be skipped. On Debian: sudo apt-get install chromium" >&2; \
	fi

# Nodes of OpenSearch for tests. Where they cannot be had the tests are skipped and say so; with CI=true they fail.
opensearch:
	@$(PYTHON) tests/cluster/opensearch_jars.py || echo "tests on a cluster will not run" >&2

# wrk asks the services that are measured.
wrk:
	@command -v wrk >/dev/null || \
	if [ "`id -u`" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Installing wrk ..."; \
		{ apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends wrk; } >/dev/null; \
	else \
		echo "There is no wrk, which asks the services. On Debian: sudo apt-get install wrk" >&2; exit 1; \
	fi

lint: setup-dev ## ruff (lint and format) and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

eval: setup-dev $(READY_SCORING) ## measure extraction and ranking over DATA, and over COLLECTION=path beside them
	$(BIN)/python benchmarks/eval_extraction.py --data $(DATA)
	$(BIN)/python benchmarks/eval_html.py --data $(DATA)
	$(BIN)/python benchmarks/eval_furniture.py --data $(DATA)
	$(BIN)/python benchmarks/eval_ranking.py --data $(DATA) $(if $(COLLECTION),--collection $(COLLECTION)) \
		--scorer $(SCORING)/bin/ir_measures
	$(BIN)/python benchmarks/eval_ranking_extras.py --data $(DATA) $(if $(COLLECTION),--collection $(COLLECTION))

# Articles or queries of one's own are reported in OUT alone; without them the report goes into docs/performance.md too.
bench: $(READY_BENCH) ## measure speed beside other engines: ARTICLES=file QUERIES=file OUT=dir SIZES=n,... PARTS=...
	$(BIN)/python -m benchmarks.speed --data $(DATA) --out $(OUT) --sizes $(SIZES) --parts $(PARTS) \
		$(if $(ARTICLES),--articles $(ARTICLES)) $(if $(QUERIES),--queries $(QUERIES)) \
		$(if $(ARTICLES)$(QUERIES),,--docs)

# Articles of one's own are reported in build/bench-http alone; without them the report goes into docs/load.md too.
bench-http: setup-dev $(READY_DATASETTE) opensearch wrk ## requests a second beside other services: ARTICLES=file SECONDS=n SERVICES=...
	$(BIN)/python -m benchmarks.load --seconds $(SECONDS) --services $(SERVICES) \
		$(if $(ARTICLES),--articles $(ARTICLES),--docs)

soak: setup-dev wrk ## serve and index at once for MINUTES=30; are memory, files and threads flat?
	$(BIN)/python -m benchmarks.load.soak --minutes $(MINUTES)

screenshots: setup-dev chromium ## take the pictures of docs/images from the sample articles
	$(BIN)/python benchmarks/screenshots.py

lock: setup-dev ## resolve pyproject.toml again and write the lock files
	$(COMPILE) --upgrade --extra build --output-file requirements.lock
	$(COMPILE) --upgrade --extra build --extra dev --constraint requirements.lock --output-file requirements-dev.lock
	$(COMPILE) --upgrade --extra build --extra bench --constraint requirements.lock --constraint requirements-dev.lock \
		--output-file requirements-bench.lock
	$(subst pyproject.toml,--group pyproject.toml:scoring,$(COMPILE)) --upgrade --output-file requirements-scoring.lock
	$(subst pyproject.toml,--group pyproject.toml:datasette,$(COMPILE)) --upgrade --output-file requirements-datasette.lock

clean: ## remove .venv, caches and the demo index; your own index in index_data/index stays
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis build *.egg-info index_data/demo
	find indexer searchapp tests benchmarks docs -name __pycache__ -prune -exec rm -rf {} +
