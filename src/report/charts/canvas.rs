//! A picture as a group of simple DrawingML shapes: rectangles, ellipses, lines and text boxes.
//!
//! Only what Word, LibreOffice and our own layout all draw the same way: solid fills, plain outlines, text without wrapping surprises.

use std::fmt::Write;

use crate::report::xml::escape;

/// A point in EMU.
pub(super) const PT: i64 = 12_700;

/// Ink for text and lines that must be read: that of the bundled templates.
pub(super) const INK: &str = crate::report::colour::INK;
/// Quieter text.
pub(super) const QUIET: &str = "52606D";
/// The track behind a bar.
pub(super) const TRACK: &str = "E6EBF1";
/// Lines of a scale.
pub(super) const RULE: &str = "B8C2CC";

/// Where a shape stands, in EMU.
#[derive(Debug, Clone, Copy)]
pub(super) struct Area {
    pub x: i64,
    pub y: i64,
    pub width: i64,
    pub height: i64,
}

/// How a text is set.
#[derive(Debug, Clone, Copy)]
pub(super) struct Type {
    /// Half points.
    pub size: u32,
    pub bold: bool,
    pub color: &'static str,
    /// `left`, `center` or `right`.
    pub align: &'static str,
}

impl Type {
    /// Small quiet text.
    pub(super) const NOTE: Self = Self { size: 18, bold: false, color: QUIET, align: "left" };
    /// Text as in the body.
    pub(super) const LABEL: Self = Self { size: 20, bold: false, color: INK, align: "left" };

    pub(super) fn centred(self) -> Self {
        Self { align: "center", ..self }
    }

    pub(super) fn right(self) -> Self {
        Self { align: "right", ..self }
    }

    pub(super) fn bold(self) -> Self {
        Self { bold: true, ..self }
    }
}

/// A picture being drawn.
#[derive(Debug)]
pub(super) struct Canvas {
    width: i64,
    height: i64,
    /// The `w:rFonts` of the place it stands in, so that it speaks in the document's voice.
    fonts: String,
    shapes: String,
    next: u32,
}

impl Canvas {
    pub(super) fn new(width: i64, height: i64, fonts: &str) -> Self {
        let mut canvas = Self { width, height, fonts: fonts.to_owned(), shapes: String::new(), next: 1 };
        // LibreOffice stretches what a group holds to the group's size; an invisible ground of that size leaves nothing to stretch.
        canvas.shape(Area { x: 0, y: 0, width, height }, "rect", "<a:noFill/><a:ln><a:noFill/></a:ln>", "");
        canvas
    }

    /// A filled rectangle.
    pub(super) fn rectangle(&mut self, area: Area, fill: &str) {
        self.shape(area, "rect", &format!("<a:solidFill><a:srgbClr val=\"{fill}\"/></a:solidFill><a:ln><a:noFill/></a:ln>"), "");
    }

    /// A rectangle with an outline.
    pub(super) fn framed(&mut self, area: Area, fill: &str, line: &str) {
        let look = format!(
            "<a:solidFill><a:srgbClr val=\"{fill}\"/></a:solidFill><a:ln w=\"9525\"><a:solidFill><a:srgbClr val=\"{line}\"/></a:solidFill></a:ln>"
        );
        self.shape(area, "rect", &look, "");
    }

    /// A filled ellipse with a white rim.
    pub(super) fn dot(&mut self, area: Area, fill: &str) {
        let look = format!(
            "<a:solidFill><a:srgbClr val=\"{fill}\"/></a:solidFill><a:ln w=\"19050\"><a:solidFill><a:srgbClr val=\"FFFFFF\"/></a:solidFill></a:ln>"
        );
        self.shape(area, "ellipse", &look, "");
    }

