//! Bytes as a walk through WordprocessingML: any input is well-formed, so that mutations reach the layout and not only the XML reader.
//!
//! A byte below 192 opens an element the parent may hold (and gives it attributes), the rest closes one or writes text.

/// The body of a document.
pub fn body(bytes: &[u8]) -> String {
    let mut walk = Walk { bytes: bytes.iter().copied(), out: String::new(), open: Vec::new() };
    while let Some(byte) = walk.bytes.next() {
        walk.step(byte);
    }
    while walk.close() {}
    walk.out
}

struct Walk<I> {
    bytes: I,
    out: String,
    open: Vec<&'static str>,
}

impl<I: Iterator<Item = u8>> Walk<I> {
    fn step(&mut self, byte: u8) {
        let parent = self.open.last().copied().unwrap_or("body");
        let children = CHILDREN.iter().find(|(name, _)| *name == parent).map_or(&[][..], |(_, children)| *children);
        if byte >= 192 || children.is_empty() || self.open.len() > 40 {
            if byte >= 240 || self.open.is_empty() {
                self.leaf(byte);
            } else {
                self.close();
            }
            return;
        }
        let name = children[usize::from(byte) % children.len()];
        if matches!(name, "w:t" | "m:t") {
            self.leaf(byte);
            return;
        }
        self.out.push('<');
        self.out.push_str(name);
        self.attributes();
        self.out.push('>');
        self.open.push(name);
    }

    fn leaf(&mut self, byte: u8) {
        let (before, behind) = match self.open.last() {
            Some(&"w:r") => ("<w:t xml:space=\"preserve\">", "</w:t>"),
            Some(&"m:r") => ("<m:t>", "</m:t>"),
            _ => ("<w:p><w:r><w:t>", "</w:t></w:r></w:p>"),
        };
        self.out.push_str(before);
        let repeat = self.bytes.next().unwrap_or(1) % 24;
        for at in 0..=repeat {
            self.out.push_str(TEXTS[usize::from(byte.wrapping_add(at)) % TEXTS.len()]);
        }
        self.out.push_str(behind);
    }

    /// One byte says how many, then a name and a value each.
    fn attributes(&mut self) {
        let count = self.bytes.next().unwrap_or(0) % 4;
        let mut given: Vec<usize> = Vec::new();
        for _ in 0..count {
            let name = usize::from(self.bytes.next().unwrap_or(0)) % ATTRIBUTES.len();
            let value = VALUES[usize::from(self.bytes.next().unwrap_or(0)) % VALUES.len()];
            if !given.contains(&name) {
                given.push(name);
                self.out.push_str(&format!(" {}=\"{value}\"", ATTRIBUTES[name]));
            }
        }
    }

    fn close(&mut self) -> bool {
        let Some(name) = self.open.pop() else { return false };
        self.out.push_str("</");
        self.out.push_str(name);
        self.out.push('>');
        true
    }
}

