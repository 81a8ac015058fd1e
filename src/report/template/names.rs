//! The names an author may use: the plain ones schools have in their files, and the paths of the standard data.

use minijinja::value::Value;

use crate::report::language::Language;

/// Whom a greeting names. An address is no name: who has none is greeted as a student, so that no letter begins with "Hola, sofia@example.com".
const GREETED: &str = "student.first_name or (student.name if '@' not in (student.name or '@')) or __student()";
/// A plain name, and the Jinja expression it stands for.
/// The spelling is compared without regard to case and accents.
const PLAIN: &[(&str, &str)] = &[
    ("ALUMNO", "student.name or student.email"),
    ("NOMBRE", "student.name or student.email"),
    ("ESTUDIANTE", "student.name or student.email"),
    ("STUDENT", "student.name or student.email"),
    ("ALUNO", "student.name or student.email"),
    ("PRIMER_NOMBRE", GREETED),
    ("FIRST_NAME", GREETED),
    ("PRIMEIRO_NOME", GREETED),
    ("CORREO", "student.email"),
    ("EMAIL", "student.email"),
    ("PRUEBA", "assessment.title"),
    ("MATERIA", "assessment.title"),
    ("EVALUACION", "assessment.title"),
    ("ASSESSMENT", "assessment.title"),
    ("PROVA", "assessment.title"),
    ("CURSO", "assessment.course"),
    ("COURSE", "assessment.course"),
    ("PD%", "result.percentage|percent(1)"),
    ("PD", "result.percentage|number(1)"),
    ("RESULTADO", "result.headline.label ~ ' ' ~ result.headline.count"),
    ("RESULT", "result.headline.label ~ ' ' ~ result.headline.count"),
    ("CORRECTAS", "result.answers.text"),
    ("RIGHT_ANSWERS", "result.answers.text"),
    ("CORRETAS", "result.answers.text"),
    ("NOTA", "result.mark|number(1)"),
    ("MARK", "result.mark|number(1)"),
    ("EXIGENCIA", "result.requirement|percent(0)"),
    ("REQUIREMENT", "result.requirement|percent(0)"),
    ("PREGUNTAS_A_REPASAR", "review_questions|join(', ')"),
    ("QUESTIONS_TO_REVIEW", "review_questions|join(', ')"),
    ("QUESTOES_A_REVER", "review_questions|join(', ')"),
    ("PUNTAJE", "result.score"),
    ("PUNTAJE_MAXIMO", "result.max_score"),
    ("NIVEL", "result.level"),
    ("LEVEL", "result.level"),
    ("FECHA", "(submission.submitted_at or today)|date"),
    ("DATE", "(submission.submitted_at or today)|date"),
    ("DATA", "(submission.submitted_at or today)|date"),
    ("COLEGIO", "school.name"),
    ("ESCUELA", "school.name"),
    ("SCHOOL", "school.name"),
    ("ESCOLA", "school.name"),
    ("INICIAL", "(school.name or assessment.title or '·')|first|upper"),
    ("INTENTO", "submission.attempt|default(1)"),
    ("ATTEMPT", "submission.attempt|default(1)"),
    ("TENTATIVA", "submission.attempt|default(1)"),
    ("TOTAL_QUESTIONS", "result.total"),
    ("CORRECT_QUESTIONS", "result.correct"),
    ("LECTURES_ANALYZED", "groups|length"),
    ("LECTURES_PASSED", "groups|selectattr('passed')|list|length"),
    ("LECTURES_FAILED", "groups|rejectattr('passed')|list|length"),
    ("FORTALEZAS", "strengths|join(', ')"),
    ("REPASAR", "to_review|map(attribute='name')|join(', ')"),
    ("TODAY", "today|date"),
];

