//! A text that must not be printed: tokens, and URLs that carry one.

use std::fmt;

use crate::protocol::text::{split_once, until};
use crate::protocol::wire::{Field, Slot};

/// Holds a secret text. `Debug` and `Display` show a placeholder, so it can stand in errors and logs by accident
/// without harm; [`Secret::reveal`] is the one way to the text and stands only where the text goes to the wire.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Secret(String);

impl Secret {
    /// Wraps a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, for the wire only.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether the text is empty.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

/// A text like any other on the wire.
impl Field for Secret {
    fn slot(&mut self, grow: bool) -> Option<Slot<'_>> {
        self.0.slot(grow)
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

/// A text of others (a server's answer, a host's exception) as it may stand in an error or a log line: whatever begins
/// as a token does is replaced.
pub fn redacted(text: String) -> String {
    const BEGIN: &str = "eyJ";
    let of_token = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'=');
    let (mut out, mut rest) = (String::new(), text.as_str());
    while let Some((before, after)) = split_once(rest, BEGIN) {
        out.push_str(before);
        // Once for texts that were redacted before.
        if !out.ends_with("[secret]") {
            out.push_str("[secret]");
        }
        (_, rest) = until(after, |byte| !of_token(byte));
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::{Secret, redacted};
    #[cfg(target_family = "wasm")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    /// Fault 44: what holds a token.
    #[test]
    fn a_secret_does_not_show_itself() {
        let secret = Secret::new("eyJh.b.c");
        assert_eq!(format!("{secret} {secret:?}"), "[secret] [secret]");
        assert_eq!(secret.reveal(), "eyJh.b.c");
    }

    #[test]
    fn a_text_of_others_loses_what_looks_like_a_token_and_nothing_else() {
        for (text, want) in [
            ("not found", "not found"),
            ("invalid token: eyJh_-0.eyJb.c=, sorry", "invalid token: [secret], sorry"),
            ("wss://h?access_token=eyJa.b.c&x=1 and eyJd.", "wss://h?access_token=[secret]&x=1 and [secret]"),
            ("eyJa.b.c", "[secret]"),
            ("é eyJé", "é [secret]é"),
        ] {
            assert_eq!(redacted(text.to_owned()), want);
        }
    }
}
