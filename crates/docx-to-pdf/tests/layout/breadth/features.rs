//! What real documents use (report design, section 4), one line a feature: it changes what is drawn, or a warning names it.

use crate::breadth::Sheet;
use crate::measured::{borders, lines, p, row};

/// What must come of a feature.
enum Outcome {
    /// The pages differ from those of the same document without it.
    Drawn,
    /// These words are shown.
    Shows(&'static [&'static str]),
    /// A warning says this.
    Warns(&'static str),
}

use Outcome::{Drawn, Shows, Warns};

/// Where a feature's XML stands; `@` in the body marks the place.
enum Place {
    Body(&'static str),
    Section,
    Settings,
    Compat,
}

use Place::{Body, Compat, Section, Settings};

type Feature = (&'static str, &'static str, Place, Outcome);

const TEXT: &str = "some words of text that are long enough to go over several lines, so that a rule about lines can show what it does";
const RUN: &str = r#"<w:p><w:r><w:rPr>@</w:rPr><w:t xml:space="preserve">TEXT </w:t></w:r><w:r><w:t>ffi after</w:t></w:r></w:p>"#;
const PARAGRAPH: &str =
    "<w:p><w:r><w:t>before</w:t></w:r></w:p><w:p><w:pPr>@</w:pPr><w:r><w:t>TEXT</w:t></w:r></w:p><w:p><w:r><w:t>after</w:t></w:r></w:p>";
const PAGEFUL: &str = "LINES<w:p><w:pPr>@</w:pPr><w:r><w:t>TEXT TEXT</w:t></w:r></w:p><w:p><w:r><w:t>TEXT</w:t></w:r></w:p>";
const CONTENT: &str = "<w:p>@</w:p>";
const BLOCKS: &str = "@";
const TABLE: &str = "TABLE_START@</w:tblPr>TABLE_REST";
const ROW: &str = "LINESROW_START@ROW_REST";
const CELL: &str = "CELL_START@CELL_REST";
const SHAPE: &str = "SHAPE_START@SHAPE_REST";
const EMPTY_ROW: &str = r#"<w:tbl><w:tblGrid><w:gridCol w:w="900"/></w:tblGrid><w:tr><w:trPr>@</w:trPr><w:tc><w:p/></w:tc></w:tr></w:tbl><w:p><w:r><w:t>x</w:t></w:r></w:p>"#;
const OLD_SPAN: &str = r#"<w:tbl><w:tblGrid><w:gridCol w:w="900"/><w:gridCol w:w="900"/></w:tblGrid><w:tr><w:tc><w:tcPr><w:hMerge w:val="restart"/></w:tcPr><w:p><w:r><w:t>TEXT</w:t></w:r></w:p></w:tc><w:tc><w:tcPr>@</w:tcPr><w:p/></w:tc></w:tr></w:tbl>"#;
const LIST: &str = r#"<w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr></w:pPr><w:r><w:t>item</w:t></w:r></w:p>"#;

#[rustfmt::skip]
const FEATURES: &[Feature] = &[
    // Runs
    ("bold", "<w:b/>", Body(RUN), Drawn),
    ("italic", "<w:i/>", Body(RUN), Drawn),
    ("size", r#"<w:sz w:val="40"/>"#, Body(RUN), Drawn),
    ("font", r#"<w:rFonts w:ascii="Carlito"/>"#, Body(RUN), Drawn),
    ("a font that is not there", r#"<w:rFonts w:ascii="Wingbats Nova"/>"#, Body(RUN), Warns("the font 'Wingbats Nova' is not there")),
    ("colour", r#"<w:color w:val="FF0000"/>"#, Body(RUN), Drawn),
    ("underline", r#"<w:u w:val="single"/>"#, Body(RUN), Drawn),
    ("double underline", r#"<w:u w:val="double"/>"#, Body(RUN), Drawn),
    ("strike", "<w:strike/>", Body(RUN), Drawn),
    ("double strike", "<w:dstrike/>", Body(RUN), Drawn),
    ("highlight", r#"<w:highlight w:val="yellow"/>"#, Body(RUN), Drawn),
    ("run shading", r#"<w:shd w:val="clear" w:fill="CCCCCC"/>"#, Body(RUN), Drawn),
    ("run border", r#"<w:bdr w:val="single" w:sz="4" w:space="0" w:color="auto"/>"#, Body(RUN), Drawn),
    ("capitals", "<w:caps/>", Body(RUN), Drawn),
    ("small capitals", "<w:smallCaps/>", Body(RUN), Drawn),
    ("superscript", r#"<w:vertAlign w:val="superscript"/>"#, Body(RUN), Drawn),
    ("subscript", r#"<w:vertAlign w:val="subscript"/>"#, Body(RUN), Drawn),
    ("raised", r#"<w:position w:val="6"/>"#, Body(RUN), Drawn),
    ("character spacing", r#"<w:spacing w:val="20"/>"#, Body(RUN), Drawn),
    ("scaling", r#"<w:w w:val="150"/>"#, Body(RUN), Drawn),
    ("kerning", r#"<w:kern w:val="8"/>"#, Body("<w:p><w:r><w:rPr>@</w:rPr><w:t>AVATAR To</w:t></w:r></w:p>"), Drawn),
    ("hidden", "<w:vanish/>", Body(RUN), Drawn),
    ("outlined text", "<w:outline/>", Body(RUN), Warns("a text effect")),
    ("glowing text", "<w14:glow/>", Body(RUN), Warns("a text effect (glow")),
    ("emphasis mark", r#"<w:em w:val="dot"/>"#, Body(RUN), Warns("an emphasis mark")),
    ("two lines in one", r#"<w:eastAsianLayout w:combine="1"/>"#, Body(RUN), Warns("two lines in one")),
    ("fitted text", r#"<w:fitText w:val="2000"/>"#, Body(RUN), Warns("text fitted to a width")),
    ("forced direction", r#"<w:bdo w:val="rtl"><w:r><w:t>abc</w:t></w:r></w:bdo>"#, Body(CONTENT), Warns("text with a direction of its own")),
    ("a character of no font", "<w:r><w:t>\u{12000}</w:t></w:r>", Body(CONTENT), Warns("no font has the character")),
    // Paragraphs
    ("alignment", r#"<w:jc w:val="center"/>"#, Body(PARAGRAPH), Drawn),
    ("justification", r#"<w:jc w:val="both"/>"#, Body(PARAGRAPH), Drawn),
    ("indents", r#"<w:ind w:left="400" w:right="300" w:firstLine="200"/>"#, Body(PARAGRAPH), Drawn),
    ("space before and after", r#"<w:spacing w:before="200" w:after="300"/>"#, Body(PARAGRAPH), Drawn),
    ("automatic space", r#"<w:spacing w:beforeAutospacing="1"/>"#, Body(PARAGRAPH), Drawn),
    ("contextual spacing", "<w:contextualSpacing/>", Body(r#"<w:p><w:pPr><w:spacing w:after="300"/>@</w:pPr><w:r><w:t>a</w:t></w:r></w:p><w:p><w:r><w:t>b</w:t></w:r></w:p>"#), Drawn),
    ("line spacing", r#"<w:spacing w:line="360" w:lineRule="auto"/>"#, Body(PARAGRAPH), Drawn),
    ("exact lines", r#"<w:spacing w:line="500" w:lineRule="exact"/>"#, Body(PARAGRAPH), Drawn),
    ("lines at least", r#"<w:spacing w:line="500" w:lineRule="atLeast"/>"#, Body(PARAGRAPH), Drawn),
    ("paragraph borders", r#"<w:pBdr><w:top w:val="single" w:sz="8" w:space="1"/><w:left w:val="double" w:sz="8" w:space="4"/></w:pBdr>"#, Body(PARAGRAPH), Drawn),
    ("bar beside a paragraph", r#"<w:pBdr><w:bar w:val="single" w:sz="8" w:space="4"/></w:pBdr>"#, Body(PARAGRAPH), Drawn),
    ("paragraph shading", r#"<w:shd w:val="clear" w:fill="EEEEEE"/>"#, Body(PARAGRAPH), Drawn),
    ("page break before", "<w:pageBreakBefore/>", Body(PARAGRAPH), Drawn),
    ("keep with next", "<w:keepNext/>", Body("LINES<w:p><w:pPr>@</w:pPr><w:r><w:t>head</w:t></w:r></w:p><w:p><w:pPr><w:keepLines/></w:pPr><w:r><w:t>TEXT</w:t></w:r></w:p>"), Drawn),
    ("keep lines", "<w:keepLines/>", Body(PAGEFUL), Drawn),
    ("no widow control", r#"<w:widowControl w:val="0"/>"#, Body("LINESl<w:p><w:r><w:t>l</w:t></w:r></w:p><w:p><w:pPr>@</w:pPr><w:r><w:t>TEXT</w:t></w:r></w:p>"), Drawn),
    ("text alignment on the line", r#"<w:textAlignment w:val="top"/>"#, Body(r#"<w:p><w:pPr>@</w:pPr><w:r><w:t>a</w:t></w:r><w:r><w:rPr><w:sz w:val="60"/></w:rPr><w:t>B</w:t></w:r></w:p>"#), Drawn),
    ("frame", r#"<w:framePr w:w="1000" w:hAnchor="page" w:vAnchor="page" w:x="3000" w:y="3000" w:wrap="around"/>"#, Body(PARAGRAPH), Drawn),
    ("drop cap", r#"<w:framePr w:dropCap="drop" w:lines="2" w:wrap="around" w:vAnchor="text" w:hAnchor="text"/>"#, Body(PARAGRAPH), Drawn),
    ("frames apart", "<w:suppressOverlap/>", Body(PARAGRAPH), Warns("frames that may not overlap")),
    ("mirrored indents", "<w:mirrorIndents/>", Body(PARAGRAPH), Warns("indents that change sides")),
    ("turned paragraph", r#"<w:textDirection w:val="tbRl"/>"#, Body(PARAGRAPH), Warns("a paragraph of turned text")),
    ("lines that end inside words", r#"<w:wordWrap w:val="0"/>"#, Body(PARAGRAPH), Warns("lines that end inside words")),
    ("right-to-left paragraph", "<w:bidi/>", Body(PARAGRAPH), Drawn),
    ("Hebrew", "<w:r><w:t>שלום</w:t></w:r>", Body(CONTENT), Drawn),
    ("Chinese", "<w:r><w:t>中文</w:t></w:r>", Body(CONTENT), Drawn),
    ("ruby", "<w:r><w:ruby><w:rt><w:r><w:t>a</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>b</w:t></w:r></w:rubyBase></w:ruby></w:r>", Body(CONTENT), Warns("ruby text")),
    // Tabs
    ("left tab", r#"<w:tabs><w:tab w:val="left" w:pos="3000"/></w:tabs>"#, Body(TABBED), Drawn),
    ("centre tab", r#"<w:tabs><w:tab w:val="center" w:pos="3000"/></w:tabs>"#, Body(TABBED), Drawn),
    ("right tab", r#"<w:tabs><w:tab w:val="right" w:pos="3000"/></w:tabs>"#, Body(TABBED), Drawn),
    ("decimal tab", r#"<w:tabs><w:tab w:val="decimal" w:pos="3000"/></w:tabs>"#, Body(TABBED), Drawn),
    ("bar tab", r#"<w:tabs><w:tab w:val="bar" w:pos="3000"/></w:tabs>"#, Body(TABBED), Drawn),
    ("leader", r#"<w:tabs><w:tab w:val="left" w:leader="dot" w:pos="720"/></w:tabs>"#, Body(TABBED), Drawn),
    ("tab of a right-to-left paragraph", r#"<w:tabs><w:tab w:val="left" w:pos="3000"/></w:tabs>"#, Body("<w:p><w:pPr><w:bidi/>@</w:pPr><w:r><w:t>a</w:t><w:tab/><w:t>b</w:t></w:r></w:p>"), Drawn),
    ("position tab", r#"<w:r><w:ptab w:relativeTo="margin" w:alignment="right" w:leader="none"/><w:t>x</w:t></w:r>"#, Body(CONTENT), Drawn),
    // Content
    ("line break", "<w:r><w:br/></w:r>", Body("<w:p><w:r><w:t>a</w:t></w:r>@<w:r><w:t>b</w:t></w:r></w:p>"), Drawn),
    ("page break", r#"<w:r><w:br w:type="page"/></w:r>"#, Body("<w:p><w:r><w:t>a</w:t></w:r>@<w:r><w:t>b</w:t></w:r></w:p>"), Drawn),
    ("symbol", r#"<w:r><w:sym w:font="Wingdings" w:char="F0FC"/></w:r>"#, Body(CONTENT), Shows(&["✔"])),
    ("no-break hyphen", "<w:r><w:t>a</w:t><w:noBreakHyphen/><w:t>b</w:t></w:r>", Body(CONTENT), Shows(&["a-b"])),
    ("link", r#"<w:hyperlink w:anchor="b"><w:r><w:t>go</w:t></w:r></w:hyperlink><w:bookmarkStart w:id="1" w:name="b"/><w:r><w:t>here</w:t></w:r>"#, Body(CONTENT), Shows(&["go"])),
    ("content control", "<w:sdt><w:sdtContent><w:p><w:sdt><w:sdtContent><w:r><w:t>inside</w:t></w:r></w:sdtContent></w:sdt></w:p></w:sdtContent></w:sdt>", Body(BLOCKS), Shows(&["inside"])),
    ("smart tag", r#"<w:smartTag w:element="x"><w:r><w:t>smart</w:t></w:r></w:smartTag>"#, Body(CONTENT), Shows(&["smart"])),
    ("insertion", "<w:ins><w:r><w:t>new</w:t></w:r></w:ins><w:del><w:r><w:delText>old</w:delText></w:r></w:del>", Body(CONTENT), Shows(&["new"])),
    ("formula", "<m:oMath><m:r><m:t>x</m:t></m:r></m:oMath>", Body(CONTENT), Drawn),
    ("date block", "<w:r><w:dayLong/></w:r>", Body(CONTENT), Warns("a date block")),
    ("embedded document", r#"<w:altChunk r:id="x"/>"#, Body(BLOCKS), Warns("an embedded document")),
    ("page number", r#"<w:fldSimple w:instr=" PAGE "><w:r><w:t>9</w:t></w:r></w:fldSimple>"#, Body(CONTENT), Shows(&["1"])),
    ("number of pages", r#"<w:fldSimple w:instr=" NUMPAGES "><w:r><w:t>9</w:t></w:r></w:fldSimple>"#, Body(CONTENT), Shows(&["1"])),
    ("other field", r#"<w:fldSimple w:instr=" DATE "><w:r><w:t>today</w:t></w:r></w:fldSimple>"#, Body(CONTENT), Shows(&["today"])),
    ("footnote", r#"<w:r><w:footnoteReference w:id="1"/></w:r>"#, Body(CONTENT), Shows(&["noted"])),
    ("footnote in a frame", r#"<w:p><w:pPr><w:framePr w:w="1000" w:hAnchor="page" w:vAnchor="page" w:x="3000" w:y="3000"/></w:pPr><w:r><w:footnoteReference w:id="1"/></w:r></w:p>"#, Body(BLOCKS), Shows(&["noted"])),
    ("endnote", r#"<w:r><w:endnoteReference w:id="1"/></w:r>"#, Body(CONTENT), Shows(&["ended"])),
    ("list", LIST, Body(BLOCKS), Shows(&["i.", "item"])),
    ("list of another script", r#"<w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="2"/></w:numPr></w:pPr><w:r><w:t>item</w:t></w:r></w:p>"#, Body(BLOCKS), Warns("list numbers of another form")),
    // Tables
    ("table width in percent", r#"<w:tblW w:w="5000" w:type="pct"/>"#, Body(TABLE), Drawn),
    ("table alignment", r#"<w:jc w:val="center"/>"#, Body(TABLE), Drawn),
    ("table indent", r#"<w:tblInd w:w="400" w:type="dxa"/>"#, Body(TABLE), Drawn),
    ("table borders", "BORDERS", Body(TABLE), Drawn),
    ("cell margins", r#"<w:tblCellMar><w:left w:w="300" w:type="dxa"/></w:tblCellMar>"#, Body(TABLE), Drawn),
    ("right-to-left table", "<w:bidiVisual/>", Body(TABLE), Drawn),
    ("floating table", r#"<w:tblpPr w:horzAnchor="page" w:vertAnchor="page" w:tblpX="3000" w:tblpY="3000"/>"#, Body(TABLE), Drawn),
    ("tables apart", r#"<w:tblOverlap w:val="never"/>"#, Body(TABLE), Warns("floating tables that may not overlap")),
    ("space between cells", r#"<w:tblCellSpacing w:w="100" w:type="dxa"/>"#, Body(TABLE), Drawn),
    ("table style", r#"<w:tblStyle w:val="T"/>"#, Body(TABLE), Drawn),
    ("row height", r#"<w:trHeight w:val="800"/>"#, Body(EMPTY_ROW), Drawn),
    ("exact row height", r#"<w:trHeight w:val="100" w:hRule="exact"/>"#, Body(ROW), Drawn),
    ("row that is not divided", "<w:cantSplit/>", Body(ROW), Drawn),
    ("repeated row", "<w:tblHeader/>", Body("ROW_START@ROW_RESTMANY"), Drawn),
    ("span", r#"<w:gridSpan w:val="2"/>"#, Body(CELL), Drawn),
    ("old span", "<w:hMerge/>", Body(OLD_SPAN), Drawn),
    ("merge down", r#"<w:vMerge w:val="restart"/>"#, Body("CELL_START@CELL_MERGED"), Drawn),
    ("cell shading", r#"<w:shd w:val="clear" w:fill="CCCCCC"/>"#, Body(CELL), Drawn),
    ("cell borders", r#"<w:tcBorders><w:top w:val="single" w:sz="8"/><w:tl2br w:val="single" w:sz="4"/></w:tcBorders>"#, Body(CELL), Drawn),
    ("cell alignment", r#"<w:vAlign w:val="bottom"/>"#, Body(CELL), Drawn),
    ("turned cell", r#"<w:textDirection w:val="btLr"/>"#, Body(CELL), Drawn),
    ("cell without wrapping", "<w:noWrap/>", Body(CELL), Warns("text that may not wrap")),
    ("squeezed cell", "<w:tcFitText/>", Body(CELL), Warns("text squeezed into its cell")),
    ("hidden cell mark", "<w:hideMark/>", Body("<w:tbl><w:tblGrid><w:gridCol w:w=\"900\"/></w:tblGrid><w:tr><w:tc><w:tcPr>@</w:tcPr><w:p/></w:tc></w:tr></w:tbl><w:p><w:r><w:t>x</w:t></w:r></w:p>"), Drawn),
    ("nested table", "TABLE_START</w:tblPr>TABLE_REST<w:p/>", Body("<w:tbl><w:tblGrid><w:gridCol w:w=\"3000\"/></w:tblGrid><w:tr><w:tc>@<w:p/></w:tc></w:tr></w:tbl>"), Drawn),
    // Drawings
    ("shape", r#"<a:solidFill><a:srgbClr val="FF0000"/></a:solidFill>"#, Body(SHAPE), Drawn),
    ("outline", r#"<a:ln w="12700"><a:solidFill><a:srgbClr val="0000FF"/></a:solidFill></a:ln>"#, Body(SHAPE), Drawn),
    ("gradient", r#"<a:gradFill><a:gsLst><a:gs pos="0"><a:srgbClr val="FF0000"/></a:gs><a:gs pos="100000"><a:srgbClr val="0000FF"/></a:gs></a:gsLst></a:gradFill>"#, Body(SHAPE), Drawn),
    ("arrow head", r#"<a:ln w="12700"><a:solidFill><a:srgbClr val="0000FF"/></a:solidFill><a:tailEnd type="triangle"/></a:ln>"#, Body(SHAPE), Drawn),
    ("shadow", r#"<a:solidFill><a:srgbClr val="FF0000"/></a:solidFill><a:effectLst><a:outerShdw><a:srgbClr val="000000"/></a:outerShdw></a:effectLst>"#, Body(SHAPE), Drawn),
    ("shadow on the ground", r#"<a:effectLst><a:outerShdw sy="23000" kx="1200000"><a:srgbClr val="000000"/></a:outerShdw></a:effectLst>"#, Body(SHAPE), Warns("an effect of a shape")),
    ("VML text box", r#"<w:r><w:pict><v:rect style="width:90pt;height:30pt"><v:textbox><w:txbxContent><w:p><w:r><w:t>boxed</w:t></w:r></w:p></w:txbxContent></v:textbox></v:rect></w:pict></w:r>"#, Body(CONTENT), Shows(&["boxed"])),
    // Sections
    ("columns", r#"<w:cols w:num="2" w:space="400"/>"#, Section, Drawn),
    ("line between columns", r#"<w:cols w:num="2" w:space="400" w:sep="1"/>"#, Section, Drawn),
    ("page borders", r#"<w:pgBorders><w:top w:val="single" w:sz="8" w:space="4"/></w:pgBorders>"#, Section, Drawn),
    ("page borders of pictures", r#"<w:pgBorders><w:top w:val="apples" w:sz="8" w:space="4"/></w:pgBorders>"#, Section, Warns("a page border of pictures")),
    ("line numbers", r#"<w:lnNumType w:countBy="1"/>"#, Section, Drawn),
    ("vertical alignment", r#"<w:vAlign w:val="center"/>"#, Section, Drawn),
    ("vertical justification", r#"<w:vAlign w:val="both"/>"#, Section, Warns("text spread over the page's height")),
    ("grid of lines", r#"<w:docGrid w:type="lines" w:linePitch="400"/>"#, Section, Drawn),
    ("grid of characters", r#"<w:docGrid w:type="linesAndChars" w:linePitch="400" w:charSpace="4096"/>"#, Section, Warns("a grid for characters")),
    ("turned page", r#"<w:textDirection w:val="tbRl"/>"#, Section, Warns("a page of turned text")),
    ("header", r#"<w:headerReference w:type="default" r:id="header"/>"#, Section, Shows(&["headed"])),
    ("footer", r#"<w:footerReference w:type="default" r:id="footer"/>"#, Section, Shows(&["footed"])),
    ("first header", r#"<w:headerReference w:type="first" r:id="header"/><w:titlePg/>"#, Section, Shows(&["headed"])),
    ("page numbers of another script", r#"<w:pgNumType w:fmt="hebrew1"/>"#, Section, Warns("page numbers of another form")),
    ("footnotes below the text", r#"<w:footnotePr><w:pos w:val="beneathText"/></w:footnotePr>"#, Section, Warns("footnotes right below the text")),
    ("notes counted by page", r#"<w:footnotePr><w:numRestart w:val="eachPage"/></w:footnotePr>"#, Section, Warns("notes counted anew")),
    ("endnotes of sections", r#"<w:endnotePr><w:pos w:val="sectEnd"/></w:endnotePr>"#, Section, Warns("endnotes at their section's end")),
    ("no endnotes", "<w:noEndnote/>", Section, Warns("a section without its endnotes")),
    // Settings
    ("hyphenation", "<w:autoHyphenation/>", Settings, Warns("automatic hyphenation")),
    ("booklet", "<w:bookFoldPrinting/>", Settings, Warns("two pages on one sheet")),
    ("compressed punctuation", r#"<w:characterSpacingControl w:val="compressPunctuation"/>"#, Settings, Warns("compressed punctuation")),
    ("first footnote", r#"<w:footnotePr><w:numFmt w:val="hebrew1"/></w:footnotePr>"#, Settings, Warns("note numbers of another form")),
    ("page background", "<w:displayBackgroundShape/>", Settings, Drawn),
    ("compatibility", "<w:noLeading/>", Compat, Warns("the compatibility setting noLeading")),
    ("hanging indent without tab", "<w:noTabHangInd/>", Compat, Warns("the compatibility setting noTabHangInd")),
];

const TABBED: &str = "<w:p><w:pPr>@</w:pPr><w:r><w:t>a</w:t><w:tab/><w:t>1.5</w:t></w:r></w:p>";

/// Puts the pieces that many lines share in their places.
fn filled(template: &str) -> String {
    let grid = r#"<w:tblGrid><w:gridCol w:w="1500"/><w:gridCol w:w="900"/></w:tblGrid>"#;
    let cells = |text: &str| format!("<w:tc>{}</w:tc><w:tc>{}</w:tc>", p("", text), p("", "two"));
    let (first, rest) = ("<w:tbl><w:tblPr>", format!("{grid}<w:tr>{}</w:tr></w:tbl><w:p/>", cells("one")));
    let row_start = format!("<w:tbl>{grid}<w:tr><w:trPr>");
    let row_rest = format!("</w:trPr>{}</w:tr><w:tr>{}</w:tr></w:tbl>", cells(TEXT), cells("three"));
    let cell_start = format!("<w:tbl>{grid}<w:tr><w:tc><w:tcPr>");
    let cell_end = format!("</w:tcPr>{}</w:tc><w:tc>{}</w:tc></w:tr>", p("", TEXT), lines(12));
    let cell_rest = format!("{cell_end}</w:tbl>");
    let merged =
        format!("{cell_end}<w:tr><w:tc><w:tcPr><w:vMerge/></w:tcPr>{}</w:tc><w:tc>{}</w:tc></w:tr></w:tbl>", p("", "below"), p("", "x"));
    let shape = r#"<w:p><w:r><w:drawing><wp:inline><wp:extent cx="900000" cy="500000"/><wp:docPr id="1" name="s"/><a:graphic><a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp><wps:spPr><a:prstGeom prst="rect"/>"#;
    let shape_rest = r"</wps:spPr><wps:bodyPr/></wps:wsp></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>";
    let many: String = (0..30).map(|at| row("", &[("", p("", &format!("r{at}"))), ("", p("", "y"))])).collect();
    template
        .replace("ROW_RESTMANY", &format!("</w:trPr>{}</w:tr>{many}</w:tbl>", cells("head")))
        .replace("TABLE_START", first)
        .replace("TABLE_REST", &rest)
        .replace("ROW_START", &row_start)
        .replace("ROW_REST", &row_rest)
        .replace("CELL_START", &cell_start)
        .replace("CELL_REST", &cell_rest)
        .replace("CELL_MERGED", &merged)
        .replace("SHAPE_START", shape)
        .replace("SHAPE_REST", shape_rest)
        .replace("BORDERS", &borders(8))
        .replace("LINES", &lines(12))
        .replace("TEXT", TEXT)
}

fn sheet((_, xml, place, _): &Feature, with: bool) -> Sheet {
    let xml = if with { filled(xml) } else { String::new() };
    let level =
        |format: &str| format!(r#"<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="{format}"/><w:lvlText w:val="%1."/></w:lvl>"#);
    let list = |id: u32, format: &str| format!(r#"<w:abstractNum w:abstractNumId="{id}">{}</w:abstractNum>"#, level(format));
    let number = |id: u32| format!(r#"<w:num w:numId="{id}"><w:abstractNumId w:val="{id}"/></w:num>"#);
    let mut sheet = Sheet {
        body: p("", TEXT),
        styles: r#"<w:style w:type="table" w:styleId="T"><w:name w:val="T"/><w:rPr><w:b/></w:rPr></w:style>"#.to_owned(),
        numbering: format!("{}{}{}{}", list(1, "lowerRoman"), list(2, "hebrew1"), number(1), number(2)),
        footnotes: format!(r#"<w:footnote w:id="1">{}</w:footnote>"#, p("", "noted")),
        endnotes: format!(r#"<w:endnote w:id="1">{}</w:endnote>"#, p("", "ended")),
        header: p("", "headed"),
        footer: p("", "footed"),
        background: r#"<w:background w:color="FFEECC"/>"#.to_owned(),
        ..Sheet::default()
    };
    match place {
        Body(template) => sheet.body = filled(template).replace('@', &xml),
        Section => {
            sheet.section = xml;
            sheet.body = lines(20);
        }
        Settings => sheet.settings = xml,
        Compat => sheet.compat = xml,
    }
    sheet
}

#[test]
fn every_feature_is_laid_out_or_warned_of() {
    let mut wrong = Vec::new();
    for feature in FEATURES {
        let (frames, warnings) = sheet(feature, true).laid();
        let (plain, before) = sheet(feature, false).laid();
        let said = |warnings: &[docx_to_pdf::warning::Warning]| warnings.iter().map(ToString::to_string).collect::<Vec<_>>();
        match &feature.3 {
            Drawn if format!("{:?}", frames.pages) == format!("{:?}", plain.pages) => wrong.push(format!("{}: not drawn", feature.0)),
            Drawn => {}
            Shows(words) => {
                let shown = format!("{:?}", frames.pages.iter().map(crate::support::texts).collect::<Vec<_>>());
                wrong
                    .extend(words.iter().filter(|word| !shown.contains(**word)).map(|word| format!("{}: no {word} in {shown}", feature.0)));
            }
            Warns(text) => {
                if !said(&warnings).iter().any(|warning| warning.contains(text)) {
                    wrong.push(format!("{}: no warning in {:?}", feature.0, said(&warnings)));
                }
                if said(&before).iter().any(|warning| warning.contains(text)) {
                    wrong.push(format!("{}: warned of without need", feature.0));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
