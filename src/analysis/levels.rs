//! Conditions of levels, evaluated over what was counted.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use minijinja::value::{Object, ObjectRepr, ValueKind};
use minijinja::{Environment, UndefinedBehavior, Value};

use crate::analysis::bank::group_column;
use crate::analysis::compare::fold;
use crate::analysis::suggest;
use crate::model::analysis::{Comparison, Term};

/// The names a condition may use beside grouping columns.
const NAMES: &[&str] =
    &["percentage", "groups_passed", "groups_failed", "groups_total", "correct", "incorrect", "unanswered", "total", "score", "max_score"];
/// The grouping columns that are always known; others must stand in `group_by`.
const COLUMNS: &[&str] = &["lecture", "materia", "skill", "difficulty"];
/// A condition is a line, not a program.
const FUEL: u64 = 20_000;

/// A figure for people: a handful of decimals, none where there are none.
pub(crate) fn readable(figure: f64) -> f64 {
    (figure * 1e4).round() / 1e4
}

/// What a condition sees.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    pub(crate) numbers: BTreeMap<&'static str, f64>,
    /// Column to folded group name to percentage right.
    pub(crate) columns: BTreeMap<String, Arc<BTreeMap<String, f64>>>,
}

impl Facts {
    /// The figures a condition speaks of, for explanations: `difficulty[1] = 80, difficulty[2] = 66.6667`.
    pub(crate) fn behind(&self, condition: &str) -> String {
        let folded = fold::unaccented(condition);
        let is_sign = |c: char| !c.is_alphanumeric() && c != '_';
        let words: Vec<&str> = folded.split(is_sign).filter(|word| !word.is_empty()).collect();
        let is_named = |name: &str| if name.contains(is_sign) { folded.contains(name) } else { words.contains(&name) };
        let numbers =
            self.numbers.iter().filter(|(name, _)| words.contains(name)).map(|(name, figure)| format!("{name} = {}", readable(*figure)));
        let columns = self.columns.iter().filter(|(column, _)| words.iter().any(|word| group_column(word) == **column));
        let groups = columns.flat_map(|(column, groups)| {
            let named = groups.iter().filter(|(name, _)| is_named(name));
            named.map(move |(name, share)| format!("{column}[{name}] = {}", readable(*share)))
        });
        numbers.chain(groups).collect::<Vec<_>>().join(", ")
    }
}

/// Why a condition cannot be evaluated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ConditionFault {
    pub(crate) message: String,
    pub(crate) suggestion: Option<String>,
}

/// The first rule that holds; or the rule whose condition cannot be evaluated, and why.
pub(crate) fn first<'r>(rules: &'r [LevelRule], facts: &Arc<Facts>) -> Result<Option<&'r LevelRule>, (&'r LevelRule, String)> {
    for rule in rules {
        let holds = rule.when.as_deref().map_or(Ok(true), |when| holds(when, facts)).map_err(|message| (rule, message))?;
        if holds {
            return Ok(Some(rule));
        }
    }
    Ok(None)
}

/// The condition as a list of comparisons that must all hold; `None` where it is more than that.
pub(crate) fn terms(condition: &str) -> Option<Vec<Term>> {
    condition.split(" and ").map(|part| term(part.trim())).collect()
}

fn term(text: &str) -> Option<Term> {
    let at = text.find(['<', '>'])?;
    let (what, rest) = text.split_at(at);
    let signs = [(">=", Comparison::AtLeast), ("<=", Comparison::AtMost), (">", Comparison::Above), ("<", Comparison::Below)];
    let (comparison, bound) = signs.iter().find_map(|(sign, comparison)| rest.strip_prefix(sign).map(|bound| (*comparison, bound)))?;
    let bound: f64 = bound.trim().parse().ok().filter(|bound: &f64| bound.is_finite())?;
    let is_name = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || c == '_');
    let what = what.trim();
    if NAMES.contains(&what) {
        return Some(Term { what: what.to_owned(), group: None, comparison, bound });
    }
    let (column, group) = match what.split_once('[') {
        Some((column, group)) => (column, group.strip_suffix(']')?.trim()),
        None => what.split_once('.').filter(|(_, group)| is_name(group))?,
    };
    let unquoted = ['"', '\''].iter().find_map(|mark| group.strip_prefix(*mark)?.strip_suffix(*mark));
    let group = unquoted.or_else(|| Some(group).filter(|group| is_name(group)))?;
    is_name(column).then(|| Term { what: group_column(column), group: Some(group.to_owned()), comparison, bound })
}

