//! The gateway's pages over the real binary: endpoints, deliveries, dead letters, the portal; who may do what, once; and every page in a real browser.

use std::collections::{BTreeMap, BTreeSet};

use gradepost::http::console::gateway_acts::EndpointDeed;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::browser::Browser;
use crate::console::threats::assert_tame;
use crate::console::until;
use crate::gateway_pages::{ADMIN, OPERATOR, READER, secret_of, service};
use crate::gcs_emulator::peer::peer;
use crate::harness::{Service, repository};
use crate::person::{Person, client, field};

/// What somebody may write wherever others can write.
const EVIL: &str = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'><svg onload=alert(3)>javascript:alert(4)";
/// Shows what follows from right to left.
const TURN: &str = "\u{202e}gpj.exe";

/// A receiver that answers by the path it is called under: `/good` takes, `/busy` answers 503, everything else 500 with a hostile text.
async fn receiver() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut bytes = Vec::new();
                loop {
                    let head = bytes.windows(4).position(|window| window == b"\r\n\r\n");
                    let Some(head) = head else {
                        if stream.read_buf(&mut bytes).await.unwrap_or(0) == 0 {
                            return;
                        }
                        continue;
                    };
                    let text = String::from_utf8_lossy(&bytes[..head]).to_ascii_lowercase();
                    let length =
                        text.lines().find_map(|line| line.strip_prefix("content-length: ")?.trim().parse::<usize>().ok()).unwrap_or(0);
                    while bytes.len() < head + 4 + length {
                        if stream.read_buf(&mut bytes).await.unwrap_or(0) == 0 {
                            return;
                        }
                    }
                    let answer = match text.split(' ').nth(1).unwrap_or_default() {
                        path if path.starts_with("/good") => "200 OK\r\nContent-Length: 2\r\n\r\nok".to_owned(),
                        path if path.starts_with("/evil") => {
                            format!(
                                "500 {EVIL}\r\nContent-Type: text/html\r\nX-Reason: {EVIL}\r\nContent-Length: {}\r\n\r\n{EVIL}{TURN}",
                                EVIL.len() + TURN.len()
                            )
                        }
                        path if path.starts_with("/busy") => "503 Service Unavailable\r\nContent-Length: 0\r\n\r\n".to_owned(),
                        _ => {
                            let body = "<img src=x onerror=alert(1)> la base de datos no responde";
                            format!("500 Internal Server Error\r\nContent-Type: text/html\r\nContent-Length: {}\r\n\r\n{body}", body.len())
                        }
                    };
                    if stream.write_all(format!("HTTP/1.1 {answer}").as_bytes()).await.is_err() {
                        return;
                    }
                    bytes.drain(..head + 4 + length);
                }
            });
        }
    });
    base
}

struct House<'a> {
    service: &'a Service,
    receiver: String,
}

impl House<'_> {
    async fn call(&self, path: &str, body: Value) -> Value {
        let request = self.service.client().post(self.service.url(path)).bearer_auth(ADMIN).json(&body);
        let answer = self.service.send(request).await;
        assert!(answer.status < 300, "{path}: {} {}", answer.status, answer.text);
        answer.body
    }

    /// An institution, by its uid.
    async fn institution(&self, uid: &str, name: &str) -> String {
        let made = self.call("/api/v1/institutions", json!({ "name": name, "uid": uid })).await;
        made["id"].as_str().unwrap().to_owned()
    }

    /// An endpoint of it under this path of the receiver; one that fails is given up within seconds.
    async fn endpoint(&self, institution: &str, path: &str) -> String {
        let body = json!({ "url": format!("{}{path}", self.receiver), "profile": "seed003", "rate": 1000 });
        let made = self.call(&format!("/api/v1/endpoints?institution={institution}"), body).await;
        made["id"].as_str().unwrap().to_owned()
    }

    async fn publish(&self, institution: &str, n: usize) {
        let data = json!({ "student_id": format!("s-{n}"), "course_id": "CS101", "grade": "A", "note": "Ana Pérez" });
        self.call(&format!("/api/v1/events?institution={institution}"), json!({ "type": "grade.submitted", "data": data })).await;
    }
}

