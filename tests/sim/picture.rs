//! A storm as a picture: for each policy the arrivals of each 100 ms against what the server can take, and how many
//! clients are connected. Plain SVG, readable on light and dark pages.

use std::fmt::Write as _;

use crate::storm::policies::Policy;
use crate::storm::series::{BAR_MS, Series};

const WIDTH: f64 = 900.0;
const LEFT: f64 = 190.0;
const PANEL: f64 = 90.0;
const GAP: f64 = 22.0;
const TOP: f64 = 58.0;

/// Draws the first `seconds` of each.
pub fn draw(storms: &[(Policy, Series)], clients: u32, capacity_per_s: f64, seconds: u64) -> String {
    let bars = (seconds * 1_000 / BAR_MS) as usize;
    let height = TOP + storms.len() as f64 * (PANEL + GAP) + 24.0;
    let mut svg = String::new();
    let _ = writeln!(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height:.0}\" font-family=\"system-ui, sans-serif\" font-size=\"13\">"
    );
    let _ = writeln!(
        svg,
        "<style>text{{fill:#333}}.c{{fill:none;stroke:#1a7f4b;stroke-width:2}}.a{{fill:#d9480f}}.l{{stroke:#888;stroke-dasharray:4 3}}.f{{fill:#f4f4f2}}@media(prefers-color-scheme:dark){{text{{fill:#ddd}}.f{{fill:#26262a}}.c{{stroke:#4fd08b}}.a{{fill:#ff8a4c}}}}</style>"
    );
    let _ = writeln!(
        svg,
        "<text x=\"8\" y=\"20\" font-size=\"16\">{clients} clients are cut off at once from a server that takes {capacity_per_s:.0} joins a second</text>"
    );
    let _ = writeln!(
        svg,
        "<text x=\"8\" y=\"40\">bars: joins arriving in each 100 ms (dashed: what the server can take); line: clients connected, of {clients}</text>"
    );
    for (number, (policy, series)) in storms.iter().enumerate() {
        let top = TOP + number as f64 * (PANEL + GAP);
        panel(&mut svg, top, *policy, series, bars, clients, capacity_per_s);
    }
    axis(&mut svg, height - 8.0, seconds);
    svg.push_str("</svg>");
    svg
}

fn panel(svg: &mut String, top: f64, policy: Policy, series: &Series, bars: usize, clients: u32, capacity_per_s: f64) {
    let width = (WIDTH - LEFT - 10.0) / bars as f64;
    let capacity = capacity_per_s * BAR_MS as f64 / 1_000.0;
    // The same scale for all: five times the capacity. Higher bars are cut and say so with their number.
    let tallest = capacity * 5.0;
    let y = |arrivals: f64| top + PANEL - PANEL * (arrivals / tallest).min(1.0);
    let _ = writeln!(svg, "<text x=\"8\" y=\"{:.0}\">{}</text>", top + 16.0, policy.name());
    let most = series.arrivals.iter().max().copied().unwrap_or(0);
    let _ = writeln!(svg, "<text x=\"8\" y=\"{:.0}\" font-size=\"11\">at most {most} in 100 ms</text>", top + 34.0);
    let frame = WIDTH - LEFT - 10.0;
    let _ = writeln!(svg, "<rect class=\"f\" x=\"{LEFT}\" y=\"{top:.0}\" width=\"{frame:.0}\" height=\"{PANEL}\"/>");
    for (bar, arrivals) in series.arrivals.iter().take(bars).enumerate().filter(|(_, arrivals)| **arrivals > 0) {
        let (x, y) = (LEFT + bar as f64 * width, y(f64::from(*arrivals)));
        let tall = top + PANEL - y;
        let _ = writeln!(
            svg,
            "<rect class=\"a\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"{tall:.1}\"/>",
            width * 0.9
        );
    }
    let limit = y(capacity);
    let _ = writeln!(
        svg,
        "<line class=\"l\" x1=\"{LEFT}\" x2=\"{:.0}\" y1=\"{limit:.1}\" y2=\"{limit:.1}\"/>",
        WIDTH - 10.0
    );
    let mut path = String::new();
    for (bar, connected) in series.connected.iter().take(bars).enumerate() {
        let (x, y) =
            (LEFT + (bar + 1) as f64 * width, top + PANEL - PANEL * f64::from(*connected) / f64::from(clients));
        let _ = write!(path, "{}{x:.1} {y:.1}", if bar == 0 { "M" } else { "L" });
    }
    let _ = writeln!(svg, "<path class=\"c\" d=\"{path}\"/>");
}

fn axis(svg: &mut String, y: f64, seconds: u64) {
    for second in (0..=seconds).step_by(5) {
        let x = LEFT + (WIDTH - LEFT - 10.0) * second as f64 / seconds as f64;
        let _ =
            writeln!(svg, "<text x=\"{x:.0}\" y=\"{y:.0}\" text-anchor=\"middle\" font-size=\"11\">{second} s</text>");
    }
}
