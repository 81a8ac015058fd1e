//! How one assessment is judged: the profiles of `assessments.toml`.
//!
//! A profile is data: which assessment it is for, how its questions are grouped, when a group passes, which levels there are.
//! What a profile leaves out is judged as the `lecture` method does, so a table that only names a template changes nothing else.

mod fields;
mod plans;
mod read;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;

use crate::analysis::compare::fold;
use crate::analysis::levels::LevelRule;
use crate::analysis::percent::percent;

/// The profiles that come with gradepost: every method of the service it replaces, ready to be copied.
pub const BUNDLED: &str = include_str!("../../../templates/assessments.toml");

/// All profiles of a school; by default none, so that every assessment is judged as `lecture`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Profiles {
    profiles: Vec<Profile>,
    fallback: Profile,
    plans: Vec<Plan>,
}

/// A study plan over several assessments: one report, when a student has finished the last of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Its name; what makes a student's plan one plan.
    pub name: String,
    /// What the student reads as its title.
    pub title: Option<String>,
    /// The names of the assessments it is over, in the order they are shown.
    pub assessments: Vec<String>,
    /// The Word template's file name.
    pub template: Option<String>,
    /// The folder it is filed under.
    pub course: Option<String>,
    /// The months or weeks over which what is to be studied is spread; none for a plan without a calendar.
    pub periods: Vec<String>,
    /// The language of plan and mail, when the service's shall not decide.
    pub language: Option<String>,
}

/// How one assessment is judged.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// Its name for messages: `name`, else what it matches.
    pub name: String,
    /// Which assessments it is for.
    pub matches: Matches,
    /// The folder its results are filed under, when the event's course shall not decide.
    pub course: Option<String>,
    /// The Word template's file name.
    pub template: Option<String>,
    /// The question bank's file name.
    pub bank: Option<String>,
    /// Whether the platform's points will do where no bank is found.
    pub bank_optional: bool,
    /// The grouping columns, outermost first; `None` groups by lecture, or else by the first column the bank has.
    pub group_by: Option<Vec<String>>,
    /// When a group passes.
    pub pass: PassRule,
    /// When the student passes, as an expression; `None` where passing means nothing.
    pub passed: Option<String>,
    /// What the headline percentage counts.
    pub percentage: Percentage,
    /// Whether the assessment draws its questions from the bank; `None` where the platform's points tell.
    pub pool: Option<bool>,
    /// On how many of the questions, in percent, bank and platform may disagree; beyond that nothing is sent.
    pub contradiction: f64,
    /// The share of the points, in percent, that the mark 4.0 asks for.
    pub requirement: f64,
    /// The levels, best first; the first whose condition holds is the student's.
    pub levels: Vec<LevelRule>,
    /// The levels only the school sees, tried before `levels`.
    pub internal_levels: Vec<LevelRule>,
    /// Named statuses of groups by their percentage, best first; empty for passed and failed.
    pub statuses: Vec<StatusRule>,
    /// Level name to the entries of its study plan.
    pub plan: BTreeMap<String, Vec<String>>,
    /// The language of report and mail (`es`, `en`, `pt`), when the service's shall not decide.
    pub language: Option<String>,
}

/// Which assessments a profile is for; empty on both sides: all that no other profile takes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Matches {
    /// Assessment ids.
    pub ids: Vec<String>,
    /// Titles, in which `*` stands for any text and `?` for one character.
    pub titles: Vec<String>,
    /// Only from these platforms (`moodle`); from all when empty.
    pub sources: Vec<String>,
    /// Only of these courses, by id or title, in which `*` and `?` stand for others; of all when empty.
    pub courses: Vec<String>,
}

/// What decides which profile an assessment gets.
#[derive(Debug, Clone, Copy, Default)]
pub struct About<'a> {
    /// Its id.
    pub id: Option<&'a str>,
    /// Its title.
    pub title: Option<&'a str>,
    /// The platform it was taken at.
    pub source: Option<&'a str>,
    /// Its course's id and title, as far as they are known.
    pub courses: [Option<&'a str>; 2],
}

/// When a group passes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum PassRule {
    /// All of its questions are right.
    AllCorrect,
    /// At least this percentage of them is right; the bound itself passes.
    AtLeast(f64),
}

/// What the headline percentage counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Percentage {
    /// Right answers of all questions.
    Questions,
    /// Groups passed of all groups; right answers where there are no groups.
    Groups,
    /// Points reached of all points.
    Points,
}

/// One status of groups.
#[derive(Debug, Clone, PartialEq)]
pub struct StatusRule {
    /// Its name as the student reads it.
    pub name: String,
    /// The percentage from which it holds, itself included; `None` always holds.
    pub at_least: Option<f64>,
    /// Its colour family.
    pub tone: crate::model::analysis::Tone,
}

/// One fault of a profile file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct ProfileError {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong.
    pub message: String,
    /// What was probably meant, or what to do.
    pub suggestion: Option<String>,
}

impl fmt::Display for ProfileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.message)?;
        self.suggestion.as_ref().map_or(Ok(()), |suggestion| write!(f, " ({suggestion})"))
    }
}

impl Profiles {
    /// Reads a profile file; `file` is its name for messages.
    ///
    /// # Errors
    /// Every fault at once, each with its line: unknown keys, wrong types, conditions that cannot be evaluated, plans for levels that do not exist.
    pub fn from_toml(text: &str, file: &str) -> Result<Self, Vec<ProfileError>> {
        let (mut profiles, plans) = read::read(text, file)?;
        let fallback = profiles.iter().position(|p| p.matches.is_empty()).map_or_else(Profile::default, |i| profiles.remove(i));
        Ok(Self { profiles, fallback, plans })
    }

