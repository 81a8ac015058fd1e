//! `gradepost completions SHELL`

use clap::CommandFactory as _;
use clap_complete::Shell;

use crate::commands::{Cli, output};

/// Arguments of `completions`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The shell, for example: gradepost completions bash > /etc/bash_completion.d/gradepost
    shell: Shell,
}

/// Prints the script.
pub fn run(args: &Args) -> anyhow::Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "gradepost", &mut script);
    Ok(output::raw(&script)?)
}
