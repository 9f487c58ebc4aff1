use std::borrow::Cow;

use super::ip_address::IpDetails;
use super::macros::{open_set, part};

part! {
    /// What is known about the client's address, and the risk seen. Often empty.
    ///
    /// ```
    /// # use okta_hooks::LogEvent;
    /// let event = LogEvent::from_slice(br#"{"eventType":"x","securityContext":{"isProxy":false}}"#)?;
    /// let context = event.security_context().unwrap_or_default();
    /// assert_eq!((context.is_proxy, context.as_number), (Some(false), None));
    /// # Ok::<(), okta_hooks::ParseError>(())
    /// ```
    #[derive(PartialEq)]
    pub struct SecurityContext<'a> {
        /// The autonomous system's number, of 32 bits.
        pub as_number: Option<i64> = "asNumber",
        /// The organisation that has the number.
        pub as_org: Option<Cow<'a, str>> = "asOrg",
        /// The internet service provider.
        pub isp: Option<Cow<'a, str>> = "isp",
        /// The domain the address belongs to.
        pub domain: Option<Cow<'a, str>> = "domain",
        /// Whether it is a known proxy.
        pub is_proxy: Option<bool> = "isProxy",
        /// Behaviours that were looked at. Some releases of 2025 sent strings here, which are left
        /// out.
        pub user_behaviors: Vec<UserBehavior<'a>> = "userBehaviors",
        /// The risk seen; since 2026.
        pub risk: Option<Risk<'a>> = "risk",
        /// Who runs the network; since 2026.
        pub ip_details: Option<IpDetails<'a>> = "ipDetails",
        /// What bot protection says; since 2026, Identity Engine only.
        pub bot_protection: Option<BotProtection> = "botProtection",
    }
}

part! {
    /// The risk Okta sees.
    ///
    /// ```
    /// # use okta_hooks::LogEvent;
    /// let event = LogEvent::from_slice(br#"{"eventType":"x","securityContext":{"risk":{"level":"HIGH","reasons":["Anomalous Device"]}}}"#)?;
    /// use okta_hooks::event::RiskLevel;
    ///
    /// let risk = event.security_context().and_then(|context| context.risk).unwrap_or_default();
    /// assert_eq!(risk.level, Some(RiskLevel::HIGH));
    /// assert_eq!(risk.reasons, ["Anomalous Device"]);
    /// # Ok::<(), okta_hooks::ParseError>(())
    /// ```
    #[derive(PartialEq)]
    pub struct Risk<'a> {
        /// How high it is.
        pub level: Option<RiskLevel> = "level",
        /// How high it was.
        pub previous_level: Option<RiskLevel> = "previousLevel",
        /// Why, for people.
        pub reasons: Vec<Cow<'a, str>> = "reasons",
        /// What was detected.
        pub detection_name: Option<Cow<'a, str>> = "detectionName",
        /// Who says so.
        pub issuer: Option<Cow<'a, str>> = "issuer",
    }
}

part! {
    /// What bot protection says.
    ///
    /// ```
    /// # use okta_hooks::LogEvent;
    /// let event = LogEvent::from_slice(br#"{"eventType":"x","securityContext":{"botProtection":{"level":"NONE"}}}"#)?;
    /// use okta_hooks::event::RiskLevel;
    ///
    /// let bot = event.security_context().and_then(|context| context.bot_protection).unwrap_or_default();
    /// assert_eq!(bot.level, Some(RiskLevel::NONE));
    /// # Ok::<(), okta_hooks::ParseError>(())
    /// ```
    #[derive(PartialEq)]
    pub struct BotProtection {
        /// How likely it is a bot.
        pub level: Option<RiskLevel> = "level",
    }
}

open_set! {
    /// How high a risk is.
    pub struct RiskLevel {
        /// There is none. Bot protection only.
        NONE = "NONE",
        /// Low.
        LOW = "LOW",
        /// Medium.
        MEDIUM = "MEDIUM",
        /// High.
        HIGH = "HIGH",
    }
}

part! {
    /// One behaviour that was looked at.
    ///
    /// ```
    /// # use okta_hooks::LogEvent;
    /// let event = LogEvent::from_slice(br#"{"eventType":"x","securityContext":{"userBehaviors":["a string",{"result":"POSITIVE"}]}}"#)?;
    /// use okta_hooks::event::BehaviorResult;
    ///
    /// let behaviors = event.security_context().unwrap_or_default().user_behaviors;
    /// assert_eq!(behaviors.len(), 1);
    /// assert_eq!(behaviors[0].result, Some(BehaviorResult::POSITIVE));
    /// # Ok::<(), okta_hooks::ParseError>(())
    /// ```
    #[derive(PartialEq)]
    pub struct UserBehavior<'a> {
        /// `bhv…`.
        pub id: Option<Cow<'a, str>> = "id",
        /// The name an admin gave it.
        pub name: Option<Cow<'a, str>> = "name",
        /// Whether it was seen.
        pub result: Option<BehaviorResult> = "result",
    }
}

open_set! {
    /// Whether a behaviour was seen.
    pub struct BehaviorResult {
        /// It could not be told.
        UNKNOWN = "UNKNOWN",
        /// It was.
        POSITIVE = "POSITIVE",
        /// It was not.
        NEGATIVE = "NEGATIVE",
        /// It could not be looked at.
        BAD_REQUEST = "BAD_REQUEST",
    }
}
