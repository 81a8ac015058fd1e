//! Formulas (ECMA-376 part 1, 22.1): what they consist of, and what they say on one line.

use super::{Maker, text};
use crate::document::model::{Align, Formula, FractionKind, Inline, Math};

fn r(content: &str) -> String {
    format!("<m:r><m:t>{content}</m:t></m:r>")
}

fn e(name: &str, content: &str) -> String {
    format!("<m:{name}>{content}</m:{name}>")
}

fn fraction(over: &str, under: &str) -> String {
    format!("<m:f>{}{}</m:f>", e("num", over), e("den", under))
}

fn read(formula: &str) -> Formula {
    let paragraph = Maker::body(&format!("<w:p><w:r><w:t>a</w:t></w:r><m:oMath>{formula}</m:oMath></w:p>")).paragraph();
    let found = paragraph.content.into_iter().find_map(|inline| if let Inline::Formula(formula) = inline { Some(*formula) } else { None });
    found.expect("a formula")
}

/// What the formula says on one line.
fn said(formula: &str) -> String {
    read(formula).spoken()
}

#[test]
fn a_fraction_keeps_its_stroke_and_its_sides() {
    assert_eq!(said(&fraction(&r("15"), &r("17"))), "15/17");
    assert_eq!(said(&fraction(&r("x+1"), &r("2"))), "(x+1)/2");
    assert_eq!(said(&format!("{}{}", r("2"), fraction(&r("1"), &r("2")))), "2\u{a0}1/2");
    assert_eq!(said(&fraction(&fraction(&r("1"), &r("2")), &r("3"))), "(1/2)/3");
}

#[test]
fn scripts_are_raised_and_lowered() {
    assert_eq!(said(&format!("<m:sSup>{}{}</m:sSup>", e("e", &r("r")), e("sup", &r("2")))), "r^2");
    assert_eq!(said(&format!("<m:sSub>{}{}</m:sSub>", e("e", &r("x")), e("sub", &r("1")))), "x_1");
    assert_eq!(said(&format!("<m:sSubSup>{}{}{}</m:sSubSup>", e("e", &r("x")), e("sub", &r("1")), e("sup", &r("2")))), "x_1^2");
    let before = format!("<m:sPre>{}{}{}</m:sPre>", e("sub", &r("6")), e("sup", &r("12")), e("e", &r("C")));
    assert_eq!(said(&before), "_6^12C");
    let sum = format!("<m:sSup>{}{}</m:sSup>", e("e", &r("a+b")), e("sup", &r("n+1")));
    assert_eq!(said(&sum), "(a+b)^(n+1)");
}

#[test]
fn roots_sums_and_brackets_have_their_signs() {
    assert_eq!(said(&format!("<m:rad><m:radPr><m:degHide m:val=\"1\"/></m:radPr><m:deg/>{}</m:rad>", e("e", &r("16")))), "√16");
    assert_eq!(said(&format!("<m:rad>{}{}</m:rad>", e("deg", &r("3")), e("e", &r("x+1")))), "∛(x+1)");
    let sum = format!(
        "<m:nary><m:naryPr><m:chr m:val=\"∑\"/></m:naryPr>{}{}{}</m:nary>",
        e("sub", &r("i=1")),
        e("sup", &r("n")),
        e("e", &r("i"))
    );
    assert_eq!(said(&sum), "∑_(i=1)^n i");
    assert_eq!(said(&format!("<m:d>{}{}</m:d>", e("e", &r("1")), e("e", &r("2")))), "(1|2)");
    let row = |cells: [&str; 2]| e("mr", &format!("{}{}", e("e", &r(cells[0])), e("e", &r(cells[1]))));
    assert_eq!(said(&format!("<m:m>{}{}</m:m>", row(["1", "2"]), row(["3", "4"]))), "1\u{2003}2; 3\u{2003}4");
}

#[test]
fn variables_are_slanted_and_figures_are_not() {
    let texts = |formula: &str| {
        let content = read(formula).content;
        let texts =
            content.into_iter().filter_map(|piece| if let Math::Text { text, props, .. } = piece { Some((text, props)) } else { None });
        texts.map(|(text, props)| (text, props.italic, props.bold)).collect::<Vec<_>>()
    };
    let one = |text: &str, italic, bold| (text.to_owned(), italic, bold);
    assert_eq!(texts(&r("2x+10")), [one("2", false, false), one("x", true, false), one("+10", false, false)]);
    let styled = |style: &str| format!("<m:r><m:rPr><m:sty m:val=\"{style}\"/></m:rPr><m:t>v</m:t></m:r>");
    assert_eq!(texts(&styled("p")), [one("v", false, false)]);
    assert_eq!(texts(&styled("bi")), [one("v", true, true)]);
    assert_eq!(texts(&r("\u{1D465}\u{1D400}")), [one("x", true, false), one("A", false, true)], "letters of mathematical alphabets");
}

#[test]
fn what_a_formula_consists_of_is_read_with_its_properties() {
    let skewed = format!("<m:f><m:fPr><m:type m:val=\"skw\"/></m:fPr>{}{}</m:f>", e("num", &r("1")), e("den", &r("2")));
    assert!(matches!(read(&skewed).content[0], Math::Fraction { kind: FractionKind::Skewed, .. }));
    let integral = format!("<m:nary>{}{}{}</m:nary>", e("sub", &r("0")), e("sup", &r("1")), e("e", &r("x")));
    assert!(matches!(&read(&integral).content[0], Math::Nary { sign, stacked: false, .. } if sign == "∫"));
    let open = format!("<m:d><m:dPr><m:begChr m:val=\"{{\"/><m:endChr m:val=\"\"/></m:dPr>{}</m:d>", e("e", &r("x")));
    assert!(matches!(&read(&open).content[0], Math::Delimited { open, close, .. } if open == "{" && close.is_empty()));
    let rows = format!("<m:eqArr>{}{}</m:eqArr>", e("e", &r("x&amp;=1")), e("e", &r("10y&amp;=2")));
    let Math::Equations(rows) = &read(&rows).content[0] else { panic!("no equations") };
    assert!(rows.iter().all(|row| row.len() == 2), "{rows:?}");
    assert_eq!(said(&format!("<m:phant><m:phantPr><m:show m:val=\"0\"/></m:phantPr>{}</m:phant>", e("e", &r("x")))), "");
    assert_eq!(said(&format!("<m:func>{}{}</m:func>", e("fName", &r("sin")), e("e", &r("x")))), "sin x");
}

#[test]
fn a_paragraph_of_display_formulas_alone_stands_as_they_do() {
    let para = |jc: &str, before: &str| {
        let formula = format!("<m:oMathPara><m:oMathParaPr>{jc}</m:oMathParaPr><m:oMath>{}</m:oMath></m:oMathPara>", r("x"));
        Maker::body(&format!("<w:p>{before}{formula}</w:p>")).paragraph().props.align
    };
    assert_eq!(para("", ""), Align::Center);
    assert_eq!(para("<m:jc m:val=\"left\"/>", ""), Align::Left);
    assert_eq!(para("", "<w:r><w:t>so</w:t></w:r>"), Align::Left, "beside text it stands in the line");
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
