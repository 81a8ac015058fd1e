use super::*;
use crate::intake::sources::fixture::{events, recorded, request};
use crate::model::platform_event::Collection;

#[test]
fn the_type_in_the_path_must_be_the_one_in_the_body() {
    let mut call = request(NAME, "valid");
    let (event, _) = recorded(NAME, &call).pop().unwrap();
    assert_eq!(event.subject.collection, Collection::Videos);
    call.headers.insert(PATH_TYPE.to_owned(), "deep_link.created".to_owned());
    assert!(matches!(events(NAME, &call), Err(Rejection::Malformed { .. })));
    call.headers.insert(PATH_TYPE.to_owned(), "video.exploded".to_owned());
    call.body = call.body.replace("video.upload.completed", "video.exploded");
    assert_eq!(events(NAME, &call), Err(Rejection::UnknownType));
}

#[test]
fn a_token_names_its_effect_so_that_it_is_good_once() {
    let (call, mut other) = (request(NAME, "valid"), request(NAME, "valid"));
    other.body = other.body.replace("video-9", "video-10");
    let key = |call| recorded(NAME, call).pop().unwrap().1;
    assert_eq!(key(&call), key(&other));
}
