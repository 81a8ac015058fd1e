//! Paragraph properties (ECMA-376 part 1, 17.3.1): one level of the cascade, and how levels make a whole.

use std::sync::Arc;

use super::model::{
    Align, Border, DropCap, FloatPosition, Frame, HorizontalBase, Leader, LineSpacing, Offset, ParagraphBorders, ParagraphProps, TabKind,
    TabStop, TextAlignment, VerticalBase,
};
use super::theme::Theme;
use super::values::{border, integer, is_on, shading, switched, twips};
use super::xml::Node;
use crate::graphics::Rgb;
use crate::units::{Emu, Twips};

/// A character's width for indents that count characters (17.3.1.12), in hundredths: Word's own default of 10.5 pt.
const CHARACTER: f64 = 2.1;

/// How lines are spaced, before the rule and the number are brought together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LineRule {
    Auto,
    AtLeast,
    Exact,
}

/// What one level of the cascade says; `None` = nothing.
#[derive(Debug, Clone, Default)]
pub(super) struct ParagraphPatch {
    pub(super) outline: Option<u8>,
    align: Option<Align>,
    /// In a right-to-left paragraph left means the start, which is its right edge.
    left: Option<Twips>,
    right: Option<Twips>,
    first: Option<Twips>,
    before: Option<Twips>,
    after: Option<Twips>,
    before_auto: Option<bool>,
    after_auto: Option<bool>,
    contextual: Option<bool>,
    line: Option<Twips>,
    rule: Option<LineRule>,
    keep_next: Option<bool>,
    keep_lines: Option<bool>,
    page_break_before: Option<bool>,
    widow_control: Option<bool>,
    /// Stops by position; `None` = cleared.
    tabs: Vec<(i32, Option<TabStop>)>,
    top: Option<Option<Border>>,
    border_right: Option<Option<Border>>,
    bottom: Option<Option<Border>>,
    border_left: Option<Option<Border>>,
    between: Option<Option<Border>>,
    bar: Option<Option<Border>>,
    shading: Option<Option<Rgb>>,
    rtl: Option<bool>,
    snap: Option<bool>,
    suppress_line_numbers: Option<bool>,
    text_alignment: Option<TextAlignment>,
    frame: FramePatch,
    /// `w:numPr`: list and level, each where given.
    pub(super) number: Option<NumberRef>,
}

/// What `w:numPr` says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct NumberRef {
    pub(super) list: Option<i32>,
    pub(super) level: Option<u8>,
}

impl NumberRef {
    /// Whether it takes its paragraph out of any list (17.9.18).
    pub(super) fn is_no_list(self) -> bool {
        self.list == Some(0)
    }
}

macro_rules! overlay {
    ($below:expr, $above:expr, $($field:ident),+) => {
        $(if $above.$field.is_some() { $below.$field = $above.$field; })+
    };
}

impl ParagraphPatch {
    /// Without indents at the left: what list 0 says in place of a list's indents (LibreOffice and Spire agree; measured).
    pub(super) fn unindent(&mut self) {
        (self.left, self.first) = (Some(Twips(0)), Some(Twips(0)));
    }

    /// Reads `w:pPr`.
    pub(super) fn read(node: Node<'_>, theme: &Theme) -> Self {
        let mut patch = Self::default();
        for property in node.children() {
            patch.property(property, theme);
        }
        patch
    }

    fn property(&mut self, node: Node<'_>, theme: &Theme) {
        match node.name() {
            "w:outlineLvl" => self.outline = node.val().and_then(integer).map(|level| level.clamp(0, 9) as u8),
            "w:jc" => self.align = node.val().and_then(alignment).or(self.align),
            "w:ind" => self.indents(node),
            "w:spacing" => self.spacing(node),
            "w:contextualSpacing" => self.contextual = Some(switched(node)),
            "w:keepNext" => self.keep_next = Some(switched(node)),
            "w:keepLines" => self.keep_lines = Some(switched(node)),
            "w:pageBreakBefore" => self.page_break_before = Some(switched(node)),
            "w:widowControl" => self.widow_control = Some(switched(node)),
            "w:tabs" => self.tabs(node),
            "w:pBdr" => self.borders(node, theme),
            "w:shd" => self.shading = Some(shading(node, theme)),
            "w:bidi" => self.rtl = Some(switched(node)),
            "w:snapToGrid" => self.snap = Some(switched(node)),
            "w:suppressLineNumbers" => self.suppress_line_numbers = Some(switched(node)),
            "w:textAlignment" => {
                self.text_alignment = Some(match node.val() {
                    Some("baseline") => TextAlignment::Baseline,
                    Some("top") => TextAlignment::Top,
                    Some("center") => TextAlignment::Center,
                    Some("bottom") => TextAlignment::Bottom,
                    _ => TextAlignment::Auto,
                });
            }
            "w:framePr" => self.frame.overlay(&FramePatch::read(node)),
            "w:numPr" => {
                let number = |name: &str| node.child_val(name).and_then(integer);
                self.number = Some(NumberRef {
                    list: number("w:numId").map(|list| list.clamp(0, i64::from(i32::MAX)) as i32),
                    level: number("w:ilvl").map(|level| level.clamp(0, 8) as u8),
                });
            }
            _ => {}
        }
    }