fn first_link(page: &str, before: &str) -> String {
    let rest = page.split(&format!("href=\"{before}")).nth(1).unwrap_or_else(|| panic!("no link to {before}: {page}"));
    format!("{before}{}", rest.split('"').next().unwrap())
}

#[tokio::test]
async fn what_failed_is_found_by_its_words_read_and_sent_again_once() {
    let folder = tempfile::tempdir().unwrap();
    let service = service(folder.path());
    let house = House { service: &service, receiver: receiver().await };
    let institution = house.institution("liceo-1", "Liceo <Uno>").await;
    let good = house.endpoint(&institution, "/good").await;
    let bad = house.endpoint(&institution, "/bad").await;
    house.publish(&institution, 1).await;
    let mut operator = Person::english(&service).sign_in(OPERATOR).await;
    let dead = "/console/deliveries?state=dead";
    let list = until(&mut operator, dead, |page| page.contains("class=\"who\"")).await;
    assert!(
        list.contains("Not delivered") && list.contains("1 delivery") && list.contains("Liceo &lt;Uno&gt;") && !list.contains("Ana"),
        "{list}"
    );
    assert!(operator.get("/console/deliveries?state=delivered").await.text.contains("Delivered"));
    assert!(operator.get("/console/deliveries?state=delivered&class=5xx").await.text.contains("No delivery fits these filters"));

    // The words of an error stand in no address.
    let csrf = field(&list, "csrf");
    let found = operator.post("/console/deliveries/search", &[("csrf", &csrf), ("q", "BASE de datos")]).await;
    let address = found.headers["location"].to_str().unwrap().to_owned();
    assert!(address.starts_with("/console/deliveries?s=") && !address.contains("datos"), "{address}");
    assert_eq!(operator.get(&address).await.text.matches("class=\"who\"").count(), 1);

    // One delivery: every try with what was answered, as text.
    let delivery = first_link(&list, "/console/deliveries/app_");
    let page = operator.get(&delivery).await.text;
    assert!(page.contains("It could not be delivered (tries: 4)") && page.contains("127.0.0.1"), "{page}");
    assert_eq!(page.matches("<li class=\"bad\">").count(), 4);
    assert!(page.contains("&lt;img src=x") && !page.contains("<img src=x"), "an answer is text");
    assert!(!page.contains("Ana P"), "data are shown when asked for only");
    let shown = operator.post(&format!("{delivery}/data"), &[("csrf", &field(&page, "csrf")), ("once", &field(&page, "once"))]).await;
    assert!(shown.text.contains("Ana Pérez") && shown.text.contains("Webhook-Signature"), "{}", shown.text);
    assert_eq!(shown.headers["cache-control"], "no-store");
    let mut admin = Person::english(&service).sign_in(ADMIN).await;
    assert!(admin.get("/console/audit").await.text.contains("Event · Show the data"), "that somebody looked is recorded");

    // The receiver is fixed; the delivery is sent again, once, however often the form is sent.
    let change =
        admin.answer(&format!("/console/endpoints/{institution}.{bad}/edit"), &[("url", &format!("{}/good/now", house.receiver))]).await;
    assert_eq!(change.status, 303, "{}", change.text);
    let question = operator.get(&format!("{delivery}/again")).await.text;
    let fields = ["csrf", "once", "expected"].map(|name| (name, field(&question, name)));
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let first = operator.post(&format!("{delivery}/again"), &fields).await;
    assert_eq!(first.status, 303, "{}", first.text);
    let second = operator.post(&format!("{delivery}/again"), &fields).await;
    assert!(second.status == 409 || second.status == 303, "{}", second.status);
    let page = until(&mut operator, &delivery, |page| page.contains("The receiver took it")).await;
    assert_eq!(page.matches("<li class=\"good\">").count(), 1, "{page}");
    until(&mut operator, "/console/dead-letters", |page| page.contains("Everything arrived")).await;

    // All of a filter at once, as one task.
    let all = format!("/console/deliveries/again?institution={institution}&endpoint={good}");
    let again = operator.answer(&all, &[]).await;
    assert_eq!(again.status, 303, "{}", again.text);
    let delivered = format!("/console/deliveries/{institution}.{}.{good}", delivery.split('.').nth(1).unwrap());
    until(&mut operator, &delivered, |page| page.contains("Try by hand")).await;
    until(&mut operator, &format!("/console/endpoints/{institution}.{good}"), |page| page.contains("done; sent: 1")).await;
}

