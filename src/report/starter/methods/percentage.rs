//! Lessons by their percentage, in three colours.

use crate::report::language::Language;
use crate::report::starter::sheet::Sheet;
use crate::report::starter::texts::Noun;

pub(in crate::report::starter) fn sheet(language: Language) -> Sheet {
    let sheet = Sheet::new(language, None);
    let texts = sheet.texts;
    let right = sheet.say("Respuestas correctas", "Right answers", "Respostas corretas");
    let count = format!("{{{{ result.correct }}}} {} {{{{ result.total }}}}", texts.of);
    let title = sheet.say("Tus lecciones en tres colores", "Your lessons in three colours", "Suas lições em três cores");
    let words = [
        sheet.say("Logrado", "Achieved", "Alcançado"),
        sheet.say("En progreso", "In progress", "Em progresso"),
        sheet.say("Por reforzar", "To strengthen", "A reforçar"),
    ];
    let bounds = [
        sheet.say("80 % o más", "80% or more", "80% ou mais"),
        sheet.say("de 60 a 79 %", "60 to 79%", "de 60 a 79%"),
        sheet.say("menos de 60 %", "below 60%", "menos de 60%"),
    ];
    let intro = sheet.say(
        "Cada lección muestra qué parte de sus preguntas respondiste bien.",
        "Each lesson shows the share of its questions you answered right.",
        "Cada lição mostra que parte das suas perguntas você acertou.",
    );
    sheet
        .masthead()
        .intro(texts.greeting, 200)
        .figures(&[(texts.level, texts.names.level), (texts.percentage, "<<PD%>>"), (right, &count)])
        .heading(title)
        .tones([(words[0], bounds[0], "good"), (words[1], bounds[1], "middle"), (words[2], bounds[2], "bad")])
        .when("groups|length <= 14", |sheet| sheet.heading(texts.by_lesson).text("{{ chart.groups }}"))
        .lists(Noun::Lesson)
        .section(texts.lessons)
        .add(super::kept(intro))
        .group_table(texts.lesson)
        .outlook()
}
