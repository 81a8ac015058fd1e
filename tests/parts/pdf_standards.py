#!/usr/bin/env python3
"""Machine checks of PDFs against ISO 19005-2 (PDF/A-2a), by its clauses; and, where it is installed, PDF/UA-1 by the checkpoints of the Matterhorn Protocol (outloud, PyPI).

Usage: pdf_standards.py PDF_DIR [--list N]        (needs pikepdf; fontTools for the widths of glyphs)

Files that do not say they are PDF/A (a character has no glyph) are named, not judged. docs/engine-rules.md tells what is covered.
"""
import argparse, collections, glob, io, json, os, re, subprocess, sys, tempfile

import logging, pikepdf
logging.disable()
from pikepdf import Array, Dictionary, Name, Stream, String

try: from fontTools.ttLib import TTFont
except ImportError: TTFont = None

OPERATORS = set("b B b* B* BDC BI BMC BT BX c cm cs CS d d0 d1 Do DP EI EMC ET EX f F f* g G gs h i ID j J k K l m M MP n q Q re rg RG ri s S sc SC scn SCN sh T* Tc Td TD Tf Tj TJ TL Tm Tr Ts Tw Tz v w W W* y ' \"".split())
ANNOTATIONS = {"/Text", "/Link", "/FreeText", "/Line", "/Square", "/Circle", "/Polygon", "/PolyLine", "/Highlight", "/Underline", "/Squiggly", "/StrikeOut", "/Stamp", "/Caret", "/Ink", "/Popup", "/Widget"}
ACTIONS = {"/GoTo", "/GoToR", "/GoToE", "/URI", "/Thread", "/Named", "/SubmitForm"}
BLENDS = {"/Normal", "/Compatible", "/Multiply", "/Screen", "/Overlay", "/Darken", "/Lighten", "/ColorDodge", "/ColorBurn", "/HardLight", "/SoftLight", "/Difference", "/Exclusion", "/Hue", "/Saturation", "/Color", "/Luminosity"}
STANDARD = {f"/{name}" for name in "Document Part Art Sect Div BlockQuote Caption TOC TOCI Index NonStruct Private P H H1 H2 H3 H4 H5 H6 L LI Lbl LBody Table TR TH TD THead TBody TFoot Span Quote Note Reference BibEntry Code Link Annot Ruby RB RT RP Warichu WT WP Figure Formula Form".split()}


