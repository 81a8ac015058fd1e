use serde_json::json;

use super::*;

#[test]
fn the_three_kinds_of_timestamps_are_one_instant() {
    let expected: Timestamp = "2021-12-02T10:11:45Z".parse().unwrap();
    for value in [
        json!(1_638_439_905),
        json!(1_638_439_905.0),
        json!("1638439905"),
        json!(" 1638439905.0 "),
        json!(1_638_439_905_000_i64),
        json!("1638439905000"),
        json!("2021-12-02T12:11:45+02:00"),
        json!("2021-12-02T10:11:45Z"),
        json!("2021-12-02T10:11:45.000Z"),
        json!("2021-12-02T10:11:45"),
        json!("2021-12-02 10:11:45"),
    ] {
        assert_eq!(time(&value), Some(expected), "{value}");
    }
    assert_eq!(time(&json!(1_756_226_598.329_633)).unwrap().to_string(), "2025-08-26T16:43:18.329633Z");
}

#[test]
fn what_is_no_time_is_absent() {
    for value in [
        json!(null),
        json!(0),
        json!(85),
        json!(-1),
        json!(""),
        json!("{{date}}"),
        json!("null"),
        json!("yesterday"),
        json!(1e300),
        json!("inf"),
        json!("NaN"),
        json!(true),
        json!([]),
    ] {
        assert_eq!(time(&value), None, "{value}");
    }
}

#[test]
fn unresolved_variables_null_and_blanks_are_absent() {
    for value in [
        json!(""),
        json!("  "),
        json!("null"),
        json!("undefined"),
        json!("{{user.email}}"),
        json!(" {{ user.first_name }} {{user.last_name}} "),
        json!(null),
        json!(true),
        json!({}),
        json!("\u{0}\n"),
    ] {
        assert_eq!(text(&value), None, "{value}");
    }
    for (value, expected) in [
        (json!("Null"), "Null"),
        (json!(12345), "12345"),
        (json!(12345.0), "12345"),
        (json!(0.5), "0.5"),
        (json!(" a\tb "), "a b"),
        (json!("x {{y}}"), "x {{y}}"),
    ] {
        assert_eq!(text(&value).as_deref(), Some(expected), "{value}");
    }
}

#[test]
fn only_24_hex_ids_are_lower_cased() {
    assert_eq!(id("6130AFB278D2C94EEB228D12").as_deref(), Some("6130afb278d2c94eeb228d12"));
    assert_eq!(id("MyCourse_1628743890075_50Unit").as_deref(), Some("MyCourse_1628743890075_50Unit"));
    assert_eq!(id("6130AFB278D2C94EEB228D1").as_deref(), Some("6130AFB278D2C94EEB228D1"));
    for none in ["", "unit-{{unit.id}}", &"x".repeat(201)] {
        assert_eq!(id(none), None);
    }
}

#[test]
fn numbers_and_switches_are_read_from_text() {
    for (value, expected) in [
        (json!(85), Some(85.0)),
        (json!("85"), Some(85.0)),
        (json!("85,5"), Some(85.5)),
        (json!("85 %"), Some(85.0)),
        (json!("NaN"), None),
        (json!(""), None),
        (json!(null), None),
    ] {
        assert_eq!(number(&value), expected, "{value}");
    }
    for (value, expected) in [
        (json!(true), Some(true)),
        (json!("False"), Some(false)),
        (json!(1), Some(true)),
        (json!("yes"), Some(true)),
        (json!("maybe"), None),
        (json!(2), None),
    ] {
        assert_eq!(flag(&value), expected, "{value}");
    }
}

#[test]
fn keys_are_read_by_meaning_and_the_first_present_value_wins() {
    for key in ["user_id", "userId", "UserID", "User ID", "user-id", "user.id", "user__id"] {
        let value = json!({ key: "u1" });
        assert_eq!(Fields::of(&value).unwrap().text(&["userid"]).as_deref(), Some("u1"), "{key}");
    }
    let value = json!({"user_id": "{{user.id}}", "userId": "u2", "id": "u3"});
    assert_eq!(Fields::of(&value).unwrap().text(&["userid", "id"]).as_deref(), Some("u2"));
}

#[test]
fn answers_of_every_form_become_text_and_keep_their_places() {
    let value = json!({"answers": [
        {"answer": "A"}, {"answer": null}, {"answer": 3}, {"answer": true}, {"answer": ["x", "y"]}, "B", null,
        {"answer": "smallAnswer.avi", "answerData": {"downloads": []}}, {"answer": "t", "answerData": []},
    ]});
    let answers: Vec<_> = submission(Fields::of(&value).unwrap()).answers.into_iter().map(|answer| answer.answer).collect();
    let expected = [Some("A"), None, Some("3"), Some("true"), Some("x | y"), Some("B"), None, Some("smallAnswer.avi"), Some("t")];
    assert_eq!(answers.iter().map(Option::as_deref).collect::<Vec<_>>(), expected);
}

#[test]
fn a_shape_names_keys_and_kinds_and_stays_short() {
    let value =
        json!({"user": {"email": "ana@example.com", "id": ""}, "answers": [{"answer": "A"}, 1], "ana pérez": null, "n": 1, "b": true});
    assert_eq!(shape_of(&value), "{?: null, answers: [{answer: string}], b: bool, n: number, user: {email: string, id: blank}}");
    let deep = (0..100).fold(json!(1), |inner, _| json!({"a": inner}));
    assert_eq!(shape_of(&deep), "{a: {a: {a: {a: {a: ...}}}}}");
    let wide: Value = (0..1000).map(|n| (format!("key{n}"), json!(n))).collect();
    assert!(shape_of(&wide).len() <= LONGEST_SHAPE + 40);
}
