//! The elements that statements replace or repeat.

use std::collections::BTreeMap;

use crate::report::template::scan::Scan;

/// The elements statements replace.
pub(super) struct Lifted {
    /// Element → it goes (`true`), or it is kept and wrapped (`false`).
    pub(super) elements: BTreeMap<usize, bool>,
}

impl Lifted {
    /// The innermost replaced or repeated element something stands in.
    pub(super) fn around(&self, scan: &Scan, element: usize) -> Option<usize> {
        let up = |at: &usize| scan.tree.elements.get(*at).map(|element| element.parent);
        std::iter::successors(Some(element), up).find(|at| self.elements.contains_key(at))
    }

    /// The outermost replaced element something stands in.
    pub(super) fn group_of(&self, scan: &Scan, element: usize) -> Option<usize> {
        if self.elements.is_empty() {
            return None;
        }
        let mut at = element;
        let mut found = None;
        while let Some(here) = scan.tree.elements.get(at) {
            if self.elements.get(&at) == Some(&true) {
                found = Some(at);
            }
            at = here.parent;
        }
        found
    }
}
