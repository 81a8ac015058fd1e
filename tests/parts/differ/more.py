"""What documents of schools hold beside the features of generate.py: styles of paragraphs and tables, sections of every kind, fields, bookmarks, links and content controls, anchors within text and by every base, groups and VML boxes, endnotes, lists of other forms.

`run.py … --more` makes documents of both.
"""
import re

from generate import Maker, NAMESPACES, PAGE

LETTER = '<w:pgSz w:w="12240" w:h="15840"/>'
GROUP = 'xmlns:wpg="http://schemas.microsoft.com/office/word/2010/wordprocessingGroup"'


class More(Maker):
    """A document with features of both."""

    def __init__(self, seed):
        super().__init__(seed)
        self.marks, self.endnotes = 0, []
        self.in_body = True

    # In lines.
    def run(self, count, plain=False):
        runs = super().run(count, plain)
        if plain or not self.chance(.22): return runs
        self.marks += 1
        number = self.marks
        kind = self.pick("bookmark", "link", "control", "field", "hidden", "proof", "smart", "double", "anchor", "clear")
        self.tag("run " + kind)
        if kind == "bookmark":
            return f'{super().run(2)}<w:bookmarkStart w:id="{number}" w:name="b{number}"/>{runs}<w:bookmarkEnd w:id="{number}"/>'
        if kind == "link": return f'<w:hyperlink w:anchor="b{self.pick(1, number)}">{runs}</w:hyperlink>'
        if kind == "control": return f'<w:sdt><w:sdtPr><w:text/></w:sdtPr><w:sdtContent>{runs}</w:sdtContent></w:sdt>'
        if kind == "field":
            code = self.pick("PAGE", "NUMPAGES", "SECTIONPAGES")
            char = lambda name: f'<w:r><w:fldChar w:fldCharType="{name}"/></w:r>'
            return f'{runs}{char("begin")}<w:r><w:instrText xml:space="preserve"> {code} </w:instrText></w:r>{char("separate")}<w:r><w:t>1</w:t></w:r>{char("end")}<w:r><w:t xml:space="preserve"> </w:t></w:r>'
        if kind == "hidden": return f'<w:r><w:rPr><w:vanish/></w:rPr><w:t xml:space="preserve">{self.text(3)} </w:t></w:r>{runs}'
        if kind == "proof": return f'<w:proofErr w:type="spellStart"/>{runs}<w:proofErr w:type="spellEnd"/>{super().run(1)}'
        if kind == "smart": return f'<w:smartTag w:uri="u" w:element="place">{runs}</w:smartTag>'
        if kind == "double": return f'{runs}<w:r><w:rPr><w:w w:val="{self.pick(66, 90, 150)}"/><w:u w:val="{self.pick("single", "double", "wave")}"/></w:rPr><w:t xml:space="preserve">{self.text(3)} </w:t></w:r>'
        if kind == "clear": return f'{runs}<w:r><w:br w:type="textWrapping" w:clear="{self.pick("all", "left", "right")}"/></w:r>{super().run(3)}'
        return f"{super().run(self.pick(3, 9))}{self.floating_picture()}{runs}"

    def paragraph_props(self):
        props = super().paragraph_props()
        if self.chance(.3):
            style = self.pick("Heading1", "Heading2", "Quote", "Compact", "ListP", "Wide", "Sub")
            self.tag("style " + style)
            props = f'<w:pStyle w:val="{style}"/>' + props
        if self.chance(.06): props += f'<w:numPr><w:ilvl w:val="{self.pick(0, 1, 2)}"/><w:numId w:val="{self.pick(3, 4, 5)}"/></w:numPr>'; self.tag("list of another form")
        if self.chance(.05): props += f'<w:ind w:{self.pick("start", "left")}Chars="{self.pick(100, 300)}" w:firstLineChars="{self.pick(0, 200)}"/>'; self.tag("indent in characters")
        if self.chance(.05): props += f'<w:shd w:val="clear" w:color="auto" w:fill="E0E0F0"/>'; self.tag("shading")
        if self.chance(.03): props += f'<w:textAlignment w:val="{self.pick("top", "center", "bottom")}"/>'; self.tag("textAlignment")
        if self.chance(.03): props += "<w:suppressAutoHyphens/><w:snapToGrid w:val=\"0\"/>"
        return props

    # Drawings.
    def anchor(self, inner, width, height, holder):
        code = super().anchor(inner, width, height, holder)
        if self.chance(.6):
            base_h = self.pick("character", "column", "margin", "page", "leftMargin", "rightMargin", "insideMargin", "outsideMargin")
            base_v = self.pick("line", "paragraph", "margin", "page", "topMargin", "bottomMargin")
            place = lambda aligns, share: f"<wp:align>{self.pick(*aligns)}</wp:align>" if self.chance(share) else f"<wp:posOffset>{self.pick(0, 200000, 900000, -200000)}</wp:posOffset>"
            self.tag(f"{holder} from {base_h}"); self.tag(f"{holder} from {base_v}")
            code = re.sub(r'<wp:positionH.*?</wp:positionH>', f'<wp:positionH relativeFrom="{base_h}">{place(("left", "center", "right", "inside", "outside"), 0 if base_h == "character" else .5)}</wp:positionH>', code, count=1)
            code = re.sub(r'<wp:positionV.*?</wp:positionV>', f'<wp:positionV relativeFrom="{base_v}">{place(("top", "center", "bottom"), 0 if base_v in ("line", "paragraph") else .5)}</wp:positionV>', code, count=1)
        return code

    def group(self):
        self.tag("group")
        width, height = 2400000, 1200000
        one = lambda x, y, w, h, text: (f'<wps:wsp><wps:cNvSpPr/><wps:spPr><a:xfrm><a:off x="{x}" y="{y}"/><a:ext cx="{w}" cy="{h}"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:ln w="9525"><a:solidFill><a:srgbClr val="000000"/></a:solidFill></a:ln></wps:spPr>'
                                        f'<wps:txbx><w:txbxContent>{text}</w:txbxContent></wps:txbx><wps:bodyPr/></wps:wsp>')
        scale = self.pick(1, 1, 2)
        inner = (f'<a:graphic><a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingGroup"><wpg:wgp {GROUP}><wpg:cNvGrpSpPr/><wpg:grpSpPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{width}" cy="{height}"/><a:chOff x="0" y="0"/><a:chExt cx="{width * scale}" cy="{height * scale}"/></a:xfrm></wpg:grpSpPr>'
                 f'{one(0, 0, 1100000 * scale, 700000 * scale, self.paragraph(2, plain=True))}{one(1200000 * scale, 400000 * scale, 1200000 * scale, 800000 * scale, self.paragraph(3, plain=True))}</wpg:wgp></a:graphicData></a:graphic>')
        return self.anchor(inner, width, height, "group") if self.chance(.7) else self.inline(inner, width, height)

    def vml_box(self):
        self.tag("VML box")
        place = self.pick("", f"position:absolute;margin-left:{self.pick(0, 60, 200)}pt;margin-top:{self.pick(0, 12, 40)}pt;",
                          "position:absolute;mso-position-horizontal:right;mso-position-horizontal-relative:margin;mso-position-vertical-relative:text;")
        wrap = self.pick("", f'<w10:wrap type="{self.pick("square", "topAndBottom", "tight")}"/>') if place else ""
        inset = self.pick("", ' inset="0,0,0,0"', ' inset="3.6mm,,3.6mm"')
        return (f'<w:r><w:pict><v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe"><v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
                f'<v:shape id="s{self.marks}" type="#_x0000_t202" style="{place}width:{self.pick(120, 180)}pt;height:{self.pick(50, 90)}pt"><v:textbox{inset}><w:txbxContent>{self.paragraph(3, plain=True)}{self.paragraph(2, plain=True)}</w:txbxContent></v:textbox>{wrap}</v:shape></w:pict></w:r>')

    # Tables.
    def table(self, depth=0, width=9026):
        code = super().table(depth, width)
        if self.chance(.4):
            style = self.pick("Grid", "Bands", "Loose")
            look = self.pick('w:firstRow="1" w:lastRow="0" w:firstColumn="1" w:lastColumn="0" w:noHBand="0" w:noVBand="1"', 'w:firstRow="1" w:lastRow="1" w:firstColumn="0" w:lastColumn="1" w:noHBand="1" w:noVBand="0"')
            self.tag("table style " + style)
            code = code.replace("<w:tblPr>", f'<w:tblPr><w:tblStyle w:val="{style}"/>', 1).replace("</w:tblPr>", f"<w:tblLook {look}/></w:tblPr>", 1)
        if self.chance(.15):
            self.tag("row before and after")
            code = code.replace("<w:trPr>", f'<w:trPr><w:jc w:val="{self.pick("center", "right")}"/>' if self.chance(.4) else '<w:trPr><w:cantSplit/>', 1)
        if self.chance(.15):
            self.tag("cell margins of a cell")
            code = code.replace("</w:tcPr>", f'<w:tcMar><w:top w:w="{self.pick(0, 100)}" w:type="dxa"/><w:left w:w="{self.pick(0, 300)}" w:type="dxa"/><w:bottom w:w="{self.pick(0, 80)}" w:type="dxa"/></w:tcMar></w:tcPr>', 1)
        if self.chance(.1): code = code.replace("</w:tcPr>", "<w:noWrap/></w:tcPr>", 1); self.tag("noWrap")
        return code

    def cell(self, depth, width):
        inner = super().cell(depth, width)
        if self.chance(.05): self.marks += 1; inner += f'<w:p>{self.run(2)}{self.vml_box()}</w:p>'; self.tag("VML box in cell")
        # Only the body's own tables may hold notes.
        if self.chance(.04) and self.in_body:
            self.tag("note in cell")
            self.notes.append(self.paragraph(6, plain=True))
            inner += f'<w:p>{self.run(2)}<w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:footnoteReference w:id="{len(self.notes) + 1}"/></w:r></w:p>'
        return inner

    def running(self):
        self.in_body = False
        return super().running()

    # The whole.
    def page(self):
        size = self.pick(*[PAGE.split("<w:pgMar")[0]] * 3, LETTER, '<w:pgSz w:w="16838" w:h="11906" w:orient="landscape"/>', '<w:pgSz w:w="8391" w:h="11906"/>')
        left = self.pick(1440, 1134, 1701)
        if "8391" in size: self.tag("A5")
        if "landscape" in size: self.tag("landscape")
        return f'{size}<w:pgMar w:top="{self.pick(1440, 1417, 900)}" w:right="{self.pick(1440, 850)}" w:bottom="{self.pick(1440, 1134)}" w:left="{left}" w:header="{self.pick(708, 400)}" w:footer="708" w:gutter="{self.pick(0, 0, 0, 400)}"/>'

    def columns(self):
        kind = self.pick("", "", "equal", "unequal", "line")
        if kind: self.tag("columns " + kind)
        return {"": "", "equal": f'<w:cols w:num="{self.pick(2, 3)}" w:space="{self.pick(300, 708)}"/>', "line": '<w:cols w:num="2" w:sep="1" w:space="708"/>',
                "unequal": '<w:cols w:num="2" w:equalWidth="0"><w:col w:w="2800" w:space="500"/><w:col w:w="4200"/></w:cols>'}[kind]

    def more_of_section(self):
        more = ""
        if self.chance(.15): more += "<w:titlePg/>"; self.tag("titlePg")
        if self.chance(.1): more += f'<w:vAlign w:val="{self.pick("center", "bottom")}"/>'; self.tag("section vAlign")
        if self.chance(.12): more += f'<w:docGrid w:type="lines" w:linePitch="{self.pick(312, 360)}"/>'; self.tag("docGrid")
        if self.chance(.1): more = f'<w:lnNumType w:countBy="1"/>' + more; self.tag("line numbers")
        return more

    def block(self):
        kind = self.pick(*["old"] * 7, "section", "column break", "group", "vml", "endnote", "drop cap", "control", "styled", "styled")
        if kind == "old": return super().block()
        self.tag(kind)
        if kind == "section":
            kind = self.pick("continuous", "continuous", "nextPage", "oddPage", "evenPage")
            self.tag("section " + kind)
            page = PAGE if kind == "continuous" else self.page()
            return f'{self.paragraph()}{self.paragraph(self.pick(14, 40))}<w:p><w:pPr><w:sectPr><w:type w:val="{kind}"/>{page}{self.columns()}{self.more_of_section()}</w:sectPr></w:pPr>{self.run(3)}</w:p>'
        if kind == "column break":
            return (f'<w:p><w:pPr><w:sectPr><w:type w:val="continuous"/>{PAGE}</w:sectPr></w:pPr>{self.run(4)}</w:p>{self.paragraph(20)}<w:p><w:r><w:br w:type="column"/></w:r>{self.run(8)}</w:p>'
                    f'<w:p><w:pPr><w:sectPr><w:type w:val="continuous"/>{PAGE}<w:cols w:num="2" w:space="708"/></w:sectPr></w:pPr>{self.run(2)}</w:p>')
        if kind == "group": return f"<w:p>{self.run(2)}{self.group()}{self.run(self.pick(6, 30))}</w:p>"
        if kind == "vml": self.marks += 1; return f"<w:p>{self.run(2) if self.chance(.5) else ''}{self.vml_box()}{self.run(self.pick(6, 30))}</w:p>" + self.paragraph()
        if kind == "endnote":
            self.endnotes.append(self.paragraph(self.pick(3, 12), plain=True))
            return f'<w:p>{self.run(4)}<w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:endnoteReference w:id="{len(self.endnotes) + 1}"/></w:r></w:p>'
        if kind == "drop cap":
            letter = self.word()[0].upper()
            return (f'<w:p><w:pPr><w:keepNext/><w:framePr w:dropCap="{self.pick("drop", "drop", "margin")}" w:lines="{self.pick(2, 3)}" w:wrap="around" w:vAnchor="text" w:hAnchor="text"/><w:spacing w:after="0" w:line="{self.pick(560, 840)}" w:lineRule="exact"/><w:textAlignment w:val="baseline"/></w:pPr><w:r><w:rPr><w:position w:val="-4"/><w:sz w:val="{self.pick(72, 108)}"/></w:rPr><w:t>{letter}</w:t></w:r></w:p>'
                    f'<w:p>{self.run(40, plain=True)}</w:p>')
        if kind == "control": return f'<w:sdt><w:sdtPr/><w:sdtContent>{self.paragraph()}{self.paragraph(4)}</w:sdtContent></w:sdt>'
        return "".join(f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>{self.run(self.pick(3, 25))}</w:p>' for style in (self.pick("Heading1", "Heading2"), self.pick("Compact", "Wide", "Sub"), self.pick("ListP", "Quote")))

    STYLES = (
        '<w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/><w:basedOn w:val="Normal"/><w:next w:val="Normal"/><w:pPr><w:keepNext/><w:keepLines/><w:spacing w:before="360" w:after="80"/><w:outlineLvl w:val="0"/></w:pPr><w:rPr><w:b/><w:sz w:val="36"/></w:rPr></w:style>'
        '<w:style w:type="paragraph" w:styleId="Heading2"><w:name w:val="heading 2"/><w:basedOn w:val="Heading1"/><w:pPr><w:spacing w:before="160"/><w:outlineLvl w:val="1"/></w:pPr><w:rPr><w:b w:val="0"/><w:i/><w:sz w:val="28"/></w:rPr></w:style>'
        '<w:style w:type="paragraph" w:styleId="Quote"><w:name w:val="Quote"/><w:basedOn w:val="Normal"/><w:pPr><w:pBdr><w:left w:val="single" w:sz="12" w:space="8" w:color="808080"/></w:pBdr><w:spacing w:before="120" w:after="120"/><w:ind w:left="567" w:right="567"/><w:jc w:val="both"/></w:pPr><w:rPr><w:i/></w:rPr></w:style>'
        '<w:style w:type="paragraph" w:styleId="Compact"><w:name w:val="No Spacing"/><w:pPr><w:spacing w:before="0" w:after="0" w:line="240" w:lineRule="auto"/></w:pPr></w:style>'
        '<w:style w:type="paragraph" w:styleId="ListP"><w:name w:val="List Paragraph"/><w:basedOn w:val="Normal"/><w:pPr><w:ind w:left="720"/><w:contextualSpacing/></w:pPr></w:style>'
        '<w:style w:type="paragraph" w:styleId="Wide"><w:name w:val="Wide"/><w:basedOn w:val="Normal"/><w:pPr><w:spacing w:line="480" w:lineRule="auto"/><w:ind w:firstLine="500"/></w:pPr></w:style>'
        '<w:style w:type="paragraph" w:styleId="Sub"><w:name w:val="Sub"/><w:basedOn w:val="Wide"/><w:pPr><w:tabs><w:tab w:val="right" w:leader="dot" w:pos="8000"/></w:tabs><w:spacing w:line="300" w:lineRule="exact"/></w:pPr><w:rPr><w:caps/><w:spacing w:val="10"/></w:rPr></w:style>'
        '<w:style w:type="table" w:styleId="Grid"><w:name w:val="Table Grid"/><w:basedOn w:val="TableNormal"/><w:pPr><w:spacing w:after="0" w:line="240" w:lineRule="auto"/></w:pPr><w:tblPr><w:tblBorders>' + "".join(f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="auto"/>' for side in ("top", "left", "bottom", "right", "insideH", "insideV")) + '</w:tblBorders></w:tblPr></w:style>'
        '<w:style w:type="table" w:styleId="Bands"><w:name w:val="Bands"/><w:basedOn w:val="TableNormal"/><w:pPr><w:spacing w:before="40" w:after="40"/></w:pPr><w:tblPr><w:tblStyleRowBandSize w:val="1"/><w:tblStyleColBandSize w:val="1"/><w:tblBorders><w:top w:val="single" w:sz="8" w:space="0" w:color="auto"/><w:bottom w:val="single" w:sz="8" w:space="0" w:color="auto"/></w:tblBorders></w:tblPr>'
        '<w:tblStylePr w:type="firstRow"><w:pPr><w:spacing w:before="100" w:after="100"/><w:jc w:val="center"/></w:pPr><w:rPr><w:b/><w:sz w:val="26"/></w:rPr></w:tblStylePr><w:tblStylePr w:type="lastRow"><w:rPr><w:b/></w:rPr><w:tcPr><w:tcBorders><w:top w:val="double" w:sz="6" w:space="0" w:color="auto"/></w:tcBorders></w:tcPr></w:tblStylePr><w:tblStylePr w:type="firstCol"><w:rPr><w:b/></w:rPr></w:tblStylePr><w:tblStylePr w:type="lastCol"><w:rPr><w:i/></w:rPr></w:tblStylePr>'
        '<w:tblStylePr w:type="band1Horz"><w:tcPr><w:shd w:val="clear" w:color="auto" w:fill="DDDDDD"/></w:tcPr></w:tblStylePr><w:tblStylePr w:type="band2Vert"><w:rPr><w:sz w:val="18"/></w:rPr></w:tblStylePr></w:style>'
        '<w:style w:type="table" w:styleId="Loose"><w:name w:val="Loose"/><w:basedOn w:val="Grid"/><w:tblPr><w:tblCellMar><w:top w:w="80" w:type="dxa"/><w:left w:w="160" w:type="dxa"/><w:bottom w:w="80" w:type="dxa"/><w:right w:w="160" w:type="dxa"/></w:tblCellMar></w:tblPr><w:tcPr><w:vAlign w:val="center"/></w:tcPr></w:style>')

    def lists(self):
        level = lambda at, text, kind, more="", jc="left": f'<w:lvl w:ilvl="{at}"><w:start w:val="{1 + at}"/><w:numFmt w:val="{kind}"/>{more}<w:lvlText w:val="{text}"/><w:lvlJc w:val="{jc}"/><w:pPr><w:ind w:left="{500 * (at + 1)}" w:hanging="{400 if at else 300}"/></w:pPr></w:lvl>'
        own = (f'<w:abstractNum w:abstractNumId="2">{level(0, "%1.", "upperRoman", jc="right")}{level(1, "%1.%2", "decimal", "<w:isLgl/>")}{level(2, "%1.%2.%3", "lowerRoman")}</w:abstractNum>'
               f'<w:abstractNum w:abstractNumId="3">{level(0, "(%1)", "lowerLetter", "<w:suff w:val=" + chr(34) + "space" + chr(34) + "/>")}{level(1, "–", "bullet", "<w:suff w:val=" + chr(34) + "nothing" + chr(34) + "/>")}{level(2, "%3)", "decimalZero", jc="center")}</w:abstractNum>')
        numbers = '<w:num w:numId="3"><w:abstractNumId w:val="2"/></w:num><w:num w:numId="4"><w:abstractNumId w:val="3"/></w:num><w:num w:numId="5"><w:abstractNumId w:val="2"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="4"/></w:lvlOverride></w:num>'
        return own, numbers

    def parts(self, parts):
        """Adds what these features need to the parts of a document."""
        styles = parts["word/styles.xml"]
        parts["word/styles.xml"] = styles.replace("</w:styles>", self.STYLES + "</w:styles>")
        own, numbers = self.lists()
        numbering = parts["word/numbering.xml"]
        at = numbering.index("<w:num ")
        parts["word/numbering.xml"] = numbering[:at] + own + numbering[at:].replace("</w:numbering>", numbers + "</w:numbering>")
        body = parts["word/document.xml"]
        end = body.rindex(PAGE)
        parts["word/document.xml"] = body[:end] + self.page() + self.columns() + self.more_of_section() + body[end + len(PAGE):]
        mark = '<w:p><w:r><w:{}/></w:r></w:p>'
        notes = "".join(f'<w:endnote w:id="{number + 2}">{note}</w:endnote>' for number, note in enumerate(self.endnotes))
        parts["word/endnotes.xml"] = (f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:endnotes {NAMESPACES}><w:endnote w:type="separator" w:id="0">{mark.format("separator")}</w:endnote>'
                                      f'<w:endnote w:type="continuationSeparator" w:id="1">{mark.format("continuationSeparator")}</w:endnote>{notes}</w:endnotes>')
        return parts
