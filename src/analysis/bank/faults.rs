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

/// One fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BankFault {
    /// The line of the file, from 1; `None` when the fault is the whole file's.
    pub line: Option<u64>,
    /// What is wrong and what to do.
    pub message: String,
}

impl BankFault {
    pub(crate) fn at(line: u64, message: impl Into<String>) -> Self {
        Self { line: Some(line), message: message.into() }
    }

    pub(crate) fn file(message: impl Into<String>) -> Self {
        Self { line: None, message: message.into() }
    }
}

impl fmt::Display for BankFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl fmt::Display for BankErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let faults = if self.faults.len() == 1 { "fault" } else { "faults" };
        write!(f, "the question bank '{}' has {} {faults} and is not used:", self.name, self.faults.len())?;
        self.faults.iter().try_for_each(|fault| write!(f, "\n  {fault}"))
    }
}
