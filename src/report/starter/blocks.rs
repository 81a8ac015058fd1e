//! The building blocks that the templates share: cover, masthead, figures, lists, tables of groups.

use docx_rs::{Paragraph, Run, TableCell, TableCellBorderPosition, TableCellMargins, TableRow, VAlignType};

use super::parts::{
    ACCENT, INK, PAPER, QUIET, RULE, body, cell, centred, filled, head_mark, heading_fonts, paragraph, ruled, spacing, table, tag,
};
use super::sheet::{Sheet, bullet};
use super::texts::Noun;

/// What a figure is called, and its value.
pub(super) type Figure<'a> = (&'a str, &'a str);

/// A column of a table of groups.
pub(super) struct Column<'a> {
    pub(super) head: &'a str,
    pub(super) width: usize,
    /// The value, by the loop's name `g`; empty where the column holds running text.
    pub(super) value: &'a str,
    pub(super) bold: bool,
}

impl Column<'_> {
    /// Figures stand centred, names and texts do not.
    fn is_centred(&self, place: usize) -> bool {
        place > 0 && !self.value.is_empty()
    }
}

impl Sheet {
    /// The first page of a report on one attempt.
    pub(super) fn cover(self, personal: &str) -> Self {
        let texts = self.texts;
        let facts = [(texts.course, texts.names.course), (texts.date, texts.names.date), (texts.attempt, texts.names.attempt)];
        self.cover_with(&facts, personal)
    }

