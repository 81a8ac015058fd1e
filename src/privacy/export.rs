//! Giving out all that is kept of one student, as one archive that is made while it is asked for and kept nowhere.

use std::io::{Cursor, Write as _};

use serde_json::{Value, json};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::jobs::feed;
use crate::model::card::Card;
use crate::privacy::{Privacy, PrivacyError};
use crate::storage::key::ObjectKey;

/// What the archive says of itself, in Spanish and English.
const README: &str = "\
Estos son todos los datos que este servicio guarda sobre una persona.

- datos.json: todos los registros, tal como se guardan (respuestas, evaluación, envíos).
- informes/: los informes en PDF.
- envios.csv: qué informe se envió, a qué dirección y cuándo.

Los datos provienen de la plataforma de cursos y de las respuestas de la persona; sirven para hacer y enviar los informes.
Los correos ya enviados y los datos de la propia plataforma no están aquí.

These are all data that this service keeps of one person.

- datos.json: all records as they are kept (answers, judgement, mails).
- informes/: the reports as PDF.
- envios.csv: which report was sent to which address, and when.

The data come from the course platform and from the person's answers; they serve to make and send the reports.
Mails that were sent and the platform's own data are not in here.
";

impl Privacy {
    /// The archive.
    ///
    /// # Errors
    /// The store's; the archive's.
    pub async fn export(&self, student: &str, scan: bool) -> Result<Vec<u8>, PrivacyError> {
        let jobs = self.jobs_of(student, scan).await?;
        let marks = self.marks_of(student, &jobs).await?;
        let holdings = self.holdings(student, &jobs, &marks).await?;
        let (mut records, mut pdfs) = (serde_json::Map::new(), Vec::new());
        let events = holdings.events.iter().map(|job| ObjectKey::JobRecord { job, record: "event" }.path()).collect::<Vec<_>>();
        for key in holdings.records.iter().chain(&holdings.own).chain(&events) {
            let Some((bytes, _)) = self.store.get(key).await? else { continue };
            if key.to_ascii_lowercase().ends_with(".pdf") {
                pdfs.push((key.rsplit('/').next().unwrap_or(key).to_owned(), bytes));
            } else {
                let value = serde_json::from_slice::<Value>(&bytes).unwrap_or_else(|_| json!(String::from_utf8_lossy(&bytes)));
                records.insert(key.clone(), value);
            }
        }
        let mut cards = Vec::new();
        for job in &jobs {
            cards.extend(feed::current_of(&*self.store, job).await?.map(|(_, card)| card));
        }
        archive(&Value::Object(records), &pdfs, &cards).map_err(|error| PrivacyError::Archive(error.to_string()))
    }
}

fn archive(records: &Value, pdfs: &[(String, bytes::Bytes)], cards: &[Card]) -> anyhow::Result<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let mut add = |name: &str, bytes: &[u8]| -> anyhow::Result<()> {
        zip.start_file(name, SimpleFileOptions::default())?;
        Ok(zip.write_all(bytes)?)
    };
    add("leeme.txt", README.as_bytes())?;
    add("datos.json", &serde_json::to_vec_pretty(records)?)?;
    for (name, bytes) in pdfs {
        add(&format!("informes/{name}"), bytes)?;
    }
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record(["job", "assessment", "state", "mailed_at", "address", "file"])?;
    for card in cards {
        let facts = &card.report;
        table.write_record([
            card.job.as_str(),
            &facts.assessment.title,
            &card.state,
            &facts.mail.as_ref().map(|mail| mail.at.to_string()).unwrap_or_default(),
            facts.student.email.as_deref().unwrap_or_default(),
            facts.file.as_deref().unwrap_or_default(),
        ])?;
    }
    add("envios.csv", &table.into_inner()?)?;
    Ok(zip.finish()?.into_inner())
}
