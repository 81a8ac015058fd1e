//! `gradepost connect canvas|moodle|lti`: what to paste at the other side so that its events come here.

use clap::{Subcommand, ValueHint};
use serde_json::{Value, json};

use crate::commands::output::outln;
use crate::commands::settings::Settings;
use crate::env::Env;

/// Platforms to connect.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Canvas: the event subscription
    Canvas {
        #[command(flatten)]
        service: Service,
        /// The course to hear of
        #[arg(long, value_name = "ID", default_value = "123456")]
        course: String,
    },
    /// Moodle: the webhook, and the web service that the answers are asked of
    Moodle {
        #[command(flatten)]
        service: Service,
    },
    /// An LTI tool: how to sign, and a call to try it
    Lti {
        #[command(flatten)]
        service: Service,
    },
}

/// Where this service is reached.
#[derive(Debug, clap::Args)]
pub struct Service {
    /// The service's public address
    #[arg(long, value_name = "URL", default_value = "https://your-domain.com", value_hint = ValueHint::Url)]
    url: String,
}

impl Service {
    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.url.trim_end_matches('/'))
    }
}

/// Prints the instructions; secrets are named, not shown.
pub fn run(command: &Command, settings: &Settings) -> anyhow::Result<()> {
    let env = settings.quiet_env()?;
    match command {
        Command::Canvas { service, course } => canvas(service, course, &env),
        Command::Moodle { service } => moodle(service, &env),
        Command::Lti { service } => lti(service, &env),
    }
}

/// The settings that are still to be made.
fn missing(env: &Env, names: &[&str]) -> anyhow::Result<()> {
    for name in names.iter().filter(|name| !env.has_secret(name)) {
        outln!("Not set yet: {name} (in .env; docs/platforms.md says what it is)")?;
    }
    Ok(())
}

/// The subscription, as Canvas takes it.
fn subscription(address: &str, course: &str) -> Value {
    json!({
        "subscription": {
            "context_type": "Course",
            "context_id": course,
            "event_types": ["assignment_created", "assignment_updated", "grade_posted", "submission_created", "discussion_topic_created"],
            "transport_metadata": { "url": address },
            "transport_type": "https",
        }
    })
}

fn canvas(service: &Service, course: &str, env: &Env) -> anyhow::Result<()> {
    let is_signed = env.var("CANVAS_WEBHOOK_KEYS").is_some();
    let address = service.at("/webhooks/lti/events");
    // Without Canvas' signature the address itself is the secret.
    let address = if is_signed { address } else { format!("{address}/<CANVAS_WEBHOOK_SECRET>") };
    outln!("{}", serde_json::to_string_pretty(&subscription(&address, course))?)?;
    outln!("")?;
    outln!(
        "Admin > Data Services > Add: transport HTTPS, the address above{}.",
        if is_signed { ", Sign Payload on" } else { " with the value of CANVAS_WEBHOOK_SECRET at its end" }
    )?;
    outln!("For reports of quizzes subscribe to quiz_submitted, too. Canvas calls grade_posted grade_change; both are taken.")?;
    outln!(
        "A whole class at once: use {} instead, which has no limit of 100 calls a minute.",
        service.at("/webhooks/canvas/<CANVAS_WEBHOOK_SECRET>")
    )?;
    missing(
        env,
        if is_signed { &["CANVAS_API_URL", "CANVAS_API_TOKEN"] } else { &["CANVAS_WEBHOOK_SECRET", "CANVAS_API_URL", "CANVAS_API_TOKEN"] },
    )
}

fn moodle(service: &Service, env: &Env) -> anyhow::Result<()> {
    outln!("Site administration > Server > Webhooks > New (plugin local_webhooks):")?;
    outln!("  name:   gradepost")?;
    outln!("  url:    {}", service.at("/webhooks/moodle"))?;
    outln!("  token:  <MOODLE_WEBHOOK_TOKEN>")?;
    outln!("  type:   application/json")?;
    outln!("  events: \\mod_quiz\\event\\attempt_submitted   (reports)")?;
    outln!("          \\core\\event\\user_graded, \\core\\event\\course_completed, \\core\\event\\course_module_created")?;
    outln!("Moodle's cron must run: it sends the calls.")?;
    outln!("")?;
    outln!("Site administration > Server > Web services: a service with the functions")?;
    outln!(
        "  mod_quiz_get_attempt_review, mod_quiz_get_quizzes_by_courses, core_user_get_users_by_field, core_course_get_courses_by_field"
    )?;
    outln!("and a token for a user who has mod/quiz:viewreports and may see users' addresses (MOODLE_API_TOKEN).")?;
    missing(env, &["MOODLE_WEBHOOK_TOKEN", "MOODLE_URL", "MOODLE_API_TOKEN"])
}

fn lti(service: &Service, env: &Env) -> anyhow::Result<()> {
    outln!("POST {}", service.at("/webhooks/lti/events"))?;
    outln!("X-Webhook-Signature: sha256=<HMAC-SHA256 of the body under LTI_WEBHOOK_SECRET, in hex>")?;
    outln!("")?;
    outln!("body='{{\"type\": \"test.event\", \"data\": {{\"message\": \"test\"}}}}'")?;
    outln!("signature=$(printf %s \"$body\" | openssl dgst -sha256 -hmac \"$LTI_WEBHOOK_SECRET\" | sed 's/.* //')")?;
    outln!("curl -X POST {} \\", service.at("/webhooks/lti/events"))?;
    outln!("  -H \"Content-Type: application/json\" -H \"X-Webhook-Signature: sha256=$signature\" -d \"$body\"")?;
    outln!("")?;
    outln!(
        "Notices of an LTI 1.3 platform: PUT {{\"notice_type\":\"…\",\"handler\":\"{}\"}} at its notice handlers, and set",
        service.at("/webhooks/lti/events")
    )?;
    outln!("LTI_PLATFORM_KEYS, LTI_PLATFORM_ISSUER and LTI_CLIENT_ID from the tool's registration.")?;
    outln!("")?;
    outln!("Results back to the platform's gradebook (off unless LTI_SCORES=true): in the tool's registration")?;
    outln!("  key set (JWKS) URL: {}", service.at("/lti/keys"))?;
    outln!("  scope:              https://purl.imsglobal.org/spec/lti-ags/scope/score")?;
    outln!("and here LTI_TOKEN_URL, LTI_CLIENT_ID and LTI_TOOL_KEY_FILE (openssl genrsa 2048 > tool.pem).")?;
    outln!("Completions then name their line item: \"lineItem\": \"https://…\" beside userId, as the platform's launch told both.")?;
    missing(env, &["LTI_WEBHOOK_SECRET"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_subscription_is_the_documents() {
        let document = r#"{"subscription":{"context_type":"Course","context_id":"123456","event_types":["assignment_created","assignment_updated","grade_posted","submission_created","discussion_topic_created"],"transport_metadata":{"url":"https://your-domain.com/webhooks/lti/events"},"transport_type":"https"}}"#;
        let ours = subscription("https://your-domain.com/webhooks/lti/events", "123456");
        assert_eq!(serde_json::from_str::<Value>(document).unwrap(), ours);
    }
}
