//! The one pass over the bytes of a body, which finds the events in it and makes their index.

use super::index::{EventIndex, Member, StringMember};
use crate::invalid_event::{self, InvalidElement};
use crate::json::{Scanner, Span};
use crate::parse_error::ParseError;

/// Reads one value that should be an event; of duplicate members the last one counts.
pub(crate) fn element(
    scanner: &mut Scanner<'_>,
    position: u32,
) -> Result<Result<EventIndex, InvalidElement>, ParseError> {
    let invalid = |span, reason| Ok(Err(InvalidElement { span, position, reason }));
    if let Err(reason) = invalid_event::check_is_object(scanner.peek()) {
        return invalid(scanner.value()?, reason);
    }
    let mut members = [Span::default(); Member::COUNT];
    let span = scanner.object(|scanner, key| {
        let value = scanner.value()?;
        if let Some(member) = Member::from_name(key) {
            members[member as usize] = value;
        }
        Ok(())
    })?;
    let at = |member: Member| members[member as usize];
    let event_type = match invalid_event::event_type(scanner.json(at(Member::EventType))) {
        Ok(event_type) => event_type,
        Err(reason) => return invalid(span, reason),
    };
    Ok(Ok(EventIndex {
        span,
        position,
        event_type,
        uuid: StringMember::at(scanner, at(Member::Uuid)),
        published: StringMember::at(scanner, at(Member::Published)),
        members,
    }))
}

/// Reads an array of elements that should be events.
pub(crate) fn elements(scanner: &mut Scanner<'_>) -> Result<Elements, ParseError> {
    let mut found = Elements::default();
    let mut position = 0;
    found.span = scanner.array(|scanner| {
        match element(scanner, position)? {
            Ok(event) => found.events.push(event),
            Err(invalid) => found.invalid.push(invalid),
        }
        position += 1;
        Ok(())
    })?;
    Ok(found)
}

/// An array of events, and its elements that are not events, each with its place in the array.
#[derive(Default)]
pub(crate) struct Elements {
    pub(crate) span: Span,
    pub(crate) events: Vec<EventIndex>,
    pub(crate) invalid: Vec<InvalidElement>,
}
