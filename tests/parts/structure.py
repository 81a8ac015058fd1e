#!/usr/bin/env python3
"""What a screen reader reads of our PDFs: the text in the structure's order against the text of the Word document, word for word.

Usage: structure.py DOCX_DIR PDF_DIR [--list N]        (needs pikepdf)

The document's text is what its body holds in order, with footnotes behind the paragraph that refers to them, endnotes at the end, and what floats before the paragraph it is anchored in, or behind it where words stand before the anchor: deleted, hidden and fallback content, field codes and the text of headers and footers are left out.
Numbers of lists, pages and notes are made by layout and stand in no document: words that hold a digit, and single letters and signs, are left out on both sides.
For each document: the share of its words that the structure tells, and the share that it tells in the document's order.
"""
import argparse, datetime, difflib, glob, os, re, sys, time, unicodedata, zipfile
import xml.etree.ElementTree as tree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
VML = "{urn:schemas-microsoft-com:vml}"
MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
MONTHS = re.compile("january|february|march|april|may|june|july|august|september|october|november|december", re.I)


def words(text):
    text = unicodedata.normalize("NFKC", text).replace("\u00ad", "").replace("\u200b", "").replace("\u2011", "-").replace("\u2010", "-")
    found = (word for word in re.split(r"\s+", text.casefold()) if word)
    return [word for word in found if not any(c.isdigit() for c in word) and sum(c.isalpha() for c in word) > 1]


class Word:
    """The text of a .docx in reading order."""

    def __init__(self, path):
        self.archive = zipfile.ZipFile(path)
        relations = tree.fromstring(self.archive.read("_rels/.rels"))
        target = next((one.get("Target") for one in relations if one.get("Type", "").endswith("/officeDocument")), "word/document.xml")
        self.main = target.lstrip("/")
        self.folder = self.main.rsplit("/", 1)[0] + "/" if "/" in self.main else ""
        self.notes = {kind: self.part(f"{self.folder}{kind}s.xml") for kind in ("footnote", "endnote")}
        self.out, self.fields, self.end = [], [], []

    def part(self, name):
        try: root = tree.fromstring(self.archive.read(name))
        except (KeyError, tree.ParseError): return {}
        return {note.get(W + "id"): note for note in root}

    def text(self):
        root = tree.fromstring(self.archive.read(self.main))
        self.walk(root.find(W + "body") if root.find(W + "body") is not None else root, [])
        for note in self.end: self.walk(note, [])
        return "".join(self.out)

    def apart(self, element, pending):
        """The text of an element by itself."""
        outer, self.out = self.out, []
        for child in element: self.walk(child, pending)
        text, self.out = "".join(self.out), outer
        return text

    @staticmethod
    def floats(element):
        """Whether a drawing or picture is anchored, and no part of its line."""
        if element.tag == W + "drawing": return any(child.tag.endswith("}anchor") for child in element)
        shapes = [child for child in element if child.tag.startswith(VML) and not child.tag.endswith("}shapetype")]
        return any("position:absolute" in child.get("style", "").replace(" ", "") for child in shapes)

    def walk(self, element, pending):
        name = element.tag
        if name in (W + "del", W + "moveFrom", W + "delText", W + "sectPr", W + "pPr", W + "tblPr", W + "trPr", W + "tcPr", MC + "Fallback") or name == W + "sdtPr": return
        if name == W + "r":
            props = element.find(W + "rPr")
            hidden = props is not None and props.find(W + "vanish") is not None and props.find(W + "vanish").get(W + "val", "1") not in ("0", "false")
            if hidden: return
        if name == W + "instrText":
            if self.fields and self.fields[-1][0] == "code": self.fields[-1][1] += element.text or ""
            return
        if name == W + "fldChar":
            kind = element.get(W + "fldCharType")
            if kind == "begin": self.fields.append(["code", ""])
            elif kind == "separate" and self.fields: self.fields[-1][0] = "result"
            elif kind == "end" and self.fields: self.fields.pop()
            return
        if any(kind == "code" for kind, _ in self.fields) and name in (W + "t", W + "tab", W + "br"): return
        if name == W + "t":
            text = element.text or ""
            # A date is that of the day the PDF was made, or the document saved.
            if self.fields and (kind := re.match(r"\s*(DATE|TIME|SAVEDATE)\b", self.fields[-1][1], re.I)):
                saved = re.search(rb"<dcterms:modified[^>]*>\d+-(\d+)", self.archive.read("docProps/core.xml")) if kind[1].upper() == "SAVEDATE" else None
                text = MONTHS.sub(datetime.date(2000, int(saved[1]), 1).strftime("%B") if saved else time.strftime("%B"), text)
            self.out.append(text)
        elif name in (W + "tab", W + "br", W + "cr", W + "ptab"): self.out.append(" ")
        elif name == W + "noBreakHyphen": self.out.append("-")
        elif name == W + "footnoteReference":
            note = self.notes["footnote"].get(element.get(W + "id"))
            if note is not None: pending.append(note)
            # Its number stands at the word before it.
            self.out.append("1")
        elif name == W + "endnoteReference":
            note = self.notes["endnote"].get(element.get(W + "id"))
            if note is not None: self.end.append(note)
            self.out.append("1")
        elif name == MATH + "t": self.out.append(" " + re.sub(r"[^\w]", " ", element.text or "") + " ")
        if name == W + "txbxContent": self.out.append("\n")
        if name in (W + "drawing", W + "pict", W + "object") and self.floats(element):
            # A block cannot stand within a line's words: it is read before its paragraph where none of these stand before its anchor, else behind.
            (self.behind if "".join(self.out).strip() else self.before).append(self.apart(element, pending))
            return
        if name == W + "drawing" and any(one.get("descr") for one in element.iter() if one.tag.endswith("}docPr")): self.out.append("\n")
        if name == W + "p":
            waiting = []
            outer, self.before, self.behind = (self.before, self.behind), [], []
            text = self.apart(element, waiting)
            self.out += [*self.before, "\n", text, "\n", *self.behind]
            self.before, self.behind = outer
            for note in waiting: self.walk(note, [])
            return
        for child in element: self.walk(child, pending)

    before, behind = [], []


