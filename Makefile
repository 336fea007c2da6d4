# The verbs of the course. `make` alone takes a fresh clone to a site and a graded class.

PYTHON ?= python3
# An environment of your own, such as conda's: make BIN=$CONDA_PREFIX/bin
BIN := .venv/bin
PYTEST := OMP_NUM_THREADS=1 $(BIN)/python -m pytest

define KNOWN_PYTHON
import sys
if not (3, 11) <= sys.version_info[:2] <= (3, 13):
    sys.exit(
        "%s is Python %d.%d, and the course needs 3.11 to 3.13. Delete .venv, if there is one, "
        "and name the right one: make PYTHON=python3.11" % (sys.executable, *sys.version_info[:2])
    )
endef
export KNOWN_PYTHON

.DEFAULT_GOAL := course
.PHONY: course graded-class help setup book serve notebooks release test test-fast test-all bench \
        wheel student-branch lint format clean

course: book ## install, build the site, release, grade the sample class, write the CSV
	@if [ -d solutions ]; then $(MAKE) --no-print-directory graded-class; \
	else echo "There is no solutions/ here, so nothing is released or graded."; fi
	@echo
	@echo "The site         _build/html/index.html      (make serve)"
	@echo "The assignments  assignments/                (what students get)"
	@if [ -d solutions ]; then \
	echo "The feedback     .grading/feedback/          (one page per student)"; \
	echo "The grades       .grading/grades.csv"; fi

graded-class: release
	@echo "== Grading the bundled sample classes, each submission in its own sandbox"
	@for folder in solutions/*/; do $(BIN)/course grade $$(basename $$folder) --sample-class || exit 1; done
	@$(BIN)/course export

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' Makefile

setup: $(BIN)/.course-installed ## make .venv and install the course and what it needs
$(BIN)/.course-installed: pyproject.toml constraints.txt
	@echo "== Installing into $(BIN) (a few minutes the first time: torch is large)"
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || { \
	$(PYTHON) -c "$$KNOWN_PYTHON" && $(PYTHON) -m venv --clear .venv; }
	@$(BIN)/python -c "$$KNOWN_PYTHON"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check \
	  --constraint constraints.txt --editable '.[book,teach,dev]'
	@$(BIN)/course doctor --install || true
	@touch $@

book: setup ## build the site into _build/html
	@$(BIN)/python -m course_lib.authoring.site

serve: book ## look at the site on http://127.0.0.1:8000
	@$(BIN)/python -m http.server --bind 127.0.0.1 --directory _build/html 8000

notebooks: setup ## make lectures/ from book/, executing what is stale
	@$(BIN)/course notebooks

release: setup ## make assignments/ from solutions/
	@for folder in solutions/*/; do $(BIN)/course release $$(basename $$folder) || exit 1; done

test: setup book ## what must hold (at most 25 minutes on two cores)
	@$(PYTEST) -m "not long"

test-fast: setup ## the quick part, without what takes half a minute or more
	@$(PYTEST) -m "not long and not slow and not site" -q

test-all: setup book ## and the long runs
	@$(PYTEST)

bench: setup ## layers beside torch, networks beside torchvision; the tables go into the book
	@$(BIN)/python -m course_lib.experiments.layer_speed --threads 1
	@$(BIN)/python -m course_lib.experiments.kernel_speed
	@$(BIN)/python -m course_lib.experiments.throughput

wheel: setup ## the library as a file in dist/, for Colab and for hubs
	@$(BIN)/python -m hatchling build -t wheel

student-branch: setup ## a branch `student` with a history of its own and no solutions
	@$(BIN)/python -m course_lib.authoring.student_branch

lint: setup ## ruff
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .

format: setup ## ruff, mending what it can
	@$(BIN)/ruff check --fix . && $(BIN)/ruff format .

clean: ## delete what was built, but neither .venv nor the gradebook
	rm -rf _build dist .pytest_cache .hypothesis .ruff_cache
