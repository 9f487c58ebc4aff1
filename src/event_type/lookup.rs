use super::catalog::Known;

/// The known type with exactly this string: at most eleven comparisons, whatever is sent.
pub(super) fn find(string: &str) -> Option<Known> {
    let at = Known::ALL.binary_search_by(|known| known.as_str().cmp(string)).ok()?;
    Some(Known::ALL[at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_type_and_no_string_close_to_it_is_found() {
        for &known in Known::ALL {
            let string = known.as_str();
            assert!(find(string) == Some(known), "{string}");
            for other in [format!("{string}."), format!("{string}\0"), string.replacen('.', "_", 1)]
            {
                let expected = Known::ALL.iter().find(|known| known.as_str() == other);
                assert!(find(&other) == expected.copied(), "{other}");
            }
        }
        assert!(find("").is_none());
    }
}
