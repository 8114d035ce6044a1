//! Code blocks: transcripts, and the languages that mdBook does not colour.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use regex::Regex;

/// The languages that the script which colours code knows. For any other it warns on the console.
pub fn highlighted(script: &str) -> BTreeSet<String> {
    let names = Regex::new(r#"registerLanguage\("([^"]+)"|aliases:\[([^\]]*)\]"#).expect("a regex");
    names
        .captures_iter(script)
        .flat_map(|found| {
            let names = found.get(1).or(found.get(2)).map_or("", |names| names.as_str());
            names.split(',').map(|name| name.trim_matches('"').to_owned()).collect::<Vec<_>>()
        })
        .collect()
}

/// Marks the lines of the transcripts of a page.
pub fn finish(page: &str, highlighted: &BTreeSet<String>) -> Result<String> {
    let block =
        Regex::new(r#"(?s)<pre><code class="language-([^" ]+)([^"]*)">(.*?)</code></pre>"#)?;
    // The columns of a table, the margin of the compiler's messages, the lanes of moments.
    let aligned = Regex::new(r"(?m)│|^ *\d* +\||^ +\d+\.\d{3} ")?;
    let mut finished = String::new();
    let mut rest = 0;
    for found in block.captures_iter(page) {
        let whole = found.get(0).context("a match")?;
        let (language, classes, text) = (&found[1], &found[2], &found[3]);
        finished += &page[rest..whole.start()];
        rest = whole.end();
        match language {
            "console" => {
                let lines: String = text.split_inclusive('\n').map(line).collect();
                let class = if aligned.is_match(text) { "console aligned" } else { "console" };
                finished += &format!(
                    "<pre class=\"{class}\"><code class=\"nohighlight\">{lines}</code></pre>"
                );
            }
            _ if highlighted.contains(language) => finished += whole.as_str(),
            // The script would believe a class `language-…` first.
            _ => {
                finished += &format!(
                    "<pre><code class=\"{language}{classes} nohighlight\">{text}</code></pre>"
                );
            }
        }
    }
    Ok(finished + &page[rest..])
}

/// A line of a transcript. The prompt of a command comes from the style sheet, so that nobody copies it.
fn line(line: &str) -> String {
    let text = line.trim_end_matches('\n');
    let newline = &line[text.len()..];
    if let Some(command) = text.strip_prefix("$ ") {
        format!("<span class=\"command\">{command}</span>{newline}")
    } else if text.starts_with("# ") {
        format!("<span class=\"aside\">{text}</span>{newline}")
    } else {
        line.to_owned()
    }
}
