//! WMF records (MS-WMF 2.3).

use super::bitmap::{self, Raster};
use super::player::{Font, Object, Pen, Player, Sector, decoded};
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
    player.show_held();
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
        0x0201 => player.state.background = color(data, 0),
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
        0x061C => player.round_rectangle(backwards(8), backwards(4), backwards(0)),
        0x0817 | 0x081A | 0x0830 => {
            let sector = match kind {
                0x0817 => Sector::Arc,
                0x081A => Sector::Pie,
                _ => Sector::Chord,
            };
            player.sector((backwards(12), backwards(8)), (backwards(4), backwards(0)), sector);
        }
        0x0418 => player.ellipse(backwards(4), backwards(0)),
        0x0521 => {
            let length = usize::from(data.u16(0));
            let place = 2 + length.div_ceil(2) * 2;
            let text = decoded(data.slice(2, length), player.state.font.charset);
            player.text(&text, backwards(place));
        }
        0x0A32 => {
            let options = data.u16(6);
            let from = if options & 6 != 0 { 16 } else { 8 };
            if options & 2 != 0 {
                let (a, b) = ((data.i16(8), data.i16(10)), (data.i16(12), data.i16(14)));
                player.fill_rectangle(player.state.background, a, b);
            }
            let text = decoded(data.slice(from, usize::from(data.u16(4))), player.state.font.charset);
            player.text(&text, backwards(0));
        }
        0x061D => {
            let (size, at) = (backwards(4), backwards(8));
            player.raster_fill(data.u32(0), at, (at.0 + size.0, at.1 + size.1));
        }
        0x0F43 => stretched(player, data, &Places { bitmap: 22, source: 6, place: 14, from_below: true }, pixels),
        0x0B41 => stretched(player, data, &Places { bitmap: 20, source: 4, place: 12, from_below: false }, pixels),
        0x0940 => stretched(player, data, &Places { bitmap: 16, source: 0, place: 8, from_below: false }, pixels),
        0x0922 | 0x0B23 | 0x012B => player.left_out = true,
        _ => {}
    }
}

/// Where a record of a bitmap keeps it, the size and place of its part (0: as large as what is drawn, its place behind the operation), and height, width, top and left of what is drawn.
struct Places {
    bitmap: usize,
    source: usize,
    place: usize,
    /// The part's top is counted from below where the bitmap's rows are.
    from_below: bool,
}

fn stretched(player: &mut Player, data: Bytes<'_>, at: &Places, pixels: u64) {
    let corners = |place: usize| {
        let (size, from) = ((data.i16(place + 2), data.i16(place)), (data.i16(place + 6), data.i16(place + 4)));
        (from, (from.0 + size.0, from.1 + size.1))
    };
    let operation = data.u32(0);
    let packed = data.slice(at.bitmap, data.len().saturating_sub(at.bitmap));
    let Some(found) = bitmap::packed(packed, pixels) else {
        // Without a bitmap two bytes stand before the place instead.
        let (from, to) = corners(at.place + 2);
        return player.raster_fill(operation, from, to);
    };
    let (from, to) = corners(at.place);
    let (source, size) = match at.source {
        0 => (4, ((to.0 - from.0).abs(), (to.1 - from.1).abs())),
        place => (place + 4, (data.i16(place + 2), data.i16(place))),
    };
    let (left, mut top) = (data.i16(source + 2), data.i16(source));
    if at.from_below && Bytes(packed).i32(8) > 0.0 {
        top = found.height() as f32 - top - size.1;
    }
    player.bitmap(found, Some([left, top, size.0, size.1]), Raster::of(operation), from, to);
}

fn font(data: Bytes<'_>) -> Font {
    let charset = data.slice(13, 1).first().copied().unwrap_or_default();
    let family = decoded(data.slice(18, 32).split(|byte| *byte == 0).next().unwrap_or_default(), charset);
    let is_on = |at: usize| data.slice(at, 1).first().is_some_and(|byte| *byte != 0);
    Font {
        family: if family.trim().is_empty() { "Arial".to_owned() } else { family },
        height: data.i16(0),
        bold: data.i16(8) >= 600.0,
        italic: is_on(10),
        underline: is_on(11),
        strike: is_on(12),
        charset,
        turned: data.i16(4) / 10.0,
    }
}
