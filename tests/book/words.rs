//! The glossary: the same rows in both languages, each with a link to a place where its term really is,
//! and no term of the book left out.

use std::collections::BTreeSet;
use std::mem::take;

use book::Language;
use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use regex::RegexBuilder;

use crate::pages::{anchor, names, page};

const PAGE: &str = "words.md";

/// How this project says in Korean what may be said in more than one way. A page that uses one of these
/// needs it in the glossary.
const TERMS: &[(&str, &str)] = &[
    ("socket", "소켓"),
    ("stream", "스트림"),
    ("buffer", "버퍼"),
    ("port", "포트"),
    ("datagram", "데이터그램"),
    ("echo", "에코"),
    ("timeout", "타임아웃"),
    ("crate", "크레이트"),
    ("listener", "리스너"),
    ("backlog", "백로그"),
    ("workspace", "워크스페이스"),
    ("thread", "스레드"),
    ("to spawn (a thread)", "스레드를 생성하다"),
    ("to start (a thread)", "스레드를 시작하다"),
    ("connection", "연결"),
    ("to connect", "연결하다"),
    ("connected socket", "연결된 소켓"),
    ("to accept", "수락하다"),
    ("to listen", "연결을 기다리다(listen)"),
    ("listening", "수신 대기"),
    ("to bind", "바인딩하다"),
    ("to send", "보내다"),
    ("to receive", "받다"),
    ("send (name of a step)", "송신"),
    ("receive (name of a step)", "수신"),
    ("to serve (a client)", "클라이언트를 처리하다"),
    ("to block", "블로킹되다"),
    ("bytes object", "바이트열"),
    ("ownership", "소유권"),
    ("to borrow", "빌리다"),
    ("move", "이동(move)"),
    ("slice", "슬라이스"),
    ("lifetime", "라이프타임"),
    ("to drop (a value)", "드롭되다"),
    ("lost (a packet)", "버려지다"),
    ("scope", "스코프"),
    ("panic", "패닉"),
    ("closure", "클로저"),
    ("error", "에러"),
    ("error handling", "에러 처리"),
    ("standard error", "표준 에러"),
    ("argument", "인수"),
    ("parameter", "매개변수"),
    ("end of the stream (EOF)", "스트림의 끝(EOF)"),
    ("half-close", "쓰기 방향만 닫기(half-close)"),
    ("reset (RST)", "연결 재설정(RST)"),
    ("file descriptor", "파일 디스크립터"),
    ("loopback", "루프백"),
    ("address family", "주소 체계"),
    ("port (of a program)", "이식판"),
    ("original", "원본"),
];

/// A row of the glossary.
#[derive(Default)]
struct Row {
    section: usize,
    cells: Vec<String>,
    link: String,
}

impl Row {
    fn korean(&self) -> &str {
        &self.cells[0]
    }

    fn english(&self) -> &str {
        &self.cells[1]
    }
}

/// A heading and what stands below it, up to the next one, without listings.
struct Section {
    level: HeadingLevel,
    anchor: String,
    text: String,
}

fn rows(language: Language) -> Vec<Row> {
    let text = page(language, PAGE);
    let mut rows = Vec::new();
    let (mut row, mut cell, mut section) = (Row::default(), String::new(), 0);
    for event in Parser::new_ext(&text, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::Heading { level: HeadingLevel::H2, .. }) => section += 1,
            Event::Start(Tag::TableHead | Tag::TableRow) => row = Row { section, ..Row::default() },
            Event::Start(Tag::TableCell) => cell.clear(),
            Event::Start(Tag::Link { dest_url, .. }) => row.link = dest_url.into_string(),
            Event::Text(text) | Event::Code(text) => cell += &text,
            Event::End(TagEnd::TableCell) => row.cells.push(cell.clone()),
            Event::End(TagEnd::TableRow) => rows.push(take(&mut row)),
            _ => {}
        }
    }
    for row in &rows {
        assert_eq!(row.cells.len(), 4, "{}/{PAGE}: {:?}", language.code(), row.cells);
    }
    rows
}

fn sections(language: Language, name: &str) -> Vec<Section> {
    let text = page(language, name);
    let mut sections: Vec<Section> = Vec::new();
    // Listings hold both languages on both pages.
    let (mut heading, mut listing) = (false, false);
    for event in Parser::new_ext(&text, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::Heading { level, .. }) => {
                heading = true;
                sections.push(Section { level, anchor: String::new(), text: String::new() });
            }
            Event::End(TagEnd::Heading(_)) => {
                heading = false;
                sections.last_mut().unwrap().text += "\n";
            }
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(kind))) => {
                listing = !["console", "text"].contains(&&*kind);
            }
            Event::End(TagEnd::CodeBlock) => listing = false,
            Event::Text(text) | Event::Code(text) if heading => {
                let section = sections.last_mut().unwrap();
                section.text += &text;
                section.anchor += &anchor(&text);
            }
            Event::Text(text) if !listing => sections.last_mut().unwrap().text += &text,
            Event::Code(code) => sections.last_mut().unwrap().text += &format!(" {code} "),
            Event::SoftBreak | Event::End(_) => sections.last_mut().unwrap().text.push('\n'),
            _ => {}
        }
    }
    sections
}

/// The section of this anchor, with all that is below it.
fn below(sections: &[Section], anchor: &str) -> Option<String> {
    let first = sections.iter().position(|section| section.anchor == anchor)?;
    let level = sections[first].level;
    let inner = sections[first + 1..].iter().take_while(|section| section.level > level);
    Some([&sections[first]].into_iter().chain(inner).map(|section| &*section.text).collect())
}

