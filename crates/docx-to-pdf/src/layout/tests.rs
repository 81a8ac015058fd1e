//! Layout of documents built by hand, with the bundled fonts.

use std::sync::Arc;

use super::*;
use crate::document::model::{
    Anchor, Block, BreakKind, Cell, Chain, Columns, Drawing, DrawingContent, DrawingShape, Field, Fill, FloatPosition, Geometry,
    GroupChild, HeaderFooter, HorizontalBase, Inline, LineSpacing, LinkTo, NumberFormat, Offset, PageNumbers, PageSetup, Paragraph,
    ParagraphProps, Placement, Row, RunProps, Section, SectionStart, Table, TextArea, TextBox, TextDirection, TextFit, VerticalAlign,
    VerticalBase, Wrap,
};
use crate::layout::frame::{Page, Role, Shape};
use crate::units::{Emu, HalfPoints, Pt, Twips};

/// A page of 300 × 300 pt with margins of 50 pt.
pub(super) fn section(blocks: Vec<Block>) -> Section {
    let t = |points: i32| Twips(points * 20);
    Section {
        start: SectionStart::NextPage,
        page: PageSetup {
            width: t(300),
            height: t(300),
            top: t(50),
            right: t(50),
            bottom: t(50),
            left: t(50),
            header: t(20),
            footer: t(20),
            gutter: t(0),
        },
        columns: Columns { count: 1, ..Columns::default() },
        headers: HeaderFooter::default(),
        footers: HeaderFooter::default(),
        title_page: false,
        page_numbers: PageNumbers { start: None, format: NumberFormat::Decimal },
        vertical_align: VerticalAlign::Top,
        page_borders: None,
        grid: crate::document::model::Grid::default(),
        line_numbers: None,
        rtl: false,
        gutter_right: false,
        blocks,
        end: None,
    }
}

pub(super) fn document(sections: Vec<Section>) -> Document {
    Document { sections, ..Document::default() }
}

/// Twelve-point Liberation Serif (Times New Roman): lines are 13.8 pt high.
pub(super) fn look() -> Arc<RunProps> {
    Arc::new(RunProps { size: HalfPoints(24), ..RunProps::default() })
}

pub(super) fn text(text: &str) -> Inline {
    Inline::Text { text: text.to_owned(), props: look() }
}

pub(super) fn paragraph(content: Vec<Inline>) -> Block {
    Block::Paragraph(Paragraph { props: Arc::default(), mark: look(), number: None, content })
}

pub(super) fn with(props: ParagraphProps, words: &str) -> Block {
    Block::Paragraph(Paragraph { props: Arc::new(props), mark: look(), number: None, content: vec![text(words)] })
}

pub(super) fn laid(document: &Document) -> Frames {
    let fonts = Fonts::new(Vec::new());
    layout(document, &fonts).0
}

/// Texts of a page with their left edge and baseline.
pub(super) fn texts(page: &Page) -> Vec<(String, f32, f32)> {
    let runs = page.items.iter().filter_map(|item| match &item.shape {
        Shape::Glyphs(run) => Some((run.text.trim().to_owned(), run.x.0, run.y.0)),
        _ => None,
    });
    runs.collect()
}

fn near(a: f32, b: f32) -> bool {
    (a - b).abs() < 0.1
}

#[test]
fn lines_stand_one_line_height_apart() {
    let frames = laid(&document(vec![section(vec![paragraph(vec![text("one")]), paragraph(vec![text("two")])])]));
    let texts = texts(&frames.pages[0]);
    assert_eq!(texts.iter().map(|text| text.0.as_str()).collect::<Vec<_>>(), ["one", "two"]);
    assert!(near(texts[0].1, 50.0), "{texts:?}");
    assert!(near(texts[1].2 - texts[0].2, 13.8), "{texts:?}");
}

#[test]
fn the_space_between_paragraphs_is_the_larger_of_the_two() {
    let spaced = |before, after| ParagraphProps { space_before: Twips(before), space_after: Twips(after), ..ParagraphProps::default() };
    let frames = laid(&document(vec![section(vec![with(spaced(0, 200), "one"), with(spaced(300, 0), "two")])]));
    let texts = texts(&frames.pages[0]);
    assert!(near(texts[1].2 - texts[0].2, 13.8 + 15.0), "{texts:?}");
}

