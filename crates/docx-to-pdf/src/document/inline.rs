//! What stands in a paragraph: runs, links, bookmarks, marks of notes.

use std::borrow::Cow;
use std::rc::Rc;
use std::sync::Arc;

use super::model::{BreakKind, Field, Inline, LinkTo, RunProps, TabKind};
use super::paragraph_props::leader;
use super::read::{Reader, Scope};
use super::run_props::RunPatch;
use super::styles::ParagraphStyle;
use super::symbols;
use super::values::{integer, says};
use super::xml::Node;

/// Links, fields and formulas in one another go no deeper.
const DEEPEST: usize = 32;
/// An address that is longer is shared by all links that lead there, and so not joined with a place in what it leads to.
const LONGEST_WITH_PLACE: usize = 2048;

/// A paragraph's content while it is read.
pub(super) struct Line<'s> {
    pub(super) scope: Scope<'s>,
    pub(super) style: Rc<ParagraphStyle>,
    /// The look of text that says nothing itself.
    pub(super) base: Arc<RunProps>,
    /// The look of the run before: equal looks are shared.
    last: Arc<RunProps>,
    pub(super) content: Vec<Inline>,
}

impl<'s> Line<'s> {
    pub(super) fn new(scope: Scope<'s>, style: Rc<ParagraphStyle>, base: Arc<RunProps>) -> Self {
        Self { scope, style, last: Arc::clone(&base), base, content: Vec::new() }
    }

    /// A look, shared with the run before or the paragraph where it is the same.
    pub(super) fn share(&mut self, props: RunProps) -> Arc<RunProps> {
        if *self.last == props {
            return Arc::clone(&self.last);
        }
        let props = if *self.base == props { Arc::clone(&self.base) } else { Arc::new(props) };
        self.last = Arc::clone(&props);
        props
    }

    /// Adds text; it joins the text before when both look the same.
    fn text(&mut self, more: &str, props: &Arc<RunProps>) {
        if more.is_empty() {
            return;
        }
        if let Some(Inline::Text { text, props: before }) = self.content.last_mut()
            && Arc::ptr_eq(before, props)
        {
            text.push_str(more);
            return;
        }
        self.content.push(Inline::Text { text: more.to_owned(), props: Arc::clone(props) });
    }
}

