//! Fields that are begun and never ended.

use std::collections::HashSet;

use crate::document::xml::Node;

/// The beginnings of fields under `root` that no end follows in their own text: what stands behind one is text, not a field.
/// (17.16.18 wants the three marks balanced. LibreOffice 7.4 loses the rest of the document; Word shows it.)
pub(in crate::document) fn unclosed(root: Node<'_>) -> HashSet<u32> {
    if !root.part_has("w:fldChar") {
        return HashSet::new();
    }
    enum Step<'t> {
        Into(Node<'t>),
        /// A text of its own is over.
        Close,
    }
    let mut open: Vec<Vec<u32>> = vec![Vec::new()];
    let mut left = HashSet::new();
    let mut steps = vec![Step::Into(root)];
    while let Some(step) = steps.pop() {
        let node = match step {
            Step::Into(node) => node,
            Step::Close => {
                left.extend(open.pop().unwrap_or_default());
                continue;
            }
        };
        if matches!(node.name(), "w:txbxContent" | "w:footnote" | "w:endnote") {
            open.push(Vec::new());
            steps.push(Step::Close);
        }
        if let ("w:fldChar", Some(begun)) = (node.name(), open.last_mut()) {
            match node.attr("w:fldCharType") {
                Some("begin") => begun.push(node.index()),
                Some("end") => drop(begun.pop()),
                _ => {}
            }
        }
        let at = steps.len();
        steps.extend(node.children().map(Step::Into));
        steps[at..].reverse();
    }
    left.extend(open.into_iter().flatten());
    left
}
