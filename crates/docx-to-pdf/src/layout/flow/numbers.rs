//! Line numbers beside the body's text (ECMA-376 part 1, 17.6.8): tables, notes, frames and boxes have none.

use crate::document::model::{LineNumberRestart, LineNumbers, Paragraph};
use crate::layout::flow::Flow;
use crate::layout::ink::Ink;
use crate::layout::length::twips;
use crate::layout::runs::draw_word;
use crate::units::Pt;

/// The automatic distance from the text (LibreOffice's import: half a centimetre).
const DISTANCE: Pt = Pt(14.17);

impl Flow<'_> {
    fn line_numbers(&self) -> Option<LineNumbers> {
        self.context.document.sections.get(self.section)?.line_numbers
    }

    /// A page or a section begins: its numbers may start again.
    pub(super) fn restart_line_numbers(&mut self, new_section: bool) {
        let Some(numbers) = self.line_numbers() else { return };
        let again = match numbers.restart {
            LineNumberRestart::NewPage => !new_section || self.line_number.is_none(),
            LineNumberRestart::NewSection => new_section,
            LineNumberRestart::Continuous => self.line_number.is_none(),
        };
        if again {
            self.line_number = Some(numbers.start);
        }
    }

    /// Numbers a line of a paragraph: right-aligned beside its column, on its baseline.
    pub(super) fn number_line(&mut self, paragraph: &Paragraph, left: Pt, baseline: Pt) {
        let Some(numbers) = self.line_numbers().filter(|_| !paragraph.props.suppress_line_numbers) else { return };
        let number = self.line_number.unwrap_or(numbers.start).saturating_add(1);
        self.line_number = Some(number);
        if !number.is_multiple_of(numbers.every) {
            return;
        }
        let look = self.context.look_of(&self.context.document.plain);
        let word = look.word(self.context.fonts, &number.to_string(), false);
        let x = left - numbers.distance.map_or(DISTANCE, twips) - word.width;
        let mut ink = Ink::default();
        draw_word(&self.context, &word, &look, (x, baseline), (None, false), &mut ink);
        self.ink().append(ink);
    }
}
