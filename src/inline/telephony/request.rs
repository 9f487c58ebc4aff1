use std::borrow::Cow;

use crate::event::macros::{open_set, part};
use crate::event::read::StringOrNumber;
use crate::inline::index::Member;
use crate::inline::request_macro::request;

request! {
    /// What Okta asks when a one-time code has to be sent: `com.okta.telephony.provider`.
    ///
    /// The body has the code in clear text: it belongs into no log.
    ///
    /// Source: Okta, [Telephony inline hook](https://developer.okta.com/docs/api/openapi/okta-management/management/tag/InlineHook/#tag/InlineHook/operation/createTelephonyInlineHook).
    ///
    /// ```
    /// use okta_hooks::inline::telephony::{self, RequestType};
    ///
    /// let request = telephony::Request::from_slice(br#"{"eventType": "com.okta.telephony.provider",
    ///     "requestType": "com.okta.user.telephony.mfa-verification",
    ///     "data": {"messageProfile": {"phoneNumber": 15555550142, "otpCode": "004217",
    ///                                 "deliveryChannel": "SMS"}}}"#)?;
    /// assert_eq!(request.request_type(), Some(RequestType::MFA_VERIFICATION));
    /// let message = request.message().unwrap_or_default();
    /// assert_eq!(message.phone_number.as_deref(), Some("15555550142"));
    /// assert_eq!(message.otp_code.as_deref(), Some("004217"));
    /// assert!(message.is_sms() && !message.is_voice_call());
    /// # Ok::<(), okta_hooks::ParseError>(())
    /// ```
    pub struct Request is Telephony of TELEPHONY;
}

impl Request {
    /// `requestType`: what the code is for.
    #[must_use]
    pub fn request_type(&self) -> Option<RequestType> {
        self.0.part(Member::RequestType)
    }

    /// `data.userProfile`: who gets the message.
    #[must_use]
    pub fn user_profile(&self) -> Option<UserProfile<'_>> {
        self.0.part(Member::UserProfile)
    }

    /// `data.messageProfile`: the message.
    #[must_use]
    pub fn message(&self) -> Option<Message<'_>> {
        self.0.part(Member::MessageProfile)
    }
}

open_set! {
    /// What a one-time code is for.
    pub struct RequestType in "inline::telephony" {
        /// Enrolling a phone.
        PRE_ENROLLMENT = "com.okta.user.telephony.pre-enrollment",
        /// Signing in.
        MFA_VERIFICATION = "com.okta.user.telephony.mfa-verification",
        /// Unlocking an account.
        ACCOUNT_UNLOCK = "com.okta.user.telephony.account-unlock",
        /// Resetting a password.
        PASSWORD_RESET = "com.okta.user.telephony.password-reset",
    }
}

part! {
    /// Who gets the message.
    pub struct UserProfile<'a> {
        /// The first name.
        pub first_name: Option<Cow<'a, str>> = "firstName",
        /// The last name.
        pub last_name: Option<Cow<'a, str>> = "lastName",
        /// The login.
        pub login: Option<Cow<'a, str>> = "login",
        /// The user's id: `00u…`.
        pub user_id: Option<Cow<'a, str>> = "userId",
    }
}

part! {
    /// The message: what is to be sent, where, and how.
    pub struct Message<'a> {
        /// The words, with the code in them; absent for a call.
        pub msg_template: Option<Cow<'a, str>> = "msgTemplate",
        /// Where it goes. A number, as Okta's sample has it, is read as its digits.
        pub phone_number: Option<Cow<'a, str>> = "phoneNumber" as StringOrNumber,
        /// The one-time code: digits, with zeros in front. A number is read as its digits.
        pub otp_code: Option<Cow<'a, str>> = "otpCode" as StringOrNumber,
        /// When the code expires: RFC 3339 in UTC.
        pub otp_expires: Option<Cow<'a, str>> = "otpExpires",
        /// `SMS`, or a spelling of `voice call` that differs between Okta's pages: see
        /// [`is_sms`](Self::is_sms) and [`is_voice_call`](Self::is_voice_call).
        pub delivery_channel: Option<Cow<'a, str>> = "deliveryChannel",
        /// `EN-US`, …
        pub locale: Option<Cow<'a, str>> = "locale",
    }
}

impl Message<'_> {
    /// Whether it is a text message.
    #[must_use]
    pub fn is_sms(&self) -> bool {
        self.delivery_channel.as_deref().is_some_and(|channel| channel.eq_ignore_ascii_case("sms"))
    }

    /// Whether it is a call, in whichever spelling.
    #[must_use]
    pub fn is_voice_call(&self) -> bool {
        let channel = self.delivery_channel.as_deref().unwrap_or_default();
        channel.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("voice"))
    }
}
