//! What holds for every page: both languages, links, commands, words.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use book::{Language, mistake, pages, region, session};
use common::Pattern;
use compare::source;
use harness::programs::{Rung, root};
use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use regex::Regex;
use scenarios::scenario::Scenario;
use scenarios::{clients, patterns};

use crate::messages;

pub fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).unwrap()
}

/// The names of the pages, `tcp.md`, the same in both languages.
pub fn names() -> Vec<String> {
    let [korean, english] = Language::ALL.map(|language| {
        let pages = pages::all(language).unwrap();
        pages.iter().map(|page| page.file_name().unwrap().to_str().unwrap().to_owned()).collect()
    });
    assert_eq!(korean, english, "the same pages in both languages");
    let names: Vec<String> = english;
    assert!(names.len() >= 13, "{names:?}");
    names
}

/// The text of a file, named from the folder of the workspace.
pub fn read(file: &str) -> String {
    pages::read(Path::new(file)).unwrap_or_else(|error| panic!("{error:#}"))
}

pub fn page(language: Language, name: &str) -> String {
    pages::read(&pages::folder(language).join(name)).unwrap()
}

/// A page without what is generated in it.
fn written(text: &str) -> String {
    region::pattern().replace_all(text, "").into_owned()
}

/// A heading of a page, and the anchor that is made of it.
struct Heading {
    level: HeadingLevel,
    text: String,
    anchor: String,
}

/// What a page is made of.
#[derive(Default)]
struct Page {
    headings: Vec<Heading>,
    /// The language and the text of each block of code.
    blocks: Vec<(String, String)>,
    /// The inline code below each heading.
    inline: Vec<Vec<String>>,
    links: Vec<String>,
    /// What the marks name that link to the proof: `[✓](… "tcp-echo/hello")`.
    marks: Vec<String>,
    images: Vec<String>,
    /// Lists, items, tables, rows and cells, in their order.
    shapes: Vec<&'static str>,
}

impl Page {
    fn read(language: Language, name: &str) -> Self {
        Self::parse(&page(language, name))
    }

    fn parse(text: &str) -> Self {
        let mut page = Self { inline: vec![Vec::new()], ..Self::default() };
        let mut heading: Option<(HeadingLevel, String)> = None;
        let mut block: Option<(String, String)> = None;
        for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
            match event {
                Event::Start(Tag::Heading { level, .. }) => heading = Some((level, String::new())),
                Event::End(TagEnd::Heading(_)) => {
                    let (level, text) = heading.take().unwrap();
                    let anchor = anchor(&text);
                    page.headings.push(Heading { level, text, anchor });
                    page.inline.push(Vec::new());
                }
                Event::Start(Tag::CodeBlock(kind)) => {
                    let CodeBlockKind::Fenced(language) = kind else {
                        panic!("a block of code without a fence, in a page that begins {text:.40}")
                    };
                    block = Some((language.to_string(), String::new()));
                }
                Event::End(TagEnd::CodeBlock) => page.blocks.push(block.take().unwrap()),
                Event::Start(Tag::Link { dest_url, title, .. }) => {
                    page.links.push(dest_url.to_string());
                    page.marks.extend((!title.is_empty()).then(|| title.to_string()));
                }
                Event::Start(Tag::Image { dest_url, .. }) => page.images.push(dest_url.to_string()),
                Event::Start(Tag::List(_)) => page.shapes.push("list"),
                Event::Start(Tag::Item) => page.shapes.push("item"),
                Event::Start(Tag::Table(_)) => page.shapes.push("table"),
                Event::Start(Tag::TableRow | Tag::TableHead) => page.shapes.push("row"),
                Event::Start(Tag::TableCell) => page.shapes.push("cell"),
                Event::Code(code) => match &mut heading {
                    Some((_, text)) => text.push_str(&code),
                    None => page.inline.last_mut().unwrap().push(code.to_string()),
                },
                Event::Text(text) => {
                    if let Some((_, block)) = &mut block {
                        block.push_str(&text);
                    } else if let Some((_, heading)) = &mut heading {
                        heading.push_str(&text);
                    }
                }
                _ => {}
            }
        }
        page
    }
}

/// The anchor that mdBook and code hosts make of a heading.
pub fn anchor(heading: &str) -> String {
    let kept = heading.to_lowercase();
    let kept = kept.chars().filter(|c| c.is_alphanumeric() || "-_ ".contains(*c));
    kept.collect::<String>().replace(' ', "-")
}

