//! What a document asks for and layout does not do: each thing is named once, so that nothing is left out in silence (ECMA-376 part 1, 17).
//!
//! Elements that nobody reads are found here, in one walk over a part's tree; what the reader or layout meets while working is warned of where it is met.

use super::numerals::is_known;
use super::values::{casts_plainly, integer, is_on, switch, switched};
use super::warnings::Warnings;
use super::xml::{Node, Tree};

/// Borders that are lines (17.18.2); all other names are pictures around the page.
const LINES: [&str; 27] = [
    "nil",
    "none",
    "single",
    "thick",
    "double",
    "dotted",
    "dashed",
    "dotDash",
    "dotDotDash",
    "triple",
    "thinThickSmallGap",
    "thickThinSmallGap",
    "thinThickThinSmallGap",
    "thinThickMediumGap",
    "thickThinMediumGap",
    "thinThickThinMediumGap",
    "thinThickLargeGap",
    "thickThinLargeGap",
    "thinThickThinLargeGap",
    "wave",
    "doubleWave",
    "dashSmallGap",
    "dashDotStroked",
    "threeDEmboss",
    "threeDEngrave",
    "outset",
    "inset",
];

/// Compatibility settings (17.15.3) that move or change what is drawn, and that layout does not follow.
const COMPATIBILITY: [&str; 38] = [
    "adjustLineHeightInTable",
    "alignTablesRowByRow",
    "allowSpaceOfSameStyleInTable",
    "autofitToFirstFixedWidthCell",
    "autoSpaceLikeWord95",
    "balanceSingleByteDoubleByteWidth",
    "displayHangulFixedWidth",
    "doNotAutofitConstrainedTables",
    "doNotBreakConstrainedForcedTable",
    "doNotBreakWrappedTables",
    "doNotSnapToGridInCell",
    "doNotSuppressIndentation",
    "doNotUseIndentAsNumberingTabStop",
    "doNotVertAlignCellWithSp",
    "doNotVertAlignInTxbx",
    "doNotWrapTextWithPunct",
    "footnoteLayoutLikeWW8",
    "forgetLastTabAlignment",
    "growAutofit",
    "layoutRawTableWidth",
    "layoutTableRowsApart",
    "lineWrapLikeWord6",
    "noExtraLineSpacing",
    "noLeading",
    "noSpaceRaiseLower",
    "noTabHangInd",
    "shapeLayoutLikeWW8",
    "spaceForUL",
    "spacingInWholePoints",
    "suppressBottomSpacing",
    "suppressSpacingAtTopOfPage",
    "suppressSpBfAfterPgBrk",
    "suppressTopSpacing",
    "suppressTopSpacingWP",
    "swapBordersFacingPages",
    "truncateFontHeightsLikeWP6",
    "ulTrailSpace",
    "wrapTrailSpaces",
];

/// Warns of everything in a part that nobody lays out.
pub(super) fn look_over(tree: &Tree<'_>, part: &str, warnings: &mut Warnings) {
    for node in tree.elements() {
        if let Some(feature) = feature(node) {
            warnings.unsupported(feature, part);
        }
    }
}

/// Warns of settings that layout does not follow.
pub(super) fn look_over_settings(settings: Node<'_>, warnings: &mut Warnings) {
    const PART: &str = "word/settings.xml";
    for node in settings.children() {
        let feature = match node.name() {
            "w:autoHyphenation" if switched(node) => Some("automatic hyphenation (words stay whole)"),
            "w:bookFoldPrinting" | "w:bookFoldRevPrinting" | "w:printTwoOnOne" if switched(node) => {
                Some("two pages on one sheet (each page stands by itself)")
            }
            "w:characterSpacingControl" if node.val().is_some_and(|kind| kind.starts_with("compress")) => Some("compressed punctuation"),
            "w:footnotePr" | "w:endnotePr" => notes(node),
            _ => None,
        };
        if let Some(feature) = feature {
            warnings.unsupported(feature, PART);
        }
    }
    for setting in settings.child("w:compat").into_iter().flat_map(Node::children).filter(|setting| switched(*setting)) {
        let name = setting.name().trim_start_matches("w:");
        if COMPATIBILITY.contains(&name) {
            warnings.unsupported(format!("the compatibility setting {name}"), PART);
        }
    }
}

