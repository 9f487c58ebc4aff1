use std::borrow::Cow;

use super::FreeForm;
use super::part::{open_enum, part};

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
        /// `OSX`, `WINDOWS`, …; any text.
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

open_enum! {
    /// What of a device's disk is encrypted.
    pub enum DiskEncryptionType {
        /// Nothing.
        None = "NONE",
        /// The whole disk.
        Full = "FULL",
        /// The system's volume.
        SystemVolume = "SYSTEM_VOLUME",
        /// All internal volumes, as real events spell it.
        AllInternalVolumes = "ALL_INTERNAL_VOLUMES",
        /// All internal volumes, as Okta's list of values spells it.
        AllInternalValues = "ALL_INTERNAL_VALUES",
        /// The user's data.
        User = "USER",
    }
}

open_enum! {
    /// How a device's screen is locked.
    pub enum ScreenLockType {
        /// It is not.
        None = "NONE",
        /// By a passcode.
        Passcode = "PASSCODE",
        /// By a fingerprint, a face or the like.
        Biometric = "BIOMETRIC",
    }
}
