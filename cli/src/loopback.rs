//! Whether a URL is on this machine: only then may a secret go there unencrypted.

use std::net::IpAddr;

use reqwest::Url;

/// Whether nobody on the way can read what is sent there: it is encrypted, or on this machine.
pub fn is_private(url: &Url) -> bool {
    url.scheme() == "https" || is_loopback(url)
}

/// A loopback address or exactly `localhost`; a name such as `127.evil.example` is anybody's.
fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_addresses_and_localhost_are_this_machine() {
        let is_private = |url: &str| is_private(&Url::parse(url).unwrap());
        for url in [
            "https://hooks.example.com/",
            "http://localhost:8082/hook",
            "http://LOCALHOST/",
            "http://127.0.0.1/",
            "http://127.1/",
            "http://127.9.9.9:1/",
            "http://[::1]:8082/",
        ] {
            assert!(is_private(url), "{url}");
        }
        for url in [
            "http://hooks.example.com/",
            "http://127.evil.example/hook",
            "http://127.0.0.1.evil.example/",
            "http://localhost.evil.example/",
            "http://localhost@evil.example/",
            "http://10.0.0.1/",
            "http://[::2]/",
            "ftp://evil.example/",
        ] {
            assert!(!is_private(url), "{url}");
        }
    }
}
