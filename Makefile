# Two commands: `make demo` and `make test`. Each sets itself up; nothing but Python 3.11 and make is needed.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed-$(shell cat pyproject.toml locks/dev.txt | cksum | cut -d' ' -f1)
WORKERS ?= 3

.PHONY: demo setup test fuzz bench load lint audit lock catalogues screenshots clean

demo: $(STAMP)
	@$(BIN)/bridge demo

setup: $(STAMP)

# The tests start processes by the dozen; where bytecode is not kept, each would compile the bridge anew.
# Their databases lie in memory where that has room: each commit would wait for the disk.
ROOMY = $(shell df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 && $$4 > 2000000 { print $$6 }')
test: export PYTHONDONTWRITEBYTECODE =
test: export TMPDIR := $(or $(TMPDIR),$(ROOMY),/tmp)
test: $(STAMP)
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(ARGS)

# So many random days of callers, owners, faults and crashes at each kind of business, others in each run.
FUZZ ?= 1000
fuzz: $(STAMP)
	@BRIDGE_EXAMPLES=$(FUZZ) $(BIN)/python -m pytest -n 2 tests/booking/test_machine.py

bench: $(STAMP)
	@$(BIN)/python -m bench

# Two minutes of mixed calls while faults come and go, and what is wrong afterwards; ARGS="--seconds 1000" for long.
load: $(STAMP)
	@$(BIN)/python -m bench.rush $(ARGS)

lint: $(STAMP)
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports

# What is known to be unsafe: in our own code, and in the versions that the image and the tests install.
audit: $(STAMP)
	@$(BIN)/bandit --quiet --recursive --configfile pyproject.toml bridge providers wsgi.py gunicorn.conf.py
	@.ci/audit $(BIN)

# After pyproject.toml or constraints.txt changed: the exact files that the image and the tests install.
COMPILE = $(BIN)/pip-compile --quiet --no-header --strip-extras --allow-unsafe --generate-hashes \
	--no-emit-index-url --no-emit-trusted-host --no-emit-find-links --annotation-style line --constraint constraints.txt
lock:
	@$(COMPILE) --extra exchange --output-file locks/server.txt pyproject.toml
	@$(COMPILE) --extra dev --output-file locks/dev.txt pyproject.toml
	@$(COMPILE) --output-file locks/build.txt locks/build.in

# After a sentence changed; then fill in what is empty in the German catalogue and run it again.
catalogues: $(STAMP)
	@mkdir -p build
	@$(BIN)/pybabel -q extract -F bridge/speech/locales/babel.cfg -k translate -k _translate -k say -k alert:2 -k Unusable -k ImportRefused -k Said -k Unfit -k Hidden -k Unreadable -k Needed -k counted:1,2 --no-location --sort-output -o build/bridge.pot .
	@$(BIN)/pybabel -q update -D bridge -i build/bridge.pot -d bridge/speech/locales -N --ignore-pot-creation-date --ignore-obsolete
	@$(BIN)/pybabel -q compile -D bridge -d bridge/speech/locales

# The pictures that the README shows, taken of the demo in Chromium.
screenshots: $(STAMP)
	@$(BIN)/python -m tests.pages.screenshots

clean:
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .coverage*

# The locked pip comes first: the one that Python brings takes twice as long. pip compiles on one core only.
INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile
$(STAMP): pyproject.toml locks/dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, this is " + sys.version.split()[0])'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Setting up .venv (once, about a minute) ..."
	@$(INSTALL) --require-hashes --requirement locks/build.txt
	@$(INSTALL) --require-hashes --requirement locks/dev.txt
	@$(BIN)/python -m compileall -qq -j 0 $(VENV)/lib || true
	@$(INSTALL) --no-deps --no-build-isolation --editable .
	@rm -f $(VENV)/.installed-*; touch $@
