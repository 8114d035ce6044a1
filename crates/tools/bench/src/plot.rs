//! What was measured, as pictures.

use anyhow::Result;
use harness::Text;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::contender::{BARE, C, port};
use crate::load::Protocol;
use crate::results::{Metric, Results};
use crate::spread::Spread;
use crate::table::{InLanguage, base, name, short, title};

/// The size of a picture.
const SIZE: (u32, u32) = (760, 440);

const FONT: &str = "sans-serif";

/// All pictures of one language: the name of the file of each, and its text.
///
/// # Errors
///
/// When nothing was measured that could be drawn.
pub fn all(results: &Results, language: InLanguage) -> Result<[(&'static str, String); 4]> {
    let lines = |protocol, metric| lines(results, protocol, metric, language);
    Ok([
        ("threads-throughput.svg", lines(Protocol::Tcp, Metric::Throughput)?),
        ("threads-processor.svg", lines(Protocol::Tcp, Metric::Processor)?),
        ("udp-throughput.svg", lines(Protocol::Udp, Metric::Throughput)?),
        ("threads-idle.svg", bars(results, Protocol::Tcp, Metric::Idle, language)?),
    ])
}

/// A colour for each server, told apart by people who see few colours too.
fn colour(id: &str) -> RGBColor {
    match id {
        _ if id == port(Protocol::Tcp) || id == port(Protocol::Udp) => RGBColor(213, 94, 0),
        BARE => RGBColor(110, 110, 110),
        C => RGBColor(0, 114, 178),
        "pool" => RGBColor(0, 158, 115),
        "tokio" => RGBColor(204, 121, 167),
        "socketserver" => RGBColor(230, 159, 0),
        "asyncio" => RGBColor(86, 180, 233),
        _ => BLACK,
    }
}

/// Ratios by the number of clients: a line for each server, with its quartiles.
fn lines(
    results: &Results,
    protocol: Protocol,
    metric: Metric,
    language: InLanguage,
) -> Result<String> {
    let base = base(results, protocol);
    let clients = &results.plan.clients;
    #[expect(clippy::cast_precision_loss, reason = "a few columns")]
    let place = |column: usize| column as f64;
    let mut series = Vec::new();
    for id in results.lasting(protocol) {
        let ratio = |clients| results.ratio(protocol, metric, clients, (id, base));
        let points = clients.iter().enumerate();
        let points = points.filter_map(|(column, clients)| Some((place(column), ratio(*clients)?)));
        let points = points.filter(|(_, spread)| spread.low > 0.0);
        series.push((id, points.collect::<Vec<_>>()));
    }
    let spreads = || series.iter().flat_map(|(_, points)| points.iter().map(|(_, spread)| spread));
    let low = spreads().map(|spread| spread.low).fold(1.0, f64::min);
    let high = spreads().map(|spread| spread.high).fold(1.0, f64::max);

    let mut svg = String::new();
    let area = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
    area.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&area)
        .caption(caption(metric, base, language), (FONT, 18))
        .margin(12)
        .margin_right(170)
        .x_label_area_size(44)
        .y_label_area_size(48)
        .build_cartesian_2d(
            -0.2..place(clients.len().saturating_sub(1)) + 0.2,
            (low / 1.15..high * 1.15).log_scale(),
        )?;
    chart
        .configure_mesh()
        .x_desc(language(&Text::new(
            "동시에 말하는 클라이언트의 수",
            "clients that talk at the same time",
        )))
        .x_labels(clients.len())
        .x_label_formatter(&|at| {
            let column =
                clients.iter().enumerate().find(|(column, _)| (place(*column) - at).abs() < 0.01);
            column.map_or_else(String::new, |(_, clients)| clients.to_string())
        })
        .y_label_formatter(&|ratio| format!("{ratio:.1}").trim_end_matches(".0").to_owned())
        .max_light_lines(0)
        .label_style((FONT, 14))
        .disable_x_mesh()
        .draw()?;
    for (id, points) in &series {
        let wide = if *id == port(protocol) { 3 } else { 2 };
        let style = colour(id).stroke_width(wide);
        let line = points.iter().map(|(at, spread)| (*at, spread.median));
        chart.draw_series(LineSeries::new(line, style))?;
        let whisker = |(at, spread): &(f64, Spread)| {
            PathElement::new([(*at, spread.low), (*at, spread.high)], style)
        };
        chart.draw_series(points.iter().map(whisker))?;
        let dot = |(at, spread): &(f64, Spread)| {
            Circle::new((*at, spread.median), 3, colour(id).filled())
        };
        chart.draw_series(points.iter().map(dot))?;
    }
    let left = TextStyle::from((FONT, 14).into_font()).pos(Pos::new(HPos::Left, VPos::Center));
    let mut y = 60;
    for (id, _) in &series {
        area.draw(&PathElement::new([(604, y), (628, y)], colour(id).stroke_width(3)))?;
        area.draw_text(language(&name(id)), &left, (636, y))?;
        y += 22;
    }
    area.present()?;
    drop(chart);
    drop(area);
    Ok(svg)
}

