//! The study plan over several assessments: how each went, what to study when, and what to review.

use docx_rs::{Paragraph, Run, TableCellBorderPosition, TableRow, VAlignType};

use super::blocks::{Column, tag_row, value_row};
use super::parts::{INK, PAPER, RULE, cell, filled, paragraph, ruled, spacing, tag};
use super::sheet::{Sheet, bullet};

impl Sheet {
    pub(super) fn study_plan(self) -> Self {
        let names = &self.texts.names;
        let intro = self.say([
            "Hola, <<PRIMER_NOMBRE>>: este plan reúne tus {{ parts|length }} evaluaciones y te propone, paso a paso, qué estudiar. Adáptalo a tu ritmo.",
            "Hello <<FIRST_NAME>>, this plan brings your {{ parts|length }} assessments together and suggests, step by step, what to study. Adapt it to your pace.",
            "Olá, <<PRIMEIRO_NOME>>! Este plano reúne suas {{ parts|length }} avaliações e propõe, passo a passo, o que estudar. Adapte-o ao seu ritmo.",
        ]);
        let facts = format!("{{% if assessment.course %}}{} · {{% endif %}}{}", names.course, names.date);
        let head = self
            .add(paragraph("Title", names.assessment))
            .add(paragraph("Subtitle", names.student))
            .add(paragraph("Small", &facts).line_spacing(spacing(0, 120, 240)))
            .text(intro);
        let your_plan = head.say(["Qué estudiar y cuándo", "What to study and when", "O que estudar e quando"]);
        let each = head.say(["Evaluación por evaluación", "Assessment by assessment", "Avaliação por avaliação"]);
        let sheet = head.results_table().when("periods", |sheet| sheet.heading(your_plan).period_table());
        sheet.section(each).each("p", "parts", Self::by_part)
    }

    /// A row for each assessment.
    fn results_table(self) -> Self {
        let texts = self.texts;
        let title = self.say(["Tus resultados", "Your results", "Seus resultados"]);
        let head = self.say(["Evaluación", "Assessment", "Avaliação"]);
        let answers = self.say(["Respuestas correctas", "Right answers", "Respostas corretas"]);
        let mark = texts.mark.map(|(label, _)| label);
        let column = |head, width, value, centred| Column { head, width, value, centred };
        let mut columns = vec![
            column(head, if mark.is_some() { 3240 } else { 4140 }, "{{ p.title }}", false),
            column(texts.date, 1300, "{{ p.date|date('short') }}", true),
            column(answers, 2300, "{{ p.answers.text }}", true),
        ];
        columns.extend(mark.map(|mark| column(mark, 900, "{{ p.mark|number(1) }}", true)));
        columns.push(column(texts.level, 1900, "{{ p.level or '–' }}", true));
        let rows = [tag_row("{%tr for p in parts %}", &columns), value_row(&columns), tag_row("{%tr endfor %}", &columns)];
        self.heading(title).ruled_table(&columns, rows)
    }

    /// A row for each month or week, with what to study in it.
    fn period_table(self) -> Self {
        let when = self.say(["Cuándo", "When", "Quando"]);
        let what = self.say(["Qué estudiar", "What to study", "O que estudar"]);
        let rest = self.say(["Repasa lo anterior y descansa.", "Go over what came before, and rest.", "Reveja o anterior e descanse."]);
        let column = |head, width| Column { head, width, value: "", centred: false };
        let columns = [column(when, 2040), column(what, 7600)];
        let name = Run::new().add_text("{{ period.name }}").bold().color(INK);
        let left = ruled(filled(cell(2040), PAPER), TableCellBorderPosition::Bottom, RULE, 4)
            .vertical_align(VAlignType::Top)
            .add_paragraph(Paragraph::new().style("Cell").add_run(name));
        let right = ruled(cell(7600), TableCellBorderPosition::Bottom, RULE, 4)
            .add_paragraph(tag("{%p for item in period['items'] %}"))
            .add_paragraph(bullet("{{ item.part }}: {{ item.name }}"))
            .add_paragraph(tag("{%p else %}"))
            .add_paragraph(paragraph("Cell", rest))
            .add_paragraph(tag("{%p endfor %}"));
        let rows =
            [tag_row("{%tr for period in periods %}", &columns), TableRow::new(vec![left, right]), tag_row("{%tr endfor %}", &columns)];
        self.ruled_table(&columns, rows)
    }

    /// What one assessment asks for: the plan of its level and what to review.
    fn by_part(self) -> Self {
        let strengths = self.say(["Tus fortalezas", "Your strengths", "Seus pontos fortes"]);
        let more = self.say([
            "y {{ p.to_review|length - 8 }} más",
            "and {{ p.to_review|length - 8 }} more",
            "e mais {{ p.to_review|length - 8 }}",
        ]);
        let good = self.say(["Nada pendiente. ¡Felicitaciones!", "Nothing left. Congratulations!", "Nada pendente. Parabéns!"]);
        let review = self.say(["Para repasar", "To review", "Para rever"]);
        self.heading("{{ p.name }}{% if p.level %} · {{ p.level }}{% endif %}")
            .when("p.strengths", |sheet| sheet.text(&format!("{strengths}: {{{{ p.strengths|join(', ') }}}}.")))
            .each("step", "p.plan", |sheet| sheet.bullet("{{ step }}"))
            .when("p.to_review", |sheet| {
                sheet
                    .add(paragraph("Small", review).keep_next(true).line_spacing(spacing(60, 40, 240)))
                    .each("item", "p.to_review[:8]", |sheet| {
                        sheet.bullet("{% if item.parent %}{{ item.parent }} · {% endif %}{{ item.name }}{% if item.text %}: {{ item.text }}{% endif %}")
                    })
                    .when("p.to_review|length > 8", |sheet| sheet.note(more))
            })
            .when("not p.to_review and not p.plan", |sheet| sheet.text(good))
    }
}
