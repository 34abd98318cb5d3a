//! Databases, collections and their throughput through Resource Manager: no key is needed, and keys may be turned off.

use std::collections::HashMap;
use std::sync::Arc;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::accounts::Name;
use super::create::{Created, Wish, made, verbatim};
use super::{Arm, COSMOS_API, Method, What};
use crate::azure::call::Call;
use crate::azure::error::{Error, Kind};
use crate::azure::http::Response;

/// How much a database or collection may be asked, in request units per second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Throughput {
    /// As much, always: 400 or more, in hundreds.
    Manual(u32),
    /// Up to so much, as needed: 1000 or more, in thousands.
    Autoscale(u32),
}

const SEGMENT: AsciiSet = NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// Whose throughput, or what is made: a database, or a collection in it.
#[derive(Clone, Copy)]
pub(in crate::azure) struct Place<'a> {
    pub account: &'a Name,
    pub database: &'a str,
    pub collection: Option<&'a str>,
}

impl Place<'_> {
    fn path(&self, account_id: &str) -> String {
        let database = utf8_percent_encode(self.database, &SEGMENT);
        match self.collection {
            None => format!("{account_id}/sqlDatabases/{database}"),
            Some(collection) => {
                let collection = utf8_percent_encode(collection, &SEGMENT);
                format!("{account_id}/sqlDatabases/{database}/containers/{collection}")
            }
        }
    }

    fn what(&self, verb: &'static str, needs: [&'static str; 2]) -> What<'_> {
        let thing = match self.collection {
            None => format!("database {}", self.database),
            Some(collection) => format!("collection {collection} in database {}", self.database),
        };
        let needs = needs[usize::from(self.collection.is_some())];
        What {
            verb,
            thing,
            needs,
            account: Some(self.account.as_str()),
            secret: false,
        }
    }
}

const READ: [&str; 2] = [
    "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/read",
    "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/read",
];
const WRITE: [&str; 2] = [
    "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/write",
    "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/write",
];
const DELETE: [&str; 2] = [
    "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/delete",
    "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/delete",
];
const READ_THROUGHPUT: [&str; 2] = [
    "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/throughputSettings/read",
    "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/throughputSettings/read",
];
const WRITE_THROUGHPUT: [&str; 2] = [
    "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/throughputSettings/write",
    "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/throughputSettings/write",
];

impl Throughput {
    fn check(self) -> Result<(), Error> {
        let (fits, action) = match self {
            Throughput::Manual(ru) => (
                ru >= 400 && ru % 100 == 0,
                "manual throughput is 400 RU/s or more, in hundreds",
            ),
            Throughput::Autoscale(ru) => (
                ru >= 1000 && ru % 1000 == 0,
                "the most of autoscale is 1000 RU/s or more, in thousands",
            ),
        };
        if fits {
            Ok(())
        } else {
            Err(Error::invalid("that is not a throughput").with_action(action))
        }
    }

    /// As Resource Manager spells it, in options and in settings alike.
    fn spelled(self) -> Value {
        match self {
            Throughput::Manual(ru) => json!({ "throughput": ru }),
            Throughput::Autoscale(ru) => json!({ "autoscaleSettings": { "maxThroughput": ru } }),
        }
    }

    /// As people say it.
    fn spoken(throughput: Option<Throughput>) -> String {
        match throughput {
            Some(Throughput::Manual(ru)) => format!("{ru} RU/s"),
            Some(Throughput::Autoscale(ru)) => format!("{ru} RU/s at most (autoscale)"),
            None => "none of its own".to_owned(),
        }
    }

    /// What `throughputSettings/default` says.
    fn of(settings: &str) -> Option<Throughput> {
        let settings: Value = serde_json::from_str(settings).ok()?;
        let number = |pointer: &str| {
            settings
                .pointer(pointer)
                .and_then(Value::as_u64)
                .and_then(|ru| u32::try_from(ru).ok())
        };
        number("/properties/resource/autoscaleSettings/maxThroughput")
            .map(Throughput::Autoscale)
            .or_else(|| number("/properties/resource/throughput").map(Throughput::Manual))
    }
}

