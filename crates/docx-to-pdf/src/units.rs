//! Units of length as types: Word's integers in the document, points in layout, bare floats only at the PDF library.

use std::iter::Sum;
use std::ops::{Add, AddAssign, Div, Mul, Neg, Sub, SubAssign};

use serde::{Deserialize, Serialize};

/// Twentieths of a point (ECMA-376 part 1, 17.18.92 ST_TwipsMeasure).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Twips(pub i32);

/// Half points, the unit of `w:sz` (ECMA-376 part 1, 17.18.42 ST_HpsMeasure).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HalfPoints(pub i32);

/// English metric units, 12,700 to the point (ECMA-376 part 1, 20.1.10.16 ST_Coordinate).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Emu(pub i64);

/// Points, 72 to the inch: the unit of layout.
#[derive(Debug, Clone, Copy, Default, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Pt(pub f32);

impl Twips {
    /// In points.
    pub fn pt(self) -> Pt {
        Pt(self.0 as f32 / 20.0)
    }
}

impl HalfPoints {
    /// In points.
    pub fn pt(self) -> Pt {
        Pt(self.0 as f32 / 2.0)
    }
}

impl Emu {
    /// In points.
    pub fn pt(self) -> Pt {
        Pt((self.0 as f64 / 12_700.0) as f32)
    }
}

impl Pt {
    /// Nothing.
    pub const ZERO: Self = Self(0.0);

    /// The larger of two.
    pub fn max(self, other: Self) -> Self {
        Self(self.0.max(other.0))
    }

    /// The smaller of two.
    pub fn min(self, other: Self) -> Self {
        Self(self.0.min(other.0))
    }

    /// Without its sign.
    pub fn abs(self) -> Self {
        Self(self.0.abs())
    }
}

impl Add for Pt {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl Sub for Pt {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl Neg for Pt {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl Mul<f32> for Pt {
    type Output = Self;
    fn mul(self, factor: f32) -> Self {
        Self(self.0 * factor)
    }
}

impl Div<f32> for Pt {
    type Output = Self;
    fn div(self, divisor: f32) -> Self {
        Self(self.0 / divisor)
    }
}

impl Div for Pt {
    type Output = f32;
    fn div(self, divisor: Self) -> f32 {
        self.0 / divisor.0
    }
}

impl AddAssign for Pt {
    fn add_assign(&mut self, other: Self) {
        self.0 += other.0;
    }
}

impl SubAssign for Pt {
    fn sub_assign(&mut self, other: Self) {
        self.0 -= other.0;
    }
}

impl Sum for Pt {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::ZERO, Add::add)
    }
}
