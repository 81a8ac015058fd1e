//! The diagnostic report, page by page.

use docx_rs::{
    AbstractNumbering, AlignmentType, Docx, Footer, Header, IndentLevel, Level, LevelJc, LevelText, NumPages, NumberFormat, Numbering,
    NumberingId, PageMargin, PageNum, Paragraph, Run, SpecialIndentType, Start, StructuredDataTag, Tab, TabValueType, Table, TableCell,
    TableCellBorderPosition, TableCellMargins, TableRow,
};

use super::parts::{
    ACCENT, INK, PAGE, PAPER, QUIET, RULE, SIDE, TEXT, body, body_fonts, cell, centred, filled, heading_fonts, paragraph, ruled, spacing,
    styles, table, tag,
};
use super::texts::Texts;

/// The list of dots.
const BULLETS: usize = 2;

/// The whole document.
pub(super) fn document(texts: &Texts) -> Docx {
    let margins = PageMargin::new().top(1900).bottom(1300).left(SIDE).right(SIDE).header(720).footer(560).gutter(0);
    let mut docx = Docx::new()
        .page_size(PAGE.0, PAGE.1)
        .page_margin(margins)
        .default_fonts(body_fonts())
        .default_size(22)
        .default_line_spacing(spacing(0, 120, 276))
        .add_abstract_numbering(bullets())
        .add_numbering(Numbering::new(BULLETS, BULLETS))
        .header(header(texts))
        .footer(footer(texts));
    for style in styles() {
        docx = docx.add_style(style);
    }
    let docx = cover(docx, texts);
    let docx = result(docx, texts);
    lessons(docx, texts)
}

fn bullets() -> AbstractNumbering {
    let level = Level::new(0, Start::new(1), NumberFormat::new("bullet"), LevelText::new("•"), LevelJc::new("left"));
    AbstractNumbering::new(BULLETS).add_level(level.indent(Some(300), Some(SpecialIndentType::Hanging(220)), None, None).color(ACCENT))
}

/// The logo's place (a monogram until the school puts its own picture there), the school's name, and the report's kind.
fn header(texts: &Texts) -> Header {
    let columns = [640, 160, 5440, 3400];
    let initial = Run::new().add_text("A").fonts(heading_fonts()).size(32).bold().color("FFFFFF");
    // A content control: its name is the tag, so the cell stays small in Word.
    let monogram = Paragraph::new()
        .align(AlignmentType::Center)
        .line_spacing(spacing(0, 0, 240))
        .add_structured_data_tag(StructuredDataTag::new().alias("INICIAL").add_run(initial));
    let logo = filled(cell(columns[0]), ACCENT).add_paragraph(monogram);
    let name = cell(columns[2])
        .add_paragraph(
            Paragraph::new().style("Cell").add_run(Run::new().add_text("{{ school.name or assessment.course or '' }}").bold().color(INK)),
        )
        .add_paragraph(paragraph("Small", texts.kind));
    let title = cell(columns[3]).add_paragraph(paragraph("Small", "{{ assessment.title|truncate(60) }}").align(AlignmentType::Right));
    let row = TableRow::new(vec![logo, cell(columns[1]).add_paragraph(paragraph("Small", "")), name, title]).row_height(640.0);
    Header::new().add_table(table(vec![row], &columns)).add_paragraph(paragraph("Small", ""))
}

fn footer(texts: &Texts) -> Footer {
    let line = Paragraph::new()
        .style("Small")
        .add_tab(Tab::new().val(TabValueType::Right).pos(TEXT))
        .add_run(Run::new().add_text("{{ (student.name or '')|truncate(60) }}"))
        .add_run(Run::new().add_tab())
        .add_run(Run::new().add_text(format!("{} ", texts.page)))
        .add_page_num(PageNum::new())
        .add_run(Run::new().add_text(format!(" {} ", texts.attempt_of)))
        .add_num_pages(NumPages::new());
    Footer::new().add_paragraph(line)
}

