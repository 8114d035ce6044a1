//! The switch to the same page, and the same section, in the other language.

use anyhow::{Context, Result, ensure};
use regex::Regex;

use super::mdbook::replace;
use crate::{Language, told};

/// Adds a link to the twin of this page, in the menu bar and in the head.
pub fn add_switch(page: &str, language: Language, name: &str, twin: &str) -> Result<String> {
    let (own, other) = (sections(page)?, sections(twin)?);
    ensure!(
        own.len() == other.len(),
        told(
            format!(
                "두 언어의 제목 수가 다릅니다({}개, {}개). 어느 쪽에 빠진 제목이 있는지 확인하세요.",
                own.len(),
                other.len()
            ),
            format!(
                "The languages differ in their number of headings ({} and {}); see which one lacks a heading.",
                own.len(),
                other.len()
            ),
        )
    );
    let (code, words) = match language.twin() {
        Language::Korean => ("ko", "한국어"),
        Language::English => ("en", "English"),
    };
    let href = format!("../{code}/{name}");
    let sections = serde_json::to_string(&other)?.replace('\'', "&#39;");
    let bar = r#"<div class="right-buttons">"#;
    let switch = format!(
        "{bar}\n                        <a class=\"language-switch\" href=\"{href}\" \
         hreflang=\"{code}\" lang=\"{code}\" data-sections='{sections}'>{words}</a>"
    );
    let link =
        format!("    <link rel=\"alternate\" hreflang=\"{code}\" href=\"{href}\">\n    </head>");
    replace(&replace(page, bar, &switch)?, "</head>", &link)
}

/// The ids of the headings of a page, in order.
fn sections(page: &str) -> Result<Vec<String>> {
    let heading = Regex::new(r#"<h[1-6](?: [^>]*)? id="([^"]*)""#)?;
    let main = page.split_once("<main>").and_then(|(_, rest)| rest.rsplit_once("</main>"));
    let (main, _) = main.with_context(|| {
        told("mdBook의 출력에 `<main>`이 없습니다.", "mdBook's output has no `<main>`.")
    })?;
    Ok(heading.captures_iter(main).map(|captures| captures[1].to_owned()).collect())
}
