//! What the book shows of the exercises: their tasks, their hints, and conversations from runs.

use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use exercises::exercise::{Exercise, find};
use harness::Text;
use harness::port::Lease;
use harness::programs::{python, root};
use scenarios::moments::{Moment, What, Who};
use scenarios::observation::Outcome;
use scenarios::scenario::{Act, Reply, Role};
use scenarios::show::Shown;
use scenarios::stage::{Subject, play};

use crate::{Language, told};

/// In the messages of the book, what makes those of a check unlike all others.
const TOKEN: &str = "7f3a";

/// So many characters of a message are shown.
const LONG: usize = 60;

fn exercise(id: &str) -> Result<&'static Exercise> {
    find(id).with_context(|| {
        told(format!("`{id}`: 그런 연습 문제가 없습니다."), format!("`{id}` is no exercise."))
    })
}

/// The task of an exercise, and the hints before any failure, folded.
pub fn task(id: &str, language: Language) -> Result<String> {
    let exercise = exercise(id)?;
    let words = exercise.words();
    let said = language.words();
    let title = Text::new("힌트", "Hint");
    let mut text = format!("{}\n", said(&words.task));
    for (place, hint) in exercise.hints(None).iter().enumerate() {
        let (title, number) = (said(&title), place + 1);
        text += &format!(
            "\n<details><summary>{title} {number}</summary>\n\n{}\n\n</details>\n",
            said(hint)
        );
    }
    Ok(text)
}

/// A conversation, as the side of the checker sees it: `lines joined skeleton`.
pub fn conversation(name: &str) -> Result<Vec<String>> {
    let mut words = name.split(' ');
    let (Some(id), Some(scenario), Some(file), None) =
        (words.next(), words.next(), words.next(), words.next())
    else {
        bail!(told(
            format!("`{name}`: 연습 문제, 시나리오, 파일이 필요합니다."),
            format!("`{name}`: an exercise, a scenario and a file are needed."),
        ));
    };
    let exercise = exercise(id)?;
    let all = (exercise.scenarios)(TOKEN);
    let scenario = all.into_iter().find(|it| it.id == scenario).with_context(|| {
        told(format!("`{name}`: 그런 시나리오가 없습니다."), format!("`{name}`: no such scenario."))
    })?;
    let folder = format!("crates/exercises/tasks/{:02}-{id}/{file}.py", exercise.number);
    let script: PathBuf = root().join(folder);
    let python = python().with_context(|| told("파이썬이 없습니다.", "Python is missing."))?;
    let command = python.iter().map(OsString::from).chain([script.into_os_string()]).collect();
    let subject = Subject::new(command, Reply::Echo, std::time::Duration::from_secs(3));
    let Outcome::Observed(_, detail) = play(&subject, &scenario, Lease::take()?.port) else {
        bail!(told(
            format!("`{name}`: 프로그램이 시작하지 않았습니다."),
            format!("`{name}`: the program did not start."),
        ));
    };
    let several = detail.moments.iter().any(|moment| moment.who == Who::Peer(1));
    let client = scenario.role == Role::Server;
    // Whether the last thing is seen of one who only looks whether the server still serves is chance.
    let acts =
        |moment: &&Moment| !matches!(moment.who, Who::Peer(peer) if peer >= scenario.peers());
    let mut moments: Vec<&Moment> = detail.moments.iter().filter(acts).collect();
    // So is whether a reply comes before the half-close that follows a message at once.
    for place in 1..moments.len() {
        let (who, mut before) = (moments[place].who, place);
        let at_once = |acts: &[Act]| match acts {
            [Act::Send(one, _), Act::HalfClose(other)] => one == other && who == Who::Peer(*one),
            _ => false,
        };
        if moments[place].what == What::HalfCloses && scenario.acts.windows(2).any(at_once) {
            while before > 0
                && moments[before - 1].who == who
                && matches!(moments[before - 1].what, What::Receives(_))
            {
                moments.swap(before, before - 1);
                before -= 1;
            }
        }
    }
    Ok(moments.into_iter().filter_map(|moment| line(moment, client, several)).collect())
}

/// One moment of ours, in both languages.
fn line(moment: &Moment, client: bool, several: bool) -> Option<String> {
    let Who::Peer(peer) = moment.who else {
        return None;
    };
    let who = match (client, several) {
        (true, true) => {
            Text::new(format!("클라이언트 {}", peer + 1), format!("client {}", peer + 1))
        }
        (true, false) => Text::new("클라이언트", "client"),
        (false, _) => Text::new("서버", "server"),
    };
    let short = |bytes: &[u8]| Shown::short(bytes, LONG).to_string();
    let what = match &moment.what {
        What::Sends(bytes) => {
            Text::new(format!("→ {}", short(bytes)), format!("→ {}", short(bytes)))
        }
        What::Receives(bytes) => {
            Text::new(format!("← {}", short(bytes)), format!("← {}", short(bytes)))
        }
        What::Connects => Text::new("연결", "connects"),
        What::HalfCloses => Text::new("쓰기 방향 닫음", "half-closes"),
        What::Closes => Text::new("닫음", "closes"),
        What::Resets => Text::new("리셋", "resets"),
        What::SeesTheEnd => Text::new("← 끝", "← the end"),
        What::SeesAReset => Text::new("← 리셋", "← a reset"),
        What::Prints(_) | What::IsInterrupted | What::Exits(_) => return None,
    };
    Some(format!("{}  {}\t{}  {}\n", who.korean, what.korean, who.english, what.english))
}

/// A conversation in the language of a page.
pub fn in_language(lines: &[String], language: Language) -> String {
    let both = |line: &String| {
        let (korean, english) = line.split_once('\t').unwrap_or((line, line));
        format!("{}\n", language.words()(&Text::new(korean, english)).trim_end())
    };
    lines.iter().map(both).collect()
}