#[tokio::test]
async fn what_receivers_and_partners_write_stays_text_on_every_page_of_the_gateway_and_the_portal() {
    let folder = tempfile::tempdir().unwrap();
    let service = service(folder.path());
    let house = House { service: &service, receiver: receiver().await };
    let evil = format!("{EVIL}{TURN}");
    let institution = house.institution("liceo-1", &evil).await;
    let call = async |path: &str, body: Value| {
        let request = service.client().post(service.url(path)).bearer_auth(ADMIN).json(&body);
        service.send(request).await
    };
    let endpoints = format!("/api/v1/endpoints?institution={institution}");
    for address in ["javascript:alert(1)", "data:text/html,<script>alert(1)</script>", "http://\u{202e}x.example/"] {
        let answer = call(&endpoints, json!({ "url": address })).await;
        assert_eq!(answer.status, 422, "{address}: {}", answer.text);
    }
    let body = json!({
        "url": format!("{}/evil/%3Cscript%3E?<img src=x>", house.receiver), "profile": "seed003", "rate": 1000,
        "description": evil, "channels": [EVIL], "headers": { "X-Note": EVIL }, "metadata": { "note": evil },
    });
    let made = call(&endpoints, body).await;
    // What may not be written is left out; the description is anybody's text.
    let made = if made.status < 300 {
        made
    } else {
        let plain = json!({ "url": format!("{}/evil", house.receiver), "profile": "seed003", "rate": 1000, "description": evil });
        call(&endpoints, plain).await
    };
    assert!(made.status < 300, "{}", made.text);
    let endpoint = made.body["id"].as_str().unwrap().to_owned();
    // A type of event is a name; what comes as one and is none is refused, and its data are anybody's.
    let events = format!("/api/v1/events?institution={institution}");
    let named = call(&events, json!({ "type": evil, "data": {} })).await;
    assert!(named.status == 422 || named.status < 300, "{}", named.text);
    house.call(&events, json!({ "type": "grade.submitted", "data": { "student_id": evil, "grade": evil } })).await;
    let key = call("/api/v1/keys", json!({ "name": evil, "role": "reader" })).await;
    assert!(key.status < 500, "{}", key.text);

    let mut admin = Person::english(&service).sign_in(ADMIN).await;
    let list = until(&mut admin, "/console/deliveries?state=dead", |page| page.contains("class=\"who\"")).await;
    let delivery = first_link(&list, "/console/deliveries/app_");
    let own = format!("{institution}.{endpoint}");
    let mut pages: Vec<String> =
        ["institutions", "deliveries", "deliveries?state=dead", "dead-letters", "audit", "keys", "today", "health"]
            .map(|path| format!("/console/{path}"))
            .to_vec();
    pages.extend(["", "/edit", "/portal", "/delete"].map(|deed| format!("/console/institutions/{institution}{deed}")));
    pages.extend(
        ["", "/edit", "/headers", "/recover", "/rotate", "/pause", "/delete"].map(|deed| format!("/console/endpoints/{own}{deed}")),
    );
    pages.extend(["", "/again", "/discard"].map(|deed| format!("{delivery}{deed}")));
    pages.extend([
        "/register-school".to_owned(),
        "/webhook-logs/liceo-1".to_owned(),
        format!("/console/deliveries/again?institution={institution}"),
    ]);
    let mut shown = 0;
    for path in &pages {
        let page = admin.get(path).await;
        assert!([200, 303, 404].contains(&page.status), "{path}: {} {}", page.status, page.text);
        shown += page.text.matches("&lt;script&gt;alert").count();
        assert_tame(path, &page);
    }
    let page = admin.get(&delivery).await.text;
    let data = admin.post(&format!("{delivery}/data"), &[("csrf", &field(&page, "csrf")), ("once", &field(&page, "once"))]).await;
    assert_tame("the data", &data);
    assert!(data.text.contains("&lt;script&gt;alert"), "{}", data.text);

    // The same for the institution's own people.
    let link = admin.answer(&format!("/console/institutions/{institution}/portal"), &[("may", "manage"), ("hours", "24")]).await;
    assert_tame("the portal's key", &link);
    let key = secret_of(&link.text).split("#key=").nth(1).unwrap().to_owned();
    let mut own_people = Person::english(&service);
    assert_eq!(own_people.answer("/portal", &[("key", &key)]).await.status, 303);
    let mut pages = ["home", "deliveries", "dead-letters"].map(|path| format!("/portal/{path}")).to_vec();
    pages.extend(["", "/edit", "/headers", "/rotate"].map(|deed| format!("/portal/endpoints/{own}{deed}")));
    pages.push(delivery.replace("/console", "/portal"));
    for path in &pages {
        let page = own_people.get(path).await;
        assert!([200, 303, 404].contains(&page.status), "{path}: {} {}", page.status, page.text);
        shown += page.text.matches("&lt;script&gt;alert").count();
        assert_tame(path, &page);
    }
    assert!(shown > 10, "it is shown, as text: {shown}");
}

