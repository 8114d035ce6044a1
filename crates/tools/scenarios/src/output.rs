//! What is wrong with what a server printed.

use common::Pattern;

use crate::bytes::{first_difference, letters_were_lost, lost_letters};
use crate::dialect::Dialect;
use crate::meaning::Why;
use crate::observation::Detail;
use crate::scenario::{Act, BUFFER, Scenario, sentence};
use crate::show;

/// What it printed, with the line ends of all systems made the same.
fn printed(detail: &Detail) -> String {
    show::decode(&detail.printed.stdout).replace("\r\n", "\n")
}

/// Where output goes into a pipe, what is held back in it cannot be seen.
fn is_hidden(printed: &str) -> bool {
    cfg!(not(unix)) && printed.is_empty()
}

/// What is wrong with the output, if anything.
#[must_use]
pub fn wrong(scenario: &Scenario, dialect: Dialect, detail: &Detail) -> Option<Why> {
    let printed = printed(detail);
    if is_hidden(&printed) || unprintable(scenario) {
        return None;
    }
    if scenario.pattern == Pattern::UdpEcho {
        wrong_data(dialect, detail, &printed)
    } else {
        wrong_lines(scenario.pattern, dialect, detail, &printed)
    }
}

/// Whether what is sent has bytes that many languages cannot print: nobody types a NUL.
fn unprintable(scenario: &Scenario) -> bool {
    scenario.pattern == Pattern::UdpEcho
        && scenario
            .acts
            .iter()
            .any(|act| matches!(act, Act::Send(_, data) if data.bytes().contains(&0)))
}

/// What is not wrong with the output, and is worth saying.
#[must_use]
pub fn advice(scenario: &Scenario, dialect: Dialect, detail: &Detail) -> Option<Why> {
    let printed = printed(detail);
    let expected = String::from_utf8_lossy(&detail.expected.concat()).into_owned();
    if is_hidden(&printed) {
        return Some(Why::of("output-not-seen", dialect));
    }
    if printed == expected || detail.expected.is_empty() {
        return None;
    }
    if unprintable(scenario) {
        return Some(Why::of("nul-not-printed", dialect));
    }
    if scenario.pattern == Pattern::UdpEcho {
        return Some(Why::of("other-order", dialect));
    }
    // Threads that print at once may do it in any order, and one of them its newline after the other's line.
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    let (wanted, came) = (lines(&expected), lines(&printed));
    let rest = wanted.iter().fold(came.concat(), |rest, line| rest.replacen(line, "", 1));
    if rest.is_empty() {
        return None;
    }
    let wanted = wanted.iter().find(|line| !came.contains(line))?;
    let line = came.iter().find(|line| !expected.contains(*line))?;
    if line.contains("127.0.0.1:") {
        let cause = if dialect == Dialect::Rust { "rust-address" } else { "address-form" };
        return Some(Why::of(cause, Dialect::Other));
    }
    let difference = first_difference(wanted, line);
    Some(Why::of("not-exactly", dialect).fill_in(&difference))
}

/// What is wrong with the lines about clients.
fn wrong_lines(pattern: Pattern, dialect: Dialect, detail: &Detail, printed: &str) -> Option<Why> {
    let sentence = sentence(pattern).trim_end();
    let lines: Vec<&str> = printed.lines().collect();
    for wanted in &detail.expected {
        let wanted = String::from_utf8_lossy(wanted).trim_end().to_owned();
        let port = wanted.trim_end_matches(')').rsplit(' ').next().unwrap_or_default();
        if lines.iter().any(|line| line.contains(sentence) && has_number(line, port)) {
            continue;
        }
        let own = lines.iter().find(|line| has_number(line, port));
        let without_value =
            |line: &&str| line.chars().take(sentence.chars().count()).collect::<String>();
        return Some(if printed.trim().is_empty() {
            Why::of("prints-nothing", dialect)
        } else if lines.iter().any(|line| lost_letters(&without_value(line), sentence)) {
            letters_were_lost()
        } else if !printed.contains(sentence) {
            let difference = first_difference(sentence, own.or(lines.first()).unwrap_or(&""));
            Why::of("other-sentence", dialect).fill_in(&difference)
        } else {
            Why::of("no-port", dialect)
        });
    }
    (lines.len() > detail.expected.len()).then(|| Why::of("prints-more", dialect))
}

/// Whether `number` stands in `line`, not as a part of a longer number.
fn has_number(line: &str, number: &str) -> bool {
    line.split(|c: char| !c.is_ascii_digit()).any(|digits| digits == number)
}

/// What is wrong with the data that a server for datagrams printed. Nothing says in which order it prints those
/// that come at once.
fn wrong_data(dialect: Dialect, detail: &Detail, printed: &str) -> Option<Why> {
    let sentence = sentence(Pattern::UdpEcho);
    let parts: Vec<String> =
        detail.expected.iter().map(|part| String::from_utf8_lossy(part).into_owned()).collect();
    let mut rest = printed.to_owned();
    let mut longest: Vec<&String> = parts.iter().collect();
    longest.sort_by_key(|part| std::cmp::Reverse(part.len()));
    let mut missing = false;
    for part in longest {
        match rest.find(part.as_str()) {
            Some(place) => rest.replace_range(place..place + part.len(), ""),
            None => missing = true,
        }
    }
    if !missing && rest.is_empty() {
        return None;
    }
    let why = |cause| Some(Why::of(cause, dialect));
    if printed.trim().is_empty() {
        return why("prints-no-data");
    }
    if !printed.contains(sentence) {
        let first = printed.lines().next().unwrap_or_default();
        let begin: String = first.chars().take(sentence.chars().count()).collect();
        if lost_letters(&begin, sentence) {
            return Some(letters_were_lost());
        }
        return Some(
            Why::of("other-sentence", dialect).fill_in(&first_difference(sentence, first)),
        );
    }
    if !missing {
        return why("prints-more-data");
    }
    if printed.contains(&"x".repeat(BUFFER + 1)) {
        return why("reads-more");
    }
    // Value by value, as far as they can be told apart.
    let values: Vec<&str> = printed
        .split(sentence)
        .skip(1)
        .map(|value| value.strip_suffix('\n').unwrap_or(value))
        .collect();
    let data: Vec<&str> = parts
        .iter()
        .map(|part| part[sentence.len()..].strip_suffix('\n').unwrap_or_default())
        .collect();
    for (number, (value, data)) in values.iter().zip(&data).enumerate() {
        if value != data {
            let earlier = values
                .iter()
                .zip(&*parts)
                .take(number)
                .map(|(_, part)| part[sentence.len()..].trim_end_matches('\n'));
            return Some(wrong_value(dialect, value, data, &earlier.collect::<Vec<_>>()));
        }
    }
    why("other-data")
}

