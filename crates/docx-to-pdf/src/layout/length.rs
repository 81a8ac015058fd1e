//! Lengths from a document as lengths on a page.

use crate::document::model::Border;
use crate::units::{Emu, Pt, Twips};

/// Nothing is longer: fifty pages of the largest size Word allows. Wild numbers are cut here.
const LONGEST: f32 = 100_000.0;

/// A length from a document, made harmless.
pub(super) fn bounded(length: Pt) -> Pt {
    if length.0.is_finite() { Pt(length.0.clamp(-LONGEST, LONGEST)) } else { Pt::ZERO }
}

/// The space a border takes: its line and its distance.
pub(super) fn thickness(border: Border) -> Pt {
    (bounded(border.width) + bounded(border.space)).max(Pt::ZERO)
}

/// Twips as a harmless length.
pub(super) fn twips(length: Twips) -> Pt {
    bounded(length.pt())
}

/// EMU as a harmless length.
pub(super) fn emu(length: Emu) -> Pt {
    bounded(length.pt())
}
