//! The command `okta-hooks` as a real process.

mod admin;
mod assignments;
mod check_inline;
mod commands;
mod console;
mod console_apart;
mod console_inline;
mod console_page;
mod console_unknown;
mod copy_as_curl;
mod data_file;
mod emulator;
mod forwarded_answers;
mod group_rules;
mod hardening;
mod hook_urls;
mod hostile_requests;
mod inline_hooks;
mod inline_receiver;
mod inspect;
mod many_users;
mod memory;
mod named_users;
mod official_sdks;
mod org_client;
mod receiver;
mod recorded_answers;
mod recorder;
mod same_answers;
mod seed;
mod service_app;
mod serving;
mod side_by_side;
mod tokens_and_schemas;

/// The program.
const PROGRAM: &str = env!("CARGO_BIN_EXE_okta-hooks");