/// Why `value` was printed for `data`, after what came `earlier`.
fn wrong_value(dialect: Dialect, value: &str, data: &str, earlier: &[&str]) -> Why {
    let why = |cause| Why::of(cause, dialect);
    let follows = value.strip_prefix(data).unwrap_or_default();
    let leftover = |earlier: &&str| {
        earlier
            .get(data.len()..)
            .is_some_and(|rest| !rest.is_empty() && follows.trim_end_matches('\0') == rest)
    };
    if value.starts_with("b'") || value.starts_with("b\"") {
        return why("prints-repr");
    }
    if earlier.iter().any(leftover) {
        return why("leftover");
    }
    if !follows.is_empty() && follows.chars().all(|c| c == '\0') {
        return why("whole-buffer");
    }
    if value.strip_prefix('"').is_some_and(|rest| rest.strip_suffix('"') == Some(data)) {
        return why("quoted");
    }
    if lost_letters(value, data) {
        return letters_were_lost();
    }
    if value.trim() == data.trim() {
        return why("stripped");
    }
    if data.lines().next() == Some(value) {
        return why("first-line");
    }
    let foreign = |text: &str| text.chars().filter(|c| !c.is_ascii()).collect::<String>();
    let (its, ours) = (foreign(value), foreign(data));
    if !its.is_empty() && !ours.is_empty() && !its.chars().any(|c| ours.contains(c)) {
        return why("decodes-otherwise");
    }
    let kept = value.trim_end_matches('\u{fffd}');
    if !kept.is_empty() && data.starts_with(kept) {
        return why("cut").fill("size", kept.len());
    }
    why("other-value").fill_in(&first_difference(data, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cause(expected: &[&str], printed: &str) -> Option<&'static str> {
        let line = |value: &&str| format!("클라이언트로부터 받은 데이터: {value}\n").into_bytes();
        let detail = Detail { expected: expected.iter().map(line).collect(), ..Detail::default() };
        let printed = printed.replace("> ", "클라이언트로부터 받은 데이터: ");
        wrong_data(Dialect::C, &detail, &printed).map(|why| why.cause)
    }

    #[test]
    fn what_is_printed_of_datagrams_is_told_apart() {
        for (expected, printed, expected_cause) in [
            (&["hello", "ping"][..], "> hello\n> ping\n", None),
            (&["hello", "ping"], "> ping\n> hello\n", None),
            (&["hello", "ping"], "> hello\n> pingo\n", Some("leftover")),
            (&["hello"], "> hello\0\0\0\n", Some("whole-buffer")),
            (&["hello"], "> b'hello'\n", Some("prints-repr")),
            (&["hello"], "> \"hello\"\n", Some("quoted")),
            (&["안녕하세요"], "> 안녕\n", Some("cut")),
            (&["안녕"], "> ??\n", Some("lost-letters")),
            (&["안녕"], "> ì•ˆë…•\n", Some("decodes-otherwise")),
            (&["Hello"], "> hello\n", Some("other-value")),
            (&["hello"], "???????? ?? ???: hello\n", Some("lost-letters")),
            (&[" a "], "> a\n", Some("stripped")),
            (&["hello"], "> hello\nlog\n", Some("prints-more-data")),
            (&["hello"], "received: hello\n", Some("other-sentence")),
            (&["hello"], "", Some("prints-no-data")),
        ] {
            assert_eq!(cause(expected, printed), expected_cause, "{printed}");
        }
    }

    #[test]
    fn lines_of_threads_that_print_at_once_are_in_any_order() {
        let scenario =
            crate::patterns::all().into_iter().find(|it| it.path() == "threaded-echo/crowd");
        let expected = vec![b"addr: ('a', 1)\n".to_vec(), b"addr: ('a', 2)\n".to_vec()];
        for (came, cause) in [
            ("addr: ('a', 2)\naddr: ('a', 1)\n", None),
            ("addr: ('a', 2)addr: ('a', 1)\n\n", None),
            ("addr: ('a', 1)\naddr:  ('a', 2)\n", Some("not-exactly")),
        ] {
            let mut detail = Detail { expected: expected.clone(), ..Detail::default() };
            detail.printed.stdout = came.as_bytes().to_vec();
            let advice = advice(scenario.as_ref().unwrap(), Dialect::Python, &detail);
            assert_eq!(advice.map(|why| why.cause), cause, "{came}");
        }
    }

    #[test]
    fn a_port_is_not_found_in_a_longer_number() {
        assert!(has_number("('127.0.0.1', 4040)", "4040"));
        assert!(!has_number("('127.0.0.1', 40404)", "4040"));
    }
}
