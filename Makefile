# The environment is .venv; whatever needs it builds it.
SAMPLE := corpus/synthetic/sample
PROTOCOL := NCT07432334

.PHONY: setup demo test lint docs corpora figures bench chromium

setup:
	@scripts/setup

.venv/.ready: requirements/dev.txt pyproject.toml scripts/setup
	@scripts/setup

demo: .venv/.ready
	.venv/bin/lupus-chart screen $(SAMPLE) --protocol $(PROTOCOL) --screening-date 2026-04-01 \
		--anchors $(SAMPLE)/anchors.csv --out out/demo
	@echo "Open the report: $(CURDIR)/out/demo/report.html"

test: chromium lint
	.venv/bin/pytest --numprocesses=auto --dist=loadfile

lint: .venv/.ready
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports

# The files under docs/ that are written from the code: the command reference, the JSON Schemas.
docs: .venv/.ready
	.venv/bin/python scripts/write_units.py
	.venv/bin/python scripts/write_docs.py

# The committed corpora, as the generator and the phrase banks make them today.
corpora: .venv/.ready
	for bank in dev test; do \
		rm -rf corpus/synthetic/$$bank/s[0-9]* corpus/synthetic/$$bank/anchors.csv && \
		.venv/bin/python scripts/write_corpus.py $$bank || exit 1; \
	done

# docs/figures.md, and the floors that `make test` holds the figures of the dev corpus to.
figures: .venv/.ready
	.venv/bin/python scripts/write_figures.py

bench: .venv/.ready
	.venv/bin/python benchmarks/throughput.py
	.venv/bin/python benchmarks/engine.py

chromium:
	@scripts/chromium
