//! Cosmos accounts: one by its full name, one by its name alone, or all.

use std::collections::HashMap;
use std::sync::Arc;

use futures_util::{FutureExt, StreamExt, stream};
use serde_json::Value;
use serde_json::value::RawValue;

use super::create::{Created, Wish, is_going, value};
use super::{Arm, COSMOS_API, Method, SUBSCRIPTIONS_API, What};
use crate::azure::call::{Call, Level};
use crate::azure::error::{Error, Kind};

/// An account as Resource Manager describes it.
#[derive(Debug, Clone)]
pub struct Account {
    /// The whole resource, verbatim.
    pub json: String,
    /// Its Azure resource id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The address of its data plane.
    pub document_endpoint: Option<String>,
    /// Whether its keys are turned off.
    pub disable_local_auth: bool,
    /// Whether it is serverless, and so has no offers.
    pub serverless: bool,
}

/// How an account is named: the less is known, the more is searched. Equal names are equal accounts.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in crate::azure) struct Name {
    account: String,
    scope: Scope,
}

/// Where accounts are looked for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in crate::azure) enum Scope {
    Everywhere,
    Subscription(String),
    Group(String, String),
}

const READ: &str = "Microsoft.DocumentDB/databaseAccounts/read";

// how many subscriptions are searched at once
const ABREAST: usize = 8;

impl Scope {
    pub(in crate::azure) fn new(
        subscription: Option<&str>,
        group: Option<&str>,
    ) -> Result<Scope, Error> {
        let lower = str::to_ascii_lowercase;
        if let Some(id) = subscription {
            let fits = id.len() == 36 && id.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
            if !fits {
                return Err(Error::invalid("that is not a subscription id")
                    .with_action("give the subscription's id, a GUID, not its name"));
            }
        }
        if let Some(group) = group {
            let allowed = |c: char| c.is_alphanumeric() || "-_.()".contains(c);
            if group.is_empty()
                || group.chars().count() > 90
                || !group.chars().all(allowed)
                || group.ends_with('.')
            {
                return Err(Error::invalid("that is not the name of a resource group")
                    .with_action("resource groups have 1 to 90 letters, digits, - _ . ( ), and do not end with a period"));
            }
        }
        match (subscription, group) {
            (Some(subscription), Some(group)) => Ok(Scope::Group(
                lower(subscription),
                group.to_ascii_lowercase(),
            )),
            (Some(subscription), None) => Ok(Scope::Subscription(lower(subscription))),
            (None, None) => Ok(Scope::Everywhere),
            (None, Some(_)) => Err(Error::invalid(
                "a resource group was named without its subscription",
            )
            .with_action(
                "name the subscription too, or neither: an account is found by its name alone",
            )),
        }
    }

    /// The path of the accounts in it, as it stands in ids, where nothing is encoded; everywhere is searched by
    /// subscription.
    fn accounts(&self) -> String {
        let place = match self {
            Scope::Everywhere => String::new(),
            Scope::Subscription(id) => format!("/subscriptions/{id}"),
            Scope::Group(id, group) => format!("/subscriptions/{id}/resourceGroups/{group}"),
        };
        format!("{place}/providers/Microsoft.DocumentDB/databaseAccounts")
    }
}

impl Name {
    /// Checks an account's name by Azure's own rules, so that nothing else ever reaches a path.
    pub(in crate::azure) fn new(account: &str, scope: Scope) -> Result<Name, Error> {
        let account = account.to_ascii_lowercase();
        let fits = (3..=50).contains(&account.len())
            && account
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && account.split('-').all(|part| !part.is_empty());
        if !fits {
            return Err(Error::invalid("that is not the name of a Cosmos account")
                .with_action("account names have 3 to 50 lower-case letters, digits and hyphens; give the name, not the URL"));
        }
        Ok(Name { account, scope })
    }

    pub(in crate::azure) fn as_str(&self) -> &str {
        &self.account
    }

    fn is_of(&self, account: &Account) -> bool {
        account.name.eq_ignore_ascii_case(&self.account)
    }

    /// The resource id, which must be known in full.
    pub(super) fn full_id(&self) -> Result<String, Error> {
        self.id().ok_or_else(|| {
            Error::invalid("what is new needs a subscription and a resource group")
                .with_action("name the subscription and the resource group too")
        })
    }

