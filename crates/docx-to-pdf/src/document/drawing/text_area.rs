//! Where the text of a preset shape stands: the `rect` of presetShapeDefinitions (ECMA-376 part 1, 20.1.9.22; LibreOffice and Word agree).

use super::preset::text_rectangle;
use crate::document::model::TextArea;

impl TextArea {
    /// Left, top, right and bottom edge of the text in a shape of this size, as shares of its width and height.
    pub fn shares(&self, width: f32, height: f32) -> [f32; 4] {
        const WHOLE: [f32; 4] = [0.0, 0.0, 1.0, 1.0];
        if !(width > 0.0 && height > 0.0) {
            return WHOLE;
        }
        let rectangle = self.given(width, height).or_else(|| text_rectangle(&self.preset, width, height, &self.adjustments));
        let Some([left, top, right, bottom]) = rectangle else { return WHOLE };
        // Adjustments of any size leave some room.
        let shares = [left / width, top / height, right / width, bottom / height];
        let [left, top, right, bottom] = shares.map(|share| if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 });
        if right - left < 0.02 || bottom - top < 0.02 { WHOLE } else { [left, top, right, bottom] }
    }
    /// A rectangle that is given as such, in 100,000ths of the sides: VML's `textboxrect`.
    fn given(&self, width: f32, height: f32) -> Option<[f32; 4]> {
        let share = |name: &str| self.adjustments.iter().find(|(key, _)| key == name).map_or(0.0, |(_, value)| value / 100_000.0);
        (self.preset == "textboxrect").then(|| [share("l") * width, share("t") * height, share("r") * width, share("b") * height])
    }
}
