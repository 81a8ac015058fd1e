//! Lists, acts on many and pictures of pages, as the people of a school use them.

use super::*;

/// Clicks that a person made.
struct Hand<'b> {
    browser: &'b mut Browser,
    clicks: u32,
}

impl<'b> Hand<'b> {
    fn new(browser: &'b mut Browser) -> Self {
        Self { browser, clicks: 0 }
    }

    /// Clicks on what a selector finds, once it is there.
    fn click(&mut self, selector: &str) {
        let found = format!("document.querySelector({})", Value::from(selector));
        self.browser.wait_for(&format!("{found} !== null && document.readyState === 'complete'"));
        self.browser.value(&format!("{found}.click()"));
        self.clicks += 1;
    }

    fn types(&mut self, selector: &str, text: &str) {
        let found = format!("document.querySelector({})", Value::from(selector));
        // Before its script runs a page does not look while somebody types.
        self.browser.wait_for(&format!("{found} !== null && document.readyState === 'complete'"));
        self.browser
            .value(&format!("{found}.value = {}; {found}.dispatchEvent(new Event('input', {{ bubbles: true }}))", Value::from(text)));
    }

    fn wait(&mut self, condition: &str) {
        self.browser.wait_for(condition);
    }
}

async fn named(service: &Service, student: &str, name: &str) -> String {
    let mut event: Value = serde_json::from_str(&completion(student)).unwrap();
    event["user"]["username"] = Value::from(name);
    let answer = service.webhook(&event.to_string()).await;
    answer.body["job_id"].as_str().unwrap().to_owned()
}

