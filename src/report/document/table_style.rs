//! Table styles with their conditions (ECMA-376 part 1, 17.7.6).

use super::paragraph_props::ParagraphPatch;
use super::run_props::RunPatch;
use super::theme::Theme;
use super::xml::Node;

/// A table style with everything it is based on.
#[derive(Debug, Default)]
pub(super) struct TableStyle {}

impl TableStyle {
    pub(super) fn join(&mut self, _style: Node<'_>, _theme: &Theme) {
        let _: Option<(ParagraphPatch, RunPatch)> = None;
    }
}
