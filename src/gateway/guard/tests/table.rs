//! Literals and URLs, each with its verdict.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use proptest::prelude::*;

use crate::env::Env;
use crate::gateway::guard::addresses::{Ranges, judge};
use crate::gateway::guard::config::GuardConfig;
use crate::gateway::guard::url_policy::{Policy, parse};

/// Hosts that no delivery goes to, as a URL may write them.
const REFUSED: &[&str] = &[
    // Each range's first and last address.
    "0.0.0.0",
    "0.255.255.255",
    "10.0.0.0",
    "10.0.0.1",
    "10.255.255.255",
    "100.64.0.0",
    "100.100.100.200",
    "100.127.255.255",
    "127.0.0.0",
    "127.0.0.1",
    "127.1.2.3",
    "127.255.255.255",
    "169.254.0.0",
    "169.254.169.254",
    "169.254.170.2",
    "169.254.255.255",
    "172.16.0.0",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.0",
    "192.0.0.192",
    "192.0.0.255",
    "192.0.2.0",
    "192.0.2.255",
    "192.88.99.0",
    "192.88.99.255",
    "192.168.0.0",
    "192.168.0.1",
    "192.168.255.255",
    "168.63.129.16",
    "198.18.0.0",
    "198.19.255.255",
    "198.51.100.0",
    "198.51.100.255",
    "203.0.113.0",
    "203.0.113.255",
    "224.0.0.0",
    "239.255.255.255",
    "240.0.0.0",
    "255.255.255.254",
    "255.255.255.255",
    // The same addresses in other clothes.
    "2130706433",
    "0x7f000001",
    "0x7F.1",
    "0x7f.0.0.1",
    "017700000001",
    "0177.0.0.1",
    "127.1",
    "127.0.1",
    "0",
    "0x0",
    "00.0.0.0",
    "127.0.0.1.",
    "2852039166",
    "0xa9fea9fe",
    "0251.0376.0251.0376",
    "169.254.43518",
    "3232235521",
    "167772161",
    "%31%32%37.0.0.1",
    "127.0.0.%31",
    "１２７.0.0.1",
    "127。0。0。1",
    "①②⑦.⓪.⓪.①",
    "0xA9.0xFE.0xA9.0xFE",
    "4294967295",
    "100.6553800",
    // IPv6.
    "[::]",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[0000:0000:0000:0000:0000:0000:0000:0001]",
    "[::2]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::FFFF:10.0.0.1]",
    "[::ffff:8.8.8.8]",
    "[::127.0.0.1]",
    "[::7f00:1]",
    "[::ffff:0:127.0.0.1]",
    "[::ffff:0:10.0.0.1]",
    "[::5efe:10.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b::127.0.0.1]",
    "[64:ff9b::10.0.0.1]",
    "[64:ff9b::a9fe:a9fe]",
    "[64:ff9b::192.168.1.1]",
    "[64:ff9b:1::1]",
    "[64:ff9b:1:ffff::808:808]",
    "[100::1]",
    "[100::ffff:ffff:ffff:ffff]",
    "[2001::1]",
    "[2001:0:4136:e378:8000:63bf:3fff:fdd2]",
    "[2001:1ff:ffff::1]",
    "[2001:2::1]",
    "[2001:10::1]",
    "[2001:20::1]",
    "[2001:db8::1]",
    "[2001:db8:ffff:ffff::1]",
    "[2002::1]",
    "[2002:7f00:1::1]",
    "[2002:a00:1::1]",
    "[2002:808:808::1]",
    "[3fff::1]",
    "[3fff:fff:ffff::1]",
    "[5f00::1]",
    "[4000::1]",
    "[6000::1]",
    "[8000::1]",
    "[fbff::1]",
    "[fc00::1]",
    "[fd00::1]",
    "[fd00:ec2::254]",
    "[fd20:ce::254]",
    "[fdff:ffff::1]",
    "[fe80::1]",
    "[FE80::1]",
    "[febf:ffff::1]",
    "[fec0::1]",
    "[feff::1]",
    "[ff00::1]",
    "[ff02::1]",
    "[ff05::1:3]",
    "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]",
    // Names of inner networks.
    "localhost",
    "LOCALHOST",
    "localhost.",
    "foo.localhost",
    "a.b.localhost",
    "localhost.localdomain",
    "metadata.google.internal",
    "metadata.google.internal.",
    "db",
    "redis",
    "kubernetes.default.svc",
    "x.svc.cluster.local",
    "printer.local",
    "nas.lan",
    "router.home",
    "box.home.arpa",
    "dc.corp",
    "wiki.intranet",
    "%6c%6f%63%61%6c%68%6f%73%74",
    "ｌｏｃａｌｈｏｓｔ",
    "l\u{2060}ocalhost",
    "loc\u{ad}alhost",
];