/// The rounds of all reports, as the command tells them.
fn rounds(folder: &std::path::Path) -> Vec<u64> {
    let settings = BTreeMap::from([("DATA_DIR".to_owned(), folder.to_str().unwrap().to_owned())]);
    let output = gradepost(&["jobs", "list", "--json", "--limit", "1000", "--state", "done"], &settings).output().unwrap();
    let jobs: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    jobs.iter().filter(|job| job["kind"] != "bulk").map(|job| job["round"].as_u64().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_act_on_many_goes_on_after_a_crash_is_stopped_in_the_middle_and_does_each_once() {
    let school = school();
    let mut service = Service::start(school.path(), &TOKENS);
    for n in 0..40 {
        report_of(&service, &format!("student{n:02}")).await;
    }
    let Some(mut browser) = Browser::open("about:blank") else { return };
    sign_in(&mut browser, &service.url(""), OPERATOR);
    browser.go(&service.url("/console/reports?state=sent"));
    let mut hand = Hand::new(&mut browser);
    hand.wait("document.querySelectorAll('#list .who').length === 40");
    hand.browser.value("document.querySelector('#which').value = 'all'");
    hand.click("button[name=act][value=send]");
    hand.wait(
        "location.pathname.startsWith('/console/bulk/') && document.querySelector('.question h2').textContent.includes('40 informes')",
    );
    assert_eq!(mails(school.path()).len(), 40, "asking sends nothing");
    // What comes meanwhile is not among them: the set is fixed.
    report_of(&service, "latecomer").await;
    hand.click(".question button.main");
    let bulk = {
        hand.wait("document.querySelector('#live') !== null");
        hand.browser.value("location.pathname").as_str().unwrap().to_owned()
    };
    assert_eq!(hand.clicks, 2, "one to ask, one to answer");
    let done = |page: &str| -> u64 {
        let told =
            page.split("<h2>").find(|part| part.split("</h2>").next().is_some_and(|title| title.contains(" listos"))).unwrap_or_default();
        told.split(" de ").next().and_then(|n| n.trim().parse().ok()).unwrap_or_default()
    };
    let mut person = Person::signed_in(&service, OPERATOR).await;
    until(&mut person, &bulk, |page| done(page) >= 5).await;
    let cookies = person.cookies.clone();
    service.restart();
    let mut person = Person { cookies, ..Person::new(&service) };
    // It goes on by itself, and a person stops it before its end.
    browser.go(&service.url(&bulk));
    let mut hand = Hand::new(&mut browser);
    hand.wait("parseInt(document.querySelector('#live h2').textContent) >= 10");
    hand.click("form[action$=\"/stop\"] button");
    hand.wait("document.body.textContent.includes('Detenido')");
    let page = person.get(&bulk).await.text;
    let stopped_at = done(&page);
    assert!((10..40).contains(&stopped_at) && !page.contains("ya habían cambiado"), "{stopped_at}: {page}");
    until(&mut person, "/console/reports?state=sent", |page| page.matches("class=\"who\"").count() == 41).await;
    let rounds = rounds(school.path());
    assert_eq!(rounds.iter().filter(|round| **round == 2).count() as u64, stopped_at, "each was done once: {rounds:?}");
    assert!(rounds.len() == 41 && rounds.iter().all(|round| *round <= 2), "{rounds:?}");
    let acts = audited(school.path());
    assert_eq!(acts.iter().filter(|act| act["act"] == "bulk").count(), 1);
    assert_eq!(acts.iter().filter(|act| act["act"] == "bulk.stop").count(), 1);
    // An answer from an old page does nothing more.
    let again = person.post(&format!("{bulk}/start"), &[("csrf", &field(&page, "csrf"))]).await;
    assert_eq!(again.status, 303);
    assert!(person.get(&bulk).await.text.contains("Detenido"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_everyday_tasks_take_a_few_clicks() {
    let school = school();
    let service = Service::start(school.path(), &TOKENS);
    for (student, name) in [("ana", "Ana María Núñez"), ("pedro", "Pedro Soto"), ("luis", "Luis Díaz"), ("eva", "Eva Rojas")] {
        named(&service, student, name).await;
    }
    let mut event: Value = serde_json::from_str(&completion("zoe")).unwrap();
    event["user"]["username"] = Value::from("Zoë Ñandú");
    event["assessment"]["title"] = Value::from("Un test sin banco");
    event["assessment"]["url"] = Value::from("https://x.cl/path-player?courseid=c&unit=0123456789abcdef01234561");
    assert_eq!(service.webhook(&event.to_string()).await.body["status"], "parked");
    let Some(mut browser) = Browser::open("about:blank") else { return };
    sign_in(&mut browser, &service.url(""), OPERATOR);

    // "Ana says she got no report": the list, her name, and there it stands.
    let mut hand = Hand::new(&mut browser);
    hand.click("nav.side a[href=\"/console/reports\"]");
    hand.types("#q", "nunez");
    hand.wait("document.querySelectorAll('#list .who').length === 1 && location.search.includes('s=')");
    hand.click("#list .who");
    hand.wait("document.querySelector('.next') !== null && document.querySelector('.next').textContent.includes('el servidor de correo lo aceptó')");
    assert_eq!(hand.clicks, 2);

    // "Send Pedro's again to another address".
    hand.browser.go(&service.url("/console/reports"));
    let mut hand = Hand::new(&mut browser);
    hand.types("#q", "pedro");
    hand.wait("document.querySelectorAll('#list .who').length === 1 && location.search.includes('s=')");
    hand.click("#list .who");
    hand.click("#more summary");
    hand.click("a[href$=\"/send-to\"]");
    hand.types("#to", "madre@example.com");
    hand.types("#again", "madre@example.com");
    hand.types("#why", "Pidió copia");
    hand.click(".question button.main");
    hand.wait("location.pathname.startsWith('/console/reports/') && document.querySelector('[role=status]').textContent.includes('otra dirección')");
    assert_eq!(hand.clicks, 4);
    let mut person = Person::signed_in(&service, OPERATOR).await;
    crate::harness::until(
        || service.log(),
        async || (mails(school.path()).iter().any(|mail| mail.contains("madre@example.com"))).then_some(()),
    )
    .await;
    assert_eq!(mails(school.path()).iter().filter(|mail| mail.contains("madre@example.com")).count(), 1);

    until(&mut person, "/console/reports?state=sent", |page| page.matches("class=\"who\"").count() == 4).await;

    // "The template had a typo, re-make the last 20": on the template's page.
    hand.browser.go(&service.url("/console/templates"));
    let mut hand = Hand::new(&mut browser);
    hand.click("main .groups a");
    hand.wait("document.querySelector('form[action=\"/console/reports/many\"] #which') !== null");
    hand.click("form[action=\"/console/reports/many\"] button");
    hand.wait("location.pathname.startsWith('/console/bulk/') && document.querySelector('.question h2').textContent.includes('Rehacer el PDF: 4 informes')");
    hand.click(".question button.main");
    hand.wait("document.body.textContent.includes('Terminado')");
    assert_eq!(hand.clicks, 3);
    // What the student got before stays what the student got: they are sent, as they were.
    until(&mut person, "/console/reports?state=sent", |page| page.matches("class=\"who\"").count() == 4).await;
    assert_eq!(mails(school.path()).len(), 5, "only filed: no mail goes out unless one says so");

    // "Who has no report yet".
    hand.browser.go(&service.url("/console/reports"));
    let mut hand = Hand::new(&mut browser);
    hand.click("a.chip[data-without]");
    hand.wait("document.querySelectorAll('#list .who').length === 1 && document.querySelector('#list .who').textContent.includes('Zoë')");
    assert_eq!(hand.clicks, 1);
}

#[tokio::test]
async fn an_index_that_is_damaged_or_gone_while_people_look_comes_back_by_itself() {
    let school = school();
    let service = Service::start(school.path(), &TOKENS);
    let job = report_of(&service, "ana").await;
    let mut person = Person::signed_in(&service, READER).await;
    until(&mut person, "/console/reports", |page| page.matches("class=\"who\"").count() == 1).await;
    let index = files(&school.path().join("index")).into_iter().find(|name| name.ends_with(".sqlite")).unwrap();
    let path = school.path().join("index").join(index);
    for damage in [vec![7_u8; std::fs::metadata(&path).unwrap().len() as usize], Vec::new()] {
        std::fs::write(&path, damage).unwrap();
        for page in ["/console/reports", "/console/today", "/console/todo", "/console/results", &format!("/console/reports/{job}")] {
            let answer = person.get(page).await;
            assert_eq!(answer.status, 200, "{page}: {}", answer.text);
        }
        until(&mut person, "/console/reports", |page| page.matches("class=\"who\"").count() == 1).await;
    }
}

#[tokio::test]
async fn a_list_is_downloaded_as_it_is_filtered_without_formulas_and_recorded() {
    let school = school();
    let service = Service::start(school.path(), &TOKENS);
    named(&service, "ana", "=HYPERLINK(\"http://evil\")").await;
    named(&service, "luis", "Luis \"el Rápido\", Díaz").await;
    let mut person = Person::signed_in(&service, OPERATOR).await;
    let page = until(&mut person, "/console/reports", |page| page.matches("class=\"who\"").count() == 2).await;
    let all = person.get("/console/reports.csv").await;
    assert_eq!(all.headers["content-type"], "text/csv; charset=utf-8; header=present");
    let text = all.text.trim_start_matches('\u{feff}').to_owned();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let names: Vec<String> = reader.records().map(|record| record.unwrap()[5].to_owned()).collect();
    assert!(
        names.contains(&"'=HYPERLINK(\"http://evil\")".to_owned()) && names.contains(&"Luis \"el Rápido\", Díaz".to_owned()),
        "{names:?}"
    );
    let sealed = person.post("/console/reports/search", &[("csrf", &field(&page, "csrf")), ("q", "rapido")]).await;
    let filtered = sealed.headers["location"].to_str().unwrap().replace("/console/reports", "/console/reports.csv");
    assert_eq!(person.get(&filtered).await.text.lines().count(), 2);
    assert_eq!(audited(school.path()).iter().filter(|act| act["act"] == "reports.export").count(), 2);
    let mut reader = Person::signed_in(&service, READER).await;
    assert_eq!(reader.get("/console/reports.csv").await.status, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_shows_a_reports_pages_and_a_draft_shows_which_pages_change() {
    let school = school();
    let service = Service::start(school.path(), &TOKENS);
    let job = report_of(&service, "ana").await;
    let Some(mut browser) = Browser::open("about:blank") else { return };
    sign_in(&mut browser, &service.url(""), OPERATOR);
    let folder = repository("target/console");
    std::fs::create_dir_all(&folder).unwrap();
    let loaded =
        "[...document.querySelectorAll('img.leaf')].filter((i) => i.offsetParent !== null).every((i) => i.complete && i.naturalWidth > 0)";
    for (scheme, width) in [("light", 360), ("dark", 1280)] {
        browser.scheme(scheme);
        browser.size(width, 900);
        browser.go(&service.url(&format!("/console/reports/{job}")));
        if width < 500 {
            browser.value("document.querySelector('img.leaf').scrollIntoView()");
            browser.wait_for(loaded);
        }
        std::fs::write(folder.join(format!("picture report {scheme} {width}.png")), browser.screenshot()).unwrap();
        browser.go(&service.url(&format!("/console/reports/{job}/pages?round=1")));
        browser.wait_for(loaded);
        let alts = browser.value("[...document.querySelectorAll('img.leaf')].every((i) => i.alt.includes('Student ana'))");
        assert_eq!(alts, Value::from(true));
        assert_eq!(browser.problems(), Vec::<String>::new(), "{width}");
        std::fs::write(folder.join(format!("picture pages {scheme} {width}.png")), browser.screenshot()).unwrap();
    }
    // Another template under the usual one's name: some pages differ.
    let mut person = Person::signed_in(&service, OPERATOR).await;
    let list = person.get("/console/templates").await.text;
    let name = list.split("/console/templates/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let other = std::fs::read(repository("templates/plantilla_porcentaje.docx")).unwrap();
    let mut body = format!(
        "--x\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n{}\r\n--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n",
        field(&list, "csrf")
    )
    .into_bytes();
    body.extend(other);
    body.extend(b"\r\n--x--\r\n");
    let request = person
        .request(reqwest::Method::POST, "/console/templates")
        .header("Sec-Fetch-Site", "same-origin")
        .header("Content-Type", "multipart/form-data; boundary=x")
        .body(body);
    let draft = person.keep(request).await.headers["location"].to_str().unwrap().to_owned();
    browser.size(1280, 900);
    browser.go(&service.url(&format!("{draft}/compare/{job}")));
    browser.wait_for(&format!("document.querySelectorAll('section.differs').length > 0 && {loaded}"));
    assert_eq!(browser.problems(), Vec::<String>::new());
    std::fs::write(folder.join("picture compare.png"), browser.screenshot()).unwrap();
}

#[tokio::test]
async fn marking_again_shows_before_and_after_before_it_is_done() {
    let school = school();
    let service = Service::start(school.path(), &TOKENS);
    let job = report_of(&service, "ana").await;
    let mut person = Person::signed_in(&service, OPERATOR).await;
    let path = format!("/console/reports/{job}/mark");
    assert!(person.get(&path).await.text.contains("el resultado sería el mismo"));
    // The first question's key is another one now.
    let bank = school.path().join("questions/Test de diagnóstico Parte 1.csv");
    let text = std::fs::read_to_string(&bank).unwrap();
    let turned: Vec<String> = text
        .lines()
        .enumerate()
        .map(|(line, text)| {
            if line != 1 {
                return text.to_owned();
            }
            text.split(',')
                .map(|cell| match cell {
                    "A" => "B",
                    "B" => "C",
                    "C" => "D",
                    "D" => "A",
                    cell => cell,
                })
                .collect::<Vec<_>>()
                .join(",")
        })
        .collect();
    std::fs::write(&bank, turned.join("\n")).unwrap();
    let page = until(&mut person, &path, |page| !page.contains("el resultado sería el mismo")).await;
    assert!(page.contains("con el banco y las reglas de hoy sería"), "{page}");
    assert_eq!(mails(school.path()).len(), 1, "asking changes nothing");
}
