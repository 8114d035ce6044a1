//! The measurements and the soak, tried out on servers with something planted in them.

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use bench::contender::Contender;
use bench::load::Protocol;
use bench::results::{Metric, Plan, Results};
use bench::soak::{self, Findings};
use bench::{measure, table};
use harness::program::{Exit, Program, Stdout};
use harness::{skip, trace};
use unicode_width::UnicodeWidthStr;

const BARE: &str = env!("CARGO_BIN_EXE_bare-threads-server");
const PLANTED: &str = env!("CARGO_BIN_EXE_planted-server");

/// How long `bench` may take. It builds the servers first.
const DEADLINE: Duration = Duration::from_secs(600);

fn bench(arguments: &[&str]) -> Command {
    let mut bench = Command::new(env!("CARGO_BIN_EXE_bench"));
    bench.args(arguments).env_remove("PORT").env("LC_ALL", "C");
    bench
}

/// How a command ends, with its standard output and its standard error.
fn ended(command: Command) -> (Option<Exit>, String, String) {
    let program = Program::start(command, Stdout::Pipe).unwrap();
    let exit = program.exit(DEADLINE);
    program.end();
    (exit, program.stdout.text(), program.stderr.text())
}

fn contender(id: &'static str, command: &[&str]) -> Contender {
    let command = command.iter().map(OsString::from).collect();
    Contender { id, protocol: Protocol::Tcp, command }
}

/// What is measured beside another test is about that test too. Where that matters, a test is alone.
static TESTS: RwLock<()> = RwLock::new(());

fn alone() -> RwLockWriteGuard<'static, ()> {
    TESTS.write().unwrap_or_else(PoisonError::into_inner)
}

fn beside_others() -> RwLockReadGuard<'static, ()> {
    TESTS.read().unwrap_or_else(PoisonError::into_inner)
}

/// Measures these servers for a moment, as long as there is such a `_lock`.
fn measured<Lock>(_lock: Lock, contenders: &[Contender], rounds: usize) -> Results {
    let plan = Plan { rounds, seconds: 60.0, slice: 0.02, clients: vec![1, 8], idle: 0 };
    let measured = measure::measure(contenders, &plan, |_| ()).unwrap();
    Results::new(plan, contenders, &[], measured)
}

// --- Measuring ------------------------------------------------------------------------------------

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "processor time is measured on Linux only")]
fn a_planted_slowdown_is_seen_and_a_twin_is_not_slower() {
    let servers = [
        contender("bare", &[BARE]),
        contender("twin", &[BARE]),
        contender("spin", &[PLANTED, "spin"]),
    ];
    let results = measured(alone(), &servers, 15);
    let ratio = |id| results.overall(Protocol::Tcp, Metric::Processor, (id, "bare")).unwrap();
    let (twin, spin) = (ratio("twin"), ratio("spin"));
    assert!((0.67..1.5).contains(&twin.median), "{twin:?}");
    assert!(spin.median > 1.2 * twin.median && spin.low > twin.median, "{spin:?}, {twin:?}");
    assert_eq!(results.counts()[1], 0, "nothing failed");
}

#[test]
fn a_server_that_ends_is_left_out_and_the_others_go_on() {
    let servers = [contender("quit", &[PLANTED, "quit"]), contender("bare", &[BARE])];
    let results = measured(beside_others(), &servers, 3);
    assert_eq!(results.ended.len(), 1, "{:?}", results.ended);
    let ended = &results.ended[0];
    assert_eq!(ended.contender, "quit");
    assert_eq!(results.lasting(Protocol::Tcp), ["bare"]);
    let (bare, quit): (Vec<_>, Vec<_>) =
        results.samples.iter().partition(|sample| sample.contender == "bare");
    assert_eq!(bare.len(), 3 * 2, "every round, every number of clients");
    assert!(quit.iter().all(|sample| sample.round <= ended.round), "{quit:?}");
}

#[test]
fn a_server_that_is_not_there_is_left_out() {
    let servers = [contender("missing", &["no-such-program"]), contender("bare", &[BARE])];
    let results = measured(beside_others(), &servers, 1);
    assert!(results.ended[0].english.contains("could not be started"), "{:?}", results.ended);
    assert_eq!(results.lasting(Protocol::Tcp), ["bare"]);
}

#[test]
fn wrong_bytes_are_counted_and_shown() {
    let results = measured(beside_others(), &[contender("wrong", &[PLANTED, "wrong"])], 3);
    let [good, failed, _] = results.counts();
    assert!(failed > 0 && good > 0, "{good}, {failed}");
    let shown = results.samples.iter().find_map(|sample| sample.slice.failure.clone()).unwrap();
    assert!(shown.ends_with(": \"wrong\""), "{shown}");
}

#[test]
fn what_is_written_is_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("results.json");
    let results = measured(beside_others(), &[contender("bare", &[BARE])], 2);
    results.write(&file).unwrap();
    assert_eq!(Results::read(&file).unwrap(), results);
    std::fs::write(&file, "{}").unwrap();
    let error = Results::read(&file).unwrap_err().to_string();
    assert!(error.contains("측정 결과가 아닙니다") && error.contains("is not what"), "{error}");
}

#[test]
fn the_calls_of_a_client_are_those_of_its_thread() {
    if !trace::is_here() {
        return skip("the calls of a thread");
    }
    let _lock = beside_others();
    let calls = bench::calls::of_a_thread(Path::new(BARE)).unwrap();
    assert!(!calls.iter().any(|call| call.starts_with("accept")), "{calls:?}");
    let asked = ["recvfrom", "sendto", "close", "exit"];
    let of_ours: Vec<_> = calls.iter().filter(|call| asked.contains(&call.as_str())).collect();
    assert_eq!(of_ours, asked, "{calls:?}");
}

// --- The program ----------------------------------------------------------------------------------

/// The whole way: it builds the servers, leaves out what is missing, measures, and draws.
#[test]
#[cfg(target_os = "linux")]
fn without_python_and_without_c_the_rest_is_measured() {
    use std::os::unix::fs::symlink;
    let _lock = beside_others();
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
    let name = out.to_str().unwrap();
    // It has few descriptors too, or the silent clients would take most of the time.
    let mut command = Command::new("sh");
    command.args(["-c", "ulimit -n 400; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_bench")]);
    command.args(["run", "--quick", "--seconds", "0", "--out", name]).env("LC_ALL", "C");
    command.env("PATH", std::env::join_paths(folders).unwrap());
    let (exit, stdout, stderr) = ended(command);
    assert_eq!(exit, Some(Exit::Code(0)), "{stderr}");
    for said in [
        "# 파일 디스크립터의 한도 때문에 조용한 클라이언트는 300개입니다 · the limit of descriptors allows 300 silent clients\n",
        "# original, socketserver, asyncio: 뺍니다. 파이썬 3.8 이상이 없습니다 · original, socketserver, asyncio: left \
         out, Python 3.8 or newer was not found\n",
        "# c: 뺍니다. C 컴파일러(cc)가 없거나 컴파일하지 못했습니다 · c: left out, no C compiler (cc) was found",
    ] {
        assert!(stderr.contains(said), "{stderr}");
    }
    assert!(stdout.contains("tokio") && stdout.contains("c: left out"), "{stdout}");
    let file = out.join("results.json");
    let results = Results::read(&file).unwrap();
    assert_eq!(results.missing.len(), 2, "{:?}", results.missing);
    assert_eq!(results.lasting(Protocol::Tcp), ["threaded-echo", "bare", "pool", "tokio"]);
    assert_eq!(results.lasting(Protocol::Udp), ["udp-echo", "bare"]);
    assert!(
        results.samples.iter().all(|sample| sample.round == 0),
        "there was no time for a second round"
    );
    for language in ["ko", "en"] {
        let picture = std::fs::read_to_string(out.join(language).join("threads-idle.svg")).unwrap();
        assert!(picture.starts_with("<svg") && picture.contains("threaded-echo"));
        assert_eq!(picture.contains("스레드 풀"), language == "ko");
    }
    // The same once more, to a reader of each language.
    let show = |locale| {
        let mut show = bench(&["show", file.to_str().unwrap(), "--out", name]);
        show.env("LC_ALL", locale);
        let (exit, stdout, stderr) = ended(show);
        assert_eq!((exit, stderr.as_str()), (Some(Exit::Code(0)), ""));
        stdout
    };
    assert_eq!(show("C"), stdout);
    for (locale, its, other) in
        [("ko_KR.UTF-8", "성공 ", " succeeded"), ("en_US.UTF-8", " succeeded", "성공 ")]
    {
        let shown = show(locale);
        assert!(shown.contains(its) && !shown.contains(other) && !shown.contains(" · "), "{shown}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn an_interrupt_leaves_no_process() {
    let _lock = beside_others();
    let out = tempfile::tempdir().unwrap();
    let command = bench(&["run", "--quick", "--out", out.path().to_str().unwrap()]);
    let bench = Program::start(command, Stdout::Null).unwrap();
    let begin = std::time::Instant::now();
    let servers = loop {
        let mut servers = bench.processes();
        servers.retain(|id| command_of(*id).split('\0').any(|word| word.ends_with("-server")));
        if servers.len() > 2 {
            break servers;
        }
        let exit = bench.exit(Duration::from_millis(5));
        assert!(exit.is_none() && begin.elapsed() < DEADLINE, "{exit:?} {}", bench.stderr.text());
    };
    bench.interrupt();
    assert_eq!(bench.exit(Duration::from_secs(30)), Some(Exit::Code(130)));
    for id in servers {
        assert_eq!(command_of(id), "", "still there");
    }
    bench.end();
    assert!(
        bench.stderr.text().contains("# 중단했습니다 · interrupted"),
        "{}",
        bench.stderr.text()
    );
}

/// The command line of a process; nothing of one that has ended.
#[cfg(target_os = "linux")]
fn command_of(id: u32) -> String {
    let command = std::fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
    String::from_utf8_lossy(&command).into_owned()
}

#[test]
fn help_and_wrong_arguments() {
    let (exit, help, _) = ended(bench(&["--help"]));
    assert_eq!(exit, Some(Exit::Code(0)));
    assert!(help.contains("사용법") && help.contains("--release -p bench"), "{help}");
    for command in ["run", "show", "soak"] {
        let (exit, help, _) = ended(bench(&[command, "--help"]));
        assert_eq!(exit, Some(Exit::Code(0)));
        for line in help.lines() {
            assert!(line.width() <= 80, "{line}");
        }
    }
    let (exit, _, stderr) = ended(bench(&["run", "--slow"]));
    assert_eq!(exit, Some(Exit::Code(2)));
    assert!(stderr.contains("인수가 잘못되었습니다"), "{stderr}");
    let (exit, _, stderr) = ended(bench(&["show", "no-such-file.json"]));
    assert_eq!(exit, Some(Exit::Code(1)));
    assert!(stderr.contains("읽지 못했습니다") && stderr.contains("could not be read"), "{stderr}");
}

#[test]
fn the_tables_fit_into_80_columns() {
    let servers = [contender("bare", &[BARE]), contender("socketserver", &[BARE])];
    let mut results = measured(beside_others(), &servers, 2);
    results.plan.clients = vec![1, 8, 64, 256];
    for table in table::all(&results).iter().chain([&table::floor(&results)]) {
        for line in table.for_terminal().lines() {
            assert!(line.width() <= 80, "{line}");
        }
    }
}

// --- The soak -------------------------------------------------------------------------------------

/// A soak of a few hundred clients.
fn soaked(command: &[&str], patience: Duration) -> Findings {
    let _lock = beside_others();
    let plan = soak::Plan { sequential: 40, simultaneous: 40, patience, ..soak::Plan::full() };
    soak::threaded(Path::new(command[0]), &command[1..], &plan, &|| ()).unwrap()
}

#[test]
#[cfg_attr(
    not(target_os = "linux"),
    ignore = "threads, descriptors and memory are seen on Linux only"
)]
fn a_good_server_stands_a_soak() {
    let found = soaked(&[BARE], DEADLINE);
    assert!(found.faults.is_empty(), "{found:?}");
    assert_eq!(found.honest + found.hostile, 10 * 80);
    assert!(found.threads.unwrap() > 40, "all of them at once: {found:?}");
    assert_eq!(found.memory.len(), 10);
}

