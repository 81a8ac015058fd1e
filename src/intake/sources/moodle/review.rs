//! A question of a reviewed attempt: Moodle tells it as the page a teacher sees.
//!
//! What was answered is read from the page's form: chosen radio buttons and boxes, fields, lists. Linear in the page's size.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::intake::entities::plain_text;
use crate::intake::wire;
use crate::model::submission::Answer;

/// A page with more elements than this is read no further.
const MOST_ELEMENTS: usize = 20_000;
/// More fields than a question has.
const MOST_GIVEN: usize = 200;
/// Elements nested deeper are not looked at.
const DEEPEST: usize = 200;
/// Labels that are read at the same time; they do not nest.
const MOST_LABELS_OPEN: usize = 4;

/// The answer to one question.
pub(super) fn answer(question: &Value) -> Answer {
    let page = question.get("html").and_then(Value::as_str).map(Page::read).unwrap_or_default();
    let slot = wire::id_at(question, &["slot"]);
    let points = wire::number_at(question, &["mark"]);
    Answer {
        block_id: slot.map(|slot| format!("slot-{slot}")),
        block_type: wire::id_at(question, &["type"]),
        description: Some(page.text).filter(|text| !text.is_empty()).map(|text| wire::shortened(text, wire::LONGEST_QUESTION)),
        answer: (!page.given.is_empty()).then(|| wire::shortened(page.given.join(" | "), wire::LONGEST_ANSWER)),
        points,
        max_points: wire::number_at(question, &["maxmark"]),
    }
}

/// What a question's page shows.
#[derive(Debug, Default, PartialEq)]
struct Page {
    /// The question.
    text: String,
    /// What was answered, in the page's order.
    given: Vec<String>,
}

/// An element that is open.
struct Open {
    name: String,
    classes: String,
}

/// A label that is being read.
struct Label {
    /// The field it is for, or its own id.
    id: String,
    /// How many elements were open before it.
    depth: usize,
    text: String,
}

#[derive(Default)]
struct Reader {
    open: Vec<Open>,
    page: Page,
    /// Labels by the field they are for.
    labels: BTreeMap<String, String>,
    /// Chosen fields whose label is yet to come, by their place among what was given.
    chosen: Vec<(usize, String, String)>,
    /// The text of the list's option that is chosen.
    option: Option<String>,
    reading: Vec<Label>,
    area: Option<String>,
}

impl Page {
    fn read(html: &str) -> Self {
        let mut reader = Reader::default();
        let mut rest = html;
        for _ in 0..MOST_ELEMENTS {
            let Some(at) = rest.find('<') else { break };
            reader.text(&rest[..at]);
            rest = &rest[at..];
            if let Some(after) = rest.strip_prefix("<!--") {
                rest = after.split_once("-->").map_or("", |(_, after)| after);
                continue;
            }
            let Some(end) = end_of_tag(rest) else { break };
            reader.tag(&rest[1..end]);
            rest = &rest[end + 1..];
        }
        reader.finish()
    }
}

/// Where a tag ends; `>` may stand in an attribute's value.
fn end_of_tag(text: &str) -> Option<usize> {
    let mut quote = None;
    for (at, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return Some(at),
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), byte) if open == byte => quote = None,
            _ => {}
        }
    }
    None
}

/// Elements that never have content.
const VOID: &[&str] = &["input", "img", "br", "hr", "meta", "link", "source", "wbr"];

impl Reader {
    fn is_inside(&self, class: &str) -> bool {
        self.open.iter().any(|element| has_class(&element.classes, class))
    }

    fn text(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        if let Some(area) = &mut self.area {
            area.push_str(text);
            return;
        }
        if let Some(option) = &mut self.option {
            option.push_str(text);
        }
        for label in &mut self.reading {
            label.text.push_str(text);
        }
        if self.is_inside("qtext") && self.page.text.len() < 4 * wire::LONGEST_QUESTION {
            self.page.text.push_str(text);
        }
        // An essay is shown as it was written; drop zones and cloze are fields.
        if self.open.last().is_some() && self.is_inside("qtype_essay_response") {
            self.essay(text);
        }
    }

    fn essay(&mut self, text: &str) {
        match self.page.given.last_mut() {
            Some(last) if last.len() < 4 * wire::LONGEST_ANSWER => last.push_str(text),
            None => self.page.given.push(text.to_owned()),
            Some(_) => {}
        }
    }

