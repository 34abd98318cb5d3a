//! Access tokens: issued to the machine's identities, checked by Resource Manager.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::identity::Identity;
use crate::scenario::Scenario;
use crate::secret;

/// Issues tokens only this process recognises.
pub struct TokenIssuer {
    secret: [u8; 32],
}

pub struct Token {
    pub value: String,
    pub not_before: Timestamp,
    pub expires_on: Timestamp,
}

/// What a token that is really ours says.
#[derive(Debug, PartialEq)]
pub struct Claims {
    pub audience: String,
    pub issuer: String,
    pub client_id: String,
    pub object_id: String,
    pub not_before: Timestamp,
    pub expires_on: Timestamp,
}

/// Tokens are valid from a little before they are issued.
const BACKDATED_SECONDS: i64 = 300;

impl TokenIssuer {
    pub fn new() -> TokenIssuer {
        TokenIssuer {
            secret: secret::random(),
        }
    }

    pub fn issue(
        &self,
        scenario: &Scenario,
        identity: &Identity<'_>,
        resource: &str,
        now: Timestamp,
    ) -> Token {
        let issued = now.as_second();
        let not_before = issued - BACKDATED_SECONDS;
        let expires_on = issued + scenario.token_lifetime_seconds;
        let header = json!({"typ": "JWT", "alg": "HS256", "kid": "cosmi-simulator"});
        let payload = json!({
            "aud": resource,
            "iss": issuer(&scenario.tenant_id),
            "iat": not_before,
            "nbf": not_before,
            "exp": expires_on,
            "appid": identity.client_id,
            "appidacr": "2",
            "idp": issuer(&scenario.tenant_id),
            "idtyp": "app",
            "oid": identity.object_id,
            "sub": identity.object_id,
            "tid": scenario.tenant_id,
            "uti": Uuid::new_v4().simple().to_string(),
            "ver": "1.0",
            "xms_mirid": identity.resource_id,
        });
        let signed = format!("{}.{}", encode(&header), encode(&payload));
        let signature = URL_SAFE_NO_PAD.encode(secret::sign(&self.secret, signed.as_bytes()));
        Token {
            value: format!("{signed}.{signature}"),
            not_before: seconds(not_before),
            expires_on: seconds(expires_on),
        }
    }

    /// The claims of a token of ours, whatever its audience and age; None for anything else.
    pub fn read(&self, token: &str) -> Option<Claims> {
        let (signed, signature) = token.rsplit_once('.')?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        if !secret::verify(&self.secret, signed.as_bytes(), &signature) {
            return None;
        }
        let (_, payload) = signed.split_once('.')?;
        let payload: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()?;
        let text = |name: &str| payload[name].as_str().map(str::to_owned);
        Some(Claims {
            audience: text("aud")?,
            issuer: text("iss")?,
            client_id: text("appid")?,
            object_id: text("oid")?,
            not_before: seconds(payload["nbf"].as_i64()?),
            expires_on: seconds(payload["exp"].as_i64()?),
        })
    }
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
            &identity,
            "https://management.azure.com/",
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
}