/// The paths of the standard data (templates/PLACEHOLDERS.md). `[]` marks a list, `*` any name.
pub(super) const PATHS: [&str; 148] = [
    "student.id",
    "student.name",
    "student.first_name",
    "student.last_name",
    "student.email",
    "assessment.id",
    "assessment.title",
    "assessment.course",
    "submission.id",
    "submission.submitted_at",
    "submission.attempt",
    "result.percentage",
    "result.headline.label",
    "result.headline.measure",
    "result.headline.kind",
    "result.headline.part",
    "result.headline.whole",
    "result.headline.percentage",
    "result.headline.count",
    "result.headline.text",
    "result.answers.label",
    "result.answers.measure",
    "result.answers.kind",
    "result.answers.part",
    "result.answers.whole",
    "result.answers.percentage",
    "result.answers.count",
    "result.answers.text",
    "result.figures[].label",
    "result.figures[].measure",
    "result.figures[].kind",
    "result.figures[].part",
    "result.figures[].whole",
    "result.figures[].percentage",
    "result.figures[].count",
    "result.figures[].text",
    "result.mark",
    "result.mark_passed",
    "result.requirement",
    "result.score",
    "result.max_score",
    "result.level",
    "result.internal_level",
    "result.passed",
    "result.pass_rule",
    "result.total",
    "result.correct",
    "result.incorrect",
    "result.unanswered",
    "groups[].name",
    "groups[].parent",
    "groups[].total",
    "groups[].correct",
    "groups[].percentage",
    "groups[].status",
    "groups[].passed",
    "groups[].tone",
    "groups[].link",
    "parents[].name",
    "parents[].parent",
    "parents[].total",
    "parents[].correct",
    "parents[].percentage",
    "parents[].status",
    "parents[].passed",
    "parents[].tone",
    "parents[].link",
    "by.*",
    "levels[].name",
    "levels[].reached",
    "levels[].from",
    "levels[].rule",
    "statuses[].name",
    "statuses[].tone",
    "statuses[].from",
    "statuses[].below",
    "statuses[].range",
    "questions[].number",
    "questions[].text",
    "questions[].answer",
    "questions[].correct_answer",
    "questions[].correct",
    "questions[].points",
    "questions[].max_points",
    "questions[].group",
    "questions[].link",
    "strengths[]",
    "to_review[].name",
    "to_review[].parent",
    "to_review[].questions[]",
    "to_review[].text",
    "to_review[].link",
    "review_questions[]",
    "plan[]",
    "history[].attempt",
    "history[].date",
    "history[].percentage",
    "history[].level",
    "cohort.count",
    "cohort.mean",
    "cohort.percentile",
    "cohort.above",
    "parts[].name",
    "parts[].title",
    "parts[].date",
    "parts[].percentage",
    "parts[].headline.label",
    "parts[].headline.measure",
    "parts[].headline.kind",
    "parts[].headline.part",
    "parts[].headline.whole",
    "parts[].headline.percentage",
    "parts[].headline.count",
    "parts[].headline.text",
    "parts[].answers.label",
    "parts[].answers.measure",
    "parts[].answers.kind",
    "parts[].answers.part",
    "parts[].answers.whole",
    "parts[].answers.percentage",
    "parts[].answers.count",
    "parts[].answers.text",
    "parts[].mark",
    "parts[].level",
    "parts[].total",
    "parts[].correct",
    "parts[].strengths[]",
    "parts[].to_review[].name",
    "parts[].to_review[].parent",
    "parts[].to_review[].questions[]",
    "parts[].to_review[].text",
    "parts[].to_review[].link",
    "parts[].plan[]",
    "periods[].name",
    "periods[].items[].part",
    "periods[].items[].name",
    "school.name",
    "school.color",
    "today",
    "language",
    "append_results",
    "chart.bar",
    "chart.groups",
    "chart.score",
    "chart.history",
    "chart.cohort",
    "chart.level",
    "chart.questions",
];

/// The expression a plain name stands for.
pub(super) fn expression(name: &str) -> Option<String> {
    let folded = fold(name);
    if let Some(number) = folded.strip_prefix('T').filter(|number| number.len() <= 4).and_then(|number| number.parse::<usize>().ok())
        && number > 0
    {
        return Some(format!("groups[{}].status", number - 1));
    }
    let plain = PLAIN.iter().find(|(plain, _)| *plain == folded).map(|(_, expression)| (*expression).to_owned());
    plain.or_else(|| of_a_plan(&folded))
}

/// The names of study plans over several assessments: `<<Nivel M1>>` is the level of the part M1, `<<PlanAgosto>>` what to study in August.
fn of_a_plan(folded: &str) -> Option<String> {
    let named = |name: &str| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    if let Some(part) = ["NIVEL_", "LEVEL_"].iter().find_map(|word| folded.strip_prefix(word)).filter(|part| named(part)) {
        return Some(format!("__level(\"{part}\")"));
    }
    let period = folded.strip_prefix("PLAN").map(squeezed).filter(|period| named(period))?;
    let numbered = ["SEMANA", "WEEK", "MES", "MONTH"].iter().find_map(|word| period.strip_prefix(word));
    let is_period =
        numbered.is_some_and(|number| !number.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit())) || is_month(&period);
    is_period.then(|| format!("__plan(\"{period}\")"))
}

fn is_month(folded: &str) -> bool {
    [Language::Es, Language::En, Language::Pt].iter().any(|language| (1..=12).any(|month| fold(language.month(month)) == folded))
}

/// A folded name without what stands between its words.
fn squeezed(folded: &str) -> String {
    folded.replace(['_', '-'], "")
}