    /// The first page: kind, title, whom it is for, and the facts.
    pub(super) fn cover_with(self, facts: &[Figure<'_>], personal: &str) -> Self {
        let texts = self.texts;
        let kind = Run::new().add_text(self.kind.to_uppercase()).character_spacing(30);
        let columns = &[4440, 3400, 1800][..facts.len().min(3)];
        let labels = facts.iter().zip(columns).map(|((label, value), &width)| {
            let label = paragraph("Small", label).line_spacing(spacing(140, 30, 240));
            ruled(cell(width), TableCellBorderPosition::Top, RULE, 6).add_paragraph(label).add_paragraph(paragraph("Cell", value))
        });
        let facts =
            table(vec![TableRow::new(labels.collect()).cant_split()], columns).margins(TableCellMargins::new().margin(0, 120, 0, 0));
        self.add(Paragraph::new().style("Eyebrow").line_spacing(spacing(2000, 200, 240)).add_run(kind))
            .add(paragraph("Title", texts.names.assessment))
            .short_rule()
            .add(paragraph("Small", texts.prepared_for).line_spacing(spacing(900, 60, 240)))
            .add(paragraph("Subtitle", texts.names.student))
            .add(paragraph("Small", "").line_spacing(spacing(1000, 0, 240)))
            .add_table(facts)
            .add(Paragraph::new().line_spacing(spacing(800, 0, 276)).add_run(Run::new().add_text(personal).color(QUIET)))
    }

    /// A short thick line under the title.
    fn short_rule(self) -> Self {
        let columns = [1100];
        let mark = ruled(cell(columns[0]), TableCellBorderPosition::Top, ACCENT, 24).add_paragraph(paragraph("Small", ""));
        self.add_table(table(vec![TableRow::new(vec![mark])], &columns))
    }

    /// The head of a report that needs no cover: what, who, when.
    pub(super) fn masthead(self) -> Self {
        let texts = self.texts;
        // The thick line stands half outside the table, which moves it to the right.
        let columns = [6840, 2740];
        let kind = Run::new().add_text(self.kind.to_uppercase()).character_spacing(30);
        let title = Run::new().add_text(texts.names.assessment).fonts(heading_fonts()).size(40).color(INK);
        let student = Run::new().add_text(texts.names.student).fonts(heading_fonts()).size(28).color(ACCENT);
        let left = ruled(filled(cell(columns[0]), PAPER), TableCellBorderPosition::Left, ACCENT, 48)
            .add_paragraph(Paragraph::new().style("Eyebrow").line_spacing(spacing(160, 60, 240)).add_run(kind))
            .add_paragraph(Paragraph::new().style("Cell").outline_lvl(0).line_spacing(spacing(0, 60, 240)).add_run(title))
            .add_paragraph(Paragraph::new().style("Cell").line_spacing(spacing(0, 180, 240)).add_run(student));
        let fact = |label: &str, value: &str, after: u32| {
            [paragraph("Small", label), paragraph("Cell", value).line_spacing(spacing(0, after, 240))]
        };
        let mut right = filled(cell(columns[1]), PAPER);
        for line in [fact(texts.date, texts.names.date, 100), fact(texts.attempt, texts.names.attempt, 0)].concat() {
            right = right.add_paragraph(line);
        }
        let head = table(vec![TableRow::new(vec![left, right]).cant_split()], &columns);
        self.add_table(head.margins(TableCellMargins::new().margin(0, 120, 0, 240))).gap(120)
    }

    /// A few values, large, side by side.
    pub(super) fn figures(self, values: &[Figure<'_>]) -> Self {
        let gap = 200;
        let width = (super::parts::TEXT - gap * values.len().saturating_sub(1)) / values.len().max(1);
        let (mut cells, mut columns): (Vec<TableCell>, Vec<usize>) = (Vec::new(), Vec::new());
        for (place, (label, value)) in values.iter().enumerate() {
            if place > 0 {
                cells.push(cell(gap).add_paragraph(paragraph("Small", "")));
                columns.push(gap);
            }
            let inside = ruled(filled(cell(width), PAPER), TableCellBorderPosition::Top, ACCENT, 18);
            let label = paragraph("Small", label).line_spacing(spacing(200, 40, 240));
            cells.push(
                inside.add_paragraph(centred(label)).add_paragraph(centred(paragraph("Figure", value)).line_spacing(spacing(0, 220, 240))),
            );
            columns.push(width);
        }
        self.add_table(table(vec![TableRow::new(cells).cant_split()], &columns))
    }

    /// How many groups stand in each of three colours: word, condition in words, and the tone it counts.
    pub(super) fn tones(self, tones: [(&str, &str, &str); 3]) -> Self {
        let columns = [3080, 200, 3080, 200, 3080];
        let mut cells: Vec<TableCell> = Vec::new();
        for (place, (word, bound, tone)) in tones.into_iter().enumerate() {
            if place > 0 {
                cells.push(cell(columns[1]).add_paragraph(paragraph("Small", "")));
            }
            let (soft, strong) = colours(tone);
            let count = format!("{{{{ groups|selectattr('tone', 'equalto', '{tone}')|list|length }}}}");
            let word = Run::new().add_text(word).bold().color(INK);
            let inside = ruled(filled(cell(columns[0]), soft), TableCellBorderPosition::Top, strong, 36);
            let count = paragraph("Figure", &count).line_spacing(spacing(120, 0, 240));
            let bound = paragraph("Small", bound).line_spacing(spacing(0, 160, 240));
            cells.push(
                inside
                    .add_paragraph(centred(count))
                    .add_paragraph(centred(Paragraph::new().style("Cell").add_run(word)))
                    .add_paragraph(centred(bound)),
            );
        }
        self.add_table(table(vec![TableRow::new(cells).cant_split()], &columns))
    }

    /// Strengths on the left, what to review on the right.
    pub(super) fn lists(self, noun: Noun) -> Self {
        let texts = self.texts;
        let columns = [4700, 240, 4700];
        // Without keep-with-next: inside a table, LibreOffice would keep the whole table with what follows it.
        let head = |text: &str| paragraph("Heading2", text);
        let strengths = cell(columns[0])
            .vertical_align(VAlignType::Top)
            .add_paragraph(head(texts.strengths))
            .add_paragraph(tag("{%p for name in strengths[:6] %}"))
            .add_paragraph(bullet("{{ name }}"))
            .add_paragraph(tag("{%p else %}"))
            .add_paragraph(body(&noun.fill(texts.no_strengths, self.language)))
            .add_paragraph(tag("{%p endfor %}"));
        let review = cell(columns[2])
            .vertical_align(VAlignType::Top)
            .add_paragraph(head(texts.to_review))
            .add_paragraph(tag("{%p for item in to_review[:6] %}"))
            .add_paragraph(bullet("{{ item.name }}"))
            .add_paragraph(tag("{%p else %}"))
            .add_paragraph(body(&noun.fill(texts.no_review, self.language)))
            .add_paragraph(tag("{%p endfor %}"))
            .add_paragraph(tag("{%p if to_review|length > 6 %}"))
            .add_paragraph(paragraph("Small", &noun.fill(texts.and_more, self.language)))
            .add_paragraph(tag("{%p endif %}"));
        self.add_table(table(
            vec![TableRow::new(vec![strengths, cell(columns[1]).add_paragraph(paragraph("Small", "")), review])],
            &columns,
        ))
    }

    /// The study plan, the attempts and the place among the others, each where there is something to say.
    pub(super) fn outlook(self) -> Self {
        let texts = self.texts;
        self.when("plan", |sheet| sheet.heading(texts.plan).each("step", "plan", |sheet| sheet.bullet("{{ step }}")))
            .when("history|length > 1", |sheet| sheet.heading(texts.progress).text("{{ chart.history }}"))
            .when("cohort", |sheet| sheet.heading(texts.place).text("{{ chart.cohort }}"))
    }

    /// The levels there are, as stairs; nothing for a method without levels.
    pub(super) fn stairs(self) -> Self {
        let title = self.say("Tu nivel", "Your level", "Seu nível");
        self.when("result.level", |sheet| sheet.heading(title).text("{{ chart.level }}"))
    }

    /// Every group with its figures, one row each, coloured by its status.
    pub(super) fn group_table(self, name: &str) -> Self {
        let columns = self.group_columns(name, "{% if g.parent %}{{ g.parent }} · {% endif %}{{ g.name }}");
        let rows = [tag_row("{%tr for g in groups %}", &columns), value_row(&columns), tag_row("{%tr endfor %}", &columns)];
        self.ruled_table(&columns, rows)
    }

    /// Every group under its parent.
    pub(super) fn nested_table(self, name: &str) -> Self {
        let columns = self.group_columns(name, "{{ g.name }}");
        let rows = [
            tag_row("{%tr for m in parents %}", &columns),
            band_row(&columns),
            tag_row("{%tr for g in groups if g.parent == m.name %}", &columns),
            value_row(&columns),
            tag_row("{%tr endfor %}", &columns),
            tag_row("{%tr endfor %}", &columns),
        ];
        self.ruled_table(&columns, rows)
    }

    fn group_columns<'a>(&self, head: &'a str, value: &'a str) -> [Column<'a>; 4] {
        let texts = self.texts;
        let column = |head, width, value, bold| Column { head, width, value, bold };
        [
            column(head, 5240, value, false),
            column(texts.hits, 1400, "{{ g.correct }} / {{ g.total }}", false),
            column(texts.share, 1300, "{{ g.percentage|number }}%", false),
            column(texts.status, 1700, "{% cellbg g|tone %}{{ g.status }}", true),
        ]
    }

    /// A table with a dark head that repeats on every page.
    pub(super) fn ruled_table(self, columns: &[Column<'_>], rows: impl IntoIterator<Item = TableRow>) -> Self {
        let head = columns.iter().enumerate().map(|(place, column)| {
            let marked = if place == 0 { head_mark(column.head) } else { column.head.to_owned() };
            let text = Paragraph::new().style("Cell").add_run(Run::new().add_text(marked).bold().color("FFFFFF"));
            filled(cell(column.width), ACCENT).add_paragraph(if column.is_centred(place) { centred(text) } else { text })
        });
        let widths: Vec<usize> = columns.iter().map(|column| column.width).collect();
        let rows = std::iter::once(TableRow::new(head.collect()).cant_split()).chain(rows).collect();
        self.add_table(table(rows, &widths).margins(TableCellMargins::new().margin(70, 110, 70, 110)))
    }
}

/// The row of values of a loop.
pub(super) fn value_row(columns: &[Column<'_>]) -> TableRow {
    let cells = columns.iter().enumerate().map(|(place, column)| {
        let run = Run::new().add_text(column.value);
        let text = Paragraph::new().style("Cell").add_run(if column.bold { run.bold() } else { run });
        let text = if column.is_centred(place) { centred(text) } else { text };
        ruled(cell(column.width), TableCellBorderPosition::Bottom, RULE, 4).add_paragraph(text)
    });
    TableRow::new(cells.collect()).cant_split()
}

/// A row that holds only a mark, and goes away.
pub(super) fn tag_row(text: &str, columns: &[Column<'_>]) -> TableRow {
    let cells = columns.iter().enumerate();
    TableRow::new(cells.map(|(place, column)| cell(column.width).add_paragraph(tag(if place == 0 { text } else { "" }))).collect())
}

/// The row that heads the groups of one parent `m`.
fn band_row(columns: &[Column<'_>]) -> TableRow {
    let values = ["{{ m.name }}", "{{ m.correct }} / {{ m.total }}", "{{ m.percentage|number }}%", ""];
    let cells = columns.iter().zip(values).enumerate().map(|(place, (column, value))| {
        let text = Paragraph::new().style("Cell").add_run(Run::new().add_text(value).bold().color(ACCENT));
        let text = if place > 0 { centred(text) } else { text };
        ruled(filled(cell(column.width), PAPER), TableCellBorderPosition::Bottom, ACCENT, 8).add_paragraph(text)
    });
    TableRow::new(cells.collect()).cant_split()
}

/// The soft and the strong colour of a tone, as the pictures have them.
fn colours(tone: &str) -> (&'static str, &'static str) {
    match tone {
        "good" => ("D4EDDA", "2F7D4F"),
        "middle" => ("FFF3CD", "E0B340"),
        _ => ("F8D7DA", "C4626A"),
    }
}
