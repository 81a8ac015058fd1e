//! Loops, conditions and cells: what repeats, goes away or grows together.

use super::{fill, fill_xml, p, problems, table};
use crate::report::template::Problem;

#[test]
fn rows_repeat_with_docxtpls_letters_and_without() {
    let with = table(&[
        &["Lección", "Estado"],
        &["{%tr for g in groups %}", ""],
        &["{{ g.name }}", "{{ g.status }}"],
        &["{%tr endfor %}", ""],
        &["Fin", ""],
    ]);
    let expected = "[Lección][Estado]\n[Lección 1][Aprobada]\n[Lección 2][Reprobada]\n[Fin][]";
    assert_eq!(fill(&with), expected);
    assert_eq!(fill(&with.replace("%tr ", "% ")), expected);
}

#[test]
fn a_row_that_holds_its_own_loop_repeats() {
    let body = table(&[&["{%tr for g in groups %}{{ g.name }}", "{{ g.status }}{%tr endfor %}"]]);
    assert_eq!(fill(&body), "[Lección 1][Aprobada]\n[Lección 2][Reprobada]");
}

#[test]
fn several_loops_in_a_row_and_conditions_inside() {
    let body = table(&[
        &["{%tr for g in groups %}"],
        &["{{ loop.index }}. {{ g.name }}{% if not g.passed %} *{% endif %}"],
        &["{%tr endfor %}"],
        &["{%tr for r in to_review %}"],
        &["{{ r.name }}: {{ r.questions|join('-') }}"],
        &["{%tr endfor %}"],
    ]);
    assert_eq!(fill(&body), "[1. Lección 1]\n[2. Lección 2 *]\n[Lección 2: 3-4]");
}

#[test]
fn paragraphs_repeat_and_leave_no_empty_line() {
    let expected = "A\nLección 1\nLección 2\nB";
    for letter in ["p", ""] {
        let body = [
            p(&["A"]),
            p(&[&format!("{{%{letter} for g in groups %}}")]),
            p(&["{{ g.name }}"]),
            p(&[&format!("{{%{letter} endfor %}}")]),
            p(&["B"]),
        ];
        assert_eq!(fill(&body.concat()), expected);
    }
}

#[test]
fn a_loop_inside_one_paragraph_stays_there() {
    assert_eq!(
        fill(&p(&["{% for g in groups %}", "{{ g.name }}", "{% if not loop.last %}, {% endif %}{% endfor %}."])),
        "Lección 1, Lección 2."
    );
}

#[test]
fn trims_join_paragraphs_as_in_docxtpl() {
    let body =
        [p(&["Vive {% if result.passed -%}"]), p(&["en la ciudad"]), p(&["{%- else -%}"]), p(&["en el campo"]), p(&["{%- endif %} y ya."])];
    assert_eq!(fill(&body.concat()), "Vive en la ciudad y ya.");
    let breaks = "<w:p><w:r><w:t>Vive {% if result.passed -%}</w:t><w:br/><w:t>en la ciudad</w:t><w:br/><w:t>{%- endif %} y ya.</w:t><w:br/><w:t>Fin</w:t></w:r></w:p>";
    assert_eq!(fill(breaks), "Vive en la ciudad y ya.|Fin");
}

#[test]
fn columns_repeat_and_the_grid_follows() {
    let body = table(&[&["x", "{%tc for g in groups %}", "{{ g.name }}", "{%tc endfor %}"]]);
    let xml = fill_xml(&body);
    assert_eq!(fill(&body), "[x][Lección 1][Lección 2]");
    assert_eq!(xml.matches("<w:gridCol ").count(), 3, "{xml}");
}

#[test]
fn cells_merge_span_and_take_colour() {
    let vm = table(&[&["{%tr for g in groups %}", ""], &["{% vm %}Todas", "{{ g.name }}"], &["{%tr endfor %}", ""]]);
    let xml = fill_xml(&vm);
    assert!(xml.contains("<w:vMerge w:val=\"restart\"/>") && xml.contains("<w:vMerge w:val=\"continue\"/>"), "{xml}");
    assert_eq!(fill(&vm), "[Todas][Lección 1]\n[][Lección 2]");
    let marked = table(&[&["{% colspan 2 %}{% cellbg '#ff0000' %}x"]]);
    let xml = fill_xml(&marked);
    assert!(xml.contains("<w:gridSpan w:val=\"2\"/><w:shd w:val=\"clear\" w:color=\"auto\" w:fill=\"ff0000\"/></w:tcPr>"), "{xml}");
    let hm = table(&[&["{%tc for g in groups %}", "{% hm %}Ancha", "{%tc endfor %}"]]);
    assert_eq!(fill(&hm), "[Ancha]");
    assert!(fill_xml(&hm).contains("<w:gridSpan w:val=\"2\"/>"));
}

