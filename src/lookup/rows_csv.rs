//! Reports of a list as CSV: the same columns for the console's file and for the command.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::lookup::view::{ReportRow, Word};
use crate::text::{no_formula, one_line};

const COLUMNS: [&str; 16] = [
    "id",
    "handed_in",
    "received",
    "state",
    "student_id",
    "name",
    "email",
    "course",
    "assessment",
    "correct",
    "total",
    "percentage",
    "level",
    "passed",
    "cause",
    "mailed",
];

/// Writes rows, with a heading where they are the first; what a state is called is the caller's to say.
///
/// # Errors
/// Memory's, which does not happen.
pub fn write(rows: &[ReportRow], zone: &TimeZone, is_first: bool, state: impl Fn(&ReportRow) -> String) -> std::io::Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    if is_first {
        writer.write_record(COLUMNS)?;
    }
    for row in rows {
        writer.write_record(fields(row, zone, state(row)).map(no_formula))?;
    }
    writer.into_inner().map_err(csv::IntoInnerError::into_error)
}

fn fields(row: &ReportRow, zone: &TimeZone, state: String) -> [String; 16] {
    let local = |at: Timestamp| at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string();
    let word = |word: &Option<Word>| word.as_ref().map(|word| one_line(&word.text)).unwrap_or_default();
    let number = |n: Option<u32>| n.map(|n| n.to_string()).unwrap_or_default();
    let student = row.student.as_ref();
    [
        row.job.to_string(),
        local(row.at),
        local(row.received),
        state,
        student.and_then(|student| student.key.as_deref()).map(one_line).unwrap_or_default(),
        student.map(|student| one_line(&student.name)).unwrap_or_default(),
        student.and_then(|student| student.email.as_deref()).map(one_line).unwrap_or_default(),
        word(&row.course),
        word(&row.assessment),
        number(row.right),
        number(row.questions),
        row.percentage.map(|pct| pct.to_string()).unwrap_or_default(),
        word(&row.level),
        row.passed.map(|passed| passed.to_string()).unwrap_or_default(),
        row.cause.clone().unwrap_or_default(),
        row.mailed.map(local).unwrap_or_default(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lookup::view::{Position, ReportState, StudentHash, StudentView};
    use crate::model::ids::JobId;

    #[test]
    fn nothing_that_a_student_is_called_is_taken_for_a_formula() {
        let at = "2026-03-03T13:00:00Z".parse().unwrap();
        let zone = TimeZone::get("America/Santiago").unwrap();
        for name in ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "＝1+1", "\r\n=1"] {
            let student = StudentView {
                hash: StudentHash::parse("0123456789abcdef").unwrap(),
                key: Some(name.into()),
                name: name.into(),
                email: Some(name.into()),
            };
            let row = ReportRow {
                job: JobId::from_digest([1; 32]),
                state: ReportState::Sent,
                at,
                received: at,
                since: at,
                due: None,
                mailed: None,
                student: Some(student),
                course: None,
                assessment: None,
                percentage: Some(62.5),
                level: None,
                passed: None,
                right: None,
                questions: None,
                cause: None,
                round: 1,
                attempts: 1,
                pages: None,
                kb: None,
                notes: 0,
                mail_tries: None,
                mail_ambiguous: None,
                is_plan: false,
                template: None,
                position: Position::default(),
            };
            let written = write(&[row], &zone, true, |_| "sent".to_owned()).unwrap();
            let mut reader = csv::Reader::from_reader(written.as_slice());
            let record = reader.records().next().unwrap().unwrap();
            assert_eq!((&record[1], &record[11]), ("2026-03-03 10:00", "62.5"));
            for cell in [&record[4], &record[5], &record[6]] {
                assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝']), "{name}: {cell}");
            }
        }
    }
}
