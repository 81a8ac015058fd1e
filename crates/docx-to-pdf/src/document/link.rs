//! Which addresses become links in the PDF.

use super::read::{Part, Reader};

/// What a reader of a report may be led to by a click. Everything else (`javascript:`, `file:`, shares of a network) could run or fetch something on their machine.
const SCHEMES: [&str; 9] = ["http", "https", "ftp", "ftps", "mailto", "tel", "sms", "geo", "news"];

impl Reader<'_> {
    /// Whether an address becomes a link; its text stays either way.
    pub(super) fn follows(&mut self, address: &str, part: &Part) -> bool {
        let follows = is_followed(address);
        if !follows {
            self.warnings
                .other(format!("a link to a file, a script or an unknown kind of address is left out; its text stays ({})", part.name));
        }
        follows
    }
}

/// Addresses of a known scheme, and those of the web without one. Blanks and control characters in front or within do not hide a scheme, as browsers drop them.
fn is_followed(address: &str) -> bool {
    let plain: String = address.chars().filter(|character| !character.is_control() && !character.is_whitespace()).take(64).collect();
    match plain.split_once(':') {
        Some((scheme, _)) => SCHEMES.iter().any(|known| scheme.eq_ignore_ascii_case(known)),
        None => plain.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("www.")),
    }
}

#[cfg(test)]
mod tests {
    use super::is_followed;

    #[test]
    fn only_addresses_of_known_schemes_are_followed() {
        for address in
            ["http://a.example/", "HTTPS://a.example/x?y=1:2", "mailto:a@b.cl", "tel:+56 2", "www.escuela.example", " https://a.example"]
        {
            assert!(is_followed(address), "{address}");
        }
        let refused = [
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            " javascript:alert(1)",
            "java\tscript:alert(1)",
            "\u{1}javascript:alert(1)",
            "file:///etc/passwd",
            "data:text/html,x",
            "vbscript:x",
            "\\\\host\\share",
            "//host/share",
            "C:\\x.exe",
            "../otro.docx",
            "",
        ];
        for address in refused {
            assert!(!is_followed(address), "{address:?}");
        }
    }
}
