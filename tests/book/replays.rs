//! The replays: what their tables say of the programs is so.

use book::Language;
use regex::Regex;

use crate::pages::read;

/// A replay as it stands in a page: its name, its files, and its rows cell by cell.
struct Replay {
    name: String,
    files: Vec<String>,
    rows: Vec<Vec<String>>,
}

fn all(language: Language) -> Vec<Replay> {
    let region = Regex::new(
        r#"(?s)<div class="replay" id="([\w-]+)" data-files="([^"]+)">\n\n(.*?)\n\n</div>"#,
    )
    .unwrap();
    let mut replays = Vec::new();
    for page in book::pages::all(language).unwrap() {
        for found in region.captures_iter(&book::pages::read(&page).unwrap()) {
            let cells = |row: &str| {
                row.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()
            };
            replays.push(Replay {
                name: found[1].to_owned(),
                files: found[2].split(' ').map(str::to_owned).collect(),
                rows: found[3].lines().skip(2).map(cells).collect(),
            });
        }
    }
    replays
}

#[test]
fn every_replay_is_in_both_languages_and_in_a_page() {
    let [korean, english] = Language::ALL.map(all);
    let names = |replays: &[Replay]| replays.iter().map(|it| it.name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&korean), names(&english));
    for known in compare::replay::all() {
        assert!(names(&korean).contains(&known.name.to_owned()), "{} is in no page", known.name);
    }
    for (one, other) in korean.iter().zip(&english) {
        assert!((8..=20).contains(&one.rows.len()), "{}: {} moments", one.name, one.rows.len());
        assert_eq!(one.rows.len(), other.rows.len(), "{}", one.name);
    }
}

/// The line that a moment names holds the call that it names, in whatever language.
#[test]
fn every_line_of_a_replay_holds_its_call() {
    let calls: [(&str, &[&str]); 9] = [
        ("socket", &["socket.socket(", "::bind("]),
        ("bind", &["bind("]),
        ("listen", &["listen(", "::bind("]),
        ("accept", &["accept("]),
        ("recvfrom", &["recvfrom(", "recv_from("]),
        ("recv", &["recv(", "read("]),
        ("sendall", &["sendall(", "write_all("]),
        ("sendto", &["sendto(", "send_to("]),
        ("close", &["close(", "drop("]),
    ];
    let mut found = 0;
    for Replay { name, files, rows } in Language::ALL.into_iter().flat_map(all) {
        for row in rows {
            let what = &row[2];
            for (file, cell) in files.iter().zip(&row[3..]) {
                let number: String = cell.chars().take_while(char::is_ascii_digit).collect();
                let Ok(number) = number.parse::<usize>() else { continue };
                let text = read(file);
                let line =
                    text.lines().nth(number - 1).unwrap_or_else(|| panic!("{name}: {row:?}"));
                assert!(!line.trim().is_empty(), "{name}: {row:?}");
                let mut words = what.split(|letter: char| !letter.is_ascii_alphabetic());
                let call = words.find_map(|word| calls.iter().find(|(call, _)| *call == word));
                if let Some((_, written)) = call {
                    assert!(written.iter().any(|it| line.contains(it)), "{name}: {row:?}: {line}");
                    found += 1;
                }
            }
        }
    }
    assert!(found > 200, "{found}");
}
