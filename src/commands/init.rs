//! `gradepost init`: asks for what a school needs, tries each answer for real, and writes `.env` and the folders.
//!
//! Nothing is written before the last answer, and a file of settings that is there is left alone.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, bail};
use jiff::tz::TimeZone;
use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};

use crate::app::{self, parts};
use crate::clock::{Clock, SystemClock};
use crate::commands::files::{self, Replace};
use crate::commands::output::{note, outln};
use crate::config::{Config, Section};
use crate::delivery::mail::{OutgoingMail, SendOutcome};
use crate::env::{self, Env};
use crate::model::person::EmailAddress;
use crate::sealing::chance;
use crate::storage::Store;
use crate::storage::memory::MemoryStore;

/// Arguments of `init`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The folder to set up; it is made where it is not there
    #[arg(default_value = ".", value_name = "FOLDER")]
    folder: PathBuf,
    /// Ask in this language: es, en or pt; without, it is asked first
    #[arg(long, value_parser = language)]
    language: Option<Language>,
}

/// In which words it asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Language {
    Es,
    En,
    Pt,
}

fn language(word: &str) -> Result<Language, String> {
    match word.trim().to_lowercase().as_str() {
        "es" | "1" => Ok(Language::Es),
        "en" | "2" => Ok(Language::En),
        "pt" | "3" => Ok(Language::Pt),
        _ => Err("use es, en or pt".to_owned()),
    }
}

/// Who is asked, and in which words.
struct Talk {
    language: Language,
    /// Settings that were answered, in the order of the questions.
    answers: Vec<(&'static str, String)>,
}

/// What to do about an answer that does not work.
enum After {
    Again,
    Keep,
    Skip,
}

/// Asks, tries and writes.
pub fn run(args: &Args) -> anyhow::Result<()> {
    let file = args.folder.join(".env");
    if file.symlink_metadata().is_ok() {
        bail!("{} is there already and is left as it is; gradepost doctor checks it", file.display());
    }
    let mut talk = Talk { language: Language::Es, answers: Vec::new() };
    talk.language = match args.language {
        Some(language) => language,
        None => loop {
            match language(&read_line("1 Español   2 English   3 Português\n> ", false)?) {
                Ok(language) => break language,
                Err(_) => note!("1, 2, 3"),
            }
        },
    };
    talk.say(
        "Once preguntas a lo más. Enter acepta lo que está entre corchetes. No se escribe nada hasta el final.",
        "Eleven questions at most. Enter takes what stands in brackets. Nothing is written before the end.",
        "Onze perguntas no máximo. Enter aceita o que está entre colchetes. Nada é gravado antes do fim.",
    );
    school(&mut talk)?;
    platform(&mut talk)?;
    mail(&mut talk)?;
    storage(&mut talk, &args.folder)?;
    console(&mut talk)?;
    write(&talk, &args.folder, &file)?;
    next_steps(&talk, &args.folder, &file)
}

impl Talk {
    fn pick<'a>(&self, es: &'a str, en: &'a str, pt: &'a str) -> &'a str {
        match self.language {
            Language::Es => es,
            Language::En => en,
            Language::Pt => pt,
        }
    }

    fn say(&self, es: &str, en: &str, pt: &str) {
        note!("\n{}", self.pick(es, en, pt));
    }

    /// One line; the default for an empty one.
    fn ask(&self, question: [&str; 3], default: &str) -> anyhow::Result<String> {
        let [es, en, pt] = question;
        let shown = if default.is_empty() { String::new() } else { format!(" [{default}]") };
        let answer = read_line(&format!("{}{shown}: ", self.pick(es, en, pt)), false)?;
        Ok(if answer.is_empty() { default.to_owned() } else { answer })
    }

    /// One line that is not shown while it is typed.
    fn ask_secret(&self, question: [&str; 3]) -> anyhow::Result<String> {
        let [es, en, pt] = question;
        read_line(&format!("{}: ", self.pick(es, en, pt)), true)
    }

    fn set(&mut self, name: &'static str, value: impl Into<String>) {
        let value = value.into();
        self.answers.retain(|(known, _)| *known != name);
        if !value.is_empty() {
            self.answers.push((name, value));
        }
    }

    fn unset(&mut self, names: &[&str]) {
        self.answers.retain(|(known, _)| !names.contains(known));
    }

    /// The settings as far as they were answered.
    fn config(&self, sections: &[Section]) -> anyhow::Result<Config> {
        Ok(Config::for_command(&mut Env::from_pairs(self.answers.iter().map(|(name, value)| (*name, value.clone()))), sections)?)
    }

    /// What to do about an answer that does not work.
    fn after(&self, why: &str) -> anyhow::Result<After> {
        note!("\n✗ {why}");
        let question = [
            "¿Corregir (c), dejarlo así (d) o saltarlo por ahora (s)?",
            "Correct it (c), leave it so (d) or skip it for now (s)?",
            "Corrigir (c), deixar assim (d) ou pular por enquanto (s)?",
        ];
        Ok(match self.ask(question, "c")?.to_lowercase().chars().next() {
            Some('d' | 'k') => After::Keep,
            Some('s' | 'p') => After::Skip,
            _ => After::Again,
        })
    }
}

