//! Fields, links, bookmarks and notes (ECMA-376 part 1, 17.11, 17.16).

use super::{Maker, look, text};
use crate::document::model::{Block, Field, Inline};
use crate::document::{ReadOptions, read_with};

fn field(instruction: &str, result: &str) -> String {
    format!(
        r#"<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> {instruction} </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>{result}<w:r><w:fldChar w:fldCharType="end"/></w:r>"#
    )
}

fn run(content: &str) -> String {
    format!(r#"<w:r><w:t xml:space="preserve">{content}</w:t></w:r>"#)
}

fn line(content: &str) -> String {
    text(&Maker::body(&format!("<w:p>{content}</w:p>")).paragraph())
}

#[test]
fn page_numbers_become_fields_in_the_look_of_their_result_17_16_5_44() {
    let bold = "<w:r><w:rPr><w:b/></w:rPr><w:t>12</w:t></w:r>";
    let paragraph = Maker::body(&format!("<w:p>{}</w:p>", field(r"PAGE  \* ROMAN \* MERGEFORMAT", bold))).paragraph();
    assert_eq!(text(&paragraph), "{Page(Some(UpperRoman))}");
    assert!(matches!(&paragraph.content[0], Inline::Field { props, .. } if props.bold));
    assert_eq!(line(r#"<w:fldSimple w:instr=" NUMPAGES "><w:r><w:t>3</w:t></w:r></w:fldSimple>"#), "{NumPages(None)}");
}

#[test]
fn other_fields_show_what_they_last_were() {
    assert_eq!(line(&field("MERGEFIELD Nombre", &run("Ana"))), "Ana");
    assert_eq!(line(&field(r#"DATE \@ "d 'de' MMMM""#, &run("1 de mayo"))), "1 de mayo");
    assert_eq!(line(&field(r"REF nothing \h", &run("Ana"))), "Ana");
}

/// A field with other fields or text in its instruction.
fn nested(pieces: &[&str], result: &str) -> String {
    let code: String = pieces
        .iter()
        .map(|piece| {
            if piece.starts_with('<') {
                (*piece).to_owned()
            } else {
                format!(r#"<w:r><w:instrText xml:space="preserve">{piece}</w:instrText></w:r>"#)
            }
        })
        .collect();
    format!(
        r#"<w:r><w:fldChar w:fldCharType="begin"/></w:r>{code}<w:r><w:fldChar w:fldCharType="separate"/></w:r>{}<w:r><w:fldChar w:fldCharType="end"/></w:r>"#,
        run(result)
    )
}

#[test]
fn conditions_are_worked_out_over_what_stands_in_them_17_16_5_22() {
    let level = field("MERGEFIELD NIVEL", &run("Nivel 2"));
    let cases: [(&[&str], &str); 14] = [
        (&["IF ", &level, r#" = "Nivel 2" "MUY BIEN" "A REPASAR" "#], "MUY BIEN"),
        (&["IF ", &level, r#" = "Nivel 3" "MUY BIEN" "A REPASAR" "#], "A REPASAR"),
        (&["IF ", &run("Nivel 2"), r#" &lt;&gt; "Nivel 2" "a" "b""#], "b"),
        (&[r#"IF "Nivel 2" = "Nivel*" "a" "b""#], "a"),
        (&[r#"IF "Nivel 2" = "Nivel ?" "a" "b" \* MERGEFORMAT"#], "a"),
        (&["IF ", &run("15"), r#" &gt;= 10 "ALTO" "BAJO""#], "ALTO"),
        (&["IF ", &run("9"), r#" &gt;= 10 "ALTO" "BAJO""#], "BAJO"),
        (&["IF ", &run("15"), r#"&gt;=10 "ALTO" "BAJO""#], "ALTO"),
        (&[r#"IF "a"="a" "si" "no""#], "si"),
        (&["IF ", &run("88,2 %"), r#" &gt; "88,1" "si" "no""#], "si"),
        (&["IF ", &field("MERGEFIELD x", ""), r#" = "" "vacío" "lleno""#], "vacío"),
        (&["IF ", &level, " = \"Nivel 2\" \"Hola ", &run("Ana \"la Chica\""), ", bien\" \"no\""], "Hola Ana \"la Chica\", bien"),
        (&["IF 1 = 1 \"", &nested(&["IF 2 = 1 \"x\" \"dentro\""], "viejo"), "\" \"fuera\""], "dentro"),
        (&[r#"IF 1 = 2 "solo si""#], ""),
    ];
    for (pieces, shown) in cases {
        let language = r#"<w:docDefaults><w:rPrDefault><w:rPr><w:lang w:val="es-CL"/></w:rPr></w:rPrDefault></w:docDefaults>"#;
        let made = Maker::body(&format!("<w:p>{}</w:p>", nested(pieces, "viejo"))).styles(language).paragraph();
        assert_eq!(text(&made), shown, "{pieces:?}");
    }
}

#[test]
fn a_condition_that_cannot_be_read_keeps_its_result_and_is_warned_of() {
    let (document, warnings) = Maker::body(&format!("<w:p>{}</w:p>", nested(&["IF nonsense"], "viejo"))).read();
    let Block::Paragraph(paragraph) = &document.sections[0].blocks[0] else { panic!("no paragraph") };
    assert_eq!(text(paragraph), "viejo");
    assert_eq!(warnings.len(), 1);
    assert!(warnings[0].to_string().starts_with("a IF field is not worked out"), "{}", warnings[0]);
}

#[test]
fn captions_are_counted_and_references_follow_wherever_they_stand_17_16_5_51() {
    let bookmark = |id: usize, name: &str, content: &str| {
        format!(r#"<w:bookmarkStart w:id="{id}" w:name="{name}"/>{content}<w:bookmarkEnd w:id="{id}"/>"#)
    };
    let caption =
        |id: usize| bookmark(id, &format!("tabla{id}"), &format!("{}{}", run("Tabla "), field(r"SEQ Tabla \* ARABIC", &run("9"))));
    let body = format!(
        "<w:p>{}{}</w:p><w:p>{}</w:p><w:p>{}</w:p><w:p>{}</w:p>",
        run("Vea "),
        field(r"REF tabla2 \h", &run("Tabla 7")),
        caption(1),
        caption(2),
        field(r"REF tabla1 \* Upper", &run("Tabla 7")),
    );
    let shown: Vec<String> = Maker::body(&body).paragraphs().iter().map(text).collect();
    assert_eq!(shown, ["Vea Tabla 2", "[tabla1:]Tabla 1", "[tabla2:]Tabla 2", "TABLA 1"]);
}

#[test]
fn sums_over_a_table_are_those_of_its_cells_now() {
    let cell = |content: &str| format!("<w:tc><w:p>{content}</w:p></w:tc>");
    let row = |cells: &[String]| format!("<w:tr>{}</w:tr>", cells.concat());
    let rows = [
        row(&[cell(&run("correctas")), cell(&run("15"))]),
        row(&[cell(&run("incorrectas")), cell(&run("2"))]),
        row(&[cell(&run("Total")), cell(&field("=SUM(ABOVE)", &run("99")))]),
        row(&[cell(&run("Parte")), cell(&field(r#"=B1/B3*100 \# "0,0%""#, &run("99")))]),
    ];
    let table = Maker::body(&format!("<w:tbl>{}</w:tbl>", rows.concat())).table();
    let last = |row: usize| {
        let Block::Paragraph(paragraph) = &table.rows[row].cells[1].blocks[0] else { panic!("no paragraph") };
        text(paragraph)
    };
    assert_eq!((last(2), last(3)), ("17".to_owned(), "88,2%".to_owned()));
    // What stands further down is known in the second reading; a table before keeps its own cells.
    let rows = [row(&[cell(&run("Total")), cell(&field("=SUM(BELOW)", &run("99")))]), row(&[cell(&run("a")), cell(&run("4"))])];
    let other = format!("<w:tbl>{}</w:tbl>", row(&[cell(&run("x")), cell(&run("50"))]).repeat(3));
    let (document, warnings) = Maker::body(&format!("{other}<w:p/><w:tbl>{}</w:tbl>", rows.concat())).read();
    let Block::Table(table) = &document.sections[0].blocks[2] else { panic!("no table") };
    let Block::Paragraph(paragraph) = &table.rows[0].cells[1].blocks[0] else { panic!("no paragraph") };
    assert_eq!((text(paragraph), warnings.is_empty()), ("4".to_owned(), true));
}

#[test]
fn what_needs_the_page_inside_a_condition_or_formula_is_left_to_layout() {
    let page = field("PAGE", &run("1"));
    let paragraph = Maker::body(&format!("<w:p>{}</w:p>", nested(&["IF ", &page, " = 1 \"primera\" \"otra\""], "vieja"))).paragraph();
    let Inline::Field { field: Field::Computed(computed), .. } = &paragraph.content[0] else { panic!("{:?}", paragraph.content) };
    assert_eq!(computed.text(|_| "1".to_owned()), "primera");
    assert_eq!(computed.text(|_| "2".to_owned()), "otra");
    let pages = field("NUMPAGES", &run("1"));
    let paragraph = Maker::body(&format!("<w:p>{}</w:p>", nested(&["= ", &pages, " - 1"], "0"))).paragraph();
    let Inline::Field { field: Field::Computed(computed), .. } = &paragraph.content[0] else { panic!("{:?}", paragraph.content) };
    assert_eq!(computed.text(|_| "12".to_owned()), "11");
}

#[test]
fn a_formula_of_pages_within_a_condition_is_worked_out_with_it() {
    // "Page 2 of 11" on all pages but the last ones. Word stores results within instructions as instructions, or leaves them out.
    let begin = r#"<w:r><w:fldChar w:fldCharType="begin"/></w:r>"#;
    let end = r#"<w:r><w:fldChar w:fldCharType="end"/></w:r>"#;
    let code = |text: &str| format!(r#"<w:r><w:instrText xml:space="preserve">{text}</w:instrText></w:r>"#);
    let stored =
        |name: &str, result: &str| format!(r#"{begin}{}<w:r><w:fldChar w:fldCharType="separate"/></w:r>{}{end}"#, code(name), code(result));
    let (page, pages) = (stored(" PAGE ", "1"), stored(" NUMPAGES ", "9"));
    let minus = |result: &str| format!("{begin}{}{pages}{}{result}{end}", code(" = "), code(" - 1 "));
    let separate = r#"<w:r><w:fldChar w:fldCharType="separate"/></w:r>"#;
    for less in [minus(""), minus(&format!("{separate}{}", code("8")))] {
        let condition = format!(
            "{begin}{}{page}{}{less}{}{page}{}{less}{}{end}",
            code("IF "),
            code(" &lt; "),
            code(" \"Page "),
            code(" of "),
            code("\" ")
        );
        let paragraph = Maker::body(&format!("<w:p>{condition}</w:p>")).paragraph();
        let [Inline::Field { field: Field::Computed(computed), .. }] = &paragraph.content[..] else { panic!("{:?}", paragraph.content) };
        fn text_of(field: &Field, page: &str) -> String {
            match field {
                Field::Page(_) => page.to_owned(),
                Field::NumPages(_) => "12".to_owned(),
                Field::Computed(inner) => inner.text(|field| text_of(field, page)),
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(computed.text(|field| text_of(field, "2")), "Page 2 of 11");
        assert_eq!(computed.text(|field| text_of(field, "11")), "");
    }
}

#[test]
fn entries_of_contents_do_not_look_like_links() {
    let styles = r#"<w:style w:type="character" w:styleId="Hipervnculo"><w:name w:val="Hyperlink"/><w:rPr><w:u w:val="single"/></w:rPr></w:style><w:style w:type="character" w:styleId="Own"><w:name w:val="Own"/><w:rPr><w:u w:val="single"/></w:rPr></w:style>"#;
    let run = |style: &str, more: &str| format!(r#"<w:r><w:rPr><w:rStyle w:val="{style}"/>{more}</w:rPr><w:t>entry</w:t></w:r>"#);
    let link = |style: &str, more: &str| format!(r#"<w:hyperlink w:anchor="_Toc1">{}</w:hyperlink>"#, run(style, more));
    let underlined = |body: String| {
        let paragraph = Maker::body(&body).styles(styles).paragraph();
        let found = paragraph.content.iter().find_map(|inline| match inline {
            Inline::Text { text, props } if text == "entry" => Some(props.underline.is_some()),
            _ => None,
        });
        found.unwrap_or_else(|| panic!("{:?}", paragraph.content))
    };
    for (instruction, shown) in
        [(r#"TOC \o "1-3" \h \z \u"#, false), (r#" toc \h \z \c "Tabla""#, false), ("REF x", true), (r#"HYPERLINK \l "x""#, true)]
    {
        assert_eq!(underlined(format!("<w:p>{}</w:p>", field(instruction, &link("Hipervnculo", "")))), shown, "{instruction}");
        assert!(underlined(format!("<w:p>{}</w:p>", field(instruction, &link("Own", "")))));
        assert!(underlined(format!("<w:p>{}</w:p>", field(instruction, &link("Hipervnculo", r#"<w:u w:val="double"/>"#)))));
    }
    assert!(underlined(format!("<w:p>{}</w:p>", link("Hipervnculo", ""))));
}

#[test]
fn dates_are_of_the_clock_given_and_properties_of_the_document() {
    let core = r#"<cp:coreProperties xmlns:cp="c" xmlns:dc="d"><dc:title>Informe de Ana</dc:title><dc:creator>Eva</dc:creator></cp:coreProperties>"#;
    let body = format!(
        "<w:p>{}{}{}{}{}</w:p>",
        field(r#"DATE \@ "d 'de' MMMM 'de' yyyy""#, &run("1 de enero de 2020")),
        field("TITLE", &run("viejo")),
        field("SECTION", &run("8")),
        // The author shows as stored until somebody updates the field; without a result it is worked out.
        field("AUTHOR", &run("Luz")),
        r#"<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>AUTHOR</w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>"#
    );
    let language = r#"<w:docDefaults><w:rPrDefault><w:rPr><w:lang w:val="es-CL"/></w:rPr></w:rPrDefault></w:docDefaults>"#;
    let package = Maker::body(&body)
        .styles(language)
        .bytes("docProps/core.xml", core.as_bytes())
        .bytes("_rels/.rels", br#"<Relationships><Relationship Id="d" Type="x/officeDocument" Target="word/document.xml"/><Relationship Id="c" Type="x/core-properties" Target="docProps/core.xml"/></Relationships>"#)
        .package();
    let options = ReadOptions { now: Some(jiff::civil::date(2026, 3, 12).at(10, 30, 0, 0)), ..ReadOptions::default() };
    let (document, _) = read_with(&package, &options).unwrap();
    let Block::Paragraph(paragraph) = &document.sections[0].blocks[0] else { panic!("no paragraph") };
    assert_eq!(text(paragraph), "12 de marzo de 2026Informe de Ana{Section(None)}LuzEva");
}

#[test]
fn a_value_takes_the_look_of_the_stored_result() {
    let bold = "<w:r><w:rPr><w:b/></w:rPr><w:t>viejo</w:t></w:r>";
    let paragraph = Maker::body(&format!("<w:p>{}{}</w:p>", field("QUOTE nuevo", bold), run("x"))).paragraph();
    assert_eq!(text(&paragraph), "nuevox");
    assert!(look(&paragraph, 0).bold && !look(&paragraph, 1).bold);
}

#[test]
fn hostile_instructions_are_bounded() {
    let deep: String =
        (0..100).map(|_| r#"<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>IF 1 = 1 "</w:instrText></w:r>"#).collect();
    let ends = r#"<w:r><w:instrText>"</w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>"#.repeat(100);
    line(&format!("{deep}{ends}"));
    let stars = format!(r#"IF "{}" = "{}b" "x" "y""#, "a".repeat(5000), "*a".repeat(2000));
    line(&field(&stars, &run("z")));
    line(&field(&format!("= {}1{}", "(".repeat(5000), ")".repeat(5000)), &run("z")));
    line(&field(&format!("SEQ {}", "x".repeat(100_000)), &run("z")));
}

#[test]
fn a_tab_in_a_page_reference_and_what_stands_before_it_stay_before_the_number() {
    let tab = "<w:r><w:tab/></w:r>";
    let number = line(&field(r"PAGEREF _Toc1 \h", &run("7")));
    for words in ["", "Appendix", "1 Appendix"] {
        let before = if words.is_empty() { String::new() } else { run(words) };
        let entry = field(r"PAGEREF _Toc1 \h", &format!("{before}{tab}{}", run("7")));
        assert_eq!(line(&entry), format!("{words}{}{number}", line(tab)));
    }
    let numbered = field(r"PAGEREF _Toc1 \h", &format!("{}{tab}{}{}{tab}{}", run("1"), run("App"), run("endix"), run("7")));
    assert_eq!(line(&numbered), format!("1{0}Appendix{0}{number}", line(tab)));
}

#[test]
fn page_and_style_references_keep_their_cached_text() {
    assert_eq!(line(&field(r"PAGEREF _Toc1 \h", &run("7"))), r#"{PageRef { bookmark: "_Toc1", cached: "7" }}"#);
    assert_eq!(line(&field(r#"STYLEREF "Heading 1""#, &run("Intro"))), r#"{StyleRef { style: "Heading 1", cached: "Intro" }}"#);
}

#[test]
fn links_open_and_close_in_every_paragraph_they_cross() {
    let begin = r#"<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>HYPERLINK \l "here"</w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>"#;
    let end = r#"<w:r><w:fldChar w:fldCharType="end"/></w:r>"#;
    let paragraphs = Maker::body(&format!("<w:p>{begin}{}</w:p><w:p>{}{end}{}</w:p>", run("a"), run("b"), run("c"))).paragraphs();
    assert_eq!(text(&paragraphs[0]), r#"<Bookmark("here")>a</>"#);
    assert_eq!(text(&paragraphs[1]), r#"<Bookmark("here")>b</>c"#);
}

#[test]
fn hyperlinks_lead_outside_or_to_bookmarks_17_16_22() {
    let body = r#"<w:p><w:bookmarkStart w:id="0" w:name="top"/><w:hyperlink r:id="h"><w:r><w:t>x</w:t></w:r></w:hyperlink><w:hyperlink w:anchor="top"><w:r><w:t>y</w:t></w:r></w:hyperlink></w:p>"#;
    let paragraph = Maker::body(body).link("h", "https://example.org/").paragraph();
    assert_eq!(text(&paragraph), r#"[top:]<Uri("https://example.org/")>x</><Bookmark("top")>y</>"#);
}

#[test]
fn form_boxes_and_symbols_have_no_result_and_still_show() {
    let check = r#"<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:checkBox><w:default w:val="0"/><w:checked/></w:checkBox></w:ffData></w:fldChar></w:r><w:r><w:instrText>FORMCHECKBOX</w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>"#;
    let symbol = r#"<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>SYMBOL 183 \f "Symbol"</w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>"#;
    let empty = check.replace(
        r#"<w:r><w:fldChar w:fldCharType="end"/>"#,
        r#"<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:fldChar w:fldCharType="end"/>"#,
    );
    assert_eq!(line(&format!("{check}{symbol}{empty}")), "☒•☒");
}

#[test]
fn locked_fields_keep_their_results_and_questions_show_none_17_16_18() {
    let locked = |field: String| field.replace(r#"w:fldCharType="begin"/>"#, r#"w:fldCharType="begin" w:fldLock="1"/>"#);
    let sum = field("=1+1", &run("7"));
    assert_eq!(line(&format!("{sum}{}", locked(sum.clone()))), "27");
    assert_eq!(line(r#"<w:fldSimple w:instr="=1+1" w:fldLock="true"><w:r><w:t>7</w:t></w:r></w:fldSimple>"#), "7");
    assert_eq!(line(&format!("{}{}", field(r#"ASK name "Your name?""#, &run("Your name?")), run("x"))), "x");
}

#[test]
fn a_forms_list_shows_the_entry_that_is_chosen_17_16_9() {
    let list = |result: &str| {
        format!(
            r#"<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:ddList>{result}<w:listEntry w:val="Select…"/><w:listEntry w:val="yes"/></w:ddList></w:ffData></w:fldChar></w:r><w:r><w:instrText>FORMDROPDOWN</w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>"#
        )
    };
    assert_eq!(line(&format!("{} {}", list(""), list(r#"<w:result w:val="1"/>"#))), "Select…yes");
    assert_eq!(line(&list(r#"<w:result w:val="7"/>"#)), "");
    // LibreOffice writes an empty result with bookmarks in it.
    let mark = r#"<w:bookmarkStart w:id="0" w:name="choice"/><w:bookmarkEnd w:id="0"/>"#;
    let ended = r#"<w:r><w:fldChar w:fldCharType="end"/>"#;
    let empty = list("").replace(ended, &format!(r#"<w:r><w:fldChar w:fldCharType="separate"/></w:r>{mark}{ended}"#));
    assert_eq!(line(&empty), "[choice:]Select…");
}

#[test]
fn fields_that_never_end_do_no_harm() {
    let begin = r#"<w:r><w:fldChar w:fldCharType="begin"/></w:r>"#.repeat(200);
    let end = r#"<w:r><w:fldChar w:fldCharType="end"/></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>"#.repeat(300);
    assert_eq!(line(&format!("{begin}{end}{}", run("x"))), "x");
}

#[test]
fn notes_are_read_by_id_and_separators_are_not_notes_17_11() {
    let body = r#"<w:p><w:r><w:footnoteReference w:id="2"/></w:r><w:r><w:footnoteReference w:id="3" w:customMarkFollows="1"/><w:t>*</w:t></w:r></w:p>"#;
    let notes = r#"<w:footnote w:type="separator" w:id="-1"><w:p/></w:footnote><w:footnote w:id="2"><w:p><w:r><w:footnoteRef/><w:t>n</w:t></w:r></w:p></w:footnote>"#;
    let (document, _) = Maker::body(body).part("footnotes", "footnotes", notes).read();
    assert_eq!(document.footnotes.keys().copied().collect::<Vec<_>>(), [2]);
    let Block::Paragraph(reference) = &document.sections[0].blocks[0] else { panic!("no paragraph") };
    assert_eq!(text(reference), "[note 2 #][note 3 *]");
    let Some(Block::Paragraph(note)) = document.footnotes[&2].first() else { panic!("no note") };
    assert_eq!(text(note), "[mark]n");
    assert_eq!(look(note, 0).size.0, 22);
}

/// Contents over three headings, as Word stores them: with the pages of the day they were saved.
fn contents(instruction: &str, entries: &[&str]) -> String {
    let style = |name: &str, content: &str| format!(r#"<w:p><w:pPr><w:pStyle w:val="{name}"/></w:pPr>{content}</w:p>"#);
    let begin = format!(
        r#"<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>{instruction}</w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>"#
    );
    let mut out = String::new();
    for (at, entry) in entries.iter().enumerate() {
        let content = format!("{}{}<w:r><w:tab/></w:r>{}", if at == 0 { &begin } else { "" }, run(entry), run("9"));
        out.push_str(&style("TOC1", &content));
    }
    out.push_str(r#"<w:p><w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>"#);
    for (level, heading) in [(1, "Resultado"), (2, "Detalle"), (1, "Consejos")] {
        out.push_str(&style(&format!("H{level}"), &run(heading)));
    }
    out
}

const HEADING_STYLES: &str = r#"<w:style w:type="paragraph" w:styleId="H1"><w:name w:val="heading 1"/></w:style><w:style w:type="paragraph" w:styleId="H2"><w:name w:val="heading 2"/></w:style><w:style w:type="paragraph" w:styleId="TOC1"><w:name w:val="toc 1"/></w:style>"#;

fn with_contents(body: &str, anew: bool) -> Vec<String> {
    let package = Maker::body(body).styles(HEADING_STYLES).package();
    let (document, _) = read_with(&package, &ReadOptions { contents: anew, ..ReadOptions::default() }).unwrap();
    let blocks = document.sections.into_iter().flat_map(|section| section.blocks);
    blocks.map(|block| if let Block::Paragraph(paragraph) = block { text(&paragraph) } else { "table".to_owned() }).collect()
}

#[test]
fn contents_are_made_anew_from_the_headings_only_when_asked_for_17_16_5_68() {
    let body = contents(r#"TOC \o "1-1" \h"#, &["Resultado", "Sección que se fue"]);
    let stored = with_contents(&body, false);
    assert_eq!(&stored[..3], ["Resultado→9", "Sección que se fue→9", ""]);
    let entry =
        |at: usize, text: &str| format!(r#"<Bookmark("_Contents{at}")>{text}→{{PageRef {{ bookmark: "_Contents{at}", cached: "" }}}}</>"#);
    let anew = with_contents(&body, true);
    assert_eq!(
        anew,
        [
            entry(0, "Resultado"),
            entry(2, "Consejos"),
            "[_Contents0:]Resultado".into(),
            "[_Contents1:]Detalle".into(),
            "[_Contents2:]Consejos".into()
        ]
    );
    let deep = with_contents(&contents(r#"TOC \o "1-3" \n 2-2"#, &["x"]), true);
    assert_eq!(deep[1], r#"<Bookmark("_Contents1")>Detalle</>"#);
}

#[test]
fn contents_of_figures_or_without_headings_keep_what_is_stored() {
    assert_eq!(with_contents(&contents(r#"TOC \c "Tabla""#, &["Tabla 1"]), true)[0], "Tabla 1→9");
    assert_eq!(with_contents(&contents(r#"TOC \o "7-8""#, &["viejo"]), true)[0], "viejo→9");
}

/// How many warnings say that a field of this kind is not worked out.
fn not_worked_out(warnings: &[crate::warning::Warning], kind: &str) -> usize {
    warnings.iter().filter(|warning| warning.to_string().starts_with(&format!("a {kind} field is not worked out"))).count()
}

#[test]
fn a_long_text_referred_to_again_and_again_is_shown_until_a_million_bytes() {
    let words = "palabra ".repeat(8000);
    let bookmark = format!(r#"<w:p><w:bookmarkStart w:id="1" w:name="b"/>{}<w:bookmarkEnd w:id="1"/></w:p>"#, run(&words));
    let references = format!("<w:p>{}</w:p>", field("REF b", &run("stored"))).repeat(40);
    let (document, warnings) = Maker::body(&(bookmark + &references)).read();
    let shown: Vec<String> = document.sections[0].blocks[1..]
        .iter()
        .map(|block| if let Block::Paragraph(it) = block { text(it) } else { String::new() })
        .collect();
    let worked_out = shown.iter().take_while(|shown| **shown == words).count();
    assert_eq!(worked_out, 16, "as many as it takes to come to a million");
    assert!(shown[worked_out..].iter().all(|shown| shown == "stored"));
    assert_eq!(not_worked_out(&warnings, "REF"), 1);
}

#[test]
fn a_bookmark_around_half_a_book_is_not_shown_cut() {
    let words = run("palabra ").repeat(9000);
    let body = format!(
        r#"<w:p><w:bookmarkStart w:id="1" w:name="b"/>{words}<w:bookmarkEnd w:id="1"/></w:p><w:p>{}</w:p>"#,
        field("REF b", &run("stored"))
    );
    assert_eq!(text(&Maker::body(&body).paragraphs()[1]), "stored");
}

#[test]
fn sums_that_each_read_all_rows_above_are_worked_out_for_a_thousand_rows_and_not_for_ten_thousand() {
    let row = format!("<w:tr><w:tc><w:p>{}</w:p></w:tc></w:tr>", field("=COUNT(ABOVE)", &run("stored")));
    let last = |rows: usize| {
        let (document, warnings) = Maker::body(&format!("<w:tbl>{}</w:tbl>", row.repeat(rows))).read();
        let Block::Table(table) = &document.sections[0].blocks[0] else { panic!("no table") };
        let Block::Paragraph(paragraph) = &table.rows[rows - 1].cells[0].blocks[0] else { panic!("no paragraph") };
        (text(paragraph), not_worked_out(&warnings, "formula"))
    };
    assert_eq!(last(1000), ("999".to_owned(), 0));
    assert_eq!(last(10_000), ("stored".to_owned(), 1));
}

#[test]
fn bookmarks_around_the_same_text_are_known_until_eight_megabytes() {
    let (starts, ends): (String, String) = (0..64)
        .map(|id| (format!(r#"<w:bookmarkStart w:id="{id}" w:name="b*{id}"/>"#), format!(r#"<w:bookmarkEnd w:id="{id}"/>"#)))
        .unzip();
    let around = |at: usize| format!("<w:p>{}{}{ends}</w:p>", starts.replace('*', &format!("{at}_")), run(&"a ".repeat(20_000)));
    let body = format!(
        "{}{}<w:p>{}</w:p><w:p>{}</w:p>",
        around(0),
        (1..5).map(around).collect::<String>(),
        field("REF b0_1", &run("s")),
        field("REF b4_1", &run("s"))
    );
    let shown: Vec<String> = Maker::body(&body).paragraphs().iter().map(text).collect();
    assert_eq!((shown[5].len(), shown[6].as_str()), (40_000, "s"));
}
