//! A real browser, driven over its own protocol (CDP) through a pipe: no port, no driver program, no waiting for fixed times.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use base64::Engine as _;
use serde_json::{Value, json};

/// A running browser with one page.
pub(crate) struct Browser {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    session: Option<String>,
    number: u64,
    _profile: tempfile::TempDir,
}

impl Browser {
    /// Opens a page; `None` on a laptop without a browser.
    pub(crate) fn open(url: &str) -> Option<Self> {
        let there = Command::new("chromium").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok();
        assert!(there || std::env::var_os("CI").is_none(), "chromium is not installed; tests/run installs it");
        if !there {
            eprintln!("skipped: chromium is not installed; tests/run installs it");
            return None;
        }
        let profile = tempfile::tempdir().unwrap();
        // The protocol's pipe is file descriptors 3 and 4; the shell makes them of our own two ends.
        let flags = "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking \
                     --disable-component-update --disable-sync --disable-dev-shm-usage --window-size=1280,900 --remote-debugging-pipe";
        let mut child = Command::new("bash")
            .args(["-c", &format!("exec chromium {flags} --user-data-dir=\"$0\" 3<&0 4>&1 </dev/null >/dev/null")])
            .arg(profile.path())
            .env("HOME", profile.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let (input, output) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        let mut browser = Self { child, input, output, session: None, number: 0, _profile: profile };
        let target = browser.call("Target.createTarget", &json!({ "url": "about:blank" }))["targetId"].clone();
        let session = browser.call("Target.attachToTarget", &json!({ "targetId": target, "flatten": true }));
        browser.session = session["sessionId"].as_str().map(str::to_owned);
        browser.call("Page.navigate", &json!({ "url": url }));
        Some(browser)
    }

    /// The value of an expression in the page; a promise is waited for.
    pub(crate) fn value(&mut self, expression: &str) -> Value {
        let asked = json!({ "expression": expression, "awaitPromise": true, "returnByValue": true });
        let answer = self.call("Runtime.evaluate", &asked);
        assert!(answer["exceptionDetails"].is_null(), "{expression}: {answer}");
        answer["result"]["value"].clone()
    }

    /// Waits until an expression is true in the page: at most two minutes, and no longer than it takes.
    pub(crate) fn wait_for(&mut self, condition: &str) {
        let waiting = format!(
            "new Promise((done) => {{ const end = Date.now() + 120000; const look = () => {{ let is = false; try {{ is = {condition}; }} catch {{}} \
             if (is || Date.now() > end) done(!!is); else setTimeout(look, 50); }}; look(); }})"
        );
        let asked = json!({ "expression": waiting, "awaitPromise": true, "returnByValue": true });
        // A page that is just being left takes its promise with it; the next one is asked again.
        let answer = (0..20).find_map(|_| self.ask("Runtime.evaluate", &asked).ok());
        if answer.is_none_or(|answer| answer["result"]["value"] != json!(true)) {
            let page = self.value("document.documentElement.outerHTML");
            panic!("never true: {condition}\n{page}");
        }
    }

    /// The page as a PNG, once so much of it (of a hundred) is as white as paper; the viewer of PDFs paints later than the page around it.
    ///
    /// None when the viewer, which is the browser's own, paints nothing for long: on a busy machine it may give up; what the page says is checked apart from it.
    pub(crate) fn picture(&mut self, paper: usize) -> Option<Vec<u8>> {
        for _ in 0..600 {
            let shot = self.call("Page.captureScreenshot", &json!({ "format": "png" }));
            let png = base64::engine::general_purpose::STANDARD.decode(shot["data"].as_str().unwrap_or_default()).unwrap();
            let pixels = image::load_from_memory(&png).unwrap().to_rgb8();
            let white = pixels.pixels().filter(|pixel| pixel.0.iter().all(|part| *part > 250)).count();
            if white * 100 >= paper * (pixels.width() * pixels.height()) as usize {
                return Some(png);
            }
        }
        None
    }

    fn call(&mut self, method: &str, parameters: &Value) -> Value {
        self.ask(method, parameters).unwrap_or_else(|error| panic!("{method}: {error}"))
    }

    fn ask(&mut self, method: &str, parameters: &Value) -> Result<Value, Value> {
        self.number += 1;
        let mut message = json!({ "id": self.number, "method": method, "params": parameters });
        if let Some(session) = &self.session {
            message["sessionId"] = json!(session);
        }
        self.input.write_all(message.to_string().as_bytes()).unwrap();
        self.input.write_all(&[0]).unwrap();
        loop {
            let mut bytes = Vec::new();
            self.output.read_until(0, &mut bytes).unwrap();
            assert!(bytes.pop().is_some(), "the browser ended while it was asked for {method}");
            let answer: Value = serde_json::from_slice(&bytes).unwrap();
            if answer["id"] == self.number {
                return if answer["error"].is_null() { Ok(answer["result"].clone()) } else { Err(answer["error"].clone()) };
            }
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
