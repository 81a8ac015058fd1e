//! Run properties (ECMA-376 part 1, 17.3.2): one level of the cascade, and how levels make a whole.

use std::sync::Arc;

use super::model::{Border, RunProps, UnderlineStyle, VerticalPosition};
use super::theme::Theme;
use super::values::{border, color, font_size, half_points, highlight, integer, is_on, shading, share, switched, twips};
use super::xml::Node;
use crate::graphics::Rgb;
use crate::units::{HalfPoints, Twips};

/// Toggle properties: styles that both set one cancel each other out (17.7.3).
#[derive(Debug, Clone, Copy)]
enum Toggle {
    Bold,
    BoldComplex,
    Italic,
    ItalicComplex,
    Caps,
    SmallCaps,
    Strike,
    Vanish,
    Effect,
}

const TOGGLES: usize = 9;

/// What one level of the cascade says; `None` = nothing.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct RunPatch {
    font: Option<Arc<str>>,
    font_east_asia: Option<Arc<str>>,
    font_cs: Option<Arc<str>>,
    size: Option<HalfPoints>,
    size_cs: Option<HalfPoints>,
    toggles: [Option<bool>; TOGGLES],
    double_strike: Option<bool>,
    underline: Option<Option<(UnderlineStyle, Option<Rgb>)>>,
    pub(super) color: Option<Option<Rgb>>,
    highlight: Option<Option<Rgb>>,
    shading: Option<Option<Rgb>>,
    vertical: Option<VerticalPosition>,
    raise: Option<HalfPoints>,
    spacing: Option<Twips>,
    scale: Option<u32>,
    kern: Option<Option<HalfPoints>>,
    rtl: Option<bool>,
    complex: Option<bool>,
    border: Option<Option<Border>>,
    lang: Option<Arc<str>>,
}

/// Later wins, where it says something.
macro_rules! overlay {
    ($below:expr, $above:expr, $($field:ident),+) => {
        $(if $above.$field.is_some() { $below.$field.clone_from(&$above.$field); })+
    };
}

impl RunPatch {
    /// What a document without defaults of its own has: Calibri at 11 points with pair kerning (measured on LibreOffice 7.4; an empty `w:rPrDefault` means Times New Roman at 10).
    pub(super) fn without_defaults() -> Self {
        Self { font: Some("Calibri".into()), size: Some(HalfPoints(22)), kern: Some(Some(HalfPoints(1))), ..Self::default() }
    }

    /// Reads `w:rPr`.
    pub(super) fn read(node: Node<'_>, theme: &Theme) -> Self {
        let mut patch = Self::default();
        for property in node.children() {
            patch.property(property, theme);
        }
        patch
    }

    fn property(&mut self, node: Node<'_>, theme: &Theme) {
        let val = node.val();
        match node.name() {
            "w:rFonts" => self.fonts(node, theme),
            "w:sz" => overwrite(&mut self.size, val.and_then(font_size)),
            "w:szCs" => overwrite(&mut self.size_cs, val.and_then(font_size)),
            "w:b" => self.toggle(Toggle::Bold, node),
            "w:bCs" => self.toggle(Toggle::BoldComplex, node),
            "w:i" => self.toggle(Toggle::Italic, node),
            "w:iCs" => self.toggle(Toggle::ItalicComplex, node),
            "w:caps" => self.toggle(Toggle::Caps, node),
            "w:smallCaps" => self.toggle(Toggle::SmallCaps, node),
            "w:strike" => self.toggle(Toggle::Strike, node),
            "w:vanish" | "w:specVanish" => self.toggle(Toggle::Vanish, node),
            "w:outline" | "w:shadow" | "w:emboss" | "w:imprint" => self.toggle(Toggle::Effect, node),
            "w:dstrike" => self.double_strike = Some(switched(node)),
            "w:u" => overwrite(&mut self.underline, underline(node, theme)),
            "w:color" => overwrite(&mut self.color, color(node, "w:val", theme)),
            "w:highlight" => self.highlight = Some(val.and_then(highlight)),
            "w:shd" => self.shading = Some(shading(node, theme)),
            "w:vertAlign" => {
                self.vertical = Some(match val {
                    Some("superscript") => VerticalPosition::Superscript,
                    Some("subscript") => VerticalPosition::Subscript,
                    _ => VerticalPosition::Baseline,
                });
            }
            "w:position" => overwrite(&mut self.raise, val.and_then(half_points)),
            "w:spacing" => overwrite(&mut self.spacing, val.and_then(twips)),
            "w:w" => {
                // 0 is as wide as ever (LibreOffice and Spire agree).
                let percent = val.and_then(|text| share(text, 100.0)).map(|share| share * 100.0);
                let percent = percent.map(|percent| if percent < 1.0 { 100 } else { percent.min(600.0) as u32 });
                overwrite(&mut self.scale, percent);
            }
            "w:kern" => {
                overwrite(&mut self.kern, val.and_then(integer).map(|size| (size > 0).then(|| HalfPoints(size.min(3276) as i32))));
            }
            "w:rtl" => self.rtl = Some(switched(node)),
            "w:cs" => self.complex = Some(switched(node)),
            "w:bdr" => self.border = Some(border(node, theme)),
            "w:lang" => overwrite(&mut self.lang, val.map(Arc::from)),
            _ => {}
        }
    }

