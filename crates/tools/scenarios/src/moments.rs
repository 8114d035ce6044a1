//! What happened when, while a scenario was played.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use harness::Text;
use harness::program::Exit;
use serde::Serialize;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::scenario::PeerId;
use crate::show::{self, Shown};

/// Who did it, or to whom it happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Who {
    /// Somebody of ours.
    Peer(PeerId),
    /// The program under test.
    Program,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// A connection is there.
    Connects,
    /// It sends these bytes.
    Sends(#[serde(serialize_with = "show::text")] Vec<u8>),
    /// It closes its write side.
    HalfCloses,
    /// It closes.
    Closes,
    /// It resets the connection.
    Resets,
    /// These bytes come to it.
    Receives(#[serde(serialize_with = "show::text")] Vec<u8>),
    /// The end of the stream comes to it.
    SeesTheEnd,
    /// A reset comes to it.
    SeesAReset,
    /// It prints this line.
    Prints(#[serde(serialize_with = "show::text")] Vec<u8>),
    /// Ctrl-C comes to it.
    IsInterrupted,
    /// It ends.
    Exits(Exit),
}

impl What {
    pub(crate) fn text(&self) -> Text {
        let short = |bytes: &[u8]| Shown::short(bytes, 18).to_string();
        match self {
            Self::Connects => Text::new("연결", "connects"),
            Self::Sends(bytes) => {
                Text::new(format!("→ {}", short(bytes)), format!("→ {}", short(bytes)))
            }
            Self::HalfCloses => Text::new("쓰기 방향 닫음", "half-closes"),
            Self::Closes => Text::new("닫음", "closes"),
            Self::Resets => Text::new("재설정(RST)", "resets"),
            Self::Receives(bytes) => {
                Text::new(format!("← {}", short(bytes)), format!("← {}", short(bytes)))
            }
            Self::SeesTheEnd => Text::new("← 끝", "← the end"),
            Self::SeesAReset => Text::new("← 재설정(RST)", "← a reset"),
            Self::Prints(bytes) => {
                let line = Shown::short(bytes, 26).to_string();
                Text::new(line.clone(), line)
            }
            Self::IsInterrupted => Text::new("Ctrl-C", "Ctrl-C"),
            Self::Exits(exit) => {
                let exit = show::exit(*exit);
                Text::new(exit.clone(), exit)
            }
        }
    }
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Moment {
    /// When, in seconds since the first connection; before it, a negative number.
    pub seconds: f64,
    /// Who.
    pub who: Who,
    /// What.
    pub what: What,
}

/// Where moments are noted as they come, from whatever thread.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<(Instant, Who, What)>>>);

impl Log {
    pub fn note(&self, who: Who, what: What) {
        self.note_at(Instant::now(), who, what);
    }

    pub fn note_at(&self, at: Instant, who: Who, what: What) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push((at, who, what));
    }

    /// All that was noted until the end, if there is one, in its order. What comes in many pieces becomes one.
    pub fn moments(&self, end: Option<Instant>) -> Vec<Moment> {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        noted.retain(|(at, ..)| end.is_none_or(|end| *at <= end));
        noted.sort_by_key(|(at, ..)| *at);
        let first =
            noted.iter().find(|(_, _, what)| matches!(what, What::Connects | What::Sends(_)));
        let Some(zero) = first.or(noted.first()).map(|(at, ..)| *at) else {
            return Vec::new();
        };
        let mut moments: Vec<Moment> = Vec::new();
        for (at, who, what) in noted {
            let seconds =
                if at < zero { -(zero - at).as_secs_f64() } else { (at - zero).as_secs_f64() };
            let seconds = (seconds * 1000.0).round() / 1000.0 + 0.0;
            if let (
                Some(Moment { who: last, what: What::Receives(bytes), .. }),
                What::Receives(more),
            ) = (moments.last_mut(), &what)
                && *last == who
            {
                bytes.extend(more);
                continue;
            }
            moments.push(Moment { seconds, who, what });
        }
        moments
    }
}

/// How many moments are shown.
const ROWS: usize = 14;

/// The width of the column for the time, with a space.
const TIME: usize = 9;

/// The moments in lanes, one for each client and one for what the program prints, in lines of at most `width`
/// columns. `about` are the clients that matter most; there is room for two.
#[must_use]
pub fn lanes(moments: &[Moment], about: &[PeerId], width: usize) -> String {
    let mut peers: Vec<PeerId> = Vec::new();
    let all = moments.iter().filter_map(|moment| match moment.who {
        Who::Peer(peer) => Some(peer),
        Who::Program => None,
    });
    for peer in about.iter().copied().chain(all) {
        if !peers.contains(&peer) && peers.len() < 2 {
            peers.push(peer);
        }
    }
    peers.sort_unstable();
    let lane = (width - TIME) / (peers.len() + 1);
    let mut titles: Vec<Text> = peers
        .iter()
        .map(|peer| Text::new(format!("클라이언트 {}", peer + 1), format!("client {}", peer + 1)))
        .collect();
    titles.push(Text::new("서버", "server"));
    // In two languages, two lines: a lane is narrow.
    let time = Text::new("초", "seconds");
    let mut text = String::new();
    for (language, time) in time.lines().into_iter().enumerate() {
        let titles: Vec<String> =
            titles.iter().map(|title| title.lines()[language].to_owned()).collect();
        text += &row(time, &titles, lane);
    }
    let column = |who: Who| match who {
        Who::Program => Some(peers.len()),
        Who::Peer(peer) => peers.iter().position(|shown| *shown == peer),
    };
    let visible: Vec<(&Moment, usize)> =
        moments.iter().filter_map(|moment| Some((moment, column(moment.who)?))).collect();
    // How it began and how it ended.
    let middle = ROWS / 2..visible.len().max(ROWS) - ROWS / 2;
    for (place, (moment, column)) in visible.iter().enumerate() {
        if visible.len() > ROWS && middle.contains(&place) {
            continue;
        }
        let mut cells = vec![String::new(); peers.len() + 1];
        cells[*column] = moment.what.text().to_string();
        text += &row(&format!("{:.3}", moment.seconds), &cells, lane);
    }
    let hidden = moments.len() - visible.len().min(ROWS);
    if hidden > 0 {
        let others = Text::new(
            format!("(장면 {hidden}개는 뺐습니다. 모두 보려면: --json)"),
            format!("({hidden} moments are left out; --json has them all)"),
        );
        text += &others.lines().iter().map(|line| format!("{line}\n")).collect::<String>();
    }
    text
}

fn row(time: &str, cells: &[String], lane: usize) -> String {
    let mut text = format!("{}{time}  ", " ".repeat((TIME - 2).saturating_sub(time.width())));
    for cell in cells {
        let cell = cut(cell, lane - 1);
        text += &cell;
        text += &" ".repeat(lane - cell.width());
    }
    format!("{}\n", text.trim_end())
}

/// As much of a text as fits into so many columns.
/// The text in at most so many columns; what is cut off is an ellipsis.
#[must_use]
pub fn cut(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return text.to_owned();
    }
    let mut width = 0;
    let fits = |c: &char| {
        width += c.width().unwrap_or(0);
        width < columns
    };
    text.chars().take_while(fits).chain(['…']).collect()
}

/// The moments of two runs of the same scenario beside each other, in lines of at most `width` columns.
#[must_use]
pub fn side_by_side(titles: [&Text; 2], runs: [&[Moment]; 2], width: usize) -> String {
    const BETWEEN: &str = " │ ";
    let column = (width - BETWEEN.width()) / 2;
    let [left, right] = [0, 1].map(|run| {
        let who = Text::new("초 클라이언트", "seconds, client");
        let mut lines = vec![format!("{} ({who})", titles[run])];
        for moment in runs[run] {
            let who = match moment.who {
                Who::Peer(peer) => (peer + 1).to_string(),
                Who::Program => Text::new("서버", "server").to_string(),
            };
            let what = moment.what.text();
            lines.push(format!("{:>7.3} {who}: {what}", moment.seconds));
        }
        lines
    });
    (0..left.len().max(right.len()))
        .map(|line| {
            let cell = |lines: &[String]| cut(lines.get(line).map_or("", String::as_str), column);
            let (left, right) = (cell(&left), cell(&right));
            let fill = " ".repeat(column - left.width());
            format!("{left}{fill}{BETWEEN}{right}").trim_end().to_owned() + "\n"
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(seconds: f64, who: Who, what: What) -> Moment {
        Moment { seconds, who, what }
    }

    #[test]
    fn lanes_keep_to_80_columns_in_korean_too() {
        let line = "클라이언트가 연결되었습니다. 주소: ('127.0.0.1', 44704)".repeat(2).into_bytes();
        let mut moments = vec![moment(-0.1, Who::Program, What::Prints(line.clone()))];
        for peer in 0..30 {
            moments.push(moment(
                0.5,
                Who::Peer(peer),
                What::Sends("안녕하세요".repeat(9).into_bytes()),
            ));
            moments.push(moment(1234.5, Who::Peer(peer), What::Receives(line.clone())));
        }
        let text = lanes(&moments, &[7, 3], 80);
        assert!(text.lines().all(|line| line.width() <= 80), "{text}");
        assert!(text.contains('8') && text.contains('4') && text.contains("56"), "{text}");
        let text = side_by_side(
            [&Text::new("원본", "original"), &Text::new("이식판", "port")],
            [&moments, &moments[..3]],
            80,
        );
        assert!(text.lines().all(|line| line.width() <= 80), "{text}");
        assert_eq!(text.lines().count(), moments.len() + 1);
    }

    #[test]
    fn what_comes_in_pieces_is_one_moment() {
        let log = Log::default();
        log.note(Who::Program, What::Prints(b"up".to_vec()));
        log.note(Who::Peer(0), What::Connects);
        log.note(Who::Peer(0), What::Receives(b"a".to_vec()));
        log.note(Who::Peer(0), What::Receives(b"b".to_vec()));
        log.note(Who::Peer(1), What::Receives(b"c".to_vec()));
        let moments = log.moments(None);
        assert_eq!(moments.len(), 4);
        assert_eq!(moments[2].what, What::Receives(b"ab".to_vec()));
        assert!(moments[0].seconds <= 0.0 && moments[1].seconds == 0.0);
    }
}
