//! The table in the library is what the generator writes, and what Okta published.

use std::path::PathBuf;
use std::{env, fs};

use okta_hooks::{EventType, EventTypeInfo};
use xtask::catalog::{Row, read, render, source};

fn compiled() -> Vec<Row<'static>> {
    let row = |info: &'static EventTypeInfo| Row {
        event_type: info.event_type.as_str(),
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

#[track_caller]
fn assert_is_the_source(wanted: &str) {
    let found = fs::read_to_string(source()).expect("the source can be read");
    for (n, (found, wanted)) in found.lines().zip(wanted.lines()).enumerate() {
        assert_eq!(found, wanted, "line {} of {}", n + 1, source().display());
    }
    assert!(found == wanted, "{} differs after the last common line", source().display());
}

#[test]
fn the_source_is_what_the_generator_writes() {
    assert_is_the_source(&render(&compiled()));
}

#[test]
fn it_agrees_with_the_published_file_in_every_column() {
    let Some(path) = env::var_os("OKTA_EVENT_TYPES").map(PathBuf::from) else { return };
    let csv = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
    let published = read(&csv).expect("it has the form of COLUMNS");
    let compiled = compiled();
    for (published, compiled) in published.iter().zip(&compiled) {
        assert_eq!(published, compiled);
    }
    assert_eq!(published.len(), compiled.len());
    assert_is_the_source(&render(&published));
}
