//! `inspect`: whether the models of this crate fit the events of your own org.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt::Display;
use std::io::{self, BufWriter, IsTerminal, Read, Write};
use std::process::ExitCode;
use std::time::{Duration, Instant};
use std::{fs, slice};

use okta_hooks::{Delivery, InvalidEvent, LogEvent, ParseError, ParseErrorKind};
use serde_json::value::RawValue;

/// Reports what in Okta's events has another shape than Okta documents.
///
/// A file holds JSON values one after another, one per line or pretty-printed: LogEvents, event hook
/// deliveries (objects with a `data` member), or arrays of them as the System Log API answers; each
/// element is an input of its own. Without options it prints a table: inputs, events, event types,
/// and defects by path.
///
/// A defect is no failure: the rest of the event is read, and its JSON kept. What cannot be read at
/// all (not JSON, not UTF-8, or neither a delivery nor an object with a string in `eventType`) is
/// reported on standard error by file, line and column, never by content.
#[derive(clap::Args)]
#[command(
    verbatim_doc_comment,
    after_help = "\
Exit codes: 0 all was read, 1 something could not be read or written, 2 wrong usage.

Try it on your own org:
  curl -H \"Authorization: SSWS $okta_key\" \"$okta_url/api/v1/logs\" | okta-hooks inspect"
)]
pub struct Args {
    /// One line per input that can be read:
    /// {"input":1,"kind":"log_event","events":1,"defects":[{"event":0,"path":"actor.id"}]}.
    /// `input` counts from 1 over all files, what cannot be read included; `event` is the event's
    /// place in its input; the path is the event's own, empty where the element of a delivery is no
    /// object
    #[arg(long, conflicts_with = "echo")]
    json: bool,
    /// Each input written again from what was decoded, one per line
    #[arg(long)]
    echo: bool,
    /// Files to read; standard input where it is -
    #[arg(value_name = "FILE", default_value = "-")]
    files: Vec<OsString>,
}

