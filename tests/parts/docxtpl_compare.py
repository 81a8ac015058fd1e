#!/usr/bin/env python3
"""Templates of python-docx-template's own kind, filled by it and by gradepost; the texts must agree cell by cell.

  pip install docxtpl
  tests/parts/docxtpl_compare.py target/release/gradepost

Each case below builds a Word document with python-docx, as an author of docxtpl templates would write it, and gives it a context.
docxtpl (with autoescape, as its documentation advises for text with & and <) fills it in this process, `gradepost render --docx-out` in another.
Compared are the texts of all paragraphs (line breaks and tabs included), of every cell of every table, nested ones too, with the columns each cell spans, and of headers and footers.
Values that are missing are left blank, as docxtpl does it.
Empty paragraphs are left out of the comparison: gradepost removes a paragraph that held nothing but a tag, docxtpl leaves it empty.
"""
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from docx import Document
from docx.enum.text import WD_BREAK
from docx.oxml.ns import qn
from docx.table import Table
from docx.text.paragraph import Paragraph
from docxtpl import DocxTemplate
from jinja2 import Environment

CASES = []


def case(context):
    """Registers a builder of a template together with its context."""

    def register(build):
        CASES.append((build.__name__, build, context))
        return build

    return register


def rows(document, *texts, parent=None):
    """A table of texts."""
    table = (parent or document).add_table(rows=len(texts), cols=max(len(row) for row in texts))
    for row, values in zip(table.rows, texts):
        for cell, value in zip(row.cells, values):
            cell.text = value
    return table


def split_runs(paragraph, *pieces):
    """One text over several runs, each formatted differently."""
    for number, piece in enumerate(pieces):
        run = paragraph.add_run(piece)
        run.bold = number % 2 == 0
        run.italic = number % 3 == 0


PEOPLE = {
    "people": [
        {"name": "Ana", "age": 31, "skills": ["Word", "Excel"], "city": {"name": "Valparaíso"}},
        {"name": "Luis", "age": 17, "skills": [], "city": {"name": "Ñuñoa"}},
        {"name": "Zoë & Co.", "age": 65, "skills": ["<xml>"], "city": {"name": "Lima"}},
    ]
}


@case({"company": "World \"company\" & Sons <S.A.>", "when": "2026-03-12", "amount": 1234.5, "count": 3, "yes": True})
def variables(document):
    document.add_paragraph("Hello {{ company }}, today is {{when}}; {{ amount }}, {{ count }}, {{ yes }}.")
    document.add_paragraph("No tag here: 50 % {single} <b> & so on.")
    document.add_heading("About {{ company|upper }}", 1)


@case({"first": "Ana", "last": "Pérez", "n": 7})
def tags_split_over_runs(document):
    split_runs(document.add_paragraph(), "Dear {", "{ fir", "st }", "} and {{ l", "ast }}", "!")
    split_runs(document.add_paragraph(), "{% i", "f n > 5 %", "}many{% e", "lse %}few{", "% endif %}", " left")
    split_runs(document.add_paragraph(), "{{", " n ", "* 2", " }}", "{# a com", "ment #}.")


@case(PEOPLE)
def table_rows(document):
    rows(
        document,
        ["Name", "Age", "City"],
        ["{%tr for p in people %}", "", ""],
        ["{{ p.name }}", "{{ p.age }}", "{{ p.city.name }}"],
        ["{%tr endfor %}", "", ""],
        ["Total", "{{ people|length }}", "{{ people|sum(attribute='age') }}"],
    )


@case({"head": ["A", "B", "C"], "lines": [{"label": "x", "cells": [1, 2, 3]}, {"label": "y", "cells": [4, 5, 6]}]})
def table_columns(document):
    rows(
        document,
        ["Label", "{%tc for h in head %}", "{{ h }}", "{%tc endfor %}"],
        ["{%tr for l in lines %}", "", "", ""],
        ["{{ l.label }}", "{%tc for c in l.cells %}", "{{ c }}", "{%tc endfor %}"],
        ["{%tr endfor %}", "", "", ""],
    )


