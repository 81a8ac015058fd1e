//! EMF records (MS-EMF 2.3).

use super::bitmap::{self, Raster};
use super::player::{Font, Object, Pen, Player, Sector, decoded};
use super::{Bytes, MOST_RECORDS};
use crate::document::canvas::Canvas;
use crate::graphics::Rgb;

/// Objects that are always there have this bit (2.1.31).
const STOCK: u32 = 0x8000_0000;

/// Whether it begins as an EMF file does (2.3.4.2).
pub(super) fn is(bytes: &[u8]) -> bool {
    bytes.starts_with(&[1, 0, 0, 0]) && bytes.get(40..44) == Some(b" EMF")
}

fn color(value: u32) -> Rgb {
    Rgb(value as u8, (value >> 8) as u8, (value >> 16) as u8)
}

/// Plays the records.
pub(super) fn play(bytes: &[u8], canvas: Canvas, pixels: u64) -> Option<Player> {
    let header = Bytes(bytes);
    // The frame is what shows, in hundredths of a millimetre; the device tells how many of its pixels that is.
    let device = (header.i32(72).max(1.0), header.i32(76).max(1.0));
    let millimeters = (header.i32(80).max(1.0), header.i32(84).max(1.0));
    let unit = (device.0 / millimeters.0 / 100.0, device.1 / millimeters.1 / 100.0);
    let frame = [24, 28, 32, 36].map(|at| header.i32(at));
    let mut bounds = [frame[0] * unit.0, frame[1] * unit.1, (frame[2] - frame[0]) * unit.0, (frame[3] - frame[1]) * unit.1];
    if bounds[2] <= 0.0 || bounds[3] <= 0.0 {
        bounds = [header.i32(8), header.i32(12), header.i32(16) - header.i32(8), header.i32(20) - header.i32(12)];
    }
    let mut player = Player::new(canvas, bounds);
    let mut at = header.u32(4) as usize;
    for _ in 0..MOST_RECORDS {
        let Some(rest) = bytes.get(at..).filter(|rest| rest.len() >= 8) else { break };
        let (kind, size) = (Bytes(rest).u32(0), Bytes(rest).u32(4) as usize);
        if size < 8 || kind == 14 {
            break;
        }
        record(&mut player, kind, Bytes(rest.get(..size.min(rest.len()))?), pixels);
        at = at.checked_add(size)?;
    }
    player.show_held();
    Some(player)
}

/// Points of two or four bytes a number.
fn points(data: Bytes<'_>, from: usize, count: usize, short: bool) -> Vec<(f32, f32)> {
    let width = if short { 4 } else { 8 };
    let count = count.min(data.len().saturating_sub(from) / width);
    let one = |at: usize| {
        let at = from + at * width;
        if short { (data.i16(at), data.i16(at + 2)) } else { (data.i32(at), data.i32(at + 4)) }
    };
    (0..count).map(one).collect()
}

