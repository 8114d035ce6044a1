//! What a learner has done (`my/progress.json`). It proves nothing.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use harness::Text;
use serde::{Deserialize, Serialize};

/// What has been done of one exercise.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Done {
    /// Whether a program has passed.
    pub passed: bool,
    /// The scenario that failed last.
    pub failed: Option<String>,
    /// How often in a row it has failed.
    pub times: usize,
    /// How many hints have been given after it.
    pub hints: usize,
}

impl Done {
    /// A check has failed in this scenario.
    pub fn fails(&mut self, scenario: &str) {
        if self.failed.as_deref() != Some(scenario) {
            *self =
                Self { passed: self.passed, failed: Some(scenario.to_owned()), ..Self::default() };
        }
        self.times += 1;
    }

    /// A check has been passed.
    pub fn passes(&mut self) {
        *self = Self { passed: true, ..Self::default() };
    }
}

/// All of it.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Progress {
    /// By the ids of the exercises.
    exercises: BTreeMap<String, Done>,
    /// The programs of the galleries that were set as riddles, in this order.
    riddles: Vec<String>,
}

impl Progress {
    /// Reads it from this folder. A file that cannot be read as such is kept aside, and the reader told.
    ///
    /// # Errors
    ///
    /// When the file is there and cannot be read, or not kept aside.
    pub fn load(folder: &Path) -> io::Result<Self> {
        let path = folder.join("progress.json");
        let bytes = match fs::read(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Self::default()),
            bytes => bytes?,
        };
        if let Ok(progress) = serde_json::from_slice(&bytes) {
            return Ok(progress);
        }
        let aside = (1..1000)
            .map(|number| folder.join(format!("progress-damaged-{number}.json")))
            .find(|aside| !aside.exists())
            .unwrap_or_default();
        fs::rename(&path, &aside)?;
        let (path, aside) = (path.display(), aside.display());
        tell(&Text::new(
            format!("`{path}`이 손상되어 `{aside}`로 옮기고 처음부터 다시 기록합니다."),
            format!("`{path}` is damaged; it was kept as `{aside}`, and a new one is begun."),
        ));
        Ok(Self::default())
    }

    /// Writes it into this folder, whole or not at all.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn save(&self, folder: &Path) -> io::Result<()> {
        fs::create_dir_all(folder)?;
        let new: PathBuf = folder.join("progress.json.new");
        fs::write(&new, serde_json::to_string_pretty(self)?)?;
        fs::rename(new, folder.join("progress.json"))
    }

    /// What has been done of an exercise.
    pub fn of(&self, id: &str) -> Done {
        self.exercises.get(id).cloned().unwrap_or_default()
    }

    /// The riddles that were set.
    pub fn riddles(&self) -> Vec<String> {
        self.riddles.clone()
    }

    /// A riddle is set.
    pub fn set_riddle(&mut self, program: &str) {
        self.riddles.push(program.to_owned());
    }

    /// The same, to be changed.
    pub fn change(&mut self, id: &str) -> &mut Done {
        self.exercises.entry(id.to_owned()).or_default()
    }
}

/// Says something besides, on standard error.
pub fn tell(text: &Text) {
    for line in text.lines() {
        eprintln!("# {line}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_failure_begins_the_hints_anew_and_a_pass_stays() {
        let mut done = Done::default();
        done.fails("plain");
        done.fails("plain");
        done.hints = 2;
        assert_eq!((done.times, done.hints), (2, 2));
        done.passes();
        done.fails("korean");
        assert_eq!((done.passed, done.times, done.hints), (true, 1, 0));
    }
}
