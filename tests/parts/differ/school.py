"""Whole documents of schools as the programs that write them write them: certificates, grade tables, letters, forms, exercise sheets, lesson plans, bulletins.

generate.py and more.py meet features at random; here a document is of one writer (Word of five ages, Google Docs, LibreOffice, WPS, Pages, libraries), with its defaults
and habits, and holds the parts that such a document holds. `run.py … --school` makes these.
"""
import re

from generate import Maker, NAMESPACES, SHAPES, package

W14 = 'http://schemas.microsoft.com/office/word'
SIDES = ("top", "left", "bottom", "right", "insideH", "insideV")


def borders(element, sides, size=4, kind="single", space=0):
    return f"<w:{element}>" + "".join(f'<w:{side} w:val="{kind}" w:sz="{size}" w:space="{space}" w:color="auto"/>' for side in sides) + f"</w:{element}>"


ORDER = ("pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr suppressLineNumbers pBdr shd tabs bidi spacing ind contextualSpacing jc textAlignment outlineLvl tblStyle tblpPr tblW tblInd tblBorders tblLayout tblCellMar tblLook "
         "tcW gridSpan vMerge tcBorders textDirection vAlign cantSplit trHeight tblHeader rFonts b bCs i caps smallCaps color kern sz szCs highlight u vertAlign lang").split()
ORDER = {name: at for at, name in enumerate(ORDER)}


def ordered(props):
    """Properties in the schema's order, each once, as programs write them; of two the last is kept."""
    found = {match[1] or match[2]: match[0] for match in re.finditer(r"<w:(\w+)(?: [^>]*)?/>|<w:(\w+)(?: [^>]*)?>.*?</w:\2>", props)}
    # The style stands first, a table's jc before its indent, a cell's shading after its borders.
    place = {**ORDER, **({"jc": ORDER["tblW"] + .5} if "tblW" in found else {}), **({"shd": ORDER["tcBorders"] + .5} if "tcW" in found else {})}
    return "".join(found[name] for name in sorted(found, key=lambda name: place.get(name, 99)))


class Writer:
    """The defaults and habits of a program that writes documents."""

    def __init__(self, name, font, size, defaults, mode, heading, cell, page, settings="", normal="", grid="", body="", table_ind=0, heading_font=None):
        self.name, self.font, self.size, self.defaults, self.mode = name, font, size, defaults, mode
        self.heading, self.cell, self.page, self.settings, self.normal, self.grid, self.body, self.table_ind = heading, cell, page, settings, normal, grid, body, table_ind
        self.heading_font = heading_font or font


A4, LETTER = (11906, 16838), (12240, 15840)
SIDE_MARGINS = '<w:left w:w="108" w:type="dxa"/><w:right w:w="108" w:type="dxa"/>'
ALL_MARGINS = lambda value: "".join(f'<w:{side} w:w="{value}" w:type="dxa"/>' for side in ("top", "left", "bottom", "right"))
WRITERS = [
    Writer("Word 2016", "Carlito", 22, '<w:spacing w:after="160" w:line="259" w:lineRule="auto"/>', 15, ('<w:keepNext/><w:keepLines/><w:spacing w:before="240" w:after="0"/>', 32, 26), SIDE_MARGINS, (A4, (1417, 1701, 1417, 1701, 708))),
    Writer("Word 2016 letter", "Carlito", 22, '<w:spacing w:after="160" w:line="259" w:lineRule="auto"/>', 15, ('<w:keepNext/><w:keepLines/><w:spacing w:before="240" w:after="0"/>', 32, 26), SIDE_MARGINS, (LETTER, (1440, 1440, 1440, 1440, 720))),
    Writer("Word 2024", "Liberation Sans", 24, '<w:spacing w:after="160" w:line="278" w:lineRule="auto"/>', 15, ('<w:keepNext/><w:keepLines/><w:spacing w:before="360" w:after="80"/>', 40, 32), SIDE_MARGINS, (A4, (1440, 1440, 1440, 1440, 708)), '<w:kern/>'),
    Writer("Word 2010", "Carlito", 22, '<w:spacing w:after="200" w:line="276" w:lineRule="auto"/>', 14, ('<w:keepNext/><w:keepLines/><w:spacing w:before="480" w:after="0"/>', 28, 26), SIDE_MARGINS, (A4, (1417, 1701, 1417, 1701, 708)), heading_font="Caladea"),
    Writer("Word 2007", "Carlito", 22, '<w:spacing w:after="200" w:line="276" w:lineRule="auto"/>', None, ('<w:keepNext/><w:keepLines/><w:spacing w:before="480" w:after="0"/>', 28, 26), SIDE_MARGINS, (LETTER, (1440, 1800, 1440, 1800, 708)), heading_font="Caladea"),
    Writer("Word 2003", "Liberation Serif", 24, "", None, ('<w:keepNext/><w:spacing w:before="240" w:after="60"/>', 32, 28), SIDE_MARGINS, (A4, (1417, 1701, 1417, 1701, 708)), heading_font="Liberation Sans"),
    Writer("Google Docs", "Liberation Sans", 22, '<w:spacing w:line="276" w:lineRule="auto"/>', 15, ('<w:keepNext/><w:keepLines/><w:spacing w:before="400" w:after="120"/>', 40, 32), ALL_MARGINS(100), (A4, (1440, 1440, 1440, 1440, 720))),
    Writer("LibreOffice", "Liberation Serif", 24, "", 15, ('<w:keepNext/><w:spacing w:before="240" w:after="120"/>', 32, 28), ALL_MARGINS(55), (A4, (1134, 1134, 1134, 1134, 0)), normal='<w:widowControl/><w:bidi w:val="0"/>', body='<w:spacing w:before="0" w:after="140" w:line="276" w:lineRule="auto"/>', heading_font="Liberation Sans"),
    Writer("WPS", "Liberation Serif", 21, "", 15, ('<w:keepNext/><w:keepLines/><w:spacing w:before="340" w:after="330" w:line="576" w:lineRule="auto"/>', 44, 32), SIDE_MARGINS, (A4, (1440, 1800, 1440, 1800, 851)),
           settings='<w:spaceForUL/><w:balanceSingleByteDoubleByteWidth/><w:doNotLeaveBackslashAlone/><w:ulTrailSpace/><w:doNotExpandShiftReturn/><w:adjustLineHeightInTable/><w:useFELayout/>', normal='<w:widowControl w:val="0"/><w:jc w:val="both"/>', grid='<w:docGrid w:type="lines" w:linePitch="312" w:charSpace="0"/>'),
    Writer("Pages", "Liberation Sans", 22, '<w:framePr w:anchorLock="0" w:w="0" w:h="0" w:vSpace="0" w:hSpace="0" w:xAlign="left" w:y="0" w:hRule="exact" w:vAnchor="margin"/><w:widowControl/><w:spacing w:before="0" w:beforeAutospacing="0" w:after="0" w:afterAutospacing="0" w:line="240" w:lineRule="auto"/>', 15, ('<w:keepNext/><w:spacing w:before="200" w:after="40"/>', 36, 28), ALL_MARGINS(80), (A4, (1134, 1134, 1134, 1134, 709))),
    Writer("library", "Caladea", 22, '<w:spacing w:after="200" w:line="276" w:lineRule="auto"/>', 14, ('<w:keepNext/><w:keepLines/><w:spacing w:before="480" w:after="0"/>', 28, 26), SIDE_MARGINS, (LETTER, (1440, 1800, 1440, 1800, 720)), heading_font="Carlito"),
    Writer("bare library", "Liberation Serif", 20, "", None, ("", 32, 26), "", (LETTER, (1440, 1440, 1440, 1440, 708))),
]


