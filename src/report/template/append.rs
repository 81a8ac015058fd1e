//! The result section a template without a group table gets at its end: title, and a table of lessons with their status.

#![expect(
    clippy::format_push_string,
    clippy::format_collect,
    reason = "short pieces read best as format strings, and there are few of them"
)]

use minijinja::State;

use minijinja::value::Value;

use super::edits::{Edit, VALUE};
use super::fill::{Fill, Plan};
use super::scan::Scan;
use super::tags::{Action, Spelling};
use super::{names, width};
use crate::report::charts::{Tone, tone_of};
use crate::report::xml::{Kind, escape};

/// Where the section goes: behind the last paragraph, before the last section's page set-up.
pub(super) fn edit(scan: &Scan) -> Option<Edit> {
    let tree = &scan.tree;
    let body = tree.elements.iter().position(|element| element.kind == Kind::Body)?;
    let last = tree.children(body).filter(|&child| tree.elements[child].kind == Kind::SectionProps).last();
    let at = last.map_or(tree.elements[body].close, |section| tree.elements[section].start);
    Some(Edit::before(at, format!("{}__results(){}", VALUE.0, VALUE.1)))
}

/// The plan for a template's main part.
pub(super) fn plan(scan: &Scan, source: &str, headings: &std::collections::HashSet<String>) -> Plan {
    let style = ["Heading1", "Ttulo1", "Titulo1"].iter().find(|id| headings.contains(**id)).map(|id| (*id).to_owned());
    Plan { width: width::last_section(&scan.tree, source), style }
}

/// Whether a template shows the groups itself.
pub(super) fn shows_groups(scan: &Scan) -> bool {
    scan.tags.iter().any(|placed| match (&placed.tag.action, placed.tag.spelling) {
        (Action::Statement(keyword), _) => keyword == "for" && ["groups", "parents"].iter().any(|name| placed.tag.code.contains(name)),
        (Action::Value, Spelling::Jinja) => placed.tag.code.contains("groups["),
        (Action::Value, _) => names::shows_a_group(&placed.tag.code),
        (Action::Comment, _) => false,
    })
}

/// `__results()`: the section for this report, or nothing.
pub(super) fn results(state: &State) -> Value {
    Value::from_safe_string(Fill::of(state).and_then(|fill| section(&fill)).unwrap_or_default())
}

struct Row {
    parent: Option<String>,
    name: String,
    status: String,
    fill: &'static str,
}

fn section(fill: &Fill) -> Option<String> {
    let plan = fill.append.as_ref()?;
    let rows = rows(fill)?;
    let (w, words) = (&fill.prefix, fill.language.words());
    let with_parent = rows.iter().any(|row| row.parent.is_some());
    let widths = if with_parent {
        vec![plan.width * 28 / 100, plan.width * 50 / 100, plan.width * 22 / 100]
    } else {
        vec![plan.width * 75 / 100, plan.width * 25 / 100]
    };
    let mut heads = vec![words.lesson, words.status];
    if with_parent {
        heads.insert(0, words.parent);
    }
    let table = Table { w, widths: &widths };
    let style = plan.style.as_ref().map(|style| format!("<{w}pStyle {w}val=\"{style}\"/>"));
    let bold = if style.is_some() { String::new() } else { format!("<{w}rPr><{w}b/><{w}sz {w}val=\"32\"/></{w}rPr>") };
    let mut out = format!(
        "<{w}p><{w}pPr>{}<{w}keepNext/><{w}pageBreakBefore/><{w}spacing {w}after=\"200\"/></{w}pPr><{w}r>{bold}<{w}t>{}</{w}t></{w}r></{w}p>",
        style.unwrap_or_default(),
        words.results_title
    );
    out.push_str(&table.open());
    let cells: Vec<(String, Option<&str>)> = heads.iter().map(|head| ((*head).to_owned(), Some("E9EDF2"))).collect();
    out.push_str(&table.row(&cells, true));
    for row in rows {
        let mut cells = vec![(row.name, None), (row.status, Some(row.fill))];
        if with_parent {
            cells.insert(0, (row.parent.unwrap_or_default(), None));
        }
        out.push_str(&table.row(&cells, false));
    }
    out.push_str(&format!("</{w}tbl><{w}p/>"));
    Some(out)
}

