//! Units, each solid, in development or at risk, without a level over all.

use crate::report::language::Language;
use crate::report::starter::sheet::Sheet;

pub(in crate::report::starter) fn sheet(language: Language) -> Sheet {
    let sheet = Sheet::new(language, None);
    let texts = sheet.texts;
    let right = sheet.say("Respuestas correctas", "Right answers", "Respostas corretas");
    let count = format!("{{{{ result.correct }}}} {} {{{{ result.total }}}}", texts.of);
    let stand = sheet.say("Cómo van tus unidades", "How your units stand", "Como vão suas unidades");
    let words = [
        sheet.say("Sólido", "Solid", "Sólido"),
        sheet.say("En desarrollo", "Developing", "Em desenvolvimento"),
        sheet.say("Riesgo", "At risk", "Risco"),
    ];
    let bounds = [
        sheet.say("80 % o más", "80% or more", "80% ou mais"),
        sheet.say("de 50 a 79 %", "50 to 79%", "de 50 a 79%"),
        sheet.say("menos de 50 %", "below 50%", "menos de 50%"),
    ];
    let unit = sheet.say("Unidad", "Unit", "Unidade");
    let by_unit = sheet.say("Logro por unidad", "Score by unit", "Acertos por unidade");
    let table = sheet.say("Resultados por Unidad", "Results by Unit", "Resultados por Unidade");
    let next = sheet.say("Por dónde seguir", "Where to go next", "Por onde continuar");
    let step = sheet.say(
        "{{ item.name }}: vuelve a las preguntas {{ item.questions|join(', ') }}",
        "{{ item.name }}: go back to questions {{ item.questions|join(', ') }}",
        "{{ item.name }}: volte às perguntas {{ item.questions|join(', ') }}",
    );
    let done = sheet.say(
        "Todas tus unidades están sólidas. ¡Felicitaciones!",
        "All your units are solid. Congratulations!",
        "Todas as suas unidades estão sólidas. Parabéns!",
    );
    sheet
        .masthead()
        .intro(texts.greeting, 200)
        .figures(&[(texts.percentage, "<<PD%>>"), (right, &count)])
        .heading(stand)
        .tones([(words[0], bounds[0], "good"), (words[1], bounds[1], "middle"), (words[2], bounds[2], "bad")])
        .when("0 < groups|length <= 14", |sheet| sheet.heading(by_unit).text("{{ chart.groups }}"))
        .heading(next)
        .when("to_review", |sheet| sheet.each("item", "to_review[:8]", |sheet| sheet.bullet(step)))
        .when("not to_review", |sheet| sheet.text(done))
        .page(table)
        .group_table(unit)
        .outlook()
}
