//! The links of a user: what can be done with it in its status. As real orgs answer.

use serde_json::{Value, json};

use super::user::{Status, User};

/// The only user type there is.
pub const USER_TYPE: &str = "otyEmulatorUserType0";
/// And its schema.
pub const USER_SCHEMA: &str = "oscEmulatorUserType0";

pub fn own(user: &User, base: &str) -> String {
    format!("{base}/api/v1/users/{}", user.id)
}

pub fn of(user: &User, base: &str) -> Value {
    let own = own(user, base);
    let mut links = json!({
        "self": { "href": own },
        "schema": { "href": format!("{base}/api/v1/meta/schemas/user/{USER_SCHEMA}") },
        "type": { "href": format!("{base}/api/v1/meta/types/user/{USER_TYPE}") },
    });
    for (name, path) in operations(user) {
        let (href, method) = match *path {
            "" => (own.clone(), "DELETE"),
            path => (format!("{own}/{path}"), "POST"),
        };
        links[name] = json!({ "href": href, "method": method });
    }
    links
}

type Operations = &'static [(&'static str, &'static str)];

const STAGED: Operations = &[("activate", "lifecycle/activate")];
const PROVISIONED: Operations = &[
    ("suspend", "lifecycle/suspend"),
    ("resetPassword", "lifecycle/reset_password"),
    ("reactivate", "lifecycle/reactivate"),
    ("deactivate", "lifecycle/deactivate"),
];
const ACTIVE: Operations = &[
    ("suspend", "lifecycle/suspend"),
    ("resetPassword", "lifecycle/reset_password"),
    ("forgotPassword", "credentials/forgot_password"),
    ("expirePassword", "lifecycle/expire_password"),
    ("changeRecoveryQuestion", "credentials/change_recovery_question"),
    ("resetFactors", "lifecycle/reset_factors"),
    ("changePassword", "credentials/change_password"),
    ("deactivate", "lifecycle/deactivate"),
];
const LOCKED_OUT: Operations = &[
    ("unlock", "lifecycle/unlock"),
    ("resetPassword", "lifecycle/reset_password"),
    ("deactivate", "lifecycle/deactivate"),
];
const SUSPENDED: Operations =
    &[("unsuspend", "lifecycle/unsuspend"), ("deactivate", "lifecycle/deactivate")];
const DEPROVISIONED: Operations = &[("activate", "lifecycle/activate"), ("delete", "")];

fn operations(user: &User) -> Operations {
    match user.status {
        Status::Staged => STAGED,
        Status::Provisioned => PROVISIONED,
        Status::Active | Status::PasswordExpired | Status::Recovery => ACTIVE,
        Status::LockedOut => LOCKED_OUT,
        Status::Suspended => SUSPENDED,
        Status::Deprovisioned => DEPROVISIONED,
    }
}
