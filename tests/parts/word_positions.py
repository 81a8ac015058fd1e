"""Compares where words stand in PDFs with where they stand in reference PDFs. Needs pdftotext (poppler-utils).

  word_positions.py REFERENCE_DIR OUTPUT_DIR [--list FILE] [--within PT] [--require SHARE]

For each document: pages, the share of the reference's words found on the same page within 3, 6 and 12 pt (top left corner or bottom,
whichever is nearer, as box heights differ with a font's ascent), and the share found at all. Exits 1 when --require is not met by every document.
"""
import argparse, difflib, glob, html, os, re, subprocess, sys
from collections import Counter, defaultdict

WORD = re.compile(r'<word xMin="([-\d.]+)" yMin="([-\d.]+)" xMax="([-\d.]+)" yMax="([-\d.]+)">(.*?)</word>')


def pages(pdf):
    text = subprocess.run(["pdftotext", "-bbox", pdf, "-"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=60).stdout.decode("utf-8", "replace")
    found = []
    for page in text.split("<page ")[1:]:
        words = []
        for x0, y0, _, y1, word in WORD.findall(page):
            words.append((html.unescape(word), float(x0), float(y0), float(y1)))
        found.append(words)
    return found


def pairs(a, b):
    """Equal words of two pages: the nearest where very near, then reading order, then the nearest left."""
    by_word = defaultdict(list)
    for j, word in enumerate(b):
        by_word[word[0]].append(j)
    used, left, matched = set(), [], []
    distance = lambda i, j: max(abs(a[i][1] - b[j][1]), min(abs(a[i][2] - b[j][2]), abs(a[i][3] - b[j][3])))
    for i, word in enumerate(a):
        near = [j for j in by_word[word[0]] if j not in used and distance(i, j) <= 3]
        if near:
            j = min(near, key=lambda j: distance(i, j))
            used.add(j)
            matched.append((i, j))
        else:
            left.append(i)
    rest = [j for j in range(len(b)) if j not in used]
    blocks = difflib.SequenceMatcher(None, [a[i][0] for i in left], [b[j][0] for j in rest], autojunk=False).get_matching_blocks()
    taken = set()
    for block in blocks:
        for k in range(block.size):
            matched.append((left[block.a + k], rest[block.b + k]))
            taken.add(left[block.a + k])
            used.add(rest[block.b + k])
    for i in left:
        free = [j for j in by_word[a[i][0]] if j not in used]
        if i not in taken and free:
            j = min(free, key=lambda j: distance(i, j))
            used.add(j)
            matched.append((i, j))
    return [distance(i, j) for i, j in matched]


def score(reference, output):
    ref, out = pages(reference), pages(output) if os.path.exists(output) else []
    total = sum(map(len, ref))
    distances = [d for a, b in zip(ref, out) for d in pairs(a, b)]
    share = lambda limit: sum(d <= limit for d in distances) / total if total else 1.0
    common = Counter(w[0] for p in ref for w in p) & Counter(w[0] for p in out for w in p)
    recall = sum(common.values()) / total if total else 1.0
    return dict(pages=(len(ref), len(out)), within3=share(3), within6=share(6), within12=share(12), recall=recall)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("reference")
    parser.add_argument("output")
    parser.add_argument("--list", help="score only these names")
    parser.add_argument("--within", type=int, default=6, choices=(3, 6, 12))
    parser.add_argument("--require", type=float, help="share of words that every document must reach, with equal page counts")
    arguments = parser.parse_args()
    only = set(open(arguments.list).read().split("\n")) if arguments.list else None
    rows = []
    for reference in sorted(glob.glob(os.path.join(arguments.reference, "*.pdf"))):
        name = os.path.basename(reference)[:-4]
        if only is None or name in only:
            rows.append((name, score(reference, os.path.join(arguments.output, name + ".pdf"))))
    if not rows:
        sys.exit("nothing to compare")
    mean = lambda values: sum(values) / len(rows)
    print(f"documents             {len(rows)}")
    print(f"page count equal      {mean([r['pages'][0] == r['pages'][1] for _, r in rows]):.1%}")
    print(f">= 95 % within 6 pt   {mean([r['within6'] >= .95 for _, r in rows]):.1%}")
    print(f">= 80 % within 6 pt   {mean([r['within6'] >= .80 for _, r in rows]):.1%}")
    print(f"text recall, mean     {mean([r['recall'] for _, r in rows]):.4f}")
    key = f"within{arguments.within}"
    for name, r in sorted(rows, key=lambda row: row[1][key])[:10]:
        print(f"  {r[key]:6.1%} within {arguments.within} pt, pages {r['pages'][1]} of {r['pages'][0]}, recall {r['recall']:.3f}  {name}")
    if arguments.require is not None:
        short = [name for name, r in rows if r[key] < arguments.require or r["pages"][0] != r["pages"][1]]
        if short:
            sys.exit(f"below {arguments.require:.0%} within {arguments.within} pt, or with other page counts: {', '.join(short)}")


if __name__ == "__main__":
    main()
