//! What stands above, below or around something else in a formula.

use crate::document::model::{Align, FractionKind, Math};
use crate::graphics::Rgb;
use crate::layout::frame::{Item, Path, PathStep, Shape, Stroke};
use crate::layout::ink::Ink;
use crate::layout::math::{FormulaLayouter, MathBox, Style, THIN};
use crate::layout::runs::text_color;
use crate::units::Pt;

/// Room between columns, and between rows, of matrices and equations, in ems.
const COLUMNS: f32 = 1.0;
const ROWS: f32 = 0.35;
/// Every row of them is at least so high above and below its baseline.
const LEAST: (f32, f32) = (0.65, 0.2);

impl FormulaLayouter<'_, '_, '_> {
    pub(super) fn piece(&mut self, piece: &Math, style: Style) -> MathBox {
        match piece {
            // A row sets its own text; here it stands alone.
            Math::Text { .. } => self.row(std::slice::from_ref(piece), style),
            Math::Fraction { kind, over, under } => self.fraction(*kind, (over, under), style),
            Math::Scripts { base, sub, sup, before } => {
                let letters = matches!(&**base, [Math::Text { .. }]);
                let base = self.row(base, style);
                self.scripts(base, (sub, sup), (*before, letters), style)
            }
            Math::Radical { degree, body } => self.radical(degree, body, style),
            Math::Nary { sign, stacked, sub, sup, body } => self.nary(sign, *stacked, (sub, sup), body, style),
            Math::Delimited { open, close, between, grows, parts } => self.delimited([open, close, between], *grows, parts, style),
            Math::Matrix { aligns, rows } => {
                let style = Style { display: false, ..style };
                self.table(rows, &|column| aligns.get(column).or(aligns.last()).copied().unwrap_or(Align::Center), COLUMNS, style)
            }
            Math::Equations(rows) => {
                // Where equations are cut, what is before stands to the right and what is behind to the left (22.1.2.34).
                let cut = rows.iter().any(|row| row.len() > 1);
                let align = |column: usize| match (cut, column % 2) {
                    (false, _) => Align::Center,
                    (true, 0) => Align::Right,
                    _ => Align::Left,
                };
                self.table(rows, &align, 0.0, style)
            }
            Math::Function { name, body } => {
                let mut set = self.row(name, style);
                set.width += self.em(style) * THIN;
                set.push(self.row(body, style));
                set
            }
            Math::Limit { base, limit, above } => {
                let base = self.row(base, style);
                let limit = self.row(limit, style.script());
                let none = MathBox::default();
                if *above { self.limits(base, (none, limit), style) } else { self.limits(base, (limit, none), style) }
            }
            Math::Group { sign, above, body } => self.group(sign, *above, body, style),
            Math::Accent { sign, body } => self.accent(sign, body, style),
            Math::Bar { above, body } => {
                let (gap, rule) = (self.em(style) * 0.12, self.rule(style));
                let mut set = self.row(body, style);
                let height = if *above { set.ascent + gap } else { -set.descent - gap };
                let line = self.stroke((Pt::ZERO, set.width), height, rule);
                set.ink.append(line);
                if *above {
                    set.ascent += gap + rule;
                } else {
                    set.descent += gap + rule;
                }
                set
            }
            Math::Framed { sides, body } => self.framed(*sides, body, style),
            Math::Phantom { shown, without: [width, ascent, descent], body } => {
                let mut set = self.row(body, style);
                if !shown {
                    set.ink = Ink::default();
                }
                set.width = if *width { Pt::ZERO } else { set.width };
                set.ascent = if *ascent { Pt::ZERO } else { set.ascent };
                set.descent = if *descent { Pt::ZERO } else { set.descent };
                set
            }
        }
    }

    fn fraction(&mut self, kind: FractionKind, (over, under): (&[Math], &[Math]), style: Style) -> MathBox {
        let (em, rule, axis) = (self.em(style), self.rule(style), self.axis(style));
        match kind {
            FractionKind::Linear => {
                let mut set = self.row(over, style);
                let look = self.sign_look(style);
                set.push(self.letters("/", &look));
                set.push(self.row(under, style));
                return set;
            }
            FractionKind::Skewed => {
                let (over, under) = (self.row(over, style.script()), self.row(under, style.script()));
                let (up, down) = (axis + em * 0.5, em * 0.5 - axis);
                let (mut set, at) = (MathBox::default(), over.width);
                set.put(over, Pt::ZERO, -(em * 0.35));
                let (slash, _) = self.stretched("/", style, (up, down), 1.0);
                set.put(slash, at, Pt::ZERO);
                let end = set.width;
                set.put(under, end, em * 0.15);
                return set;
            }
            FractionKind::Bar | FractionKind::Bare => {}
        }
        let (over, under) = (self.row(over, style.part()), self.row(under, style.part()));
        let bar = kind == FractionKind::Bar;
        let gap = em * if style.display { 0.13 } else { 0.08 };
        let gap = if bar { gap + rule / 2.0 } else { gap * 1.5 };
        // Figures of neighbouring fractions stand on the same lines.
        let least = if style.display { (0.68, 0.69) } else { (0.4, 0.35) };
        let up = (axis + gap + over.descent).max(em * least.0);
        let down = (under.ascent + gap - axis).max(em * least.1);
        let side = em * 0.08;
        let width = over.width.max(under.width) + side * 2.0;
        let mut set = MathBox { width: width + side * 2.0, ..MathBox::default() };
        let middle = side + width / 2.0;
        let (left, right) = (middle - over.width / 2.0, middle - under.width / 2.0);
        set.put(over, left, -up);
        if bar {
            let line = self.stroke((side, side + width), axis, rule);
            set.ink.append(line);
        }
        set.put(under, right, down);
        set
    }

    /// Scripts at a base; at `letters` they stand at fixed heights, at anything else by its top and bottom.
    fn scripts(&mut self, base: MathBox, (sub, sup): (&[Math], &[Math]), (before, letters): (bool, bool), style: Style) -> MathBox {
        let em = self.em(style);
        let (low, high) = (self.row(sub, style.script()), self.row(sup, style.script()));
        let (with_low, with_high) = (!sub.is_empty(), !sup.is_empty());
        let mut up = (em * 0.36).max(high.descent + em * 0.12);
        let mut down = (em * 0.18).max(low.ascent - em * 0.37);
        if !letters {
            up = up.max(base.ascent - em * 0.24);
            down = down.max(base.descent + em * 0.08);
        }
        if with_low && with_high {
            let free = (up - high.descent) - (low.ascent - down);
            let missing = (em * 0.16 - free).max(Pt::ZERO);
            up += missing / 2.0;
            down += missing / 2.0;
        }
        let space = em * 0.04;
        let mut set = MathBox::default();
        if before {
            let width = low.width.max(high.width);
            let (x_low, x_high) = (width - low.width, width - high.width);
            place(&mut set, (low, with_low), (x_low, down));
            place(&mut set, (high, with_high), (x_high, -up));
            set.width = width + space;
            set.push(base);
            return set;
        }
        let end = base.width + space;
        set.push(base);
        place(&mut set, (low, with_low), (end, down));
        place(&mut set, (high, with_high), (end, -up));
        set.width += space;
        set
    }

    fn radical(&mut self, degree: &[Math], body: &[Math], style: Style) -> MathBox {
        let (em, rule) = (self.em(style), self.rule(style));
        let body = self.row(body, Style { display: false, ..style });
        let gap = em * if style.display { 0.15 } else { 0.1 };
        // Roots beside each other are alike, whether or not their letters reach high.
        let up = body.ascent.max(em * 0.5) + gap + rule;
        let down = body.descent.max(em * 0.1) + em * 0.05;
        let (sign, right) = self.stretched("√", style, (up, down), if up + down > em * 1.8 { 1.15 } else { 1.0 });
        let mut set = MathBox::default();
        let mut left = Pt::ZERO;
        if !degree.is_empty() {
            let degree = self.row(degree, style.script().script());
            let height = (up + down) * 0.55 - down + degree.descent;
            // It stands in the hollow of the sign.
            let hollow = right * 0.45;
            left = (degree.width - hollow).max(Pt::ZERO);
            let x = (hollow - degree.width).max(Pt::ZERO);
            set.put(degree, x, -height);
        }
        set.put(sign, left, Pt::ZERO);
        let from = left + right;
        let end = from + body.width + em * 0.08;
        let line = self.stroke((from - rule / 2.0, end), up - rule / 2.0, rule);
        set.ink.append(line);
        set.put(body, from + em * 0.03, Pt::ZERO);
        set.width = end + em * 0.05;
        set
    }

    fn nary(&mut self, sign: &str, stacked: bool, (sub, sup): (&[Math], &[Math]), body: &[Math], style: Style) -> MathBox {
        let (em, axis) = (self.em(style), self.axis(style));
        let integral = sign.starts_with(|c| ('∫'..='∳').contains(&c));
        let half = em
            * match (style.display, integral) {
                (true, true) => 1.05,
                (true, false) => 0.8,
                (false, true) => 0.6,
                (false, false) => 0.5,
            };
        let wider = if style.display && !integral { 1.3 } else { 1.0 };
        let (operator, _) =
            if sign.is_empty() { (MathBox::default(), Pt::ZERO) } else { self.stretched(sign, style, (axis + half, half - axis), wider) };
        let mut set = if stacked && style.display {
            let limits = (self.row(sub, style.script()), self.row(sup, style.script()));
            self.limits(operator, limits, style)
        } else {
            self.scripts(operator, (sub, sup), (false, false), style)
        };
        set.width += em * THIN;
        set.push(self.row(body, style));
        set
    }

    /// Something small below and above a base, centred.
    fn limits(&mut self, base: MathBox, (low, high): (MathBox, MathBox), style: Style) -> MathBox {
        let em = self.em(style);
        let gap = em * 0.14;
        let width = base.width.max(low.width).max(high.width);
        let middle = |part: &MathBox| (width - part.width) / 2.0;
        let (up, down) = (base.ascent + gap + high.descent, base.descent + gap + low.ascent);
        let mut set = MathBox::default();
        let (x, x_low, x_high) = (middle(&base), middle(&low), middle(&high));
        let (with_low, with_high) = (low.width > Pt::ZERO, high.width > Pt::ZERO);
        set.put(base, x, Pt::ZERO);
        place(&mut set, (low, with_low), (x_low, down));
        place(&mut set, (high, with_high), (x_high, -up));
        set
    }

    fn delimited(&mut self, [open, close, between]: [&str; 3], grows: bool, parts: &[Vec<Math>], style: Style) -> MathBox {
        let (em, axis) = (self.em(style), self.axis(style));
        let parts: Vec<MathBox> = parts.iter().map(|part| self.row(part, style)).collect();
        // As far above the axis as below it, and never lower than a line.
        let reach = parts.iter().map(|part| (part.ascent - axis).max(part.descent + axis)).fold(Pt::ZERO, Pt::max);
        let high = grows && reach > em * 0.55;
        let half = if high { reach + em * 0.08 } else { em * 0.5 };
        let mut sign = |sign: &str| {
            let wider =
                if high && !sign.starts_with(['|', '‖', '∣', '∥']) { (1.0 + (half / em - 0.5) * 0.25).clamp(1.0, 1.6) } else { 1.0 };
            let first = sign.chars().next().map(String::from);
            first.map(|sign| self.stretched(&sign, style, (axis + half, half - axis), wider).0)
        };
        let mut set = MathBox::default();
        let signs = (sign(open), sign(between), sign(close));
        set.push(signs.0.unwrap_or_default());
        for (at, part) in parts.into_iter().enumerate() {
            if at > 0 {
                set.push(signs.1.clone().unwrap_or_default());
            }
            set.push(part);
        }
        set.push(signs.2.unwrap_or_default());
        set
    }

    /// Rows of cells around the axis.
    fn table(&mut self, rows: &[Vec<Vec<Math>>], align: &dyn Fn(usize) -> Align, between: f32, style: Style) -> MathBox {
        let (em, axis) = (self.em(style), self.axis(style));
        let cells: Vec<Vec<MathBox>> = rows.iter().map(|row| row.iter().map(|cell| self.row(cell, style)).collect()).collect();
        let mut widths: Vec<Pt> = Vec::new();
        for row in &cells {
            for (column, cell) in row.iter().enumerate() {
                match widths.get_mut(column) {
                    Some(width) => *width = width.max(cell.width),
                    None => widths.push(cell.width),
                }
            }
        }
        let extent = |row: &Vec<MathBox>| {
            let least = (em * LEAST.0, em * LEAST.1);
            row.iter().fold(least, |(up, down), cell| (up.max(cell.ascent), down.max(cell.descent)))
        };
        let extents: Vec<(Pt, Pt)> = cells.iter().map(extent).collect();
        let gaps = em * ROWS * cells.len().saturating_sub(1) as f32;
        let height: Pt = extents.iter().map(|(up, down)| *up + *down).sum::<Pt>() + gaps;
        let mut set = MathBox::default();
        let mut y = -axis - height / 2.0;
        for (row, (up, down)) in cells.into_iter().zip(extents) {
            let mut x = Pt::ZERO;
            for (column, cell) in row.into_iter().enumerate() {
                let width = widths.get(column).copied().unwrap_or_default();
                let free = width - cell.width;
                let shift = match align(column) {
                    Align::Left => Pt::ZERO,
                    Align::Right => free,
                    _ => free / 2.0,
                };
                set.put(cell, x + shift, y + up);
                x += width + em * between;
            }
            y += up + down + em * ROWS;
        }
        set.width = widths.iter().copied().sum::<Pt>() + em * between * widths.len().saturating_sub(1) as f32;
        set
    }

    /// A brace or an arrow as wide as what it is over.
    fn group(&mut self, sign: &str, above: bool, body: &[Math], style: Style) -> MathBox {
        let em = self.em(style);
        let mut set = self.row(body, style);
        if let Some(steps) = brace(sign, set.width, em * 0.3) {
            // No bundled font has these signs.
            let width = self.rule(style);
            let color = text_color(self.context.background, self.props);
            let stroke = Some(Stroke { color, width, dash: Vec::new(), round: true });
            let path = Path { steps, fill: None, opacity: 1.0, stroke, even_odd: false };
            let ink = Ink { items: vec![Item { tag: None, shape: Shape::Path(path) }], ..Ink::default() };
            let y = if above { -(set.ascent + em * 0.1) } else { set.descent + em * 0.1 + em * 0.3 };
            set.put(MathBox { width: set.width, ascent: em * 0.3, descent: Pt::ZERO, ink }, Pt::ZERO, y);
            return set;
        }
        let look = self.sign_look(style);
        let (plain, (left, right)) = self.glyphs(sign, &look);
        if right - left <= Pt(0.01) {
            return set;
        }
        let wider = (set.width / (right - left)).clamp(0.2, 200.0);
        let (ascent, descent) = (plain.ascent, plain.descent);
        let ink = plain.ink.into_group([wider, 0.0, 0.0, 1.0, (-left * wider).0, 0.0], None);
        let y = if above { -(set.ascent + em * 0.08 + descent) } else { set.descent + em * 0.08 + ascent };
        let width = set.width;
        set.put(MathBox { width, ascent, descent, ink }, Pt::ZERO, y);
        set
    }

    fn accent(&mut self, sign: &str, body: &[Math], style: Style) -> MathBox {
        let (em, rule) = (self.em(style), self.rule(style));
        let mut set = self.row(body, style);
        let (spacing, stretches) = match sign.chars().next() {
            Some('\u{300}') => ("`", false),
            Some('\u{301}') => ("´", false),
            Some('\u{302}') => ("ˆ", true),
            Some('\u{303}') => ("˜", true),
            Some('\u{304}' | '\u{305}' | '¯' | '‾') => {
                let height = set.ascent + em * 0.12;
                let line = self.stroke((Pt::ZERO, set.width), height, rule);
                set.ink.append(line);
                set.ascent = height + rule;
                return set;
            }
            Some('\u{306}') => ("˘", false),
            Some('\u{307}') => ("˙", false),
            Some('\u{308}') => ("¨", false),
            Some('\u{30A}') => ("˚", false),
            Some('\u{30C}') => ("ˇ", true),
            Some('\u{20D6}') => ("←", true),
            Some('\u{20D7}') => ("→", true),
            Some('\u{20E1}') => ("↔", true),
            _ => (sign, false),
        };
        let arrow = matches!(spacing, "←" | "→" | "↔");
        let look = self.sign_look(if arrow { style.script() } else { style });
        let (plain, (left, right)) = self.glyphs(spacing, &look);
        let own = right - left;
        let wanted = if stretches && own > Pt(0.01) { (set.width * 0.9 / own).clamp(if arrow { 0.5 } else { 1.0 }, 4.0) } else { 1.0 };
        let (ascent, descent) = (plain.ascent, plain.descent);
        let middle = set.width / 2.0 - (left + own / 2.0) * wanted;
        let ink = if wanted == 1.0 { plain.ink } else { plain.ink.into_group([wanted, 0.0, 0.0, 1.0, 0.0, 0.0], None) };
        let y = -(set.ascent + em * 0.06 + descent);
        let width = set.width;
        set.put(MathBox { width: Pt::ZERO, ascent, descent, ink }, middle, y);
        set.width = width;
        set
    }

    fn framed(&mut self, [top, right, bottom, left]: [bool; 4], body: &[Math], style: Style) -> MathBox {
        let (pad, rule) = (self.em(style) * 0.15, self.rule(style));
        let body = self.row(body, style);
        let width = body.width + pad * 2.0;
        let (up, down) = (body.ascent + pad, body.descent + pad);
        let mut set = MathBox::default();
        set.put(body, pad, Pt::ZERO);
        let color: Rgb = text_color(self.context.background, self.props);
        let corners = [(Pt::ZERO, -up), (width, -up), (width, down), (Pt::ZERO, down)];
        for (side, drawn) in [top, right, bottom, left].into_iter().enumerate() {
            if drawn {
                let stroke = Stroke { color, width: rule, dash: Vec::new(), round: false };
                set.ink.line(corners[side], corners[(side + 1) % 4], stroke, None);
            }
        }
        (set.width, set.ascent, set.descent) = (width, up + rule / 2.0, down + rule / 2.0);
        set
    }
}