fn good(what: &str) {
    note!("✓ {what}");
}

/// Reads one line; a secret one is not shown on a terminal.
#[expect(clippy::disallowed_methods, reason = "a question is shown before its answer is read, without a line's end")]
fn read_line(prompt: &str, is_secret: bool) -> anyhow::Result<String> {
    let mut err = io::stderr();
    let stdin = io::stdin();
    // Hidden before it is asked for: who types ahead of the question shows nothing either.
    let shown = if is_secret && stdin.is_terminal() { tcgetattr(&stdin).ok() } else { None };
    if let Some(shown) = &shown {
        let mut hidden = shown.clone();
        hidden.local_modes.remove(LocalModes::ECHO);
        tcsetattr(&stdin, OptionalActions::Now, &hidden).context("the terminal cannot be kept from showing what is typed")?;
    }
    write!(err, "{prompt}").and_then(|()| err.flush()).context("nobody can be asked")?;
    let mut line = String::new();
    let read = stdin.lock().read_line(&mut line);
    if let Some(shown) = &shown {
        // What was typed must be seen again, whatever came.
        let _ = tcsetattr(&stdin, OptionalActions::Now, shown);
        let _ = writeln!(err);
    }
    if read.context("no answer could be read")? == 0 {
        bail!("no answer came; nothing was written");
    }
    Ok(line.trim().to_owned())
}

fn school(talk: &mut Talk) -> anyhow::Result<()> {
    let name = talk.ask(["Nombre del colegio", "Name of the school", "Nome da escola"], "")?;
    talk.set("SCHOOL_NAME", name);
    talk.set("REPORT_LANGUAGE", talk.pick("es", "en", "pt").to_owned());
    let usual = talk.pick("America/Santiago", "America/New_York", "America/Sao_Paulo").to_owned();
    loop {
        let zone = talk.ask(["Zona horaria", "Time zone", "Fuso horário"], &usual)?;
        if TimeZone::get(&zone).is_ok() {
            talk.set("REPORT_TIMEZONE", zone);
            return Ok(());
        }
        talk.say(
            "No existe esa zona; se escribe como America/Santiago.",
            "There is no such zone; it is written like America/Santiago.",
            "Não existe esse fuso; escreve-se como America/Sao_Paulo.",
        );
    }
}

const PLATFORM: &[&str] = &["SCHOOL_DOMAIN", "CLIENT_ID", "CLIENT_SECRET"];

