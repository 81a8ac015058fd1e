//! How much of Word is laid out: each feature with a small document of our own.
//!
//! `features` goes through what real documents use, one line a feature; `rules` holds the places that LibreOffice 7.4 gives the words of features that are seldom.

mod features;
mod rules;

use crate::report::fonts::Fonts;
use crate::report::layout::frame::Frames;
use crate::report::layout::layout;
use crate::report::layout::measured::{DEFAULTS, NAMESPACES, PAGE, Place};
use crate::report::layout::tests::texts;
use crate::report::package::tests::zip_of;
use crate::report::package::{Limits, Package};
use crate::report::warning::Warning;

/// A document in pieces.
#[derive(Default)]
struct Sheet {
    /// The body without its last section's properties.
    body: String,
    /// What the last section says beside its size.
    section: String,
    /// Content of the settings.
    settings: String,
    /// Compatibility settings.
    compat: String,
    /// Styles beside the default one.
    styles: String,
    /// Lists.
    numbering: String,
    /// Notes of type and text.
    footnotes: String,
    endnotes: String,
    /// Header and footer.
    header: String,
    footer: String,
    /// What stands before the body.
    background: String,
}

impl Sheet {
    fn body(body: impl Into<String>) -> Self {
        Self { body: body.into(), ..Self::default() }
    }

    fn laid(&self) -> (Frames, Vec<Warning>) {
        let part = |element: &str, content: &str| format!("<w:{element} {NAMESPACES}>{content}</w:{element}>");
        let document = format!("{}<w:body>{}<w:sectPr>{}{PAGE}</w:sectPr></w:body>", self.background, self.body, self.section);
        let styles = format!(
            r#"{DEFAULTS}<w:style w:type="paragraph" w:default="1" w:styleId="N"><w:name w:val="Normal"/></w:style>{}"#,
            self.styles
        );
        let mode = r#"<w:compatSetting w:name="compatibilityMode" w:val="15"/>"#;
        let settings = format!("{}<w:compat>{}{mode}</w:compat>", self.settings, self.compat);
        let link = |kind: &str| format!(r#"<Relationship Id="{kind}" Type="x/{kind}" Target="{kind}.xml"/>"#);
        let kinds = ["styles", "settings", "numbering", "footnotes", "endnotes", "header", "footer"];
        let links = kinds.map(link).concat();
        let parts = [
            ("word/document.xml", part("document", &document)),
            ("word/styles.xml", part("styles", &styles)),
            ("word/settings.xml", part("settings", &settings)),
            ("word/numbering.xml", part("numbering", &self.numbering)),
            ("word/footnotes.xml", part("footnotes", &self.footnotes)),
            ("word/endnotes.xml", part("endnotes", &self.endnotes)),
            ("word/header.xml", part("hdr", &self.header)),
            ("word/footer.xml", part("ftr", &self.footer)),
            ("word/_rels/document.xml.rels", format!("<Relationships>{links}</Relationships>")),
        ];
        let parts: Vec<(&str, &[u8])> = parts.iter().map(|(name, content)| (*name, content.as_bytes())).collect();
        let package = Package::open(&zip_of(&parts), &Limits::default()).expect("the parts are a package");
        let (document, mut warnings) = crate::report::document::read(&package).expect("the document can be read");
        let (frames, more) = layout(&document, &Fonts::default());
        warnings.extend(more);
        (frames, warnings)
    }

    fn places(&self) -> Vec<Place> {
        let frames = self.laid().0;
        let pages = frames.pages.iter().enumerate();
        pages.flat_map(|(page, content)| texts(content).into_iter().map(move |(text, x, y)| (page, text, x, y))).collect()
    }

    /// Checks that words stand at these places.
    #[track_caller]
    fn stands(&self, expected: &[(usize, &str, f32, f32)]) {
        let places = self.places();
        for (page, text, x, y) in expected {
            let near =
                |place: &&Place| place.0 == *page && place.1.starts_with(text) && (place.2 - x).abs() < 0.3 && (place.3 - y).abs() < 0.3;
            assert!(places.iter().any(|place| near(&place)), "{text} is not at {x}, {y} of page {page}: {places:?}");
        }
    }
}
