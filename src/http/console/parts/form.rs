//! Forms: every control has a label that is seen, every hint and fault is tied to its control.

use maud::{Markup, html};

use crate::http::console::visit::Visit;

/// The token that every form carries.
pub fn csrf(visit: &Visit) -> Markup {
    html! { input type="hidden" name="csrf" value=(visit.session.csrf); }
}

/// A text field.
#[derive(Debug, Clone, Copy, Default)]
pub struct Field<'a> {
    /// Its name in the form.
    pub name: &'a str,
    /// What stands over it.
    pub label: &'a str,
    /// What helps to fill it in.
    pub hint: Option<&'a str>,
    /// What is wrong with it.
    pub fault: Option<&'a str>,
    /// What stands in it.
    pub value: &'a str,
    /// The kind of control (`text`, `email`, `password`, `search`).
    pub kind: &'a str,
    /// It must be filled in.
    pub required: bool,
    /// What a browser may fill in.
    pub autocomplete: &'a str,
}

impl Field<'_> {
    /// The field's markup.
    pub fn show(&self) -> Markup {
        let (hint_id, fault_id) = (format!("{}-hint", self.name), format!("{}-fault", self.name));
        let described = match (self.hint, self.fault) {
            (Some(_), Some(_)) => Some(format!("{fault_id} {hint_id}")),
            (Some(_), None) => Some(hint_id.clone()),
            (None, Some(_)) => Some(fault_id.clone()),
            (None, None) => None,
        };
        let kind = if self.kind.is_empty() { "text" } else { self.kind };
        let autocomplete = if self.autocomplete.is_empty() { "off" } else { self.autocomplete };
        html! {
            div class="field" {
                label for=(self.name) { (self.label) }
                input id=(self.name) name=(self.name) type=(kind) value=(self.value) required[self.required] autocomplete=(autocomplete)
                    aria-describedby=[described] aria-invalid=[self.fault.map(|_| "true")];
                @if let Some(fault) = self.fault { small id=(fault_id) class="say bad" { (fault) } }
                @if let Some(hint) = self.hint { small id=(hint_id) class="soft" { (hint) } }
            }
        }
    }
}

/// A choice of one among few.
pub fn select(name: &str, label: &str, options: &[(String, String)], chosen: &str) -> Markup {
    html! {
        div class="field" {
            label for=(name) { (label) }
            select id=(name) name=(name) {
                @for (value, text) in options { option value=(value) selected[value == chosen] { (text) } }
            }
        }
    }
}
