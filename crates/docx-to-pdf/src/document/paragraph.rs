//! A paragraph: its properties through the whole cascade, its number, and its content.

use std::rc::Rc;
use std::sync::Arc;

use super::inline::Line;
use super::model::{Align, BreakKind, Inline, Number, NumberFormat, Paragraph, ParagraphProps, RunProps};
use super::numbering::Level;
use super::numerals::NumberLanguage;
use super::paragraph_props::{NumberRef, ParagraphPatch};
use super::read::{Reader, Scope};
use super::run_props::RunPatch;
use super::styles::ParagraphStyle;
use super::symbols;
use super::xml::Node;
use crate::units::Twips;

/// What a `w:p` is.
pub(super) struct ReadParagraph {
    pub(super) paragraph: Paragraph,
    /// Its mark was deleted: it runs on into the next paragraph.
    pub(super) deleted_mark: bool,
    /// All its text is hidden, or its mark where it has none: it takes no room (17.3.2.41).
    pub(super) invisible: bool,
}

/// What a paragraph's properties mean in their surroundings.
pub(super) struct ParagraphLook {
    style: Rc<ParagraphStyle>,
    props: Arc<ParagraphProps>,
    /// The look of text that says nothing itself.
    base: Arc<RunProps>,
    mark: Arc<RunProps>,
    mark_style: Rc<RunPatch>,
    mark_patch: RunPatch,
    /// Its list and level.
    list: Option<(i32, u8)>,
    deleted_mark: bool,
    /// A hidden mark of this kind does not hide its paragraph.
    special_mark: bool,
}

/// So many are known at once.
const MOST_LOOKS: usize = 256;

/// The list and level a paragraph is in: its own word, else its style's; list 0 takes it out (17.9.18).
fn list_of(style: &ParagraphStyle, direct: Option<NumberRef>) -> Option<(i32, u8)> {
    let (direct, styled) = (direct.unwrap_or_default(), style.number.unwrap_or_default());
    let list = direct.list.or(styled.list).filter(|list| *list != 0)?;
    Some((list, direct.level.or(styled.level).unwrap_or(0)))
}

