#!/usr/bin/env python3
"""Hostile documents: each must end in pages or in a clear error, within bounds on time and memory, never in a panic.

Usage: hostile.py GRADEPOST [--seconds 2] [--mebibytes 256]     prints the table, fails when one is out of bounds
"""
import argparse, io, itertools, os, random, struct, subprocess, sys, tempfile, zipfile, zlib
from pathlib import Path

NAMES = " ".join(f'xmlns:{short}="{name}"' for short, name in {
    "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "pic": "http://schemas.openxmlformats.org/drawingml/2006/picture",
    "wps": "http://schemas.microsoft.com/office/word/2010/wordprocessingShape",
    "c": "http://schemas.openxmlformats.org/drawingml/2006/chart",
}.items())
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"


def relations(*pairs):
    lines = "".join(f'<Relationship Id="rId{n}" Type="{RELATION}{kind}" Target="{target}"/>' for n, (kind, target) in enumerate(pairs, 1))
    return f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{lines}</Relationships>'


def docx(body, extra=(), root=None):
    """A package with this body and these further parts."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("_rels/.rels", relations(("officeDocument", "word/document.xml")))
        archive.writestr("word/document.xml", root or f"<w:document {NAMES}><w:body>{body}</w:body></w:document>")
        for name, content in dict(extra).items():
            archive.writestr(name, content)
    return file.getvalue()


def p(text="x", props=""):
    return f"<w:p><w:pPr>{props}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width, height, data):
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def pictured(name, content, extent=914400):
    drawing = (f'<w:p><w:r><w:drawing><wp:inline><wp:extent cx="{extent}" cy="{extent}"/><a:graphic><a:graphicData><pic:pic><pic:blipFill>'
               '<a:blip r:embed="rId1"/></pic:blipFill></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>')
    return docx(drawing, {"word/_rels/document.xml.rels": relations(("image", f"media/{name}")), f"word/media/{name}": content})


def field(instruction):
    mark = lambda kind: f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'
    return f'<w:p>{mark("begin")}<w:r><w:instrText> {instruction} </w:instrText></w:r>{mark("separate")}<w:r><w:t>x</w:t></w:r>{mark("end")}</w:p>'


def floating(inner, at=(0, 0), about=""):
    """A run with a shape of an inch that text goes around."""
    return (f'<w:r><w:drawing><wp:anchor simplePos="0" behindDoc="0"><wp:positionH relativeFrom="column"><wp:posOffset>{at[0]}</wp:posOffset></wp:positionH>'
            f'<wp:positionV relativeFrom="paragraph"><wp:posOffset>{at[1]}</wp:posOffset></wp:positionV><wp:extent cx="914400" cy="914400"/>'
            f'<wp:wrapSquare wrapText="bothSides"/><wp:docPr id="1" name="x" descr="{about}"/><a:graphic><a:graphicData><wps:wsp>{inner}</wps:wsp>'
            '</a:graphicData></a:graphic></wp:anchor></w:drawing></w:r>')


def metafile(lines):
    """An EMF of so many lines."""
    head = struct.pack("<II8i4s", 1, 108, 0, 0, 100, 100, 0, 0, 2540, 2540, b" EMF").ljust(72, b"\0") + struct.pack("<4i", 100, 100, 320, 240)
    record = b"".join(struct.pack("<IIii", 54, 16, n % 100, n * 7 % 100) for n in range(lines))
    return head.ljust(108, b"\0") + record + struct.pack("<5I", 14, 20, 0, 0, 20)


def again():
    """What stands in the document once and is shown again and again."""
    part = lambda kind, name, content: {"word/_rels/document.xml.rels": relations((kind, name)), f"word/{name}": content}
    letters = lambda count: "".join(random.Random(7).choices("abcdefghijklmnopqrstuvwxyz", k=count))
    page, section = '<w:p><w:r><w:br w:type="page"/></w:r></w:p>', '<w:sectPr><w:headerReference w:type="default" r:id="rId1"/></w:sectPr>'
    header = lambda inner: part("header", "header.xml", f"<w:hdr {NAMES}>{inner}</w:hdr>")
    outline = '<wps:spPr><a:custGeom><a:pathLst><a:path w="100" h="100"><a:moveTo><a:pt x="0" y="0"/></a:moveTo>' + '<a:lnTo><a:pt x="9" y="7"/></a:lnTo>' * 5000 \
        + '</a:path></a:pathLst></a:custGeom><a:solidFill><a:srgbClr val="FF0000"/></a:solidFill></wps:spPr>'
    yield "ten thousand references to a long text", docx(
        f'<w:p><w:bookmarkStart w:id="1" w:name="b"/><w:r><w:t>{"palabra " * 8000}</w:t></w:r><w:bookmarkEnd w:id="1"/></w:p>' + field("REF b") * 10_000)
    yield "a sum over all rows in each of ten thousand", docx("<w:tbl>" + f"<w:tr><w:tc>{field('=SUM(ABOVE)')}</w:tc></w:tr>" * 10_000 + "</w:tbl>")
    for cells in ("BELOW", "B:B", "ZZ:ZZ", "A1:B9999"):
        row = f"<w:tr><w:tc><w:p><w:r><w:t>1</w:t></w:r></w:p></w:tc><w:tc>{field(f'=SUM({cells})')}</w:tc></w:tr>"
        yield f"a sum over {cells}, all rows to come, in each of ten thousand", docx("<w:tbl>" + row * 10_000 + "</w:tbl>")
    yield "questions in questions whether a value is defined", docx(field("=" + "DEFINED((" * 200 + "1/0" + "))" * 200) * 200)
    yield "a header of a thousand paragraphs on three thousand pages", docx(page * 3000 + section, header(p("palabra") * 1000))
    yield "a header of a hundred thousand letters on three thousand pages", docx(page * 3000 + section, header(p("palabra " * 12_500)))
    yield "a header of an outline of 5,000 points on two thousand pages", docx(page * 2000 + section, header(f"<w:p>{floating(outline)}</w:p>"))
    yield "a repeated row with an outline of 5,000 points", docx(
        f"<w:tbl><w:tr><w:trPr><w:tblHeader/></w:trPr><w:tc><w:p>{floating(outline)}</w:p></w:tc></w:tr>" + f"<w:tr><w:tc>{p('b')}</w:tc></w:tr>" * 30_000 + "</w:tbl>")
    box = lambda n: f'<wps:spPr/><wps:txbx id="1"><w:txbxContent>{p("palabra " * 30_000)}</w:txbxContent></wps:txbx><wps:bodyPr/>' if n == 0 else f'<wps:spPr/><wps:linkedTxbx id="1" seq="{n}"/><wps:bodyPr/>'
    yield "a text that goes on in four thousand boxes", docx("".join(f"<w:p>{floating(box(n))}</w:p>" for n in range(4000)))
    points = "".join(f'<c:pt idx="{n}"><c:v>{n * 7919 % 1000}</c:v></c:pt>' for n in range(1000))
    chart = (f'<c:chartSpace {NAMES}><c:chart><c:plotArea><c:pieChart><c:ser><c:val><c:numRef><c:numCache>{points}</c:numCache></c:numRef></c:val></c:ser>'
             '</c:pieChart></c:plotArea></c:chart></c:chartSpace>')
    inline = '<w:p><w:r><w:drawing><wp:inline><wp:extent cx="4000000" cy="3000000"/><a:graphic><a:graphicData>{}</a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>'
    yield "a chart of a thousand points, five hundred times", docx(inline.format('<c:chart r:id="rId1"/>') * 500, part("chart", "chart.xml", chart))
    shown = inline.format('<pic:pic><pic:blipFill><a:blip r:embed="rId1"/></pic:blipFill></pic:pic>')
    yield "a metafile of a hundred thousand lines, a thousand times", docx(shown * 1000, part("image", "a.emf", metafile(100_000)))
    target = f'<Relationships><Relationship Id="rId1" Type="{RELATION}hyperlink" Target="https://example.org/{letters(1_000_000)}" TargetMode="External"/></Relationships>'
    yield "five thousand links to an address of a megabyte", docx(
        "<w:p>" + '<w:hyperlink r:id="rId1"><w:r><w:t>a </w:t></w:r></w:hyperlink>' * 5000 + "</w:p>", {"word/_rels/document.xml.rels": target})
    one = '<w:p><w:hyperlink r:id="rId1"><w:r><w:t>{}</w:t></w:r></w:hyperlink></w:p>'
    yield "a link to an address of a megabyte over two thousand lines", docx(one.format("palabra " * 24_000), {"word/_rels/document.xml.rels": target})
    yield "a header's link to an address of a megabyte on two thousand pages", docx(
        page * 2000 + section, header(one.format("a")) | {"word/_rels/header.xml.rels": target})
    ends = "".join(f'<w:bookmarkEnd w:id="{n}"/>' for n in range(64))
    yield "64 bookmarks around each of sixty long texts", docx("".join(
        "<w:p>" + "".join(f'<w:bookmarkStart w:id="{n}" w:name="b{at}_{n}"/>' for n in range(64)) + f'<w:r><w:t>{"palabra " * 7500}</w:t></w:r>{ends}</w:p>' for at in range(60)))
    yield "pictures with 30 MB of words about them", docx("<w:p>" + floating("<wps:spPr/>", about=letters(20_000)) * 1500 + "</w:p>")
    level = f'<w:lvl w:ilvl="0"><w:numFmt w:val="decimal"/><w:lvlText w:val="{"%1.%1.%1" * 30}"/></w:lvl>'
    yield "twenty thousand numbers of two hundred letters", docx(
        p(props='<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>') * 20_000,
        part("numbering", "numbering.xml", f'<w:numbering {NAMES}><w:abstractNum w:abstractNumId="0">{level}</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>'))
    leader = '<w:tabs><w:tab w:val="right" w:leader="dot" w:pos="31000"/></w:tabs>'
    yield "fifty thousand lines of leaders", docx(f'<w:p><w:pPr>{leader}</w:pPr>' + '<w:r><w:rPr><w:sz w:val="1"/></w:rPr><w:tab/></w:r><w:r><w:br/></w:r>' * 50_000 + "</w:p>")
    somewhere = random.Random(7)
    high = lambda: floating("<wps:spPr/>", (somewhere.randrange(5_000_000), -somewhere.randrange(9_000_000)))
    yield "twenty-four thousand floats that push the text above them", docx(
        "".join(f'<w:p>{"".join(high() for _ in range(20))}<w:r><w:t>{"palabra " * 10}</w:t></w:r></w:p>' for _ in range(1200)))


def scripts():
    """Characters that cost more than letters do."""
    for name, text in (("both directions", "\u05d0a"), ("both directions and blanks", "\u05d0 a "), ("brackets among Hebrew", "\u05d0("), ("Arabic", "\u0628"),
                       ("Thai", "\u0e01"), ("wide blanks", "\u3000"), ("characters without a glyph", "\u1401"), ("letters with marks", "q\u0301x"),
                       ("isolates", "\u2067a"), ("private characters", "".join(map(chr, range(0xF0000, 0xFFF00))))):
        for count in (100_000, 300_000, 600_000):
            yield f"{count:,} characters: {name}", docx(p(text * (count // len(text))))
    every = (chr(c) for c in range(0x21, 0x30000) if chr(c) not in "&<>" and not 0xD800 <= c < 0xE000 and c & 0xFFFE != 0xFFFE)
    yield "every character there is", docx(p("".join(every)))


def drawn():
    """Shapes, SmartArt and WordArt, and floats that hang on their lines."""
    vml = 'xmlns:v="urn:schemas-microsoft-com:vml"'
    shape = lambda preset, guides="": (f'<wps:spPr><a:prstGeom prst="{preset}"><a:avLst>{guides}</a:avLst></a:prstGeom><a:gradFill><a:gsLst><a:gs pos="0"><a:srgbClr val="FF0000"/></a:gs>'
                                       '<a:gs pos="100000"><a:srgbClr val="0000FF"/></a:gs></a:gsLst></a:gradFill></wps:spPr>')
    for preset in ("gear9", "star32", "cloudCallout", "irregularSeal2"):
        yield f"ten thousand shapes: {preset}", docx("".join(f"<w:p>{floating(shape(preset))}</w:p>" for _ in range(10_000)))
    guides = "".join(f'<a:gd name="adj{n}" fmla="val {10 ** (n % 12)}"/>' for n in range(16))
    yield "shapes with absurd adjustments", docx("".join(f"<w:p>{floating(shape(preset, guides))}</w:p>" for preset in ("sun", "wave", "funnel", "blockArc", "circularArrow", "curvedUpArrow", "gear6", "ellipseRibbon2") * 100))
    art = lambda text: f'<w:r><w:pict {vml}><v:shape style="width:100pt;height:20pt" fillcolor="red" strokecolor="blue"><v:fill type="gradient" color2="yellow"/><v:textpath trim="t" fitpath="t" string="{text}"/></v:shape></w:pict></w:r>'
    yield "twenty thousand times WordArt", docx(f"<w:p>{art('Diploma de honor') * 20_000}</w:p>")
    yield "WordArt of two thousand letters, five hundred times", docx(f"<w:p>{art('palabra ' * 250) * 500}</w:p>")
    formulas = "".join(f'<v:f eqn="sum @{max(n - 1, 0)} @{n} #0"/>' for n in range(4000))
    kind = f'<v:shapetype id="t" adj="5" path="m@1,@2l@3999,@5xe"><v:formulas>{formulas}</v:formulas></v:shapetype>'
    yield "VML shapes of a type with four thousand formulas", docx(f'<w:p><w:r><w:pict {vml}>{kind}</w:pict></w:r>' + f'<w:r><w:pict {vml}><v:shape type="#t" style="width:9pt;height:9pt"/></w:pict></w:r>' * 20_000 + "</w:p>")
    yield "twenty thousand VML types, and as many shapes", docx("<w:p>" + "".join(f'<w:r><w:pict {vml}><v:shapetype id="t{n}" path="m,l5,5xe"/><v:shape type="#t{19_999 - n}" style="width:9pt;height:9pt"/></w:pict></w:r>' for n in range(20_000)) + "</w:p>")
    # One diagram of five thousand shapes, shown two thousand times.
    dsp = 'xmlns:dsp="http://schemas.microsoft.com/office/drawing/2008/diagram"'
    one = '<dsp:sp><dsp:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="9" cy="9"/></a:xfrm><a:prstGeom prst="gear6"/></dsp:spPr><dsp:txBody><a:bodyPr/><a:p><a:r><a:t>palabra</a:t></a:r></a:p></dsp:txBody></dsp:sp>'
    parts = {"word/_rels/document.xml.rels": relations(("diagramData", "data.xml"), ("diagramDrawing", "drawing.xml")), "word/data.xml": "<x/>",
             "word/drawing.xml": f"<dsp:drawing {NAMES} {dsp}><dsp:spTree>{one * 5000}</dsp:spTree></dsp:drawing>"}
    shown = '<w:p><w:r><w:drawing><wp:inline><wp:extent cx="914400" cy="914400"/><a:graphic><a:graphicData><dgm:relIds xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram" r:dm="rId1"/></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>'
    yield "SmartArt of five thousand shapes, two thousand times", docx(shown * 2000, parts)
    hung = floating("<wps:spPr/>").replace('relativeFrom="column"', 'relativeFrom="character"').replace('relativeFrom="paragraph"', 'relativeFrom="line"')
    yield "ten thousand floats by the characters of one paragraph", docx("<w:p>" + (hung + "<w:r><w:t>palabra </w:t></w:r>") * 10_000 + "</w:p>")
    yield "eight floats by the characters of each of three hundred long paragraphs", docx(("<w:p>" + (hung + f"<w:r><w:t>{'palabra ' * 40}</w:t></w:r>") * 8 + "</w:p>") * 300)
    yield "thirty thousand bookmarks between words", docx("<w:p>" + '<w:r><w:t>palabra </w:t></w:r><w:bookmarkStart w:id="1" w:name="b"/>' * 30_000 + "</w:p>")
    notes = "".join(f'<w:footnote w:id="{n}">{p("palabra " * 20)}</w:footnote>' for n in range(1, 5001))
    parts = {"word/_rels/document.xml.rels": relations(("footnotes", "footnotes.xml")), "word/footnotes.xml": f"<w:footnotes {NAMES}>{notes}</w:footnotes>"}
    referred = "".join(f'<w:r><w:footnoteReference w:id="{n}"/></w:r>' for n in range(1, 5001))
    yield "five thousand footnotes of one paragraph in three columns", docx(f'<w:p>{referred}</w:p><w:sectPr><w:cols w:num="3" w:space="200"/></w:sectPr>', parts)


def regrey(document):
    """The same with its picture shown in grey."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(document)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b'<a:blip r:embed="rId1"/>', b'<a:blip r:embed="rId1"><a:grayscl/></a:blip>'))
    return out.getvalue()


