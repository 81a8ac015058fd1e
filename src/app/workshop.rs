//! The school's files, checked and tried for the console without putting them in use.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use docx_to_pdf::fonts::Fonts;
use futures::{StreamExt as _, stream};
use tokio::sync::Mutex;

use crate::analysis::bank::QuestionBank;
use crate::analysis::import::from_answer_key;
use crate::analysis::profile::Profiles;
use crate::analysis::{items, lints};
use crate::http::console::format::percent;
use crate::http::console::words::Language;
use crate::http::console::workshop::{Checked, Compared, FileKind, Finding, Item, Verdict, Workshop};
use crate::model::ids::JobId;
use crate::pipeline::Pipeline;
use crate::pipeline::draft_trial::{DraftTrial, Marked};
use crate::pipeline::engine::RenderedReport;
use crate::report::language::Language as ReportLanguage;
use crate::report::starter::catalogue::ALL;
use crate::report::starter::{Case, of_method};
use crate::report::template::{self, Template};
use crate::report::{self, Options};
use crate::translations;

/// Reports whose records are read at the same time.
const READS: usize = 16;

/// The workshop over the running pipeline.
pub(super) struct Bench {
    pipeline: Arc<Pipeline>,
    fonts: Fonts,
    /// One trial at a time, so that reports to students are not held up.
    turn: Mutex<()>,
}

impl Bench {
    pub(super) fn new(pipeline: Arc<Pipeline>, fonts: Fonts) -> Self {
        Self { pipeline, fonts, turn: Mutex::default() }
    }
}

fn language(language: Language) -> ReportLanguage {
    language.pick(ReportLanguage::Es, ReportLanguage::En, ReportLanguage::Pt)
}

#[async_trait]
impl Workshop for Bench {
    async fn check(&self, kind: FileKind, name: &str, bytes: Bytes, words: Language) -> Checked {
        let name = name.to_owned();
        let work = move || match kind {
            FileKind::Template => check_template(&bytes, language(words)),
            FileKind::Bank => check_bank(&bytes, &name, words),
            FileKind::Rules => check_rules(&bytes, words),
        };
        let broken = || Checked {
            findings: vec![Finding { is_mistake: true, text: "the check did not come to its end".to_owned() }],
            holds: Vec::new(),
        };
        // One file at a time: each may take what one may take.
        let _turn = self.turn.lock().await;
        tokio::task::spawn_blocking(work).await.unwrap_or_else(|_| broken())
    }

    async fn preview(&self, name: &str, template: Bytes, case: &str, words: Language) -> Result<Bytes, String> {
        let case = Case::ALL.into_iter().find(|known| known.name() == case).unwrap_or(Case::Usual);
        let (name, fonts) = (name.to_owned(), self.fonts.clone());
        let work = move || {
            let template = Template::parse(&template).map_err(|error| error.to_string())?;
            let data = of_method(&name, case, language(words));
            let rendered = report::render(&template, &data, &fonts, &Options::default()).map_err(|error| error.to_string())?;
            Ok(Bytes::from(rendered.pdf))
        };
        let _turn = self.turn.lock().await;
        tokio::task::spawn_blocking(work).await.map_err(|error| error.to_string())?
    }

    fn bundled(&self, words: Language) -> Vec<(&'static str, Bytes)> {
        ALL.iter().filter_map(|one| Some((one.file, one.bytes(language(words)).ok()?))).collect()
    }

    async fn import(&self, name: &str, bytes: &Bytes) -> Result<(String, Bytes), String> {
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        let is_workbook =
            name.rsplit_once('.').is_some_and(|(_, kind)| kind.eq_ignore_ascii_case("xls") || kind.eq_ignore_ascii_case("xlsx"));
        if !is_workbook {
            return Ok((name.to_owned(), bytes.clone()));
        }
        let bytes = bytes.clone();
        let _turn = self.turn.lock().await;
        let imported = tokio::task::spawn_blocking(move || from_answer_key(&bytes)).await.map_err(|error| error.to_string())?;
        let imported = imported.map_err(|error| error.to_string())?;
        Ok((format!("{stem}.csv"), Bytes::from(imported.csv)))
    }

    async fn concerns(&self, kind: FileKind, name: &str, title: &str, template: Option<&str>) -> bool {
        match kind {
            FileKind::Template => template.unwrap_or(ALL[0].file) == name,
            FileKind::Bank => self.pipeline.takes_bank(name, title).await,
            FileKind::Rules => true,
        }
    }

    async fn compare(&self, kind: FileKind, name: &str, draft: &Bytes, job: &JobId, words: Language) -> Result<Compared, String> {
        let _turn = self.turn.lock().await;
        let draft_trial = self.pipeline.draft_trial(job).await?;
        match kind {
            FileKind::Template => {
                let before = self.pipeline.remake(&draft_trial, None).await;
                let now = self.pipeline.remake(&draft_trial, Some(draft)).await;
                Ok(compare_pdfs(before, now))
            }
            FileKind::Bank => {
                Ok(compare_marks(&draft_trial.marked(), self.pipeline.mark_with_bank(&draft_trial, name, draft).await, words))
            }
            FileKind::Rules => {
                let text = String::from_utf8_lossy(draft);
                Ok(compare_marks(&draft_trial.marked(), self.pipeline.mark_with_rules(&draft_trial, &text).await, words))
            }
        }
    }

