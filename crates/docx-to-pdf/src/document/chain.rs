//! Text boxes of one text: which go on in which (MS-ODRAWXML 2.27 `wps:linkedTxbx`; ECMA-376 part 4, 19.1.2.22, `mso-next-textbox`).

use super::model::Chain;
use super::read::Reader;
use super::values::integer;
use super::xml::{Node, Tree};

impl Reader<'_> {
    /// Notes which boxes of a part another's text may go on in, so that no text is sent to a box that is not there.
    pub(super) fn look_for_chains(&mut self, tree: &Tree<'_>) {
        for node in tree.elements_named(|name| matches!(name, [b'v', b':', ..] | b"wps:linkedTxbx")) {
            if node.name() == "wps:linkedTxbx" {
                self.boxes.extend(place(node).map(|(id, at)| name(id, at)));
            } else if let Some(id) =
                node.attr("id").filter(|_| node.child("v:textbox").is_some_and(|holder| holder.descendant("w:t").is_none()))
            {
                // A box with text of its own takes no other: many of Word's name themselves.
                self.boxes.insert(format!("#{id}"));
            }
        }
    }

    /// What `wps:wsp` says of other boxes.
    pub(super) fn chain(&self, node: Node<'_>) -> Chain {
        let next = |id: i64, at: i64| Some(name(id, at)).filter(|name| self.boxes.contains(name));
        if let Some((id, at)) = node.child("wps:linkedTxbx").and_then(place) {
            return Chain { name: Some(name(id, at)), next: next(id, at.saturating_add(1)) };
        }
        let first = node.child("wps:txbx").and_then(|first| first.attr("id")).and_then(integer);
        Chain { name: None, next: first.and_then(|id| next(id, 1)) }
    }

    /// What a VML shape with a text box says of others; one that has text of its own takes none.
    pub(super) fn vml_chain(&self, node: Node<'_>, next: Option<&str>, has_text: bool) -> Chain {
        let name = node.attr("id").filter(|_| !has_text).map(|id| format!("#{id}"));
        Chain { name, next: next.filter(|next| self.boxes.contains(*next)).map(str::to_owned) }
    }
}

fn place(node: Node<'_>) -> Option<(i64, i64)> {
    Some((node.attr("id").and_then(integer)?, node.attr("seq").and_then(integer)?))
}

fn name(id: i64, at: i64) -> String {
    format!("{id}/{at}")
}
