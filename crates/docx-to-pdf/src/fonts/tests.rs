use super::*;

const PLAIN: Features = Features { kerning: false, ligatures: true, rtl: false };

fn fonts() -> Fonts {
    Fonts::default()
}

#[test]
fn metric_twins_stand_in_without_a_warning() {
    let fonts = fonts();
    for (family, twin) in
        [("Calibri", "Carlito"), ("ARIAL", "Liberation Sans"), ("Times New Roman", "Liberation Serif"), ("Cambria", "Caladea")]
    {
        let selected = fonts.select(family, false, false);
        assert_eq!(fonts.family(selected.font), twin);
        assert_eq!(selected.substitute, None, "{family}");
    }
}

#[test]
fn other_families_name_their_substitute() {
    let fonts = fonts();
    for (family, substitute) in
        [("Georgia", "Liberation Serif"), ("Verdana", "DejaVu Sans"), ("Aptos", "Carlito"), ("Some Serif Nobody Has", "Liberation Sans")]
    {
        assert_eq!(fonts.select(family, false, false).substitute.as_deref(), Some(substitute), "{family}");
    }
}

#[test]
fn every_bundled_face_can_be_read_and_is_reached_by_its_style() {
    let fonts = fonts();
    for face in &fonts.inner.faces {
        assert!(face.parsed().is_some(), "{}", face.family);
        let selected = fonts.select(&face.family, face.bold, face.italic);
        assert_eq!((fonts.family(selected.font), selected.synthetic_bold), (&*face.family, false));
    }
}

#[test]
fn line_heights_are_those_that_were_measured() {
    let fonts = fonts();
    for (family, height) in [
        ("Carlito", 1.2207),
        ("Caladea", 1.150),
        ("Liberation Sans", 1.150),
        ("Liberation Serif", 1.150),
        ("Liberation Mono", 1.1328),
        ("DejaVu Sans", 1.164),
    ] {
        let metrics = fonts.metrics(fonts.select(family, false, false).font);
        let sum = metrics.ascent + metrics.descent + metrics.line_gap;
        assert!((sum - height).abs() < 0.001, "{family}: {sum}");
    }
}

#[test]
fn a_ligature_stands_for_all_its_characters() {
    let fonts = fonts();
    let carlito = fonts.select("Calibri", false, false).font;
    let shaped = fonts.shape(carlito, "office", PLAIN);
    let ranges: Vec<_> = shaped.glyphs.iter().map(|glyph| glyph.text).collect();
    assert!(ranges.iter().any(|(start, end)| end - start > 1), "{ranges:?}");
    assert_eq!(ranges.first().map(|range| range.0), Some(0));
    assert!(ranges.windows(2).all(|pair| pair[0].1 == pair[1].0), "{ranges:?}");
    let separate = fonts.shape(carlito, "office", Features { ligatures: false, ..PLAIN });
    assert_eq!(separate.glyphs.len(), 6);
}

#[test]
fn pairs_are_kerned_only_when_asked() {
    let fonts = fonts();
    let sans = fonts.select("Arial", false, false).font;
    let plain = fonts.shape(sans, "AVAVA", PLAIN).width;
    let kerned = fonts.shape(sans, "AVAVA", Features { kerning: true, ..PLAIN }).width;
    assert!(kerned < plain);
}

#[test]
fn right_to_left_text_comes_in_visual_order_with_its_bytes() {
    let fonts = fonts();
    let dejavu = fonts.select("DejaVu Sans", false, false).font;
    let text = "שלום";
    let shaped = fonts.shape(dejavu, text, Features { rtl: true, ..PLAIN });
    let ranges: Vec<_> = shaped.glyphs.iter().map(|glyph| glyph.text).collect();
    assert_eq!(ranges, [(6, 8), (4, 6), (2, 4), (0, 2)]);
}

#[test]
fn a_combining_mark_is_carried_by_its_letter() {
    let fonts = fonts();
    let dejavu = fonts.select("DejaVu Sans", false, false).font;
    let text = "q\u{301}z";
    let shaped = fonts.shape(dejavu, text, PLAIN);
    let covered: Vec<_> = shaped.glyphs.iter().filter(|glyph| glyph.text.0 < glyph.text.1).map(|glyph| glyph.text).collect();
    assert_eq!(covered, [(0, 3), (3, 4)]);
}

#[test]
fn a_missing_character_falls_back_to_a_face_of_the_same_style() {
    let fonts = fonts();
    let bold = fonts.select("Calibri", true, false).font;
    assert!(!fonts.has(bold, '✓'));
    let fallback = fonts.fallback(bold, '✓', "✓").expect("DejaVu has check marks");
    assert_eq!(fonts.family(fallback), "DejaVu Sans");
    assert!(fonts.face(fallback).bold);
    assert_eq!(fonts.fallback(bold, '\u{10fffd}', ""), None);
}

#[test]
fn own_fonts_win_over_substitutes_and_files_that_are_no_fonts_are_left_out() {
    let bundled = fonts();
    let caladea = bundled.data(bundled.select("Caladea", false, false).font).bytes.to_vec();
    let fonts = Fonts::new(vec![b"no font".to_vec(), caladea]);
    let own = fonts.select("caladea", false, false);
    assert_eq!(usize::from(own.font.0), bundled.inner.faces.len());
    let bold = fonts.select("Caladea", true, false);
    assert!(bold.synthetic_bold);
    assert_eq!(fonts.shape(own.font, "sí", PLAIN).glyphs.len(), 2);
}

#[test]
fn a_repeated_word_comes_from_the_cache() {
    let fonts = fonts();
    let sans = fonts.select("Arial", false, false).font;
    assert!(Arc::ptr_eq(&fonts.shape(sans, "palabra", PLAIN), &fonts.shape(sans, "palabra", PLAIN)));
    assert!(!Arc::ptr_eq(&fonts.shape(sans, "palabra", PLAIN), &fonts.shape(sans, "palabra", Features { kerning: true, ..PLAIN })));
}

#[test]
fn strange_text_is_shaped_without_trouble() {
    let fonts = fonts();
    let sans = fonts.select("Arial", false, false).font;
    for text in ["", " ", "\u{0}\t\n", "\u{200d}\u{fe0f}", "1234", "()", "\u{10fffd}"] {
        for rtl in [false, true] {
            let shaped = fonts.shape(sans, text, Features { rtl, ..PLAIN });
            assert!(shaped.glyphs.iter().all(|glyph| glyph.text.0 <= glyph.text.1 && glyph.text.1 as usize <= text.len()));
        }
    }
}
