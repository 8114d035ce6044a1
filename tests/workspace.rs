//! What holds for the project as a whole: the manifests, the numbered steps, the commands in the texts, and
//! the two languages, one at a time.

#[path = "support/language.rs"]
mod language;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use harness::programs::{Programs, python, root};
use language::{LOCALES, assert_in};
use regex::Regex;
use serde_json::Value;

const PATTERNS: [&str; 3] = ["tcp-echo", "udp-echo", "threaded-echo"];
const PAIRS: [[&str; 2]; 2] =
    [["README.md", "README.ko.md"], ["CONTRIBUTING.md", "CONTRIBUTING.ko.md"]];

fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).unwrap()
}

/// The programs after the third pattern: the same server, served by other means.
const NEXT_STEPS: [&str; 2] = ["thread-pool-server", "tokio-server"];

fn next_step(name: &str) -> PathBuf {
    PathBuf::from(format!("crates/next-steps/src/bin/{name}.rs"))
}

/// The literal port of a pattern.
fn literal(pattern: &str) -> String {
    format!("examples/{}-literal.rs", pattern.trim_end_matches("-echo"))
}

/// Every program that a learner reads, from the folder of the workspace.
fn programs() -> Vec<PathBuf> {
    let mut programs = vec![PathBuf::from("crates/threaded-echo/examples/one-at-a-time.rs")];
    for pattern in PATTERNS {
        let files =
            ["python/server.py", "python/client.py", "src/bin/server.rs", "src/bin/client.rs"];
        let files = files.map(str::to_owned).into_iter().chain([literal(pattern)]);
        programs.extend(files.map(|file| Path::new("crates").join(pattern).join(file)));
    }
    programs.extend(NEXT_STEPS.map(next_step));
    programs
}

// --- Manifests ------------------------------------------------------------------------------------

/// The crates of the workspace, each with its manifest.
fn crates() -> Vec<(String, toml::Table)> {
    let folders =
        ["crates", "crates/tools"].map(|folder| fs::read_dir(root().join(folder)).unwrap());
    let paths =
        folders.into_iter().flatten().map(|folder| folder.unwrap().path().join("Cargo.toml"));
    let manifests = paths.filter(|path| path.exists()).map(|path| read(path).parse().unwrap());
    let name = |manifest: toml::Table| {
        (manifest["package"]["name"].as_str().unwrap().to_owned(), manifest)
    };
    manifests.map(name).collect()
}

/// The tables of a manifest that are called so, those of single systems too.
fn sections<'a>(manifest: &'a toml::Table, name: &'a str) -> impl Iterator<Item = &'a toml::Table> {
    let systems = manifest.get("target").and_then(toml::Value::as_table).into_iter().flatten();
    let tables = systems.filter_map(|(_, system)| system.as_table()).chain([manifest]);
    tables.filter_map(move |table| table.get(name)?.as_table())
}

#[test]
fn every_crate_inherits_its_package_fields_its_dependencies_and_the_lints() {
    let workspace: toml::Table = read("Cargo.toml").parse().unwrap();
    let shared = workspace["workspace"]["package"].as_table().unwrap();
    let crates = crates();
    for (name, manifest) in &crates {
        for field in shared.keys() {
            let inherited = manifest["package"].get(field).and_then(|value| value.get("workspace"));
            assert_eq!(inherited, Some(&true.into()), "{field} of {name}");
        }
        assert_eq!(manifest["lints"]["workspace"], true.into(), "{name}");
        for section in ["dependencies", "dev-dependencies", "build-dependencies"] {
            for (dependency, value) in sections(manifest, section).flatten() {
                assert_eq!(value.get("workspace"), Some(&true.into()), "{dependency} of {name}");
            }
        }
    }
    assert!(crates.len() >= 10, "{crates:?}");
    assert_eq!(workspace["workspace"]["lints"]["rust"]["unsafe_code"], "forbid".into());
}