    /// The resource id, when enough is known to write it; as in bodies, where nothing is encoded.
    pub(super) fn id(&self) -> Option<String> {
        let Scope::Group(..) = &self.scope else {
            return None;
        };
        Some(format!("{}/{}", self.scope.accounts(), self.account))
    }
}

impl Account {
    /// Whether it can be opened with a key: it has been made, and its keys are not turned off.
    pub(in crate::azure) fn is_open(&self) -> bool {
        self.document_endpoint.is_some() && !self.disable_local_auth
    }

    fn read(json: &RawValue) -> Option<Account> {
        let fields: HashMap<String, Value> = serde_json::from_str(json.get()).ok()?;
        let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
        let property = |name: &str| {
            fields
                .get("properties")
                .and_then(|properties| properties.get(name))
        };
        let capabilities = property("capabilities")
            .and_then(Value::as_array)
            .map(Vec::as_slice)
            .unwrap_or_default();
        let named =
            |value: &Value| value.get("name").and_then(Value::as_str) == Some("EnableServerless");
        Some(Account {
            json: json.get().to_owned(),
            id: text(fields.get("id"))?,
            name: text(fields.get("name"))?,
            document_endpoint: text(property("documentEndpoint")),
            disable_local_auth: property("disableLocalAuth")
                .and_then(Value::as_bool)
                .unwrap_or(false),
            serverless: capabilities.iter().any(named)
                || property("capacityMode").and_then(Value::as_str) == Some("Serverless"),
        })
    }
}

impl Arm {
    /// Every account in scope.
    pub(in crate::azure) async fn list_accounts(
        self: &Arc<Self>,
        call: &Call,
        scope: &Scope,
    ) -> Result<Vec<Account>, Error> {
        if *scope != Scope::Everywhere {
            return self.accounts_in(call, scope.clone()).await;
        }
        let subscriptions = self.subscriptions(call).await?;
        let searches = subscriptions
            .into_iter()
            .map(|scope| self.accounts_in(call, scope));
        let mut found = Vec::new();
        let mut searches = stream::iter(searches).buffered(ABREAST);
        while let Some(accounts) = searches.next().await {
            found.extend(skip_hidden(call, accounts)?);
        }
        Ok(found)
    }

    /// One account: the remembered one when it is `usable`, else as it is now.
    pub(in crate::azure) async fn account(
        self: &Arc<Self>,
        call: &Call,
        name: &Name,
        usable: impl FnOnce(&Arc<Account>) -> bool,
    ) -> Result<Arc<Account>, Error> {
        let ask = |call: Call| {
            let (this, name) = (Arc::clone(self), name.clone());
            async move { this.find(&call, &name).await.map(Arc::new) }.boxed()
        };
        self.accounts.get(name.clone(), call, usable, ask).await
    }

    /// The resource id of an account; one that is not named in full is looked for.
    pub(super) async fn resource_id(
        self: &Arc<Self>,
        call: &Call,
        name: &Name,
    ) -> Result<String, Error> {
        match name.id() {
            Some(id) => Ok(id),
            None => Ok(self.account(call, name, |_| true).await?.id.clone()),
        }
    }

    /// Makes an account from Resource Manager's own definition of one; with the same definition a second run changes
    /// nothing.
    pub(in crate::azure) async fn create_account(
        self: &Arc<Self>,
        call: &Call,
        name: &Name,
        definition: &Value,
        wait: bool,
    ) -> Result<Created, Error> {
        let path = name.full_id()?;
        call.may_send()?;
        let what = What {
            verb: "create",
            thing: format!("account {}", name.account),
            needs: "Microsoft.DocumentDB/databaseAccounts/write",
            account: None,
            secret: false,
        };
        // said when it is made, and not told afterwards
        let mut compared = definition.clone();
        if let Some(properties) = compared
            .get_mut("properties")
            .and_then(Value::as_object_mut)
        {
            properties.remove("createMode");
        }
        let wish = Wish {
            path: &path,
            api_version: COSMOS_API,
            body: definition,
            compared,
            what,
        };
        let created = self.ensure(call, &wish, wait).await;
        self.accounts.forget(name, |_| true);
        created
    }