#[test]
fn exact_spacing_puts_the_baseline_at_four_fifths() {
    let props = ParagraphProps { line: LineSpacing::Exact(Twips(400)), ..ParagraphProps::default() };
    let frames = laid(&document(vec![section(vec![with(props, "one")])]));
    assert!(near(texts(&frames.pages[0])[0].2, 50.0 + 16.0));
}

#[test]
fn a_long_text_goes_over_pages_without_widows() {
    let words = "word ".repeat(700);
    let frames = laid(&document(vec![section(vec![paragraph(vec![text(&words)])])]));
    assert!(frames.pages.len() > 1);
    let lines = |page: &Page| texts(page).len();
    assert!(lines(frames.pages.last().expect("a page")) >= 2);
    assert_eq!(lines(&frames.pages[0]), 14, "14 lines of 13.8 pt in 200 pt");
}

#[test]
fn a_heading_stays_with_the_text_below_it() {
    let mut blocks: Vec<Block> = (0..13).map(|_| paragraph(vec![text("filler")])).collect();
    blocks.push(with(ParagraphProps { keep_next: true, outline_level: Some(0), ..ParagraphProps::default() }, "Heading"));
    blocks.push(paragraph(vec![text("body")]));
    let frames = laid(&document(vec![section(blocks)]));
    assert_eq!(frames.pages.len(), 2);
    assert_eq!(texts(&frames.pages[1])[0].0, "Heading");
    assert_eq!(frames.outline[0].at.page, 1);
    let headings = frames.structure.nodes.iter().filter(|node| node.role == Role::Heading(1)).count();
    assert_eq!(headings, 1, "going back forgets the first try");
}

#[test]
fn a_page_break_starts_a_page() {
    let content = vec![text("one"), Inline::Break(BreakKind::Page, look()), text("two")];
    let frames = laid(&document(vec![section(vec![paragraph(content)])]));
    assert_eq!(frames.pages.len(), 2);
    assert_eq!(texts(&frames.pages[1])[0].0, "two");
}

#[test]
fn a_header_taller_than_the_margin_pushes_the_body() {
    let mut tall = section(vec![paragraph(vec![text("body")])]);
    tall.headers.default = Some(Arc::new((0..4).map(|_| paragraph(vec![text("head")])).collect()));
    let frames = laid(&document(vec![tall]));
    let texts = texts(&frames.pages[0]);
    let body = texts.iter().find(|text| text.0 == "body").expect("the body");
    let head = texts.iter().rfind(|text| text.0 == "head").expect("the header");
    assert!(near(body.2 - head.2, 13.8), "{texts:?}");
}

#[test]
fn page_counts_are_known_in_the_footer_and_the_body() {
    let count = |label: &str| paragraph(vec![text(label), Inline::Field { field: Field::NumPages(None), props: look() }]);
    let mut counted = section(vec![count("in all "), paragraph(vec![Inline::Break(BreakKind::Page, look()), text("end")])]);
    counted.footers.default = Some(Arc::new(vec![count("of ")]));
    let frames = laid(&document(vec![counted]));
    let all: Vec<String> = texts(&frames.pages[0]).into_iter().map(|text| text.0).collect();
    assert!(all.contains(&"in all 2".to_owned()) && all.contains(&"of 2".to_owned()), "{all:?}");
}

#[test]
fn a_word_longer_than_the_line_is_cut() {
    let frames = laid(&document(vec![section(vec![paragraph(vec![text(&"x".repeat(200))])])]));
    assert!(texts(&frames.pages[0]).len() > 4);
}

#[test]
fn absurd_numbers_still_give_pages() {
    let wild = ParagraphProps {
        indent_left: Twips(i32::MAX),
        indent_right: Twips(i32::MAX),
        indent_first: Twips(i32::MIN),
        space_before: Twips(i32::MAX),
        line: LineSpacing::Exact(Twips(i32::MAX)),
        ..ParagraphProps::default()
    };
    let mut odd = section(vec![with(wild, "one two three")]);
    odd.page.width = Twips(i32::MIN);
    odd.page.top = Twips(i32::MAX);
    assert!(!laid(&document(vec![odd])).pages.is_empty());
    assert_eq!(laid(&Document::default()).pages.len(), 1);
}