class School(Maker):
    """One document of a school."""

    def __init__(self, seed):
        super().__init__(seed)
        self.writer = self.pick(*WRITERS)
        self.bookmarks = 0
        self.tag(self.writer.name)
        (width, _), (_, right, _, left, _) = self.writer.page
        self.width = width - left - right

    # Runs and paragraphs, sparingly formatted as people do it.
    def run(self, count=6, props=""):
        return f'<w:r><w:rPr>{ordered(props)}</w:rPr><w:t xml:space="preserve">{self.text(count)} </w:t></w:r>'

    def sentence(self, count=12):
        runs, left = "", count
        while left > 0:
            part = min(left, self.pick(3, 8, 15, 30))
            props = self.pick(*[""] * 8, "<w:b/><w:bCs/>", "<w:i/>", '<w:u w:val="single"/>', '<w:color w:val="C00000"/>', '<w:highlight w:val="yellow"/>', "<w:b/><w:i/>", '<w:sz w:val="20"/><w:szCs w:val="20"/>', '<w:vertAlign w:val="superscript"/>',
                              "<w:smallCaps/>", '<w:lang w:val="es-ES"/>', '<w:shd w:val="clear" w:color="auto" w:fill="FFFF00"/>')
            runs += self.run(part, props)
            left -= part
            if self.chance(.05): runs += self.pick('<w:proofErr w:type="gramStart"/>', '<w:r><w:rPr><w:b/></w:rPr><w:t xml:space="preserve"> </w:t></w:r>', "<w:r><w:noBreakHyphen/></w:r>", '<w:bookmarkStart w:id="7" w:name="_GoBack"/><w:bookmarkEnd w:id="7"/>', '<w:r><w:softHyphen/></w:r>', "<w:r><w:lastRenderedPageBreak/></w:r>")
        return runs

    def p(self, runs, props="", mark="", style=""):
        style = style or ("BodyText" if self.writer.body else "")
        style = f'<w:pStyle w:val="{style}"/>' if style else ""
        if self.writer.name == "Google Docs" and "w:spacing" not in props and self.chance(.3):
            props = '<w:spacing w:after="0" w:before="0"/>' + props
        return f'<w:p><w:pPr>{ordered(style + props)}{f"<w:rPr>{mark}</w:rPr>" if mark else ""}</w:pPr>{runs}</w:p>'

    def direct(self):
        """Direct formatting that people give paragraphs."""
        props = ""
        if self.chance(.3): props += self.pick('<w:spacing w:after="0" w:line="240" w:lineRule="auto"/>', '<w:spacing w:after="0"/>', '<w:spacing w:line="360" w:lineRule="auto"/>', '<w:spacing w:before="120" w:after="120"/>', '<w:spacing w:before="100" w:beforeAutospacing="1" w:after="100" w:afterAutospacing="1"/>',
                                               '<w:spacing w:line="480" w:lineRule="auto"/>', '<w:spacing w:after="0" w:line="276" w:lineRule="auto"/>', '<w:spacing w:before="60" w:after="60" w:line="280" w:lineRule="exact"/>')
        if self.chance(.2): props += self.pick('<w:ind w:left="708"/>', '<w:ind w:firstLine="708"/>', '<w:ind w:left="1134" w:hanging="567"/>', '<w:ind w:left="-284" w:right="-427"/>', '<w:ind w:left="426" w:hanging="426"/>')
        if self.chance(.4): props += f'<w:jc w:val="{self.pick("both", "both", "center", "right", "left")}"/>'
        return props

    def heading(self, level=1):
        self.tag("heading")
        return self.p(self.run(self.pick(2, 4)), style=f"Heading{level}")

    def empty(self):
        size = self.pick("", "", '<w:sz w:val="16"/>', '<w:sz w:val="32"/>', "<w:b/>")
        return self.p("", self.pick("", '<w:jc w:val="center"/>', '<w:spacing w:after="0"/>'), size)

    def prose(self):
        return "".join(self.p(self.sentence(self.pick(8, 25, 45, 70)), self.direct()) for _ in range(self.pick(1, 2, 3)))

    def title(self):
        kind = self.pick("style", "direct", "direct", "boxed", "two", "art")
        self.tag("title " + kind)
        if kind == "style": return self.p(self.run(3), style="Title") + (self.p(self.run(4), style="Subtitle") if self.chance(.5) else "")
        if kind == "boxed":
            shade = self.pick("", '<w:shd w:val="clear" w:color="auto" w:fill="D9E2F3"/>')
            return self.p(self.run(4, '<w:b/><w:sz w:val="32"/>'), f'{borders("pBdr", SIDES[:4], 8, space=self.pick(1, 4))}{shade}<w:jc w:val="center"/>') + self.empty()
        if kind == "two": return self.p(f'{self.run(3, "<w:b/>")}<w:r><w:br/></w:r>{self.run(3, "<w:b/>")}<w:r><w:br/></w:r>{self.run(2)}', '<w:jc w:val="center"/>')
        if kind == "art": return self.p(self.run(2, f'<w:rFonts w:ascii="Caladea" w:hAnsi="Caladea"/><w:b/><w:sz w:val="{self.pick(56, 72, 96)}"/>'), '<w:spacing w:before="0" w:after="0" w:line="240" w:lineRule="auto"/><w:jc w:val="center"/>')
        return self.p(self.run(4, f'<w:b/><w:caps/><w:sz w:val="{self.pick(28, 36, 48)}"/><w:u w:val="single"/>'), '<w:jc w:val="center"/>', '<w:b/><w:sz w:val="28"/>')

    # Lists.
    def list_item(self, number, level, runs, extra=""):
        return self.p(runs, f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>{extra}', style="ListParagraph")

    def bullets(self):
        self.tag("bullets")
        extra = self.pick("", "", '<w:spacing w:after="0"/>', '<w:ind w:left="426" w:hanging="284"/>', '<w:jc w:val="both"/>', '<w:contextualSpacing w:val="0"/>')
        return "".join(self.list_item(self.pick(2, 2, 6), self.pick(0, 0, 0, 1), self.sentence(self.pick(3, 10, 25)), extra) for _ in range(self.pick(3, 5)))

    def questions(self):
        self.tag("questions")
        own = self.pick("same list", "other list", "typed", "one line", "table")
        self.tag("options in " + own)
        out = ""
        for at in range(self.pick(2, 4)):
            out += self.list_item(1, 0, self.sentence(self.pick(8, 20)), self.pick("", '<w:spacing w:before="120"/>', "<w:keepNext/>"))
            if own == "one line":
                out += self.p("".join(f'<w:r><w:t xml:space="preserve">{letter}) {self.text(2)}</w:t></w:r><w:r><w:tab/></w:r>' for letter in "abcd"), '<w:tabs><w:tab w:val="left" w:pos="2268"/><w:tab w:val="left" w:pos="4536"/><w:tab w:val="left" w:pos="6804"/></w:tabs><w:ind w:left="360"/>')
                continue
            if own == "table":
                out += self.plain_table(2, 2, ruled=self.chance(.5)) + self.empty()
                continue
            for letter in "abcd":
                if own == "typed": out += self.p(f'<w:r><w:t>{letter})</w:t></w:r><w:r><w:tab/></w:r>{self.run(self.pick(3, 6))}', '<w:spacing w:after="0"/><w:ind w:left="720" w:hanging="360"/>')
                else: out += self.list_item(1 if own == "same list" else 3, 1 if own == "same list" else 0, self.run(self.pick(3, 6)))
            if self.chance(.2): out += self.empty()
        return out

    # Lines to write on and tabs.
    def fill_in(self):
        kind = self.pick("underscores", "leader", "tab underline", "signatures", "date", "checks")
        self.tag("fill in " + kind)
        if kind == "underscores": return self.p("".join(f'<w:r><w:t xml:space="preserve">{self.text(2)}: {"_" * self.pick(12, 25, 40)} </w:t></w:r>' for _ in range(2)), self.direct())
        if kind == "leader":
            stop = self.width - self.pick(0, 400)
            return "".join(self.p(f'{self.run(2)}<w:r><w:tab/></w:r>', f'<w:tabs><w:tab w:val="{self.pick("right", "left")}" w:leader="{self.pick("underscore", "dot")}" w:pos="{stop}"/></w:tabs>') for _ in range(2))
        if kind == "tab underline": return self.p(f'{self.run(2)}<w:r><w:rPr><w:u w:val="single"/></w:rPr><w:tab/><w:tab/><w:tab/></w:r>{self.run(2)}<w:r><w:rPr><w:u w:val="single"/></w:rPr><w:tab/><w:tab/></w:r>')
        if kind == "signatures":
            line = self.p(f'<w:r><w:tab/><w:t>{"_" * 20}</w:t></w:r><w:r><w:tab/><w:t>{"_" * 20}</w:t></w:r>', '<w:tabs><w:tab w:val="center" w:pos="2268"/><w:tab w:val="center" w:pos="6804"/></w:tabs><w:spacing w:before="600" w:after="0"/>')
            return line + self.p(f'<w:r><w:tab/></w:r>{self.run(2)}<w:r><w:tab/></w:r>{self.run(2)}', '<w:tabs><w:tab w:val="center" w:pos="2268"/><w:tab w:val="center" w:pos="6804"/></w:tabs>')
        if kind == "date": return self.p(self.run(5), '<w:spacing w:before="240"/><w:jc w:val="right"/>') + self.empty()
        return "".join(self.p(f'<w:sdt><w:sdtPr/><w:sdtContent><w:r><w:rPr><w:rFonts w:ascii="DejaVu Sans" w:hAnsi="DejaVu Sans" w:eastAsia="DejaVu Sans"/></w:rPr><w:t>☐</w:t></w:r></w:sdtContent></w:sdt><w:r><w:tab/></w:r>{self.run(4)}', '<w:spacing w:after="40"/>') for _ in range(3))

    # Tables.
    def cell_p(self, count, props="", run=""):
        style = "TableContents" if self.writer.name == "LibreOffice" else ""
        if not props and self.chance(.2): props = self.pick('<w:spacing w:after="0" w:line="240" w:lineRule="auto"/>', '<w:jc w:val="center"/>', '<w:spacing w:before="60" w:after="60"/>', '<w:widowControl w:val="0"/>')
        if self.writer.name == "Google Docs": props = '<w:widowControl w:val="0"/><w:spacing w:line="240" w:lineRule="auto"/>' + props.replace("<w:widowControl w:val=\"0\"/>", "")
        return self.p(self.run(count, run) if count else "", props, run, style)

    def tc(self, width, content, props=""):
        cell = f'<w:tcW w:w="{width}" w:type="dxa"/>{props}'
        return f'<w:tc><w:tcPr>{ordered(cell)}</w:tcPr>{content}</w:tc>'

    def table_of(self, grid, rows, style="TableGrid", props="", layout=None):
        width = self.pick('<w:tblW w:w="0" w:type="auto"/>', '<w:tblW w:w="5000" w:type="pct"/>', f'<w:tblW w:w="{sum(grid)}" w:type="dxa"/>')
        if layout is None: layout = '<w:tblLayout w:type="fixed"/>' if self.writer.name in ("Google Docs", "Pages") or self.chance(.35) else ""
        if not layout: self.tag("autofit")
        if self.writer.name == "LibreOffice" and "tblpPr" not in props: width = f'<w:tblW w:w="{sum(grid)}" w:type="dxa"/>{self.pick("", "<w:jc w:val=" + chr(34) + "left" + chr(34) + "/>")}<w:tblInd w:w="{self.pick(0, 55)}" w:type="dxa"/>'
        elif self.writer.name == "Pages": width += f'<w:tblInd w:w="{self.pick(108, 0)}" w:type="dxa"/>'
        elif self.chance(.15) and "w:jc" not in props: width += f'<w:tblInd w:w="{self.pick(-108, 108, -714)}" w:type="dxa"/>'; self.tag("tblInd")
        margins = f"<w:tblCellMar>{self.writer.cell}</w:tblCellMar>" if self.writer.name in ("Google Docs", "LibreOffice", "Pages") else self.pick("", "", "", f'<w:tblCellMar><w:left w:w="70" w:type="dxa"/><w:right w:w="70" w:type="dxa"/></w:tblCellMar>')
        look = '<w:tblLook w:val="04A0" w:firstRow="1" w:lastRow="0" w:firstColumn="1" w:lastColumn="0" w:noHBand="0" w:noVBand="1"/>'
        first, rest = (props.split("|") + [""])[:2]
        props = ordered(f'<w:tblStyle w:val="{style}"/>{first}{width}{rest}{layout}{margins}{look}')
        return f'<w:tbl><w:tblPr>{props}</w:tblPr><w:tblGrid>{"".join(f"<w:gridCol w:w={chr(34)}{one}{chr(34)}/>" for one in grid)}</w:tblGrid>{rows}</w:tbl>'

    def plain_table(self, columns, count, ruled=True, width=None):
        width = width or self.width
        grid = [width // columns] * columns
        rows = "".join(f'<w:tr>{"".join(self.tc(grid[0], self.cell_p(self.pick(1, 2, 6))) for _ in grid)}</w:tr>' for _ in range(count))
        return self.table_of(grid, rows, "TableGrid" if ruled else "TableNormal")

    def grades(self):
        self.tag("grade table")
        columns = self.pick(3, 4, 6)
        first = self.width // self.pick(2, 3)
        grid = [first] + [(self.width - first) // (columns - 1)] * (columns - 1)
        turned, head, header = self.chance(.3), self.pick("", '<w:shd w:val="clear" w:color="auto" w:fill="BFBFBF"/>'), self.chance(.5)
        if turned: self.tag("turned headings")
        row_props = ("<w:tblHeader/>" if header else "") + (f'<w:trHeight w:val="{self.pick(1134, 1700)}"/>' if turned else "") + ("<w:cantSplit/>" if turned else "")
        rows = f'<w:tr><w:trPr>{ordered(row_props)}</w:trPr>{self.tc(grid[0], self.cell_p(2, run="<w:b/>"), head + "<w:vAlign w:val=" + chr(34) + "center" + chr(34) + "/>")}'
        rows += "".join(self.tc(grid[1], self.cell_p(1, self.pick("", '<w:jc w:val="center"/>'), "<w:b/>"), head + ('<w:textDirection w:val="btLr"/>' if turned else "") + self.pick("", '<w:vAlign w:val="center"/>')) for _ in grid[1:]) + "</w:tr>"
        height = self.pick("", "", '<w:trHeight w:val="397"/>', '<w:trHeight w:hRule="exact" w:val="340"/>', '<w:trHeight w:val="567" w:hRule="atLeast"/>')
        centred, merged = self.chance(.5), self.chance(.25)
        if merged: self.tag("merged column")
        count = self.pick(4, 8, 15, 34)
        for at in range(count):
            merge = ('<w:vMerge w:val="restart"/><w:vAlign w:val="center"/>' if at % 3 == 0 else "<w:vMerge/>") if merged else ""
            first_cell = self.cell_p(0 if merged and at % 3 else self.pick(1, 2, 5)) if not merged or at % 3 == 0 else self.p("")
            rows += f'<w:tr><w:trPr>{"<w:cantSplit/>" if self.chance(.1) else ""}{height}</w:trPr>{self.tc(grid[0], first_cell, merge)}'
            rows += "".join(self.tc(grid[1], self.cell_p(self.pick(0, 1, 1), '<w:jc w:val="center"/>' if centred else "")) for _ in grid[1:]) + "</w:tr>"
        if self.chance(.4):
            span = columns - 1
            rows += f'<w:tr>{self.tc(sum(grid[:span]), self.cell_p(2, "<w:jc w:val=" + chr(34) + "right" + chr(34) + "/>", "<w:b/>"), f"<w:gridSpan w:val={chr(34)}{span}{chr(34)}/>")}{self.tc(grid[-1], self.cell_p(1))}</w:tr>'; self.tag("total row")
        style = self.pick("TableGrid", "TableGrid", "GridTable4", "LightShading")
        self.tag(style)
        place = self.pick("", "", "", '|<w:jc w:val="center"/>')
        if self.chance(.12):
            page = self.chance(.4)
            place = f'<w:tblpPr w:leftFromText="141" w:rightFromText="141" w:vertAnchor="{"page" if page else "text"}" w:horzAnchor="margin" {self.pick("w:tblpXSpec=" + chr(34) + "center" + chr(34), "")} w:tblpY="{self.pick(2500, 4000) if page else self.pick(1, 153, 2500)}"/>'; self.tag("floating grades")
        return self.table_of(grid, rows, style, place) + self.p(self.sentence(self.pick(0, 8)) if self.chance(.5) else "", self.direct())

    def info_table(self):
        self.tag("information table")
        label = self.pick(1500, 2300)
        grid = [label, self.width // 2 - label] * 2
        under = borders("tcBorders", ("bottom",))
        ruled = self.chance(.4)
        rows = ""
        for _ in range(self.pick(2, 3)):
            rows += "<w:tr>" + "".join(self.tc(grid[at], self.cell_p(self.pick(1, 2) if at % 2 == 0 or self.chance(.6) else 0, run="<w:b/>" if at % 2 == 0 else ""), "" if ruled or at % 2 == 0 else under) for at in range(4)) + "</w:tr>"
        return self.table_of(grid, rows, "TableGrid" if ruled else "TableNormal") + self.empty()

    def plan(self):
        self.tag("plan table")
        grid = [self.width // 4, self.width - self.width // 4]
        rows = f'<w:tr>{self.tc(sum(grid), self.cell_p(4, "<w:jc w:val=" + chr(34) + "center" + chr(34) + "/>", "<w:b/><w:sz w:val=" + chr(34) + "28" + chr(34) + "/>"), "<w:gridSpan w:val=" + chr(34) + "2" + chr(34) + "/>" + "<w:shd w:val=" + chr(34) + "clear" + chr(34) + " w:fill=" + chr(34) + "DEEAF6" + chr(34) + "/>")}</w:tr>'
        for _ in range(self.pick(3, 5)):
            inner = self.pick(lambda: self.cell_p(self.pick(6, 30)), lambda: "".join(self.list_item(2, 0, self.run(self.pick(3, 9)), '<w:spacing w:after="0" w:line="240" w:lineRule="auto"/>') for _ in range(3)), lambda: "".join(self.cell_p(9) for _ in range(2)),
                              lambda: self.plain_table(2, 2, width=grid[1] - 400) + self.cell_p(0), lambda: self.p(f"{self.run(2)}{self.inline_picture()}"), lambda: "".join(self.list_item(1, 0, self.run(4)) for _ in range(2)) + self.cell_p(0))()
            rows += f'<w:tr>{self.tc(grid[0], self.cell_p(2, run="<w:b/>"), self.pick("", "<w:vAlign w:val=" + chr(34) + "center" + chr(34) + "/>"))}{self.tc(grid[1], inner)}</w:tr>'
        return self.table_of(grid, rows) + self.empty()

    # Drawings.
    def inline_picture(self):
        width, height = self.pick((600000, 600000), (1800000, 900000), (3000000, 1500000))
        self.tag("inline picture")
        return self.inline(self.picture(width, height), width, height)

    def logo(self):
        width, height = self.pick((720000, 720000), (1200000, 600000))
        self.tag("logo")
        return self.anchor(self.picture(width, height), width, height, "logo")

    def anchor(self, inner, width, height, holder):
        """As people place things: dragged anywhere, or from the menu of positions."""
        self.drawings += 1
        z = 251658240 + self.drawings * 1024
        h, v = self.pick(("column", self.pick(-428625, 0, 2514600, 4000000)), ("margin", self.pick("left", "right", "center")), ("page", 540000), ("column", "right"), ("margin", "right"))[:2], self.pick(("paragraph", self.pick(-104775, 0, 50800, 233680)), ("paragraph", 0), ("margin", "top"), ("page", 450000), ("paragraph", 635))
        wrap = self.pick('<wp:wrapSquare wrapText="bothSides"/>', "<wp:wrapNone/>", "<wp:wrapTopAndBottom/>", '<wp:wrapSquare wrapText="bothSides"/>',
                         '<wp:wrapTight wrapText="bothSides"><wp:wrapPolygon edited="0"><wp:start x="0" y="0"/><wp:lineTo x="0" y="21273"/><wp:lineTo x="21355" y="21273"/><wp:lineTo x="21355" y="0"/><wp:lineTo x="0" y="0"/></wp:wrapPolygon></wp:wrapTight>')
        self.tag(f"{holder} {wrap[4:13]} {h[0]}/{v[0]}")
        place = lambda value: f"<wp:align>{value}</wp:align>" if isinstance(value, str) else f"<wp:posOffset>{value}</wp:posOffset>"
        return (f'<w:r><w:drawing><wp:anchor distT="{self.pick(0, 45720)}" distB="{self.pick(0, 45720)}" distL="114300" distR="114300" simplePos="0" relativeHeight="{z}" behindDoc="{int("None" in wrap and self.chance(.5))}" locked="0" layoutInCell="1" allowOverlap="1">'
                f'<wp:simplePos x="0" y="0"/><wp:positionH relativeFrom="{h[0]}">{place(h[1])}</wp:positionH><wp:positionV relativeFrom="{v[0]}">{place(v[1])}</wp:positionV><wp:extent cx="{width}" cy="{height}"/><wp:effectExtent l="0" t="0" r="0" b="0"/>{wrap}'
                f'<wp:docPr id="{self.drawings}" name="d{self.drawings}"/><wp:cNvGraphicFramePr/>{inner}</wp:anchor></w:drawing></w:r>')

    def box(self):
        width, height = self.pick(1800000, 2360930), self.pick(600000, 1404620)
        fit = self.pick("<a:noAutofit/>", "<a:spAutoFit/>")
        shape = self.pick("rect", "rect", "rect", "roundRect", *SHAPES)
        body = "".join(self.p(self.run(self.pick(2, 5), self.pick("", "<w:b/>", '<w:sz w:val="28"/>')), self.pick("", '<w:jc w:val="center"/>', '<w:spacing w:after="0"/>')) for _ in range(self.pick(1, 2)))
        inner = (f'<a:graphic><a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp><wps:cNvSpPr txBox="1"/><wps:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{width}" cy="{height}"/></a:xfrm><a:prstGeom prst="{shape}"><a:avLst/></a:prstGeom>'
                 f'<a:solidFill><a:srgbClr val="FFFFFF"/></a:solidFill><a:ln w="9525"><a:solidFill><a:srgbClr val="000000"/></a:solidFill></a:ln></wps:spPr><wps:txbx><w:txbxContent>{body}</w:txbxContent></wps:txbx><wps:bodyPr rot="0" vert="horz" wrap="square" lIns="91440" tIns="45720" rIns="91440" bIns="45720" anchor="{self.pick("t", "ctr")}">{fit}</wps:bodyPr></wps:wsp></a:graphicData></a:graphic>')
        return self.anchor(inner, width, height, "box")

    def with_drawing(self):
        drawing = self.pick(self.logo, self.box)()
        where = self.pick("alone", "first", "first", "last")
        self.tag("drawing " + where)
        if where == "alone": return self.p(drawing) + self.prose()
        return self.p(drawing + self.sentence(self.pick(6, 30)) if where == "first" else self.sentence(20) + drawing, self.direct()) + self.prose()

    def pictures(self):
        return self.p(self.inline_picture() + (self.inline_picture() if self.chance(.3) else ""), self.pick("", '<w:jc w:val="center"/>', '<w:keepNext/><w:jc w:val="center"/>')) + self.p(self.run(6, "<w:i/>"), '<w:jc w:val="center"/>')

    # Other parts.
    def field(self, code, shown):
        char = lambda name: f'<w:r><w:fldChar w:fldCharType="{name}"/></w:r>'
        if self.chance(.3): return f'<w:fldSimple w:instr=" {code} "><w:r><w:t>{shown}</w:t></w:r></w:fldSimple>'
        return f'{char("begin")}<w:r><w:instrText xml:space="preserve"> {code} </w:instrText></w:r>{char("separate")}<w:r><w:t>{shown}</w:t></w:r>{char("end")}'

    def contents(self):
        self.tag("contents")
        lines = "".join(self.p(f'<w:r><w:t xml:space="preserve">{self.text(self.pick(2, 5))}</w:t></w:r><w:r><w:tab/></w:r><w:r><w:t>{at + 1}</w:t></w:r>', f'<w:tabs><w:tab w:val="right" w:leader="dot" w:pos="{self.width}"/></w:tabs>', style=self.pick("TOC1", "TOC2")) for at in range(4))
        return lines + self.empty()

    def columns(self):
        self.tag("columns")
        count = self.pick(2, 2, 3)
        start = f'<w:p><w:pPr><w:sectPr><w:type w:val="continuous"/>{self.page()}</w:sectPr></w:pPr></w:p>' if self.chance(.5) else f'<w:p><w:pPr><w:sectPr><w:type w:val="continuous"/>{self.page()}</w:sectPr></w:pPr>{self.run(4)}</w:p>'
        inner = "".join(self.pick(self.prose, self.bullets, self.prose)() for _ in range(self.pick(1, 2)))
        break_in = f'<w:p><w:r><w:br w:type="column"/></w:r>{self.run(8)}</w:p>' if self.chance(.3) else ""
        return f'{start}{inner}{break_in}<w:p><w:pPr><w:sectPr><w:type w:val="continuous"/>{self.page()}<w:cols w:num="{count}" w:space="{self.pick(708, 425)}"{self.pick("", " w:sep=" + chr(34) + "1" + chr(34))}/></w:sectPr></w:pPr>{self.run(3) if self.chance(.5) else ""}</w:p>'

    def note(self):
        self.tag("footnote")
        self.notes.append(f'<w:p><w:pPr><w:pStyle w:val="FootnoteText"/></w:pPr><w:r><w:rPr><w:rStyle w:val="FootnoteReference"/></w:rPr><w:footnoteRef/></w:r><w:r><w:t xml:space="preserve"> </w:t></w:r>{self.run(self.pick(5, 25))}</w:p>')
        return self.p(f'{self.sentence(15)}<w:r><w:rPr><w:rStyle w:val="FootnoteReference"/></w:rPr><w:footnoteReference w:id="{len(self.notes) + 1}"/></w:r>{self.sentence(12)}', self.direct())

    def callout(self):
        """A paragraph between lines, or a table of one cell."""
        if self.chance(.5):
            self.tag("ruled paragraphs")
            edge = borders("pBdr", self.pick(("top", "bottom"), ("left",), SIDES[:4], ("top", "left", "bottom", "right", "between")), self.pick(4, 12, 24), space=self.pick(1, 4, 10))
            return "".join(self.p(self.sentence(self.pick(5, 30)), f'{edge}{self.pick("", "<w:shd w:val=" + chr(34) + "clear" + chr(34) + " w:fill=" + chr(34) + "F2F2F2" + chr(34) + "/>")}{self.pick("", "<w:ind w:left=" + chr(34) + "284" + chr(34) + " w:right=" + chr(34) + "284" + chr(34) + "/>")}') for _ in range(self.pick(1, 2)))
        self.tag("table of one cell")
        return self.table_of([self.width], f'<w:tr>{self.tc(self.width, self.cell_p(4, run="<w:b/>") + self.cell_p(30))}</w:tr>') + self.empty()

    def letter_head(self):
        self.tag("letterhead")
        return "".join(self.p(self.run(3), '<w:spacing w:after="0"/>' + self.pick("", f'<w:ind w:left="{self.width // 2}"/>')) for _ in range(3)) + self.empty() + self.p(self.run(4), '<w:jc w:val="right"/>') + self.p(self.run(3)) + self.prose()

    def page_break(self):
        kind = self.pick("run", "property", "with text", "section")
        self.tag("page break " + kind)
        if kind == "run": return self.p('<w:r><w:br w:type="page"/></w:r>')
        if kind == "property": return self.p(self.run(4), "<w:pageBreakBefore/>")
        if kind == "with text": return self.p(f'{self.run(3)}<w:r><w:br w:type="page"/></w:r>{self.run(5)}')
        return f'<w:p><w:pPr><w:sectPr>{self.page()}</w:sectPr></w:pPr></w:p>'

    def control(self):
        self.tag("content control")
        return f'<w:sdt><w:sdtPr><w:alias w:val="x"/><w:docPartObj><w:docPartGallery w:val="Cover Pages"/></w:docPartObj></w:sdtPr><w:sdtContent>{self.heading()}{self.prose()}</w:sdtContent></w:sdt>'

    def drop_cap(self):
        self.tag("drop cap")
        return (f'<w:p><w:pPr><w:keepNext/><w:framePr w:dropCap="drop" w:lines="3" w:wrap="around" w:vAnchor="text" w:hAnchor="text"/><w:spacing w:after="0" w:line="{self.pick(773, 840)}" w:lineRule="exact"/><w:textAlignment w:val="baseline"/></w:pPr><w:r><w:rPr><w:position w:val="-8"/><w:sz w:val="{self.pick(96, 106)}"/></w:rPr><w:t>{self.word()[0].upper()}</w:t></w:r></w:p>'
                + self.p(self.sentence(60)))

    def head(self):
        kind = self.pick("text", "table", "logo", "line", "tabs", "boxed")
        self.tag("header " + kind)
        width = self.width
        if kind == "table":
            grid = [1800, width - 3600, 1800]
            middle = self.p(self.run(3, "<w:b/>"), '<w:jc w:val="center"/>', style="Header") + self.p(self.run(5), '<w:jc w:val="center"/>', style="Header")
            last = self.p(f'{self.run(1)}{self.field("PAGE", 1)}', '<w:jc w:val="right"/>', style="Header")
            return self.table_of(grid, f'<w:tr>{self.tc(1800, self.p(self.inline(self.picture(720000, 720000), 720000, 720000), style="Header"))}{self.tc(grid[1], middle, "<w:vAlign w:val=" + chr(34) + "center" + chr(34) + "/>")}{self.tc(1800, last)}</w:tr>', self.pick("TableGrid", "TableNormal")) + self.p("", style="Header")
        if kind == "logo": return self.p(self.logo() + self.run(3), self.pick("", '<w:jc w:val="center"/>'), style="Header") + (self.p(self.run(5), style="Header") if self.chance(.5) else "")
        if kind == "line": return self.p(self.run(4), borders("pBdr", ("bottom",), 6, space=1), style="Header")
        if kind == "tabs": return self.p(f'{self.run(2)}<w:r><w:tab/></w:r>{self.run(2)}<w:r><w:tab/></w:r>{self.run(2)}', style="Header")
        if kind == "boxed": return self.p(self.box() + self.run(2), style="Header")
        return "".join(self.p(self.run(4), '<w:jc w:val="center"/>', style="Header") for _ in range(self.pick(1, 3)))

    def foot(self):
        kind = self.pick("number", "of", "line", "tabs", "frame")
        self.tag("footer " + kind)
        if kind == "number": return self.p(f'{self.run(1)}{self.field("PAGE", 1)}', f'<w:jc w:val="{self.pick("right", "center")}"/>', style="Footer") + self.pick("", self.p("", style="Footer"))
        if kind == "of": return self.p(f'{self.run(1)}{self.field("PAGE", 1)}{self.run(1)}{self.field("NUMPAGES", 3)}', '<w:jc w:val="right"/>', style="Footer")
        if kind == "line": return self.p(self.run(9, '<w:sz w:val="16"/>'), borders("pBdr", ("top",), 4, space=1) + '<w:jc w:val="center"/>', style="Footer")
        if kind == "frame": return f'<w:p><w:pPr><w:pStyle w:val="Footer"/><w:framePr w:wrap="around" w:vAnchor="text" w:hAnchor="margin" w:xAlign="{self.pick("right", "center")}" w:y="1"/></w:pPr>{self.field("PAGE", 1)}</w:p>{self.p(self.run(3), "<w:ind w:right=" + chr(34) + "360" + chr(34) + "/>", style="Footer")}'
        return self.p(f'{self.run(2)}<w:r><w:tab/></w:r><w:r><w:tab/></w:r>{self.run(2)}', style="Footer")

    # The whole.
    def page(self, landscape=False):
        (width, height), (top, right, bottom, left, header) = self.writer.page
        size = f'<w:pgSz w:w="{height}" w:h="{width}" w:orient="landscape"/>' if landscape else f'<w:pgSz w:w="{width}" w:h="{height}"/>'
        return f'{size}<w:pgMar w:top="{top}" w:right="{right}" w:bottom="{bottom}" w:left="{left}" w:header="{header or 708}" w:footer="{header or 708}" w:gutter="0"/>'

    KINDS = {
        "exam": ("title", "info_table", "prose", "questions", "questions", "fill_in", "plain"),
        "report card": ("title", "info_table", "grades", "prose", "fill_in"),
        "letter": ("letter_head", "prose", "bullets", "fill_in"),
        "lesson plan": ("title", "plan", "heading", "bullets", "prose"),
        "bulletin": ("title", "with_drawing", "columns", "callout", "pictures", "drop_cap"),
        "certificate": ("empty", "title", "empty", "prose", "with_drawing", "empty", "fill_in"),
        "essay": ("title", "contents", "heading", "prose", "note", "heading", "prose", "note", "bullets", "pictures"),
        "form": ("title", "fill_in", "info_table", "fill_in", "callout", "fill_in", "plan"),
        "minutes": ("control", "heading", "bullets", "callout", "grades", "page_break", "prose"),
    }

    def plain(self):
        return self.plain_table(self.pick(2, 3), self.pick(2, 4)) + self.empty()

    def document(self):
        writer = self.writer
        kind = self.pick(*self.KINDS)
        self.tag(kind)
        names = list(self.KINDS[kind])
        for _ in range(self.pick(0, 1, 2)):
            names.insert(self.random.randrange(1, len(names) + 1), self.pick("prose", "heading", "bullets", "grades", "with_drawing", "callout", "page_break", "fill_in", "plain", "columns", "note", "questions", "pictures", "control", "drop_cap", "empty"))
        body = "".join(getattr(self, name)() for name in names)
        running = {}
        if self.chance(.6): running["header"] = self.head()
        if self.chance(.6): running["footer"] = self.foot()
        part = lambda element, content: f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:{element} {NAMESPACES}>{content}</w:{element}>'
        references = "".join(f'<w:{name}Reference w:type="default" r:id="{name}"/>' for name in running)
        extra = self.pick("", "", "", "<w:titlePg/>") + writer.grid
        if self.chance(.15):
            self.tag("page borders")
            extra = f'<w:pgBorders w:offsetFrom="{self.pick("page", "text")}">' + "".join(f'<w:{side} w:val="single" w:sz="12" w:space="{self.pick(24, 4)}" w:color="auto"/>' for side in SIDES[:4]) + "</w:pgBorders>" + extra
        mode = f'<w:compatSetting w:name="compatibilityMode" w:uri="{W14}" w:val="{writer.mode}"/>' if writer.mode else ""
        mark = '<w:p><w:pPr><w:spacing w:after="0" w:line="240" w:lineRule="auto"/></w:pPr><w:r><w:{}/></w:r></w:p>'
        notes = (f'<w:footnote w:type="separator" w:id="0">{mark.format("separator")}</w:footnote><w:footnote w:type="continuationSeparator" w:id="1">{mark.format("continuationSeparator")}</w:footnote>'
                 + "".join(f'<w:footnote w:id="{at + 2}">{note}</w:footnote>' for at, note in enumerate(self.notes)))
        return package({
            "word/document.xml": part("document", f"<w:body>{body}<w:sectPr>{references}{self.page()}{extra}</w:sectPr></w:body>"),
            "word/styles.xml": part("styles", self.styles()),
            "word/settings.xml": part("settings", f'<w:defaultTabStop w:val="{self.pick(708, 720, 709)}"/><w:compat>{writer.settings if "kern" not in writer.settings else ""}{mode}</w:compat>'),
            "word/numbering.xml": part("numbering", self.lists()),
            "word/footnotes.xml": part("footnotes", notes),
            **{f"word/{name}.xml": part({"header": "hdr", "footer": "ftr"}[name], content) for name, content in running.items()},
        })

    def styles(self):
        writer = self.writer
        font = lambda name: f'<w:rFonts w:ascii="{name}" w:hAnsi="{name}" w:cs="{name}" w:eastAsia="{name}"/>'
        style = lambda kind, id, name, inner, base="Normal": f'<w:style w:type="{kind}" w:styleId="{id}"><w:name w:val="{name}"/>{f"<w:basedOn w:val={chr(34)}{base}{chr(34)}/>" if base else ""}{inner}</w:style>'
        props, one, two = writer.heading
        tight = '<w:spacing w:after="0" w:line="240" w:lineRule="auto"/>'
        centre, end = self.width // 2, self.width
        running = f'<w:pPr><w:tabs><w:tab w:val="center" w:pos="{centre}"/><w:tab w:val="right" w:pos="{end}"/></w:tabs>{tight}</w:pPr>'
        grid = f'<w:pPr>{tight}</w:pPr>' if "Word" in writer.name or writer.name == "library" else ""
        bands = borders("tblBorders", SIDES)
        return (
            f'<w:docDefaults><w:rPrDefault><w:rPr>{font(writer.font)}{"<w:kern w:val=" + chr(34) + "2" + chr(34) + "/>" if "kern" in writer.settings else ""}<w:sz w:val="{writer.size}"/><w:szCs w:val="{writer.size}"/><w:lang w:val="es-ES" w:eastAsia="en-US" w:bidi="ar-SA"/></w:rPr></w:rPrDefault><w:pPrDefault>{f"<w:pPr>{writer.defaults}</w:pPr>" if writer.defaults else ""}</w:pPrDefault></w:docDefaults>'
            f'<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/><w:pPr>{writer.normal}</w:pPr></w:style>'
            + style("paragraph", "Heading1", "heading 1", f'<w:next w:val="Normal"/><w:pPr>{props}<w:outlineLvl w:val="0"/></w:pPr><w:rPr>{font(writer.heading_font)}<w:b/><w:sz w:val="{one}"/></w:rPr>')
            + style("paragraph", "Heading2", "heading 2", f'<w:next w:val="Normal"/><w:pPr>{props}<w:outlineLvl w:val="1"/></w:pPr><w:rPr>{font(writer.heading_font)}<w:sz w:val="{two}"/></w:rPr>')
            + style("paragraph", "Title", "Title", f'<w:pPr><w:pBdr><w:bottom w:val="single" w:sz="8" w:space="4" w:color="4F81BD"/></w:pBdr><w:spacing w:after="300" w:line="240" w:lineRule="auto"/><w:contextualSpacing/></w:pPr><w:rPr>{font(writer.heading_font)}<w:spacing w:val="5"/><w:kern w:val="28"/><w:sz w:val="52"/></w:rPr>')
            + style("paragraph", "Subtitle", "Subtitle", '<w:pPr><w:numPr><w:ilvl w:val="1"/></w:numPr></w:pPr><w:rPr><w:i/><w:spacing w:val="15"/><w:sz w:val="24"/></w:rPr>')
            + style("paragraph", "BodyText", "Body Text", f"<w:pPr>{writer.body}</w:pPr>")
            + style("paragraph", "TableContents", "Table Contents", '<w:pPr><w:widowControl w:val="0"/><w:suppressLineNumbers/></w:pPr>')
            + style("paragraph", "ListParagraph", "List Paragraph", f'<w:pPr><w:ind w:left="720"/><w:contextualSpacing/></w:pPr>')
            + style("paragraph", "Header", "header", running) + style("paragraph", "Footer", "footer", running)
            + style("paragraph", "TOC1", "toc 1", '<w:pPr><w:spacing w:after="100"/></w:pPr>') + style("paragraph", "TOC2", "toc 2", '<w:pPr><w:spacing w:after="100"/><w:ind w:left="220"/></w:pPr>')
            + style("paragraph", "FootnoteText", "footnote text", f'<w:pPr>{tight}</w:pPr><w:rPr><w:sz w:val="20"/><w:szCs w:val="20"/></w:rPr>')
            + style("character", "FootnoteReference", "footnote reference", '<w:rPr><w:vertAlign w:val="superscript"/></w:rPr>', "")
            + f'<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/><w:tblPr><w:tblInd w:w="0" w:type="dxa"/><w:tblCellMar><w:top w:w="0" w:type="dxa"/><w:left w:w="108" w:type="dxa"/><w:bottom w:w="0" w:type="dxa"/><w:right w:w="108" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>'
            + style("table", "TableGrid", "Table Grid", f"{grid}<w:tblPr>{bands}</w:tblPr>", "TableNormal")
            + style("table", "GridTable4", "Grid Table 4 Accent 1", f'<w:pPr>{tight}</w:pPr><w:tblPr><w:tblStyleRowBandSize w:val="1"/><w:tblStyleColBandSize w:val="1"/>{bands}</w:tblPr><w:tblStylePr w:type="firstRow"><w:rPr><w:b/><w:bCs/><w:color w:val="FFFFFF"/></w:rPr><w:tcPr><w:shd w:val="clear" w:color="auto" w:fill="4472C4"/></w:tcPr></w:tblStylePr><w:tblStylePr w:type="firstCol"><w:rPr><w:b/><w:bCs/></w:rPr></w:tblStylePr><w:tblStylePr w:type="band1Horz"><w:tcPr><w:shd w:val="clear" w:color="auto" w:fill="D9E2F3"/></w:tcPr></w:tblStylePr>', "TableNormal")
            + style("table", "LightShading", "Light Shading", f'<w:pPr>{tight}</w:pPr><w:tblPr><w:tblStyleRowBandSize w:val="1"/>{borders("tblBorders", ("top", "bottom"), 8)}</w:tblPr><w:tblStylePr w:type="firstRow"><w:pPr><w:spacing w:before="0" w:after="0" w:line="240" w:lineRule="auto"/></w:pPr><w:rPr><w:b/></w:rPr><w:tcPr>{borders("tcBorders", ("top", "bottom"), 8)}</w:tcPr></w:tblStylePr><w:tblStylePr w:type="firstCol"><w:rPr><w:b/></w:rPr></w:tblStylePr>', "TableNormal"))

    def lists(self):
        def level(at, kind, text, left, hanging, run=""):
            return f'<w:lvl w:ilvl="{at}"><w:start w:val="1"/><w:numFmt w:val="{kind}"/><w:lvlText w:val="{text}"/><w:lvlJc w:val="left"/><w:pPr><w:ind w:left="{left}" w:hanging="{hanging}"/></w:pPr>{f"<w:rPr>{run}</w:rPr>" if run else ""}</w:lvl>'
        symbol = '<w:rFonts w:ascii="Symbol" w:hAnsi="Symbol" w:hint="default"/>'
        multi = lambda levels: f'<w:multiLevelType w:val="hybridMultilevel"/>{levels}'
        kinds = [
            multi(level(0, "decimal", "%1.", 720, 360) + level(1, "lowerLetter", "%2)", 1440, 360)),
            multi(level(0, "bullet", "\uf0b7", 720, 360, symbol) + level(1, "bullet", "o", 1440, 360, '<w:rFonts w:ascii="Liberation Mono" w:hAnsi="Liberation Mono"/>')),
            multi(level(0, "lowerLetter", "%1)", 1080, 360)), "", "",
            multi(level(0, "bullet", "-", 720, 360, '<w:rFonts w:ascii="Carlito" w:hAnsi="Carlito"/>') + level(1, "bullet", "–", 1440, 360)),
        ]
        abstracts = "".join(f'<w:abstractNum w:abstractNumId="{at}">{kind}</w:abstractNum>' for at, kind in enumerate(kinds) if kind)
        return abstracts + "".join(f'<w:num w:numId="{at + 1}"><w:abstractNumId w:val="{at}"/></w:num>' for at, kind in enumerate(kinds) if kind)
