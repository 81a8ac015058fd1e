//! Which templates there are.

use bytes::Bytes;

use super::finish::finish;
use super::methods;
use super::texts::Words;
use crate::report::language::Language;
use docx_to_pdf::package::PackageError;

/// A template that comes with gradepost.
#[derive(Debug, Clone, Copy)]
pub struct BundledTemplate {
    /// The name to ask for it by: that of its profile in the bundled `assessments.toml`.
    pub name: &'static str,
    /// Its file name, as profiles name it.
    pub file: &'static str,
    /// What it is for, in a line.
    pub about: &'static str,
    /// The Spanish file in `templates/`.
    pub(super) spanish: &'static [u8],
    /// What it is made of.
    pub(super) blocks: &'static [methods::Block],
    /// What it is called, where not a report.
    pub(super) kind: Option<Words>,
}

/// All of them; the first is the one that serves by default.
pub const ALL: &[BundledTemplate] = &[
    BundledTemplate {
        name: "lecture",
        file: "plantilla_test_diagnostico.docx",
        about: "lessons, each passed with all its questions right",
        spanish: include_bytes!("../../../templates/plantilla_test_diagnostico.docx"),
        blocks: methods::LECTURE,
        kind: None,
    },
    BundledTemplate {
        name: "percentage",
        file: "plantilla_porcentaje.docx",
        about: "lessons by percentage, in three colours",
        spanish: include_bytes!("../../../templates/plantilla_porcentaje.docx"),
        blocks: methods::PERCENTAGE,
        kind: None,
    },
    BundledTemplate {
        name: "materia",
        file: "plantilla_materia.docx",
        about: "lessons inside subjects",
        spanish: include_bytes!("../../../templates/plantilla_materia.docx"),
        blocks: methods::MATERIA,
        kind: None,
    },
    BundledTemplate {
        name: "M1",
        file: "plantilla_m1.docx",
        about: "mathematics: the level by difficulty",
        spanish: include_bytes!("../../../templates/plantilla_m1.docx"),
        blocks: methods::DIFFICULTY,
        kind: None,
    },
    BundledTemplate {
        name: "CL",
        file: "plantilla_cl.docx",
        about: "reading: the level by skill",
        spanish: include_bytes!("../../../templates/plantilla_cl.docx"),
        blocks: methods::SKILLS,
        kind: None,
    },
    BundledTemplate {
        name: "CIEN",
        file: "plantilla_cien.docx",
        about: "sciences: the level by the number of lessons to review",
        spanish: include_bytes!("../../../templates/plantilla_cien.docx"),
        blocks: methods::SCIENCES,
        kind: None,
    },
    BundledTemplate {
        name: "HYST",
        file: "plantilla_hyst.docx",
        about: "history: advanced or general",
        spanish: include_bytes!("../../../templates/plantilla_hyst.docx"),
        blocks: methods::HISTORY,
        kind: None,
    },
    BundledTemplate {
        name: "three_words",
        file: "plantilla_tres_palabras.docx",
        about: "a short test in three words, on one page",
        spanish: include_bytes!("../../../templates/plantilla_tres_palabras.docx"),
        blocks: methods::WORDS,
        kind: None,
    },
    BundledTemplate {
        name: "units",
        file: "plantilla_unidades.docx",
        about: "units that are solid, developing or at risk",
        spanish: include_bytes!("../../../templates/plantilla_unidades.docx"),
        blocks: methods::UNITS,
        kind: None,
    },
    BundledTemplate {
        name: "plan_estudio",
        file: "plantilla_plan_estudio.docx",
        about: "the study plan over several assessments",
        spanish: include_bytes!("../../../templates/plantilla_plan_estudio.docx"),
        blocks: methods::PLAN,
        kind: Some(methods::PLAN_KIND),
    },
];

impl BundledTemplate {
    /// By its name or its file's; case does not matter, nor whether words are joined by spaces.
    pub fn find(name: &str) -> Option<&'static Self> {
        let name = name.replace(' ', "_");
        ALL.iter().find(|starter| starter.name.eq_ignore_ascii_case(&name) || starter.file.eq_ignore_ascii_case(&name))
    }

    /// Made anew by code; the same bytes every time.
    ///
    /// # Errors
    /// docx-rs cannot write it: a fault of this build.
    pub fn make(&self, language: Language) -> Result<Vec<u8>, PackageError> {
        let sheet = methods::sheet(self.blocks, self.kind, language);
        let kind = sheet.kind;
        finish(sheet.into_docx(), kind, language)
    }

    /// Its bytes in a language.
    ///
    /// # Errors
    /// As [`make`](Self::make).
    pub fn bytes(&self, language: Language) -> Result<Bytes, PackageError> {
        match language {
            Language::Es => Ok(Bytes::from_static(self.spanish)),
            Language::En | Language::Pt => self.make(language).map(Bytes::from),
        }
    }
}
