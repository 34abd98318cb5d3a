//! Whether a bearer token is one of ours, for Resource Manager, and still good.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use serde_json::json;

use crate::http::{Reply, Request};
use crate::scenario::Scenario;
use crate::simulator::Simulator;
use crate::token::{self, Claims};

use super::error;

pub fn authenticate(
    simulator: &Simulator,
    scenario: &Scenario,
    request: &Request,
) -> Result<Claims, Reply> {
    let refuse = |code: &str, message: &str, description: &str| {
        let challenge = format!(
            "Bearer authorization_uri=\"{}/{}\", error=\"invalid_token\", error_description=\"{description}\"",
            scenario.cloud.login(),
            scenario.tenant_id
        );
        Err(error::unauthenticated(code, message, &challenge))
    };
    let Some(header) = request.header("authorization") else {
        return refuse(
            "AuthenticationFailed",
            "Authentication failed. The 'Authorization' header is missing.",
            "The authentication failed because of missing 'Authorization' header.",
        );
    };
    let bearer = header
        .split_once(' ')
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    let Some((_, token)) = bearer else {
        return refuse(
            "AuthenticationFailedInvalidHeader",
            "Authentication failed. The 'Authorization' header is provided in an invalid format.",
            "Could not parse the access token.",
        );
    };
    let Some(claims) = simulator.tokens.read(token.trim()) else {
        return refuse(
            "InvalidAuthenticationToken",
            "The access token is invalid.",
            "Could not parse the access token.",
        );
    };
    if claims.revoked {
        return Err(revoked(simulator, scenario));
    }
    let expected = token::issuer(&scenario.tenant_id);
    if claims.issuer != expected {
        return refuse(
            "InvalidAuthenticationTokenTenant",
            &format!(
                "The access token is from the wrong issuer '{}'. It must match the tenant '{expected}' associated with this subscription. Please use the authority (URL) '{}/{}' to get the token.",
                claims.issuer,
                scenario.cloud.login(),
                scenario.tenant_id
            ),
            "The access token is from the wrong issuer.",
        );
    }
    let audiences = scenario.cloud.arm_audiences();
    let accepted = audiences
        .iter()
        .any(|audience| claims.audience.trim_end_matches('/') == audience.trim_end_matches('/'));
    if !accepted {
        let listed: Vec<String> = audiences
            .iter()
            .map(|audience| format!("'{audience}','{}'", audience.trim_end_matches('/')))
            .collect();
        return refuse(
            "InvalidAuthenticationTokenAudience",
            &format!(
                "The access token has been obtained for wrong audience or resource '{}'. It should exactly match with one of the allowed audiences {}.",
                claims.audience,
                listed.join(",")
            ),
            "The access token has been obtained from wrong audience or resource.",
        );
    }
    let now = simulator.clock.now();
    if claims.expires_on < now {
        return refuse(
            "ExpiredAuthenticationToken",
            &format!(
                "The access token expiry UTC time '{}' is earlier than current UTC time '{}'.",
                spoken(claims.expires_on),
                spoken(now)
            ),
            "The access token is expired.",
        );
    }
    if claims.not_before > now {
        return refuse(
            "InvalidAuthenticationToken",
            &format!(
                "The access token is not valid yet: it starts at UTC time '{}', later than current UTC time '{}'.",
                spoken(claims.not_before),
                spoken(now)
            ),
            "The access token is not valid yet.",
        );
    }
    Ok(claims)
}

/// What the client is to bring instead: a token from now on.
fn revoked(simulator: &Simulator, scenario: &Scenario) -> Reply {
    let now = simulator.clock.now().as_second().to_string();
    let claims = json!({"access_token": {"nbf": {"essential": true, "value": now}}});
    let challenge = format!(
        "Bearer realm=\"\", authorization_uri=\"{}/common/oauth2/authorize\", error=\"insufficient_claims\", claims=\"{}\"",
        scenario.cloud.login(),
        STANDARD.encode(claims.to_string())
    );
    error::unauthenticated(
        "InvalidAuthenticationToken",
        "Continuous access evaluation resulted in challenge with result: InteractionRequired and code: TokenIssuedBeforeRevocationTimestamp",
        &challenge,
    )
}

/// `6/18/2020 8:22:40 PM`
fn spoken(time: Timestamp) -> String {
    time.strftime("%-m/%-d/%Y %-I:%M:%S %p").to_string()
}
