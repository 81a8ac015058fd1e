//! A table of contents made anew from the headings there are (ECMA-376 part 1, 17.16.5.68 TOC).
//!
//! The stored entries serve as models: each level keeps the look, tabs and links of its own.

use std::sync::Arc;

use super::code::{Token, behind, has};
use crate::document::model::{Block, Field, Inline, LinkTo, Paragraph, RunProps};

/// No more entries are made.
const MOST_ENTRIES: usize = 2_000;

/// What a TOC field gathers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Gathering {
    /// Heading styles of these levels, from 1.
    headings: Option<(u8, u8)>,
    /// Paragraphs with an outline level too (`\u`).
    outline: bool,
    /// Other styles by their lower-case name, with their level (`\t`).
    styles: Vec<(String, u8)>,
    /// Levels without page numbers (`\n`).
    without_pages: Option<(u8, u8)>,
    /// Between entry and number, in place of a tab (`\p`).
    separator: Option<String>,
}

/// A paragraph that may be an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::document) struct Heading {
    style: String,
    outline: Option<u8>,
    number: Option<String>,
    text: String,
}

impl Heading {
    /// A paragraph with a heading style or an outline level, or `None`.
    pub(in crate::document) fn of(paragraph: &Paragraph, styles: &[String]) -> Option<Self> {
        let (name, outline) = (&paragraph.props.style_name, paragraph.props.outline_level);
        // Most paragraphs are none, which needs no other letters.
        if outline.is_none() && styles.is_empty() && !name.get(..8).is_some_and(|start| start.eq_ignore_ascii_case("heading ")) {
            return None;
        }
        let style = name.to_lowercase();
        if outline.is_none() && !style.starts_with("heading ") && !styles.contains(&style) {
            return None;
        }
        let mut text = String::new();
        for inline in &paragraph.content {
            match inline {
                Inline::Text { text: piece, .. } => text.push_str(piece),
                Inline::Tab(_) | Inline::Break(..) => text.push(' '),
                Inline::NoBreakHyphen(_) => text.push('-'),
                Inline::Formula(formula) => text.push_str(&formula.spoken()),
                _ => {}
            }
        }
        let number = paragraph.number.as_ref().filter(|number| !number.bullet).map(|number| number.text.clone());
        let text = text.trim().to_owned();
        (!text.is_empty()).then_some(Self { style, outline, number, text })
    }

    /// The bookmark that is set before the n-th of them.
    pub(in crate::document) fn bookmark(at: usize) -> String {
        format!("_Contents{at}")
    }
}

impl Gathering {
    /// What the instruction asks for; `None` for tables of figures and others that are not made of headings.
    pub(super) fn read(words: &[Token]) -> Option<Self> {
        if ["\\c", "\\a", "\\f", "\\b", "\\l", "\\d"].iter().any(|switch| has(words, switch)) {
            return None;
        }
        let styles = behind(words, "\\t").next().map(styles).unwrap_or_default();
        let headings = behind(words, "\\o").next().and_then(levels).or_else(|| has(words, "\\o").then_some((1, 9)));
        let outline = has(words, "\\u");
        // Without any switch a TOC gathers the headings.
        let headings = headings.or_else(|| (styles.is_empty() && !outline).then_some((1, 9)));
        let without_pages = has(words, "\\n").then(|| behind(words, "\\n").next().and_then(levels).unwrap_or((1, 9)));
        Some(Self { headings, outline, styles, without_pages, separator: behind(words, "\\p").next().map(str::to_owned) })
    }

    /// Styles named by `\t`.
    pub(super) fn styles(&self) -> impl Iterator<Item = String> + '_ {
        self.styles.iter().map(|(style, _)| style.clone())
    }

    /// The level of a heading in it, from 1.
    fn level(&self, heading: &Heading) -> Option<u8> {
        if let Some((_, level)) = self.styles.iter().find(|(style, _)| *style == heading.style) {
            return Some(*level);
        }
        let (from, to) = self.headings.unwrap_or((1, 9));
        let in_range = |level: &u8| (from..=to).contains(level);
        if self.headings.is_some()
            && let Some(level) = heading.style.strip_prefix("heading ").and_then(|level| level.parse().ok()).filter(in_range)
        {
            return Some(level);
        }
        heading.outline.filter(|_| self.outline).map(|level| level + 1).filter(in_range)
    }

    /// The entries, after the model of the stored ones.
    pub(super) fn entries(&self, stored: &[Block], headings: &[Heading]) -> Vec<Block> {
        let models: Vec<&Paragraph> = stored
            .iter()
            .filter_map(|block| match block {
                Block::Paragraph(paragraph) => Some(paragraph),
                Block::Table(_) => None,
            })
            .collect();
        let gathered = headings.iter().enumerate().filter_map(|(at, heading)| Some((at, heading, self.level(heading)?)));
        let made = gathered.take(MOST_ENTRIES).filter_map(|(at, heading, level)| {
            let of_level = models.iter().find(|model| model.props.style_name.eq_ignore_ascii_case(&format!("toc {level}")));
            let model = of_level.or_else(|| models.first())?;
            Some(Block::Paragraph(self.entry(model, heading, level, Heading::bookmark(at))))
        });
        made.collect()
    }

    fn entry(&self, model: &Paragraph, heading: &Heading, level: u8, bookmark: String) -> Paragraph {
        let look = model.content.iter().find_map(text_look).unwrap_or_else(|| Arc::clone(&model.mark));
        let number_look = model.content.iter().rev().find_map(text_look).unwrap_or_else(|| Arc::clone(&look));
        let mut content = vec![Inline::LinkStart(LinkTo::Bookmark(bookmark.as_str().into()))];
        if let Some(number) = &heading.number {
            content.push(Inline::Text { text: number.clone(), props: Arc::clone(&look) });
            content.push(Inline::Tab(Arc::clone(&look)));
        }
        content.push(Inline::Text { text: heading.text.clone(), props: Arc::clone(&look) });
        if self.without_pages.is_none_or(|(from, to)| !(from..=to).contains(&level)) {
            content.push(match &self.separator {
                Some(text) => Inline::Text { text: text.clone(), props: Arc::clone(&number_look) },
                None => Inline::Tab(Arc::clone(&number_look)),
            });
            content.push(Inline::Field { field: Field::PageRef { bookmark, cached: String::new() }, props: number_look });
        }
        content.push(Inline::LinkEnd);
        Paragraph { content, number: None, ..model.clone() }
    }
}

fn text_look(inline: &Inline) -> Option<Arc<RunProps>> {
    match inline {
        Inline::Text { props, .. } | Inline::Field { props, .. } => Some(Arc::clone(props)),
        _ => None,
    }
}

/// `1-3`.
fn levels(text: &str) -> Option<(u8, u8)> {
    let (from, to) = text.trim().split_once('-')?;
    Some((from.trim().parse().ok()?, to.trim().parse().ok()?))
}

/// `Style;1;Other;2`, with the list sign of any locale.
fn styles(text: &str) -> Vec<(String, u8)> {
    let words: Vec<&str> = text.split([',', ';']).map(str::trim).collect();
    words
        .chunks(2)
        .filter_map(|pair| Some((pair[0].to_lowercase(), pair.get(1)?.parse().ok().filter(|level| (1..=9).contains(level))?)))
        .collect()
}
