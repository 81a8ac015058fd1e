//! Addresses that lead back into the console.

use axum::http::Uri;

/// A path of the console that an address may lead back to; anything else is none.
pub fn local_path(text: &str) -> Option<String> {
    let is_plain = text.len() <= 512 && text.bytes().all(|b| b.is_ascii_graphic() && !b"\\\"'<>`".contains(&b));
    let rest = text.strip_prefix("/console")?;
    let stays = rest.is_empty() || rest.starts_with('/') || rest.starts_with('?');
    let is_uri = text.parse::<Uri>().is_ok_and(|uri| uri.host().is_none());
    let is_dotted = text.to_ascii_lowercase().contains("%2e");
    let climbs = is_dotted || text.split(['/', '?']).any(|part| part == ".." || part == ".") || rest.starts_with("//");
    (is_plain && stays && is_uri && !climbs).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use url::Url;

    use super::*;

    #[test]
    fn an_address_to_come_back_to_stays_in_the_console() {
        for good in ["/console", "/console/today", "/console/reports?state=parked&s=abc-_", "/console?x=1"] {
            assert_eq!(local_path(good).as_deref(), Some(good));
        }
        for bad in [
            "",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example/console",
            "/consoles",
            "/console/../x",
            "/console//evil",
            "javascript:alert(1)",
            "/console\n",
            "/console/\"><b>",
            "/console/./x",
            "/console/%2E%2e/x",
            "/webhook",
        ] {
            assert_eq!(local_path(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn no_text_leads_out_of_the_console(text in "[/\\\\a-z:.?#@%]{0,40}", tail in ".{0,20}") {
            for candidate in [text.clone(), format!("/console{text}"), format!("/console/{tail}")] {
                if let Some(path) = local_path(&candidate) {
                    let url = Url::parse("https://informes.colegio.cl/x").unwrap().join(&path).unwrap();
                    prop_assert_eq!(url.host_str(), Some("informes.colegio.cl"));
                    prop_assert!(url.path() == "/console" || url.path().starts_with("/console/"));
                }
            }
        }
    }
}
