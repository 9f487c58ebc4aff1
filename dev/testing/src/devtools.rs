//! A page in a real browser that a test clicks and types in, by the Chrome DevTools Protocol over a
//! pair of pipes. As in `browser`, `OKTA_HOOKS_BROWSER` names the browser, if there is one.

use std::env;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// How long anything on a page may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// A browser with one page. It ends when dropped.
pub struct Page {
    child: Child,
    to: ChildStdin,
    from: Receiver<Value>,
    session: String,
    next: u64,
    _profile: tempfile::TempDir,
}

impl Page {
    /// A page at `url` in a window of this size; `None` where there is no browser to show it.
    pub fn open(url: &str, width: u32, height: u32) -> Option<Self> {
        let Some(browser) = env::var_os("OKTA_HOOKS_BROWSER") else {
            eprintln!("OKTA_HOOKS_BROWSER names no browser: the page was not looked at");
            return None;
        };
        let profile = tempfile::tempdir().expect("a directory for the browser's profile");
        // The browser reads commands from descriptor 3 and writes answers to descriptor 4.
        let mut child = Command::new("sh")
            .args(["-c", "exec \"$0\" \"$@\" 3<&0 4>&1 </dev/null >/dev/null"])
            .arg(browser)
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic"])
            .args(["--no-first-run", "--disable-background-networking", "--disable-sync"])
            .args(["--disable-component-update", "--remote-debugging-pipe", "--lang=en-US"])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg("about:blank")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the browser starts");
        let to = child.stdin.take().expect("stdin is piped");
        let mut stdout = BufReader::new(child.stdout.take().expect("stdout is piped"));
        let (sender, from) = mpsc::channel();
        thread::spawn(move || {
            let mut message = Vec::new();
            while stdout.read_until(0, &mut message).is_ok_and(|read| read > 0) {
                message.pop();
                let json = serde_json::from_slice(&message).expect("a message is JSON");
                message.clear();
                if sender.send(json).is_err() {
                    return;
                }
            }
        });
        let session = String::new();
        let mut page = Self { child, to, from, session, next: 1, _profile: profile };
        let made = page.call("Target.createTarget", json!({ "url": "about:blank" }));
        let target = json!({ "targetId": made["targetId"], "flatten": true });
        let attached = page.call("Target.attachToTarget", target);
        attached["sessionId"].as_str().expect("a session").clone_into(&mut page.session);
        page.resize(width, height);
        page.call("Page.navigate", json!({ "url": url }));
        page.wait_until("document.readyState === 'complete'");
        Some(page)
    }

    fn call(&mut self, method: &str, params: Value) -> Value {
        let answer = self.try_call(method, params);
        answer.unwrap_or_else(|error| panic!("{method}: {error}"))
    }

    /// The error is the browser's.
    fn try_call(&mut self, method: &str, params: Value) -> Result<Value, Value> {
        let id = self.next;
        self.next += 1;
        let mut message = json!({ "id": id, "method": method, "params": params });
        if !self.session.is_empty() {
            message["sessionId"] = json!(self.session);
        }
        self.to.write_all(format!("{message}\0").as_bytes()).expect("the browser listens");
        loop {
            let mut answer = self.from.recv_timeout(PATIENCE).expect("the browser answers");
            if answer["id"] == id {
                return match answer["error"].take() {
                    Value::Null => Ok(answer["result"].take()),
                    error => Err(error),
                };
            }
        }
    }

    /// The value of a JavaScript expression, a promise's once it is there.
    #[track_caller]
    pub fn eval(&mut self, script: &str) -> Value {
        let params = json!({ "expression": script, "awaitPromise": true, "returnByValue": true });
        let mut result = self.call("Runtime.evaluate", params);
        assert!(result["exceptionDetails"].is_null(), "{script}: {}", result["exceptionDetails"]);
        result["result"]["value"].take()
    }

