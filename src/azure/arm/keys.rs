//! An account's keys and connection strings.

use std::collections::HashMap;
use std::sync::Arc;

use futures_util::FutureExt;
use serde_json::value::RawValue;

use super::accounts::Name;
use super::{Arm, COSMOS_API, Method, What};
use crate::azure::call::{Call, Level};
use crate::azure::error::{Error, Kind};
use crate::azure::http::Response;
use crate::azure::secret::Secret;

/// Which keys are wanted, and which were got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum KeyKind {
    /// Wanted: the read/write keys, else the read-only ones. Got: not known, the caller gave the key.
    #[default]
    Auto,
    /// The keys that may write.
    ReadWrite,
    /// The keys that may only read.
    ReadOnly,
}

/// Which of an account's four keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyRole {
    /// `primaryMasterKey`
    Primary,
    /// `secondaryMasterKey`
    Secondary,
    /// `primaryReadonlyMasterKey`
    PrimaryReadOnly,
    /// `secondaryReadonlyMasterKey`
    SecondaryReadOnly,
}

/// An account's keys.
#[derive(Debug)]
pub struct Keys {
    /// The account they open.
    pub account_name: String,
    /// What was granted.
    pub access: KeyKind,
    /// The keys; the first is the one to use.
    pub keys: Vec<(KeyRole, Secret)>,
}

/// A connection string.
#[derive(Debug)]
pub struct ConnectionString {
    /// The string itself, with the key in it.
    pub value: Secret,
    /// Its name, such as "Primary SQL Connection String".
    pub description: String,
    /// Which key is in it, such as `Primary`.
    pub key_kind: Option<String>,
    /// Which interface it is for, such as `Sql`.
    pub kind: Option<String>,
}

/// An account's connection strings.
#[derive(Debug)]
pub struct ConnectionStrings {
    /// The account they open.
    pub account_name: String,
    /// The strings, in the service's order.
    pub items: Vec<ConnectionString>,
}

const LIST_KEYS: (Method, &str, &str) = (
    Method::Post,
    "listKeys",
    "Microsoft.DocumentDB/databaseAccounts/listKeys/action",
);
const READONLY_KEYS: (Method, &str, &str) = (
    Method::Post,
    "readonlykeys",
    "Microsoft.DocumentDB/databaseAccounts/readonlykeys/action",
);
// allowed to whoever may read, and not stopped by a lock
const READONLY_KEYS_BY_GET: (Method, &str, &str) = (
    Method::Get,
    "readonlykeys",
    "Microsoft.DocumentDB/databaseAccounts/readonlykeys/read",
);

impl Arm {
    /// The account's keys: remembered ones that are `usable`, else as they are now.
    pub(in crate::azure) async fn keys(
        self: &Arc<Self>,
        call: &Call,
        name: &Name,
        kind: KeyKind,
        usable: impl FnOnce(&Arc<Keys>) -> bool,
    ) -> Result<Arc<Keys>, Error> {
        let id = self.resource_id(call, name).await?;
        let ask = |call: Call| {
            let (this, name, id) = (Arc::clone(self), name.clone(), id.clone());
            async move { this.read_keys(&call, &name, &id, kind).await.map(Arc::new) }.boxed()
        };
        self.keys
            .get((id.to_ascii_lowercase(), kind), call, usable, ask)
            .await
    }

    /// The account's connection strings as they are now.
    pub(in crate::azure) async fn connection_strings(
        self: &Arc<Self>,
        call: &Call,
        name: &Name,
    ) -> Result<ConnectionStrings, Error> {
        let id = self.resource_id(call, name).await?;
        let what = What {
            verb: "read",
            thing: format!("the connection strings of account {}", name.as_str()),
            needs: "Microsoft.DocumentDB/databaseAccounts/listConnectionStrings/action",
            account: Some(name.as_str()),
            secret: true,
        };
        let response = self
            .send(
                call,
                Method::Post,
                &format!("{id}/listConnectionStrings"),
                COSMOS_API,
                None,
                &what,
            )
            .await?;
        let not_strings = || response.not_understood("hold no connection strings");
        let fields: HashMap<String, &RawValue> =
            serde_json::from_slice(&response.body).map_err(|_| not_strings())?;
        let list = fields.get("connectionStrings").ok_or_else(not_strings)?;
        let list: Vec<HashMap<String, &RawValue>> =
            serde_json::from_str(list.get()).map_err(|_| not_strings())?;
        let items = list.iter().map(|item| {
            let text = |name: &str| {
                item.get(name)
                    .and_then(|raw| serde_json::from_str::<String>(raw.get()).ok())
            };
            Some(ConnectionString {
                value: item
                    .get("connectionString")
                    .and_then(|raw| Secret::from_json(raw))?,
                description: text("description").unwrap_or_default(),
                key_kind: text("keyKind"),
                kind: text("type"),
            })
        });
        let items = items.collect::<Option<Vec<_>>>().ok_or_else(not_strings)?;
        Ok(ConnectionStrings {
            account_name: name.as_str().to_owned(),
            items,
        })
    }

