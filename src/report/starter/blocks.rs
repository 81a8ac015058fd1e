//! The building blocks that the templates share: masthead, figures, tables of groups, what to do next.

use docx_rs::{FieldCharType, InstrText, Paragraph, Run, TableCell, TableCellBorderPosition, TableCellMargins, TableRow, VAlignType};

use super::methods::Cell;
use super::parts::{ACCENT, INK, PAPER, RULE, TEXT, body, cell, centred, filled, head_mark, paragraph, ruled, spacing, table, tag};
use super::sheet::{Sheet, bullet};
use super::texts::{Noun, Words};

/// A column of a table.
pub(super) struct Column<'a> {
    pub(super) head: &'a str,
    pub(super) width: usize,
    /// The value, by the loop's name; empty where the column holds running text.
    pub(super) value: &'a str,
    pub(super) centred: bool,
}

/// A status with its sign, so that nobody needs the colour.
const STATUS: &str = "{% cellbg g|tone %}{{ g|sign }} {{ g.status }}";

impl Sheet {
    /// What, who, when: the head of the first page.
    pub(super) fn masthead(self) -> Self {
        let (texts, names) = (self.texts, &self.texts.names);
        let facts =
            format!("{{% if assessment.course %}}{} · {{% endif %}}{} · {} {}", names.course, names.date, texts.attempt, names.attempt);
        self.add(paragraph("Title", names.assessment))
            .add(paragraph("Subtitle", names.student))
            .add(paragraph("Small", &facts).line_spacing(spacing(0, 110, 240)))
    }

    /// The figures of the result side by side, each with what it counts.
    pub(super) fn panel(self, cells: &[Cell]) -> Self {
        let texts = self.texts;
        let shown: Vec<&Cell> = cells.iter().filter(|cell| !matches!(cell, Cell::Mark) || texts.mark.is_some()).collect();
        let gap = 160;
        let width = (TEXT - gap * shown.len().saturating_sub(1)) / shown.len().max(1);
        let (mut row, mut columns): (Vec<TableCell>, Vec<usize>) = (Vec::new(), Vec::new());
        for (place, kind) in shown.into_iter().enumerate() {
            if place > 0 {
                row.push(cell(gap).add_paragraph(paragraph("Small", "")));
                columns.push(gap);
            }
            let figure = |name: &str| {
                (
                    format!("{{{{ result.{name}.label }}}}"),
                    format!("{{{{ result.{name}.count }}}}"),
                    format!("{{{{ result.{name}.percentage|share }}}}"),
                )
            };
            let (label, value, below) = match kind {
                Cell::Headline => figure("headline"),
                Cell::Answers => figure("answers"),
                Cell::Mark => {
                    let (label, requirement) = texts.mark.unwrap_or_default();
                    (label.to_owned(), "<<NOTA>>".to_owned(), format!("{requirement} {{{{ result.requirement|percent }}}}"))
                }
                Cell::Open => {
                    (texts.open.to_owned(), "{{ result.incorrect }}".to_owned(), format!("{{{{ result.unanswered }}}} {}", texts.open_of))
                }
            };
            let inside = ruled(filled(cell(width), PAPER), TableCellBorderPosition::Top, ACCENT, 18);
            row.push(
                inside
                    .add_paragraph(centred(paragraph("Small", &label)).line_spacing(spacing(70, 10, 240)))
                    .add_paragraph(centred(paragraph("Figure", &value)))
                    .add_paragraph(centred(paragraph("Small", &below)).line_spacing(spacing(0, 70, 240))),
            );
            columns.push(width);
        }
        self.add_table(table(vec![TableRow::new(row).cant_split()], &columns))
    }

    /// The levels there are, as stairs, with when each is reached; nothing for a method without levels.
    pub(super) fn levels(self) -> Self {
        let title = self.texts.your_level;
        self.when("result.level", |sheet| {
            // Without the list of levels (data of another program) the level is still told.
            sheet
                .heading(title)
                .when("not levels", |sheet| sheet.add(body("{{ result.level }}")))
                .when("levels", |sheet| sheet.add(body("{{ chart.level }}").keep_next(true).line_spacing(spacing(0, 40, 240))))
                .note("{% for l in levels if l.rule %}{{ l.name }}: {{ l.rule }}{% if not loop.last %} · {% endif %}{% endfor %}")
        })
    }

