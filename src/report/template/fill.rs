//! One filling of one part: what filters and functions know beside the value they are given.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use minijinja::State;
use minijinja::value::{Object, Value, ValueKind};

use crate::report::charts;
use crate::report::language::Language;
use crate::report::template::{Missing, names, rounds};

/// What a tag's value needs to know about its place.
#[derive(Debug, Clone, Default)]
pub(super) struct TagInfo {
    /// Plain names show numbers and truth values as people write them.
    pub plain: bool,
    /// A word the value should not repeat.
    pub said: Option<String>,
    /// Properties of its run and paragraph, as XML; shared with the other tags there.
    pub run_props: Arc<str>,
    pub paragraph_props: Arc<str>,
    /// The tag stands in a run, so a value may bring runs of its own.
    pub in_run: bool,
    /// The tag stands in a run right in its paragraph, so a value may end the paragraph.
    pub splits: bool,
    /// Width for pictures, in EMU.
    pub width: i64,
}

/// One filling of one part: what the filters need besides the value.
#[derive(Debug)]
pub(super) struct Fill {
    pub root: Value,
    pub language: Language,
    pub missing: Missing,
    /// The prefix of Word's namespace with its colon.
    pub prefix: String,
    pub tags: Arc<[TagInfo]>,
    /// Ids of pictures must be unique in a document.
    pub next_id: AtomicU32,
    /// What may still be made, in bytes.
    pub room: AtomicUsize,
    /// Paragraphs from the data have just taken their paragraph's place.
    pub replaced: AtomicBool,
    pub append: Option<Plan>,
    pub absent: Mutex<BTreeSet<usize>>,
    /// The colour of pictures.
    pub accent: String,
    /// The lists that begin anew in each round of a loop.
    pub rounds: rounds::Rounds,
    /// Tags that showed a list or a record.
    pub printed: Mutex<BTreeMap<usize, Structure>>,
}

/// A list or a record where a text belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Structure {
    pub list: bool,
    /// The field that stands for it: of a record, or of a list's records.
    pub field: Option<String>,
}

impl Structure {
    /// What a value is, if it is one.
    pub(super) fn of(value: &Value) -> Option<Self> {
        let field = |record: &Value| {
            let names: Vec<String> = record.try_iter().into_iter().flatten().take(50).map(|name| name.to_string()).collect();
            names.iter().find(|name| *name == "name").or(names.first()).cloned()
        };
        match value.kind() {
            ValueKind::Map => Some(Self { list: false, field: field(value) }),
            ValueKind::Seq | ValueKind::Iterable => {
                let first = value.try_iter().ok().and_then(|mut items| items.next());
                Some(Self { list: true, field: first.filter(|first| first.kind() == ValueKind::Map).and_then(|first| field(&first)) })
            }
            _ => None,
        }
    }

    /// How to show it, for an expression.
    pub(super) fn write(&self, code: &str) -> String {
        let bare = names::is_path(code) || code.ends_with(']');
        let code = if bare || self.list && !code.contains(" if ") { code.to_owned() } else { format!("({code})") };
        match (self.list, &self.field) {
            (true, None) => format!("{{{{ {code} | join(\", \") }}}}"),
            (true, Some(field)) => format!("{{{{ {code} | map(attribute=\"{field}\") | join(\", \") }}}}"),
            (false, Some(field)) => format!("{{{{ {code}.{field} }}}}"),
            (false, None) => format!("{{{{ {code}.… }}}}"),
        }
    }
}

impl Object for Fill {}

impl Fill {
    /// The filling a filter is called from.
    pub(super) fn of(state: &State) -> Option<Arc<Self>> {
        state.lookup("__fill").and_then(|value| value.downcast_object::<Self>())
    }

    pub(super) fn tag(&self, number: usize) -> Option<&TagInfo> {
        self.tags.get(number)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.root.get_attr(name).is_ok_and(|value| !value.is_undefined())
    }

    /// Notes a value that is not there, and says what to show instead.
    pub(super) fn absent(&self, tag: usize) -> &'static str {
        self.absent.lock().unwrap_or_else(PoisonError::into_inner).insert(tag);
        match self.missing {
            Missing::Dash => "–",
            Missing::Blank | Missing::Error => "",
        }
    }

    /// Notes a tag that shows a list or a record.
    pub(super) fn note_printed(&self, tag: usize, value: &Value) {
        if let Some(structure) = Structure::of(value) {
            self.printed.lock().unwrap_or_else(PoisonError::into_inner).entry(tag).or_insert(structure);
        }
    }

    /// The tags that showed a list or a record.
    pub(super) fn printed_tags(&self) -> BTreeMap<usize, Structure> {
        self.printed.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The tags whose values were not there.
    pub(super) fn absent_tags(&self) -> BTreeSet<usize> {
        self.absent.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes bytes from what may still be made; `false` when there is not so much.
    pub(super) fn spend(&self, bytes: usize) -> bool {
        self.room.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |room| room.checked_sub(bytes)).is_ok()
    }

    /// The first of as many ids as one picture block may need.
    pub(super) fn picture_ids(&self) -> u32 {
        self.next_id.fetch_add(charts::IDS, Ordering::Relaxed)
    }
}

/// How the section is set in this template.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    /// Width of the text, in twips.
    pub width: i64,
    /// The title's paragraph style, if the template has one for headings.
    pub style: Option<String>,
}
