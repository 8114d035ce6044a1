//! What went wrong where a line goes to everybody else.

use crate::meaning::Why;

/// Whether `came` holds the lines of all `senders`: those of each in their order.
#[must_use]
pub fn is_merged(senders: &[Vec<u8>], came: &[u8]) -> bool {
    let lines = |bytes: &[u8]| -> Vec<Vec<u8>> {
        bytes.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect()
    };
    let came = lines(came);
    let of = |sender: &[Vec<u8>]| -> Vec<Vec<u8>> {
        came.iter().filter(|line| sender.contains(line)).cloned().collect()
    };
    let senders: Vec<Vec<Vec<u8>>> = senders.iter().map(|sender| lines(sender)).collect();
    came.len() == senders.iter().map(Vec::len).sum::<usize>()
        && senders.iter().all(|sender| of(sender) == *sender)
}

/// What `came` looks like, where `expected` was to come to somebody who had sent `sent`.
#[must_use]
pub fn wrong(expected: &[u8], came: &[u8], sent: &[u8]) -> Option<Why> {
    let why = |cause| Some(Why::without_calls(cause));
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    let (expected, came, sent) = (text(expected), text(came), text(sent));
    let own = own_name(&sent);
    let lines: Vec<&str> = expected.split_inclusive('\n').collect();
    let bare: String = lines.iter().map(|it| it.split_once(": ").map_or(*it, |it| it.1)).collect();
    if expected.strip_suffix('\n') == Some(&came) {
        return why("no-line-end");
    }
    if bare == came && bare != expected {
        return why("no-name");
    }
    if own.is_some_and(|own| came.lines().any(|line| line.starts_with(&format!("{own}: ")))) {
        return why("back-to-the-sender");
    }
    let some = came.split_inclusive('\n').collect::<Vec<_>>();
    if some.iter().all(|line| lines.contains(line)) {
        if some.len() < lines.len() {
            let known = why("lines-lost")?;
            return Some(known.fill("some", some.len()).fill("total", lines.len()));
        }
        return why("out-of-order");
    }
    if lines.len() > 1 {
        return why("lines-mixed");
    }
    why(if some.iter().all(|line| line.contains(": ")) { "another-line" } else { "told-too-much" })
}

/// The name in what somebody has sent.
fn own_name(sent: &str) -> Option<&str> {
    Some(sent.split_once('\n')?.0)
}

/// Something came to somebody who had sent `sent` and was to get nothing.
#[must_use]
pub fn surplus(came: &[u8], sent: &[u8]) -> Why {
    let (came, sent) = (String::from_utf8_lossy(came), String::from_utf8_lossy(sent));
    let cause = match own_name(&sent) {
        None => "told-without-a-name",
        Some(own) if came.contains(&format!("{own}: ")) => "back-to-the-sender",
        Some(_) if sent.lines().skip(1).any(|line| came.contains(line)) => "back-to-the-sender",
        Some(_) => "told-too-much",
    };
    Why::without_calls(cause)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_several_senders_may_come_in_any_order_but_their_own() {
        let senders = [b"a: 1\na: 2\n".to_vec(), b"b: 1\n".to_vec()];
        for (came, is) in [
            ("a: 1\nb: 1\na: 2\n", true),
            ("a: 2\nb: 1\na: 1\n", false),
            ("a: 1\nb: 1\n", false),
            ("a: 1\na: 2\nb: 1\nb: 1\n", false),
        ] {
            assert_eq!(is_merged(&senders, came.as_bytes()), is, "{came}");
        }
    }

    #[test]
    fn a_wrong_line_says_what_became_of_it() {
        for (expected, came, cause) in [
            ("a: 1\n", "1\n", "no-name"),
            ("a: 1\n", "a: 1", "no-line-end"),
            ("a: 1\n", "me: x\n", "back-to-the-sender"),
            ("a: 1\na: 2\n", "a: 1\n", "lines-lost"),
            ("a: 1\na: 2\n", "a: 2\na: 1\n", "out-of-order"),
            ("a: 1\nb: 2\n", "a: b: 2\n1\n", "lines-mixed"),
            ("a: 1\n", "c: 1\n", "another-line"),
            ("a: 1\n", "b joins\n", "told-too-much"),
        ] {
            let found = wrong(expected.as_bytes(), came.as_bytes(), b"me\nx\n").unwrap();
            assert_eq!(found.cause, cause, "{came}");
        }
        assert_eq!(surplus(b"a: x\n", b"").cause, "told-without-a-name");
        assert_eq!(surplus(b"me: x\n", b"me\nx\n").cause, "back-to-the-sender");
        assert_eq!(surplus(b"a joins\n", b"me\nx\n").cause, "told-too-much");
    }
}
