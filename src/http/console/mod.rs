//! The operator's console: pages that say what happened in words and what one can do; nothing happens that nobody was asked about once.
//!
//! Server-rendered; everything works without scripts. A page never reads the platform or sends a mail by itself, never shows an answer or a secret, and never puts a name into an address or a log.
//!
//! | file | what it holds |
//! |---|---|
//! | `gate.rs` | who gets in and from where: roles as extractor types, forms' tokens, headers |
//! | `visit.rs`, `cookies.rs`, `form_data.rs`, `paths.rs` | who looks, what a request and its form bring |
//! | `session.rs`, `sign_in.rs`, `links.rs`, `identity.rs` | the signed cookie; how one gets it, by a key, a link or an account elsewhere |
//! | `person.rs`, `provider.rs`, `admission.rs` | the people who may sign in; who vouches for others, and which of them may come in |
//! | `state.rs`, `config.rs` | what the console works with; its settings |
//! | `words/`, `format.rs` | all words in three languages; times, numbers, masked addresses |
//! | `parts/`, `assets/` | what pages are made of; style, script, icons |
//! | `shown.rs` | how reports stand, in people's words; lists come from `lookup` |
//! | the others | one file per page, or few that belong together |
//!
//! A room with pages of its own on this layout takes the role types of [`gate`], shows its pages with [`pages::show`], and puts its routes behind the gate with [`guarded`].

pub mod acts;
pub mod admission;
pub mod assets;
pub mod bank_questions;
pub mod config;
pub mod cookies;
pub mod csv;
pub mod file_drafts;
pub mod file_trials;
pub mod files;
pub mod form_data;
pub mod format;
pub mod gate;
pub mod gateway_acts;
pub mod identity;
pub mod keys;
pub mod links;
pub mod many;
pub mod more;
pub mod pages;
pub mod parts;
pub mod paths;
pub mod people;
pub mod person;
pub mod picture_cache;
pub mod pictures;
pub mod platform;
pub mod privacy;
pub mod provider;
pub mod report;
pub mod report_query;
pub mod reports;
pub mod results;
pub mod session;
pub mod shown;
pub mod sign_in;
pub mod state;
pub mod students;
pub mod system;
pub mod today;
pub mod todo;
pub mod visit;
pub mod words;
pub mod workshop;

use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, Path};
use axum::response::Response;
use axum::routing::{MethodRouter, get, post};
use axum::{Router, middleware};

use crate::http::console::gate::{Act, Reader, Upload};
use crate::http::console::pages::Problem;
use crate::http::console::state::Console;
use crate::http::console::visit::Caller;
use crate::http::console::workshop::FileKind;
use crate::model::role::Role;

/// A route, and who may at least use it; none where one need not be signed in. [`routes`] lists ours; rooms with pages of their own list theirs.
pub struct Route<S> {
    /// Its path.
    pub path: String,
    /// Who may use it.
    pub least: Option<Role>,
    /// What answers.
    pub methods: MethodRouter<S>,
}

