//! The look of a run with its faces found, and the words shaped in it.

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

use unicode_normalization::UnicodeNormalization as _;

use crate::document::model::{RunProps, VerticalPosition};
use crate::fonts::{Features, FontId, Fonts, Metrics, Shaped};
use crate::layout::length::bounded;
use crate::units::Pt;

/// Super- and subscripts are set at this share of the size (LibreOffice's `DFLT_ESC_PROP`).
const SCRIPT_SIZE: f32 = 0.58;
/// Small capitals are set at this share of the size (LibreOffice's `SMALL_CAPS_PERCENTAGE`).
const SMALL_CAPS_SIZE: f32 = 0.8;
/// Words kept per look; text beyond that is shaped again.
const WORDS_KEPT: usize = 4096;
/// Longest text kept.
const LONGEST_KEPT: usize = 64;

/// A face as it is used: with what it lacks made up.
#[derive(Debug, Clone, Copy)]
pub(super) struct Face {
    /// The face.
    pub font: FontId,
    /// Made bold by a stroke.
    pub bold: bool,
    /// Slanted.
    pub italic: bool,
    /// Its metrics.
    pub metrics: Metrics,
}

/// Run properties with everything found that shaping and drawing need.
#[derive(Debug)]
pub(super) struct Look {
    /// The properties.
    pub props: Arc<RunProps>,
    /// Face for Latin text.
    pub latin: Face,
    east_asia: Option<Face>,
    complex: Option<Face>,
    /// Size of the line's metrics.
    pub nominal: Pt,
    /// Size the glyphs are drawn at (smaller for super- and subscript).
    pub size: Pt,
    /// How far above the baseline.
    pub rise: Pt,
    ascent: Pt,
    descent: Pt,
    words: RefCell<HashMap<Box<str>, Rc<Word>>>,
    /// Every other word is a blank.
    blank: OnceCell<Rc<Word>>,
}

/// A text in one look, shaped.
#[derive(Debug, Clone, Default)]
pub(super) struct Word {
    /// The text as shown (capitals applied).
    pub text: Box<str>,
    /// Its pieces: one a face and size.
    pub parts: Vec<Part>,
    /// Its width with letter spacing and scaling.
    pub width: Pt,
    /// Characters no face has.
    pub missing: Vec<char>,
    /// Height above the baseline.
    pub ascent: Pt,
    /// Depth below it.
    pub descent: Pt,
}

/// A piece of a word in one face and size.
#[derive(Debug, Clone)]
pub(super) struct Part {
    /// The face.
    pub face: Face,
    /// Glyph size.
    pub size: Pt,
    /// The glyphs.
    pub shaped: Arc<Shaped>,
    /// Where its text starts in the word's.
    pub start: u32,
    /// Reads from right to left.
    pub rtl: bool,
}

/// Which of a run's three fonts a character uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Script {
    /// Latin, Greek, Cyrillic and everything else.
    Latin,
    /// Chinese, Japanese, Korean.
    EastAsia,
    /// Right-to-left and Indic scripts.
    Complex,
}

/// The script a character is written in.
pub(super) fn script(character: char) -> Script {
    match character as u32 {
        0x0590..=0x08FF | 0x0900..=0x0DFF | 0x0E00..=0x0FFF | 0xFB1D..=0xFDFF | 0xFE70..=0xFEFF => Script::Complex,
        0x1100..=0x11FF
        | 0x2E80..=0xA4CF
        | 0xA960..=0xA97F
        | 0xAC00..=0xD7FF
        | 0xF900..=0xFAFF
        | 0xFE30..=0xFE4F
        | 0xFF00..=0xFFEF
        | 0x20000..=0x3FFFF => Script::EastAsia,
        _ => Script::Latin,
    }
}

/// No letter carries more marks; more are shaped on their own.
const MOST_MARKS: usize = 16;

