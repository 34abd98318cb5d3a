//! The agent of Azure Arc: a token for whoever can read a file only the privileged can read.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use hyper::Method;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use uuid::Uuid;

use crate::http::{Reply, Request, value};
use crate::identity::{self, Selector};
use crate::imds;
use crate::secret;
use crate::simulator::Simulator;

pub const PATH: &str = "/metadata/identity/oauth2/token";

const VERSIONS: [&str; 3] = ["2019-11-01", "2020-06-01", "2021-02-01"];

const KEY_LIFETIME: SignedDuration = SignedDuration::from_secs(60);

/// The keys of challenges nobody has met yet, each in a file.
pub struct Keys {
    folder: PathBuf,
    open: Mutex<Vec<Key>>,
}

struct Key {
    path: PathBuf,
    text: String,
    expires: Timestamp,
}

impl Keys {
    pub fn new(folder: PathBuf) -> Keys {
        Keys {
            folder,
            open: Mutex::default(),
        }
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Writes a new key, and says where.
    fn issue(&self, now: Timestamp) -> std::io::Result<PathBuf> {
        let key = Key {
            path: self.folder.join(format!("{}.key", Uuid::new_v4())),
            text: secret::hexadecimal::<32>(),
            expires: now.saturating_add(KEY_LIFETIME).unwrap_or(Timestamp::MAX),
        };
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(&key.path)?.write_all(key.text.as_bytes())?;
        let path = key.path.clone();
        let mut open = self.open();
        open.retain(|key| key.expires >= now || key.forget());
        open.push(key);
        Ok(path)
    }

    /// Whether it is the text of a key that is still good; from then on it is not.
    fn redeem(&self, text: &str, now: Timestamp) -> bool {
        let mut open = self.open();
        let Some(index) = open.iter().position(|key| key.text == text) else {
            return false;
        };
        let key = open.swap_remove(index);
        key.forget();
        key.expires >= now
    }

    /// Removes all keys.
    pub fn clear(&self) {
        for key in self.open().drain(..) {
            key.forget();
        }
    }

    fn open(&self) -> MutexGuard<'_, Vec<Key>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Key {
    /// Removes its file, and is nothing to keep.
    fn forget(&self) -> bool {
        // The client may have removed it already; a key that stays behind opens nothing.
        let _ = std::fs::remove_file(&self.path);
        false
    }
}

pub fn answer(simulator: &Simulator, request: &Request) -> Reply {
    if request.path().trim_end_matches('/') != PATH {
        return refusal(404);
    }
    token(simulator, request).unwrap_or_else(|refusal| refusal)
}

pub fn refusal(status: u16) -> Reply {
    let (error, description) = match status {
        400 => ("invalid_request", "The request is invalid"),
        401 => ("unauthorized_client", "Missing Basic Authorization header"),
        403 => ("access_denied", "The agent does not have an identity"),
        404 => ("not_found", "Not found"),
        405 => ("method_not_allowed", "Only GET is supported"),
        429 => ("too_many_requests", "Too many requests"),
        _ => ("internal_error", "The token could not be fetched"),
    };
    refuse(status, error, description)
}

fn token(simulator: &Simulator, request: &Request) -> Result<Reply, Reply> {
    let invalid = |description: &str| refuse(400, "invalid_request", description);
    if request.method != Method::GET {
        return Err(refusal(405));
    }
    if !request.has_metadata_header() {
        return Err(invalid("Required metadata header not specified"));
    }
    let query = request.query();
    if !value(&query, "api-version").is_some_and(|version| VERSIONS.contains(&version)) {
        return Err(invalid("Query variable 'api-version' is not valid"));
    }
    let resource = value(&query, "resource")
        .filter(|resource| !resource.is_empty())
        .ok_or_else(|| invalid("Required query variable 'resource' is missing"))?;
    authorize(simulator, request)?;

    let model = simulator.model();
    let scenario = &model.scenario;
    let legacy = scenario.hosts.arc.legacy_agent;
    let selector = if legacy {
        Selector::Default
    } else {
        imds::selector(&query).ok_or_else(|| {
            invalid("Only one of client_id, object_id and msi_res_id may be specified")
        })?
    };
    let identity =
        identity::select(&scenario.machine, selector).map_err(|_| invalid("Identity not found"))?;
    if !identity::knows_resource(scenario, resource) {
        return Err(refuse(
            400,
            "invalid_resource",
            &imds::unknown_resource(scenario, resource),
        ));
    }
    let token = simulator.token(scenario, &identity, resource);
    let mut document = json!({
        "token_type": "Bearer",
        "expires_in": token.lifetime_seconds.to_string(),
        "expires_on": token.expires_on.as_second().to_string(),
        "ext_expires_in": token.lifetime_seconds - 1,
        "access_token": token.value,
        "resource": resource,
    });
    if !legacy {
        document["client_id"] = json!(identity.client_id);
    }
    if let Some(seconds) = token.refresh_in_seconds {
        document["refresh_in"] = json!(seconds.to_string());
    }
    Ok(Reply::json(200, &document))
}

/// Whether the client shows the key of a challenge; a new challenge when it does not.
fn authorize(simulator: &Simulator, request: &Request) -> Result<(), Reply> {
    let now = simulator.clock.now();
    let keys = &simulator.arc_keys;
    let description = match request.header("authorization") {
        None => "Missing Basic Authorization header",
        Some(header) => match header.split_once(' ') {
            Some((scheme, key)) if scheme.eq_ignore_ascii_case("basic") => {
                if keys.redeem(key, now) {
                    return Ok(());
                }
                "The key is unknown, used or expired"
            }
            _ => "The Authorization header is not Basic",
        },
    };
    let path = keys.issue(now).map_err(|error| {
        let folder = keys.folder().display();
        refuse(500, "internal_error", &format!("{folder}: {error}"))
    })?;
    Err(refuse(401, "unauthorized_client", description).with(
        "www-authenticate",
        format!("Basic realm={}", path.display()),
    ))
}

fn refuse(status: u16, error: &str, description: &str) -> Reply {
    Reply::json(
        status,
        &json!({"error": error, "error_description": description, "error_codes": [status]}),
    )
}
