//! What a wrong reply looks like.

use common::Pattern;

use crate::dialect::Dialect;
use crate::meaning::Why;
use crate::observation::Answer;
use crate::scenario::{BUFFER, Reply};
use crate::stage::ENDLESS;

/// A text as it looks after an encoding that does not have its letters: `?` for each character, for each of the
/// two halves of a rare one, or for each byte.
fn is_without_letters(came: &[u8], expected: &str) -> bool {
    let lost = |units: &dyn Fn(char) -> usize| -> String {
        expected
            .chars()
            .map(|c| if c.is_ascii() { c.to_string() } else { "?".repeat(units(c)) })
            .collect()
    };
    let came_lossy = String::from_utf8_lossy(came).replace('\u{fffd}', "?");
    !expected.is_ascii()
        && [lost(&|_| 1), lost(&|c| c.len_utf16()), lost(&|c| c.len_utf8())].contains(&came_lossy)
}

/// Whether this is that text, with its Korean letters lost.
#[must_use]
pub fn lost_letters(came: &str, expected: &str) -> bool {
    is_without_letters(came.as_bytes(), expected)
}

/// What a text whose letters were lost says about the program.
#[must_use]
pub fn letters_were_lost() -> Why {
    Why::of("lost-letters", Dialect::Other)
}

/// What the bytes of `answer` look like, where `expected` was to come.
#[must_use]
pub fn wrong(
    reply: Reply,
    pattern: Pattern,
    why: impl Fn(&str) -> Why,
    expected: &[u8],
    answer: &Answer,
) -> Why {
    let came = &answer.bytes[..];
    let received = &answer.sent[..answer.sent.len().min(BUFFER)];
    let prefix = "서버로부터 응답: ".as_bytes();
    let (literal, echo) = (Reply::Literal.to(pattern, received), Reply::Echo.to(pattern, received));
    let text = std::str::from_utf8(expected).unwrap_or_default();
    let without_newline = came.strip_suffix(b"\r\n").or_else(|| came.strip_suffix(b"\n"));
    let rest = came.strip_prefix(expected).unwrap_or_default();
    let repr = came
        .strip_prefix(prefix)
        .is_some_and(|rest| rest.starts_with(b"b'") || rest.starts_with(b"b\""));
    let sent_back = !received.is_empty()
        && came.strip_prefix(prefix).is_some_and(|rest| rest.starts_with(received));
    let (cp949, _, _) = encoding_rs::EUC_KR.encode(text);

    if without_newline == Some(expected) {
        return why("newline");
    }
    if came.len() >= ENDLESS {
        return why("endless");
    }
    if !rest.is_empty() && rest.iter().all(|byte| *byte == 0) {
        return why("nul-bytes");
    }
    match reply {
        Reply::Literal if repr || sent_back || came == echo => {
            return why("f-string");
        }
        Reply::Echo if repr => {
            return why("repr");
        }
        Reply::Echo if came == literal => {
            return why("no-f");
        }
        _ => {}
    }
    if came == &*cp949 {
        return why("cp949");
    }
    if is_without_letters(came, text) {
        return why("lost-letters");
    }
    if expected.starts_with(came) {
        let (size, whole) = (came.len(), expected.len());
        return why("cut-short").fill("size", size).fill("whole", whole);
    }
    if std::str::from_utf8(came).is_err() && std::str::from_utf8(expected).is_ok() {
        return why("not-utf8");
    }
    if came == [expected, expected].concat() {
        return why("twice");
    }
    if !rest.is_empty() {
        return why("more-follows");
    }
    if reply == Reply::Echo && came.starts_with(prefix) {
        return why("changed");
    }
    let difference =
        first_difference(&String::from_utf8_lossy(expected), &String::from_utf8_lossy(came));
    why("other-bytes").fill_in(&difference)
}

/// Where two texts part.
#[must_use]
pub fn first_difference(expected: &str, came: &str) -> Why {
    let same = expected.chars().zip(came.chars()).take_while(|(one, other)| one == other).count();
    if same == 0 {
        return Why::of("another-sentence", Dialect::Other);
    }
    let quote =
        |c: Option<char>| c.map_or_else(|| "-".to_owned(), |c| format!("`{}`", c.escape_debug()));
    let (wanted, got) = (quote(expected.chars().nth(same)), quote(came.chars().nth(same)));
    let why = Why::of("from-character", Dialect::Other).fill("place", same + 1);
    why.fill("wanted", wanted).fill("got", got)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_lost_in_several_ways() {
        assert!(lost_letters("?? ??: x", "응답 안녕: x"));
        assert!(lost_letters("??????: x", "응답: x"));
        assert!(lost_letters("\u{fffd}\u{fffd}: x", "응답: x"));
        assert!(!lost_letters("응답: ?", "응답: x") && !lost_letters("x?", "x?"));
    }

    #[test]
    fn the_place_where_texts_part_is_named() {
        assert!(first_difference("abc", "abd").text.english.contains("character 3"));
        assert!(first_difference("abc", "ab").text.english.contains("`c` was expected and - came"));
        assert!(first_difference("abc", "xyz").text.english.contains("another sentence"));
    }
}
