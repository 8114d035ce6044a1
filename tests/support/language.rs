//! Whether a text of ours is in one language.

use regex::Regex;

/// A locale, and whether a reader who has it is spoken to in Korean and in English.
pub const LOCALES: [(&str, bool, bool); 4] = [
    ("ko_KR.UTF-8", true, false),
    ("en_US.UTF-8", false, true),
    ("de_DE.UTF-8", false, true),
    ("C", true, true),
];

/// Asserts that what we have printed is in these languages, and in no other. What is the same in all is not
/// looked at: commands, the strings of the originals, the words of clap and of the system.
pub fn assert_in(text: &str, korean: bool, english: bool) {
    let same = Regex::new(
        r"`[^`]*`|\[default: [^\]]*\]|[\w.]+ \(os error \d+\)|안녕(하세요)?|cargo run .*|Cause: .*|원인: .*|서버로부터.*|클라이언트가 연결되었습니다.*",
    );
    let same = same.unwrap();
    let sentence = Regex::new(r"(?:[A-Za-z,;]+ ){3}[a-z]+").unwrap();
    let clap = Regex::new(r"^# (error|  tip|For more|Usage|  \[possible)").unwrap();
    let lines =
        text.lines().filter(|line| !clap.is_match(line)).map(|line| same.replace_all(line, ""));
    let lines: Vec<_> = lines.collect();
    let is_korean = |line: &str| line.contains(|c| ('가'..='힣').contains(&c));
    let any_korean = lines.iter().any(|line| is_korean(line));
    let any_english = lines.iter().any(|line| !is_korean(line) && sentence.is_match(line));
    assert!(korean || !any_korean, "Korean in:\n{text}");
    assert!(english || !any_english, "English in:\n{text}");
    assert!(!korean || any_korean, "no Korean in:\n{text}");
}
