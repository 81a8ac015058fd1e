//! Word's own spellings: content controls with a known name, and mail-merge fields.
//!
//! A filled control stays one, without the data binding that would bring the old text back.
//! A filled field becomes plain text, as Word's "Finish & Merge" does.

use super::edits::{Edit, mark, run_props};
use super::names::{self, PathTarget};
use super::scan::{Host, Placed, Scan};
use super::tags::{Action, Level, Spelling, Tag};
use crate::report::xml::{Kind, unescape};

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
    names::expression(name).is_some() || names::is_path(name) && name.contains('.') && names::known_path(name) == PathTarget::Yes
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
        flaw: None,
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
    if let Some(check_box) = tree_child(&scan.tree, props, source, "checkbox") {
        check_box_edit(scan, source, check_box, first, &name, edits);
        return Some(());
    }
    let picture = tree_child(&scan.tree, props, source, "date").and_then(|date| {
        let format = tree_child(&scan.tree, date, source, "dateFormat")?;
        scan.tree.attribute(format, "val", source).map(|format| date_pattern(&unescape(format)))
    });
    let preserve = format!("<{}t xml:space=\"preserve\">", scan.tree.prefix);
    let tag = match picture.and_then(|pattern| dated(&name, &pattern)) {
        Some(code) => {
            let tag = add(scan, Spelling::Jinja, &code, format!("[{name}]"), paragraph);
            scan.tags[tag].tag.spelling = Spelling::Control;
            tag
        }
        None => add(scan, Spelling::Control, &name, format!("[{name}]"), paragraph),
    };
    edits.push(Edit::replace(open.start, open.open_end, preserve));
    let closing = if open.is_empty_tag() { format!("{}</{}t>", mark(tag), scan.tree.prefix) } else { mark(tag) };
    edits.push(Edit::replace(open.open_end, open.close, closing));
    Some(())
}

fn tree_child(tree: &crate::report::xml::Tree, parent: usize, source: &str, name: &str) -> Option<usize> {
    tree.children(parent).find(|&child| tree.name(child, source) == name)
}

/// A check box stays one: it is ticked when the value is true.
fn check_box_edit(scan: &mut Scan, source: &str, check_box: usize, text: usize, name: &str, edits: &mut Vec<Edit>) {
    use super::edits::STATEMENT as S;
    let tree = &scan.tree;
    let glyph = |state: &str, usual: char| {
        let code = tree_child(tree, check_box, source, state).and_then(|state| tree.attribute(state, "val", source));
        code.and_then(|code| u32::from_str_radix(code, 16).ok()).and_then(char::from_u32).unwrap_or(usual)
    };
    let (on, off) = (glyph("checkedState", '☒'), glyph("uncheckedState", '☐'));
    let condition = expression(name);
    let choice = |yes: &str, no: &str| format!("{}if {condition}{}{yes}{}else{}{no}{}endif{}", S.0, S.1, S.0, S.1, S.0, S.1);
    if let Some(checked) = tree_child(tree, check_box, source, "checked") {
        let place = tree.elements[checked];
        let element = &source[place.start..place.open_end];
        if let Some(value) = tree.attribute(checked, "val", source) {
            let at = place.start + (value.as_ptr() as usize - element.as_ptr() as usize);
            edits.push(Edit::replace(at, at + value.len(), choice("1", "0")));
        }
    }
    let place = tree.elements[text];
    edits.push(Edit::replace(place.open_end, place.close, choice(&on.to_string(), &off.to_string())));
}

/// What a control's name stands for.
fn expression(name: &str) -> String {
    match names::expression(name) {
        Some(known) => format!("__name(\"{}\", {known})", name.replace(['"', '\\'], "")),
        None => name.to_owned(),
    }
}

/// The expression for a date control: the value in the control's own format.
fn dated(name: &str, pattern: &str) -> Option<String> {
    let value = match names::expression(name) {
        Some(known) => known.strip_suffix("|date")?.to_owned(),
        None => matches!(name, "today" | "submission.submitted_at").then(|| name.to_owned())?,
    };
    Some(format!("({value})|date(\"{}\")", pattern.replace(['"', '\\'], "")))
}