fn record(player: &mut Player, kind: u32, data: Bytes<'_>, pixels: u64) {
    let pair = |at: usize| (data.i32(at), data.i32(at + 4));
    let poly = |player: &mut Player, short: bool, flags: (bool, bool, bool)| {
        let list = points(data, 28, data.u32(24) as usize, short);
        player.poly(&list, flags);
    };
    match kind {
        2 => poly(player, false, (true, false, false)),
        3 => poly(player, false, (false, false, true)),
        4 => poly(player, false, (false, false, false)),
        5 => poly(player, false, (true, true, false)),
        6 => poly(player, false, (false, true, false)),
        85 => poly(player, true, (true, false, false)),
        86 => poly(player, true, (false, false, true)),
        87 => poly(player, true, (false, false, false)),
        88 => poly(player, true, (true, true, false)),
        89 => poly(player, true, (false, true, false)),
        7 | 8 | 90 | 91 => many(player, data, kind >= 90, kind == 8 || kind == 91),
        9 => player.state.window_extent = pair(8),
        10 => player.state.window_origin = pair(8),
        11 => player.state.viewport_extent = pair(8),
        12 => player.state.viewport_origin = pair(8),
        22 => player.state.text_align = data.u32(8),
        24 => player.state.text_color = color(data.u32(8)),
        25 => player.state.background = color(data.u32(8)),
        57 => player.state.clockwise = data.u32(8) == 2,
        27 => player.move_to(pair(8)),
        33 => player.save(),
        34 => player.restore(data.i32(8) as i32),
        35 => player.state.world = [8, 12, 16, 20, 24, 28].map(|at| data.f32(at)),
        36 => modify_world(player, [8, 12, 16, 20, 24, 28].map(|at| data.f32(at)), data.u32(32)),
        37 => select(player, data.u32(8)),
        38 => {
            let pen = Pen { color: (data.u32(12) & 0xF != 5).then(|| color(data.u32(24))), width: data.i32(16) };
            player.keep(data.u32(8) as usize, Object::Pen(pen));
        }
        95 => {
            let pen = Pen { color: (data.u32(28) & 0xF != 5).then(|| color(data.u32(40))), width: data.i32(32) };
            player.keep(data.u32(8) as usize, Object::Pen(pen));
        }
        39 => {
            // 1 is hollow; hatches are drawn in their colour.
            let brush = (data.u32(12) != 1).then(|| color(data.u32(16)));
            player.keep(data.u32(8) as usize, Object::Brush(brush));
        }
        40 => player.delete(data.u32(8) as usize),
        82 => player.keep(data.u32(8) as usize, Object::Font(font(data))),
        93 | 94 => {
            player.left_out = true;
            player.keep(data.u32(8) as usize, Object::Other);
        }
        42 => player.ellipse(pair(8), pair(16)),
        43 => player.rectangle(pair(8), pair(16)),
        44 => player.round_rectangle(pair(8), pair(16), pair(24)),
        45..=47 | 55 => {
            let sector = match kind {
                45 => Sector::Arc,
                46 => Sector::Chord,
                47 => Sector::Pie,
                _ => Sector::ArcTo,
            };
            player.sector((pair(8), pair(16)), (pair(24), pair(32)), sector);
            if kind == 55 {
                player.state.at = pair(32);
            }
        }
        41 => angle_arc(player, data),
        71 => region(player, data, 32, player.brush_of(data.u32(28) as usize)),
        74 => region(player, data, 28, player.state.brush),
        54 => player.line_to(pair(8)),
        59 => player.begin_path(),
        60 => player.end_path(),
        61 => player.close_figure(),
        62 => player.paint_path(true, false),
        63 => player.paint_path(true, true),
        64 => player.paint_path(false, true),
        83 | 84 => text(player, data, kind == 84),
        17 => player.state.scaled = matches!(data.u32(8), 7 | 8),
        76 | 77 | 114 | 116 => blended(player, data, kind, pixels),
        80 | 81 => from_device(player, data, kind == 81, pixels),
        72 | 73 | 78 | 79 | 118 => player.left_out = true,
        _ => {}
    }
}

/// Several lines or polygons in one record.
fn many(player: &mut Player, data: Bytes<'_>, short: bool, filled: bool) {
    let count = (data.u32(24) as usize).min(data.len() / 4);
    let mut from = 32 + count * 4;
    let mut rings = Vec::new();
    for at in 0..count {
        let length = (data.u32(32 + at * 4) as usize).min(data.len());
        rings.push(points(data, from, length, short));
        from = from.saturating_add(length * if short { 4 } else { 8 });
    }
    if filled {
        player.polygons(&rings);
    } else {
        for ring in &rings {
            player.poly(ring, (false, false, false));
        }
    }
}

fn modify_world(player: &mut Player, by: [f32; 6], mode: u32) {
    let multiplied = |first: [f32; 6], second: [f32; 6]| {
        let [a, b, c, d, e, f] = first;
        let [p, q, r, s, t, u] = second;
        [a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u]
    };
    player.state.world = match mode {
        1 => [1.0, 0.0, 0.0, 1.0, 0.0, 0.0],
        2 => multiplied(by, player.state.world),
        3 => multiplied(player.state.world, by),
        _ => by,
    };
}

fn select(player: &mut Player, number: u32) {
    if number & STOCK == 0 {
        return player.select(number as usize);
    }
    match number & !STOCK {
        0 => player.state.brush = Some(Rgb(255, 255, 255)),
        1 => player.state.brush = Some(Rgb(192, 192, 192)),
        2 => player.state.brush = Some(Rgb(128, 128, 128)),
        3 => player.state.brush = Some(Rgb(64, 64, 64)),
        4 => player.state.brush = Some(Rgb(0, 0, 0)),
        5 => player.state.brush = None,
        6 => player.state.pen = Pen { color: Some(Rgb(255, 255, 255)), width: 0.0 },
        7 => player.state.pen = Pen { color: Some(Rgb(0, 0, 0)), width: 0.0 },
        8 => player.state.pen = Pen { color: None, width: 0.0 },
        _ => {}
    }
}

fn font(data: Bytes<'_>) -> Font {
    let name = data.slice(12 + 28, 64);
    let units = name.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).take_while(|unit| *unit != 0);
    let family: String = char::decode_utf16(units).map(|character| character.unwrap_or('\u{FFFD}')).collect();
    let is_on = |at: usize| data.slice(12 + at, 1).first().is_some_and(|byte| *byte != 0);
    Font {
        family: if family.trim().is_empty() { "Arial".to_owned() } else { family },
        height: data.i32(12),
        bold: data.i32(12 + 16) >= 600.0,
        italic: is_on(20),
        underline: is_on(21),
        strike: is_on(22),
        charset: data.slice(12 + 23, 1).first().copied().unwrap_or_default(),
        turned: data.i32(12 + 8) / 10.0,
    }
}

