//! The table of literals, properties of the judgement, and sockets: a real DNS server that changes its answers, receivers on this machine's many addresses.

mod sockets;
mod table;

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Mutex;

use async_trait::async_trait;

use super::*;

/// Names of a test.
#[derive(Default)]
struct TableOfNames(Mutex<HashMap<String, Vec<IpAddr>>>);

#[async_trait]
impl Names for TableOfNames {
    async fn addresses(&self, name: &str) -> Result<Vec<IpAddr>, NameError> {
        self.0.lock().unwrap().get(name).cloned().ok_or_else(|| NameError::NotFound(name.to_owned()))
    }
}

fn guard(allow: &[&str], names: &[(&str, &[&str])]) -> Guard {
    let mut config = GuardConfig::default();
    for entry in allow {
        config.policy.allow(entry).unwrap();
    }
    let table = names.iter().map(|(name, addresses)| ((*name).to_owned(), addresses.iter().map(|a| a.parse().unwrap()).collect()));
    Guard::with_names(config, Arc::new(TableOfNames(Mutex::new(table.collect()))))
}

async fn look(guard: &Guard, url: &str) -> UrlVerdict {
    guard.look(&guard.parse(url).unwrap()).await
}

#[tokio::test]
async fn of_a_name_that_also_leads_inside_nothing_is_dialled() {
    let guard = guard(
        &[],
        &[
            ("good.example", &["93.184.216.34", "2606:2800:220:1::1"]),
            ("two.example", &["93.184.216.34", "10.0.0.1"]),
            ("six.example", &["93.184.216.34", "::1"]),
            ("only-six.example", &["fd00:ec2::254"]),
            ("meta.example", &["169.254.169.254"]),
        ],
    );
    assert_eq!(look(&guard, "https://good.example/").await, UrlVerdict::Fine);
    for (name, address) in [("two", "10.0.0.1"), ("six", "::1"), ("only-six", "fd00:ec2::254"), ("meta", "169.254.169.254")] {
        let UrlVerdict::Refused(refused) = look(&guard, &format!("https://{name}.example/")).await else { panic!("{name}") };
        let words = refused.to_string();
        assert!(
            words.contains(address) && words.contains(&format!("{name}.example")) && words.contains("WEBHOOK_ALLOW_NETWORKS"),
            "{words}"
        );
    }
}

#[tokio::test]
async fn a_name_that_is_not_there_yet_is_only_a_warning() {
    let guard = guard(&[], &[]);
    assert!(matches!(look(&guard, "https://example.svix.com/").await, UrlVerdict::Unresolved(NameError::NotFound(_))));
}

#[tokio::test]
async fn what_an_operator_names_passes_and_nothing_beside_it() {
    let guard = guard(
        &["10.1.0.0/16", "receiver.internal", "box.lan:8443"],
        &[
            ("in.example", &["10.1.2.3"]),
            ("beside.example", &["10.2.0.1"]),
            ("receiver.internal", &["192.168.0.9"]),
            ("box.lan", &["192.168.0.10"]),
        ],
    );
    assert_eq!(look(&guard, "https://in.example/").await, UrlVerdict::Fine);
    assert!(matches!(look(&guard, "https://beside.example/").await, UrlVerdict::Refused(_)));
    assert_eq!(look(&guard, "https://receiver.internal:9000/hook").await, UrlVerdict::Fine);
    assert_eq!(look(&guard, "https://box.lan:8443/").await, UrlVerdict::Fine);
    assert!(guard.parse("https://box.lan/").is_err() && guard.parse("https://other.internal/").is_err());
    assert!(guard.parse("https://10.1.2.3:9443/").is_ok() && guard.parse("https://10.2.0.1/").is_err());
}

#[tokio::test]
async fn three_hundred_addresses_are_all_judged_and_few_are_dialled() {
    let many: Vec<String> = (0..300).map(|n| format!("93.184.{}.{}", n / 256, n % 256)).collect();
    let mut with_one_inside = many.clone();
    with_one_inside.push("127.0.0.1".to_owned());
    let (many, one_inside): (Vec<&str>, Vec<&str>) =
        (many.iter().map(String::as_str).collect(), with_one_inside.iter().map(String::as_str).collect());
    let guard = guard(&[], &[("many.example", &many), ("hidden.example", &one_inside)]);
    assert_eq!(guard.vetting.addresses("many.example").await.unwrap().len(), 8);
    assert!(guard.vetting.addresses("hidden.example").await.is_err());
}
