//! The catalogue of event types: whole, in order, and what Okta published.
//!
//! `src/event_type/catalog.rs` is written by this file. When Okta has published a new catalogue,
//! bring it into the form of a CSV file with the columns of [`COLUMNS`], then
//!
//! ```text
//! OKTA_EVENT_TYPES=event-types.csv OKTA_EVENT_TYPES_REFRESH=1 cargo test --test catalog
//! ```
//!
//! rewrites it, and the same without `OKTA_EVENT_TYPES_REFRESH` compares what was compiled with
//! the file, column by column. Then the numbers in the first test and the release named in the
//! docs of `EventType` and `EventTypeInfo` want a look.
//!
//! A test is an odd place for a generator. The reason is that the generator is a test: without any
//! variable it holds that the source is what it would write, so neither can drift from the other,
//! no name can break the rule, and a build needs no generator.

use std::collections::HashSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};

use okta_hooks::{EventType, EventTypeInfo};

/// The columns of the CSV file. Several tags or targets are separated by `;`, the three marks are
/// `0` or `1`, and no value needs quotes.
const COLUMNS: &str = "id,category,tags,release,created,event_hook_eligible,beta,internal,targets";

#[test]
fn it_has_all_types_of_the_release() {
    let count = |has: fn(&EventTypeInfo) -> bool| {
        EventType::catalog().iter().filter(|info| has(info)).count()
    };
    assert_eq!(EventType::catalog().len(), 1274);
    assert_eq!(count(|info| info.hook_eligible), 314);
    assert_eq!(count(|info| info.beta), 83);
    assert_eq!(count(|info| info.internal), 13);
    assert_eq!(count(|info| info.hook_eligible && !info.beta && !info.internal), 264);
    assert_eq!(count(|info| info.targets.is_empty()), 524);
}

#[test]
fn every_constant_is_what_its_text_reads_as() {
    let mut seen = HashSet::new();
    for info in EventType::catalog() {
        let text = info.event_type.as_str();
        let read: EventType = text.parse().expect("no type is empty");
        assert_eq!(read, info.event_type);
        assert_eq!(read.as_str(), text);
        assert!(read.info().is_some_and(|of_read| std::ptr::eq(of_read, info)), "{text}");
        assert!(seen.insert(read), "{text} is there twice");
    }
}

#[test]
fn it_is_sorted_by_text() {
    let sorted = EventType::catalog().is_sorted_by(|a, b| {
        a.event_type.as_str() < b.event_type.as_str() && a.event_type < b.event_type
    });
    assert!(sorted);
}

#[test]
fn every_type_has_a_category_a_release_and_a_date() {
    for info in EventType::catalog() {
        let text = &info.event_type;
        assert!(!info.category.is_empty(), "{text}");
        let numbers = |text: &str, separator| {
            text.split(separator).map(|part| part.parse().ok()).collect::<Option<Vec<u32>>>()
        };
        assert!(
            matches!(
                numbers(info.release, '.').as_deref(),
                Some([2010..=2099, _] | [2010..=2099, _, _])
            ),
            "{text}"
        );
        let date = numbers(info.created, '-');
        assert!(matches!(date.as_deref(), Some([2010..=2099, 1..=12, 1..=31])), "{text}");
        let lists = || info.tags.iter().chain(info.targets);
        assert!(lists().all(|entry| !entry.is_empty() && !entry.contains(';')), "{text}");
        assert_eq!(info.hook_eligible, info.tags.contains(&"event-hook-eligible"), "{text}");
    }
}

#[test]
fn a_type_says_what_the_catalogue_says_of_it() {
    let info = EventType::ACCESS_REQUEST_CANCEL.info().expect("a constant is known");
    assert_eq!(info.event_type, "access.request.cancel");
    assert_eq!(info.category, "iga-access-request");
    assert_eq!(info.tags, ["access", "event-hook-eligible"]);
    assert_eq!(info.release, "2023.06.0");
    assert_eq!(info.created, "2023-05-25");
    assert!(info.hook_eligible && !info.beta && !info.internal);
    assert_eq!(info.targets, ["AccessRequestResourceDetails"]);
}