pub fn run(args: Args) -> ExitCode {
    let output = match (args.json, args.echo) {
        (true, _) => Output::Json,
        (_, true) => Output::Echo,
        _ => Output::Table,
    };
    let mut decoder = Decoder { output, out: BufWriter::new(io::stdout()), seen: Seen::default() };
    match decoder.run(&args.files) {
        Ok(()) if !decoder.seen.failed => ExitCode::SUCCESS,
        Ok(()) => ExitCode::FAILURE,
        // Whoever reads our output has seen enough: `inspect … | head`.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            complain(format_args!("standard output: {error}"));
            ExitCode::FAILURE
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Output {
    Table,
    Json,
    Echo,
}

/// Prints to standard error; where even that is gone, nobody is left to read it.
fn complain(message: impl Display) {
    let _ = writeln!(io::stderr(), "{message}");
}

/// One value that the crate could read.
enum Input {
    Event(LogEvent),
    Delivery(Box<Delivery>),
}

impl Input {
    fn read(json: &[u8]) -> Result<Self, ParseError> {
        match Delivery::from_slice(json) {
            Ok(delivery) => Ok(Self::Delivery(Box::new(delivery))),
            Err(no_events) if no_events.kind() == ParseErrorKind::NoEvents => {
                let event = LogEvent::from_slice(json)?;
                // An envelope has an `eventType` too: with `data`, a delivery was meant.
                if event.get("data").is_some() { Err(no_events) } else { Ok(Self::Event(event)) }
            }
            Err(error) => Err(error),
        }
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::Event(_) => "log_event",
            Self::Delivery(_) => "delivery",
        }
    }

    fn events(&self) -> &[LogEvent] {
        match self {
            Self::Event(event) => slice::from_ref(event),
            Self::Delivery(delivery) => delivery.events(),
        }
    }

    /// The place of the event, the path and what is expected there, for each defect in order.
    fn defects(&self) -> Vec<(usize, String, &'static str)> {
        let mut found = Vec::new();
        if let Self::Delivery(delivery) = self {
            let whole = |defect: &InvalidEvent| {
                (defect.position(), defect.path(), defect.reason().expected())
            };
            found.extend(delivery.invalid_events().iter().map(whole));
        }
        for event in self.events() {
            for defect in event.schema_mismatches() {
                found.push((event.position(), defect.path().to_owned(), defect.expected()));
            }
        }
        found.sort_by_key(|&(event, ..)| event);
        found
    }

    /// What was decoded, as JSON on one line.
    fn echo(&self) -> serde_json::Result<String> {
        let json = match self {
            Self::Event(event) => serde_json::to_string(event)?,
            Self::Delivery(delivery) => serde_json::to_string(delivery)?,
        };
        // No JSON string holds a line break, so what is around one is white space between values.
        Ok(json.split(['\n', '\r']).map(str::trim).collect())
    }
}

/// Reads files, and writes about each input or in the end.
struct Decoder {
    output: Output,
    out: BufWriter<io::Stdout>,
    seen: Seen,
}

impl Decoder {
    fn run(&mut self, files: &[OsString]) -> io::Result<()> {
        for file in files {
            let name = if file == "-" { "standard input".into() } else { file.to_string_lossy() };
            match read_file(file) {
                Ok(bytes) => self.file(&name, &bytes)?,
                Err(error) => {
                    complain(format_args!("{name}: {error}"));
                    self.seen.failed = true;
                }
            }
        }
        if self.output == Output::Table {
            self.seen.table(&mut self.out)?;
        }
        self.out.flush()
    }

    fn file(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
        let mut place = Place { name, bytes, offset: 0, line: 1, column: 1 };
        loop {
            place.advance(place.offset + bytes[place.offset..].iter().take_while(is_space).count());
            let start = place.offset;
            let rest = &bytes[start..];
            let mut values = serde_json::Deserializer::from_slice(rest).into_iter::<&RawValue>();
            let end = match values.next() {
                None => return Ok(()),
                Some(Ok(value)) => {
                    self.value(&mut place, value)?;
                    start + values.byte_offset()
                }
                Some(Err(_)) => {
                    let end = start_of_next_input(bytes, start);
                    self.input(&place, bytes[start..end].trim_ascii_end())?;
                    end
                }
            };
            place.advance(end);
        }
    }

    /// An input, or the System Log API's array of inputs.
    fn value(&mut self, place: &mut Place<'_>, value: &RawValue) -> io::Result<()> {
        let Ok(elements) = serde_json::from_str::<Vec<&RawValue>>(value.get()) else {
            return self.input(place, value.get().as_bytes());
        };
        for element in elements {
            place.advance(element.get().as_ptr() as usize - place.bytes.as_ptr() as usize);
            self.input(place, element.get().as_bytes())?;
        }
        Ok(())
    }

    fn input(&mut self, place: &Place<'_>, json: &[u8]) -> io::Result<()> {
        self.seen.inputs += 1;
        self.seen.print_progress();
        let input = match Input::read(json) {
            Ok(input) => input,
            Err(error) => {
                complain(place.describe(&error));
                self.seen.unreadable += 1;
                self.seen.failed = true;
                return Ok(());
            }
        };
        match self.output {
            Output::Json => writeln!(self.out, "{}", report(self.seen.inputs, &input)),
            Output::Echo => writeln!(self.out, "{}", input.echo()?),
            Output::Table => {
                self.seen.count(&input);
                Ok(())
            }
        }
    }
}

/// What was seen so far.
#[derive(Default)]
struct Seen {
    inputs: u64,
    unreadable: u64,
    failed: bool,
    event_types: BTreeMap<String, u64>,
    defects: BTreeMap<String, u64>,
    printed: Option<Instant>,
}

impl Seen {
    fn count(&mut self, input: &Input) {
        for event in input.events() {
            // A terminal must not obey what an event says.
            let event_type = event.event_type().as_str().escape_debug().to_string();
            *self.event_types.entry(event_type).or_default() += 1;
        }
        for (_, path, expected) in input.defects() {
            let defect = format!("{}: expected {expected}", without_indexes(&path));
            *self.defects.entry(defect).or_default() += 1;
        }
    }

    /// Every second, for whoever waits for the end.
    fn print_progress(&mut self) {
        let printed = *self.printed.get_or_insert_with(Instant::now);
        if printed.elapsed() >= Duration::from_secs(1) && io::stderr().is_terminal() {
            complain(format_args!("{} inputs so far", self.inputs));
            self.printed = None;
        }
    }

    fn table(&self, out: &mut impl Write) -> io::Result<()> {
        writeln!(out, "{:>9}  inputs", self.inputs)?;
        if self.unreadable > 0 {
            writeln!(out, "{:>9}  of them unreadable", self.unreadable)?;
        }
        for (title, counts) in [("events", &self.event_types), ("defects", &self.defects)] {
            writeln!(out, "{:>9}  {title}", counts.values().sum::<u64>())?;
            let mut rows: Vec<_> = counts.iter().collect();
            rows.sort_by_key(|&(_, &count)| Reverse(count));
            for (name, count) in rows {
                writeln!(out, "{count:>9}    {name}")?;
            }
        }
        Ok(())
    }
}

fn read_file(file: &OsStr) -> io::Result<Vec<u8>> {
    if file != "-" {
        return fs::read(file);
    }
    if io::stdin().is_terminal() {
        complain("reading standard input");
    }
    let mut bytes = Vec::new();
    io::stdin().lock().read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn is_space(byte: &&u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\t' | b'\r')
}

/// Where to go on after a value that is not JSON: at the next line that looks like a beginning,
/// not like the inside or the end of a pretty-printed value.
fn start_of_next_input(bytes: &[u8], broken: usize) -> usize {
    let mut at = broken;
    while let Some(length) = bytes[at..].iter().position(|&byte| byte == b'\n') {
        at += length + 1;
        let is_inside = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'}' | b']');
        if bytes.get(at).is_some_and(|byte| !is_inside(byte)) {
            return at;
        }
    }
    bytes.len()
}

/// A byte of a file, and the line and column it is in.
struct Place<'a> {
    name: &'a str,
    bytes: &'a [u8],
    offset: usize,
    line: usize,
    column: usize,
}

