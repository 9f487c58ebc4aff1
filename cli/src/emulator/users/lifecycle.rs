//! What changes a user's status: which status allows it, and the event of it.

use okta_hooks::EventType;
use okta_hooks::simulate::EventBuilder;

use super::create::activated;
use super::user::{Status, User};
use crate::emulator::clock;
use crate::emulator::errors::OktaError;
use crate::emulator::org::{Org, happened};

/// What an admin can do to a user's status.
pub fn operation(name: &str) -> Option<Operation> {
    use Status::{
        Active, Deprovisioned, LockedOut, PasswordExpired, Provisioned, Recovery, Staged, Suspended,
    };
    Some(match name {
        "activate" => Operation {
            from: &[Staged, Deprovisioned],
            to: Active,
            event: EventType::USER_LIFECYCLE_ACTIVATE,
            refusal: || {
                let summary = "Activation failed because the user is already active";
                OktaError::forbidden("E0000016", summary)
            },
        },
        "reactivate" => Operation {
            from: &[Provisioned],
            to: Provisioned,
            event: EventType::USER_LIFECYCLE_REACTIVATE,
            refusal: not_now,
        },
        "deactivate" => Operation {
            from: &[Staged, Provisioned, Active, Recovery, PasswordExpired, LockedOut, Suspended],
            to: Deprovisioned,
            event: EventType::USER_LIFECYCLE_DEACTIVATE,
            refusal: not_now,
        },
        "suspend" => Operation {
            from: &[Active],
            to: Suspended,
            event: EventType::USER_LIFECYCLE_SUSPEND,
            refusal: || OktaError::validation("user", "Cannot suspend a user that is not active"),
        },
        "unsuspend" => Operation {
            from: &[Suspended],
            to: Active,
            event: EventType::USER_LIFECYCLE_UNSUSPEND,
            refusal: || {
                OktaError::validation("user", "Cannot unsuspend a user that is not suspended")
            },
        },
        "unlock" => Operation {
            from: &[LockedOut],
            to: Active,
            event: EventType::USER_ACCOUNT_UNLOCK_BY_ADMIN,
            refusal: || {
                OktaError::forbidden("E0000032", "Unlock is not allowed for this user.")
                    .with_cause("The user is not locked out.")
            },
        },
        "expire_password" => Operation {
            from: &[Active, PasswordExpired, LockedOut, Recovery],
            to: PasswordExpired,
            event: EventType::USER_ACCOUNT_EXPIRE_PASSWORD,
            refusal: not_now,
        },
        "reset_password" => Operation {
            from: &[Active, PasswordExpired, LockedOut, Recovery],
            to: Recovery,
            event: EventType::USER_ACCOUNT_RESET_PASSWORD,
            refusal: not_now,
        },
        // No operation of Okta's: there it takes several wrong passwords.
        "lock" => Operation {
            from: &[Active],
            to: LockedOut,
            event: EventType::USER_ACCOUNT_LOCK,
            refusal: not_now,
        },
        _ => return None,
    })
}

fn not_now() -> OktaError {
    let summary = "This operation is not allowed in the user's current status.";
    OktaError::forbidden("E0000038", summary)
}

pub struct Operation {
    from: &'static [Status],
    to: Status,
    event: EventType,
    refusal: fn() -> OktaError,
}

impl Org {
    pub fn operate(&mut self, name: &str, operation: &Operation) -> Result<User, OktaError> {
        let (place, mut user) = self.user(name)?;
        if !operation.from.contains(&user.status) {
            return Err((operation.refusal)());
        }
        let now = clock::now();
        user.status = operation.to;
        if operation.event == EventType::USER_LIFECYCLE_ACTIVATE {
            user.activated = Some(now.clone());
            user.status = activated(&user, false);
        }
        user.status_changed = Some(now.clone());
        user.last_updated = now;
        self.record(happened(operation.event.clone()).target(user.target()));
        self.keep(place, user.clone());
        Ok(user)
    }

    /// Forgets the second factors of a user, of which there are none here; at Okta, too, its status
    /// stays.
    pub fn reset_factors(&mut self, name: &str) -> Result<(), OktaError> {
        let (_, user) = self.user(name)?;
        if user.status == Status::Deprovisioned {
            return Err(not_now());
        }
        self.record(happened(EventType::USER_MFA_FACTOR_RESET_ALL).target(user.target()));
        Ok(())
    }

    /// Ends the sessions of a user. Nobody signs in here; what is said of it is the same.
    pub fn clear_sessions(&mut self, name: &str) -> Result<(), OktaError> {
        let (_, user) = self.user(name)?;
        self.record(happened(EventType::USER_SESSION_CLEAR).target(user.target()));
        Ok(())
    }

    /// Deletes a user; one that is not deactivated yet is deactivated instead, as Okta does.
    pub fn delete_user(&mut self, name: &str) -> Result<(), OktaError> {
        let (place, user) = self.user(name)?;
        if user.status != Status::Deprovisioned {
            let deactivate = operation("deactivate").expect("it is in the table");
            return self.operate(name, &deactivate).map(drop);
        }
        let about = |event_type| -> EventBuilder { happened(event_type).target(user.target()) };
        self.record(about(EventType::USER_LIFECYCLE_DELETE_INITIATED));
        self.record(about(EventType::USER_LIFECYCLE_DELETE_COMPLETED));
        self.users.remove(place);
        self.remove(&user);
        self.forget_member(&user.id);
        self.unassign_deleted(&user.id);
        Ok(())
    }
}