#[tokio::test]
async fn an_endpoint_is_tried_changed_paused_and_removed_by_who_may_and_nobody_else() {
    let folder = tempfile::tempdir().unwrap();
    let service = service(folder.path());
    let house = House { service: &service, receiver: receiver().await };
    let institution = house.institution("liceo-1", "Liceo 1").await;
    let id = house.endpoint(&institution, "/good").await;
    let endpoint = format!("/console/endpoints/{institution}.{id}");
    let (mut admin, mut operator, mut reader) = (
        Person::english(&service).sign_in(ADMIN).await,
        Person::english(&service).sign_in(OPERATOR).await,
        Person::english(&service).sign_in(READER).await,
    );

    // Every deed, by every role: asked of by GET, and never done without the form's token.
    for deed in EndpointDeed::ALL.into_iter().filter(|deed| *deed != EndpointDeed::Resume) {
        let path = format!("{endpoint}/{}", deed.as_str());
        let is_change = deed.need() == gradepost::http::console::gateway_acts::Need::Change;
        assert_eq!(admin.get(&path).await.status, 200, "{path}");
        assert_eq!(operator.get(&path).await.status, if is_change { 403 } else { 200 }, "{path}");
        assert_eq!(reader.get(&path).await.status, 403, "{path}");
        for person in [&mut admin, &mut operator, &mut reader] {
            assert_eq!(person.post(&path, &[("csrf", "wrong")]).await.status, 403, "{path}");
        }
    }
    for path in ["/console/deliveries", "/console/dead-letters", &endpoint, &format!("/console/institutions/{institution}/portal")] {
        assert_eq!(reader.get(path).await.status, 403, "{path}");
        let nobody = service.send(client().get(service.url(path)).header("Accept", "text/html")).await;
        assert_eq!(nobody.status, 303, "{path}");
    }

    // A test goes out signed, whatever the filter says.
    assert_eq!(operator.answer(&format!("{endpoint}/test"), &[("kind", "grade.submitted")]).await.status, 303);
    until(&mut operator, &endpoint, |page| page.contains("It works. Last delivery")).await;

    // The guard's verdict stands at the field, and what was typed is still there.
    let refused = admin.answer(&format!("{endpoint}/edit"), &[("url", "https://169.254.169.254/x"), ("events", "grade.*")]).await;
    assert!(refused.status == 422 && refused.text.contains("169.254.0.0/16") && refused.text.contains("grade.*"), "{}", refused.text);
    let changed = admin
        .answer(
            &format!("{endpoint}/edit"),
            &[("url", &format!("{}/good/2", house.receiver)), ("events", "grade.*, student.**"), ("rate", "7")],
        )
        .await;
    assert_eq!(changed.status, 303, "{}", changed.text);
    assert_eq!(admin.answer(&format!("{endpoint}/headers"), &[("name0", "X-Api-Key"), ("value0", "hush-hush")]).await.status, 303);
    let page = admin.get(&endpoint).await.text;
    assert!(
        page.contains("/good/2") && page.contains("grade.*, student.**") && page.contains("X-Api-Key") && !page.contains("hush-hush"),
        "{page}"
    );

    // What somebody else changed meanwhile is not overwritten.
    let stale = admin.get(&format!("{endpoint}/pause")).await.text;
    let fields = ["csrf", "once", "expected"].map(|name| (name, field(&stale, name)));
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(admin.answer(&format!("{endpoint}/headers"), &[("remove", "X-Api-Key")]).await.status, 303);
    assert_eq!(admin.post(&format!("{endpoint}/pause"), &fields).await.status, 409);

    assert_eq!(admin.answer(&format!("{endpoint}/pause"), &[]).await.status, 303);
    house.publish(&institution, 1).await;
    let page = admin.get(&endpoint).await.text;
    assert!(page.contains("Somebody disabled it") && page.contains("Resume"), "{page}");
    assert_eq!(admin.answer(&format!("{endpoint}/resume"), &[]).await.status, 303);
    assert_eq!(operator.answer(&format!("{endpoint}/recover"), &[("what", "missing"), ("hours", "1")]).await.status, 303);
    until(&mut operator, &endpoint, |page| page.contains("done; sent: 1")).await;

    // Gone only when its name was typed.
    assert_eq!(admin.answer(&format!("{endpoint}/delete"), &[("typed", "something")]).await.status, 422);
    let short = format!("{}/good/2", house.receiver.trim_start_matches("http://"));
    assert_eq!(admin.answer(&format!("{endpoint}/delete"), &[("typed", &short)]).await.status, 303);
    assert_eq!(admin.get(&endpoint).await.status, 404);
    let log = admin.get("/console/audit").await.text;
    for act in ["Endpoint · Change", "Endpoint · Pause", "Endpoint · Delete", "Endpoint · Recover"] {
        assert!(log.contains(act), "{act}: {log}");
    }
    assert!(!service.log().contains("hush-hush"));
}

