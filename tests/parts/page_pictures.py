#!/usr/bin/env python3
"""Page pictures (SVG) against the PDF of the same frames, pixel by pixel.

Usage: page_pictures.py PROGRAM DOCX… [--pages N] [--keep DIR]        (needs pymupdf and chromium)

PROGRAM is the crate's example, which writes a PDF or a picture of each page. A browser draws the pictures, MuPDF the PDF, both at 96 pixels an inch.
For each page: the share of what either draws (pixels darker or more coloured than a tenth, away from white) that the other has within a pixel, the smaller of both ways.
Two renderers smooth edges differently, so a hairline's grey is no fault; what is missing, or stands elsewhere, is. A page below .97 is listed.
"""
import argparse, glob, os, subprocess, sys, tempfile
import pymupdf

TENTH = 26  # of 255: what is nearer to white is paper


def ink(pixels, width, height, channels):
    """Rows of flags: what is drawn."""
    drawn = bytearray(width * height)
    for at in range(width * height):
        red, green, blue = pixels[at * channels], pixels[at * channels + 1], pixels[at * channels + 2]
        if min(red, green, blue) < 255 - TENTH: drawn[at] = 1
    return drawn


def grown(drawn, width, height):
    """As `drawn`, a pixel more on every side."""
    across = bytearray(drawn)
    for at in range(1, width * height):
        if drawn[at]: across[at - 1] = 1
        if drawn[at - 1]: across[at] = 1
    wide = bytearray(across)
    for at in range(width, width * height):
        if across[at]: wide[at - width] = 1
        if across[at - width]: wide[at] = 1
    return wide


def found(drawn, other, width, height):
    """The share of `drawn` that `other` has within a pixel."""
    total = sum(drawn)
    if total == 0: return 1.0
    near = grown(other, width, height)
    return sum(1 for at in range(width * height) if drawn[at] and near[at]) / total


def browser(picture, width, height, out):
    """The picture as a browser draws it: width, height and RGB bytes."""
    page = out + ".html"
    with open(page, "w") as file:
        file.write(f'<body style="margin:0;background:#fff"><img src="{os.path.basename(picture)}" style="display:block;width:{width}px;height:{height}px">')
    # A window has a least width of 500: what is too much is cut off below.
    command = ["chromium", "--headless", "--no-sandbox", "--hide-scrollbars", "--force-device-scale-factor=1", f"--window-size={max(width, 500)},{height}", f"--screenshot={out}", page]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=120)
    shot = pymupdf.Pixmap(out)
    if shot.alpha: shot = pymupdf.Pixmap(shot, 0)
    if (shot.width, shot.height) != (width, height):
        cut = pymupdf.Pixmap(pymupdf.csRGB, pymupdf.IRect(0, 0, width, height))
        cut.copy(shot, pymupdf.IRect(0, 0, width, height))
        shot = cut
    return shot.samples


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("docx", nargs="+")
    parser.add_argument("--pages", type=int, default=3)
    parser.add_argument("--keep")
    options = parser.parse_args()
    pages, right, wrong = 0, 0, []
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.keep or scratch
        os.makedirs(folder, exist_ok=True)
        for docx in options.docx:
            name = os.path.join(folder, os.path.basename(docx).removesuffix(".docx"))
            made = [subprocess.run([options.program, docx, name + end], stderr=subprocess.DEVNULL).returncode for end in (".pdf", ".svg")]
            if made != [0, 0]:
                wrong.append((0.0, f"{docx}: not converted"))
                continue
            pdf = pymupdf.open(name + ".pdf")
            pictures = len(glob.glob(glob.escape(name) + "-[0-9]*.svg"))
            if pictures != len(pdf): wrong.append((0.0, f"{docx}: {len(pdf)} pages, {pictures} pictures"))
            for number in range(min(len(pdf), pictures, options.pages)):
                page = pdf[number]
                drawn = page.get_pixmap(matrix=pymupdf.Matrix(96 / 72, 96 / 72), colorspace=pymupdf.csRGB, alpha=False)
                width, height = drawn.width, drawn.height
                ours = ink(drawn.samples, width, height, 3)
                theirs = ink(browser(f"{name}-{number + 1}.svg", width, height, f"{name}-{number + 1}.png"), width, height, 3)
                share = min(found(ours, theirs, width, height), found(theirs, ours, width, height))
                pages += 1
                right += share >= 0.97
                if share < 0.97: wrong.append((share, f"{docx}, page {number + 1}"))
    for share, words in sorted(wrong): print(f"{share:.3f}  {words}")
    print(f"{pages} pages of {len(options.docx)} documents compared, {right} have a share of .97 or more")
    return 1 if wrong or pages == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
