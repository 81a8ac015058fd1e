#!/usr/bin/env python3
"""Where Word ended its pages, against ours: Word keeps its own breaks in a document that it saved (`w:lastRenderedPageBreak`, 17.3.3.13).

  word_pages.py CONVERTER DOCX_DIR [OTHER_CONVERTER]

CONVERTER is a program that is called with a .docx and a .pdf (the engine's example, a script around an office suite). Prints how many of
Word's breaks stand at the top of a page of ours, for each document where some do not, and in all; with another converter for both.
A break counts where the first letters behind it stand among the first of a page, below its header. Word's fonts are not ours, and it
leaves some breaks as they were before the last change, so the figure is for comparing, not for reaching all.
Needs pdftotext (Debian: poppler-utils).
"""
import argparse
import glob
import html
import os
import re
import subprocess
import sys
import tempfile
import zipfile

# So many letters behind a break are looked for, among so many of a page: its header and a line stand before them.
LETTERS, SHORTEST, REACH = 16, 8, 160


def breaks(path):
    """The first letters of each page of Word's."""
    try:
        body = zipfile.ZipFile(path).read("word/document.xml").decode("utf8", "replace")
    except (KeyError, OSError, zipfile.BadZipFile):
        return []
    for gone in (r"<mc:Fallback>.*?</mc:Fallback>", r"<w:(del|moveFrom) .*?</w:\1>", r"<w:instrText.*?</w:instrText>"):
        body = re.sub(gone, "", body, flags=re.S)
    found = []
    for place in re.finditer("<w:lastRenderedPageBreak/>", body):
        behind = re.sub(r"<w:txbxContent>.*?</w:txbxContent>", "", body[place.end():place.end() + 30_000], flags=re.S)
        text = "".join(html.unescape(text) for text in re.findall(r"<w:t(?: [^>]*)?>([^<]*)</w:t>", behind))
        found.append(re.sub(r"\W", "", text)[:LETTERS])
    return [text for text in found if len(text) >= SHORTEST]


def pages(converter, path, pdf):
    """The letters of each page of ours; none where there is no PDF."""
    try:
        subprocess.run([converter, path, pdf], capture_output=True, timeout=120, check=True)
        text = subprocess.run(["pdftotext", pdf, "-"], capture_output=True, text=True, check=True).stdout
    except (subprocess.SubprocessError, OSError):
        return []
    return [re.sub(r"\W", "", page) for page in text.split("\f")]


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("converter")
    arguments.add_argument("folder")
    arguments.add_argument("other", nargs="?")
    given = arguments.parse_args()
    converters = [converter for converter in (given.converter, given.other) if converter]
    totals, count = [0] * len(converters), 0
    with tempfile.TemporaryDirectory() as folder:
        for path in sorted(glob.glob(os.path.join(given.folder, "*.docx"))):
            wanted = breaks(path)
            if not wanted:
                continue
            found = []
            for converter in converters:
                ours = pages(converter, path, os.path.join(folder, "out.pdf"))
                found.append(sum(any(0 <= page.find(text) < REACH for page in ours) for text in wanted))
            count += len(wanted)
            totals = [total + one for total, one in zip(totals, found)]
            if min(found) < len(wanted):
                print(f"{os.path.basename(path)[:60]:60s} {len(wanted):4d} {' '.join(f'{one:4d}' for one in found)}")
    print(f"{count} breaks of Word's, found: {', '.join(map(str, totals))}")
    return 0 if count else 1


if __name__ == "__main__":
    sys.exit(main())
