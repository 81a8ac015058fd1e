//! The school's mail templates for the command line: what comes with the program, what is wrong with a school's files, how its mails look.

use crate::pipeline::mail_templates::school::shades;
use crate::pipeline::mail_templates::{Colors, FILES, Finding, MailTemplates, MailText, Style, sample};
use crate::report::language::Language;

/// The files that come with the program, by their names in `templates/mail/`.
pub fn bundled() -> &'static [(&'static str, &'static str)] {
    FILES
}

/// Everything that is wrong with a school's files.
pub fn check(files: &[(String, String)]) -> Vec<Finding> {
    let style = Style { school: None, color: Colors::ours(), logo: false };
    MailTemplates::with(files, style).err().unwrap_or_default()
}

/// How a school's mails look, as made-up ones of each kind: `report`, `plan`, `alert`.
///
/// # Errors
/// What is wrong with the files.
pub fn preview(
    files: &[(String, String)],
    school: Option<String>,
    color: Option<&str>,
    logo: bool,
    language: Language,
) -> Result<Vec<(&'static str, MailText)>, Vec<Finding>> {
    let style = Style { school, color: color.and_then(shades).unwrap_or_else(Colors::ours), logo };
    let templates = MailTemplates::with(files, style)?;
    Ok(sample::mails(&templates, language).into_iter().filter_map(|(kind, mail)| mail.ok().map(|mail| (kind, mail))).collect())
}
