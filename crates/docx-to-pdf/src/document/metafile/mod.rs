//! Windows metafiles, drawn as shapes: EMF (MS-EMF) and WMF (MS-WMF), their usual records.
//!
//! Lines, curves, polygons, paths, texts and bitmaps are drawn, as are icons with their masks; clipping, patterns and gradients are not. EMF+ files carry plain records for readers like this one.

mod bitmap;
mod emf;
mod player;
mod wmf;

use super::canvas::Canvas;
use super::model::{DrawingContent, uncropped};
use super::read::Reader;
use crate::units::Emu;

/// Records played at most; a page of maps has fewer.
const MOST_RECORDS: usize = 200_000;

impl Reader<'_> {
    /// A part that is a metafile, the whole of it drawn as large as it is where this size shows what is not cut off; `None` where it is none, or holds nothing that is drawn.
    pub(super) fn metafile(&mut self, part: &str, shown: (Emu, Emu), crop: [f32; 4]) -> Option<DrawingContent> {
        let bytes = self.package.part(part)?;
        if !emf::is(bytes) && !wmf::is(bytes) || bytes.len() > self.metafile_bytes_left {
            return None;
        }
        self.metafile_bytes_left -= bytes.len();
        let pixels = self.package.limits().pixels;
        let [left, top, right, bottom] = crop;
        let whole = |shown: Emu, cut: f32| Emu(uncropped(shown.0 as f32, cut) as i64);
        let canvas = Canvas::new((whole(shown.0, left + right), whole(shown.1, top + bottom)));
        let player = if emf::is(bytes) { emf::play(bytes, canvas, pixels)? } else { wmf::play(bytes, canvas, pixels) };
        if player.canvas.is_empty() {
            return None;
        }
        if player.left_out {
            self.warnings.other(format!("parts of the metafile {part} are not drawn (patterns, regions or clipped areas)"));
        }
        let drawn = player.canvas.finish();
        self.take_shapes(&drawn).then_some(drawn)
    }
}

/// Numbers in a record; what lies beyond its end is nothing.
#[derive(Debug, Clone, Copy)]
struct Bytes<'b>(&'b [u8]);

impl<'b> Bytes<'b> {
    fn get<const N: usize>(self, at: usize) -> [u8; N] {
        let mut found = [0; N];
        if let Some(bytes) = self.0.get(at..at.saturating_add(N)) {
            found.copy_from_slice(bytes);
        }
        found
    }

    fn u16(self, at: usize) -> u16 {
        u16::from_le_bytes(self.get(at))
    }

    fn i16(self, at: usize) -> f32 {
        f32::from(i16::from_le_bytes(self.get(at)))
    }

    fn u32(self, at: usize) -> u32 {
        u32::from_le_bytes(self.get(at))
    }

    fn i32(self, at: usize) -> f32 {
        i32::from_le_bytes(self.get(at)) as f32
    }

    fn f32(self, at: usize) -> f32 {
        let number = f32::from_le_bytes(self.get(at));
        if number.is_finite() { number } else { 0.0 }
    }

    fn slice(self, at: usize, length: usize) -> &'b [u8] {
        self.0.get(at..at.saturating_add(length)).unwrap_or_default()
    }

    fn len(self) -> usize {
        self.0.len()
    }
}
