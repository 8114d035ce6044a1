//! The page "When it goes wrong" is an index by exact message: what our programs advise, what this
//! system calls its errors and what Python says stand in it, word for word, in both languages.

use std::collections::BTreeSet;
use std::fs;
use std::process::{Command, Output, Stdio};
use std::sync::LazyLock;

use book::Language;
use common::Pattern;
use harness::port::Lease;
use harness::programs::{Programs, Rung, python, root, source};
use harness::skip;
use pulldown_cmark::{Event, Options, Parser};
use regex::Regex;

use crate::pages::{page, read, regex};

/// All inline code of a page.
fn codes(language: Language, name: &str) -> Vec<String> {
    let text = page(language, name);
    let events = Parser::new_ext(&text, Options::ENABLE_TABLES);
    events
        .filter_map(|event| if let Event::Code(code) = event { Some(code.into()) } else { None })
        .collect()
}

/// The messages of the page, in each language of it.
fn indexes() -> [(Language, Vec<String>); 2] {
    Language::ALL.map(|language| (language, codes(language, "troubleshooting.md")))
}

fn is_korean(text: &str) -> bool {
    text.chars().any(|c| ('가'..='힣').contains(&c))
}

/// The numbers that change from run to run, and with the port that was free, as the page has them.
fn settled(text: &str, port: u16) -> String {
    let next = regex(&format!(r"(?-u:\b{}\b)", port + 1)).replace_all(text, "12346").into_owned();
    regex(&format!(r"(?-u:\b{port}\b)")).replace_all(&next, "12345").into_owned()
}

// --- What our programs say ------------------------------------------------------------------------

