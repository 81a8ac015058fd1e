//! Lists: known parameters, and cursors that belong to the question they came from.

use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use utoipa::ToSchema;

use crate::gateway::model::PageQuery;
use crate::http::problem::Problem;
use crate::http::svix::page::{Order, Page, PageRequest, Start};
use crate::http::svix::request::Query;
use crate::signing::sha256_hex;

/// Items of a page when the caller does not say.
const DEFAULT_LIMIT: usize = 50;
/// The most items of a page.
const MOST: usize = 200;
/// Digits of the question's hash in a cursor.
const HASH: usize = 12;

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Listed<T> {
    /// The items.
    pub data: Vec<T>,
    /// The cursor of the page behind this one; none on the last page.
    pub next: Option<String>,
    /// The cursor of the page before this one.
    pub prev: Option<String>,
}

/// A question for a list.
pub struct ListRequest<'a> {
    query: &'a Query,
    hash: String,
    /// Which page.
    pub page: PageRequest,
}

impl<'a> ListRequest<'a> {
    /// Reads the question; `known` are the parameters besides `limit`, `cursor`, `order` and `institution`.
    ///
    /// # Errors
    /// 400 for parameters that are not known, and for a cursor of another question; 422 for a limit that cannot be.
    pub fn of(query: &'a Query, known: &[&str]) -> Result<Self, Problem> {
        only(query, &[known, &["limit", "cursor", "order", "institution"]].concat())?;
        let hash = question(query);
        let limit = query.typed::<usize>("limit", "a whole number")?.unwrap_or(DEFAULT_LIMIT);
        if !(1..=MOST).contains(&limit) {
            return Err(Problem::invalid_field(&["query", "limit"], format!("1 to {MOST}.")));
        }
        let order = match query.text("order") {
            None | Some("desc") => Order::Descending,
            Some("asc") => Order::Ascending,
            Some(_) => return Err(Problem::bad_request("generic_error", "order is asc or desc")),
        };
        let start = query.text("cursor").map_or(Ok(Start::First), |cursor| read(cursor, &hash))?;
        Ok(Self { query, hash, page: PageRequest { limit, start, order } })
    }

    /// The same as a question about things with ids of ours.
    ///
    /// # Errors
    /// 400 for a cursor that leads nowhere.
    pub fn by_id<Id: FromStr>(&self) -> Result<PageQuery<Id>, Problem> {
        self.page.by_id().map_err(|_| no_cursor())
    }

    /// The query.
    pub fn query(&self) -> &Query {
        self.query
    }

    /// The answer. A list that grows at its end keeps its `next`, so that who follows it asks on with that.
    pub fn answer<T>(&self, page: Page<T>) -> Listed<T> {
        let is_back = matches!(self.page.start, Start::Before(_));
        let is_first = self.page.start == Start::First || (is_back && page.done);
        let (has_next, grows) = (is_back || !page.done, self.page.order == Order::Ascending);
        let asked_from = match &self.page.start {
            Start::After(id) if grows => Some(id.clone()),
            _ => None,
        };
        let next = page.iterator.clone().filter(|_| has_next || grows).or(asked_from);
        let prev = page.prev_iterator.filter(|_| !is_first);
        Listed { data: page.data, next: next.map(|id| self.cursor(&id)), prev: prev.map(|id| self.cursor(&id)) }
    }

    fn cursor(&self, place: &str) -> String {
        URL_SAFE_NO_PAD.encode(format!("{}{place}", self.hash))
    }
}

/// Refuses parameters that are not known.
///
/// # Errors
/// 400 that names the parameter and those there are.
pub fn only(query: &Query, known: &[&str]) -> Result<(), Problem> {
    match query.names().find(|name| !known.contains(name)) {
        None => Ok(()),
        Some(name) => {
            let name: String = name.chars().take(60).collect();
            Err(Problem::bad_request("unknown_parameter", format!("There is no parameter {name:?} here; there are {}.", known.join(", "))))
        }
    }
}

/// What a question is, apart from which page of its answer is wanted.
fn question(query: &Query) -> String {
    let mut parts: Vec<&(String, String)> = query.pairs().filter(|(name, _)| name != "cursor" && name != "limit").collect();
    parts.sort();
    let text: String = parts.iter().flat_map(|(name, value)| [name.as_str(), "\0", value.as_str(), "\0"]).collect();
    sha256_hex(text.as_bytes())[..HASH].to_owned()
}

fn read(cursor: &str, hash: &str) -> Result<Start, Problem> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| no_cursor())?;
    let text = String::from_utf8(bytes).map_err(|_| no_cursor())?;
    let (of, place) = text.split_at_checked(HASH).ok_or_else(no_cursor)?;
    if of != hash {
        return Err(Problem::bad_request(
            "cursor_of_another_list",
            "This cursor belongs to a list with other filters; begin without a cursor.",
        ));
    }
    match place.strip_prefix('-') {
        Some(id) if !id.is_empty() => Ok(Start::Before(id.to_owned())),
        None if !place.is_empty() => Ok(Start::After(place.to_owned())),
        _ => Err(no_cursor()),
    }
}

fn no_cursor() -> Problem {
    Problem::bad_request("bad_cursor", "This is no cursor of ours; begin without one.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(raw: &str) -> Result<Listed<String>, String> {
        let query = Query::parse(raw);
        let asked = ListRequest::of(&query, &["state"]).map_err(|problem| problem.code().to_owned())?;
        let all = (0..7).map(|n| format!("id{n}")).collect();
        Ok(asked.answer(asked.page.cut(all, Clone::clone)))
    }

    #[test]
    fn a_list_is_walked_to_its_end_and_back() {
        let first = page("limit=3&state=dead").unwrap();
        assert_eq!((first.data.join(" "), &first.prev), ("id6 id5 id4".to_owned(), &None));
        let second = page(&format!("limit=3&state=dead&cursor={}", first.next.unwrap())).unwrap();
        let third = page(&format!("state=dead&limit=3&cursor={}", second.next.unwrap())).unwrap();
        assert_eq!((third.data.join(" "), &third.next), ("id0".to_owned(), &None));
        let back = page(&format!("limit=3&state=dead&cursor={}", third.prev.unwrap())).unwrap();
        assert_eq!(back.data, second.data);
        let front = page(&format!("limit=3&state=dead&cursor={}", back.prev.unwrap())).unwrap();
        assert_eq!((front.data, front.prev), (first.data, None));
    }

    #[test]
    fn who_follows_a_list_from_its_beginning_always_has_a_cursor_to_go_on_with() {
        let end = page("order=asc&limit=10").unwrap();
        let next = end.next.unwrap();
        let nothing_new = page(&format!("order=asc&limit=10&cursor={next}")).unwrap();
        assert!(nothing_new.data.is_empty());
        assert_eq!(nothing_new.next, Some(next));
    }

    #[test]
    fn a_cursor_of_another_question_and_an_unknown_parameter_are_refused() {
        let next = page("limit=3&state=dead").unwrap().next.unwrap();
        assert_eq!(page(&format!("limit=3&state=waiting&cursor={next}")).unwrap_err(), "cursor_of_another_list");
        assert_eq!(page("cursor=%2F%2F").unwrap_err(), "bad_cursor");
        assert_eq!(page("statee=dead").unwrap_err(), "unknown_parameter");
        assert_eq!(page("limit=201").unwrap_err(), "validation_error");
    }
}