    /// Deletes an account with all that is in it. `false` when there was none.
    pub(in crate::azure) async fn delete_account(
        self: &Arc<Self>,
        call: &Call,
        name: &Name,
        wait: bool,
    ) -> Result<bool, Error> {
        let what = What {
            verb: "delete",
            thing: format!("account {}", name.account),
            needs: "Microsoft.DocumentDB/databaseAccounts/delete",
            account: Some(&name.account),
            secret: false,
        };
        // where it is now: elsewhere there would be none; and whether it goes already, which Azure refuses to begin again
        let (path, under_way) = match name.id() {
            Some(path) => {
                call.may_send()?;
                // whatever else there is to say, the deletion is told
                let found = self.find_resource(call, &path, COSMOS_API, &what).await;
                let under_way = matches!(found, Ok(Some(found)) if value(&found).is_ok_and(|account| is_going(&account)));
                (path, under_way)
            }
            None => match self.account(call, name, |_| false).await {
                Ok(found) => (
                    found.id.clone(),
                    serde_json::from_str(&found.json).is_ok_and(|account| is_going(&account)),
                ),
                // what this identity does not see may be there all the same
                Err(error) if error.kind() == Kind::NotFound => {
                    return match self.is_name_taken(call, name).await {
                        Ok(false) => Ok(false),
                        _ => Err(error),
                    };
                }
                Err(error) => return Err(error),
            },
        };
        let deleted = if under_way {
            self.gone(call, &path, COSMOS_API, &what, wait).await
        } else {
            self.remove(call, &path, COSMOS_API, &what, wait).await
        };
        self.accounts.forget(name, |_| true);
        self.keys.forget_all();
        deleted
    }

    /// Whether an account of that name exists anywhere in Azure.
    pub(in crate::azure) async fn is_name_taken(
        &self,
        call: &Call,
        name: &Name,
    ) -> Result<bool, Error> {
        let what = What {
            verb: "read",
            thing: format!("whether the name {} is taken", name.account),
            needs: "Microsoft.DocumentDB/databaseAccountNames/read",
            account: None,
            secret: false,
        };
        let path = format!(
            "/providers/Microsoft.DocumentDB/databaseAccountNames/{}",
            name.account
        );
        match self
            .send(call, Method::Head, &path, COSMOS_API, None, &what)
            .await
        {
            Ok(_) => Ok(true),
            Err(error) if error.http_status() == 404 => Ok(false),
            Err(error) => Err(error),
        }
    }

    async fn find(self: &Arc<Self>, call: &Call, name: &Name) -> Result<Account, Error> {
        if let Some(id) = name.id() {
            let what = What {
                verb: "read",
                thing: format!("account {}", name.account),
                needs: READ,
                account: Some(&name.account),
                secret: false,
            };
            let response = self.get(call, &id, COSMOS_API, &what).await?;
            let raw: Option<&RawValue> = serde_json::from_slice(&response.body).ok();
            return raw
                .and_then(Account::read)
                .ok_or_else(|| response.not_understood("are no Cosmos account"));
        }
        if name.scope == Scope::Everywhere {
            return self.find_everywhere(call, name).await;
        }
        let accounts = self.accounts_in(call, name.scope.clone()).await?;
        let found = accounts.into_iter().find(|account| name.is_of(account));
        found.ok_or_else(|| not_found(name, "the subscription"))
    }

    async fn find_everywhere(&self, call: &Call, name: &Name) -> Result<Account, Error> {
        let subscriptions = self.subscriptions(call).await?;
        let count = subscriptions.len();
        let searches = subscriptions
            .into_iter()
            .map(|scope| self.accounts_in(call, scope));
        let mut searches = stream::iter(searches).buffer_unordered(ABREAST);
        let mut failure = None;
        // names are unique in all of Azure: the first is the only one, and the other searches end here
        while let Some(accounts) = searches.next().await {
            match skip_hidden(call, accounts) {
                Ok(accounts) => {
                    let found = accounts.into_iter().find(|account| name.is_of(account));
                    if let Some(account) = found {
                        return Ok(account);
                    }
                }
                // it may be in one of the others
                Err(error) if error.http_status() != 0 && error.kind() != Kind::Unauthenticated => {
                    call.log(Level::Warning, || error.message().to_owned());
                    failure = failure.or(Some(error));
                }
                Err(error) => return Err(error),
            }
        }
        Err(failure.unwrap_or_else(|| {
            let place = format!("the {count} subscriptions that this identity sees");
            not_found(name, &place)
        }))
    }

