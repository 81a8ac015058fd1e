//! History (HYST): advanced or general by the share of right answers, lessons as bars.

use crate::report::language::Language;
use crate::report::starter::sheet::Sheet;
use crate::report::starter::texts::Noun;

pub(in crate::report::starter) fn sheet(language: Language) -> Sheet {
    let sheet = Sheet::new(language, None);
    let texts = sheet.texts;
    let right = sheet.say("Respuestas correctas", "Right answers", "Respostas corretas");
    let count = format!("{{{{ result.correct }}}} {} {{{{ result.total }}}}", texts.of);
    let explained = sheet.say(
        "Con 80 % o más de respuestas correctas el nivel es Avanzado; con menos, General.",
        "With 80% or more right answers the level is Advanced; with less, General.",
        "Com 80% ou mais de respostas corretas o nível é Avançado; com menos, Geral.",
    );
    sheet
        .masthead()
        .intro(texts.greeting, 200)
        .figures(&[(texts.level, texts.names.level), (texts.percentage, "<<PD%>>"), (right, &count)])
        .stairs()
        .note(explained)
        .when("0 < groups|length <= 12", |sheet| sheet.heading(texts.by_lesson).text("{{ chart.groups }}"))
        .lists(Noun::Lesson)
        .when("groups", |sheet| sheet.section(texts.lessons).pass_rule(120).group_table(texts.lesson))
        .outlook()
}