/// The groups of the data; `None` when there are none, or the data wants no section.
fn rows(fill: &Fill) -> Option<Vec<Row>> {
    let wanted = fill.root.get_attr("append_results").ok().filter(|value| !value.is_undefined() && !value.is_none());
    if wanted.is_some_and(|value| !value.is_true()) {
        return None;
    }
    let words = fill.language.words();
    let groups = fill.root.get_attr("groups").ok().filter(|groups| groups.len().is_some_and(|count| count > 0))?;
    let text = |group: &Value, name: &str| {
        group.get_attr(name).ok().and_then(|value| value.as_str().map(str::to_owned)).filter(|text| !text.is_empty())
    };
    let rows = groups.try_iter().ok()?.map(|group| {
        let tone = tone_of(&group);
        let status = text(&group, "status").unwrap_or_else(|| if tone.is_good() { words.passed } else { words.failed }.to_owned());
        Row { parent: text(&group, "parent"), name: text(&group, "name").unwrap_or_default(), status, fill: shade(tone) }
    });
    Some(rows.collect())
}

/// Green, yellow and red, as schools know this page; the word beside it says the same.
fn shade(tone: Tone) -> &'static str {
    match tone {
        Tone::Good => "D4EDDA",
        Tone::Middle => "FFF3CD",
        Tone::Bad => "F8D7DA",
        Tone::Plain => "DCE5EE",
    }
}

struct Table<'a> {
    w: &'a str,
    widths: &'a [i64],
}

impl Table<'_> {
    fn open(&self) -> String {
        let w = self.w;
        let edges: String = ["top", "left", "bottom", "right", "insideH", "insideV"]
            .iter()
            .map(|edge| format!("<{w}{edge} {w}val=\"single\" {w}sz=\"4\" {w}space=\"0\" {w}color=\"BFC7D1\"/>"))
            .collect();
        let grid: String = self.widths.iter().map(|width| format!("<{w}gridCol {w}w=\"{width}\"/>")).collect();
        format!(
            "<{w}tbl><{w}tblPr><{w}tblW {w}w=\"{}\" {w}type=\"dxa\"/><{w}tblBorders>{edges}</{w}tblBorders><{w}tblLayout {w}type=\"fixed\"/><{w}tblCellMar><{w}top {w}w=\"60\" {w}type=\"dxa\"/><{w}left {w}w=\"115\" {w}type=\"dxa\"/><{w}bottom {w}w=\"60\" {w}type=\"dxa\"/><{w}right {w}w=\"115\" {w}type=\"dxa\"/></{w}tblCellMar></{w}tblPr><{w}tblGrid>{grid}</{w}tblGrid>",
            self.widths.iter().sum::<i64>()
        )
    }

    fn row(&self, cells: &[(String, Option<&str>)], header: bool) -> String {
        let w = self.w;
        let mut out =
            format!("<{w}tr><{w}trPr><{w}cantSplit/>{}</{w}trPr>", if header { format!("<{w}tblHeader/>") } else { String::new() });
        for (column, ((text, fill), width)) in cells.iter().zip(self.widths).enumerate() {
            let shade = fill.map(|fill| format!("<{w}shd {w}val=\"clear\" {w}color=\"auto\" {w}fill=\"{fill}\"/>")).unwrap_or_default();
            let bold = if header { format!("<{w}rPr><{w}b/></{w}rPr>") } else { String::new() };
            let centred = if column + 1 == cells.len() { format!("<{w}jc {w}val=\"center\"/>") } else { String::new() };
            out.push_str(&format!(
                "<{w}tc><{w}tcPr><{w}tcW {w}w=\"{width}\" {w}type=\"dxa\"/>{shade}<{w}vAlign {w}val=\"center\"/></{w}tcPr><{w}p><{w}pPr><{w}spacing {w}before=\"0\" {w}after=\"0\"/>{centred}</{w}pPr><{w}r>{bold}<{w}t xml:space=\"preserve\">{}</{w}t></{w}r></{w}p></{w}tc>",
                escape(text)
            ));
        }
        out.push_str(&format!("</{w}tr>"));
        out
    }
}