    async fn accounts_in(&self, call: &Call, scope: Scope) -> Result<Vec<Account>, Error> {
        let place = match &scope {
            Scope::Everywhere => unreachable!("everywhere is searched by subscription"),
            Scope::Subscription(id) => format!("subscription {id}"),
            Scope::Group(_, group) => format!("resource group {group}"),
        };
        let what = What {
            verb: "read",
            thing: format!("the accounts of {place}"),
            needs: READ,
            account: None,
            secret: false,
        };
        let items = self
            .list(call, &scope.accounts(), COSMOS_API, &what)
            .await?;
        Ok(items
            .iter()
            .filter_map(|item| Account::read(item))
            .collect())
    }

    async fn subscriptions(&self, call: &Call) -> Result<Vec<Scope>, Error> {
        let what = What {
            verb: "read",
            thing: "the subscriptions".to_owned(),
            needs: "Microsoft.Resources/subscriptions/read",
            account: None,
            secret: false,
        };
        let items = self
            .list(call, "/subscriptions", SUBSCRIPTIONS_API, &what)
            .await?;
        let id = |item: &RawValue| {
            let fields: HashMap<String, Value> = serde_json::from_str(item.get()).ok()?;
            fields
                .get("subscriptionId")
                .and_then(Value::as_str)
                .map(str::to_owned)
        };
        let found: Vec<_> = items
            .iter()
            .filter_map(|item| Scope::new(id(item).as_deref(), None).ok())
            .filter(|scope| *scope != Scope::Everywhere)
            .collect();
        if found.is_empty() {
            return Err(Error::new(Kind::NotFound, "this identity sees no subscription")
                .with_action("give the identity a role, such as 'Cosmos DB Account Reader Role' on the account; it takes some minutes to work"));
        }
        Ok(found)
    }
}

/// A subscription that hides its accounts, or has just been deleted, does not spoil the search in the others.
fn skip_hidden(call: &Call, accounts: Result<Vec<Account>, Error>) -> Result<Vec<Account>, Error> {
    match accounts {
        Err(error) if matches!(error.kind(), Kind::Forbidden | Kind::NotFound) => {
            call.log(Level::Warning, || error.message().to_owned());
            Ok(Vec::new())
        }
        accounts => accounts,
    }
}

fn not_found(name: &Name, place: &str) -> Error {
    Error::new(Kind::NotFound, format!("there is no Cosmos account {} in {place}", name.account))
        .with_action("check the name, and that the identity has a role on the account; a role given just now takes some minutes to work")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_azures_rules() {
        for name in ["abc", "my-account-1", "MyAccount"] {
            assert!(Name::new(name, Scope::Everywhere).is_ok(), "{name}");
        }
        for name in [
            "",
            "ab",
            "-abc",
            "abc-",
            "a--b",
            "a_b",
            "a/b",
            "a b",
            "ä-b",
            "https://a.documents.azure.com/",
            &"a".repeat(51),
        ] {
            assert!(Name::new(name, Scope::Everywhere).is_err(), "{name}");
        }
    }

    #[test]
    fn ids_are_written_only_when_all_is_known() {
        let scope = Scope::new(
            Some("11111111-2222-3333-4444-555555555555"),
            Some("Gruppe_(1).x"),
        )
        .expect("valid");
        let id = Name::new("MyAccount", scope)
            .expect("valid")
            .id()
            .expect("known");
        assert!(id.ends_with("/resourceGroups/gruppe_(1).x/providers/Microsoft.DocumentDB/databaseAccounts/myaccount"), "{id}");
        assert_eq!(
            Name::new("abc", Scope::Everywhere).expect("valid").id(),
            None
        );
        assert!(Scope::new(None, Some("group")).is_err());
        assert!(Scope::new(Some("nope"), None).is_err());
    }

    #[test]
    fn serverless_is_told_in_two_ways() {
        let read = |properties: &str| {
            let json = format!(r#"{{"id":"/x","name":"a","properties":{properties}}}"#);
            Account::read(serde_json::from_str(&json).expect("valid JSON")).expect("an account")
        };
        assert!(read(r#"{"capabilities":[{"name":"EnableServerless"}]}"#).serverless);
        assert!(read(r#"{"capacityMode":"Serverless"}"#).serverless);
        assert!(
            !read(r#"{"capabilities":[],"capacityMode":"Provisioned","disableLocalAuth":true}"#)
                .serverless
        );
        assert!(read(r#"{"disableLocalAuth":true}"#).disable_local_auth);
    }
}
