//! What the starter template says, by language. Authors change it in Word.

use crate::report::language::Language;

/// A text in Spanish, English and Portuguese.
pub(super) type Words = [&'static str; 3];

/// The texts of the reports.
#[derive(Debug)]
pub(super) struct Texts {
    pub kind: &'static str,
    pub date: &'static str,
    pub attempt: &'static str,
    pub level: &'static str,
    pub your_level: &'static str,
    pub of: &'static str,
    /// Wrong answers, and what stands behind the number of questions without one.
    pub open: &'static str,
    pub open_of: &'static str,
    /// The mark's label and what stands before its requirement; for schools that give such marks.
    pub mark: Option<(&'static str, &'static str)>,
    pub hits: &'static str,
    pub status: &'static str,
    pub next: &'static str,
    /// Questions to go over where no group asks for it.
    pub review_questions: &'static str,
    pub no_review: &'static str,
    pub and_more: &'static str,
    pub plan: &'static str,
    pub progress: &'static str,
    pub place: &'static str,
    pub questions: &'static str,
    /// What the squares mean.
    pub squares: &'static str,
    /// Plain names in this language.
    pub names: Names,
    pub page: &'static str,
    pub page_of: &'static str,
}

/// The plain names the templates are written with.
#[derive(Debug)]
pub(super) struct Names {
    pub student: &'static str,
    pub assessment: &'static str,
    pub course: &'static str,
    pub date: &'static str,
    pub attempt: &'static str,
}

const ES: Texts = Texts {
    kind: "Informe de resultados",
    date: "Fecha",
    attempt: "Intento",
    level: "Nivel",
    your_level: "Tu nivel",
    of: "de",
    open: "Respuestas incorrectas",
    open_of: "sin respuesta",
    mark: Some(("Nota", "exigencia")),
    hits: "Correctas",
    status: "Estado",
    next: "Qué repasar ahora",
    review_questions: "Preguntas por repasar",
    no_review: "No te quedan {many} por repasar. ¡Felicitaciones!",
    and_more: "y {{ to_review|length - 8 }} más en la tabla de {many}",
    plan: "Tu plan de estudio",
    progress: "Tu progreso",
    place: "Tu lugar en el grupo",
    questions: "Pregunta por pregunta",
    squares: "Cuadro lleno: correcta · solo contorno: incorrecta · gris: sin respuesta",
    names: Names { student: "<<ALUMNO>>", assessment: "<<PRUEBA>>", course: "<<CURSO>>", date: "<<FECHA>>", attempt: "<<INTENTO>>" },
    page: "Página",
    page_of: "de",
};

const EN: Texts = Texts {
    kind: "Result report",
    date: "Date",
    attempt: "Attempt",
    level: "Level",
    your_level: "Your level",
    of: "of",
    open: "Wrong answers",
    open_of: "not answered",
    mark: None,
    hits: "Right",
    status: "Status",
    next: "What to review now",
    review_questions: "Questions to review",
    no_review: "No {many} left to review. Congratulations!",
    and_more: "and {{ to_review|length - 8 }} more in the table of {many}",
    plan: "Your study plan",
    progress: "Your progress",
    place: "Your place in the group",
    questions: "Question by question",
    squares: "Filled: right · outline only: wrong · grey: not answered",
    names: Names { student: "<<STUDENT>>", assessment: "<<ASSESSMENT>>", course: "<<COURSE>>", date: "<<DATE>>", attempt: "<<ATTEMPT>>" },
    page: "Page",
    page_of: "of",
};

const PT: Texts = Texts {
    kind: "Relatório de resultados",
    date: "Data",
    attempt: "Tentativa",
    level: "Nível",
    your_level: "Seu nível",
    of: "de",
    open: "Respostas incorretas",
    open_of: "sem resposta",
    mark: None,
    hits: "Corretas",
    status: "Situação",
    next: "O que rever agora",
    review_questions: "Perguntas para rever",
    no_review: "Não há {many} para rever. Parabéns!",
    and_more: "e mais {{ to_review|length - 8 }} na tabela de {many}",
    plan: "Seu plano de estudo",
    progress: "Seu progresso",
    place: "Seu lugar na turma",
    questions: "Pergunta por pergunta",
    squares: "Quadro cheio: correta · só contorno: incorreta · cinza: sem resposta",
    names: Names { student: "<<ALUNO>>", assessment: "<<PROVA>>", course: "<<CURSO>>", date: "<<DATA>>", attempt: "<<TENTATIVA>>" },
    page: "Página",
    page_of: "de",
};

/// What a template's groups are called; the words for many are feminine in Spanish and Portuguese, as the sentences need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Noun {
    Lesson,
    Skill,
    Unit,
}

impl Noun {
    /// One of them, as the head of a column.
    pub(super) fn one(self, language: Language) -> &'static str {
        let words: Words = match self {
            Self::Lesson => ["Lección", "Lesson", "Lição"],
            Self::Skill => ["Habilidad", "Skill", "Habilidade"],
            Self::Unit => ["Unidad", "Unit", "Unidade"],
        };
        said(words, language)
    }

    /// What the link to one of them says.
    pub(super) fn open(self) -> Words {
        match self {
            Self::Lesson => ["Abrir la lección", "Open the lesson", "Abrir a lição"],
            Self::Skill => ["Abrir la práctica", "Open the practice", "Abrir a prática"],
            Self::Unit => ["Abrir la unidad", "Open the unit", "Abrir a unidade"],
        }
    }

    /// A text with `{many}` in it.
    pub(super) fn fill(self, text: &str, language: Language) -> String {
        let many: Words = match self {
            Self::Lesson => ["lecciones", "lessons", "lições"],
            Self::Skill => ["habilidades", "skills", "habilidades"],
            Self::Unit => ["unidades", "units", "unidades"],
        };
        text.replace("{many}", said(many, language))
    }
}

/// A text in a language.
pub(super) fn said(words: Words, language: Language) -> &'static str {
    match language {
        Language::Es => words[0],
        Language::En => words[1],
        Language::Pt => words[2],
    }
}

/// The texts in a language.
pub(super) fn of(language: Language) -> &'static Texts {
    match language {
        Language::Es => &ES,
        Language::En => &EN,
        Language::Pt => &PT,
    }
}
