#!/usr/bin/env bash
# Time, memory and size beside LibreOffice on the same files: compare.sh [DOCX …]
set -euo pipefail
cd "$(dirname "$0")/../.."
command -v soffice >/dev/null 2>&1 || { echo "LibreOffice is not installed; tests/run installs it"; exit 1; }
cargo build --release --locked --quiet
python3 tests/parts/compare.py target/release/gradepost "$@"
