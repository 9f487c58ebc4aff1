//! The starters are held to one table of behaviour, the same for every framework.

use okta_hooks_testing::conformance;
use okta_hooks_testing::workspace::binary;

macro_rules! hold {
    ($($starter:ident),*) => {$(
        mod $starter {
            const STARTER: &str = concat!(stringify!($starter), "-hook");

            #[test]
            fn answers_every_request_as_the_table_says() {
                super::conformance::answers_every_request_as_the_table_says(&super::binary(STARTER));
            }

            #[test]
            fn handles_each_event_once() {
                super::conformance::handles_each_event_once(&super::binary(STARTER));
            }

            #[test]
            fn answers_503_while_the_handler_is_too_slow_and_recovers() {
                super::conformance::answers_503_while_the_handler_is_too_slow_and_recovers(&super::binary(STARTER));
            }

            #[test]
            fn answers_503_when_the_body_does_not_arrive() {
                super::conformance::answers_503_when_the_body_does_not_arrive(&super::binary(STARTER));
            }

            #[test]
            fn answers_503_when_the_handler_fails() {
                super::conformance::answers_503_when_the_handler_fails(&super::binary(STARTER));
            }

            #[cfg(target_os = "linux")]
            #[test]
            fn answers_although_its_log_cannot_be_written() {
                super::conformance::answers_although_its_log_cannot_be_written(&super::binary(STARTER));
            }

            #[test]
            fn ends_in_time_though_a_request_is_half_sent() {
                super::conformance::ends_in_time_though_a_request_is_half_sent(&super::binary(STARTER));
            }

            #[test]
            fn ends_in_time_though_nobody_reads_what_the_handler_writes() {
                super::conformance::ends_in_time_though_nobody_reads_what_the_handler_writes(&super::binary(STARTER));
            }

            #[test]
            fn ends_at_once_at_a_second_signal() {
                super::conformance::ends_at_once_at_a_second_signal(&super::binary(STARTER));
            }

            #[cfg(target_os = "linux")]
            #[test]
            fn waits_while_no_file_can_be_opened_and_goes_on() {
                super::conformance::waits_while_no_file_can_be_opened_and_goes_on(&super::binary(STARTER));
            }

            #[test]
            fn makes_a_secret_of_its_own_when_none_is_set() {
                super::conformance::makes_a_secret_of_its_own_when_none_is_set(&super::binary(STARTER));
            }
        }
    )*};
}

hold!(actix, axum, hyper, warp);
