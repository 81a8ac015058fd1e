//! The `[[plan]]` tables: study plans over several assessments.

use toml::Spanned;

use crate::analysis::profile::fields::{Fields, LANGUAGES, required_name};
use crate::analysis::profile::{Plan, Profile};
use crate::analysis::suggest;

const KEYS: &[&str] = &["name", "title", "assessments", "template", "course", "periods", "language"];

/// Reads all plans; the assessments they name must be there.
pub(super) fn read(root: &Fields, profiles: &[Profile]) -> Vec<Plan> {
    let mut plans: Vec<Plan> = Vec::new();
    for table in root.list("plan") {
        let Some(fields) = Fields::of(root.faults, table, "a plan over several assessments", KEYS) else { continue };
        let Some(plan) = plan(&fields, profiles) else { continue };
        if plans.iter().any(|other| other.name == plan.name) {
            fields.faults.add(&fields.span, format!("a second plan '{}'", plan.name), Some("give it another name".to_owned()));
        }
        plans.push(plan);
    }
    plans
}

fn plan(fields: &Fields, profiles: &[Profile]) -> Option<Plan> {
    let name = required_name(fields, "a plan");
    let assessments = assessments(fields, profiles);
    let periods = fields.texts("periods").unwrap_or_default();
    let language = fields.word("language", LANGUAGES).map(str::to_owned);
    let (title, template, course) = (fields.text("title"), fields.text("template"), fields.text("course"));
    name.map(|name| Plan { name, title, assessments, template, course, periods, language })
}

/// The assessments by the names of their tables: at least two, each there, each once.
fn assessments(fields: &Fields, profiles: &[Profile]) -> Vec<String> {
    let named = fields.texts("assessments").unwrap_or_default();
    let span = fields.value("assessments").map_or_else(|| fields.span.clone(), Spanned::span);
    let known = || profiles.iter().filter(|profile| !profile.matches.is_empty()).map(|profile| profile.name.as_str());
    for (place, name) in named.iter().enumerate() {
        if !known().any(|known| known == name) {
            let suggestion = suggest::nearest(name, known())
                .map_or_else(|| format!("assessments are {}", known().collect::<Vec<_>>().join(", ")), |n| format!("did you mean '{n}'?"));
            fields.faults.add(&span, format!("the plan asks for an assessment '{name}' that does not exist"), Some(suggestion));
        }
        if known().filter(|known| known == name).count() > 1 {
            let message = format!("two assessments are called '{name}'");
            fields.faults.add(&span, message, Some("give them different names, so that the plan knows which".to_owned()));
        }
        if named[..place].contains(name) {
            fields.faults.add(&span, format!("the plan names the assessment '{name}' twice"), Some("keep one".to_owned()));
        }
    }
    if named.len() < 2 {
        let message = "a plan is over two or more assessments";
        fields.faults.add(&span, message, Some("write assessments = [\"M1\", \"CL\"], the names of their tables".to_owned()));
    }
    named
}
