//! WMF records (MS-WMF 2.3).

use super::bitmap::{self, Raster};
use super::player::{Font, Object, Pen, Player};
use super::{Bytes, MOST_RECORDS};
use crate::document::canvas::Canvas;
use crate::graphics::Rgb;

/// Whether it begins as a WMF file does, with the placeable header or without.
pub(super) fn is(bytes: &[u8]) -> bool {
    placeable(bytes) || bytes.starts_with(&[1, 0, 9, 0]) || bytes.starts_with(&[2, 0, 9, 0])
}

fn placeable(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0xD7, 0xCD, 0xC6, 0x9A])
}

fn color(data: Bytes<'_>, at: usize) -> Rgb {
    let [red, green, blue] = data.get(at);
    Rgb(red, green, blue)
}

/// Records as kind and content.
fn records(bytes: &[u8]) -> impl Iterator<Item = (u16, Bytes<'_>)> {
    let mut at = if placeable(bytes) { 22 } else { 0 } + 18;
    let next = move || {
        let rest = bytes.get(at..).filter(|rest| rest.len() >= 6)?;
        let size = (Bytes(rest).u32(0) as usize).checked_mul(2)?;
        let kind = Bytes(rest).u16(4);
        if size < 6 || kind == 0 {
            return None;
        }
        at = at.checked_add(size)?;
        Some((kind, Bytes(rest.get(6..size.min(rest.len()))?)))
    };
    std::iter::from_fn(next).take(MOST_RECORDS)
}

/// Plays the records.
pub(super) fn play(bytes: &[u8], canvas: Canvas, pixels: u64) -> Player {
    let head = Bytes(bytes);
    // What shows: the box of the header, else the first window.
    let mut bounds = [0.0, 0.0, 1000.0, 1000.0];
    if placeable(bytes) {
        bounds = [head.i16(6), head.i16(8), head.i16(10) - head.i16(6), head.i16(12) - head.i16(8)];
    } else {
        for (kind, data) in records(bytes).take(100) {
            match kind {
                0x020B => (bounds[0], bounds[1]) = (data.i16(2), data.i16(0)),
                0x020C => (bounds[2], bounds[3]) = (data.i16(2), data.i16(0)),
                _ => {}
            }
        }
    }
    let mut player = Player::new(canvas, [0.0, 0.0, bounds[2], bounds[3]]);
    (player.state.window_origin, player.state.window_extent) = ((bounds[0], bounds[1]), (bounds[2], bounds[3]));
    player.state.viewport_extent = (bounds[2], bounds[3]);
    player.state.scaled = true;
    for (kind, data) in records(bytes) {
        record(&mut player, kind, data, pixels);
    }
    player
}

fn points(data: Bytes<'_>, from: usize, count: usize) -> Vec<(f32, f32)> {
    let count = count.min(data.len().saturating_sub(from) / 4);
    (0..count).map(|at| (data.i16(from + at * 4), data.i16(from + at * 4 + 2))).collect()
}

fn record(player: &mut Player, kind: u16, data: Bytes<'_>, pixels: u64) {
    // Most records name the height before the width.
    let backwards = |at: usize| (data.i16(at + 2), data.i16(at));
    match kind {
        0x020B => player.state.window_origin = backwards(0),
        0x020C => player.state.window_extent = backwards(0),
        0x001E => player.save(),
        0x0127 => player.restore(data.i16(0) as i32),
        0x0209 => player.state.text_color = color(data, 0),
        0x012E => player.state.text_align = u32::from(data.u16(0)),
        0x012D => player.select(usize::from(data.u16(0))),
        0x01F0 => player.delete(usize::from(data.u16(0))),
        0x02FA => {
            let pen = Pen { color: (data.u16(0) & 0xF != 5).then(|| color(data, 6)), width: data.i16(2) };
            player.keep_next(Object::Pen(pen));
        }
        0x02FC => player.keep_next(Object::Brush((data.u16(0) != 1).then(|| color(data, 2)))),
        0x02FB => player.keep_next(Object::Font(font(data))),
        0x00F7 | 0x01F9 | 0x0142 | 0x06FF => player.keep_next(Object::Other),
        0x0214 => player.move_to(backwards(0)),
        0x0213 => player.line_to(backwards(0)),
        0x0324 => player.poly(&points(data, 2, usize::from(data.u16(0))), (false, false, true)),
        0x0325 => player.poly(&points(data, 2, usize::from(data.u16(0))), (false, false, false)),
        0x0538 => {
            let count = usize::from(data.u16(0)).min(data.len() / 2);
            let mut from = 2 + count * 2;
            let mut rings = Vec::new();
            for at in 0..count {
                let length = usize::from(data.u16(2 + at * 2));
                rings.push(points(data, from, length));
                from += length * 4;
            }
            player.polygons(&rings);
        }
        0x041B => player.rectangle(backwards(4), backwards(0)),
        0x061C => player.rectangle(backwards(8), backwards(4)),
        0x0418 => player.ellipse(backwards(4), backwards(0)),
        0x0521 => {
            let length = usize::from(data.u16(0));
            let place = 2 + length.div_ceil(2) * 2;
            player.text(&latin(data.slice(2, length)), backwards(place));
        }
        0x0A32 => {
            let from = if data.u16(6) & 6 != 0 { 16 } else { 8 };
            player.text(&latin(data.slice(from, usize::from(data.u16(4)))), backwards(0));
        }
        0x0F43 => stretched(player, data, (22, 14), pixels),
        0x0B41 => stretched(player, data, (20, 12), pixels),
        0x0940 => stretched(player, data, (16, 8), pixels),
        0x0817 | 0x081A | 0x0830 | 0x012B => player.left_out = true,
        _ => {}
    }
}

/// A bitmap behind its numbers: where it begins, and where its height, width, top and left stand.
fn stretched(player: &mut Player, data: Bytes<'_>, (begin, place): (usize, usize), pixels: u64) {
    let Some(found) = bitmap::packed(data.slice(begin, data.len().saturating_sub(begin)), pixels) else { return };
    let size = (data.i16(place + 2), data.i16(place));
    let from = (data.i16(place + 6), data.i16(place + 4));
    player.bitmap(found, Raster::of(data.u32(0)), from, (from.0 + size.0, from.1 + size.1));
}

fn font(data: Bytes<'_>) -> Font {
    let family = latin(data.slice(18, 32).split(|byte| *byte == 0).next().unwrap_or_default());
    Font {
        family: if family.trim().is_empty() { "Arial".to_owned() } else { family },
        height: data.i16(0),
        bold: data.i16(8) >= 600.0,
        italic: data.slice(10, 1) != [0],
        turned: data.i16(4) / 10.0,
    }
}

/// Text in Windows' Western character set.
fn latin(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}
