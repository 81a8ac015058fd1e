//! Levels and statuses, worked out a second time by other means: counted by hand in whole numbers, from the description of each method and not from its profile.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use gradepost::analysis::analyse;
use gradepost::analysis::bank::QuestionBank;
use gradepost::analysis::profile::{BUNDLED, Profiles};
use gradepost::model::analysis::{Analysis, GroupStatus};
use gradepost::model::submission::{Answer, Submission};

const ROUNDS: u64 = 400;

/// Chance that is the same in every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }
}

/// One question and what became of it.
struct Item {
    key: char,
    given: Option<char>,
    lecture: u64,
    materia: u64,
    difficulty: u64,
    skill: &'static str,
}

impl Item {
    fn right(&self) -> bool {
        self.given == Some(self.key)
    }
}

fn items(chance: &mut Chance) -> Vec<Item> {
    let many = 6 + chance.below(110);
    let lectures = 1 + chance.below(60);
    // Some students know nearly everything, some nearly nothing, most are between.
    let knows = chance.below(101);
    let letter = |chance: &mut Chance| char::from(b'A' + chance.below(5) as u8);
    let item = |place: u64| {
        let key = letter(chance);
        let given = match (chance.below(100) < knows, chance.below(8)) {
            (true, _) => Some(key),
            (false, 0) => None,
            (false, _) => Some(letter(chance)),
        };
        // The first questions make sure that every difficulty and skill occurs.
        let skill = ["Localizar", "Interpretar", "Evaluar"][if place < 6 { place } else { chance.below(3) } as usize % 3];
        let difficulty = 1 + if place < 6 { place } else { chance.below(3) } % 3;
        Item { key, given, lecture: chance.below(lectures), materia: chance.below(4), difficulty, skill }
    };
    (0..many).map(item).collect()
}

fn bank(items: &[Item]) -> QuestionBank {
    let mut csv = "question_number;correct_alternative;lecture;materia;question_difficulty;skill\n".to_owned();
    for (place, item) in items.iter().enumerate() {
        let row = (place + 1, item.key, item.lecture, item.materia, item.difficulty, item.skill);
        writeln!(csv, "{};{};L{};M{};{};{}", row.0, row.1, row.2, row.3, row.4, row.5).expect("text takes text");
    }
    QuestionBank::from_csv(csv.as_bytes(), "bank.csv").unwrap_or_else(|errors| panic!("{errors}"))
}

/// The answers in another order, with a survey among them, written in various ways.
fn submission(items: &[Item], chance: &mut Chance) -> Submission {
    let mut answers =
        vec![Answer { description: Some("How did you like it?".to_owned()), answer: Some("A".to_owned()), ..Answer::default() }];
    for (place, item) in items.iter().enumerate() {
        let number = place + 1;
        let description =
            [format!("Pregunta {number}"), format!("{number}. ¿Cuál es?"), format!("PREGUNTA {number}:")][chance.below(3) as usize].clone();
        let answer = item.given.map(|letter| {
            [letter.to_string(), letter.to_lowercase().to_string(), format!(" {letter}) ")][chance.below(3) as usize].clone()
        });
        answers.insert(
            chance.below(answers.len() as u64 + 1) as usize,
            Answer { description: Some(description), answer, ..Answer::default() },
        );
    }
    Submission { answers, ..Submission::default() }
}

/// Right and all, of the questions that fit.
fn tally(items: &[Item], fits: impl Fn(&Item) -> bool) -> (usize, usize) {
    let fitting: Vec<&Item> = items.iter().filter(|item| fits(item)).collect();
    (fitting.iter().filter(|item| item.right()).count(), fitting.len())
}

/// `right / all >= percent / 100` without any division.
fn reaches((right, all): (usize, usize), percent: usize) -> bool {
    right * 100 >= percent * all
}

/// Lessons with all right, and all lessons; a lesson of another subject is another lesson when subjects count.
fn lessons(items: &[Item], by_subject: bool) -> (usize, usize) {
    let key = |item: &Item| (if by_subject { item.materia } else { 0 }, item.lecture);
    let all: BTreeSet<(u64, u64)> = items.iter().map(key).collect();
    let failed: BTreeSet<(u64, u64)> = items.iter().filter(|item| !item.right()).map(key).collect();
    (all.difference(&failed).count(), all.len())
}

fn three_levels(share: (usize, usize)) -> &'static str {
    if reaches(share, 80) {
        "Nivel 3"
    } else if reaches(share, 60) {
        "Nivel 2"
    } else {
        "Nivel 1"
    }
}

