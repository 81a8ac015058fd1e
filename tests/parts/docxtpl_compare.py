#!/usr/bin/env python3
"""Templates of python-docx-template's own kind, filled by it and by gradepost; the texts must agree cell by cell.

  pip install docxtpl
  tests/parts/docxtpl_compare.py target/release/gradepost

Each case below builds a Word document with python-docx, as an author of docxtpl templates would write it, and gives it a context.
docxtpl (with autoescape, as its documentation advises for text with & and <) fills it in this process, `gradepost render --docx-out` in another.
Compared are the texts of all paragraphs (line breaks and tabs included), of every cell of every table, nested ones too, with the columns each cell spans, of headers, footers, footnotes and text boxes, and the document's properties;
with each text its formatting: style, font, bold, italic, underline, strike, colour, size, shading, position, language.
What docxtpl gets as Python objects, gradepost gets as JSON: `{"rich": …}` becomes a `RichText`, `{"paragraphs": …}` a `RichTextParagraph`.
Values that are missing are left blank, as docxtpl does it.
What docxtpl gets wrong is not compared: text before `{%-` in its paragraph is lost, `&` inside a tag is shown as `&amp;`, properties are escaped twice.
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
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.shared import Pt, RGBColor
from docxtpl import DocxTemplate, RichText, RichTextParagraph
from jinja2 import Environment

CASES = []


def case(context, formatted=True):
    """Registers a builder of a template together with its context; `formatted=False` compares texts alone."""

    def register(build):
        CASES.append((build.__name__, build, context, formatted))
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


# Text behind a tag, in the run the tag ends in: docxtpl gives it the formatting the tag begins with, gradepost leaves it its own.
@case({"first": "Ana", "last": "Pérez", "n": 7}, formatted=False)
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


def styled(paragraph, text, bold=None, italic=None, color=None, size=None, underline=None):
    run = paragraph.add_run(text)
    run.bold, run.italic, run.underline = bold, italic, underline
    if color:
        run.font.color.rgb = RGBColor.from_string(color)
    if size:
        run.font.size = Pt(size)
    return run


@case({"name": "Ana & Bo", "items": [{"n": "uno", "ok": True}, {"n": "dos", "ok": False}], "empty": []})
def formatted_tags(document):
    paragraph = document.add_paragraph()
    styled(paragraph, "Dear ", italic=True)
    styled(paragraph, "{{ name }}", bold=True, color="C00000", size=16)
    styled(paragraph, ", {% for i in items %}")
    styled(paragraph, "{{ i.n }}", underline=True, size=9)
    styled(paragraph, "{% if not loop.last %} and {% endif %}", color="00B050")
    styled(paragraph, "{% endfor %}.")
    paragraph = document.add_paragraph()
    styled(paragraph, "{{ na", bold=True)
    styled(paragraph, "me|upper }}", italic=True, color="0000FF")
    styled(paragraph, " tail", italic=True, color="0000FF")
    styled(paragraph, " end", size=20)
    paragraph = document.add_paragraph()
    styled(paragraph, "{% if empty %}some{% else %}", bold=True)
    styled(paragraph, "none", italic=True)
    styled(paragraph, "{% endif %}", size=7)


@case(PEOPLE)
def formatted_cells(document):
    table = rows(document, ["{%tr for p in people %}", "", ""], ["", "", ""], ["{%tr endfor %}", "", ""])
    cells = table.rows[1].cells
    styled(cells[0].paragraphs[0], "{{ loop.index }}. ", bold=True)
    styled(cells[0].paragraphs[0], "{{ p.name }}", italic=True, color="7030A0")
    styled(cells[1].paragraphs[0], "{% if p.age < 18 %}", color="FF0000")
    styled(cells[1].paragraphs[0], "{{ p.age }} (minor)", color="FF0000", bold=True)
    styled(cells[1].paragraphs[0], "{% else %}")
    styled(cells[1].paragraphs[0], "{{ p.age }}", size=14)
    styled(cells[1].paragraphs[0], "{% endif %}")
    styled(cells[2].paragraphs[0], "{% for s in p.skills %}")
    styled(cells[2].paragraphs[0], "{{ s }}", underline=True)
    styled(cells[2].paragraphs[0], " {% endfor %}")


@case(
    {
        "one": {"rich": ["plain ", {"text": "bold <&>", "bold": True}, {"text": " red", "color": "#C00000", "italic": True, "size": 28}]},
        "two": {
            "rich": [
                {"text": "u", "underline": True},
                {"text": "w", "underline": "wave"},
                {"text": "x2", "superscript": True},
                {"text": "h2o", "subscript": True},
                {"text": "gone", "strike": True},
                {"text": "marked", "highlight": "FFFF00"},
                {"text": "face", "font": "Arial", "lang": "en-US"},
                {"text": "styled", "style": "Strong"},
                {"text": "a\nb\tc", "bold": True},
            ]
        },
        "rows": [{"v": {"rich": [{"text": "A", "color": "00B050"}]}}, {"v": {"rich": [{"text": "B", "color": "FF0000"}]}}],
    }
)
def rich_text(document):
    document.add_paragraph("Before ").add_run("{{r one }}")
    document.add_paragraph("{{r two }}")
    rows(document, ["{%tr for r in rows %}"], ["{{r r.v }}"], ["{%tr endfor %}"])


@case({"chapter": {"paragraphs": ["One", {"rich": [{"text": "two", "bold": True}, " and more"], "style": "ListBullet"}, "Three"]}, "text": "x"})
def rich_paragraphs(document):
    document.add_paragraph("Before {{ text }}")
    document.add_paragraph("{{p chapter }}")
    document.add_paragraph("After")
    rows(document, ["{{p chapter }}"])


@case({"listing": "one\ntwo\athree\tfour\ffive", "cell": "a\ab"})
def listings(document):
    paragraph = document.add_paragraph(style="List Bullet")
    styled(paragraph, "{{ listing }}", bold=True, color="C00000")
    rows(document, ["{{ cell }}", "c"])


@case({"name": "Ana", "items": [1, 2, 3]})
def macros_and_sets(document):
    document.add_paragraph("{% macro field(label, value='none') %}{{ label }}: {{ value }};{% endmacro %}{{ field('Name', name) }} {{ field('Age') }}")
    document.add_paragraph("{% set total = items|sum %}{% set text %}sum is {{ total }}{% endset %}{{ text }} {{ text|upper }}")
    document.add_paragraph("{% macro box() %}[{{ caller() }}]{% endmacro %}{% call box() %}{{ name }}{% endcall %} {% filter upper %}shout {{ name }}{% endfilter %}")
    document.add_paragraph("{%p set later = 'kept' %}")
    document.add_paragraph("{{ later }} {% raw %}{{ not_a_tag }}{% endraw %}")


@case({"items": ["a", "b", "c", "d"], "marks": [{"g": "x", "n": 1}, {"g": "y", "n": 2}, {"g": "x", "n": 3}], "map": {"b": 2, "a": 1}})
def loop_variables(document):
    document.add_paragraph("{% for i in items %}{{ loop.index }}/{{ loop.length }}:{{ i }}:{{ loop.revindex }}:{{ loop.cycle('odd', 'even') }}{% if loop.last %}.{% else %}, {% endif %}{% endfor %}")
    document.add_paragraph("{% for i in items %}{{ loop.previtem|default('-') }}{{ loop.nextitem|default('-') }} {% endfor %}{% for i in items if i != 'b' %}{{ i }}{% endfor %}")
    document.add_paragraph("{% for g in marks|groupby('g') %}{{ g.grouper }}={{ g.list|map(attribute='n')|join('+') }};{% endfor %}{% for k, v in map|dictsort %}{{ k }}{{ v }}{% endfor %}")
    document.add_paragraph("{% for row in items|batch(3, '-') %}{{ row|join }}|{% endfor %}{{ marks|selectattr('n', 'gt', 1)|map(attribute='g')|join }}{{ marks|rejectattr('n', 'odd')|list|length }}")
    document.add_paragraph("{% for a in items %}{% for b in items %}{% if loop.first %}{{ a }}{{ b }}{% endif %}{% endfor %}{% endfor %} {{ items|unique|list|length }} {{ map.keys()|list|join }} {{ 'b' in map }}")


@case({"heads": ["A", "B"], "lines": [{"l": "x", "cells": [{"v": 1, "bg": "FFC000"}, {"v": 2, "bg": "92D050"}]}, {"l": "y", "cells": [{"v": 3, "bg": "FFFFFF"}, {"v": 4, "bg": "000000"}]}]})
def columns_in_rows_with_colours(document):
    rows(
        document,
        ["", "{%tc for h in heads %}", "{{ h }}", "{%tc endfor %}"],
        ["{%tr for l in lines %}", "", "", ""],
        ["{{ l.l }}", "{%tc for c in l.cells %}", "{% cellbg c.bg %}{{ c.v }}", "{%tc endfor %}"],
        ["{%tr endfor %}", "", "", ""],
        ["{% colspan heads|length + 1 %}{% cellbg 'D9D9D9' %}All", "{%tc if false %}", "", "{%tc endif %}"],
    )


@case({"groups": [{"n": "Maths", "parts": [{"t": "a"}, {"t": "b"}]}, {"n": "Art", "parts": [{"t": "c"}]}]})
def merges_inside_loops(document):
    rows(
        document,
        ["{%tr for g in groups %}", ""],
        ["{%tr for i in g.parts %}", ""],
        ["{% vm %}{{ g.n }}", "{{ i.t }}"],
        ["{%tr endfor %}", ""],
        ["{%tr endfor %}", ""],
    )
    table = rows(document, ["{%tc for g in groups %}", "{% hm %}Head", "{%tc endfor %}"], ["{%tc for g in groups %}", "{{ g.n }}", "{%tc endfor %}"])
    table.rows[0].cells[1]._tc.get_or_add_tcPr().get_or_add_gridSpan().val = 2


@case({"school": "Liceo & Cía.", "lines": ["one", "two"], "show": True, "logo": False})
def loops_in_headers_and_footers(document):
    section = document.sections[0]
    header = section.header
    header.paragraphs[0].text = "{%p for l in lines %}"
    styled(header.add_paragraph(), "{{ l }} of {{ school }}", bold=True, size=8)
    header.add_paragraph("{%p endfor %}")
    table = header.add_table(rows=3, cols=1, width=Pt(300))
    for row, text in zip(table.rows, ["{%tr for l in lines %}", "{{ loop.index }} {{ l }}", "{%tr endfor %}"]):
        row.cells[0].text = text
    section.footer.paragraphs[0].text = "{% if show -%}"
    section.footer.add_paragraph("shown")
    section.footer.add_paragraph("{%- endif %}{% if logo %}logo{% endif %}")
    document.add_paragraph("{{ school }}")


@case({"who": "Ana", "why": "a <reason>"})
def footnotes_and_properties(document):
    document.core_properties.title = "Report of {{ who }}"
    document.core_properties.subject = "{{ who|upper }}"
    note = ('<w:footnotes xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:footnote w:id="1"><w:p><w:r><w:rPr><w:i/></w:rPr>'
            "<w:t>Because of {{ why }}{% if who %}, {{ who }}{% endif %}</w:t></w:r></w:p></w:footnote></w:footnotes>")
    part = Part(PackURI("/word/footnotes.xml"), CONTENT_TYPE.WML_FOOTNOTES, note.encode(), document.part.package)
    document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)
    paragraph = document.add_paragraph("Note")
    paragraph.add_run()._r.append(parse_xml('<w:footnoteReference xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" w:id="1"/>'))


@case({"who": "Ana & Bo", "items": ["x", "y"]})
def text_boxes_and_links(document):
    names = ('xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:v="urn:schemas-microsoft-com:vml" '
             'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"')
    box = (f'<w:r {names}><w:pict><v:shape style="width:100pt;height:50pt"><v:textbox><w:txbxContent><w:p><w:r><w:t>Box of {{{{ who }}}}</w:t></w:r></w:p>'
           "<w:p><w:r><w:t>{%p for i in items %}</w:t></w:r></w:p><w:p><w:r><w:rPr><w:b/></w:rPr><w:t>{{ i }}</w:t></w:r></w:p>"
           "<w:p><w:r><w:t>{%p endfor %}</w:t></w:r></w:p></w:txbxContent></v:textbox></v:shape></w:pict></w:r>")
    document.add_paragraph("Outside {{ who }}").add_run()._r.addnext(parse_xml(box))
    paragraph = document.add_paragraph("See ")
    paragraph._p.append(parse_xml(f'<w:hyperlink {names} w:anchor="top"><w:r><w:rPr><w:color w:val="0000FF"/></w:rPr><w:t>{{{{ who }}}}{{% for i in items %}} {{{{ i }}}}{{% endfor %}}</w:t></w:r></w:hyperlink>'))


@case({"a": {"b": [{"c": "deep"}]}, "html": "<b>&amp;</b>", "quote": "it's \"so\"", "n": None, "num": 1234567.891, "neg": -3, "yes": True})
def values_and_escapes(document):
    document.add_paragraph("{{ a.b[0].c }} {{ a['b'][0]['c'] }} {{ html }} {{ html|e }} {{ html|safe if false else '' }} {{ quote }} {{ yes }} {{ neg|abs }}")
    document.add_paragraph("{{ '%.2f' % num if false else '{:,.2f}'.format(num) }} {{ num|round|int }} {{ 7 // 2 }} {{ 'a' ~ 1 ~ true }} {{ 1 if yes else 0 }} {{ '<>' }}")
    document.add_paragraph("{% if n is none %}nothing{% endif %} {% if a is mapping %}map{% endif %} {% if a.b is iterable %}list{% endif %} {{ 'x' if html != '<b>' }} {{ ['p', 'q']|join('<') }}")


FORMATTING = {
    "w:rStyle": "w:val", "w:rFonts": "w:ascii", "w:b": "w:val", "w:i": "w:val", "w:u": "w:val", "w:strike": "w:val", "w:color": "w:val",
    "w:sz": "w:val", "w:shd": "w:fill", "w:vertAlign": "w:val", "w:lang": "w:val",
}


def formatting(run):
    """What a run's own properties say, as a text."""
    props = run.find(qn("w:rPr"))
    found = {name: props.find(qn(name)) for name in FORMATTING} if props is not None else {}
    pairs = {name: element.get(qn(FORMATTING[name]), "1") for name, element in found.items() if element is not None}
    return " ".join(f"{name[2:]}={value}" for name, value in sorted(pairs.items()) if value not in ("0", "false"))


