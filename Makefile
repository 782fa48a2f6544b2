# Every command of the project. `make help` lists them. Nothing here needs root or a running service.
PYTHON ?= python3
bin := .venv/bin
catalogues := $(wildcard */translations/*/LC_MESSAGES/*.po)
compiled := $(catalogues:.po=.mo)
code := config.py gunicorn.conf.py hub kiosk noticeboard channels migrations tests bench tools

.DEFAULT_GOAL := help

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.venv/.run-ok: requirements.lock tools/environment.sh
	@PYTHON=$(PYTHON) tools/environment.sh $@ requirements.lock

.venv/.test-ok: requirements.lock requirements-test.lock tools/environment.sh
	@PYTHON=$(PYTHON) tools/environment.sh $@ requirements.lock requirements-test.lock
	@touch .venv/.run-ok

%.mo: %.po | .venv/.run-ok
	@$(bin)/pybabel -q compile -i $< -o $@

.PHONY: environment
environment: .venv/.run-ok $(compiled) ## only the environment and the compiled texts, for a real city

.PHONY: run
run: export HUB_MODE := demo
# Set, even if to nothing: a .env with a real city's database must not be taken for the demo's.
run: export HUB_DATABASE_URL := $(HUB_DATABASE_URL)
run: export HUB_DATA_DIR := $(or $(HUB_DATA_DIR),instance/demo)
run: .venv/.run-ok $(compiled) ## the demo city: web and work in the foreground, until Ctrl-C
	@exec $(bin)/python -m hub.serve

.PHONY: test
test: .venv/.test-ok $(compiled) ## the whole suite, with a real PostgreSQL, Valkey and browser
	@$(bin)/python -m pytest -n 3 $(TESTS)

.PHONY: check
check: .venv/.test-ok $(compiled) ## format, lint, types, import contracts, texts, migrations, the tree
	@$(bin)/ruff format --check --diff --quiet $(code)
	@$(bin)/ruff check --quiet $(code)
	@$(bin)/mypy
	@out=$$($(bin)/lint-imports --no-logo) && echo "$$out" | tail -n 1 || { echo "$$out"; exit 1; }
	@$(bin)/python -m tools.check_texts
	@$(bin)/python -m tools.check_tree
	@$(bin)/python -m tools.check_migrations
	@echo "check: all is well"

.PHONY: bench
bench: .venv/.test-ok $(compiled) ## measure and rewrite docs/benchmarks.md (takes some minutes)
	@$(bin)/python -m bench

.PHONY: accessibility
accessibility: .venv/.test-ok $(compiled) ## look at every public page with axe and rewrite hub/accessibility.toml
	@$(bin)/python -m tools.measure_accessibility

.PHONY: texts
texts: .venv/.test-ok ## collect new texts into the catalogues for translation
	@$(bin)/python -m tools.collect_texts

.PHONY: format
format: .venv/.test-ok ## put the code into the house's format
	@$(bin)/ruff check --fix --quiet $(code); $(bin)/ruff format --quiet $(code)

.PHONY: lock
lock: ## renew the locks from pyproject.toml (for maintainers)
	@$(PYTHON) -m venv .cache/lock && .cache/lock/bin/pip install -q "uv>=0.13,<0.14"
	@.cache/lock/bin/uv pip compile -q --universal --generate-hashes --python-version 3.11 --custom-compile-command "make lock" pyproject.toml -o requirements.lock
	@.cache/lock/bin/uv pip compile -q --universal --generate-hashes --python-version 3.11 --custom-compile-command "make lock" --group test -c requirements.lock -o requirements-test.lock

.PHONY: clean
clean: ## remove what was made (never instance/, where the data are)
	@rm -rf .venv .cache .mypy_cache .ruff_cache .pytest_cache $(compiled)