    /// Theme fonts win over names in the same element (17.3.2.26). Plain letters have the font of `ascii`; what stands in `hAnsi` alone changes none of them (LibreOffice and Spire agree; measured).
    fn fonts(&mut self, node: Node<'_>, theme: &Theme) {
        let family = |themed: &str, named: &str| {
            let family = node.attr(themed).and_then(|name| theme.font(name)).or_else(|| node.attr(named));
            family.filter(|family| !family.trim().is_empty()).map(|family| Arc::from(family.trim()))
        };
        overwrite(&mut self.font, family("w:asciiTheme", "w:ascii"));
        overwrite(&mut self.font_east_asia, family("w:eastAsiaTheme", "w:eastAsia"));
        overwrite(&mut self.font_cs, family("w:cstheme", "w:cs"));
    }

    fn toggle(&mut self, which: Toggle, node: Node<'_>) {
        self.toggles[which as usize] = Some(switched(node));
    }

    /// Lays a later level of the same kind over this one (a style over the one it is based on).
    pub(super) fn overlay(&mut self, above: &Self) {
        overlay!(self, above, font, font_east_asia, font_cs, size, size_cs, double_strike, underline, color, highlight, shading);
        overlay!(self, above, vertical, raise, spacing, scale, kern, rtl, complex, border, lang);
        for (below, above) in self.toggles.iter_mut().zip(&above.toggles) {
            *below = above.or(*below);
        }
    }

    /// The whole: defaults, then the styles (table, paragraph, character), then what the run says itself.
    pub(super) fn resolve(defaults: &Self, styles: &[&Self], direct: &[&Self]) -> RunProps {
        let mut merged = defaults.clone();
        for level in styles {
            let toggles = merged.toggles;
            merged.overlay(level);
            merged.toggles = toggles;
        }
        for (which, value) in merged.toggles.iter_mut().enumerate() {
            // 17.7.3: an odd number of styles that turn it on; the defaults count only when no style says anything.
            let mut said = styles.iter().filter_map(|level| level.toggles[which]).peekable();
            if said.peek().is_some() {
                *value = Some(said.filter(|on| *on).count() % 2 == 1);
            }
        }
        for level in direct {
            merged.overlay(level);
        }
        merged.finish()
    }

    fn finish(self) -> RunProps {
        let on = |which: Toggle| self.toggles[which as usize].unwrap_or(false);
        let (rtl, complex) = (self.rtl.unwrap_or(false), self.complex.unwrap_or(false));
        let as_complex = rtl || complex;
        let font = self.font.unwrap_or_else(|| RunProps::FONT.into());
        RunProps {
            font_east_asia: self.font_east_asia.unwrap_or_else(|| font.clone()),
            font_cs: self.font_cs.unwrap_or_else(|| font.clone()),
            font,
            size: self.size.unwrap_or(RunProps::SIZE),
            size_cs: self.size_cs.unwrap_or(RunProps::SIZE),
            bold: on(if as_complex { Toggle::BoldComplex } else { Toggle::Bold }),
            italic: on(if as_complex { Toggle::ItalicComplex } else { Toggle::Italic }),
            underline: self.underline.flatten(),
            strike: on(Toggle::Strike),
            double_strike: self.double_strike.unwrap_or(false),
            caps: on(Toggle::Caps),
            small_caps: on(Toggle::SmallCaps),
            hidden: on(Toggle::Vanish),
            color: self.color.flatten(),
            highlight: self.highlight.flatten(),
            shading: self.shading.flatten(),
            vertical: self.vertical.unwrap_or_default(),
            raise: self.raise.unwrap_or_default(),
            spacing: self.spacing.unwrap_or_default(),
            scale: self.scale.unwrap_or(100),
            kern_from: self.kern.flatten(),
            rtl,
            complex,
            border: self.border.flatten(),
            lang: self.lang,
            effect: on(Toggle::Effect),
            form_box: false,
        }
    }

    /// A level that only sets a colour.
    pub(super) fn of_color(color: Rgb) -> Self {
        Self { color: Some(Some(color)), ..Self::default() }
    }

    /// The language it sets.
    pub(super) fn lang(&self) -> Option<&str> {
        self.lang.as_deref()
    }
}

/// A value that cannot be read says nothing.
fn overwrite<T>(slot: &mut Option<T>, value: Option<T>) {
    if value.is_some() {
        *slot = value;
    }
}

fn underline(node: Node<'_>, theme: &Theme) -> Option<Option<(UnderlineStyle, Option<Rgb>)>> {
    let style = match node.val()? {
        "none" => return Some(None),
        text if !is_on(text) => return Some(None),
        "double" | "wavyDouble" => UnderlineStyle::Double,
        "thick" | "dottedHeavy" | "dashedHeavy" | "dashLongHeavy" | "dashDotHeavy" | "dashDotDotHeavy" => UnderlineStyle::Thick,
        "dotted" => UnderlineStyle::Dotted,
        "dash" | "dashLong" | "dotDash" | "dotDotDash" => UnderlineStyle::Dash,
        "wave" | "wavyHeavy" => UnderlineStyle::Wave,
        "words" => UnderlineStyle::Words,
        _ => UnderlineStyle::Single,
    };
    Some(Some((style, color(node, "w:color", theme).flatten())))
}
