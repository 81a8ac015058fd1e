//! Mathematics by difficulty (M1): the bars of the difficulties decide the level, the lessons say what to study.

use crate::report::language::Language;
use crate::report::starter::sheet::Sheet;
use crate::report::starter::texts::Noun;

pub(in crate::report::starter) fn sheet(language: Language) -> Sheet {
    let sheet = Sheet::new(language, None);
    let texts = sheet.texts;
    let count = format!("{{{{ result.correct }}}} {} {{{{ result.total }}}}", texts.of);
    let right = sheet.say("Respuestas correctas", "Right answers", "Respostas corretas");
    let title = sheet.say("Logro por dificultad", "Score by difficulty", "Acertos por dificuldade");
    let label = sheet.say("Dificultad", "Difficulty", "Dificuldade");
    let bars = super::plain_bars("d", &format!("'{label} ' ~ d.name"), texts.of);
    let explained = sheet.say(
        "Tu nivel depende de las preguntas de dificultad 1 (básicas) y 2 (intermedias); las demás se muestran para que veas hasta dónde llegas.",
        "Your level depends on the questions of difficulty 1 (basic) and 2 (intermediate); the others are shown so that you see how far you get.",
        "Seu nível depende das perguntas de dificuldade 1 (básicas) e 2 (intermediárias); as demais mostram até onde você chega.",
    );
    sheet
        .masthead()
        .intro(texts.greeting, 200)
        .figures(&[(texts.level, texts.names.level), (texts.percentage, "<<PD%>>"), (right, &count)])
        .stairs()
        .when("by.difficulty", |sheet| {
            sheet.heading(title).each("d", "by.difficulty", |sheet| sheet.add(super::bar(&bars))).note(explained)
        })
        .lists(Noun::Lesson)
        .section(texts.lessons)
        .pass_rule(120)
        .group_table(texts.lesson)
        .outlook()
}
