//! The built book: its files, and its pages in a real browser.
//!
//! Besides the pages of the book, the browser sees one with everything that a page may have, so that
//! nothing of it depends on what the book happens to use. Every wait has a deadline and waits for an
//! event; nothing sleeps.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::{Component, Path, PathBuf};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use book::{Language, site};
use harness::programs::root;
use harness::skip;
use headless_chrome::browser::tab::Tab;
use headless_chrome::protocol::cdp::types::{Event, Method};
use headless_chrome::protocol::cdp::{Emulation, Network, Page as Cdp};
use headless_chrome::{Browser, LaunchOptions};
use regex::Regex;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use tempfile::TempDir;

/// How long anything may take that should happen at once. Only a failure ever waits this long.
const DEADLINE: Duration = Duration::from_secs(30);

/// A page with everything, here in English; what stands in brackets is in Korean in the Korean book.
const EVERYTHING: &str = r#"# [Everything|모든 것]

[A thread speaks through a socket.|스레드는 소켓(socket)으로 말합니다. 깃털로 쓰고 만년필(pen)을 씁니다.] `a_long_name::that_does_not_break::anywhere_at_all::and_goes_on_for_ever::0123456789_0123456789_0123456789`

## [Side by side|나란히]

<table class="side-by-side">
<tr>
<td>

**Python**

```python
# [A comment|설명]
client_socket.sendall("서버로부터 응답: {data}".encode("utf-8"), and_more, and_more, and_more)
```

</td>
<td>

**Rust**

```rust
use std::io;

/// [A comment|설명]
#[derive(Debug)]
struct Server { name: &'static str, port: u16 }

fn main() -> io::Result<()> {
    let mut buffer = [0; 1024]; // [A comment|설명]
    client_socket.write_all(format!("서버로부터 응답: {data}").as_bytes(), and_more, and_more, and_more)?;
    Ok(())
}
```

</td>
<td>

**Rust**

```rust
let data = &buffer[..size];
```

</td>
</tr>
</table>

### [Answers|답]

**[Guess.|먼저 맞혀 보세요.]**

<details><summary>[Answer|답]</summary>

[It is folded.|접혀 있습니다.] [✓](#[answers|답] "tcp-echo/hello")

</details>

## [Terminals|터미널]

```console
$ cargo run -p tcp-echo
# 수신 대기 중 · listening on 127.0.0.1:12345
클라이언트가 연결되었습니다. 주소: ('127.0.0.1', 42648), 그리고 한 줄에 들어가지 않을 만큼 긴 줄은 줄을 바꾸어 보여 줍니다
$ cargo run --bin tcp-echo-client
```

```diff
--- python/server.py
+++ src/bin/server.rs
@@ -1,2 +1,2 @@
-client_socket.close()
+drop(client_socket);
 server_socket
```

```powershell
$env:PORT=12346; python crates/tcp-echo/python/server.py
```

```sh
PORT=12346 python3 crates/tcp-echo/python/server.py "$HOME" # [A comment|설명]
```

```toml
[package]
name = "tcp-echo"
```

## [A wide table|넓은 표]

| [Python|파이썬] | Rust | [Meaning|뜻] | [More|더] | [Still more|더욱더] |
| --- | --- | --- | --- | --- |
| `socket.socket(socket.AF_INET, socket.SOCK_STREAM)` | `TcpListener::bind(format!("127.0.0.1:{port}"))?` | [one call|한 번에] | `a_word_that_is_longer_than_a_column` | 12345 |
"#;

// --- The book and the browser ---------------------------------------------------------------------

/// What one language has in place of `[English|한국어]`.
fn in_language(text: &str, language: Language) -> String {
    let both = Regex::new(r"\[([^\[\]|]+)\|([^\[\]|]+)\]").unwrap();
    let own = if language == Language::Korean { "$2" } else { "$1" };
    both.replace_all(text, own).into_owned()
}

/// Copies a folder with all that is in it.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (from, to) = (entry.as_ref().unwrap().path(), to.join(entry.unwrap().file_name()));
        if from.is_dir() {
            copy(&from, &to);
        } else {
            fs::copy(&from, &to).unwrap();
        }
    }
}

/// Copies what the book has besides its pages.
fn copy_setup(docs: &Path) {
    copy(&root().join("docs/site"), &docs.join("site"));
    fs::copy(root().join("docs/book.toml"), docs.join("book.toml")).unwrap();
}

/// What tests that run at the same time share. The last one drops it.
fn shared<T>(place: &Mutex<Weak<T>>, make: impl FnOnce() -> T) -> Arc<T> {
    let mut place = place.lock().unwrap_or_else(PoisonError::into_inner);
    place.upgrade().unwrap_or_else(|| {
        let new = Arc::new(make());
        *place = Arc::downgrade(&new);
        new
    })
}

/// The book, built in `book` of a folder of its own; `None`, and a word about it, where mdBook is missing.
fn built() -> Option<Arc<TempDir>> {
    static BUILT: Mutex<Weak<TempDir>> = Mutex::new(Weak::new());
    if site::mdbook().is_none() {
        skip("the built book needs mdBook; `make book` installs it");
        return None;
    }
    Some(shared(&BUILT, || {
        let folder = tempfile::tempdir().unwrap();
        let docs = folder.path().join("docs");
        copy_setup(&docs);
        for language in Language::ALL {
            let own = docs.join(language.code());
            copy(&root().join("docs").join(language.code()), &own);
            fs::write(own.join("everything.md"), in_language(EVERYTHING, language)).unwrap();
            let summary = fs::read_to_string(own.join("SUMMARY.md")).unwrap();
            let summary = summary.trim_end().to_owned() + "\n- [Everything](everything.md)\n";
            fs::write(own.join("SUMMARY.md"), summary).unwrap();
        }
        let out = folder.path().join("book");
        let start = site::build(&docs, &out).unwrap_or_else(|error| panic!("{error:#}"));
        assert_eq!(start, out.join("index.html"));
        folder
    }))
}

