//! Keys and tokens over a store in memory and a clock that stands still.

use std::time::Duration;

use super::*;
use crate::clock::ManualClock;
use crate::storage::memory::MemoryStore;

struct Scene {
    access: Access,
    /// Another instance on the same store.
    other: Access,
    clock: ManualClock,
    store: Arc<MemoryStore>,
}

fn scene() -> Scene {
    let store = Arc::new(MemoryStore::new());
    let clock = ManualClock::new("2026-11-28T12:00:00Z".parse().unwrap());
    let config = AccessConfig {
        tokens: vec![("an admin's token".into(), Role::Admin), ("an operator's token".into(), Role::Operator)],
        masters: vec!["a master secret of at least 32 characters".into()],
        ..AccessConfig::default()
    };
    let open = || Access::new(config.clone(), store.clone(), Arc::new(clock.clone()));
    Scene { access: open(), other: open(), clock, store }
}

fn request(role: Role, institution: Option<&str>) -> KeyRequest {
    KeyRequest {
        name: "the registry".to_owned(),
        role,
        institution: institution.map(ToOwned::to_owned),
        expires: None,
        by: "test".to_owned(),
    }
}

impl Scene {
    async fn key(&self, role: Role, institution: Option<&str>) -> (KeyRecord, String) {
        let (record, text) = self.access.create_key(request(role, institution)).await.unwrap();
        (record, text.expose_secret().to_owned())
    }

    async fn caller(&self, credential: &str) -> Option<Caller> {
        match self.access.identify(credential, false).await.unwrap() {
            Verdict::Known(caller) => Some(caller),
            _ => None,
        }
    }
}

#[tokio::test]
async fn a_key_is_its_role_in_its_institution_until_it_is_revoked() {
    let scene = scene();
    let (record, text) = scene.key(Role::Manager, Some("app_a")).await;
    assert_eq!(scene.caller(&text).await, Some(Caller::within(format!("key {}", record.id), Role::Manager, "app_a")));
    assert!(matches!(scene.other.identify(&text, false).await.unwrap(), Verdict::Known(_)));

    assert!(scene.access.revoke_key(&record.id, "test").await.unwrap());
    assert_eq!(scene.caller(&text).await, None, "here at once");
    assert!(matches!(scene.other.identify(&text, false).await.unwrap(), Verdict::Known(_)), "elsewhere within three seconds");
    scene.clock.advance(Duration::from_secs(3));
    assert_eq!(scene.other.identify(&text, false).await.unwrap(), Verdict::Unknown);
    assert!(!scene.access.revoke_key("nokey123", "test").await.unwrap());
    assert!(!scene.access.revoke_key("../other", "test").await.unwrap());
}

#[tokio::test]
async fn a_key_made_elsewhere_opens_here_although_it_was_asked_for_before() {
    let scene = scene();
    let (_, text) = scene.key(Role::Sender, None).await;
    assert!(matches!(scene.other.identify(&text, false).await.unwrap(), Verdict::Known(_)));
}

#[tokio::test]
async fn a_key_ends_with_its_time() {
    let scene = scene();
    let end = scene.clock.now() + Duration::from_mins(1);
    let (_, text) = scene.access.create_key(KeyRequest { expires: Some(end), ..request(Role::Admin, None) }).await.unwrap();
    assert!(scene.caller(text.expose_secret()).await.is_some());
    scene.clock.advance(Duration::from_mins(1));
    assert_eq!(scene.caller(text.expose_secret()).await, None);
}

