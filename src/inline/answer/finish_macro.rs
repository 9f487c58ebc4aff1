//! The macro for what the builders of all answers have at their end.

/// Implements `with_debug`, `build` and `Debug` for a builder with the field `debug` and a method
/// `commands`.
macro_rules! finish {
    ($name:ident of $hook_type:ident $(, errors: $(#[$errors:meta])+)?) => {
        impl $name {
            /// Adds a member to `debugContext`, which Okta copies into its System Log event
            /// `inline_hook.response.processed`. Not for what must not be read there.
            pub fn with_debug(
                mut self,
                name: impl Into<String>,
                value: impl Into<serde_json::Value>,
            ) -> Self {
                self.debug.push((name.into(), value.into()));
                self
            }

            /// The finished answer.
            ///
            /// # Errors
            ///
            /// [`AnswerError`](crate::inline::AnswerError) says which command and where in it, if it
            /// is one that Okta does not accept.
            $($(#[$errors])+)?
            /// In all answers: `debugContext` with `null` or a member twice, and 256 KB or more.
            pub fn build(self) -> Result<$crate::inline::Answer, $crate::inline::AnswerError> {
                let commands = self.commands()?;
                let hook_type = $crate::inline::HookType::$hook_type;
                $crate::inline::answer::Draft { hook_type, commands, error: None, debug: self.debug }
                    .build()
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                let hook_type = $crate::inline::HookType::$hook_type;
                f.debug_struct(stringify!($name)).field("hook_type", &hook_type).finish_non_exhaustive()
            }
        }
    };
}

pub(in crate::inline) use finish;