/// A browser, and the folder for what it leaves. Dropping it ends the browser.
struct Chromium {
    browser: Option<Browser>,
    folder: PathBuf,
}

impl Chromium {
    fn start(path: PathBuf) -> Self {
        let folder = tempfile::tempdir().unwrap();
        // Whatever the browser leaves goes with the folder.
        let profile = folder.path().join("profile");
        fs::create_dir(&profile).unwrap();
        // The last one saves a fifth of the time: nobody looks at the layers of which it would compose a page.
        let arguments = [
            "--disable-component-update",
            "--hide-scrollbars",
            "--blink-settings=acceleratedCompositingEnabled=false",
        ];
        let environment = [("TMPDIR".to_owned(), profile.to_string_lossy().into_owned())];
        let options = LaunchOptions::default_builder()
            .path(Some(path))
            .user_data_dir(Some(profile))
            .process_envs(Some(environment.into()))
            // It sees nothing but our own files, and root may not have a sandbox.
            .sandbox(false)
            .args(arguments.map(OsStr::new).to_vec())
            .window_size(Some((1280, 900)))
            .build()
            .unwrap();
        Self { browser: Some(Browser::new(options).unwrap()), folder: folder.keep() }
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        self.browser.take();
        // Its helpers end a little after it, and write until then.
        let end = Instant::now() + DEADLINE;
        while self.folder.exists()
            && fs::remove_dir_all(&self.folder).is_err()
            && Instant::now() < end
        {}
    }
}

/// The book, built, and a tab of a browser.
struct Book {
    tab: Arc<Tab>,
    happened: Receiver<Happening>,
    /// What no page may do: an error or a warning on the console, a request to somewhere else, …
    troubles: Vec<String>,
    out: PathBuf,
    _chromium: Arc<Chromium>,
    _built: Arc<TempDir>,
}

impl Drop for Book {
    fn drop(&mut self) {
        let _ = self.tab.close(false);
    }
}

enum Happening {
    Loaded,
    Said(String, String),
    Trouble(String),
    Asked(String),
}

impl Book {
    /// Builds and opens the book; `None`, and a word about it, where something for it is missing.
    fn open() -> Option<Self> {
        static SHARED: Mutex<Weak<Chromium>> = Mutex::new(Weak::new());
        if cfg!(windows) {
            let _ = writeln!(std::io::stderr(), "SKIPPED the book in a browser is tested on Unix");
            return None;
        }
        let Ok(chromium) = headless_chrome::browser::default_executable() else {
            skip("the book in a browser needs Chromium");
            return None;
        };
        let built = built()?;
        let chromium = shared(&SHARED, || Chromium::start(chromium));
        // A browser may leave a tab undrawn while another one of its window is busy.
        let own_window = json!({ "url": "about:blank", "newWindow": true });
        let own_window = serde_json::from_value(own_window).unwrap();
        let tab = chromium.browser.as_ref()?.new_tab_with_options(own_window).unwrap();
        let happened = listen(&tab);
        // The page for printing would open a dialog. And headless_chrome reads for up to 100 ms at a
        // time, in which it does not write: a page that always has something to say keeps it awake.
        let awake = "window.print = () => {}; setInterval(() => console.debug(''), 3);";
        call::<Cdp::AddScriptToEvaluateOnNewDocument>(&tab, json!({ "source": awake }));
        let troubles = Vec::new();
        let out = built.path().join("book");
        Some(Self { tab, happened, troubles, out, _chromium: chromium, _built: built })
    }

    /// The names of the files of the pages, the same in both languages.
    fn pages(&self) -> Vec<String> {
        let entries = fs::read_dir(self.out.join("ko")).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut pages: Vec<String> = names
            .filter(|name| Path::new(name).extension().is_some_and(|end| end == "html"))
            .collect();
        pages.retain(|name| name != "toc.html");
        pages.sort();
        assert!(pages.len() >= 5, "{pages:?}");
        pages
    }

    /// Goes to a page, given from the folder of the book.
    fn go(&mut self, page: &str) {
        let url = self.url(page);
        let gone = call::<Cdp::Navigate>(&self.tab, json!({ "url": url }));
        assert_eq!(gone.error_text, None, "{url}");
        // Without a loader it was only a jump within the page.
        if gone.loader_id.is_some() {
            self.loaded(&url);
        }
    }

    fn url(&self, page: &str) -> String {
        format!("file://{}/{page}", self.out.display())
    }

    /// Clicks on what the selector finds, and waits for the page to which it leads.
    fn follow(&mut self, selector: &str) {
        self.run(&format!("document.querySelector({}).click()", Value::from(selector)));
        self.loaded(selector);
    }

    fn loaded(&mut self, what: &str) {
        self.until(what, |happening| matches!(happening, Happening::Loaded));
    }

