//! minijinja set up for documents: its marks, limits and filters, and the values a template sees.

use std::fmt;
use std::sync::atomic::Ordering;
use std::sync::{Arc, LazyLock};

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Enumerator, Object, ObjectRepr, Value};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, State, UndefinedBehavior};

use super::edits::{COMMENT, STATEMENT, VALUE};
use super::fill::Fill;
use super::{ascii, filters, guard, lists, names, python, run_text, values};
use crate::report::charts::{self, ChartRef};

/// An environment without files, with the engine's filters and functions; filling a part ends after so many steps.
pub(super) fn environment(steps: u64) -> Result<Environment<'static>, Error> {
    let mut environment = Environment::new();
    environment.set_syntax(
        SyntaxConfig::builder()
            .variable_delimiters(VALUE.0, VALUE.1)
            .block_delimiters(STATEMENT.0, STATEMENT.1)
            .comment_delimiters(COMMENT.0, COMMENT.1)
            .keep_trailing_newline(true)
            .build()?,
    );
    environment.set_fuel(Some(steps));
    environment.set_undefined_behavior(UndefinedBehavior::Chainable);
    // What a macro or a `set` block catches is XML already; only then is a string safe.
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_formatter(|output, state, value| {
        let text = if value.is_safe() { value.to_string() } else { crate::report::xml::escape(&value.to_string()) };
        guard::spend(state, text.len())?;
        output.write_str(&text).map_err(Error::from)
    });
    environment.set_unknown_method_callback(python::method);
    filters::add(&mut environment);
    environment.add_filter("__text", values::text);
    environment.add_filter("__run", values::run);
    environment.add_filter("__paragraphs", values::paragraphs);
    environment.add_function("__kept", |state: &State| Fill::of(state).is_none_or(|fill| !fill.replaced.swap(false, Ordering::Relaxed)));
    environment.add_filter("__attribute", values::attribute);
    environment.add_filter("__address", values::address);
    environment.add_filter("__colour", run_text::cell_colour);
    environment.add_function("__round", lists::round);
    environment.add_function("__list", lists::number);
    environment.add_function("__grow", guard::grow);
    environment.add_function("__name", name);
    environment.add_function("__level", |state: &State, part: &str| of_data(state, part, names::level_of));
    environment.add_function("__plan", |state: &State, period: &str| of_data(state, period, names::plan_of));
    environment.add_function("__student", |state: &State| Fill::of(state).map_or("", |fill| fill.language.words().student));
    environment.add_function("__has", |state: &State, name: String| Fill::of(state).is_some_and(|fill| fill.has(&name)));
    environment.add_function("__results", super::append::results);
    Ok(environment)
}

/// A plain name: the data's own value of that name, else what the name stands for.
fn name(state: &State, name: &str, fallback: Option<Value>) -> Value {
    Fill::of(state)
        .map(|fill| fill.root.get_attr(name).unwrap_or_default())
        .filter(|value| !value.is_undefined())
        .unwrap_or_else(|| fallback.unwrap_or_default())
}

fn of_data(state: &State, name: &str, find: fn(&Value, &str) -> Value) -> Value {
    Fill::of(state).map_or(Value::UNDEFINED, |fill| find(&fill.root, name))
}

/// The names a template sees: the data's, then the engine's, then the plain ones (`{{ ALUMNO }}`).
#[derive(Clone)]
pub(super) struct Context {
    pub root: Value,
    pub fill: Value,
    pub chart: Value,
    pub today: Value,
    pub language: Value,
    /// Whether plain names are looked up; what they stand for holds none.
    pub plain: bool,
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Context")
    }
}

/// Evaluates what plain names stand for.
static PLAIN: LazyLock<Option<Environment<'static>>> = LazyLock::new(|| environment(10_000).ok());

impl Context {
    /// A plain name in braces, which the data does not know: the value it stands for.
    fn plain_name(&self, name: &str) -> Option<Value> {
        // `student` and `school` are records of the data, also where it lacks them.
        let expression = names::expression(name).filter(|_| self.plain && !names::roots().any(|root| root == name))?;
        let context = Self { plain: false, ..self.clone() };
        let found = PLAIN.as_ref()?.compile_expression(&expression).ok()?.eval(Value::from_object(context)).ok()?;
        (!found.is_undefined()).then_some(found)
    }
}

impl Object for Context {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Map
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get_value_by_str(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        if key == "__fill" {
            return Some(self.fill.clone());
        }
        let key = &*ascii::original(key);
        if let Some(value) = self.root.get_attr(key).ok().filter(|value| !value.is_undefined()) {
            return Some(value);
        }
        match key {
            "chart" => Some(self.chart.clone()),
            "today" => Some(self.today.clone()),
            "language" => Some(self.language.clone()),
            _ => self.plain_name(key),
        }
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::NonEnumerable
    }
}

/// `chart`: its attributes are the picture blocks; called with a list they draw that list.
#[derive(Debug)]
pub(super) struct Charts;

impl Object for Charts {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let name = charts::known(key.as_str()?)?;
        Some(Value::from_object(ChartRef { name, items: None }))
    }

    fn call_method(self: &Arc<Self>, _: &mut State<'_, '_>, method: &str, args: &[Value]) -> Result<Value, Error> {
        let name =
            charts::known(method).ok_or_else(|| Error::new(ErrorKind::UnknownMethod, format!("there is no picture chart.{method}")))?;
        Ok(Value::from_object(ChartRef { name, items: args.first().cloned() }))
    }
}
