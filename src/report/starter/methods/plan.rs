//! The study plan over several assessments: how each went, what to study when, and what to review.

use docx_rs::{Paragraph, Run, TableCellBorderPosition, TableRow, VAlignType};

use crate::report::language::Language;
use crate::report::starter::blocks::{Column, tag_row, value_row};
use crate::report::starter::parts::{ACCENT, PAPER, RULE, cell, filled, paragraph, ruled, spacing, tag};
use crate::report::starter::sheet::{Sheet, bullet};

pub(in crate::report::starter) fn sheet(language: Language) -> Sheet {
    let kind = match language {
        Language::Es => "Plan de estudio",
        Language::En => "Study plan",
        Language::Pt => "Plano de estudo",
    };
    let sheet = Sheet::new(language, Some(kind));
    let personal = sheet.say(
        "Este plan reúne tus evaluaciones y te propone, paso a paso, qué estudiar. Es tuyo: adáptalo a tu ritmo.",
        "This plan brings your assessments together and suggests, step by step, what to study. It is yours: adapt it to your pace.",
        "Este plano reúne suas avaliações e propõe, passo a passo, o que estudar. Ele é seu: adapte-o ao seu ritmo.",
    );
    let results = sheet.say("Tus resultados", "Your results", "Seus resultados");
    let greeting = sheet.say(
        "Hola, <<PRIMER_NOMBRE>>: completaste {{ parts|length }} evaluaciones. Así te fue en cada una.",
        "Hello <<FIRST_NAME>>, you completed {{ parts|length }} assessments. This is how each of them went.",
        "Olá, <<PRIMEIRO_NOME>>! Você concluiu {{ parts|length }} avaliações. Veja como foi em cada uma.",
    );
    let at_a_glance = sheet.say("De un vistazo", "At a glance", "Num relance");
    let your_plan = sheet.say("Tu plan, paso a paso", "Your plan, step by step", "Seu plano, passo a passo");
    let bars = super::plain_bars_with("p", "p.name", "p.level or ''");
    let facts = [(sheet.texts.course, sheet.texts.names.course), (sheet.texts.date, sheet.texts.names.date)];
    let sheet = results_table(sheet.cover_with(&facts, personal).page(results).intro(greeting, 220));
    let sheet = sheet.heading(at_a_glance).each("p", "parts", |sheet| sheet.add(super::bar(&bars)));
    let sheet = sheet.when("periods", |sheet| period_table(sheet.page(your_plan)));
    let each = sheet.say("Evaluación por evaluación", "Assessment by assessment", "Avaliação por avaliação");
    by_part(sheet, each)
}

/// A row for each assessment.
fn results_table(sheet: Sheet) -> Sheet {
    let texts = sheet.texts;
    let head = sheet.say("Evaluación", "Assessment", "Avaliação");
    let column = |head, width, value, bold| Column { head, width, value, bold };
    let columns = [
        column(head, 4540, "{{ p.title }}", false),
        column(texts.date, 1500, "{{ p.date|date('short') }}", false),
        column(texts.share, 1400, "{{ p.percentage|number }}%", false),
        column(texts.level, 2200, "{{ p.level or '–' }}", true),
    ];
    let rows = [tag_row("{%tr for p in parts %}", &columns), value_row(&columns), tag_row("{%tr endfor %}", &columns)];
    sheet.ruled_table(&columns, rows)
}

/// A row for each month or week, with what to study in it.
fn period_table(sheet: Sheet) -> Sheet {
    let when = sheet.say("Cuándo", "When", "Quando");
    let what = sheet.say("Qué estudiar", "What to study", "O que estudar");
    let column = |head, width| Column { head, width, value: "", bold: false };
    let columns = [column(when, 2040), column(what, 7600)];
    let name = Run::new().add_text("{{ period.name }}").bold().color(ACCENT);
    let left = ruled(filled(cell(2040), PAPER), TableCellBorderPosition::Bottom, RULE, 4)
        .vertical_align(VAlignType::Top)
        .add_paragraph(Paragraph::new().style("Cell").add_run(name));
    let right = ruled(cell(7600), TableCellBorderPosition::Bottom, RULE, 4)
        .add_paragraph(tag("{%p for item in period['items'] %}"))
        .add_paragraph(bullet("{{ item.part }}: {{ item.name }}"))
        .add_paragraph(tag("{%p else %}"))
        .add_paragraph(paragraph(
            "Cell",
            sheet.say("Repasa lo anterior y descansa.", "Go over what came before, and rest.", "Reveja o anterior e descanse."),
        ))
        .add_paragraph(tag("{%p endfor %}"));
    let rows = [tag_row("{%tr for period in periods %}", &columns), TableRow::new(vec![left, right]), tag_row("{%tr endfor %}", &columns)];
    sheet.ruled_table(&columns, rows)
}

/// What each assessment asks for: the plan of its level and what to review.
fn by_part(sheet: Sheet, title: &str) -> Sheet {
    let review = sheet.say("Para repasar", "To review", "Para rever");
    let strengths = sheet.say("Tus fortalezas", "Your strengths", "Seus pontos fortes");
    let more =
        sheet.say("y {{ p.to_review|length - 8 }} más", "and {{ p.to_review|length - 8 }} more", "e mais {{ p.to_review|length - 8 }}");
    let good = sheet.say("Nada pendiente. ¡Felicitaciones!", "Nothing left. Congratulations!", "Nada pendente. Parabéns!");
    sheet.page(title).each("p", "parts", |sheet| {
        sheet
            .heading("{{ p.name }}{% if p.level %} · {{ p.level }}{% endif %}")
            .when("p.strengths", |sheet| sheet.text(&format!("{strengths}: {{{{ p.strengths|join(', ') }}}}.")))
            .each("step", "p.plan", |sheet| sheet.bullet("{{ step }}"))
            .when("p.to_review", |sheet| {
                sheet
                    .add(paragraph("Eyebrow", review).keep_next(true).line_spacing(spacing(120, 60, 240)))
                    .each("item", "p.to_review[:8]", |sheet| {
                        sheet.bullet("{% if item.parent %}{{ item.parent }}: {% endif %}{{ item.name }}")
                    })
                    .when("p.to_review|length > 8", |sheet| sheet.note(more))
            })
            .when("not p.to_review and not p.plan", |sheet| sheet.text(good))
    })
}
