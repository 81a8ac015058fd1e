//! Formulas on one line (ECMA-376 part 1, 22.1).

use super::{Maker, text};
use crate::document::model::{Inline, VerticalPosition};

fn r(content: &str) -> String {
    format!("<m:r><m:t>{content}</m:t></m:r>")
}

fn e(name: &str, content: &str) -> String {
    format!("<m:{name}>{content}</m:{name}>")
}

fn fraction(over: &str, under: &str) -> String {
    format!("<m:f>{}{}</m:f>", e("num", over), e("den", under))
}

/// The text, with `^` and `_` before what is raised or lowered.
fn shown(formula: &str) -> String {
    let paragraph = Maker::body(&format!("<w:p><w:r><w:t>a</w:t></w:r><m:oMath>{formula}</m:oMath></w:p>")).paragraph();
    let pieces = paragraph.content.iter().map(|inline| match inline {
        Inline::Text { text, props } => match props.vertical {
            VerticalPosition::Superscript => format!("^{text}"),
            VerticalPosition::Subscript => format!("_{text}"),
            VerticalPosition::Baseline => text.clone(),
        },
        _ => "|".to_owned(),
    });
    pieces.collect::<String>().trim_start_matches('a').to_owned()
}

#[test]
fn a_fraction_keeps_its_stroke_and_its_sides() {
    assert_eq!(shown(&fraction(&r("15"), &r("17"))), "15/17");
    assert_eq!(shown(&fraction(&r("x+1"), &r("2"))), "(x+1)/2");
    assert_eq!(shown(&format!("{}{}", r("2"), fraction(&r("1"), &r("2")))), "2\u{a0}1/2");
    assert_eq!(shown(&fraction(&fraction(&r("1"), &r("2")), &r("3"))), "(1/2)/3");
}

#[test]
fn scripts_are_raised_and_lowered() {
    assert_eq!(shown(&format!("<m:sSup>{}{}</m:sSup>", e("e", &r("r")), e("sup", &r("2")))), "r^2");
    assert_eq!(shown(&format!("<m:sSub>{}{}</m:sSub>", e("e", &r("x")), e("sub", &r("1")))), "x_1");
    assert_eq!(shown(&format!("<m:sSubSup>{}{}{}</m:sSubSup>", e("e", &r("x")), e("sub", &r("1")), e("sup", &r("2")))), "x_1^2");
}

#[test]
fn roots_sums_and_brackets_have_their_signs() {
    assert_eq!(shown(&format!("<m:rad><m:radPr><m:degHide m:val=\"1\"/></m:radPr><m:deg/>{}</m:rad>", e("e", &r("16")))), "√16");
    assert_eq!(shown(&format!("<m:rad>{}{}</m:rad>", e("deg", &r("3")), e("e", &r("x+1")))), "^3√(x+1)");
    let sum = format!(
        "<m:nary><m:naryPr><m:chr m:val=\"∑\"/></m:naryPr>{}{}{}</m:nary>",
        e("sub", &r("i=1")),
        e("sup", &r("n")),
        e("e", &r("i"))
    );
    assert_eq!(shown(&sum), "∑_i_=1^n\u{2009}i");
    assert_eq!(shown(&format!("<m:d>{}{}</m:d>", e("e", &r("1")), e("e", &r("2")))), "(1|2)");
    let row = |cells: [&str; 2]| e("mr", &format!("{}{}", e("e", &r(cells[0])), e("e", &r(cells[1]))));
    assert_eq!(shown(&format!("<m:m>{}{}</m:m>", row(["1", "2"]), row(["3", "4"]))), "1\u{2003}2; 3\u{2003}4");
}

#[test]
fn variables_are_slanted_and_figures_are_not() {
    let paragraph = Maker::body(&format!("<w:p><m:oMath>{}</m:oMath></w:p>", r("2x+10"))).paragraph();
    let slanted: Vec<(String, bool)> = paragraph
        .content
        .iter()
        .filter_map(|inline| if let Inline::Text { text, props } = inline { Some((text.clone(), props.italic)) } else { None })
        .collect();
    assert_eq!(slanted, [("2".to_owned(), false), ("x".to_owned(), true), ("+10".to_owned(), false)]);
}

#[test]
fn formulas_nested_without_end_are_bounded() {
    let open = "<m:f><m:num>".repeat(40);
    let close = "</m:num></m:f>".repeat(40);
    let (_, warnings) = Maker::body(&format!("<w:p><m:oMath>{open}{close}</m:oMath></w:p>")).read();
    assert_eq!(warnings.len(), 1);
    let two =
        Maker::body(&format!("<w:p><m:oMathPara><m:oMath>{0}</m:oMath><m:oMath>{0}</m:oMath></m:oMathPara></w:p>", r("x"))).paragraph();
    assert_eq!(text(&two), "x[Line]x");
}
