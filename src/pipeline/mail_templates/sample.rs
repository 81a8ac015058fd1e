//! Made-up mails of each kind, for checks and previews.

use crate::model::cause::Cause;
use crate::pipeline::mail_templates::{AlertMail, AlertReport, Figure, MailTemplates, MailText, PlanMail, ReportMail, ReviewItem};
use crate::report::figures::{self, FigureKind};
use crate::report::language::Language;

/// One mail of each kind: the report's, the plan's, the alert's.
pub(crate) fn mails(templates: &MailTemplates, language: Language) -> [(&'static str, Result<MailText, minijinja::Error>); 3] {
    let figures = [
        Figure::of(&figures::figure(FigureKind::Groups("lecture"), 6.0, 10.0, language), language),
        Figure::of(&figures::figure(FigureKind::Questions, 36.0, 40.0, language), language),
    ];
    let [name, title, first, second, level] = match language {
        Language::Es => ["Ana Pérez", "Test de diagnóstico, Parte 1", "Fracciones", "Proporciones", "Nivel 2"],
        Language::En => ["Ana Pérez", "Diagnostic test, part 1", "Fractions", "Proportions", "Level 2"],
        Language::Pt => ["Ana Pérez", "Teste de diagnóstico, parte 1", "Frações", "Proporções", "Nível 2"],
    };
    let item = |name: &str, numbers: &[u32], link: Option<&str>| ReviewItem {
        name: name.to_owned(),
        questions: figures::questions(numbers, language),
        link: link.map(ToOwned::to_owned),
    };
    let review = [item(first, &[3, 7, 12], Some("https://school.example/fractions")), item(second, &[21], None)];
    let report = ReportMail {
        student: name,
        assessment: title,
        figures: &figures,
        level: Some(level),
        group_kind: Some("lecture"),
        groups_passed: 6,
        groups_total: 10,
        all_correct: true,
        review: &review,
    };
    let plan = PlanMail { student: name, parts: &[title, "M1"] };
    let reports = [AlertReport { id: "0123456789ab".to_owned(), student: Some(name.to_owned()), assessment: Some(title.to_owned()) }];
    let alert = AlertMail { cause: &Cause::BankMissing, detail: "questions/M1.csv", reports: &reports, serves_on: false, more: 2 };
    [
        ("report", templates.report(language, &report)),
        ("plan", templates.plan(language, &plan)),
        ("alert", templates.alert(language, &alert)),
    ]
}