#[tokio::test]
async fn two_keys_of_one_institution_live_at_once() {
    let scene = scene();
    let (first, second) = (scene.key(Role::Viewer, Some("app_a")).await, scene.key(Role::Viewer, Some("app_a")).await);
    assert!(scene.caller(&first.1).await.is_some() && scene.caller(&second.1).await.is_some());
    scene.access.revoke_key(&first.0.id, "test").await.unwrap();
    assert!(scene.caller(&first.1).await.is_none() && scene.caller(&second.1).await.is_some());
    let listed = scene.access.keys().await.unwrap();
    assert_eq!(listed.len(), 2);
    for key in listed {
        assert_eq!(key.revoked.is_some(), key.key.id == first.0.id);
        assert_eq!(key.last_used, Some("2026-11-28".parse().unwrap()));
    }
}

#[tokio::test]
async fn no_byte_of_a_keys_secret_lies_in_the_store() {
    let scene = scene();
    let (record, text) = scene.key(Role::Admin, None).await;
    scene.caller(&text).await.unwrap();
    let secret = &text[text.len() - 49..];
    for name in scene.store.list("", None, 1000).await.unwrap() {
        let (bytes, _) = scene.store.get(&name).await.unwrap().unwrap();
        for window in [12, 49] {
            let found = bytes.windows(window).any(|part| part == &secret.as_bytes()[..window]);
            assert!(!found && !name.contains(&secret[..window]), "{name}");
        }
    }
    assert!(!format!("{record:?}").contains(&secret[..12]));
}

#[tokio::test]
async fn keys_that_make_no_sense_are_refused_with_what_to_do() {
    let scene = scene();
    let past = Some(scene.clock.now());
    for (bad, word) in [
        (request(Role::Admin, Some("app_a")), "manager"),
        (request(Role::Manager, None), "name it"),
        (request(Role::Viewer, None), "name it"),
        (request(Role::Operator, Some("app_a")), "reports"),
        (KeyRequest { name: " ".to_owned(), ..request(Role::Admin, None) }, "name"),
        (KeyRequest { name: "a\nb".to_owned(), ..request(Role::Admin, None) }, "name"),
        (KeyRequest { expires: past, ..request(Role::Admin, None) }, "expired"),
    ] {
        let error = scene.access.create_key(bad).await.unwrap_err().to_string();
        assert!(error.contains(word), "{error}");
    }
}

#[tokio::test]
async fn the_admin_token_is_an_admin_and_nothing_near_it_is() {
    let scene = scene();
    assert_eq!(scene.caller("an admin's token").await, Some(Caller::everywhere("admin token", Role::Admin)));
    assert_eq!(scene.caller("an operator's token").await, Some(Caller::everywhere("operator token", Role::Operator)));
    for wrong in ["", "an admin's toke", "an admin's token ", "AN ADMIN'S TOKEN"] {
        assert_eq!(scene.caller(wrong).await, None, "{wrong:?}");
    }
    let without = Access::new(AccessConfig::default(), scene.store.clone(), Arc::new(scene.clock.clone()));
    assert_eq!(without.identify("", false).await.unwrap(), Verdict::Unknown);
}

#[tokio::test]
async fn a_throttled_caller_gets_no_guess_and_no_look_at_the_store_but_a_good_key_goes_on() {
    let scene = scene();
    let (_, text) = scene.key(Role::Sender, None).await;
    assert_eq!(scene.access.identify(&text, true).await.unwrap(), Verdict::Throttled, "not looked up");
    scene.caller(&text).await.unwrap();
    assert!(matches!(scene.access.identify(&text, true).await.unwrap(), Verdict::Known(_)), "known already");
    assert_eq!(scene.access.identify("an admin's token", true).await.unwrap(), Verdict::Throttled);
}

#[tokio::test]
async fn an_access_token_holds_what_was_asked_for_and_ends_with_its_key() {
    let scene = scene();
    let (record, text) = scene.key(Role::Admin, None).await;
    let caller = scene.caller(&text).await.unwrap();
    let grant = scene.access.grant(&caller, &record.id, "manager institution:app_a", "https://x.example").await.unwrap().unwrap();
    assert_eq!((grant.scope.as_str(), grant.expires_in), ("manager institution:app_a", 3600));
    let narrowed = scene.caller(&grant.token).await.unwrap();
    assert_eq!((narrowed.role, narrowed.institution.as_deref()), (Role::Manager, Some("app_a")));
    assert!(matches!(scene.other.identify(&grant.token, false).await.unwrap(), Verdict::Known(_)), "any instance reads it");
    scene.access.revoke_key(&record.id, "test").await.unwrap();
    assert_eq!(scene.caller(&grant.token).await, None);
}