    /// Takes note of what happens until this does.
    fn until(&mut self, what: &str, wanted: impl Fn(&Happening) -> bool) {
        let end = Instant::now() + DEADLINE;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let happening = self
                .happened
                .recv_timeout(left)
                .unwrap_or_else(|_| panic!("{what}: nothing happens"));
            match &happening {
                Happening::Trouble(trouble) => self.troubles.push(trouble.clone()),
                Happening::Asked(url)
                    if !url.starts_with("data:") && !url.starts_with(&self.url("")) =>
                {
                    self.troubles.push(format!("a request to {url}"));
                }
                Happening::Said(kind, words) if kind == "Warning" || kind == "Error" => {
                    self.troubles.push(format!("{kind} on the console: {words}"));
                }
                _ => {}
            }
            if wanted(&happening) {
                return;
            }
        }
    }

    /// The value of an expression, as JSON. It may be a promise.
    #[track_caller]
    fn run(&self, expression: &str) -> Value {
        let code = format!("(async () => JSON.stringify(await ({expression}) ?? null))()");
        let result = self.tab.evaluate(&code, true).unwrap();
        match &result.value {
            Some(Value::String(json)) => serde_json::from_str(json).unwrap(),
            _ => panic!("{expression}\n{result:?}"),
        }
    }

    /// Waits until something is true, looking whenever the browser draws.
    #[track_caller]
    fn wait_for(&self, condition: &str) {
        let seen = self.run(&format!(
            "new Promise(resolve => {{
                const end = performance.now() + {};
                const look = () => {condition} ? resolve(true)
                    : performance.now() > end ? resolve(false) : requestAnimationFrame(look);
                look();
            }})",
            DEADLINE.as_millis()
        ));
        assert_eq!(seen, true, "{condition}");
    }

    #[track_caller]
    fn text(&self, expression: &str) -> String {
        self.run(expression).as_str().unwrap_or_else(|| panic!("{expression}")).to_owned()
    }

    /// Where the tab is: the page, from the folder of the book, and the section.
    fn place(&self) -> (String, String) {
        let path = self.text("decodeURI(location.pathname)");
        let path = path.strip_prefix(&*self.out.to_string_lossy()).unwrap().trim_start_matches('/');
        (path.to_owned(), self.text("decodeURIComponent(location.hash.slice(1))"))
    }

    fn resize(&self, width: u32) {
        let size =
            json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false });
        call::<Emulation::SetDeviceMetricsOverride>(&self.tab, size);
    }

    /// On a screen or on paper, in light or dark.
    fn medium(&self, medium: &str, scheme: &str) {
        let scheme = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        let media = json!({ "media": medium, "features": scheme });
        call::<Emulation::SetEmulatedMedia>(&self.tab, media);
    }

    /// Asserts that until now, no page did what it may not.
    #[track_caller]
    fn quiet(&mut self) {
        // What has happened before this word is heard has been noted then.
        self.run("console.debug('that is all')");
        self.until(
            "console",
            |happening| matches!(happening, Happening::Said(_, words) if words.contains("that is all")),
        );
        assert!(self.troubles.is_empty(), "{}", self.troubles.join("\n"));
    }
}

/// Calls a method of the browser, with the arguments of its protocol.
fn call<M>(tab: &Tab, arguments: Value) -> M::ReturnObject
where
    M: Method + Serialize + DeserializeOwned,
{
    tab.call_method(serde_json::from_value::<M>(arguments).unwrap()).unwrap()
}

fn listen(tab: &Arc<Tab>) -> Receiver<Happening> {
    let (sender, happened) = mpsc::channel();
    tab.add_event_listener(Arc::new(move |event: &Event| {
        let happening = match event {
            Event::PageLoadEventFired(_) => Happening::Loaded,
            Event::RuntimeConsoleAPICalled(call) => {
                let words =
                    call.params.args.iter().map(|word| format!("{:?} ", word.value)).collect();
                Happening::Said(format!("{:?}", call.params.Type), words)
            }
            Event::RuntimeExceptionThrown(thrown) => {
                let thrown = &thrown.params.exception_details;
                Happening::Trouble(format!("{} {:?}", thrown.text, thrown.exception))
            }
            Event::LogEntryAdded(entry) => {
                let entry = &entry.params.entry;
                Happening::Said(
                    format!("{:?}", entry.level),
                    format!("{} {:?}", entry.text, entry.url),
                )
            }
            Event::NetworkRequestWillBeSent(request) => {
                Happening::Asked(request.params.request.url.clone())
            }
            // What a page that is left had not read yet is not missing.
            Event::NetworkLoadingFailed(failed) if failed.params.canceled != Some(true) => {
                Happening::Trouble(format!("not loaded: {}", failed.params.error_text))
            }
            _ => return,
        };
        let _ = sender.send(happening);
    }))
    .unwrap();
    tab.enable_runtime().unwrap();
    tab.enable_log().unwrap();
    call::<Network::Enable>(tab, json!({}));
    happened
}

// --- Languages ------------------------------------------------------------------------------------

#[test]
fn the_start_page_leads_to_both_languages() {
    let Some(mut book) = Book::open() else { return };
    for language in Language::ALL {
        book.go("index.html");
        let code = language.code();
        assert!(book.text("document.title").contains("Rust"));
        // One replay, in the language of the browser, and it plays.
        assert_eq!(book.run("document.querySelectorAll('.replay').length"), 1);
        book.wait_for("parseInt(document.querySelector('.stepper output').textContent) > 1");
        fits(&book, "the start page");
        book.follow(&format!("a[hreflang={code}]"));
        assert_eq!(book.place().0, format!("{code}/index.html"));
        assert_eq!(book.text("document.documentElement.lang"), code);
    }
    book.quiet();
}