    fn tag(&mut self, tag: &str) {
        if let Some(name) = tag.strip_prefix('/') {
            return self.close(name.trim());
        }
        let name: String = tag.chars().take_while(char::is_ascii_alphanumeric).flat_map(char::to_lowercase).collect();
        let attribute = |wanted: &str| attribute(&tag[name.len()..], wanted);
        if self.is_inside("qtext") && matches!(name.as_str(), "br" | "p" | "div" | "li" | "td") {
            self.page.text.push(' ');
        }
        match name.as_str() {
            "input" => self.input(attribute),
            "option" => self.option = attribute("selected").is_some().then(String::new),
            "textarea" => self.area = Some(String::new()),
            _ => {}
        }
        let is_void = VOID.contains(&name.as_str()) || tag.ends_with('/');
        if is_void || name.is_empty() || self.open.len() >= DEEPEST {
            return;
        }
        let label = if name == "label" { attribute("for") } else { attribute("id").filter(|id| id.ends_with("_label")) };
        if let Some(id) = label.filter(|_| self.reading.len() < MOST_LABELS_OPEN) {
            self.reading.push(Label { id, depth: self.open.len(), text: String::new() });
        }
        self.open.push(Open { classes: attribute("class").unwrap_or_default(), name });
    }

    fn input(&mut self, attribute: impl Fn(&str) -> Option<String>) {
        let kind = attribute("type").unwrap_or_default();
        let name = attribute("name").unwrap_or_default();
        // Flags and the state of the sequence are the page's own.
        if name.ends_with(":flagged") || name.ends_with(":sequencecheck") || self.page.given.len() >= MOST_GIVEN {
            return;
        }
        match kind.as_str() {
            "radio" | "checkbox" if attribute("checked").is_some() => {
                let id = attribute("id").unwrap_or_default();
                // Newer versions name the label's element instead of a label.
                let labelled = attribute("aria-labelledby").unwrap_or_default();
                // "Clear my choice" is no choice.
                if attribute("value").as_deref() == Some("-1") {
                    return;
                }
                self.chosen.push((self.page.given.len(), id, labelled));
                self.page.given.push(String::new());
            }
            "text" | "number" => {
                if let Some(value) = attribute("value").filter(|value| !value.trim().is_empty()) {
                    self.page.given.push(value);
                }
            }
            _ => {}
        }
    }

    fn close(&mut self, name: &str) {
        let name = name.to_ascii_lowercase();
        match name.as_str() {
            "option" => {
                if let Some(text) = self.option.take().filter(|text| !is_no_choice(text)) {
                    self.page.given.push(text);
                }
            }
            "textarea" => {
                if let Some(text) = self.area.take().filter(|text| !text.trim().is_empty()) {
                    self.page.given.push(text);
                }
            }
            _ => {}
        }
        // Pages are well formed but for what teachers paste: what does not fit stays open until its parent ends.
        if let Some(at) = self.open.iter().rposition(|element| element.name == name) {
            self.open.truncate(at);
            while let Some(label) = self.reading.pop_if(|label| label.depth >= at) {
                self.labels.insert(label.id, label.text);
            }
        }
    }

    fn finish(mut self) -> Page {
        for (place, id, labelled) in &self.chosen {
            let label = self.labels.get(id).or_else(|| self.labels.get(labelled));
            if let (Some(given), Some(label)) = (self.page.given.get_mut(*place), label) {
                without_number(&tidy(label)).clone_into(given);
            }
        }
        self.page.given = self.page.given.iter().map(|text| tidy(text)).filter(|text| !text.is_empty()).collect();
        self.page.text = tidy(&self.page.text);
        self.page
    }
}

/// `Elegir...`, `Choose...`: the list's first line.
fn is_no_choice(text: &str) -> bool {
    let text = text.trim();
    text.is_empty() || text.ends_with("...") || text == "\u{a0}" || text == "&nbsp;"
}

/// An option without the number that Moodle puts before it (`b. `).
fn without_number(text: &str) -> &str {
    match text.split_once(". ") {
        Some((number, rest)) if number.len() <= 4 && number.chars().all(char::is_alphanumeric) && number.chars().count() <= 2 => rest,
        _ => text,
    }
}