fn cover(docx: Docx, texts: &Texts) -> Docx {
    let kind = Run::new().add_text(texts.kind.to_uppercase()).character_spacing(30);
    let facts = [(texts.course, texts.names.course), (texts.date, texts.names.date), (texts.attempt, texts.names.attempt)];
    let columns = [4440, 3400, 1800];
    let labels = facts.iter().zip(columns).map(|((label, value), width)| {
        let label = paragraph("Small", label).line_spacing(spacing(140, 30, 240));
        ruled(cell(width), TableCellBorderPosition::Top, RULE, 6).add_paragraph(label).add_paragraph(paragraph("Cell", value))
    });
    let facts = table(vec![TableRow::new(labels.collect()).cant_split()], &columns).margins(TableCellMargins::new().margin(0, 120, 0, 0));
    docx.add_paragraph(Paragraph::new().style("Eyebrow").line_spacing(spacing(2000, 200, 240)).add_run(kind))
        .add_paragraph(paragraph("Title", texts.names.assessment))
        .add_table(short_rule())
        .add_paragraph(paragraph("Small", texts.prepared_for).line_spacing(spacing(900, 60, 240)))
        .add_paragraph(paragraph("Subtitle", texts.names.student))
        .add_paragraph(paragraph("Small", "").line_spacing(spacing(1000, 0, 240)))
        .add_table(facts)
        .add_paragraph(Paragraph::new().line_spacing(spacing(800, 0, 276)).add_run(Run::new().add_text(texts.personal).color(QUIET)))
}

/// A short thick line under the title.
fn short_rule() -> Table {
    let columns = [1100];
    let mark = ruled(cell(columns[0]), TableCellBorderPosition::Top, ACCENT, 24).add_paragraph(paragraph("Small", ""));
    table(vec![TableRow::new(vec![mark])], &columns)
}

fn result(docx: Docx, texts: &Texts) -> Docx {
    let docx = docx
        .add_paragraph(paragraph("Heading1", texts.your_result).page_break_before(true))
        .add_paragraph(body(texts.greeting).line_spacing(spacing(0, 260, 276)))
        .add_table(figures(texts))
        .add_paragraph(paragraph("Heading2", texts.on_the_scale).keep_next(true))
        .add_paragraph(body("{{ chart.score }}"))
        .add_table(lists(texts))
        .add_paragraph(tag("{%p if groups|length <= 12 %}"))
        .add_paragraph(paragraph("Heading2", texts.by_lesson).keep_next(true))
        .add_paragraph(body("{{ chart.groups }}"))
        .add_paragraph(tag("{%p endif %}"));
    let docx = docx
        .add_paragraph(tag("{%p if plan %}"))
        .add_paragraph(paragraph("Heading2", texts.plan).keep_next(true))
        .add_paragraph(tag("{%p for step in plan %}"))
        .add_paragraph(bullet("{{ step }}"))
        .add_paragraph(tag("{%p endfor %}"))
        .add_paragraph(tag("{%p endif %}"));
    docx.add_paragraph(tag("{%p if history|length > 1 %}"))
        .add_paragraph(paragraph("Heading2", texts.progress).keep_next(true))
        .add_paragraph(body("{{ chart.history }}"))
        .add_paragraph(tag("{%p endif %}"))
        .add_paragraph(tag("{%p if cohort %}"))
        .add_paragraph(paragraph("Heading2", texts.place).keep_next(true))
        .add_paragraph(body("{{ chart.cohort }}"))
        .add_paragraph(tag("{%p endif %}"))
}

/// Level, percentage and lessons passed, large.
fn figures(texts: &Texts) -> Table {
    let columns = [3080, 200, 3080, 200, 3080];
    let passed = format!("<<lectures_passed>> {} <<lectures_analyzed>>", texts.of);
    let values = [(texts.level, texts.names.level), (texts.percentage, "<<PD%>>"), (texts.correct, &passed)];
    let mut cells: Vec<TableCell> = Vec::new();
    for (place, (label, value)) in values.into_iter().enumerate() {
        if place > 0 {
            cells.push(cell(columns[1]).add_paragraph(paragraph("Small", "")));
        }
        let inside = ruled(filled(cell(columns[0]), PAPER), TableCellBorderPosition::Top, ACCENT, 18);
        let label = paragraph("Small", label).line_spacing(spacing(200, 40, 240));
        cells.push(
            inside.add_paragraph(centred(label)).add_paragraph(centred(paragraph("Figure", value)).line_spacing(spacing(0, 220, 240))),
        );
    }
    table(vec![TableRow::new(cells).cant_split()], &columns)
}

