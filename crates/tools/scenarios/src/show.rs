//! Bytes, exit codes and the output of programs, in a form that a terminal can show.

use std::fmt;

use harness::program::Exit;
use serde::Serializer;

/// Bytes as text and, where that is short, in hexadecimal too. Control characters are shown as such.
#[derive(Clone, Debug)]
pub struct Shown {
    text: String,
    cut: Option<usize>,
    hexadecimal: String,
}

impl Shown {
    /// All of a short text with its bytes, the beginning of a long one.
    #[must_use]
    pub fn new(bytes: &[u8]) -> Self {
        const LONG: usize = 48;
        let mut shown = Self::short(bytes, LONG);
        if bytes.len() <= LONG {
            shown.hexadecimal = bytes.iter().map(|byte| format!(" {byte:02x}")).collect();
        }
        shown
    }

    /// The first characters, without the bytes.
    #[must_use]
    pub fn short(bytes: &[u8], characters: usize) -> Self {
        // A character has at most four bytes, and what is not one becomes one.
        let start = &bytes[..bytes.len().min(4 * (characters + 1))];
        let text: String = escaped(&String::from_utf8_lossy(start));
        let long = text.chars().count() > characters;
        let text = if long { text.chars().take(characters).collect() } else { text };
        Self { text, cut: long.then_some(bytes.len()), hexadecimal: String::new() }
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        match self.cut {
            Some(size) => write!(formatter, "\"{}…\" ({size} bytes)", self.text)?,
            None => write!(formatter, "\"{}\"", self.text)?,
        }
        match self.hexadecimal.trim_start() {
            "" => Ok(()),
            bytes => write!(formatter, " [{bytes}]"),
        }
    }
}

/// A text whose control characters are shown and not obeyed.
#[must_use]
pub fn escaped(text: &str) -> String {
    let escape = |c: char| match c {
        '\0' => "\\0".to_owned(),
        _ if c.is_control() => c.escape_default().to_string(),
        _ => c.to_string(),
    };
    text.chars().map(escape).collect()
}

/// A few lines of what a program printed: each short, none that a terminal would obey.
#[must_use]
pub fn excerpt(text: &str, lines: usize) -> String {
    const LONG: usize = 160;
    let all: Vec<&str> = text.lines().collect();
    let mut shown: Vec<String> = all
        .iter()
        .take(lines)
        .map(|line| {
            let start: String = line.chars().take(LONG).collect();
            let more = if start.len() < line.len() { "…" } else { "" };
            escaped(&start) + more
        })
        .collect();
    if all.len() > lines {
        shown.push(format!("… (+{})", all.len() - lines));
    }
    shown.join("\n")
}

/// How a program ended, as text.
#[must_use]
pub fn exit(exit: Exit) -> String {
    match exit {
        Exit::Code(code) => format!("exit {code}"),
        Exit::Signal(signal) => format!("signal {signal}"),
    }
}

/// Output in UTF-8, or in the code page of Korean Windows.
#[must_use]
pub fn decode(bytes: &[u8]) -> String {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return text.to_owned();
    }
    let (text, _, wrong) = encoding_rs::EUC_KR.decode(bytes);
    if wrong { String::from_utf8_lossy(bytes).into_owned() } else { text.into_owned() }
}

/// Bytes as a text of JSON.
pub(crate) fn text<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    const LONG: usize = 4096;
    serializer.serialize_str(&String::from_utf8_lossy(&bytes[..bytes.len().min(LONG)]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_shown_as_text_and_in_hexadecimal() {
        assert_eq!(Shown::new("안\n".as_bytes()).to_string(), r#""안\n" [ec 95 88 0a]"#);
        assert_eq!(Shown::new(b"").to_string(), r#""""#);
        let long = format!("\"{}…\" (100 bytes)", "x".repeat(48));
        assert_eq!(Shown::new(&[b'x'; 100]).to_string(), long);
    }

    #[test]
    fn an_excerpt_is_short_and_harmless() {
        let shown = excerpt(&"\x1b[2J\x1b[31mred\n".repeat(100_000), 5);
        assert!(shown.len() < 1000 && !shown.contains('\x1b'), "{shown}");
        assert!(excerpt(&"x".repeat(1 << 20), 5).len() < 1000);
        assert_eq!(excerpt("one\ntwo\n", 5), "one\ntwo");
    }

    #[test]
    fn the_code_page_of_korean_windows_is_read() {
        let (bytes, _, _) = encoding_rs::EUC_KR.encode("클라이언트가 연결되었습니다");
        assert_eq!(decode(&bytes), "클라이언트가 연결되었습니다");
    }
}