#[test]
fn constants_are_named_after_the_text() {
    for (constant, text, name) in [
        (EventType::USER_LIFECYCLE_CREATE, "user.lifecycle.create", "USER_LIFECYCLE_CREATE"),
        (
            EventType::MIM_CREATE_ENROLLMENT_IOS,
            "mim.createEnrollment.IOS",
            "MIM_CREATE_ENROLLMENT_IOS",
        ),
        (
            EventType::MIM_STREAM_DEVICES_CSV_DOWNLOAD,
            "mim.streamDevicesCSVDownload",
            "MIM_STREAM_DEVICES_CSV_DOWNLOAD",
        ),
        (
            EventType::USER_AUTHENTICATION_AUTH_VIA_AD_AGENT,
            "user.authentication.auth_via_AD_agent",
            "USER_AUTHENTICATION_AUTH_VIA_AD_AGENT",
        ),
        (
            EventType::APP_OFFICE365_DIRSYNC_SKIPPING_CONFLICT_OBJECT,
            "app.office365.dirsync.skipping.conflict-object",
            "APP_OFFICE365_DIRSYNC_SKIPPING_CONFLICT_OBJECT",
        ),
    ] {
        assert_eq!(constant, text);
        assert_eq!(constant_name(text), name);
    }
}

#[test]
fn the_source_is_what_the_generator_writes() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/event_type/catalog.rs");
    let published = published();
    let wanted = match &published {
        Some(csv) => render(&rows(csv)),
        None => render(&compiled()),
    };
    if refresh() {
        fs::write(&source, wanted).expect("the source can be written");
        return;
    }
    let found = fs::read_to_string(&source).expect("the source can be read");
    for (n, (found, wanted)) in found.lines().zip(wanted.lines()).enumerate() {
        assert_eq!(found, wanted, "line {} of {}", n + 1, source.display());
    }
    assert!(found == wanted, "{} differs after the last common line", source.display());
}

#[test]
fn it_agrees_with_the_published_file_in_every_column() {
    let Some(published) = published() else { return };
    // While the source is being rewritten, what was compiled is the catalogue before.
    if refresh() {
        return;
    }
    let (published, compiled) = (rows(&published), compiled());
    for (published, compiled) in published.iter().zip(&compiled) {
        assert_eq!(published, compiled);
    }
    assert_eq!(published.len(), compiled.len());
}

#[test]
fn a_file_of_another_form_is_refused() {
    let refused = |csv: String| std::panic::catch_unwind(|| rows(&csv).len()).is_err();
    let row = "x.y,c,a;b,2026.01.0,2026-01-01,1,0,0,S;T";
    assert!(!refused(format!("{COLUMNS}\n{row}\n")));
    assert!(refused(format!("id,category\n{row}\n")));
    assert!(refused(format!("{COLUMNS}\n{row},\n")));
    assert!(refused(format!("{COLUMNS}\n{row}\n{row}\n")));
    assert!(refused(format!("{COLUMNS}\n{}\n", row.replace(",1,", ",yes,"))));
    assert!(refused(format!("{COLUMNS}\n{}\n", row.replace(",c,", ",\"c\","))));
}

/// A row of the catalogue, wherever it comes from.
#[derive(Debug, PartialEq)]
struct Row<'a> {
    text: &'a str,
    category: &'a str,
    tags: Vec<&'a str>,
    release: &'a str,
    created: &'a str,
    hook_eligible: bool,
    beta: bool,
    internal: bool,
    targets: Vec<&'a str>,
}

fn compiled() -> Vec<Row<'static>> {
    let row = |info: &'static EventTypeInfo| Row {
        text: info.event_type.as_str(),
        category: info.category,
        tags: info.tags.to_vec(),
        release: info.release,
        created: info.created,
        hook_eligible: info.hook_eligible,
        beta: info.beta,
        internal: info.internal,
        targets: info.targets.to_vec(),
    };
    EventType::catalog().iter().map(row).collect()
}