#[test]
fn arrows_run_downwards_only_and_no_tool_is_in_what_a_learner_reads() {
    const READ: [&str; 4] = ["tcp-echo", "udp-echo", "threaded-echo", "next-steps"];
    const UPWARDS: [&str; 7] =
        ["common", "harness", "scenarios", "exercises", "compare", "bench", "book"];
    let crates = crates();
    let names: Vec<&str> = crates.iter().map(|(name, _)| name.as_str()).collect();
    for (name, manifest) in &crates {
        // What a crate may be built upon.
        let below: &[&str] = match UPWARDS.iter().position(|other| other == name) {
            Some(place) => &UPWARDS[..place],
            None if READ.contains(&name.as_str()) => &["common"],
            None => panic!("{name} has no place in the order yet"),
        };
        let dependencies = sections(manifest, "dependencies").flat_map(toml::Table::keys);
        for dependency in dependencies.filter(|dependency| names.contains(&dependency.as_str())) {
            assert!(below.contains(&dependency.as_str()), "{name} uses {dependency}");
        }
    }
}

#[test]
fn a_learner_builds_tokio_for_the_next_steps_only() {
    let workspace: toml::Table = read("Cargo.toml").parse().unwrap();
    let default = workspace["workspace"]["default-members"].as_array().unwrap();
    assert!(!default.contains(&"crates/next-steps".into()));
    let uses_tokio = |manifest: &toml::Table| {
        let tables = ["dependencies", "dev-dependencies"]
            .map(|name| sections(manifest, name).collect::<Vec<_>>());
        tables.concat().into_iter().any(|table| table.contains_key("tokio"))
    };
    let users =
        crates().into_iter().filter(|(_, manifest)| uses_tokio(manifest)).map(|(name, _)| name);
    assert_eq!(users.collect::<Vec<_>>(), ["next-steps"]);
}

