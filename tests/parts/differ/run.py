"""Differential search: random small documents in three engines; where the other two agree and ours does not, ours is wrong.

  run.py SEED COUNT [--more | --school] [--ours PROGRAM] [--cache DIR] [--tolerance PT] [--only DIR]

Each document is converted by LibreOffice (one process for all), by Spire.Doc Free (with the Python named by SPIRE_PYTHON that has `Spire.Doc.Free`; it writes three pages),
and by PROGRAM IN OUT (the crate's example). Conversions are kept by content in the cache. `--only DIR` takes the .docx files of a folder instead of making some.
For each document: how many words LibreOffice and Spire put on one page within the tolerance, and the share of them that ours puts where one of them does.
The documents that are not right are listed with their features and their first words, most wrong first; features are ranked by how much more often they stand in wrong documents.
Measuring only: nothing here is needed to build or test.
"""
import argparse, collections, glob, hashlib, html, os, re, subprocess, sys, tempfile, zipfile
from generate import Maker
from more import More
from school import School

HERE = os.path.dirname(os.path.realpath(__file__))
ROOT = os.path.realpath(HERE + "/../../..")
FONTS = ROOT + "/crates/docx-to-pdf/fonts"
WORD = re.compile(r'<word xMin="([-\d.]+)" yMin="([-\d.]+)" xMax="([-\d.]+)" yMax="([-\d.]+)">(.*?)</word>')
SPIRE = """
import sys
from spire.doc import Document, FileFormat
Document.SetGlobalCustomFontsFolders(sys.argv[1])
for line in sys.stdin:
    source, target = line.rstrip("\\n").split("\\t")
    try:
        document = Document(); document.LoadFromFile(source); document.SaveToFile(target, FileFormat.PDF); document.Close()
    except Exception as error:
        print("Spire failed:", source, str(error).splitlines()[0][:100], file=sys.stderr)
"""