fn platform(talk: &mut Talk) -> anyhow::Result<()> {
    talk.say(
        "LearnWorlds: Settings → Developers muestra el token de los webhooks y la clave de la API.",
        "LearnWorlds: Settings → Developers shows the webhooks' token and the API's key.",
        "LearnWorlds: Settings → Developers mostra o token dos webhooks e a chave da API.",
    );
    loop {
        let question = [
            "Dirección de la escuela en la plataforma (vacío: sin conexión por ahora)",
            "The school's address at the platform (empty: not connected for now)",
            "Endereço da escola na plataforma (vazio: sem conexão por enquanto)",
        ];
        let domain = talk.ask(question, "")?;
        if domain.is_empty() {
            break;
        }
        talk.set("SCHOOL_DOMAIN", domain.trim_start_matches("https://").trim_end_matches('/').to_owned());
        let id = talk.ask(["CLIENT_ID", "CLIENT_ID", "CLIENT_ID"], "")?;
        talk.set("CLIENT_ID", id);
        let secret = talk.ask_secret(["CLIENT_SECRET", "CLIENT_SECRET", "CLIENT_SECRET"])?;
        talk.set("CLIENT_SECRET", secret);
        match try_platform(talk) {
            Ok(()) => {
                good(talk.pick("La plataforma acepta la clave.", "The platform takes the key.", "A plataforma aceita a chave."));
                break;
            }
            Err(error) => match talk.after(&format!("{error:#}"))? {
                After::Again => {}
                After::Keep => break,
                After::Skip => {
                    talk.unset(PLATFORM);
                    break;
                }
            },
        }
    }
    let question = [
        "Token de los webhooks (vacío: se inventa uno, para pegarlo en la plataforma)",
        "The webhooks' token (empty: one is made up, to be pasted at the platform)",
        "Token dos webhooks (vazio: inventa-se um, para colar na plataforma)",
    ];
    let secret = talk.ask_secret(question)?;
    talk.set("WEBHOOK_SECRET", if secret.is_empty() { hex::encode(chance::<24>()) } else { secret });
    Ok(())
}

fn try_platform(talk: &Talk) -> anyhow::Result<()> {
    let config = talk.config(&[Section::Platform])?;
    app::install_tls_provider();
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    files::block_on(async {
        let client = parts::learnworlds(&config, &clock)?.context("CLIENT_ID and CLIENT_SECRET are missing")?;
        client.check().await.map_err(|error| anyhow::anyhow!("{error}"))
    })
}

const MAIL: &[&str] = &["SMTP_SERVER", "SMTP_PORT", "EMAIL_USER", "EMAIL_PASSWORD", "EMAIL_FROM", "MAIL_TRANSPORT", "ADMIN_EMAIL"];

fn mail(talk: &mut Talk) -> anyhow::Result<()> {
    talk.say(
        "Correo: 1 Gmail o Google Workspace   2 SendGrid   3 Microsoft 365   4 otro servidor   5 todavía no (los correos quedan en una carpeta)",
        "Mail: 1 Gmail or Google Workspace   2 SendGrid   3 Microsoft 365   4 another server   5 not yet (mails stay in a folder)",
        "E-mail: 1 Gmail ou Google Workspace   2 SendGrid   3 Microsoft 365   4 outro servidor   5 ainda não (os e-mails ficam em uma pasta)",
    );
    loop {
        talk.unset(MAIL);
        let user = match talk.ask(["1-5", "1-5", "1-5"], "5")?.as_str() {
            "1" => {
                talk.set("SMTP_SERVER", "smtp.gmail.com");
                talk.say(
                    "Gmail pide una contraseña de aplicación (myaccount.google.com/apppasswords), no la de la cuenta.",
                    "Gmail wants an app password (myaccount.google.com/apppasswords), not the account's.",
                    "O Gmail pede uma senha de aplicativo (myaccount.google.com/apppasswords), não a da conta.",
                );
                None
            }
            "2" => {
                talk.set("SMTP_SERVER", "smtp.sendgrid.net");
                // SendGrid's user is this word; the key is the password.
                Some("apikey".to_owned())
            }
            "3" => {
                talk.set("SMTP_SERVER", "smtp.office365.com");
                None
            }
            "4" => {
                let server = talk.ask(["Servidor", "Server", "Servidor"], "")?;
                talk.set("SMTP_SERVER", server);
                let port = talk.ask(["Puerto", "Port", "Porta"], "587")?;
                talk.set("SMTP_PORT", port);
                None
            }
            _ => {
                talk.set("MAIL_TRANSPORT", "file");
                let from = talk.ask(["Dirección que envía", "Address that sends", "Endereço que envia"], "informes@example.com")?;
                talk.set("EMAIL_USER", from);
                return Ok(());
            }
        };
        let from = talk.ask(["Dirección que envía", "Address that sends", "Endereço que envia"], "")?;
        let login = user.is_some();
        talk.set("EMAIL_USER", user.unwrap_or_else(|| from.clone()));
        if login {
            talk.set("EMAIL_FROM", from.clone());
        }
        let password = talk.ask_secret(["Contraseña o clave", "Password or key", "Senha ou chave"])?;
        talk.set("EMAIL_PASSWORD", password);
        let question = [
            "¿A quién se envía un correo de prueba, y los avisos?",
            "Who gets a test mail, and the alerts?",
            "Quem recebe um e-mail de teste e os avisos?",
        ];
        let admin = talk.ask(question, &from)?;
        talk.set("ADMIN_EMAIL", admin.clone());
        match try_mail(talk, &admin) {
            Ok(reply) => {
                good(&format!(
                    "{} {reply}",
                    talk.pick("El servidor aceptó un correo:", "The server took a mail:", "O servidor aceitou um e-mail:")
                ));
                return Ok(());
            }
            Err(error) => match talk.after(&format!("{error:#}"))? {
                After::Again => {}
                After::Keep => return Ok(()),
                After::Skip => {
                    talk.unset(MAIL);
                    talk.set("MAIL_TRANSPORT", "file");
                    talk.set("EMAIL_USER", from);
                    return Ok(());
                }
            },
        }
    }
}