impl Reader<'_> {
    /// Reads what stands in `w:p`, `w:hyperlink` or `w:fldSimple`.
    pub(super) fn inlines(&mut self, parent: Node<'_>, line: &mut Line<'_>, depth: usize) {
        if depth > DEEPEST {
            self.warnings.unsupported(format!("fields or links nested deeper than {DEEPEST}"), &line.scope.part.name);
            return;
        }
        for node in parent.children() {
            match node.name() {
                "w:r" => self.run(node, line),
                "w:hyperlink" => self.hyperlink(node, line, depth),
                "w:fldSimple" => self.simple_field(node, line, depth),
                "w:bookmarkStart" => {
                    self.field_state.open_bookmark(node);
                    line.content.extend(bookmark(node));
                }
                "w:bookmarkEnd" => self.field_state.close_bookmark(node),
                "w:bdo" => {
                    self.warnings.unsupported("text with a direction of its own (bdo)", &line.scope.part.name);
                    self.inlines(node, line, depth + 1);
                }
                "m:oMath" | "m:oMathPara" => self.formula(node, line),
                _ => {}
            }
        }
    }

    fn hyperlink(&mut self, node: Node<'_>, line: &mut Line<'_>, depth: usize) {
        let outside = node.attr("r:id").and_then(|id| line.scope.part.relationships.get(id)).map(|link| Arc::clone(&link.target));
        let anchor = node.attr("w:anchor");
        let outside = outside.filter(|address| self.follows(address, line.scope.part));
        let target = match (outside, anchor) {
            (Some(address), Some(place)) if address.len() < LONGEST_WITH_PLACE && !address.contains('#') => {
                Some(LinkTo::Uri(format!("{address}#{place}").into()))
            }
            (Some(address), _) => Some(LinkTo::Uri(address)),
            (None, Some(place)) => Some(LinkTo::Bookmark(place.into())),
            (None, None) => None,
        };
        if let Some(target) = target.clone() {
            self.emit(line, Inline::LinkStart(target));
        }
        self.inlines(node, line, depth + 1);
        if target.is_some() {
            self.emit(line, Inline::LinkEnd);
        }
    }

    /// The look of a run: paragraph style, character style, own properties.
    pub(super) fn run_props(&mut self, run: Node<'_>, line: &mut Line<'_>) -> Arc<RunProps> {
        let Some(node) = run.child("w:rPr") else { return Arc::clone(&line.base) };
        let direct = RunPatch::read(node, &self.theme);
        // Entries of a table of contents do not look like links, though Word stores them with that style (LibreOffice and Spire agree).
        let plain = |id: &&str| !(self.in_contents() && self.styles.is_of_links(id));
        let style = node.child_val("w:rStyle").filter(plain);
        let character = self.styles.character(style, &self.theme);
        let levels = [line.scope.run, &line.style.run, &*character];
        let props = RunPatch::resolve(&self.styles.run_defaults, &levels, &[&direct]);
        if props.effect {
            self.warnings.unsupported("a text effect (outline, shadow, emboss)", &line.scope.part.name);
        }
        line.share(props)
    }

    /// Reads `w:r`.
    pub(super) fn run(&mut self, run: Node<'_>, line: &mut Line<'_>) {
        let props = self.run_props(run, line);
        // The text of a note's own mark comes with its reference.
        let own_mark = run.children().any(|node| says(node, "w:customMarkFollows"));
        for node in run.children() {
            match node.name() {
                "w:t" if own_mark => {}
                "w:t" => self.text(&text_of(node), &props, line),
                "w:tab" if self.in_field_code() => drop(self.text_in_code("\t")),
                "w:tab" if self.tab_before_page_number(&props, line) => {}
                "w:tab" => self.emit(line, Inline::Tab(Arc::clone(&props))),
                "w:br" => self.emit(line, Inline::Break(break_kind(node), Arc::clone(&props))),
                "w:cr" => self.emit(line, Inline::Break(BreakKind::Line, Arc::clone(&props))),
                "w:noBreakHyphen" => self.emit(line, Inline::NoBreakHyphen(Arc::clone(&props))),
                "w:softHyphen" => self.emit(line, Inline::SoftHyphen(Arc::clone(&props))),
                "w:ptab" => {
                    let align = match node.attr("w:alignment") {
                        Some("center") => TabKind::Center,
                        Some("right") => TabKind::Right,
                        _ => TabKind::Left,
                    };
                    let tab = Inline::PositionTab { align, leader: leader(node.attr("w:leader")), props: Arc::clone(&props) };
                    self.emit(line, tab);
                }
                "w:sym" => self.symbol(node, &props, line),
                "w:pgNum" => self.emit(line, Inline::Field { field: Field::Page(None), props: Arc::clone(&props) }),
                "w:fldChar" => self.field_char(node, &props, line),
                "w:instrText" => self.field_instruction(&node.text()),
                "w:footnoteReference" | "w:endnoteReference" => self.note_reference(run, node, &props, line),
                "w:footnoteRef" | "w:endnoteRef" => self.emit(line, Inline::NoteMark(Arc::clone(&props))),
                "w:ruby" => {
                    self.warnings.unsupported("ruby text (only its base is shown)", &line.scope.part.name);
                    for run in node.child("w:rubyBase").into_iter().flat_map(Node::children).filter(|child| child.name() == "w:r") {
                        self.run_once(run, line);
                    }
                }
                "w:drawing" | "w:pict" | "w:object" if self.in_field_code() => self.object_in_code(),
                "w:drawing" => self.drawing(node, &props, line),
                "w:pict" | "w:object" => self.pict(node, &props, line),
                "w:contentPart" => self.warnings.unsupported("ink", &line.scope.part.name),
                _ => {}
            }
        }
    }

    /// A run inside a run's ruby: its text only, so that rubies cannot nest.
    fn run_once(&mut self, run: Node<'_>, line: &mut Line<'_>) {
        let props = self.run_props(run, line);
        for node in run.children().filter(|node| node.name() == "w:t") {
            self.text(&text_of(node), &props, line);
        }
    }

    /// Text in one look, with what of it is not text taken out.
    pub(super) fn text(&mut self, text: &str, props: &Arc<RunProps>, line: &mut Line<'_>) {
        if self.text_in_code(text) || self.swallow(text, props, line) {
            return;
        }
        self.field_state.shown(text);
        let mut props = Arc::clone(props);
        let mut text = Cow::Borrowed(text);
        // The symbols' characters begin with this byte.
        let may_have_symbols = text.bytes().any(|byte| byte == 0xef);
        if symbols::is_symbol_font(&props.font)
            || may_have_symbols && text.chars().any(|character| ('\u{F000}'..='\u{F0FF}').contains(&character))
        {
            let mut own = (*props).clone();
            let around = line.base.font.clone();
            text = Cow::Owned(self.symbols(&text, &mut own, &around, line.scope));
            props = line.share(own);
        }
        let mut rest = &*text;
        if !rest.bytes().any(may_be_special) {
            return line.text(rest, &props);
        }
        while let Some(at) = rest.find(['\t', '\n', '\r', '\u{AD}', '\u{2028}', '\u{2029}', '\u{B}']) {
            let (before, after) = rest.split_at(at);
            line.text(before, &props);
            let Some(character) = after.chars().next() else { break };
            match character {
                '\t' => line.content.push(Inline::Tab(Arc::clone(&props))),
                '\u{AD}' => line.content.push(Inline::SoftHyphen(Arc::clone(&props))),
                '\n' | '\r' => line.text(" ", &props),
                _ => line.content.push(Inline::Break(BreakKind::Line, Arc::clone(&props))),
            }
            rest = &after[character.len_utf8()..];
        }
        line.text(rest, &props);
    }

    /// `w:sym` (17.3.3.30): a character of a font of its own.
    fn symbol(&mut self, node: Node<'_>, props: &Arc<RunProps>, line: &mut Line<'_>) {
        let code = node.attr("w:char").and_then(|hex| u32::from_str_radix(hex.trim(), 16).ok());
        let Some(character) = code.and_then(char::from_u32) else { return };
        let mut own = (**props).clone();
        if let Some(font) = node.attr("w:font") {
            own.font = font.into();
        }
        let own = line.share(own);
        self.text(character.encode_utf8(&mut [0; 4]), &own, line);
    }

    fn note_reference(&mut self, run: Node<'_>, node: Node<'_>, props: &Arc<RunProps>, line: &mut Line<'_>) {
        let Some(id) = node.attr("w:id").and_then(integer) else { return };
        // 17.11.14: a custom mark is the text that follows in the same run.
        let custom = says(node, "w:customMarkFollows");
        let custom_mark = custom.then(|| run.child("w:t").map(Node::text).unwrap_or_default()).filter(|mark| !mark.is_empty());
        let endnote = node.name() == "w:endnoteReference";
        let id = id.clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32;
        self.emit(line, Inline::NoteRef { endnote, id, custom_mark, props: Arc::clone(props) });
    }
}

