//! Where a first line and its number start beside a float.

use crate::layout::context::Context;
use crate::layout::length::twips;
use crate::layout::paragraph::ParagraphLayouter;
use crate::units::Pt;

/// A first line's start.
#[derive(Debug, Clone, Copy)]
pub(super) struct Start {
    /// How far its number is moved.
    pub number: Pt,
    /// Where its text starts.
    pub text: Pt,
}

impl ParagraphLayouter<'_> {
    /// The left edge that a float must reach over to move a first line whose text starts at `text`.
    pub(super) fn leftmost(&self, text: Pt) -> Pt {
        let props = &self.paragraph.props;
        match &self.label {
            _ if props.rtl => text,
            Some(label) => label.x.min(text),
            None if props.indent_first.0 > 0 => twips(props.indent_left).min(text),
            None => text,
        }
    }

    /// Where a first line starts in a stretch that begins at `edge`; without floats its text starts at `text`.
    ///
    /// A first-line indent counts from the float. A number stands at the float's edge and its text at the indent, or where that is passed a default stop further right; before mode 15 number and text, and hanging first lines, keep their indents from the float instead (Spire; LibreOffice agrees where these are the same, else it keeps indents from the float in every mode).
    pub(super) fn start_beside(&self, context: &Context<'_>, (edge, text): (Pt, Pt)) -> Start {
        let props = &self.paragraph.props;
        let own = self.leftmost(text);
        if props.rtl || edge <= own + Pt(0.05) {
            return Start { number: Pt::ZERO, text };
        }
        let older = context.document.settings.compatibility_mode < 15;
        let Some(label) = &self.label else {
            let keeps = props.indent_first.0 > 0 || older && props.indent_first.0 < 0;
            let indent = if props.indent_first.0 > 0 { text - own } else { text.max(Pt::ZERO) };
            return Start { number: Pt::ZERO, text: if keeps { edge + indent } else { edge } };
        };
        if older && own >= Pt::ZERO {
            return Start { number: edge, text: edge + text };
        }
        let end = edge + label.width;
        let stop = if end <= text { text } else { edge + self.tabs.default_after(label.width) };
        Start { number: edge - label.x, text: if label.tabbed { stop } else { end.max(edge + text - label.x) } }
    }
}
