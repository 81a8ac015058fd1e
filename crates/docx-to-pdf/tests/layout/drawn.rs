//! What is drawn from other parts of the document: charts, metafiles, text along a path; and pages as pictures.

use docx_to_pdf::fonts::Fonts;
use docx_to_pdf::graphics::Rgb;
use docx_to_pdf::layout::frame::{Item, Role, Shape};
use docx_to_pdf::svg;

use crate::breadth::Sheet;
use crate::measured::p;
use crate::support::{filled, texts};

const CHART: &str = "http://schemas.openxmlformats.org/drawingml/2006/chart";

/// A chart of 200 by 150 pt in the line.
fn chart(plot: &str, more: &str) -> Sheet {
    let body = format!(
        r#"<w:p><w:r><w:drawing><wp:inline><wp:extent cx="2540000" cy="1905000"/><wp:docPr id="1" name="c"/><a:graphic><a:graphicData uri="{CHART}"><c:chart xmlns:c="{CHART}" r:id="chart"/></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>"#
    );
    let chart = format!(
        r#"<c:chartSpace xmlns:c="{CHART}" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><c:chart>{more}<c:plotArea>{plot}</c:plotArea></c:chart></c:chartSpace>"#
    );
    Sheet { chart, ..Sheet::body(body) }
}