    fn indents(&mut self, node: Node<'_>) {
        let measure = |names: [&str; 2], characters: [&str; 2]| {
            let exact = names.iter().find_map(|name| node.attr(name)).and_then(twips);
            exact.or_else(|| {
                // No characters at all take no indent away (LibreOffice and Spire agree; measured).
                let count = characters.iter().find_map(|name| node.attr(name)).and_then(integer).filter(|count| *count != 0)?;
                Some(Twips((count.clamp(-10_000, 10_000) as f64 * CHARACTER) as i32))
            })
        };
        self.left = measure(["w:left", "w:start"], ["w:leftChars", "w:startChars"]).or(self.left);
        self.right = measure(["w:right", "w:end"], ["w:rightChars", "w:endChars"]).or(self.right);
        // A hanging indent wins over a first-line one in the same element (17.3.1.12).
        let hanging = measure(["w:hanging"; 2], ["w:hangingChars"; 2]).map(|hanging| Twips(-hanging.0));
        self.first = hanging.or_else(|| measure(["w:firstLine"; 2], ["w:firstLineChars"; 2])).or(self.first);
    }

    fn spacing(&mut self, node: Node<'_>) {
        let measure = |name: &str| node.attr(name).and_then(twips);
        // Spacing in lines counts hundredths of a line of 12 pt. 17.3.1.33 lets it win over the plain number;
        // Word writes both and keeps the plain one up to date with the grid's real line, so that one is taken where it is there (LibreOffice and Spire agree; measured).
        let lines = |name: &str| {
            node.attr(name).and_then(integer).filter(|count| *count > 0).map(|count| Twips((count.min(100_000) * 240 / 100) as i32))
        };
        self.before = measure("w:before").or_else(|| lines("w:beforeLines")).or(self.before);
        self.after = measure("w:after").or_else(|| lines("w:afterLines")).or(self.after);
        self.before_auto = node.attr("w:beforeAutospacing").map(is_on).or(self.before_auto);
        self.after_auto = node.attr("w:afterAutospacing").map(is_on).or(self.after_auto);
        // A line without a rule keeps that of a style below (LibreOffice and Spire agree; measured).
        self.line = measure("w:line").or(self.line);
        self.rule = match node.attr("w:lineRule") {
            Some("exact") => Some(LineRule::Exact),
            Some("atLeast") => Some(LineRule::AtLeast),
            Some("auto") => Some(LineRule::Auto),
            _ => self.rule,
        };
    }

    fn tabs(&mut self, node: Node<'_>) {
        for tab in node.children().filter(|tab| tab.name() == "w:tab") {
            let Some(position) = tab.attr("w:pos").and_then(twips) else { continue };
            let kind = match tab.val().unwrap_or("left") {
                "clear" => {
                    self.set_tab(position, None);
                    continue;
                }
                "center" => TabKind::Center,
                "right" | "end" => TabKind::Right,
                "decimal" => TabKind::Decimal,
                "bar" => TabKind::Bar,
                _ => TabKind::Left,
            };
            self.set_tab(position, Some(TabStop { position, kind, leader: leader(tab.attr("w:leader")) }));
        }
    }

    fn set_tab(&mut self, position: Twips, stop: Option<TabStop>) {
        match self.tabs.binary_search_by_key(&position.0, |(at, _)| *at) {
            Ok(found) => self.tabs[found].1 = stop,
            Err(place) => self.tabs.insert(place, (position.0, stop)),
        }
    }

    fn borders(&mut self, node: Node<'_>, theme: &Theme) {
        for side in node.children() {
            let line = Some(border(side, theme));
            match side.name() {
                "w:top" => self.top = line,
                "w:right" | "w:end" => self.border_right = line,
                "w:bottom" => self.bottom = line,
                "w:left" | "w:start" => self.border_left = line,
                "w:between" => self.between = line,
                "w:bar" => self.bar = line,
                _ => {}
            }
        }
    }

