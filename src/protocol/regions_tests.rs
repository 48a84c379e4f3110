use super::*;
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn names(text: &str) -> Option<Vec<String>> {
    read_list(text).map(|list| list.into_iter().map(|region| region.name).collect())
}

#[test]
fn a_list_is_read_in_its_order_whatever_form_its_distances_have() {
    let text = r#" {"v":[1,{"a":"}"}],"regions":[{"region":"eu","url":"wss://eu.livekit.cloud","distance":"120"},
        {"distance":-5.5e3,"url":"wss:\/\/us.livekit.cloud","region":"us \u0061\n"},{"region":"none"}]} "#;
    assert_eq!(names(text), Some(vec!["eu".to_owned(), "us a\n".to_owned()]));
    assert_eq!(read_list(text).unwrap()[1].url, "wss://us.livekit.cloud");
}

/// Fault 16: a list that is none, or a hundred thousand entries.
#[test]
fn what_is_no_list_is_none_and_a_long_one_is_cut() {
    let broken = [
        "",
        "<html><body>404</body></html>",
        "null",
        "[]",
        "{}",
        r#"{"regions":null}"#,
        r#"{"regions":{}}"#,
        r#"{"regions":[{"url":7}]}"#,
        r#"{"regions":["wss://eu"]}"#,
        r#"{"regions":[{"url":"wss://eu"}"#,
        r#"{"regions":[{"url":"\u00zz"}]}"#,
        r#"{"regions"#,
    ];
    for text in broken {
        assert_eq!(read_list(text), None, "{text}");
    }
    assert_eq!(read_list(&format!("{}{}", "[".repeat(100_000), "]".repeat(100_000))), None);
    assert_eq!(read_list(&format!("{{\"x\":{}", "[".repeat(100_000))), None);
    let many = format!("{{\"regions\":[{}]}}", vec![r#"{"region":"r","url":"wss://r"}"#; 100_000].join(","));
    assert_eq!(read_list(&many).map(|list| list.len()), Some(MOST_REGIONS));
    assert_eq!(names(r#"{"regions":[]}"#), Some(vec![]));
}

#[test]
fn a_list_cut_anywhere_is_read_whole_or_not_at_all() {
    let text = r#"{"regions":[{"region":"e\u0075","url":"wss://eu.livekit.cloud","distance":12}]}"#;
    for end in 0..text.len() {
        assert_eq!(read_list(text.get(..end).unwrap()), None, "{end}");
    }
    assert!(read_list(text).is_some());
}

fn cloud() -> Trust {
    Trust { named: vec!["wss://app.livekit.cloud".into()], ..Trust::default() }
}

/// Fault 19: URLs of a list that a token must not be sent to.
#[test]
fn a_token_goes_to_no_host_that_a_list_alone_names() {
    let long = format!("wss://{}.livekit.cloud", "a".repeat(10_240));
    let refused = [
        ("ws://eu.livekit.cloud", Refusal::Insecure),
        ("http://eu.livekit.cloud", Refusal::Insecure),
        ("wss://user:pass@eu.livekit.cloud", Refusal::Malformed),
        ("wss://eu.livekit.cloud@evil.example", Refusal::Malformed),
        ("wss://203.0.113.7", Refusal::Stranger),
        ("wss://[2001:db8::1]", Refusal::Stranger),
        ("wss://localhost", Refusal::Stranger),
        ("ws://localhost:7880", Refusal::Stranger),
        ("ws://127.0.0.1:7880", Refusal::Stranger),
        ("http://169.254.169.254/latest", Refusal::Insecure),
        ("wss://169.254.169.254", Refusal::Stranger),
        ("wss://livekit.cloud.evil.example", Refusal::Stranger),
        ("wss://evillivekit.cloud", Refusal::Stranger),
        ("wss://livekit.cloud", Refusal::Stranger),
        ("wss://eu.livekit.cl\u{43e}ud", Refusal::Stranger),
        ("wss://\u{435}u.livekit.cloud", Refusal::Stranger),
        ("wss://eu.livekit.cloud\\@evil.example", Refusal::Malformed),
        ("javascript:alert(1)", Refusal::Malformed),
        ("", Refusal::Malformed),
        (long.as_str(), Refusal::Malformed),
    ];
    for (url, why) in refused {
        assert_eq!(cloud().listed(url), Err(why), "{url}");
    }
    for url in ["wss://eu.livekit.cloud", "https://app.eu.livekit.run", "wss://EU.LiveKit.Cloud:443/"] {
        assert!(cloud().listed(url).is_ok(), "{url}");
    }
}

#[test]
fn a_cloud_host_in_a_list_means_nothing_to_an_app_that_named_another() {
    let own = Trust { named: vec!["wss://rooms.example".into()], ..Trust::default() };
    assert_eq!(own.listed("wss://eu.livekit.cloud"), Err(Refusal::Stranger));
    assert_eq!(own.listed("wss://eu.rooms.example"), Err(Refusal::Stranger));
    assert!(own.listed("https://rooms.example/path").is_ok());
    assert_eq!(own.listed("wss://rooms.example:8443"), Err(Refusal::Stranger));
}

#[test]
fn hosts_that_the_app_allows_are_themselves_and_what_is_below_them() {
    let trust = Trust {
        named: vec!["wss://one.example".into()],
        allowed_hosts: vec!["rooms.example".into(), "*.media.example".into(), "127.0.0.1".into(), ".".into()],
        insecure: false,
    };
    for url in ["wss://rooms.example", "wss://eu.rooms.example", "wss://a.b.media.example", "ws://127.0.0.1:9000"] {
        assert!(trust.listed(url).is_ok(), "{url}");
    }
    for url in ["wss://badrooms.example", "wss://example", "wss://x.127.0.0.1", "ws://eu.rooms.example", "wss://x."] {
        assert!(trust.listed(url).is_err(), "{url}");
    }
}

/// Fault 45: a token without TLS to a host that is not this machine.
#[test]
fn without_tls_a_token_stays_on_this_machine_unless_the_app_says_otherwise() {
    let trust = Trust::default();
    for url in ["ws://127.0.0.1:7880", "http://localhost", "ws://[::1]:7880", "ws://a.localhost", "wss://far.example"] {
        assert!(trust.named(url).is_ok(), "{url}");
    }
    for url in ["ws://far.example", "http://192.168.1.5", "ws://127.0.0.1.evil.example", "ws://127.evil.example.x"] {
        assert_eq!(trust.named(url), Err(Refusal::Insecure), "{url}");
    }
    let insecure = Trust { insecure: true, ..Trust::default() };
    assert!(insecure.named("ws://192.168.1.5:7880").is_ok());
}

/// Fault 18: ages that are none.
#[test]
fn an_age_is_a_whole_number_of_seconds_or_none() {
    let ages = [
        ("max-age=60", Some(60_000)),
        ("public, Max-Age=\"5\", must-revalidate", Some(5_000)),
        ("max-age=0", Some(0)),
        ("max-age=99999999999999999999999999", Some(u64::MAX)),
        ("max-age=-1", None),
        ("max-age=1e30", None),
        ("max-age=NaN", None),
        ("max-age=", None),
        ("max-age", None),
        ("no-store", None),
        ("", None),
    ];
    for (header, ms) in ages {
        assert_eq!(max_age_ms(header), ms, "{header}");
    }
}

/// Fault 49: a server's hint of every form.
#[test]
fn a_retry_after_is_a_whole_number_of_seconds_or_a_date_or_none() {
    let date = |_: &str| 20_000.0;
    for (header, ms) in [
        ("7", Some(7_000.0)),
        (" 7\t", Some(7_000.0)),
        ("0", Some(0.0)),
        ("1000000000", Some(1e12)),
        ("99999999999999999999999", Some(u64::MAX as f64 * 1_000.0)),
        ("-1", Some(-1_000.0)),
        ("Wed, 21 Oct 2015 07:28:00 GMT", Some(20_000.0)),
        ("Wednesday, 21-Oct-15 07:28:00 GMT", Some(20_000.0)),
        // What JavaScript takes for days of the year 2001, or of others.
        ("soon 5", None),
        ("retry in 2050", None),
        ("1.5", None),
        ("1, 2", None),
        ("+1", None),
        ("--1", None),
        ("-", None),
        ("", None),
    ] {
        assert_eq!(retry_after_ms(header, date), ms, "{header}");
    }
    assert_eq!(retry_after_ms("Wed, 21 Oct 2015 07:28:00 GMT", |_| -5.0), Some(0.0), "it has come");
    assert_eq!(retry_after_ms("soon", |_| f64::NAN), None);
}

#[test]
fn clouds_have_a_list_and_others_only_where_the_app_says() {
    let list = |home, endpoint| list_url(home, endpoint);
    assert_eq!(list("wss://a.livekit.cloud", None).as_deref(), Some("https://a.livekit.cloud/settings/regions"));
    assert_eq!(list("wss://rooms.example", None), None);
    assert_eq!(list("ws://a.livekit.cloud", None), None);
    assert_eq!(list("wss://rooms.example", Some("https://x.example/r")).as_deref(), Some("https://x.example/r"));
}
