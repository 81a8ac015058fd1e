#!/usr/bin/env python3
"""Two independent readers (poppler, MuPDF) must see the same in a PDF: the same words on each page, and the same picture of it.

Usage: readers.py PDF …
"""
import subprocess, sys, unicodedata

import pymupdf

DPI, BLOCK = 48, 8
# Both smooth edges in their own way, so blocks of pixels are compared; a line of text that is missing or moved changes its blocks by more.
MOST_DIFFERENT = 0.15


def letters(text):
    """What is said, whatever the order of right-to-left runs, the spaces, the spelling of ligatures and hyphens at line ends."""
    text = unicodedata.normalize("NFKC", text)
    return sorted(c for c in text if not c.isspace() and unicodedata.category(c) not in ("Cc", "Cf", "Co", "Pd"))


def blocks(width, height, stride, pixels):
    """The mean darkness of each block, 0 to 1."""
    def mean(left, top):
        lines = [pixels[y * stride + left:y * stride + left + BLOCK] for y in range(top, top + BLOCK)]
        return 1 - sum(map(sum, lines)) / (255 * BLOCK * BLOCK)
    return [mean(left, top) for top in range(0, height - BLOCK, BLOCK) for left in range(0, width - BLOCK, BLOCK)]


def poppler_picture(path, page):
    pgm = subprocess.run(["pdftoppm", "-gray", "-r", str(DPI), "-f", str(page), "-l", str(page), path], capture_output=True, check=True).stdout
    _, size, _, pixels = pgm.split(b"\n", 3)
    width, height = map(int, size.split())
    return width, height, pixels


def main():
    wrong = []
    for path in sys.argv[1:]:
        document = pymupdf.open(path)
        for number, page in enumerate(document, 1):
            poppler = subprocess.run(["pdftotext", "-f", str(number), "-l", str(number), path, "-"], capture_output=True, text=True, check=True).stdout
            mupdf = page.get_text()
            if letters(poppler) != letters(mupdf):
                wrong.append(f"{path}, page {number}: poppler reads {poppler!r}, MuPDF reads {mupdf!r}")
            width, height, one = poppler_picture(path, number)
            picture = page.get_pixmap(dpi=DPI, colorspace=pymupdf.csGRAY, alpha=False)
            full = width
            if abs(picture.width - width) > 1 or abs(picture.height - height) > 1:
                wrong.append(f"{path}, page {number}: {width} × {height} against {picture.width} × {picture.height}")
                continue
            width, height = min(width, picture.width), min(height, picture.height)
            pairs = zip(blocks(width, height, full, one), blocks(width, height, picture.stride, picture.samples))
            share = max(abs(a - b) for a, b in pairs)
            print(f"{path}, page {number}: {len(letters(mupdf))} letters, no block differs by more than {share:.3f}")
            if share > MOST_DIFFERENT:
                wrong.append(f"{path}, page {number}: the pictures differ by {share:.3f}")
    sys.exit("\n".join(wrong) or 0)


main()