/// Strengths on the left, what to review on the right.
fn lists(texts: &Texts) -> Table {
    let columns = [4700, 240, 4700];
    // Without keep-with-next: inside a table, LibreOffice would keep the whole table with what follows it.
    let head = |text: &str| paragraph("Heading2", text);
    let strengths = cell(columns[0])
        .vertical_align(docx_rs::VAlignType::Top)
        .add_paragraph(head(texts.strengths))
        .add_paragraph(tag("{%p for name in strengths[:6] %}"))
        .add_paragraph(bullet("{{ name }}"))
        .add_paragraph(tag("{%p else %}"))
        .add_paragraph(body(texts.no_strengths))
        .add_paragraph(tag("{%p endfor %}"));
    let review = cell(columns[2])
        .vertical_align(docx_rs::VAlignType::Top)
        .add_paragraph(head(texts.to_review))
        .add_paragraph(tag("{%p for item in to_review[:6] %}"))
        .add_paragraph(bullet("{{ item.name }}"))
        .add_paragraph(tag("{%p else %}"))
        .add_paragraph(body(texts.no_review))
        .add_paragraph(tag("{%p endfor %}"))
        .add_paragraph(tag("{%p if to_review|length > 6 %}"))
        .add_paragraph(paragraph("Small", texts.and_more))
        .add_paragraph(tag("{%p endif %}"));
    table(vec![TableRow::new(vec![strengths, cell(columns[1]).add_paragraph(paragraph("Small", "")), review])], &columns)
}

fn bullet(text: &str) -> Paragraph {
    body(text).numbering(NumberingId::new(BULLETS), IndentLevel::new(0)).line_spacing(spacing(0, 60, 264))
}

fn lessons(docx: Docx, texts: &Texts) -> Docx {
    docx.add_paragraph(paragraph("Heading1", texts.lessons).page_break_before(true))
        .add_paragraph(body(texts.lessons_intro).line_spacing(spacing(0, 220, 276)))
        .add_table(lesson_table(texts))
}

fn lesson_table(texts: &Texts) -> Table {
    let columns = [5240, 1400, 1300, 1700];
    let heads = [texts.lesson, texts.hits, texts.share, texts.status];
    let head = heads.iter().enumerate().map(|(place, text)| {
        let text = Paragraph::new().style("Cell").add_run(Run::new().add_text(*text).bold().color("FFFFFF"));
        filled(cell(columns[place]), ACCENT).add_paragraph(if place > 0 { centred(text) } else { text })
    });
    let values = [
        "{% if g.parent %}{{ g.parent }} · {% endif %}{{ g.name }}",
        "{{ g.correct }} / {{ g.total }}",
        "{{ g.percentage|percent }}",
        "{% cellbg g|tone %}{{ g.status }}",
    ];
    let row = values.iter().enumerate().map(|(place, value)| {
        let run = Run::new().add_text(*value);
        let text = Paragraph::new().style("Cell").add_run(if place == 3 { run.bold() } else { run });
        ruled(cell(columns[place]), TableCellBorderPosition::Bottom, RULE, 4).add_paragraph(if place > 0 { centred(text) } else { text })
    });
    let tag_row = |text: &str| {
        let cells = columns.iter().enumerate().map(|(place, &width)| cell(width).add_paragraph(tag(if place == 0 { text } else { "" })));
        TableRow::new(cells.collect())
    };
    let rows = vec![
        TableRow::new(head.collect()).cant_split(),
        tag_row("{%tr for g in groups %}"),
        TableRow::new(row.collect()).cant_split(),
        tag_row("{%tr endfor %}"),
    ];
    table(rows, &columns).margins(TableCellMargins::new().margin(70, 110, 70, 110))
}