#[test]
fn the_language_switch_leads_to_the_same_page_and_section_and_back() {
    let Some(mut book) = Book::open() else { return };
    let [korean, english] = ["ko/everything.html", "en/everything.html"];
    book.go(korean);
    let koreans = Sections::of(&book).ids;
    let last = koreans.len() - 1;
    // From a section that was asked for, and back.
    book.follow(".language-switch");
    let englishes = Sections::of(&book).ids;
    assert_eq!(book.place(), (english.to_owned(), englishes[last].clone()));
    book.follow(".language-switch");
    assert_eq!(book.place(), (korean.to_owned(), koreans[last].clone()));
    // From a section to which one has scrolled, and from the top.
    for (section, expected) in [(2, &*englishes[2]), (0, "")] {
        book.go(korean);
        book.run(&format!("{HEADINGS}[{section}].scrollIntoView({{ behavior: 'instant' }})"));
        book.follow(".language-switch");
        assert_eq!(book.place(), (english.to_owned(), expected.to_owned()), "from {section}");
    }
    book.quiet();
}

const HEADINGS: &str = "[...document.querySelectorAll('main :is(h1,h2,h3,h4,h5,h6)[id]')]";

/// The sections of a page, and where its language switch leads from them.
struct Sections {
    ids: Vec<String>,
    /// The twin, as the head of the page names it.
    twin: String,
    /// Where the switch leads from some of them: to which one has scrolled, with another one that may be taken
    /// for what is being read, or which was asked for. Afterwards the last one was.
    links: Vec<(usize, usize, String)>,
}

impl Sections {
    fn of(book: &Book) -> Self {
        let found = book.run(&format!(
            "(() => {{
                const headings = {HEADINGS};
                const link = document.querySelector('.language-switch');
                const aim = () => {{
                    link.dispatchEvent(new Event('focus'));
                    return decodeURIComponent(link.href);
                }};
                const above = line => Math.max(0,
                    headings.findLastIndex(heading => heading.getBoundingClientRect().top < line));
                const some = [...headings.slice(0, 5), ...headings.slice(-1)];
                // Nobody asks for a section yet.
                history.replaceState(null, '', location.pathname);
                const scrolled = some.map(heading => {{
                    heading.scrollIntoView({{ behavior: 'instant' }});
                    return [above(90), above(110), aim()];
                }});
                const asked = some.map(heading => {{
                    location.hash = heading.id;
                    return [headings.indexOf(heading), headings.indexOf(heading), aim()];
                }});
                const twin = decodeURIComponent(document.querySelector('link[rel=alternate]').href);
                return [headings.map(heading => heading.id), twin, [...scrolled, ...asked]];
            }})()"
        ));
        let (ids, twin, links) = serde_json::from_value(found).unwrap();
        Self { ids, twin, links }
    }

    /// Asserts that they lead to those of the twin.
    fn lead_to(&self, ids: &[String], page: &str) {
        assert_eq!(self.ids.len(), ids.len(), "{page}");
        assert!(self.twin.ends_with(&format!("/{page}")), "{} instead of {page}", self.twin);
        let place = |section: usize| match section {
            0 => self.twin.clone(),
            section => format!("{}#{}", self.twin, ids[section]),
        };
        for (section, other, link) in &self.links {
            assert!([*section, *other].map(place).contains(link), "{section} or {other}: {link}");
        }
    }
}

// --- Search ---------------------------------------------------------------------------------------

/// Searches as a reader does, and waits for the answer: the addresses of the results.
fn search(book: &Book, words: &str) -> Vec<String> {
    let found = book.run(&format!(
        "(async () => {{
            const bar = document.getElementById('mdbook-searchbar');
            const header = document.getElementById('mdbook-searchresults-header');
            const told = new Promise((resolve, reject) => {{
                new MutationObserver(resolve).observe(header, {{ childList: true, characterData: true, subtree: true }});
                setTimeout(() => reject(new Error('no answer')), {});
            }});
            if (document.getElementById('mdbook-search-wrapper').classList.contains('hidden')) {{
                document.getElementById('mdbook-search-toggle').click();
            }}
            bar.value = {};
            bar.dispatchEvent(new KeyboardEvent('keyup', {{ bubbles: true }}));
            await told;
            return [...document.querySelectorAll('#mdbook-searchresults a')].map(link => link.href);
        }})()",
        DEADLINE.as_millis(),
        Value::from(words)
    ));
    serde_json::from_value(found).unwrap()
}

