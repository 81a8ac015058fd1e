//! Sections: how they start, and their columns.

use crate::document::model::{Block, Document, Field, HeaderFooter, Inline, Section, SectionStart};
use crate::graphics::Rgb;
use crate::layout::flow::Flow;
use crate::layout::frame::Stroke;
use crate::layout::ink::Rect;
use crate::layout::length::twips;
use crate::layout::stack::space_after;
use crate::units::Pt;

/// Width of the line between columns (LibreOffice's import: 0.5 pt).
const SEPARATOR: Pt = Pt(0.5);
/// Word allows 45 columns.
const MOST_COLUMNS: u32 = 45;

impl<'a> Flow<'a> {
    /// Starts a section where and how it says.
    pub(super) fn start_section(&mut self, index: usize, section: &'a Section) {
        let before = self.context.document.sections.get(self.section);
        let same_paper = before.is_some_and(|before| before.page.width == section.page.width && before.page.height == section.page.height);
        self.section = index;
        self.restart_line_numbers(true);
        let goes_on = !self.drafts.is_empty() && same_paper && section.start == SectionStart::Continuous;
        self.began_before = false;
        if !goes_on {
            self.leave_out_empty_page();
            let above = before.filter(|_| !self.drafts.is_empty()).and_then(|before| before.end.as_ref()).or(self.previous);
            self.new_page(false);
            self.before_section = above;
            return;
        }
        self.began_before = true;
        self.draw_separators();
        let text = self.drafts.last().map(|draft| draft.text).unwrap_or_default();
        self.lowest = self.lowest.max(self.y);
        self.columns = columns(section, Rect { left: text.left, right: text.right, ..text });
        self.separator = section.columns.separator;
        if self.column > 0 || self.columns.len() > 1 {
            self.y = self.lowest;
            self.at_top = self.y <= text.top;
        }
        self.column = 0;
        self.column_top = self.y;
        self.space_over_columns = None;
        if let Some(above) = self.previous.filter(|_| !self.at_top && self.columns.len() > 1) {
            let after = space_after(&above.props);
            self.column_top += after;
            self.space_over_columns = Some((self.drafts.len(), after));
        }
        self.chain = None;
        self.page_start = None;
    }

    /// A page that a page break at a section's end began holds nothing: the next section's first page takes its place (LibreOffice and Spire agree; measured).
    fn leave_out_empty_page(&mut self) {
        let began_by_break = self.at_top && !self.natural && self.column == 0;
        let unused = self.drafts.last().is_some_and(|draft| !draft.first && draft.ink.is_empty());
        let noted = self.notes.goes_on() || self.notes.height > Pt::ZERO;
        if began_by_break && unused && !noted && self.carried.is_empty() {
            self.drafts.pop();
            // The page before is done: nothing changes on it any more.
            self.separator = false;
            self.y = self.drafts.last().map_or(Pt::ZERO, |draft| draft.end);
            self.lowest = self.y;
        }
    }

    /// Lines between the columns in work (17.6.4 `sep`), as long as the longest of them.
    pub(super) fn draw_separators(&mut self) {
        let (top, bottom) = (self.column_top, self.lowest.max(self.y));
        if !self.separator || bottom <= top || self.drafts.is_empty() {
            return;
        }
        let columns = self.columns.clone();
        for pair in columns.windows(2) {
            let (left, right) = if pair[0].0 <= pair[1].0 { (pair[0], pair[1]) } else { (pair[1], pair[0]) };
            let x = (left.0 + left.1 + right.0) / 2.0;
            let stroke = Stroke { color: Rgb(0, 0, 0), width: SEPARATOR, dash: Vec::new(), round: false };
            self.ink().line((x, top), (x, bottom), stroke, None);
        }
    }
}

/// Left edge and width of a section's columns in a text area, in the order they are filled.
pub(super) fn columns(section: &Section, text: Rect) -> Vec<(Pt, Pt)> {
    let mut columns = from_left(section, text);
    if section.rtl {
        for (left, width) in &mut columns {
            *left = text.left + text.right - *left - *width;
        }
    }
    columns
}

fn from_left(section: &Section, text: Rect) -> Vec<(Pt, Pt)> {
    let setup = &section.columns;
    let count = setup.count.clamp(1, MOST_COLUMNS);
    if count == 1 {
        return vec![(text.left, text.width())];
    }
    if setup.unequal.len() == count as usize {
        let mut left = text.left;
        let place = |(width, space): &(crate::units::Twips, crate::units::Twips)| {
            let column = (left, twips(*width).max(Pt(7.2)));
            left += column.1 + twips(*space).max(Pt::ZERO);
            column
        };
        return setup.unequal.iter().map(place).collect();
    }
    let space = twips(setup.space).max(Pt::ZERO);
    let width = ((text.width() - space * (count - 1) as f32) / count as f32).max(Pt(7.2));
    (0..count).map(|column| (text.left + (width + space) * column as f32, width)).collect()
}

/// The next number that a section may start on.
pub(super) fn with_parity(number: u32, start: SectionStart) -> u32 {
    match start {
        SectionStart::EvenPage if number % 2 == 1 => number.saturating_add(1),
        SectionStart::OddPage if number.is_multiple_of(2) => number.saturating_add(1),
        _ => number,
    }
}

/// Whether any header or footer asks for the text of a style.
pub(super) fn uses_style_references(document: &Document) -> bool {
    let running =
        |parts: &HeaderFooter| [&parts.default, &parts.first, &parts.even].into_iter().flatten().any(|blocks| any_style_reference(blocks));
    document.sections.iter().any(|section| running(&section.headers) || running(&section.footers))
}

fn any_style_reference(blocks: &[Block]) -> bool {
    blocks.iter().any(|block| match block {
        Block::Paragraph(paragraph) => {
            paragraph.content.iter().any(|inline| matches!(inline, Inline::Field { field: Field::StyleRef { .. }, .. }))
        }
        Block::Table(table) => table.rows.iter().flat_map(|row| &row.cells).any(|cell| any_style_reference(&cell.blocks)),
    })
}
