//! The theme: its fonts, colours and line widths (ECMA-376 part 1, 20.1.6).

use std::collections::HashMap;

use super::color;
use super::xml::{Node, Tree};
use crate::graphics::Rgb;
use crate::units::Emu;

/// What documents refer to by name.
#[derive(Debug, Default)]
pub(super) struct Theme {
    /// Colours by slot (`dk1`, `accent1`).
    colors: HashMap<String, Rgb>,
    /// How documents name the slots (`bg1` → `lt1`), from the settings (17.15.1.20).
    mapping: HashMap<String, String>,
    major: FontSet,
    minor: FontSet,
    /// Languages that choose among the theme's fonts per script (17.15.1.88).
    east_asia: Option<String>,
    bidi: Option<String>,
    /// Widths of the line styles.
    lines: Vec<Emu>,
}

#[derive(Debug, Default)]
struct FontSet {
    latin: String,
    east_asia: String,
    complex: String,
    scripts: HashMap<String, String>,
}

impl Theme {
    /// Reads the theme's part.
    pub(super) fn read(tree: &Tree<'_>) -> Self {
        let mut theme = Self::default();
        let Some(elements) = tree.root().and_then(|root| root.child("a:themeElements")) else { return theme };
        if let Some(scheme) = elements.child("a:clrScheme") {
            for slot in scheme.children() {
                let value = slot.children().next().and_then(|value| color::plain(value, &theme));
                theme.colors.extend(value.map(|value| (slot.name().trim_start_matches("a:").to_owned(), value)));
            }
        }
        theme.major = elements.path(&["a:fontScheme", "a:majorFont"]).map(FontSet::read).unwrap_or_default();
        theme.minor = elements.path(&["a:fontScheme", "a:minorFont"]).map(FontSet::read).unwrap_or_default();
        if let Some(lines) = elements.path(&["a:fmtScheme", "a:lnStyleLst"]) {
            theme.lines = lines.children().filter_map(|line| line.attr("w").and_then(super::values::emu)).collect();
        }
        theme
    }

    /// Takes the settings that tell how the theme is used.
    pub(super) fn settings(&mut self, settings: Node<'_>) {
        if let Some(mapping) = settings.child("w:clrSchemeMapping") {
            let names = [
                ("bg1", "w:bg1"),
                ("tx1", "w:t1"),
                ("bg2", "w:bg2"),
                ("tx2", "w:t2"),
                ("background1", "w:bg1"),
                ("text1", "w:t1"),
                ("background2", "w:bg2"),
                ("text2", "w:t2"),
            ];
            for (name, attribute) in names {
                self.mapping.extend(mapping.attr(attribute).map(|slot| (name.to_owned(), slot.to_owned())));
            }
        }
        if let Some(languages) = settings.child("w:themeFontLang") {
            self.east_asia = languages.attr("w:eastAsia").and_then(east_asian_script).map(str::to_owned);
            self.bidi = languages.attr("w:bidi").and_then(bidi_script).map(str::to_owned);
        }
    }

    /// The font behind a theme font's name (`minorHAnsi`; 17.18.96).
    pub(super) fn font(&self, name: &str) -> Option<&str> {
        let set = if name.starts_with("major") { &self.major } else { &self.minor };
        let by_script = |script: &Option<String>| script.as_ref().and_then(|script| set.scripts.get(script)).map(String::as_str);
        let family = if name.ends_with("EastAsia") {
            if set.east_asia.is_empty() { by_script(&self.east_asia) } else { Some(set.east_asia.as_str()) }
        } else if name.ends_with("Bidi") {
            if set.complex.is_empty() { by_script(&self.bidi) } else { Some(set.complex.as_str()) }
        } else {
            Some(set.latin.as_str())
        };
        family.filter(|family| !family.is_empty())
    }

    /// The colour behind a slot's name (`accent1`, `bg1`, `dark1`).
    pub(super) fn color(&self, name: &str) -> Option<Rgb> {
        let mapped = self.mapping.get(name).map_or(name, String::as_str);
        let slot = match mapped {
            "dark1" | "tx1" | "text1" => "dk1",
            "light1" | "bg1" | "background1" => "lt1",
            "dark2" | "tx2" | "text2" => "dk2",
            "light2" | "bg2" | "background2" => "lt2",
            "hyperlink" => "hlink",
            "followedHyperlink" => "folHlink",
            slot => slot,
        };
        self.colors.get(slot).copied()
    }

    /// A colour made lighter and darker in 255ths (17.3.2.6: by its luminance).
    pub(super) fn tinted(base: Rgb, tint: Option<u8>, shade: Option<u8>) -> Rgb {
        let mut hsl = color::Hsl::from(base);
        if let Some(shade) = shade {
            hsl.l *= f32::from(shade) / 255.0;
        }
        if let Some(tint) = tint {
            let tint = f32::from(tint) / 255.0;
            hsl.l = hsl.l * tint + (1.0 - tint);
        }
        hsl.rgb()
    }

    /// The width of a line style by its number, from 1.
    pub(super) fn line_width(&self, index: usize) -> Option<Emu> {
        self.lines.get(index.checked_sub(1)?).copied()
    }
}

impl FontSet {
    fn read(node: Node<'_>) -> Self {
        let face = |name: &str| node.child(name).and_then(|font| font.attr("typeface")).unwrap_or_default().to_owned();
        let scripts = node
            .children()
            .filter(|font| font.name() == "a:font")
            .filter_map(|font| Some((font.attr("script")?.to_owned(), font.attr("typeface")?.to_owned())))
            .collect();
        Self { latin: face("a:latin"), east_asia: face("a:ea"), complex: face("a:cs"), scripts }
    }
}

fn east_asian_script(language: &str) -> Option<&'static str> {
    Some(match language.split('-').next()? {
        "ja" => "Jpan",
        "ko" => "Hang",
        "zh" if language.contains("TW") || language.contains("HK") || language.contains("Hant") => "Hant",
        "zh" => "Hans",
        _ => return None,
    })
}

fn bidi_script(language: &str) -> Option<&'static str> {
    Some(match language.split('-').next()? {
        "ar" | "fa" | "ur" => "Arab",
        "he" => "Hebr",
        "th" => "Thai",
        "hi" => "Deva",
        _ => return None,
    })
}
