use super::Row;

/// The columns of the CSV file. Several tags or targets are separated by `;`, the three marks are
/// `0` or `1`, and no value needs quotes.
pub const COLUMNS: &str =
    "id,category,tags,release,created,event_hook_eligible,beta,internal,targets";

/// The rows of a CSV file, sorted by event type.
///
/// # Errors
///
/// Unless the file has exactly the form of [`COLUMNS`]: nothing is guessed.
pub fn read(csv: &str) -> Result<Vec<Row<'_>>, String> {
    let mut lines = csv.lines();
    if lines.next() != Some(COLUMNS) {
        return Err(format!("the columns have to be {COLUMNS}"));
    }
    let mut rows: Vec<Row<'_>> = lines.map(row).collect::<Result<_, _>>()?;
    rows.sort_unstable_by_key(|row| row.event_type);
    match rows.windows(2).find(|two| two[0].event_type == two[1].event_type) {
        Some(twice) => Err(format!("{} is there twice", twice[0].event_type)),
        None => Ok(rows),
    }
}

fn row(line: &str) -> Result<Row<'_>, String> {
    let is_plain = |c: char| c.is_ascii_graphic() && !matches!(c, '"' | '\\');
    if !line.chars().all(is_plain) {
        return Err(format!("a value that has to be quoted: {line}"));
    }
    let columns: Vec<&str> = line.split(',').collect();
    let &[event_type, category, tags, release, created, hook_eligible, beta, internal, targets] =
        columns.as_slice()
    else {
        return Err(format!("another number of columns: {line}"));
    };
    Ok(Row {
        event_type,
        category,
        tags: list(tags),
        release,
        created,
        hook_eligible: mark(hook_eligible)?,
        beta: mark(beta)?,
        internal: mark(internal)?,
        targets: list(targets),
    })
}

fn list(value: &str) -> Vec<&str> {
    value.split(';').filter(|entry| !entry.is_empty()).collect()
}

fn mark(value: &str) -> Result<bool, String> {
    match value {
        "0" => Ok(false),
        "1" => Ok(true),
        _ => Err(format!("a mark is 0 or 1, not {value}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROW: &str = "x.y,c,a;b,2026.01.0,2026-01-01,1,0,0,S;T";

    #[test]
    fn a_row_is_read_with_its_lists_and_marks() {
        let csv = format!("{COLUMNS}\n{ROW}\n");
        let [row] = &read(&csv).unwrap()[..] else { panic!("one row") };
        assert_eq!(
            (row.event_type, &row.tags[..], &row.targets[..]),
            ("x.y", &["a", "b"][..], &["S", "T"][..])
        );
        assert_eq!((row.hook_eligible, row.beta, row.internal), (true, false, false));
    }

    #[test]
    fn a_file_of_another_form_is_refused() {
        let refused = |csv: String| read(&csv).unwrap_err();
        assert!(refused(format!("id,category\n{ROW}\n")).starts_with("the columns have to be id,"));
        assert!(refused(format!("{COLUMNS}\n{ROW},\n")).starts_with("another number of columns"));
        assert_eq!(refused(format!("{COLUMNS}\n{ROW}\n{ROW}\n")), "x.y is there twice");
        let yes = ROW.replace(",1,", ",yes,");
        assert_eq!(refused(format!("{COLUMNS}\n{yes}\n")), "a mark is 0 or 1, not yes");
        let quoted = ROW.replace(",c,", ",\"c\",");
        assert!(refused(format!("{COLUMNS}\n{quoted}\n")).starts_with("a value that has to be"));
    }
}
