//! Lessons inside subjects: cover, result with a bar for each subject, lessons subject by subject.

use crate::report::language::Language;
use crate::report::starter::sheet::Sheet;
use crate::report::starter::texts::Noun;

pub(in crate::report::starter) fn sheet(language: Language) -> Sheet {
    let sheet = Sheet::new(language, None);
    let texts = sheet.texts;
    let passed = format!("<<lectures_passed>> {} <<lectures_analyzed>>", texts.of);
    let by_subject = sheet.say("Respuestas correctas por materia", "Right answers by subject", "Respostas corretas por matéria");
    let lessons = sheet.say("Resultados por Materia y Lección", "Results by Subject and Lesson", "Resultados por Matéria e Lição");
    let bars = super::plain_bars("m", "m.name", texts.of);
    sheet
        .cover(texts.personal)
        .page(texts.your_result)
        .intro(texts.greeting, 260)
        .figures(&[(texts.level, texts.names.level), (texts.percentage, "<<PD%>>"), (texts.correct, &passed)])
        .stairs()
        .heading(by_subject)
        .each("m", "parents", |sheet| sheet.add(super::bar(&bars)))
        .lists(Noun::Lesson)
        .outlook()
        .page(lessons)
        .pass_rule(220)
        .nested_table(texts.lesson)
}
