//! Pages of lists.

/// A page of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<T> {
    /// What is on it.
    pub data: Vec<T>,
    /// Nothing comes after it.
    pub done: bool,
}

/// Which page of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct PageQuery<Id> {
    /// So many at most.
    pub limit: usize,
    /// Those behind this one.
    pub from: Option<Id>,
    /// Those before it instead; the page itself keeps the list's order.
    pub backwards: bool,
    /// The oldest first.
    pub ascending: bool,
}

impl<Id> PageQuery<Id> {
    /// The first page.
    pub fn first(limit: usize) -> Self {
        Self { limit, from: None, backwards: false, ascending: true }
    }
}
