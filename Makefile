# `make run`, `make test` and `make test-all` need Python 3.11 or newer and make; they install the
# rest into .venv. Each can be run again and again, and beside the others.

PYTHON ?= python3
PORT ?= 8000
export DEBUG ?= true
export DJANGO_RUNSERVER_HIDE_WARNING = true
# Containers often set it: then each process of the tests would compile all of them anew.
unexport PYTHONDONTWRITEBYTECODE
BIN = .venv/bin
# PyPI has its wheel for Linux on x86-64 alone.
IF_BIOME = if [ -x $(BIN)/biome ]; then

.PHONY: run test test-all lint pictures format requirements

run:
	@$(PYTHON) todosite/prepare.py --database
	@echo
	@echo "  Todosite is at http://127.0.0.1:$(PORT)"
	@echo "  Open it and create an account; mail for it is printed here. Or make one with a week of"
	@echo "  tasks: DEBUG=true $(BIN)/python manage.py demo_data"
	@echo "  Ctrl-C stops it. Your data stays in var/postgres."
	@echo
	@exec $(BIN)/python manage.py runserver 127.0.0.1:$(PORT)

# The tests see to migrations, deployment checks, PostgreSQL and the browser. Many of them wait, so
# there are more processes than cores.
PYTEST = $(BIN)/python -m pytest -n 3 --dist worksteal

# What a contributor runs: all but the tests with the marker "exhaustive" (pyproject.toml).
test: lint
	$(PYTEST) -m "not exhaustive"

# All that CI runs.
test-all: lint
	$(PYTEST) --hypothesis-profile=thorough

lint:
	@$(PYTHON) todosite/prepare.py --tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/djlint templates/pages --lint --quiet --profile=jinja
	$(BIN)/djlint templates/django --lint --quiet --profile=django
	@$(IF_BIOME) $(BIN)/biome ci --error-on-warnings .; else echo "No Biome for this machine: static/js isn't linted."; fi

# The pictures of README.md and of the landing page, anew from demo data.
pictures:
	@$(PYTHON) todosite/prepare.py --tests
	$(BIN)/python -m pytest -q todosite/tests/pictures.py

format:
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	@$(IF_BIOME) $(BIN)/biome check --write .; fi

# Pin anew what pyproject.toml asks for, and all that it brings along, with the hashes of its files.
PIN = $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --no-header \
	--generate-hashes pyproject.toml

requirements:
	@$(PYTHON) todosite/prepare.py
	@echo "# Made by \`make requirements\` from the direct dependencies in pyproject.toml: what production installs." > requirements.txt
	$(PIN) >> requirements.txt
	@echo "# Made by \`make requirements\` from pyproject.toml, its group dev included: running locally and testing." > requirements-dev.txt
	$(PIN) --group dev >> requirements-dev.txt
