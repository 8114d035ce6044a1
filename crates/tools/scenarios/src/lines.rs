//! What a wrong reply looks like where messages are lines.

use crate::meaning::Why;

const PREFIX: &str = "서버로부터 응답: ";

/// What `came` looks like, where `expected` was to come; `None` where that is not to be seen, or these are no
/// lines. `to_the_end`: the client had closed its side.
#[must_use]
pub fn wrong(expected: &[u8], came: &[u8], to_the_end: bool) -> Option<Why> {
    let first = |bytes: &[u8]| bytes.iter().position(|byte| *byte == b'\n');
    // What was wanted may end in the middle of a character.
    let replaced = came.windows(3).any(|bytes| bytes == "\u{fffd}".as_bytes());
    let in_pieces = first(came).is_some_and(|end| {
        first(expected).is_some_and(|whole| end < whole) && expected.starts_with(&came[..end])
    });
    let (expected, came) = (String::from_utf8_lossy(expected), String::from_utf8_lossy(came));
    let messages: Vec<&str> = expected.strip_suffix('\n')?.split('\n').collect();
    let replies = came.matches(PREFIX).count();
    let text = |text: &str| text.replace(PREFIX, "").replace('\n', "");
    let why = |cause| Some(Why::without_calls(cause));
    if expected.strip_suffix('\n') == Some(&*came) {
        why("no-line-end")
    } else if came.strip_prefix(&*expected) == Some(&format!("{PREFIX}\n")) {
        why("empty-answered")
    } else if came.replace('\r', "") == expected {
        why("carriage-return")
    } else if replaced && !expected.contains('\u{fffd}') {
        why("decoded-in-pieces")
    } else if replies < messages.len() && text(&came) == text(&expected) {
        why("lines-joined")
    } else if trimmed(&messages, &came) {
        why("trimmed")
    } else if in_pieces {
        why("message-in-pieces")
    } else if to_the_end && replies + 1 == messages.len() && expected.starts_with(&*came) {
        why("last-not-answered")
    } else if expected.starts_with(&*came) && came.ends_with('\n') {
        let known = why("only-some-lines")?;
        Some(known.fill("some", replies).fill("total", messages.len()))
    } else {
        None
    }
}

/// Whether each message came back, and of some the blanks at one end or at both are missing.
fn trimmed(messages: &[&str], came: &str) -> bool {
    let text = |line: &str| line.replace(PREFIX, "").trim().to_owned();
    let lines: Vec<&str> = came.strip_suffix('\n').unwrap_or(came).split('\n').collect();
    lines != messages
        && lines.len() == messages.len()
        && lines
            .iter()
            .zip(messages)
            .all(|(line, message)| text(line) == text(message) && line.len() <= message.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_reply_says_how_lines_were_taken() {
        let reply = |lines: &[&str]| -> String {
            lines.iter().map(|line| format!("{PREFIX}{line}\n")).collect()
        };
        for (expected, came, cause) in [
            (reply(&["a", "b"]), reply(&["a"]), Some("only-some-lines")),
            (reply(&["a", "b"]), format!("{PREFIX}a\nb\n"), Some("lines-joined")),
            (reply(&["ab"]), reply(&["a", "b"]), Some("message-in-pieces")),
            (reply(&["a"]), reply(&["a\r"]), Some("carriage-return")),
            (reply(&[" a "]), reply(&["a"]), Some("trimmed")),
            (reply(&[" a "]), reply(&[" a"]), Some("trimmed")),
            (reply(&["a ", "b"]), reply(&["a", "b"]), Some("trimmed")),
            (reply(&["한"]), reply(&["\u{fffd}"]), Some("decoded-in-pieces")),
            (reply(&["a"]), reply(&["a", ""]), Some("empty-answered")),
            (reply(&["a"]), format!("{PREFIX}a"), Some("no-line-end")),
            (reply(&["a"]), reply(&["b"]), None),
            (format!("{PREFIX}a"), reply(&["b"]), None),
        ] {
            let found = wrong(expected.as_bytes(), came.as_bytes(), false);
            assert_eq!(found.map(|why| why.cause), cause, "{came}");
        }
        let both = reply(&["a", "b"]);
        let found = wrong(both.as_bytes(), reply(&["a"]).as_bytes(), true);
        assert_eq!(found.map(|why| why.cause), Some("last-not-answered"));
    }
}