fn try_mail(talk: &Talk, to: &str) -> anyhow::Result<String> {
    let config = talk.config(&[Section::Mail])?;
    let to = EmailAddress::parse(to).map_err(|error| anyhow::anyhow!("{error}"))?;
    files::block_on(async {
        let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
        let mailer = app::mailer(&config, store)?;
        let now = SystemClock.now();
        let mail = OutgoingMail {
            to,
            to_name: None,
            subject: talk.pick("Correo de prueba de gradepost", "Test mail of gradepost", "E-mail de teste do gradepost").to_owned(),
            text: talk
                .pick(
                    "Si lees esto, los informes pueden salir.\n",
                    "When you read this, reports can go out.\n",
                    "Se você lê isto, os relatórios podem sair.\n",
                )
                .to_owned(),
            html: None,
            attachments: Vec::new(),
            logo: None,
            message_id: mailer.message_id(&format!("init-{}", hex::encode(chance::<12>()))),
            date: now,
        };
        match mailer.send(&mail).await {
            SendOutcome::Sent(reply) => Ok(reply),
            SendOutcome::Refused(refusal) => bail!("{}", refusal.text()),
            SendOutcome::Ambiguous(words) => bail!("{words}"),
        }
    })
}

fn storage(talk: &mut Talk, folder: &Path) -> anyhow::Result<()> {
    loop {
        let question = [
            "¿Dónde se guarda? Una carpeta, o gs://BUCKET",
            "Where is everything kept? A folder, or gs://BUCKET",
            "Onde se guarda tudo? Uma pasta, ou gs://BUCKET",
        ];
        let place = talk.ask(question, "data")?;
        if let Some(bucket) = place.strip_prefix("gs://") {
            talk.unset(&["DATA_DIR"]);
            talk.set("STORAGE_BACKEND", "gcp");
            talk.set("GCP_BUCKET_NAME", bucket.trim_end_matches('/').to_owned());
        } else {
            talk.unset(&["STORAGE_BACKEND", "GCP_BUCKET_NAME"]);
            talk.set("DATA_DIR", place);
        }
        match try_storage(talk, folder) {
            Ok(what) => {
                good(&what);
                return Ok(());
            }
            Err(error) => match talk.after(&format!("{error:#}"))? {
                After::Again => {}
                After::Keep => return Ok(()),
                After::Skip => {
                    talk.unset(&["DATA_DIR", "STORAGE_BACKEND", "GCP_BUCKET_NAME"]);
                    return Ok(());
                }
            },
        }
    }
}

/// A bucket is written to and read from; a folder is looked at, as nothing is made before the end.
fn try_storage(talk: &Talk, folder: &Path) -> anyhow::Result<String> {
    let config = talk.config(&[Section::Storage])?;
    if config.storage.bucket.is_none() {
        let place = folder.join(&config.storage.data_dir);
        let nearest = place.ancestors().find(|parent| parent.exists()).unwrap_or_else(|| Path::new("."));
        let found = nearest.metadata().with_context(|| format!("{} cannot be looked at", nearest.display()))?;
        if !found.is_dir() || found.permissions().readonly() {
            bail!("{} is no folder that can be written into", nearest.display());
        }
        return Ok(place.display().to_string());
    }
    files::block_on(async {
        let store = app::open_store(&config).await?;
        let steps = store.probe().await.with_context(|| format!("{} is not usable", store.describe()))?;
        Ok(format!("{}: {steps}", store.describe()))
    })
}