/// A member of a JSON object, verbatim.
fn inside<'a>(object: &'a [u8], name: &str) -> Option<&'a RawValue> {
    let fields: HashMap<String, &RawValue> = serde_json::from_slice(object).ok()?;
    fields.get(name).copied()
}

impl Arm {
    /// The databases of an account, or the collections of a database, verbatim.
    pub(in crate::azure) async fn list_sql(
        self: &Arc<Self>,
        call: &Call,
        account: &Name,
        database: Option<&str>,
    ) -> Result<Vec<Box<RawValue>>, Error> {
        let id = self.resource_id(call, account).await?;
        let (path, thing, needs) = match database {
            None => (
                format!("{id}/sqlDatabases"),
                format!("the databases of account {}", account.as_str()),
                READ[0],
            ),
            Some(name) => {
                let place = Place {
                    account,
                    database: name,
                    collection: None,
                };
                (
                    format!("{}/containers", place.path(&id)),
                    format!("the collections of database {name}"),
                    READ[1],
                )
            }
        };
        let what = What {
            verb: "read",
            thing,
            needs,
            account: Some(account.as_str()),
            secret: false,
        };
        self.list(call, &path, COSMOS_API, &what).await
    }

    /// One database or collection, verbatim.
    pub(in crate::azure) async fn show_sql(
        self: &Arc<Self>,
        call: &Call,
        place: Place<'_>,
    ) -> Result<String, Error> {
        verbatim(&self.read_sql(call, place).await?)
    }

    /// The definition in it, which is the service's own, verbatim.
    pub(in crate::azure) async fn show_sql_definition(
        self: &Arc<Self>,
        call: &Call,
        place: Place<'_>,
    ) -> Result<Box<RawValue>, Error> {
        let answer = self.read_sql(call, place).await?;
        let properties = inside(&answer.body, "properties");
        properties
            .and_then(|properties| inside(properties.get().as_bytes(), "resource"))
            .map(ToOwned::to_owned)
            .ok_or_else(|| answer.not_understood("are no resource"))
    }

    async fn read_sql(self: &Arc<Self>, call: &Call, place: Place<'_>) -> Result<Response, Error> {
        let id = self.resource_id(call, place.account).await?;
        let what = place.what("read", READ);
        self.get(call, &place.path(&id), COSMOS_API, &what).await
    }

    /// Makes a database or collection. `resource` is its definition without its name.
    pub(in crate::azure) async fn create_sql(
        self: &Arc<Self>,
        call: &Call,
        place: Place<'_>,
        resource: Value,
        throughput: Option<Throughput>,
        wait: bool,
    ) -> Result<Created, Error> {
        throughput.map_or(Ok(()), Throughput::check)?;
        let mut resource = resource;
        let name = place.collection.unwrap_or(place.database);
        let fields = resource.as_object_mut().ok_or_else(|| {
            Error::invalid("the definition is not a JSON object")
                .with_action("give the definition as {\"partitionKey\":…}")
        })?;
        check_definition(fields)?;
        fields.insert("id".to_owned(), name.into());
        let id = self.resource_id(call, place.account).await?;
        let path = place.path(&id);
        let options = throughput.map_or_else(|| json!({}), Throughput::spelled);
        let body = json!({ "properties": { "resource": resource, "options": options } });
        let compared = json!({ "properties": { "resource": resource } });
        let what = place.what("create", WRITE);
        let wish = Wish {
            path: &path,
            api_version: COSMOS_API,
            body: &body,
            compared,
            what,
        };
        let created = self.ensure(call, &wish, wait).await?;
        if let (Created::AlreadySo(_), Some(_)) = (&created, throughput) {
            let found = self.throughput(call, place).await?;
            let found = found.as_deref().and_then(Throughput::of);
            if found != throughput {
                return Err(Error::new(
                    Kind::Conflict,
                    format!(
                        "{} exists with another throughput (it is {}, not {})",
                        wish.what.thing,
                        Throughput::spoken(found),
                        Throughput::spoken(throughput)
                    ),
                )
                .with_action(if found.is_some() {
                    "set its throughput instead"
                } else {
                    "leave throughput out, or delete it first: throughput of its own cannot be given afterwards"
                })
                .with_http_status(409));
            }
        }
        Ok(created)
    }