    /// Lays a later level over this one.
    pub(super) fn overlay(&mut self, above: &Self) {
        overlay!(self, above, outline, align, left, right, first, before, after, before_auto, after_auto, contextual, line, rule);
        overlay!(self, above, keep_next, keep_lines, page_break_before, widow_control, top, border_right, bottom, border_left);
        overlay!(self, above, between, bar, shading, rtl, snap, suppress_line_numbers, text_alignment);
        self.frame.overlay(&above.frame);
        for (position, stop) in &above.tabs {
            self.set_tab(Twips(*position), *stop);
        }
        if let Some(above) = above.number {
            let below = self.number.unwrap_or_default();
            self.number = Some(NumberRef { list: above.list.or(below.list), level: above.level.or(below.level) });
        }
    }

    /// Makes no frame: one in the document's defaults, as Apple Pages writes it with zeros, would hold every paragraph (LibreOffice and Spire ignore it; measured).
    pub(super) fn without_frame(mut self) -> Self {
        self.frame = FramePatch::default();
        self
    }

    /// The whole. Left and right change sides in right-to-left paragraphs (17.3.1.6).
    pub(super) fn finish(&self, style: &Arc<str>, style_name: &Arc<str>) -> ParagraphProps {
        let base = ParagraphProps::default();
        let rtl = self.rtl.unwrap_or(false);
        let (mut left, mut right) = (self.left.unwrap_or_default(), self.right.unwrap_or_default());
        let mut align = self.align.unwrap_or_default();
        if rtl {
            std::mem::swap(&mut left, &mut right);
            align = match align {
                Align::Left => Align::Right,
                Align::Right => Align::Left,
                other => other,
            };
        }
        let line = self.line.unwrap_or(Twips(240));
        ParagraphProps {
            style: Arc::clone(style),
            style_name: Arc::clone(style_name),
            outline_level: self.outline.filter(|level| *level < 9),
            align,
            indent_left: left,
            indent_right: right,
            indent_first: self.first.unwrap_or_default(),
            space_before: Twips(self.before.unwrap_or_default().0.max(0)),
            space_after: Twips(self.after.unwrap_or_default().0.max(0)),
            space_before_auto: self.before_auto.unwrap_or(false),
            space_after_auto: self.after_auto.unwrap_or(false),
            contextual_spacing: self.contextual.unwrap_or(false),
            line: match self.rule.unwrap_or(LineRule::Auto) {
                // Zero means a line of its natural height; a negative one is exact (Word writes both).
                LineRule::Auto if line.0 > 0 => LineSpacing::Auto(line.0),
                LineRule::Exact if line.0 > 0 => LineSpacing::Exact(line),
                LineRule::AtLeast if line.0 > 0 => LineSpacing::AtLeast(line),
                _ if line.0 < 0 => LineSpacing::Exact(Twips(-line.0)),
                _ => LineSpacing::Auto(240),
            },
            keep_next: self.keep_next.unwrap_or(false),
            keep_lines: self.keep_lines.unwrap_or(false),
            page_break_before: self.page_break_before.unwrap_or(false),
            widow_control: self.widow_control.unwrap_or(base.widow_control),
            tabs: self.tabs.iter().filter_map(|(_, stop)| *stop).collect(),
            borders: ParagraphBorders {
                sides: super::model::Borders {
                    top: self.top.flatten(),
                    right: self.border_right.flatten(),
                    bottom: self.bottom.flatten(),
                    left: self.border_left.flatten(),
                },
                between: self.between.flatten(),
                bar: self.bar.flatten(),
            },
            shading: self.shading.flatten(),
            rtl,
            snap_to_grid: self.snap.unwrap_or(base.snap_to_grid),
            suppress_line_numbers: self.suppress_line_numbers.unwrap_or(false),
            text_alignment: self.text_alignment.unwrap_or_default(),
            frame: self.frame.finish(),
        }
    }
}

/// Horizontal alignment (17.18.44); `None` for what we do not know.
pub(super) fn alignment(name: &str) -> Option<Align> {
    Some(match name {
        "left" | "start" => Align::Left,
        "center" => Align::Center,
        "right" | "end" => Align::Right,
        "both" | "lowKashida" | "mediumKashida" | "highKashida" | "thaiDistribute" => Align::Justify,
        "distribute" => Align::Distribute,
        _ => return None,
    })
}

/// What fills the space before a stop (17.18.72).
pub(super) fn leader(name: Option<&str>) -> Leader {
    match name {
        Some("dot") => Leader::Dot,
        Some("hyphen") => Leader::Hyphen,
        Some("underscore") => Leader::Underscore,
        Some("middleDot") => Leader::MiddleDot,
        Some("heavy") => Leader::Heavy,
        _ => Leader::None,
    }
}