#[test]
fn the_search_finds_words_of_both_languages() {
    let Some(mut book) = Book::open() else { return };
    for (language, searches) in [
        (
            "en",
            &[
                ("thread", "thread"),
                ("threads", "thread"),
                ("socket speaks", "socket"),
                ("write_all", "write_all"),
                ("서버로부터", "서버로부터"),
                ("xyzzy", ""),
                ("thread xyzzy", ""),
            ][..],
        ),
        (
            "ko",
            &[
                ("소켓", "소켓"),
                ("소켓을", "소켓"),
                // Nowhere else in the book, and here with other endings.
                ("깃털을", "깃털로"),
                ("만년필", "만년필(pen)"),
                ("스레드", "스레드"),
                ("스레드에서 소켓이", "스레드"),
                ("socket", "socket"),
                ("let", "let"),
                ("TcpListener::bind", "TcpListener"),
                ("tcp-echo", "tcp-echo"),
                ("쿠쿠다스", ""),
                ("소켓 쿠쿠다스", ""),
            ],
        ),
    ] {
        book.go(&format!("{language}/everything.html"));
        for (words, expected) in searches {
            let results = search(&book, words);
            assert_eq!(
                results.is_empty(),
                expected.is_empty(),
                "{language}: {words} in {results:?}"
            );
            if let Some(found) = results.first() {
                let name = found.split(['?', '#']).next().unwrap().rsplit('/').next().unwrap();
                let page = fs::read_to_string(book.out.join(language).join(name)).unwrap();
                let page = page.split_once("<main>").unwrap().1.split_once("</main>").unwrap().0;
                assert!(
                    page.to_lowercase().contains(&expected.to_lowercase()),
                    "{words} in {found}"
                );
            }
        }
        search(&book, searches[0].0);
        book.follow("#mdbook-searchresults a");
        assert!(book.text("document.querySelector('main mark').innerText").len() > 2);
        book.quiet();
    }
}

// --- Every page -----------------------------------------------------------------------------------

fn every_page(book: &Book) -> Vec<String> {
    let mut pages = book.pages();
    // The first page once more, and all pages once more, for paper.
    pages.retain(|page| !matches!(&**page, "index.html" | "print.html"));
    let languages = Language::ALL.iter();
    languages
        .flat_map(|language| pages.iter().map(|page| format!("{}/{page}", language.code())))
        .collect()
}

#[test]
fn every_page_fits_a_phone_and_a_tablet() {
    let Some(mut book) = Book::open() else { return };
    for page in every_page(&book) {
        book.resize(390);
        book.go(&page);
        book.quiet();
        side_by_side(&book, &page, false);
        // A colour scheme is the same on all pages.
        let dark: &[u32] = if page.contains("everything") { &[768, 390, 320] } else { &[768] };
        for (scheme, widths) in [("light", &[390, 320, 768][..]), ("dark", dark)] {
            book.medium("screen", scheme);
            for width in widths {
                book.resize(*width);
                fits(&book, &format!("{page}, {width} pixels, {scheme}"));
            }
        }
    }
    for page in ["index.html", "ko/toc.html", "en/toc.html"] {
        book.go(page);
        fits(&book, page);
        book.quiet();
    }
}

#[test]
fn every_page_is_complete_and_readable_on_a_laptop_and_on_paper_and_leads_to_its_twin() {
    let Some(mut book) = Book::open() else { return };
    book.resize(1280);
    for name in book.pages() {
        let [korean, english] = Language::ALL.map(|language| format!("{}/{name}", language.code()));
        book.go(&korean);
        complete(&mut book, &korean);
        let koreans = Sections::of(&book);
        book.follow(".language-switch");
        let last = koreans.ids.len().saturating_sub(1);
        complete(&mut book, &english);
        let (place, englishes) = (book.place(), Sections::of(&book));
        let expected = if last > 0 { &*englishes.ids[last] } else { "" };
        assert_eq!(place, (english.clone(), expected.to_owned()));
        koreans.lead_to(&englishes.ids, &english);
        englishes.lead_to(&koreans.ids, &korean);
    }
}

/// Whether a page has all that it should have, on a screen and on paper.
fn complete(book: &mut Book, page: &str) {
    book.quiet();
    let language = book.text("document.documentElement.lang");
    assert!(page.starts_with(&language), "{page} in {language}");
    for (scheme, theme) in [("light", "light"), ("dark", "navy")] {
        book.medium("screen", scheme);
        book.wait_for(&format!("document.documentElement.classList.contains('{theme}')"));
        fits(book, &format!("{page}, {scheme}"));
        // The page for printing has the same texts once more.
        if !page.ends_with("print.html") {
            readable(book, &format!("{page} in {theme}"));
        }
    }
    if page.contains("everything") {
        for theme in ["rust", "coal", "ayu"] {
            book.run(&format!("document.getElementById('mdbook-theme-{theme}').click()"));
            readable(book, &format!("{page} in {theme}"));
        }
        book.run("document.getElementById('mdbook-theme-default_theme').click()");
    }
    side_by_side(book, page, true);
    let twice = "(ids => ids.length - new Set(ids).size)([...document.querySelectorAll('main [id]')].map(it => it.id))";
    assert_eq!(book.run(twice), 0, "{page}: an id stands twice");
    if language == "ko" {
        speaks_korean(book, page);
    }
    on_paper(book, page);
    book.resize(1280);
    book.quiet();
}

fn fits(book: &Book, what: &str) {
    // mdBook's sidebar glides to its place after a resize: it is looked at until it has come there.
    let too_wide = book.run(
        "new Promise(resolve => {
            const end = performance.now() + 3000;
            const look = () => {
                const wide = ['html', 'body', '#mdbook-content'].filter(name => {
                    const element = document.querySelector(name);
                    return element && element.scrollWidth > element.clientWidth;
                });
                return wide.length === 0 || performance.now() > end ? resolve(wide) : requestAnimationFrame(look);
            };
            look();
        })",
    );
    assert_eq!(too_wide, json!([]), "{what}");
}