/// A block of code without what is in the page's language: comments, console lines of ours, drawings.
fn without_words(language: &str, text: &str) -> String {
    let is_comment = |line: &str| {
        let code = line.trim_start_matches('+').trim_start();
        code.starts_with("//") || code.starts_with("# ")
    };
    match language {
        "text" => String::new(),
        // What is typed, and what the programs of the page print.
        "console" => {
            let typed = |line: &&str| {
                line.starts_with("$ ")
                    || line.starts_with("클라이언트가 연결되")
                    || line.starts_with("클라이언트로부터")
            };
            text.lines().filter(typed).map(|line| regex(r"\d{5}").replace_all(line, "N")).collect()
        }
        _ => text.lines().filter(|line| !is_comment(line)).collect::<Vec<_>>().join("\n"),
    }
}

/// A link with its section as a number, which is the same in both languages.
fn place(language: Language, from: &str, link: &str) -> String {
    let Some((file, anchor)) = link.split_once('#') else {
        return link.to_owned();
    };
    if file.contains("://") {
        return link.to_owned();
    }
    let file = if file.is_empty() { from } else { file };
    let headings = Page::read(language, file).headings;
    let position = headings.iter().position(|heading| heading.anchor == anchor);
    let position = position.unwrap_or_else(|| {
        let anchors: Vec<_> = headings.iter().map(|heading| &heading.anchor).collect();
        panic!("docs/{}/{from}: no section {link}: {anchors:?}", language.code())
    });
    format!("{file}#{position}")
}

#[test]
fn both_languages_are_built_alike() {
    for name in names() {
        let [korean, english] = Language::ALL.map(|language| Page::read(language, &name));
        let levels = |page: &Page| page.headings.iter().map(|h| h.level).collect::<Vec<_>>();
        assert_eq!(levels(&korean), levels(&english), "headings of {name}");

        assert_eq!(korean.blocks.len(), english.blocks.len(), "blocks of code in {name}");
        for (korean, english) in korean.blocks.iter().zip(&english.blocks) {
            assert_eq!(korean.0, english.0, "languages of code in {name}");
            let [korean, english] = [korean, english].map(|(kind, text)| without_words(kind, text));
            assert_eq!(korean, english, "code in {name}");
        }

        let sections = korean.inline.iter().zip(&english.inline).enumerate();
        for (section, (korean_code, english_code)) in sections {
            let sorted = |language, code: &Vec<String>| {
                // Messages of ours are in the language of the page.
                let mut code = code.clone();
                code.retain(|code| {
                    name != "troubleshooting.md" || !messages::is_advice(language, code)
                });
                code.sort();
                code
            };
            let heading = section.checked_sub(1).map_or("", |index| &english.headings[index].text);
            assert_eq!(
                sorted(Language::Korean, korean_code),
                sorted(Language::English, english_code),
                "inline code in {name}, {heading}"
            );
        }

        let places = |language, page: &Page| {
            let mut places: Vec<String> =
                page.links.iter().map(|link| place(language, &name, link)).collect();
            // A sentence may name two places in another order.
            places.sort();
            places
        };
        assert_eq!(
            places(Language::Korean, &korean),
            places(Language::English, &english),
            "links in {name}"
        );
        assert_eq!(korean.images, english.images, "images in {name}");
        assert_eq!(korean.shapes, english.shapes, "lists and tables in {name}");
    }
}

#[test]
fn every_link_leads_somewhere() {
    let mut checked = 0;
    for language in Language::ALL {
        for name in names() {
            let page = Page::read(language, &name);
            let anchors: BTreeSet<&str> = page.headings.iter().map(|h| h.anchor.as_str()).collect();
            assert_eq!(anchors.len(), page.headings.len(), "headings of {name} are alike");
            for link in page.links.iter().chain(&page.images) {
                checked += 1;
                if link.starts_with("https://") {
                    continue;
                }
                place(language, &name, link);
                let file = link.split('#').next().unwrap();
                let path = root().join(pages::folder(language)).join(file);
                assert!(path.exists(), "{link} in docs/{}/{name}", language.code());
            }
        }
    }
    assert!(checked > 150, "{checked}");
}

