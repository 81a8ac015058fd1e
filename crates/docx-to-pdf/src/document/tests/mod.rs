//! Small documents, one rule each.

mod cascade;
mod drawings;
mod fields;
mod formulas;
mod hostile;
mod lists;
mod sections;
mod tables;
mod vml;

use super::model::{Block, Document, Inline, Paragraph, RunProps, Table};
use super::read;
use crate::package::tests::zip_of;
use crate::package::{Limits, Package};
use crate::warning::Warning;

const NAMESPACES: &str = concat!(
    r#"xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" "#,
    r#"xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" "#,
    r#"xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" "#,
    r#"xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" "#,
    r#"xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture" "#,
    r#"xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" "#,
    r#"xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" "#,
    r#"xmlns:wpg="http://schemas.microsoft.com/office/word/2010/wordprocessingGroup" "#,
    r#"xmlns:wp14="http://schemas.microsoft.com/office/word/2010/wordprocessingDrawing" "#,
    r#"xmlns:v="urn:schemas-microsoft-com:vml" "#,
    r#"xmlns:o="urn:schemas-microsoft-com:office:office" "#,
    r#"xmlns:w10="urn:schemas-microsoft-com:office:word" "#,
    r#"xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math""#,
);

/// A document made of pieces of XML.
#[derive(Default)]
struct Maker {
    parts: Vec<(String, Vec<u8>)>,
    relationships: Vec<String>,
}

impl Maker {
    fn body(body: &str) -> Self {
        let mut maker = Self::default();
        maker.parts.push(("word/document.xml".to_owned(), format!("<w:document {NAMESPACES}><w:body>{body}</w:body></w:document>").into()));
        maker
    }

    fn part(mut self, kind: &str, element: &str, content: &str) -> Self {
        let name = format!("{kind}{}.xml", self.parts.len());
        self.parts.push((format!("word/{name}"), format!("<w:{element} {NAMESPACES}>{content}</w:{element}>").into()));
        self.related(kind, kind, &name)
    }

    fn related(mut self, id: &str, kind: &str, target: &str) -> Self {
        self.relationships.push(format!(r#"<Relationship Id="{id}" Type="x/{kind}" Target="{target}"/>"#));
        self
    }

    fn link(mut self, id: &str, target: &str) -> Self {
        self.relationships.push(format!(r#"<Relationship Id="{id}" Type="x/hyperlink" Target="{target}" TargetMode="External"/>"#));
        self
    }

    fn styles(self, content: &str) -> Self {
        self.part("styles", "styles", content)
    }

    fn numbering(self, content: &str) -> Self {
        self.part("numbering", "numbering", content)
    }

    fn settings(self, content: &str) -> Self {
        self.part("settings", "settings", content)
    }

    fn bytes(mut self, name: &str, data: &[u8]) -> Self {
        self.parts.push((name.to_owned(), data.to_vec()));
        self
    }

    fn package(self) -> Package {
        let relationships = format!("<Relationships>{}</Relationships>", self.relationships.concat());
        let mut parts: Vec<(&str, &[u8])> = self.parts.iter().map(|(name, data)| (name.as_str(), data.as_slice())).collect();
        parts.push(("word/_rels/document.xml.rels", relationships.as_bytes()));
        Package::open(&zip_of(&parts), &Limits::default()).unwrap()
    }

    fn read(self) -> (Document, Vec<Warning>) {
        read(&self.package()).unwrap()
    }

    fn blocks(self) -> Vec<Block> {
        self.read().0.sections.into_iter().flat_map(|section| section.blocks).collect()
    }

    fn paragraphs(self) -> Vec<Paragraph> {
        self.blocks()
            .into_iter()
            .filter_map(|block| match block {
                Block::Paragraph(paragraph) => Some(paragraph),
                Block::Table(_) => None,
            })
            .collect()
    }

    fn paragraph(self) -> Paragraph {
        self.paragraphs().remove(0)
    }

    fn table(self) -> Table {
        let tables = self.blocks().into_iter().filter_map(|block| match block {
            Block::Table(table) => Some(*table),
            Block::Paragraph(_) => None,
        });
        tables.into_iter().next().unwrap()
    }
}

/// All text of a paragraph, with signs for what is not text.
fn text(paragraph: &Paragraph) -> String {
    paragraph
        .content
        .iter()
        .map(|inline| match inline {
            Inline::Text { text, .. } => text.clone(),
            Inline::Tab(_) => "→".to_owned(),
            Inline::Break(kind, _) => format!("[{kind:?}]"),
            Inline::SoftHyphen(_) => "¬".to_owned(),
            Inline::NoBreakHyphen(_) => "‑".to_owned(),
            Inline::Field { field, .. } => format!("{{{field:?}}}"),
            Inline::NoteRef { id, custom_mark, .. } => format!("[note {id} {}]", custom_mark.as_deref().unwrap_or("#")),
            Inline::LinkStart(to) => format!("<{to:?}>"),
            Inline::LinkEnd => "</>".to_owned(),
            Inline::Bookmark(name) => format!("[{name}:]"),
            Inline::Drawing(_) => "▣".to_owned(),
            Inline::Formula(formula) => formula.spoken(),
            Inline::PositionTab { align, .. } => format!("→{align:?}→"),
            Inline::NoteMark(_) => "[mark]".to_owned(),
        })
        .collect()
}

/// The look of the n-th text.
fn look(paragraph: &Paragraph, at: usize) -> &RunProps {
    let mut looks = paragraph.content.iter().filter_map(|inline| match inline {
        Inline::Text { props, .. } => Some(&**props),
        _ => None,
    });
    looks.nth(at).unwrap()
}