def own(element, tag):
    """Descendants with a tag, less those in text boxes."""
    for child in element:
        if child.tag == tag:
            yield child
        elif child.tag != qn("w:pict"):
            yield from own(child, tag)


def paragraph_text(paragraph):
    """A paragraph's text with its breaks, in stretches of equal formatting."""
    out = []
    for run in own(paragraph._p, qn("w:r")):
        text = ""
        for element in run:
            if element.tag == qn("w:t"):
                text += element.text or ""
            elif element.tag == qn("w:br"):
                text += "\f" if element.get(qn("w:type")) == "page" else "\n"
            elif element.tag == qn("w:tab"):
                text += "\t"
        # White space between formatted texts looks the same in either's bold or colour.
        style = formatting(run) if text.strip() else (out[-1][1] if out else formatting(run))
        if text and out and out[-1][1] == style:
            out[-1][0] += text
        elif text:
            out.append([text, style])
    return out


def contents(element, parent):
    """Paragraphs and tables of a body, cell, header or footer, as plain lists."""
    out = []
    for child in element:
        if child.tag == qn("w:p"):
            text = paragraph_text(Paragraph(child, parent))
            if "".join(piece for piece, _ in text).strip(" "):
                out.append(text)
            for box in child.iter(qn("w:txbxContent")):
                out.append({"box": contents(box, parent)})
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


