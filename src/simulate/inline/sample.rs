//! What Okta sends for each type of hook, as far as it is documented.

use serde_json::{Value, json};

use crate::inline::HookType;
use crate::simulate::seed::Seed;

#[derive(Clone, Copy)]
pub(super) enum Sample {
    Token,
    Saml,
    Registration,
    ProgressiveProfile,
    PasswordImport,
    UserImport,
    Telephony,
}

/// Who a request is about.
pub(super) struct Subject<'a> {
    login: &'a str,
    id: String,
    first_name: String,
    last_name: String,
}

impl<'a> Subject<'a> {
    pub(super) fn new(seed: &Seed, login: &'a str) -> Self {
        let local = login.split('@').next().unwrap_or_default();
        let (first, last) = local.split_once('.').unwrap_or((local, "Doe"));
        Self {
            login,
            id: seed.fork(&format!("user/{login}")).id("00u"),
            first_name: capitalized(first),
            last_name: capitalized(last),
        }
    }

    fn name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name)
    }

    fn profile(&self) -> Value {
        json!({
            "login": self.login, "firstName": self.first_name, "lastName": self.last_name,
            "locale": "en_US", "timeZone": "America/Los_Angeles",
        })
    }

    fn attributes(&self) -> Value {
        json!({
            "login": self.login, "email": self.login,
            "firstName": self.first_name, "lastName": self.last_name,
        })
    }

    fn user(&self) -> Value {
        let link = |what: &str| json!({ "href": format!("{ORG}/api/v1/users/{}/{what}", self.id) });
        json!({
            "id": self.id,
            "passwordChanged": "2025-11-03T08:20:11.000Z",
            "profile": self.profile(),
            "_links": { "groups": link("groups"), "factors": link("factors") },
        })
    }

    fn session(&self, own: &mut Seed) -> Value {
        json!({
            "id": format!("102{}", own.alphanumeric(22)),
            "userId": self.id,
            "login": self.login,
            "createdAt": "2025-12-31T23:55:00.000Z",
            "expiresAt": "2026-01-01T01:55:00.000Z",
            "status": "ACTIVE",
            "lastPasswordVerification": "2025-12-31T23:55:00.000Z",
            "amr": ["PASSWORD"],
            "idp": { "id": own.id("00o"), "type": "OKTA" },
            "mfaActive": false,
        })
    }
}

fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

const ORG: &str = "https://acme.okta.com";
const ISSUER: &str = "https://acme.okta.com/oauth2/default";

fn http_request(method: &str, url: &str, own: &mut Seed) -> Value {
    json!({
        "id": own.alphanumeric(24),
        "method": method,
        "url": { "value": url },
        "ipAddress": "203.0.113.24",
    })
}

impl Sample {
    pub(super) fn hook_type(self) -> HookType {
        match self {
            Self::Token => HookType::TOKEN,
            Self::Saml => HookType::SAML,
            Self::Registration | Self::ProgressiveProfile => HookType::REGISTRATION,
            Self::PasswordImport => HookType::PASSWORD_IMPORT,
            Self::UserImport => HookType::USER_IMPORT,
            Self::Telephony => HookType::TELEPHONY,
        }
    }

    pub(super) fn request_type(self) -> Option<&'static str> {
        match self {
            Self::Registration => Some("self.service.registration"),
            Self::ProgressiveProfile => Some("progressive.profile"),
            Self::Telephony => Some("com.okta.user.telephony.mfa-verification"),
            _ => None,
        }
    }

    pub(super) fn source(self, own: &mut Seed) -> String {
        match self {
            Self::Token => format!("{ISSUER}/v1/authorize"),
            Self::Saml => format!("{ORG}/app/acme_portal_1/{}/sso/saml", own.id("exk")),
            Self::Registration | Self::ProgressiveProfile => own.id("reg"),
            _ => own.id("cal"),
        }
    }

    pub(super) fn data(self, subject: &Subject<'_>, own: &mut Seed) -> Value {
        match self {
            Self::Token => token(subject, own),
            Self::Saml => saml(subject, own),
            Self::Registration => json!({
                "context": { "request": http_request("POST", "/idp/idx/enroll/new", own) },
                "userProfile": subject.attributes(),
                "action": "ALLOW",
            }),
            Self::ProgressiveProfile => json!({
                "context": {
                    "request": http_request("POST", "/idp/idx/enroll/update", own),
                    "user": subject.user(),
                },
                "action": "ALLOW",
                "userProfileUpdate": { "employeeNumber": "1842" },
            }),
            Self::PasswordImport => json!({
                "context": {
                    "request": http_request("POST", "/api/v1/authn", own),
                    "credential": { "username": subject.login, "password": "correct horse" },
                },
                "action": { "credential": "UNVERIFIED" },
            }),
            Self::UserImport => user_import(subject, own),
            Self::Telephony => telephony(subject, own),
        }
    }
}

