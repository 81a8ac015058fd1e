//! From an address or a bare id to the assessment's id.

use url::form_urlencoded;

use crate::intake::wire;

/// What an address tells about the assessment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Reference {
    /// The learning unit, which is the assessment's id.
    pub(super) unit: Option<String>,
    /// The course's slug.
    pub(super) course: Option<String>,
}

/// Whether a text is an address rather than an id or a title.
pub(super) fn is_address(text: &str) -> bool {
    text.contains("://") || text.starts_with('/') || text.contains("unit=") || text.contains("/assessments/")
}

/// Reads an address: `unit` and `courseid` of the player's query, or the id in an admin or API path.
///
/// Relative addresses are fine, and so are the scars of hand-made bodies: `&amp;`, `\&`, `\/`.
pub(super) fn read(address: &str) -> Reference {
    let address = repair(address);
    // Single-page players keep their query behind the `#`.
    let (path, query) = address.split_once('?').unwrap_or((&address, ""));
    let query = query.replace(['?', '#'], "&");
    let mut reference = Reference::default();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let Some(value) = wire::id(&value) else { continue };
        match name.to_ascii_lowercase().trim_start_matches("amp;") {
            "unit" | "unitid" | "unit_id" => _ = reference.unit.get_or_insert(value),
            "courseid" | "course_id" => _ = reference.course.get_or_insert(value),
            _ => {}
        }
    }
    reference.unit = reference.unit.or_else(|| unit_in_path(path));
    reference
}

/// `…/admin/assessments/<id>/edit`, `…/v2/assessments/<id>/responses`.
fn unit_in_path(path: &str) -> Option<String> {
    let mut segments = path.split(['/', '#']);
    segments.find(|segment| segment.eq_ignore_ascii_case("assessments"))?;
    wire::id(segments.next()?)
}

/// Longer than any address of the platform.
const LONGEST_ADDRESS: usize = 4096;

/// Undoes what form fields and double escaping do to an address, in one pass.
fn repair(address: &str) -> String {
    let address = address.trim();
    let mut end = address.len().min(LONGEST_ADDRESS);
    while !address.is_char_boundary(end) {
        end -= 1;
    }
    let mut rest = &address[..end];
    let mut text = String::with_capacity(rest.len());
    while let Some(next) = rest.chars().next() {
        let escaped = ["&amp;", "&#38;", "&#x26;", "\\u0026"].iter().find_map(|escape| rest.strip_prefix(escape));
        if let Some(after) = escaped {
            text.push('&');
            rest = after;
            // Escaped more than once.
            while let Some(after) = rest.strip_prefix("amp;") {
                rest = after;
            }
        } else {
            rest = &rest[next.len_utf8()..];
            if next != '\\' {
                text.push(next);
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNIT: &str = "0123456789abcdef01234567";

    #[test]
    fn the_unit_is_found_in_every_form_of_address() {
        for address in [
            format!("https://school.learnworlds.com/path-player?courseid=m30m&unit={UNIT}"),
            format!("https://school.learnworlds.com/path-player?unit={UNIT}&courseid=m30m"),
            format!("https://school.learnworlds.com/path-player?courseid=m30m&amp;unit={UNIT}"),
            format!("https://school.learnworlds.com/path-player?courseid=m30m&amp;amp;unit={UNIT}"),
            format!(r"https://school.learnworlds.com/path-player?courseid=m30m\&unit={UNIT}"),
            format!(r"https:\/\/school.learnworlds.com\/path-player?courseid=m30m\u0026unit={UNIT}"),
            format!("/path-player?courseid=m30m&unit={UNIT}#top"),
            format!("path-player?courseid=m30m&unit={}", UNIT.to_uppercase()),
            format!("https://school.learnworlds.com/#/player?courseid=m30m&unit={UNIT}"),
            format!("  https://school.learnworlds.com/path-player?courseid=m30m&unit={UNIT}  "),
            format!("https://school.learnworlds.com/path-player?COURSEID=m30m&Unit={UNIT}"),
        ] {
            let expected = Reference { unit: Some(UNIT.into()), course: Some("m30m".into()) };
            assert_eq!(read(&address), expected, "{address}");
        }
    }

    #[test]
    fn a_hostile_address_costs_one_pass() {
        for hostile in ["&amp;", "&", "amp;", "\\", "&amp;amp;", "é"] {
            let address = format!("https://x/path-player?unit={UNIT}&x={}", hostile.repeat(400_000));
            assert_eq!(read(&address).unit.as_deref(), Some(UNIT));
        }
        let deep = format!("https://x/path-player?courseid=m30m&{}unit={UNIT}", "amp;".repeat(100));
        assert_eq!(read(&deep).unit.as_deref(), Some(UNIT));
    }

    #[test]
    fn older_units_are_slugs_and_taken_whole() {
        let unit = "grokking-the-coding-interview_1628743890075_50Unit";
        let address = format!("https://school.learnworlds.com/path-player?courseid=grokking-the-coding-interview&unit={unit}");
        assert_eq!(read(&address).unit.as_deref(), Some(unit));
    }

    #[test]
    fn admin_and_api_addresses_hold_the_id_in_their_path() {
        for address in [
            format!("https://school.learnworlds.com/admin/assessments/{UNIT}/edit"),
            format!("https://school.learnworlds.com/admin/api/v2/assessments/{UNIT}/responses?page=2"),
            format!("/admin/assessments/{UNIT}"),
        ] {
            assert_eq!(read(&address).unit.as_deref(), Some(UNIT), "{address}");
        }
    }

    #[test]
    fn an_address_without_a_unit_gives_none() {
        for address in [
            "",
            "https://school.learnworlds.com/",
            "https://x/?unit=",
            "https://x/?unit={{unit.id}}",
            "https://x/?subunit=abc",
            "https://x/assessments/",
            "?&=&&",
        ] {
            assert_eq!(read(address).unit, None, "{address}");
        }
    }
}
