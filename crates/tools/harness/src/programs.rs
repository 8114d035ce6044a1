//! The programs of the workspace: the three rungs of each pattern, found by asking, never by guessing.

use std::collections::BTreeMap;
use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use anyhow::{Context, Result, ensure};
use common::{Pattern, in_lines};
use serde::Serialize;

/// A rung of a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rung {
    /// The page's program, in Python.
    Original,
    /// The literal port.
    Literal,
    /// The port.
    Port,
}

impl Rung {
    /// All three, in the order of climbing.
    pub const ALL: [Self; 3] = [Self::Original, Self::Literal, Self::Port];
}

/// The folder of the workspace.
#[must_use]
pub fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../.."))
}

/// The source of a server, from the folder of the workspace.
#[must_use]
pub fn source(pattern: Pattern, rung: Rung) -> PathBuf {
    let file = match rung {
        Rung::Original => "python/server.py".to_owned(),
        Rung::Literal => format!("examples/{}.rs", literal(pattern)),
        Rung::Port => "src/bin/server.rs".to_owned(),
    };
    Path::new("crates").join(pattern.package()).join(file)
}

fn literal(pattern: Pattern) -> String {
    format!("{}-literal", pattern.package().trim_end_matches("-echo"))
}

/// The command that runs Python 3.8 or newer, found by running it; `None` where there is none. It is the
/// interpreter itself, where a shim would only look for it again each time.
#[must_use]
pub fn python() -> Option<&'static [&'static str]> {
    static PYTHON: OnceLock<Option<[&str; 1]>> = OnceLock::new();
    let find = || {
        let candidates: [&[&str]; 3] = [&["python3"], &["python"], &["py", "-3"]];
        candidates.into_iter().find_map(|python| {
            let asks =
                "import sys; print(sys.executable) if sys.version_info >= (3, 8) else sys.exit(1)";
            let mut command = Command::new(python[0]);
            command
                .args(&python[1..])
                .args(["-c", asks])
                .env("PYTHONUTF8", "1")
                .stdin(Stdio::null());
            let output = command
                .stderr(Stdio::null())
                .output()
                .ok()
                .filter(|output| output.status.success())?;
            let path = String::from_utf8(output.stdout).ok()?.trim().to_owned();
            // It is asked once, and kept for as long as we live.
            (!path.is_empty()).then(|| [&*path.leak()])
        })
    };
    PYTHON.get_or_init(find).as_ref().map(<[&str; 1]>::as_slice)
}

/// An argument of Python: the standard library alone. To look for other packages may take most of its start.
pub const STANDARD_LIBRARY: &str = "-S";

/// A command for a Python program, with UTF-8 and without buffers on every system; `None` where there is no
/// Python.
#[must_use]
pub fn python_command(script: &Path) -> Option<Command> {
    let python = python()?;
    let mut command = Command::new(python[0]);
    command.args(&python[1..]).arg(script);
    command.env("PYTHONUTF8", "1").env("PYTHONUNBUFFERED", "1");
    Some(command)
}

/// The Rust programs, built.
#[derive(Clone, Debug)]
pub struct Programs(BTreeMap<String, PathBuf>);

impl Programs {
    /// Builds the ports and the literal ports, with cargo's own progress on standard error.
    ///
    /// # Errors
    ///
    /// When cargo cannot be run, or the build fails.
    pub fn build() -> Result<Self> {
        // The same in every place: another choice of packages or targets would build them anew.
        Self::build_with(&["--bins", "--examples"])
    }

    /// Builds what these arguments of `cargo build` choose, with cargo's own progress on standard error.
    ///
    /// # Errors
    ///
    /// The same.
    pub fn build_with(args: &[&str]) -> Result<Self> {
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = Command::new(cargo);
        command
            .current_dir(root())
            .args(["build", "--message-format=json-render-diagnostics"])
            .args(args);
        let output =
            command.stdin(Stdio::null()).stderr(Stdio::inherit()).output().with_context(|| {
                in_lines(
                    "cargo를 실행하지 못했습니다. https://rustup.rs 에서 Rust를 설치하세요.",
                    "cargo could not be run; install Rust from https://rustup.rs.",
                )
            })?;
        ensure!(
            output.status.success(),
            in_lines(
                "프로그램을 빌드하지 못했습니다. 위의 에러를 확인하세요.",
                "The programs could not be built; see the errors above.",
            )
        );
        let mut programs = BTreeMap::new();
        for message in serde_json::Deserializer::from_slice(&output.stdout).into_iter() {
            let message: serde_json::Value = message?;
            let name = message["target"]["name"].as_str();
            if let (Some(path), Some(name)) = (message["executable"].as_str(), name) {
                programs.insert(name.to_owned(), path.into());
            }
        }
        Ok(Self(programs))
    }

    /// The command of a rung; `None` for the original where Python 3 is missing.
    ///
    /// # Errors
    ///
    /// When cargo did not say where the program is.
    pub fn command(&self, pattern: Pattern, rung: Rung) -> Result<Option<Vec<OsString>>> {
        let name = match rung {
            Rung::Original => {
                let script = root().join(source(pattern, rung));
                return Ok(python().map(|python| {
                    let words = python.iter().copied().chain([STANDARD_LIBRARY]);
                    words.map(OsString::from).chain([script.into_os_string()]).collect()
                }));
            }
            Rung::Literal => literal(pattern),
            Rung::Port => format!("{}-server", pattern.package()),
        };
        Ok(Some(vec![self.path(&name)?.into()]))
    }

    /// Where a program is.
    ///
    /// # Errors
    ///
    /// When cargo did not say.
    pub fn path(&self, name: &str) -> Result<&Path> {
        let path = self.0.get(name).with_context(|| {
            in_lines(
                format!("cargo가 `{name}`의 위치를 알려 주지 않았습니다."),
                format!("cargo did not say where `{name}` is."),
            )
        })?;
        Ok(path)
    }
}