/// Level and internal level by a method.
fn expected(title: &str, items: &[Item]) -> (Option<&'static str>, Option<&'static str>) {
    let all = tally(items, |_| true);
    let difficulty = |number: u64| tally(items, move |item| item.difficulty == number);
    let skill = |name: &'static str| tally(items, move |item| item.skill == name);
    match title {
        "Test de diagnóstico Parte 1" => (Some(three_levels(lessons(items, false))), None),
        "Plan CL" => (Some(three_levels(all)), None),
        "Plan CIEN" => (Some(three_levels(lessons(items, true))), None),
        "M1" => {
            let level = match (reaches(difficulty(1), 75), reaches(difficulty(2), 70)) {
                (true, true) => "Nivel 3",
                (true, false) => "Nivel 2",
                (false, _) => "Nivel 1",
            };
            let fourth = reaches(difficulty(1), 95) && reaches(difficulty(2), 90);
            (Some(level), Some(if fourth { "Nivel 4" } else { level }))
        }
        "CL" => {
            let level = match (reaches(skill("Interpretar"), 80), reaches(skill("Evaluar"), 85)) {
                (true, true) => "Nivel 3",
                (true, false) => "Nivel 2",
                (false, _) => "Nivel 1",
            };
            let fourth = reaches(skill("Interpretar"), 92) && reaches(skill("Evaluar"), 92);
            (Some(level), Some(if fourth { "Nivel 4" } else { level }))
        }
        "CIEN" => {
            let (passed, all) = lessons(items, true);
            (Some(if all - passed <= 30 { "Nivel 2" } else { "Nivel 1" }), None)
        }
        "HYST" => (Some(if reaches(all, 80) { "Avanzado" } else { "General" }), None),
        "F30M" => (
            Some(if reaches(all, 100) {
                "Excelente"
            } else if reaches(all, 49) {
                "Avanzado"
            } else {
                "General"
            }),
            None,
        ),
        "M30M2-EXAMEN DE EJE 1-DATA" => (None, None),
        other => panic!("no method for {other}"),
    }
}

/// What a lesson's status is called, by the methods that name it.
fn status(title: &str, share: (usize, usize)) -> Option<&'static str> {
    let [high, low, words] = match title {
        "Plan CL" => [80, 60, 0],
        "M30M2-EXAMEN DE EJE 1-DATA" => [80, 50, 1],
        _ => return None,
    };
    let words = [["Logrado", "En progreso", "Por reforzar"], ["Sólido", "En desarrollo", "Riesgo"]][words];
    Some(if reaches(share, high) {
        words[0]
    } else if reaches(share, low) {
        words[1]
    } else {
        words[2]
    })
}

fn check_lessons(title: &str, items: &[Item], analysis: &Analysis) {
    for group in analysis.groups.iter().filter(|group| group.kind == "lecture") {
        let share = tally(items, |item| {
            format!("L{}", item.lecture) == group.name && group.parent.as_ref().is_none_or(|parent| format!("M{}", item.materia) == *parent)
        });
        assert_eq!((group.correct as usize, group.total as usize), share, "{title} {}", group.name);
        match (status(title, share), &group.status) {
            (Some(word), GroupStatus::Named { label, .. }) => assert_eq!(label, word, "{title} {share:?}"),
            (None, GroupStatus::Passed) => assert_eq!(share.0, share.1, "{title} {}", group.name),
            (None, GroupStatus::Failed) => assert!(share.0 < share.1, "{title} {}", group.name),
            (expected, found) => panic!("{title}: {expected:?} and {found:?}"),
        }
    }
}

#[test]
fn every_method_gives_the_levels_that_counting_by_hand_gives() {
    let profiles = Profiles::from_toml(BUNDLED, "assessments.toml").expect("the bundled profiles");
    let mut chance = Chance(0x5EED_2026);
    let mut seen: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for _ in 0..ROUNDS {
        let items = items(&mut chance);
        let (bank, submission) = (bank(&items), submission(&items, &mut chance));
        for title in
            ["Test de diagnóstico Parte 1", "Plan CL", "Plan CIEN", "M1", "CL", "CIEN", "HYST", "F30M", "M30M2-EXAMEN DE EJE 1-DATA"]
        {
            let analysis = analyse(&submission, &bank, profiles.get(None, Some(title))).unwrap_or_else(|error| panic!("{title}: {error}"));
            assert_eq!((analysis.level.as_deref(), analysis.internal_level.as_deref()), expected(title, &items), "{title}");
            let (right, all) = tally(&items, |_| true);
            let open = items.iter().filter(|item| item.given.is_none()).count();
            assert_eq!((analysis.correct as usize, analysis.total as usize, analysis.unanswered as usize), (right, all, open), "{title}");
            check_lessons(title, &items, &analysis);
            seen.entry(title).or_default().extend(analysis.internal_level.or(analysis.level));
        }
    }
    let levels: Vec<usize> = seen.values().map(BTreeSet::len).collect();
    assert!(levels.iter().sum::<usize>() >= 22, "every level of every method came out: {seen:?}");
}