#[tokio::test]
async fn an_institutions_own_people_see_their_own_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let service = service(folder.path());
    let house = House { service: &service, receiver: receiver().await };
    let (mine, other) = (house.institution("mine", "Mine").await, house.institution("other", "Other").await);
    let (own, foreign) = (house.endpoint(&mine, "/good").await, house.endpoint(&other, "/good").await);
    house.publish(&mine, 1).await;
    house.publish(&other, 2).await;
    let mut admin = Person::english(&service).sign_in(ADMIN).await;
    let theirs = until(&mut admin, &format!("/console/deliveries?institution={other}"), |page| page.contains("class=\"who\"")).await;
    let theirs = first_link(&theirs, "/console/deliveries/app_").replace("/console", "/portal");
    let key = async |admin: &mut Person<'_>, may: &str| {
        let page = admin.answer(&format!("/console/institutions/{mine}/portal"), &[("may", may), ("hours", "24")]).await;
        assert_eq!(page.headers["cache-control"], "no-store");
        secret_of(&page.text).split("#key=").nth(1).unwrap_or_else(|| panic!("{}", page.text)).to_owned()
    };
    let (manage, look) = (key(&mut admin, "manage").await, key(&mut admin, "look").await);

    let mut nobody = Person::english(&service);
    assert_eq!(nobody.get("/portal/home").await.headers["location"], "/portal");
    let wrong = nobody.answer("/portal", &[("key", "not.a.key")]).await;
    assert!(wrong.status == 401 && wrong.text.contains("That key is not good"), "{}", wrong.text);
    // A program's key is no way in.
    assert_eq!(nobody.answer("/portal", &[("key", ADMIN)]).await.status, 401);

    let (mut manager, mut viewer) = (Person::english(&service), Person::english(&service));
    assert_eq!(manager.answer("/portal", &[("key", &manage)]).await.status, 303);
    assert_eq!(viewer.answer("/portal", &[("key", &format!("http://x/portal#key={look}"))]).await.status, 303, "the whole link is as good");
    for person in [&mut manager, &mut viewer] {
        let home = person.get("/portal/home").await;
        assert!(
            home.status == 200
                && home.text.contains("Mine")
                && !home.text.contains("Other")
                && !home.text.replace("/console/assets/", "").contains("/console/"),
            "{}",
            home.text
        );
        let list = until(person, "/portal/deliveries", |page| page.contains("class=\"who\"")).await;
        assert_eq!(list.matches("class=\"who\"").count(), 1, "their own only: {list}");
        // Whatever address is typed: what is another's is not there.
        let foreign_endpoint = format!("/portal/endpoints/{other}.{foreign}");
        let across = format!("/portal/endpoints/{mine}.{foreign}");
        for path in
            [&theirs, &foreign_endpoint, &across, &format!("/portal/institutions/{other}/endpoint"), &format!("{foreign_endpoint}/pause")]
        {
            assert_eq!(person.get(path).await.status, 404, "{path}");
        }
        let asked = person.get(&format!("/portal/deliveries?institution={other}")).await.text;
        assert_eq!(asked.matches("class=\"who\"").count(), 1, "the address changes nothing: {asked}");
        assert!(!asked.contains(&other));
        for path in ["/console/today", "/console/institutions", "/console/deliveries"] {
            assert_eq!(person.get(path).await.status, 303, "{path} is not theirs");
        }
        for deed in ["edit", "portal", "delete", "pause"] {
            assert_eq!(person.get(&format!("/portal/institutions/{mine}/{deed}")).await.status, 404, "{deed}");
        }
    }
    let endpoint = format!("/portal/endpoints/{mine}.{own}");
    assert_eq!(viewer.get(&format!("{endpoint}/rotate")).await.status, 404);
    assert!(!viewer.get(&endpoint).await.text.contains("/rotate"));
    let rotated = manager.answer(&format!("{endpoint}/rotate"), &[("overlap", "0")]).await;
    assert!(secret_of(&rotated.text).starts_with("whsec_"), "{}", rotated.text);
    assert!(admin.get("/console/audit").await.text.contains("portal:psn_"), "their acts are recorded as theirs");

    // Ended, everybody is out.
    assert_eq!(admin.answer(&format!("/console/institutions/{mine}/end-portal"), &[]).await.status, 303);
    for person in [&mut manager, &mut viewer] {
        assert_eq!(person.get("/portal/home").await.headers["location"], "/portal?out=1");
    }
    assert!(!service.log().contains(&manage));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_of_the_gateway_is_fit_to_be_seen() {
    let folder = tempfile::tempdir().unwrap();
    let service = service(folder.path());
    let house = House { service: &service, receiver: receiver().await };
    let institution = house.institution("liceo-1", "Liceo Bicentenario de Excelencia Nº 1").await;
    house.institution("solo", "Colegio sin destino").await;
    let (good, bad) =
        (house.endpoint(&institution, "/good/hook").await, house.endpoint(&institution, "/bad/a-long-path/of-a-receiver/that-fails").await);
    for n in 0..12 {
        house.publish(&institution, n).await;
    }
    let mut admin = Person::english(&service).sign_in(ADMIN).await;
    until(&mut admin, "/console/dead-letters", |page| page.matches("class=\"who\"").count() == 10).await;
    house.endpoint(&institution, "/busy").await;
    house.publish(&institution, 13).await;
    let list = until(&mut admin, "/console/deliveries?state=dead", |page| page.contains("class=\"who\"")).await;
    let dead = first_link(&list, "/console/deliveries/app_");
    let link = admin.answer(&format!("/console/institutions/{institution}/portal"), &[("may", "manage"), ("hours", "24")]).await;
    let link = secret_of(&link.text);

    let mut pages: Vec<String> =
        ["institutions", "deliveries", "deliveries?state=dead&t=all", "dead-letters"].map(|path| format!("/console/{path}")).to_vec();
    pages.push("/register-school".to_owned());
    pages.push("/webhook-logs/liceo-1".to_owned());
    pages.push(format!("/console/institutions/{institution}"));
    pages.extend([&good, &bad].map(|id| format!("/console/endpoints/{institution}.{id}")));
    pages.extend(["edit", "headers", "recover", "rotate", "delete"].map(|deed| format!("/console/endpoints/{institution}.{bad}/{deed}")));
    pages.push(format!("/console/institutions/{institution}/portal"));
    pages.push(format!("/console/deliveries/again?institution={institution}"));
    pages.extend([dead.clone(), format!("{dead}/again"), format!("{dead}/discard")]);
    let portal = ["/portal/home", "/portal/deliveries", "/portal/dead-letters"].map(ToOwned::to_owned);

    let Some(mut browser) = Browser::open("about:blank") else { return };
    let axe = peer("axe", std::fs::read_to_string(repository("target/parts/axe.min.js")).map_err(|error| error.to_string()));
    browser.header("Accept-Language", "es");
    browser.go(&service.url("/console/sign-in"));
    browser.value(&format!(
        "document.querySelector('#token').value = {}; document.querySelector('#token').form.requestSubmit()",
        Value::from(ADMIN)
    ));
    browser.wait_for("location.pathname === '/console/today' && document.readyState === 'complete'");
    // The link's key goes in by itself, and leaves the address at once.
    browser.go(&link);
    browser.wait_for("location.pathname === '/portal/home' && document.readyState === 'complete'");
    assert_eq!(browser.value("location.hash"), Value::from(""));

    let shots = repository("target/console");
    std::fs::create_dir_all(&shots).unwrap();
    let (mut faults, mut titles) = (Vec::new(), BTreeMap::new());
    let mut looked = BTreeSet::new();
    for language in ["es", "en", "pt"] {
        browser.header("Accept-Language", language);
        for (scheme, width) in [("light", 1280), ("dark", 1280), ("light", 320), ("dark", 360)] {
            browser.scheme(scheme);
            browser.size(width, 900);
            for (place, path) in pages.iter().chain(&portal).enumerate() {
                browser.go(&service.url(path));
                let at = format!("{path} {language} {scheme} {width}");
                faults.extend(browser.problems().into_iter().map(|problem| format!("{at}: {problem}")));
                let html = browser.value("document.documentElement.outerHTML").as_str().unwrap().to_owned();
                let wide = browser.value("document.documentElement.scrollWidth - document.documentElement.clientWidth");
                if wide.as_i64().unwrap_or(99) > 0 {
                    faults.push(format!("{at}: wider than the screen by {wide}"));
                }
                if browser.value("document.querySelectorAll('h1').length + document.querySelectorAll('.question h2').length") != 1 {
                    faults.push(format!("{at}: not one heading of the first rank"));
                }
                if html.contains(" style=") || html.contains(" onclick=") || html.contains("<img") || html.len() > 90_000 {
                    faults.push(format!("{at}: styles, scripts or foreign markup, or {} bytes", html.len()));
                }
                if browser.value("document.documentElement.lang") != language {
                    faults.push(format!("{at}: not in its language"));
                }
                let title = browser.value("document.title").as_str().unwrap().to_owned();
                let without_query = path.split('?').next().unwrap();
                if let Some(other) = titles.insert((language, title.clone()), without_query.to_owned())
                    && other != without_query
                    && !other.replace("/portal", "/console").starts_with(&without_query.replace("/portal", "/console"))
                    && !path.starts_with("/portal")
                    && !other.starts_with("/portal")
                    && !path.contains("/again")
                {
                    faults.push(format!("{at}: has the title of {other}: {title}"));
                }
                if let Some(axe) = axe.as_ref().filter(|_| language == "es") {
                    faults.extend(browser.axe(axe).into_iter().map(|found| format!("{at}: {found}")));
                }
                if language == "es" || (scheme == "light" && width == 1280) {
                    // What is folded is looked at as well.
                    browser.value("document.querySelectorAll('main details').forEach((one) => { one.open = true })");
                    std::fs::write(shots.join(format!("gateway-{place:02}-{language}-{scheme}-{width}.png")), browser.screenshot())
                        .unwrap();
                }
                looked.insert(path.clone());
            }
        }
    }
    assert_eq!(looked.len(), pages.len() + portal.len());
    assert!(faults.is_empty(), "{}", faults.join("\n"));

    // A question is asked in a dialog; without scripts it is a page, and the deed is done all the same.
    browser.header("Accept-Language", "es");
    browser.size(1280, 900);
    let endpoint = service.url(&format!("/console/endpoints/{institution}.{good}"));
    browser.go(&endpoint);
    browser.value("document.querySelector('main a[href$=\"/test\"]').click()");
    browser.wait_for("document.querySelector('dialog[open] h2').textContent === 'Enviar evento de prueba'");
    browser.value("document.querySelector('dialog form').requestSubmit()");
    browser.wait_for("document.readyState === 'complete' && document.querySelector('.say') && document.querySelector('.say').textContent.includes('en camino')");
    browser.scripts(false);
    browser.go(&format!("{endpoint}/test"));
    browser.value("document.querySelector('.question form').submit()");
    let said = |page: &str| page.matches("svix.ping").count() >= 2;
    until(&mut admin, &format!("/console/deliveries?institution={institution}&endpoint={good}"), said).await;
}