/// What stands in what; names that are not listed as a parent stand empty.
const CHILDREN: &[(&str, &[&str])] = &[
    ("body", BLOCKS),
    ("w:sdt", &["w:sdtPr", "w:sdtContent"]),
    ("w:sdtContent", BLOCKS),
    ("w:sdtPr", &["w:alias", "w:tag"]),
    ("w:p", &["w:r", "w:pPr", "w:r", "w:hyperlink", "w:fldSimple", "w:bookmarkStart", "w:bookmarkEnd", "w:ins", "w:smartTag", "m:oMath", "m:oMathPara"]),
    ("w:hyperlink", &["w:r"]),
    ("w:fldSimple", &["w:r"]),
    ("w:ins", &["w:r"]),
    ("w:smartTag", &["w:r"]),
    ("w:pPr", &[
        "w:pStyle", "w:keepNext", "w:keepLines", "w:pageBreakBefore", "w:widowControl", "w:numPr", "w:pBdr", "w:shd", "w:tabs", "w:spacing",
        "w:ind", "w:contextualSpacing", "w:jc", "w:bidi", "w:rPr", "w:sectPr", "w:framePr", "w:outlineLvl", "w:textAlignment",
    ]),
    ("w:numPr", &["w:ilvl", "w:numId"]),
    ("w:pBdr", BORDERS),
    ("w:tabs", &["w:tab"]),
    ("w:rPr", &[
        "w:b", "w:i", "w:u", "w:strike", "w:sz", "w:color", "w:highlight", "w:shd", "w:spacing", "w:w", "w:kern", "w:position", "w:vertAlign",
        "w:smallCaps", "w:caps", "w:vanish", "w:rFonts", "w:rtl", "w:bdr", "w:lang", "w:fitText", "w:em",
    ]),
    ("w:r", &[
        "w:t", "w:rPr", "w:t", "w:tab", "w:br", "w:drawing", "w:pict", "w:sym", "w:noBreakHyphen", "w:softHyphen", "w:fldChar", "w:instrText",
        "w:footnoteReference", "w:endnoteReference", "w:lastRenderedPageBreak", "w:ptab", "w:cr", "mc:AlternateContent",
    ]),
    ("mc:AlternateContent", &["mc:Choice", "mc:Fallback"]),
    ("mc:Choice", &["w:drawing"]),
    ("mc:Fallback", &["w:pict"]),
    ("w:tbl", &["w:tr", "w:tblPr", "w:tblGrid", "w:tr"]),
    ("w:tblPr", &[
        "w:tblStyle", "w:tblW", "w:jc", "w:tblLayout", "w:tblBorders", "w:tblCellMar", "w:tblpPr", "w:tblInd", "w:tblCellSpacing", "w:tblLook",
        "w:bidiVisual",
    ]),
    ("w:tblBorders", BORDERS),
    ("w:tblCellMar", BORDERS),
    ("w:tblGrid", &["w:gridCol"]),
    ("w:tr", &["w:tc", "w:trPr", "w:tc", "w:sdt"]),
    ("w:trPr", &["w:trHeight", "w:cantSplit", "w:tblHeader", "w:gridBefore", "w:gridAfter", "w:wBefore", "w:jc", "w:hidden"]),
    ("w:tc", &["w:p", "w:tcPr", "w:p", "w:tbl"]),
    ("w:tcPr", &["w:tcW", "w:gridSpan", "w:vMerge", "w:hMerge", "w:vAlign", "w:tcBorders", "w:shd", "w:tcMar", "w:noWrap", "w:textDirection"]),
    ("w:tcBorders", BORDERS),
    ("w:tcMar", BORDERS),
    ("w:sectPr", &[
        "w:headerReference", "w:footerReference", "w:pgSz", "w:pgMar", "w:cols", "w:type", "w:titlePg", "w:pgNumType", "w:docGrid", "w:vAlign",
        "w:pgBorders", "w:lnNumType",
    ]),
    ("w:cols", &["w:col"]),
    ("w:pgBorders", BORDERS),
    ("w:drawing", &["wp:inline", "wp:anchor"]),
    ("wp:inline", &["wp:extent", "wp:docPr", "a:graphic"]),
    ("wp:anchor", &[
        "wp:extent", "wp:positionH", "wp:positionV", "wp:wrapSquare", "wp:wrapTopAndBottom", "wp:wrapNone", "wp:wrapTight", "a:graphic", "wp:docPr",
        "wp:effectExtent", "wp:simplePos",
    ]),
    ("wp:positionH", &["wp:posOffset", "wp:align"]),
    ("wp:positionV", &["wp:posOffset", "wp:align"]),
    ("a:graphic", &["a:graphicData"]),
    ("a:graphicData", &["pic:pic", "wps:wsp", "wpg:wgp"]),
    ("wpg:wgp", &["wps:wsp", "pic:pic", "wpg:grpSpPr", "wpg:grpSp"]),
    ("wpg:grpSp", &["wps:wsp", "pic:pic", "wpg:grpSpPr", "wpg:grpSp"]),
    ("wpg:grpSpPr", &["a:xfrm"]),
    ("pic:pic", &["pic:blipFill", "pic:spPr"]),
    ("pic:blipFill", &["a:blip", "a:srcRect"]),
    ("pic:spPr", SHAPE),
    ("wps:wsp", &["wps:spPr", "wps:txbx", "wps:bodyPr", "wps:style"]),
    ("wps:spPr", SHAPE),
    ("wps:txbx", &["w:txbxContent"]),
    ("w:txbxContent", BLOCKS),
    ("a:xfrm", &["a:off", "a:ext", "a:chOff", "a:chExt"]),
    ("a:solidFill", &["a:srgbClr", "a:schemeClr"]),
    ("a:gradFill", &["a:gsLst"]),
    ("a:gsLst", &["a:gs"]),
    ("a:gs", &["a:srgbClr"]),
    ("a:ln", &["a:solidFill", "a:prstDash"]),
    ("a:prstGeom", &["a:avLst"]),
    ("a:avLst", &["a:gd"]),
    ("a:custGeom", &["a:pathLst", "a:gdLst", "a:avLst"]),
    ("a:gdLst", &["a:gd"]),
    ("a:pathLst", &["a:path"]),
    ("a:path", &["a:moveTo", "a:lnTo", "a:cubicBezTo", "a:arcTo", "a:close"]),
    ("a:moveTo", &["a:pt"]),
    ("a:lnTo", &["a:pt"]),
    ("a:cubicBezTo", &["a:pt"]),
    ("w:pict", &["v:shape", "v:rect", "v:group", "v:line", "v:oval"]),
    ("v:group", &["v:shape", "v:rect", "v:group", "v:line"]),
    ("v:shape", VML),
    ("v:rect", VML),
    ("v:oval", VML),
    ("v:textbox", &["w:txbxContent"]),
    ("m:oMathPara", &["m:oMath", "m:oMathParaPr"]),
    ("m:oMathParaPr", &["m:jc"]),
    ("m:oMath", MATH),
    ("m:r", &["m:t", "m:rPr", "w:rPr", "m:t"]),
    ("m:rPr", &["m:sty", "m:nor"]),
    ("m:f", &["m:num", "m:den", "m:fPr"]),
    ("m:fPr", MATH_PROPERTIES),
    ("m:sSubSup", PARTS),
    ("m:sPre", PARTS),
    ("m:sSup", PARTS),
    ("m:nary", &["m:e", "m:sub", "m:sup", "m:naryPr"]),
    ("m:naryPr", MATH_PROPERTIES),
    ("m:rad", &["m:e", "m:deg", "m:radPr"]),
    ("m:radPr", MATH_PROPERTIES),
    ("m:d", &["m:e", "m:e", "m:dPr"]),
    ("m:dPr", MATH_PROPERTIES),
    ("m:m", &["m:mr", "m:mr", "m:mPr"]),
    ("m:mPr", &["m:mcs"]),
    ("m:mcs", &["m:mc"]),
    ("m:mc", &["m:mcPr"]),
    ("m:mcPr", &["m:mcJc", "m:count"]),
    ("m:mr", &["m:e"]),
    ("m:eqArr", &["m:e"]),
    ("m:func", &["m:fName", "m:e"]),
    ("m:limLow", &["m:e", "m:lim"]),
    ("m:limUpp", &["m:e", "m:lim"]),
    ("m:groupChr", &["m:e", "m:groupChrPr"]),
    ("m:groupChrPr", MATH_PROPERTIES),
    ("m:acc", &["m:e", "m:accPr"]),
    ("m:accPr", MATH_PROPERTIES),
    ("m:bar", &["m:e"]),
    ("m:borderBox", &["m:e"]),
    ("m:phant", &["m:e", "m:phantPr"]),
    ("m:phantPr", MATH_PROPERTIES),
    ("m:num", MATH),
    ("m:den", MATH),
    ("m:e", MATH),
    ("m:sub", MATH),
    ("m:sup", MATH),
    ("m:deg", MATH),
    ("m:lim", MATH),
    ("m:fName", MATH),
];