fn speaks_korean(book: &Book, page: &str) {
    if page.contains("everything") {
        assert!(!search(book, "소켓").is_empty());
    }
    let said = book.run(
        "(() => {
            const said = [];
            for (const name of ['title', 'aria-label', 'placeholder']) {
                for (const element of document.querySelectorAll(`[${name}]:not(main *), main button[${name}]`)) {
                    said.push(element.getAttribute(name));
                }
            }
            for (const id of ['help-popup', 'theme-list', 'searchresults-header']) {
                const part = document.getElementById(`mdbook-${id}`).cloneNode(true);
                part.querySelectorAll('kbd').forEach(key => key.remove());
                said.push(part.textContent);
            }
            return { all: said.length, latin: said.filter(words => /[A-Za-z]/.test(words)) };
        })()",
    );
    assert!(said["all"].as_u64().unwrap() > 10, "{said}");
    assert_eq!(said["latin"], json!([]), "{page}");
}

/// Pairs of text and background in code whose contrast is below that of WCAG's level AA.
const FAINT: &str = r"(() => {
    const parse = colour => {
        const [r, g, b, a = 1] = colour.match(/[\d.]+/g).map(Number);
        return { r, g, b, a };
    };
    const over = (top, below) => ({
        r: top.r * top.a + below.r * (1 - top.a),
        g: top.g * top.a + below.g * (1 - top.a),
        b: top.b * top.a + below.b * (1 - top.a),
        a: 1,
    });
    const background = element => {
        if (!element) {
            return { r: 255, g: 255, b: 255, a: 1 };
        }
        const own = parse(getComputedStyle(element).backgroundColor);
        return own.a === 1 ? own : over(own, background(element.parentElement));
    };
    const luminance = ({ r, g, b }) => {
        const [x, y, z] = [r, g, b].map(part => part / 255)
            .map(part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
        return 0.2126 * x + 0.7152 * y + 0.0722 * z;
    };
    const faint = new Set();
    let seen = 0;
    const texts = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
        const element = texts.currentNode.parentElement;
        if (!texts.currentNode.data.trim() || !element.closest('code, a')) {
            continue;
        }
        seen += 1;
        const style = getComputedStyle(element);
        const below = background(element);
        const text = over(parse(style.color), below);
        const [light, dark] = [luminance(text), luminance(below)].sort((a, b) => b - a);
        const ratio = (light + 0.05) / (dark + 0.05);
        if (ratio < 4.5) {
            faint.add(`${ratio.toFixed(2)}: ${element.className} ${style.color} “${texts.currentNode.data.trim().slice(0, 30)}”`);
        }
    }
    return { seen, faint: [...faint] };
})()";

fn readable(book: &Book, page: &str) {
    let found = book.run(FAINT);
    assert_eq!(found["faint"], json!([]), "{page}");
    assert!(
        !page.contains("everything") || found["seen"].as_u64().unwrap() > 50,
        "{page}: {found}"
    );
}

/// What stands side by side does so on a wide window, and is stacked on a narrow one.
fn side_by_side(book: &Book, page: &str, wide: bool) {
    // How many rows of cells each table shows, and how much the widths of the cells differ.
    let rows = book.run(
        "[...document.querySelectorAll('.side-by-side tr')].map(row => {
            const cells = [...row.cells].map(cell => cell.getBoundingClientRect());
            const widths = cells.map(cell => cell.width);
            return {
                rows: new Set(cells.map(cell => cell.top)).size,
                cells: cells.length,
                unequal: Math.max(...widths) - Math.min(...widths),
            };
        })",
    );
    let rows = rows.as_array().unwrap();
    for row in rows {
        assert_eq!(row["rows"], if wide { json!(1) } else { row["cells"].clone() }, "{page}");
        assert!(row["unequal"].as_f64().unwrap() < 2.0, "{page}: {row}");
    }
    assert!(!page.contains("everything") || rows.len() == 1, "{page}");
}

/// On paper only the text is left, in black.
fn on_paper(book: &Book, page: &str) {
    // A4 without its margins.
    book.resize(718);
    // Of a dark theme, whose ink would be light.
    book.medium("print", "dark");
    let found = book.run(
        "(() => {
            dispatchEvent(new Event('beforeprint'));
            const parts = '#mdbook-menu-bar, .language-switch, #mdbook-sidebar, #mdbook-search-wrapper, '
                + '.nav-chapters, .mobile-nav-chapters, pre > .buttons, #mdbook-help-container';
            return {
                shown: [...document.querySelectorAll(parts)].filter(part => part.checkVisibility())
                    .map(part => part.className || part.id),
                text: getComputedStyle(document.querySelector('main')).color,
                folded: [...document.querySelectorAll('details')].filter(answer => !answer.open).length,
            };
        })()",
    );
    assert_eq!(found["shown"], json!([]), "{page}");
    assert_eq!(found["text"], "rgb(0, 0, 0)", "{page}");
    assert_eq!(found["folded"], 0, "{page}: an answer is folded on paper");
    fits(book, &format!("{page} on paper"));
    side_by_side(book, page, true);
    book.medium("screen", "light");
}

// --- The rest -------------------------------------------------------------------------------------

#[test]
fn a_transcript_is_copied_as_commands_that_can_be_run() {
    let Some(mut book) = Book::open() else { return };
    book.go("ko/everything.html");
    let copied = book.run(
        "[...document.querySelectorAll('pre')].map(block => playground_text(block, false).trim())
            .filter(text => text.startsWith('cargo'))",
    );
    let expected = "cargo run -p tcp-echo\ncargo run --bin tcp-echo-client";
    assert_eq!(copied, json!([expected]));
    let prompt =
        "getComputedStyle(document.querySelector('.console .command'), '::before').content";
    assert_eq!(book.text(prompt), "\"$ \"");
    book.quiet();
}