/// `__level("M1")`: the level of the part of that name; else of the one whose name or title fits it.
pub(super) fn level_of(data: &Value, wanted: &str) -> Value {
    let parts: Vec<Value> = data.get_attr("parts").ok().and_then(|parts| parts.try_iter().ok()).into_iter().flatten().collect();
    let text = |part: &Value, name: &str| part.get_attr(name).ok().and_then(|text| text.as_str().map(fold)).unwrap_or_default();
    let abbreviates = |short: &str, long: &str| short.chars().count() > 2 && long.starts_with(short);
    let fits: [&dyn Fn(&&Value) -> bool; 3] = [
        &|part| text(part, "name") == wanted || text(part, "title") == wanted,
        // `CIEN` and `Ciencias`.
        &|part| abbreviates(&text(part, "name"), wanted) || abbreviates(wanted, &text(part, "name")),
        &|part| text(part, "title").split('_').any(|word| word == wanted),
    ];
    let found = fits.iter().find_map(|fits| parts.iter().find(fits));
    found.and_then(|part| part.get_attr("level").ok()).unwrap_or_default()
}

/// `__plan("AGOSTO")`: what to study in the period of that name, a line for each.
pub(super) fn plan_of(data: &Value, wanted: &str) -> Value {
    let list = |value: &Value, name: &str| value.get_attr(name).ok().and_then(|list| list.try_iter().ok()).into_iter().flatten();
    let text = |value: &Value, name: &str| value.get_attr(name).ok().and_then(|text| text.as_str().map(str::to_owned)).unwrap_or_default();
    let Some(period) = list(data, "periods").find(|period| squeezed(&fold(&text(period, "name"))) == wanted) else {
        return Value::UNDEFINED;
    };
    let lines: Vec<String> = list(&period, "items").map(|item| format!("{}: {}", text(&item, "part"), text(&item, "name"))).collect();
    if lines.is_empty() { Value::UNDEFINED } else { Value::from(lines.join("\n")) }
}

/// Whether a plain name shows how one of the groups stands (`<<T3>>`).
pub(super) fn shows_a_group(name: &str) -> bool {
    expression(name).is_some_and(|expression| expression.starts_with("groups["))
}

/// Words a plain name's value may begin with, which authors often write before it themselves.
pub(super) fn guarded_words(name: &str) -> &'static [&'static str] {
    let folded = fold(name);
    if matches!(folded.as_str(), "NIVEL" | "LEVEL") || folded.starts_with("NIVEL_") || folded.starts_with("LEVEL_") {
        &["Nivel", "Nível", "Level"]
    } else {
        &[]
    }
}

/// Whether a word in guillemets is meant as a placeholder and not as a quoted word (`«curso»`).
pub(super) fn looks_like_a_name(name: &str) -> bool {
    name.contains(['_', '%', '.']) || name.chars().any(char::is_uppercase) && !name.chars().any(char::is_lowercase)
}

/// A character a placeholder's name may hold.
pub(super) fn is_name_char(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '.' | ' ' | '%' | '-' | '[' | ']')
}

/// A name that is a data path (`student.name`), which Jinja reads as it stands.
pub(super) fn is_path(name: &str) -> bool {
    name.split('.')
        .all(|piece| piece.starts_with(|c: char| c.is_alphabetic() || c == '_') && piece.chars().all(|c| c.is_alphanumeric() || c == '_'))
}

/// What a path leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PathTarget {
    /// A name the standard data has, or one below a name that may hold anything.
    Yes,
    /// Not one of them.
    No,
}

/// Whether the standard data has a path; `[]` steps into lists (`groups[].name`).
pub(super) fn known_path(path: &str) -> PathTarget {
    let found = PATHS.iter().any(|known| {
        *known == path
            || known.strip_suffix('*').is_some_and(|open| path.starts_with(open) || path == open.trim_end_matches('.'))
            || known.strip_prefix(path).is_some_and(|rest| rest.starts_with(['.', '[']))
    });
    if found { PathTarget::Yes } else { PathTarget::No }
}

/// The known name nearest to one that is not known; `None` when nothing is near.
pub(super) fn nearest<'a>(name: &str, among: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = fold(name);
    let length = wanted.chars().count();
    // A slip of the hand, and no other word: the shorter a name, the fewer letters may differ.
    let allowed = match length {
        0..=3 => 0,
        4..=6 => 1,
        7..=9 => 2,
        _ => 3,
    };
    among
        .into_iter()
        .map(|known| (distance(&wanted, &fold(known)), known))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}

/// The plain names.
#[cfg(test)]
pub(super) fn plain() -> impl Iterator<Item = &'static str> {
    PLAIN.iter().map(|(plain, _)| *plain)
}

/// The roots of the standard data (`student`, `groups`), and its paths that lead to one value.
pub(super) fn roots() -> impl Iterator<Item = &'static str> {
    PATHS.iter().filter_map(|path| path.split(['.', '[', '*']).next())
}