fn token(subject: &Subject<'_>, own: &mut Seed) -> Value {
    let client = own.id("0oa");
    let authorize = format!(
        "{ISSUER}/v1/authorize?scope=openid+profile&response_type=token+id_token&client_id={client}"
    );
    json!({
        "context": {
            "request": http_request("GET", &authorize, own),
            "protocol": {
                "type": "OAUTH2.0",
                "request": {
                    "scope": "openid profile", "state": "foobar", "response_mode": "fragment",
                    "redirect_uri": "https://portal.acme.example/callback",
                    "response_type": "token id_token", "client_id": client,
                },
                "issuer": { "uri": ISSUER },
                "client": { "id": client, "name": "Acme Portal", "type": "PUBLIC" },
            },
            "session": subject.session(own),
            "user": subject.user(),
            "policy": { "id": own.id("00p"), "rule": { "id": own.id("0pr") } },
        },
        "identity": {
            "claims": {
                "sub": subject.id, "name": subject.name(), "email": subject.login, "ver": 1,
                "iss": ISSUER, "aud": client, "jti": format!("ID.{}", own.alphanumeric(43)),
                "amr": ["pwd"], "idp": own.id("00o"), "nonce": "foobar",
                "preferred_username": subject.login, "auth_time": 1_767_225_300,
            },
            "token": { "lifetime": { "expiration": 3600 } },
        },
        "access": {
            "claims": {
                "ver": 1, "jti": format!("AT.{}", own.alphanumeric(43)), "iss": ISSUER,
                "aud": "api://default", "cid": client, "uid": subject.id, "sub": subject.login,
            },
            "token": { "lifetime": { "expiration": 3600 } },
            "scopes": {
                "openid": { "id": own.id("scp"), "action": "GRANT" },
                "profile": { "id": own.id("scp"), "action": "GRANT" },
            },
        },
    })
}

fn saml(subject: &Subject<'_>, own: &mut Seed) -> Value {
    let portal = format!("{ORG}/app/acme_portal_1/{}/sso/saml", own.id("exk"));
    let attribute = |value: &str| {
        json!({
            "attributes": { "NameFormat": "urn:oasis:names:tc:SAML:2.0:attrname-format:basic" },
            "attributeValues": [{ "attributes": { "xsi:type": "xs:string" }, "value": value }],
        })
    };
    json!({
        "context": {
            "request": http_request("GET", &portal, own),
            "protocol": {
                "type": "SAML2.0",
                "issuer": {
                    "id": own.id("0oa"), "name": "Acme Portal",
                    "uri": format!("http://www.okta.com/{}", own.id("exk")),
                },
            },
            "session": subject.session(own),
            "user": subject.user(),
        },
        "assertion": {
            "subject": {
                "nameId": subject.login,
                "nameFormat": "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
                "confirmation": {
                    "method": "urn:oasis:names:tc:SAML:2.0:cm:bearer",
                    "data": { "recipient": "https://portal.acme.example/acs" },
                },
            },
            "authentication": {
                "sessionIndex": format!("id{}", own.alphanumeric(20)),
                "authnContext": {
                    "authnContextClassRef":
                        "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport",
                },
            },
            "conditions": { "audienceRestriction": ["urn:acme:portal"] },
            "claims": {
                "firstName": attribute(&subject.first_name),
                "lastName": attribute(&subject.last_name),
            },
            "lifetime": { "expiration": 300 },
        },
    })
}

fn user_import(subject: &Subject<'_>, own: &mut Seed) -> Value {
    json!({
        "context": {
            "conflicts": ["login"],
            "application": {
                "name": "hr_app", "id": own.id("0oa"), "label": "HR App", "status": "ACTIVE",
            },
            "job": { "id": own.id("ij1"), "type": "import:users" },
            "matches": [],
            "policy": ["EMAIL", "FIRST_AND_LAST_NAME"],
        },
        "action": { "result": "CREATE_USER" },
        "appUser": {
            "profile": {
                "firstName": subject.first_name, "lastName": subject.last_name,
                "email": subject.login, "department": "Sales", "entitlements": null,
                "licenses": ["A", "B"],
            },
        },
        "user": { "profile": subject.attributes() },
    })
}

fn telephony(subject: &Subject<'_>, own: &mut Seed) -> Value {
    let code = format!("{:06}", own.next() % 1_000_000);
    json!({
        "context": { "request": http_request("POST", "/idp/idx/challenge", own) },
        "userProfile": {
            "firstName": subject.first_name, "lastName": subject.last_name,
            "login": subject.login, "userId": subject.id,
        },
        "messageProfile": {
            "msgTemplate": format!("Your verification code is {code}."),
            "phoneNumber": "+15555550142",
            "otpExpires": "2026-01-01T00:05:00.000Z",
            "deliveryChannel": "SMS",
            "otpCode": code,
            "locale": "EN-US",
        },
    })
}
