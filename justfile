# `just` alone lists the recipes. Plain cargo works without it.
_default:
    @just --list

# everything CI checks
check:
    bash .ci/run

# every test
test:
    bash tests/run

# the main job on built-in data
run:
    cargo run --release -- demo

# render a case of test_data/reports: just render long
render case="short":
    cargo run --release -- render --template templates/plantilla_test_diagnostico.docx --data test_data/reports/{{case}}/data.json --out target/{{case}}.pdf

# the kill ledger, long and with a seed of its own: just prove 120 7
prove kills="120" seed="1":
    GRADEPOST_PROVE_KILLS={{kills}} GRADEPOST_PROVE_SEED={{seed}} bash tests/run --test it ledger -- --nocapture

# a thousand reports taken by a real Postfix (as root): just postfix 1000
postfix reports="1000":
    GRADEPOST_PROVE_REPORTS={{reports}} bash tests/run --test it postfix -- --nocapture

# acceptance times, bursts, old jobs and memory of the release build
load *args:
    cargo build --release --locked
    python3 tests/parts/load.py target/release/gradepost {{args}}

# a million deliveries that wait for one endpoint, and what they cost the others
waiting:
    cargo build --release --locked
    python3 tests/parts/gateway_waiting.py target/release/gradepost

# criterion benchmarks
bench *args:
    cargo bench {{args}}

# size, start time and memory of the release build
figures:
    bash tests/parts/figures.sh

# time, memory and size beside LibreOffice on the same files: just compare [DOCX …]
compare *docx:
    bash tests/parts/compare.sh {{docx}}

# hostile documents: each within 2 s and 256 MiB, never a panic
hostile:
    cargo build --release --locked --quiet
    python3 tests/parts/hostile.py target/release/gradepost

# every fuzz target a million times
fuzz *targets:
    bash fuzz/run --million {{targets}}

# convert a folder of documents and score them against reference PDFs: just fidelity DOCX_DIR REFERENCE_DIR
fidelity docx reference *args:
    bash tests/parts/fidelity.sh "{{docx}}" "{{reference}}" {{args}}

# differential search over random small documents: LibreOffice and Spire against ours (SPIRE_PYTHON: a Python with Spire.Doc.Free): just differ 7 100
differ seed count *args:
    cargo build --release --locked --quiet -p docx-to-pdf --example docx-to-pdf
    python3 tests/parts/differ/run.py {{seed}} {{count}} {{args}}

# Word's own page breaks in documents that it saved, against ours: just word-pages DOCX_DIR
word-pages docx *args:
    cargo build --release --locked --quiet -p docx-to-pdf --example docx-to-pdf
    python3 tests/parts/word_pages.py target/release/examples/docx-to-pdf "{{docx}}" {{args}}

# makes wrong documents of that search as small as they can be while they stay wrong: just reduce DOCX …
reduce +docx:
    cargo build --release --locked --quiet -p docx-to-pdf --example docx-to-pdf
    python3 tests/parts/differ/reduce.py {{docx}}

# PDFs made with --pdf-a against ISO 19005-2 (pikepdf, fontTools) and PDF/UA-1 (outloud): just standards PDF_DIR
standards pdf *args:
    python3 tests/parts/pdf_standards.py "{{pdf}}" {{args}}

# page pictures drawn by a browser against the PDF of the same frames (pymupdf, chromium): just pictures DOCX …
pictures +docx:
    cargo build --release --locked --quiet -p docx-to-pdf --example docx-to-pdf
    python3 tests/parts/page_pictures.py target/release/examples/docx-to-pdf {{docx}}

# what a screen reader reads of our PDFs against the text of their documents (pikepdf): just structure DOCX_DIR PDF_DIR
structure docx pdf *args:
    python3 tests/parts/structure.py "{{docx}}" "{{pdf}}" {{args}}