/// All routes with their roles on one screen. The roles here are what tests hold the handlers' types against.
pub fn routes<S: Clone + Send + Sync + 'static>() -> Vec<Route<S>> {
    use Role::{Admin, Operator, Reader};
    let open = |path: &str, methods| Route { path: path.to_owned(), least: None, methods };
    let role = |path: &str, least, methods| Route { path: path.to_owned(), least: Some(least), methods };
    let mut routes = vec![
        open("/console/assets/{name}", get(assets::serve)),
        open("/console/sign-in", get(sign_in::show).post(sign_in::enter)),
        open("/console/sign-in/mail", post(people::ask_link)),
        open("/console/sign-in/oidc", get(identity::start)),
        open(identity::CALLBACK, get(identity::back)),
        role("/console/sign-in/again", Reader, get(sign_in::again).post(sign_in::confirm)),
        open("/console/link/{token}", get(people::link_page).post(people::use_link)),
        role("/console", Reader, get(home)),
        role("/console/today", Reader, get(today::show)),
        role("/console/reports", Reader, get(reports::list)),
        role("/console/reports/search", Reader, post(reports::seal)),
        role("/console/reports/many", Operator, post(many::choose)),
        role("/console/reports.csv", Operator, get(csv::download)),
        role("/console/reports/{job}", Reader, get(report::show)),
        role("/console/reports/{job}/pdf", Reader, get(report::pdf)),
        role("/console/reports/{job}/pages", Reader, get(pictures::all)),
        role("/console/reports/{job}/page/{number}", Reader, get(pictures::page)),
        role("/console/reports/{job}/address", Operator, post(report::address)),
        role("/console/reports/{job}/{deed}", Operator, get(acts::question).post(acts::done)),
        role("/console/students/{key}", Reader, get(students::show)),
        role("/console/todo", Reader, get(todo::show)),
        role("/console/todo/{cause}", Reader, get(todo::one)),
        role("/console/bulk/{id}", Operator, get(many::show)),
        role("/console/bulk/{id}/start", Operator, post(many::start)),
        role("/console/bulk/{id}/stop", Operator, post(many::stop)),
        role("/console/results", Reader, get(results::courses)),
        role("/console/results/{course}", Reader, get(results::course)),
        role("/console/results/{course}/{assessment}", Reader, get(results::assessment)),
        role("/console/templates/{name}/preview", Reader, get(files::preview)),
        role("/console/banks/{name}/questions", Reader, get(bank_questions::questions)),
        role("/console/templates/{name}/draft/{id}/compare/{job}", Operator, get(file_trials::compare)),
        role("/console/templates/{name}/draft/{id}/pdf/{job}", Operator, get(file_trials::side)),
        role("/console/templates/{name}/draft/{id}/page/{job}/{number}", Operator, get(file_trials::side_page)),
        role("/console/calls", Operator, get(system::calls)),
        role("/console/health", Operator, get(system::health)),
        role("/console/health/mail", Operator, post(system::send_mail)),
        role("/console/people", Admin, get(people::list).post(people::add)),
        role("/console/people/{person}/remove", Admin, get(people::removing).post(people::remove)),
        role("/console/people/{person}/link", Admin, post(people::link)),
        role("/console/keys", Admin, get(keys::list).post(keys::create)),
        role("/console/keys/{key}/revoke", Admin, get(keys::revoking).post(keys::revoke)),
        role("/console/privacy", Admin, get(privacy::show).post(privacy::find)),
        role("/console/privacy/wishes", Admin, post(privacy::wish_of_other)),
        role("/console/privacy/wishes/{subject}/lift", Admin, get(privacy::lifting).post(privacy::lift)),
        role("/console/privacy/students/{hash}", Admin, get(privacy::student)),
        role("/console/privacy/students/{hash}/export", Admin, post(privacy::export)),
        role("/console/privacy/students/{hash}/erase", Admin, get(privacy::erasing).post(privacy::erase)),
        role("/console/privacy/students/{hash}/{deed}", Admin, get(privacy::wishing).post(privacy::wish)),
        role("/console/platform", Operator, get(platform::show).post(platform::search)),
        role("/console/platform/{collection}", Operator, get(platform::list)),
        role("/console/audit", Operator, get(more::audit)),
        role("/console/help", Reader, get(more::help)),
        role("/console/me", Reader, get(more::me).post(more::save)),
        role("/console/me/everybody-out", Admin, post(sign_in::everybody_out)),
        role("/console/sign-out", Reader, post(sign_in::leave)),
        role("/console/{*path}", Reader, get(nowhere)),
    ];
    for kind in [FileKind::Template, FileKind::Bank, FileKind::Rules] {
        routes.extend(file_routes(kind));
    }
    routes
}

/// The routes of a kind of file that the school edits.
fn file_routes<S: Clone + Send + Sync + 'static>(kind: FileKind) -> Vec<Route<S>> {
    let role = |path: &str, least, methods| Route { path: format!("{}{path}", kind.path()), least: Some(least), methods };
    let limit = DefaultBodyLimit::max(gate::LARGEST_FILE);
    let upload = post(move |upload: Upload<gate::Operator>| file_drafts::draft(kind, upload)).layer::<_, std::convert::Infallible>(limit);
    vec![
        role("", Role::Reader, get(move |reader: Reader| files::list(kind, reader)).merge(upload)),
        role("/{name}", Role::Reader, get(move |reader: Reader, name: Path<String>| files::one(kind, reader, name))),
        role("/{name}/file", Role::Operator, get(move |operator: gate::Operator, name: Path<String>| files::file(kind, operator, name))),
        role(
            "/{name}/back/{number}",
            Role::Operator,
            post(move |version: Path<(String, u32)>, act: Act<gate::Operator>| file_drafts::back(kind, version, act)),
        ),
        role(
            "/{name}/draft/{id}",
            Role::Operator,
            get(move |operator: gate::Operator, draft: Path<(String, String)>| file_drafts::draft_page(kind, operator, draft)),
        ),
        role(
            "/{name}/draft/{id}/use",
            Role::Operator,
            post(move |draft: Path<(String, String)>, act: Act<gate::Operator>| file_drafts::put_in_use(kind, draft, act)),
        ),
        role(
            "/{name}/draft/{id}/discard",
            Role::Operator,
            post(move |draft: Path<(String, String)>, act: Act<gate::Operator>| file_drafts::discard(kind, draft, act)),
        ),
    ]
}

/// The entries of the menu that this release has pages for.
pub const PAGES: &[&str] = &[
    "today",
    "reports",
    "todo",
    "results",
    "templates",
    "banks",
    "rules",
    "health",
    "calls",
    "platform",
    "institutions",
    "deliveries",
    "people",
    "keys",
    "audit",
    "privacy",
];

/// The console's routes behind its gate.
pub fn router<S: Clone + Send + Sync + 'static>(console: &Arc<Console>) -> Router<S> {
    guarded(routes(), console)
}

/// Routes of the console's kind behind its gate: sessions, foreign pages, headers. They come as a table, so that no page is without its role.
pub fn guarded<S: Clone + Send + Sync + 'static>(routes: Vec<Route<S>>, console: &Arc<Console>) -> Router<S> {
    let routes = routes.into_iter().fold(Router::new(), |router, route| router.route(&route.path, route.methods));
    routes.layer(middleware::from_fn_with_state(Arc::clone(console), gate::gate))
}

async fn home(_: Reader) -> Response {
    pages::see("/console/today")
}

async fn nowhere(_: Reader, caller: Caller) -> Response {
    pages::problem(&caller, &Problem::NotFound)
}