/// A byte of what is not text in a text: itself, or the first byte of a soft hyphen or of a line's or paragraph's end.
fn may_be_special(byte: u8) -> bool {
    matches!(byte, b'\t' | b'\n' | b'\r' | 0xb | 0xc2 | 0xe2)
}

/// A bookmark's start; Word's own hidden `_GoBack` leads nowhere.
pub(super) fn bookmark(node: Node<'_>) -> Option<Inline> {
    let name = node.attr("w:name").filter(|name| !name.is_empty() && *name != "_GoBack")?;
    Some(Inline::Bookmark(name.to_owned()))
}

/// Text without the blanks around it, unless it keeps them (17.3.3.31). A tab character is a blank, not a tab (LibreOffice and Spire agree; measured).
fn text_of(node: Node<'_>) -> Cow<'_, str> {
    let mut text = node.written();
    if text.contains('\t') {
        text = Cow::Owned(text.replace('\t', " "));
    }
    if node.attr("xml:space") == Some("preserve") {
        return text;
    }
    const BLANKS: [char; 4] = [' ', '\n', '\r', '\t'];
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim_matches(BLANKS)),
        Cow::Owned(text) => Cow::Owned(text.trim_matches(BLANKS).to_owned()),
    }
}

fn break_kind(node: Node<'_>) -> BreakKind {
    match node.attr("w:type") {
        Some("page") => BreakKind::Page,
        Some("column") => BreakKind::Column,
        _ if node.attr("w:clear").is_some_and(|clear| clear != "none") => BreakKind::LineClear,
        _ => BreakKind::Line,
    }
}
