//! What the starter template says, by language. Authors change it in Word.

use crate::report::language::Language;

/// The texts of the diagnostic report.
#[derive(Debug)]
pub(super) struct Texts {
    pub kind: &'static str,
    pub prepared_for: &'static str,
    pub course: &'static str,
    pub date: &'static str,
    pub attempt: &'static str,
    pub personal: &'static str,
    pub your_result: &'static str,
    /// Greeting and sentence, with tags.
    pub greeting: &'static str,
    pub level: &'static str,
    pub percentage: &'static str,
    pub correct: &'static str,
    pub of: &'static str,
    pub on_the_scale: &'static str,
    pub strengths: &'static str,
    pub no_strengths: &'static str,
    pub to_review: &'static str,
    pub no_review: &'static str,
    pub and_more: &'static str,
    pub plan: &'static str,
    pub progress: &'static str,
    pub place: &'static str,
    pub lessons: &'static str,
    pub lesson: &'static str,
    pub hits: &'static str,
    pub share: &'static str,
    pub status: &'static str,
    pub by_lesson: &'static str,
    /// Plain names in this language.
    pub names: Names,
    pub page: &'static str,
    pub attempt_of: &'static str,
}

/// The plain names the template is written with.
#[derive(Debug)]
pub(super) struct Names {
    pub student: &'static str,
    pub assessment: &'static str,
    pub course: &'static str,
    pub date: &'static str,
    pub attempt: &'static str,
    pub level: &'static str,
}

const ES: Texts = Texts {
    kind: "Informe de resultados",
    prepared_for: "Preparado para",
    course: "Curso",
    date: "Fecha",
    attempt: "Intento",
    personal: "Este informe es personal. Muestra qué lecciones ya dominas y cuáles conviene repasar, para que sepas por dónde seguir.",
    your_result: "Tu resultado",
    greeting: "Hola, <<PRIMER_NOMBRE>>: completaste <<PRUEBA>> el <<FECHA>>. Respondiste {{ result.correct }} de {{ result.total }} preguntas correctamente.",
    level: "Nivel",
    percentage: "Porcentaje",
    correct: "Lecciones aprobadas",
    of: "de",
    on_the_scale: "Tu porcentaje de logro",
    strengths: "Tus fortalezas",
    no_strengths: "Aún no hay {many} destacadas. ¡Sigue adelante!",
    to_review: "Para repasar",
    no_review: "No tienes {many} pendientes. ¡Felicitaciones!",
    and_more: "y {{ to_review|length - 6 }} más en la tabla de {many}",
    plan: "Tu plan de estudio",
    progress: "Tu progreso",
    place: "Tu lugar en el grupo",
    lessons: "Resultados por Lección",
    lesson: "Lección",
    hits: "Correctas",
    share: "Logro",
    status: "Estado",
    by_lesson: "Logro por lección",
    names: Names {
        student: "<<ALUMNO>>",
        assessment: "<<PRUEBA>>",
        course: "<<CURSO>>",
        date: "<<FECHA>>",
        attempt: "<<INTENTO>>",
        level: "<<NIVEL>>",
    },
    page: "Página",
    attempt_of: "de",
};

const EN: Texts = Texts {
    kind: "Result report",
    prepared_for: "Prepared for",
    course: "Course",
    date: "Date",
    attempt: "Attempt",
    personal: "This report is personal. It shows which lessons you have mastered and which are worth another look, so that you know where to go next.",
    your_result: "Your result",
    greeting: "Hello <<FIRST_NAME>>, you completed <<ASSESSMENT>> on <<DATE>>. You answered {{ result.correct }} of {{ result.total }} questions correctly.",
    level: "Level",
    percentage: "Percentage",
    correct: "Lessons passed",
    of: "of",
    on_the_scale: "Your percentage",
    strengths: "Your strengths",
    no_strengths: "No {many} stand out yet. Keep going!",
    to_review: "Worth another look",
    no_review: "No {many} left to review. Congratulations!",
    and_more: "and {{ to_review|length - 6 }} more in the table of {many}",
    plan: "Your study plan",
    progress: "Your progress",
    place: "Your place in the group",
    lessons: "Results by Lesson",
    lesson: "Lesson",
    hits: "Correct",
    share: "Score",
    status: "Status",
    by_lesson: "Score by lesson",
    names: Names {
        student: "<<STUDENT>>",
        assessment: "<<ASSESSMENT>>",
        course: "<<COURSE>>",
        date: "<<DATE>>",
        attempt: "<<ATTEMPT>>",
        level: "<<LEVEL>>",
    },
    page: "Page",
    attempt_of: "of",
};

const PT: Texts = Texts {
    kind: "Relatório de resultados",
    prepared_for: "Preparado para",
    course: "Curso",
    date: "Data",
    attempt: "Tentativa",
    personal: "Este relatório é pessoal. Mostra quais lições você já domina e quais vale a pena rever, para que saiba por onde continuar.",
    your_result: "Seu resultado",
    greeting: "Olá, <<PRIMEIRO_NOME>>! Você concluiu <<PROVA>> em <<DATA>>. Você respondeu corretamente a {{ result.correct }} de {{ result.total }} perguntas.",
    level: "Nível",
    percentage: "Porcentagem",
    correct: "Lições aprovadas",
    of: "de",
    on_the_scale: "Sua porcentagem",
    strengths: "Seus pontos fortes",
    no_strengths: "Ainda não há {many} em destaque. Continue!",
    to_review: "Para rever",
    no_review: "Não há {many} pendentes. Parabéns!",
    and_more: "e mais {{ to_review|length - 6 }} na tabela de {many}",
    plan: "Seu plano de estudo",
    progress: "Seu progresso",
    place: "Seu lugar na turma",
    lessons: "Resultados por Lição",
    lesson: "Lição",
    hits: "Corretas",
    share: "Acertos",
    status: "Situação",
    by_lesson: "Acertos por lição",
    names: Names {
        student: "<<ALUNO>>",
        assessment: "<<PROVA>>",
        course: "<<CURSO>>",
        date: "<<DATA>>",
        attempt: "<<TENTATIVA>>",
        level: "<<NIVEL>>",
    },
    page: "Página",
    attempt_of: "de",
};

/// What a template's groups are called; the words for many are feminine in Spanish and Portuguese, as the sentences need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Noun {
    Lesson,
    Skill,
}

impl Noun {
    /// A text with `{many}` in it.
    pub(super) fn fill(self, text: &str, language: Language) -> String {
        let many = match (self, language) {
            (Self::Lesson, Language::Es) => "lecciones",
            (Self::Lesson, Language::En) => "lessons",
            (Self::Lesson, Language::Pt) => "lições",
            (Self::Skill, Language::Es | Language::Pt) => "habilidades",
            (Self::Skill, Language::En) => "skills",
        };
        text.replace("{many}", many)
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