/// Evaluates a condition; a group that the bank does not have is an error, never a silent zero.
pub(crate) fn holds(condition: &str, facts: &Arc<Facts>) -> Result<bool, String> {
    let missing = Arc::new(Mutex::new(Vec::new()));
    let scope = Scope { facts: Arc::clone(facts), any: None, missing: Arc::clone(&missing) };
    let result = evaluate(condition, scope);
    let missing = missing.lock().unwrap_or_else(PoisonError::into_inner);
    match missing.first() {
        Some(name) => Err(format!("the bank has no {name}")),
        None => result,
    }
}

/// The longest condition: it is evaluated for every student, and compiling a chain of operators is not linear in its length.
const LONGEST_CONDITION: usize = 1_000;

/// Checks a condition before any bank is known: syntax, names, and that it yields yes or no.
pub(crate) fn check(condition: &str, columns: &[String]) -> Result<(), ConditionFault> {
    let plain = |message: String| ConditionFault { message, suggestion: None };
    if condition.len() > LONGEST_CONDITION {
        return Err(plain(format!("the condition is longer than {LONGEST_CONDITION} characters")));
    }
    let environment = environment();
    let expression = environment.compile_expression(condition).map_err(|error| plain(words(&error)))?;
    let mut names: Vec<String> = expression.undeclared_variables(false).into_iter().collect();
    names.sort();
    for name in names {
        let column = group_column(&name);
        if !NAMES.contains(&name.as_str()) && !COLUMNS.contains(&column.as_str()) && !columns.contains(&column) {
            let known = || NAMES.iter().chain(COLUMNS).copied().chain(columns.iter().map(String::as_str));
            let suggestion = suggest::nearest(&name, known()).map(|n| format!("did you mean '{n}'?"));
            let suggestion = suggestion
                .unwrap_or_else(|| format!("known are {}; further columns must stand in group_by", known().collect::<Vec<_>>().join(", ")));
            return Err(ConditionFault { message: format!("there is no '{name}'"), suggestion: Some(suggestion) });
        }
    }
    // Both ends, so that both sides of an `and` and an `or` are tried.
    for any in [0.0, 100.0] {
        let numbers = NAMES.iter().map(|name| (*name, any)).collect();
        let scope = Scope { facts: Arc::new(Facts { numbers, columns: BTreeMap::new() }), any: Some(any), missing: Arc::default() };
        evaluate(condition, scope).map_err(plain)?;
    }
    Ok(())
}

fn evaluate(condition: &str, scope: Scope) -> Result<bool, String> {
    let environment = environment();
    let expression = environment.compile_expression(condition).map_err(|error| words(&error))?;
    let value = expression.eval(Value::from_object(scope)).map_err(|error| words(&error))?;
    match value.kind() {
        ValueKind::Bool => Ok(value.is_true()),
        other => Err(format!("it gives a {other}, not yes or no; compare it, as in 'percentage >= 80'")),
    }
}

/// Comparisons and arithmetic only: no filters, tests or functions, and no undefined names.
fn environment() -> Environment<'static> {
    let mut environment = Environment::empty();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(FUEL));
    environment
}

fn words(error: &minijinja::Error) -> String {
    error.detail().map_or_else(|| error.kind().to_string(), |detail| format!("{}: {detail}", error.kind()))
}

/// The root of the names.
#[derive(Debug)]
struct Scope {
    facts: Arc<Facts>,
    /// The value of every group while a condition is only checked.
    any: Option<f64>,
    missing: Arc<Mutex<Vec<String>>>,
}

impl Object for Scope {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Map
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let name = key.as_str()?;
        if let Some(number) = self.facts.numbers.get(name) {
            return Some(Value::from(*number));
        }
        let column = group_column(name);
        if self.any.is_none() && !self.facts.columns.contains_key(&column) {
            note(&self.missing, format!("column '{column}'"));
            return None;
        }
        let groups = self.facts.columns.get(&column).cloned().unwrap_or_default();
        Some(Value::from_object(Column { name: column, groups, any: self.any, missing: Arc::clone(&self.missing) }))
    }
}

/// One grouping column: `difficulty[1]`, `skill["Interpretar"]`, `skill.Interpretar`.
#[derive(Debug)]
struct Column {
    name: String,
    groups: Arc<BTreeMap<String, f64>>,
    any: Option<f64>,
    missing: Arc<Mutex<Vec<String>>>,
}

