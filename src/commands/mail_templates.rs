//! `gradepost template mail init|check|preview`: for schools that want mails in their own words.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::Subcommand;

use crate::app::mails;
use crate::commands::files::{self, Replace};
use crate::commands::output::outln;
use crate::report::language::Language;

/// Commands about mail templates.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write the mail templates of a language into a folder, to be edited there
    ///
    /// A file that you do not change may be deleted: the bundled one then serves.
    Init {
        /// The folder (DATA_DIR/templates/mail)
        #[arg(default_value = "data/templates/mail")]
        folder: PathBuf,
        /// Language: es, en or pt
        #[arg(long, default_value = "es")]
        language: Language,
        /// Write over files that are there
        #[arg(long)]
        force: bool,
    },
    /// Find every mistake in a folder of mail templates, each with its file and line
    Check {
        /// The folder (DATA_DIR/templates/mail)
        #[arg(default_value = "data/templates/mail")]
        folder: PathBuf,
    },
    /// Write made-up mails as files, to be looked at in a browser
    Preview {
        /// The folder with the templates
        #[arg(default_value = "data/templates/mail")]
        folder: PathBuf,
        /// Where to write them
        #[arg(long, default_value = ".")]
        out: PathBuf,
        /// Language: es, en or pt
        #[arg(long, default_value = "es")]
        language: Language,
        /// The school's name (SCHOOL_NAME)
        #[arg(long, env = "SCHOOL_NAME")]
        school: Option<String>,
        /// The school's colour (SCHOOL_COLOR)
        #[arg(long, env = "SCHOOL_COLOR")]
        color: Option<String>,
        /// Write over files that are there
        #[arg(long)]
        force: bool,
    },
}

/// Runs one of the commands.
pub fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Init { folder, language, force } => init(&folder, language, Replace::Nothing.or_forced(force)),
        Command::Check { folder } => check(&folder),
        Command::Preview { folder, out, language, school, color, force } => {
            preview(&folder, &out, language, school, color.as_deref(), Replace::Nothing.or_forced(force))
        }
    }
}

fn init(folder: &Path, language: Language, replace: Replace) -> anyhow::Result<()> {
    let of_language = format!("{language}/");
    let wanted = || mails::bundled().iter().filter(|(name, _)| !name.contains('/') || name.starts_with(&of_language));
    // All or nothing: an author's work in one file keeps the others from being written too.
    for (name, _) in wanted() {
        files::check_free(&folder.join(name), replace)?;
    }
    let inner = folder.join(language.code());
    std::fs::create_dir_all(&inner).with_context(|| format!("cannot make the folder {}", inner.display()))?;
    for (name, text) in wanted() {
        files::write(&folder.join(name), text.as_bytes(), replace)?;
    }
    outln!("{} is ready to be edited; check it with: gradepost template mail check {}", folder.display(), folder.display())?;
    Ok(())
}

fn check(folder: &Path) -> anyhow::Result<()> {
    let files = read(folder)?;
    let findings = mails::check(&files);
    if findings.is_empty() {
        outln!("{} file(s) of {} can be used; for the others the bundled ones serve", files.len(), folder.display())?;
        return Ok(());
    }
    for finding in &findings {
        outln!("{finding}")?;
    }
    bail!("{} mistake(s)", findings.len())
}

fn preview(
    folder: &Path,
    out: &Path,
    language: Language,
    school: Option<String>,
    color: Option<&str>,
    replace: Replace,
) -> anyhow::Result<()> {
    let files = if folder.is_dir() { read(folder)? } else { Vec::new() };
    let mails = mails::preview(&files, school, color, false, language)
        .map_err(|findings| anyhow::anyhow!(findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")))?;
    for (kind, mail) in mails {
        let text = format!("{}\n\n{}", mail.subject, mail.text);
        let parts = [("txt", Some(text)), ("html", mail.html)];
        for (extension, content) in parts {
            let Some(content) = content else { continue };
            let path = out.join(format!("mail_{kind}.{extension}"));
            files::write(&path, content.as_bytes(), replace)?;
            outln!("{}", path.display())?;
        }
    }
    Ok(())
}

/// The templates of a folder and of the folders of its languages.
fn read(folder: &Path) -> anyhow::Result<Vec<(String, String)>> {
    let mut found = Vec::new();
    for inner in ["", "es", "en", "pt"] {
        let inside = folder.join(inner);
        for name in names(&inside)? {
            let text = files::read_text(&inside.join(&name))?;
            let name = if inner.is_empty() { name } else { format!("{inner}/{name}") };
            found.push((name, text.trim_start_matches('\u{feff}').replace("\r\n", "\n")));
        }
    }
    Ok(found)
}

fn names(folder: &Path) -> anyhow::Result<Vec<String>> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        // A language without files of its own has the bundled ones.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && folder.parent().is_some_and(Path::is_dir) => return Ok(Vec::new()),
        Err(error) => return Err(error).with_context(|| format!("cannot read the folder {}", folder.display())),
    };
    let mut names: Vec<String> = Vec::new();
    for entry in entries {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if Path::new(&name).extension().is_some_and(|extension| extension == "txt" || extension == "html") {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}