fn text(player: &mut Player, data: Bytes<'_>, wide: bool) {
    let count = (data.u32(44) as usize).min(data.len());
    let from = data.u32(48) as usize;
    // Glyph numbers are no text.
    if data.u32(52) & 0x10 != 0 {
        player.left_out = true;
        return;
    }
    let words: String = if wide {
        let units = data.slice(from, count * 2).chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
        char::decode_utf16(units).map(|character| character.unwrap_or('\u{FFFD}')).collect()
    } else {
        decoded(data.slice(from, count), player.state.font.charset)
    };
    if data.u32(52) & 2 != 0 {
        let (a, b) = ((data.i32(56), data.i32(60)), (data.i32(64), data.i32(68)));
        player.fill_rectangle(player.state.background, a, b);
    }
    player.text(&words, (data.i32(36), data.i32(40)));
}

/// A bitmap's header and pixels, which four numbers tell the places of.
fn parts(data: Bytes<'_>, at: usize) -> (&[u8], &[u8]) {
    let part = |from: usize| data.slice(data.u32(from) as usize, data.u32(from + 4) as usize);
    (part(at), part(at + 8))
}

/// `BITBLT`, `STRETCHBLT`, `ALPHABLEND` and `TRANSPARENTBLT` (2.3.1): the part's place is counted from above.
fn blended(player: &mut Player, data: Bytes<'_>, kind: u32, pixels: u64) {
    let pair = |at: usize| (data.i32(at), data.i32(at + 4));
    let (from, size, operation) = (pair(24), pair(32), data.u32(40));
    let to = (from.0 + size.0, from.1 + size.1);
    let (header, rows) = parts(data, 84);
    let has_opacity = kind == 114 && operation >> 24 == 1;
    let found = if has_opacity { bitmap::with_opacity(header, rows, pixels) } else { None };
    let Some(mut found) = found.or_else(|| bitmap::decoded(header, rows, pixels)) else {
        if header.is_empty() {
            player.raster_fill(operation, from, to);
        }
        return;
    };
    let part = if kind == 76 { (size.0.abs(), size.1.abs()) } else { pair(100) };
    let at = pair(44);
    let mut raster = Raster::Copy;
    match kind {
        114 => found = bitmap::faded(found, (operation >> 16) as u8),
        116 => found = bitmap::without_color(found, color(operation)),
        _ => raster = Raster::of(operation),
    }
    player.bitmap(found, Some([at.0, at.1, part.0, part.1]), raster, from, to);
}

/// `SETDIBITSTODEVICE` and `STRETCHDIBITS` (2.3.1): the part's place is counted from the bitmap's first row, which is its lowest one as a rule.
fn from_device(player: &mut Player, data: Bytes<'_>, stretched: bool, pixels: u64) {
    let pair = |at: usize| (data.i32(at), data.i32(at + 4));
    let (header, rows) = parts(data, 48);
    let (from, at, part) = (pair(24), pair(32), pair(40));
    let size = if stretched { pair(72) } else { part };
    let to = (from.0 + size.0, from.1 + size.1);
    let operation = if stretched { data.u32(68) } else { 0 };
    let Some(found) = bitmap::decoded(header, rows, pixels) else {
        if stretched && header.is_empty() {
            player.raster_fill(operation, from, to);
        }
        return;
    };
    let top = if Bytes(header).i32(8) > 0.0 { found.height() as f32 - at.1 - part.1 } else { at.1 };
    player.bitmap(found, Some([at.0, top, part.0, part.1]), Raster::of(operation), from, to);
}

/// `ANGLEARC`: a line to where a circle's arc begins, and the arc; its angles turn against the clock.
fn angle_arc(player: &mut Player, data: Bytes<'_>) {
    let (middle, radius) = ((data.i32(8), data.i32(12)), data.i32(16));
    let (start, turn) = (-data.f32(20).to_radians(), -data.f32(24).to_radians());
    let radii = (player.length(radius), player.length(radius));
    let at = player.place(middle);
    player.arc(at, radii, (start, turn), Sector::ArcTo);
    let end = start + turn;
    player.state.at = (middle.0 + radius * end.cos(), middle.1 + radius * end.sin());
}

/// A region of rectangles (2.2.24) in one colour.
fn region(player: &mut Player, data: Bytes<'_>, at: usize, brush: Option<Rgb>) {
    /// A region has no more rectangles.
    const MOST: usize = 2000;
    let Some(color) = brush else { return };
    let (from, count) = (at + data.u32(at).min(64) as usize, data.u32(at + 8) as usize);
    for one in 0..count.min(MOST).min(data.len() / 16) {
        let edge = |side: usize| data.i32(from + one * 16 + side * 4);
        player.fill_rectangle(color, (edge(0), edge(1)), (edge(2), edge(3)));
    }
}
