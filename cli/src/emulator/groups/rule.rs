//! Group rules: whom an expression matches is in the groups of the rule.

use std::collections::{BTreeMap, BTreeSet};

use okta_hooks::EventType;
use okta_hooks::simulate::TargetBuilder;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::expression::Expression;
use crate::emulator::clock;
use crate::emulator::errors::OktaError;
use crate::emulator::org::{Document, Org, happened};
use crate::emulator::users::User;

/// Rules that an org may have.
const MAX_RULES: usize = 2000;

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum RuleStatus {
    Active,
    Inactive,
    /// One of its groups is gone.
    Invalid,
}

#[derive(Clone, Serialize, Deserialize)]
pub struct Rule {
    pub id: String,
    pub status: RuleStatus,
    pub name: String,
    created: String,
    last_updated: String,
    expression: String,
    groups: BTreeSet<String>,
    excluded: BTreeSet<String>,
    /// People were in what was sent, were it none of them: so they are in the answer.
    #[serde(default)]
    has_people: bool,
}

impl Document for Rule {
    const KIND: &'static str = "groupRule";

    fn id(&self) -> &str {
        &self.id
    }
}

impl Rule {
    /// Whether it is active, and puts this user into its groups.
    fn wants(&self, user: &User) -> bool {
        self.status == RuleStatus::Active
            && !self.excluded.contains(&user.id)
            && Expression::parse(&self.expression).is_ok_and(|e| e.matches(&user.profile))
    }

    /// As events are about it.
    fn target(&self) -> TargetBuilder {
        TargetBuilder::new("GroupRule").id(&self.id).display_name(&self.name)
    }

    pub fn to_json(&self) -> Value {
        let mut json = json!({
            "type": "group_rule",
            "id": self.id,
            "status": self.status,
            "name": self.name,
            "created": self.created,
            "lastUpdated": self.last_updated,
            "conditions": {
                "expression": { "value": self.expression, "type": "urn:okta:expression:1.0" },
            },
            "actions": { "assignUserToGroups": { "groupIds": self.groups } },
        });
        if self.has_people || !self.excluded.is_empty() {
            let people =
                json!({ "users": { "exclude": self.excluded }, "groups": { "exclude": [] } });
            json["conditions"]["people"] = people;
        }
        json
    }
}

/// The groups of rules, each with the id of the first that has it.
fn by_group<'a>(rules: impl Iterator<Item = &'a Rule>) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for rule in rules {
        for group in &rule.groups {
            found.entry(group.clone()).or_insert_with(|| rule.id.clone());
        }
    }
    found
}

/// What a request wants a rule to be.
struct Spec {
    name: String,
    expression: String,
    groups: BTreeSet<String>,
    excluded: BTreeSet<String>,
    has_people: bool,
}

impl Spec {
    fn read(body: &Value, org: &Org) -> Result<Self, OktaError> {
        let name = body["name"].as_str().unwrap_or_default();
        if !(1..=50).contains(&name.chars().count()) {
            let cause = "name: The field must be 1 to 50 characters";
            return Err(OktaError::validation("name", cause));
        }
        let expression = body.pointer("/conditions/expression/value").and_then(Value::as_str);
        let expression = expression.unwrap_or_default();
        if Expression::parse(expression).is_err() {
            let cause = "expression: not an expression, or one that the emulator cannot evaluate";
            return Err(OktaError::validation("expression", cause));
        }
        let ids = |pointer: &str| -> BTreeSet<String> {
            let ids = body.pointer(pointer).and_then(Value::as_array);
            ids.into_iter().flatten().filter_map(|id| Some(id.as_str()?.to_owned())).collect()
        };
        let groups = ids("/actions/assignUserToGroups/groupIds");
        if groups.is_empty() || groups.iter().any(|id| org.own_group(id).is_err()) {
            let cause = "groupIds: must be ids of groups that people can be put into";
            return Err(OktaError::validation("groupIds", cause));
        }
        let excluded = ids("/conditions/people/users/exclude");
        Ok(Self {
            name: name.to_owned(),
            expression: expression.to_owned(),
            groups,
            excluded,
            has_people: body.pointer("/conditions/people").is_some_and(Value::is_object),
        })
    }
}

impl Org {
    pub fn rule(&self, id: &str) -> Result<(u64, Rule), OktaError> {
        let found = self.rules.iter().find(|(_, rule)| rule.id == id);
        let copy = found.map(|(place, rule)| (*place, rule.clone()));
        copy.ok_or_else(|| OktaError::not_found(id, "GroupRule"))
    }

    pub fn create_rule(&mut self, body: &Value) -> Result<Value, OktaError> {
        let spec = Spec::read(body, self)?;
        self.check_rule_name(&spec.name, None)?;
        if self.rules.len() >= MAX_RULES {
            return Err(OktaError::validation("rule", format!("at most {MAX_RULES} rules")));
        }
        let now = clock::now();
        let rule = Rule {
            id: self.new_id("0pr"),
            status: RuleStatus::Inactive,
            name: spec.name,
            created: now.clone(),
            last_updated: now,
            expression: spec.expression,
            groups: spec.groups,
            excluded: spec.excluded,
            has_people: spec.has_people,
        };
        let place = self.new_place();
        Ok(self.keep_rule(place, rule))
    }