/// The strings of a Rust file, without those of its comments and tests, as the compiler reads them.
fn strings(file: &str) -> Vec<String> {
    let text = read(file);
    let code = text.split("#[cfg(test)]").next().unwrap();
    let code: String = code
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .map(|line| format!("{line}\n"))
        .collect();
    let continued = regex(r"\\\n\s*");
    regex(r#""((?:[^"\\]|\\(?s:.))*)""#)
        .captures_iter(&code)
        .map(|found| continued.replace_all(&found[1], "").replace("\\n", "\n"))
        .collect()
}

/// What a client sends unless it is told otherwise: the only Korean text in `common` that tells nobody anything.
const GREETING: &str = "안녕하세요";

/// The lines that our programs may say to a learner who reads this language, with `{…}` where a value goes. A text
/// in Korean is followed by the same in English.
fn advice(language: Language) -> BTreeSet<String> {
    let mut files: Vec<_> =
        fs::read_dir(root().join("crates/common/src")).unwrap().flatten().collect();
    files.sort_by_key(fs::DirEntry::path);
    let help = help();
    let mut lines = BTreeSet::new();
    for file in files {
        let strings = strings(&format!("crates/common/src/{}", file.file_name().to_str().unwrap()));
        for (index, text) in strings.iter().enumerate() {
            // What `--help` shows is there for the asking: a whole line, or what stands behind a flag.
            let asked =
                regex(&format!(r"(?m)(^|  ){}(:| \[default: .*)?$", template(text.trim_end())));
            // Flags of a command, headings, and what `--help` of other programs begins with.
            let flags = text.starts_with(" -- ")
                || text.chars().count() < 4
                || text.starts_with("TCP 서버: ");
            if !is_korean(text) || text == GREETING || flags || asked.is_match(&help) {
                continue;
            }
            let said = match language {
                Language::Korean => Some(text),
                Language::English => {
                    strings.get(index + 1).filter(|next| !is_korean(next) && next.contains(' '))
                }
            };
            lines.extend(said.map(|text| text.trim_end().to_owned()));
        }
    }
    lines
}

/// Whether a piece of code in the index is a message of ours, which is in the language of the page.
pub fn is_advice(language: Language, code: &str) -> bool {
    static ADVICE: LazyLock<[Vec<Regex>; 2]> = LazyLock::new(|| {
        let whole = |line: &String| regex(&format!("^(?:# )?{}(?:: .*)?$", template(line)));
        Language::ALL.map(|language| advice(language).iter().map(whole).collect())
    });
    ADVICE[language as usize].iter().any(|template| template.is_match(code))
}

/// All that the programs print for `--help`, in both languages.
fn help() -> String {
    let programs = ["tcp", "udp", "threaded"].into_iter().flat_map(|pattern| {
        ["client", "server"]
            .map(|end| run(Locale::None, &format!("{pattern}-echo-{end}"), &["--help"]))
    });
    programs.map(|help| String::from_utf8_lossy(&help.stdout).replace('\r', "")).collect()
}

/// What a string of the source can become: anything stands for its `{…}`.
fn template(line: &str) -> Regex {
    // `{data}` is the text of the original, not a value.
    let literal = regex::escape(line).replace(r"\{data\}", "<data>");
    let value = regex(r"\\\{[^{}]*\\\}").replace_all(&literal, ".*?");
    regex(&value.replace("<data>", r"\{data\}"))
}

/// Whom a program speaks to.
#[derive(Clone, Copy)]
enum Locale {
    Of(Language),
    /// Somebody whose language is not known: it speaks both.
    None,
}

/// Runs one of our programs.
fn run(locale: Locale, program: &str, args: &[&str]) -> Output {
    static PROGRAMS: LazyLock<Programs> = LazyLock::new(|| Programs::build().unwrap());
    let mut command = Command::new(PROGRAMS.path(program).unwrap());
    command
        .args(args)
        .env_remove("PORT")
        .env(
            "LC_ALL",
            match locale {
                Locale::Of(Language::Korean) => "ko_KR.UTF-8",
                Locale::Of(Language::English) => "en_US.UTF-8",
                Locale::None => "C.UTF-8",
            },
        )
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn stderr(output: &Output) -> String {
    // Python ends its lines with CR LF on Windows.
    String::from_utf8_lossy(&output.stderr).replace('\r', "")
}

#[test]
fn every_advice_of_our_programs_is_in_the_index() {
    for (language, codes) in indexes() {
        let advice = advice(language);
        // That it finds the texts at all: short and long.
        let known = match language {
            Language::Korean => ["다른 프로그램이 쓰고 있습니다.", "클라이언트 {number}"],
            Language::English => ["another program has it.", "client {number}"],
        };
        for known in known {
            assert!(advice.contains(known), "{known} in {advice:#?}");
        }
        assert!(advice.len() > 25, "{advice:#?}");
        for line in &advice {
            let template = template(line);
            let found = codes.iter().any(|code| template.is_match(code));
            assert!(found, "docs/{}/troubleshooting.md lacks {line:?}", language.code());
        }
    }
}

/// Real programs, wherever a run can bring a message about on every Unix.
#[test]
fn what_our_programs_really_say_is_in_the_index() {
    if cfg!(windows) {
        // Its ports know no TIME_WAIT, so some sentences are shorter there.
        return;
    }
    for (language, codes) in indexes() {
        really_said(language, &codes);
    }
}

fn really_said(language: Language, codes: &[String]) {
    let run = |program: &str, args: &[&str]| run(Locale::Of(language), program, args);
    let lease = Lease::take().unwrap();
    let port = lease.port.to_string();
    let tcp = std::net::TcpListener::bind(("127.0.0.1", lease.port)).unwrap();
    let mut runs = vec![
        run("tcp-echo-server", &["--port", &port]),
        run("tcp-echo-server", &["--host", "192.0.2.7"]),
        run("tcp-echo-server", &["--port", "99999"]),
        // The listener of this test accepts nobody.
        run("tcp-echo-client", &["--port", &port, "--timeout", "0.2"]),
        run("threaded-echo-client", &["--port", &port, "--timeout", "0.2"]),
        run("tcp-echo-client", &["--host", "::1"]),
        run("tcp-echo-client", &["--timeout", "0"]),
    ];
    drop(tcp);
    let udp = std::net::UdpSocket::bind(("127.0.0.1", lease.port)).unwrap();
    runs.push(run("udp-echo-server", &["--port", &port]));
    runs.push(run("udp-echo-client", &["--port", &port, "--timeout", "0.2"]));
    drop(udp);
    let clients = ["tcp-echo-client", "udp-echo-client", "threaded-echo-client"];
    runs.extend(clients.map(|client| run(client, &["--port", &port])));

    // The index has the defaults: five seconds, the port of the page, the server of §1, and Linux.
    let usual = [
        (r"0\.2(초| s)", "5$1"),
        (r"(udp|threaded)-echo( |`|$)", "tcp-echo$2"),
        (r" -- --port 12345`", "`"),
        (r"netstat -an -p (t|u)\w+ \| grep '\[\.\]12345 '", "ss -${1}anp | grep :12345"),
        (r"^error: invalid value '0' for '--timeout <SECONDS>': ", ""),
    ];
    let mut checked = 0;
    for run in runs {
        assert!(!run.status.success());
        for line in stderr(&run).lines() {
            let mut line = settled(line.strip_prefix("# ").unwrap_or(line), lease.port);
            for (from, to) in usual {
                line = regex(from).replace_all(&line, to).into_owned();
            }
            // The system's words differ from system to system, and the values of arguments without end.
            let varies =
                regex(r"^((원인|Cause): .*|For more information, .*|Usage: .*|인수가 .*)$");
            if varies.is_match(&line) {
                continue;
            }
            checked += 1;
            let found = codes.iter().any(|code| line == code.trim_start_matches("# "));
            assert!(found, "docs/{}/troubleshooting.md lacks {line:?}", language.code());
        }
    }
    assert!(checked > 10, "{checked}");
}

#[test]
fn the_last_line_of_the_demo_is_as_promised() {
    let demo = strings("crates/common/examples/demo.rs");
    let english = demo.iter().position(|text| text.ends_with("conversations done"));
    let [korean, english] = &demo[english.expect("the demo ends") - 1..][..2] else {
        panic!("a text has two languages");
    };
    for (language, end) in [(Language::Korean, korean), (Language::English, english)] {
        let text = page(language, "setup.md");
        for number in ["6", "3"] {
            let line = format!("\"{}\"", end.replace("{shown}", number));
            assert!(text.contains(&line), "docs/{}/setup.md lacks {line}", language.code());
        }
    }
}

// --- What the system says -------------------------------------------------------------------------

/// The rows of the table: the numbers on Linux, and what they are called.
fn numbers(language: Language) -> Vec<(i32, String)> {
    let text = page(language, "troubleshooting.md");
    let row = regex(r"(?m)^\| (\d+) \|[^`\n]*\| `([^`]+)`");
    let rows = row.captures_iter(&text).map(|row| (row[1].parse().unwrap(), row[2].to_owned()));
    let rows: Vec<_> = rows.collect();
    assert!(rows.len() > 10, "{rows:?}");
    rows
}

#[test]
fn the_numbers_of_linux_mean_what_the_index_says() {
    if !cfg!(target_os = "linux") {
        // The words of the index are those of Linux.
        return;
    }
    for (language, codes) in indexes() {
        let mut named = numbers(language);
        let number =
            regex(r"^(.+: )?(?:\[Errno (\d+)\] )?([A-Z][a-z][^:\[]*?)(?: \(os error (\d+)\))?$");
        for code in &codes {
            let Some(found) = number.captures(code) else {
                continue;
            };
            let Some(value) = found.get(2).or(found.get(4)) else {
                continue;
            };
            let value: i32 = value.as_str().parse().unwrap();
            if !MACOS.contains(&value) {
                named.push((value, found[3].to_owned()));
            }
        }
        assert!(named.len() > 25, "{named:?}");
        for (value, text) in named {
            let system = std::io::Error::from_raw_os_error(value).to_string();
            let text = text.split(": '").next().unwrap();
            assert_eq!(system, format!("{text} (os error {value})"), "docs/{}", language.code());
        }
    }
}

/// The numbers of macOS that stand in a message of the index.
const MACOS: [i32; 5] = [48, 61, 54, 40, 8];

#[test]
fn python_says_what_the_index_says() {
    if !cfg!(target_os = "linux") {
        return;
    }
    let Some(python) = python() else {
        skip("Python 3 is missing: what it says was not compared with the index");
        return;
    };
    let run = |args: &[&str], port: &str| {
        let mut command = Command::new(python[0]);
        command.args(&python[1..]).args(args).current_dir(root()).env("PORT", port);
        let output = command.env("PYTHONUTF8", "1").stdin(Stdio::null()).output().unwrap();
        assert!(!output.status.success(), "{args:?}");
        stderr(&output).lines().last().unwrap().to_owned()
    };
    let lease = Lease::take().unwrap();
    let port = lease.port.to_string();
    let server = source(Pattern::TcpEcho, Rung::Original);
    let server = server.to_str().unwrap();
    let client = "crates/tcp-echo/python/client.py";

    let listener = std::net::TcpListener::bind(("127.0.0.1", lease.port)).unwrap();
    let in_use = run(&[server], &port);
    drop(listener);
    let mut said =
        vec![in_use, run(&[client], &port), run(&[server], "abc"), run(&[server], "99999")];
    // What the programs of the project cannot be brought to do here, and anybody's Python says alike.
    for code in [
        "import socket; socket.socket().bind(('192.0.2.7', 8000))",
        "import socket; socket.getaddrinfo('256.0.0.1', 1, flags=socket.AI_NUMERICHOST)",
        "import socket; socket.getaddrinfo('::1', 1, socket.AF_INET)",
        "import socket; socket.socket(type=socket.SOCK_DGRAM).sendto(b'a' * 65508, ('127.0.0.1', 1))",
        "b'\\xff'.decode('utf-8')",
        "('한' * 400).encode('utf-8')[:1024].decode('utf-8')",
        "'클라이언트가'.encode('cp1252')",
        "import os; raise OSError(24, os.strerror(24))",
        "import os; raise PermissionError(13, os.strerror(13))",
        "import os; raise ConnectionResetError(104, os.strerror(104))",
        "import os; raise BrokenPipeError(32, os.strerror(32))",
        // No stack is that large.
        "import threading; threading.stack_size(2**46); threading.Thread(target=print).start()",
    ] {
        said.push(run(&["-c", code], &port));
    }
    let missing = run(&["no/such/script.py"], &port);
    said.push(
        regex(r"^.*: can't open file '.*': ")
            .replace(&missing, "can't open file '/home/me/crates/tcp-echo/python/server.py': ")
            .into_owned(),
    );
    for (language, codes) in indexes() {
        for line in &said {
            assert!(
                codes.contains(line),
                "docs/{}/troubleshooting.md lacks {line:?}",
                language.code()
            );
        }
    }
}
