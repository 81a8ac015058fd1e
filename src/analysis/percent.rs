//! How much of a whole.

/// The share in percent, unrounded; multiplied first, so that 4 of 5 is exactly 80.
pub(super) fn percent(part: u32, whole: u32) -> f64 {
    if whole == 0 { 0.0 } else { f64::from(part) * 100.0 / f64::from(whole) }
}