    /// Every group once: bar, right answers of all, status.
    pub(super) fn group_table(self, title: Words, noun: Noun, with_share: bool) -> Self {
        let (head, title) = (noun.one(self.language), self.say(title));
        let (hits, _) = self.hits("g", with_share);
        let columns = self.group_columns(head, "{% if g.parent %}{{ g.parent }} · {% endif %}{{ g.name }}", &hits, with_share);
        let rows = [tag_row("{%tr for g in groups %}", &columns), value_row(&columns), tag_row("{%tr endfor %}", &columns)];
        self.when("groups", |sheet| sheet.heading(title).ruled_table(&columns, rows).legend())
    }

    /// Every group under its parent.
    pub(super) fn nested_table(self, title: Words) -> Self {
        let title = self.say(title);
        let (hits, band) = self.hits("g", false);
        let columns = self.group_columns(Noun::Lesson.one(self.language), "{{ g.name }}", &hits, false);
        let rows = [
            tag_row("{%tr for m in parents %}", &columns),
            band_row(&columns, &band),
            tag_row("{%tr for g in groups if g.parent == m.name %}", &columns),
            value_row(&columns),
            tag_row("{%tr endfor %}", &columns),
            tag_row("{%tr endfor %}", &columns),
        ];
        self.when("parents", |sheet| sheet.heading(title).ruled_table(&columns, rows).legend())
    }

    /// Groups of another column of the bank: bar and right answers, without a status.
    pub(super) fn by_table(self, column: &str, title: Words, label: Words) -> Self {
        let (title, label) = (self.say(title), self.say(label));
        let of = self.texts.of;
        let (name, count) = (format!("{label} {{{{ d.name }}}}"), format!("{{{{ d.correct }}}} {of} {{{{ d.total }}}}"));
        let plain = |head, width, value| Column { head, width, value, centred: false };
        let columns = [
            plain(label, 3600, &name),
            plain("", 3400, "{{ chart.bar(d) }}"),
            Column { centred: true, ..plain(self.texts.hits, 1400, &count) },
            Column { centred: true, ..plain("", 1240, "{{ d.percentage|share }}") },
        ];
        let open = format!("{{%tr for d in by.{column} %}}");
        let rows = [tag_row(&open, &columns), value_row(&columns), tag_row("{%tr endfor %}", &columns)];
        self.when(&format!("by.{column}"), |sheet| sheet.heading(title).ruled_table(&columns, rows))
    }

    /// Right answers of all, for the rows of groups and for those of their parents.
    fn hits(&self, item: &str, with_share: bool) -> (String, String) {
        let of = self.texts.of;
        let share = if with_share { format!(" ({{{{ {item}.percentage|share }}}})") } else { String::new() };
        (format!("{{{{ {item}.correct }}}} {of} {{{{ {item}.total }}}}{share}"), format!("{{{{ m.correct }}}} {of} {{{{ m.total }}}}"))
    }