/// Methods of Python's texts and dictionaries that `python` knows.
pub(super) const METHODS: [&str; 24] = [
    "items",
    "keys",
    "values",
    "get",
    "upper",
    "lower",
    "capitalize",
    "title",
    "strip",
    "lstrip",
    "rstrip",
    "startswith",
    "endswith",
    "replace",
    "count",
    "find",
    "split",
    "splitlines",
    "join",
    "isdigit",
    "isalpha",
    "zfill",
    "format",
    "index",
];

/// The nearest plain name or path; else the one that is a word of the name (`NOMBRE` of `NOMBRE DEL ALUMNO`).
pub(super) fn nearest_plain(name: &str) -> Option<&'static str> {
    let near = nearest(name, PLAIN.iter().map(|(plain, _)| *plain).chain(PATHS.iter().copied().filter(|path| !path.contains(['[', '*']))));
    let words = fold(name);
    let word = || words.split('_').find_map(|word| PLAIN.iter().map(|(plain, _)| *plain).find(|plain| *plain == word));
    near.or_else(word)
}

/// Upper case without accents, spaces as underscores.
fn fold(name: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    name.trim()
        .nfd()
        .filter(|character| !unicode_normalization::char::is_combining_mark(*character))
        .flat_map(char::to_uppercase)
        .map(|character| if character == ' ' { '_' } else { character })
        .collect()
}

/// Edit distance (Levenshtein), with a swap of neighbours as one step.
///
/// `analysis/suggest.rs` has the same few lines for profiles and banks: neither room may import the other, and both may only share `model`, which is data without sense (ARCHITECTURE.md).
fn distance(left: &str, right: &str) -> usize {
    let (left, right): (Vec<char>, Vec<char>) = (left.chars().take(80).collect(), right.chars().take(80).collect());
    let width = right.len() + 1;
    let mut table = vec![0_usize; (left.len() + 1) * width];
    for (column, cell) in table.iter_mut().take(width).enumerate() {
        *cell = column;
    }
    for row in 1..=left.len() {
        table[row * width] = row;
        for column in 1..=right.len() {
            let same = usize::from(left[row - 1] != right[column - 1]);
            let mut best = (table[(row - 1) * width + column - 1] + same)
                .min(table[(row - 1) * width + column] + 1)
                .min(table[row * width + column - 1] + 1);
            if row > 1 && column > 1 && left[row - 1] == right[column - 2] && left[row - 2] == right[column - 1] {
                best = best.min(table[(row - 2) * width + column - 2] + 1);
            }
            table[row * width + column] = best;
        }
    }
    table[left.len() * width + right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_names_are_found_whatever_their_case_and_accents() {
        assert_eq!(expression("alumno").as_deref(), Some("student.name or student.email"));
        assert_eq!(expression("Evaluación").as_deref(), Some("assessment.title"));
        assert_eq!(expression("PD%").as_deref(), Some("result.percentage|percent(1)"));
        assert_eq!(expression("T12").as_deref(), Some("groups[11].status"));
        assert_eq!(expression("T0"), None);
        assert_eq!(expression("Nivel M1").as_deref(), Some("__level(\"M1\")"));
        assert_eq!(expression("PlanAgosto").as_deref(), Some("__plan(\"AGOSTO\")"));
        assert_eq!(expression("Plan semana 2").as_deref(), Some("__plan(\"SEMANA2\")"));
        assert_eq!([expression("Planeta"), expression("Nivel \"x"), expression("Nivelación")], [None, None, None]);
    }

    #[test]
    fn paths_of_the_standard_data_are_known() {
        assert_eq!(known_path("student.name"), PathTarget::Yes);
        assert_eq!(known_path("student"), PathTarget::Yes);
        assert_eq!(known_path("groups[].name"), PathTarget::Yes);
        assert_eq!(known_path("school.name"), PathTarget::Yes);
        assert_eq!(known_path("school.phone"), PathTarget::No);
        assert_eq!(known_path("student.nmae"), PathTarget::No);
    }

    #[test]
    fn the_nearest_name_is_suggested() {
        assert_eq!(nearest_plain("ALUNMO"), Some("ALUMNO"));
        assert_eq!(nearest("student.nmae", PATHS), Some("student.name"));
        assert_eq!(nearest("zzzzzz", PATHS), None);
        assert_eq!(nearest_plain("NOMBRE DEL ALUMNO"), Some("NOMBRE"));
        for far in ["PDF", "RUT", "curso_id", "aula", "profesor", "direccion"] {
            assert_eq!(nearest_plain(far).filter(|near| *near != "CURSO"), None, "{far}");
        }
    }
}
