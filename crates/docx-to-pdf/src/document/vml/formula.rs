//! Formulas of VML shapes (ECMA-376 part 4, 19.1.2.6 `f`): each is an operation with up to three operands, and may use the results of those before it.

use crate::document::xml::Node;

/// No shape has more formulas (Word allows 128) or adjustments.
pub(super) const MOST: usize = 4096;
/// Angles count in 65,536ths of a degree.
const DEGREE: f64 = 65_536.0;

/// What the formulas of a shape may ask for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Measures {
    /// Where the coordinates begin, and how far they go.
    pub(super) origin: (f64, f64),
    pub(super) extent: (f64, f64),
    /// Where the shape is stretched (`limo`).
    pub(super) limo: (f64, f64),
    /// Its size in EMU.
    pub(super) size: (f64, f64),
    /// The width of its line in EMU; `None` without one.
    pub(super) line: Option<f64>,
    pub(super) filled: bool,
}

/// The values a path may name.
#[derive(Debug, Default)]
pub(super) struct Values {
    adjustments: Vec<f64>,
    results: Vec<f64>,
}

impl Values {
    /// `adjustments` come from the shape, `defaults` stand where it leaves one out.
    pub(super) fn work_out(formulas: Option<Node<'_>>, adjustments: Option<&str>, defaults: Option<&str>, measures: &Measures) -> Self {
        let list = |text: Option<&str>| -> Vec<Option<f64>> { text.unwrap_or_default().split(',').take(MOST).map(number).collect() };
        let (own, defaults) = (list(adjustments), list(defaults));
        let given = |list: &[Option<f64>], at: usize| list.get(at).copied().flatten();
        let count = own.len().max(defaults.len());
        let adjustments = (0..count).map(|at| given(&own, at).or_else(|| given(&defaults, at)).unwrap_or(0.0)).collect();
        let mut values = Self { adjustments, results: Vec::new() };
        let formulas = formulas.into_iter().flat_map(Node::children).filter(|child| child.name() == "v:f");
        for formula in formulas.take(MOST) {
            let result = values.result(formula.attr("eqn").unwrap_or_default(), measures);
            values.results.push(finite(result));
        }
        values
    }

    /// `@n` is a formula's result, `#n` an adjustment; what does not stand before is nothing.
    pub(super) fn named(&self, sign: char, index: usize) -> f64 {
        let list = if sign == '@' { &self.results } else { &self.adjustments };
        list.get(index).copied().unwrap_or(0.0)
    }

    fn result(&self, formula: &str, measures: &Measures) -> f64 {
        let mut words = formula.split_ascii_whitespace();
        let operation = words.next().unwrap_or_default();
        let mut operand = || words.next().map_or(0.0, |word| self.operand(word, measures));
        let (x, y, z) = (operand(), operand(), operand());
        let radians = |angle: f64| (angle / DEGREE).to_radians();
        match operation {
            "val" => x,
            "sum" => x + y - z,
            // A divisor of nothing counts as one.
            "prod" | "product" => x * y / if z == 0.0 { 1.0 } else { z },
            "mid" => f64::midpoint(x, y),
            "abs" => x.abs(),
            "min" => x.min(y),
            "max" => x.max(y),
            "if" => {
                if x > 0.0 {
                    y
                } else {
                    z
                }
            }
            "mod" => (x * x + y * y + z * z).sqrt(),
            "atan2" => y.atan2(x).to_degrees() * DEGREE,
            "sin" => x * radians(y).sin(),
            "cos" => x * radians(y).cos(),
            "tan" => x * radians(y).tan(),
            "cosatan2" => x * z.atan2(y).cos(),
            "sinatan2" => x * z.atan2(y).sin(),
            "sqrt" => x.max(0.0).sqrt(),
            "sumangle" => x + (y - z) * DEGREE,
            "ellipse" if y != 0.0 => z * (1.0 - (x / y) * (x / y)).max(0.0).sqrt(),
            _ => 0.0,
        }
    }

    fn operand(&self, word: &str, measures: &Measures) -> f64 {
        /// EMU in a pixel of 96 to the inch.
        const PIXEL: f64 = 9525.0;
        if let Some(sign) = word.chars().next().filter(|sign| matches!(sign, '@' | '#')) {
            return word.get(1..).and_then(|index| index.parse().ok()).map_or(0.0, |index| self.named(sign, index));
        }
        let Measures { origin, extent, limo, size, line, filled } = *measures;
        let switch = |on: bool| if on { 1.0 } else { 0.0 };
        match word {
            "width" => extent.0,
            "height" => extent.1,
            "xcenter" => origin.0 + extent.0 / 2.0,
            "ycenter" => origin.1 + extent.1 / 2.0,
            "xlimo" => limo.0,
            "ylimo" => limo.1,
            "hasstroke" | "lineDrawn" => switch(line.is_some()),
            "hasfill" => switch(filled),
            "pixelLineWidth" => line.unwrap_or(0.0) / PIXEL,
            "pixelWidth" => size.0 / PIXEL,
            "pixelHeight" => size.1 / PIXEL,
            "emuWidth" => size.0,
            "emuHeight" => size.1,
            "emuWidth2" => size.0 / 2.0,
            "emuHeight2" => size.1 / 2.0,
            _ => number(word).unwrap_or(0.0),
        }
    }
}

/// A number; `fd` behind it says that it counts in 65,536ths of a degree, as all angles do.
pub(super) fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    text.strip_suffix("fd").unwrap_or(text).parse().ok().map(finite)
}

/// Coordinates beyond this are of no shape; the squares of such are numbers yet.
const FARTHEST: f64 = 1e12;

fn finite(value: f64) -> f64 {
    if value.is_finite() { value.clamp(-FARTHEST, FARTHEST) } else { 0.0 }
}