#[test]
fn proportional_spacing_is_kept_in_whole_percent() {
    let height =
        |n| line::metrics(line::Extent { ascent: Pt(11.2), descent: Pt(2.6), font: Pt(13.8) }, LineSpacing::Auto(n), None).height.0;
    assert!(near(height(259), 14.9), "108 %");
    assert!(near(height(278), 15.85), "115 %");
    assert!(near(height(360), 20.7), "150 %");
}

#[test]
fn lines_on_a_grid_take_whole_grid_lines() {
    let on_grid = |spacing| line::metrics(line::Extent { ascent: Pt(11.2), descent: Pt(2.6), font: Pt(13.8) }, spacing, Some(Pt(18.0)));
    let plain = on_grid(LineSpacing::Auto(240));
    assert!(near(plain.height.0, 18.0) && near(plain.baseline.0, 13.3), "{plain:?}");
    assert!(near(on_grid(LineSpacing::Exact(Twips(500))).height.0, 18.0), "exact is ignored");
}

#[test]
fn a_picture_alone_on_a_line_has_no_descent() {
    let picture = Inline::Drawing(Box::new(drawing_of(60)));
    let frames = laid(&document(vec![section(vec![paragraph(vec![picture]), paragraph(vec![text("below")])])]));
    let below = texts(&frames.pages[0]).remove(0);
    assert!(near(below.2, 50.0 + 60.0 + 11.2), "{below:?}");
}

fn drawing_of(height: i64) -> Drawing {
    Drawing {
        content: DrawingContent::Unsupported("chart".to_owned()),
        width: Emu(100 * 12_700),
        height: Emu(height * 12_700),
        effect_extent: None,
        placement: Placement::Inline,
        alt: None,
        decorative: false,
        link: None,
        props: look(),
    }
}

#[test]
fn columns_are_balanced_where_the_next_section_goes_on_below() {
    let mut two = section((0..8).map(|_| paragraph(vec![text("row")])).collect());
    two.columns = Columns { count: 2, space: Twips(400), ..Columns::default() };
    let mut below = section(vec![paragraph(vec![text("below")])]);
    below.start = SectionStart::Continuous;
    let frames = laid(&document(vec![two, below]));
    let texts = texts(&frames.pages[0]);
    let left = texts.iter().filter(|text| text.0 == "row" && near(text.1, 50.0)).count();
    assert_eq!(left, 4);
    let below = texts.iter().find(|text| text.0 == "below").expect("the section below");
    assert!(near(below.2, 50.0 + 4.0 * 13.8 + 11.2), "{below:?}");
}

#[test]
fn lines_end_where_libreoffice_ends_them() {
    let wraps = |words: &str| {
        let filler = "x ".repeat(20);
        let frames = laid(&document(vec![section(vec![paragraph(vec![text(&format!("{filler}{words}"))])])]));
        texts(&frames.pages[0])[0].0.trim_start_matches("x ").to_owned()
    };
    assert_eq!(wraps("pp/qqqqqqqqqqqqqqqqqqqqqqqqqqqqq"), "x", "never after a slash");
    assert_eq!(wraps("1-23456789012345678901234567890"), "1-", "after a hyphen, before digits too");
}

/// A drawing whose content is given, one inch wide and high.
fn drawing(content: DrawingContent, placement: Placement, alt: Option<&str>, link: Option<LinkTo>) -> Inline {
    let inch = Emu(914_400);
    let drawing = Drawing {
        width: inch,
        height: inch,
        effect_extent: None,
        placement,
        content,
        alt: alt.map(str::to_owned),
        decorative: false,
        link,
        props: look(),
    };
    Inline::Drawing(Box::new(drawing))
}

fn square() -> DrawingContent {
    square_with(None)
}

fn square_with(text: Option<TextBox>) -> DrawingContent {
    DrawingContent::Shape(Arc::new(DrawingShape {
        geometry: Geometry::Rectangle,
        fill: Some(Fill::Solid(crate::graphics::Rgb(9, 9, 9), 1.0)),
        outline: None,
        rotation: 0.0,
        flip: (false, false),
        text,
        shadow: None,
    }))
}

fn floating() -> Placement {
    let position =
        FloatPosition { horizontal: (HorizontalBase::Column, Offset::By(Emu(0))), vertical: (VerticalBase::Paragraph, Offset::By(Emu(0))) };
    Placement::Anchor(Box::new(Anchor {
        position,
        allow_overlap: true,
        wrap: Wrap::None,
        outline: None,
        space: [Emu(0); 4],
        behind: false,
        z: 1,
        relative_width: None,
        relative_height: None,
        layout_in_cell: true,
    }))
}