#[tokio::test]
async fn a_token_never_holds_more_than_its_key() {
    let scene = scene();
    let (record, text) = scene.key(Role::Manager, Some("app_a")).await;
    let caller = scene.caller(&text).await.unwrap();
    for scope in ["admin", "sender", "manager institution:app_b", "viewer manager", "everything", "institution:", "operator"] {
        assert_eq!(scene.access.grant(&caller, &record.id, scope, "x").await.unwrap(), None, "{scope}");
    }
    for (scope, given) in
        [("", "manager institution:app_a"), ("viewer", "viewer institution:app_a"), ("institution:app_a", "manager institution:app_a")]
    {
        assert_eq!(scene.access.grant(&caller, &record.id, scope, "x").await.unwrap().unwrap().scope, given);
    }
}

#[tokio::test]
async fn an_access_token_ends_after_an_hour() {
    let scene = scene();
    let (record, text) = scene.key(Role::Sender, None).await;
    let caller = scene.caller(&text).await.unwrap();
    let token = scene.access.grant(&caller, &record.id, "", "x").await.unwrap().unwrap().token;
    scene.clock.advance(Duration::from_secs(3599));
    assert!(scene.caller(&token).await.is_some());
    scene.clock.advance(Duration::from_secs(1));
    assert_eq!(scene.caller(&token).await, None);
}

#[tokio::test]
async fn portal_tokens_are_of_one_institution_and_can_be_ended_one_by_one_or_all() {
    let scene = scene();
    let token = |session: &'static str| scene.access.portal_token("app_a", Some(session), true, 3600);
    let (one, two) = (token("psn_1").await.unwrap(), token("psn_2").await.unwrap());
    let caller = scene.caller(&one).await.unwrap();
    assert_eq!((caller.role, caller.institution.as_deref(), caller.session.as_deref()), (Role::Manager, Some("app_a"), Some("psn_1")));
    let looking = scene.access.portal_token("app_a", None, false, 3600).await.unwrap();
    assert_eq!(scene.caller(&looking).await.unwrap().role, Role::Viewer);

    scene.access.end_portal_sessions("app_b", &[]).await.unwrap();
    assert!(scene.caller(&one).await.is_some(), "another institution's end is not ours");
    scene.access.end_portal_sessions("app_a", &["psn_1".to_owned()]).await.unwrap();
    assert!(scene.caller(&one).await.is_none() && scene.caller(&two).await.is_some());
    scene.access.end_portal_sessions("app_a", &[]).await.unwrap();
    assert!(scene.caller(&two).await.is_none());
    scene.clock.advance(Duration::from_secs(1));
    let later = token("psn_3").await.unwrap();
    assert!(scene.caller(&later).await.is_some(), "who signs in anew is in");
    assert!(scene.access.portal_token("app_a", None, true, PORTAL_SECONDS + 1).await.is_err());
}

#[tokio::test]
async fn without_a_master_secret_no_token_is_made_or_read() {
    let scene = scene();
    let bare = Access::new(AccessConfig::default(), scene.store.clone(), Arc::new(scene.clock.clone()));
    assert!(matches!(bare.portal_token("app_a", None, true, 60).await, Err(AccessError::NoMaster)));
    let token = scene.access.portal_token("app_a", None, true, 60).await.unwrap();
    assert_eq!(bare.identify(&token, false).await.unwrap(), Verdict::Unknown);
    assert_eq!(bare.key_set().await.unwrap(), serde_json::json!({ "keys": [] }));
}
