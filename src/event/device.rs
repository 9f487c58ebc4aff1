use std::borrow::Cow;

use super::FreeForm;
use super::macros::{open_set, part};

part! {
    /// The enrolled device. Okta writes its keys in snake case, unlike all others; camel case is
    /// read too.
    ///
    /// ```
    /// # use okta_hooks::LogEvent;
    /// let event = LogEvent::from_slice(br#"{"eventType":"x","device":{"os_platform":"OSX","managed":true}}"#)?;
    /// let device = event.device().unwrap_or_default();
    /// assert_eq!(device.os_platform.as_deref(), Some("OSX"));
    /// assert_eq!((device.managed, device.jailbreak), (Some(true), None));
    /// # Ok::<(), okta_hooks::ParseError>(())
    /// ```
    pub struct Device<'a> {
        /// `guo…`.
        pub id: Option<Cow<'a, str>> = "id",
        /// Its name, for people.
        pub name: Option<Cow<'a, str>> = "name",
        /// `OSX`, `WINDOWS`, …; any string.
        pub os_platform: Option<Cow<'a, str>> = "os_platform" | "osPlatform",
        /// The system's version.
        pub os_version: Option<Cow<'a, str>> = "os_version" | "osVersion",
        /// Whether a device management manages it.
        pub managed: Option<bool> = "managed",
        /// Whether it is registered with Okta.
        pub registered: Option<bool> = "registered",
        /// Absent in all samples.
        pub device_integrator: Option<FreeForm<'a>> = "device_integrator" | "deviceIntegrator",
        /// What of the disk is encrypted.
        pub disk_encryption_type: Option<DiskEncryptionType>
            = "disk_encryption_type" | "diskEncryptionType",
        /// How the screen is locked.
        pub screen_lock_type: Option<ScreenLockType> = "screen_lock_type" | "screenLockType",
        /// Whether it is jailbroken; absent for desktops.
        pub jailbreak: Option<bool> = "jailbreak",
        /// Whether it has hardware to keep keys in.
        pub secure_hardware_present: Option<bool>
            = "secure_hardware_present" | "secureHardwarePresent",
    }
}

open_set! {
    /// What of a device's disk is encrypted.
    pub struct DiskEncryptionType {
        /// Nothing.
        NONE = "NONE",
        /// The whole disk.
        FULL = "FULL",
        /// The system's volume.
        SYSTEM_VOLUME = "SYSTEM_VOLUME",
        /// All internal volumes, as real events spell it.
        ALL_INTERNAL_VOLUMES = "ALL_INTERNAL_VOLUMES",
        /// All internal volumes, as Okta's list of values spells it.
        ALL_INTERNAL_VALUES = "ALL_INTERNAL_VALUES",
        /// The user's data.
        USER = "USER",
    }
}

open_set! {
    /// How a device's screen is locked.
    pub struct ScreenLockType {
        /// It is not.
        NONE = "NONE",
        /// By a passcode.
        PASSCODE = "PASSCODE",
        /// By a fingerprint, a face or the like.
        BIOMETRIC = "BIOMETRIC",
    }
}
