# Everything runs in .venv, which the first command makes with the versions of constraints.txt; the
# documentation in .venv-docs, which has no torch. PYTHON may name another interpreter.
PYTHON ?= python3
BIN := .venv/bin
CHECK_PYTHON = $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'

.PHONY: demo test test-all lint docs gallery pictures benchmark constraints newest lowest clean

demo: .venv/.installed
	$(BIN)/python -m render configs/slope.yaml
	@echo "The film is in $(CURDIR)/outputs: slope.mp4, slope.gif, slope.png, slope.csv, slope.json"

test: .venv/.tested lint
	$(BIN)/python -m pytest -n 2 --dist loadfile

test-all: .venv/.tested lint
	$(BIN)/python -m pytest -n 2 -m "slow or not slow"

lint: .venv/.tested
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# The documentation, in build/docs/site. Its reference and its gallery are made from the program.
docs: .venv-docs/.installed
	.venv-docs/bin/python -m docs.generate

# The poster, the video and the living page of every config, for the documentation's gallery, which
# can do without: some ten minutes on two cores. What is unchanged is not made again.
gallery: .venv/.installed
	$(BIN)/python -m render configs/ --size 960x540 --format mp4,png --out outputs/films
	$(BIN)/python -m render configs/ --format html --keep-going --out outputs/films

# The README's few pictures, the only rendered files that git keeps; then every config in every
# shape of frame is checked, and a contact sheet of each theme is left in outputs/.
POSTERS := learning_rates residual_squares cross_sections himmelblau ellipse_zigzag rosenbrock \
	feature_scaling momentum_sweep

pictures: .venv/.tested
	$(BIN)/python -m render configs/slope.yaml configs/slope_bias.yaml configs/optimizer_race.yaml \
		--size 960x540 --fps 20 --format gif --out outputs/gallery
	$(BIN)/python -m render configs/slope.yaml --format png --out outputs/gallery
	$(BIN)/python -m render configs/slope_bias.yaml --format html --out outputs/gallery
	$(BIN)/python -m render $(POSTERS:%=configs/%.yaml) --size 960x540 --format png \
		--out outputs/gallery
	$(BIN)/python -m tests.draw.gallery

# Ratios within one run, since machines differ: against a naive film and the encoder alone.
benchmark: .venv/.tested
	$(BIN)/python -m tests.benchmark

# The newest releases that pyproject.toml allows, written down as the tested set.
constraints:
	PYTHON='$(PYTHON)' .ci/constraints

# What `pip install .` takes today, in an environment of its own.
newest:
	rm -rf .venv-newest build
	$(PYTHON) -m venv .venv-newest
	.venv-newest/bin/python -m pip install --quiet .
	rm -rf build  # what is deleted here must not be installed from there
	.ci/smoke .venv-newest/bin

# The oldest releases that pyproject.toml allows.
lowest:
	rm -rf .venv-lowest
	$(PYTHON) -m venv .venv-lowest
	.venv-lowest/bin/python .ci/lowest.py > .venv-lowest/constraints.txt
	.venv-lowest/bin/python -m pip install --quiet --editable '.[test]' \
		--constraint .venv-lowest/constraints.txt
	.venv-lowest/bin/python -m pytest -n 2 --dist loadfile

.venv/.installed: pyproject.toml constraints.txt
	$(CHECK_PYTHON)
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[studio]'
	@touch $@

.venv/.tested: .venv/.installed
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[test]'
	@touch $@

.venv-docs/.installed: docs/requirements.txt constraints.txt
	$(CHECK_PYTHON)
	$(PYTHON) -m venv .venv-docs
	.venv-docs/bin/python -m pip install --quiet --constraint constraints.txt \
		--requirement docs/requirements.txt
	@touch $@

clean:
	rm -rf .venv .venv-docs .venv-newest .venv-lowest build *.egg-info
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis
