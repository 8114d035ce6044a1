//! What can be seen of a command before it is run.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::dialect::Dialect;
use crate::judge::{Kind, Problem};
use crate::meaning::Why;

/// Commands that build a program and do not run it.
const BUILDERS: [&str; 9] = ["rustc", "cc", "gcc", "g++", "clang", "javac", "tsc", "cl", "clang++"];

/// Programs that run a file.
const INTERPRETERS: [&str; 9] =
    ["python", "python3", "py", "node", "perl", "ruby", "php", "bash", "sh"];

/// Why the command cannot be the one of a server, if that is to be seen.
#[must_use]
pub fn fault(command: &[OsString]) -> Option<Problem> {
    let program = Path::new(command.first()?);
    let name = program.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let words: Vec<String> =
        command.iter().map(|word| word.to_string_lossy().into_owned()).collect();
    let told = |why| Some(Problem::new(Kind::NotStarted, why));
    let why = |cause, name: &str| Why::of(cause, Dialect::Other).fill("name", name);
    if BUILDERS.contains(&name.as_str())
        || name == "cargo" && words.get(1).is_some_and(|word| word == "build")
    {
        let source = |word: &&String| {
            matches!(word.rsplit_once('.'), Some((_, "rs" | "c" | "cpp" | "java" | "ts")))
        };
        let made = words.iter().rev().find(source).and_then(|file| Some(file.rsplit_once('.')?.0));
        let made = made.unwrap_or("my_server");
        let run = if name == "javac" {
            "java MyServer".to_owned()
        } else {
            format!("./{}", made.trim_start_matches("./"))
        };
        return told(why("only-builds", &name).fill("run", run));
    }
    if cfg!(unix) && find(program).is_none() {
        let here = program.components().count() == 1 && Path::new(".").join(program).is_file();
        let cause = if here { "needs-dot-slash" } else { "no-command" };
        return told(why(cause, &words[0]));
    }
    let script = words.iter().skip(1).find(|word| !word.starts_with('-'));
    if let Some(script) = script.filter(|_| INTERPRETERS.contains(&name.as_str())) {
        let plain = !words.iter().any(|word| matches!(word.as_str(), "-c" | "-m" | "-e"));
        if plain && !Path::new(script).exists() {
            return told(why("no-file", script));
        }
    }
    None
}

/// Where a program is, if it is there.
fn find(program: &Path) -> Option<PathBuf> {
    if program.components().count() > 1 {
        return program.is_file().then(|| program.to_owned());
    }
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).map(|folder| folder.join(program)).find(|path| path.is_file())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn cause(command: &str) -> Option<&'static str> {
        let words: Vec<OsString> = command.split(' ').map(OsString::from).collect();
        fault(&words).map(|problem| problem.cause)
    }

    #[test]
    fn what_cannot_run_is_seen_before_it_is_run() {
        assert_eq!(cause("rustc my_server.rs"), Some("only-builds"));
        assert_eq!(cause("no-such-program"), Some("no-command"));
        assert_eq!(cause("./no-such-program"), Some("no-command"));
        assert_eq!(cause("sh no-such-file.sh"), Some("no-file"));
        assert_eq!(cause("sh -c true"), None);
        let folder_has_it = fault(&["Cargo.toml".into()]).unwrap();
        assert!(folder_has_it.why.english.contains("`-- ./Cargo.toml`"), "{folder_has_it:?}");
    }
}