    /// Deletes a database or collection with all that is in it. `false` when there was none.
    pub(in crate::azure) async fn delete_sql(
        self: &Arc<Self>,
        call: &Call,
        place: Place<'_>,
        wait: bool,
    ) -> Result<bool, Error> {
        let id = self.resource_id(call, place.account).await?;
        self.remove(
            call,
            &place.path(&id),
            COSMOS_API,
            &place.what("delete", DELETE),
            wait,
        )
        .await
    }

    /// The throughput of its own, verbatim; nothing where it shares its database's or the account is serverless.
    pub(in crate::azure) async fn throughput(
        self: &Arc<Self>,
        call: &Call,
        place: Place<'_>,
    ) -> Result<Option<String>, Error> {
        let id = self.resource_id(call, place.account).await?;
        let path = format!("{}/throughputSettings/default", place.path(&id));
        let what = place.what("read", READ_THROUGHPUT);
        match self.find_resource(call, &path, COSMOS_API, &what).await {
            Ok(Some(found)) => verbatim(&found).map(Some),
            // the same is said of what is not there at all
            Ok(None) => self.show_sql(call, place).await.map(|_| None),
            Err(error)
                if error.http_status() == 400
                    && error.message().to_ascii_lowercase().contains("serverless") =>
            {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Sets the throughput, and changes between manual and autoscale where that is needed.
    pub(in crate::azure) async fn set_throughput(
        self: &Arc<Self>,
        call: &Call,
        place: Place<'_>,
        throughput: Throughput,
        wait: bool,
    ) -> Result<Created, Error> {
        throughput.check()?;
        let what = place.what("change the throughput of", WRITE_THROUGHPUT);
        let found = self.throughput(call, place).await?.ok_or_else(|| {
            Error::new(
                Kind::NotFound,
                format!("{} has no throughput of its own", what.thing),
            )
            .with_action(if place.collection.is_some() {
                "set the throughput of its database, if it has any, or make the collection anew with throughput of its own; a serverless account has none"
            } else {
                "set the throughput of its collections, or make the database anew with throughput of its own; a serverless account has none"
            })
        })?;
        let id = self.resource_id(call, place.account).await?;
        let path = format!("{}/throughputSettings/default", place.path(&id));
        let now = Throughput::of(&found);
        if now == Some(throughput) {
            return Ok(Created::AlreadySo(found));
        }
        if let Some(verb) = migration(now, throughput) {
            let path = format!("{path}/{verb}");
            let accepted = self
                .send(call, Method::Post, &path, COSMOS_API, None, &what)
                .await?;
            // the amount can only be set when the kind has been changed, and may be right by then
            self.settle(call, accepted, &what).await?;
            let now = self.throughput(call, place).await?;
            if let Some(now) = now.filter(|now| Throughput::of(now) == Some(throughput)) {
                return Ok(Created::New(now));
            }
        }
        let body = json!({ "properties": { "resource": throughput.spelled() } }).to_string();
        let answer = self
            .put(call, &path, COSMOS_API, &body, &what, wait)
            .await?;
        made(&answer, wait, body)
    }
}

/// What makes a throughput one of the other kind, where it must become one.
fn migration(now: Option<Throughput>, wished: Throughput) -> Option<&'static str> {
    match (now?, wished) {
        (Throughput::Manual(_), Throughput::Autoscale(_)) => Some("migrateToAutoscale"),
        (Throughput::Autoscale(_), Throughput::Manual(_)) => Some("migrateToManualThroughput"),
        _ => None,
    }
}

/// The parts of a collection's definition whose rules are Azure's own and do not change.
fn check_definition(fields: &serde_json::Map<String, Value>) -> Result<(), Error> {
    let paths = |of: &Value| {
        let paths = of.get("paths").and_then(Value::as_array);
        let texts = paths.into_iter().flatten().filter_map(Value::as_str);
        texts.map(str::to_owned).collect::<Vec<_>>()
    };
    let mut named = fields.get("partitionKey").map(paths).unwrap_or_default();
    let unique_keys = fields
        .get("uniqueKeyPolicy")
        .and_then(|policy| policy.get("uniqueKeys"))
        .and_then(Value::as_array);
    named.extend(unique_keys.into_iter().flatten().flat_map(paths));
    if let Some(odd) = named.iter().find(|path| !is_path(path)) {
        return Err(Error::invalid(format!(
            "'{}' is not a path in a document",
            crate::azure::text::line(odd, 100)
        ))
        .with_action("begin paths of partition keys and unique keys with '/', as in /id or /address/city, without * and without '/' at the end; give each of several by itself, not with commas in one"));
    }
    let ttl = fields.get("defaultTtl").and_then(Value::as_i64);
    if ttl.is_some_and(|ttl| ttl != -1 && ttl < 1) {
        return Err(Error::invalid("that is not a time to live").with_action(
            "give one second or more, or -1: documents then stay unless they say otherwise themselves",
        ));
    }
    Ok(())
}

/// Whether the service takes it for a path of names; what stands in quotes is a name whatever is in it.
fn is_path(text: &str) -> bool {
    text.strip_prefix('/').is_some_and(|names| {
        names.contains('"')
            || names
                .split('/')
                .all(|name| !name.is_empty() && !name.contains(['*', ',']))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn definitions_are_checked_before_anything_is_sent() {
        let check = |definition: Value| {
            check_definition(definition.as_object().expect("an object"))
                .map_err(|error| error.message().to_owned())
        };
        for fits in [
            json!({}),
            json!({ "partitionKey": { "paths": ["/a", "/b/c"] }, "defaultTtl": -1 }),
            json!({ "partitionKey": { "paths": ["/\"a, b/*\"/c-d"] } }),
            json!({ "uniqueKeyPolicy": { "uniqueKeys": [{ "paths": ["/a"] }] }, "defaultTtl": 1 }),
        ] {
            assert_eq!(check(fits.clone()), Ok(()), "{fits}");
        }
        for odd in [
            json!({ "partitionKey": { "paths": ["id"] } }),
            json!({ "partitionKey": { "paths": ["/a", "/"] } }),
            json!({ "partitionKey": { "paths": ["/a,/b"] } }),
            json!({ "partitionKey": { "paths": ["/a/"] } }),
            json!({ "partitionKey": { "paths": ["/a//b"] } }),
            json!({ "partitionKey": { "paths": ["/a/*"] } }),
            json!({ "uniqueKeyPolicy": { "uniqueKeys": [{ "paths": ["/a"] }, { "paths": ["/b", "c"] }] } }),
            json!({ "defaultTtl": 0 }),
        ] {
            assert!(check(odd.clone()).is_err(), "{odd}");
        }
    }

    #[test]
    fn throughput_is_checked_before_anything_is_sent() {
        for fits in [
            Throughput::Manual(400),
            Throughput::Manual(1_000_000),
            Throughput::Autoscale(1000),
        ] {
            assert!(fits.check().is_ok(), "{fits:?}");
        }
        for odd in [
            Throughput::Manual(0),
            Throughput::Manual(300),
            Throughput::Manual(450),
            Throughput::Autoscale(400),
            Throughput::Autoscale(1500),
        ] {
            assert!(odd.check().is_err(), "{odd:?}");
        }
    }
}
