/// The constant's name: upper case; what is not a letter or digit becomes `_`, and a hump gets one
/// before it: `streamDevicesCSVDownload` is `STREAM_DEVICES_CSV_DOWNLOAD`.
#[must_use]
pub fn constant_name(event_type: &str) -> String {
    let chars: Vec<char> = event_type.chars().collect();
    let mut name = String::new();
    for (n, &c) in chars.iter().enumerate() {
        if is_hump(&chars, n) {
            name.push('_');
        }
        name.push(if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' });
    }
    name
}

/// Whether a word begins in the middle of a segment: `createEnrollment`, `CSVDownload`.
fn is_hump(chars: &[char], n: usize) -> bool {
    let Some(before) = n.checked_sub(1).map(|n| chars[n]) else { return false };
    let after = chars.get(n + 1).copied().unwrap_or('_');
    let first_of_word = before.is_ascii_lowercase() || before.is_ascii_digit();
    let last_of_acronym = before.is_ascii_uppercase() && after.is_ascii_lowercase();
    chars[n].is_ascii_uppercase() && (first_of_word || last_of_acronym)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn humps_and_acronyms_become_words() {
        for (event_type, name) in [
            ("user.lifecycle.create", "USER_LIFECYCLE_CREATE"),
            ("mim.createEnrollment.IOS", "MIM_CREATE_ENROLLMENT_IOS"),
            ("mim.streamDevicesCSVDownload", "MIM_STREAM_DEVICES_CSV_DOWNLOAD"),
            ("user.authentication.auth_via_AD_agent", "USER_AUTHENTICATION_AUTH_VIA_AD_AGENT"),
            (
                "app.office365.dirsync.skipping.conflict-object",
                "APP_OFFICE365_DIRSYNC_SKIPPING_CONFLICT_OBJECT",
            ),
        ] {
            assert_eq!(constant_name(event_type), name);
        }
    }
}
