//! The measurements and the soak, tried out on servers with something planted in them.

use std::ffi::OsString;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use assert_cmd::Command as Assert;
use bench::contender::Contender;
use bench::load::Protocol;
use bench::results::{Metric, Plan, Results};
use bench::soak::{self, Findings};
use bench::{measure, table};
use predicates::prelude::*;
use predicates::str::contains;

const BARE: &str = env!("CARGO_BIN_EXE_bare-threads-server");
const PLANTED: &str = env!("CARGO_BIN_EXE_planted-server");

fn bench() -> Assert {
    let mut bench = Assert::new(env!("CARGO_BIN_EXE_bench"));
    bench.timeout(Duration::from_secs(600)).env_remove("PORT");
    bench
}

fn contender(id: &'static str, command: &[&str]) -> Contender {
    let command = command.iter().map(OsString::from).collect();
    Contender { id, protocol: Protocol::Tcp, command }
}

/// One at a time: what is measured beside another test would be about that test too.
static ALONE: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Measures these servers for a moment.
fn measured(contenders: &[Contender], rounds: usize) -> Results {
    let _alone = alone();
    let plan = Plan { rounds, seconds: 60.0, slice: 0.1, clients: vec![1, 8], idle: 0 };
    let measured = measure::measure(contenders, &plan, |_| ()).unwrap();
    Results::new(plan, contenders, &[], measured)
}

// --- Measuring ------------------------------------------------------------------------------------

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "processor time is measured on Linux only")]
fn a_planted_slowdown_is_seen_and_a_twin_is_not_slower() {
    let servers =
        [contender("bare", &[BARE]), contender("twin", &[BARE]), contender("spin", &[PLANTED, "spin"])];
    let results = measured(&servers, 15);
    let ratio = |id| results.overall(Protocol::Tcp, Metric::Processor, (id, "bare")).unwrap();
    let (twin, spin) = (ratio("twin"), ratio("spin"));
    assert!((0.75..1.33).contains(&twin.median), "{twin:?}");
    assert!(spin.median > 1.2 * twin.median && spin.low > twin.median, "{spin:?}, {twin:?}");
    assert_eq!(results.counts()[1], 0, "nothing failed");
}

#[test]
fn a_server_that_ends_is_left_out_and_the_others_go_on() {
    let servers = [contender("quit", &[PLANTED, "quit"]), contender("bare", &[BARE])];
    let results = measured(&servers, 3);
    assert_eq!(results.ended.len(), 1, "{:?}", results.ended);
    assert_eq!((results.ended[0].contender.as_str(), results.ended[0].round), ("quit", 0));
    assert_eq!(results.lasting(Protocol::Tcp), ["bare"]);
    let bare = results.samples.iter().filter(|sample| sample.contender == "bare").count();
    assert_eq!(bare, 3 * 2, "every round, every number of clients");
}

#[test]
fn a_server_that_is_not_there_is_left_out() {
    let servers = [contender("missing", &["no-such-program"]), contender("bare", &[BARE])];
    let results = measured(&servers, 1);
    assert!(results.ended[0].english.contains("could not be started"), "{:?}", results.ended);
    assert_eq!(results.lasting(Protocol::Tcp), ["bare"]);
}

#[test]
fn wrong_bytes_are_counted_and_shown() {
    let results = measured(&[contender("wrong", &[PLANTED, "wrong"])], 1);
    let [good, failed, _] = results.counts();
    assert!(failed > 0 && good > 0, "{good}, {failed}");
    let shown = results.samples.iter().find_map(|sample| sample.slice.failure.clone()).unwrap();
    assert!(shown.contains("another reply: \"wrong\""), "{shown}");
}

#[test]
fn what_is_written_is_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("results.json");
    let results = measured(&[contender("bare", &[BARE])], 2);
    results.write(&file).unwrap();
    assert_eq!(Results::read(&file).unwrap(), results);
    std::fs::write(&file, "{}").unwrap();
    let error = Results::read(&file).unwrap_err().to_string();
    assert!(error.contains("측정 결과가 아닙니다") && error.contains("is not what"), "{error}");
}

