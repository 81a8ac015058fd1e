//! A Kafka broker that others made, with librdkafka's producer and consumer beside it: `tests/parts/kafka_peer.py`.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU16, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};

use crate::gcs_emulator::peer::peer;
use crate::harness::repository;

/// A broker; ends with its input.
pub(crate) struct Kafka {
    process: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    pub(crate) address: String,
}

impl Kafka {
    /// `mock` or `tansu`; `None` where the peer is missing and not required.
    pub(crate) fn start(kind: &str, options: &Value) -> Option<Self> {
        peer("kafka", Self::launch(kind, options))
    }

    fn launch(kind: &str, options: &Value) -> Result<Self, String> {
        let mut process = Command::new(std::env::var("GRADEPOST_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned()))
            .arg(repository("tests/parts/kafka_peer.py"))
            .args([kind, &options.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("python: {error}"))?;
        let (input, mut output) = (process.stdin.take(), BufReader::new(process.stdout.take().ok_or("no output")?));
        let mut line = String::new();
        output.read_line(&mut line).map_err(|error| error.to_string())?;
        let told: Value = serde_json::from_str(&line).map_err(|_| format!("{kind} ended before it was ready"))?;
        let address = told["address"].as_str().ok_or("no address")?.to_owned();
        Ok(Self { process, input, output, address })
    }

    /// Asks for one thing; it is done when this returns.
    pub(crate) fn ask(&mut self, ask: &Value) -> Value {
        tokio::task::block_in_place(|| {
            writeln!(self.input.as_ref().unwrap(), "{ask}").unwrap();
            let mut line = String::new();
            self.output.read_line(&mut line).unwrap();
            let told: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("the broker's peer ended after {ask}"));
            assert!(told["error"].is_null(), "{ask}: {told}");
            told
        })
    }

    /// Makes a topic; how many partitions it has.
    pub(crate) fn create(&mut self, topic: &str) -> usize {
        self.ask(&json!({ "do": "create", "topic": topic, "partitions": 3 }))["partitions"].as_u64().unwrap() as usize
    }

    /// A foreign producer leaves messages.
    pub(crate) fn produce(&mut self, topic: &str, messages: &[Value]) {
        let told = self.ask(&json!({ "do": "produce", "topic": topic, "messages": messages }));
        assert!(told["failed"] == json!([]) && told["left"] == 0, "{told}");
    }

    /// A foreign consumer reads a topic from its beginning until it has so many.
    pub(crate) fn consume(&mut self, topic: &str, count: usize) -> Vec<Value> {
        let told = self.ask(&json!({ "do": "consume", "topic": topic, "partitions": 4, "count": count, "seconds": 60 }));
        told["messages"].as_array().unwrap().clone()
    }
}

impl Drop for Kafka {
    fn drop(&mut self) {
        // With its input ends the broker that it started; killing it would leave that one behind.
        drop(self.input.take());
        let _ = self.process.wait();
    }
}

/// A way to a broker that can be cut.
pub(crate) struct Way {
    pub(crate) address: String,
    is_cut: Arc<AtomicBool>,
    target: Arc<AtomicU16>,
}

impl Way {
    pub(crate) async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (is_cut, target) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU16::new(0)));
        let (cut, port) = (is_cut.clone(), target.clone());
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let (cut, port) = (cut.clone(), port.load(Ordering::Relaxed));
                tokio::spawn(async move {
                    if cut.load(Ordering::Relaxed) {
                        return;
                    }
                    let Ok(mut broker) = TcpStream::connect(("127.0.0.1", port)).await else { return };
                    let until_cut = async {
                        while !cut.load(Ordering::Relaxed) {
                            tokio::time::sleep(Duration::from_millis(20)).await;
                        }
                    };
                    tokio::select! {
                        _ = copy_bidirectional(&mut stream, &mut broker) => {}
                        () = until_cut => {}
                    }
                });
            }
        });
        Self { address, is_cut, target }
    }

    /// Leads to `host:port` from now on.
    pub(crate) fn lead_to(&self, address: &str) {
        self.target.store(address.rsplit(':').next().unwrap().parse().unwrap(), Ordering::Relaxed);
    }

    pub(crate) fn cut(&self, is_cut: bool) {
        self.is_cut.store(is_cut, Ordering::Relaxed);
    }
}