/// What an element asks for that is not laid out.
fn feature(node: Node<'_>) -> Option<&'static str> {
    let said = |value: &str| node.val() == Some(value);
    match node.name() {
        "w:em" if !said("none") => Some("an emphasis mark"),
        "w:eastAsianLayout" => Some("two lines in one, or text turned in its line (eastAsianLayout)"),
        "w:fitText" => Some("text fitted to a width (fitText)"),
        "w:tcFitText" if switched(node) => Some("text squeezed into its cell (tcFitText)"),
        "w:mirrorIndents" if switched(node) => Some("indents that change sides on even pages (mirrorIndents)"),
        "w:wordWrap" if !switched(node) => Some("lines that end inside words (wordWrap)"),
        "w:suppressOverlap" if switched(node) => Some("frames that may not overlap (suppressOverlap)"),
        "w:tblOverlap" if said("never") => Some("floating tables that may not overlap (tblOverlap)"),
        "w:topLinePunct" if switched(node) => Some("compressed punctuation"),
        "w:dayShort" | "w:dayLong" | "w:monthShort" | "w:monthLong" | "w:yearShort" | "w:yearLong" => Some("a date block"),
        "w:pPr" => node.child("w:textDirection").and_then(Node::val).filter(|way| *way != "lrTb").map(|_| "a paragraph of turned text"),
        "w:pgNumType" if !node.attr("w:fmt").is_none_or(is_known) => Some("page numbers of another form (shown as 1, 2, 3)"),
        "w:sectPr" => section(node),
        "w:pgBorders" => page_borders(node),
        "w:footnotePr" | "w:endnotePr" => notes(node),
        "w14:glow" | "w14:shadow" | "w14:reflection" | "w14:props3d" => Some("a text effect (glow, shadow, reflection, depth)"),
        "w14:textOutline" if node.child("w14:noFill").is_none() => Some("a text effect (outline)"),
        "a:outerShdw" if casts_plainly(node) => None,
        "a:outerShdw" | "a:innerShdw" | "a:prstShdw" | "a:glow" | "a:reflection" | "a:softEdge" | "a:bevelT" => {
            Some("an effect of a shape or picture (shadow, glow, reflection, soft edge, bevel)")
        }
        "a:prstTxWarp" if node.attr("prst").is_some_and(|kind| !matches!(kind, "textNoShape" | "textPlain")) => {
            Some("text bent along a shape (WordArt; its words are shown straight)")
        }
        "v:shadow" if node.attr("on").is_some_and(is_on) && node.attr("type").is_some_and(|kind| kind != "single") => {
            Some("an effect of a shape or picture (shadow)")
        }
        "wp:wrapPolygon" if node.children().count() > 5 => Some("text around an outline (it goes around the rectangle)"),
        _ => None,
    }
}

fn section(node: Node<'_>) -> Option<&'static str> {
    let grid = node.child("w:docGrid");
    let characters = grid.is_some_and(|grid| {
        matches!(grid.attr("w:type"), Some("linesAndChars" | "snapToChars")) && grid.attr("w:charSpace").and_then(integer).unwrap_or(0) != 0
    });
    if node.child_val("w:textDirection").is_some_and(|way| way != "lrTb") {
        Some("a page of turned text")
    } else if characters {
        Some("a grid for characters (lines follow theirs)")
    } else if node.child_val("w:vAlign") == Some("both") {
        Some("text spread over the page's height")
    } else if switch(node, "w:noEndnote").unwrap_or(false) {
        Some("a section without its endnotes")
    } else {
        None
    }
}

fn page_borders(node: Node<'_>) -> Option<&'static str> {
    let art = node.children().filter_map(Node::val).any(|style| !LINES.contains(&style));
    art.then_some("a page border of pictures (drawn as a line)")
}

/// Notes that stand or are counted otherwise than page by page and through the document.
fn notes(node: Node<'_>) -> Option<&'static str> {
    match (node.child_val("w:pos"), node.child_val("w:numRestart")) {
        (Some("beneathText"), _) => Some("footnotes right below the text"),
        (Some("sectEnd"), _) if node.name() == "w:footnotePr" => Some("footnotes at the section's end"),
        (Some("sectEnd"), _) => Some("endnotes at their section's end"),
        (_, Some("eachPage" | "eachSect")) => Some("notes counted anew on each page or in each section"),
        _ if !node.child_val("w:numFmt").is_none_or(is_known) => Some("note numbers of another form (shown as 1, 2, 3)"),
        _ => None,
    }
}