fn paths(page: &Page) -> usize {
    page.items.iter().filter(|item| matches!(item.shape, Shape::Path(_))).count()
}

#[test]
fn what_is_anchored_in_a_divided_paragraph_is_drawn_once_with_its_line() {
    let words = "word ".repeat(700);
    let anchored = |before: &str| {
        let content = vec![text(before), drawing(square(), floating(), None, None), text(&words)];
        laid(&document(vec![section(vec![paragraph(content)])])).pages.iter().map(paths).collect::<Vec<_>>()
    };
    assert_eq!(anchored("")[..2], [1, 0]);
    let late = anchored(&words);
    assert_eq!((late[0], late.iter().sum::<usize>()), (0, 1), "{late:?}");
}

#[test]
fn a_described_group_is_one_figure_and_a_plain_picture_is_decoration() {
    let boxed = square_with(Some(TextBox {
        blocks: vec![paragraph(vec![text("label")])],
        insets: [Emu(0); 4],
        vertical_align: VerticalAlign::Top,
        area: TextArea { preset: "rect".to_owned(), adjustments: Vec::new() },
        fit: TextFit::Cut,
        wrap: true,
        direction: TextDirection::Horizontal,
        upright: false,
        chain: Chain::default(),
    }));
    let inch = Emu(914_400);
    let child = |content| GroupChild { offset: (Emu(0), Emu(0)), extent: (inch, inch), content };
    let group = || DrawingContent::Group {
        child_origin: (Emu(0), Emu(0)),
        child_extent: (inch, inch),
        children: vec![child(square()), child(boxed.clone())],
        rotation: 0.0,
    };
    let frames = laid(&document(vec![section(vec![paragraph(vec![drawing(group(), Placement::Inline, Some("bars"), None)])])]));
    let figures: Vec<usize> = (0..frames.structure.nodes.len()).filter(|at| frames.structure.nodes[*at].role == Role::Figure).collect();
    assert_eq!(figures.len(), 1);
    assert_eq!(frames.structure.nodes[figures[0]].alt.as_deref(), Some("bars"));
    assert_eq!(frames.structure.nodes.iter().filter(|node| node.role == Role::Paragraph).count(), 1, "the label has no element");
    assert!(!frames.pages[0].items.is_empty());
    assert!(frames.pages[0].items.iter().all(|item| item.tag.map(|tag| tag.0) == Some(figures[0])));
    let plain = laid(&document(vec![section(vec![paragraph(vec![drawing(group(), Placement::Inline, None, None)])])]));
    assert!(plain.structure.nodes.iter().all(|node| node.role != Role::Figure));
}

#[test]
fn a_link_on_an_anchored_drawing_in_a_table_cell_leads_from_where_the_drawing_is() {
    let to = Some(LinkTo::Uri("https://example.org".into()));
    let content = vec![text("words"), drawing(square(), floating(), Some("school"), to)];
    let cell = |blocks| Cell { blocks, span: 1, ..Cell::default() };
    let rows = vec![Row { cells: vec![cell(vec![paragraph(vec![text("left")])]), cell(vec![paragraph(content)])], ..Row::default() }];
    let table = Table { grid: vec![Twips(2000), Twips(2000)], rows, ..Table::default() };
    let frames = laid(&document(vec![section(vec![Block::Table(Box::new(table))])]));
    let [link] = &frames.pages[0].links[..] else { panic!("{:?}", frames.pages[0].links) };
    assert_eq!(link.contents, "school");
    assert_eq!(link.tag.map(|tag| frames.structure.nodes[tag.0].role), Some(Role::Link));
    let drawn = frames.pages[0].items.iter().filter(|item| matches!(item.shape, Shape::Path(_))).count();
    assert_eq!(drawn, 1, "the anchor is drawn once");
}

#[test]
fn a_link_on_a_drawing_has_an_element_and_says_where_it_leads() {
    let to = || Some(LinkTo::Uri("https://example.org".into()));
    let content = vec![drawing(square(), Placement::Inline, None, to()), drawing(square(), floating(), Some("school"), to())];
    let frames = laid(&document(vec![section(vec![paragraph(content)])]));
    let said: Vec<&str> = frames.pages[0].links.iter().map(|link| link.contents.as_str()).collect();
    assert_eq!(said.len(), 2);
    assert!(said.contains(&"https://example.org") && said.contains(&"school"), "{said:?}");
    for link in &frames.pages[0].links {
        assert_eq!(link.tag.map(|tag| frames.structure.nodes[tag.0].role), Some(Role::Link));
    }
}

