//! Pages of lists, as Svix has them: an iterator is the id of the last item; with a `-` before it the list is walked back.

use std::str::FromStr;

use serde::Serialize;
use utoipa::ToSchema;

use crate::gateway::model::PageQuery;
use crate::http::problem::Problem;
use crate::http::svix::request::Query;

/// Items of a page when the caller does not say.
const DEFAULT_LIMIT: usize = 50;
/// The most items of a page.
const MOST: usize = 250;

/// Which way a list goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Smallest, oldest first.
    Ascending,
    /// Greatest, newest first.
    Descending,
}

/// Where a page begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Start {
    /// At the first item.
    First,
    /// Behind this item.
    After(String),
    /// The page that ends before this item.
    Before(String),
}

/// What a caller asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRequest {
    /// The most items.
    pub limit: usize,
    /// Where it begins.
    pub start: Start,
    /// Which way the list goes.
    pub order: Order,
}

/// A page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Page<T> {
    /// The items, always in the list's own order.
    pub data: Vec<T>,
    /// Gives the next page.
    pub iterator: Option<String>,
    /// Gives the page before.
    pub prev_iterator: Option<String>,
    /// Whether this is the last page in the direction that was asked for.
    pub done: bool,
}

impl PageRequest {
    /// Reads `limit`, `iterator` and `order`.
    ///
    /// # Errors
    /// 400 for what cannot be read, 422 for a limit that is too large.
    pub fn of(query: &Query, default: Order) -> Result<Self, Problem> {
        let limit = query.typed("limit", "a whole number")?;
        let order = match query.text("order") {
            None => default,
            Some("ascending") => Order::Ascending,
            Some("descending") => Order::Descending,
            Some(_) => {
                return Err(Problem::bad_request(
                    "generic_error",
                    "Failed to deserialize query string: order: expected ascending or descending",
                ));
            }
        };
        Self::asked(limit, query.text("iterator"), order)
    }

    /// What a limit and an iterator ask for.
    ///
    /// # Errors
    /// 422 for a limit that is too large.
    pub fn asked(limit: Option<usize>, iterator: Option<&str>, order: Order) -> Result<Self, Problem> {
        let start = iterator.map_or(Start::First, |text| match text.strip_prefix('-') {
            Some(id) => Start::Before(id.to_owned()),
            None => Start::After(text.to_owned()),
        });
        Self { limit: DEFAULT_LIMIT, start, order }.with_limit(limit)
    }

    fn with_limit(mut self, limit: Option<usize>) -> Result<Self, Problem> {
        match limit {
            None => {}
            Some(0) => return Err(Problem::invalid_field(&["query", "limit"], "Given limit must be at least 1")),
            Some(limit) if limit > MOST => {
                return Err(Problem::invalid_field(&["query", "limit"], format!("Given limit must not exceed {MOST}")));
            }
            Some(limit) => self.limit = limit,
        }
        Ok(self)
    }

    /// The same as a question about things with ids of ours.
    ///
    /// # Errors
    /// 422 for an iterator that is none.
    pub fn by_id<Id: FromStr>(&self) -> Result<PageQuery<Id>, Problem> {
        let (text, backwards) = match &self.start {
            Start::First => (None, false),
            Start::After(id) => (Some(id), false),
            Start::Before(id) => (Some(id), true),
        };
        let no_iterator = |_| Problem::invalid_field(&["query", "iterator"], "This is no iterator of this list.");
        let from = text.map(|text| text.parse().map_err(no_iterator)).transpose()?;
        Ok(PageQuery { limit: self.limit, from, backwards, ascending: self.order == Order::Ascending })
    }

    /// The page out of all items, which are sorted by `id` ascending.
    pub fn cut<T>(&self, sorted: Vec<T>, id: impl Fn(&T) -> String) -> Page<T> {
        let (order, bound) = match &self.start {
            Start::First => (self.order, None),
            Start::After(id) => (self.order, Some(id.as_str())),
            Start::Before(id) => (self.order.reversed(), Some(id.as_str())),
        };
        let keep = |item: &T| {
            bound.is_none_or(|bound| match order {
                Order::Ascending => id(item).as_str() > bound,
                Order::Descending => id(item).as_str() < bound,
            })
        };
        let mut read: Vec<T> = sorted.into_iter().filter(keep).collect();
        if order == Order::Descending {
            read.reverse();
        }
        let done = read.len() <= self.limit;
        read.truncate(self.limit);
        if matches!(self.start, Start::Before(_)) {
            read.reverse();
        }
        Page::of(read, done, id)
    }
}

impl Order {
    /// The other way.
    pub fn reversed(self) -> Self {
        match self {
            Self::Ascending => Self::Descending,
            Self::Descending => Self::Ascending,
        }
    }
}

impl<T> Page<T> {
    /// A page of these items, which are in the list's order.
    pub fn of(data: Vec<T>, done: bool, id: impl Fn(&T) -> String) -> Self {
        let iterator = data.last().map(&id);
        let prev_iterator = data.first().map(|item| format!("-{}", id(item)));
        Self { data, iterator, prev_iterator, done }
    }

    /// The same page of something else.
    pub fn map<U>(self, change: impl FnMut(T) -> U) -> Page<U> {
        Page {
            data: self.data.into_iter().map(change).collect(),
            iterator: self.iterator,
            prev_iterator: self.prev_iterator,
            done: self.done,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> Vec<String> {
        (0..28).map(|n| format!("id{n:02}")).collect()
    }

    fn page(raw: &str, default: Order) -> Page<String> {
        PageRequest::of(&Query::parse(raw), default).unwrap().cut(all(), Clone::clone)
    }

    #[test]
    fn from_the_third_page_two_pages_back_are_the_first_two() {
        for order in [Order::Ascending, Order::Descending] {
            let first = page("limit=10", order);
            let second = page(&format!("limit=10&iterator={}", first.iterator.as_ref().unwrap()), order);
            let third = page(&format!("limit=10&iterator={}", second.iterator.as_ref().unwrap()), order);
            assert_eq!((first.done, second.done, third.done), (false, false, true));
            assert_eq!((first.data.len(), second.data.len(), third.data.len()), (10, 10, 8));
            let back = page(&format!("limit=10&iterator={}", third.prev_iterator.as_ref().unwrap()), order);
            assert_eq!((&back.data, back.done), (&second.data, false));
            let further = page(&format!("limit=10&iterator={}", back.prev_iterator.as_ref().unwrap()), order);
            assert_eq!((&further.data, further.done), (&first.data, true));
        }
    }

    #[test]
    fn an_empty_page_has_no_iterators_and_is_done() {
        let empty = page("iterator=id27", Order::Ascending);
        assert_eq!((empty.data.len(), empty.iterator, empty.prev_iterator, empty.done), (0, None, None, true));
    }

    #[test]
    fn a_limit_is_1_to_250() {
        let status = |raw: &str| PageRequest::of(&Query::parse(raw), Order::Ascending).map_err(|problem| problem.status().as_u16());
        assert_eq!(status("limit=250").unwrap().limit, 250);
        assert_eq!(status("").unwrap().limit, 50);
        assert_eq!(status("limit=251").unwrap_err(), 422);
        assert_eq!(status("limit=0").unwrap_err(), 422);
        assert_eq!(status("limit=x").unwrap_err(), 400);
        assert_eq!(status("order=sideways").unwrap_err(), 400);
    }
}