    /// A line of text, centred in its height.
    pub(super) fn text(&mut self, area: Area, text: &str, set: Type) {
        let bold = if set.bold { "<w:b/><w:bCs/>" } else { "" };
        let content = format!(
            "<wps:txbx><w:txbxContent><w:p><w:pPr><w:spacing w:before=\"0\" w:after=\"0\" w:line=\"240\" w:lineRule=\"auto\"/><w:ind w:left=\"0\" w:right=\"0\" w:firstLine=\"0\"/><w:jc w:val=\"{}\"/></w:pPr><w:r><w:rPr>{}{bold}<w:color w:val=\"{}\"/><w:sz w:val=\"{size}\"/><w:szCs w:val=\"{size}\"/></w:rPr><w:t xml:space=\"preserve\">{}</w:t></w:r></w:p></w:txbxContent></wps:txbx>",
            set.align,
            self.fonts,
            set.color,
            escape(text),
            size = set.size,
        );
        self.shape(area, "rect", "<a:noFill/><a:ln><a:noFill/></a:ln>", &content);
    }

    fn shape(&mut self, area: Area, geometry: &str, look: &str, content: &str) {
        let Area { x, y, width, height } = area;
        let written = write!(
            self.shapes,
            "<wps:wsp><wps:cNvPr id=\"{id}\" name=\"\"/><wps:cNvSpPr{text}/><wps:spPr><a:xfrm><a:off x=\"{x}\" y=\"{y}\"/><a:ext cx=\"{width}\" cy=\"{height}\"/></a:xfrm><a:prstGeom prst=\"{geometry}\"><a:avLst/></a:prstGeom>{look}</wps:spPr>{content}<wps:bodyPr rot=\"0\" vert=\"horz\" wrap=\"square\" lIns=\"0\" tIns=\"0\" rIns=\"0\" bIns=\"0\" anchor=\"ctr\" anchorCtr=\"0\"><a:noAutofit/></wps:bodyPr></wps:wsp>",
            id = self.next,
            text = if content.is_empty() { "" } else { " txBox=\"1\"" },
            width = width.max(1),
            height = height.max(1),
        );
        debug_assert!(written.is_ok(), "writing to a string does not fail");
        self.next += 1;
    }

    /// The picture as run content, with its alternative text. Readers that know no groups show that text.
    pub(super) fn finish(self, id: u32, alt: &str) -> String {
        let (width, height, alt) = (self.width, self.height, escape(alt));
        format!(
            "<mc:AlternateContent xmlns:mc=\"http://schemas.openxmlformats.org/markup-compatibility/2006\" xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" xmlns:wp=\"http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing\" xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\" xmlns:wpg=\"http://schemas.microsoft.com/office/word/2010/wordprocessingGroup\" xmlns:wps=\"http://schemas.microsoft.com/office/word/2010/wordprocessingShape\"><mc:Choice Requires=\"wpg\"><w:drawing><wp:inline distT=\"0\" distB=\"0\" distL=\"0\" distR=\"0\"><wp:extent cx=\"{width}\" cy=\"{height}\"/><wp:effectExtent l=\"0\" t=\"0\" r=\"0\" b=\"0\"/><wp:docPr id=\"{id}\" name=\"gradepost {id}\" descr=\"{alt}\"/><wp:cNvGraphicFramePr/><a:graphic><a:graphicData uri=\"http://schemas.microsoft.com/office/word/2010/wordprocessingGroup\"><wpg:wgp><wpg:cNvGrpSpPr/><wpg:grpSpPr><a:xfrm><a:off x=\"0\" y=\"0\"/><a:ext cx=\"{width}\" cy=\"{height}\"/><a:chOff x=\"0\" y=\"0\"/><a:chExt cx=\"{width}\" cy=\"{height}\"/></a:xfrm></wpg:grpSpPr>{}</wpg:wgp></a:graphicData></a:graphic></wp:inline></w:drawing></mc:Choice><mc:Fallback><w:t>{alt}</w:t></mc:Fallback></mc:AlternateContent>",
            self.shapes
        )
    }
}