class Pdf:
    """The text of a tagged PDF in the order of its structure."""

    def __init__(self, path):
        import pikepdf
        self.pikepdf, self.pdf = pikepdf, pikepdf.open(path)
        self.pages = {page.obj.objgen: number for number, page in enumerate(self.pdf.pages)}
        self.marks, self.maps = {}, {}
        for number, page in enumerate(self.pdf.pages): self.read(number, page)

    def map_of(self, font):
        key = font.objgen
        if key not in self.maps:
            table = {}
            if "/ToUnicode" in font:
                text = font.ToUnicode.read_bytes().decode("latin-1")
                decode = lambda digits: bytes.fromhex(digits if len(digits) % 4 == 0 else digits.zfill(len(digits) + 4 - len(digits) % 4)).decode("utf-16-be", "replace")
                for block in re.findall(r"beginbfchar(.*?)endbfchar", text, re.S):
                    for code, to in re.findall(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]*)>", block): table[int(code, 16)] = decode(to)
                for block in re.findall(r"beginbfrange(.*?)endbfrange", text, re.S):
                    for first, last, rest in re.findall(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*(<[0-9A-Fa-f]*>|\[[^\]]*\])", block):
                        targets = re.findall(r"<([0-9A-Fa-f]*)>", rest)
                        for at, code in enumerate(range(int(first, 16), int(last, 16) + 1)):
                            if rest[0] == "[": table[code] = decode(targets[at]) if at < len(targets) else ""
                            else: start = decode(targets[0]); table[code] = start[:-1] + chr(ord(start[-1]) + at)
            self.maps[key] = table
        return self.maps[key]

    def read(self, number, page):
        resources = page.obj.get("/Resources", {})
        fonts, properties = resources.get("/Font", {}), resources.get("/Properties", {})
        table, stack, saved = {}, [], []
        for operands, operator in self.pikepdf.parse_content_stream(page):
            name = str(operator)
            if name == "q": saved.append(table)
            elif name == "Q" and saved: table = saved.pop()
            elif name == "Tf": table = self.map_of(fonts[str(operands[0])])
            elif name in ("BDC", "BMC"):
                inside = operands[1] if name == "BDC" else {}
                if isinstance(inside, self.pikepdf.Name): inside = properties.get(str(inside), {})
                actual = str(inside["/ActualText"]) if "/ActualText" in inside else None
                mark = int(inside["/MCID"]) if "/MCID" in inside else None
                if actual is not None: self.say(number, mark if mark is not None else self.open(stack), actual)
                stack.append((mark, actual, str(operands[0])))
            elif name == "EMC" and stack: stack.pop()
            elif name in ("Tj", "TJ", "'", '"') and not any(actual is not None for _, actual, _ in stack):
                for piece in (operands[0] if name == "TJ" else [operands[-1]]):
                    if isinstance(piece, self.pikepdf.String):
                        raw = bytes(piece)
                        self.say(number, self.open(stack), "".join(table.get(raw[at] << 8 | raw[at + 1], "") for at in range(0, len(raw) - 1, 2)))

    @staticmethod
    def open(stack):
        return next((mark for mark, _, _ in reversed(stack) if mark is not None), None)

    def say(self, page, mark, text):
        if mark is not None: self.marks[page, mark] = self.marks.get((page, mark), "") + text

    def text(self):
        out = []
        root = self.pdf.Root.get("/StructTreeRoot")
        if root is not None: self.walk(root.get("/K"), None, out)
        return "".join(out)

    BLOCKS = {"/P", "/H1", "/H2", "/H3", "/H4", "/H5", "/H6", "/TD", "/TH", "/LI", "/Lbl", "/LBody", "/Figure", "/Note", "/Div", "/Sect", "/TOCI", "/Caption"}

    def walk(self, kid, page, out):
        if kid is None: return
        if isinstance(kid, self.pikepdf.Array):
            for one in kid: self.walk(one, page, out)
        elif isinstance(kid, int): out.append(self.marks.get((page, kid), ""))
        elif isinstance(kid, self.pikepdf.Dictionary):
            if "/Pg" in kid: page = self.pages.get(kid.Pg.objgen, page)
            if kid.get("/Type") == "/MCR": out.append(self.marks.get((page, int(kid.MCID)), "")); return
            if kid.get("/Type") == "/OBJR": return
            block = str(kid.get("/S", "")) in self.BLOCKS
            if block: out.append("\n")
            # Screen readers read a formula by its description.
            if kid.get("/S") == "/Formula" and "/Alt" in kid: out.append(" " + re.sub(r"[^\w]|_", " ", str(kid.Alt)) + " ")
            elif "/ActualText" in kid: out.append(str(kid.ActualText))
            else: self.walk(kid.get("/K"), page, out)
            if block: out.append("\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("docx"); parser.add_argument("pdf"); parser.add_argument("--list", type=int, default=30); parser.add_argument("--show")
    options = parser.parse_args()
    rows = []
    for path in sorted(glob.glob(options.docx + "/*.docx")):
        name = os.path.basename(path)[:-5]
        if options.show and options.show != name: continue
        pdf = f"{options.pdf}/{name}.pdf"
        if not os.path.exists(pdf): continue
        theirs, ours = words(Word(path).text()), words(Pdf(pdf).text())
        matcher = difflib.SequenceMatcher(None, theirs, ours, autojunk=False)
        kept = sum(block.size for block in matcher.get_matching_blocks())
        left = {}
        for word in ours: left[word] = left.get(word, 0) + 1
        told = 0
        for word in theirs:
            if left.get(word, 0) > 0: left[word] -= 1; told += 1
        total = max(1, len(theirs))
        opcodes = [code for code in matcher.get_opcodes() if code[0] != "equal"]
        rows.append((kept / total if theirs else 1, told / total if theirs else 1, len(theirs), len(ours), name, [(theirs[i:j][:4], ours[k:l][:4]) for _, i, j, k, l in opcodes[:40 if options.show else 3]]))
    for order, told, count, ours, name, different in sorted(rows, key=lambda row: (row[0], row[2] == row[3]))[:options.list]:
        print(f"{name[:60]:60} {count:6} words, {ours:6} told: {told:.4f}, in order {order:.4f}  {different if order < 1 or ours != count else ''}")
    exact = sum(1 for row in rows if row[0] == 1 and row[2] == row[3])
    print(f"{len(rows)} documents: the structure tells exactly the document's words in its order in {exact}; all of them in order in {sum(row[0] == 1 for row in rows)}; at least 99.5 % in {sum(row[0] >= .995 for row in rows)}; mean told {sum(row[1] for row in rows) / len(rows):.4f}, in order {sum(row[0] for row in rows) / len(rows):.4f}")


if __name__ == "__main__":
    main()
