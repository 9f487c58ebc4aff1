//! `Link` headers ([RFC 8288](https://www.rfc-editor.org/rfc/rfc8288)), read as its appendix B.3
//! does.

/// The target of the first link to the next page in the value of a `Link` header.
pub(super) fn next(mut value: &[u8]) -> Option<&[u8]> {
    loop {
        value = skip(value, b" \t,");
        let (target, rest) = split(value.strip_prefix(b"<")?, b">")?;
        let (is_next, rest) = parameters(&rest[1..]);
        if is_next {
            return Some(target);
        }
        value = rest;
    }
}

/// Reads a link's parameters, and tells whether they make it a link to the next page. What is left
/// starts at the comma before the next link.
fn parameters(mut input: &[u8]) -> (bool, &[u8]) {
    let (mut rel, mut has_anchor) = (None, false);
    loop {
        input = skip(input, b" \t");
        let Some(rest) = input.strip_prefix(b";") else { break };
        let (name, rest) = token(skip(rest, b" \t"), b" \t=;,");
        let (value, rest) = match skip(rest, b" \t").strip_prefix(b"=") {
            Some(rest) => value(skip(rest, b" \t")),
            None => (Vec::new(), rest),
        };
        // Only the first `rel` counts (section 3.3).
        if name.eq_ignore_ascii_case(b"rel") && rel.is_none() {
            rel = Some(value);
        } else if name.eq_ignore_ascii_case(b"anchor") {
            has_anchor = true;
        }
        input = rest;
    }
    // A link with an anchor is about another page than this one (section 3.2).
    let is_next = rel.is_some_and(|rel| has_relation(&rel, b"next")) && !has_anchor;
    (is_next, token(input, b",").1)
}

/// Relations are separated by white space and compared without regard to case (section 2.1.1).
fn has_relation(rel: &[u8], name: &[u8]) -> bool {
    rel.split(u8::is_ascii_whitespace).any(|relation| relation.eq_ignore_ascii_case(name))
}

/// A parameter's value, quoted or not.
fn value(input: &[u8]) -> (Vec<u8>, &[u8]) {
    let Some(mut input) = input.strip_prefix(b"\"") else {
        let (value, rest) = token(input, b" \t;,");
        return (value.to_vec(), rest);
    };
    let mut value = Vec::new();
    loop {
        match input {
            [] => return (value, input),
            [b'"', rest @ ..] => return (value, rest),
            [b'\\', escaped, rest @ ..] => {
                value.push(*escaped);
                input = rest;
            }
            [byte, rest @ ..] => {
                value.push(*byte);
                input = rest;
            }
        }
    }
}

fn skip<'a>(input: &'a [u8], bytes: &[u8]) -> &'a [u8] {
    let kept = input.iter().position(|byte| !bytes.contains(byte)).unwrap_or(input.len());
    &input[kept..]
}

/// What is before the first of `ends`, and what starts with it; `None` if none of them is there.
fn split<'a>(input: &'a [u8], ends: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    input.iter().position(|byte| ends.contains(byte)).map(|end| input.split_at(end))
}

/// As [`split`], up to the end of the input if need be.
fn token<'a>(input: &'a [u8], ends: &[u8]) -> (&'a [u8], &'a [u8]) {
    split(input, ends).unwrap_or((input, &[]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn reads(value: &str, expected: Option<&str>) {
        assert_eq!(next(value.as_bytes()), expected.map(str::as_bytes), "{value}");
    }

    #[test]
    fn the_next_page_is_found_in_every_way_to_write_a_link() {
        for value in [
            r#"<u>; rel="next""#,
            r"<u>; rel=next",
            r"<u>;rel=next",
            "\t<u> \t; \t rel \t= \t next ",
            r#"<u>; REL="NeXt""#,
            r#"<u>; rel="prev next""#,
            r#"<u>; rel="n\ext""#,
            r#"<u>; title="a, <v>; rel=\"self\""; rel=next"#,
            r#"<u>; title; rel=next"#,
            r#"<u>; title=; rel=next"#,
            r#"<v>; rel="self", <u>; rel="next""#,
            r#"<v>; rel="self",<u>; rel="next",<w>; rel="next""#,
            r#",, <v> , , <u>; rel="next""#,
            r#"<v>; rel="self" junk, <u>; rel="next""#,
            r#"<v>; rel="next"; anchor="/other", <u>; rel="next""#,
            r#"<u>; rel="next"#,
        ] {
            reads(value, Some("u"));
        }
    }

    #[test]
    fn commas_and_semicolons_in_a_target_belong_to_it() {
        reads(
            r#"<https://a.example/v?x=1,2;y=3&rel="next">; rel="self", <b,c;d>; rel="next""#,
            Some("b,c;d"),
        );
    }

    #[test]
    fn other_links_are_not_the_next_page() {
        for value in [
            "",
            ",",
            "<u>",
            r#"<u>; rel="self""#,
            r#"<u>; rel="nextpage""#,
            r#"<u>; rel="self"; rel="next""#,
            r#"<u>; rev="next""#,
            r#"<u>; title="rel=next""#,
            r#"<u; rel="next""#,
            r#"u; rel="next""#,
            r#"<u>; rel="next"; anchor="/other""#,
            r#"<u>; rel="\"#,
        ] {
            reads(value, None);
        }
    }
}
