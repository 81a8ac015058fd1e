//! Elements that stand in a part again and again, letter by letter: properties of paragraphs, runs, cells, rows and groups, and shapes.
//! Such an element is built once; where it is met again, a node refers to the same attributes and content.

/// So many of a kind are known at once: those met last.
const MOST: usize = 16;

/// Kinds of elements that repeat, each with a list of its own.
const KINDS: [&str; 6] = ["w:pPr", "w:rPr", "w:tcPr", "w:trPr", "wps:wsp", "wpg:grpSpPr"];

/// An element that was built.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known {
    /// Where it stands in the text.
    pub(super) from: usize,
    pub(super) to: usize,
    /// Its node.
    pub(super) at: u32,
    /// How many nodes it has.
    pub(super) nodes: usize,
    /// What it weighs.
    pub(super) weight: usize,
    /// Whether the word before it ends there.
    pub(super) ends_word: bool,
    /// How many elements stand around it.
    pub(super) depth: usize,
}

/// What was met last of each kind, the newest first.
#[derive(Debug, Default)]
pub(super) struct Repeats {
    known: [Vec<Known>; KINDS.len()],
}

impl Repeats {
    /// The kind of a name that is worth a look.
    pub(super) fn kind(name: &str) -> Option<usize> {
        KINDS.iter().position(|kind| *kind == name)
    }

    /// One that is written as the text goes on from here. It is no deeper than the one that was built, so that it keeps to the limit, too.
    pub(super) fn find(&mut self, kind: usize, text: &[u8], from: usize, depth: usize) -> Option<Known> {
        let rest = text.get(from..)?;
        let known = self.known.get_mut(kind)?;
        let same = |known: &Known| text.get(known.from..known.to).is_some_and(|written| rest.starts_with(written));
        let found = known.iter().position(|known| depth <= known.depth && same(known))?;
        known.get_mut(..=found)?.rotate_right(1);
        known.first().copied()
    }

    pub(super) fn add(&mut self, kind: usize, element: Known) {
        let Some(known) = self.known.get_mut(kind) else { return };
        known.truncate(MOST - 1);
        known.insert(0, element);
    }
}