#[test]
fn an_empty_loop_leaves_a_document_word_can_open() {
    let body = table(&[&["{%tr for h in history %}"], &["{{ h.attempt }}"], &["{%tr endfor %}"]]);
    assert_eq!(fill_xml(&body).matches("<w:tbl>").count(), 0);
    let cell = "<w:tbl><w:tblGrid/><w:tr><w:tc><w:tcPr/>".to_owned()
        + &p(&["{%p if false %}"])
        + &p(&["x"])
        + &p(&["{%p endif %}"])
        + "</w:tc></w:tr></w:tbl>";
    assert!(fill_xml(&cell).contains("<w:tcPr/><w:p/></w:tc>"));
}

#[test]
fn a_blocks_tags_all_stand_between_runs_or_none_does() {
    let both = format!("{}{}", p(&["a {% if nothing -%}"]), p(&["b", "{%r endif %}", " c"]));
    assert_eq!(fill(&both), "a  c");
    assert_eq!(fill(&p(&["a {% if nothing %} b ", "c{%r else %}d", "{% endif %}"])), "a d");
    let torn = format!("{}{}", p(&["{%r for g in groups %}", "{%p set z = 1 %}"]), p(&["{% endfor %}"]));
    assert_eq!(problems(&torn), [Problem::Tangled]);
    let repeated = format!("{}{}", p(&["{% for g in groups %}"]), p(&["{%p for g in groups %}{%p endfor -%}{% endfor %}"]));
    assert_eq!(problems(&repeated), [Problem::Tangled]);
}

#[test]
fn trims_join_what_can_be_joined_and_leave_the_rest() {
    assert_eq!(fill(&format!("{}{}", p(&["a {% i", "f groups -%", "}"]), p(&["b{% endif %}"]))), "a b");
    let before_table = format!("{}{}{}", p(&["a {% if groups -%}"]), table(&[&["cell"]]), p(&["{%- endif %} b"]));
    assert_eq!(fill(&before_table), "a \n[cell]\n b");
}

#[test]
fn values_of_with_are_checked() {
    assert!(matches!(&problems(&p(&["{% with n = student.nmae, m = n %}{{ n }}{% endwith %}"]))[..], [Problem::UnknownName { .. }]));
}

#[test]
fn marks_that_merge_cells_need_a_loop() {
    for mark in ["vm", "hm"] {
        assert_eq!(problems(&table(&[&[&format!("{{% {mark} %}}text")]])), [Problem::OutsideLoop]);
    }
}

#[test]
fn blocks_too_deep_are_called_so() {
    let body = p(&[&format!("{}x{}", "{% if groups %}".repeat(101), "{% endif %}".repeat(101))]);
    assert_eq!(problems(&body), [Problem::TooDeep]);
}

#[test]
fn two_marks_in_a_cell_share_its_properties() {
    let with = |props: &str| {
        let cell = format!("<w:tc>{props}{}</w:tc>", p(&["{% cellbg 'FF0000' %}{% colspan 2 %}a"]));
        fill_xml(&format!("<w:tbl><w:tblGrid><w:gridCol w:w=\"100\"/></w:tblGrid><w:tr>{cell}</w:tr></w:tbl>{}", p(&["x"])))
    };
    let shading = "<w:shd w:val=\"clear\" w:color=\"auto\" w:fill=\"FF0000\"/>";
    for props in ["", "<w:tcPr/>", "<w:tcPr></w:tcPr>"] {
        let xml = with(props);
        assert!(xml.contains(&format!("<w:tcPr><w:gridSpan w:val=\"2\"/>{shading}</w:tcPr>")), "{xml}");
        assert_eq!(xml.matches("<w:tcPr").count(), 1, "{xml}");
    }
    let xml = with("<w:tcPr><w:tcW w:w=\"9\"/><w:gridSpan w:val=\"1\"/><w:vAlign w:val=\"top\"/></w:tcPr>");
    assert!(xml.contains(&format!("<w:tcW w:w=\"9\"/><w:gridSpan w:val=\"2\"/>{shading}<w:vAlign w:val=\"top\"/>")), "{xml}");
}

#[test]
fn only_tables_with_changed_cells_get_another_grid() {
    let grid = "<w:tblGrid><w:gridCol w:w=\"300\"/><w:gridCol w:w=\"300\"/><w:gridCol w:w=\"300\"/></w:tblGrid>";
    let other = format!("<w:tbl>{grid}<w:tr><w:tc>{}</w:tc></w:tr></w:tbl>", p(&["kept"]));
    let row = |cells: &str| format!("<w:tr><w:trPr><w:gridBefore w:val=\"1\"/><w:gridAfter w:val=\"1\"/></w:trPr>{cells}</w:tr>");
    let cells = format!("<w:tc>{}</w:tc><w:sdt><w:sdtContent><w:tc>{}</w:tc></w:sdtContent></w:sdt>", p(&["{% colspan 2 %}a"]), p(&["b"]));
    let xml = fill_xml(&format!("{other}<w:tbl>{grid}{}</w:tbl>{}", row(&cells), p(&["x"])));
    assert!(xml.contains(&other), "{xml}");
    assert_eq!(xml.matches("<w:gridCol").count(), 3 + 5, "one before, two, one in a control, one behind");
    assert!(!xml.contains('\u{fdd8}'));
}