fn published() -> Option<String> {
    let path = PathBuf::from(env::var_os("OKTA_EVENT_TYPES")?);
    let csv = fs::read_to_string(&path);
    Some(csv.unwrap_or_else(|error| panic!("{}: {error}", path.display())))
}

fn refresh() -> bool {
    env::var_os("OKTA_EVENT_TYPES_REFRESH").is_some_and(|value| value == "1")
}

/// The rows of a CSV file, sorted. Panics unless it has exactly the form this file describes.
fn rows(csv: &str) -> Vec<Row<'_>> {
    let mut lines = csv.lines();
    assert_eq!(lines.next(), Some(COLUMNS), "other columns");
    let mut rows: Vec<Row<'_>> = lines.map(row).collect();
    rows.sort_unstable_by_key(|row| row.text);
    assert!(rows.is_sorted_by(|a, b| a.text < b.text), "a type is there twice");
    rows
}

fn row(line: &str) -> Row<'_> {
    let plain = |c: char| c.is_ascii_graphic() && !matches!(c, '"' | '\\');
    assert!(line.chars().all(plain), "what would have to be quoted: {line}");
    let columns: Vec<&str> = line.split(',').collect();
    let &[text, category, tags, release, created, hook_eligible, beta, internal, targets] =
        columns.as_slice()
    else {
        panic!("another number of columns: {line}")
    };
    Row {
        text,
        category,
        tags: list(tags),
        release,
        created,
        hook_eligible: mark(hook_eligible),
        beta: mark(beta),
        internal: mark(internal),
        targets: list(targets),
    }
}

fn list(text: &str) -> Vec<&str> {
    text.split(';').filter(|entry| !entry.is_empty()).collect()
}

fn mark(text: &str) -> bool {
    match text {
        "0" => false,
        "1" => true,
        _ => panic!("a mark is 0 or 1, not {text}"),
    }
}

/// Upper case; what is no letter or digit becomes `_`, and a hump gets one before it:
/// `streamDevicesCSVDownload` is `STREAM_DEVICES_CSV_DOWNLOAD`.
fn constant_name(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut name = String::new();
    for (n, &c) in chars.iter().enumerate() {
        if c.is_ascii_uppercase() && n > 0 {
            let before = chars[n - 1];
            let after = chars.get(n + 1).copied().unwrap_or('_');
            let first_of_word = before.is_ascii_lowercase() || before.is_ascii_digit();
            let last_of_acronym = before.is_ascii_uppercase() && after.is_ascii_lowercase();
            if first_of_word || last_of_acronym {
                name.push('_');
            }
        }
        name.push(if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' });
    }
    name
}

const HEAD: &str = r"//! Okta's catalogue of event types, the one source of the constants and of what is known of them.
//!
//! A row is the name of the constant, then the text, the category, the tags, the release, the day,
//! the marks, and the schemas of the targets; see [`EventTypeInfo`]. Sorted by text.
//!
//! This file is written by `tests/catalog.rs`, which says what the CSV file has to look like:
//!
//! ```text
//! OKTA_EVENT_TYPES=event-types.csv OKTA_EVENT_TYPES_REFRESH=1 cargo test --test catalog
//! ```
";

fn render(rows: &[Row<'_>]) -> String {
    let mut source = format!("{HEAD}\ncatalog! {{\n");
    for row in rows {
        let marks = [(row.hook_eligible, "HOOK"), (row.beta, "BETA"), (row.internal, "INTERNAL")];
        let marks = marks.iter().filter(|(set, _)| *set).map(|(_, mark)| *mark);
        writeln!(
            source,
            "    {}: {:?}, {:?}, {:?}, {:?}, {:?}, [{}], {:?};",
            constant_name(row.text),
            row.text,
            row.category,
            row.tags,
            row.release,
            row.created,
            marks.collect::<Vec<_>>().join(", "),
            row.targets,
        )
        .expect("a String takes everything");
    }
    source.push_str("}\n");
    source
}