/// Hosts that may be called.
const ALLOWED: &[&str] = &[
    "1.0.0.0",
    "8.8.8.8",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
    "128.0.0.0",
    "169.253.255.255",
    "169.255.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "192.0.1.0",
    "192.0.3.0",
    "192.88.98.255",
    "192.88.100.0",
    "192.167.255.255",
    "192.169.0.0",
    "168.63.129.15",
    "168.63.129.17",
    "198.17.255.255",
    "198.20.0.0",
    "198.51.99.255",
    "198.51.101.0",
    "203.0.112.255",
    "203.0.114.0",
    "223.255.255.255",
    "134744072",
    "0x08080808",
    "[2606:4700::1111]",
    "[2001:200::1]",
    "[2001:4860:4860::8888]",
    "[2001:db7::1]",
    "[2001:db9::1]",
    "[2003::1]",
    "[3ffe::1]",
    "[2000::1]",
    "[64:ff9b::8.8.8.8]",
    "[64:ff9b::808:808]",
    "example.com",
    "EXAMPLE.com",
    "example.com.",
    "hooks.school.example",
    "xn--nxasmq6b.example",
    "straße.example",
    "localhost.example.com",
    "notlocalhost.com",
    "internal.example.com",
    "mylocal.example",
    "example.svix.com",
    "play.svix.com",
    "a.lan.example",
];

#[test]
fn every_literal_has_its_verdict() {
    assert!(REFUSED.len() + ALLOWED.len() >= 120);
    let policy = Policy::default();
    for host in REFUSED {
        let verdict = parse(&format!("https://{host}/hook"), &policy);
        assert!(verdict.is_err(), "{host} passes as {}", verdict.unwrap());
    }
    for host in ALLOWED {
        let verdict = parse(&format!("https://{host}/hook"), &policy);
        assert!(verdict.is_ok(), "{host}: {}", verdict.unwrap_err());
    }
}

#[test]
fn a_refusal_names_the_rule_and_how_an_operator_allows_it() {
    let policy = Policy::default();
    for (url, words) in [
        (
            "https://10.0.0.1/",
            "10.0.0.1 is not to be called (rule: 10.0.0.0/8, a private network); an operator allows it with WEBHOOK_ALLOW_NETWORKS=10.0.0.1",
        ),
        (
            "https://db.internal/",
            "the name db.internal belongs to an inner network (rule: *.internal); an operator allows it with WEBHOOK_ALLOW_NETWORKS=db.internal",
        ),
        ("http://school.example/", "the URL is not https; an operator allows plain http with WEBHOOK_ALLOW_HTTP=true"),
        ("https://school.example:22/", "port 22 is not allowed; an operator allows it with WEBHOOK_ALLOW_PORTS=22"),
    ] {
        assert_eq!(parse(url, &policy).unwrap_err().to_string(), words);
    }
}