impl Look {
    /// Finds the faces. Substitutions are told through `substituted(family, stand-in)`.
    pub(super) fn new(props: Arc<RunProps>, fonts: &Fonts, substituted: &mut dyn FnMut(&str, &str)) -> Self {
        let mut face = |family: &str| {
            let found = fonts.select(family, props.bold, props.italic);
            if let Some(substitute) = &found.substitute {
                substituted(family, substitute);
            }
            Face { font: found.font, bold: found.synthetic_bold, italic: found.synthetic_italic, metrics: fonts.metrics(found.font) }
        };
        let latin = face(&props.font);
        let other = |family: &str| (family != &*props.font && !family.is_empty()).then(|| plain(fonts, family, &props));
        let east_asia = other(&props.font_east_asia);
        let complex = other(&props.font_cs);
        let nominal = bounded(props.size.pt()).max(Pt(0.5));
        let (size, rise) = escapement(&props, &latin.metrics, nominal);
        let raise = bounded(props.raise.pt());
        let ascent = (ascent(&latin.metrics, nominal) + raise).max(Pt::ZERO);
        let descent = (descent(&latin.metrics, nominal) - raise).max(Pt::ZERO);
        // The box of a form fills its line from top to bottom.
        let rise = if props.form_box { rise - descent / 2.0 } else { rise };
        Self { latin, east_asia, complex, nominal, size, rise, ascent, descent, words: RefCell::default(), blank: OnceCell::new(), props }
    }

    /// Ascent of a line in this look: the line gap goes on top (report room rules, measured on LibreOffice 7.4).
    ///
    /// Raised text takes its descent along, lowered text its ascent (Word, Spire; measured). LibreOffice alone keeps both besides.
    pub(super) fn ascent(&self) -> Pt {
        self.ascent
    }

    /// Descent of a line in this look.
    pub(super) fn descent(&self) -> Pt {
        self.descent
    }

    /// Horizontal scaling, 1.0 = none.
    pub(super) fn scale(&self) -> f32 {
        (self.props.scale.clamp(1, 600) as f32) / 100.0
    }

    /// Space after each character.
    pub(super) fn spacing(&self) -> Pt {
        bounded(self.props.spacing.pt())
    }

    /// Shapes a text, or remembers it.
    pub(super) fn word(&self, fonts: &Fonts, text: &str, rtl: bool) -> Rc<Word> {
        if text == " " && !rtl {
            return Rc::clone(self.blank.get_or_init(|| Rc::new(self.shape(fonts, text, rtl))));
        }
        let keep = text.len() <= LONGEST_KEPT && !rtl;
        if keep && let Some(word) = self.words.borrow().get(text) {
            return Rc::clone(word);
        }
        let word = Rc::new(self.shape(fonts, text, rtl));
        if keep && self.words.borrow().len() < WORDS_KEPT {
            self.words.borrow_mut().insert(text.into(), Rc::clone(&word));
        }
        word
    }

    /// Shapes the part of a word that is cut, in the letters the document has: shown as capitals, small ones would come back as large ones.
    pub(super) fn piece(&self, fonts: &Fonts, word: &Word, range: Range<usize>, rtl: bool) -> Rc<Word> {
        let text = word.text.get(range.clone()).unwrap_or("");
        if !self.props.small_caps || self.props.caps {
            return self.word(fonts, text, rtl);
        }
        let before = |byte: usize| word.parts.iter().filter(move |part| part.start as usize <= byte);
        let small = |byte: usize| before(byte).max_by_key(|part| part.start).is_some_and(|part| part.size < self.size * 0.95);
        let mut letters = String::with_capacity(text.len());
        for (at, character) in text.char_indices() {
            if small(range.start + at) { letters.extend(character.to_lowercase()) } else { letters.push(character) }
        }
        self.word(fonts, &letters, rtl)
    }

    fn face(&self, script: Script) -> Face {
        match script {
            Script::Latin => self.latin,
            Script::EastAsia => self.east_asia.unwrap_or(self.latin),
            Script::Complex => self.complex.unwrap_or(self.latin),
        }
    }