#[test]
fn every_dependency_and_every_relaxation_of_a_lint_states_its_reason() {
    let manifest = read("Cargo.toml");
    let (_, dependencies) = manifest.split_once("[workspace.dependencies]\n").unwrap();
    let mut reason = false;
    let mut checked = 0;
    for line in dependencies.lines() {
        let dependency = regex(r#"^[a-z_0-9-]+ = ("\d|\{ (version|path))"#).is_match(line);
        if dependency || line.contains("\"allow\"") {
            assert!(reason, "no comment above: {line}");
            checked += 1;
        }
        // A comment speaks for the lines below it, up to the next empty line.
        reason = line.starts_with('#') || (reason && !line.is_empty());
    }
    assert!(checked >= 30, "{checked}");
}

// --- Steps ----------------------------------------------------------------------------------------

/// The numbered steps of a program, in the order in which they stand there.
fn steps(path: &Path) -> Vec<(u32, String)> {
    let step = regex(r"(?m)^ *(?:#|//) (\d+)\. (.+)$");
    step.captures_iter(&read(path))
        .map(|captures| (captures[1].parse().unwrap(), captures[2].to_owned()))
        .collect()
}

#[test]
fn every_step_stands_in_all_rungs_with_the_same_words() {
    for pattern in PATTERNS {
        let folder = Path::new("crates").join(pattern);
        for (original, ports) in [
            ("python/server.py", vec![literal(pattern), "src/bin/server.rs".to_owned()]),
            ("python/client.py", vec!["src/bin/client.rs".to_owned()]),
        ] {
            let expected = steps(&folder.join(original));
            let numbers: BTreeSet<u32> = expected.iter().map(|(number, _)| *number).collect();
            let count = u32::try_from(expected.len()).unwrap();
            assert!(count >= 4, "{pattern}/{original}: {expected:?}");
            assert_eq!(numbers, (1..=count).collect(), "{pattern}/{original}");
            for (_, words) in &expected {
                let (korean, english) = words.split_once(" · ").expect("both languages");
                assert!(korean.contains(is_hangul) && !english.contains(is_hangul), "{words}");
            }
            for port in ports {
                assert_eq!(steps(&folder.join(&port)), expected, "{pattern}/{port}");
            }
        }
    }
}

#[test]
fn the_loop_without_threads_has_the_steps_of_the_first_pattern() {
    let alone = steps(Path::new("crates/threaded-echo/examples/one-at-a-time.rs"));
    assert_eq!(alone, steps(Path::new("crates/tcp-echo/python/server.py")));
}

#[test]
fn the_next_steps_change_the_third_step_and_the_word_in_the_brackets() {
    let changes = [
        (
            "thread-pool-server",
            "스레드 풀에 맡기기 · Hand the client to the pool",
            ["스레드", "thread"],
        ),
        ("tokio-server", "새 태스크 생성과 시작 · Create and start a new task", ["태스크", "task"]),
    ];
    assert_eq!(changes.map(|(name, ..)| name), NEXT_STEPS);
    for (name, third, [korean, english]) in changes {
        let mut expected = steps(Path::new("crates/threaded-echo/python/server.py"));
        for (number, words) in &mut expected {
            if *number == 3 {
                third.clone_into(words);
            }
            *words = words.replace("[스레드]", &format!("[{korean}]"));
            *words = words.replace("[thread]", &format!("[{english}]"));
        }
        assert_eq!(steps(&next_step(name)), expected, "{name}");
    }
}

fn is_hangul(c: char) -> bool {
    ('가'..='힣').contains(&c)
}

// --- Programs -------------------------------------------------------------------------------------

/// The lines of the first comment, without their signs.
fn header(source: &str) -> Vec<&str> {
    let comment = |line: &'static str| move |text: &str| text.starts_with(line);
    let is_comment = |text: &&str| comment("//!")(text) || comment("#")(text);
    let lines = source.lines().take_while(is_comment);
    lines.map(|line| line.trim_start_matches("//!").trim_start_matches('#').trim()).collect()
}

#[test]
fn the_first_comment_says_it_all_in_both_languages() {
    for path in programs() {
        let source = read(&path);
        let header = header(&source);
        let name = path.display();
        let sentences = header.iter().filter(|line| !line.is_empty() && !line.starts_with("- "));
        let (korean, english): (Vec<_>, Vec<_>) = sentences
            .map(|line| regex("`[^`]*`").replace_all(line, "").into_owned())
            .partition(|line| line.contains(is_hangul));
        assert_eq!((korean.len(), english.len()), (3, 3), "shows, appears, hazard: {name}");
        for start in
            ["- 터미널 1 · terminal 1: `", "- 터미널 2 · terminal 2: `", "주의: ", "Hazard: "]
        {
            assert!(header.iter().any(|line| line.starts_with(start)), "{start} in {name}");
        }
        // What it says will appear is what the original sends.
        let package = path.iter().nth(1).filter(|package| *package != "next-steps");
        let package = Path::new("crates").join(package.unwrap_or("threaded-echo".as_ref()));
        let original = read(package.join("python/server.py"));
        for line in &header {
            for quoted in regex("`(서버로부터[^`]*)`").captures_iter(line) {
                assert!(original.contains(&format!("\"{}\"", &quoted[1])), "{line} in {name}");
            }
        }
    }
}

#[test]
fn every_program_takes_the_port_of_the_page() {
    let mut places = vec![("crates/common/src/args.rs".into(), "DEFAULT_PORT: u16 = 12345;")];
    for path in programs() {
        if path.extension().is_some_and(|extension| extension == "py") {
            places.push((path, r#"os.environ.get("PORT", 12345)"#));
        } else if path.iter().any(|part| part == "examples") {
            places.push((path, r#"env::var("PORT").unwrap_or("12345".to_string())"#));
        }
    }
    for (path, port) in places {
        assert!(read(&path).contains(port), "{port} in {}", path.display());
    }
}

#[test]
fn the_literal_ports_use_nothing_but_std() {
    for path in programs().iter().filter(|path| path.iter().any(|part| part == "examples")) {
        for line in read(path).lines().filter(|line| line.starts_with("use ")) {
            assert!(line.starts_with("use std::"), "{line} in {}", path.display());
        }
    }
}

// --- Commands -------------------------------------------------------------------------------------

/// The programs of each package, as cargo knows them: (package, kind, name).
fn targets() -> BTreeSet<(String, String, String)> {
    let output = Command::new(env!("CARGO"))
        .current_dir(root())
        .args(["metadata", "--no-deps", "--format-version", "1", "--locked"])
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut targets = BTreeSet::new();
    for package in metadata["packages"].as_array().unwrap() {
        for target in package["targets"].as_array().unwrap() {
            targets.insert((
                text(&package["name"]),
                text(&target["kind"][0]),
                text(&target["name"]),
            ));
        }
    }
    targets
}

/// Every command in a text: the lines of its code blocks, its inline code, its first comment.
fn commands(path: &Path) -> Vec<String> {
    let text = read(path);
    let mut found: Vec<String> = Vec::new();
    if path.extension().is_some_and(|extension| extension == "md") {
        let mut block = false;
        for line in text.lines() {
            if line.starts_with("```") {
                block = !block;
            } else if block {
                found.push(line.trim_start_matches("$ ").to_owned());
            } else {
                found.extend(regex("`([^`]+)`").captures_iter(line).map(|code| code[1].to_owned()));
            }
        }
    } else {
        let command = regex(r"^- (?:.+ · .+: )?`(.+)`$");
        found.extend(
            header(&text)
                .iter()
                .filter_map(|line| command.captures(line).map(|captures| captures[1].to_owned())),
        );
    }
    let start = regex(r"^(cargo|make|(\S*PORT=\d+;? )?python3?) ");
    found.retain(|command| start.is_match(command));
    found
}

#[test]
fn every_command_in_the_texts_names_things_that_exist() {
    let targets = targets();
    let programs_help = help_of_all_programs();
    let makefile = read("Makefile");
    let mut checked = 0;
    let mut texts = programs();
    texts.extend(PAIRS.iter().flatten().map(PathBuf::from));
    texts.push("crates/common/examples/demo.rs".into());
    for path in texts {
        for command in commands(&path) {
            let place = format!("`{command}` in {}", path.display());
            let words: Vec<&str> = command.split_whitespace().collect();
            let after = |flag: &str| {
                let position = words.iter().position(|word| *word == flag)?;
                Some(*words.get(position + 1).unwrap_or_else(|| panic!("{place}")))
            };
            if words[0] == "make" {
                for target in &words[1..] {
                    assert!(makefile.contains(&format!("\n{target}: ")), "{place}");
                }
            } else if words[0] == "cargo" {
                let known = ["run", "test", "build", "fmt", "clippy", "doc"];
                let alias = read(".cargo/config.toml").contains(&format!("\n{} = ", words[1]));
                assert!(alias || known.contains(&words[1]), "{place}");
                let package = after("-p");
                let named = [("bin", after("--bin")), ("example", after("--example"))];
                assert!(
                    package.is_none_or(|package| targets.iter().any(|target| target.0 == package)),
                    "{place}"
                );
                let mut program = package.map(|package| format!("{package}-server"));
                for (kind, name) in named.into_iter().filter_map(|(kind, name)| Some((kind, name?)))
                {
                    let exists = targets.iter().any(|target| {
                        target.1 == kind
                            && target.2 == name
                            && package.is_none_or(|package| target.0 == package)
                    });
                    assert!(exists, "{place}");
                    program = Some(name.to_owned());
                }
                // Its options are in the program's own help. (Those of `compare` and `bench` are held to it in their tests.)
                let options = words.iter().skip_while(|word| **word != "--").skip(1);
                let own = ["compare", "bench"].map(Some);
                let options =
                    options.filter(|word| word.starts_with("--") && !own.contains(&package));
                for option in options {
                    let help = &programs_help[program.as_deref().expect(&place)];
                    assert!(help.contains(*option), "{place}");
                }
            } else {
                let script = words.iter().find(|word| word.contains("/python/")).expect(&place);
                assert!(root().join(script).is_file(), "{place}");
                let other = command.contains("PORT=") && !command.contains("PORT=12345");
                assert!(other, "another port than the Rust side: {place}");
            }
            checked += 1;
        }
    }
    assert!(checked > 80, "{checked}");
}

/// All programs. One choice of targets for all tests: another one would build some of them anew.
static PROGRAMS: LazyLock<Programs> =
    LazyLock::new(|| Programs::build_with(&["--quiet", "--bins", "--examples"]).unwrap());

/// What the programs with arguments say of them. (The literal ports have none: they would start.)
fn help_of_all_programs() -> BTreeMap<String, String> {
    let names =
        PATTERNS.iter().flat_map(|name| ["server", "client"].map(|side| format!("{name}-{side}")));
    let help = |name: String| {
        let output = Command::new(PROGRAMS.path(&name).unwrap()).arg("--help").output().unwrap();
        assert!(output.status.success(), "{name}");
        (name, String::from_utf8(output.stdout).unwrap())
    };
    names.chain(["demo".to_owned()]).map(help).collect()
}

#[test]
fn everything_printed_by_make_help_exists() {
    let makefile = read("Makefile");
    let targets = regex(r"printf '  make (\w+)");
    let named: Vec<&str> =
        targets.captures_iter(&makefile).map(|found| found.extract::<1>().1[0]).collect();
    assert_eq!(named, ["demo", "test", "exercises", "compare", "book", "bench", "soak", "check"]);
    for name in named {
        assert!(makefile.contains(&format!("\n{name}: ")), "{name}");
    }
}

#[test]
fn one_version_of_rust_is_asked_for_everywhere() {
    let workspace: toml::Table = read("Cargo.toml").parse().unwrap();
    let version = workspace["workspace"]["package"]["rust-version"].as_str().unwrap();
    let mut texts: Vec<PathBuf> = PAIRS.iter().flatten().map(PathBuf::from).collect();
    texts.push(".ci/run".into());
    for language in ["ko", "en"] {
        texts.push(format!("docs/{language}/setup.md").into());
    }
    let named = regex(r"(?:Rust|version|버전)[^.\n]{0,60}?\b(1\.\d\d)\b");
    let mut checked = 0;
    for path in texts {
        for found in named.captures_iter(&read(&path)) {
            assert_eq!(&found[1], version, "{} in {}", &found[0], path.display());
            checked += 1;
        }
    }
    assert!(checked >= 6, "{checked}");
}

// --- One language at a time -----------------------------------------------------------------------

#[test]
fn every_program_helps_and_complains_in_the_readers_language() {
    for (locale, korean, english) in LOCALES {
        let said = |name: &str, args: &[&str]| {
            let mut program = Command::new(PROGRAMS.path(name).unwrap());
            let output =
                program.args(args).env("LC_ALL", locale).env_remove("PORT").output().unwrap();
            String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
        };
        let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let taken_udp = std::net::UdpSocket::bind(taken.local_addr().unwrap()).unwrap();
        let port = taken_udp.local_addr().unwrap().port().to_string();
        for pattern in PATTERNS {
            let (server, client) = (format!("{pattern}-server"), format!("{pattern}-client"));
            for (name, args) in [
                (&server, &["--help"][..]),
                (&client, &["--help"]),
                (&server, &["--port", &port]),
                (&server, &["--host", "no such host"]),
                (&server, &["--host", "::1"]),
                (&client, &["--host", "::1"]),
                (&client, &["--port", &port, "--timeout", "0.2"]),
            ] {
                assert_in(&said(name, args), korean, english);
            }
            // What is wrong with an argument is said by clap, in English.
            assert_eq!(said(&server, &["--prot"]).contains("인수"), korean);
        }
        assert_in(&said("demo", &["--help"]), korean, english);
    }
}

#[test]
fn a_server_and_the_demo_speak_the_readers_language() {
    if python().is_none() {
        return harness::skip("the demo needs Python 3");
    }
    for (locale, korean, english) in LOCALES {
        let mut demo = Command::new(PROGRAMS.path("demo").unwrap());
        let output =
            demo.arg("tcp-echo").env_remove("PORT").env("LC_ALL", locale).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let shown = String::from_utf8(output.stdout).unwrap();
        assert!(!shown.contains('\u{1b}'), "no colours in a pipe");
        assert_in(&shown, korean, english);
        assert!(shown.contains("127.0.0.1:") && shown.contains("cargo run --bin tcp-echo-client"));
        assert_eq!(shown.contains("listening on"), english, "{shown}");
    }
}

#[test]
#[cfg(unix)]
fn make_speaks_the_readers_language() {
    for (locale, korean, english) in LOCALES {
        let make = Command::new("make").current_dir(root()).env("LC_ALL", locale).output();
        let Ok(output) = make else { return harness::skip("the Makefile needs make") };
        assert_in(&String::from_utf8(output.stdout).unwrap(), korean, english);
    }
}

// --- Two languages --------------------------------------------------------------------------------

/// What must be equal in both languages: code blocks, and the skeleton of headings and tables.
fn skeleton(text: &str) -> Vec<String> {
    let (mut block, mut console) = (false, false);
    let mut skeleton = Vec::new();
    for line in text.lines() {
        let fence = line.starts_with("```");
        if fence {
            console = line == "```console";
        }
        // What a terminal shows is in the language of the page; what is typed is not.
        if block && console && !fence && !line.starts_with("$ ") {
            continue;
        }
        if fence || block {
            skeleton.push(line.to_owned());
        } else if line.starts_with('#') {
            skeleton.push(line.split(' ').next().unwrap().to_owned());
        } else if line.starts_with('|') {
            let code: Vec<&str> =
                regex("`[^`]+`").find_iter(line).map(|code| code.as_str()).collect();
            let bars = line.matches('|').count();
            skeleton.push(format!("{bars} columns, {}", code.join(" ")));
        } else if line.starts_with("- ") || regex(r"^\d+\. ").is_match(line) {
            skeleton.push("item".to_owned());
        }
        block ^= fence;
    }
    skeleton
}

#[test]
fn both_languages_have_the_same_commands_headings_and_tables() {
    for [english, korean] in PAIRS {
        let (one, other) = (skeleton(&read(english)), skeleton(&read(korean)));
        assert!(one.len() > 10, "{english}");
        for (line, (one, other)) in one.iter().zip(&other).enumerate() {
            // The words of a table may stand in another order.
            let sorted = |text: &str| {
                let mut words: Vec<String> = text.split(' ').map(str::to_owned).collect();
                words.sort();
                words
            };
            assert_eq!(sorted(one), sorted(other), "part {line} of {english} and {korean}");
        }
        assert_eq!(one.len(), other.len(), "{english} and {korean}");
        assert!(read(english).contains(&format!("]({korean})")), "{english} links to {korean}");
        assert!(read(korean).contains(&format!("]({english})")), "{korean} links to {english}");
    }
}

#[test]
fn every_link_in_the_texts_leads_somewhere() {
    for path in PAIRS.iter().flatten() {
        let text = read(path);
        let anchors: BTreeSet<String> = text
            .lines()
            .filter_map(|line| {
                line.trim_start_matches('#').strip_prefix(' ').filter(|_| line.starts_with('#'))
            })
            .map(|heading| {
                let kept = heading.to_lowercase();
                kept.chars()
                    .filter(|c| c.is_alphanumeric() || "-_ ".contains(*c))
                    .collect::<String>()
                    .replace(' ', "-")
            })
            .collect();
        for link in regex(r"\]\(([^)]+)\)").captures_iter(&text) {
            let link = &link[1];
            if let Some(anchor) = link.strip_prefix('#') {
                assert!(anchors.contains(anchor), "#{anchor} in {path}: {anchors:?}");
            } else if !link.starts_with("https://") {
                assert!(root().join(link).exists(), "{link} in {path}");
            }
        }
    }
}