impl Object for Column {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Map
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        // `difficulty[1]`, `difficulty[1.0]` and `difficulty["1"]` are one.
        let number = || f64::try_from(key.clone()).map_or_else(|_| key.to_string(), |number| number.to_string());
        let name = key.as_str().map_or_else(number, str::to_owned);
        let found = self.any.or_else(|| self.groups.get(&fold::unaccented(&name)).copied());
        if found.is_none() {
            let known: Vec<&str> = self.groups.keys().map(String::as_str).collect();
            note(&self.missing, format!("{} '{name}' (it has {})", self.name, known.join(", ")));
        }
        found.map(Value::from)
    }
}

fn note(missing: &Mutex<Vec<String>>, name: String) {
    missing.lock().unwrap_or_else(PoisonError::into_inner).push(name);
}

/// One level.
#[derive(Debug, Clone, PartialEq)]
pub struct LevelRule {
    /// Its name as the student reads it.
    pub name: String,
    /// Its condition; `None` always holds.
    pub when: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> Arc<Facts> {
        let difficulty = Arc::new([("1".to_owned(), 75.0), ("2".to_owned(), 200.0 / 3.0)].into());
        let skill = Arc::new([("interpretar".to_owned(), 80.0)].into());
        let facts = Facts {
            numbers: [("percentage", 80.0)].into(),
            columns: [("difficulty".to_owned(), difficulty), ("skill".to_owned(), skill)].into(),
        };
        Arc::new(facts)
    }

    #[test]
    fn a_list_of_comparisons_is_taken_apart_and_nothing_else() {
        let said = |condition: &str| {
            let words =
                |t: Term| format!("{}{} {:?} {}", t.what, t.group.map(|g| format!("[{g}]")).unwrap_or_default(), t.comparison, t.bound);
            terms(condition).map(|terms| terms.into_iter().map(words).collect::<Vec<_>>().join("; "))
        };
        assert_eq!(said("percentage >= 80").as_deref(), Some("percentage AtLeast 80"));
        assert_eq!(
            said("dificultad[1] >= 75 and skill.Evaluar<85 and materia['Física y más'] > 2").as_deref(),
            Some("difficulty[1] AtLeast 75; skill[Evaluar] Below 85; materia[Física y más] Above 2")
        );
        for other in
            ["percentage >= 80 or correct > 3", "not percentage >= 80", "percentage == 80", "percentage + 1 >= 80", "80 <= percentage"]
        {
            assert_eq!(said(other), None, "{other}");
        }
    }

    #[test]
    fn bounds_belong_to_the_level() {
        assert_eq!(holds("percentage >= 80", &facts()), Ok(true));
        assert_eq!(holds("percentage > 80", &facts()), Ok(false));
        assert_eq!(holds("difficulty[1] >= 75 and difficulty[2] >= 66.67", &facts()), Ok(false));
    }

    #[test]
    fn groups_are_found_however_they_are_spelled() {
        for condition in
            ["skill.Interpretar >= 80", "habilidad['INTERPRETAR'] >= 80", "question_difficulty['1'] >= 75", "dificultad[1.0] == 75"]
        {
            assert_eq!(check(condition, &[]), Ok(()), "{condition}");
            assert_eq!(holds(condition, &facts()), Ok(true), "{condition}");
        }
    }

    #[test]
    fn a_group_the_bank_does_not_have_is_an_error() {
        let error = holds("difficulty[3] >= 75", &facts()).expect_err("no such group");
        assert_eq!(error, "the bank has no difficulty '3' (it has 1, 2)");
        assert_eq!(holds("materia.Física > 1", &facts()).expect_err("syntax"), "syntax error: unexpected character");
        assert_eq!(holds("materia['Física'] > 1", &facts()).expect_err("no such column"), "the bank has no column 'materia'");
    }

    #[test]
    fn a_condition_that_cannot_be_meant_is_told_apart_before_any_student() {
        for (condition, message) in [
            ("percentage", "it gives a number, not yes or no; compare it, as in 'percentage >= 80'"),
            ("percent >= 80", "there is no 'percent'"),
            ("percentage >=", "syntax error: unexpected end of input, expected expression"),
            ("percentage >= 80 and eje[1] > 2", "there is no 'eje'"),
        ] {
            assert_eq!(check(condition, &[]).expect_err("a fault").message, message);
        }
        assert_eq!(check("percentage >= 80 and eje[1] > 2", &["eje".to_owned()]), Ok(()));
        assert!(check("range(999999999)", &[]).is_err());
    }

    #[test]
    fn a_condition_that_is_as_long_as_a_book_is_refused_before_it_is_compiled() {
        for part in ["not ", "- ", "( "] {
            let condition = format!("{}percentage >= 0", part.repeat(30_000));
            assert!(check(&condition, &[]).expect_err("a fault").message.contains("longer than 1000 characters"), "{part}");
        }
    }
}
