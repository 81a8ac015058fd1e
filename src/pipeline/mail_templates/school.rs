//! The school's own mail templates and logo, as they change.
//!
//! They are looked at again after some seconds. When a new version is broken the last good one serves on, as with Word templates; there is always one, because the bundled files are good.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;

use crate::delivery::mail::Attachment;
use crate::pipeline::mail_templates::{Colors, LOGO_ID, MailTemplates, Style};
use crate::storage::key::MAIL_TEMPLATES_FOLDER;
use crate::storage::{Store, StoreError};

/// How long what was read counts.
const FRESH: Duration = Duration::from_secs(15);
/// More files than there are templates and logos.
const MOST_FILES: usize = 100;
/// A larger file is no mail template and no logo for a mail.
const MOST_BYTES: usize = 512 * 1024;
/// The shades of the product's own blue.
const LIGHT: &str = "#1b5bb8";
const DARK: &str = "#8bb8ff";

/// Templates and logo of the school.
pub(crate) struct SchoolMails {
    store: Arc<dyn Store>,
    school: Option<String>,
    color: Option<String>,
    kept: Mutex<Option<LoadedTemplates>>,
    complaint: Mutex<Option<String>>,
}

struct LoadedTemplates {
    read: Instant,
    files: Files,
    mails: Arc<Mails>,
}

/// What mails are made with.
pub(crate) struct Mails {
    pub(crate) templates: MailTemplates,
    logo: Option<Logo>,
}

/// The school's logo.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Logo {
    content_type: &'static str,
    bytes: Bytes,
}

/// The files of a school's folder as they are now.
#[derive(Debug, Default, PartialEq, Eq)]
struct Files {
    templates: Vec<(String, String)>,
    logo: Option<Logo>,
    /// What cannot be used at all.
    faults: Vec<String>,
}

impl Mails {
    /// The logo as mails carry it.
    pub(crate) fn logo(&self) -> Option<Attachment> {
        let logo = self.logo.as_ref()?;
        Some(Attachment { file_name: LOGO_ID.to_owned(), content_type: logo.content_type, bytes: logo.bytes.clone() })
    }
}

impl SchoolMails {
    pub(crate) fn new(store: Arc<dyn Store>, school: Option<String>, color: Option<String>) -> Self {
        Self { store, school, color, kept: Mutex::default(), complaint: Mutex::default() }
    }

    /// The bundled templates in the school's name, for when its own fail at a value.
    pub(crate) fn plain(&self) -> Result<MailTemplates, minijinja::Error> {
        MailTemplates::bundled(self.style(false))
    }

    /// What is wrong with the newest files, once.
    pub(crate) fn complaint(&self) -> Option<String> {
        self.complaint.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// What serves now.
    pub(crate) async fn current(&self) -> Result<Arc<Mails>, minijinja::Error> {
        if let Some(mails) = self.kept(|kept| kept.read.elapsed() < FRESH) {
            return Ok(mails);
        }
        match read(self.store.as_ref()).await {
            Ok(files) => self.take(files),
            Err(error) => {
                // Mails do not wait for their looks.
                tracing::warn!(%error, "The school's mail templates cannot be read");
                self.kept(|_| true).map_or_else(|| self.bundled(None), Ok)
            }
        }
    }

    fn kept(&self, wanted: impl Fn(&LoadedTemplates) -> bool) -> Option<Arc<Mails>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.as_ref().filter(|kept| wanted(kept)).map(|kept| kept.mails.clone())
    }

