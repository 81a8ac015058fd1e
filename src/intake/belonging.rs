//! Which institution hears of what a platform tells, and may search it: by source, and by course.

use std::collections::BTreeSet;

use crate::env::Env;

/// The rules of `PLATFORM_INSTITUTION`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Belonging {
    rules: Vec<Rule>,
}

/// A source, or one course of it.
type Part = (String, Option<String>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Rule {
    /// What it is about; everything without it.
    of: Option<Part>,
    institution: String,
}

impl Belonging {
    /// Reads `PLATFORM_INSTITUTION`: an institution for everything, or entries with commas between them: `canvas=north`, `canvas/565=south`, and one without a source for the rest.
    pub fn from_env(env: &mut Env, sources: &[&'static str]) -> Self {
        const NAME: &str = "PLATFORM_INSTITUTION";
        let Some(text) = env.var(NAME).map(ToOwned::to_owned) else { return Self::default() };
        let mut rules: Vec<Rule> = Vec::new();
        for entry in text.split(',').map(str::trim).filter(|entry| !entry.is_empty()) {
            let (of, institution) = match entry.split_once('=') {
                None => (None, entry),
                Some((of, institution)) => {
                    let (source, course) =
                        of.split_once('/').map_or((of, None), |(source, course)| (source, Some(course.trim().to_owned())));
                    (Some((source.trim().to_ascii_lowercase(), course)), institution.trim())
                }
            };
            if let Some((source, _)) = &of
                && !sources.contains(&source.as_str())
            {
                env.problem(NAME, format!("there is no source of the name in '{entry}'; there are {}", sources.join(", ")));
            }
            if institution.is_empty() || of.as_ref().is_some_and(|(_, course)| course.as_deref() == Some("")) {
                env.problem(NAME, format!("'{entry}' is none of: institution, source=institution, source/course=institution"));
            } else if rules.iter().any(|rule| rule.of == of) {
                env.problem(NAME, format!("'{entry}' names an institution for the second time for the same"));
            } else {
                rules.push(Rule { of, institution: institution.to_owned() });
            }
        }
        Self { rules }
    }

    /// The institution, by its id or the school's own name for it: the course's, else the source's, else that of everything.
    pub fn of(&self, source: &str, course: Option<&str>) -> Option<&str> {
        let find = |wanted: Option<Part>| self.rules.iter().find(|rule| rule.of == wanted).map(|rule| rule.institution.as_str());
        let of_course = course.and_then(|course| find(Some((source.to_owned(), Some(course.to_owned())))));
        of_course.or_else(|| find(Some((source.to_owned(), None)))).or_else(|| find(None))
    }

    /// Whether anybody hears of anything.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// The institutions that are named, each once.
    pub fn names(&self) -> BTreeSet<&str> {
        self.rules.iter().map(|rule| rule.institution.as_str()).collect()
    }

    /// The rules as one text, which changes with them.
    pub fn fingerprint(&self) -> String {
        let entry = |rule: &Rule| match &rule.of {
            None => rule.institution.clone(),
            Some((source, course)) => format!("{source}/{}={}", course.as_deref().unwrap_or_default(), rule.institution),
        };
        self.rules.iter().map(entry).collect::<Vec<_>>().join(",")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Belonging, Vec<String>) {
        let mut env = Env::from_pairs([("PLATFORM_INSTITUTION", text)]);
        let belonging = Belonging::from_env(&mut env, &["canvas", "moodle"]);
        let problems = env.problems().iter().map(ToString::to_string).collect();
        (belonging, problems)
    }

    #[test]
    fn the_course_goes_before_the_source_and_the_source_before_everything() {
        let (belonging, problems) = read("rest, canvas=north, canvas/565 = south");
        assert!(problems.is_empty(), "{problems:?}");
        for (source, course, expected) in [
            ("canvas", Some("565"), "south"),
            ("canvas", Some("5650"), "north"),
            ("canvas", None, "north"),
            ("moodle", Some("565"), "rest"),
        ] {
            assert_eq!(belonging.of(source, course), Some(expected), "{source} {course:?}");
        }
        assert_eq!(belonging.names().into_iter().collect::<Vec<_>>(), ["north", "rest", "south"]);
        assert_eq!(read("canvas=north").0.of("moodle", None), None);
        assert_eq!(Belonging::default().of("canvas", None), None);
    }

    #[test]
    fn an_entry_that_names_nothing_is_a_problem() {
        for bad in ["canvass=north", "canvas=", "canvas/=x", "a,b", "canvas=a,canvas=b"] {
            assert_eq!(read(bad).1.len(), 1, "{bad}: {:?}", read(bad).1);
        }
    }
}