def words(pdf):
    """Word → (page, left, top, bottom, right) of the first three pages; words that stand twice are left out."""
    found, twice = {}, set()
    text = subprocess.run(["pdftotext", "-bbox", "-l", "3", pdf, "-"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout.decode("utf-8", "replace")
    for number, page in enumerate(text.split("<page ")[1:]):
        for left, top, right, bottom, word in WORD.findall(page):
            word = html.unescape(word)
            if word in found: twice.add(word)
            found[word] = (number, float(left), float(top), float(bottom), float(right))
    return {word: place for word, place in found.items() if word not in twice and word.isalpha()}


def told(docx):
    """Whether a word of a PDF is one of the document's, or the start or end of one that was cut: letters that stand apart are read as words of their own by chance."""
    with zipfile.ZipFile(docx) as archive:
        text = " ".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist() if re.fullmatch(r"word/(document|header|footer|footnotes|endnotes)\d*\.xml", name))
    known = {word.casefold() for piece in re.findall(r"<w:t(?: [^>]*)?>([^<]*)</w:t>", text) for word in html.unescape(piece).split()}
    return lambda word: word.casefold() in known or len(word) > 2 and any(one.startswith(word.casefold()) or one.endswith(word.casefold()) for one in known)


def near(a, b, tolerance):
    return a[0] == b[0] and abs(a[1] - b[1]) <= tolerance and min(abs(a[2] - b[2]), abs(a[3] - b[3])) <= tolerance


def stands(word, theirs, ours, tolerance):
    """Whether ours has a word where one of the others has it. Letters far apart are read as pieces of their word in one PDF and as the whole word in another: a piece may be the start or the end of a word here."""
    if word in ours: return any(near(place, ours[word], tolerance) for place in theirs)
    ends = lambda a, b: a[0] == b[0] and abs(a[4] - b[4]) <= tolerance and min(abs(a[2] - b[2]), abs(a[3] - b[3])) <= tolerance
    whole = [(other, place) for other, place in ours.items() if len(other) > len(word) and word in other]
    return any(other.startswith(word) and near(place, own, tolerance) or other.endswith(word) and ends(place, own) for other, own in whole for place in theirs)


def convert_all(jobs, cache):
    """jobs: name → .docx in the cache. Makes what is missing."""
    missing = [path for path in jobs.values() if not os.path.exists(path[:-5] + ".lo.pdf")]
    config = f"{cache}/fonts.conf"
    with open(config, "w") as file:
        file.write(f'<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><dir>{FONTS}</dir><cachedir>{cache}/fontconfig</cachedir></fontconfig>')
    while missing:
        part = missing[:40]
        with tempfile.TemporaryDirectory(dir=cache) as out:
            office = subprocess.Popen(["nice", "-n", "10", "soffice", f"-env:UserInstallation=file://{cache}/profile", "--headless", "--convert-to", "pdf", "--outdir", out, *part],
                                      env=dict(os.environ, FONTCONFIG_FILE=config), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
            # One document that LibreOffice does not finish must not stop the others.
            try: office.wait(timeout=40 + 4 * len(part))
            except subprocess.TimeoutExpired: os.killpg(office.pid, 9)
            for at, path in enumerate(part):
                made = f"{out}/{os.path.basename(path)[:-5]}.pdf"
                if not os.path.exists(made):
                    print("LibreOffice does not convert", path); at -= 1
                    break
                os.replace(made, path[:-5] + ".lo.pdf")
            missing = missing[at + 2:] if at + 1 < len(part) else missing[len(part):]
    missing = [path for path in jobs.values() if not os.path.exists(path[:-5] + ".spire.pdf")]
    if missing:
        lines = "".join(f"{path}\t{path[:-5]}.spire.pdf\n" for path in missing)
        subprocess.run(["nice", "-n", "10", os.environ.get("SPIRE_PYTHON", "python3"), "-c", SPIRE, FONTS], input=lines.encode(), stdout=subprocess.DEVNULL, timeout=1800)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("seed", type=int); parser.add_argument("count", type=int)
    parser.add_argument("--ours", default=ROOT + "/target/release/examples/docx-to-pdf")
    parser.add_argument("--cache", default=os.path.expanduser("~/.cache/docx-differ"))
    parser.add_argument("--tolerance", type=float, default=2.0)
    parser.add_argument("--only")
    parser.add_argument("--more", action="store_true", help="with the features of more.py, too")
    parser.add_argument("--school", action="store_true", help="whole documents of schools, as the programs that write them write them")
    parser.add_argument("--list", type=int, default=40, help="so many wrong documents are listed")
    options = parser.parse_args()
    os.makedirs(options.cache, exist_ok=True)
    cache = os.path.realpath(options.cache)
    jobs, tags = {}, {}
    sources = [(os.path.basename(path)[:-5], open(path, "rb").read(), []) for path in sorted(glob.glob(f"{options.only}/*.docx"))] if options.only else []
    for at in range(0 if options.only else options.count):
        maker = (School if options.school else More if options.more else Maker)(options.seed * 1_000_003 + at)
        sources.append((f"{options.seed}-{at}", maker.document(), maker.tags))
    for name, data, features in sources:
        path = f"{cache}/{hashlib.sha256(data).hexdigest()[:20]}.docx"
        if not os.path.exists(path):
            with open(path, "wb") as file: file.write(data)
        jobs[name], tags[name] = path, features
    convert_all(jobs, cache)
    rows = []
    for name, path in jobs.items():
        lo, spire = path[:-5] + ".lo.pdf", path[:-5] + ".spire.pdf"
        if not (os.path.exists(lo) and os.path.exists(spire)): continue
        out = f"{cache}/ours.pdf"
        if os.path.exists(out): os.remove(out)
        subprocess.run([options.ours, path, out], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60)
        a, b, c = words(lo), words(spire), words(out) if os.path.exists(out) else {}
        of_document = told(path)
        agreed = [word for word in a if word in b and near(a[word], b[word], options.tolerance) and of_document(word)]
        # Boxes of one word are of different height in different engines: what stands where either has it is right.
        wrong = [word for word in agreed if not stands(word, (a[word], b[word]), c, options.tolerance)]
        rows.append((1 - len(wrong) / len(agreed) if agreed else None, name, len(a), len(agreed), wrong, a, c))
    counted = [row for row in rows if row[0] is not None and row[3] >= 5]
    bad = sorted((row for row in counted if row[0] < .95), key=lambda row: row[0])
    for share, name, total, agreed, wrong, a, c in bad[:options.list]:
        moved = "; ".join(f"{word} p{a[word][0] + 1} {a[word][1]:.1f},{a[word][2]:.1f} " + (f"{'' if c[word][0] == a[word][0] else 'p%d ' % (c[word][0] + 1)}{c[word][1] - a[word][1]:+.1f},{c[word][2] - a[word][2]:+.1f}" if word in c else "missing") for word in wrong[:2])
        print(f"{name:10} {share:.2f} of {agreed:3}/{total:3}  {moved}\n           {', '.join(tags[name])}\n           {jobs[name]}")
    count = lambda group: collections.Counter(tag for row in group for tag in tags[row[1]])
    all_tags, bad_tags = count(counted), count(bad)
    ranked = sorted(((bad_tags[tag] / all_tags[tag], all_tags[tag], tag) for tag in bad_tags if bad_tags[tag] > 1), reverse=True)
    print("features by how often their documents are wrong:", "; ".join(f"{tag} {share:.2f} of {number}" for share, number, tag in ranked[:16]))
    print(f"{len(rows)} documents, {len(counted)} with agreed words; at least 95 % of these words right in {1 - len(bad) / max(1, len(counted)):.3f}")
    return 0


if __name__ == "__main__":
    sys.path.insert(0, HERE)
    sys.exit(main())
