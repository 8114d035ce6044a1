//! The gallery of wrong and right servers that the checker is held to: one test for each.
//!
//! A wrong one says in its header which scenario `catches:` it, and what the explanation `says:`. One whose
//! mistake is a race, which does not show every time, says so: `race:`.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::sync::Mutex;
use std::time::Duration;

use harness::program;
use harness::programs::{STANDARD_LIBRARY, python, root};
use libtest_mimic::{Arguments, Failed, Trial};
use scenarios::check::{GoOn, check, scenarios};
use scenarios::patterns::PATTERNS;
use scenarios::scenario::{Checked, Reply};
use scenarios::stage::Subject;

/// How many exhibits are tried at the same time. They mostly wait.
const AT_ONCE: usize = 16;

/// A server of the gallery: what it is, what must catch it, and what the explanation must say.
#[derive(Clone)]
struct Exhibit {
    path: PathBuf,
    pattern: common::Pattern,
    reply: Reply,
    wrong: bool,
    race: bool,
    catches: String,
    says: Vec<String>,
}

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads.get_or_insert(AT_ONCE);
    if cfg!(not(target_os = "linux")) {
        return libtest_mimic::run(&arguments, Vec::new()).exit_code();
    }
    program::end_all_on_signals().expect("there are signals");
    let exhibits = exhibits();
    let mut trials = vec![Trial::test("every_scenario_has_a_server_that_trips_it", {
        let exhibits = exhibits.clone();
        move || every_scenario_is_tripped(&exhibits)
    })];
    // Those that take longest are among the first.
    let (right, wrong): (Vec<_>, Vec<_>) = exhibits.into_iter().partition(|exhibit| !exhibit.wrong);
    for exhibit in right.into_iter().chain(wrong) {
        let name = exhibit.path.strip_prefix(root().join("tests/gallery")).expect("it is there");
        trials.push(Trial::test(name.display().to_string(), move || judged_as_it_says(&exhibit)));
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn exhibits() -> Vec<Exhibit> {
    let mut exhibits = Vec::new();
    for room in ["wrong", "right", "echo"] {
        for pattern in PATTERNS {
            let folder = root().join("tests/gallery").join(room).join(pattern.package());
            for entry in fs::read_dir(folder).expect("a folder of the gallery") {
                let path = entry.expect("an exhibit").path();
                let source = fs::read_to_string(&path).expect("an exhibit");
                let header = |name: &str| {
                    let line =
                        source.lines().take(6).find_map(|line| Some(line.split_once(name)?.1));
                    line.map(|line| line.trim().to_owned())
                };
                let name = path.file_name().expect("a name").to_string_lossy().into_owned();
                let says = header("says: ").unwrap_or_default();
                exhibits.push(Exhibit {
                    pattern,
                    reply: if room == "echo" { Reply::Echo } else { Reply::Literal },
                    wrong: room == "wrong" || name.starts_with("wrong"),
                    race: header("race: ").is_some(),
                    catches: header("catches: ").unwrap_or_default(),
                    says: says.split(" | ").map(str::to_owned).collect(),
                    path,
                });
            }
        }
    }
    exhibits.sort_by(|one, other| one.path.cmp(&other.path));
    exhibits
}

/// What is compiled is compiled once, and again when its source has changed.
fn built(source: &Path, made: &Path, mut compiler: Command) -> Result<(), String> {
    let time = |path: &Path| fs::metadata(path).and_then(|metadata| metadata.modified()).ok();
    if time(made) > time(source) {
        return Ok(());
    }
    let output = compiler.output().map_err(|error| error.to_string())?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if output.status.success() { Ok(()) } else { Err(said) }
}

/// Whether this machine has an interpreter or compiler.
fn is_here(interpreter: &'static str) -> bool {
    static HERE: Mutex<BTreeMap<&str, bool>> = Mutex::new(BTreeMap::new());
    *HERE.lock().expect("nobody panics there").entry(interpreter).or_insert_with(|| {
        let mut version = Command::new(interpreter);
        version.arg("--version").stdout(Stdio::null()).stderr(Stdio::null());
        version.status().is_ok_and(|status| status.success())
    })
}

/// The command that runs an exhibit; `None` where its interpreter or compiler is missing.
fn command(exhibit: &Exhibit) -> Result<Option<Vec<OsString>>, String> {
    let path = &exhibit.path;
    let ending = path.extension().unwrap_or_default().to_string_lossy().into_owned();
    let stem = path.file_stem().unwrap_or_default();
    let room = path.parent().and_then(Path::parent).and_then(Path::file_name).unwrap_or_default();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(room).join(exhibit.pattern.package());
    fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    let interpreter = match ending.as_str() {
        "py" => python().map(|python| python[0]),
        "js" => Some("node"),
        "pl" => Some("perl"),
        "rs" => Some("rustc"),
        "c" => Some("cc"),
        "java" => Some("javac"),
        other => return Err(format!("nobody runs .{other}")),
    };
    let Some(interpreter) = interpreter else {
        return Ok(None);
    };
    if !is_here(interpreter) {
        return Ok(None);
    }
    let made = folder.join(format!("{}-{ending}", stem.to_string_lossy()));
    let mut compiler = Command::new(interpreter);
    match ending.as_str() {
        "c" => compiler.args(["-w", "-pthread", "-o"]).arg(&made).arg(path),
        "rs" => compiler.args(["--edition", "2021", "-Awarnings", "-o"]).arg(&made).arg(path),
        "java" => compiler.args(["-nowarn", "-encoding", "UTF-8", "-d"]).arg(&folder).arg(path),
        "py" => return Ok(Some(vec![interpreter.into(), STANDARD_LIBRARY.into(), path.into()])),
        _ => return Ok(Some(vec![interpreter.into(), path.into()])),
    };
    if ending == "java" {
        built(path, &folder.join(stem).with_extension("class"), compiler)?;
        // The quickest start.
        let flags = ["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto", "-cp"];
        let words = flags.iter().map(OsString::from).chain([folder.into(), stem.into()]);
        return Ok(Some(words.collect()));
    }
    built(path, &made, compiler)?;
    Ok(Some(vec![made.into()]))
}

fn judged_as_it_says(exhibit: &Exhibit) -> Result<(), Failed> {
    let Some(command) = command(exhibit)? else {
        harness::skip(&format!("{} needs its interpreter or compiler", exhibit.path.display()));
        return Ok(());
    };
    let tries = if exhibit.race { 3 } else { 1 };
    let mut result = Ok(());
    for _ in 0..tries {
        result = judged(exhibit, &command);
        if result.is_ok() {
            break;
        }
    }
    Ok(result?)
}

fn judged(exhibit: &Exhibit, command: &[OsString]) -> Result<(), String> {
    let mut scenarios = scenarios(exhibit.pattern);
    let mut patience = Duration::from_secs(10);
    if exhibit.wrong {
        scenarios.retain(|scenario| scenario.id == exhibit.catches);
        patience = Duration::from_secs(2);
    }
    if scenarios.is_empty() {
        return Err(format!("no scenario {}", exhibit.catches));
    }
    let subject = Subject::new(command.to_vec(), exhibit.reply, patience);
    let report = check(&subject, &scenarios, 0, GoOn::WhileCausesDiffer, |_| {})
        .map_err(|error| error.to_string())?;
    let whys: Vec<&str> = report
        .results
        .iter()
        .filter_map(|result| result.failure())
        .map(|problem| problem.why.english.as_str())
        .collect();
    if exhibit.wrong == report.passed() {
        return Err(format!("passed: {}, {whys:?}", report.passed()));
    }
    let said = exhibit.says.iter().any(|words| whys.iter().any(|why| why.contains(words.as_str())));
    if exhibit.wrong && (exhibit.says[0].is_empty() || !said) {
        return Err(format!("{:?} is not in {whys:?}", exhibit.says));
    }
    Ok(())
}

fn every_scenario_is_tripped(exhibits: &[Exhibit]) -> Result<(), Failed> {
    let wrong = exhibits.iter().filter(|exhibit| exhibit.wrong);
    let caught: BTreeSet<String> =
        wrong.map(|exhibit| format!("{}/{}", exhibit.pattern.package(), exhibit.catches)).collect();
    for pattern in PATTERNS {
        for scenario in scenarios(pattern) {
            if scenario.checked == Checked::Required && !caught.contains(&scenario.path()) {
                return Err(
                    format!("{} is not a test: no wrong server trips it", scenario.path()).into()
                );
            }
        }
    }
    Ok(())
}
