//! `assessments.toml` to profiles.

use std::collections::{BTreeMap, BTreeSet};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::analysis::bank::group_column;
use crate::analysis::compare::fold;
use crate::analysis::levels::{self, LevelRule};
use crate::analysis::profile::fields::{Faults, Fields, LANGUAGES, required_name};
use crate::analysis::profile::{Matches, PassRule, Percentage, Plan, Profile, ProfileError, StatusRule, plans};
use crate::analysis::suggest;
use crate::model::analysis::Tone;

const KEYS: &[&str] = &[
    "name",
    "match",
    "course",
    "template",
    "bank",
    "bank_optional",
    "group_by",
    "pass",
    "passed",
    "percentage",
    "requirement",
    "pool",
    "contradiction",
    "levels",
    "internal_levels",
    "statuses",
    "plan",
    "language",
];
const TONES: &[(&str, Tone)] = &[("good", Tone::Good), ("middle", Tone::Middle), ("bad", Tone::Bad)];
const PERCENTAGES: &[(&str, Percentage)] =
    &[("questions", Percentage::Questions), ("groups", Percentage::Groups), ("points", Percentage::Points)];
pub(super) fn read(text: &str, file: &str) -> Result<(Vec<Profile>, Vec<Plan>), Vec<ProfileError>> {
    let faults = Faults::new(text, file);
    let (root, syntax) = DeTable::parse_recoverable(text);
    for error in syntax {
        faults.add(&error.span().unwrap_or(0..0), format!("not valid TOML: {}", error.message()), None);
    }
    let root = Fields::new(&faults, root.get_ref(), root.span(), "the file", &["assessment", "plan"]);
    let mut profiles = Vec::new();
    let mut fallback = false;
    let tables = root.list("assessment");
    for table in &tables {
        let Some(fields) = Fields::of(&faults, table, "an assessment", KEYS) else { continue };
        let profile = profile(&fields);
        if profile.matches.is_empty() && std::mem::replace(&mut fallback, true) {
            faults.add(
                &fields.span,
                "a second assessment without 'match'",
                Some("only one can stand for all others: add a match".to_owned()),
            );
        }
        profiles.push(profile);
    }
    check_matches(&tables, &faults);
    let plans = plans::read(&root, &profiles);
    let found = faults.into_sorted();
    if found.is_empty() { Ok((profiles, plans)) } else { Err(found) }
}

fn profile(fields: &Fields) -> Profile {
    let base = Profile::default();
    let matches = matches(fields);
    let group_by = fields.texts("group_by").map(|columns| columns.iter().map(|c| group_column(c)).collect::<Vec<_>>());
    let columns = group_by.clone().unwrap_or_default();
    let passed = fields.text("passed").filter(|when| condition(fields, fields.value("passed"), when, &columns));
    let bank = fields.text("bank");
    let no_file = bank.as_deref() == Some("optional");
    let levels = if fields.value("levels").is_some() { level_rules(fields, "levels", &columns) } else { base.levels };
    let internal_levels = level_rules(fields, "internal_levels", &columns);
    let plan = plan(fields, levels.iter().chain(&internal_levels));
    Profile {
        name: fields.text("name").unwrap_or_else(|| matches.titles.iter().chain(&matches.ids).next().cloned().unwrap_or(base.name)),
        matches,
        course: fields.text("course"),
        template: fields.text("template"),
        bank_optional: no_file || fields.flag("bank_optional").unwrap_or(false),
        bank: bank.filter(|_| !no_file),
        group_by,
        pass: pass(fields).unwrap_or(base.pass),
        passed,
        percentage: fields.word("percentage", PERCENTAGES).unwrap_or(base.percentage),
        pool: fields.flag("pool"),
        contradiction: fields.percentage("contradiction").unwrap_or(base.contradiction),
        requirement: requirement(fields).unwrap_or(base.requirement),
        levels,
        internal_levels,
        statuses: statuses(fields),
        plan,
        language: fields.word("language", LANGUAGES).map(str::to_owned),
    }
}

fn matches(fields: &Fields) -> Matches {
    let Some(value) = fields.value("match") else { return Matches::default() };
    let Some(table) = Fields::of(fields.faults, value, "match", &["id", "title", "source", "course"]) else { return Matches::default() };
    let filled = |key| table.texts(key).unwrap_or_default().into_iter().filter(|t| !t.is_empty()).collect();
    let matches = Matches { ids: filled("id"), titles: filled("title"), sources: filled("source"), courses: filled("course") };
    if matches.is_empty() {
        fields.faults.add(
            &value.span(),
            "'match' names neither an id nor a title, nor a source or course",
            Some("write { id = \"…\" } or { title = \"M1*\" }".to_owned()),
        );
    }
    matches
}

fn pass(fields: &Fields) -> Option<PassRule> {
    let value = fields.value("pass")?;
    let table = Fields::of(fields.faults, value, "pass", &["all_correct", "at_least"])?;
    match (table.flag("all_correct"), table.percentage("at_least")) {
        (Some(true), None) => Some(PassRule::AllCorrect),
        (None, Some(bound)) => Some(PassRule::AtLeast(bound)),
        _ => {
            let suggestion = "write { all_correct = true } or { at_least = 60 }".to_owned();
            fields.faults.add(&value.span(), "'pass' must be one rule", Some(suggestion));
            None
        }
    }
}

/// The requirement of the mark; at 0 or 100 one half of the scale would be missing.
fn requirement(fields: &Fields) -> Option<f64> {
    let percentage = fields.percentage("requirement")?;
    let usable = (1.0..=99.0).contains(&percentage);
    if !usable && let Some(value) = fields.value("requirement") {
        let suggestion = Some("60 is usual, 50 and 70 occur".to_owned());
        fields.faults.add(&value.span(), "'requirement' must lie between 1 and 99 percent", suggestion);
    }
    usable.then_some(percentage)
}

