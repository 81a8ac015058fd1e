//! Reading by skill (CL): what each skill means, how far it is mastered.

use crate::report::language::Language;
use crate::report::starter::sheet::Sheet;
use crate::report::starter::texts::Noun;

pub(in crate::report::starter) fn sheet(language: Language) -> Sheet {
    let sheet = Sheet::new(language, None);
    let texts = sheet.texts;
    let count = format!("{{{{ result.correct }}}} {} {{{{ result.total }}}}", texts.of);
    let right = sheet.say("Respuestas correctas", "Right answers", "Respostas corretas");
    let by_skill = sheet.say("Resultados por Habilidad", "Results by Skill", "Resultados por Habilidade");
    let skill = sheet.say("Habilidad", "Skill", "Habilidade");
    let what = sheet.say("Qué mide cada habilidad", "What each skill measures", "O que mede cada habilidade");
    let skills = [
        sheet.say(
            "Localizar: encontrar información que está escrita en el texto.",
            "Localizar (locate): finding information that stands in the text.",
            "Localizar: encontrar informação que está escrita no texto.",
        ),
        sheet.say(
            "Interpretar: relacionar ideas e inferir lo que el texto no dice expresamente.",
            "Interpretar (interpret): relating ideas and inferring what the text does not say outright.",
            "Interpretar: relacionar ideias e inferir o que o texto não diz expressamente.",
        ),
        sheet.say(
            "Evaluar: juzgar el contenido, la forma y la intención de lo que lees.",
            "Evaluar (evaluate): judging content, form and intention of what you read.",
            "Evaluar (avaliar): julgar o conteúdo, a forma e a intenção do que você lê.",
        ),
    ];
    let decides = sheet.say(
        "Tu nivel se decide por Interpretar y Evaluar; Localizar se muestra para que la conozcas.",
        "Your level is decided by Interpretar and Evaluar; Localizar is shown for you to know.",
        "Seu nível é decidido por Interpretar e Evaluar; Localizar é mostrada para você conhecer.",
    );
    sheet
        .masthead()
        .intro(texts.greeting, 200)
        .figures(&[(texts.level, texts.names.level), (texts.percentage, "<<PD%>>"), (right, &count)])
        .stairs()
        .heading(by_skill)
        .text("{{ chart.groups }}")
        .group_table(skill)
        .gap(60)
        .note(decides)
        .lists(Noun::Skill)
        .outlook()
        .heading(what)
        .add(super::kept_bullet(skills[0]))
        .add(super::kept_bullet(skills[1]))
        .bullet(skills[2])
}
