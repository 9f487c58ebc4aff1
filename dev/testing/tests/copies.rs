//! Files that stand in several packages, because each has to be whole when it is copied, are the same.

#[track_caller]
fn assert_same(texts: &[&str]) {
    assert!(texts.windows(2).all(|pair| pair[0] == pair[1]), "a change of one belongs into all");
}

#[test]
fn the_server_of_the_sync_is_that_of_the_emulator() {
    assert_same(&[
        include_str!("../../../examples/user-sync/src/server.rs"),
        include_str!("../../../cli/src/emulator/server.rs"),
    ]);
    assert_same(&[
        include_str!("../../../examples/user-sync/src/server/waiting.rs"),
        include_str!("../../../cli/src/emulator/server/waiting.rs"),
    ]);
}

#[test]
fn sqlite_is_built_for_a_copy_of_the_sync_as_it_is_here() {
    assert_same(&[
        include_str!("../../../examples/user-sync/.cargo/config.toml"),
        include_str!("../../../.cargo/config.toml"),
    ]);
}

#[test]
fn the_signatures_of_the_sync_are_those_of_the_emulator() {
    assert_same(&[
        include_str!("../../../examples/user-sync/src/okta/jwt.rs"),
        include_str!("../../../cli/src/emulator/jwt.rs"),
    ]);
}

#[test]
fn the_pages_of_the_sync_look_like_the_console() {
    assert_same(&[
        include_str!("../../../examples/user-sync/src/pages/design.css"),
        include_str!("../../../cli/src/console/design.css"),
    ]);
}

#[test]
fn the_sync_consumes_a_stream_as_the_example_does() {
    macro_rules! shared {
        ($($file:literal),*) => {$(
            assert_same(&[
                include_str!(concat!("../../../examples/jetstream/src/nats/", $file)),
                include_str!(concat!("../../../examples/user-sync/src/nats/", $file)),
            ]);
        )*};
    }
    shared!("connection.rs", "consumer.rs", "dead_letter.rs", "message.rs", "mod.rs");
    shared!("publish.rs", "settings.rs", "stream.rs", "subject.rs");
}

/// CVE-2026-25537 is in jsonwebtoken before 10.3, RUSTSEC-2023-0071 in every release of rsa.
#[test]
fn no_package_is_locked_in_a_version_with_an_advisory_we_know() {
    let lock = include_str!("../../../Cargo.lock");
    assert!(!lock.contains("name = \"rsa\"\n"));
    let versions = lock.split("name = \"jsonwebtoken\"\nversion = \"").skip(1);
    for version in versions.filter_map(|rest| rest.split('.').next()) {
        assert!(version.parse::<u32>().unwrap() > 10, "jsonwebtoken {version}");
    }
}

macro_rules! starters_share {
    ($file:literal) => {
        assert_same(&[
            include_str!(concat!("../../../examples/actix/src/", $file)),
            include_str!(concat!("../../../examples/axum/src/", $file)),
            include_str!(concat!("../../../examples/hyper/src/", $file)),
            include_str!(concat!("../../../examples/jetstream/src/", $file)),
            include_str!(concat!("../../../examples/warp/src/", $file)),
        ]);
    };
}

#[test]
fn the_handler_behind_the_stream_is_that_of_the_web_examples() {
    let web = include_str!("../../../examples/axum/src/handler.rs");
    let (_, handler) = web.split_once("\n\n/// Greets").unwrap();
    let (handler, _) = handler.split_once("\n\n/// Where").unwrap();
    assert!(include_str!("../../../examples/jetstream/src/handler.rs").contains(handler));
}

#[test]
fn the_starters_are_set_and_stopped_alike() {
    starters_share!("settings.rs");
    starters_share!("shutdown.rs");
    starters_share!("welcome.html");
}

#[test]
fn the_starter_for_inline_hooks_is_set_and_stopped_like_the_others() {
    assert_same(&[
        include_str!("../../../examples/axum/src/shutdown.rs"),
        include_str!("../../../examples/inline-hooks/src/shutdown.rs"),
    ]);
    // What is set differs, how it is read does not.
    let reading = |settings: &'static str| settings.split_once("fn random_secret()").unwrap().1;
    assert_same(&[
        reading(include_str!("../../../examples/axum/src/settings.rs")),
        reading(include_str!("../../../examples/inline-hooks/src/settings.rs")),
    ]);
}