    /// Only a rule that is not active can be replaced.
    pub fn replace_rule(&mut self, id: &str, body: &Value) -> Result<Value, OktaError> {
        let (place, mut rule) = self.rule(id)?;
        if rule.status == RuleStatus::Active {
            let cause = "An active rule cannot be updated: deactivate it first";
            return Err(OktaError::validation("rule", cause));
        }
        let spec = Spec::read(body, self)?;
        self.check_rule_name(&spec.name, Some(id))?;
        rule.name = spec.name;
        rule.expression = spec.expression;
        rule.groups = spec.groups;
        rule.excluded = spec.excluded;
        rule.has_people = spec.has_people;
        rule.status = RuleStatus::Inactive;
        rule.last_updated = clock::now();
        Ok(self.keep_rule(place, rule))
    }

    /// Activation puts everybody it matches into its groups; they stay when it is deactivated.
    pub fn set_rule_active(&mut self, id: &str, active: bool) -> Result<(), OktaError> {
        let (place, mut rule) = self.rule(id)?;
        if rule.status == RuleStatus::Invalid {
            return Err(OktaError::validation("rule", "A group of the rule does not exist"));
        }
        if (rule.status == RuleStatus::Active) == active {
            return Ok(());
        }
        rule.status = if active { RuleStatus::Active } else { RuleStatus::Inactive };
        rule.last_updated = clock::now();
        let event_type = match active {
            true => EventType::GROUP_USER_MEMBERSHIP_RULE_TRIGGER,
            false => EventType::GROUP_USER_MEMBERSHIP_RULE_DEACTIVATED,
        };
        self.record(happened(event_type).target(rule.target()));
        self.keep_rule(place, rule);
        if active {
            let users: Vec<String> = self.users.after(0).map(|(_, u)| u.id.clone()).collect();
            users.iter().for_each(|user| self.apply_rules(user));
        }
        Ok(())
    }

    /// Deletes a rule, and with `remove_users` whom no other rule wants from its groups.
    pub fn delete_rule(&mut self, id: &str, remove_users: bool) -> Result<(), OktaError> {
        let (place, rule) = self.rule(id)?;
        self.rules.remove(&place);
        self.remove(&rule);
        for group in rule.groups.iter().filter(|_| remove_users) {
            let Ok((_, found)) = self.group(group) else { continue };
            let by_rule: Vec<String> = found.by_rule.iter().cloned().collect();
            for user in by_rule {
                if !self.wanted_by_rules(&user).contains_key(group) {
                    self.set_member_by_rule(group, &user, false, &rule.id);
                }
            }
        }
        Ok(())
    }

    /// Puts a user where the active rules want it, and takes it from where they no longer do.
    pub fn apply_rules(&mut self, user: &str) {
        let active = |rule: &&Rule| rule.status == RuleStatus::Active;
        let ruled = by_group(self.rules.values().filter(active));
        if ruled.is_empty() {
            return;
        }
        let wanted = self.wanted_by_rules(user);
        for (group, rule) in ruled {
            let wanting = wanted.get(&group);
            self.set_member_by_rule(&group, user, wanting.is_some(), wanting.unwrap_or(&rule));
        }
    }

    /// The groups that active rules want a user in, each with the id of such a rule.
    fn wanted_by_rules(&self, user: &str) -> BTreeMap<String, String> {
        let Ok((_, user)) = self.user(user) else { return BTreeMap::new() };
        by_group(self.rules.values().filter(|rule| rule.wants(&user)))
    }

    /// An admin has taken a user out of a group that active rules put it into.
    pub fn exclude_from_rules(&mut self, group: &str, user: &User) {
        let puts = |(_, rule): &(&u64, &Rule)| rule.groups.contains(group) && rule.wants(user);
        let rules: Vec<(u64, Rule)> =
            self.rules.iter().filter(puts).map(|(place, rule)| (*place, rule.clone())).collect();
        for (place, mut rule) in rules {
            rule.excluded.insert(user.id.clone());
            let event = happened(EventType::GROUP_USER_MEMBERSHIP_RULE_ADD_EXCLUSION);
            self.record_by_system(event.target(user.target()).target(rule.target()));
            self.keep_rule(place, rule);
        }
        self.apply_rules(&user.id);
    }

    /// A group is gone.
    pub fn invalidate_rules(&mut self, group: &str) {
        let with = |(_, rule): &(&u64, &Rule)| rule.groups.contains(group);
        let rules: Vec<(u64, Rule)> =
            self.rules.iter().filter(with).map(|(place, rule)| (*place, rule.clone())).collect();
        for (place, mut rule) in rules {
            if rule.status != RuleStatus::Invalid {
                let event = happened(EventType::GROUP_USER_MEMBERSHIP_RULE_INVALIDATE);
                self.record_by_system(event.target(rule.target()));
            }
            rule.status = RuleStatus::Invalid;
            self.keep_rule(place, rule);
        }
    }

    fn check_rule_name(&self, name: &str, of: Option<&str>) -> Result<(), OktaError> {
        let same = |rule: &Rule| rule.name == name && Some(rule.id.as_str()) != of;
        match self.rules.values().any(same) {
            true => Err(OktaError::validation("name", "name: Group rule name already exists.")),
            false => Ok(()),
        }
    }

    fn keep_rule(&mut self, place: u64, rule: Rule) -> Value {
        self.put(place, &rule);
        let json = rule.to_json();
        self.rules.insert(place, rule);
        json
    }
}