#[test]
fn the_contents_name_every_page_by_its_title() {
    let entry = regex(r"(?m)^- \[(.+)\]\((.+)\)$");
    for language in Language::ALL {
        let contents = page(language, "SUMMARY.md");
        let mut named = BTreeSet::from(["SUMMARY.md".to_owned()]);
        for found in entry.captures_iter(&contents) {
            let title = &Page::read(language, &found[2]).headings[0];
            assert_eq!((title.level, title.text.as_str()), (HeadingLevel::H1, &found[1]));
            named.insert(found[2].to_owned());
        }
        assert_eq!(named, names().into_iter().collect());
    }
}

// --- Steps, scenarios, what is generated ----------------------------------------------------------

const CHAPTERS: [(Pattern, &str); 3] = [
    (Pattern::TcpEcho, "tcp.md"),
    (Pattern::UdpEcho, "udp.md"),
    (Pattern::ThreadedEcho, "threads.md"),
];

#[test]
fn every_step_has_a_section() {
    for (pattern, name) in CHAPTERS {
        let mut steps = source::sections(pattern, Rung::Original).unwrap();
        steps.sort_by_key(source::Section::number);
        for language in Language::ALL {
            let page = Page::read(language, name);
            let of = |step: &source::Section| {
                let name = step.name();
                let words = if language == Language::Korean { name.korean } else { name.english };
                format!("{}. {words}", step.number())
            };
            let expected: Vec<String> = steps.iter().skip(1).map(of).collect();
            let numbered = regex(r"^\d\. ");
            let headings = page.headings.iter().map(|heading| heading.text.clone());
            let headings: Vec<String> = headings.filter(|text| numbered.is_match(text)).collect();
            assert_eq!(headings, expected, "{name}");
        }
    }
}

/// A comment is shown in the language of its page, wherever a listing comes from.
#[test]
fn no_comment_is_in_both_languages() {
    let both = regex(r"(?://|#) .*[가-힣].* · .*[A-Za-z]");
    for language in Language::ALL {
        for name in names() {
            let text = page(language, &name);
            let found = both.find(&text).map(|found| found.as_str());
            assert_eq!(found, None, "docs/{}/{name}", language.code());
        }
    }
}

/// Every guess has its answer below it, folded; what is folded is an answer to something.
#[test]
fn every_guess_stands_before_its_folded_answer() {
    let mut checked = 0;
    for (language, guess) in
        [(Language::Korean, "**먼저 맞혀 보세요.**"), (Language::English, "**Guess.**")]
    {
        for name in names() {
            let text = page(language, &name);
            let place = format!("docs/{}/{name}", language.code());
            for asked in text.split(guess).skip(1) {
                let answer = asked
                    .split("\n\n")
                    .find(|part| !part.trim().is_empty() && part.contains("<details>"));
                let before = asked.split("<details>").next().unwrap();
                assert!(answer.is_some() && !before.contains("\n## "), "{place}: {before}");
                let question = asked.split("\n\n").next().unwrap();
                assert!(question.contains('?'), "{place}: {question}");
                checked += 1;
            }
            let count = |tag: &str| text.matches(tag).count();
            assert_eq!(count("<details>"), count("</details>"), "{place}");
            assert_eq!(count("<details>"), count("<details><summary>"), "{place}");
        }
    }
    assert!(checked > 20, "{checked}");
}

/// What PowerShell cannot run has a twin below it.
#[test]
fn every_command_that_powershell_cannot_run_has_a_twin() {
    let foreign = regex(r"(?m)^(?:\$ )?(?:[A-Z_]+=\S+ |for |head )|< /dev/null| \\$");
    let mut checked = 0;
    for (_, name) in CHAPTERS {
        for language in Language::ALL {
            for section in page(language, name).split("\n### ") {
                if foreign.is_match(section) {
                    let heading = section.lines().next().unwrap();
                    let twin = section.contains("```powershell") || section.contains("PowerShell");
                    assert!(twin, "docs/{}/{name}: {heading}", language.code());
                    checked += 1;
                }
            }
        }
    }
    assert!(checked > 6, "{checked}");
}

#[test]
fn every_scenario_that_is_named_exists() {
    let scenarios: BTreeSet<String> = patterns::all().iter().map(Scenario::path).collect();
    let path = regex(r"^(?:tcp|udp|threaded)-echo/[a-z0-9-]+$");
    let mut checked = 0;
    for name in names() {
        let page = Page::read(Language::English, &name);
        for named in page.inline.concat().iter().chain(&page.marks) {
            if path.is_match(named) {
                assert!(scenarios.contains(named), "{named} in {name}");
                checked += 1;
            }
        }
    }
    assert!(checked > 20, "{checked}");
}

