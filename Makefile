# Every target sets up what it needs in .venv, once; the second run starts at once.
#
# requirements/*.txt are locks with hashes, written by `make lock` from pyproject.toml. They name
# no index, so a mirror that pip or uv is configured for works. uv does the installing because
# it needs a tenth of pip's time; it comes from a lock itself, and where it has no build, or no
# way out, pip does the same.

PYTHON ?= python3
VENV ?= .venv
ARGS ?=

bin := $(VENV)/bin
# Tests that are named run alone. The whole suite has two workers for every core: they wait for
# processes, browsers and clocks half of their time.
cores := $(shell getconf _NPROCESSORS_ONLN)
workers = $(if $(findstring tests/,$(ARGS)),,-n $(shell expr $(cores) '*' 2) --dist worksteal)
install = $(bin)/uv pip install --quiet --python $(bin)/python --require-hashes $(1) \
	|| $(bin)/python -m pip install --quiet --disable-pip-version-check --require-hashes $(1)
compile = $(bin)/uv --no-config pip compile --quiet --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-header --no-annotate $(ARGS)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test collected pytest lint format screens bench lock clean

help: ## Say what can be done here
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16
	@echo
	@echo '  ARGS="…" goes to the command: make demo ARGS="--once", make test ARGS="-k feed"'

demo: $(VENV)/.run ## Fill an inbox from simulated platforms and show it in the browser
	@$(bin)/partner-inbox demo $(ARGS)

test: $(VENV)/.dev ## Check everything: lint, then all tests on SQLite, Postgres and Chromium
	@$(MAKE) --no-print-directory --jobs=2 lint collected
	@$(MAKE) --no-print-directory pytest

# A test file that is read for the first time is compiled, which takes longer than many a test in it,
# and every worker would do that for itself. What is wrong with a file, the tests' own run says.
collected: $(VENV)/.dev
	@$(bin)/python -m pytest --collect-only -qq $(ARGS) > /dev/null 2>&1 || :

pytest: $(VENV)/.dev ## Only the tests
	$(bin)/python -m pytest $(workers) $(ARGS)

lint: $(VENV)/.dev ## Style, types, who may import whom, templates
	$(bin)/ruff check .
	$(bin)/ruff format --check .
	$(bin)/mypy
	$(bin)/lint-imports
	$(bin)/djlint templates --lint --quiet

format: $(VENV)/.dev ## Put the code into the shape that lint asks for
	$(bin)/ruff check --fix .
	$(bin)/ruff format .

screens: $(VENV)/.dev ## Take a picture of every page of the sample company, for docs/screens/
	@$(bin)/python -m tests.screens

bench: $(VENV)/.bench ## Measure speed beside raw floors; ARGS="--json FILE", ARGS="--peers"
	@$(bin)/python -m tests.support.postgres $(bin)/partner-inbox bench $(ARGS)

lock: $(VENV)/.uv ## Write the locks anew from pyproject.toml; ARGS="--upgrade" takes newer releases
	$(compile) --group install -o requirements/install.txt
	$(compile) --group build -o requirements/build.txt
	$(compile) pyproject.toml -c requirements/build.txt -o requirements/run.txt
	$(compile) pyproject.toml --extra chat --extra mcp \
		-c requirements/run.txt -c requirements/build.txt -o requirements/image.txt
	$(compile) pyproject.toml --extra chat --extra mcp --extra lint --extra test \
		-c requirements/image.txt -c requirements/build.txt -o requirements/dev.txt
	$(compile) pyproject.toml --extra bench -c requirements/dev.txt -o requirements/bench.txt

clean: ## Remove the environment, the caches and the demo's data
	rm -rf $(VENV) .demo* .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

# The environment in layers. A stamp is newer than all that its layer was made from.

$(VENV)/.uv: requirements/install.txt
	@command -v $(PYTHON) > /dev/null || { echo "There is no $(PYTHON): apt-get install python3 python3-venv" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Partner Inbox needs Python 3.11 or newer, and $(PYTHON) is %d.%d. Name another one: make PYTHON=python3.12 …" % sys.version_info[:2])'
	@$(PYTHON) -c 'import ensurepip' 2> /dev/null || { echo "Python cannot make environments here: apt-get install python3-venv" >&2; exit 1; }
	@echo "Setting up $(VENV), once …"
	@$(PYTHON) -m venv $(VENV)
	@$(bin)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

$(VENV)/.run: requirements/run.txt requirements/build.txt pyproject.toml $(VENV)/.uv
	@echo "Installing what Partner Inbox runs on …"
	@$(call install,-r requirements/run.txt -r requirements/build.txt)
	@$(bin)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index --editable .
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.run
	@echo "Installing what the checks need …"
	@$(call install,-r requirements/dev.txt)
	@touch $@

$(VENV)/.bench: requirements/bench.txt $(VENV)/.run
	@echo "Installing what the bench compares with …"
	@$(call install,-r requirements/bench.txt)
	@touch $@