/// Each moment is reached by key, says what its row of the table says, and marks the line that the row names.
#[test]
fn every_replay_steps_through_all_its_moments_by_key_on_a_phone() {
    let Some(mut book) = Book::open() else { return };
    book.resize(390);
    let mut replays = 0;
    for language in Language::ALL.map(Language::code) {
        for name in book.pages().into_iter().filter(|name| name != "print.html") {
            let page = format!("{language}/{name}");
            book.go(&page);
            let wrong = book.run(
                "[...document.querySelectorAll('.replay')].map(replay => {
                    for (let it = replay; it; it = it.parentElement) if (it.tagName === 'DETAILS') it.open = true;
                    const stepper = replay.querySelector('.stepper');
                    const rows = [...replay.querySelectorAll('tbody tr')];
                    const listings = [...replay.querySelectorAll('.program')];
                    const wrong = [];
                    for (const [index, row] of rows.entries()) {
                        const cells = [...row.cells].map(cell => cell.textContent.trim());
                        const said = stepper.querySelector('.moment').textContent;
                        if (said !== `${cells[1]}: ${cells[2]}`) wrong.push(`${index}: ${said}`);
                        if (stepper.querySelector('output').textContent !== `${index + 1} / ${rows.length}`)
                            wrong.push(`${index}: ${stepper.querySelector('output').textContent}`);
                        listings.forEach((listing, program) => {
                            const line = parseInt(cells[3 + program], 10) || 0;
                            const absent = listing.closest('figure').classList.contains('absent');
                            if (absent !== (cells[3 + program] === '—')) wrong.push(`${index}: absent in ${program}`);
                            const now = [...listing.querySelectorAll('.now')].map(it => Number(it.dataset.line));
                            if (JSON.stringify(now) !== JSON.stringify(line ? [line] : []))
                                wrong.push(`${index}: ${now} is marked in ${program}, ${line} is named`);
                        });
                        const arrows = [...stepper.querySelectorAll('.arrow')].map(it => it.textContent).join('|');
                        const expected = [[/^connects|^sends|^half|^closes|연결함$|보냄$|닫음$/, '→|'],
                            [/^receives (?!nothing)|[^못] 받음$/, '←|'], [/^accept:|^recv(from)?:/, '|→'],
                            [/^(socket|bind|listen|start|sendall|sendto|close)(:|$)/, '|←'], [/./, '|']];
                        const [, wanted] = expected.find(([words]) => words.test(cells[2]));
                        if (arrows !== wanted) wrong.push(`${index}: ${cells[2]}: ${arrows}`);
                        if (document.body.scrollWidth > innerWidth) wrong.push(`${index}: too wide`);
                        const press = { key: 'ArrowRight', bubbles: true, cancelable: true };
                        stepper.querySelector('button').dispatchEvent(new KeyboardEvent('keydown', press));
                    }
                    if (location.hash !== `#${replay.id}-${rows.length}`) wrong.push(location.hash);
                    return [replay.id, listings.length, wrong];
                })",
            );
            for replay in wrong.as_array().unwrap() {
                assert_eq!(replay[2], json!([]), "{page}: {replay}");
                assert!(replay[1] == 1 || replay[1] == 2, "{page}: {replay}");
                replays += 1;
            }
            book.quiet();
        }
    }
    assert!(replays >= 18, "{replays}");
}

/// In a lesson one section is shown at a time, each of them in its turn, with its answer folded.
#[test]
fn a_chapter_is_shown_as_slides() {
    let Some(mut book) = Book::open() else { return };
    book.resize(1280);
    for page in ["ko/tcp.html", "en/udp.html", "en/threads.html"] {
        book.go(page);
        book.run("document.querySelector('.slides-button').click()");
        let count = book.text("document.querySelector('.slides-button').textContent");
        let count: usize = count.rsplit(' ').next().unwrap().parse().unwrap();
        assert!(count > 10, "{page}: {count}");
        let mut seen = 0;
        for slide in 1..=count {
            let shown = book.run(
                "[...document.querySelector('main').children].filter(it => it.offsetParent && !it.open).length",
            );
            assert!(shown.as_u64().unwrap() > 1, "{page}: {slide}");
            seen += shown.as_u64().unwrap();
            fits(&book, &format!("{page}, slide {slide}"));
            book.run("dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', cancelable: true }))");
        }
        let all = "[...document.querySelector('main').children].filter(it => !it.open).length";
        assert!(book.run(all).as_u64().unwrap() <= seen, "{page}: something is on no slide");
        assert_eq!(book.place().0, page);
        book.run(
            "dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', cancelable: true }))",
        );
        assert_eq!(book.run("document.querySelectorAll('.off-slide').length"), 0);
        book.quiet();
    }
}

/// A link to a moment opens what folds it away, and shows it.
#[test]
fn a_moment_of_a_replay_can_be_linked_to() {
    let Some(mut book) = Book::open() else { return };
    book.go("en/tcp.html#second-client-5");
    let stepper = "document.querySelector('#second-client .stepper')";
    assert!(
        book.text(&format!("{stepper}.querySelector('output').textContent")).starts_with("5 / ")
    );
    assert_eq!(book.run(&format!("{stepper}.closest('details').open")), true);
    book.quiet();
}

