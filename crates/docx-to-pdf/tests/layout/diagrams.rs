//! Diagrams (SmartArt): the shapes that the document keeps of them (MS-ODRAWXML 2.5).

use docx_to_pdf::fonts::Fonts;
use docx_to_pdf::graphics::Rgb;
use docx_to_pdf::layout::frame::Frames;
use docx_to_pdf::layout::layout;
use docx_to_pdf::package::{Limits, Package};

use crate::measured::{DEFAULTS, NAMESPACES, PAGE, p};
use crate::support::{filled, texts, zip_of};

const DIAGRAM: &str = concat!(
    r#"xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram" "#,
    r#"xmlns:dsp="http://schemas.microsoft.com/office/drawing/2008/diagram" "#,
    r#"xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main""#,
);
const RELATIONSHIPS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/// A shape with its text, in points.
fn shape([x, y, width, height]: [i64; 4], about: &str, paragraphs: &str) -> String {
    let [x, y, width, height] = [x, y, width, height].map(|points| points * 12_700);
    let frame = format!(r#"<a:off x="{x}" y="{y}"/><a:ext cx="{width}" cy="{height}"/>"#);
    format!(
        r#"<dsp:sp><dsp:spPr><a:xfrm>{frame}</a:xfrm><a:prstGeom prst="rect"/>{about}</dsp:spPr><dsp:style><a:fontRef idx="minor"><a:srgbClr val="0000FF"/></a:fontRef></dsp:style><dsp:txBody><a:bodyPr lIns="0" tIns="0" rIns="0" bIns="0" anchor="t"/>{paragraphs}</dsp:txBody><dsp:txXfrm>{frame}</dsp:txXfrm></dsp:sp>"#
    )
}

fn paragraph(properties: &str, inside: &str, run: &str, text: &str) -> String {
    format!(
        r#"<a:p><a:pPr {properties}>{inside}</a:pPr><a:r><a:rPr sz="1200" {run}><a:latin typeface="Liberation Serif"/></a:rPr><a:t>{text}</a:t></a:r></a:p>"#
    )
}

/// Two diagrams of 200 by 100 pt, each with shapes of its own.
fn laid(first: &str, second: &str) -> (Frames, Vec<String>) {
    let frame = |data: &str| {
        format!(
            r#"<w:p><w:r><w:drawing><wp:inline><wp:extent cx="2540000" cy="1270000"/><wp:docPr id="1" name="d"/><a:graphic><a:graphicData><dgm:relIds xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram" r:dm="{data}"/></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>"#
        )
    };
    let document = format!(
        "<w:document {NAMESPACES}><w:body>{}{}{}<w:sectPr>{PAGE}</w:sectPr></w:body></w:document>",
        p("", "above"),
        frame("data1"),
        if second.is_empty() { String::new() } else { frame("data2") }
    );
    let drawing = |shapes: &str| format!("<dsp:drawing {DIAGRAM}><dsp:spTree>{shapes}</dsp:spTree></dsp:drawing>");
    // The second one's drawing stands first: its data says which is whose.
    let data = |id: &str| {
        format!(
            r#"<dgm:dataModel {DIAGRAM}><dgm:extLst><a:ext uri="x"><dsp:dataModelExt relId="{id}"/></a:ext></dgm:extLst></dgm:dataModel>"#
        )
    };
    let mut rows = vec![
        format!(r#"<Relationship Id="styles" Type="{RELATIONSHIPS}/styles" Target="styles.xml"/>"#),
        format!(r#"<Relationship Id="data1" Type="{RELATIONSHIPS}/diagramData" Target="diagrams/data1.xml"/>"#),
        r#"<Relationship Id="one" Type="http://schemas.microsoft.com/office/2007/relationships/diagramDrawing" Target="diagrams/drawing1.xml"/>"#.to_owned(),
    ];
    if !second.is_empty() {
        rows.insert(1, format!(r#"<Relationship Id="data2" Type="{RELATIONSHIPS}/diagramData" Target="diagrams/data2.xml"/>"#));
        rows.insert(1, r#"<Relationship Id="two" Type="http://schemas.microsoft.com/office/2007/relationships/diagramDrawing" Target="diagrams/drawing2.xml"/>"#.to_owned());
    }
    let relationships =
        format!(r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>"#, rows.concat());
    let styles = format!("<w:styles {NAMESPACES}>{DEFAULTS}</w:styles>");
    let (data1, data2) = (data("one"), data("two"));
    let (drawing1, drawing2) = (drawing(first), drawing(second));
    let parts: [(&str, &[u8]); 7] = [
        ("word/document.xml", document.as_bytes()),
        ("word/_rels/document.xml.rels", relationships.as_bytes()),
        ("word/styles.xml", styles.as_bytes()),
        ("word/diagrams/data1.xml", data1.as_bytes()),
        ("word/diagrams/data2.xml", data2.as_bytes()),
        ("word/diagrams/drawing1.xml", drawing1.as_bytes()),
        ("word/diagrams/drawing2.xml", drawing2.as_bytes()),
    ];
    let package = Package::open(&zip_of(&parts), &Limits::default()).expect("a package");
    let (document, mut told) = docx_to_pdf::document::read(&package).expect("a document");
    let (frames, warnings) = layout(&document, &Fonts::default());
    told.extend(warnings);
    let told = told.iter().map(ToString::to_string).collect();
    (frames, told)
}

const RED: &str = r#"<a:solidFill><a:srgbClr val="FF0000"/></a:solidFill>"#;

#[test]
fn the_shapes_a_document_keeps_of_a_diagram_are_drawn_at_their_places_with_their_text() {
    let words = paragraph("", "", "", "inside");
    let (frames, told) = laid(&shape([20, 30, 60, 40], RED, &words), "");
    assert!(told.is_empty(), "{told:?}");
    let red: Vec<[f32; 4]> = filled(&frames.pages[0], Rgb(255, 0, 0)).into_iter().map(|edges| edges.map(f32::round)).collect();
    // The frame stands below a line of 13.8 pt from the margin of 50.
    assert_eq!(red, [[70.0, 94.0, 130.0, 134.0]]);
    let found = texts(&frames.pages[0]);
    let (_, x, y) = found.iter().find(|(text, ..)| text == "inside").expect("its text");
    assert!((x - 70.0).abs() < 0.5 && (y - (93.8 + 11.2)).abs() < 0.5, "{x} {y}");
}

#[test]
fn each_diagram_shows_its_own_shapes() {
    let text = |word: &str| shape([0, 0, 100, 50], "", &paragraph("", "", "", word));
    let (frames, _) = laid(&text("first"), &text("second"));
    let found: Vec<String> = frames.pages.iter().flat_map(texts).map(|(text, ..)| text).collect();
    assert_eq!(found, ["above", "first", "second"]);
}

#[test]
fn paragraphs_of_a_diagram_have_their_own_alignment_spacing_and_bullets() {
    let half = r#"<a:spcAft><a:spcPct val="50000"/></a:spcAft>"#;
    let bullet = r#"<a:buChar char="•"/>"#;
    let before = r#"<a:spcBef><a:spcPts val="900"/></a:spcBef>"#;
    let paragraphs = paragraph(r#"algn="ctr""#, &format!("{before}{half}"), "", "mm")
        + &paragraph(r#"marL="254000" indent="-127000""#, &format!("{half}{bullet}"), r#"b="1""#, "bold")
        + &paragraph(r#"algn="r""#, half, r#"baseline="30000""#, "up");
    let (frames, _) = laid(&shape([0, 0, 100, 100], "", &paragraphs), "");
    let found = texts(&frames.pages[0]);
    let place = |word: &str| found.iter().find(|(text, ..)| text == word).map(|(_, x, y)| (*x, *y)).expect(word);
    let top = 63.8 + 11.2;
    let near = |(x, y): (f32, f32), (x0, y0): (f32, f32)| assert!((x - x0).abs() < 0.6 && (y - y0).abs() < 0.6, "{x} {y}, not {x0} {y0}");
    near(place("mm"), (50.0 + 50.0 - 9.33, top));
    // Above the first paragraph there is no space, whatever it asks for. Half of a line of 12 pt (14.4) comes below each paragraph but the last; the bullet hangs.
    near(place("•"), (60.0, top + 13.8 + 7.2));
    near(place("bold"), (70.0, top + 13.8 + 7.2));
    assert!(place("up").0 > 130.0 && place("up").1 < top + 2.0 * (13.8 + 7.2));
}

#[test]
fn a_diagram_without_shapes_is_told_and_damage_is_no_panic() {
    let (_, told) = laid("", "");
    assert!(told.iter().any(|warning| warning.starts_with("SmartArt on page 1 is not drawn")), "{told:?}");
    let whole = shape(
        [20, 30, 60, 40],
        RED,
        &paragraph(r#"algn="ctr" marL="99999999999""#, r#"<a:lnSpc><a:spcPct val="9e99"/></a:lnSpc>"#, r#"baseline="x""#, "inside"),
    );
    laid(&whole, "");
    let deep = format!("{}{}{}", "<dsp:grpSp><dsp:grpSpPr/>".repeat(60), whole, "</dsp:grpSp>".repeat(60));
    laid(&deep, "");
}

/// A ring of 200 by 100 pt with this drawn over it.
fn ring(over: &str) -> (Frames, Vec<String>) {
    const CHART: &str = "http://schemas.openxmlformats.org/drawingml/2006/chart";
    let document = format!(
        r#"<w:document {NAMESPACES}><w:body><w:p><w:r><w:drawing><wp:inline><wp:extent cx="2540000" cy="1270000"/><wp:docPr id="1" name="d"/><a:graphic><a:graphicData uri="{CHART}"><c:chart xmlns:c="{CHART}" r:id="chart"/></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p><w:sectPr>{PAGE}</w:sectPr></w:body></w:document>"#
    );
    let chart = format!(
        r#"<c:chartSpace xmlns:c="{CHART}" xmlns:r="{RELATIONSHIPS}"><c:chart><c:plotArea><c:doughnutChart><c:ser><c:val><c:numLit><c:pt idx="0"><c:v>1</c:v></c:pt><c:pt idx="1"><c:v>3</c:v></c:pt></c:numLit></c:val></c:ser><c:holeSize val="60"/></c:doughnutChart></c:plotArea></c:chart><c:userShapes r:id="over"/></c:chartSpace>"#
    );
    let over = format!(
        r#"<c:userShapes xmlns:c="{CHART}" xmlns:cdr="http://schemas.openxmlformats.org/drawingml/2006/chartDrawing" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">{over}</c:userShapes>"#
    );
    let link = |id: &str, kind: &str, to: &str| {
        format!(r#"<Relationships><Relationship Id="{id}" Type="{RELATIONSHIPS}/{kind}" Target="{to}"/></Relationships>"#)
    };
    let (to_chart, to_over) = (link("chart", "chart", "charts/chart1.xml"), link("over", "chartUserShapes", "../drawings/drawing1.xml"));
    let parts: [(&str, &[u8]); 5] = [
        ("word/document.xml", document.as_bytes()),
        ("word/_rels/document.xml.rels", to_chart.as_bytes()),
        ("word/charts/chart1.xml", chart.as_bytes()),
        ("word/charts/_rels/chart1.xml.rels", to_over.as_bytes()),
        ("word/drawings/drawing1.xml", over.as_bytes()),
    ];
    let package = Package::open(&zip_of(&parts), &Limits::default()).expect("the parts are a package");
    let (document, mut warnings) = docx_to_pdf::document::read(&package).expect("the document can be read");
    let (frames, more) = layout(&document, &Fonts::default());
    warnings.extend(more);
    (frames, warnings.iter().map(ToString::to_string).collect())
}

/// A shape over a chart, which stands where its anchor says.
fn over_chart(anchor: &str, text: &str) -> String {
    shape([900, 900, 20, 20], r#"<a:solidFill><a:srgbClr val="00FF00"/></a:solidFill>"#, &paragraph("", "", "", text))
        .replace("dsp:", "cdr:")
        .replace("<cdr:sp>", &format!("{anchor}<cdr:sp>"))
}

#[test]
fn text_boxes_over_a_chart_stand_by_shares_of_it() {
    let relative = r"<cdr:from><cdr:x>0.25</cdr:x><cdr:y>0.4</cdr:y></cdr:from><cdr:to><cdr:x>0.75</cdr:x><cdr:y>0.6</cdr:y></cdr:to>";
    let absolute = r#"<cdr:from><cdr:x>0.25</cdr:x><cdr:y>0.4</cdr:y></cdr:from><cdr:ext cx="1270000" cy="254000"/>"#;
    for (kind, anchor) in [("rel", relative), ("abs", absolute)] {
        let (frames, warnings) = ring(&format!("<cdr:{kind}SizeAnchor>{}</cdr:{kind}SizeAnchor>", over_chart(anchor, "25 %")));
        assert!(warnings.is_empty(), "{warnings:?}");
        assert_eq!(filled(&frames.pages[0], Rgb(0, 255, 0)), [[100.0, 90.0, 200.0, 110.0]], "{kind}");
        let found = texts(&frames.pages[0]);
        assert!(found.iter().any(|(text, x, y)| text == "25 %" && (x - 100.0).abs() < 0.5 && (y - 90.0 - 11.2).abs() < 1.0), "{found:?}");
    }
    // An anchor without a place shows nothing, a picture is named.
    assert!(
        filled(&ring(&format!("<cdr:relSizeAnchor>{}</cdr:relSizeAnchor>", over_chart("", "x"))).0.pages[0], Rgb(0, 255, 0)).is_empty()
    );
    let (_, warnings) = ring(&format!("<cdr:relSizeAnchor>{relative}<cdr:pic/></cdr:relSizeAnchor>"));
    assert_eq!(warnings, ["a picture or group drawn over a chart is not laid out (word/drawings/drawing1.xml)"]);
}
