//! The words that statements begin with.

/// Statements that end with `end…`.
pub(super) const OPENING: [&str; 9] = ["for", "if", "macro", "call", "filter", "with", "block", "autoescape", "set"];

/// Statements without an end, and docxtpl's marks for cells.
pub(super) const SINGLE: [&str; 7] = ["do", "break", "continue", "vm", "hm", "colspan", "cellbg"];

/// Whether a word is a statement an author may write.
pub(super) fn is_statement(word: &str) -> bool {
    OPENING.contains(&word)
        || SINGLE.contains(&word)
        || matches!(word, "elif" | "else" | "raw" | "endraw")
        || word.strip_prefix("end").is_some_and(|word| OPENING.contains(&word))
}

/// Docxtpl's marks that change their cell and leave nothing in the text.
pub(super) fn is_cell_mark(keyword: &str) -> bool {
    matches!(keyword, "vm" | "hm" | "colspan" | "cellbg")
}