@case(PEOPLE)
def paragraphs(document):
    document.add_paragraph("Before")
    document.add_paragraph("{%p for p in people %}")
    document.add_paragraph("{{ loop.index }}. {{ p.name }}", style="List Bullet")
    document.add_paragraph("{%p if p.skills %}")
    document.add_paragraph("knows {{ p.skills|join(', ') }}")
    document.add_paragraph("{%p else %}")
    document.add_paragraph("knows nothing yet")
    document.add_paragraph("{%p endif %}")
    document.add_paragraph("{%p endfor %}")
    document.add_paragraph("After")


@case(PEOPLE)
def inline_loops(document):
    document.add_paragraph("People: {% for p in people %}{{ p.name }}{% if not loop.last %}, {% endif %}{% endfor %}.")
    document.add_paragraph("{% for p in people if p.age >= 18 %}[{{ p.name }}]{% else %}nobody{% endfor %}")
    split_runs(document.add_paragraph(), "{% for p in people %}", "{{ p.age }}", " {% endfor %}", "end")


@case({"a": 3, "b": 5, "text": "word", "items": [], "nothing": "", "flag": False})
def conditions(document):
    document.add_paragraph("{% if a > 2 and b < 10 or flag %}one{% elif a == 1 %}two{% else %}three{% endif %}")
    document.add_paragraph("{% if not items %}empty{% endif %} {% if text in ['word', 'other'] %}found{% endif %} {{ 'yes' if flag else 'no' }}")
    document.add_paragraph("{% if a is odd %}odd{% endif %} {% if missing is defined %}there{% else %}not there{% endif %}{{ missing }}")
    document.add_paragraph("{% if text == “word” %}smart{% endif %} {% if text == ‘word’ %}quotes{% endif %}")
    document.add_paragraph("{% if a >= 3 %}{% if b <= 5 %}nested{% endif %}{% endif %}")


@case({"name": "ana maría", "price": 12.3456, "words": ["b", "a", "c"], "long": "one two three", "n": 7, "none_text": ""})
def filters(document):
    document.add_paragraph("{{ name|title }} {{ name|upper }} {{ name|capitalize }} {{ name|replace('a', 'o') }} {{ name|length }}")
    document.add_paragraph("{{ price|round(2) }} {{ price|int }} {{ '%.1f'|format(price) }} {{ n / 2 }} {{ n // 2 }} {{ n % 2 }} {{ n ** 2 }}")
    document.add_paragraph("{{ words|sort|join('-') }} {{ words|first }} {{ words|last }} {{ words|reverse|join }} {{ undefined_name|default('dash') }}")
    document.add_paragraph("{{ long|wordcount if false else long.split(' ')[1] }} {{ words[0] }} {{ words[1:]|join(',') }} {{ none_text or 'or' }} {{ name ~ '!' }}")


@case({"rows": [{"a": "1", "b": "x"}, {"a": "2", "b": "y"}, {"a": "3", "b": "z"}]})
def vertical_merge(document):
    rows(
        document,
        ["{%tr for r in rows %}", ""],
        ["{% vm %}All of them", "{{ r.a }}{{ r.b }}"],
        ["{%tr endfor %}", ""],
    )


@case({"cols": ["p", "q", "r"], "total": "wide"})
def horizontal_merge(document):
    rows(
        document,
        ["{%tc for c in cols %}", "{% hm %}{{ total }}", "{%tc endfor %}"],
        ["{%tc for c in cols %}", "{{ c }}", "{%tc endfor %}"],
    )


@case({"span": 3, "red": "FF0000", "labels": ["a", "b", "c"]})
def column_span_and_background(document):
    rows(
        document,
        ["{% colspan span %}{% cellbg red %}Head"],
        ["{%tc for l in labels %}", "{{ l }}", "{%tc endfor %}"],
    )


