//! Sciences by the number of failed lessons (CIEN): each subject with what is passed and what is left.

use docx_rs::{TableRow, VAlignType};

use crate::report::language::Language;
use crate::report::starter::parts::{body, cell, paragraph, table, tag};
use crate::report::starter::sheet::{Sheet, bullet};

pub(in crate::report::starter) fn sheet(language: Language) -> Sheet {
    let sheet = Sheet::new(language, None);
    let texts = sheet.texts;
    let failed = sheet.say("Lecciones por repasar", "Lessons to review", "Lições para rever");
    let passed = format!("<<lectures_failed>> {} <<lectures_analyzed>>", texts.of);
    let by_subject = sheet.say("Respuestas correctas por materia", "Right answers by subject", "Respostas corretas por matéria");
    let explained = sheet.say(
        "Tu nivel depende de cuántas lecciones te quedan por repasar entre todas las materias.",
        "Your level depends on how many lessons are left to review over all subjects.",
        "Seu nível depende de quantas lições faltam rever em todas as matérias.",
    );
    let lessons = sheet.say("Tus lecciones por materia", "Your lessons by subject", "Suas lições por matéria");
    let bars = super::plain_bars("m", "m.name", texts.of);
    sheet
        .cover(texts.personal)
        .page(texts.your_result)
        .intro(texts.greeting, 260)
        .figures(&[(texts.level, texts.names.level), (failed, &passed), (texts.percentage, "<<PD%>>")])
        .stairs()
        .note(explained)
        .heading(by_subject)
        .each("m", "parents", |sheet| sheet.add(super::bar(&bars)))
        .outlook()
        .page(lessons)
        .pass_rule(120)
        .each("m", "parents", |sheet| {
            let (left, right) = (list(&sheet, true), list(&sheet, false));
            let gap = cell(240).add_paragraph(paragraph("Small", ""));
            sheet.heading("{{ m.name }}").add_table(table(vec![TableRow::new(vec![left, gap, right])], &[4700, 240, 4700]))
        })
}

/// The passed lessons of the subject `m`, or the others.
fn list(sheet: &Sheet, passed: bool) -> docx_rs::TableCell {
    let (test, title, none) = if passed {
        let title = sheet.say("Aprobadas", "Passed", "Aprovadas");
        ("g.passed", title, sheet.say("Todavía ninguna.", "None yet.", "Ainda nenhuma."))
    } else {
        let title = sheet.say("Por repasar", "To review", "Para rever");
        ("not g.passed", title, sheet.say("Ninguna. ¡Felicitaciones!", "None. Congratulations!", "Nenhuma. Parabéns!"))
    };
    let count = format!(
        "{{{{ groups|selectattr('parent', 'equalto', m.name)|{}attr('passed')|list|length }}}}",
        if passed { "select" } else { "reject" }
    );
    cell(4700)
        .vertical_align(VAlignType::Top)
        .add_paragraph(paragraph("Eyebrow", &format!("{title}: {count}")))
        .add_paragraph(tag(&format!("{{%p for g in groups if g.parent == m.name and {test} %}}")))
        .add_paragraph(bullet("{{ g.name }}"))
        .add_paragraph(tag("{%p else %}"))
        .add_paragraph(body(none))
        .add_paragraph(tag("{%p endfor %}"))
}
