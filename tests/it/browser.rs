//! A real browser, driven over its own protocol (CDP) through a pipe: no port, no driver program, no waiting for fixed times.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use crate::gcs_emulator::peer::peer;

use base64::Engine as _;
use serde_json::{Value, json};

/// A running browser with one page.
pub(crate) struct Browser {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    session: Option<String>,
    number: u64,
    /// What the page told without being asked: errors, exceptions, issues.
    events: Vec<Value>,
    has_scripts: bool,
    _profile: tempfile::TempDir,
}

impl Browser {
    /// Opens a page; `None` on a laptop without a browser.
    pub(crate) fn open(url: &str) -> Option<Self> {
        let there = Command::new("chromium").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
        peer("chromium", there.map_err(|error| error.to_string()))?;
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
        let mut browser = Self { child, input, output, session: None, number: 0, events: Vec::new(), has_scripts: true, _profile: profile };
        let target = browser.call("Target.createTarget", &json!({ "url": "about:blank" }))["targetId"].clone();
        let session = browser.call("Target.attachToTarget", &json!({ "targetId": target, "flatten": true }));
        browser.session = session["sessionId"].as_str().map(str::to_owned);
        for domain in ["Page", "Runtime", "Log", "Audits", "Network"] {
            browser.call(&format!("{domain}.enable"), &json!({}));
        }
        browser.call("Page.navigate", &json!({ "url": url }));
        Some(browser)
    }

    /// Goes to a page and waits until it is there; what earlier pages told is forgotten.
    pub(crate) fn go(&mut self, url: &str) {
        self.call("Page.navigate", &json!({ "url": "about:blank" }));
        self.wait_for("location.href === 'about:blank' && document.readyState === 'complete'");
        self.events.clear();
        self.call("Page.navigate", &json!({ "url": url }));
        self.wait_for("location.href !== 'about:blank' && document.readyState === 'complete'");
    }

    /// The window's size.
    pub(crate) fn size(&mut self, width: u32, height: u32) {
        let mobile = width < 500;
        self.call(
            "Emulation.setDeviceMetricsOverride",
            &json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": mobile }),
        );
    }

    /// What the system prefers: `light` or `dark`.
    pub(crate) fn scheme(&mut self, scheme: &str) {
        self.call("Emulation.setEmulatedMedia", &json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] }));
    }

    /// Whether pages may run scripts; timers are scripts, too, so that waiting is then done from here.
    pub(crate) fn scripts(&mut self, on: bool) {
        self.has_scripts = on;
        self.call("Emulation.setScriptExecutionDisabled", &json!({ "value": !on }));
    }

    /// A header with every request.
    pub(crate) fn header(&mut self, name: &str, value: &str) {
        self.call("Network.setExtraHTTPHeaders", &json!({ "headers": { name: value } }));
    }

    /// Errors, exceptions, violations of the policy and failed requests since the page was asked for.
    pub(crate) fn problems(&mut self) -> Vec<String> {
        // A round trip, so that what was told before is here.
        self.value("1");
        let told = |event: &Value| {
            let parameters = &event["params"];
            match event["method"].as_str()? {
                "Log.entryAdded" if parameters["entry"]["level"] == "error" => Some(parameters["entry"]["text"].to_string()),
                "Runtime.exceptionThrown" => Some(parameters["exceptionDetails"]["text"].to_string()),
                "Runtime.consoleAPICalled" if parameters["type"] == "error" => Some(parameters["args"].to_string()),
                "Audits.issueAdded" if parameters["issue"]["code"] == "ContentSecurityPolicyIssue" => Some(parameters["issue"].to_string()),
                "Network.loadingFailed" if parameters["canceled"] != true => Some(parameters["errorText"].to_string()),
                _ => None,
            }
        };
        self.events.iter().filter_map(told).collect()
    }

    /// Chooses a file in a control, as a person does.
    pub(crate) fn choose(&mut self, selector: &str, file: &std::path::Path) {
        let root = self.call("DOM.getDocument", &json!({}))["root"]["nodeId"].clone();
        let node = self.call("DOM.querySelector", &json!({ "nodeId": root, "selector": selector }))["nodeId"].clone();
        self.call("DOM.setFileInputFiles", &json!({ "nodeId": node, "files": [file.to_str().unwrap()] }));
    }

    /// What axe finds that is serious or critical.
    pub(crate) fn axe(&mut self, source: &str) -> Vec<String> {
        self.call("Runtime.evaluate", &json!({ "expression": source }));
        let found = self.value(
            "axe.run(document, { resultTypes: ['violations'] }).then((r) => r.violations.filter((v) => ['serious', 'critical'].includes(v.impact)) \
             .map((v) => v.id + ': ' + v.nodes.slice(0, 3).map((n) => n.target.join(' ') + ' ' + (n.any[0] ? n.any[0].message : '')).join('; ')))",
        );
        found.as_array().into_iter().flatten().filter_map(|one| one.as_str().map(str::to_owned)).collect()
    }

    /// The page as it is seen, as a PNG.
    pub(crate) fn screenshot(&mut self) -> Vec<u8> {
        let shot = self.call("Page.captureScreenshot", &json!({ "format": "png" }));
        base64::engine::general_purpose::STANDARD.decode(shot["data"].as_str().unwrap_or_default()).unwrap()
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
        if !self.has_scripts {
            let is_true = |browser: &mut Self| {
                let asked = json!({ "expression": format!("(() => {{ try {{ return !!({condition}) }} catch {{ return false }} }})()"), "returnByValue": true });
                browser.ask("Runtime.evaluate", &asked).is_ok_and(|answer| answer["result"]["value"] == json!(true))
            };
            let there = (0..2400).any(|_| {
                std::thread::sleep(std::time::Duration::from_millis(50));
                is_true(self)
            });
            assert!(there, "never true: {condition}");
            return;
        }
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
            if answer["method"].is_string() {
                self.events.push(answer);
                continue;
            }
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