/// Word's picture of a date (`dd/MM/yyyy`) as the filter `date` reads it.
fn date_pattern(picture: &str) -> String {
    const LETTERS: [(&str, &str); 13] = [
        ("dddd", "%A"),
        ("ddd", "%a"),
        ("dd", "%d"),
        ("d", "%-d"),
        ("MMMM", "%B"),
        ("MMM", "%b"),
        ("MM", "%m"),
        ("M", "%-m"),
        ("yyyy", "%Y"),
        ("yy", "%y"),
        ("HH", "%H"),
        ("mm", "%M"),
        ("ss", "%S"),
    ];
    let mut out = String::new();
    let mut rest = picture;
    while let Some(character) = rest.chars().next() {
        if character == '\'' {
            let quoted = rest[1..].split('\'').next().unwrap_or_default();
            out.push_str(quoted);
            rest = rest.get(quoted.len() + 2..).unwrap_or_default();
        } else if let Some((letters, code)) = LETTERS.iter().find(|(letters, _)| rest.starts_with(letters)) {
            out.push_str(code);
            rest = &rest[letters.len()..];
        } else {
            out.push(character);
            rest = &rest[character.len_utf8()..];
        }
    }
    out
}

/// The grey style of a control's hint must not colour the value.
fn drop_hint_style(scan: &Scan, source: &str, run: usize, edits: &mut Vec<Edit>) {
    let tree = &scan.tree;
    let Some(props) = tree.child(run, Kind::RunProps) else { return };
    if let Some(style) = tree.children(props).find(|&child| tree.name(child, source) == "rStyle") {
        edits.push(Edit::replace(tree.elements[style].start, tree.elements[style].end, ""));
    }
}

/// A mail-merge field: its name, and its switches as they stand (` MERGEFIELD  Name \* Upper `).
struct MergeField {
    name: String,
    switches: String,
}

impl MergeField {
    fn read(code: &str) -> Option<Self> {
        let code = code.trim();
        let rest = code.get(..10).filter(|word| word.eq_ignore_ascii_case("MERGEFIELD")).map(|_| code[10..].trim_start())?;
        let (name, switches) = match rest.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => rest.split_at(rest.find([' ', '\\']).unwrap_or(rest.len())),
        };
        let (name, switches) = (name.trim().to_owned(), switches.trim().to_owned());
        (!name.is_empty()).then_some(Self { name, switches })
    }

    /// Switches that change what is shown, as a filter around the value.
    fn filter(&self, in_code: bool) -> (String, String) {
        use super::edits::STATEMENT as S;
        if !in_code && !super::filters::has_switches(&self.switches) {
            return (String::new(), String::new());
        }
        let quoted = self.switches.replace('\\', "\\\\").replace('"', "\\\"");
        (format!("{}filter __field(\"{quoted}\"){}", S.0, S.1), format!("{}endfilter{}", S.0, S.1))
    }
}

