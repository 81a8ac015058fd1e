//! Which templates there are.

use bytes::Bytes;

use super::finish::finish;
use super::methods;
use super::sheet::Sheet;
use crate::report::language::Language;
use crate::report::package::PackageError;

/// A template that comes with gradepost.
#[derive(Debug, Clone, Copy)]
pub struct Starter {
    /// The name to ask for it by: that of its profile in the bundled `assessments.toml`.
    pub name: &'static str,
    /// Its file name, as profiles name it.
    pub file: &'static str,
    /// What it is for, in a line.
    pub about: &'static str,
    /// The Spanish file in `templates/`.
    pub(super) spanish: &'static [u8],
    make: fn(Language) -> Sheet,
}

/// All of them; the first is the one that serves by default.
pub const ALL: &[Starter] = &[
    Starter {
        name: "lecture",
        file: "plantilla_test_diagnostico.docx",
        about: "lessons, each passed with all its questions right",
        spanish: include_bytes!("../../../templates/plantilla_test_diagnostico.docx"),
        make: methods::lecture::sheet,
    },
    Starter {
        name: "percentage",
        file: "plantilla_porcentaje.docx",
        about: "lessons by percentage, in three colours",
        spanish: include_bytes!("../../../templates/plantilla_porcentaje.docx"),
        make: methods::percentage::sheet,
    },
    Starter {
        name: "materia",
        file: "plantilla_materia.docx",
        about: "lessons inside subjects",
        spanish: include_bytes!("../../../templates/plantilla_materia.docx"),
        make: methods::materia::sheet,
    },
    Starter {
        name: "M1",
        file: "plantilla_m1.docx",
        about: "mathematics: the level by difficulty",
        spanish: include_bytes!("../../../templates/plantilla_m1.docx"),
        make: methods::difficulty::sheet,
    },
    Starter {
        name: "CL",
        file: "plantilla_cl.docx",
        about: "reading: the level by skill",
        spanish: include_bytes!("../../../templates/plantilla_cl.docx"),
        make: methods::skills::sheet,
    },
    Starter {
        name: "CIEN",
        file: "plantilla_cien.docx",
        about: "sciences: the level by the number of lessons to review",
        spanish: include_bytes!("../../../templates/plantilla_cien.docx"),
        make: methods::sciences::sheet,
    },
    Starter {
        name: "HYST",
        file: "plantilla_hyst.docx",
        about: "history: advanced or general",
        spanish: include_bytes!("../../../templates/plantilla_hyst.docx"),
        make: methods::history::sheet,
    },
    Starter {
        name: "three_words",
        file: "plantilla_tres_palabras.docx",
        about: "a short test in three words, on one page",
        spanish: include_bytes!("../../../templates/plantilla_tres_palabras.docx"),
        make: methods::words::sheet,
    },
    Starter {
        name: "units",
        file: "plantilla_unidades.docx",
        about: "units that are solid, developing or at risk",
        spanish: include_bytes!("../../../templates/plantilla_unidades.docx"),
        make: methods::units::sheet,
    },
    Starter {
        name: "plan_estudio",
        file: "plantilla_plan_estudio.docx",
        about: "the study plan over several assessments",
        spanish: include_bytes!("../../../templates/plantilla_plan_estudio.docx"),
        make: methods::plan::sheet,
    },
];

impl Starter {
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
        let sheet = (self.make)(language);
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