impl Place<'_> {
    fn advance(&mut self, offset: usize) {
        for &byte in &self.bytes[self.offset..offset] {
            let is_end_of_line = byte == b'\n';
            self.line += usize::from(is_end_of_line);
            self.column = if is_end_of_line { 1 } else { self.column + 1 };
        }
        self.offset = offset;
    }

    /// An error in the input that begins here. The library counts lines and columns from there.
    fn describe(&self, error: &ParseError) -> String {
        let (line, column) = match error.kind() {
            ParseErrorKind::Syntax | ParseErrorKind::Eof | ParseErrorKind::NotUtf8 => {
                let before = if error.line() == 1 { self.column - 1 } else { 0 };
                (self.line + error.line() - 1, before + error.column())
            }
            // What is missing is missing in the whole input.
            _ => (self.line, self.column),
        };
        format!("{}: {} at line {line} column {column}", self.name, error.kind())
    }
}

fn report(number: u64, input: &Input) -> String {
    let defect = |(event, path, _): (usize, String, _)| {
        let element = format!("data.events[{event}]");
        let path = path.strip_prefix(&element).map_or(&*path, |rest| rest.trim_start_matches('.'));
        format!(r#"{{"event":{event},"path":{}}}"#, serde_json::Value::from(path))
    };
    let (kind, events) = (input.kind(), input.events().len());
    let defects = input.defects().into_iter().map(defect).collect::<Vec<_>>().join(",");
    format!(r#"{{"input":{number},"kind":"{kind}","events":{events},"defects":[{defects}]}}"#)
}

/// `target[3].id` as `target[].id`, so that the same defect counts as one.
fn without_indexes(path: &str) -> String {
    let is_digit = |char: char| char.is_ascii_digit();
    path.split('[').map(|step| step.trim_start_matches(is_digit)).collect::<Vec<_>>().join("[")
}
