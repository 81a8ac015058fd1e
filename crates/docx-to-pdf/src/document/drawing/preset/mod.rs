//! Preset shapes (ECMA-376 part 1, 20.1.10.56), as the standard's presetShapeDefinitions describe them.
//!
//! Each family is a table of names and definitions in a short notation of our own; only the definition of a shape in use is read.

mod arrows;
mod basic;
mod buttons;
mod callouts;
mod connectors;
mod flowchart;
mod notation;
mod polygons;
mod rectangles;
mod ribbons;
mod symbols;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use crate::document::model::{Geometry, GeometryPath, PathFill, PresetGeometry};
use crate::units::Pt;
use notation::Guides;

/// A preset's adjustments by name, as they stand in the document: most are 100,000ths, angles 60,000ths of a degree.
pub(in crate::document) type Adjustments = Vec<(String, f32)>;

/// A family's shapes: names and definitions.
type Family = &'static [(&'static str, &'static str)];

const FAMILIES: [Family; 10] = [
    rectangles::SHAPES,
    basic::SHAPES,
    polygons::SHAPES,
    arrows::SHAPES,
    callouts::SHAPES,
    flowchart::SHAPES,
    connectors::SHAPES,
    ribbons::SHAPES,
    symbols::SHAPES,
    buttons::SHAPES,
];

/// A shape of this name and size; `None` when we do not know the name.
pub(in crate::document) fn preset(name: &str, w: f32, h: f32, adjustments: &Adjustments) -> Option<Geometry> {
    match name {
        "rect" | "flowChartProcess" | "textNoShape" => return Some(Geometry::Rectangle),
        "ellipse" | "flowChartConnector" => return Some(Geometry::Ellipse),
        "line" | "straightConnector1" => return Some(Geometry::Line),
        "flowChartAlternateProcess" => return Some(Geometry::RoundRectangle(1.0 / 6.0)),
        "roundRect" => {
            let share = notation::adjustment("adj", 16_667.0, adjustments) / 100_000.0;
            return Some(Geometry::RoundRectangle(share.clamp(0.0, 0.5)));
        }
        _ => {}
    }
    let definition = definition(name)?;
    let mut paths = Guides::new(definition, w, h, adjustments).paths(definition);
    if matches!(paths.as_slice(), [GeometryPath { fill: PathFill::Normal, stroked: true, .. }]) {
        return paths.pop().map(|path| Geometry::Path(path.steps));
    }
    Some(Geometry::Paths(paths))
}

impl PresetGeometry {
    /// Its outline in a shape of this size: where it has another form than it is saved with, as where its text made it higher, corners and tips are worked out anew (Spire; measured on shapes that grow).
    pub fn of_size(&self, (width, height): (Pt, Pt)) -> Cow<'_, Geometry> {
        let (width, height) = (width.0 * EMU_PER_POINT, height.0 * EMU_PER_POINT);
        let (saved_width, saved_height) = (self.size.0.0 as f32, self.size.1.0 as f32);
        let (one, other) = (width * saved_height, height * saved_width);
        if (one - other).abs() <= one.max(other) * SAME_FORM {
            return Cow::Borrowed(&self.geometry);
        }
        preset(&self.name, width, height, &self.adjustments).map_or(Cow::Borrowed(&self.geometry), Cow::Owned)
    }
}

const EMU_PER_POINT: f32 = 12_700.0;

/// Sizes whose ratios differ by less have one form.
const SAME_FORM: f32 = 0.001;

/// The rectangle of a shape's text (20.1.9.22): left, top, right, bottom; `None` where it is the whole shape.
pub(super) fn text_rectangle(name: &str, w: f32, h: f32, adjustments: &Adjustments) -> Option<[f32; 4]> {
    let definition = definition(name)?;
    let text = notation::text(definition)?;
    Some(Guides::new(definition, w, h, adjustments).rectangle(text))
}

fn definition(name: &str) -> Option<&'static str> {
    FAMILIES.into_iter().flatten().find(|(known, _)| *known == name).map(|(_, definition)| *definition)
}
