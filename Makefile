# Each target sets up what it needs first; a second time that takes no time. PYTHON=… chooses the Python.
SETUP = PYTHON='$(PYTHON)' .ci/setup
BIN = .venv/bin

.PHONY: help setup run demo fmt check test thirdparty soak bench

help:  ## Say what there is
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 10

setup:  ## Set up, and leave .venv/bin/dictated
	@$(SETUP) run

run: setup  ## Start the daemon
	@$(BIN)/dictated run

# With places of its own: it neither meets a daemon that is running nor leaves anything behind.
demo: setup  ## Dictate a recording to the terminal; needs no microphone and no screen
	@own=$$(mktemp -d) && trap 'rm -rf "$$own"' EXIT && \
	XDG_RUNTIME_DIR=$$own XDG_STATE_HOME=$$own $(BIN)/dictated --config docs/demo.toml \
	run --input $(BIN)/../lib/python3*/site-packages/moonshine_voice/assets/two_cities.wav

fmt:  ## Put the code into its form
	@$(SETUP) test
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format .

check:  ## Read the code: style, types, layers
	@$(SETUP) test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Several at a time on two cores, for most tests wait for speech; what measures time runs by itself.
ABREAST = --dist worksteal

test: check  ## Check, then run all tests: quick ones first, then those with sound and screen
	$(BIN)/pytest -q -n 3 $(ABREAST) -m 'not desktop and not alone'
	$(BIN)/pytest -q -n 2 $(ABREAST) -m 'desktop and not alone'
	$(BIN)/pytest -q -m alone

thirdparty:  ## Dictate through a real server that others wrote; fetches it the first time
	@$(SETUP) test
	tests/thirdparty/set-up
	$(BIN)/pytest -q tests/thirdparty

soak:  ## Eight hours of speech through the whole daemon, with faults: twenty minutes
	@$(SETUP) test
	$(BIN)/python benchmarks/soak.py --json benchmarks/soak.json

bench:  ## Measure what the README says: an hour
	@$(SETUP) test
	$(BIN)/python benchmarks/accuracy.py --json benchmarks/accuracy.json
	$(BIN)/python benchmarks/endings.py --json benchmarks/endings.json
	$(BIN)/python benchmarks/latency.py --json benchmarks/latency.json --plot benchmarks/latency.png
	$(BIN)/python benchmarks/hour.py --json benchmarks/hour.json
	$(BIN)/python benchmarks/desktop.py --json benchmarks/desktop.json
	$(BIN)/python benchmarks/typing_matrix.py --json benchmarks/typing_matrix.json
	$(BIN)/python benchmarks/remote.py --json benchmarks/remote.json
	$(BIN)/python benchmarks/spool.py --json benchmarks/spool.json
	$(BIN)/python benchmarks/upload.py --json benchmarks/upload.json
	$(BIN)/python benchmarks/server.py --json benchmarks/server.json
	$(BIN)/python benchmarks/ghosts.py --json benchmarks/ghosts.json
	$(BIN)/python benchmarks/faults.py --json benchmarks/faults.json
	$(BIN)/python benchmarks/crash.py --json benchmarks/crash.json
