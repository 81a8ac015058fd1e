//! Where something stands, as its author would say it: "table 2, row 3, cell 1, under Resultados".

#![expect(clippy::format_push_string, reason = "short pieces read best as format strings, and there are few of them")]

use std::collections::HashSet;

use std::fmt;

use serde::Serialize;

use super::scan::Scan;
use crate::report::language::Language;
use crate::report::xml::{Kind, NONE, Tree, unescape};

/// What a part is for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PartKind {
    /// The text itself.
    #[default]
    Body,
    /// A page header.
    Header,
    /// A page footer.
    Footer,
    /// The footnotes.
    Footnotes,
    /// The endnotes.
    Endnotes,
    /// The document's properties (title, author).
    Properties,
}

/// A place in a template. Numbers count from 1; absent where they do not apply.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The part (`word/document.xml`).
    pub part: String,
    /// What the part is for.
    pub kind: PartKind,
    /// The section, in the text itself.
    pub section: Option<usize>,
    /// The nearest heading above.
    pub heading: Option<String>,
    /// The table, counted in its part.
    pub table: Option<usize>,
    /// Its row.
    pub row: Option<usize>,
    /// Its cell.
    pub cell: Option<usize>,
    /// The paragraph: in its cell or text box, else in its part outside of tables.
    pub paragraph: usize,
    /// It stands in a text box.
    pub text_box: bool,
}

impl Place {
    /// In words.
    pub fn describe(&self, language: Language) -> String {
        let pick = |es: &'static str, en: &'static str, pt: &'static str| match language {
            Language::Es => es,
            Language::En => en,
            Language::Pt => pt,
        };
        let kind = match self.kind {
            PartKind::Body => pick("documento", "document", "documento"),
            PartKind::Header => pick("encabezado", "header", "cabeçalho"),
            PartKind::Footer => pick("pie de página", "footer", "rodapé"),
            PartKind::Footnotes => pick("notas al pie", "footnotes", "notas de rodapé"),
            PartKind::Endnotes => pick("notas al final", "endnotes", "notas de fim"),
            PartKind::Properties => pick("propiedades del documento", "document properties", "propriedades do documento"),
        };
        let mut out = kind.to_owned();
        if matches!(self.kind, PartKind::Header | PartKind::Footer) {
            out.push_str(&format!(" ({})", self.part));
        }
        let numbers = [
            (pick("sección", "section", "seção"), self.section.filter(|&section| section > 1)),
            (pick("tabla", "table", "tabela"), self.table),
            (pick("fila", "row", "linha"), self.row),
            (pick("celda", "cell", "célula"), self.cell),
            (pick("párrafo", "paragraph", "parágrafo"), (self.paragraph > 0).then_some(self.paragraph)),
        ];
        for (what, number) in numbers {
            if let Some(number) = number {
                out.push_str(&format!(", {what} {number}"));
            }
        }
        if self.text_box {
            out.push_str(pick(", en un cuadro de texto", ", in a text box", ", em uma caixa de texto"));
        }
        if let Some(heading) = &self.heading {
            out.push_str(&match language {
                Language::Es => format!(", bajo «{heading}»"),
                Language::En => format!(", under “{heading}”"),
                Language::Pt => format!(", sob “{heading}”"),
            });
        }
        out
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.describe(Language::En))
    }
}

/// The places of all paragraphs of a part.
pub(super) struct Places {
    places: Vec<Place>,
}

impl Places {
    /// Walks through a part once.
    pub(super) fn new(scan: &Scan, source: &str, part: &str, kind: PartKind, headings: &HashSet<String>) -> Self {
        let tree = &scan.tree;
        // For each element: how many of its kind its parent (or, for tables, its part) held before.
        let mut ordinal: Vec<usize> = vec![0; tree.elements.len()];
        let mut rows_of: Vec<usize> = vec![0; tree.elements.len()];
        let (mut tables, mut free_paragraphs, mut section) = (0, 0, 1);
        let mut heading: Option<String> = None;
        let mut places = Vec::with_capacity(scan.paragraphs.len());
        let mut next = scan.paragraphs.iter().peekable();
        for (index, element) in tree.elements.iter().enumerate() {
            match element.kind {
                Kind::Table => {
                    tables += 1;
                    ordinal[index] = tables;
                }
                Kind::Row | Kind::Cell if element.parent != NONE => {
                    let owner = tree.ancestor(element.parent, if element.kind == Kind::Row { Kind::Table } else { Kind::Row });
                    let owner = owner.unwrap_or(element.parent);
                    rows_of[owner] += 1;
                    ordinal[index] = rows_of[owner];
                }
                Kind::Paragraph => {
                    let Some(paragraph) = next.next() else { continue };
                    let cell = tree.ancestor(index, Kind::Cell);
                    let text_box = text_box(tree, index, source);
                    let owner = text_box.or(cell);
                    let count = owner.map_or(&mut free_paragraphs, |owner| &mut rows_of[owner]);
                    *count += 1;
                    let number = *count;
                    let row = tree.ancestor(index, Kind::Row);
                    places.push(Place {
                        part: part.to_owned(),
                        kind,
                        section: (kind == PartKind::Body).then_some(section),
                        heading: heading.clone(),
                        table: tree.ancestor(index, Kind::Table).map(|table| ordinal[table]),
                        row: row.map(|row| ordinal[row]),
                        cell: cell.map(|cell| ordinal[cell]),
                        paragraph: number,
                        text_box: text_box.is_some(),
                    });
                    let props = tree.child(index, Kind::ParagraphProps);
                    if props.is_some_and(|props| is_heading(tree, props, source, headings)) && !paragraph.text.trim().is_empty() {
                        heading = Some(super::tags::clip(paragraph.text.trim(), 60));
                    }
                    if props.is_some_and(|props| tree.contains(props, Kind::SectionProps)) {
                        section += 1;
                    }
                }
                _ => {}
            }
        }
        Self { places }
    }

    /// The place of a paragraph.
    pub(super) fn of(&self, paragraph: usize) -> Place {
        self.places.get(paragraph).cloned().unwrap_or_default()
    }
}

/// The text box a paragraph stands in.
fn text_box(tree: &Tree, paragraph: usize, source: &str) -> Option<usize> {
    let mut at = tree.elements[paragraph].parent;
    while at != NONE {
        match tree.elements[at].kind {
            Kind::Cell | Kind::Body => return None,
            Kind::Word if tree.name(at, source) == "txbxContent" => return Some(at),
            _ => at = tree.elements[at].parent,
        }
    }
    None
}

fn is_heading(tree: &Tree, props: usize, source: &str, headings: &HashSet<String>) -> bool {
    tree.children(props).any(|child| match tree.name(child, source) {
        "pStyle" => tree.attribute(child, "val", source).is_some_and(|id| headings.contains(&*unescape(id))),
        "outlineLvl" => true,
        _ => false,
    })
}

/// The ids of heading and title styles, from the styles part.
pub(super) fn heading_styles(styles: &str, tree: &Tree) -> HashSet<String> {
    let mut out = HashSet::new();
    for index in 0..tree.elements.len() {
        if tree.name(index, styles) != "name" {
            continue;
        }
        let name = tree.attribute(index, "val", styles).unwrap_or_default().to_lowercase();
        let style = tree.elements[index].parent;
        if style != NONE
            && ["heading", "title", "título", "titulo"].iter().any(|word| name.starts_with(word))
            && let Some(id) = tree.attribute(style, "styleId", styles)
        {
            out.insert(unescape(id));
        }
    }
    out
}