    fn take(&self, files: Files) -> Result<Arc<Mails>, minijinja::Error> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kept) = kept.as_mut().filter(|kept| kept.files == files) {
            kept.read = Instant::now();
            return Ok(kept.mails.clone());
        }
        let mails = match self.made_of(&files) {
            Ok(mails) => mails,
            Err(fault) => {
                tracing::error!("The new mail templates are broken, those before are used: {fault}");
                let words = format!("the new mail templates are not used, those before are: {fault}");
                *self.complaint.lock().unwrap_or_else(PoisonError::into_inner) = Some(words);
                kept.as_ref().map(|kept| kept.mails.clone()).map_or_else(|| self.bundled(files.logo.clone()), Ok)?
            }
        };
        *kept = Some(LoadedTemplates { read: Instant::now(), files, mails: mails.clone() });
        Ok(mails)
    }

    fn made_of(&self, files: &Files) -> Result<Arc<Mails>, String> {
        if !files.faults.is_empty() {
            return Err(files.faults.join("; "));
        }
        let templates = MailTemplates::with(&files.templates, self.style(files.logo.is_some()))
            .map_err(|findings| findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))?;
        Ok(Arc::new(Mails { templates, logo: files.logo.clone() }))
    }

    fn bundled(&self, logo: Option<Logo>) -> Result<Arc<Mails>, minijinja::Error> {
        let templates = MailTemplates::bundled(self.style(logo.is_some()))?;
        Ok(Arc::new(Mails { templates, logo }))
    }

    fn style(&self, logo: bool) -> Style {
        Style { school: self.school.clone(), color: self.color.as_deref().and_then(shades).unwrap_or_else(Colors::ours), logo }
    }
}

async fn read(store: &dyn Store) -> Result<Files, StoreError> {
    let mut files = Files::default();
    for key in store.list(MAIL_TEMPLATES_FOLDER, None, MOST_FILES).await? {
        let Some(name) = key.strip_prefix(MAIL_TEMPLATES_FOLDER).map(ToOwned::to_owned) else { continue };
        let extension = name.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
        if !["txt", "html", "png", "jpg", "jpeg", "gif"].contains(&extension.as_str()) {
            // Notes and backups of editors are nobody's fault.
            continue;
        }
        let Some((bytes, _)) = store.get(&key).await? else { continue };
        if bytes.len() > MOST_BYTES {
            files.faults.push(format!("{key} is larger than 512 KiB"));
            continue;
        }
        match extension.as_str() {
            "txt" | "html" => match std::str::from_utf8(&bytes) {
                Ok(text) => files.templates.push((name, text.trim_start_matches('\u{feff}').replace("\r\n", "\n"))),
                Err(_) => files.faults.push(format!("{key} is not UTF-8; save it with that encoding")),
            },
            _ => match picture(&bytes) {
                Some(content_type) if name.starts_with("logo.") => files.logo = Some(Logo { content_type, bytes }),
                Some(_) => {}
                None => files.faults.push(format!("{key} is no picture (PNG, JPEG or GIF)")),
            },
        }
    }
    Ok(files)
}

/// The media type by the file's first bytes, whatever its name says.
fn picture(bytes: &[u8]) -> Option<&'static str> {
    [(&b"\x89PNG\r\n\x1a\n"[..], "image/png"), (b"\xff\xd8\xff", "image/jpeg"), (b"GIF8", "image/gif")]
        .into_iter()
        .find_map(|(start, media)| bytes.starts_with(start).then_some(media))
}

impl Colors {
    /// The product's own.
    pub fn ours() -> Self {
        Self { light: LIGHT.to_owned(), dark: DARK.to_owned() }
    }
}

/// A school's colour (`1b5bb8`, with or without `#`), darker where it could not be read on white and lighter for a dark ground (WCAG 2.2, contrast 4.5 to 1).
pub(crate) fn shades(color: &str) -> Option<Colors> {
    let rgb = parse(color)?;
    Some(Colors {
        light: toward(rgb, 0.0, |shade| contrast(shade, [255.0; 3]) >= 4.5),
        dark: toward(rgb, 255.0, |shade| contrast(shade, [30.0, 36.0, 45.0]) >= 4.5),
    })
}

fn parse(color: &str) -> Option<[f64; 3]> {
    let digits = color.trim();
    let digits = digits.strip_prefix('#').unwrap_or(digits);
    if digits.len() != 6 || !digits.is_ascii() {
        return None;
    }
    let part = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).ok().map(f64::from);
    Some([part(0)?, part(2)?, part(4)?])
}

