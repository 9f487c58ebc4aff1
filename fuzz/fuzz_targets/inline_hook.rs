#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| okta_hooks_properties::inline_hook(bytes));