    fn shape(&self, fonts: &Fonts, text: &str, rtl: bool) -> Word {
        let mut word = Word::default();
        let mut shown = String::with_capacity(text.len());
        let mut run: Option<(Face, Pt, usize)> = None;
        let mut cluster: Option<(Face, usize)> = None;
        let mut measured: Option<(FontId, Pt)> = None;
        for (at, read) in text.char_indices() {
            // A hyphen that the face does not have is drawn with its hyphen-minus, as Word does; LibreOffice takes another font.
            let original = if read == '\u{2010}' && !fonts.has(self.latin.font, read) { '-' } else { read };
            let before = shown.len();
            let small = self.push_cased(&mut shown, original);
            let character = shown[before..].chars().next().unwrap_or(original);
            let script = if self.props.complex || self.props.rtl { Script::Complex } else { script(character) };
            let own = self.face(script);
            // A letter and the marks on it come from one face: a mark of another face would not stand over its letter.
            let face = match cluster {
                Some((face, marks)) if marks > 0 => {
                    cluster = Some((face, marks - 1));
                    face
                }
                _ => {
                    let behind = &text[at + read.len_utf8()..];
                    let marks = behind.chars().take(MOST_MARKS).take_while(|mark| is_diacritic(*mark)).count();
                    if marks == 0 {
                        face_for(fonts, own, character, text, &mut word.missing)
                    } else {
                        let letters: String = std::iter::once(character).chain(behind.chars().take(marks)).collect();
                        let face = face_for_cluster(fonts, own, &letters, &mut word.missing);
                        cluster = Some((face, marks));
                        face
                    }
                }
            };
            let size = self.part_size(script, small);
            if run.is_none_or(|(current, at, _)| current.font != face.font || at != size) {
                if let Some((face, size, start)) = run {
                    self.close(&mut word, fonts, &shown[..before], (face, size, start), rtl);
                }
                run = Some((face, size, before));
            }
            let nominal = if small { self.nominal } else { size.max(self.nominal) };
            if measured.replace((own.font, nominal)) != Some((own.font, nominal)) {
                word.ascent = word.ascent.max(ascent(&own.metrics, nominal));
                word.descent = word.descent.max(descent(&own.metrics, nominal));
            }
        }
        if let Some((face, size, start)) = run {
            self.close(&mut word, fonts, &shown, (face, size, start), rtl);
        }
        if rtl {
            word.parts.reverse();
        }
        let raise = bounded(self.props.raise.pt());
        word.ascent = (word.ascent + raise).max(Pt::ZERO);
        word.descent = (word.descent - raise).max(Pt::ZERO);
        word.text = shown.into_boxed_str();
        word
    }

    /// Pushes a character as it is shown; tells whether it is a small capital.
    fn push_cased(&self, shown: &mut String, character: char) -> bool {
        if self.props.caps || self.props.small_caps {
            // ẞ for ß would be right by Unicode 5.1, but Word and LibreOffice keep "SS".
            shown.extend(character.to_uppercase());
            return !self.props.caps && character.is_lowercase();
        }
        shown.push(if character == '\u{2011}' { '-' } else { character });
        false
    }

    fn part_size(&self, script: Script, small: bool) -> Pt {
        let mut size = self.size;
        if script == Script::Complex && self.props.size_cs.0 > 0 && self.nominal.0 > 0.0 {
            size = bounded(self.props.size_cs.pt()) * (self.size / self.nominal);
        }
        if small { size * SMALL_CAPS_SIZE } else { size }
    }

    fn close(&self, word: &mut Word, fonts: &Fonts, shown: &str, (face, size, start): (Face, Pt, usize), rtl: bool) {
        let kerning = self.props.kern_from.is_some_and(|from| self.props.size >= from && from.0 > 0);
        let features = Features { kerning, ligatures: self.props.spacing.0 == 0, rtl };
        let shaped = fonts.shape(face.font, &shown[start..], features);
        let mut size = size;
        if self.props.form_box && shaped.width > 0.0 {
            // A form's check box is a square as high as a line of its run (LibreOffice and Spire agree; measured).
            size = (self.ascent + self.descent) * (shaped.glyphs.len() as f32 / shaped.width);
        }
        let spacing = self.spacing() * shaped.glyphs.len() as f32;
        word.width += size * shaped.width * self.scale() + spacing;
        word.parts.push(Part { face, size, shaped, start: start as u32, rtl });
    }
}