fn console(talk: &mut Talk) -> anyhow::Result<()> {
    let question = [
        "¿En qué dirección se verá la consola? (vacío: solo en este equipo)",
        "At which address will people see the console? (empty: on this machine only)",
        "Em que endereço se verá o console? (vazio: só neste computador)",
    ];
    loop {
        let url = talk.ask(question, "")?;
        talk.set("CONSOLE_URL", url);
        talk.set("ADMIN_TOKEN", hex::encode(chance::<24>()));
        match talk.config(&[Section::Http]) {
            Ok(_) => return Ok(()),
            Err(error) => note!("\n✗ {error}"),
        }
    }
}

/// The file of settings: the template with the answers in their places.
fn settings_text(answers: &[(&'static str, String)]) -> String {
    let mut text = String::new();
    let mut left: Vec<&(&'static str, String)> = answers.iter().collect();
    for line in env::TEMPLATE.lines() {
        let bare = line.trim_start_matches("# ");
        let name = bare.split('=').next().unwrap_or_default();
        let place = left.iter().position(|(known, _)| *known == name && bare.contains('='));
        if let Some(place) = place {
            let (name, value) = left.remove(place);
            text.extend([*name, "=", &quoted(value)]);
        } else {
            text.push_str(line);
        }
        text.push('\n');
    }
    text
}

fn quoted(value: &str) -> String {
    let needs = value.contains(" #") || value.trim() != value || value.starts_with(['"', '\'']);
    if needs { format!("\"{value}\"") } else { value.to_owned() }
}

fn write(talk: &Talk, folder: &Path, file: &Path) -> anyhow::Result<()> {
    // Settings hold secrets, the folders students' data.
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
    let data = talk.answers.iter().find(|(name, _)| *name == "DATA_DIR").map(|(_, place)| folder.join(place));
    let mut folders = vec![folder.to_owned()];
    folders.extend(data.iter().flat_map(|data| [data.join("questions"), data.join("templates")]));
    for one in &folders {
        std::fs::create_dir_all(one).with_context(|| format!("cannot make the folder {}", one.display()))?;
    }
    files::write(file, settings_text(&talk.answers).as_bytes(), Replace::Nothing)
}

fn next_steps(talk: &Talk, folder: &Path, file: &Path) -> anyhow::Result<()> {
    talk.say("Listo. Ahora:", "Done. Now:", "Pronto. Agora:");
    let cd = if folder == Path::new(".") { String::new() } else { format!("cd {} && ", folder.display()) };
    outln!(
        "{}  ({})",
        file.display(),
        talk.pick("tus ajustes, solo para ti", "your settings, for you alone", "seus ajustes, só para você")
    )?;
    outln!("{cd}gradepost doctor")?;
    outln!("{cd}gradepost serve")?;
    outln!(
        "{cd}gradepost console link   # {}",
        talk.pick("en otra ventana: entra a la consola", "in another window: sign in to the console", "em outra janela: entre no console")
    )?;
    talk.say(
        "La primera página de la consola dice qué falta hasta el primer informe: el banco de preguntas y la automatización en la plataforma.",
        "The console's first page says what is left until the first report: the question bank and the automation at the platform.",
        "A primeira página do console diz o que falta até o primeiro relatório: o banco de questões e a automação na plataforma.",
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_that_is_written_reads_back_as_it_was_answered() {
        let answers = [
            ("SCHOOL_NAME", "Colegio #1 \u{201c}San José\u{201d}".to_owned()),
            ("EMAIL_PASSWORD", "abcd efgh ijkl mnop".to_owned()),
            ("WEBHOOK_SECRET", "a # b".to_owned()),
            ("DATA_DIR", "data".to_owned()),
            ("ADMIN_TOKEN", "0123456789abcdef".to_owned()),
        ];
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join(".env");
        files::write(&file, settings_text(&answers).as_bytes(), Replace::Nothing).unwrap();
        let env = Env::load(Some(&file)).unwrap();
        for (name, value) in &answers {
            assert_eq!(env.var(name), Some(value.as_str()), "{name}");
        }
        assert!(env.hints().is_empty() && settings_text(&answers).lines().count() == env::TEMPLATE.lines().count());
    }
}
