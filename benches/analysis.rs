//! A thousand submissions of sixty questions, as after a school's test week.

use std::fmt::Write as _;
use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use gradepost::analysis::analyse;
use gradepost::analysis::bank::QuestionBank;
use gradepost::analysis::profile::{BUNDLED, Profile, Profiles};
use gradepost::model::submission::{Answer, Submission};

const QUESTIONS: usize = 60;
const STUDENTS: usize = 1_000;

fn csv() -> String {
    let mut csv = "question_number,correct_alternative,lecture,materia,question_difficulty\n".to_owned();
    for n in 1..=QUESTIONS {
        let _ = writeln!(csv, "{n},{},Lección {},Materia {},{}", letter(n), n / 4, n / 20, 1 + n % 2);
    }
    csv
}

fn letter(n: usize) -> char {
    char::from(b'A' + (n % 5) as u8)
}

/// The answers of one student: about two thirds right, in an order of their own.
fn submission(student: usize) -> Submission {
    let answer = |n: usize| Answer {
        block_id: Some(format!("mc{student}_{n}")),
        block_type: Some("mc".into()),
        description: Some(format!("Pregunta {n}: ¿Cuál de las siguientes alternativas es correcta?")),
        answer: Some(letter(n + usize::from((n * 7 + student).is_multiple_of(3))).to_string()),
        points: None,
        max_points: Some(1.0),
    };
    let mut answers: Vec<Answer> = (1..=QUESTIONS).map(answer).collect();
    answers.rotate_left(student % QUESTIONS);
    Submission { answers, ..Submission::default() }
}

fn thousand_submissions(c: &mut Criterion) {
    let bank = QuestionBank::from_csv(csv().as_bytes(), "bench.csv").expect("a good bank");
    let profiles = Profiles::from_toml(BUNDLED, "assessments.toml").expect("good profiles");
    let submissions: Vec<Submission> = (0..STUDENTS).map(submission).collect();
    let mut group = c.benchmark_group("a thousand submissions");
    group.sample_size(10);
    for (name, profile) in
        [("lecture", &Profile::default()), ("M1", profiles.get(None, Some("M1"))), ("CIEN", profiles.get(None, Some("CIEN")))]
    {
        group.bench_function(name, |b| {
            b.iter(|| {
                for submission in &submissions {
                    black_box(analyse(submission, &bank, profile).expect("an analysis"));
                }
            });
        });
    }
    group.finish();
    c.bench_function("read a bank of sixty questions", |b| {
        let csv = csv();
        b.iter(|| QuestionBank::from_csv(black_box(csv.as_bytes()), "bench.csv").expect("a good bank"));
    });
}

criterion_group!(benches, thousand_submissions);
criterion_main!(benches);
