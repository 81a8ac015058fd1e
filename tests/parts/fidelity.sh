#!/usr/bin/env bash
# Converts every .docx of a folder and compares word positions with reference PDFs of the same names (LibreOffice's).
# Usage: fidelity.sh DOCX_DIR REFERENCE_DIR [--list FILE]     prints the table and the ten worst documents
set -euo pipefail
docx=$(realpath "$1"); reference=$(realpath "$2"); shift 2
cd "$(dirname "$0")/../.."
cargo build --release --locked --quiet
out=target/fidelity
rm -rf "$out"; mkdir -p "$out"
failed=0
for file in "$docx"/*.docx; do
  name=$(basename "$file" .docx)
  if ! timeout 20 target/release/gradepost convert --quiet "$file" "$out/$name.pdf" 2>"$out/$name.err"; then
    echo "failed: $name: $(head -1 "$out/$name.err")"
    failed=$((failed + 1))
  fi
done
echo "failures: $failed"
python3 tests/parts/word_positions.py "$reference" "$out" "$@"
