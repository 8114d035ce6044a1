//! The sentences of the checker (`sentences.toml`), and which of them a program's own words mean.

use std::fmt;
use std::sync::LazyLock;

use harness::Text;
use harness::sockets::Protocol;
use regex::Regex;
use serde::Deserialize;

use crate::complaint::Complaint;
use crate::dialect::Dialect;

/// Why something is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Why {
    /// A short name of the mistake: two failures with the same one have the same cause.
    pub cause: &'static str,
    /// The sentence.
    pub text: Text,
}

impl Why {
    /// The sentence of this cause, with the calls named as in a program's own language.
    ///
    /// # Panics
    ///
    /// Where there is none; a test asks for all.
    #[must_use]
    pub fn of(cause: &str, dialect: Dialect) -> Self {
        let found = SENTENCES.iter().find(|sentence| sentence.cause == cause);
        let Sentence { cause, text, .. } =
            found.unwrap_or_else(|| panic!("no sentence for {cause}"));
        Self { cause, text: Text::new(dialect.speak(&text.korean), dialect.speak(&text.english)) }
    }

    /// The sentence of this cause that names no calls, for an exercise.
    ///
    /// # Panics
    ///
    /// Where there is none; a test asks for all.
    #[must_use]
    pub fn without_calls(cause: &str) -> Self {
        let found = WITHOUT_CALLS.iter().find(|sentence| sentence.cause == cause);
        found.map_or_else(
            || Self::of(cause, Dialect::Other),
            |Sentence { cause, text, .. }| Self { cause, text: text.clone() },
        )
    }

    /// The sentence with this value in the place of `{name}`.
    #[must_use]
    pub fn fill(self, name: &str, value: impl fmt::Display) -> Self {
        let value = value.to_string();
        self.replace(name, &Text::new(value.clone(), value))
    }

    /// The sentence with another one in the place of `{difference}`.
    #[must_use]
    pub fn fill_in(self, other: &Self) -> Self {
        self.replace("difference", &other.text)
    }

    fn replace(self, name: &str, value: &Text) -> Self {
        let name = format!("{{{name}}}");
        let Text { korean, english } = self.text;
        let text =
            Text::new(korean.replace(&name, &value.korean), english.replace(&name, &value.english));
        Self { cause: self.cause, text }
    }

    /// The sentence, then what the program itself said.
    #[must_use]
    pub fn with(self, complaint: &Complaint) -> Self {
        if complaint.error.is_empty() {
            return self;
        }
        let Text { korean, english } = self.text;
        let error = &complaint.error;
        let korean = format!("{korean}. 프로그램의 말: {error}");
        Self {
            cause: self.cause,
            text: Text::new(korean, format!("{english}. What it says: {error}")),
        }
    }
}

/// When the error came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum When {
    /// Before the program was on its port.
    Starting,
    /// While it served.
    Serving,
}

/// A sentence, as it stands in the file.
#[derive(Deserialize)]
struct Sentence {
    cause: String,
    /// What a program's own words must look like, where they mean this.
    error: Option<String>,
    /// When they must have come.
    when: Option<When>,
    #[serde(flatten)]
    text: Text,
}

#[derive(Deserialize)]
struct File {
    sentence: Vec<Sentence>,
}

static SENTENCES: LazyLock<Vec<Sentence>> = LazyLock::new(|| read(include_str!("sentences.toml")));

/// What exercises are told instead.
static WITHOUT_CALLS: LazyLock<Vec<Sentence>> =
    LazyLock::new(|| read(include_str!("exercises.toml")));

fn read(text: &str) -> Vec<Sentence> {
    toml::from_str::<File>(text).expect("a valid file").sentence
}

/// The modules of Python that a learner's file may hide.
const MODULES: [&str; 12] = [
    "socket",
    "threading",
    "select",
    "selectors",
    "asyncio",
    "time",
    "random",
    "string",
    "queue",
    "signal",
    "struct",
    "socketserver",
];

/// What the program's own words mean, with these words behind it.
#[must_use]
pub fn of(
    complaint: &Complaint,
    when: When,
    protocol: Protocol,
    dialect: Dialect,
    script: Option<&str>,
) -> Option<Why> {
    static ERRORS: LazyLock<Vec<(&Sentence, Regex)>> = LazyLock::new(|| {
        let expression = |error: &String| Regex::new(error).expect("a valid pattern");
        SENTENCES.iter().filter_map(|it| Some((it, expression(it.error.as_ref()?)))).collect()
    });
    if !complaint.certain {
        return None;
    }
    if closed_socket(&complaint.all) {
        let all = complaint.all.to_lowercase();
        let accepts = all.contains("accept") || all.contains("err_server_not_running");
        let cause = if accepts { "server-socket-closed-in-loop" } else { "closed-socket" };
        return Some(Why::of(cause, dialect).with(complaint));
    }
    let hides = script.is_some_and(|script| MODULES.contains(&script));
    let fits = |(it, pattern): &&(&Sentence, Regex)| {
        let shadowed = it.cause == "shadowed" && (hides || pattern.is_match(&complaint.all));
        it.when.is_none_or(|only| only == when)
            && (protocol == Protocol::Tcp || it.cause != "no-listen")
            && (shadowed || pattern.is_match(&complaint.error))
    };
    let (sentence, _) = ERRORS.iter().find(fits)?;
    Some(Why::of(&sentence.cause, dialect).with(complaint))
}