fn caption(metric: Metric, base: &str, language: InLanguage) -> String {
    let (metric, base) = (title(metric), name(base));
    let text = Text::new(
        format!("{} ({} = 1)", metric.korean, base.korean),
        format!("{} ({} = 1)", metric.english, base.english),
    );
    language(&text).to_owned()
}

/// What was measured of each server, with its quartiles: a bar for each.
fn bars(
    results: &Results,
    protocol: Protocol,
    metric: Metric,
    language: InLanguage,
) -> Result<String> {
    let servers = results.lasting(protocol);
    let servers = servers.into_iter();
    let measured: Vec<_> =
        servers.filter_map(|id| Some((id, results.spread(protocol, metric, 0, id)?))).collect();
    let high = measured.iter().map(|(_, spread)| spread.high).fold(1.0, f64::max);
    #[expect(clippy::cast_precision_loss, reason = "a few rows")]
    let rows = measured.len() as f64;

    let mut svg = String::new();
    let area = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
    area.fill(&WHITE)?;
    let caption = Text::new(
        format!("{} (KiB)", title(metric).korean),
        format!("{} (KiB)", title(metric).english),
    );
    let mut chart = ChartBuilder::on(&area)
        .caption(language(&caption), (FONT, 18))
        .margin(12)
        .margin_left(160)
        .x_label_area_size(32)
        .build_cartesian_2d(0.0..high * 1.15, rows..0.0)?;
    chart
        .configure_mesh()
        .max_light_lines(0)
        .x_label_formatter(&|kib| format!("{kib:.0}"))
        .disable_y_mesh()
        .disable_y_axis()
        .label_style((FONT, 14))
        .draw()?;
    let right = TextStyle::from((FONT, 14).into_font()).pos(Pos::new(HPos::Right, VPos::Center));
    let left = TextStyle::from((FONT, 14).into_font()).pos(Pos::new(HPos::Left, VPos::Center));
    let mut top = 0.0;
    for (id, spread) in measured {
        let middle = top + 0.5;
        let bar =
            Rectangle::new([(0.0, top + 0.2), (spread.median, top + 0.8)], colour(id).filled());
        chart.draw_series([bar])?;
        let whisker = [(spread.low, middle), (spread.high, middle)];
        chart.draw_series([PathElement::new(whisker, BLACK.stroke_width(2))])?;
        let (x, y) = chart.backend_coord(&(0.0, middle));
        area.draw_text(language(&name(id)), &right, (x - 8, y))?;
        let (x, y) = chart.backend_coord(&(spread.high, middle));
        area.draw_text(&short(spread.median), &left, (x + 8, y))?;
        top += 1.0;
    }
    area.present()?;
    drop(chart);
    drop(area);
    Ok(svg)
}
