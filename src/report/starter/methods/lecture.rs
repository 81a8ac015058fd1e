//! Lessons, each passed with all its questions right: cover, personal result, table of lessons.

use crate::report::language::Language;
use crate::report::starter::sheet::Sheet;
use crate::report::starter::texts::Noun;

pub(in crate::report::starter) fn sheet(language: Language) -> Sheet {
    let sheet = Sheet::new(language, None);
    let texts = sheet.texts;
    let passed = format!("<<lectures_passed>> {} <<lectures_analyzed>>", texts.of);
    sheet
        .cover(texts.personal)
        .page(texts.your_result)
        .intro(texts.greeting, 260)
        .figures(&[(texts.level, texts.names.level), (texts.percentage, "<<PD%>>"), (texts.correct, &passed)])
        .heading(texts.on_the_scale)
        .text("{{ chart.score }}")
        .lists(Noun::Lesson)
        .when("groups|length <= 12", |sheet| sheet.heading(texts.by_lesson).text("{{ chart.groups }}"))
        .outlook()
        .page(texts.lessons)
        .pass_rule(220)
        .group_table(texts.lesson)
}
