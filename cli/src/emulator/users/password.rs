//! Passwords: set by an admin, changed by who knows the old one, expired.

use okta_hooks::EventType;
use serde_json::{Value, json};

use super::credentials::{Password, Secret, Wanted};
use super::user::{Status, User};
use crate::emulator::clock;
use crate::emulator::errors::OktaError;
use crate::emulator::org::{Org, happened};

impl Org {
    /// Gives a user the credentials that are wanted; whether any are that were not there before.
    pub fn apply_credentials(
        &mut self,
        user: &mut User,
        wanted: Wanted,
    ) -> Result<bool, OktaError> {
        let any = wanted.password.is_some()
            || wanted.question.is_some() && wanted.question != user.credentials.question
            || wanted.provider.as_ref().is_some_and(|other| *other != user.credentials.provider);
        match wanted.password {
            Some(Password::Value(password)) => self.set_password(user, &password)?,
            Some(Password::Imported) => {
                user.credentials.password = Some(Secret::Imported);
                user.password_changed = Some(clock::now());
            }
            None => {}
        }
        user.credentials.question = wanted.question.or(user.credentials.question.take());
        if let Some(provider) = wanted.provider {
            user.credentials.provider = provider;
        }
        Ok(any)
    }

    fn set_password(&mut self, user: &mut User, password: &str) -> Result<(), OktaError> {
        check_policy(user, password)?;
        let salt = (0..16).map(|_| self.rng.alphanumeric()).collect();
        user.credentials.password = Some(Secret::of(password, salt));
        user.password_changed = Some(clock::now());
        Ok(())
    }

    /// What it means that an admin has set the password of a user that was there already.
    pub fn set_by_admin(&mut self, user: &mut User) {
        let waiting = [Status::Provisioned, Status::Recovery, Status::PasswordExpired];
        if waiting.contains(&user.status) {
            user.status = Status::Active;
            user.status_changed = Some(clock::now());
        }
        self.record(happened(EventType::USER_ACCOUNT_UPDATE_PASSWORD).target(user.target()));
    }

    /// `POST /users/{id}/credentials/change_password`
    pub fn change_password(&mut self, name: &str, body: &Value) -> Result<Value, OktaError> {
        let (place, mut user) = self.user(name)?;
        self.check_password(&user, &body["oldPassword"]["value"], "oldPassword")?;
        let new = body["newPassword"]["value"].as_str().unwrap_or_default();
        self.set_password(&mut user, new)?;
        self.set_by_admin(&mut user);
        if body["revokeSessions"] == true {
            self.record(happened(EventType::USER_SESSION_CLEAR).target(user.target()));
        }
        user.last_updated = clock::now();
        let credentials = user.credentials.to_json(true);
        self.keep(place, user);
        Ok(credentials)
    }

    /// `POST /users/{id}/credentials/change_recovery_question`
    pub fn change_question(&mut self, name: &str, body: &Value) -> Result<Value, OktaError> {
        let (place, mut user) = self.user(name)?;
        self.check_password(&user, &body["password"]["value"], "password")?;
        let wanted = Wanted::read(&json!({ "recovery_question": body["recovery_question"] }))?;
        if wanted.question.is_none() {
            let cause = "recovery_question.question: The field cannot be left blank";
            return Err(OktaError::validation("recovery_question", cause));
        }
        self.apply_credentials(&mut user, wanted)?;
        user.last_updated = clock::now();
        let credentials = user.credentials.to_json(true);
        self.keep(place, user);
        Ok(credentials)
    }

    fn check_password(&self, user: &User, sent: &Value, field: &str) -> Result<(), OktaError> {
        if matches!(user.status, Status::Staged | Status::Provisioned | Status::Deprovisioned) {
            let cause = "Password cannot be changed in the user's current status.";
            return Err(OktaError::credentials(cause));
        }
        let secret = user.credentials.password.as_ref();
        match secret.is_some_and(|secret| secret.is(sent.as_str().unwrap_or_default())) {
            true => Ok(()),
            false => Err(OktaError::credentials(&format!(
                "{field}: The credentials provided were incorrect."
            ))),
        }
    }

    /// Expires the password, and puts a temporary one in its place.
    pub fn expire_with_temporary(&mut self, name: &str) -> Result<Value, OktaError> {
        let expire = super::lifecycle::operation("expire_password").expect("it is in the table");
        self.operate(name, &expire)?;
        let (place, mut user) = self.user(name)?;
        // Everything that the policy asks for, and 16 characters that nobody guesses.
        let random: String = (0..16).map(|_| self.rng.alphanumeric()).collect();
        let password = format!("Tz7{random}");
        let salt = (0..16).map(|_| self.rng.alphanumeric()).collect();
        user.credentials.password = Some(Secret::of(&password, salt));
        self.keep(place, user);
        Ok(json!({ "tempPassword": password }))
    }
}

/// The default policy of an org.
fn check_policy(user: &User, password: &str) -> Result<(), OktaError> {
    let has = |test: fn(&char) -> bool| password.chars().any(|c| test(&c));
    let name = user.login().split('@').next().unwrap_or_default().to_lowercase();
    let tells = name.len() >= 4 && password.to_lowercase().contains(&name);
    let length = password.chars().count();
    let good = (8..=72).contains(&length)
        && has(char::is_ascii_lowercase)
        && has(char::is_ascii_uppercase)
        && has(char::is_ascii_digit)
        && !tells;
    match good {
        true => Ok(()),
        false => Err(OktaError::validation(
            "password",
            "password: Password requirements were not met. Password requirements: at least 8 \
             characters, a lowercase letter, an uppercase letter, a number, no parts of your \
             username.",
        )),
    }
}