@case(PEOPLE)
def nested_tables(document):
    outer = rows(document, ["{%tr for p in people %}", ""], ["{{ p.name }}", ""], ["{%tr endfor %}", ""])
    cell = outer.rows[1].cells[1]
    inner = cell.add_table(rows=3, cols=1)
    for row, text in zip(inner.rows, ["{%tr for s in p.skills %}", "{{ s }} of {{ p.name }}", "{%tr endfor %}"]):
        row.cells[0].text = text
    cell.add_paragraph("{{ p.skills|length }} skills")


@case({"title": "Report <1>", "page": "p.", "school": "Liceo & Cía."})
def headers_and_footers(document):
    section = document.sections[0]
    section.header.paragraphs[0].text = "{{ title }} / {{ school }}"
    section.footer.paragraphs[0].text = "{% if page %}{{ page }} {% endif %}{{ school|upper }}"
    rows(document, ["{{ title }}"])
    document.add_section()
    document.sections[1].header.is_linked_to_previous = False
    document.sections[1].header.paragraphs[0].text = "Second: {{ title }}"
    document.add_paragraph("Body of {{ school }}")


@case({"address": "Line one\nLine two", "tabbed": "a\tb", "xml": "<w:t>&amp;</w:t>", "quote": "\"double\" 'single'", "emoji": "🎓 ñ 中"})
def text_with_breaks_and_marks(document):
    document.add_paragraph("[{{ address }}] [{{ tabbed }}] [{{ xml }}] [{{ quote }}] [{{ emoji }}]")
    rows(document, ["{{ address }}", "{{ xml|e }}"])


@case({"living_in_town": True, "name": "Ana"})
def joined_paragraphs(document):
    for text in ["My house is located {% if living_in_town -%}", "in urban area", "{%- else -%}", "in countryside", "{%- endif %} and I love it.", "{{ name }}"]:
        document.add_paragraph(text)


@case({"bold": "strong", "items": ["x", "y"]})
def run_tags(document):
    paragraph = document.add_paragraph("Start ")
    paragraph.add_run("{%r if bold %}")
    paragraph.add_run("{{ bold }}").bold = True
    paragraph.add_run("{%r endif %}")
    paragraph.add_run(" end")
    paragraph = document.add_paragraph()
    paragraph.add_run("{%r for i in items %}")
    paragraph.add_run("({{ i }})").italic = True
    paragraph.add_run("{%r endfor %}")


@case({"x": 2, "d": {"k": "v", "l": "w"}, "pairs": [["a", 1], ["b", 2]]})
def statements(document):
    document.add_paragraph("{% set y = x * 21 %}{{ y }} {% for k, v in d.items() %}{{ k }}={{ v }};{% endfor %}")
    document.add_paragraph("{% for name, number in pairs %}{{ name }}{{ number }}{% endfor %} {{ d['k'] }} {{ d.l }} {{ d.get('zz', 'none') }}")
    document.add_paragraph("{% for i in range(3) %}{{ loop.index0 }}{{ loop.first }}{% endfor %} {% with z = 5 %}{{ z }}{% endwith %}")
    document.add_paragraph("{% set ns = namespace(sum=0) %}{% for n in [1, 2, 3] %}{% set ns.sum = ns.sum + n %}{% endfor %}{{ ns.sum }}")


@case({"name": "Ana"})
def comments_and_escapes(document):
    document.add_paragraph("A{# not shown #}B {_{ name }_} {_% raw %_} {{ name }}")
    document.add_paragraph("{#p this paragraph goes #}")
    rows(document, ["kept"], ["{#tr this row goes #}"], ["kept too"])


@case({"students": [{"name": "Ana", "marks": [{"s": "Math", "m": 6.5}, {"s": "Art", "m": 7.0}]}, {"name": "Bo", "marks": []}], "show": False})
def several_loops_in_a_table(document):
    rows(
        document,
        ["Student", "Mark"],
        ["{%tr for s in students %}", ""],
        ["{{ s.name }}", "{{ s.marks|length }}"],
        ["{%tr for m in s.marks %}", ""],
        ["- {{ m.s }}", "{{ m.m }}"],
        ["{%tr endfor %}", ""],
        ["{%tr if not s.marks %}", ""],
        ["no marks", ""],
        ["{%tr endif %}", ""],
        ["{%tr endfor %}", ""],
        ["{%tr if show %}", ""],
        ["hidden", ""],
        ["{%tr endif %}", ""],
        ["End", "{{ students|length }}"],
    )