/// Without scripts the table is there, and nothing of the stepper.
#[test]
fn without_scripts_a_replay_is_a_table() {
    let Some(mut book) = Book::open() else { return };
    call::<Emulation::SetScriptExecutionDisabled>(&book.tab, json!({ "value": true }));
    book.go("en/tcp.html");
    call::<Emulation::SetScriptExecutionDisabled>(&book.tab, json!({ "value": false }));
    let seen = "[...document.querySelectorAll('.replay')].every(replay =>
        replay.querySelector('tbody tr') && !replay.querySelector('.stepper') && replay.querySelector('.programs').hidden)";
    assert_eq!(book.run(seen), true);
}

/// The files of the book are those that its pages need, and no more.
#[test]
fn the_folder_of_the_book_has_no_leftovers() {
    let Some(built) = built() else { return };
    let out = built.path().join("book");
    let names = |folder: &Path| -> BTreeSet<String> {
        fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect()
    };
    assert_eq!(names(&out), BTreeSet::from(["en", "index.html", "ko"].map(str::to_owned)));
    let (korean, english) = (names(&out.join("ko")), names(&out.join("en")));
    assert_eq!(korean, english);
    let source =
        |name: &str| Path::new(name).extension().is_some_and(|end| end == "toml" || end == "md");
    let left = |name: &&String| source(name) || *name == "404.html";
    assert_eq!(korean.iter().find(left), None);
}

/// Every link leads to a file, and to a place in it.
#[test]
fn every_link_of_the_book_leads_somewhere() {
    let Some(built) = built() else { return };
    let out = built.path().join("book");
    let mut pages = BTreeMap::from([(out.join("index.html"), String::new())]);
    for language in Language::ALL {
        let files =
            fs::read_dir(out.join(language.code())).unwrap().map(|file| file.unwrap().path());
        let files =
            files.filter(|file| file.extension().is_some_and(|extension| extension == "html"));
        pages.extend(files.map(|file| (file, String::new())));
    }
    for (file, text) in &mut pages {
        *text = fs::read_to_string(file).unwrap();
    }
    let id = Regex::new(r#"\bid="?([^" >]+)"#).unwrap();
    let ids = |text| id.captures_iter(text).map(|id| id.extract::<1>().1[0]).collect();
    let ids: BTreeMap<&PathBuf, BTreeSet<&str>> =
        pages.iter().map(|(file, text)| (file, ids(text))).collect();
    let link = Regex::new(r#"\b(?:href|src)="([^"]*)""#).unwrap();
    let mut checked = 0;
    for (file, text) in &pages {
        for (_, [link]) in link.captures_iter(text).map(|link| link.extract()) {
            if link.starts_with("https://") || link.starts_with("data:") {
                continue;
            }
            checked += 1;
            let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = if path.is_empty() { file.clone() } else { beside(file, path) };
            assert!(target.exists(), "{link} in {}", file.display());
            if let (false, Some(ids)) = (anchor.is_empty(), ids.get(&target)) {
                assert!(ids.contains(anchor), "{link} in {}", file.display());
            }
        }
    }
    assert!(checked > 1500, "{checked}");
}

/// The file that `file` calls `link`.
fn beside(file: &Path, link: &str) -> PathBuf {
    let mut path = file.parent().unwrap().to_owned();
    for part in Path::new(link).components() {
        match part {
            Component::ParentDir => assert!(path.pop()),
            part => path.push(part),
        }
    }
    path
}

/// A failed build leaves the book of before as it was, and the next one takes its folder for the book's own.
#[test]
fn a_build_that_fails_is_in_nobodys_way() {
    if site::mdbook().is_none() {
        return skip("a failed build needs mdBook; `make book` installs it");
    }
    let folder = tempfile::tempdir().unwrap();
    let (docs, out) = (folder.path().join("docs"), folder.path().join("out"));
    let pages = ["one", "two", "three"];
    copy_setup(&docs);
    for language in Language::ALL.map(|language| docs.join(language.code())) {
        fs::create_dir_all(&language).unwrap();
        let entries = pages.map(|page| format!("- [{page}]({page}.md)\n")).concat();
        fs::write(language.join("SUMMARY.md"), entries).unwrap();
        for page in pages {
            fs::write(language.join(page).with_extension("md"), format!("# {page}\n")).unwrap();
        }
    }
    let page = docs.join("en/two.md");
    let wrong = [
        // What mdBook complains of, and what the other language lacks.
        "{{#include nothing.md}}",
        "# two\n\n## a heading more\n",
    ];
    for before in [None, Some("a word")] {
        for wrong in wrong {
            fs::write(&page, wrong).unwrap();
            site::build(&docs, &out).expect_err(wrong);
            let built = fs::read_to_string(out.join("en/two.html")).ok();
            assert_eq!(built.is_some(), before.is_some(), "{wrong}");
            assert!(built.is_none_or(|built| built.contains("a word")), "{wrong}");
        }
        fs::write(&page, "# two\n\na word\n").unwrap();
        site::build(&docs, &out).unwrap_or_else(|error| panic!("{before:?}: {error:#}"));
    }
    // But what is not the book's is not touched.
    fs::remove_dir_all(out.join("ko/site")).unwrap();
    site::build(&docs, &out).expect_err("a folder of somebody else");
    assert!(out.join("ko/two.html").exists());
}