const MATH: &[&str] = &[
    "m:r", "m:f", "m:sSubSup", "m:sPre", "m:sSup", "m:nary", "m:rad", "m:d", "m:m", "m:eqArr", "m:func", "m:limLow", "m:limUpp", "m:groupChr",
    "m:acc", "m:bar", "m:borderBox", "m:phant",
];
const PARTS: &[&str] = &["m:e", "m:sub", "m:sup"];
const MATH_PROPERTIES: &[&str] = &["m:chr", "m:type", "m:pos", "m:limLoc", "m:degHide", "m:begChr", "m:endChr", "m:sepChr", "m:grow", "m:show", "m:zeroWid"];

const BLOCKS: &[&str] = &["w:p", "w:p", "w:tbl", "w:sdt", "w:p", "w:sectPr"];
const BORDERS: &[&str] = &["w:top", "w:left", "w:bottom", "w:right", "w:insideH", "w:insideV", "w:between", "w:bar"];
const SHAPE: &[&str] = &["a:xfrm", "a:prstGeom", "a:custGeom", "a:solidFill", "a:gradFill", "a:noFill", "a:ln"];
const VML: &[&str] = &["v:textbox", "v:imagedata", "v:fill", "v:stroke", "v:path"];

const ATTRIBUTES: &[&str] = &[
    "w:val", "w:w", "w:type", "w:sz", "w:space", "w:color", "w:fill", "w:before", "w:after", "w:line", "w:lineRule", "w:left", "w:right",
    "w:firstLine", "w:hanging", "w:pos", "w:leader", "w:h", "w:top", "w:bottom", "w:header", "w:footer", "w:orient", "w:num", "w:equalWidth",
    "w:start", "w:fmt", "w:linePitch", "w:hRule", "w:ascii", "w:hAnsi", "w:char", "w:font", "w:instr", "w:fldCharType", "w:id", "w:name",
    "w:anchor", "r:id", "r:embed", "cx", "cy", "x", "y", "l", "t", "r", "b", "rot", "flipH", "prst", "val", "pos", "relativeFrom", "behindDoc",
    "wrapText", "distT", "distL", "style", "path", "coordsize", "points", "w:tblpX", "w:tblpY", "w:vertAnchor", "w:horzAnchor", "w:xAlign",
    "w:wrap", "w:gutter", "w:color2", "wR", "hR", "stAng", "swAng", "fmla", "name", "from", "to", "descr", "m:val",
];