    fn group_columns<'a>(&self, head: &'a str, name: &'a str, hits: &'a str, with_share: bool) -> [Column<'a>; 4] {
        let texts = self.texts;
        let (bar, count) = if with_share { (1980, 1800) } else { (2220, 1560) };
        [
            Column { head, width: 3920, value: name, centred: false },
            Column { head: "", width: bar, value: "{{ chart.bar(g) }}", centred: false },
            Column { head: texts.hits, width: count, value: hits, centred: true },
            Column { head: texts.status, width: 1940, value: STATUS, centred: false },
        ]
    }

    /// What the statuses mean, by the profile.
    fn legend(self) -> Self {
        let bands = "{% for s in statuses %}{{ s|sign }} {{ s.name }}: {{ s.range }}{% if not loop.last %}   ·   {% endif %}{% endfor %}";
        let text = format!("{{% if statuses %}}{bands}{{% elif result.pass_rule %}}{{{{ result.pass_rule }}}}{{% endif %}}");
        self.add(paragraph("Small", &text).line_spacing(spacing(60, 0, 240)))
    }

    /// A table with a head that repeats on every page.
    pub(super) fn ruled_table(self, columns: &[Column<'_>], rows: impl IntoIterator<Item = TableRow>) -> Self {
        let head = columns.iter().enumerate().map(|(place, column)| {
            let marked = if place == 0 { head_mark(column.head) } else { column.head.to_owned() };
            let text = Paragraph::new().style("Small").keep_next(true).add_run(Run::new().add_text(marked).bold().color(ACCENT));
            ruled(cell(column.width), TableCellBorderPosition::Bottom, ACCENT, 12).add_paragraph(if column.centred {
                centred(text)
            } else {
                text
            })
        });
        let widths: Vec<usize> = columns.iter().map(|column| column.width).collect();
        let rows = std::iter::once(TableRow::new(head.collect()).cant_split()).chain(rows).collect();
        self.add_table(table(rows, &widths).margins(TableCellMargins::new().margin(28, 80, 28, 80)))
    }

    /// What to do now: the questions to go over again, with links where the bank has them, and the plan. It stays with the outlook behind it: a page that has no room for both leaves both to the next one, which then is no empty page with two pictures.
    pub(super) fn next_steps(self, noun: Noun) -> Self {
        let texts = self.texts;
        let none = format!(
            "{{% if review_questions %}}{}: {{{{ review_questions|join(', ') }}}}.{{% else %}}{}{{% endif %}}",
            texts.review_questions,
            noun.fill(texts.no_review, self.language)
        );
        let more = noun.fill(texts.and_more, self.language);
        let link = self.say(noun.open());
        let step = bullet("{% if item.parent %}{{ item.parent }} · {% endif %}{{ item.name }}{% if item.text %}: {{ item.text }}{% endif %}{% if item.link %} · ")
            .add_run(field(FieldCharType::Begin))
            .add_run(Run::new().add_instr_text(InstrText::Unsupported("HYPERLINK \"{{ item.link }}\"".to_owned())))
            .add_run(field(FieldCharType::Separate))
            .add_run(Run::new().add_text(link).color(ACCENT).underline("single"))
            .add_run(field(FieldCharType::End))
            .add_run(Run::new().add_text("{% endif %}"))
            .keep_next(true);
        self.heading(texts.next)
            .each("item", "to_review[:8]", |sheet| sheet.add(step))
            .when("to_review|length > 8", |sheet| sheet.add(paragraph("Small", &more).keep_next(true)))
            .when("not to_review", |sheet| sheet.add(body(&none).keep_next(true)))
            .when("plan", |sheet| sheet.heading(texts.plan).each("step", "plan", |sheet| sheet.add(bullet("{{ step }}").keep_next(true))))
    }

    /// The attempts and the place among the others, side by side, each where there is something to say.
    pub(super) fn outlook(self) -> Self {
        let texts = self.texts;
        let columns = [4700, 240, 4700];
        let side = |width, condition: &str, title: &str, picture: &str| {
            cell(width)
                .vertical_align(VAlignType::Top)
                .add_paragraph(tag(&format!("{{%p if {condition} %}}")))
                .add_paragraph(paragraph("Heading2", title).keep_next(true))
                .add_paragraph(body(picture).line_spacing(spacing(0, 0, 240)))
                .add_paragraph(tag("{%p endif %}"))
        };
        let row = TableRow::new(vec![
            side(columns[0], "history|length > 1", texts.progress, "{{ chart.history }}"),
            cell(columns[1]).add_paragraph(paragraph("Small", "")),
            side(columns[2], "cohort", texts.place, "{{ chart.cohort }}"),
        ]);
        self.when("history|length > 1 or cohort", |sheet| sheet.add_table(table(vec![row.cant_split()], &columns)))
    }

    /// Every question as a square.
    pub(super) fn questions(self) -> Self {
        let texts = self.texts;
        self.when("questions", |sheet| {
            sheet
                .heading(texts.questions)
                .add(body("{{ chart.questions }}").keep_next(true).line_spacing(spacing(0, 40, 240)))
                .note(texts.squares)
        })
    }
}

fn field(kind: FieldCharType) -> Run {
    Run::new().add_field_char(kind, false)
}

/// The row of values of a loop.
pub(super) fn value_row(columns: &[Column<'_>]) -> TableRow {
    let cells = columns.iter().map(|column| {
        let text = Paragraph::new().style("Cell").add_run(Run::new().add_text(column.value));
        let text = if column.centred { centred(text) } else { text };
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
fn band_row(columns: &[Column<'_>], count: &str) -> TableRow {
    let values = ["{{ m.name }}", "{{ chart.bar(dict(m, tone='plain')) }}", count, ""];
    let cells = columns.iter().zip(values).map(|(column, value)| {
        let text = Paragraph::new().style("Cell").keep_next(true).add_run(Run::new().add_text(value).bold().color(INK));
        let text = if column.centred { centred(text) } else { text };
        ruled(filled(cell(column.width), PAPER), TableCellBorderPosition::Bottom, RULE, 4).add_paragraph(text)
    });
    TableRow::new(cells.collect()).cant_split()
}
