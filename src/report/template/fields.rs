//! Word's own spellings: content controls with a known name, and mail-merge fields.
//!
//! A filled control stays one, without the data binding that would bring the old text back.
//! A filled field becomes plain text, as Word's "Finish & Merge" does.

use super::names::{self, Known};
use super::rewrite::{Edit, mark, run_props};
use super::scan::{Host, Placed, Scan};
use super::tags::{Action, Level, Spelling, Tag};
use super::xml::{Kind, unescape};

/// Whether a tag brings its own edit.
pub(super) fn is_own_edit(tag: &Tag) -> bool {
    matches!(tag.spelling, Spelling::Control | Spelling::MergeField)
}

/// Finds controls and fields; their tags are added to the scan.
pub(super) fn edits(scan: &mut Scan, source: &str) -> Vec<Edit> {
    let mut edits = Vec::new();
    if scan.tree.elements.iter().any(|element| element.kind == Kind::Control) {
        controls(scan, source, &mut edits);
    }
    if source.contains("MERGEFIELD") {
        simple_fields(scan, source, &mut edits);
        for number in 0..scan.paragraphs.len() {
            complex_fields(scan, source, number, &mut edits);
        }
    }
    edits
}

/// A name that stands for a value: a plain one, or a path of the standard data.
fn is_known(name: &str) -> bool {
    names::expression(name).is_some() || names::is_path(name) && name.contains('.') && names::known_path(name) == Known::Yes
}

fn add(scan: &mut Scan, spelling: Spelling, name: &str, shown: String, paragraph: usize) -> usize {
    let tag = Tag {
        spelling,
        level: Level::Inline,
        action: Action::Value,
        code: name.to_owned(),
        shown,
        start: 0,
        end: 0,
        trim_before: false,
        trim_after: false,
        said: None,
    };
    scan.tags.push(Placed { tag, host: Host::Paragraph(paragraph) });
    scan.tags.len() - 1
}

fn controls(scan: &mut Scan, source: &str, edits: &mut Vec<Edit>) {
    let mut tagged: Vec<usize> = scan.tags.iter().map(|placed| scan.element(placed)).collect();
    tagged.sort_unstable();
    for control in 0..scan.tree.elements.len() {
        if scan.tree.elements[control].kind == Kind::Control {
            control_edit(scan, source, control, &tagged, edits);
        }
    }
}

/// `tagged`: the elements other tags stand in, ascending.
fn control_edit(scan: &mut Scan, source: &str, control: usize, tagged: &[usize], edits: &mut Vec<Edit>) -> Option<()> {
    let tree = &scan.tree;
    let props = tree.child(control, Kind::ControlProps)?;
    let content = tree.child(control, Kind::ControlContent)?;
    let named = |wanted: &str| {
        let found = tree.children(props).find(|&child| tree.name(child, source) == wanted)?;
        let name = unescape(tree.attribute(found, "val", source)?);
        let name = name.trim().trim_start_matches(['<', '{', '«']).trim_end_matches(['>', '}', '»']).trim().to_owned();
        is_known(&name).then_some(name)
    };
    let name = named("tag").or_else(|| named("alias"))?;
    let place = tree.elements[content];
    // A control around tags, tables or other controls is a frame, not a value.
    let inside = content + 1..place.last;
    let has_tags = tagged.get(tagged.partition_point(|&element| element < inside.start)).is_some_and(|element| inside.contains(element));
    if has_tags || tree.contains(content, Kind::Control) || tree.contains(content, Kind::Table) || tree.contains(content, Kind::Drawing) {
        return None;
    }
    let texts: Vec<usize> = inside.filter(|&index| tree.elements[index].kind == Kind::Text).collect();
    let first = *texts.first()?;
    let paragraph = paragraph_of(scan, first)?;
    for child in tree.children(props) {
        if matches!(tree.name(child, source), "showingPlcHdr" | "dataBinding") {
            edits.push(Edit::replace(tree.elements[child].start, tree.elements[child].end, ""));
        }
    }
    let showed_hint = tree.children(props).any(|child| tree.name(child, source) == "showingPlcHdr");
    if showed_hint {
        drop_hint_style(scan, source, scan.tree.elements[first].parent, edits);
    }
    let open = scan.tree.elements[first];
    for &text in &texts[1..] {
        let element = scan.tree.elements[text];
        edits.push(Edit::replace(element.open_end, element.close, ""));
    }
    let preserve = format!("<{}t xml:space=\"preserve\">", scan.tree.prefix);
    let tag = add(scan, Spelling::Control, &name, format!("[{name}]"), paragraph);
    edits.push(Edit::replace(open.start, open.open_end, preserve));
    let closing = if open.is_empty_tag() { format!("{}</{}t>", mark(tag), scan.tree.prefix) } else { mark(tag) };
    edits.push(Edit::replace(open.open_end, open.close, closing));
    Some(())
}

