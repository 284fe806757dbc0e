# `make run` tries WhaleGUI on a survey that it draws; `make test` checks everything. For Windows see README.md.

VENV := .venv
BIN := $(VENV)/bin
SURVEY := survey
PYTHONS := python3.11 python3.12 python3.13 python3 python
CHECKED := $(BIN)/python -m pytest

export NO_ALBUMENTATIONS_UPDATE := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: run test lint types pytest pictures bench soak coverage field clean
.DELETE_ON_ERROR:
.NOTPARALLEL:

# What each stamp stands for is not done again. `make clean` takes them away with what they stand for.

run: $(SURVEY)/submission.csv $(SURVEY)/.matched
	@if [ "$$(uname)" = Linux ] && [ -z "$$DISPLAY$$WAYLAND_DISPLAY" ]; then \
		$(MAKE) --no-print-directory $(SURVEY)/pictures/.made && \
		echo && \
		echo "There is no display, so no window was opened. The same work is done:" && \
		echo "  the whales of the new photos, in Kaggle's form: $(SURVEY)/submission.csv" && \
		echo "  ten candidates for each tail:                   $(SURVEY)/details.csv" && \
		echo "  the catalogue, for a window elsewhere:          $(SURVEY)/catalogue" && \
		echo "  pictures of the window's workspaces:            $(SURVEY)/pictures"; \
	else \
		$(BIN)/whalegui $(SURVEY)/catalogue; \
	fi

test: $(VENV)/.full
	@$(MAKE) --no-print-directory lint types pytest

lint: $(VENV)/.full
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports

types: $(VENV)/.full
	$(BIN)/mypy

pytest: $(VENV)/.full
	QT_QPA_PLATFORM=offscreen $(CHECKED)

pictures: $(SURVEY)/.matched
	QT_QPA_PLATFORM=offscreen $(BIN)/whalegui $(SURVEY)/catalogue --pictures $(SURVEY)/pictures
	@mkdir -p docs/pictures
	@for scheme in light dark; do for name in photos boxes matches whales; do \
		cp $(SURVEY)/pictures/$${name}_1280x800_$$scheme.png docs/pictures/$$name-$$scheme.png || exit 1; \
	done; done

bench: $(VENV)/.bench
	QT_QPA_PLATFORM=offscreen $(CHECKED) -m bench -s
	$(BIN)/python tests/bench/speed_page.py

soak: $(VENV)/.full
	QT_QPA_PLATFORM=offscreen $(CHECKED) tests -m "soak or hard" -s --reliability docs/reliability.md

# Of whaleid_core by branches; below 90 % it fails.
coverage: $(VENV)/.full
	QT_QPA_PLATFORM=offscreen $(CHECKED) tests/core --cov

# The field install in an environment made from nothing by pip; `make test` has the same job in one put together from .venv.
field: $(VENV)/.full
	QT_QPA_PLATFORM=offscreen $(CHECKED) -m field -s tests/test_field_install.py

clean:
	rm -rf $(VENV) $(SURVEY) .coverage build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# The environment

$(VENV)/.made:
	@for python in $(PYTHONS); do \
		if $$python -c 'import ensurepip, sys, venv; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then \
			echo "Making the environment in $(VENV) with $$($$python --version)"; \
			$$python -m venv --clear $(VENV) && touch $@; exit; \
		fi; \
	done; \
	echo "WhaleGUI needs Python 3.11, 3.12 or 3.13 with its venv module." >&2; \
	echo "On Debian and Ubuntu: sudo apt install python3 python3-venv" >&2; exit 1

$(VENV)/.field: pyproject.toml | $(VENV)/.made
	@if nvidia-smi -L >/dev/null 2>&1; then extras='[torch]'; echo "An NVIDIA GPU is here: torch comes along."; fi; \
		set -x; $(BIN)/pip install -e ".$$extras"
	@touch $@

$(VENV)/.full: pyproject.toml | $(VENV)/.made
	$(BIN)/pip install -e '.[torch,dev]'
	@opencv=$$($(BIN)/python -c 'from importlib.metadata import version as v; print(v("opencv-python"))') && \
		$(BIN)/pip install -q "opencv-python-headless==$$opencv"  # both write the same folder: one version
	@touch $(VENV)/.field $@

$(VENV)/.bench: $(VENV)/.full
	$(BIN)/pip install -q -e '.[torch,dev,bench]'
	@touch $@

$(VENV)/.libraries: | $(VENV)/.field
	@trouble=$$($(BIN)/python -c 'import cv2, PySide6.QtWidgets' 2>&1) || { \
		echo "$$trouble" | tail -n 1 >&2; \
		echo "Qt lacks a library of the system. On Debian and Ubuntu:" >&2; \
		echo "  sudo apt install libegl1 libgl1 libglib2.0-0 libxkbcommon0 libdbus-1-3 libfontconfig1" >&2; exit 1; }
	@touch $@

# The sample survey

$(SURVEY)/.drawn: | $(VENV)/.libraries
	rm -rf $(SURVEY)/known $(SURVEY)/new
	$(BIN)/whaleid sample $(SURVEY)
	@touch $@

$(SURVEY)/submission.csv: $(SURVEY)/.drawn
	$(BIN)/whaleid identify --known $(SURVEY)/known/train.csv --known-photos $(SURVEY)/known \
		--new-photos $(SURVEY)/new --out $@ --details $(SURVEY)/details.csv

# A catalogue that was only half made has no stamp and is made anew; once it is made, it is a person's and stays.
$(SURVEY)/.matched: | $(SURVEY)/.drawn
	rm -rf $(SURVEY)/catalogue
	$(BIN)/whaleid new $(SURVEY)/catalogue --known-csv $(SURVEY)/known/train.csv --known-photos $(SURVEY)/known
	$(BIN)/whaleid add $(SURVEY)/catalogue $(SURVEY)/new
	$(BIN)/whaleid find-tails $(SURVEY)/catalogue
	$(BIN)/whaleid match $(SURVEY)/catalogue
	@touch $@

$(SURVEY)/pictures/.made: $(SURVEY)/.matched
	QT_QPA_PLATFORM=offscreen $(BIN)/whalegui $(SURVEY)/catalogue --pictures $(SURVEY)/pictures
	@touch $@
