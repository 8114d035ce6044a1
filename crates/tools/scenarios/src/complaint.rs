//! What a program says of its own failure, wherever and in whatever language it is written, and what it means.

use std::sync::LazyLock;

use regex::Regex;

use crate::observation::Printed;
use crate::show;

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a valid pattern")
}

/// The longest error that is quoted, in characters.
const LONG: usize = 240;

/// What a program says of its own failure.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Complaint {
    /// The error, with the place where it came up, in one line.
    pub error: String,
    /// Whether it is certainly an error, and not only the last thing that was said.
    pub certain: bool,
    /// All that was said, without what the original prints.
    pub all: String,
}

impl Complaint {
    /// Looks for an error on standard error, then on standard output, where `sentence` begins what the original
    /// prints.
    #[must_use]
    pub fn of(printed: &Printed, sentence: &str) -> Self {
        let stdout = show::decode(&printed.stdout);
        let own: Vec<&str> =
            stdout.lines().filter(|line| !line.contains(sentence.trim_end())).collect();
        let texts = [plain(&printed.stderr), plain(&own.join("\n"))];
        let all = texts.join("\n").trim().to_owned();
        for text in &texts {
            if let Some(error) = error(text) {
                return Self { error: short(&error), certain: true, all };
            }
        }
        let last = texts.iter().find_map(|text| telling(text).last().copied());
        Self { error: short(last.unwrap_or_default()), certain: false, all }
    }
}

impl Complaint {
    /// As [`Self::of`], where a program may say of an error what it likes, as long as it has dealt with it.
    #[must_use]
    pub fn uncaught(printed: &Printed, sentence: &str) -> Self {
        const SIGNS: [&str; 4] = [
            "Traceback (most recent call last)",
            "panicked at",
            "Exception in thread",
            "Uncaught ",
        ];
        let complaint = Self::of(printed, sentence);
        let certain = SIGNS.iter().any(|sign| complaint.all.contains(sign));
        Self { certain, ..complaint }
    }
}

/// A text without what only a terminal understands.
fn plain(text: &str) -> String {
    static ESCAPE: LazyLock<Regex> = LazyLock::new(|| {
        regex(r"\x1b(\][^\x07\x1b]*(\x07|\x1b\\)|\[[0-9;?]*[ -/]*[@-~]|[@-_])|[\x07\r]")
    });
    // The beginning and the end are what matters.
    const ENOUGH: usize = 32 * 1024;
    if text.len() <= 2 * ENOUGH {
        return ESCAPE.replace_all(text, "").into_owned();
    }
    let (mut begin, mut end) = (ENOUGH, text.len() - ENOUGH);
    while !text.is_char_boundary(begin) {
        begin -= 1;
    }
    while !text.is_char_boundary(end) {
        end += 1;
    }
    ESCAPE.replace_all(&format!("{}\n{}", &text[..begin], &text[end..]), "").into_owned()
}

fn short(error: &str) -> String {
    let error = show::escaped(error);
    if error.chars().count() <= LONG {
        return error;
    }
    error.chars().take(LONG).chain(['…']).collect()
}

/// The lines that may be about a failure: not those of build tools, runtimes and the stack.
fn telling(text: &str) -> Vec<&str> {
    static NOISE: LazyLock<Regex> = LazyLock::new(|| {
        regex(
            r"^\s*(at \S|[\w./-]+: (line \d+: )?warning: |\.\.\. \d+ more|note: |warning: |Picked up |NOTE: |(Compiling|Finished|Running|Blocking|Downloading|Updating) |stack backtrace:|\d+: |Node\.js v|\(node:\d+\)|\^+\s*$|[{}\[\]]+;?\s*$)",
        )
    });
    text.lines().filter(|line| !line.trim().is_empty() && !NOISE.is_match(line)).collect()
}

/// Whether this is more than what build tools, runtimes and shells say of themselves.
#[must_use]
pub fn speaks(text: &str) -> bool {
    !telling(&plain(text)).is_empty()
}

/// The error that a text speaks of.
fn error(text: &str) -> Option<String> {
    panic(text)
        .or_else(|| python(text))
        .or_else(|| java(text))
        .or_else(|| named(text))
        .or_else(|| spoken_of(text))
}

/// A panic of Rust has its cause on the second line. The first panic is the one that the others follow from.
fn panic(text: &str) -> Option<String> {
    let lines: Vec<&str> = text.lines().collect();
    let place = lines.iter().position(|line| line.contains("panicked at"))?;
    let head = lines[place].trim();
    let cause = lines.get(place + 1).map(|line| line.trim()).unwrap_or_default();
    if cause.is_empty() || cause.starts_with("note:") {
        return Some(head.to_owned());
    }
    Some(format!("{head} {cause}"))
}

