//! Diagrams, drawn as SVG in the colours of the page.

use std::collections::BTreeMap;
use std::ops::Range;

use anyhow::{Result, ensure};
use mermaid_rs_renderer::layout::DiagramData;
use mermaid_rs_renderer::{Layout, LayoutConfig, Theme, compute_layout, parse_mermaid, render_svg};
use regex::{Captures, Regex};

use crate::told;

/// What has been drawn, by its source: most diagrams stand on more than one page.
#[derive(Default)]
pub struct Diagrams(BTreeMap<String, String>);

impl Diagrams {
    /// Draws the `number`-th diagram of a page.
    pub fn draw(&mut self, source: &str, number: usize) -> Result<String> {
        if !self.0.contains_key(source) {
            self.0.insert(source.to_owned(), draw(source)?);
        }
        // Two diagrams on one page have their own ids.
        let ids = Regex::new(r#" id="|url\(#"#)?;
        Ok(ids
            .replace_all(&self.0[source], |found: &Captures| {
                format!("{}diagram-{number}-", &found[0])
            })
            .into_owned())
    }
}

fn draw(source: &str) -> Result<String> {
    let label = source.lines().find_map(|line| line.trim().strip_prefix("accTitle:"));
    let label = label.map(|label| format!(" aria-label=\"{}\"", escape(label.trim())));
    // The renderer shows the quotes of a label on an arrow.
    let source = Regex::new(r#"\|"([^"|]*)"\|"#)?.replace_all(source, "|$1|");
    let (theme, config) = (theme(), config());
    let graph = parse_mermaid(&source)?.graph;
    let mut layout = compute_layout(&graph, &theme, &config);
    if source.trim_start().starts_with("sequenceDiagram") {
        mend_frames(&mut layout, &frames(&source)?);
    }
    let svg = render_svg(&layout, &theme, &config);
    // Its size is a hint only: the style sheet decides.
    let size = Regex::new("<svg [^>]*viewBox=\"([^\"]*)\"[^>]*>")?;
    ensure!(size.is_match(&svg), "svg: {svg}");
    let svg = size.replace(&svg, |found: &Captures| {
        let width = found[1].split(' ').nth(2).unwrap_or_default();
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"{}\" style=\"--width: {width}px\" role=\"img\"{}>",
            &found[1],
            label.as_deref().unwrap_or_default()
        )
    });
    Ok(format!("<figure class=\"diagram\">{}</figure>", svg.replace('\n', " ")))
}

fn theme() -> Theme {
    let mut theme = Theme::modern();
    "inherit".clone_into(&mut theme.font_family);
    for (colour, value) in [
        (&mut theme.background, "none"),
        (&mut theme.cluster_background, "none"),
        (&mut theme.edge_label_background, "var(--bg)"),
        (&mut theme.primary_color, "var(--diagram-surface)"),
        (&mut theme.secondary_color, "var(--diagram-surface)"),
        (&mut theme.tertiary_color, "var(--diagram-surface)"),
        (&mut theme.sequence_actor_fill, "var(--diagram-surface)"),
        (&mut theme.sequence_note_fill, "var(--diagram-note)"),
        (&mut theme.primary_text_color, "var(--fg)"),
        (&mut theme.primary_border_color, "var(--fg)"),
        (&mut theme.line_color, "var(--fg)"),
        (&mut theme.text_color, "var(--fg)"),
        (&mut theme.cluster_border, "var(--fg)"),
        (&mut theme.sequence_actor_border, "var(--fg)"),
        (&mut theme.sequence_actor_line, "var(--fg)"),
        (&mut theme.sequence_note_border, "var(--fg)"),
    ] {
        value.clone_into(colour);
    }
    theme
}

fn config() -> LayoutConfig {
    // The same picture on every machine: no font of this one is measured.
    LayoutConfig { fast_text_metrics: true, ..LayoutConfig::default() }
}

/// A loop or an alternative: its messages, and how many notes of the diagram come before its end.
struct Frame {
    messages: Range<usize>,
    notes: usize,
}

/// The frames of a sequence diagram. Refuses what the renderer would leave out or draw in the wrong place.
fn frames(source: &str) -> Result<Vec<Frame>> {
    let message = Regex::new(r"^(\w+) *--?>> *(\w+) *:.+$")?;
    let other = Regex::new(
        r"^(sequenceDiagram|accTitle:.*|accDescr:.*|(participant|actor) .+|Note (over|left of|right of) [^:]+:.+)$",
    )?;
    let (mut frames, mut open) = (Vec::new(), None);
    let (mut messages, mut notes) = (0, 0);
    let mut before = "";
    for line in
        source.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("%%"))
    {
        let word = line.split(' ').next().unwrap_or_default();
        let known = match word {
            "loop" | "opt" | "alt" => open.replace(messages).is_none(),
            "else" => !before.starts_with("Note "),
            "end" => {
                let start = open.take().unwrap_or(messages);
                frames.push(Frame { messages: start..messages, notes });
                start < messages
            }
            "Note" => {
                notes += 1;
                let opened = ["loop", "opt", "alt", "else"]
                    .contains(&before.split(' ').next().unwrap_or_default());
                other.is_match(line) && !opened
            }
            _ => match message.captures(line) {
                Some(ends) => {
                    messages += 1;
                    ends[1] != ends[2]
                }
                None => other.is_match(line),
            },
        };
        ensure!(
            known,
            told(
                format!(
                    "그림에 이 줄을 쓸 수 없습니다: `{line}`\n쓸 수 있는 것: participant, `A->>B: …`, `A-->>B: …`, \
                     Note, loop, opt, alt, else, end. 자신에게 보내는 화살표, 틀 속의 틀, loop·opt·alt·else 바로 뒤와 \
                     else 바로 앞의 Note는 쓸 수 없습니다."
                ),
                format!(
                    "A diagram cannot have this line: `{line}`\nIt can have participant, `A->>B: …`, `A-->>B: …`, \
                     Note, loop, opt, alt, else and end; but no arrow to oneself, no frame in a frame, and no Note right \
                     behind loop, opt, alt or else, or right before else."
                ),
            )
        );
        before = line;
    }
    Ok(frames)
}