fn closed_socket(text: &str) -> bool {
    static CLOSED: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"Bad file descriptor|EBADF|Errno 9\b|WinError 10038|os error (9|10038)\b|Socket (is )?closed|ClosedChannelException|ERR_SERVER_NOT_RUNNING|not a socket")
            .expect("a valid pattern")
    });
    CLOSED.is_match(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cause(error: &str, when: When) -> Option<&'static str> {
        let complaint = Complaint { error: error.to_owned(), certain: true, all: error.to_owned() };
        of(&complaint, when, Protocol::Tcp, Dialect::Python, Some("server")).map(|why| why.cause)
    }

    #[test]
    fn an_error_means_what_it_means_when_it_comes() {
        use When::{Serving, Starting};
        for (error, when, expected) in [
            ("OSError: [Errno 22] Invalid argument", Starting, Some("no-listen")),
            ("accept: Invalid argument", Starting, Some("no-listen")),
            (
                "TypeError: 'str' object cannot be interpreted as an integer",
                Starting,
                Some("port-is-text"),
            ),
            (
                "TypeError: str, bytes or bytearray expected, not int",
                Starting,
                Some("host-and-port"),
            ),
            ("java.lang.NumberFormatException: For input string: \"hello\"", Serving, None),
            (
                "called `Result::unwrap()` on an `Err` value: Os { code: 11, kind: WouldBlock }",
                Serving,
                Some("non-blocking"),
            ),
            (
                "OSError: [Errno 9] Bad file descriptor (a.py, line 9: server_socket.accept())",
                Serving,
                Some("server-socket-closed-in-loop"),
            ),
            (
                "OSError: [Errno 9] Bad file descriptor (a.py, line 9: conn.recv(1024))",
                Serving,
                Some("closed-socket"),
            ),
            ("Error: Os { code: 98, kind: AddrInUse }", Starting, Some("port-in-use")),
            ("EOFError: EOF when reading a line", Starting, Some("keyboard")),
            ("Usage: ./server <port>", Starting, Some("usage")),
            ("KeyError: 'x'", Serving, None),
        ] {
            assert_eq!(cause(error, when), expected, "{error}");
        }
    }

    #[test]
    fn every_sentence_is_there_once_in_both_languages_and_is_used() {
        let sources = [
            include_str!("bytes.rs"),
            include_str!("command.rs"),
            include_str!("judge.rs"),
            include_str!("judge/client.rs"),
            include_str!("meaning.rs"),
            include_str!("output.rs"),
        ];
        let sources = sources.concat();
        let mut causes = std::collections::BTreeSet::new();
        for Sentence { cause, error, text, .. } in SENTENCES.iter() {
            let hangul = |text: &str| text.chars().any(|c| ('가'..='힣').contains(&c));
            assert!(hangul(&text.korean) && !hangul(&text.english), "{cause}");
            assert!(causes.insert(cause.as_str()), "{cause}");
            assert!(error.is_some() || sources.contains(&format!("\"{cause}\"")), "{cause}");
        }
        let asked = Regex::new(r#"(?:why|Why::of)\("([a-z-]+)""#).unwrap();
        for asked in asked.captures_iter(&sources) {
            let known = WITHOUT_CALLS.iter().any(|it| it.cause == asked[1]);
            assert!(known || causes.contains(&asked[1]), "{}", &asked[1]);
        }
    }

    #[test]
    fn an_exercise_is_told_no_call_by_its_name() {
        let judged = [
            include_str!("bytes.rs"),
            include_str!("chat.rs"),
            include_str!("judge.rs"),
            include_str!("judge/client.rs"),
            include_str!("lengths.rs"),
            include_str!("lines.rs"),
        ]
        .concat();
        let hangul = |text: &str| text.chars().any(|c| ('가'..='힣').contains(&c));
        // They are about what the originals print, or about several clients at a time.
        let others = ["all-addresses", "prints-late", "f-string", "another-socket", "accepts-some"];
        for Sentence { cause, text, .. } in SENTENCES.iter() {
            let used = judged.contains(&format!("\"{cause}\""));
            let names =
                Dialect::Other.speak(&text.english) != text.english || text.english.contains("()");
            if used && names && !others.contains(&cause.as_str()) {
                assert!(WITHOUT_CALLS.iter().any(|other| other.cause == *cause), "{cause}");
            }
        }
        for Sentence { cause, text, .. } in WITHOUT_CALLS.iter() {
            assert!(judged.contains(&format!("\"{cause}\"")), "{cause}");
            assert!(hangul(&text.korean) && !hangul(&text.english), "{cause}");
            assert_eq!(Dialect::Other.speak(&text.english), text.english, "{cause}");
        }
    }

    #[test]
    fn a_file_that_hides_a_module_is_told_so() {
        let complaint = Complaint {
            error: "NameError: name 'AF_INET' is not defined".to_owned(),
            certain: true,
            all: String::new(),
        };
        let why = of(&complaint, When::Starting, Protocol::Tcp, Dialect::Python, Some("socket"));
        assert_eq!(why.unwrap().cause, "shadowed");
    }
}
