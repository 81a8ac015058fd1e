//! How much of Word is laid out: each feature with a small document of our own.
//!
//! `features` goes through what real documents use, one line a feature; `rules` holds the places that LibreOffice 7.4 gives the words of features that are seldom.

mod features;
mod rules;

use crate::measured::{DEFAULTS, NAMESPACES, PAGE, Place};
use crate::support::texts;
use crate::support::zip_of;
use docx_to_pdf::fonts::Fonts;
use docx_to_pdf::layout::frame::Frames;
use docx_to_pdf::layout::layout;
use docx_to_pdf::package::{Limits, Package};
use docx_to_pdf::warning::Warning;

/// A document in pieces.
#[derive(Default)]
pub(crate) struct Sheet {
    /// The body without its last section's properties.
    pub(crate) body: String,
    /// What the last section says beside its size.
    pub(crate) section: String,
    /// Content of the settings.
    pub(crate) settings: String,
    /// Compatibility mode; 15 where it is 0.
    pub(crate) mode: u32,
    /// Compatibility settings.
    pub(crate) compat: String,
    /// The document's defaults and the Normal style, where they are others than usual.
    pub(crate) defaults: String,
    /// Styles beside the default one.
    pub(crate) styles: String,
    /// Lists.
    pub(crate) numbering: String,
    /// Notes of type and text.
    pub(crate) footnotes: String,
    pub(crate) endnotes: String,
    /// Header and footer.
    pub(crate) header: String,
    pub(crate) footer: String,
    /// What stands before the body.
    pub(crate) background: String,
    /// A chart (`r:id="chart"`) and a metafile (`r:id="metafile"`).
    pub(crate) chart: String,
    pub(crate) metafile: Vec<u8>,
}

impl Sheet {
    pub(crate) fn body(body: impl Into<String>) -> Self {
        Self { body: body.into(), ..Self::default() }
    }

    pub(crate) fn laid(&self) -> (Frames, Vec<Warning>) {
        let part = |element: &str, content: &str| format!("<w:{element} {NAMESPACES}>{content}</w:{element}>");
        let document = format!("{}<w:body>{}<w:sectPr>{}{PAGE}</w:sectPr></w:body>", self.background, self.body, self.section);
        let usual = format!(r#"{DEFAULTS}<w:style w:type="paragraph" w:default="1" w:styleId="N"><w:name w:val="Normal"/></w:style>"#);
        let styles = format!("{}{}", if self.defaults.is_empty() { &usual } else { &self.defaults }, self.styles);
        let mode = if self.mode == 0 { 15 } else { self.mode };
        let mode = format!(r#"<w:compatSetting w:name="compatibilityMode" w:val="{mode}"/>"#);
        let settings = format!("{}<w:compat>{}{mode}</w:compat>", self.settings, self.compat);
        let link = |kind: &str| format!(r#"<Relationship Id="{kind}" Type="x/{kind}" Target="{kind}.xml"/>"#);
        let kinds = ["styles", "settings", "numbering", "footnotes", "endnotes", "header", "footer"];
        let picture = r#"<Relationship Id="picture" Type="x/image" Target="media/p.png"/><Relationship Id="chart" Type="x/chart" Target="chart.xml"/><Relationship Id="metafile" Type="x/image" Target="media/m.emf"/>"#;
        let links = format!("{}{picture}", kinds.map(link).concat());
        let pictures = format!("<Relationships>{picture}</Relationships>");
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
            ("word/_rels/header.xml.rels", pictures),
        ];
        let mut parts: Vec<(&str, &[u8])> = parts.iter().map(|(name, content)| (*name, content.as_bytes())).collect();
        let png = crate::measured::floats::png();
        parts.push(("word/media/p.png", &png));
        parts.push(("word/chart.xml", self.chart.as_bytes()));
        parts.push(("word/media/m.emf", &self.metafile));
        let package = Package::open(&zip_of(&parts), &Limits::default()).expect("the parts are a package");
        let (document, mut warnings) = docx_to_pdf::document::read(&package).expect("the document can be read");
        let (frames, more) = layout(&document, &Fonts::default());
        warnings.extend(more);
        (frames, warnings)
    }

    pub(crate) fn places(&self) -> Vec<Place> {
        let frames = self.laid().0;
        let pages = frames.pages.iter().enumerate();
        pages.flat_map(|(page, content)| texts(content).into_iter().map(move |(text, x, y)| (page, text, x, y))).collect()
    }

    /// Checks that words stand at these places.
    #[track_caller]
    pub(crate) fn stands(&self, expected: &[(usize, &str, f32, f32)]) {
        let places = self.places();
        for (page, text, x, y) in expected {
            let near =
                |place: &&Place| place.0 == *page && place.1.starts_with(text) && (place.2 - x).abs() < 0.3 && (place.3 - y).abs() < 0.3;
            assert!(places.iter().any(|place| near(&place)), "{text} is not at {x}, {y} of page {page}: {places:?}");
        }
    }
}
