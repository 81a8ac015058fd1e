"""Small random Word documents, one feature or a pair of features each, for the differential search (see run.py).

Every word of a document is different from all others, so that words of two PDFs are matched by their text alone.
The same seed gives the same documents.
"""
import io, random, struct, zipfile, zlib

NAMESPACES = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in {
    "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main", "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing", "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "pic": "http://schemas.openxmlformats.org/drawingml/2006/picture", "wps": "http://schemas.microsoft.com/office/word/2010/wordprocessingShape",
    "v": "urn:schemas-microsoft-com:vml", "w10": "urn:schemas-microsoft-com:office:word", "o": "urn:schemas-microsoft-com:office:office"}.items())
FONTS = ["Liberation Serif", "Liberation Sans", "Carlito", "Caladea", "DejaVu Sans"]
SHAPES = ["rect", "roundRect", "ellipse", "diamond", "triangle", "rightArrow", "star5", "hexagon", "octagon", "parallelogram", "trapezoid",
          "homePlate", "chevron", "plus", "flowChartTerminator", "flowChartDocument", "foldedCorner", "can", "cube", "wedgeRoundRectCallout"]


def png(red, green, blue):
    row = b"\0" + bytes([red, green, blue]) * 4
    chunk = lambda kind, body: struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 4, 4, 8, 2, 0, 0, 0)) + chunk(b"IDAT", zlib.compress(row * 4)) + chunk(b"IEND", b"")