#[test]
fn urls_that_could_mean_two_things_are_refused() {
    let http = Policy { allow_http: true, ..Policy::default() };
    let long = format!("https://school.example/{}", "a".repeat(64 * 1024));
    for url in [
        "",
        "school.example",
        "//school.example/",
        "/hook",
        "ftp://school.example/",
        "file:///etc/passwd",
        "gopher://school.example/",
        "javascript:1",
        "data:text/plain,x",
        "https://",
        "https:///hook",
        "https://user@school.example/",
        "https://user:pw@school.example/",
        "https://:pw@school.example/",
        "https://school.example:0/",
        "https://school.example:22/",
        "https://school.example:8080/",
        "https://school.example:65536/",
        "https://school.example\\@127.0.0.1/",
        "https:\\\\school.example/",
        "https://school.example/a b",
        " https://school.example/",
        "https://school.example/\n",
        "https://school\t.example/",
        "https://school.example/\u{0}",
        "https://school.example/\u{7f}",
        "https://[::1%25eth0]/",
        "https://[::1/",
        "https://a..example/",
        "https://exa<mple.com/",
        "https://1.2.3.4.5/",
        "https://256.1.1.1/",
        "https://0x7f.1.1.1.1/",
        "https://.example.com/",
        long.as_str(),
    ] {
        assert!(parse(url, &http).is_err(), "{url:.60} passes");
    }
    assert!(parse("http://school.example/", &http).is_ok() && parse("http://school.example:80/", &http).is_ok());
    assert!(parse("http://school.example:80/", &Policy::default()).is_err());
    assert!(parse("https://school.example:80/", &Policy::default()).is_err());
}

#[test]
fn what_is_kept_is_what_was_judged() {
    let kept = |url: &str| parse(url, &Policy::default()).map(|url| url.to_string());
    assert_eq!(kept("HTTPS://School.Example:443/a/../b?x=1#part").unwrap(), "https://school.example/b?x=1");
    assert_eq!(kept("https://0x08080808").unwrap(), "https://8.8.8.8/");
    assert_eq!(kept("https://straße.example/ñ").unwrap(), "https://xn--strae-oqa.example/%C3%B1");
}

#[test]
fn settings_are_read_and_slips_are_problems() {
    let mut env = Env::from_pairs([
        ("WEBHOOK_ALLOW_HTTP", "true"),
        ("WEBHOOK_ALLOW_NETWORKS", "10.0.0.0/8, fd00::/8 192.168.1.1;Receiver.Internal,box.lan:8443,[fd00::1]:9000,127.0.0.1:8099"),
        ("WEBHOOK_ALLOW_PORTS", "8443, 9443"),
        ("WEBHOOK_NAT64_PREFIXES", "2001:db8:64::/96"),
        ("WEBHOOK_PROXY", "http://user:pw@proxy.lan:3128"),
        ("WEBHOOK_DNS_SERVERS", "10.0.0.2,127.0.0.1:5353"),
    ]);
    let config = GuardConfig::from_env(&mut env);
    assert!(env.problems().is_empty(), "{:?}", env.problems());
    assert_eq!(config.policy.ranges.allowed.len(), 3);
    let hosts: Vec<(&str, Option<u16>)> = config.policy.hosts.iter().map(|(host, port)| (host.as_str(), *port)).collect();
    assert_eq!(hosts, [("receiver.internal", None), ("box.lan", Some(8443)), ("fd00::1", Some(9000)), ("127.0.0.1", Some(8099))]);
    assert_eq!(config.dns, ["10.0.0.2:53".parse().unwrap(), "127.0.0.1:5353".parse().unwrap()]);
    assert!(parse("https://school.example:9443/", &config.policy).is_ok() && parse("https://10.0.0.1:9999/", &config.policy).is_ok());
    assert!(parse("http://127.0.0.1:8099/", &config.policy).is_ok() && parse("http://127.0.0.1:8098/", &config.policy).is_err());

    for (name, value) in [
        ("WEBHOOK_ALLOW_NETWORKS", "10.0.0.0/33"),
        ("WEBHOOK_ALLOW_NETWORKS", "https://x.example/"),
        ("WEBHOOK_ALLOW_NETWORKS", "a@b"),
        ("WEBHOOK_ALLOW_PORTS", "0"),
        ("WEBHOOK_ALLOW_PORTS", "https"),
        ("WEBHOOK_NAT64_PREFIXES", "2001:db8::/33"),
        ("WEBHOOK_NAT64_PREFIXES", "10.0.0.0/8"),
        ("WEBHOOK_PROXY", "socks5://p"),
        ("WEBHOOK_DNS_SERVERS", "dns.example"),
        ("WEBHOOK_ALLOW_HTTP", "perhaps"),
    ] {
        let mut env = Env::from_pairs([(name, value)]);
        GuardConfig::from_env(&mut env);
        assert_eq!(env.problems().iter().map(|problem| problem.variable.as_str()).collect::<Vec<_>>(), [name], "{value}");
    }
}