/// A brace, bracket or parenthesis that lies on a baseline, so wide and high; `None` for other signs.
fn brace(sign: &str, width: Pt, height: Pt) -> Option<Vec<PathStep>> {
    let (kind, over) = match sign.chars().next()? {
        '⏞' => ('{', true),
        '⏟' => ('{', false),
        '⎴' => ('[', true),
        '⎵' => ('[', false),
        '⏜' => ('(', true),
        '⏝' => ('(', false),
        _ => return None,
    };
    // Drawn as it lies below something: from its upper left end.
    let y = |share: f32| if over { -(height * share) } else { height * (share - 1.0) };
    let x = |share: f32| width * share;
    let bend = (height * 0.8).min(width / 4.0);
    Some(match kind {
        '[' => vec![
            PathStep::Move(x(0.0), y(0.0)),
            PathStep::Line(x(0.0), y(1.0)),
            PathStep::Line(x(1.0), y(1.0)),
            PathStep::Line(x(1.0), y(0.0)),
        ],
        '(' => vec![PathStep::Move(x(0.0), y(0.0)), PathStep::Curve(bend, y(1.0), width - bend, y(1.0), x(1.0), y(0.0))],
        _ => vec![
            PathStep::Move(x(0.0), y(0.0)),
            PathStep::Curve(x(0.0), y(0.5), Pt::ZERO, y(0.5), bend, y(0.5)),
            PathStep::Line(x(0.5) - bend, y(0.5)),
            PathStep::Curve(x(0.5), y(0.5), x(0.5), y(0.5), x(0.5), y(1.0)),
            PathStep::Curve(x(0.5), y(0.5), x(0.5), y(0.5), x(0.5) + bend, y(0.5)),
            PathStep::Line(width - bend, y(0.5)),
            PathStep::Curve(x(1.0), y(0.5), x(1.0), y(0.5), x(1.0), y(0.0)),
        ],
    })
}

fn place(set: &mut MathBox, (part, there): (MathBox, bool), (x, y): (Pt, Pt)) {
    if there {
        set.put(part, x, y);
    }
}