/// The grey style of a control's hint must not colour the value.
fn drop_hint_style(scan: &Scan, source: &str, run: usize, edits: &mut Vec<Edit>) {
    let tree = &scan.tree;
    let Some(props) = tree.child(run, Kind::RunProps) else { return };
    if let Some(style) = tree.children(props).find(|&child| tree.name(child, source) == "rStyle") {
        edits.push(Edit::replace(tree.elements[style].start, tree.elements[style].end, ""));
    }
}

/// The name in ` MERGEFIELD  Name \* MERGEFORMAT `.
fn merge_name(code: &str) -> Option<String> {
    let code = code.trim();
    let rest = code.get(..10).filter(|word| word.eq_ignore_ascii_case("MERGEFIELD")).map(|_| code[10..].trim_start())?;
    let name = match rest.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next(),
        None => rest.split([' ', '\\']).next(),
    };
    name.map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned)
}

/// A field whose name only the data can know keeps its text when the data does not.
fn field_text(scan: &mut Scan, name: &str, paragraph: usize, around: (&str, &str), otherwise: &str) -> String {
    use super::rewrite::STATEMENT as S;
    let tag = add(scan, Spelling::MergeField, name, format!("«{name}»"), paragraph);
    let value = format!("{}{}{}", around.0, mark(tag), around.1);
    if is_known(name) {
        return value;
    }
    let quoted = name.replace(['"', '\\'], "");
    format!("{}if __has(\"{quoted}\"){}{value}{}else{}{otherwise}{}endif{}", S.0, S.1, S.0, S.1, S.0, S.1)
}

fn simple_fields(scan: &mut Scan, source: &str, edits: &mut Vec<Edit>) {
    for field in 0..scan.tree.elements.len() {
        if scan.tree.elements[field].kind != Kind::SimpleField {
            continue;
        }
        let Some(name) = scan.tree.attribute(field, "instr", source).and_then(|code| merge_name(&unescape(code))) else { continue };
        let Some(number) = paragraph_of(scan, field) else { continue };
        let w = scan.tree.prefix.clone();
        let run = scan.tree.child(field, Kind::Run);
        let props = run.map_or("", |run| run_props(scan, source, run)).to_owned();
        let place = scan.tree.elements[field];
        let around = (format!("<{w}r>{props}<{w}t xml:space=\"preserve\">"), format!("</{w}t></{w}r>"));
        let text = field_text(scan, &name, number, (&around.0, &around.1), &source[place.start..place.end]);
        edits.push(Edit::replace(place.start, place.end, text));
    }
}

fn paragraph_of(scan: &Scan, element: usize) -> Option<usize> {
    let paragraph = scan.tree.ancestor(element, Kind::Paragraph)?;
    scan.paragraphs.binary_search_by_key(&paragraph, |paragraph| paragraph.element).ok()
}

/// A field from its `begin` to its `end`, over several runs.
fn complex_fields(scan: &mut Scan, source: &str, number: usize, edits: &mut Vec<Edit>) {
    let element = scan.paragraphs[number].element;
    let mut open: Vec<Field> = Vec::new();
    let mut found: Vec<Field> = Vec::new();
    for index in element + 1..scan.tree.elements[element].last {
        let here = scan.tree.elements[index];
        match here.kind {
            Kind::FieldChar => match scan.tree.attribute(index, "fldCharType", source) {
                Some("begin") => open.push(Field { begin: here.parent, ..Field::default() }),
                Some("separate") => {
                    if let Some(field) = open.last_mut() {
                        field.separated = true;
                    }
                }
                Some("end") => {
                    if let Some(mut field) = open.pop() {
                        field.end = here.parent;
                        found.push(field);
                    }
                }
                _ => {}
            },
            Kind::FieldCode => {
                if let Some(field) = open.last_mut() {
                    field.code.push_str(&unescape(&source[here.open_end..here.close]));
                }
            }
            Kind::Text => {
                if let Some(field) = open.last_mut().filter(|field| field.separated && field.result.is_none()) {
                    field.result = Some(here.parent);
                }
            }
            _ => {}
        }
    }
    for field in found {
        let Some(name) = merge_name(&field.code) else { continue };
        let w = scan.tree.prefix.clone();
        let props = run_props(scan, source, field.result.unwrap_or(field.begin)).to_owned();
        let (start, end) = (scan.tree.elements[field.begin].start, scan.tree.elements[field.end].end);
        if scan.tree.elements[field.begin].parent != scan.tree.elements[field.end].parent || end < start {
            continue;
        }
        let around = (format!("<{w}r>{props}<{w}t xml:space=\"preserve\">"), format!("</{w}t></{w}r>"));
        let text = field_text(scan, &name, number, (&around.0, &around.1), &source[start..end]);
        edits.push(Edit::replace(start, end, text));
    }
}

/// A field's runs, by element.
#[derive(Default)]
struct Field {
    begin: usize,
    end: usize,
    separated: bool,
    code: String,
    result: Option<usize>,
}