    #[track_caller]
    pub fn wait_until(&mut self, condition: &str) {
        let deadline = Instant::now() + PATIENCE;
        while self.eval(condition) != true {
            if Instant::now() > deadline {
                let text = self.eval("document.body?.innerText");
                panic!("{condition} is not true of {}", text.as_str().unwrap_or_default());
            }
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// What can be seen of the element.
    #[track_caller]
    pub fn text(&mut self, selector: &str) -> String {
        let text = self.eval(&format!("document.querySelector({}).innerText", json!(selector)));
        text.as_str().expect("an element has text").to_owned()
    }

    /// Waits until `text` can be seen in the element.
    #[track_caller]
    pub fn wait_for(&mut self, selector: &str, text: &str) {
        let (selector, text) = (json!(selector), json!(text));
        self.wait_until(&format!(
            "document.querySelector({selector})?.innerText.includes({text}) === true"
        ));
    }

    /// Clicks with the mouse on what can be seen there: something that covers it gets the click.
    #[track_caller]
    pub fn click(&mut self, selector: &str) {
        self.click_on(&format!("document.querySelector({})", json!(selector)));
    }

    /// Clicks on the first button or summary in the element that has this text.
    #[track_caller]
    pub fn press(&mut self, within: &str, text: &str) {
        self.click_on(&format!(
            "[...(document.querySelector({})?.querySelectorAll('button, summary') ?? [])]\
             .find((one) => one.checkVisibility() && one.textContent.trim() === {})",
            json!(within),
            json!(text)
        ));
    }

    #[track_caller]
    fn click_on(&mut self, element: &str) {
        self.wait_until(&format!("({element})?.checkVisibility() === true"));
        let place = format!(
            "const element = {element}; \
             element?.scrollIntoView({{ block: 'center', inline: 'nearest' }}); \
             const box = element?.getClientRects()[0]; \
             if (!box) return null; \
             const place = [box.left + box.width / 2, box.top + box.height / 2];"
        );
        // A dialog that is just closing would still take the press.
        self.wait_until(&format!(
            "(() => {{ {place} return element.contains(document.elementFromPoint(...place)); }})()"
        ));
        let place = self.eval(&format!("(() => {{ {place} return place; }})()"));
        for kind in ["mousePressed", "mouseReleased"] {
            let mouse = json!({ "type": kind, "x": place[0], "y": place[1], "button": "left", "clickCount": 1 });
            self.call("Input.dispatchMouseEvent", mouse);
        }
    }

    /// Types `text` in the place of what is in the field.
    #[track_caller]
    pub fn fill(&mut self, selector: &str, text: &str) {
        self.click(selector);
        self.eval(&format!("document.querySelector({}).select()", json!(selector)));
        self.call("Input.insertText", json!({ "text": text }));
    }

    /// Presses a key where the focus is: `Tab`, `Enter`, `Escape`, or one that writes a character.
    pub fn key(&mut self, key: &str) {
        let (code, text) = match key {
            "Enter" => (13, "\r"),
            "Tab" => (9, ""),
            "Escape" => (27, ""),
            written => (0, written),
        };
        for (kind, text) in [("keyDown", text), ("keyUp", "")] {
            let pressed = json!({ "type": kind, "key": key, "code": key, "text": text, "windowsVirtualKeyCode": code });
            self.call("Input.dispatchKeyEvent", pressed);
        }
    }

    /// Loads the page anew.
    #[track_caller]
    pub fn reload(&mut self) {
        self.eval("window.loadedBefore = true");
        self.call("Page.reload", json!({}));
        let script = "window.loadedBefore === undefined && document.readyState === 'complete'";
        let params = json!({ "expression": script });
        // While the page goes, there is nothing that could answer.
        while self
            .try_call("Runtime.evaluate", params.clone())
            .is_ok_and(|found| found["result"]["value"] != true)
        {
            thread::sleep(Duration::from_millis(20));
        }
        self.wait_until(script);
    }

    /// Puts a script into the page as a debugger does, whatever the page's own policy says.
    pub fn inject(&mut self, script: &str) {
        self.call("Runtime.evaluate", json!({ "expression": script }));
    }

    /// What axe-core finds on the page as it is now, one line each; empty if nothing.
    #[track_caller]
    pub fn accessibility_faults(&mut self, axe: &str) -> String {
        self.inject(axe);
        let script = "axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations\
            .flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id} ${target}: ${failureSummary}`)).join('\\n'))";
        self.eval(script).as_str().expect("a list").to_owned()
    }

    pub fn resize(&mut self, width: u32, height: u32) {
        let size =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.call("Emulation.setDeviceMetricsOverride", size);
    }

    /// `dark` or `light`.
    pub fn prefer(&mut self, scheme: &str) {
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        self.call("Emulation.setEmulatedMedia", json!({ "features": features }));
    }

    /// Writes a picture of the window's contents, as PNG.
    pub fn screenshot(&mut self, path: &Path) {
        use base64::Engine;
        let picture = self.call("Page.captureScreenshot", json!({ "format": "png" }));
        let data = picture["data"].as_str().expect("a picture");
        let png = base64::engine::general_purpose::STANDARD.decode(data).expect("base64");
        std::fs::write(path, png).expect("a file can be written");
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