/// The last line of the first traceback of Python, or of a syntax error, with the last line of the program that
/// it names.
fn python(text: &str) -> Option<String> {
    static NAMED: LazyLock<Regex> = LazyLock::new(|| {
        regex(r"^(\w+\.)*\w*(Error|Exception|Interrupt|Exit|gaierror|herror|timeout)(:|$)")
    });
    static FRAME: LazyLock<Regex> = LazyLock::new(|| regex(r#"^\s*File "([^"]+)", line (\d+)"#));
    let lines: Vec<&str> = text.lines().collect();
    let frames: Vec<usize> = (0..lines.len()).filter(|line| FRAME.is_match(lines[*line])).collect();
    let begin = *frames.first()?;
    // One exception may come up while another is handled; then the last of them counts.
    let follows = |line: usize| {
        let next = lines[line + 1..].iter().find(|line| !line.trim().is_empty());
        next.is_some_and(|next| {
            next.starts_with("During handling") || next.starts_with("The above exception")
        })
    };
    let place =
        (begin..lines.len()).find(|line| NAMED.is_match(lines[*line]) && !follows(*line))?;
    let own = |line: &&usize| {
        let file = &FRAME.captures(lines[**line]).expect("it is a frame")[1];
        **line < place && !file.contains("/lib/python") && !file.starts_with('<')
    };
    let Some(frame) = frames.iter().rev().find(own) else {
        return Some(lines[place].to_owned());
    };
    let found = FRAME.captures(lines[*frame])?;
    let file = found[1].rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
    let code = lines.get(frame + 1).map(|line| line.trim()).filter(|_| frame + 1 < place);
    let code = code.map(|code| format!(": {code}")).unwrap_or_default();
    Some(format!("{} ({file}, line {}{code})", lines[place], &found[2]))
}

/// An exception of Java, and its last cause.
fn java(text: &str) -> Option<String> {
    static THROWN: LazyLock<Regex> = LazyLock::new(|| {
        regex(
            r#"(?m)^(?:Exception in thread "[^"]*" |Uncaught exception: )?((?:[a-z]\w*\.)+[A-Z]\w*(?:Exception|Error)\b.*)$"#,
        )
    });
    static CAUSE: LazyLock<Regex> = LazyLock::new(|| regex(r"(?m)^Caused by: .*$"));
    static PLACE: LazyLock<Regex> =
        LazyLock::new(|| regex(r"(?m)^\s+at (?:[\w$./]+/)?(\w+)[\w$.<>]*\((\w+\.java:\d+)\)"));
    let thrown = THROWN.find(text)?;
    let rest = &text[thrown.end()..];
    let rest = THROWN.find(rest).map_or(rest, |next| &rest[..next.start()]);
    let own = |place: &regex::Captures| !["java", "jdk", "sun"].contains(&&place[1]);
    let place = PLACE.captures_iter(rest).find(own).map(|place| format!(" ({})", &place[2]));
    let cause = CAUSE.find_iter(rest).last().map(|cause| format!(" … {}", cause.as_str()));
    Some(format!("{}{}{}", thrown.as_str(), place.unwrap_or_default(), cause.unwrap_or_default()))
}

/// A line that begins with the name of an error, as in JavaScript, or `Error: …` of a `main` in Rust.
fn named(text: &str) -> Option<String> {
    static NAMED: LazyLock<Regex> = LazyLock::new(|| {
        regex(r"^(Uncaught |Unhandled exception\. )?[\w.]*(Error|Exception)\b( \[\w+\])?: \S")
    });
    static PLACE: LazyLock<Regex> = LazyLock::new(|| regex(r"^\S*?([^/\s]+\.[cm]?[jt]s:\d+)$"));
    let lines = telling(text);
    let error = lines.iter().find(|line| NAMED.is_match(line))?.trim();
    let place = lines.iter().find_map(|line| Some(PLACE.captures(line)?[1].to_owned()));
    let place = place.filter(|place| !place.starts_with("node:"));
    Some(place.map_or_else(|| error.to_owned(), |place| format!("{error} ({place})")))
}

/// A line that speaks of an error, in English or in Korean, or says how to use the program.
fn spoken_of(text: &str) -> Option<String> {
    static SPEAKS: LazyLock<Regex> = LazyLock::new(|| {
        regex(
            r"(?i)\b(errors?|exception|panic|fatal|failed|failure|refused|denied|invalid|unhandled|usage|cannot|could not|can't|no such|not found|timed out|already in use|bad file descriptor|segmentation fault|unavailable|broken pipe|double free|smashing|aborted|never awaited|required)\b|Errno|EADDR|에러|오류|예외|실패|사용법",
        )
    });
    telling(text).into_iter().find(|line| SPEAKS.is_match(line)).map(|line| line.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(stderr: &str, stdout: &str) -> Complaint {
        let printed = Printed { stdout: stdout.as_bytes().to_vec(), stderr: stderr.to_owned() };
        Complaint::of(&printed, "클라이언트가 연결되었습니다. 주소: ")
    }

    #[test]
    fn the_error_of_every_language_is_found_with_its_place() {
        for (stderr, error) in [
            (
                "Exception in thread Thread-1 (handle):\nTraceback (most recent call last):\n  File \"/usr/lib/python3.11/threading.py\", line 1045, in _bootstrap_inner\n    self.run()\n  File \"/home/a/my_server.py\", line 6, in handle\n    data = client.recv(1024)\n           ^^^^^^^^^^^\nAttributeError: 'tuple' object has no attribute 'recv'\n",
                "AttributeError: 'tuple' object has no attribute 'recv' (my_server.py, line 6: data = client.recv(1024))",
            ),
            (
                "  File \"a.py\", line 3\n    while True\n              ^\nSyntaxError: expected ':'\n",
                "SyntaxError: expected ':' (a.py, line 3: while True)",
            ),
            (
                "\nthread '<unnamed>' (77) panicked at src/main.rs:9:49:\ncalled `Result::unwrap()` on an `Err` value: ParseIntError { kind: InvalidDigit }\nnote: run with `RUST_BACKTRACE=1` environment variable to display a backtrace\n",
                "thread '<unnamed>' (77) panicked at src/main.rs:9:49: called `Result::unwrap()` on an `Err` value: ParseIntError { kind: InvalidDigit }",
            ),
            (
                "Exception in thread \"Thread-0\" java.lang.NumberFormatException: For input string: \"hello\"\n\tat java.base/java.lang.Integer.parseInt(Integer.java:668)\n\tat Server.lambda$main$0(Server.java:17)\nCaused by: java.io.IOException: why\n\tat a.B.c(B.java:1)\n\t... 2 more\n",
                "Exception in thread \"Thread-0\" java.lang.NumberFormatException: For input string: \"hello\" (Server.java:17) … Caused by: java.io.IOException: why",
            ),
            (
                "node:internal/modules/cjs/loader:1143\n  throw err;\n  ^\n\nError: Cannot find module 'expres'\nRequire stack:\n- /home/a/server.js\n    at node:internal/x:1\n  code: 'MODULE_NOT_FOUND',\n  requireStack: [ '/home/a/server.js' ]\n}\n\nNode.js v20.20.2\n",
                "Error: Cannot find module 'expres'",
            ),
            (
                "/home/a/server.js:7\n    socket.wite('x');\n           ^\n\nTypeError: socket.wite is not a function\n    at Socket.<anonymous> (/home/a/server.js:7:12)\n",
                "TypeError: socket.wite is not a function (server.js:7)",
            ),
            (
                "Error: Os { code: 98, kind: AddrInUse, message: \"Address already in use\" }\n",
                "Error: Os { code: 98, kind: AddrInUse, message: \"Address already in use\" }",
            ),
            ("bind: Address already in use\n", "bind: Address already in use"),
            ("starting\nbind() error\n", "bind() error"),
        ] {
            assert_eq!(
                of(stderr, ""),
                Complaint { error: error.to_owned(), certain: true, all: stderr.trim().to_owned() }
            );
        }
    }

    #[test]
    fn standard_output_is_read_too_without_what_the_original_prints() {
        let complaint = of(
            "",
            "클라이언트가 연결되었습니다. 주소: ('error', 1)\n에러: a bytes-like object is required\n",
        );
        assert!(complaint.certain);
        assert_eq!(complaint.error, "에러: a bytes-like object is required");
        let complaint = of("", "ready\nwaiting for clients\n");
        assert_eq!((complaint.error.as_str(), complaint.certain), ("waiting for clients", false));
        assert_eq!(
            of("", "클라이언트가 연결되었습니다. 주소: ('127.0.0.1', 1)\n"),
            Complaint::default()
        );
    }

    #[test]
    fn a_long_error_is_cut_and_escapes_are_not_repeated() {
        let complaint = of(&format!("\x1b[31mError: {}\x1b[0m\x07", "x".repeat(1 << 20)), "");
        assert!(
            complaint.error.len() < 1000 && !complaint.error.contains('\x1b'),
            "{}",
            complaint.error
        );
    }
}
