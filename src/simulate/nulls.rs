use serde_json::Value;

/// How Okta writes a member that has no value.
///
/// Captured deliveries up to 2022 leave it out, those from 2023 on write `null`. Both mean the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Nulls {
    /// `"reason": null`.
    #[default]
    Explicit,
    /// Not at all.
    Omitted,
}

impl Nulls {
    /// The value in this style.
    pub(super) fn apply(self, value: &mut Value) {
        if self == Self::Omitted {
            omit(value);
        }
    }
}

/// Removes the members that are `null`, at any depth. Elements of arrays stay: without one, the
/// others would move.
fn omit(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|_, member| !member.is_null());
            members.values_mut().for_each(omit);
        }
        Value::Array(elements) => elements.iter_mut().for_each(omit),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_members_are_omitted_and_only_if_null() {
        let full = json!({"a": null, "b": {"c": null, "d": 1}, "e": [null, {"f": null}], "g": ""});
        let mut explicit = full.clone();
        Nulls::Explicit.apply(&mut explicit);
        assert_eq!(explicit, full);
        let mut omitted = full;
        Nulls::Omitted.apply(&mut omitted);
        assert_eq!(omitted, json!({"b": {"d": 1}, "e": [null, {}], "g": ""}));
    }
}
