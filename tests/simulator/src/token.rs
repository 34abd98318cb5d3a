//! Access tokens: issued to the machine's identities, checked by Resource Manager.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::identity::Identity;
use crate::scenario::{Scenario, User};
use crate::secret;

/// Issues tokens only this process recognises.
pub struct TokenIssuer {
    state: Mutex<State>,
}

struct State {
    secret: [u8; 32],
    /// What signed the tokens before each revocation.
    former: Vec<[u8; 32]>,
    /// Tokens refused one by one.
    refused: HashSet<[u8; 32]>,
}

/// Whose token it is.
#[derive(Clone, Copy, Debug)]
pub enum Holder<'a> {
    Identity(&'a Identity<'a>),
    User(&'a User),
}

#[derive(Clone)]
pub struct Token {
    pub value: String,
    pub not_before: Timestamp,
    pub expires_on: Timestamp,
    pub lifetime_seconds: i64,
    pub refresh_in_seconds: Option<i64>,
}

/// What a token that is really ours says.
#[derive(Debug, PartialEq)]
pub struct Claims {
    pub audience: String,
    pub issuer: String,
    pub client_id: String,
    pub object_id: String,
    /// To the microsecond, which `iat` does not say.
    pub issued: Timestamp,
    pub not_before: Timestamp,
    pub expires_on: Timestamp,
    /// No longer good, whatever it says.
    pub revoked: bool,
}

/// The application through which users of Cloud Shell are signed in.
const CLOUD_SHELL: &str = "b677c290-cf4b-4a8e-a60e-91ba650a4abe";

/// Tokens are valid from a little before they are issued.
const BACKDATED_SECONDS: i64 = 300;

impl TokenIssuer {
    pub fn new() -> TokenIssuer {
        TokenIssuer {
            state: Mutex::new(State {
                secret: secret::random(),
                former: Vec::new(),
                refused: HashSet::new(),
            }),
        }
    }

    /// `capabilities` are what the client says it can do, `cp1` for example.
    pub fn issue(
        &self,
        scenario: &Scenario,
        holder: Holder<'_>,
        resource: &str,
        capabilities: &[&str],
        now: Timestamp,
    ) -> Token {
        let issued = now.as_second();
        let not_before = issued - BACKDATED_SECONDS;
        let expires_on = issued.saturating_add(scenario.token_lifetime_seconds);
        let mut payload = json!({
            "aud": resource,
            "iss": issuer(&scenario.tenant_id),
            "iat": not_before,
            "nbf": not_before,
            "exp": expires_on,
            "idp": issuer(&scenario.tenant_id),
            "tid": scenario.tenant_id,
            "uti": unique(now),
            "ver": "1.0",
        });
        describe(holder, &mut payload);
        if !capabilities.is_empty() {
            payload["xms_cc"] = json!(capabilities);
        }
        let header = json!({"typ": "JWT", "alg": "HS256", "kid": "cosmi-simulator"});
        let signed = format!("{}.{}", encode(&header), encode(&payload));
        let signature =
            URL_SAFE_NO_PAD.encode(secret::sign(&self.state().secret, signed.as_bytes()));
        Token {
            value: format!("{signed}.{signature}"),
            not_before: seconds(not_before),
            expires_on: seconds(expires_on),
            lifetime_seconds: scenario.token_lifetime_seconds,
            refresh_in_seconds: scenario.refresh_in_seconds,
        }
    }

    /// From now on every token issued so far is refused.
    pub fn revoke_all(&self) {
        let mut state = self.state();
        let former = std::mem::replace(&mut state.secret, secret::random());
        state.former.push(former);
    }

    /// From now on this token is refused.
    pub fn revoke(&self, token: &str) {
        self.state().refused.insert(hash(token));
    }