fn series(name: &str, color: &str, values: &[f32]) -> String {
    let point = |(at, text): (usize, &String)| format!(r#"<c:pt idx="{at}"><c:v>{text}</c:v></c:pt>"#);
    let points = |texts: &[String]| texts.iter().enumerate().map(point).collect::<Vec<_>>().concat();
    let names: Vec<String> = (0..values.len()).map(|at| format!("Unit {at}")).collect();
    let numbers: Vec<String> = values.iter().map(f32::to_string).collect();
    format!(
        r#"<c:ser><c:tx><c:strRef><c:strCache><c:pt idx="0"><c:v>{name}</c:v></c:pt></c:strCache></c:strRef></c:tx><c:spPr><a:solidFill><a:srgbClr val="{color}"/></a:solidFill></c:spPr><c:cat><c:strRef><c:strCache>{}</c:strCache></c:strRef></c:cat><c:val><c:numRef><c:numCache><c:formatCode>General</c:formatCode>{}</c:numCache></c:numRef></c:val></c:ser>"#,
        points(&names),
        points(&numbers)
    )
}

const AXES: &str = r#"<c:axId val="1"/><c:axId val="2"/>"#;
const BOTH: &str = r#"<c:catAx><c:axId val="1"/><c:axPos val="b"/></c:catAx><c:valAx><c:axId val="2"/><c:axPos val="l"/></c:valAx>"#;

#[test]
fn columns_are_as_high_as_their_values_and_bars_as_long() {
    for (direction, side) in [("col", 1), ("bar", 0)] {
        let plot =
            format!(r#"<c:barChart><c:barDir val="{direction}"/>{}{AXES}</c:barChart>{BOTH}"#, series("Marks", "1F7A1F", &[2.0, 4.0, 1.0]));
        let (frames, warnings) = chart(&plot, "").laid();
        assert!(warnings.is_empty(), "{warnings:?}");
        let bars = filled(&frames.pages[0], Rgb(0x1F, 0x7A, 0x1F));
        let length = |bar: [f32; 4]| bar[2 + side] - bar[side];
        assert_eq!(bars.len(), 3, "{direction}: {bars:?}");
        assert!(
            (length(bars[1]) / length(bars[0]) - 2.0).abs() < 0.02 && (length(bars[0]) / length(bars[2]) - 2.0).abs() < 0.02,
            "{bars:?}"
        );
        assert!(
            bars.iter().all(|bar| bar[0] >= 50.0 && bar[2] <= 250.0 && bar[1] >= 50.0 && bar[3] <= 200.0),
            "inside of the chart: {bars:?}"
        );
    }
}

#[test]
fn a_chart_shows_its_words_and_says_its_values_to_those_who_do_not_see_it() {
    let title = r"<c:title><c:tx><c:rich><a:p><a:r><a:t>Results</a:t></a:r></a:p></c:rich></c:tx></c:title>";
    let plot = format!(
        r"<c:lineChart>{}{}{AXES}</c:lineChart>{BOTH}",
        series("First", "FF0000", &[1.0, 3.5]),
        series("Second", "0000FF", &[2.0, 2.0])
    );
    let (frames, _) = chart(&plot, title).laid();
    let words: Vec<String> = texts(&frames.pages[0]).into_iter().map(|(text, ..)| text).collect();
    for word in ["Results", "Unit 0", "Unit 1", "0", "4"] {
        assert!(words.iter().any(|found| found == word), "{word} is missing: {words:?}");
    }
    let figures: Vec<_> = frames.structure.nodes.iter().filter(|node| node.role == Role::Figure).collect();
    let [figure] = figures.as_slice() else { panic!("one figure: {figures:?}") };
    assert_eq!(figure.alt.as_deref(), Some("Results. First: Unit 0 1; Unit 1 3.5. Second: Unit 0 2; Unit 1 2"));
}

#[test]
fn a_title_without_words_is_called_what_word_calls_it() {
    let plot = |name: &str, more: &str| format!(r"<c:lineChart>{}{more}{AXES}</c:lineChart>{BOTH}", series(name, "FF0000", &[1.0, 3.5]));
    let shows = |plot: &str, language: &str, word: &str| {
        let mut sheet = chart(plot, "<c:title><c:overlay val=\"0\"/></c:title>");
        sheet.chart = sheet.chart.replace("<c:chart>", &format!(r#"<c:lang val="{language}"/><c:chart>"#));
        let words: Vec<String> = texts(&sheet.laid().0.pages[0]).into_iter().map(|(text, ..)| text).collect();
        assert!(words.join(" ").contains(word), "{word}: {words:?}");
    };
    shows(&plot("", ""), "en-US", "Chart Title");
    shows(&plot("", ""), "es-PY", "Título del gráfico");
    shows(&plot("First", &series("Second", "0000FF", &[2.0, 2.0])), "pt-BR", "Título do Gráfico");
    shows(&plot("Only", ""), "en-US", "Only");
}

/// Letters of so many hundredths of a point in Arial, for a chart and its title.
fn letters(size: u32) -> String {
    format!(r#"<c:txPr><a:bodyPr/><a:p><a:pPr><a:defRPr sz="{size}"><a:latin typeface="Arial"/></a:defRPr></a:pPr></a:p></c:txPr>"#)
}

/// The places of texts, from the chart's left top corner.
fn places_in(sheet: &Sheet) -> Vec<(String, f32, f32)> {
    texts(&sheet.laid().0.pages[0]).into_iter().map(|(text, x, y)| (text, x - 50.0, y - 50.0)).collect()
}

fn place_of(found: &[(String, f32, f32)], word: &str) -> (f32, f32) {
    found.iter().find(|(text, ..)| text == word).map_or_else(|| panic!("{word} in {found:?}"), |(_, x, y)| (*x, *y))
}

#[test]
fn a_chart_s_title_legend_and_numbers_stand_at_measured_heights() {
    // LibreOffice 7.4's base lines in charts of 432 by 150 and 252 pt: of the title, 6, 0, the categories and the legend.
    let cases = [
        (1_905_000, "b", 1400, [24.0, 42.4, 115.0, 123.0, 144.5]),
        (3_200_400, "b", 2400, [38.1, 63.8, 214.9, 222.9, 246.4]),
        (3_200_400, "t", 1400, [26.1, 67.9, 236.3, 244.3, 49.6]),
    ];
    for (height, side, size, wanted) in cases {
        let title = format!(r#"<c:title><c:overlay val="0"/>{}</c:title>"#, letters(size));
        let plot = format!(
            r#"<c:barChart><c:barDir val="col"/>{}{}{AXES}</c:barChart>{BOTH}"#,
            series("First", "FF0000", &[4.3, 2.5, 3.5, 4.5]),
            series("Second", "0000FF", &[2.0, 2.0, 3.0, 5.0])
        );
        let mut sheet = chart(&plot, &title);
        sheet.body = sheet.body.replace(r#"cx="2540000" cy="1905000""#, &format!(r#"cx="5486400" cy="{height}""#));
        let legend = format!(r#"</c:plotArea><c:legend><c:legendPos val="{side}"/></c:legend>"#);
        sheet.chart = sheet.chart.replace("</c:plotArea>", &legend).replace("</c:chart>", &format!("</c:chart>{}", letters(900)));
        let found = places_in(&sheet);
        let measured = ["Chart Title", "6", "0", "Unit 0", "First"].map(|word| place_of(&found, word).1);
        let near = measured.iter().zip(wanted).all(|(ours, wanted)| (ours - wanted).abs() < 1.1);
        assert!(near, "{measured:?} for {wanted:?}");
    }
}

#[test]
fn what_stands_on_each_other_is_listed_from_the_top_down_beside_the_plot() {
    let names = |kind: &str, grouping: &str, side: &str| {
        let direction = if kind == "bar" { r#"<c:barDir val="bar"/>"# } else { "" };
        let element = if kind == "bar" { "barChart" } else { "areaChart" };
        let plot = format!(
            r#"<c:{element}>{direction}<c:grouping val="{grouping}"/>{}{}{AXES}</c:{element}>{BOTH}"#,
            series("First", "FF0000", &[4.0, 2.0]),
            series("", "0000FF", &[2.0, 5.0]).replace("<c:ser>", r#"<c:ser><c:idx val="1"/>"#)
        );
        let mut sheet = chart(&plot, "");
        let legend = format!(r#"</c:plotArea><c:legend><c:legendPos val="{side}"/></c:legend>"#);
        sheet.chart = sheet.chart.replace("</c:plotArea>", &legend);
        let found = places_in(&sheet);
        let (first, second) = (place_of(&found, "First"), place_of(&found, "Series2"));
        if side == "r" { first.1 < second.1 } else { first.0 < second.0 }
    };
    assert!(names("area", "standard", "r") && names("area", "stacked", "b") && names("bar", "stacked", "r"));
    assert!(!names("area", "stacked", "r") && !names("area", "percentStacked", "r"));
    assert!(!names("bar", "clustered", "r") && !names("bar", "clustered", "b"));
}

#[test]
fn points_have_their_words_at_their_right_and_areas_in_their_middle() {
    let labels = |spot: &str| format!(r#"<c:dLbls>{spot}<c:showVal val="1"/></c:dLbls>"#);
    let place = |kind: &str, spot: &str| {
        let plot = format!("<c:{kind}>{}{}{AXES}</c:{kind}>{BOTH}", series("Marks", "FF0000", &[8.5, 8.5, 8.5]), labels(spot));
        let found = places_in(&chart(&plot, ""));
        place_of(&found, "8.5")
    };
    let (right, above) = (place("lineChart", ""), place("lineChart", r#"<c:dLblPos val="t"/>"#));
    let (below, left) = (place("lineChart", r#"<c:dLblPos val="b"/>"#), place("lineChart", r#"<c:dLblPos val="l"/>"#));
    assert!(above.1 < right.1 && right.1 < below.1 && left.0 < above.0 && above.0 < right.0, "{right:?} {above:?} {below:?} {left:?}");
    let middle = place("areaChart", "");
    assert!(middle.1 > right.1 + 30.0, "half way down: {middle:?} {right:?}");
    // Categories of an axis that is crossed at one stand at the ends.
    let ends = |crossing: &str| {
        let both = BOTH.replace(r#"<c:axPos val="l"/>"#, &format!(r#"<c:axPos val="l"/><c:crossBetween val="{crossing}"/>"#));
        let plot = format!("<c:lineChart>{}{AXES}</c:lineChart>{both}", series("Marks", "FF0000", &[1.0, 2.0, 3.0]));
        let found = places_in(&chart(&plot, ""));
        place_of(&found, "Unit 2").0 - place_of(&found, "Unit 0").0
    };
    assert!(ends("midCat") > ends("between") + 20.0, "{} {}", ends("midCat"), ends("between"));
}

#[test]
fn marks_of_an_axis_take_their_length_from_the_plot_and_a_title_has_its_background() {
    let title = r#"<c:title><c:tx><c:rich><a:p><a:r><a:t>Results</a:t></a:r></a:p></c:rich></c:tx><c:overlay val="0"/><c:spPr><a:solidFill><a:srgbClr val="FFEE00"/></a:solidFill></c:spPr></c:title>"#;
    let marked = |mark: &str| {
        let both = BOTH.replace(r#"<c:axPos val="b"/>"#, &format!(r#"<c:axPos val="b"/><c:majorTickMark val="{mark}"/>"#));
        let plot = format!(r#"<c:barChart><c:barDir val="col"/>{}{AXES}</c:barChart>{both}"#, series("Marks", "1F7A1F", &[2.0, 4.0]));
        chart(&plot, title)
    };
    let zero = |mark: &str| place_of(&places_in(&marked(mark)), "0").1;
    assert!(
        (zero("none") - zero("out") - 4.25).abs() < 0.1 && (zero("none") - zero("in")).abs() < 0.01,
        "{} {}",
        zero("none"),
        zero("out")
    );
    let (frames, _) = marked("out").laid();
    let grounds = filled(&frames.pages[0], Rgb(0xFF, 0xEE, 0));
    let (x, y) = place_of(&places_in(&marked("out")), "Results");
    let [ground] = grounds.as_slice() else { panic!("one background: {grounds:?}") };
    assert!(ground[0] < x + 50.0 && ground[1] < y + 50.0 && ground[3] > y + 50.0, "{ground:?} behind {x}, {y}");
}

#[test]
fn titles_and_legends_stand_where_they_were_moved_to() {
    let layout = |x: f32, y: f32| {
        format!(
            r#"<c:layout><c:manualLayout><c:xMode val="edge"/><c:yMode val="edge"/><c:x val="{x}"/><c:y val="{y}"/><c:w val="0.3"/><c:h val="0.1"/></c:manualLayout></c:layout>"#
        )
    };
    let plot = format!(r"<c:lineChart>{}{AXES}</c:lineChart>{BOTH}", series("Marks", "FF0000", &[1.0, 3.5]));
    for (x, y) in [(0.5, 0.25), (0.1, 0.7)] {
        let title = format!(r"<c:title><c:tx><c:rich><a:p><a:r><a:t>Results</a:t></a:r></a:p></c:rich></c:tx>{}</c:title>", layout(x, y));
        let mut sheet = chart(&plot, &title);
        sheet.chart =
            sheet.chart.replace("</c:plotArea>", &format!(r#"</c:plotArea><c:legend><c:legendPos val="t"/>{}</c:legend>"#, layout(x, y)));
        let found = texts(&sheet.laid().0.pages[0]);
        let place = |word: &str| found.iter().find(|(text, ..)| text == word).map(|(_, x, y)| (*x, *y)).expect(word);
        let (left, top) = (50.0 + 200.0 * x, 50.0 + 150.0 * y);
        let (title, name) = (place("Results"), place("Marks"));
        assert!((title.0 - left).abs() < 5.0 && title.1 > top && title.1 < top + 22.0, "{title:?}");
        assert!(name.0 > left && name.0 < left + 60.0 && name.1 > top && name.1 < top + 15.0, "{name:?}");
    }
}

#[test]
fn slices_of_a_pie_have_the_theme_s_colours_or_their_own() {
    let own = r#"<c:dPt><c:idx val="1"/><c:spPr><a:solidFill><a:srgbClr val="123456"/></a:solidFill></c:spPr></c:dPt>"#;
    let series = series("Share", "00FF00", &[1.0, 1.0, 2.0]).replace("<c:cat>", &format!("{own}<c:cat>"));
    let (frames, _) = chart(&format!("<c:pieChart>{series}</c:pieChart>"), "").laid();
    let slices = filled(&frames.pages[0], Rgb(0x12, 0x34, 0x56));
    assert_eq!(slices.len(), 1, "its own colour");
    let first = filled(&frames.pages[0], Rgb(0x44, 0x72, 0xC4));
    assert_eq!(first.len(), 1, "the first accent");
    // A quarter each, from the top clockwise: the first right above, the second right below.
    assert!((first[0][0] - slices[0][0]).abs() < 0.5 && first[0][3] <= slices[0][1] + 0.5, "{first:?} {slices:?}");
}

#[test]
fn a_chart_of_another_kind_is_named_with_its_page() {
    let plot = format!("<c:radarChart>{}{AXES}</c:radarChart>", series("r", "000000", &[1.0]));
    let sheet = chart(&plot, "");
    let sheet =
        Sheet { body: format!("{}{}", p("<w:pageBreakBefore/>", "x").replace("pageBreakBefore", "keepLines"), sheet.body), ..sheet };
    let said: Vec<String> = sheet.laid().1.iter().map(ToString::to_string).collect();
    assert_eq!(said, ["a chart of kind radar on page 1 is not drawn; its space is kept"]);
    let second = Sheet { body: format!("{}<w:p><w:r><w:br w:type=\"page\"/></w:r></w:p>{}", p("", "x"), sheet.body), ..sheet };
    let said: Vec<String> = second.laid().1.iter().map(ToString::to_string).collect();
    assert_eq!(said, ["a chart of kind radar on page 2 is not drawn; its space is kept"]);
}

#[test]
fn hostile_charts_give_a_page_all_the_same() {
    let numbers = ["NaN", "1e308", "-1e308", "inf", "", "x"]
        .map(|text| format!(r#"<c:pt idx="999999999"><c:v>{text}</c:v></c:pt><c:pt idx="1"><c:v>{text}</c:v></c:pt>"#))
        .concat();
    for kind in ["barChart", "lineChart", "areaChart", "pieChart", "doughnutChart", "scatterChart"] {
        let plot = format!(
            r#"<c:{kind}><c:ser><c:val><c:numLit><c:ptCount val="4294967295"/>{numbers}</c:numLit></c:val></c:ser>{AXES}</c:{kind}>{BOTH}"#
        );
        assert_eq!(chart(&plot, "").laid().0.pages.len(), 1, "{kind}");
    }
}

/// A watermark of 100 by 20 pt at the page's left top corner.
fn watermark(text: &str, path: &str) -> String {
    format!(
        r##"<w:p><w:r><w:pict><v:shape type="#_x0000_t136" style="position:absolute;margin-left:10pt;margin-top:20pt;width:100pt;height:20pt;mso-position-horizontal-relative:page;mso-position-vertical-relative:page" fillcolor="#ff0000" stroked="f"><v:fill opacity=".5"/><v:textpath {path} string="{text}"/></v:shape></w:pict></w:r></w:p>"##
    )
}

#[test]
fn watermarks_fill_their_box_in_a_washed_out_colour() {
    for (text, path) in
        [("DRAFT", r#"style="font-family:Arial""#), ("Copia", r#"style="font-family:&quot;Times New Roman&quot;;font-weight:bold""#)]
    {
        let sheet =
            Sheet { header: watermark(text, path), section: r#"<w:headerReference r:id="header"/>"#.to_owned(), ..Sheet::body(p("", "x")) };
        let (frames, warnings) = sheet.laid();
        assert!(warnings.is_empty(), "{warnings:?}");
        let mut found = None;
        for item in &frames.pages[0].items {
            if let Shape::Group { transform, items, .. } = &item.shape
                && let Some(Shape::Glyphs(run)) = items.first().map(|item| &item.shape)
                && run.text == text
            {
                let width: f32 = run.glyphs.last().map_or(0.0, |glyph| (glyph.x + glyph.advance).0);
                found = Some((transform[0] * width, run.color, item.tag));
            }
        }
        let (width, color, tag) = found.expect("the watermark is drawn");
        // The letters reach from side to side, without the room beside the first and the last.
        assert!((100.0..107.0).contains(&width), "{width}");
        assert_eq!((color, tag), (Rgb(255, 128, 128), None), "half of its colour, and no content of the header's");
    }
}

/// An EMF of a red triangle and a word, 100 by 50 device units.
fn metafile() -> Vec<u8> {
    let record = |kind: u32, numbers: &[i32], bytes: &[u8]| {
        let size = 8 + numbers.len() * 4 + bytes.len();
        let mut record = [kind.to_le_bytes(), (size as u32).to_le_bytes()].concat();
        record.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
        record.extend_from_slice(bytes);
        record
    };
    // Device of 1000 by 1000 pixels and millimetres: a hundredth of a millimetre is a hundredth of a pixel.
    let header = [0, 0, 100, 50, 0, 0, 10_000, 5_000, 0x464D_4520, 0x1_0000, 0, 0, 0, 0, 0, 0, 1000, 1000, 1000, 1000];
    let text: Vec<u8> = "Hi".encode_utf16().flat_map(u16::to_le_bytes).collect();
    [
        record(1, &header, &[]),
        record(39, &[1, 0, 255, 0], &[]),
        record(37, &[1], &[]),
        record(37, &[-2_147_483_640], &[]),
        record(3, &[0, 0, 0, 0, 3, 0, 0, 50, 0, 0, 50], &[]),
        record(84, &[0, 0, 0, 0, 1, 0, 0, 60, 10, 2, 76, 0, 0, 0, 0, 0, 0], &text),
        record(14, &[0, 0, 20], &[]),
    ]
    .concat()
}

fn with_metafile(bytes: Vec<u8>) -> Sheet {
    let body = r#"<w:p><w:r><w:drawing><wp:inline><wp:extent cx="2540000" cy="1270000"/><wp:docPr id="1" name="m"/><a:graphic><a:graphicData><pic:pic><pic:blipFill><a:blip r:embed="metafile"/></pic:blipFill><pic:spPr/></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>"#;
    Sheet { metafile: bytes, ..Sheet::body(body) }
}

#[test]
fn metafiles_are_drawn_at_the_size_of_their_picture() {
    let (frames, warnings) = with_metafile(metafile()).laid();
    assert!(warnings.is_empty(), "{warnings:?}");
    let red = filled(&frames.pages[0], Rgb(255, 0, 0));
    // Twice as large as its device units, from the picture's corner.
    assert_eq!(red.len(), 1);
    let off = red[0].iter().zip([50.0, 50.0, 150.0, 150.0]).map(|(a, b): (&f32, f32)| (a - b).abs()).fold(0.0, f32::max);
    assert!(off < 0.6, "{red:?}");
    assert!(texts(&frames.pages[0]).iter().any(|(text, x, _)| text == "Hi" && (*x - 170.0).abs() < 0.6));
}

#[test]
fn damaged_metafiles_are_named_and_never_a_panic() {
    let whole = metafile();
    for length in (44..whole.len()).step_by(7) {
        with_metafile(whole[..length].to_vec()).laid();
    }
    for at in (8..whole.len()).step_by(5) {
        let mut damaged = whole.clone();
        damaged[at] ^= 0xFF;
        with_metafile(damaged).laid();
    }
    let said: Vec<String> = with_metafile(whole[..108].to_vec()).laid().1.iter().map(ToString::to_string).collect();
    assert!(said.len() == 1 && said[0].starts_with("the picture word/media/m.emf (EMF"), "{said:?}");
}

#[test]
fn a_page_s_picture_has_the_same_glyphs_at_the_same_places() {
    let fonts = Fonts::default();
    let (frames, _) = Sheet::body(format!("{}{}", p("", "One & two"), p(r#"<w:jc w:val="right"/>"#, "three"))).laid();
    let picture = svg::page(&frames, &fonts, 0).expect("a page");
    let shown = |item: &Item| match &item.shape {
        Shape::Glyphs(run) => run.text.chars().filter(|letter| !letter.is_whitespace()).count(),
        _ => 0,
    };
    assert_eq!(picture.matches("<use ").count(), frames.pages[0].items.iter().map(shown).sum::<usize>());
    for item in &frames.pages[0].items {
        let Shape::Glyphs(run) = &item.shape else { continue };
        let place = |number: f32| format!("{number:.5}").trim_end_matches('0').trim_end_matches('.').to_owned();
        assert!(picture.contains(&format!(" {} {})", place(run.x.0), place(run.y.0))), "{} is not at {:?}", run.text, (run.x, run.y));
    }
    assert!(svg::page(&frames, &fonts, 1).is_none());
    let mut reader = quick_xml::Reader::from_str(&picture);
    while !matches!(reader.read_event().expect("well-formed"), quick_xml::events::Event::Eof) {}
    assert!(!picture.contains("http://") || picture.matches("http://").count() == 1, "nothing outside but the namespace");
}
