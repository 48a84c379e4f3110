//! Texts in texts, texts of pieces, and base64, in the few lines that the short texts of signalling need. The standard
//! library's search is made for long ones and weighs two kilobytes of wasm.

/// Where `part` begins in `text`.
pub fn find(text: &str, part: &str) -> Option<usize> {
    if part.is_empty() {
        return Some(0);
    }
    text.as_bytes().windows(part.len()).position(|window| window == part.as_bytes())
}

/// Whether `part` is in `text`.
pub fn contains(text: &str, part: &str) -> bool {
    find(text, part).is_some()
}

/// What stands before the first `part` and what follows it.
pub fn split_once<'a>(text: &'a str, part: &str) -> Option<(&'a str, &'a str)> {
    let (before, rest) = text.split_at_checked(find(text, part)?)?;
    Some((before, rest.get(part.len()..)?))
}

/// What stands between one `by` and the next.
pub fn split<'a>(text: &'a str, by: &'a str) -> impl Iterator<Item = &'a str> {
    let mut left = Some(text);
    std::iter::from_fn(move || {
        let (part, rest) = split_once(left?, by).map_or((left?, None), |(part, rest)| (part, Some(rest)));
        left = rest;
        Some(part)
    })
}

/// What stands before the first byte that ends it, and the rest from there on.
pub fn until(text: &str, ends: impl Fn(u8) -> bool) -> (&str, &str) {
    let end = text.bytes().position(ends).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

/// A whole number that is nothing but digits. Too large a one is the largest.
pub fn whole(text: &str) -> Option<u64> {
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().unwrap_or(u64::MAX))
}

/// The same with or without a minus before it; `-0` is below 0.
pub fn signed(text: &str) -> Option<f64> {
    match text.strip_prefix("-") {
        Some(text) => whole(text).map(|number| -(number.max(1) as f64)),
        None => whole(text).map(|number| number as f64),
    }
}

/// `text` without every `part` that it begins with.
pub fn without_start<'a>(mut text: &'a str, part: &str) -> &'a str {
    while let Some(rest) = text.strip_prefix(part) {
        text = rest;
    }
    text
}

/// `text` without every `part` that it ends with.
pub fn without_end<'a>(mut text: &'a str, part: &str) -> &'a str {
    while let Some(rest) = text.strip_suffix(part) {
        text = rest;
    }
    text
}

/// A text made of pieces: `text!("tried for ", ms, " ms")`. `format!` is for more than that, and weighs more: its texts
/// with their places in the module, and the machinery that reads them.
macro_rules! text {
    ($($piece:expr),+ $(,)?) => {{
        let mut text = String::new();
        $($crate::protocol::text::Piece::push_to(&$piece, &mut text);)+
        text
    }};
}
pub(crate) use text;

/// What [`text!`] makes texts of.
pub(crate) trait Piece {
    /// Appends itself.
    fn push_to(&self, text: &mut String);
}

impl Piece for str {
    fn push_to(&self, text: &mut String) {
        text.push_str(self);
    }
}

impl Piece for String {
    fn push_to(&self, text: &mut String) {
        text.push_str(self);
    }
}

impl<T: Piece + ?Sized> Piece for &T {
    fn push_to(&self, text: &mut String) {
        T::push_to(self, text);
    }
}

impl Piece for u64 {
    fn push_to(&self, text: &mut String) {
        if *self > 9 {
            (self / 10).push_to(text);
        }
        text.push(char::from(b'0' + (self % 10) as u8));
    }
}

impl Piece for u32 {
    fn push_to(&self, text: &mut String) {
        u64::from(*self).push_to(text);
    }
}

impl Piece for u16 {
    fn push_to(&self, text: &mut String) {
        u64::from(*self).push_to(text);
    }
}

impl Piece for usize {
    fn push_to(&self, text: &mut String) {
        (*self as u64).push_to(text);
    }
}

/// Base64 in the alphabet of URLs, padded, as Go's `base64.URLEncoding` reads it.
pub fn base64_url(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let byte = |at: usize| u32::from(group.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            let six = (bits >> (18 - 6 * place) & 63) as u8;
            out.push(char::from(match six {
                _ if place > group.len() => b'=',
                0..=25 => b'A' + six,
                26..=51 => b'a' + (six - 26),
                52..=61 => b'0' + (six - 52),
                62 => b'-',
                _ => b'_',
            }));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #[cfg(target_family = "wasm")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn it_finds_what_the_standard_library_finds() {
        let texts = ["", "a", "aa", "abab", "aab", "\u{e4}b\u{e4}", "xx\u{1f600}xx", "ababab"];
        for text in texts {
            for part in ["", "a", "ab", "aba", "\u{e4}", "\u{1f600}x", "b", "aab "] {
                assert_eq!(find(text, part), text.find(part), "{text} {part}");
                assert_eq!(contains(text, part), text.contains(part), "{text} {part}");
                assert_eq!(split_once(text, part), text.split_once(part), "{text} {part}");
                if !part.is_empty() {
                    assert!(split(text, part).eq(text.split(part)), "{text} {part}");
                    assert_eq!(without_start(text, part), text.trim_start_matches(part), "{text} {part}");
                    assert_eq!(without_end(text, part), text.trim_end_matches(part), "{text} {part}");
                }
            }
            let at = text.find('b').unwrap_or(text.len());
            assert_eq!(until(text, |byte| byte == b'b'), text.split_at(at), "{text}");
        }
    }

    #[test]
    fn a_text_is_its_pieces() {
        let (owned, largest) = ("b".to_owned(), u64::MAX);
        assert_eq!(
            text!("a", owned, &&owned, 0u64, 1_010u32, 65_535u16, 10usize, largest),
            format!("abb010106553510{largest}")
        );
    }

    #[test]
    fn base64_is_that_of_rfc_4648() {
        let texts = ["", "f", "fo", "foo", "foob", "fooba", "foobar"];
        let encoded = ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"];
        assert_eq!(texts.map(|text| base64_url(text.as_bytes())), encoded.map(String::from));
        assert_eq!(base64_url(&[0xfb, 0xff, 0xbf]), "-_-_");
    }
}