    /// The claims of a token of ours, whatever its audience and age; None for anything else.
    pub fn read(&self, token: &str) -> Option<Claims> {
        let (signed, signature) = token.rsplit_once('.')?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        let signed_with = |secret: &[u8; 32]| secret::verify(secret, signed.as_bytes(), &signature);
        let state = self.state();
        let revoked = if signed_with(&state.secret) {
            state.refused.contains(&hash(token))
        } else if state.former.iter().any(signed_with) {
            true
        } else {
            return None;
        };
        let (_, payload) = signed.split_once('.')?;
        let payload: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()?;
        let text = |name: &str| payload[name].as_str().map(str::to_owned);
        Some(Claims {
            audience: text("aud")?,
            issuer: text("iss")?,
            client_id: text("appid")?,
            object_id: text("oid")?,
            issued: issued(payload["uti"].as_str()?)?,
            not_before: seconds(payload["nbf"].as_i64()?),
            expires_on: seconds(payload["exp"].as_i64()?),
            revoked,
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Token {
    /// What clients say of a token they do not want back.
    pub fn has_hash(&self, hexadecimal: &str) -> bool {
        secret::in_hexadecimal(&hash(&self.value)).eq_ignore_ascii_case(hexadecimal)
    }
}

fn describe(holder: Holder<'_>, payload: &mut Value) {
    match holder {
        Holder::Identity(identity) => {
            payload["appid"] = json!(identity.client_id);
            payload["appidacr"] = json!("2");
            payload["idtyp"] = json!("app");
            payload["oid"] = json!(identity.object_id);
            payload["sub"] = json!(identity.object_id);
            payload["xms_mirid"] = json!(identity.resource_id);
        }
        Holder::User(user) => {
            payload["appid"] = json!(CLOUD_SHELL);
            payload["appidacr"] = json!("2");
            payload["idtyp"] = json!("user");
            payload["oid"] = json!(user.object_id);
            payload["scp"] = json!("user_impersonation");
            payload["sub"] = json!(user.object_id);
            payload["unique_name"] = json!(user.name);
            payload["upn"] = json!(user.name);
        }
    }
}

/// An id no other token has, which begins with the time.
fn unique(now: Timestamp) -> String {
    format!(
        "{:016x}{:016x}",
        now.as_microsecond(),
        Uuid::new_v4().as_u64_pair().1
    )
}

fn issued(unique: &str) -> Option<Timestamp> {
    let microseconds = i64::from_str_radix(unique.get(..16)?, 16).ok()?;
    Timestamp::from_microsecond(microseconds).ok()
}

fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token).into()
}

pub fn issuer(tenant_id: &str) -> String {
    format!("https://sts.windows.net/{tenant_id}/")
}

fn encode(part: &Value) -> String {
    URL_SAFE_NO_PAD.encode(part.to_string())
}

fn seconds(unix: i64) -> Timestamp {
    Timestamp::from_second(unix).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(issuer: &TokenIssuer) -> Token {
        let scenario = Scenario::tutorial();
        let identity = Identity {
            client_id: "client",
            object_id: "object",
            resource_id: "resource".into(),
        };
        issuer.issue(
            &scenario,
            Holder::Identity(&identity),
            "https://management.azure.com/",
            &[],
            Timestamp::UNIX_EPOCH,
        )
    }

    #[test]
    fn its_own_tokens_are_read_back() {
        let issuer = TokenIssuer::new();
        let claims = issuer.read(&token(&issuer).value).unwrap();
        assert_eq!(claims.audience, "https://management.azure.com/");
        assert_eq!(
            (claims.client_id.as_str(), claims.object_id.as_str()),
            ("client", "object")
        );
        assert_eq!(claims.expires_on.as_second(), 86_400);
    }

    #[test]
    fn nobody_elses_are() {
        let issuer = TokenIssuer::new();
        let value = token(&issuer).value;
        assert_eq!(TokenIssuer::new().read(&value), None);
        assert_eq!(issuer.read(&value.replacen('.', ".e", 1)), None);
        assert_eq!(issuer.read("secret"), None);
        assert_eq!(issuer.read(""), None);
    }

    #[test]
    fn revocation_is_for_what_was_issued_before() {
        let issuer = TokenIssuer::new();
        let revoked = |token: &Token| issuer.read(&token.value).unwrap().revoked;
        let (first, second) = (token(&issuer), token(&issuer));
        issuer.revoke(&first.value);
        assert!(revoked(&first) && !revoked(&second));
        issuer.revoke_all();
        issuer.revoke_all();
        assert!(revoked(&first) && revoked(&second));
        assert!(!revoked(&token(&issuer)));
    }

    #[test]
    fn users_have_no_resource() {
        let issuer = TokenIssuer::new();
        let user = User {
            object_id: "somebody".to_owned(),
            name: "me".to_owned(),
        };
        let holder = Holder::User(&user);
        let token = issuer.issue(
            &Scenario::tutorial(),
            holder,
            "r",
            &["cp1"],
            Timestamp::now(),
        );
        let payload = token.value.split('.').nth(1).unwrap();
        let payload: Value =
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap();
        assert_eq!(payload["idtyp"], "user");
        assert_eq!(payload["xms_cc"], json!(["cp1"]));
        assert!(payload.get("xms_mirid").is_none());
        assert_eq!(issuer.read(&token.value).unwrap().object_id, "somebody");
    }
}