fn plain(fonts: &Fonts, family: &str, props: &RunProps) -> Face {
    let found = fonts.select(family, props.bold, props.italic);
    Face { font: found.font, bold: found.synthetic_bold, italic: found.synthetic_italic, metrics: fonts.metrics(found.font) }
}

/// The face itself, or one that has the character; `text` is the word it stands in.
fn face_for(fonts: &Fonts, own: Face, character: char, text: &str, missing: &mut Vec<char>) -> Face {
    if character.is_ascii_alphanumeric() || character == ' ' || fonts.has(own.font, character) || ignorable(character) {
        return own;
    }
    if let Some(font) = fonts.fallback(own.font, character, text) {
        Face { font, bold: false, italic: false, metrics: fonts.metrics(font) }
    } else {
        missing.push(character);
        own
    }
}

/// The face itself where it has a letter with all its marks, composed or apart, else one that has; else the face of the letter, and the marks are missing.
fn face_for_cluster(fonts: &Fonts, own: Face, letters: &str, missing: &mut Vec<char>) -> Face {
    let has_all =
        |font| letters.nfc().all(|character| fonts.has(font, character)) || letters.chars().all(|character| fonts.has(font, character));
    if has_all(own.font) {
        return own;
    }
    if let Some(font) = fonts.fallback_for_all(own.font, letters) {
        return Face { font, bold: false, italic: false, metrics: fonts.metrics(font) };
    }
    missing.extend(letters.chars().skip(1).filter(|mark| !fonts.has(own.font, *mark)));
    letters.chars().next().map_or(own, |letter| face_for(fonts, own, letter, letters, missing))
}

/// Marks that stand on any letter: the blocks of combining diacritical marks. Those of other scripts come with their letters' own face.
fn is_diacritic(character: char) -> bool {
    matches!(character as u32, 0x0300..=0x036F | 0x1AB0..=0x1AFF | 0x1DC0..=0x1DFF | 0x20D0..=0x20FF | 0xFE20..=0xFE2F)
}

/// Characters without a shape of their own.
pub(super) fn ignorable(character: char) -> bool {
    matches!(character as u32, 0x00AD | 0x0300..=0x036F | 0x200B..=0x200F | 0x202A..=0x202E | 0x2060..=0x206F | 0xFE00..=0xFE0F | 0xFEFF)
}

/// Ascent with the line gap on top. LibreOffice keeps line heights in whole twips: 10.5 pt Carlito is 256 twips high, 11 pt 269 (measured).
pub(super) fn ascent(metrics: &Metrics, size: Pt) -> Pt {
    whole_twips(size * (metrics.ascent + metrics.line_gap))
}

/// Descent: what the ascent leaves of the rounded height.
pub(super) fn descent(metrics: &Metrics, size: Pt) -> Pt {
    whole_twips(size * (metrics.ascent + metrics.line_gap + metrics.descent)) - ascent(metrics, size)
}

fn whole_twips(length: Pt) -> Pt {
    Pt((length.0 * 20.0).round() / 20.0)
}

/// Size and rise of super- and subscript, which do not change the line's metrics (LibreOffice's automatic escapement: the tops, or the bottoms, align).
fn escapement(props: &RunProps, metrics: &Metrics, nominal: Pt) -> (Pt, Pt) {
    let raise = bounded(props.raise.pt());
    let small = nominal * SCRIPT_SIZE;
    match props.vertical {
        VerticalPosition::Baseline => (nominal, raise),
        VerticalPosition::Superscript => (small, raise + ascent(metrics, nominal) - ascent(metrics, small)),
        VerticalPosition::Subscript => (small, raise + descent(metrics, small) - descent(metrics, nominal)),
    }
}
