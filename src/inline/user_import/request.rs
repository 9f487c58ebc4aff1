use std::borrow::Cow;

use serde_json::value::RawValue;

use crate::event::FreeForm;
use crate::event::macros::{open_set, part};
use crate::inline::index::Member;
use crate::inline::request_macro::request;

request! {
    /// What Okta asks while it imports users from an application: `com.okta.import.transform`.
    ///
    /// Source: Okta, [User import inline hook](https://developer.okta.com/docs/api/openapi/okta-management/management/tag/InlineHook/#tag/InlineHook/operation/createUserImportInlineHook).
    ///
    /// ```
    /// use okta_hooks::inline::user_import::{self, ImportResult};
    ///
    /// let request = user_import::Request::from_slice(br#"{"eventType": "com.okta.import.transform",
    ///     "data": {"action": {"result": "CREATE_USER"}, "appUser": {"profile": {"role": null}},
    ///              "user": {"profile": {"login": "ivo@example.com"}}}}"#)?;
    /// assert_eq!(request.action().and_then(|action| action.result), Some(ImportResult::CREATE_USER));
    /// let user = request.user().unwrap_or_default();
    /// assert!(user.id.is_none(), "it matches no user");
    /// let profile = user.profile.unwrap_or_default();
    /// assert_eq!(profile.string("login").as_deref(), Some("ivo@example.com"));
    /// # Ok::<(), okta_hooks::ParseError>(())
    /// ```
    pub struct Request is UserImport of USER_IMPORT;
}

impl Request {
    /// `data.context.conflicts`: the names of attributes that conflict. Elements that are not strings,
    /// as the reference allows, are left out.
    #[must_use]
    pub fn conflicts(&self) -> Vec<Cow<'_, str>> {
        self.0.part(Member::Conflicts).unwrap_or_default()
    }

    /// `data.context.application`: the application that users are imported from.
    #[must_use]
    pub fn application(&self) -> Option<Application<'_>> {
        self.0.part(Member::Application)
    }

    /// `data.context.job`: the import.
    #[must_use]
    pub fn job(&self) -> Option<Job<'_>> {
        self.0.part(Member::Job)
    }

    /// `data.context.matches`: users of Okta that match. Okta documents no shape of an element.
    #[must_use]
    pub fn matches(&self) -> Vec<&RawValue> {
        self.0.part(Member::Matches).unwrap_or_default()
    }

    /// `data.context.policy`: the rules by which users match: `EMAIL`, `FIRST_AND_LAST_NAME`, …
    #[must_use]
    pub fn policy(&self) -> Vec<Cow<'_, str>> {
        self.0.part(Member::Policy).unwrap_or_default()
    }

    /// `data.action`: what Okta does unless the answer says otherwise.
    #[must_use]
    pub fn action(&self) -> Option<Action> {
        self.0.part(Member::Action)
    }

    /// `data.appUser`: the user as the application has it.
    #[must_use]
    pub fn app_user(&self) -> Option<AppUser<'_>> {
        self.0.part(Member::AppUser)
    }

    /// `data.user`: the user as Okta is going to have it.
    #[must_use]
    pub fn user(&self) -> Option<ImportedUser<'_>> {
        self.0.part(Member::User)
    }
}

part! {
    /// The application that users are imported from.
    pub struct Application<'a> {
        /// Its name, such as `testapp`.
        pub name: Option<Cow<'a, str>> = "name",
        /// Its id: `0oa…`.
        pub id: Option<Cow<'a, str>> = "id",
        /// Its label.
        pub label: Option<Cow<'a, str>> = "label",
        /// `ACTIVE` or `INACTIVE`.
        pub status: Option<Cow<'a, str>> = "status",
    }
}

part! {
    /// The import.
    pub struct Job<'a> {
        /// Its id.
        pub id: Option<Cow<'a, str>> = "id",
        /// `type`: `import:users`.
        pub kind: Option<Cow<'a, str>> = "type",
    }
}

part! {
    /// What Okta does unless the answer says otherwise.
    pub struct Action {
        /// What becomes of the application's user.
        pub result: Option<ImportResult> = "result",
    }
}

open_set! {
    /// What becomes of an imported user.
    pub struct ImportResult in "inline::user_import" {
        /// A user is created in Okta.
        CREATE_USER = "CREATE_USER",
        /// It is linked to a user that Okta has.
        LINK_USER = "LINK_USER",
    }
}

part! {
    /// The user as the application has it.
    pub struct AppUser<'a> {
        /// The attributes of the application's profile.
        pub profile: Option<FreeForm<'a>> = "profile",
    }
}

part! {
    /// The user as Okta is going to have it.
    pub struct ImportedUser<'a> {
        /// The id of the user that matched, if one did: `00u…`.
        pub id: Option<Cow<'a, str>> = "id",
        /// The attributes of Okta's profile, mapped from the application's.
        pub profile: Option<FreeForm<'a>> = "profile",
    }
}