/// An operator's own translator, at each of the six lengths.
#[test]
fn an_own_translation_prefix_is_judged_by_what_it_holds() {
    for (prefix, inside, outside) in [
        ("2400:100::/32", "2400:100:a00:1::", "2400:100:808:808::"),
        ("2400:100:100::/40", "2400:100:10a:0:1::", "2400:100:108:808:8::"),
        ("2400:100:100::/48", "2400:100:100:a00:0:100::", "2400:100:100:808:8:800::"),
        ("2400:100:100:100::/56", "2400:100:100:10a:0:1::", "2400:100:100:108:8:808::"),
        ("2400:100:100:100::/64", "2400:100:100:100:a:0:100:0", "2400:100:100:100:8:808:800:0"),
        ("2400:100:100:100::/96", "2400:100:100:100::a00:1", "2400:100:100:100::808:808"),
    ] {
        let mut policy = Policy::default();
        policy.add_nat64(prefix).unwrap();
        let verdict = |address: &str| judge(address.parse().unwrap(), &policy.ranges);
        assert!(verdict(inside).is_err_and(|rule| rule.range == "10.0.0.0/8"), "{prefix} {inside}");
        assert_eq!(verdict(outside), Ok(()), "{prefix} {outside}");
    }
}

fn is_forbidden(address: IpAddr) -> bool {
    judge(address, &Ranges::default()).is_err()
}

fn any_v4() -> impl Strategy<Value = Ipv4Addr> {
    let edges =
        prop_oneof![Just([10, 0, 0, 1]), Just([127, 0, 0, 1]), Just([169, 254, 169, 254]), Just([192, 168, 1, 1]), Just([8, 8, 8, 8])];
    prop_oneof![any::<[u8; 4]>(), edges].prop_map(Ipv4Addr::from)
}

proptest! {
    #[test]
    fn an_ipv4_address_in_ipv6_clothes_never_passes_where_it_would_not_itself(v4 in any_v4(), rest in any::<[u16; 4]>()) {
        let [a, b, c, d] = v4.octets();
        let (high, low) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
        let mapped = v4.to_ipv6_mapped();
        let compatible = Ipv6Addr::new(0, 0, 0, 0, 0, 0, high, low);
        let translatable = Ipv6Addr::new(0, 0, 0, 0, 0xffff, 0, high, low);
        let six_to_four = Ipv6Addr::new(0x2002, high, low, rest[0], rest[1], rest[2], rest[3], 1);
        let teredo = Ipv6Addr::new(0x2001, 0, rest[0], rest[1], rest[2], rest[3], !high, !low);
        for refused in [mapped, compatible, translatable, six_to_four, teredo] {
            prop_assert!(is_forbidden(refused.into()), "{}", refused);
        }
        let nat64 = Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, high, low);
        prop_assert_eq!(is_forbidden(nat64.into()), is_forbidden(v4.into()));
    }

    #[test]
    fn every_spelling_of_an_address_has_the_verdict_of_the_address(v4 in any_v4()) {
        let number = u32::from(v4);
        let [a, b, c, d] = v4.octets();
        let expected = is_forbidden(v4.into());
        for spelling in [format!("{v4}"), format!("{number}"), format!("{number:#x}"), format!("0{number:o}"), format!("{a}.{}", number & 0xff_ffff),
            format!("{a:#x}.{b:#o}.{}", u32::from(c) << 8 | u32::from(d)).replace("0o", "0"), format!("{v4}.")] {
            let verdict = parse(&format!("https://{spelling}/"), &Policy::default());
            prop_assert_eq!(verdict.is_err(), expected, "{}", spelling);
        }
    }

    #[test]
    fn nothing_makes_the_judgement_panic(text in "\\PC{0,60}", scheme in "(https?|ftp)://") {
        let _ = parse(&text, &Policy::default());
        let _ = parse(&format!("{scheme}{text}"), &Policy { allow_http: true, ..Policy::default() });
        let _ = Policy::default().allow(&text);
    }
}
