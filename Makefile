PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
SERVICE ?= examples.hello_world:HelloWorldService
EXAMPLES := hello_world:HelloWorldService users:Users vectors:Vectors
LANGS ?= python
SECONDS ?= 120

.DEFAULT_GOAL := help
.PHONY: help setup run test proto stubs fuzz check bench clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY) ## make .venv with everything the project needs

$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed: make $(or $(firstword $(MAKECMDGOALS)),setup) PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

run: $(READY) ## serve the hello world (SERVICE=module:Class for another)
	$(BIN)/gemstone run $(SERVICE) $(ARGS)

test: $(READY) ## run the tests (ARGS="-k name" for some)
	$(BIN)/python -m pytest $(ARGS)

proto: $(READY) ## write the contracts of the examples
	@for service in $(EXAMPLES); do $(BIN)/gemstone proto write examples.$$service || exit; done

stubs: $(READY) ## make stubs of proto/ in stubs/ (LANGS="python go java typescript rust")
	$(BIN)/gemstone stubs $(foreach lang,$(LANGS),--lang $(lang))

fuzz: $(READY) ## send nonsense to a running service for SECONDS=120
	$(BIN)/python -m tests.security.fuzz $(SECONDS)

check: $(READY) ## lint, format and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(READY) ## measure against bare gRPC and bare Tornado
	$(BIN)/python -m benchmarks

clean: ## remove .venv and everything generated
	rm -rf .venv build stubs dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis
	rm -rf clients/*/build clients/*/gen clients/*/node_modules clients/*/target
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
