//! Colours and tables on a terminal, the same text without colours elsewhere.

use std::io::IsTerminal;
use std::sync::OnceLock;

use serde_json::Value;

/// Prints a line. Whoever stops reading has seen enough, as in `check … | head`.
macro_rules! print_line {
    ($($format:tt)*) => {{
        use std::io::Write;
        let _ = writeln!(std::io::stdout(), $($format)*);
    }};
}

pub fn good(text: &str) -> String {
    colour("32", text)
}

pub fn bad(text: &str) -> String {
    colour("31", text)
}

pub fn warn(text: &str) -> String {
    colour("33", text)
}

pub fn dim(text: &str) -> String {
    colour("2", text)
}

fn colour(code: &str, text: &str) -> String {
    static COLOURS: OnceLock<bool> = OnceLock::new();
    let on = *COLOURS
        .get_or_init(|| std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none());
    if on { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
}

/// Text from elsewhere, without the control characters that could write anything into a terminal.
pub fn printable(text: &str) -> String {
    let control = |c: char| c.is_control() && c != '\n';
    text.replace(control, "\u{fffd}")
}

pub fn print_json(json: &Value) {
    print_line!("{}", serde_json::to_string_pretty(json).expect("it is JSON"));
}

/// Columns wide enough for what is in them.
pub fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width =
        |n: usize| rows.iter().filter_map(|row| row.get(n)).map(|c| c.chars().count()).max();
    let widths: Vec<usize> = (0..columns).map(|n| width(n).unwrap_or(0)).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}