class Checks:
    """The faults of one file: a clause and what is wrong there."""

    def __init__(self, path):
        self.faults, self.path = [], path
        self.raw = open(path, "rb").read()
        self.pdf = pikepdf.open(path)

    def need(self, holds, clause, words):
        if not holds: self.faults.append((clause, words))

    def run(self):
        self.file(); self.objects(); self.metadata(); self.colours(); self.pages(); self.structure()
        return self.faults

    def file(self):
        need, root = self.need, self.pdf.Root
        need(re.match(rb"%PDF-1\.[0-7]\r?\n%[\x80-\xff]{4}", self.raw), "6.1.2", "header without its comment of binary characters")
        need("/ID" in self.pdf.trailer and len(self.pdf.trailer.ID) == 2, "6.1.3", "no file identifier")
        need(not self.pdf.is_encrypted, "6.1.3", "encrypted")
        need(re.search(rb"%%EOF\s?\s?$", self.raw), "6.1.3", "data behind the end of the file")
        need("/Perms" not in root, "6.1.12", "permissions")
        need("/OCProperties" not in root, "6.9", "optional content")
        need("/AcroForm" not in root, "6.4.1", "a form")
        need("/AA" not in root and not ("/OpenAction" in root and isinstance(root.OpenAction, Dictionary)), "6.5.2", "an action of the document")
        names = root.get("/Names", Dictionary())
        need("/EmbeddedFiles" not in names and "/AF" not in root, "6.8", "an embedded file")
        need("/JavaScript" not in names, "6.5.1", "a script")
        need("/AlternatePresentations" not in names, "6.10", "alternate presentations")
        need("/Requirements" not in root, "6.11", "document requirements")

    def objects(self):
        need = self.need
        for value in self.pdf.objects:
            self.limits(value, 0)
            if not isinstance(value, Stream): continue
            need(not {"/F", "/FFilter", "/FDecodeParams"} & set(value.keys()), "6.1.7.1", "a stream that lies outside")
            filters = value.get("/Filter", Array([]))
            filters = [filters] if isinstance(filters, Name) else list(filters)
            need("/LZWDecode" not in map(str, filters) and "/Crypt" not in map(str, filters), "6.1.7.2", "a filter that is not allowed")
            if value.get("/Subtype") == "/Image":
                need(not {"/Alternates", "/OPI"} & set(value.keys()) and not bool(value.get("/Interpolate", False)), "6.2.8", "an image with alternates or interpolation")
            if value.get("/Subtype") == "/Form": need(not {"/OPI", "/PS", "/Ref"} & set(value.keys()), "6.2.9", "a form XObject that refers elsewhere")
            need(value.get("/Subtype") != "/PS", "6.2.9", "PostScript")

    def limits(self, value, depth):
        if depth > 40: return
        if isinstance(value, (Dictionary, Stream)):
            for key, one in value.items():
                self.need(len(key.encode()) <= 128, "6.1.13", "a name longer than 127 bytes")
                if not (hasattr(one, "is_indirect") and one.is_indirect): self.limits(one, depth + 1)
        elif isinstance(value, Array):
            for one in value:
                if not (hasattr(one, "is_indirect") and one.is_indirect): self.limits(one, depth + 1)
        elif isinstance(value, String): self.need(len(bytes(value)) <= 32767, "6.1.13", "a string longer than 32767 bytes")
        elif isinstance(value, int): self.need(-2**31 <= value < 2**31, "6.1.13", "an integer beyond 32 bits")

    def metadata(self):
        need, root, info = self.need, self.pdf.Root, self.pdf.trailer.get("/Info", Dictionary())
        packet = root.get("/Metadata")
        if packet is None: return need(False, "6.6.2.1", "no metadata")
        need("/Filter" not in packet, "6.6.2.1", "metadata that is compressed")
        text = packet.read_bytes().decode("utf-8", "replace")
        need("bytes=" not in text.split("?>")[0] and "encoding=" not in text.split("?>")[0], "6.6.2.1", "a packet header with bytes or encoding")
        need(re.search(r"<pdfaid:part>2</pdfaid:part>", text) and re.search(r"<pdfaid:conformance>A<", text), "6.6.4", "no PDF/A-2a identification")
        if "pdfuaid:" in text: need("pdfaExtension:schemas" in text, "6.6.2.3", "a schema that is not described")
        import html
        value = lambda tag: (lambda found: html.unescape(re.sub(r"<[^>]+>", "", found[1])).strip() if found else None)(re.search(rf"<{tag}>(.*?)</{tag}>", text, re.S))
        for key, tag in (("/Title", "dc:title"), ("/Author", "dc:creator"), ("/Subject", "dc:description"), ("/Producer", "pdf:Producer")):
            if key in info: need(value(tag) == str(info[key]).strip(), "6.6.3", f"{key} differs from {tag}")
        for key, tag in (("/CreationDate", "xmp:CreateDate"), ("/ModDate", "xmp:ModifyDate")):
            if key in info: need(re.sub(r"\D", "", str(info[key]))[:14] == re.sub(r"\D", "", value(tag) or "")[:14], "6.6.3", f"{key} differs from {tag}")

    def colours(self):
        intents = [one for one in self.pdf.Root.get("/OutputIntents", []) if one.get("/S") == "/GTS_PDFA1"]
        self.need(len(intents) == 1, "6.2.3", "not one output intent")
        self.rgb = False
        for intent in intents:
            profile = intent.get("/DestOutputProfile")
            data = profile.read_bytes() if profile is not None else b""
            self.need(len(data) > 128 and data[36:40] == b"acsp" and data[8] <= 4 and int.from_bytes(data[:4], "big") == len(data), "6.2.3", "no sound ICC profile")
            self.need(data[12:16] in (b"mntr", b"prtr") and data[16:20] in (b"RGB ", b"GRAY", b"CMYK"), "6.2.3", "a profile of another class")
            self.rgb = data[16:20] == b"RGB " and int(profile.N) == 3

    def space(self, value):
        name = str(value[0]) if isinstance(value, Array) and len(value) else str(value)
        if name == "/DeviceRGB": self.need(self.rgb, "6.2.4.3", "DeviceRGB without such an intent")
        if name == "/DeviceCMYK": self.need(False, "6.2.4.3", "DeviceCMYK")
        if name == "/Indexed": self.space(value[1])
        if name == "/ICCBased": self.need(int(value[1].N) in (1, 3, 4), "6.2.4.2", "an ICC colour space of another size")

    def pages(self):
        self.fonts, self.used = {}, collections.defaultdict(set)
        for page in self.pdf.pages:
            box = [float(edge) for edge in page.mediabox]
            self.need(all(3 <= side <= 14400 for side in (box[2] - box[0], box[3] - box[1])), "6.1.13", "a page of impossible size")
            self.need("/AA" not in page.obj and "/PresSteps" not in page.obj, "6.5.2", "an action of a page")
            self.content(page, page.obj.get("/Resources", Dictionary()))
            for annotation in page.obj.get("/Annots", []): self.annotation(annotation)
        for key, font in self.fonts.items(): self.font(font, self.used[key])

    def annotation(self, annotation):
        need, kind = self.need, str(annotation.get("/Subtype"))
        need(kind in ANNOTATIONS, "6.3.1", f"an annotation {kind}")
        flags = int(annotation.get("/F", 0))
        if kind != "/Popup": need(flags & 4 and not flags & (1 | 2 | 32 | 256), "6.3.2", "an annotation that is hidden or not printed")
        if kind not in ("/Link", "/Popup"): need("/AP" in annotation, "6.3.3", "an annotation without appearance")
        need("/AA" not in annotation, "6.5.2", "an action of an annotation")
        if "/A" in annotation: need(str(annotation.A.get("/S")) in ACTIONS, "6.5.1", "an action that is not allowed")

    def content(self, owner, resources, depth=0):
        need, deep, font, saved, fonts = self.need, 0, None, [], resources.get("/Font", Dictionary())
        for one in resources.get("/ColorSpace", Dictionary()).values(): self.space(one)
        for state in resources.get("/ExtGState", Dictionary()).values():
            need("/TR" not in state and str(state.get("/TR2", "/Default")) == "/Default" and "/HTP" not in state, "6.2.5", "a transfer function")
            blend = state.get("/BM", Name.Normal)
            need(all(str(mode) in BLENDS for mode in (blend if isinstance(blend, Array) else [blend])), "6.2.10", "a blend mode of its own")
        for operands, operator in pikepdf.parse_content_stream(owner):
            name = str(operator)
            need(name in OPERATORS, "6.2.2", f"an operator {name}")
            if name == "q": saved.append(font); deep += 1; need(deep <= 28, "6.1.13", "graphics states nested deeper than 28")
            elif name == "Q": deep -= 1; font = saved.pop() if saved else None
            elif name in ("rg", "RG"): need(self.rgb, "6.2.4.3", "DeviceRGB without such an intent")
            elif name in ("k", "K"): need(False, "6.2.4.3", "DeviceCMYK")
            elif name == "ri": need(str(operands[0]) in ("/RelativeColorimetric", "/AbsoluteColorimetric", "/Perceptual", "/Saturation"), "6.2.6", "a rendering intent of its own")
            elif name == "Tf":
                font = fonts.get(str(operands[0]))
                need(font is not None, "6.2.2", "a font that the resources do not name")
                if font is not None: self.fonts[font.objgen] = font
            elif name in ("Tj", "TJ", "'", '"') and font is not None:
                for piece in (operands[0] if name == "TJ" else [operands[-1]]):
                    if isinstance(piece, String):
                        raw = bytes(piece)
                        self.used[font.objgen] |= {raw[at] << 8 | raw[at + 1] for at in range(0, len(raw) - 1, 2)}
            elif name == "Do":
                object = resources.get("/XObject", Dictionary()).get(str(operands[0]))
                need(object is not None, "6.2.2", "an XObject that the resources do not name")
                if object is None: continue
                if "/ColorSpace" in object: self.space(object.ColorSpace)
                if object.get("/Subtype") == "/Form" and depth < 8: self.content(object, object.get("/Resources", resources), depth + 1)
        need(deep == 0, "6.2.2", "graphics states that are not closed")

    def font(self, font, codes):
        need = self.need
        need(font.get("/Subtype") == "/Type0" and str(font.get("/Encoding")) in ("/Identity-H", "/Identity-V"), "6.2.11.3.3", "a font that is no Type 0 font of identity encoding")
        if "/DescendantFonts" not in font: return
        inner = font.DescendantFonts[0]
        descriptor = inner.get("/FontDescriptor", Dictionary())
        program = descriptor.get("/FontFile2", descriptor.get("/FontFile3"))
        need(program is not None, "6.2.11.4.1", "a font that is not embedded")
        need("/ToUnicode" in font, "6.2.11.7.2", "a font whose characters have no text")
        if inner.get("/Subtype") == "/CIDFontType2": need("/CIDToGIDMap" in inner, "6.2.11.3.2", "a font without a map of glyphs")
        if "/ToUnicode" in font:
            for target in re.findall(r"<[0-9A-Fa-f]+>\s*<([0-9A-Fa-f]*)>", font.ToUnicode.read_bytes().decode("latin-1")):
                need(target.upper().lstrip("0") not in ("", "FEFF", "FFFE"), "6.2.11.7.2", "a glyph whose text is nothing or no character")
        if TTFont is None or program is None or "/FontFile2" not in descriptor: return
        face = TTFont(io.BytesIO(program.read_bytes()), lazy=True)
        unit, glyphs, advances = face["head"].unitsPerEm, face.getGlyphOrder(), face["hmtx"]
        map_ = inner.get("/CIDToGIDMap")
        table = None if not isinstance(map_, Stream) else map_.read_bytes()
        widths, at, list_ = {}, 0, list(inner.get("/W", []))
        while at < len(list_):
            first = int(list_[at])
            if isinstance(list_[at + 1], Array):
                widths.update({first + n: float(width) for n, width in enumerate(list_[at + 1])}); at += 2
            else:
                widths.update({code: float(list_[at + 2]) for code in range(first, int(list_[at + 1]) + 1)}); at += 3
        for code in codes:
            glyph = code if table is None else (table[2 * code] << 8 | table[2 * code + 1] if 2 * code + 1 < len(table) else 0)
            need(glyph != 0, "6.2.11.8", "a character without a glyph")
            if glyph >= len(glyphs): need(False, "6.2.11.4.1", "a glyph that is not embedded"); continue
            own, told = advances[glyphs[glyph]][0] * 1000 / unit, widths.get(code, float(inner.get("/DW", 1000)))
            need(abs(own - told) <= 1, "6.2.11.5", "a width that is not its glyph's")

    def structure(self):
        need, root = self.need, self.pdf.Root
        need(bool(root.get("/MarkInfo", Dictionary()).get("/Marked", False)), "6.7.2.2", "not marked as tagged")
        tree = root.get("/StructTreeRoot")
        need(tree is not None, "6.7.3.3", "no structure tree")
        need("/Lang" not in root or re.fullmatch(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*", str(root.Lang)), "6.7.4", "a language that is no tag")
        roles = {str(key) for key in tree.get("/RoleMap", Dictionary()).keys()} if tree is not None else set()
        stack, seen = [tree.get("/K")] if tree is not None else [], 0
        while stack:
            kid = stack.pop()
            if isinstance(kid, Array): stack.extend(kid)
            elif isinstance(kid, Dictionary) and "/S" in kid:
                need(str(kid.S) in STANDARD | roles, "6.7.3.4", f"an element {kid.S}")
                if kid.S in ("/Figure", "/Formula"): need("/Alt" in kid or "/ActualText" in kid, "6.7.3 (14.9.3)", "a figure without a description")
                if "/K" in kid: stack.append(kid.K)


    def tables(self):
        """Tables whose rows do not all reach over the same columns (ISO 14289-1, 7.5)."""
        kids = lambda element: [one for one in (element.K if isinstance(element.get("/K"), Array) else [element.get("/K")]) if isinstance(one, Dictionary) and "/S" in one]
        stack, irregular = kids(self.pdf.Root.StructTreeRoot), 0
        while stack:
            element = stack.pop()
            stack.extend(kids(element))
            if element.S != "/Table": continue
            rows = [row for part in kids(element) for row in ([part] if part.S == "/TR" else kids(part)) if row.S == "/TR"]
            span = lambda cell, name: int(cell.A.get(name, 1)) if isinstance(cell.get("/A"), Dictionary) else 1
            taken, widths = [], set()
            for row in rows:
                width = sum(columns for columns, _ in taken)
                taken = [(columns, left - 1) for columns, left in taken if left > 1]
                for cell in (cell for cell in kids(row) if cell.S in ("/TD", "/TH")):
                    width += span(cell, "/ColSpan")
                    if span(cell, "/RowSpan") > 1: taken.append((span(cell, "/ColSpan"), span(cell, "/RowSpan") - 1))
                widths.add(width)
            irregular += len(widths) > 1
        return irregular


def universal(paths, listed):
    """PDF/UA-1 by outloud, where it is there."""
    program = os.path.join(os.path.dirname(sys.executable), "outloud")
    if not os.path.exists(program): return print("PDF/UA-1: outloud is not installed, nothing checked")
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([program, *paths, "--layer", "conformance", "--json", f"{folder}/out.json", "-q", "--fail-on", "never"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
        results = json.load(open(f"{folder}/out.json"))["results"]
    count, files = collections.Counter(), collections.defaultdict(set)
    for result in results if isinstance(results, list) else results.values():
        for finding in result.get("findings", []):
            rule = finding.get("rule") or finding.get("rule_id") or finding.get("id")
            rule = rule if isinstance(rule, str) else rule.get("id")
            count[rule] += 1; files[rule].add(os.path.basename(str(result.get("path") or result.get("file"))))
    for rule, number in count.most_common(): print(f"PDF/UA-1 {rule}: {number} in {len(files[rule])} files, such as {', '.join(sorted(files[rule])[:listed])}")
    print(f"PDF/UA-1: {len(results)} files, {sum(not result.get('findings') for result in (results if isinstance(results, list) else results.values()))} without a finding")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pdf"); parser.add_argument("--list", type=int, default=3)
    options = parser.parse_args()
    count, files, sound, silent = collections.Counter(), collections.defaultdict(set), 0, []
    irregular = collections.Counter()
    paths = sorted(glob.glob(options.pdf + "/*.pdf"))
    for path in paths:
        checks = Checks(path)
        irregular[os.path.basename(path)] += checks.tables()
        if b"<pdfaid:part>" not in checks.raw: silent.append(os.path.basename(path)); continue
        faults = checks.run()
        sound += not faults
        for fault in faults: count[fault] += 1; files[fault].add(os.path.basename(path))
    for (clause, words), number in count.most_common(): print(f"PDF/A-2a {clause}, {words}: {number} in {len(files[clause, words])} files, such as {', '.join(sorted(files[clause, words])[:options.list])}")
    print(f"PDF/A-2a: {len(paths) - len(silent)} of {len(paths)} files say that they are, {sound} of these without a fault" + (f"; not: {', '.join(silent[:options.list])} …" if silent else ""))
    print(f"PDF/UA-1 7.5: {sum(irregular.values())} tables are irregular{''.join(', ' + name for name, number in irregular.items() if number)}")
    universal(paths, options.list)
    sys.exit(1 if count else 0)


if __name__ == "__main__":
    main()