class Maker:
    """One document. `tags` names the features it holds."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.words = self.drawings = 0
        self.tags, self.notes = [], []

    # Chances and words.
    def pick(self, *values):
        return self.random.choice(values)

    def chance(self, share):
        return self.random.random() < share

    def tag(self, name):
        if name not in self.tags:
            self.tags.append(name)

    def word(self):
        self.words += 1
        number, letters = self.words, ""
        while number:
            number, rest = divmod(number, 20)
            letters += "bcdfghjklmnpqrstvwxz"[rest] + "aeiou"[rest % 5]
        return letters + self.pick("", "ro", "nta", "mos")

    def text(self, count):
        return " ".join(self.word() for _ in range(count))

    # Runs and paragraphs.
    def run(self, count, plain=False):
        props = ""
        if not plain:
            if self.chance(.25):
                props += f'<w:rFonts w:ascii="{(font := self.pick(*FONTS))}" w:hAnsi="{font}" w:cs="{font}"/>'; self.tag("font")
            if self.chance(.2): props += self.pick("<w:b/>", "<w:i/>", "<w:caps/>", "<w:smallCaps/>"); self.tag("face")
            if self.chance(.1): props += f'<w:spacing w:val="{self.pick(-10, 20, 40)}"/>'; self.tag("letter spacing")
            if self.chance(.06): props += f'<w:position w:val="{self.pick(-8, 6, 12)}"/>'; self.tag("raised")
            if self.chance(.25): props += f'<w:sz w:val="{self.pick(16, 18, 20, 28, 36, 48)}"/>'; self.tag("size")
            if self.chance(.05): props += f'<w:vertAlign w:val="{self.pick("superscript", "subscript")}"/>'; self.tag("script")
        return f'<w:r><w:rPr>{props}</w:rPr><w:t xml:space="preserve">{self.text(count)} </w:t></w:r>'

    def blanks(self):
        self.tag("blanks")
        size = self.pick(8, 40, 72)
        inner = self.pick('<w:t xml:space="preserve">   </w:t>', "<w:tab/>", '<w:t xml:space="preserve"> </w:t><w:tab/>')
        return f'<w:r><w:rPr><w:sz w:val="{size}"/></w:rPr>{inner}</w:r>'

    def paragraph_props(self):
        props = ""
        if self.chance(.08): props += self.pick("<w:keepNext/>", "<w:keepLines/>", '<w:widowControl w:val="0"/>'); self.tag("keep")
        if self.chance(.03): props += "<w:pageBreakBefore/>"; self.tag("pageBreakBefore")
        if self.chance(.08): props += self.frame()
        if self.chance(.1): props += f'<w:numPr><w:ilvl w:val="{self.pick(0, 1)}"/><w:numId w:val="{self.pick(1, 2)}"/></w:numPr>'; self.tag("list")
        if self.chance(.08):
            line = '<w:{} w:val="single" w:sz="{}" w:space="{}" w:color="000000"/>'
            props += "<w:pBdr>" + "".join(line.format(side, self.pick(4, 12), self.pick(1, 4)) for side in self.pick(("top",), ("bottom",), ("top", "left", "bottom", "right"))) + "</w:pBdr>"; self.tag("border")
        if self.chance(.12):
            props += f'<w:tabs><w:tab w:val="{self.pick("left", "right", "center", "decimal")}" w:pos="{self.pick(1700, 3000, 5000)}"/></w:tabs>'; self.tag("tab stop")
        if self.chance(.4):
            spacing = ""
            if self.chance(.5): spacing += f' w:before="{self.pick(0, 120, 240)}"'
            if self.chance(.08): spacing += f' w:beforeLines="{self.pick(50, 100)}"'; self.tag("beforeLines")
            if self.chance(.5): spacing += f' w:after="{self.pick(0, 100, 200)}"'
            if self.chance(.08): spacing += f' w:{self.pick("before", "after")}Autospacing="1"'; self.tag("autospacing")
            rule = self.pick("auto", "auto", "exact", "atLeast")
            if self.chance(.5): spacing += f' w:line="{self.pick(240, 276, 360) if rule == "auto" else self.pick(240, 300, 400)}" w:lineRule="{rule}"'; self.tag("line " + rule)
            props += f"<w:spacing{spacing}/>"
        if self.chance(.2):
            props += f'<w:ind w:left="{self.pick(0, 360, 720)}" w:right="{self.pick(0, 400)}" {self.pick("", "w:firstLine=" + chr(34) + "300" + chr(34), "w:hanging=" + chr(34) + "360" + chr(34))}/>'; self.tag("indent")
        if self.chance(.08): props += "<w:contextualSpacing/>"; self.tag("contextual")
        if self.chance(.3): props += f'<w:jc w:val="{self.pick("center", "right", "both")}"/>'; self.tag("jc")
        return props

    def frame(self):
        self.tag("frame")
        attributes = self.pick(
            'w:w="0" w:h="0" w:hSpace="0" w:vSpace="0" w:y="0" w:xAlign="left" w:vAnchor="margin" w:hRule="exact"', 'w:hSpace="0" w:wrap="auto" w:vAnchor="margin" w:xAlign="left" w:yAlign="inline"',
            f'w:w="2400" w:hSpace="141" w:wrap="around" w:vAnchor="text" w:hAnchor="{self.pick("text", "margin")}" w:xAlign="{self.pick("left", "right", "center")}" w:y="{self.pick(1, 200)}"',
            f'w:w="2000" w:hSpace="141" w:wrap="around" w:vAnchor="page" w:hAnchor="page" w:x="{self.pick(1600, 6000)}" w:y="{self.pick(6000, 9000)}"')
        return f"<w:framePr {attributes}/>"

    def paragraph(self, count=None, plain=False):
        runs = ""
        for _ in range(self.pick(1, 1, 2, 3)):
            runs += self.run(count or self.pick(2, 5, 14, 30), plain)
            if not plain and self.chance(.08): runs += self.pick("<w:r><w:br/></w:r>", "<w:r><w:tab/></w:r>"); self.tag("break or tab")
            if not plain and self.chance(.08): runs += self.blanks()
        if not plain and self.chance(.06): runs = self.blanks() if self.chance(.5) else ""; self.tag("empty")
        props = "" if plain else self.paragraph_props()
        return f"<w:p><w:pPr>{props}</w:pPr>{runs}</w:p>"

    # Drawings.
    def anchor(self, inner, width, height, holder):
        self.drawings += 1
        z = 251650000 + self.drawings
        where_h = self.pick(("column", "left"), ("margin", "right"), ("column", self.pick(0, 914400, 2000000)), ("page", self.pick(900000, 3000000)), ("margin", "center"), ("column", self.pick(-300000, 300000)))
        where_v = self.pick(("paragraph", self.pick(0, 100000, 400000)), ("paragraph", 0), ("margin", self.pick(1000000, 3000000)), ("page", self.pick(2000000, 4000000)), ("line", 0))
        wrap = self.pick("wrapNone", "wrapSquare", "wrapSquare", "wrapTopAndBottom", "wrapTight")
        self.tag(f"{holder} {wrap} {where_h[0]}/{where_v[0]}")
        offset = lambda value: f"<wp:align>{value}</wp:align>" if isinstance(value, str) else f"<wp:posOffset>{value}</wp:posOffset>"
        polygon = '<wp:wrapPolygon edited="0"><wp:start x="0" y="0"/><wp:lineTo x="0" y="21600"/><wp:lineTo x="21600" y="21600"/><wp:lineTo x="21600" y="0"/><wp:lineTo x="0" y="0"/></wp:wrapPolygon>'
        side = f' wrapText="{self.pick("bothSides", "bothSides", "left", "right", "largest")}"' if wrap in ("wrapSquare", "wrapTight") else ""
        wrapped = f"<wp:{wrap}{side}>{polygon if wrap == 'wrapTight' else ''}</wp:{wrap}>"
        behind = int(self.chance(.3) and wrap == "wrapNone")
        return (f'<w:r><w:drawing><wp:anchor distT="{self.pick(0, 45720)}" distB="{self.pick(0, 45720)}" distL="114300" distR="114300" simplePos="0" relativeHeight="{z}" behindDoc="{behind}" locked="0" layoutInCell="1" allowOverlap="1">'
                f'<wp:simplePos x="0" y="0"/><wp:positionH relativeFrom="{where_h[0]}">{offset(where_h[1])}</wp:positionH><wp:positionV relativeFrom="{where_v[0]}">{offset(where_v[1])}</wp:positionV>'
                f'<wp:extent cx="{width}" cy="{height}"/><wp:effectExtent l="0" t="0" r="0" b="0"/>{wrapped}<wp:docPr id="{self.drawings}" name="d{self.drawings}"/><wp:cNvGraphicFramePr/>{inner}</wp:anchor></w:drawing></w:r>')

    def inline(self, inner, width, height):
        self.drawings += 1
        return (f'<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="{width}" cy="{height}"/><wp:effectExtent l="0" t="0" r="0" b="0"/>'
                f'<wp:docPr id="{self.drawings}" name="d{self.drawings}"/><wp:cNvGraphicFramePr/>{inner}</wp:inline></w:drawing></w:r>')

    def picture(self, width, height):
        return (f'<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic><pic:nvPicPr><pic:cNvPr id="1" name="i"/><pic:cNvPicPr/></pic:nvPicPr>'
                f'<pic:blipFill><a:blip r:embed="picture"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{width}" cy="{height}"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic>')

    def floating_picture(self):
        width, height = self.pick(600000, 1200000), self.pick(500000, 1000000)
        return self.anchor(self.picture(width, height), width, height, "picture")

    def inline_picture(self):
        width, height = self.pick(400000, 1500000, 1500000, 7200000), self.pick(200000, 600000)
        self.tag("inline picture" + (" too wide" if width > 6000000 else ""))
        return self.inline(self.picture(width, height), width, height)

    def text_box(self):
        width, height = self.pick(1600000, 2200000), self.pick(700000, 1300000)
        shape = self.pick("rect", "rect", *SHAPES)
        fit = self.pick("", "<a:noAutofit/>", "<a:spAutoFit/>", "<a:spAutoFit/>")
        self.tag(f"text box {shape} {fit[3:-2] or 'plain'}")
        inset = self.pick("", ' lIns="0" tIns="0" rIns="0" bIns="0"', ' lIns="36000" tIns="36000" rIns="36000" bIns="36000"')
        body = "".join(self.paragraph(self.pick(2, 4), plain=self.chance(.5)) for _ in range(self.pick(1, 2)))
        inner = (f'<a:graphic><a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp><wps:cNvSpPr txBox="1"/><wps:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{width}" cy="{height}"/></a:xfrm><a:prstGeom prst="{shape}"><a:avLst/></a:prstGeom>'
                 f'<a:ln w="9525"><a:solidFill><a:srgbClr val="000000"/></a:solidFill></a:ln></wps:spPr><wps:txbx><w:txbxContent>{body}</w:txbxContent></wps:txbx><wps:bodyPr wrap="square" anchor="{self.pick("t", "t", "ctr", "b")}"{inset}>{fit}</wps:bodyPr></wps:wsp></a:graphicData></a:graphic>')
        return self.anchor(inner, width, height, "box")

    # Tables.
    def table(self, depth=0, width=9026):
        columns = self.pick(1, 2, 2, 3)
        grid = [width // columns // self.pick(1, 1, 2)] * columns
        props = ""
        if depth == 0 and self.chance(.3): props += self.floating_table(sum(grid))
        props += self.pick(f'<w:tblW w:w="{sum(grid)}" w:type="dxa"/>', '<w:tblW w:w="0" w:type="auto"/>', f'<w:tblW w:w="{self.pick(2500, 4000, 5000)}" w:type="pct"/>')
        if self.chance(.2): props += f'<w:jc w:val="{self.pick("center", "right")}"/>'; self.tag("table jc")
        if self.chance(.15): props += f'<w:tblInd w:w="{self.pick(-200, 300)}" w:type="dxa"/>'; self.tag("tblInd")
        if self.chance(.7):
            size = self.pick(4, 4, 12)
            props += "<w:tblBorders>" + "".join(f'<w:{side} w:val="single" w:sz="{size}" w:space="0" w:color="000000"/>' for side in ("top", "left", "bottom", "right", "insideH", "insideV")) + "</w:tblBorders>"; self.tag("table borders")
        if self.chance(.6): props += '<w:tblLayout w:type="fixed"/>'
        else: self.tag("autofit")
        if self.chance(.2): props += f'<w:tblCellMar><w:top w:w="{self.pick(0, 60)}" w:type="dxa"/><w:left w:w="{self.pick(40, 200)}" w:type="dxa"/><w:bottom w:w="{self.pick(0, 60)}" w:type="dxa"/><w:right w:w="{self.pick(40, 200)}" w:type="dxa"/></w:tblCellMar>'; self.tag("cell margins")
        self.tag("nested table" if depth else "table")
        merged = columns > 1 and self.chance(.2)
        count, rows = self.pick(1, 2, 3, 3, 5, 30 if depth == 0 and self.chance(.3) else 2), ""
        for at in range(count):
            row_props = ""
            if self.chance(.2): row_props += f'<w:trHeight w:val="{self.pick(300, 600, 900)}" w:hRule="{self.pick("atLeast", "exact", "atLeast")}"/>'; self.tag("row height")
            if at == 0 and self.chance(.15): row_props += "<w:tblHeader/>"; self.tag("header row")
            if self.chance(.1): row_props += "<w:cantSplit/>"
            cells, column = "", 0
            while column < columns:
                span = 2 if columns - column > 1 and self.chance(.1) and not merged else 1
                cell_props = f'<w:tcW w:w="{sum(grid[column:column + span])}" w:type="dxa"/>'
                if span > 1: cell_props += f'<w:gridSpan w:val="{span}"/>'; self.tag("gridSpan")
                if merged and column == 0: cell_props += '<w:vMerge w:val="restart"/>' if at == 0 else "<w:vMerge/>"; self.tag("vMerge")
                if self.chance(.06): cell_props += f'<w:textDirection w:val="{self.pick("btLr", "tbRl")}"/>'; self.tag("turned")
                if self.chance(.25): cell_props += f'<w:vAlign w:val="{self.pick("center", "bottom")}"/>'; self.tag("vAlign")
                continued = merged and column == 0 and at > 0
                cells += f"<w:tc><w:tcPr>{cell_props}</w:tcPr>{'<w:p/>' if continued else self.cell(depth, width // columns)}</w:tc>"
                column += span
            rows += f"<w:tr><w:trPr>{row_props}</w:trPr>{cells}</w:tr>"
        return f'<w:tbl><w:tblPr>{props}</w:tblPr><w:tblGrid>{"".join(f"<w:gridCol w:w={chr(34)}{wide}{chr(34)}/>" for wide in grid)}</w:tblGrid>{rows}</w:tbl>'

    def floating_table(self, width):
        self.tag("floating table" + (" wide" if width > 8700 else ""))
        anchors = self.pick('w:vertAnchor="text" w:horzAnchor="margin"', 'w:vertAnchor="text"', 'w:vertAnchor="page" w:horzAnchor="page"', "", 'w:vertAnchor="margin" w:horzAnchor="margin"')
        x = self.pick(f'w:tblpX="{self.pick(1, 500, -300, 2000)}"', f'w:tblpXSpec="{self.pick("left", "center", "right")}"', "")
        return f'<w:tblpPr w:leftFromText="141" w:rightFromText="141" {anchors} {x} w:tblpY="{self.pick(1, 120, 1900, 5000)}"/>'

    def cell(self, depth, width):
        inner = ""
        if self.chance(.15) and depth == 0: inner += self.table(1, width - 300)
        for _ in range(self.pick(1, 1, 2)): inner += self.paragraph(self.pick(1, 2, 4, 8), plain=self.chance(.6))
        if self.chance(.06): inner += f"<w:p>{self.floating_picture()}{self.run(3, True)}</w:p>"; self.tag("float in cell")
        if self.chance(.05): inner += f"<w:p>{self.inline_picture()}</w:p>"
        if self.chance(.02): inner += f'<w:p>{self.run(2, True)}<w:r><w:br w:type="page"/></w:r>{self.run(2, True)}</w:p>'; self.tag("page break in cell")
        return inner

    # The whole.
    def block(self):
        kind = self.pick("p", "p", "p", "table", "table", "picture", "box", "inline", "break", "note")
        if kind == "p": return self.paragraph()
        if kind == "table": return self.table() + self.paragraph(6, plain=True)
        if kind == "picture": return f"<w:p>{self.floating_picture()}{self.run(self.pick(6, 30))}</w:p>" + self.paragraph()
        if kind == "box": return f"<w:p>{self.text_box()}{self.run(self.pick(6, 30))}</w:p>"
        if kind == "inline": return f"<w:p>{self.run(2)}{self.inline_picture()}{self.run(3)}</w:p>"
        if kind == "note":
            self.tag("footnote")
            self.notes.append(self.paragraph(self.pick(3, 20), plain=True))
            return f'<w:p>{self.run(4)}<w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:footnoteReference w:id="{len(self.notes) + 1}"/></w:r></w:p>'
        self.tag("section or page break")
        if self.chance(.4): return f'<w:p>{self.run(3)}<w:r><w:br w:type="page"/></w:r>{self.run(3)}</w:p>'
        columns = self.pick("", "", '<w:cols w:num="2" w:space="708"/>')
        return f'{self.paragraph()}{self.paragraph()}<w:p><w:pPr><w:sectPr><w:type w:val="{self.pick("continuous", "nextPage")}"/>{PAGE}{columns}</w:sectPr></w:pPr>{self.run(3)}</w:p>'

    def running(self):
        kind = self.pick("p", "table", "picture", "box")
        self.tag("header or footer " + kind)
        if kind == "p": return self.paragraph(4)
        if kind == "table": return self.table() + "<w:p/>"
        return f"<w:p>{self.floating_picture() if kind == 'picture' else self.text_box()}{self.run(3, True)}</w:p>"

    def document(self):
        body = self.paragraph(5, plain=True) + "".join(self.block() for _ in range(self.pick(2, 3, 3, 5))) + self.paragraph(5, plain=True)
        running = {kind: self.running() for kind in ("header", "footer") if self.chance(.25)}
        mode = self.pick(15, 15, 14, 12)
        self.tag(f"mode {mode}")
        font, size = self.pick(*FONTS[:4]), self.pick(20, 22, 24)
        spacing = self.pick("", '<w:spacing w:after="160" w:line="259" w:lineRule="auto"/>', '<w:spacing w:after="200" w:line="276" w:lineRule="auto"/>')
        part = lambda element, content: f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:{element} {NAMESPACES}>{content}</w:{element}>'
        references = "".join(f'<w:{kind}Reference w:type="default" r:id="{kind}"/>' for kind in running)
        level = lambda at, text, kind: f'<w:lvl w:ilvl="{at}"><w:start w:val="1"/><w:numFmt w:val="{kind}"/><w:lvlText w:val="{text}"/><w:lvlJc w:val="left"/><w:pPr><w:ind w:left="{720 * (at + 1)}" w:hanging="360"/></w:pPr></w:lvl>'
        lists = (f'<w:abstractNum w:abstractNumId="0">{level(0, "%1.", "decimal")}{level(1, "%2)", "lowerLetter")}</w:abstractNum><w:abstractNum w:abstractNumId="1">{level(0, "•", "bullet")}{level(1, "–", "bullet")}</w:abstractNum>'
                 '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>')
        mark = '<w:p><w:r><w:{}/></w:r></w:p>'
        notes = (f'<w:footnote w:type="separator" w:id="0">{mark.format("separator")}</w:footnote><w:footnote w:type="continuationSeparator" w:id="1">{mark.format("continuationSeparator")}</w:footnote>'
                 + "".join(f'<w:footnote w:id="{at + 2}">{note}</w:footnote>' for at, note in enumerate(self.notes)))
        parts = {
            "word/document.xml": part("document", f"<w:body>{body}<w:sectPr>{references}{PAGE}</w:sectPr></w:body>"),
            "word/styles.xml": part("styles", f'<w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="{font}" w:hAnsi="{font}" w:cs="{font}"/><w:sz w:val="{size}"/></w:rPr></w:rPrDefault><w:pPrDefault><w:pPr>{spacing}</w:pPr></w:pPrDefault></w:docDefaults>'
                                    '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style><w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/><w:tblPr><w:tblInd w:w="0" w:type="dxa"/><w:tblCellMar><w:left w:w="108" w:type="dxa"/><w:right w:w="108" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>'),
            "word/settings.xml": part("settings", f'<w:compat><w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="{mode}"/></w:compat>'),
            "word/numbering.xml": part("numbering", lists),
            "word/footnotes.xml": part("footnotes", notes),
        }
        for kind, content in running.items():
            parts[f"word/{kind}.xml"] = part({"header": "hdr", "footer": "ftr"}[kind], content)
        return package(self.parts(parts))

    def parts(self, parts):
        """What more.py adds to."""
        return parts


PAGE = '<w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1440" w:right="1440" w:bottom="1440" w:left="1440" w:header="708" w:footer="708" w:gutter="0"/>'


def package(parts):
    """A .docx of these parts, with a picture that all of them may show."""
    kinds = {"word/styles.xml": "styles", "word/settings.xml": "settings", "word/numbering.xml": "numbering", "word/footnotes.xml": "footnotes", "word/endnotes.xml": "endnotes", "word/header.xml": "header", "word/footer.xml": "footer"}
    office, word = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/", "application/vnd.openxmlformats-officedocument.wordprocessingml."
    relation = '<Relationship Id="{}" Type="' + office + '{}" Target="{}"/>'
    relations = lambda inner: f'<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{inner}</Relationships>'
    types = "".join(f'<Override PartName="/{name}" ContentType="{word}{kind}+xml"/>' for name, kind in kinds.items() if name in parts)
    picture = relation.format("picture", "image", "media/picture.png")
    parts = dict(parts)
    parts["[Content_Types].xml"] = ('<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/>'
                                    f'<Override PartName="/word/document.xml" ContentType="{word}document.main+xml"/>{types}</Types>')
    parts["_rels/.rels"] = relations(relation.format("document", "officeDocument", "word/document.xml"))
    parts["word/_rels/document.xml.rels"] = relations("".join(relation.format(kind, kind, name[5:]) for name, kind in kinds.items() if name in parts) + picture)
    for name in ("header", "footer", "footnotes", "endnotes"):
        if f"word/{name}.xml" in parts: parts[f"word/_rels/{name}.xml.rels"] = relations(picture)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content)
        archive.writestr(zipfile.ZipInfo("word/media/picture.png"), png(120, 150, 190))
    return out.getvalue()