def document_contents(path, formatted):
    document = Document(path)
    out = {"body": contents(document.element.body, document)}
    for number, section in enumerate(document.sections):
        out[f"header {number}"] = contents(section.header._element, section.header)
        out[f"footer {number}"] = contents(section.footer._element, section.footer)
    for relation in document.part.rels.values():
        if relation.reltype == RELATIONSHIP_TYPE.FOOTNOTES:
            out["notes"] = [contents(note, document) for note in parse_xml(relation.target_part.blob)]
    out["properties"] = [document.core_properties.title, document.core_properties.subject]
    return out if formatted else plain(out)


def plain(value):
    """The same without formatting."""
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    if not isinstance(value, list):
        return value
    is_text = value and all(isinstance(item, list) and len(item) == 2 and all(isinstance(part, str) for part in item) for item in value)
    return "".join(text for text, _ in value) if is_text else [plain(item) for item in value]


def objects(value):
    """The Python objects docxtpl wants for what JSON says."""
    if isinstance(value, list):
        return [objects(item) for item in value]
    if not isinstance(value, dict):
        return value
    if "rich" in value:
        text = RichText()
        for piece in value["rich"]:
            piece = {"text": piece} if isinstance(piece, str) else dict(piece)
            text.add(piece.pop("text"), **piece)
        return text
    if "paragraphs" in value:
        whole = RichTextParagraph()
        for paragraph in value["paragraphs"]:
            paragraph = {"rich": [paragraph]} if isinstance(paragraph, str) else paragraph
            whole.add(objects(paragraph), parastyle=paragraph.get("style"))
        return whole
    return {name: objects(item) for name, item in value.items()}


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    program = Path(sys.argv[1]).resolve()
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        for name, build, context, formatted in CASES:
            template, data = folder / f"{name}.docx", folder / f"{name}.json"
            theirs, ours = folder / f"{name}.docxtpl.docx", folder / f"{name}.gradepost.docx"
            document = Document()
            build(document)
            document.save(template)
            data.write_text(json.dumps(context, ensure_ascii=False), encoding="utf-8")
            filled = DocxTemplate(template)
            context = objects(json.loads(data.read_text(encoding="utf-8")))
            filled.render(context, jinja_env=Environment(), autoescape=True)
            filled.save(theirs)
            command = [program, "render", "--template", template, "--data", data, "--out", folder / f"{name}.pdf", "--docx-out", ours, "--missing", "blank"]
            run = subprocess.run(command, capture_output=True, text=True, timeout=120)
            if run.returncode != 0:
                failed += 1
                print(f"FAILED  {name}: gradepost ended with {run.returncode}\n{run.stdout}{run.stderr}")
                continue
            wanted, found = document_contents(theirs, formatted), document_contents(ours, formatted)
            if wanted == found:
                print(f"same    {name}")
            else:
                failed += 1
                print(f"DIFFERS {name}\n  docxtpl:   {json.dumps(wanted, ensure_ascii=False)}\n  gradepost: {json.dumps(found, ensure_ascii=False)}")
    print(f"{len(CASES) - failed} of {len(CASES)} documents agree")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