#[test]
fn a_paragraph_of_two_megabytes_is_laid_out_in_good_time() {
    let words = "palabra ".repeat(2 << 17);
    let frames = laid(&document(vec![section(vec![paragraph(vec![text(&words)])])]));
    assert!(frames.pages.len() > 500, "{}", frames.pages.len());
}

#[test]
fn more_pages_than_any_report_has_are_left_out_inside_a_paragraph_too() {
    let breaks = (0..20_500).map(|_| Inline::Break(BreakKind::Page, look())).collect();
    let fonts = Fonts::new(Vec::new());
    let (frames, warnings) = layout(&document(vec![section(vec![paragraph(breaks)])]), &fonts);
    assert_eq!(frames.pages.len(), 20_000);
    assert!(warnings.iter().any(|warning| warning.to_string().contains("20,000")), "{warnings:?}");
}

#[test]
fn thousands_of_looks_and_notes_are_kept_apart_in_good_time() {
    let colored = |color: usize| {
        let color = crate::graphics::Rgb((color >> 16) as u8, (color >> 8) as u8, color as u8);
        let props = Arc::new(RunProps { color: Some(color), ..(*look()).clone() });
        Inline::Text { text: "a ".to_owned(), props }
    };
    let blocks = (0..30_000).map(|number| paragraph(vec![colored(number)])).collect();
    let frames = laid(&document(vec![section(blocks)]));
    let colors: std::collections::HashSet<[u8; 3]> = frames
        .pages
        .iter()
        .flat_map(|page| &page.items)
        .filter_map(|item| match &item.shape {
            Shape::Glyphs(run) => Some([run.color.0, run.color.1, run.color.2]),
            _ => None,
        })
        .collect();
    assert_eq!(colors.len(), 30_000);
    let note = |id: i32| Inline::NoteRef { endnote: true, id, custom_mark: None, props: look() };
    let blocks = (0..20_000).map(|id| paragraph(vec![note(id)])).collect();
    let frames = laid(&document(vec![section(blocks)]));
    let last = frames.pages.last().map(texts).unwrap_or_default();
    assert!(last.iter().any(|text| text.0.contains("20000")), "{last:?}");
}

#[test]
fn a_letter_and_the_marks_on_it_come_from_one_face_that_has_both() {
    let fonts = Fonts::new(Vec::new());
    // Guaraní g̃, statistics' x̄, Yoruba ẹ́, dots below and above; a composed letter needs no other face.
    for family in ["Arial", "Calibri", "Times New Roman"] {
        let look = Arc::new(RunProps { font: family.into(), ..RunProps::default() });
        for (word, cluster) in [("Ág\u{303}a", "g\u{303}"), ("x\u{304}", "x\u{304}"), ("e\u{323}\u{301}", "e\u{323}\u{301}")] {
            let content = vec![Inline::Text { text: word.to_owned(), props: Arc::clone(&look) }];
            let (frames, warnings) = layout(&document(vec![section(vec![paragraph(content)])]), &fonts);
            assert_eq!(warnings.iter().filter(|warning| matches!(warning, Warning::MissingGlyph { .. })).count(), 0, "{word} in {family}");
            let runs: Vec<_> = frames.pages[0]
                .items
                .iter()
                .filter_map(|item| if let Shape::Glyphs(run) = &item.shape { Some(run) } else { None })
                .collect();
            assert!(runs.iter().all(|run| run.glyphs.iter().all(|glyph| glyph.id != 0)), "{word} in {family} shows a box");
            assert!(runs.iter().any(|run| run.text.contains(cluster)), "{word} in {family} is torn apart");
        }
        let content = vec![Inline::Text { text: "Perez\u{301}".replace("ez\u{301}", "e\u{301}z"), props: Arc::clone(&look) }];
        let (frames, _) = layout(&document(vec![section(vec![paragraph(content)])]), &fonts);
        assert_eq!(texts(&frames.pages[0]).len(), 1, "é needs no other face in {family}");
    }
}