def lying_sizes():
    """The directory says that a part is small; it is not."""
    whole = bytearray(docx(p("a" * 3_000_000)))
    real = struct.pack("<I", len(f"<w:document {NAMES}><w:body>{p('a' * 3_000_000)}</w:body></w:document>"))
    return bytes(whole.replace(real, struct.pack("<I", 100)))


def cases():
    cell = "<w:tc><w:p/></w:tc>"
    styles = lambda inner: {"word/_rels/document.xml.rels": relations(("styles", "styles.xml")), "word/styles.xml": f"<w:styles {NAMES}>{inner}</w:styles>"}
    numbers = ["99999999999999999999", "-2147483648", "1e308", "NaN", "4294967295"]
    ring = "".join(f'<w:style w:type="paragraph" w:styleId="s{n}"><w:basedOn w:val="s{(n + 1) % 50}"/><w:link w:val="s{n}"/></w:style>' for n in range(50))
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "ha"}">' for n in range(10))
    pixels = zlib.compress(b"\0" * 301 * 100)
    yield "zip bomb: 60 MB of one letter", docx(p("a" * 60_000_000))
    yield "zip bomb: forty parts of 10 MB", docx(p(), {f"word/x{n}.xml": b" " * 10_000_000 for n in range(40)})
    yield "sizes that lie", lying_sizes()
    yield "ten thousand entries", docx(p(), {f"word/{n}.xml": b"<a/>" for n in range(10_000)})
    yield "a name that climbs out", docx(p(), {"../../etc/passwd": b"x"})
    yield "entity expansion", docx("", root=f"<!DOCTYPE x [{entities}]><w:document {NAMES}><w:body>{p('&e9;')}</w:body></w:document>")
    yield "relationships in a circle", docx(
        p() + '<w:sectPr><w:headerReference w:type="default" r:id="rId1"/></w:sectPr>',
        {"word/_rels/document.xml.rels": relations(("header", "document.xml"), ("footnotes", "document.xml"), ("styles", "document.xml"))})
    yield "styles based on each other", docx(p(props='<w:pStyle w:val="s3"/>') * 500, styles(ring))
    yield "a hundred thousand open elements", docx("<w:sdt><w:sdtContent>" * 100_000)
    yield "tables in tables, 60 deep", docx("<w:tbl><w:tr><w:tc>" * 60 + p() + "</w:tc></w:tr></w:tbl>" * 60)
    yield "a million cells", docx("<w:tbl>" + f"<w:tr>{cell * 1000}</w:tr>" * 1000 + "</w:tbl>")
    yield "a million cells in one row", docx(f"<w:tbl><w:tr>{cell * 1_000_000}</w:tr></w:tbl>")
    yield "two hundred thousand paragraphs", docx(p() * 200_000)
    yield "a word of three million letters", docx(p("a" * 3_000_000))
    yield "a word of three million letters in runs of 200", docx("<w:p>" + f"<w:r><w:t>{'a' * 200}</w:t></w:r>" * 15_000 + "</w:p>")
    for number in numbers:
        every = (f'<w:spacing w:before="{number}" w:after="{number}" w:line="{number}"/><w:ind w:left="{number}" w:hanging="{number}"/>'
                 f'<w:tabs><w:tab w:val="left" w:pos="{number}"/></w:tabs><w:rPr><w:sz w:val="{number}"/></w:rPr>')
        table = (f'<w:tbl><w:tblPr><w:tblW w:w="{number}" w:type="dxa"/></w:tblPr><w:tblGrid><w:gridCol w:w="{number}"/></w:tblGrid><w:tr><w:trPr>'
                 f'<w:trHeight w:val="{number}"/></w:trPr><w:tc><w:tcPr><w:gridSpan w:val="{number}"/></w:tcPr>{p()}</w:tc></w:tr></w:tbl>')
        page = f'<w:sectPr><w:pgSz w:w="{number}" w:h="{number}"/><w:pgMar w:top="{number}" w:left="{number}" w:bottom="{number}"/><w:cols w:num="{number}"/></w:sectPr>'
        yield f"measures of {number}", docx((p(props=every) + table) * 20 + page)
    yield "a page one point high", docx(p("palabra " * 2000) + '<w:sectPr><w:pgSz w:w="20" w:h="20"/></w:sectPr>')
    math = lambda inner: f'<w:p><m:oMath xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math">{inner}</m:oMath></w:p>'
    yield "fractions in fractions, 500 deep", docx(math("<m:f><m:num>" * 500 + "<m:r><m:t>1</m:t></m:r>" + "</m:num></m:f>" * 500))
    yield "a formula of seventy thousand operators", docx(math("<m:r><m:t>" + "a+" * 70_000 + "</m:t></m:r>"))
    yield "a formula of a million letters and marks", docx(math("<m:r><m:t>" + "a" * 500_000 + "\u0301" * 500_000 + "</m:t></m:r>"))
    yield "a matrix of 300 × 300", docx(math("<m:m>" + f"<m:mr>{'<m:e><m:r><m:t>x</m:t></m:r></m:e>' * 300}</m:mr>" * 300 + "</m:m>"))
    yield "scripts and brackets, 20 deep, of ten thousand letters", docx(math(
        "<m:d><m:e><m:sSup><m:e>" * 20 + "<m:r><m:t>x+</m:t></m:r>" * 10_000 + "</m:e><m:sup><m:r><m:t>2</m:t></m:r></m:sup></m:sSup></m:e></m:d>" * 20))
    yield "a picture cut off", pictured("a.png", png(100, 100, pixels)[:120])
    yield "a picture of 65000 × 65000", pictured("a.png", png(65_000, 65_000, pixels))
    yield "a JPEG that ends in its head", pictured("a.jpg", b"\xff\xd8\xff\xe0\0\x10JFIF\0")
    grey = pictured("a.png", png(6000, 6000, zlib.compress(bytes(6000 * 18001), 1)))
    yield "a large picture made grey", regrey(grey)
    yield "a picture a kilometre wide", pictured("a.png", png(100, 100, pixels), 36_000_000_000)


