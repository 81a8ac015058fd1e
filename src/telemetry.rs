//! Logs: for people on a terminal, one JSON line an event where Cloud Logging reads them.
//!
//! Never in a log: tokens, signatures, passwords, names, addresses, answers, bodies. `DEBUG=true` says more about what happens, never about whom.

use std::fmt;
use std::io::IsTerminal as _;

use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::field::MakeExt as _;
use tracing_subscriber::fmt::format::{JsonFields, Writer, debug_fn};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields, FormattedFields, MakeWriter};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::env::Env;
use crate::text::{one_line, plain_json};

/// How the service logs.
#[derive(Debug, Clone, Default)]
pub struct TelemetryConfig {
    /// `DEBUG` (default false): more lines.
    pub debug: bool,
    /// `K_SERVICE` is set: we run on Cloud Run, so logs are JSON lines (also with `LOG_FORMAT=json`).
    pub json: bool,
    /// `GCP_PROJECT_ID`: makes trace fields that Cloud Logging links to requests.
    pub project: Option<String>,
}

impl TelemetryConfig {
    /// Reads `DEBUG`, `LOG_FORMAT` (`auto`, `json`, `text`), `K_SERVICE` and `GCP_PROJECT_ID`.
    pub fn from_env(env: &mut Env) -> Self {
        let format = env.one_of("LOG_FORMAT", None, &[("auto", None), ("json", Some(true)), ("text", Some(false))]);
        Self {
            debug: env.switch("DEBUG", false),
            json: format.unwrap_or(env.var("K_SERVICE").is_some()),
            project: env.var("GCP_PROJECT_ID").map(ToOwned::to_owned),
        }
    }
}

/// Starts logging to standard error for the whole process; a second call changes nothing.
#[expect(clippy::disallowed_methods, reason = "logs go to standard error")]
pub fn init(config: &TelemetryConfig) {
    // Failing means that a subscriber is there already (tests), which is as good.
    let _ = subscriber(config, std::io::stderr, std::io::stderr().is_terminal()).try_init();
}

/// The subscriber, with its sink as a parameter.
pub fn subscriber<W>(config: &TelemetryConfig, sink: W, colours: bool) -> Box<dyn Subscriber + Send + Sync>
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    // What the Kafka client tells of every try the bridge says itself, once.
    let filter = if config.debug { "info,gradepost=debug,rskafka=off" } else { "warn,gradepost=info,rskafka=off" };
    // A line that cannot be written is lost; the library's own complaint about it would panic on the same closed or full stream.
    let builder = tracing_subscriber::fmt().with_env_filter(EnvFilter::new(filter)).log_internal_errors(false).with_writer(sink);
    if config.json {
        let format = CloudLogging { project: config.project.clone() };
        Box::new(builder.fmt_fields(JsonFields::new()).event_format(format).finish())
    } else {
        Box::new(builder.fmt_fields(debug_fn(plain_field).delimited(" ")).with_ansi(colours).with_target(false).finish())
    }
}

/// One JSON line an event, with the fields Cloud Logging knows (`severity`, `message`, `time`, the trace), ours beside them.
struct CloudLogging {
    project: Option<String>,
}

impl<S, N> FormatEvent<S, N> for CloudLogging
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'w> FormatFields<'w> + 'static,
{
    fn format_event(&self, context: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let mut line = Map::new();
        let scope = context.event_scope().into_iter().flat_map(tracing_subscriber::registry::Scope::from_root);
        for span in scope {
            if let Some(fields) = span.extensions().get::<FormattedFields<N>>()
                && let Ok(Value::Object(fields)) = serde_json::from_str::<Value>(&fields.fields)
            {
                line.extend(fields);
            }
        }
        event.record(&mut Fields(&mut line));
        if let Some(Value::String(trace)) = line.remove("trace") {
            let trace = self.project.as_ref().map_or(trace.clone(), |project| format!("projects/{project}/traces/{trace}"));
            line.insert("logging.googleapis.com/trace".to_owned(), Value::String(trace));
        }
        let severity = match *event.metadata().level() {
            Level::ERROR => "ERROR",
            Level::WARN => "WARNING",
            Level::INFO => "INFO",
            Level::DEBUG | Level::TRACE => "DEBUG",
        };
        line.insert("severity".to_owned(), Value::from(severity));
        line.insert("target".to_owned(), Value::from(event.metadata().target()));
        line.insert("time".to_owned(), Value::from(log_time()));
        let text = serde_json::to_string(&line).map_err(|_| fmt::Error)?;
        writeln!(writer, "{}", plain_json(&text))
    }
}

/// A field in a line for people: a server's words may hold characters that a terminal obeys.
fn plain_field(writer: &mut Writer<'_>, field: &Field, value: &dyn fmt::Debug) -> fmt::Result {
    let value = one_line(&format!("{value:?}"));
    if field.name() == "message" { write!(writer, "{value}") } else { write!(writer, "{field}={value}") }
}

#[expect(clippy::disallowed_methods, reason = "a log line carries the machine's time, whatever clock the service runs on")]
fn log_time() -> String {
    jiff::Timestamp::now().to_string()
}

/// Collects an event's fields; `message` is one of them.
struct Fields<'a>(&'a mut Map<String, Value>);

impl Visit for Fields<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.insert(field.name().to_owned(), Value::from(format!("{value:?}")));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name().to_owned(), Value::from(value));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.0.insert(field.name().to_owned(), Value::from(value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.0.insert(field.name().to_owned(), Value::from(value));
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.0.insert(field.name().to_owned(), Value::from(value));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.0.insert(field.name().to_owned(), Value::from(value));
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Sink(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("sink").extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn on_cloud_run_an_event_is_one_json_line_with_severity_and_trace() {
        let sink = Sink::default();
        let writer = sink.clone();
        let config = TelemetryConfig { json: true, project: Some("school".into()), ..TelemetryConfig::default() };
        tracing::subscriber::with_default(subscriber(&config, move || writer.clone(), false), || {
            let span = tracing::info_span!("request", trace = "4bf92f3577b34da6a3ce929d0e0e4736", http.route = "/webhook");
            span.in_scope(|| tracing::warn!(job.id = "j1", duration_ms = 12, "slow {}", "answer"));
        });
        let bytes = sink.0.lock().expect("sink").clone();
        let text = String::from_utf8(bytes).expect("UTF-8");
        assert_eq!(text.lines().count(), 1);
        let line: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(line["severity"], "WARNING");
        assert_eq!(line["message"], "slow answer");
        assert_eq!(line["job.id"], "j1");
        assert_eq!(line["duration_ms"], 12);
        assert_eq!(line["http.route"], "/webhook");
        assert_eq!(line["logging.googleapis.com/trace"], "projects/school/traces/4bf92f3577b34da6a3ce929d0e0e4736");
    }
}