/// In the chapters, every section shows what it says: a region, or a mark that names a scenario or a test.
#[test]
fn every_section_of_a_chapter_names_its_evidence() {
    let function = regex(r"(?m)^ *fn (\w+)\(\) \{");
    let mut evidence: BTreeSet<String> = patterns::all().iter().map(Scenario::path).collect();
    evidence.extend(clients::all().iter().map(|scenario| format!("client {}", scenario.id)));
    for file in ["tcp_echo.rs", "udp_echo.rs", "threaded_echo.rs", "compare.rs"] {
        let text = read(&format!("tests/{file}"));
        evidence.extend(function.captures_iter(&text).map(|found| found[1].to_owned()));
    }
    for (_, name) in CHAPTERS {
        let text = page(Language::English, name);
        let mut checked = 0;
        for chapter in text.split("\n## ").skip(1) {
            let sections: Vec<&str> = chapter.split("\n### ").collect();
            // What a pattern is good for is a matter of judgement; what leads to sections shows nothing.
            let shows = if sections.len() > 1 { &sections[1..] } else { &sections[..] };
            let judgement = [
                "What it is for",
                "In three sentences",
                "Questions",
                "The conversation",
                "Half a page",
            ];
            let judged =
                |section: &&&str| !judgement.iter().any(|start| section.starts_with(start));
            for section in shows.iter().filter(judged) {
                let marks = Page::parse(section).marks;
                let named = marks.iter().any(|mark| evidence.contains(mark));
                let heading = section.lines().next().unwrap();
                for mark in &marks {
                    assert!(evidence.contains(mark), "{name}, {heading}: {mark}");
                }
                assert!(named || section.contains("<!-- generated: "), "{name}: {heading}");
                checked += 1;
            }
        }
        assert!(checked > 15, "{name}: {checked}");
    }
}

#[test]
fn every_session_and_every_mistake_is_in_a_page() {
    let mut shown = BTreeSet::new();
    let pages = names().into_iter().map(|name| page(Language::English, &name));
    for text in pages.chain([read("README.md")]) {
        shown.extend(region::pattern().captures_iter(&text).map(|region| region[1].to_owned()));
    }
    for name in session::names() {
        assert!(shown.contains(&format!("session {name}")), "{name}");
    }
    for name in mistake::all().unwrap() {
        assert!(shown.contains(&format!("mistake {name}")), "{name}");
    }
}

// --- Commands -------------------------------------------------------------------------------------

/// What is typed once, to set a machine up or to look at it, and that no test can run: it installs, asks
/// the whole system, or names a file of the learner's; or it calls the tests themselves.
const BY_HAND: &[&str] = &[
    "cargo fetch",
    "cargo run --example demo",
    "cargo test -p tcp-echo",
    "cargo --version",
    "python3 --version",
    "cargo run -p compare -- check tcp-echo -- python3 my_server.py",
    "cargo run -p compare -- list",
    "cargo run -p tcp-echo -- --port 12350",
    "cargo run --bin tcp-echo-client -- --port 12350 hello",
    "PORT=12345 python3 my/06-lines.py",
    "cargo ex talk",
    "cargo ex class handed-in --exercise 6",
    "make bench",
    "make soak",
    "cargo run --release -p bench -- run --quick",
    "cargo run -p compare -- check tcp-echo --port 0 -- node server.js \"{port}\"",
    "cargo run -p compare -- check tcp-echo --reply echo -- python3 my_server.py",
    "cargo run --bin tcp-echo-client -- (\"0\" * 5000)",
    "cargo run --bin udp-echo-client -- --port 12346 (\"한\" * 400)",
    "foreach ($server in Get-ChildItem servers\\*.py) { $server.Name; cargo run -p compare -- check tcp-echo --port 0 -- python $server | Select-Object -Last 2 }",
];

/// A command of a Unix shell in PowerShell.
fn in_powershell(line: &str) -> String {
    let line = regex(r"^PORT=(\d+) ").replace(line, "$$env:PORT=$1; ");
    line.replace("python3 ", "python ")
}

