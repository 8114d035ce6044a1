//! mdBook: found, installed, run.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use harness::Text;
use harness::programs::root;

use super::title;
use crate::{Language, told};

/// The version that is installed. Any 0.5 will do.
const VERSION: &str = "0.5.4";

/// mdBook 0.5: our own, or the one on `PATH`.
#[must_use]
pub fn find() -> Option<PathBuf> {
    let own = root().join("target/tools/bin/mdbook").with_extension(env::consts::EXE_EXTENSION);
    [own, "mdbook".into()].into_iter().find(|mdbook| {
        let version = Command::new(mdbook).arg("--version").stdin(Stdio::null()).output();
        version.is_ok_and(|version| version.stdout.starts_with(b"mdbook v0.5."))
    })
}

/// How it is installed, from the folder of the workspace.
fn installation() -> String {
    format!(
        "cargo install mdbook --version {VERSION} --locked --no-default-features --features=search \
         --root target/tools"
    )
}

/// Installs mdBook into `target/tools`, with cargo's own progress on standard error.
///
/// # Errors
///
/// When cargo cannot be run, or the installation fails.
pub fn install() -> Result<()> {
    let command = installation();
    let text = Text::new(
        format!(
            "책을 만드는 mdBook {VERSION} 버전을 target/tools에 설치합니다(약 2분, 처음 한 번만)"
        ),
        format!(
            "installing mdBook {VERSION}, which makes the book, in target/tools (two minutes, once)"
        ),
    );
    eprintln!("# {text}\n$ {command}");
    let status = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(command.split(' ').skip(1))
        .current_dir(root())
        .stdin(Stdio::null())
        .status();
    ensure!(
        status.is_ok_and(|status| status.success()),
        told(
            "mdBook을 설치하지 못했습니다. 위의 에러와, 네트워크와, Rust 버전(1.88 이상)을 확인하세요.",
            "mdBook could not be installed; see the error above, the network, and the version of Rust (1.88 or newer).",
        )
    );
    Ok(())
}

/// mdBook, to be run where it was found, free of what would change what it says.
fn command() -> Result<Command> {
    let mdbook = find().with_context(|| {
        let command = installation();
        told(
            format!("mdBook 0.5가 없습니다. 먼저 실행하세요: `{command}`"),
            format!("mdBook 0.5 was not found. Run this first: `{command}`"),
        )
    })?;
    let mut command = Command::new(mdbook);
    command.env_remove("RUST_LOG").env_remove("MDBOOK_LOG").stdin(Stdio::null());
    Ok(command)
}

/// Writes mdBook's own theme into `theme` of a folder.
pub fn write_theme(folder: &Path) -> Result<()> {
    let mut mdbook = command()?;
    run(mdbook.arg("init").arg(folder).args(["--theme", "--force", "--ignore", "none"]))
}

/// Builds the pages of a language into a folder. The paths are absolute, for a relative one would be
/// relative to the book.
pub fn build(docs: &Path, language: Language, theme: Option<PathBuf>, out: &Path) -> Result<()> {
    let mut mdbook = command()?;
    mdbook.arg("build").arg(docs).arg("--dest-dir").arg(out);
    // What `book.toml` has for one language.
    mdbook.env("MDBOOK_BOOK__TITLE", title(language));
    mdbook.env("MDBOOK_BOOK__LANGUAGE", language.code()).env("MDBOOK_BOOK__SRC", language.code());
    if let Some(theme) = theme {
        mdbook.env("MDBOOK_OUTPUT__HTML__THEME", theme);
    }
    run(&mut mdbook)
}

/// Runs mdBook. It is heard only when it has something to complain of.
fn run(mdbook: &mut Command) -> Result<()> {
    let output = mdbook
        .output()
        .with_context(|| told("mdBook을 실행하지 못했습니다.", "mdBook could not be run."))?;
    let complaint = String::from_utf8_lossy(&output.stderr);
    let mut lines = complaint.lines().map(str::trim_start);
    let failed = lines.any(|line| line.starts_with("WARN") || line.starts_with("ERROR"));
    ensure!(
        output.status.success() && !failed,
        "{}\n{complaint}",
        told(
            "mdBook이 경고나 에러를 냈습니다. 아래를 보고 고치세요.",
            "mdBook complains; mend what it names:",
        )
    );
    Ok(())
}

/// Replaces what stands in `text` exactly once.
pub fn replace(text: &str, from: &str, to: &str) -> Result<String> {
    let count = text.matches(from).count();
    ensure!(
        count == 1,
        told(
            format!(
                "mdBook의 출력에 이것이 한 번 있어야 하는데 {count}번 있습니다: `{from}`. mdBook {VERSION} 버전을 쓰세요."
            ),
            format!(
                "mdBook's output should have `{from}` once, and has it {count} times; use mdBook {VERSION}."
            ),
        )
    );
    Ok(text.replacen(from, to, 1))
}
