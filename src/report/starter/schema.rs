//! The order of elements in a document (ECMA-376 part 1, annex A): docx-rs writes some of them in another one, and strict readers refuse that.

use std::collections::HashMap;

use crate::report::xml::{CELL_PROPERTIES, Tree};
use docx_to_pdf::package::Limits;

/// Parents whose children have an order, and that order.
pub(super) const ORDERS: [(&str, &[&str]); 12] = [
    (
        "pPr",
        &[
            "pStyle",
            "keepNext",
            "keepLines",
            "pageBreakBefore",
            "framePr",
            "widowControl",
            "numPr",
            "suppressLineNumbers",
            "pBdr",
            "shd",
            "tabs",
            "suppressAutoHyphens",
            "kinsoku",
            "wordWrap",
            "overflowPunct",
            "topLinePunct",
            "autoSpaceDE",
            "autoSpaceDN",
            "bidi",
            "adjustRightInd",
            "snapToGrid",
            "spacing",
            "ind",
            "contextualSpacing",
            "mirrorIndents",
            "suppressOverlap",
            "jc",
            "textDirection",
            "textAlignment",
            "textboxTightWrap",
            "outlineLvl",
            "divId",
            "cnfStyle",
            "rPr",
            "sectPr",
            "pPrChange",
        ],
    ),
    (
        "rPr",
        &[
            "rStyle",
            "rFonts",
            "b",
            "bCs",
            "i",
            "iCs",
            "caps",
            "smallCaps",
            "strike",
            "dstrike",
            "outline",
            "shadow",
            "emboss",
            "imprint",
            "noProof",
            "snapToGrid",
            "vanish",
            "webHidden",
            "color",
            "spacing",
            "w",
            "kern",
            "position",
            "sz",
            "szCs",
            "highlight",
            "u",
            "effect",
            "bdr",
            "shd",
            "fitText",
            "vertAlign",
            "rtl",
            "cs",
            "em",
            "lang",
            "eastAsianLayout",
            "specVanish",
            "oMath",
        ],
    ),
    (
        "tblPr",
        &[
            "tblStyle",
            "tblpPr",
            "tblOverlap",
            "bidiVisual",
            "tblStyleRowBandSize",
            "tblStyleColBandSize",
            "tblW",
            "jc",
            "tblCellSpacing",
            "tblInd",
            "tblBorders",
            "shd",
            "tblLayout",
            "tblCellMar",
            "tblLook",
            "tblCaption",
            "tblDescription",
        ],
    ),
    ("tcPr", &CELL_PROPERTIES),
    ("tcBorders", &["top", "start", "left", "bottom", "end", "right", "insideH", "insideV", "tl2br", "tr2bl"]),
    ("tblBorders", &["top", "start", "left", "bottom", "end", "right", "insideH", "insideV"]),
    ("tblCellMar", &["top", "start", "left", "bottom", "end", "right"]),
    (
        "sectPr",
        &[
            "headerReference",
            "footerReference",
            "footnotePr",
            "endnotePr",
            "type",
            "pgSz",
            "pgMar",
            "paperSrc",
            "pgBorders",
            "lnNumType",
            "pgNumType",
            "cols",
            "formProt",
            "vAlign",
            "noEndnote",
            "titlePg",
            "textDirection",
            "bidi",
            "rtlGutter",
            "docGrid",
        ],
    ),
    (
        "style",
        &[
            "name",
            "aliases",
            "basedOn",
            "next",
            "link",
            "autoRedefine",
            "hidden",
            "uiPriority",
            "semiHidden",
            "unhideWhenUsed",
            "qFormat",
            "locked",
            "personal",
            "rsid",
            "pPr",
            "rPr",
            "tblPr",
            "trPr",
            "tcPr",
            "tblStylePr",
        ],
    ),
    ("lvl", &["start", "numFmt", "lvlRestart", "pStyle", "isLgl", "suff", "lvlText", "lvlPicBulletId", "lvlJc", "pPr", "rPr"]),
    ("sdtPr", &["rPr", "alias", "tag", "id", "lock", "placeholder", "temporary", "showingPlcHdr", "dataBinding", "text"]),
    ("sdt", &["sdtPr", "sdtEndPr", "sdtContent"]),
];

/// The children an order knows; the others keep their places behind the ones before them.
fn rank(order: &[&str], name: &str) -> Option<usize> {
    order.iter().position(|known| *known == name)
}

/// A part with the children of every known parent in their order, and without property lists that hold nothing.
pub(super) fn ordered(xml: &str) -> String {
    let Ok(tree) = Tree::read(xml, &Limits::default()) else { return xml.to_owned() };
    let orders: HashMap<&str, &[&str]> = ORDERS.into_iter().collect();
    let mut out = String::with_capacity(xml.len());
    let root = tree.elements[0];
    out.push_str(&xml[..root.start]);
    write(&tree, xml, 0, &orders, &mut out);
    out.push_str(&xml[root.end..]);
    out
}

fn write(tree: &Tree, xml: &str, at: usize, orders: &HashMap<&str, &[&str]>, out: &mut String) {
    let element = tree.elements[at];
    let mut children: Vec<usize> = tree.children(at).collect();
    if children.is_empty() {
        out.push_str(&xml[element.start..element.end]);
        return;
    }
    // Empty lists of properties say nothing; the mark's own ones may even stand where they must not.
    children.retain(|&child| {
        !(matches!(tree.name(child, xml), "rPr" | "pPr" | "tblBorders" | "trPr") && tree.children(child).next().is_none())
    });
    out.push_str(&xml[element.start..element.open_end]);
    if let Some(order) = orders.get(tree.name(at, xml)) {
        let mut last = 0;
        let mut ranked: Vec<(usize, usize)> = Vec::with_capacity(children.len());
        for child in children {
            last = rank(order, tree.name(child, xml)).unwrap_or(last);
            ranked.push((last, child));
        }
        ranked.sort_by_key(|(rank, _)| *rank);
        for (_, child) in ranked {
            write(tree, xml, child, orders, out);
        }
    } else {
        // Text stands between elements here.
        let mut behind = element.open_end;
        for child in tree.children(at) {
            out.push_str(&xml[behind..tree.elements[child].start]);
            if children.contains(&child) {
                write(tree, xml, child, orders, out);
            }
            behind = tree.elements[child].end;
        }
        out.push_str(&xml[behind..element.close]);
    }
    out.push_str(&xml[element.close..element.end]);
}

/// What stands out of order in a part, as `parent/child`.
#[cfg(test)]
pub(super) fn misplaced(xml: &str) -> Vec<String> {
    let tree = Tree::read(xml, &Limits::default()).unwrap_or_else(|error| panic!("{error}"));
    let orders: HashMap<&str, &[&str]> = ORDERS.into_iter().collect();
    let mut out = Vec::new();
    for at in 0..tree.elements.len() {
        let Some(order) = orders.get(tree.name(at, xml)) else { continue };
        let mut highest = 0;
        for child in tree.children(at) {
            let name = tree.name(child, xml);
            match rank(order, name) {
                Some(rank) if rank >= highest => highest = rank,
                _ => out.push(format!("{}/{name}", tree.name(at, xml))),
            }
        }
    }
    out
}
