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
	$(BIN)/pytest -q -n 2 $(ABREAST) -m 'desktop and not alone and not soak'
	$(BIN)/pytest -q -m alone

thirdparty:  ## Dictate through a real server that others wrote; fetches it the first time
	@$(SETUP) test
	tests/thirdparty/set-up
	$(BIN)/pytest -q tests/thirdparty

soak:  ## Eight hours of speech through the whole daemon, with faults: twenty minutes
	@$(SETUP) test
	$(BIN)/python benchmarks/soak.py --json benchmarks/soak.json
	$(BIN)/pytest -q -m soak

# One after the other; each stops the rest where it finds a promise broken. None needs a network.
define measure
	@echo '$(1): $(2)'
	@$(BIN)/python benchmarks/$(1).py --json benchmarks/$(1).json $(3)
endef

bench:  ## Measure what the README says: three hours
	@$(SETUP) test
	$(call measure,accuracy,how well utterances are cut and words understood)
	$(call measure,endings,where utterances end in noise)
	$(call measure,latency,end of speech to text beside Moonshine streaming,--aloud 500 --plot benchmarks/latency.png)
	$(call measure,live,when words appear while they are still being said)
	$(call measure,startup,start of the daemon to listening and of a command to its end)
	$(call measure,idle,what listening to nobody and being switched off take)
	$(call measure,behind,an hour of speech in real time with one core busy)
	$(call measure,hour,memory over an hour of speech at full speed)
	$(call measure,desktop,a command to its answer and characters typed a second)
	$(call measure,typing_matrix,text typed into windows under many layouts)
	$(call measure,remote,what the program adds to the time of a service)
	$(call measure,spool,what it costs to have each utterance on the disk)
	$(call measure,upload,what each form of upload saves)
	$(call measure,server,how many people one transcription server carries)
	$(call measure,ghosts,words that nobody said and what holds them back)
	$(call measure,faults,what a user sees and loses at each fault)
	$(call measure,crash,what is lost when the program is killed)