// --- The program ----------------------------------------------------------------------------------

/// The whole way: it builds the servers, leaves out what is missing, measures, and draws.
#[test]
#[cfg(target_os = "linux")]
fn without_python_and_without_c_the_rest_is_measured() {
    use std::os::unix::fs::symlink;
    let _alone = alone();
    // Where they would be found, there is something that fails.
    let folder = tempfile::tempdir().unwrap();
    for name in ["python3", "python", "py"] {
        symlink("/bin/false", folder.path().join(name)).unwrap();
    }
    // The linker of Rust is called by this name too; it must go on.
    let compiler =
        "#!/bin/sh\ncase \"$*\" in *servers/*.c*) exit 1;; esac\nPATH=${PATH#*:} exec cc \"$@\"\n";
    std::fs::write(folder.path().join("cc"), compiler).unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(folder.path().join("cc"), mode).unwrap();
    let path = std::env::var_os("PATH").unwrap();
    let folders = [folder.path().to_owned()].into_iter().chain(std::env::split_paths(&path));
    let out = folder.path().join("out");
    bench()
        .env("PATH", std::env::join_paths(folders).unwrap())
        .args(["run", "--quick", "--out"])
        .arg(&out)
        .assert()
        .success()
        .stderr(
            contains("Python 3.8 or newer was not found").and(contains("파이썬 3.8 이상이 없습니다")),
        )
        .stderr(contains("no C compiler").and(contains("C 컴파일러(cc)가 없거나")))
        .stdout(contains("tokio").and(contains("socketserver:").not()));
    let results = Results::read(&out.join("results.json")).unwrap();
    assert_eq!(results.missing.len(), 2, "{:?}", results.missing);
    assert_eq!(results.lasting(Protocol::Tcp), ["threaded-echo", "bare", "pool", "tokio"]);
    assert_eq!(results.lasting(Protocol::Udp), ["udp-echo", "bare"]);
    for language in ["ko", "en"] {
        let picture = std::fs::read_to_string(out.join(language).join("threads-idle.svg")).unwrap();
        assert!(picture.starts_with("<svg") && picture.contains("threaded-echo"));
        assert_eq!(picture.contains("스레드 풀"), language == "ko");
    }
    bench().arg("show").arg(out.join("results.json")).arg("--out").arg(&out).assert().success();
}

#[test]
#[cfg(target_os = "linux")]
fn an_interrupt_leaves_no_process() {
    use std::os::unix::process::CommandExt;
    use std::process::{Command, Stdio};
    use wait_timeout::ChildExt;
    let _alone = alone();
    let out = tempfile::tempdir().unwrap();
    let mut bench = Command::new("env")
        .args(["--default-signal=INT", env!("CARGO_BIN_EXE_bench"), "run", "--out"])
        .arg(out.path())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn()
        .unwrap();
    // Its children, which its threads have started.
    let id = bench.id();
    let servers = || -> Vec<String> {
        let tasks = std::fs::read_dir(format!("/proc/{id}/task")).into_iter().flatten();
        let children =
            tasks.filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("children")).ok());
        let ids: Vec<String> = children
            .flat_map(|ids| ids.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
            .collect();
        ids.into_iter().filter(|id| command_of(id).contains("-server")).collect()
    };
    let begin = std::time::Instant::now();
    let found = loop {
        let found = servers();
        if found.len() > 2 {
            break found;
        }
        let ended = bench.wait_timeout(Duration::from_millis(20)).unwrap();
        if ended.is_some() || begin.elapsed() > Duration::from_secs(600) {
            let _ = bench.kill();
            panic!("no servers: {ended:?}");
        }
    };
    let kill = Command::new("kill").args(["-s", "INT", &id.to_string()]).status();
    assert!(kill.unwrap().success());
    let ended = bench.wait_timeout(Duration::from_secs(30)).unwrap();
    assert_eq!(ended.and_then(|status| status.code()), Some(130));
    let mut stderr = String::new();
    std::io::Read::read_to_string(&mut bench.stderr.take().unwrap(), &mut stderr).unwrap();
    assert!(stderr.contains("중단했습니다 · interrupted"), "{stderr}");
    for id in found {
        assert_eq!(command_of(&id), "", "still there");
    }
}