/// The renderer takes the notes just before and just behind a frame to be in it, leaves others hanging
/// out of it, and moves the words of an arrow away from a frame.
fn mend_frames(layout: &mut Layout, frames: &[Frame]) {
    /// From the upper edge of a frame to its first arrow there is room for its words.
    const HEAD: f32 = 78.0;
    /// Between a frame and the notes in it.
    const MARGIN: f32 = 10.0;
    for edge in &mut layout.edges {
        if let (Some(label), [(from, y), .., (to, _)]) = (&edge.label, &edge.points[..]) {
            edge.label_anchor = Some((f32::midpoint(*from, *to), y - label.height / 2.0 - 6.0));
        }
    }
    let arrows: Vec<f32> = layout.edges.iter().map(|edge| edge.points[0].1).collect();
    let DiagramData::Sequence(drawn) = &mut layout.diagram else {
        return;
    };
    for (frame, shape) in frames.iter().zip(&mut drawn.frames) {
        let (first, last) = (arrows[frame.messages.start], arrows[frame.messages.end - 1]);
        let (inside, behind) = drawn.notes.split_at(frame.notes);
        let inside = || inside.iter().filter(|note| note.index > frame.messages.start);
        let lowest = inside().fold(last, |lowest, note| lowest.max(note.y + note.height));
        let left = inside().fold(shape.x, |left, note| left.min(note.x - MARGIN));
        let right = inside()
            .fold(shape.x + shape.width, |right, note| right.max(note.x + note.width + MARGIN));
        shape.label_box.0 += left - shape.x;
        shape.label.x += left - shape.x;
        shape.x = left;
        shape.width = right - left;
        // Half way to what comes next.
        let next =
            behind.first().filter(|note| note.index == frame.messages.end).map(|note| note.y);
        let bottom = next.map_or(lowest + 12.0, |next| f32::midpoint(lowest, next));
        let down = first - HEAD - shape.y;
        shape.y += down;
        shape.height = bottom - shape.y;
        shape.label_box.1 += down;
        shape.label.y += down;
        if let Some(label) = shape.section_labels.first_mut() {
            label.y += down;
        }
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::draw;

    fn sequence(lines: &str) -> Result<String, String> {
        let source = format!("sequenceDiagram\n{}", lines.replace("; ", "\n"));
        draw(&source).map_err(|error| error.to_string())
    }

    #[test]
    fn what_would_be_drawn_wrongly_is_refused() {
        for lines in [
            "A->>A: x",
            "A-xB: x",
            "A->B: x",
            "par; A->>B: x; end",
            "loop; Note over A: n; A->>B: x; end",
            "alt; A->>B: x; Note over A: n; else; A->>B: x; end",
            "loop; loop; A->>B: x; end; end",
            "loop; end",
        ] {
            let error = sequence(lines).expect_err(lines);
            assert!(error.contains("`A-->>B: …`"), "{lines}: {error}");
        }
    }

    #[test]
    fn a_note_outside_a_frame_is_drawn_outside() {
        let around =
            sequence("A->>B: x; Note over A: n; loop l; A->>B: y; end; Note over A: m; A->>B: z")
                .unwrap();
        let number = |text: &str| text.parse::<f32>().unwrap();
        let frame = regex::Regex::new(
            r#"y="([0-9.]+)" width="[0-9.]+" height="([0-9.]+)" fill="none" stroke="[^"]*" stroke-width="2.0""#,
        );
        let frame = frame.unwrap().captures(&around).expect("a frame");
        let (top, bottom) = (number(&frame[1]), number(&frame[1]) + number(&frame[2]));
        let note = regex::Regex::new(
            r"M [0-9.]+ ([0-9.]+) L [0-9.]+ [0-9.]+ L [0-9.]+ [0-9.]+ L [0-9.]+ ([0-9.]+) L",
        )
        .unwrap();
        let notes: Vec<_> =
            note.captures_iter(&around).map(|note| (number(&note[1]), number(&note[2]))).collect();
        let [before, behind] = notes[..] else { panic!("{notes:?}") };
        assert!(before.1 < top && bottom < behind.0, "{before:?} {top} {bottom} {behind:?}");
    }
}
