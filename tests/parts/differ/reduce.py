"""Makes documents of the differential search small: takes out whatever can go while ours still stands where neither of the other engines does.

  reduce.py NAME.docx … [--ours PROGRAM] [--cache DIR] [--out DIR] [--least PT]

For each document it prints what is left of the body and where the words stand. All documents are made smaller side by side, so that LibreOffice starts once for each round.
A document is wrong when a word on which LibreOffice and Spire agree stands more than PT (3) from both in ours.
"""
import argparse, glob, hashlib, io, os, re, subprocess, sys, zipfile
import xml.etree.ElementTree as tree
sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
import run

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
# What is taken out in one piece, level by level: large things first, so that few are left for the small ones.
LEVELS = [
    lambda parent, child: parent.tag in (W + "body", W + "hdr", W + "ftr") and child.tag != W + "sectPr" or child.tag in (W + "headerReference", W + "footerReference", W + "br"),
    lambda parent, child: child.tag in (W + "tr", W + "p", W + "tbl", W + "r", W + "drawing"),
    lambda parent, child: parent.tag in (W + "pPr", W + "rPr", W + "tblPr", W + "trPr", W + "tcPr", W + "sectPr", W + "tblCellMar", W + "pPrDefault", W + "tblBorders", W + "pBdr") and child.tag not in (W + "pgSz", W + "tcW"),
]


class Document:
    """The parts of a package; those that are changed are kept as trees."""

    def __init__(self, data):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            self.parts = {name: archive.read(name) for name in archive.namelist()}
        self.changed = [name for name in self.parts if re.fullmatch(r"word/(document|header|footer|styles|footnotes)\d*\.xml", name)]

    def candidates(self, level):
        """Places (part, number of the element) that may go."""
        for name in self.changed:
            root = tree.fromstring(self.parts[name])
            for number, (parent, child) in enumerate(pairs(root)):
                if LEVELS[level](parent, child) and not (parent.tag == W + "tc" and child.tag == W + "p" and sum(1 for one in parent if one.tag == W + "p") == 1): yield name, number

    def without(self, places):
        parts = dict(self.parts)
        for name in {name for name, _ in places}:
            root = tree.fromstring(parts[name])
            gone = {number for at, number in places if at == name}
            for number, (parent, child) in enumerate(list(pairs(root))):
                if number in gone: parent.remove(child)
            parts[name] = tree.tostring(root, encoding="UTF-8", xml_declaration=True)
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in parts.items(): archive.writestr(zipfile.ZipInfo(name), content)
        return out.getvalue()


def pairs(root):
    for parent in root.iter():
        for child in parent: yield parent, child


def shrink(data):
    """A coroutine: yields documents to be judged, is sent which of them are still wrong, returns the smallest."""
    for level in range(len(LEVELS)):
        for _ in range(4):
            document = Document(data)
            places = list(document.candidates(level))
            if not places: break
            single = yield [document.without([place]) for place in places]
            free = [place for place, wrong in zip(places, single) if wrong]
            if not free: break
            # All at once, or the first or last half, or one.
            half = max(1, len(free) // 2)
            groups = [free, free[:half], free[half:], free[::2], free[:1]]
            groups = [group for group in groups if group]
            judged = yield [document.without(group) for group in groups]
            best = max((group for group, wrong in zip(groups, judged) if wrong), key=len, default=free[:1])
            data = document.without(best)
    return data


def judge(options, documents):
    jobs = {}
    for data in documents:
        path = f"{options.cache}/{hashlib.sha256(data).hexdigest()[:20]}.docx"
        if not os.path.exists(path):
            with open(path, "wb") as file: file.write(data)
        jobs[path] = path
    run.convert_all(jobs, options.cache)
    known = {path: wrong(options, path) for path in jobs}
    return [bool(known[f"{options.cache}/{hashlib.sha256(data).hexdigest()[:20]}.docx"]) for data in documents]


def wrong(options, path):
    lo, spire, out = path[:-5] + ".lo.pdf", path[:-5] + ".spire.pdf", f"{options.cache}/reduced.pdf"
    if not (os.path.exists(lo) and os.path.exists(spire)): return []
    if os.path.exists(out): os.remove(out)
    subprocess.run([options.ours, path, out], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60)
    a, b, c = run.words(lo), run.words(spire), run.words(out) if os.path.exists(out) else {}
    of_document = run.told(path)
    far = lambda word: not run.stands(word, (a[word], b[word]), c, options.least)
    return [(word, a[word], c.get(word)) for word in a if word in b and run.near(a[word], b[word], 2) and of_document(word) and far(word)]


def report(options, path, data):
    name = f"{options.out}/{os.path.basename(path)}"
    with open(name, "wb") as file: file.write(data)
    document = Document(data)
    print("=" * 20, name)
    for part in document.changed:
        if part != "word/footnotes.xml" or b"footnoteReference" in document.parts["word/document.xml"]:
            text = re.sub(rb'^<\?xml.*?\?>|\sxmlns:\w+="[^"]+"', b"", document.parts[part]).decode()
            print(part[5:-4] + ":", text[text.find(">") + 1:text.rfind("<")])
    judge(options, [data])
    for word, theirs, ours in wrong(options, f"{options.cache}/{hashlib.sha256(data).hexdigest()[:20]}.docx")[:4]: print("   ", word, "theirs", theirs, "ours", ours)
    sys.stdout.flush()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("docx", nargs="+"); parser.add_argument("--ours", default=run.ROOT + "/target/release/examples/docx-to-pdf")
    parser.add_argument("--cache", default=os.path.expanduser("~/.cache/docx-differ")); parser.add_argument("--out", default="reduced"); parser.add_argument("--least", type=float, default=3.0)
    options = parser.parse_args()
    os.makedirs(options.cache, exist_ok=True); os.makedirs(options.out, exist_ok=True)
    options.cache = os.path.realpath(options.cache)
    for prefix, uri in re.findall(r'xmlns:(\w+)="([^"]+)"', "".join(__import__("generate").NAMESPACES)): tree.register_namespace(prefix, uri)
    running, asked = {}, {}
    for path in options.docx:
        with open(path, "rb") as file: running[path] = shrink(file.read())
        asked[path] = next(running[path], None)
    while asked:
        flat = [data for documents in asked.values() for data in documents]
        answers = iter(judge(options, flat))
        for path in list(asked):
            answer = [next(answers) for _ in asked[path]]
            try: asked[path] = running[path].send(answer)
            except StopIteration as end:
                del asked[path]
                report(options, path, end.value)
        print(f"{len(flat)} judged, {len(asked)} documents in work", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