fn level_rules(fields: &Fields, key: &str, columns: &[String]) -> Vec<LevelRule> {
    let mut rules: Vec<LevelRule> = Vec::new();
    for value in fields.list(key) {
        let Some(level) = Fields::of(fields.faults, value, "a level", &["name", "when"]) else { continue };
        let when = level.text("when").filter(|when| condition(&level, level.value("when"), when, columns));
        let Some(name) = required_name(&level, "a level") else { continue };
        if rules.last().is_some_and(|last| last.when.is_none()) {
            fields.faults.add(
                &value.span(),
                format!("the level '{name}' can never be reached"),
                Some("the level before it has no condition: move it up".to_owned()),
            );
        }
        // A level whose condition is broken must not look unconditional to the next one; the file is refused anyway.
        let when = if level.value("when").is_some() { Some(when.unwrap_or_default()) } else { None };
        rules.push(LevelRule { name, when });
    }
    rules
}

fn statuses(fields: &Fields) -> Vec<StatusRule> {
    let mut rules: Vec<StatusRule> = Vec::new();
    for value in fields.list("statuses") {
        let Some(status) = Fields::of(fields.faults, value, "a status", &["name", "at_least", "tone"]) else { continue };
        let at_least = status.percentage("at_least");
        let tone = status.word("tone", TONES);
        let Some(name) = required_name(&status, "a status") else { continue };
        if let Some(last) = rules.last().filter(|last| last.at_least.unwrap_or(0.0) <= at_least.unwrap_or(0.0)) {
            let message = format!("the status '{name}' can never be reached behind '{}'", last.name);
            fields.faults.add(&value.span(), message, Some("order them by falling at_least; the last needs none".to_owned()));
        }
        let tone = tone.unwrap_or(match (rules.is_empty(), at_least) {
            (true, _) => Tone::Good,
            (false, Some(_)) => Tone::Middle,
            (false, None) => Tone::Bad,
        });
        rules.push(StatusRule { name, at_least, tone });
    }
    if let (Some(last), Some(value)) =
        (rules.last().filter(|last| last.at_least.is_some_and(|bound| bound > 0.0)), fields.value("statuses"))
    {
        let message = format!("no status below {} ('{}')", last.at_least.unwrap_or_default(), last.name);
        fields.faults.add(&value.span(), message, Some("add a last status without at_least".to_owned()));
    }
    rules
}

fn plan<'a>(fields: &Fields, levels: impl Iterator<Item = &'a LevelRule>) -> BTreeMap<String, Vec<String>> {
    let levels: Vec<&str> = levels.map(|level| level.name.as_str()).collect();
    let Some(value) = fields.value("plan") else { return BTreeMap::new() };
    let DeValue::Table(table) = value.get_ref() else {
        fields.faults.add(&value.span(), "'plan' must be a table of levels", Some("write { \"Nivel 1\" = [\"…\"] }".to_owned()));
        return BTreeMap::new();
    };
    // The names of levels are its keys, so they are checked here and not as known keys.
    let names: Vec<String> = table.keys().map(|key| key.get_ref().to_string()).collect();
    let known: Vec<&str> = names.iter().map(String::as_str).collect();
    let entries = Fields::new(fields.faults, table, value.span(), "a plan", &known);
    let mut plan = BTreeMap::new();
    for (name, span) in entries.keys() {
        if !levels.contains(&name.as_str()) {
            let suggestion = suggest::nearest(&name, levels.iter().copied())
                .map_or_else(|| format!("levels are {}", levels.join(", ")), |n| format!("did you mean '{n}'?"));
            fields.faults.add(&span, format!("the plan names a level '{name}' that does not exist"), Some(suggestion));
        }
        let texts = entries.texts(&name).unwrap_or_default();
        plan.insert(name, texts);
    }
    plan
}

/// Whether a condition can be evaluated; if not, says so.
fn condition(fields: &Fields, value: Option<&Spanned<DeValue>>, when: &str, columns: &[String]) -> bool {
    let Err(fault) = levels::check(when, columns) else { return true };
    let span = value.map_or_else(|| fields.span.clone(), Spanned::span);
    fields.faults.add(&span, format!("the condition '{when}' cannot be evaluated: {}", fault.message), fault.suggestion);
    false
}

/// One id or title under two profiles would make the file's order decide in silence.
fn check_matches(tables: &[&Spanned<DeValue>], faults: &Faults) {
    let mut seen: BTreeSet<(&str, String, String)> = BTreeSet::new();
    for table in tables {
        let Some(matching) = table.get_ref().as_table().and_then(|t| t.get("match")).and_then(|m| m.get_ref().as_table()) else { continue };
        // The same title may be another assessment at another platform or in another course.
        let place =
            ["source", "course"].map(|key| matching.get(key).map(|value| format!("{:?}", value.get_ref())).unwrap_or_default()).concat();
        for key in ["id", "title"] {
            let texts: Vec<&Spanned<DeValue>> = match matching.get(key).map(|value| (value, value.get_ref())) {
                Some((_, DeValue::Array(items))) => items.iter().collect(),
                Some((value, _)) => vec![value],
                None => continue,
            };
            for text in texts {
                let Some(words) = text.get_ref().as_str() else { continue };
                if !seen.insert((key, fold::name(words), place.clone())) {
                    faults.add(&text.span(), format!("the {key} '{words}' is matched by two assessments"), Some("keep one".to_owned()));
                }
            }
        }
    }
}
