//! The cookies of the console.

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;

/// The cookie's name; a browser lets nobody but this very host set the first one.
pub(super) fn session_cookie(is_secure: bool) -> String {
    if is_secure { "__Host-gradepost".to_owned() } else { "gradepost".to_owned() }
}

/// The cookie that forms of who is not signed in are held against.
pub(in crate::http) fn visitor_cookie(is_secure: bool) -> String {
    if is_secure { "__Host-gradepost-visitor".to_owned() } else { "gradepost-visitor".to_owned() }
}

/// A cookie of the request.
pub(in crate::http) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let fields = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = fields.flat_map(|field| field.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(found, _)| *found == name).map(|(_, value)| value)
}

/// Sets a cookie that no script reads.
pub fn set_cookie(response: &mut Response, name: &str, value: &str, is_secure: bool, seconds: Option<u32>) {
    let secure = if is_secure { "; Secure" } else { "" };
    let age = seconds.map(|seconds| format!("; Max-Age={seconds}")).unwrap_or_default();
    let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{age}");
    if let Ok(value) = HeaderValue::from_str(&text) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

/// The cookie of a sign-in that is under way.
pub fn sign_in_cookie(is_secure: bool) -> &'static str {
    if is_secure { "__Host-gradepost-oidc" } else { "gradepost-oidc" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_are_found_by_their_whole_name() {
        let pairs = ["a=1; gradepost=x.y; xgradepost=z", "b=2"];
        let headers: HeaderMap = pairs.into_iter().map(|value| (header::COOKIE, HeaderValue::from_static(value))).collect();
        assert_eq!((cookie(&headers, "gradepost"), cookie(&headers, "b"), cookie(&headers, "grade")), (Some("x.y"), Some("2"), None));
    }
}
