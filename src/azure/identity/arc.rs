//! An Azure Arc server: its agent proves by a key file that the caller may read what administrators may.
//! <https://learn.microsoft.com/azure/azure-arc/servers/managed-identity-authentication>

use std::fs;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use futures_util::FutureExt;
use zeroize::Zeroizing;

use super::answer::{self, Answer};
use super::ask::{Context, Patience, Spelling, silent};
use crate::azure::env::Env;
use crate::azure::error::{Error, Kind};
use crate::azure::http::{Method, Plane, Request, Response, Url, parse_url};
use crate::azure::retry;

const WHO: &str = "the Azure Arc agent";

// older agents ignore the choice, which is why the answer must confirm it
const SPELLING: Spelling = Spelling {
    client: Some("client_id"),
    object: Some("object_id"),
    resource: Some("msi_res_id"),
};

const LARGEST_KEY: u64 = 4096;

/// The value of `IDENTITY_ENDPOINT`, or the agent's usual address.
#[derive(Debug)]
pub(super) struct Endpoint(Url);

impl Endpoint {
    pub(super) fn find(env: &dyn Env) -> Option<Result<Endpoint, Error>> {
        match (env.get("IDENTITY_ENDPOINT"), env.get("IMDS_ENDPOINT")) {
            (Some(endpoint), Some(_)) => {
                Some(parse_url("IDENTITY_ENDPOINT", &endpoint).map(Endpoint))
            }
            _ if env.arc_agent().program.exists() => {
                let usual = "http://127.0.0.1:40342/metadata/identity/oauth2/token";
                Some(Ok(Endpoint(Url::parse(usual).expect("a constant URL"))))
            }
            _ => None,
        }
    }

    /// Asks for a token: once to be told of the key file, once with what is in it.
    pub(super) async fn token(&self, context: &Context<'_>) -> Result<Answer, Error> {
        let url = context.query(&self.0, "2020-06-01", &SPELLING, WHO)?;
        let plain =
            || Request::new(Plane::Metadata, Method::Get, url.clone()).header("metadata", "true");
        let absent = |error| {
            silent(
                error,
                WHO,
                "see whether the agent runs (azcmagent show), and start it",
            )
        };
        let attempt = || {
            async {
                let response = context
                    .http
                    .send(context.call, plain()?)
                    .await
                    .map_err(absent)?;
                if response.status != 401 {
                    return Err(refused(&response));
                }
                // a key is good for one request, so each try begins with a new one
                let key = key(&response, &context.env.arc_agent().keys)?;
                let authorization = Zeroizing::new(format!("Basic {}", key.as_str()));
                let request = plain()?.secret_header("authorization", &authorization)?;
                let response = context
                    .http
                    .send(context.call, request)
                    .await
                    .map_err(absent)?;
                if response.status == 200 {
                    Ok(response)
                } else {
                    Err(refused(&response))
                }
            }
            .boxed()
        };
        let response = retry::run(context.call, &Patience, &attempt).await?;
        let answer = Answer::parse(&response)?;
        if !answer.names(context.identity) {
            return Err(Error::new(
                Kind::NoIdentity,
                "the Azure Arc agent here does not choose between identities",
            )
            .with_action("update the agent, or use the server's system-assigned identity"));
        }
        Ok(answer)
    }
}

/// Reads the key file that the challenge names, if it is one of the agent's own.
fn key(response: &Response, folder: &Path) -> Result<Zeroizing<String>, Error> {
    let challenge = response
        .header("www-authenticate")
        .and_then(|value| value.strip_prefix("Basic realm="));
    let challenge =
        challenge.ok_or_else(|| response.not_understood("challenge without naming a key file"))?;
    let path = PathBuf::from(challenge.trim().trim_matches('"'));
    let refused = |why: &str| {
        Error::new(
            Kind::BadResponse,
            format!("the Azure Arc agent names a key file that {why}; it is not read"),
        )
        .with_action("see what program answers in the agent's place on this server")
    };
    if !is_key_of(&path, folder) {
        return Err(refused("is not one of its own folder"));
    }
    let unreadable = |error: &std::io::Error| {
        match error.kind() {
        ErrorKind::PermissionDenied => Error::new(
            Kind::Forbidden,
            "this account may not read the key files of the Azure Arc agent",
        )
        .with_action(if cfg!(windows) {
            "run as an administrator, or add the account to the group 'Hybrid agent extension applications'"
        } else {
            "run as root, or add the account to the group himds and sign in again"
        }),
        _ => Error::new(Kind::NoIdentity, "the key file that the Azure Arc agent names cannot be read")
            .with_action("see whether the agent works (azcmagent check)"),
    }
    };
    let found = fs::symlink_metadata(&path).map_err(|error| unreadable(&error))?;
    if !found.is_file() {
        return Err(refused("is a link or no file"));
    }
    if found.len() > LARGEST_KEY {
        return Err(refused("is larger than 4096 bytes"));
    }
    let file = fs::File::open(&path).map_err(|error| unreadable(&error))?;
    let mut text = Zeroizing::new(String::with_capacity(4096));
    // the limit again, since the file may have grown
    file.take(LARGEST_KEY)
        .read_to_string(&mut text)
        .map_err(|error| unreadable(&error))?;
    Ok(Zeroizing::new(text.trim().to_owned()))
}

/// Whether `path` is `folder/NAME.key`, written out plainly.
fn is_key_of(path: &Path, folder: &Path) -> bool {
    let same = |a: &Path, b: &Path| {
        if cfg!(windows) {
            a.as_os_str().eq_ignore_ascii_case(b.as_os_str())
        } else {
            a == b
        }
    };
    let plain = !path.components().any(|part| {
        matches!(
            part,
            std::path::Component::ParentDir | std::path::Component::CurDir
        )
    });
    plain
        && path.is_absolute()
        && path
            .extension()
            .is_some_and(|extension| extension.eq_ignore_ascii_case("key"))
        && path.parent().is_some_and(|parent| same(parent, folder))
}

fn refused(response: &Response) -> Error {
    match response.status {
        400 => answer::refusal(response, Kind::NoIdentity, "this Azure Arc server has no such identity".to_owned())
            .with_action("see the identity of the server in the Azure portal; choose none for the system-assigned one"),
        401 | 403 => answer::refusal(response, Kind::Unauthenticated, format!("{WHO} refuses the key from its file"))
            .with_action("try again; if the problem persists, check whether the agent works (azcmagent check)"),
        200 => response.not_understood("should have been a challenge"),
        _ => answer::unavailable(response, WHO),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn only_the_agents_own_keys_are_read() {
        let folder = Path::new("/var/opt/azcmagent/tokens");
        assert!(is_key_of(
            Path::new("/var/opt/azcmagent/tokens/1b9d6bcd.key"),
            folder
        ));
        for path in [
            "/etc/shadow",
            "/var/opt/azcmagent/tokens/../../x.key",
            "/var/opt/azcmagent/tokens/x/y.key",
            "/var/opt/azcmagent/tokens/x.txt",
            "/var/opt/azcmagent/tokens/.key",
            "var/opt/azcmagent/tokens/x.key",
            "",
        ] {
            assert!(!is_key_of(Path::new(path), folder), "{path}");
        }
    }
}