#[test]
fn every_command_is_one_that_is_run() {
    let mut run: BTreeSet<String> = BY_HAND.iter().map(ToString::to_string).collect();
    run.extend(session::lines().map(str::to_owned));
    // The commands of the README have tests of their own.
    let blocks = Page::parse(&read("README.md")).blocks;
    run.extend(blocks.iter().flat_map(|block| block.1.lines().map(str::to_owned)));
    run.extend(run.clone().iter().map(|line| in_powershell(line)));
    // Every scenario is run by `cargo run -p compare`.
    let alone = |scenario: &Scenario| format!("cargo run -p compare -- run {}", scenario.path());
    run.extend(patterns::all().iter().map(alone));

    let mut checked = 0;
    for name in names() {
        let blocks = Page::parse(&written(&page(Language::English, &name))).blocks;
        for (language, text) in blocks {
            // A drawing.
            if language == "text" {
                continue;
            }
            assert!(
                ["sh", "powershell"].contains(&language.as_str()),
                "{language} by hand in {name}"
            );
            for line in text.lines() {
                assert!(run.contains(line), "nobody runs this command of {name}: {line}");
                checked += 1;
            }
        }
    }
    assert!(checked > 10, "{checked}");
}

/// Inline commands name packages, programs and scripts that exist.
#[test]
fn every_command_in_a_sentence_names_things_that_exist() {
    let mut targets: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    let packages = ["common", "tcp-echo", "udp-echo", "threaded-echo", "compare", "book"];
    for package in packages.into_iter().chain(["bench", "next-steps"]) {
        targets.entry("-p").or_default().insert(package.to_owned());
    }
    for pattern in ["tcp", "udp", "threaded"] {
        let program = |end: &str| format!("{pattern}-echo-{end}");
        targets.entry("--bin").or_default().extend([program("client"), program("server")]);
        targets.entry("--example").or_default().insert(format!("{pattern}-literal"));
    }
    let next = ["thread-pool-server", "tokio-server"].map(str::to_owned);
    targets.entry("--bin").or_default().extend(next);
    targets.entry("--example").or_default().extend(["demo", "one-at-a-time"].map(str::to_owned));
    let named = regex(r"(-p|--bin|--example) ([a-z-]+)");
    let script = regex(r"\bcrates/[a-z./_-]+");
    let mut checked = 0;
    for name in names() {
        for code in Page::read(Language::English, &name).inline.concat() {
            // What is behind `--` belongs to the program.
            let cargo = code.split(" -- ").next().unwrap();
            if cargo.starts_with("cargo ") {
                for found in named.captures_iter(cargo) {
                    assert!(targets[&found[1]].contains(&found[2]), "`{code}` in {name}");
                    checked += 1;
                }
            }
            for found in script.find_iter(&code) {
                assert!(root().join(found.as_str()).exists(), "`{code}` in {name}");
                checked += 1;
            }
        }
    }
    assert!(checked > 5, "{checked}");
}

// --- Words ----------------------------------------------------------------------------------------

#[test]
fn korean_is_spelled_as_agreed_and_in_one_speech_level() {
    let not = [
        r"쓰레드",
        r"크래이트",
        r"작업공간",
        r"블록되",
        r"오류",
        r"당신",
        r"Rust 포트",
        r"(?:^|[^가-힣])대여",
        r"(?:^|[^가-힣])차용",
        // A pair of particles behind a word that varies.
        r"을\(를\)|를\(을\)|은\(는\)|는\(은\)|이\(가\)|가\(이\)|와\(과\)|과\(와\)",
    ];
    let not = not.map(regex);
    let (plain, code) = (regex(r"[가-힣]*다\."), regex("`[^`]+`"));
    let mut texts: Vec<(PathBuf, String)> = names()
        .iter()
        .map(|name| (pages::folder(Language::Korean).join(name), page(Language::Korean, name)))
        .collect();
    for readme in ["README.ko.md", "CONTRIBUTING.ko.md"] {
        texts.push((readme.into(), read(readme)));
    }
    for (path, text) in texts {
        let mut block = false;
        for line in text.lines() {
            block ^= line.starts_with("```");
            // What programs print has tests of its own.
            if block {
                continue;
            }
            let line = code.replace_all(line, "`…`");
            for wrong in &not {
                assert!(!wrong.is_match(&line), "{wrong} in {}: {line}", path.display());
            }
            for end in plain.find_iter(&line) {
                let formal = ["니다.", "시다."].iter().any(|formal| end.as_str().ends_with(formal));
                assert!(formal, "{end:?} in {}: {line}", path.display());
            }
        }
    }
}
