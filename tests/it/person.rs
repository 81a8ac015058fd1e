//! Somebody who uses the console's pages with a browser without scripts.

use std::collections::BTreeMap;

use crate::harness::{Answer, Service};

/// Keeps cookies, follows nothing, fills in forms as they stand.
pub(crate) struct Person<'a> {
    pub(crate) service: &'a Service,
    pub(crate) cookies: BTreeMap<String, String>,
    pub(crate) language: Option<&'static str>,
}

impl<'a> Person<'a> {
    /// Somebody who says no language, so that the school's serves.
    pub(crate) fn new(service: &'a Service) -> Self {
        Self { service, cookies: BTreeMap::new(), language: None }
    }

    /// Somebody whose browser speaks English.
    pub(crate) fn english(service: &'a Service) -> Self {
        Self { language: Some("en"), ..Self::new(service) }
    }

    pub(crate) async fn signed_in(service: &'a Service, token: &str) -> Self {
        Self::new(service).sign_in(token).await
    }

    pub(crate) async fn sign_in(mut self, token: &str) -> Self {
        let page = self.get("/console/sign-in").await;
        let answer = self.post("/console/sign-in", &[("csrf", &field(&page.text, "csrf")), ("token", token)]).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        self
    }

    /// A request with this person's cookies.
    pub(crate) fn request(&self, method: reqwest::Method, path: &str) -> reqwest::RequestBuilder {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = client().request(method, self.service.url(path)).header("Accept", "text/html").header("Cookie", cookies.join("; "));
        match self.language {
            Some(language) => request.header("Accept-Language", language),
            None => request,
        }
    }

    /// Sends a request and keeps the cookies that come back.
    pub(crate) async fn keep(&mut self, request: reqwest::RequestBuilder) -> Answer {
        let answer = self.service.send(request).await;
        for cookie in answer.headers.get_all("set-cookie") {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        answer
    }

    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        let request = self.request(reqwest::Method::GET, path);
        self.keep(request).await
    }

    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let request = self.request(reqwest::Method::POST, path).header("Sec-Fetch-Site", "same-origin").form(fields);
        self.keep(request).await
    }

    /// Asks for a question's page and sends its form as it stands, with these fields filled in.
    pub(crate) async fn answer(&mut self, path: &str, filled: &[(&str, &str)]) -> Answer {
        let page = self.get(path).await;
        assert_eq!(page.status, 200, "{path}: {}", page.text);
        let held = ["csrf", "once", "expected", "at"].map(|name| (name, field(&page.text, name)));
        let held = held.iter().map(|(name, value)| (*name, value.as_str())).filter(|(_, value)| !value.is_empty());
        let fields: Vec<(&str, &str)> = held.chain(filled.iter().copied()).collect();
        self.post(path, &fields).await
    }
}

/// A client that follows nothing.
pub(crate) fn client() -> reqwest::Client {
    gradepost::app::install_tls_provider();
    reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

/// The value of a hidden field; of the last form that has it, as the menu's come first.
pub(crate) fn field(page: &str, name: &str) -> String {
    let mark = format!("name=\"{name}\" value=\"");
    page.rsplit(&mark).next().filter(|_| page.contains(&mark)).and_then(|rest| rest.split('"').next()).unwrap_or_default().to_owned()
}
