//! The colours of the pages, as far as they meet: text can be read and edges can be seen, by WCAG 2.2.

const DESIGN: &str = include_str!("../../../cli/src/console/design.css");

/// The light and the dark value of a token, as `rrggbb`.
fn token(name: &str) -> [&'static str; 2] {
    let start = format!("--{name}: light-dark(#");
    let (_, rest) = DESIGN.split_once(&start).unwrap_or_else(|| panic!("there is no --{name}"));
    let (values, _) = rest.split_once(");").expect("it ends");
    let (light, dark) = values.split_once(", #").expect("two values");
    [light, dark]
}

/// WCAG's relative luminance, 0 to 1.
fn luminance(colour: &str) -> f64 {
    let channel = |at: usize| {
        let value = u8::from_str_radix(&colour[at..at + 2], 16).expect("two digits");
        let share = f64::from(value) / 255.0;
        if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(0) + 0.7152 * channel(2) + 0.0722 * channel(4)
}

fn contrast(one: &str, other: &str) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[track_caller]
fn assert_contrast(on: &str, of: &[&str], at_least: f64) {
    for name in of {
        for (scheme, (one, other)) in token(name).into_iter().zip(token(on)).enumerate() {
            let found = contrast(one, other);
            let scheme = ["light", "dark"][scheme];
            assert!(found >= at_least, "--{name} on --{on}, {scheme}: {found:.2}");
        }
    }
}

#[test]
fn text_can_be_read_wherever_it_stands() {
    let everywhere = ["text", "muted", "accent", "good", "warn", "bad"];
    for on in ["page", "surface", "sunken", "hover", "chosen"] {
        assert_contrast(on, &everywhere, 4.5);
    }
    for on in ["good", "warn", "bad"] {
        let soft = format!("{on}-soft");
        assert_contrast(&soft, &["text", "muted", "accent", on], 4.5);
    }
    for on in ["surface", "sunken"] {
        assert_contrast(on, &["json-key", "json-string", "json-number", "json-literal"], 4.5);
    }
    assert_contrast("accent", &["on-accent"], 4.5);
}

#[test]
fn what_can_be_used_has_an_edge_that_can_be_seen() {
    for on in ["page", "surface"] {
        assert_contrast(on, &["edge", "accent", "bad"], 3.0);
    }
}
