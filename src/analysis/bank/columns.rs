//! Which header means which column.

use std::collections::BTreeMap;

use crate::analysis::bank::{BankFault, shown};
use crate::analysis::compare::fold;

pub(crate) const LECTURE: &str = "lecture";
pub(crate) const MATERIA: &str = "materia";
pub(crate) const SKILL: &str = "skill";
pub(crate) const DIFFICULTY: &str = "difficulty";

const NUMBER: &[&str] = &[
    "question_number",
    "numero",
    "numero_de_pregunta",
    "numero_pregunta",
    "numero_da_questao",
    "numero_da_pergunta",
    "n",
    "no",
    "nro",
    "num",
    "number",
    "n_pregunta",
    "n_de_pregunta",
    "no_pregunta",
    "no_de_pregunta",
    "nro_pregunta",
    "nro_de_pregunta",
    "pregunta_n",
    "pregunta_no",
    "n_da_questao",
    "no_da_questao",
    "question_no",
    "item",
    "id",
    "q",
    "#",
];
/// The question's number where no column says so more clearly; else its text.
const QUESTION: &[&str] = &["pregunta", "question", "questao", "pergunta"];
const CORRECT: &[&str] = &[
    "correct_alternative",
    "correct_answer",
    "alternativa",
    "respuesta",
    "alternativa_correcta",
    "respuesta_correcta",
    "opcion_correcta",
    "correcta",
    "clave",
    "correct",
    "correct_option",
    "answer",
    "answer_key",
    "key",
    "resposta",
    "resposta_correta",
    "resposta_certa",
    "alternativa_correta",
    "gabarito",
];
/// What a column means, in English, Spanish and Portuguese.
type Meaning = (&'static str, &'static str, &'static str);

/// What the first column means, in English, Spanish and Portuguese.
const NUMBERED: Meaning = ("the question's number", "el número de la pregunta", "o número da questão");
const POINTS: &[&str] = &["points", "puntos", "puntaje", "pontos", "score"];
const KIND: &[&str] = &["type", "tipo", "block_type"];
const TEXT: &[&str] = &["text", "texto", "enunciado", "question_text", "texto_de_la_pregunta", "description", "descripcion", "descricao"];
const LINK: &[&str] = &["link", "enlace", "url", "vinculo", "hyperlink"];
const OPTIONS: &[&str] = &["options", "opciones", "alternativas", "alternatives", "opcoes"];

/// The grouping columns that have a name of their own, each with its other spellings.
const GROUPS: [(&str, &[&str]); 4] = [
    (LECTURE, &["leccion", "lesson", "area", "unidad", "unidade", "licao", "aula"]),
    (MATERIA, &["asignatura", "subject"]),
    (SKILL, &["habilidad", "habilidade", "competencia"]),
    (DIFFICULTY, &["question_difficulty", "dificultad", "dificuldade"]),
];

/// Where each column stands.
#[derive(Debug)]
pub(super) struct Columns {
    pub(super) number: usize,
    pub(super) correct: usize,
    pub(super) points: Option<usize>,
    pub(super) kind: Option<usize>,
    pub(super) text: Option<usize>,
    pub(super) options: Option<usize>,
    pub(super) link: Option<usize>,
    /// Position and name of each grouping column, file order.
    pub(super) groups: Vec<(usize, String)>,
}

impl Columns {
    /// Reads the header row; any column without a meaning of its own is a grouping column.
    pub(super) fn read(header: &csv::StringRecord, line: u64) -> Result<Self, Vec<BankFault>> {
        let keys: Vec<String> = header.iter().map(key).collect();
        let mut faults = Vec::new();
        let mut one = |aliases: &[&str], meaning: Meaning| match positions(&keys, aliases).as_slice() {
            [] => None,
            [position] => Some(*position),
            [first, second, ..] => {
                let (a, b) = (header.get(*first).unwrap_or_default(), header.get(*second).unwrap_or_default());
                let (a, b) = (shown(a), shown(b));
                faults.push(BankFault::at(
                    line,
                    format!("the columns '{a}' and '{b}' both mean {}: keep one", meaning.0),
                    format!("las columnas '{a}' y '{b}' significan ambas {}: deje una", meaning.1),
                    format!("as colunas '{a}' e '{b}' significam ambas {}: deixe uma", meaning.2),
                ));
                Some(*first)
            }
        };
        let number = one(NUMBER, NUMBERED).or_else(|| one(QUESTION, NUMBERED));
        let correct = one(CORRECT, ("the right answer", "la respuesta correcta", "a resposta correta"));
        let points = one(POINTS, ("the points", "los puntos", "os pontos"));
        let (kind, options) = (one(KIND, ("the type", "el tipo", "o tipo")), one(OPTIONS, ("the options", "las opciones", "as opções")));
        let link = one(LINK, ("the link to study", "el enlace para estudiar", "o link para estudar"));
        // Beside a column for the number, a column `pregunta` is the question's text.
        let beside = QUESTION.iter().filter_map(|name| keys.iter().position(|key| key == name)).find(|p| Some(*p) != number);
        let text = one(TEXT, ("the question's text", "el texto de la pregunta", "o texto da questão")).or(beside);
        let found: Vec<&str> = header.iter().map(str::trim).filter(|h| !h.is_empty()).collect();
        for (missing, name) in [(number.is_none(), NUMBER[0]), (correct.is_none(), CORRECT[0])] {
            if missing {
                let found = shown(&found.join(", "));
                faults.push(BankFault::at(
                    line,
                    format!("there is no column '{name}'; found: {found}"),
                    format!("falta la columna '{name}'; hay: {found}"),
                    format!("falta a coluna '{name}'; há: {found}"),
                ));
            }
        }
        let taken = [number, correct, points, kind, text, options, link];
        let groups = groups(&keys, &taken, line, &mut faults);
        match (number, correct) {
            (Some(number), Some(correct)) if faults.is_empty() => Ok(Self { number, correct, points, kind, text, options, link, groups }),
            _ => Err(faults),
        }
    }
}

/// The name a profile uses for a grouping column, whichever way it is spelled (`Habilidad` → `skill`, `Eje temático` → `eje_tematico`).
pub(crate) fn group_column(spelling: &str) -> String {
    let key = key(spelling);
    GROUPS.iter().find(|(name, aliases)| *name == key || aliases.contains(&key.as_str())).map_or(key, |(name, _)| (*name).to_owned())
}

/// A header as an identifier: case, accents and punctuation folded; `#` is all there is of it.
fn key(header: &str) -> String {
    let folded = fold::unaccented(header);
    let words: Vec<&str> = folded.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
    if words.is_empty() { folded } else { words.join("_") }
}

/// Positions of a column by its proper name, else by its other spellings.
fn positions(keys: &[String], aliases: &[&str]) -> Vec<usize> {
    let all = |wanted: &dyn Fn(&str) -> bool| keys.iter().enumerate().filter(|(_, k)| wanted(k)).map(|(i, _)| i).collect::<Vec<_>>();
    let proper = all(&|k| k == aliases[0]);
    if proper.is_empty() { all(&|k| aliases.contains(&k)) } else { proper }
}

fn groups(keys: &[String], taken: &[Option<usize>], line: u64, faults: &mut Vec<BankFault>) -> Vec<(usize, String)> {
    let proper: Vec<&str> = keys.iter().map(String::as_str).filter(|k| GROUPS.iter().any(|(name, _)| name == k)).collect();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut groups = Vec::new();
    for (position, key) in keys.iter().enumerate() {
        let spare = [NUMBER, QUESTION, CORRECT, POINTS].iter().any(|aliases| aliases.contains(&key.as_str()));
        if taken.contains(&Some(position)) || key.is_empty() || spare {
            continue;
        }
        let canonical = group_column(key);
        // `lecture` and `unidad` side by side: the alias keeps its own name.
        let name = if canonical != *key && (proper.contains(&canonical.as_str()) || seen.contains_key(&canonical)) {
            key.clone()
        } else {
            canonical
        };
        if let Some(first) = seen.insert(name.clone(), position) {
            let (first, second, name) = (first + 1, position + 1, shown(&name));
            faults.push(BankFault::at(
                line,
                format!("columns {first} and {second} are both '{name}': rename one"),
                format!("las columnas {first} y {second} se llaman ambas '{name}': cambie el nombre de una"),
                format!("as colunas {first} e {second} se chamam ambas '{name}': mude o nome de uma"),
            ));
        }
        groups.push((position, name));
    }
    groups
}
