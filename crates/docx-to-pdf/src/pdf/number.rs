//! Numbers for the PDF: finite, short, within what readers take.

use printpdf::Pt;

/// The farthest a coordinate may lie; readers keep 16.16 fixed-point numbers or floats.
const FARTHEST: f32 = 32_000.0;

/// A hundredth of a point is a tenth of what a printer can show.
pub(super) fn short(value: f32) -> f32 {
    hundredths(value) as f32 / 100.0
}

/// A length in hundredths of a point, for sums that must not drift.
pub(super) fn hundredths(value: f32) -> i32 {
    if value.is_finite() { rounded(value.clamp(-FARTHEST, FARTHEST) * 100.0) } else { 0 }
}

/// The nearest whole number, a half away from zero. `f32::round` is a call into a library where the processor may lack an instruction for it; in the wider type adding a half is exact.
fn rounded(value: f32) -> i32 {
    (f64::from(value) + 0.5_f64.copysign(f64::from(value))) as i32
}

/// A factor of a matrix, where a hundredth is too coarse.
pub(super) fn hundred_thousandths(value: f32) -> i64 {
    if value.is_finite() { (f64::from(value.clamp(-FARTHEST, FARTHEST)) * 100_000.0).round() as i64 } else { 0 }
}

/// A length as printpdf takes it.
pub(super) fn pt(value: f32) -> Pt {
    Pt(short(value))
}