@case({"chapters": [{"t": "One", "ps": ["a", "b"]}, {"t": "Two", "ps": ["c"]}]})
def pages(document):
    document.add_paragraph("{%p for c in chapters %}")
    document.add_heading("{{ c.t }}", 2)
    document.add_paragraph("{%p for p in c.ps %}")
    document.add_paragraph("text {{ p }}")
    document.add_paragraph("{%p endfor %}")
    document.add_paragraph("{%p if not loop.last %}")
    document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
    document.add_paragraph("{%p endif %}")
    document.add_paragraph("{%p endfor %}")
    document.add_paragraph("The end")


def paragraph_text(paragraph):
    """A paragraph's text with its breaks, whatever runs it is in."""
    out = []
    for element in paragraph._p.iter():
        if element.tag == qn("w:t"):
            out.append(element.text or "")
        elif element.tag == qn("w:br"):
            out.append("\f" if element.get(qn("w:type")) == "page" else "\n")
        elif element.tag == qn("w:tab") and element.getparent().tag == qn("w:r"):
            out.append("\t")
    return "".join(out)


def contents(element, parent):
    """Paragraphs and tables of a body, cell, header or footer, as plain lists."""
    out = []
    for child in element:
        if child.tag == qn("w:p"):
            text = paragraph_text(Paragraph(child, parent))
            if text.strip(" "):
                out.append(text)
        elif child.tag == qn("w:tbl"):
            table = [[cell_of(cell, parent) for cell in row.findall(qn("w:tc"))] for row in child.findall(qn("w:tr"))]
            if table:
                out.append(table)
    return out


def cell_of(cell, parent):
    span = cell.find(f"{qn('w:tcPr')}/{qn('w:gridSpan')}")
    merge = cell.find(f"{qn('w:tcPr')}/{qn('w:vMerge')}")
    shade = cell.find(f"{qn('w:tcPr')}/{qn('w:shd')}")
    return {
        "text": contents(cell, parent),
        "span": 1 if span is None else int(span.get(qn("w:val"))),
        "merge": None if merge is None else merge.get(qn("w:val"), "continue"),
        "fill": None if shade is None else shade.get(qn("w:fill")),
    }


def document_contents(path):
    document = Document(path)
    out = {"body": contents(document.element.body, document)}
    for number, section in enumerate(document.sections):
        out[f"header {number}"] = contents(section.header._element, section.header)
        out[f"footer {number}"] = contents(section.footer._element, section.footer)
    return out


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    program = Path(sys.argv[1]).resolve()
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        for name, build, context in CASES:
            template, data = folder / f"{name}.docx", folder / f"{name}.json"
            theirs, ours = folder / f"{name}.docxtpl.docx", folder / f"{name}.gradepost.docx"
            document = Document()
            build(document)
            document.save(template)
            data.write_text(json.dumps(context, ensure_ascii=False), encoding="utf-8")
            filled = DocxTemplate(template)
            filled.render(json.loads(data.read_text(encoding="utf-8")), jinja_env=Environment(), autoescape=True)
            filled.save(theirs)
            command = [program, "render", "--template", template, "--data", data, "--out", folder / f"{name}.pdf", "--docx-out", ours, "--missing", "blank"]
            run = subprocess.run(command, capture_output=True, text=True, timeout=120)
            if run.returncode != 0:
                failed += 1
                print(f"FAILED  {name}: gradepost ended with {run.returncode}\n{run.stdout}{run.stderr}")
                continue
            wanted, found = document_contents(theirs), document_contents(ours)
            if wanted == found:
                print(f"same    {name}")
            else:
                failed += 1
                print(f"DIFFERS {name}\n  docxtpl:   {json.dumps(wanted, ensure_ascii=False)}\n  gradepost: {json.dumps(found, ensure_ascii=False)}")
    print(f"{len(CASES) - failed} of {len(CASES)} documents agree")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