def templates():
    yield "loops in loops", docx(p("{% for a in range(99999) %}{% for b in range(99999) %}x{% endfor %}{% endfor %}"))
    yield "a text repeated endlessly", docx(p("{{ 'a' * 999999999 }}{% set x = 'a' * 99999999 %}{{ x * 9999 }}"))
    yield "a macro that calls itself", docx(p("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}"))
    yield "brackets, fifty thousand deep", docx(p("{{ " + "(" * 50_000 + " }}"))
    yield "twenty thousand open blocks", docx(p("{% if x %}" * 20_000))
    yield "a text that replaces itself by longer ones", docx(p("{{ ('a' * 99999) | replace('a', 'b' * 99999) }}"))
    yield "a list that is sorted, turned and joined", docx(p("{{ range(99999) | list | sort | reverse | join('x' * 9999) }}"))
    yield "lists in lists, fifty thousand deep", docx(p("{{ " + "[" * 50_000 + " }}"))
    yield "a chain of fifty thousand attributes", docx(p("{{ a" + ".b" * 50_000 + " }}"))
    yield "a chain of fifty thousand filters", docx(p("{{ 'a'" + "|upper" * 50_000 + " }}"))
    row = lambda text: f"<w:tr><w:tc>{p(text)}</w:tc></w:tr>"
    yield "a hundred thousand rows", docx("<w:tbl>" + row("{%tr for a in range(99999) %}") + row("{{ a }}") + row("{%tr endfor %}") + "</w:tbl>")
    cut = "".join(f'<w:r><w:t xml:space="preserve">{piece}</w:t></w:r>' for piece in ("{", "{ ", "student.name", " }", "} "))
    yield "twenty thousand marks of five runs each, in one paragraph", docx("<w:p>" + cut * 20_000 + "</w:p>")
    whole = '<w:r><w:t xml:space="preserve">{{ student.name }} </w:t></w:r>'
    tabs = "<w:pPr><w:tabs>" + '<w:tab w:val="left" w:pos="720"/>' * 5_000 + "</w:tabs></w:pPr>"
    yield "twenty thousand marks in a paragraph with five thousand tabs", docx("<w:p>" + tabs + whole * 20_000 + "</w:p>")
    yield "twenty thousand paragraphs that are joined", docx(p("{%- if true -%}") * 20_000 + p("{% endif %}") * 20_000)
    yield "rows of rows without end", docx("<w:tbl>" + row("{%tr for a in range(999) %}") + row("{%tr for b in range(999) %}") + row("{{ a }}")
                                           + row("{%tr endfor %}") * 2 + "</w:tbl>")
    yield "a hundred thousand paragraphs", docx(p("{%p for a in range(99999) %}") + p("palabra " * 50) + p("{%p endfor %}"))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--mebibytes", type=float, default=256)
    given = parser.parse_args()
    binary, failed = os.path.realpath(given.binary), 0
    print("| input | size | time | memory | outcome |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "data.json").write_text('{"student": {"name": "Ana"}}')
        # Written by a process of its own: a child begins with its parent's peak of memory, and making these takes much.
        if (writer := os.fork()) == 0:
            for kind, made in (("convert", itertools.chain(cases(), again(), drawn(), scripts())), ("render", templates())):
                for number, (label, content) in enumerate(made):
                    (folder / f"{kind}-{number:03}.docx").write_bytes(content)
                    (folder / f"{kind}-{number:03}.txt").write_text(label)
            os._exit(0)
        if os.waitpid(writer, 0)[1]:
            sys.exit("the documents could not be written")
        for document in sorted(folder.glob("*.docx")):
            label, size = document.with_suffix(".txt").read_text(), document.stat().st_size
            command = [binary, "convert", "--quiet", document, folder / "out.pdf"] if document.name.startswith("convert") else [
                binary, "render", "--template", document, "--data", folder / "data.json", "--out", folder / "out.pdf", "--missing", "blank"]
            with open(folder / "said", "w+b") as said:
                child = subprocess.Popen(command, stdout=said, stderr=said)
                _, status, usage = os.wait4(child.pid, 0)
                # The processor's time: what the clock shows on a machine with nothing else to do.
                seconds, mebibytes = usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024
                child.returncode = code = os.waitstatus_to_exitcode(status)
                said.seek(0)
                words = said.read().decode(errors="replace")
            outcome = "pages" if code == 0 else words.strip().replace(f"{document}: ", "").splitlines()[0][:150] if words.strip() else f"ended with {code}"
            bad = code not in (0, 1) or "panicked" in words or (code == 1 and not words.startswith("error: ")) \
                or seconds > given.seconds or mebibytes > given.mebibytes
            failed += bad
            print(f"| {label} | {size / 1000:.0f} kB | {seconds:.2f} s | {mebibytes:.0f} MiB | {'OUT OF BOUNDS: ' if bad else ''}{outcome} |", flush=True)
    sys.exit(f"{failed} out of bounds" if failed else 0)


if __name__ == "__main__":
    main()