/// Hangul as its letters: the verb 빌리다 is in 빌립니다, but only letter by letter.
fn letters(text: &str) -> String {
    let letter = |first: u32, index: u32| char::from_u32(first + index).unwrap();
    let mut letters = String::new();
    for c in text.chars() {
        match u32::from(c).checked_sub(u32::from('가')) {
            Some(syllable @ ..11172) => {
                letters.push(letter(0x1100, syllable / 588));
                letters.push(letter(0x1161, syllable % 588 / 28));
                if syllable % 28 > 0 {
                    letters.push(letter(0x11a7, syllable % 28));
                }
            }
            _ => letters.push(c),
        }
    }
    letters
}

/// Whether a text has a term at the beginning of a word, whatever ending follows it. What the term has in
/// parentheses only explains it.
fn has(language: Language, text: &str, term: &str) -> bool {
    let term = term.split('(').next().unwrap().trim();
    let stem = match language {
        Language::Korean => {
            ["하다", "되다", "다", "기"].iter().find_map(|ending| term.strip_suffix(ending))
        }
        Language::English => term.strip_prefix("to "),
    };
    let stem = regex::escape(&letters(stem.unwrap_or(term)));
    let pattern = RegexBuilder::new(&format!(r"\b{stem}")).case_insensitive(true).build().unwrap();
    pattern.is_match(&letters(text))
}

#[test]
fn both_languages_have_the_same_rows() {
    let [korean, english] = Language::ALL.map(rows);
    for (korean, english) in korean.iter().zip(&english) {
        assert_eq!(
            (korean.section, &korean.cells[..2]),
            (english.section, &english.cells[..2]),
            "ko/{PAGE} and en/{PAGE}"
        );
        // Each page names its place in its own words, but it is the same page and the same section.
        let place = |language, row: &Row| {
            let (name, anchor) = row.link.split_once('#').unwrap_or_else(|| panic!("{}", row.link));
            let sections = sections(language, name);
            let section = sections.iter().position(|section| section.anchor == anchor);
            (name.to_owned(), section.unwrap_or_else(|| panic!("no such section: {}", row.link)))
        };
        assert_eq!(
            place(Language::Korean, korean),
            place(Language::English, english),
            "{} and {}",
            korean.link,
            english.link
        );
    }
    assert_eq!(korean.len(), english.len());
}

#[test]
fn every_term_stands_once_and_has_a_sentence() {
    for language in Language::ALL {
        let (mut korean, mut english) = (BTreeSet::new(), BTreeSet::new());
        for row in rows(language) {
            let place = format!("{}/{PAGE}, {}", language.code(), row.korean());
            assert!(korean.insert(row.korean().to_owned()), "twice: {place}");
            assert!(
                english.insert(row.english().to_owned()),
                "twice: {} in {place}",
                row.english()
            );
            let meaning = &row.cells[2];
            let end = if language == Language::Korean { "니다." } else { "." };
            assert!(meaning.ends_with(end), "{place}: {meaning}");
            assert_eq!(
                meaning.matches(". ").count(),
                0,
                "more than one sentence, {place}: {meaning}"
            );
        }
        assert!(korean.len() >= 45, "{}", korean.len());
    }
}

#[test]
fn every_term_is_where_its_link_leads() {
    let mut missing = Vec::new();
    for language in Language::ALL {
        for row in rows(language) {
            let term = if language == Language::Korean { row.korean() } else { row.english() };
            let place = format!("`{term}` in {}/{}", language.code(), row.link);
            let (name, anchor) = row.link.split_once('#').expect(&place);
            let text = below(&sections(language, name), anchor);
            let text = text.unwrap_or_else(|| panic!("no such section: {place}"));
            if !has(language, &text, term) {
                missing.push(place);
            }
        }
    }
    assert!(missing.is_empty(), "not there: {missing:#?}");
}

#[test]
fn every_term_that_the_book_uses_is_in_the_glossary() {
    let rows = rows(Language::Korean);
    let others = names().into_iter().filter(|name| name != PAGE);
    let book = others.flat_map(|name| sections(Language::Korean, &name));
    let book: String = book.map(|section| section.text).collect();
    let mut found = 0;
    for (english, korean) in TERMS {
        let listed = rows.iter().any(|row| (row.english(), row.korean()) == (english, korean));
        let uses = has(Language::Korean, &book, korean);
        assert_eq!(listed, uses, "{korean} ({english}): in the glossary, and in the book");
        found += usize::from(uses);
    }
    assert!(found >= 35, "{found}");
}

#[test]
fn a_term_is_found_whatever_its_ending() {
    let korean = |text, term| has(Language::Korean, text, term);
    assert!(
        korean("버퍼를 빌립니다", "빌리다") && korean("연결을 기다린", "연결을 기다리다(listen)")
    );
    assert!(
        korean("소켓이", "소켓")
            && korean("드롭될 때", "드롭되다")
            && korean("스트림의 끝을", "스트림의 끝(EOF)")
    );
    assert!(
        !korean("잃어버려도", "버려지다") && !korean("리포트", "포트") && !korean("빌딩", "빌리다")
    );
    let english = |text, term| has(Language::English, text, term);
    assert!(english("It accepts", "to accept") && english("Threads", "thread"));
    assert!(english("half-closes", "half-close") && english("dropped", "to drop (a value)"));
    assert!(!english("report", "port") && !english("the end", "end of the stream (EOF)"));
}