    async fn items(&self, jobs: &[JobId]) -> Vec<Item> {
        let read = |job: JobId| {
            let pipeline = Arc::clone(&self.pipeline);
            async move { pipeline.draft_trial(&job).await }
        };
        let reads: Vec<_> = jobs.iter().cloned().map(read).collect();
        let read: Vec<_> = stream::iter(reads).buffered(READS).collect().await;
        let results: Vec<_> = read.iter().flatten().map(DraftTrial::questions).collect();
        let items = items::items(results);
        let told = |item: items::Item| Item {
            number: item.number,
            students: item.students,
            right: item.right,
            discrimination: item.discrimination,
            wrong: item.wrong,
        };
        items.into_iter().map(told).collect()
    }

    async fn remark(&self, job: &JobId, words: Language) -> Result<Compared, String> {
        let _turn = self.turn.lock().await;
        let draft_trial = self.pipeline.draft_trial(job).await?;
        Ok(compare_marks(&draft_trial.marked(), self.pipeline.mark_today(&draft_trial).await, words))
    }

    async fn remake(&self, template: Option<&Bytes>, job: &JobId) -> Result<Bytes, String> {
        let _turn = self.turn.lock().await;
        let draft_trial = self.pipeline.draft_trial(job).await?;
        Ok(self.pipeline.remake(&draft_trial, template).await?.pdf)
    }

    async fn pictures(&self, template: Option<&Bytes>, job: &JobId) -> Result<Vec<String>, String> {
        let _turn = self.turn.lock().await;
        let draft_trial = self.pipeline.draft_trial(job).await?;
        self.pipeline.pictures(&draft_trial, template).await
    }
}

fn check_template(bytes: &Bytes, language: ReportLanguage) -> Checked {
    let parsed = match Template::parse(bytes) {
        Ok(parsed) => parsed,
        Err(error) => {
            return Checked { findings: vec![Finding { is_mistake: true, text: error.describe(language) }], holds: Vec::new() };
        }
    };
    let mut findings = parsed.check(None);
    findings.extend(parsed.undrawn());
    let finding = |finding: &template::Finding| Finding { is_mistake: finding.is_mistake(), text: finding.describe(language) };
    Checked { findings: findings.iter().map(finding).collect(), holds: Vec::new() }
}

fn check_bank(bytes: &Bytes, name: &str, words: Language) -> Checked {
    match QuestionBank::from_csv(bytes, name) {
        Ok(bank) => {
            let said = |fault: &_| -> String { translations::bank_fault(fault, language(words)) };
            let warnings = lints::find(&bank);
            let findings = warnings.iter().map(|fault| Finding { is_mistake: false, text: said(fault) }).collect();
            let mut holds =
                vec![words.pick("{} preguntas", "{} questions", "{} questões").replace("{}", &bank.questions().len().to_string())];
            holds.extend(bank.columns().iter().map(|column| format!("{column}: {}", bank.group_names(column).join(", "))));
            Checked { findings, holds }
        }
        Err(errors) => {
            let findings = errors
                .faults
                .iter()
                .map(|fault| Finding { is_mistake: true, text: translations::bank_fault(fault, language(words)) })
                .collect();
            Checked { findings, holds: Vec::new() }
        }
    }
}

fn check_rules(bytes: &Bytes, words: Language) -> Checked {
    let Ok(text) = std::str::from_utf8(bytes) else {
        // It would be read all the same, and a title with an accent would never be met.
        let text = words.pick(
            "El archivo no es texto UTF-8; guárdelo como UTF-8",
            "The file is not UTF-8 text; save it as UTF-8",
            "O arquivo não é texto UTF-8; salve-o como UTF-8",
        );
        return Checked { findings: vec![Finding { is_mistake: true, text: text.to_owned() }], holds: Vec::new() };
    };
    match Profiles::from_toml(text, "assessments.toml") {
        Ok(profiles) => {
            let holds = profiles.iter().map(|profile| profile.name.clone()).chain(profiles.plans().iter().map(|plan| plan.name.clone()));
            Checked { findings: Vec::new(), holds: holds.collect() }
        }
        Err(faults) => {
            let findings = faults
                .iter()
                .map(|fault| Finding { is_mistake: true, text: translations::profile_error(fault, language(words)) })
                .collect();
            Checked { findings, holds: Vec::new() }
        }
    }
}

fn compare_pdfs(before: Result<RenderedReport, String>, now: Result<RenderedReport, String>) -> Compared {
    let now = match now {
        Ok(now) => now,
        Err(why) => return Compared { verdict: Verdict::Fails, details: vec![why], ..Compared::default() },
    };
    let Ok(before) = before else {
        return Compared { now: now.pages.to_string(), verdict: Verdict::Differs, ..Compared::default() };
    };
    let new: Vec<String> = now.warnings.iter().filter(|warning| !before.warnings.contains(warning)).cloned().collect();
    let verdict = match () {
        () if before.pdf == now.pdf => Verdict::Same,
        () if before.pages != now.pages => Verdict::Pages,
        () if !new.is_empty() => Verdict::Warnings,
        () => Verdict::Differs,
    };
    Compared { before: before.pages.to_string(), now: now.pages.to_string(), verdict, details: new }
}

fn compare_marks(before: &Marked, now: Result<Marked, String>, words: Language) -> Compared {
    let told = |marked: &Marked| {
        let pct = percent(marked.percentage, words);
        marked.level.as_ref().map_or_else(|| pct.clone(), |level| format!("{pct}, {level}"))
    };
    match now {
        Err(why) => Compared { before: told(before), verdict: Verdict::Fails, details: vec![why], ..Compared::default() },
        Ok(now) => {
            let verdict = match () {
                () if before.level != now.level => Verdict::Level,
                () if (before.percentage - now.percentage).abs() >= 0.05 => Verdict::Differs,
                () => Verdict::Same,
            };
            Compared { before: told(before), now: told(&now), verdict, details: Vec::new() }
        }
    }
}
