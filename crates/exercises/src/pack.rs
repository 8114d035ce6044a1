//! The archive that a learner hands in.

use std::fs::{self, File};
use std::io::{self, Write};

use anyhow::{Context, Result, bail};
use common::in_lines;
use harness::Text;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::{folder, print};

/// What it is called.
const ARCHIVE: &str = "my.zip";

/// Puts all programs of the folder into the archive. What is built, and what was done, stays behind.
///
/// # Errors
///
/// When there is none, or the archive cannot be written.
pub fn pack() -> Result<bool> {
    let files = folder::all();
    if files.is_empty() {
        bail!(in_lines(
            "`my`에 프로그램이 없습니다. 먼저 시작하세요: cargo ex start 1",
            "There is no program in `my`; begin with: cargo ex start 1",
        ));
    }
    let written = || -> io::Result<()> {
        let mut archive = ZipWriter::new(File::create(ARCHIVE)?);
        for file in &files {
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            archive.start_file(name, SimpleFileOptions::default())?;
            archive.write_all(&fs::read(file)?)?;
        }
        archive.finish()?;
        Ok(())
    };
    written().with_context(|| {
        in_lines(
            format!("`{ARCHIVE}`을 쓰지 못했습니다."),
            format!("`{ARCHIVE}` could not be written."),
        )
    })?;
    let names = files.iter().map(|file| format!("  {}\n", file.display())).collect::<String>();
    let made = Text::new(
        format!("`{ARCHIVE}`을 만들었습니다. 이 파일을 제출하세요."),
        format!("`{ARCHIVE}` is made; hand it in."),
    );
    print(&format!("{made}\n{names}"))?;
    Ok(true)
}