    /// Makes one of the account's keys anew; the former one opens nothing any more.
    pub(in crate::azure) async fn regenerate_key(
        self: &Arc<Self>,
        call: &Call,
        name: &Name,
        role: KeyRole,
    ) -> Result<(), Error> {
        let id = self.resource_id(call, name).await?;
        call.may_send()?;
        let kind = match role {
            KeyRole::Primary => "primary",
            KeyRole::Secondary => "secondary",
            KeyRole::PrimaryReadOnly => "primaryReadonly",
            KeyRole::SecondaryReadOnly => "secondaryReadonly",
        };
        let what = What {
            verb: "regenerate",
            thing: format!("the {kind} key of account {}", name.as_str()),
            needs: "Microsoft.DocumentDB/databaseAccounts/regenerateKey/action",
            account: Some(name.as_str()),
            secret: true,
        };
        let body = format!("{{\"keyKind\":\"{kind}\"}}");
        let path = format!("{id}/regenerateKey");
        let accepted = self
            .send(call, Method::Post, &path, COSMOS_API, Some(&body), &what)
            .await;
        // even where the end is not seen, what is in memory may be the former key
        self.keys.forget_all();
        let settled = self.settle(call, accepted?, &what).await;
        self.keys.forget_all();
        settled
    }

    async fn read_keys(
        self: &Arc<Self>,
        call: &Call,
        name: &Name,
        id: &str,
        kind: KeyKind,
    ) -> Result<Keys, Error> {
        let ways: &[_] = match kind {
            KeyKind::Auto => &[LIST_KEYS, READONLY_KEYS, READONLY_KEYS_BY_GET],
            KeyKind::ReadWrite => &[LIST_KEYS],
            KeyKind::ReadOnly => &[READONLY_KEYS, READONLY_KEYS_BY_GET],
        };
        let mut refusal: Option<Error> = None;
        for (method, verb, needs) in ways {
            let thing = match *verb {
                "listKeys" => format!("the keys of account {}", name.as_str()),
                _ => format!("the read-only keys of account {}", name.as_str()),
            };
            let what = What {
                verb: "read",
                thing,
                needs,
                account: Some(name.as_str()),
                secret: true,
            };
            match self
                .send(
                    call,
                    *method,
                    &format!("{id}/{verb}"),
                    COSMOS_API,
                    None,
                    &what,
                )
                .await
            {
                Ok(response) => return parse(&response, name),
                Err(error) if is_refusal(&error) => {
                    call.log(Level::Info, || error.message().to_owned());
                    // the last refusal names the least that would do
                    refusal = Some(error);
                }
                Err(error) => return Err(error),
            }
        }
        Err(refusal.expect("there is at least one way"))
    }
}

/// A refusal after which the next way may be open: no permission, or a lock that stops every POST.
fn is_refusal(error: &Error) -> bool {
    error.kind() == Kind::Forbidden || error.service_code() == Some("ScopeLocked")
}

fn parse(response: &Response, name: &Name) -> Result<Keys, Error> {
    let not_keys = || response.not_understood("hold no keys");
    let fields: HashMap<String, &RawValue> =
        serde_json::from_slice(&response.body).map_err(|_| not_keys())?;
    let mut keys = Vec::new();
    for (role, field) in [
        (KeyRole::Primary, "primaryMasterKey"),
        (KeyRole::Secondary, "secondaryMasterKey"),
        (KeyRole::PrimaryReadOnly, "primaryReadonlyMasterKey"),
        (KeyRole::SecondaryReadOnly, "secondaryReadonlyMasterKey"),
    ] {
        let Some(raw) = fields.get(field).filter(|raw| raw.get() != "null") else {
            continue;
        };
        let key = Secret::from_json(raw).ok_or_else(not_keys)?;
        if !key.as_bytes().is_empty() {
            keys.push((role, key));
        }
    }
    let access = match keys.first() {
        Some((KeyRole::Primary | KeyRole::Secondary, _)) => KeyKind::ReadWrite,
        Some(_) => KeyKind::ReadOnly,
        None => return Err(not_keys()),
    };
    Ok(Keys {
        account_name: name.as_str().to_owned(),
        access,
        keys,
    })
}