#[test]
#[cfg_attr(
    not(target_os = "linux"),
    ignore = "threads, descriptors and memory are seen on Linux only"
)]
fn a_server_that_keeps_sockets_or_memory_does_not_stand_it() {
    let found = soaked(&[PLANTED, "leak"], Duration::from_millis(100));
    let faults: Vec<&str> = found.faults.iter().map(|fault| fault.english.as_str()).collect();
    assert!(faults.iter().any(|fault| fault.starts_with("(threads, descriptors)")), "{faults:?}");
    assert!(faults.iter().any(|fault| fault.starts_with("its memory grew")), "{faults:?}");
}

#[test]
fn a_server_that_answers_wrong_or_ends_does_not_stand_it() {
    let found = soaked(&[PLANTED, "wrong"], DEADLINE);
    let wrong = |fault: &harness::Text| fault.english.contains("not answered right");
    assert!(found.faults.iter().any(wrong), "{found:?}");
    let error = {
        let plan = soak::Plan { sequential: 400, simultaneous: 0, ..soak::Plan::full() };
        soak::threaded(Path::new(PLANTED), &["quit"], &plan, &|| ()).map(|found| found.faults)
    };
    assert!(error.is_err() || error.is_ok_and(|faults| !faults.is_empty()));
}

#[test]
#[cfg_attr(
    not(target_os = "linux"),
    ignore = "threads, descriptors and memory are seen on Linux only"
)]
fn a_good_udp_server_stands_a_soak() {
    let _lock = beside_others();
    let plan = soak::Plan { datagrams: 400, ..soak::Plan::full() };
    let server = Path::new(env!("CARGO_BIN_EXE_bare-udp-server"));
    let found = soak::udp(server, &plan, &|| ()).unwrap();
    assert!(found.faults.is_empty(), "{found:?}");
    assert_eq!((found.honest, found.hostile), (3700, 300));
}
