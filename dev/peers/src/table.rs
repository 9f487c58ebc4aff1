//! What is printed at the end.

/// Rows of equally many cells, the first of them a name.
pub struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    #[must_use]
    pub fn new(head: &[&str]) -> Self {
        Self { rows: vec![head.iter().map(|&cell| cell.to_owned()).collect()] }
    }

    pub fn row(&mut self, name: &str, cells: impl IntoIterator<Item = String>) {
        self.rows.push([name.to_owned()].into_iter().chain(cells).collect());
    }

    /// As Markdown, so that it can be put into a document as it is.
    pub fn print(&self) {
        println!();
        for (index, row) in self.rows.iter().enumerate() {
            println!("| {} |", row.join(" | "));
            if index == 0 {
                println!("|{}", "---|".repeat(row.len()));
            }
        }
        println!();
    }
}

/// The middle one of what the rounds found; `NaN` of nothing.
#[must_use]
pub fn median(mut found: Vec<f64>) -> f64 {
    found.sort_by(f64::total_cmp);
    found.get(found.len() / 2).copied().unwrap_or(f64::NAN)
}