/// A field whose name only the data can know keeps its text when the data does not.
fn field_text(scan: &mut Scan, field: &MergeField, paragraph: usize, around: (&str, &str), otherwise: &str) -> String {
    use super::edits::STATEMENT as S;
    let name = field.name.as_str();
    let tag = add(scan, Spelling::MergeField, name, format!("«{name}»"), paragraph);
    let (open, close) = field.filter(around.0.contains("instrText"));
    let value = format!("{}{open}{}{close}{}", around.0, mark(tag), around.1);
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
        let Some(merge) = scan.tree.attribute(field, "instr", source).and_then(|code| MergeField::read(&unescape(code))) else { continue };
        let Some(number) = paragraph_of(scan, field) else { continue };
        let w = scan.tree.prefix.clone();
        let run = scan.tree.child(field, Kind::Run);
        let props = run.map_or("", |run| run_props(scan, source, run)).to_owned();
        let place = scan.tree.elements[field];
        let around = (format!("<{w}r>{props}<{w}t xml:space=\"preserve\">"), format!("</{w}t></{w}r>"));
        let text = field_text(scan, &merge, number, (&around.0, &around.1), &source[place.start..place.end]);
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
                Some("begin") => {
                    let outer = open.last().filter(|outer| !outer.separated).map(|outer| outer.code.matches('"').count() % 2 == 1);
                    open.push(Field { begin: here.parent, in_code: outer, ..Field::default() });
                }
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
        let Some(merge) = MergeField::read(&field.code) else { continue };
        let w = scan.tree.prefix.clone();
        let props = run_props(scan, source, field.result.unwrap_or(field.begin)).to_owned();
        let (start, end) = (scan.tree.elements[field.begin].start, scan.tree.elements[field.end].end);
        if scan.tree.elements[field.begin].parent != scan.tree.elements[field.end].parent || end < start {
            continue;
        }
        // In the instruction of an outer field (`IF { MERGEFIELD … } = …`) the value becomes one operand of it.
        let around = match field.in_code {
            None => (format!("<{w}r>{props}<{w}t xml:space=\"preserve\">"), format!("</{w}t></{w}r>")),
            Some(in_quotes) => {
                let quote = if in_quotes { "" } else { "\"" };
                (format!("<{w}r>{props}<{w}instrText xml:space=\"preserve\">{quote}"), format!("{quote}</{w}instrText></{w}r>"))
            }
        };
        let text = field_text(scan, &merge, number, (&around.0, &around.1), &source[start..end]);
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
    /// It stands in the instruction of another field; there inside quotes or not.
    in_code: Option<bool>,
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write as _};

    use super::{date_pattern, dated};

    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use crate::report::data::{Report, ReportData, Student};
    use crate::report::template::{FillOptions, Template};

    fn run(element: &str, text: &str) -> String {
        format!(r#"<w:r><w:{element} xml:space="preserve">{text}</w:{element}></w:r>"#)
    }

    fn field(code: &str, result: &str) -> String {
        let mark = |kind: &str| format!(r#"<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>"#);
        format!("{}{code}{}{}{}", mark("begin"), mark("separate"), run("t", result), mark("end"))
    }

    fn fill(paragraph: &str) -> String {
        let body = format!(
            r#"<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p>{paragraph}</w:p></w:body></w:document>"#
        );
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        let relationships = r#"<Relationships><Relationship Id="a" Type="x/officeDocument" Target="word/document.xml"/></Relationships>"#;
        for (name, data) in [("_rels/.rels", relationships), ("word/document.xml", &body)] {
            zip.start_file(name, SimpleFileOptions::default()).unwrap();
            zip.write_all(data.as_bytes()).unwrap();
        }
        let template = Template::parse(&zip.finish().unwrap().into_inner()).unwrap();
        let student = Student { name: r#"Ana "la Chica" & Pérez"#.to_owned(), ..Student::default() };
        let data = ReportData::new(&Report { student, ..Report::default() });
        let filled = template.fill(&data, &FillOptions::default()).unwrap();
        String::from_utf8_lossy(filled.package.part("word/document.xml").unwrap()).into_owned()
    }

    #[test]
    fn switches_of_a_merge_field_change_its_value() {
        let cases = [
            (r"ALUMNO \* Upper", r#"ANA "LA CHICA" &amp; PÉREZ"#),
            (r"ALUMNO \* Lower", r#"ana "la chica" &amp; pérez"#),
            (r#"ALUMNO \b "Sr(a). " \f ":""#, r#"Sr(a). Ana "la Chica" &amp; Pérez:"#),
            (r"ALUMNO \* MERGEFORMAT", r#"Ana "la Chica" &amp; Pérez"#),
        ];
        for (code, shown) in cases {
            let xml = fill(&field(&run("instrText", &format!(" MERGEFIELD {code} ")), "«ALUMNO»"));
            let quoted = shown.replace('"', "&quot;");
            let typographic = shown.replace('"', "”");
            assert!([shown, &quoted, &typographic].iter().any(|shown| xml.contains(*shown)), "{code}: {xml}");
        }
    }

    #[test]
    fn a_merge_field_in_a_condition_becomes_one_operand_of_it() {
        let inner = field(&run("instrText", " MERGEFIELD ALUMNO "), "«ALUMNO»");
        let outer = field(&format!("{}{inner}{}", run("instrText", " IF "), run("instrText", r#" = "x" "Hola" "no" "#)), "viejo");
        let xml = fill(&outer);
        assert!(xml.contains(r#">"Ana ”la Chica” &amp; Pérez"</w:instrText>"#), "{xml}");
        let quoted = format!("{}{inner}{}", run("instrText", r#" IF 1 = 1 "Hola "#), run("instrText", r#"" "no" "#));
        assert!(fill(&field(&quoted, "viejo")).contains(">Ana ”la Chica” &amp; Pérez</w:instrText>"));
    }

    #[test]
    fn words_date_pictures_are_followed() {
        assert_eq!(date_pattern("dd/MM/yyyy"), "%d/%m/%Y");
        assert_eq!(date_pattern("dddd, d 'de' MMMM 'de' yyyy"), "%A, %-d de %B de %Y");
        assert_eq!(date_pattern("M/d/yy"), "%-m/%-d/%y");
        assert_eq!(dated("FECHA", "%d").as_deref(), Some("((submission.submitted_at or today))|date(\"%d\")"));
        assert_eq!(dated("NIVEL", "%d"), None);
    }
}