fn tidy(text: &str) -> String {
    plain_text(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn has_class(classes: &str, wanted: &str) -> bool {
    classes.split_ascii_whitespace().any(|class| class == wanted)
}

/// An attribute's value; one without a value is empty.
fn attribute(mut rest: &str, wanted: &str) -> Option<String> {
    for _ in 0..100 {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
        let end = rest.find(|c: char| c == '=' || c.is_whitespace()).unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        if name.is_empty() {
            return None;
        }
        let after = after.trim_start();
        let (value, next) = match after.strip_prefix('=') {
            None => ("", after),
            Some(after) => value(after.trim_start()),
        };
        if name.eq_ignore_ascii_case(wanted) {
            return Some(plain_text(value));
        }
        rest = next;
    }
    None
}

fn value(text: &str) -> (&str, &str) {
    for quote in ['"', '\''] {
        if let Some(rest) = text.strip_prefix(quote) {
            return rest.split_once(quote).unwrap_or((rest, ""));
        }
    }
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    text.split_at(end)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const CHOICE: &str = r#"<div id="question-5-1" class="que multichoice deferredfeedback correct"><div class="info"><h3 class="no">Pregunta <span class="qno">1</span></h3>
<input type="hidden" name="q5:1_:flagged" value="0" /><input type="checkbox" id="q5:1_:flaggedcheckbox" name="q5:1_:flagged" value="1" checked="checked" /></div>
<div class="content"><div class="formulation clearfix"><h4 class="accesshide">Enunciado de la pregunta</h4><input type="hidden" name="q5:1_:sequencecheck" value="3" />
<div class="qtext"><p>&iquest;Qu&eacute; gas toman<br />las plantas?</p></div>
<fieldset class="ablock no-overflow visual-scroll-x"><legend class="prompt h6">Seleccione una:</legend><div class="answer">
<div class="r0"><input type="radio" name="q5:1_answer" disabled="disabled" value="0" id="q5:1_answer0" aria-labelledby="q5:1_answer0_label" /><div class="d-flex w-auto" id="q5:1_answer0_label" data-region="answer-label"><span class="answernumber">a. </span><div class="flex-fill ml-1">Ox&iacute;geno</div></div> </div>
<div class="r1"><input type="radio" name="q5:1_answer" disabled="disabled" value="1" id="q5:1_answer1" aria-labelledby="q5:1_answer1_label" checked="checked" /><div class="d-flex w-auto" id="q5:1_answer1_label" data-region="answer-label"><span class="answernumber">b. </span><div class="flex-fill ml-1"><p dir="ltr">Di&oacute;xido de <b>carbono</b></p></div></div> <i class="icon fa fa-check"></i></div>
</div></fieldset></div><div class="outcome clearfix"><div class="feedback"><div class="rightanswer">La respuesta correcta es: Di&oacute;xido de carbono</div></div></div></div></div>"#;

    fn read(html: &str) -> Page {
        Page::read(html)
    }

    #[test]
    fn a_choice_is_read_in_the_words_of_the_option_without_its_number() {
        let page = read(CHOICE);
        assert_eq!((page.text.as_str(), page.given), ("¿Qué gas toman las plantas?", vec!["Dióxido de carbono".to_owned()]));
        let older = r#"<div class="qtext">Dos</div><div class="answer"><input type="checkbox" name="q1:2_choice0" value="1" id="c0" checked="checked" /><label for="c0"><span class="answernumber">a. </span>Uno</label>
            <input type="checkbox" name="q1:2_choice1" value="1" id="c1" /><label for="c1">b. Dos</label><input type='checkbox' id=c2 checked><label for="c2">c. Tres</label></div>"#;
        assert_eq!(read(older).given, ["Uno", "Tres"]);
        let cleared = r#"<input type="radio" name="q1:1_answer" value="-1" id="q1:1_answer-1" checked="checked"/><label for="q1:1_answer-1">Quitar mi elección</label>"#;
        assert!(read(cleared).given.is_empty());
    }

    #[test]
    fn texts_lists_and_essays_are_read() {
        let short = r#"<div class="qtext">5 &gt; 3?</div><input type="text" name="q1:1_answer" value="s&iacute; &amp; no" readonly="readonly" class="form-control correct" />"#;
        assert_eq!(read(short), Page { text: "5 > 3?".to_owned(), given: vec!["sí & no".to_owned()] });
        let list = r#"<select class="select" name="q1:1_sub0" disabled><option value="0">Elegir...</option><option selected="selected" value="1">Santiago</option><option value="2">Lima</option></select>
            <select name="q1:1_sub1"><option value="0" selected>Elegir...</option></select>"#;
        assert_eq!(read(list).given, ["Santiago"]);
        let essay = r#"<div class="answer"><div class="qtype_essay_editor qtype_essay_response readonly" role="textbox"><p>Una <i>idea</i>.</p></div></div>"#;
        assert_eq!(read(essay).given, ["Una idea."]);
        let area = "<textarea name=\"q1:1_answer\" rows=\"15\">Dos\nlíneas</textarea>";
        assert_eq!(read(area).given, ["Dos líneas"]);
    }

    #[test]
    fn marks_and_texts_become_an_answer() {
        let question = json!({ "slot": 1, "type": "multichoice", "page": 0, "html": CHOICE, "number": 1, "state": "gradedright", "status": "Correcta", "mark": "1.00", "maxmark": 1 });
        let read = answer(&question);
        assert_eq!((read.block_id.as_deref(), read.points, read.max_points), (Some("slot-1"), Some(1.0), Some(1.0)));
        assert_eq!(read.answer.as_deref(), Some("Dióxido de carbono"));
        let ungraded = json!({ "slot": 2, "type": "essay", "html": "", "mark": "", "maxmark": 2 });
        assert_eq!((answer(&ungraded).points, answer(&ungraded).answer), (None, None));
    }

    #[test]
    fn a_page_that_is_none_is_read_to_an_end() {
        for odd in ["<", "<div", "<<<<", "</", "<!-- ", "<input type=radio checked", "<a b='", "é<é>é", "<div class=\"qtext\">", "</div></div>", "<label><label></label>"] {
            let _ = read(odd);
        }
        assert!(read(&"<div>".repeat(100_000)).text.is_empty());
        assert!(read(&"<label for=x>".repeat(50_000)).given.is_empty());
    }
}
