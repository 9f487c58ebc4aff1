//! The one pass over the bytes of a request, which finds its members on the three levels that all
//! hooks share: the envelope, `data` and `data.context`.

use crate::json::{self, Scanner, Span};
use crate::parse_error::{ParseError, ParseErrorKind};

use super::HookType;

/// The documented members of a request.
#[derive(Clone, Copy, Debug)]
pub(super) enum Member {
    EventId,
    EventTime,
    EventType,
    EventTypeVersion,
    CloudEventVersion,
    ContentType,
    Source,
    RequestType,
    Data,
    // Of `data`.
    Context,
    Identity,
    Access,
    RefreshToken,
    Assertion,
    UserProfile,
    UserProfileUpdate,
    Action,
    AppUser,
    User,
    MessageProfile,
    // Of `data.context`.
    Request,
    Protocol,
    Session,
    ContextUser,
    Policy,
    Credential,
    Conflicts,
    Application,
    Job,
    Matches,
}

impl Member {
    const COUNT: usize = Self::Matches as usize + 1;

    fn of_envelope(name: &str) -> Option<Self> {
        Some(match name {
            "eventId" => Self::EventId,
            "eventTime" => Self::EventTime,
            "eventType" => Self::EventType,
            "eventTypeVersion" => Self::EventTypeVersion,
            "cloudEventVersion" | "cloudEventsVersion" => Self::CloudEventVersion,
            "contentType" => Self::ContentType,
            "source" => Self::Source,
            "requestType" => Self::RequestType,
            _ => return None,
        })
    }

    fn of_data(name: &str) -> Option<Self> {
        Some(match name {
            "identity" => Self::Identity,
            "access" => Self::Access,
            "refresh_token" => Self::RefreshToken,
            "assertion" => Self::Assertion,
            "userProfile" => Self::UserProfile,
            "userProfileUpdate" => Self::UserProfileUpdate,
            "action" => Self::Action,
            "appUser" => Self::AppUser,
            "user" => Self::User,
            "messageProfile" => Self::MessageProfile,
            _ => return None,
        })
    }

    fn of_context(name: &str) -> Option<Self> {
        Some(match name {
            "request" => Self::Request,
            "protocol" => Self::Protocol,
            "session" => Self::Session,
            "user" => Self::ContextUser,
            "policy" => Self::Policy,
            "credential" => Self::Credential,
            "conflicts" => Self::Conflicts,
            "application" => Self::Application,
            "job" => Self::Job,
            "matches" => Self::Matches,
            _ => return None,
        })
    }
}

/// Where the members of one request stand in its body.
#[derive(Debug)]
pub(super) struct Index {
    pub(super) hook_type: HookType,
    members: [Span; Member::COUNT],
}

impl Index {
    /// Reads a whole body; of duplicate members the last one counts.
    pub(super) fn read(body: &str) -> Result<Self, ParseError> {
        let mut scanner = Scanner::new(body)?;
        if scanner.peek().is_some_and(|first| first != b'{') {
            let not_an_object = scanner.error(ParseErrorKind::NotAnObject);
            // What is not JSON at all is said to be that.
            scanner.value()?;
            scanner.end()?;
            return Err(not_an_object);
        }
        let members = members(&mut scanner)?;
        let event_type = json::string(scanner.json(members[Member::EventType as usize]));
        let Some(event_type) = event_type else {
            let missing = scanner.error(ParseErrorKind::NoEventType);
            scanner.end()?;
            return Err(missing);
        };
        scanner.end()?;
        Ok(Self { hook_type: HookType::from(&*event_type), members })
    }

    pub(super) fn member(&self, member: Member) -> Span {
        self.members[member as usize]
    }
}

type Members = [Span; Member::COUNT];

fn members(scanner: &mut Scanner<'_>) -> Result<Members, ParseError> {
    let mut members = Members::default();
    scanner.object(|scanner, key| {
        if key == "data" {
            members[Member::Context as usize..].fill(Span::default());
            members[Member::Data as usize] = data(scanner, &mut members)?;
            return Ok(());
        }
        let value = scanner.value()?;
        if let Some(member) = Member::of_envelope(key) {
            members[member as usize] = value;
        }
        Ok(())
    })?;
    Ok(members)
}

fn data(scanner: &mut Scanner<'_>, members: &mut Members) -> Result<Span, ParseError> {
    if scanner.peek() != Some(b'{') {
        return scanner.value();
    }
    scanner.object(|scanner, key| {
        if key == "context" {
            members[Member::Request as usize..].fill(Span::default());
            members[Member::Context as usize] = context(scanner, members)?;
            return Ok(());
        }
        let value = scanner.value()?;
        if let Some(member) = Member::of_data(key) {
            members[member as usize] = value;
        }
        Ok(())
    })
}

fn context(scanner: &mut Scanner<'_>, members: &mut Members) -> Result<Span, ParseError> {
    if scanner.peek() != Some(b'{') {
        return scanner.value();
    }
    scanner.object(|scanner, key| {
        let value = scanner.value()?;
        if let Some(member) = Member::of_context(key) {
            members[member as usize] = value;
        }
        Ok(())
    })
}