/// The colour mixed with black or white as little as is needed.
fn toward(color: [f64; 3], end: f64, enough: impl Fn([f64; 3]) -> bool) -> String {
    let mixed = |step: u32| color.map(|part| part + (end - part) * f64::from(step) / 20.0);
    let shade = (0..=20).map(mixed).find(|shade| enough(*shade)).unwrap_or([end; 3]);
    format!("#{:02x}{:02x}{:02x}", shade[0].round() as u8, shade[1].round() as u8, shade[2].round() as u8)
}

fn contrast(one: [f64; 3], other: [f64; 3]) -> f64 {
    let luminance = |color: [f64; 3]| {
        let [r, g, b] = color.map(|part| {
            let part = part / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * r + 0.7152 * g + 0.0722 * b
    };
    let (a, b) = (luminance(one), luminance(other));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::mail_templates::sample;
    use crate::report::language::Language;
    use crate::storage::PutMode;
    use crate::storage::memory::MemoryStore;

    async fn put(store: &MemoryStore, name: &str, bytes: &'static [u8]) {
        store.put(&format!("templates/mail/{name}"), Bytes::from_static(bytes), PutMode::Overwrite).await.unwrap();
    }

    /// Forgets when the files were looked at.
    fn look_again(mails: &SchoolMails) {
        if let Some(kept) = mails.kept.lock().unwrap().as_mut() {
            kept.read = Instant::now().checked_sub(FRESH).unwrap();
        }
    }

    fn subject(mails: &Mails) -> String {
        sample::mails(&mails.templates, Language::Es)[0].1.as_ref().unwrap().subject.clone()
    }

    #[tokio::test]
    async fn a_school_s_file_serves_and_its_broken_version_leaves_the_last_good_one() {
        let store = Arc::new(MemoryStore::new());
        put(&store, "es/subject.txt", b"Tu informe de {{ assessment.title }}").await;
        put(&store, "logo.png", b"\x89PNG\r\n\x1a\nrest").await;
        put(&store, "es/notas.md", b"{{ no template").await;
        let mails = SchoolMails::new(store.clone(), Some("Colegio".to_owned()), None);
        let first = mails.current().await.unwrap();
        assert_eq!(subject(&first), "Tu informe de Test de diagnóstico, Parte 1");
        assert_eq!(first.logo().unwrap().content_type, "image/png");
        assert_eq!(mails.complaint(), None);

        put(&store, "es/subject.txt", b"Tu informe de {{ assesment.title }}").await;
        look_again(&mails);
        assert_eq!(subject(mails.current().await.unwrap().as_ref()), subject(&first));
        let complaint = mails.complaint().unwrap();
        assert!(complaint.contains("es/subject.txt, line 1") && complaint.contains("did you mean assessment.title?"), "{complaint}");
        look_again(&mails);
        mails.current().await.unwrap();
        assert_eq!(mails.complaint(), None, "one version is told of once");

        put(&store, "es/subject.txt", b"Informe").await;
        look_again(&mails);
        assert_eq!(subject(mails.current().await.unwrap().as_ref()), "Informe");
    }

    #[tokio::test]
    async fn without_good_files_the_bundled_ones_serve() {
        let store = Arc::new(MemoryStore::new());
        put(&store, "es/body.html", b"\xff\xfe").await;
        let mails = SchoolMails::new(store, None, None);
        assert!(mails.current().await.is_ok());
        assert!(mails.complaint().unwrap().contains("UTF-8"));
    }

    #[test]
    fn a_school_s_colour_is_readable_on_both_grounds() {
        for color in ["#ffee00", "#000000", "#ffffff", "#1b5bb8", "#c8102e", "#777777"] {
            let Colors { light, dark } = shades(color).unwrap();
            assert!(contrast(parse(&light).unwrap(), [255.0; 3]) >= 4.4, "{color}: {light}");
            assert!(contrast(parse(&dark).unwrap(), [30.0, 36.0, 45.0]) >= 4.4, "{color}: {dark}");
        }
        assert_eq!(shades("#1b5bb8").unwrap().light, "#1b5bb8", "a colour that is dark enough stays");
        for none in ["blue", "#12345", "#ñ2345", "1234567"] {
            assert!(shades(none).is_none(), "{none}");
        }
    }
}
