//! What can be wrong with a bank.

use std::fmt;

/// All faults of one bank.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct BankErrors {
    /// The bank's file name.
    pub name: String,
    /// The faults in the order of their lines.
    pub faults: Vec<BankFault>,
}

/// One fault, or one lint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BankFault {
    /// The line of the file, from 1; `None` when the fault is the whole file's.
    pub line: Option<u64>,
    /// What is wrong and what to do.
    pub message: String,
    /// The same in Spanish.
    pub spanish: String,
    /// The same in Portuguese.
    pub portuguese: String,
}

#[cfg(test)]
impl BankFault {
    /// Fails unless the fault is told in three languages, each in words of its own.
    pub(crate) fn assert_told_in_three_languages(&self) {
        let (en, es, pt) = (&self.message, &self.spanish, &self.portuguese);
        assert!(en != es && en != pt && es != pt, "{self:?}");
        assert!(!pt.contains(['¿', 'ñ']) && !pt.contains(" el ") && !pt.contains(" y "), "Spanish words in Portuguese: {pt}");
    }
}

impl BankFault {
    pub(crate) fn at(line: u64, message: impl Into<String>, spanish: impl Into<String>, portuguese: impl Into<String>) -> Self {
        Self { line: Some(line), message: message.into(), spanish: spanish.into(), portuguese: portuguese.into() }
    }

    pub(crate) fn file(message: impl Into<String>, spanish: impl Into<String>, portuguese: impl Into<String>) -> Self {
        Self { line: None, message: message.into(), spanish: spanish.into(), portuguese: portuguese.into() }
    }

    /// A fault of the file whose words are those of a library, in English.
    pub(crate) fn untranslated(line: Option<u64>, message: String) -> Self {
        Self { line, spanish: message.clone(), portuguese: message.clone(), message }
    }

    /// The fault with its line, in Spanish.
    pub fn in_spanish(&self) -> String {
        match self.line {
            Some(line) => format!("línea {line}: {}", self.spanish),
            None => self.spanish.clone(),
        }
    }

    /// The fault with its line, in Portuguese.
    pub fn in_portuguese(&self) -> String {
        match self.line {
            Some(line) => format!("linha {line}: {}", self.portuguese),
            None => self.portuguese.clone(),
        }
    }
}

/// A cell's text as messages show it.
pub(crate) fn shown(text: &str) -> String {
    const LONGEST: usize = 80;
    let clean: String = text.chars().map(|c| if c.is_control() { '·' } else { c }).take(LONGEST).collect();
    if text.chars().nth(LONGEST).is_some() { format!("{clean}…") } else { clean }
}

impl fmt::Display for BankFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl BankErrors {
    /// All of it in Spanish.
    pub fn in_spanish(&self) -> String {
        let faults = if self.faults.len() == 1 { "error" } else { "errores" };
        let listed: Vec<String> = self.faults.iter().map(BankFault::in_spanish).collect();
        format!("el banco de preguntas '{}' tiene {} {faults} y no se usa:\n  {}", self.name, listed.len(), listed.join("\n  "))
    }

    /// All of it in Portuguese.
    pub fn in_portuguese(&self) -> String {
        let faults = if self.faults.len() == 1 { "erro" } else { "erros" };
        let listed: Vec<String> = self.faults.iter().map(BankFault::in_portuguese).collect();
        format!("o banco de questões '{}' tem {} {faults} e não é usado:\n  {}", self.name, listed.len(), listed.join("\n  "))
    }
}

impl fmt::Display for BankErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let faults = if self.faults.len() == 1 { "fault" } else { "faults" };
        write!(f, "the question bank '{}' has {} {faults} and is not used:", self.name, self.faults.len())?;
        self.faults.iter().try_for_each(|fault| write!(f, "\n  {fault}"))
    }
}
