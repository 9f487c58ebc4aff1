use super::{Row, constant_name};

const HEAD: &str = r"//! Okta's catalogue of event types, the one source of the constants and of what is known of them.
//!
//! A row is the name of the constant, then the type, the category, the tags, the release, the day,
//! the marks, and the schemas of the targets; see [`EventTypeInfo`]. Sorted by type.
//!
//! Written by `cargo run -p xtask -- catalog FILE`; `dev/xtask` says what the file has to look like.
";

/// The source of the table.
#[must_use]
pub fn render(rows: &[Row<'_>]) -> String {
    let rows: String = rows.iter().map(line).collect();
    format!("{HEAD}\ncatalog! {{\n{rows}}}\n")
}

fn line(row: &Row<'_>) -> String {
    let marks = [(row.hook_eligible, "HOOK"), (row.beta, "BETA"), (row.internal, "INTERNAL")];
    let marks = marks.iter().filter(|(is_set, _)| *is_set).map(|(_, mark)| *mark);
    format!(
        "    {}: {:?}, {:?}, {:?}, {:?}, {:?}, [{}], {:?};\n",
        constant_name(row.event_type),
        row.event_type,
        row.category,
        row.tags,
        row.release,
        row.created,
        marks.collect::<Vec<_>>().join(", "),
        row.targets,
    )
}
