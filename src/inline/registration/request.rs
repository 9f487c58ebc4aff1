use crate::event::FreeForm;
use crate::event::macros::open_set;
use crate::inline::context::User;
use crate::inline::index::Member;
use crate::inline::request_macro::request;

request! {
    /// What Okta asks before somebody is registered, or a profile completed:
    /// `com.okta.user.pre-registration`.
    ///
    /// Source: Okta, [Registration inline hook](https://developer.okta.com/docs/api/openapi/okta-management/management/tag/InlineHook/#tag/InlineHook/operation/create-registration-hook).
    ///
    /// ```
    /// use okta_hooks::inline::registration::{self, RequestType};
    ///
    /// let request = registration::Request::from_slice(br#"{"eventType": "com.okta.user.pre-registration",
    ///     "requestType": "self.service.registration",
    ///     "data": {"userProfile": {"email": "ivo@other.example"}, "action": "ALLOW"}}"#)?;
    /// assert_eq!(request.request_type(), Some(RequestType::SELF_SERVICE));
    /// let profile = request.user_profile().unwrap_or_default();
    /// assert_eq!(profile.string("email").as_deref(), Some("ivo@other.example"));
    /// # Ok::<(), okta_hooks::ParseError>(())
    /// ```
    pub struct Request is Registration of REGISTRATION;
}

impl Request {
    /// `requestType`: which flow it is. Absent in Okta's Classic Engine, which has
    /// [`RequestType::SELF_SERVICE`] only.
    #[must_use]
    pub fn request_type(&self) -> Option<RequestType> {
        self.0.part(Member::RequestType)
    }

    /// `data.userProfile`: what somebody entered in order to register, without the password and
    /// other sensitive attributes. Of self-service registration.
    #[must_use]
    pub fn user_profile(&self) -> Option<FreeForm<'_>> {
        self.0.part(Member::UserProfile)
    }

    /// `data.userProfileUpdate`: what the user entered in order to complete the profile, and no other
    /// attribute. Of progressive profiles.
    #[must_use]
    pub fn user_profile_update(&self) -> Option<FreeForm<'_>> {
        self.0.part(Member::UserProfileUpdate)
    }

    /// `data.context.user`: who completes a profile. Of progressive profiles.
    #[must_use]
    pub fn user(&self) -> Option<User<'_>> {
        self.0.part(Member::ContextUser)
    }

    /// `data.action`: what Okta does unless the answer says otherwise. Always `ALLOW`.
    #[must_use]
    pub fn action(&self) -> Option<Action> {
        self.0.part(Member::Action)
    }
}

open_set! {
    /// Which flow a request belongs to.
    pub struct RequestType in "inline::registration" {
        /// Somebody registers.
        SELF_SERVICE = "self.service.registration",
        /// A user completes the profile; Identity Engine only.
        PROGRESSIVE_PROFILE = "progressive.profile",
    }
}

open_set! {
    /// What Okta does with a registration.
    pub struct Action in "inline::registration" {
        /// It goes on.
        ALLOW = "ALLOW",
        /// It ends. Never sent by Okta.
        DENY = "DENY",
    }
}