const VALUES: &[&str] = &[
    "0", "1", "2", "3", "9", "20", "-20", "100", "240", "360", "720", "1440", "5000", "11906", "16838", "31680", "-720", "-31680", "914400",
    "-914400", "2147483647", "-2147483648", "4294967296", "9223372036854775807", "99999999999999999999", "1e308", "-1e-300", "NaN", "inf",
    "50%", "0.5", "12pt", "auto", "dxa", "pct", "nil", "exact", "atLeast", "single", "double", "dashed", "none", "clear", "center", "both",
    "right", "left", "end", "distribute", "decimal", "bar", "dot", "restart", "continue", "continuous", "nextPage", "oddPage", "nextColumn",
    "page", "column", "margin", "paragraph", "line", "character", "text", "fixed", "autofit", "top", "bottom", "superscript", "FF0000", "auto",
    "yellow", "Heading1", "Grid", "Normal", "Calibri", "Symbol", "F0B7", "rId1", "rId6", "rId7", "rId8", "rId9", "rId99", "default", "first",
    "even", "landscape", "begin", "separate", "PAGE", " NUMPAGES ", " TOC \\o ", " REF x ", " STYLEREF 1 ", "true", "false", "rect",
    "ellipse", "roundRect", "rightArrow", "line", "star5", "bothSides", "largest", "btLr", "tbRl", "lowerRoman", "upperLetter", "5400000",
    "21600,21600", "m0,0l21600,0xe", "position:absolute;width:9999pt;height:-1pt", "width:100pt;height:50pt;rotation:45", "*/ w 1 0", "x", "skw", "noBar", "undOvr", "{", "∑", "⏟", "→", "\u{302}",
];

const TEXTS: &[&str] = &[
    "palabra ", "a", " ", "Ñandú ", "ffi ", "\u{a0}", "שלום ", "漢字", "👩‍👩‍👧 ", "e\u{301}", "\u{200b}", "12.345,67 ", "\u{202e}", "-", "\u{2011}", "&amp;",
    "supercalifragilisticoespialidoso", "\t", "مرحبا ", "\u{ad}", "\u{fffd}", "\u{10ffff}", "\u{2010}", "ß", "İ", "ﬁ", "q\u{301}", "हिन्दी ", "ก้", "\u{1d453}",
    "\u{f0b7}", "한글", "\u{2028}", "\u{2067}", "(", "ᐁ",
];