/// What one level says about a frame: each attribute is inherited by itself (17.3.1.11).
#[derive(Debug, Clone, Default)]
struct FramePatch {
    /// Apart, as nearly no paragraph has any, and all levels of all paragraphs are copied.
    attributes: Option<Box<[Option<String>; FRAME.len()]>>,
}

/// The attributes of `w:framePr`, in the order they are kept.
const FRAME: [&str; 14] = [
    "w:w",
    "w:h",
    "w:hRule",
    "w:hSpace",
    "w:vSpace",
    "w:wrap",
    "w:dropCap",
    "w:lines",
    "w:hAnchor",
    "w:vAnchor",
    "w:x",
    "w:xAlign",
    "w:y",
    "w:yAlign",
];

impl FramePatch {
    fn read(node: Node<'_>) -> Self {
        Self { attributes: Some(Box::new(FRAME.map(|name| node.attr(name).map(str::to_owned)))) }
    }

    fn overlay(&mut self, above: &Self) {
        let Some(above) = &above.attributes else { return };
        let below = self.attributes.get_or_insert_default();
        let place = |name: &str| FRAME.iter().position(|known| *known == name).unwrap_or_default();
        for (distance, aligned) in [("w:x", "w:xAlign"), ("w:y", "w:yAlign")] {
            // A distance stands in for an alignment that comes from below (LibreOffice and Spire agree; measured).
            if above[place(distance)].is_some() {
                below[place(aligned)] = None;
            }
        }
        for (below, above) in below.iter_mut().zip(above.iter()) {
            if above.is_some() {
                below.clone_from(above);
            }
        }
    }

    fn attr(&self, name: &str) -> Option<&str> {
        let at = FRAME.iter().position(|known| *known == name)?;
        self.attributes.as_ref()?[at].as_deref()
    }

    /// Whether the attributes together make a frame: Word takes a style's frame away with `yAlign="inline"` (17.18.108; LibreOffice and Spire agree).
    fn makes_frame(&self) -> bool {
        self.attributes.iter().flat_map(|attributes| attributes.iter()).any(Option::is_some) && self.attr("w:yAlign") != Some("inline")
    }

    fn finish(&self) -> Option<Frame> {
        if !self.makes_frame() {
            return None;
        }
        let measure = |name: &str| self.attr(name).and_then(twips);
        let height = measure("w:h").filter(|height| height.0 > 0);
        let lines = self.attr("w:lines").and_then(integer).unwrap_or(1).clamp(1, 10) as u32;
        let drop_cap = match self.attr("w:dropCap") {
            Some("drop") => Some(DropCap { lines, in_margin: false }),
            Some("margin") => Some(DropCap { lines, in_margin: true }),
            _ => None,
        };
        Some(Frame {
            width: Twips(measure("w:w").unwrap_or_default().0.max(0)),
            height: height.map(|height| (height, self.attr("w:hRule") == Some("exact"))),
            position: float_position(|name| self.attr(name), "w:hAnchor", "w:vAnchor", ["w:x", "w:xAlign", "w:y", "w:yAlign"]),
            space: (measure("w:hSpace").unwrap_or_default(), measure("w:vSpace").unwrap_or_default()),
            wrap: self.attr("w:wrap") != Some("notBeside"),
            through: self.attr("w:wrap") == Some("none"),
            drop_cap,
        })
    }
}

/// Where a frame or a floating table stands (17.3.1.11, 17.4.57): the two share their spelling.
pub(super) fn float_position<'t>(
    attr: impl Fn(&str) -> Option<&'t str>,
    horizontal: &str,
    vertical: &str,
    names: [&str; 4],
) -> FloatPosition {
    let offset = |by: &str, aligned: &str| {
        let distance = Offset::By(Emu(i64::from(attr(by).and_then(twips).unwrap_or_default().0) * 635));
        match attr(aligned) {
            Some("left" | "top") => Offset::Start,
            Some("center") => Offset::Center,
            Some("right" | "bottom") => Offset::End,
            Some("inside") => Offset::Inside,
            Some("outside") => Offset::Outside,
            _ => distance,
        }
    };
    let horizontal = match attr(horizontal) {
        Some("page") => HorizontalBase::Page,
        Some("margin") => HorizontalBase::Margin,
        _ => HorizontalBase::Column,
    };
    let vertical = match attr(vertical) {
        Some("page") => VerticalBase::Page,
        Some("text") => VerticalBase::Paragraph,
        // 17.3.1.11 and 17.4.57 say the page; Word and LibreOffice take the margin, which is 0 in the binary format these attributes come from (MS-DOC 2.9.200 pcVert; measured).
        _ => VerticalBase::Margin,
    };
    FloatPosition { horizontal: (horizontal, offset(names[0], names[1])), vertical: (vertical, offset(names[2], names[3])) }
}
