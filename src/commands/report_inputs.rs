//! What commands about reports read: a template, data, fonts.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use docx_to_pdf::fonts::Fonts;

use crate::commands::files;
use crate::report::data::ReportData;
use crate::report::template::Template;

/// Reads and parses a template.
pub fn load(path: &Path) -> anyhow::Result<Template> {
    Template::parse(&files::read(path)?).with_context(|| format!("cannot use {} as a template", path.display()))
}

/// Reads report data.
pub fn read_data(path: &Path) -> anyhow::Result<ReportData> {
    ReportData::from_json(&files::read(path)?).with_context(|| format!("{} is not report data", path.display()))
}

/// A school's own fonts.
#[derive(Debug, clap::Args)]
pub struct FontArgs {
    /// A folder with fonts of your own (.ttf, .otf)
    #[arg(long)]
    font_dir: Option<PathBuf>,
}

impl FontArgs {
    /// The bundled fonts and those of the folder.
    pub fn load(&self) -> anyhow::Result<Fonts> {
        crate::app::load_fonts(self.font_dir.as_deref())
    }
}
