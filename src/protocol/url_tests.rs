use super::{Server, UrlError, Version, is_cloud, origin, push_escaped, signal_url, validate_url};
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

#[test]
fn endpoints_keep_host_port_and_base_path() {
    for (server, socket, validate) in [
        ("wss://a.livekit.cloud", "wss://a.livekit.cloud/rtc/v1", "https://a.livekit.cloud/rtc/v1/validate"),
        ("https://a.example/", "wss://a.example/rtc/v1", "https://a.example/rtc/v1/validate"),
        ("http://127.0.0.1:7880", "ws://127.0.0.1:7880/rtc/v1", "http://127.0.0.1:7880/rtc/v1/validate"),
        ("WS://LocalHost:7880/base//", "ws://localhost:7880/base/rtc/v1", "http://localhost:7880/base/rtc/v1/validate"),
        ("wss://h/a/b?access_token=x#y", "wss://h/a/b/rtc/v1", "https://h/a/b/rtc/v1/validate"),
        ("wss://h?access_token=x", "wss://h/rtc/v1", "https://h/rtc/v1/validate"),
        ("wss://h:#f", "wss://h/rtc/v1", "https://h/rtc/v1/validate"),
        ("ws://[::1]:80/", "ws://[::1]:80/rtc/v1", "http://[::1]:80/rtc/v1/validate"),
        (" wss://bücher.example\n", "wss://bücher.example/rtc/v1", "https://bücher.example/rtc/v1/validate"),
    ] {
        assert_eq!(signal_url(server, Version::V1).as_deref(), Ok(socket), "{server}");
        assert_eq!(validate_url(server, Version::V1).as_deref(), Ok(validate), "{server}");
    }
    assert_eq!(signal_url("wss://h", Version::V0).as_deref(), Ok("wss://h/rtc"));
    assert_eq!(validate_url("ws://h/x", Version::V0).as_deref(), Ok("http://h/x/rtc/validate"));
}

/// Fault 44: a token pasted as the URL.
#[test]
fn hostile_texts_are_typed_errors_that_repeat_nothing_of_them() {
    let long = format!("wss://h/{}", "a".repeat(10_000));
    let token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln";
    let with_user = format!("wss://user:{token}@h");
    for text in [
        "",
        " ",
        "host",
        "//host",
        "wss:host",
        "wss:/host",
        "wss://",
        "wss:///rtc",
        "wss://?x",
        "wss://:80",
        "wss://h:port",
        "wss://h:-1",
        "wss://h:+1",
        "wss://h:65536",
        "wss://h:80:80",
        "wss://a b",
        "wss://a\\b",
        "wss://a\nb",
        "wss://a%00b",
        "wss://.h",
        "wss://a..b",
        "wss://[::1",
        "wss://[::g]",
        "wss://[::1]x",
        "wss://[fe80::1%25eth0]",
        "wss://h/<script>",
        "wss://h/`",
        token,
        &long,
        &with_user,
    ] {
        let error = Server::parse(text).expect_err(text);
        assert!(matches!(error, UrlError::Malformed(_)), "{text}: {error:?}");
        assert!(!error.message().contains("eyJ"), "{error:?}");
        assert_eq!(origin(text), "(no server URL)");
    }
}

#[test]
fn other_schemes_are_named() {
    for (text, scheme) in [("ftp://h", "ftp"), ("javascript:alert(1)", "javascript"), ("localhost:7880", "localhost")] {
        assert_eq!(Server::parse(text), Err(UrlError::Scheme(scheme.to_owned())));
    }
}

/// Fault 44: what of a URL is shown.
#[test]
fn an_origin_is_all_a_message_may_show() {
    assert_eq!(origin("https://H.example:8443/base?access_token=eyJx.y.z#f"), "wss://h.example:8443");
}

#[test]
fn only_hosts_under_livekits_domains_are_cloud() {
    for host in ["a.livekit.cloud", "a.b.livekit.run"] {
        assert!(is_cloud(host), "{host}");
    }
    for host in
        ["livekit.cloud", "livekit.cloud.evil.example", "evillivekit.cloud", "a.livekit.cloud.", "ａ.livekit.cloud"]
    {
        assert!(!is_cloud(host), "{host}");
    }
}

#[test]
fn a_query_component_cannot_break_out() {
    let mut query = String::new();
    push_escaped(&mut query, "a-b._~é&=+%/?# \n");
    assert_eq!(query, "a-b._~%C3%A9%26%3D%2B%25%2F%3F%23%20%0A");
}
