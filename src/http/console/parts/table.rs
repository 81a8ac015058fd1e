//! Tables that are lists on a phone: roles are said out loud, because rows that are shown as blocks are no rows to a screen reader.

use maud::{Markup, html};

/// A column's heading.
#[derive(Debug, Clone, Copy)]
pub struct Column<'a> {
    /// What it is called.
    pub name: &'a str,
    /// Whether it holds figures.
    pub is_number: bool,
}

impl<'a> Column<'a> {
    /// A column of texts.
    pub fn text(name: &'a str) -> Self {
        Self { name, is_number: false }
    }

    /// A column of figures.
    pub fn number(name: &'a str) -> Self {
        Self { name, is_number: true }
    }
}

/// A table with its spoken caption.
pub fn table(caption: &str, columns: &[Column<'_>], rows: &Markup) -> Markup {
    html! {
        table class="list" role="table" {
            caption class="said" { (caption) }
            thead role="rowgroup" { tr role="row" {
                @for column in columns { th scope="col" role="columnheader" class=[column.is_number.then_some("num")] { (column.name) } }
            } }
            tbody role="rowgroup" { (rows) }
        }
    }
}

/// A row of texts, the first of them its heading's.
pub fn row(columns: &[Column<'_>], cells: &[Markup]) -> Markup {
    html! {
        tr role="row" {
            @for (column, cell) in columns.iter().zip(cells) {
                td role="cell" data-label=(column.name) class=[column.is_number.then_some("num")] { (cell) }
            }
        }
    }
}
