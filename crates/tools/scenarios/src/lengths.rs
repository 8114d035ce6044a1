//! What a wrong reply looks like where a message is its length in four bytes and so many bytes.

use crate::meaning::Why;

const PREFIX: &str = "서버로부터 응답: ";

/// Such a message.
#[must_use]
pub fn frame(message: &[u8]) -> Vec<u8> {
    let length = u32::try_from(message.len()).unwrap_or(u32::MAX);
    [&length.to_be_bytes()[..], message].concat()
}

/// The lengths and messages in `bytes`, and what is left that is none.
fn frames(mut bytes: &[u8]) -> (Vec<&[u8]>, &[u8]) {
    let mut messages = Vec::new();
    while let Some((length, rest)) = bytes.split_first_chunk::<4>() {
        let length = u32::from_be_bytes(*length) as usize;
        let Some((message, rest)) = rest.split_at_checked(length) else {
            break;
        };
        messages.push(message);
        bytes = rest;
    }
    (messages, bytes)
}

/// What `came` looks like, where `expected` was to come; `None` where that is not to be seen.
#[must_use]
pub fn wrong(expected: &[u8], came: &[u8]) -> Option<Why> {
    let why = |cause| Some(Why::without_calls(cause));
    let (wanted, _) = frames(expected);
    let (got, rest) = frames(came);
    let first = *wanted.first()?;
    let pairs = || got.iter().zip(&wanted);
    if pairs()
        .any(|(got, wanted)| got != wanted && got.len() >= PREFIX.len() && wanted.starts_with(got))
    {
        return why("message-cut");
    }
    if rest.is_empty() && !got.is_empty() {
        if pairs().any(|(got, wanted)| got != wanted) {
            return why("another-message");
        }
        let known = why("only-some-messages")?;
        return Some(known.fill("some", got.len()).fill("total", wanted.len()));
    }
    let all = wanted.concat();
    if came.starts_with(&all[..]) || all.starts_with(came) && !came.is_empty() {
        return why("no-length");
    }
    let (length, message) = came.split_first_chunk::<4>()?;
    let said = u32::from_be_bytes(*length) as usize;
    let is = |size: usize| said == size;
    let chars = String::from_utf8_lossy(first).chars().count();
    if message == first && u32::from_le_bytes(*length) as usize == first.len() {
        why("little-endian")
    } else if message.starts_with(first) && is(chars) && chars != first.len() {
        why("characters-counted")
    } else if message.starts_with(first) && is(first.len().saturating_sub(PREFIX.len())) {
        why("prefix-not-counted")
    } else if message == first && is(first.len() + 4) {
        why("length-counts-itself")
    } else {
        let known = why("length-does-not-fit")?;
        Some(known.fill("said", said).fill("size", message.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_reply_says_how_its_length_was_counted() {
        let message = format!("{PREFIX}가").into_bytes();
        let size = u32::try_from(message.len()).unwrap();
        let said = |length: [u8; 4]| [&length[..], &message].concat();
        let of = |number: usize| said(u32::try_from(number).unwrap().to_be_bytes());
        let (one, two) = (frame(&message), [frame(&message), frame(b"two")].concat());
        for (expected, came, cause) in [
            (&one, said(size.to_le_bytes()), "little-endian"),
            (&one, of(String::from_utf8_lossy(&message).chars().count()), "characters-counted"),
            (&one, of(3), "prefix-not-counted"),
            (&one, of(message.len() + 4), "length-counts-itself"),
            (&one, of(message.len() + 9), "length-does-not-fit"),
            (&one, message.clone(), "no-length"),
            (&one, frame(&message[..message.len() - 1]), "message-cut"),
            (&one, frame(b"other"), "another-message"),
            (&two, one.clone(), "only-some-messages"),
        ] {
            let found = wrong(expected, &came).map(|why| why.cause);
            assert_eq!(found, Some(cause), "{came:?}");
        }
    }
}