/// The command line of a process; nothing of one that has ended.
#[cfg(target_os = "linux")]
fn command_of(id: &str) -> String {
    let command = std::fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
    String::from_utf8_lossy(&command).into_owned()
}

#[test]
fn help_and_wrong_arguments() {
    bench()
        .arg("--help")
        .assert()
        .success()
        .stdout(contains("사용법").and(contains("--release -p bench")));
    for command in ["run", "show", "soak"] {
        let help = bench().args([command, "--help"]).assert().success().get_output().stdout.clone();
        let help = String::from_utf8(help).unwrap();
        for line in help.lines() {
            assert!(unicode_width::UnicodeWidthStr::width(line) <= 80, "{line}");
        }
    }
    bench().args(["run", "--slow"]).assert().code(2).stderr(contains("인수가 잘못되었습니다"));
    bench()
        .args(["show", "no-such-file.json"])
        .assert()
        .code(1)
        .stderr(contains("읽지 못했습니다").and(contains("could not be read")));
}

#[test]
fn the_tables_fit_into_80_columns() {
    let servers = [contender("bare", &[BARE]), contender("socketserver", &[BARE])];
    let mut results = measured(&servers, 2);
    results.plan.clients = vec![1, 8, 64, 256];
    for table in table::all(&results).iter().chain([&table::floor(&results)]) {
        for line in table.for_terminal().lines() {
            assert!(unicode_width::UnicodeWidthStr::width(line) <= 80, "{line}");
        }
    }
}

// --- The soak -------------------------------------------------------------------------------------

/// A soak of a few hundred clients.
fn soaked(command: &[&str]) -> Findings {
    let _alone = alone();
    let plan =
        soak::Plan { sequential: 40, simultaneous: 40, datagrams: 400, time: Duration::from_secs(60) };
    soak::threaded(Path::new(command[0]), &command[1..], &plan, &|| ()).unwrap()
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "threads, descriptors and memory are seen on Linux only")]
fn a_good_server_stands_a_soak() {
    let found = soaked(&[BARE]);
    assert!(found.faults.is_empty(), "{found:?}");
    assert_eq!(found.honest + found.hostile, 10 * 80);
    assert!(found.threads.unwrap() > 40, "all of them at once: {found:?}");
    assert_eq!(found.memory.len(), 10);
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "threads, descriptors and memory are seen on Linux only")]
fn a_server_that_keeps_sockets_or_memory_does_not_stand_it() {
    let found = soaked(&[PLANTED, "leak"]);
    let faults: Vec<&str> = found.faults.iter().map(|fault| fault.english.as_str()).collect();
    assert!(faults.iter().any(|fault| fault.starts_with("(threads, descriptors)")), "{faults:?}");
    assert!(faults.iter().any(|fault| fault.starts_with("its memory grew")), "{faults:?}");
}

#[test]
fn a_server_that_answers_wrong_or_ends_does_not_stand_it() {
    let found = soaked(&[PLANTED, "wrong"]);
    let wrong = |fault: &compare::Text| fault.english.contains("not answered right");
    assert!(found.faults.iter().any(wrong), "{found:?}");
    let error = {
        let plan = soak::Plan { sequential: 400, simultaneous: 0, ..soak::Plan::full() };
        soak::threaded(Path::new(PLANTED), &["quit"], &plan, &|| ()).map(|found| found.faults)
    };
    assert!(error.is_err() || error.is_ok_and(|faults| !faults.is_empty()));
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "threads, descriptors and memory are seen on Linux only")]
fn a_good_udp_server_stands_a_soak() {
    let plan = soak::Plan { datagrams: 400, ..soak::Plan::full() };
    let server = Path::new(env!("CARGO_BIN_EXE_bare-udp-server"));
    let found = soak::udp(server, &plan, &|| ()).unwrap();
    assert!(found.faults.is_empty(), "{found:?}");
    assert_eq!((found.honest, found.hostile), (3700, 300));
}