    /// The profile for an assessment: by id, else by title, else by pattern in the file's order, else the table without `match`, else `lecture`.
    pub fn get(&self, id: Option<&str>, title: Option<&str>) -> &Profile {
        self.find(&About { id, title, ..About::default() })
    }

    /// As [`Self::get`], by platform and course, too: of two profiles that match alike, the one that names platform or course goes first; one that names nothing else serves where no title or id does.
    pub fn find(&self, about: &About<'_>) -> &Profile {
        let (id, title) = (about.id, about.title);
        let here = |m: &Matches| m.is_narrow() && m.is_here(about);
        let anywhere = |m: &Matches| !m.is_narrow();
        let by = |meets: &dyn Fn(&Matches) -> bool| {
            let first = |takes: &dyn Fn(&Matches) -> bool| self.profiles.iter().find(|p| takes(&p.matches) && meets(&p.matches));
            first(&here).or_else(|| first(&anywhere))
        };
        let by_id = || id.and_then(|id| by(&|m| m.ids.iter().any(|i| i.eq_ignore_ascii_case(id.trim()))));
        // A longer title than any file can have is its beginning.
        let cut = |title: &str| title.char_indices().nth(LONGEST_TITLE).map_or(title.len(), |(end, _)| end);
        let title = title.map(|title| fold::name(&title[..cut(title)]));
        let by_title = || title.as_deref().and_then(|t| by(&|m| m.titles.iter().any(|p| fold::name(p) == t)));
        let by_pattern = || title.as_deref().and_then(|t| by(&|m| m.titles.iter().any(|p| is_match(&fold::name(p), t))));
        let by_place = || self.profiles.iter().find(|p| p.matches.ids.is_empty() && p.matches.titles.is_empty() && here(&p.matches));
        by_id().or_else(by_title).or_else(by_pattern).or_else(by_place).unwrap_or(&self.fallback)
    }

    /// The profile of this name, as `name` or a title spells it.
    pub fn named(&self, name: &str) -> Option<&Profile> {
        self.profiles.iter().chain([&self.fallback]).find(|p| fold::name(&p.name) == fold::name(name))
    }

    /// The plans over several assessments.
    pub fn plans(&self) -> &[Plan] {
        &self.plans
    }

    /// The plan of this name.
    pub fn plan(&self, name: &str) -> Option<&Plan> {
        self.plans.iter().find(|plan| plan.name == name)
    }

    /// All profiles, the one for everything else last.
    pub fn iter(&self) -> impl Iterator<Item = &Profile> {
        self.profiles.iter().chain([&self.fallback])
    }
}

/// So much of a title is matched.
const LONGEST_TITLE: usize = 1_000;

/// The usual bound: a quarter of the questions. The key of another form of four or five alternatives contradicts more, a key with a few slips less.
const CONTRADICTION: f64 = 25.0;

impl Default for Profile {
    /// The `lecture` method: a lesson passes with all its questions right; the share of lessons passed gives `Nivel 3` from 80 on, `Nivel 2` from 60 on, else `Nivel 1`.
    fn default() -> Self {
        let level = |name: &str, when: Option<&str>| LevelRule { name: name.to_owned(), when: when.map(str::to_owned) };
        Self {
            name: "lecture".to_owned(),
            matches: Matches::default(),
            course: None,
            template: None,
            bank: None,
            bank_optional: false,
            group_by: None,
            pass: PassRule::AllCorrect,
            passed: None,
            percentage: Percentage::Groups,
            pool: None,
            contradiction: CONTRADICTION,
            requirement: super::mark::REQUIREMENT,
            levels: vec![level("Nivel 3", Some("percentage >= 80")), level("Nivel 2", Some("percentage >= 60")), level("Nivel 1", None)],
            internal_levels: Vec::new(),
            statuses: Vec::new(),
            plan: BTreeMap::new(),
            language: None,
        }
    }
}

impl Matches {
    fn is_empty(&self) -> bool {
        self.ids.is_empty() && self.titles.is_empty() && !self.is_narrow()
    }

    /// Whether it is for some platforms or courses only.
    fn is_narrow(&self) -> bool {
        !self.sources.is_empty() || !self.courses.is_empty()
    }

    fn is_here(&self, about: &About<'_>) -> bool {
        let source =
            self.sources.is_empty() || about.source.is_some_and(|source| self.sources.iter().any(|own| own.eq_ignore_ascii_case(source)));
        let is_course = |course: &&str| {
            let course = fold::name(course);
            self.courses.iter().any(|own| is_match(&fold::name(own), &course))
        };
        source && (self.courses.is_empty() || about.courses.iter().flatten().any(is_course))
    }
}

impl PassRule {
    /// Whether a group with so many right answers passes.
    pub(crate) fn passes(self, correct: u32, total: u32) -> bool {
        match self {
            Self::AllCorrect => correct == total,
            Self::AtLeast(bound) => percent(correct, total) >= bound,
        }
    }
}

/// Whether a folded title meets a folded pattern; linear in practice, since only the last `*` is ever taken back.
fn is_match(pattern: &str, title: &str) -> bool {
    let (pattern, title): (Vec<char>, Vec<char>) = (pattern.chars().collect(), title.chars().collect());
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < title.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(c) if *c == '?' || *c == title[t] => {
                p += 1;
                t += 1;
            }
            _ => {
                let Some((at, from)) = star else { return false };
                star = Some((at, from + 1));
                p = at + 1;
                t = from + 1;
            }
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}