impl Reader<'_> {
    /// Reads `w:p`.
    pub(super) fn paragraph(&mut self, node: Node<'_>, scope: Scope<'_>) -> ReadParagraph {
        let look = self.paragraph_look(node.child("w:pPr"), scope);
        let content = self.content(node, scope, &look);
        let hidden_mark = look.mark.hidden && content.iter().all(is_hidden) && !look.special_mark;
        // LibreOffice hides a paragraph whose text is all hidden even where its mark is not; it still counts in its list (measured on 7.4).
        let hidden_text = content.iter().all(is_hidden) && content.iter().any(|inline| matches!(inline, Inline::Text { .. }));
        let counted = look.list.filter(|_| !hidden_mark && !look.deleted_mark);
        let levels = [scope.run, &look.style.run, &*look.mark_style];
        let number = counted.and_then(|(list, level)| self.number(list, level, &levels, &look.mark_patch, scope));
        let mut props = Arc::clone(&look.props);
        if let Some(align) = display_alignment(&content) {
            Arc::make_mut(&mut props).align = align;
        }
        let paragraph = Paragraph { props, mark: Arc::clone(&look.mark), number: number.map(Box::new), content };
        ReadParagraph { paragraph, deleted_mark: look.deleted_mark, invisible: hidden_mark || hidden_text }
    }

    /// What its properties mean, which most paragraphs share with others.
    fn paragraph_look(&mut self, properties: Option<Node<'_>>, scope: Scope<'_>) -> Rc<ParagraphLook> {
        let id = properties.filter(|_| scope.plain).map(Node::content_id);
        if let Some(known) = id.and_then(|id| self.paragraph_looks.get(&id)) {
            return Rc::clone(known);
        }
        let look = Rc::new(self.new_paragraph_look(properties, scope));
        if let Some(id) = id {
            if self.paragraph_looks.len() >= MOST_LOOKS {
                self.paragraph_looks.clear();
            }
            self.paragraph_looks.insert(id, Rc::clone(&look));
        }
        look
    }

    fn new_paragraph_look(&mut self, properties: Option<Node<'_>>, scope: Scope<'_>) -> ParagraphLook {
        let style_id = properties.and_then(|properties| properties.child_val("w:pStyle"));
        let style = self.styles.paragraph(style_id, &self.theme, &self.numbering);
        let direct = properties.map(|properties| ParagraphPatch::read(properties, &self.theme)).unwrap_or_default();
        let list = list_of(&style, direct.number);

        let mut patch = self.styles.paragraph_defaults.clone();
        patch.overlay(scope.paragraph);
        patch.overlay(if list.is_some() { &style.paragraph } else { &style.unnumbered });
        // A list or another level named by the paragraph itself brings its indents above the style's (17.9.18); list 0 brings none.
        if let Some(named) = direct.number {
            let other = named.list.is_some() || list != list_of(&style, None);
            if let Some(level) = list.filter(|_| other).and_then(|(list, level)| self.numbering.level(list, level)) {
                patch.overlay(&level.paragraph);
            } else if named.is_no_list() {
                patch.unindent();
            }
        }
        patch.overlay(&direct);
        let mut props = patch.finish(&style.id, &style.name);
        if !self.settings.collapse_spacing {
            fixed_automatic_space(&mut props);
        }

        let base = {
            let character = self.styles.character(None, &self.theme);
            Arc::new(RunPatch::resolve(&self.styles.run_defaults, &[scope.run, &style.run, &*character], &[]))
        };
        let mark_node = properties.and_then(|properties| properties.child("w:rPr"));
        let mark_patch = mark_node.map(|mark| RunPatch::read(mark, &self.theme)).unwrap_or_default();
        let mark_style = self.styles.character(mark_node.and_then(|mark| mark.child_val("w:rStyle")), &self.theme);
        let mark = match mark_node {
            Some(_) => {
                let levels = [scope.run, &style.run, &*mark_style];
                Arc::new(RunPatch::resolve(&self.styles.run_defaults, &levels, &[&mark_patch]))
            }
            None => Arc::clone(&base),
        };
        let says = |name: &str| mark_node.is_some_and(|mark| mark.child(name).is_some());
        ParagraphLook {
            props: Arc::new(props),
            base,
            mark,
            list,
            deleted_mark: says("w:del") || says("w:moveFrom"),
            special_mark: mark_node.is_none() || says("w:specVanish"),
            style,
            mark_style,
            mark_patch,
        }
    }

    fn number(&mut self, list: i32, level: u8, styles: &[&RunPatch], mark: &RunPatch, scope: Scope<'_>) -> Option<Number> {
        let around = RunPatch::resolve(&self.styles.run_defaults, styles, &[mark]);
        let language = NumberLanguage::of(around.lang.as_deref());
        let (text, definition) = self.counters.next(&self.numbering, list, level, language)?;
        let mut props = RunPatch::resolve(&self.styles.run_defaults, styles, &[mark, &definition.run]);
        let symbol = symbols::is_symbol_font(&props.font);
        let text = self.symbols(&text, &mut props, &around.font, scope);
        if definition.foreign {
            self.warnings.unsupported("list numbers of another form (shown as 1, 2, 3)", &scope.part.name);
        }
        let picture = self.picture_bullet(&definition);
        Some(Number {
            text,
            props,
            align: definition.align,
            suffix: definition.suffix,
            picture,
            level,
            list,
            bullet: definition.format == NumberFormat::Bullet,
            symbol,
        })
    }

    /// Text of a symbol font in Unicode; the font becomes that of the text around it.
    pub(super) fn symbols(&mut self, text: &str, props: &mut RunProps, around: &str, scope: Scope<'_>) -> String {
        let symbol_font = symbols::is_symbol_font(&props.font);
        if !symbol_font && !text.chars().any(|character| ('\u{F000}'..='\u{F0FF}').contains(&character)) {
            return text.to_owned();
        }
        let mut unknown = false;
        let mapped = text
            .chars()
            .map(|character| {
                let found = symbols::unicode(&props.font, character);
                unknown |= found.is_none() && character != '\u{A0}';
                found.unwrap_or(character)
            })
            .collect();
        if unknown {
            self.warnings.unsupported(format!("a character of the font {}", props.font), &scope.part.name);
        }
        if symbol_font {
            let around = if symbols::is_symbol_font(around) { "DejaVu Sans" } else { around };
            props.font = around.into();
        }
        mapped
    }

    fn picture_bullet(&mut self, level: &Rc<Level>) -> Option<Arc<crate::graphics::Image>> {
        let node = self.numbering.picture(level.picture?)?;
        let id = node.descendant("v:imagedata").and_then(|data| data.attr("r:id"));
        let id = id.or_else(|| node.descendant("a:blip").and_then(|blip| blip.attr("r:embed")))?;
        let part = self.numbering_part.as_ref()?.relationships.get(id)?.part()?.to_owned();
        self.images.get_or_warn(&part, self.package, &mut self.warnings)
    }

    /// What stands in it.
    fn content(&mut self, node: Node<'_>, scope: Scope<'_>, look: &ParagraphLook) -> Vec<Inline> {
        self.paragraph_serial += 1;
        let mut line = Line::new(scope, Rc::clone(&look.style), Arc::clone(&look.base));
        self.reopen_links(&mut line);
        self.inlines(node, &mut line, 0);
        self.close_links(&mut line);
        line.content
    }
}

/// 17.15.3.23: automatic space is then a fixed one (5 pt, as LibreOffice has it; measured).
fn fixed_automatic_space(props: &mut ParagraphProps) {
    const FIXED: Twips = Twips(100);
    if std::mem::take(&mut props.space_before_auto) {
        props.space_before = FIXED;
    }
    if std::mem::take(&mut props.space_after_auto) {
        props.space_after = FIXED;
    }
}

/// A paragraph that holds display formulas alone stands as they do (22.1.2.88).
fn display_alignment(content: &[Inline]) -> Option<Align> {
    let mut align = None;
    for inline in content {
        match inline {
            Inline::Formula(formula) => align = Some(formula.display?),
            Inline::Text { text, .. } if text.trim().is_empty() => {}
            Inline::Break(BreakKind::Line, _) | Inline::Bookmark(_) => {}
            _ => return None,
        }
    }
    align
}

fn is_hidden(inline: &Inline) -> bool {
    match inline {
        Inline::Text { props, .. } | Inline::Tab(props) => props.hidden,
        Inline::Bookmark(_) | Inline::LinkStart(_) | Inline::LinkEnd => true,
        _ => false,
    }
}
