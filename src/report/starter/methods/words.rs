//! A short test judged in three words: one page with stairs, scale and every question as a square.

use crate::report::language::Language;
use crate::report::starter::sheet::Sheet;

pub(in crate::report::starter) fn sheet(language: Language) -> Sheet {
    let sheet = Sheet::new(language, None);
    let texts = sheet.texts;
    let right = sheet.say("Respuestas correctas", "Right answers", "Respostas corretas");
    let count = format!("{{{{ result.correct }}}} {} {{{{ result.total }}}}", texts.of);
    let questions = sheet.say("Pregunta por pregunta", "Question by question", "Pergunta por pergunta");
    let legend = sheet.say(
        "Cuadro lleno: correcta · solo contorno: incorrecta · gris: sin respuesta",
        "Filled: right · outline only: wrong · grey: not answered",
        "Quadro cheio: correta · só contorno: incorreta · cinza: sem resposta",
    );
    sheet
        .masthead()
        .intro(texts.greeting, 200)
        .figures(&[(texts.level, texts.names.level), (texts.percentage, "<<PD%>>"), (right, &count)])
        .stairs()
        .heading(texts.on_the_scale)
        .text("{{ chart.score }}")
        .when("questions", |sheet| sheet.heading(questions).add(super::kept("{{ chart.questions }}")).note(legend))
        .when("groups", |sheet| sheet.heading(texts.by_lesson).text("{{ chart.groups }}"))
        .outlook()
}
