//! A document being written: its page, header and footer, and small pieces in reading order.

use docx_rs::{
    AbstractNumbering, AlignmentType, Docx, Footer, Header, IndentLevel, Level, LevelJc, LevelText, NumPages, NumberFormat, Numbering,
    NumberingId, PageMargin, PageNum, Paragraph, Run, SpecialIndentType, Start, Tab, TabValueType, Table, TableRow,
};

use super::parts::{ACCENT, INK, PAGE, SIDE, TEXT, body, body_fonts, cell, filled, heading_fonts, paragraph, spacing, styles, table, tag};
use super::texts::{self, Texts, Words};
use crate::report::language::Language;

/// The list of dots.
const BULLETS: usize = 2;

/// A document being written.
pub(super) struct Sheet {
    docx: Docx,
    pub(super) language: Language,
    pub(super) texts: &'static Texts,
    /// What kind of document it is, as header and properties say.
    pub(super) kind: &'static str,
}

impl Sheet {
    /// An empty page with header and footer.
    pub(super) fn new(language: Language, kind: Option<Words>) -> Self {
        let texts = texts::of(language);
        let kind = kind.map_or(texts.kind, |kind| texts::said(kind, language));
        let margins = PageMargin::new().top(1240).bottom(840).left(SIDE).right(SIDE).header(460).footer(420).gutter(0);
        let mut docx = Docx::new()
            .page_size(PAGE.0, PAGE.1)
            .page_margin(margins)
            .default_fonts(body_fonts())
            .default_size(21)
            .default_line_spacing(spacing(0, 100, 264))
            .add_abstract_numbering(bullets())
            .add_numbering(Numbering::new(BULLETS, BULLETS))
            .header(header(kind))
            .footer(footer(texts));
        for style in styles() {
            docx = docx.add_style(style);
        }
        Self { docx, language, texts, kind }
    }

    /// A text in the document's language.
    pub(super) fn say(&self, words: Words) -> &'static str {
        texts::said(words, self.language)
    }

    /// The finished document.
    pub(super) fn into_docx(self) -> Docx {
        self.docx
    }

    pub(super) fn add(mut self, paragraph: Paragraph) -> Self {
        self.docx = self.docx.add_paragraph(paragraph);
        self
    }

    pub(super) fn add_table(mut self, table: Table) -> Self {
        self.docx = self.docx.add_table(table);
        self
    }

    /// A heading over several others.
    pub(super) fn section(self, title: &str) -> Self {
        self.add(paragraph("Heading1", title).keep_next(true))
    }

    /// A heading that stays with what follows it.
    pub(super) fn heading(self, title: &str) -> Self {
        self.add(paragraph("Heading2", title).keep_next(true))
    }

    /// Body text, or a picture block.
    pub(super) fn text(self, text: &str) -> Self {
        self.add(body(text))
    }

    /// A quiet line.
    pub(super) fn note(self, text: &str) -> Self {
        self.add(paragraph("Small", text))
    }

    pub(super) fn bullet(self, text: &str) -> Self {
        self.add(bullet(text))
    }

    /// What stands there only sometimes.
    pub(super) fn when(self, condition: &str, inside: impl FnOnce(Self) -> Self) -> Self {
        inside(self.add(tag(&format!("{{%p if {condition} %}}")))).add(tag("{%p endif %}"))
    }

    /// What stands there once for each.
    pub(super) fn each(self, item: &str, list: &str, inside: impl FnOnce(Self) -> Self) -> Self {
        inside(self.add(tag(&format!("{{%p for {item} in {list} %}}")))).add(tag("{%p endfor %}"))
    }
}

pub(super) fn bullet(text: &str) -> Paragraph {
    // None is divided: one that is kept with the next may not be by LibreOffice, and may by others.
    body(text).numbering(NumberingId::new(BULLETS), IndentLevel::new(0)).line_spacing(spacing(0, 20, 247)).keep_lines(true)
}

fn bullets() -> AbstractNumbering {
    let level = Level::new(0, Start::new(1), NumberFormat::new("bullet"), LevelText::new("•"), LevelJc::new("left"));
    AbstractNumbering::new(BULLETS).add_level(level.indent(Some(300), Some(SpecialIndentType::Hanging(220)), None, None).color(ACCENT))
}

/// The logo's place (a monogram until the school puts its own picture there), the school's name, and the report's kind.
fn header(kind: &str) -> Header {
    let columns = [520, 160, 8960];
    let initial = Run::new().add_text("<<INICIAL>>").fonts(heading_fonts()).size(28).bold().color("FFFFFF");
    // A plain mark: LibreOffice saves no name of a content control.
    let monogram = Paragraph::new().align(AlignmentType::Center).line_spacing(spacing(0, 0, 240)).add_run(initial);
    let logo = filled(cell(columns[0]), ACCENT).add_paragraph(monogram);
    let name = cell(columns[2])
        .add_paragraph(
            Paragraph::new().style("Cell").add_run(Run::new().add_text("{{ school.name or assessment.course or '' }}").bold().color(INK)),
        )
        .add_paragraph(paragraph("Small", kind));
    let row = TableRow::new(vec![logo, cell(columns[1]).add_paragraph(paragraph("Small", "")), name]).row_height(520.0);
    Header::new().add_table(table(vec![row], &columns)).add_paragraph(paragraph("Small", ""))
}

fn footer(texts: &Texts) -> Footer {
    let line = Paragraph::new()
        .style("Small")
        .add_tab(Tab::new().val(TabValueType::Right).pos(TEXT))
        .add_run(Run::new().add_text("{{ (student.name or '')|truncate(40) }} · {{ assessment.title|truncate(50) }}"))
        .add_run(Run::new().add_tab())
        .add_run(Run::new().add_text(format!("{} ", texts.page)))
        .add_page_num(PageNum::new())
        .add_run(Run::new().add_text(format!(" {} ", texts.page_of)))
        .add_num_pages(NumPages::new());
    Footer::new().add_paragraph(line)
}
