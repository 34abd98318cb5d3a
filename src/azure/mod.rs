//! What cosmi does in Azure, as plain async Rust: tokens of managed identities, Resource Manager, Cosmos DB.
//!
//! [`Client`] has the verbs. Inside, `identity` gets tokens, `arm` asks Resource Manager with them, `cosmos` asks an
//! account's data plane with a key; the three know nothing of each other beyond that direction, and only `http` has
//! sockets.

mod account_ref;
mod arm;
mod call;
mod chain;
mod clock;
mod cloud;
mod cosmos;
mod env;
mod error;
mod flight;
mod host;
mod http;
mod identity;
mod prose;
mod retry;
mod secret;
mod settings;
mod text;
mod tls;

use std::fmt;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{Either, select};
use serde_json::Value;
use serde_json::value::RawValue;

pub use account_ref::AccountRef;
pub use arm::{
    Account, Assignment, ConnectionString, ConnectionStrings, Created, DataAssignment, DataScope,
    KeyKind, KeyRole, Keys, Throughput,
};
pub use call::{Call, Level, Log};
pub use chain::Collection;
pub use clock::{Clock, SystemClock};
pub use cosmos::{Offer, OfferAbsence};
pub use env::{ArcAgent, Env, ProcessEnv, VARIABLES};
pub use error::{Error, Kind};
pub use host::{Background, Host};
pub use identity::{Environment, Token};
pub use secret::Secret;
pub use settings::{
    DEFAULT_TIMEOUT, DEFAULT_UPDATE_WAIT, Identity, IdentitySource, Settings, Variables,
};

use arm::{Arm, Name, Place, Scope};
use call::Purpose;
use cloud::{Cloud, Clouds, Endpoints};
use cosmos::Cosmos;
use http::{Http, parse_root_url};
use identity::{Identities, Wanted};

// how long the description of a machine waits for the claims of its token
const WORTH_KNOWING: Duration = Duration::from_secs(5);

/// A session: one identity, its tokens and keys in memory, and connections that are used again. Clones share all.
#[derive(Clone)]
pub struct Client(Arc<Inner>, Purpose);

struct Inner {
    identities: Arc<Identities>,
    arm: Arc<Arm>,
    cosmos: Cosmos,
    clouds: Arc<Clouds>,
    timeout: Duration,
    clock: Arc<dyn Clock>,
    log: Arc<dyn Log>,
}

impl Client {
    /// Makes a client in this process. Nothing is sent.
    ///
    /// # Errors
    /// When a setting, or a variable read in its place, cannot be used.
    pub fn new(
        settings: Settings,
        log: Arc<dyn Log>,
        background: Arc<dyn Background>,
    ) -> Result<Client, Error> {
        let env = Arc::new(ProcessEnv::with(settings.variables.clone()));
        Client::with_host(
            settings,
            log,
            Host {
                env,
                clock: Arc::new(SystemClock),
                background,
            },
        )
    }

    /// Makes a client in other surroundings.
    ///
    /// # Errors
    /// As [`Client::new`].
    pub fn with_host(settings: Settings, log: Arc<dyn Log>, host: Host) -> Result<Client, Error> {
        let ca_pem = ca_pem(settings.ca_pem, &*host.env)?;
        let arm = match (settings.arm_endpoint, host.env.get("COSMI_ARM_ENDPOINT")) {
            (Some(endpoint), _) => Some(parse_root_url("Resource Manager endpoint", &endpoint)?),
            (None, Some(endpoint)) => Some(parse_root_url("COSMI_ARM_ENDPOINT", &endpoint)?),
            (None, None) => None,
        };
        let login = settings.login_endpoint.as_deref();
        let login = login
            .map(|login| parse_root_url("login endpoint", login))
            .transpose()?;
        let told = settings.cloud.as_deref().map(Cloud::named).transpose()?;
        let endpoints = Endpoints {
            arm,
            arm_audience: settings.arm_audience,
            login,
            cosmos_suffix: settings.cosmos_suffix,
        };
        let clouds = Arc::new(Clouds::new(told, endpoints)?);
        let wanted = Wanted {
            source: settings.identity_source,
            identity: settings.identity,
            metadata_endpoint: settings.metadata_endpoint,
            update_wait: settings.update_wait,
        };
        let clock = Arc::clone(&host.clock);
        let http = Arc::new(Http::new(ca_pem.as_deref())?);
        let identities = Arc::new(Identities::new(
            wanted,
            Arc::clone(&http),
            host,
            Arc::clone(&clouds),
        )?);
        let arm = Arc::new(Arm::new(
            Arc::clone(&http),
            Arc::clone(&identities),
            Arc::clone(&clouds),
        ));
        let cosmos = Cosmos::new(http, Arc::clone(&clock));
        let inner = Inner {
            identities,
            arm,
            cosmos,
            clouds,
            timeout: settings.timeout,
            clock,
            log,
        };
        Ok(Client(Arc::new(inner), Purpose::Work))
    }

    /// A second client of the same settings and memory whose operations send nothing: they are refused where those of
    /// this one would be before anything is sent, and end as `Cancelled` where those would begin to send.
    #[must_use]
    pub fn for_checks(&self) -> Client {
        Client(Arc::clone(&self.0), Purpose::Check)
    }

    /// The time an operation has when it is not given its own.
    #[must_use]
    pub fn timeout(&self) -> Duration {
        self.0.timeout
    }

    /// The context of one operation; its time runs from now.
    #[must_use]
    pub fn call(&self, operation_id: u64, timeout: Duration) -> Call {
        Call::new(
            operation_id,
            timeout,
            Arc::clone(&self.0.log),
            Arc::clone(&self.0.clock),
            self.1,
        )
    }

    fn name(&self, account: &AccountRef) -> Result<Name, Error> {
        account.resource_name(&self.0.clouds)
    }

    /// A token for `resource`, a URI such as `https://management.azure.com/`; from memory while it is good for
    /// five more minutes.
    ///
    /// # Errors
    /// `NoIdentity` when there is no endpoint to ask or the identity is not this machine's.
    pub async fn token(&self, call: &Call, resource: &str) -> Result<Arc<Token>, Error> {
        self.0.identities.token(call, resource).await
    }

    /// The token that [`Client::token`] would take from memory, without waiting for anything.
    #[must_use]
    pub fn token_at_hand(&self, operation_id: u64, resource: &str) -> Option<Arc<Token>> {
        let call = || self.call(operation_id, self.timeout());
        self.0.identities.token_at_hand(resource, call)
    }

    /// A new token, whatever is in memory; it takes the place of the former one.
    ///
    /// # Errors
    /// As [`Client::token`].
    pub async fn new_token(&self, call: &Call, resource: &str) -> Result<Arc<Token>, Error> {
        self.0.identities.new_token(call, resource).await
    }

    /// Who and where this machine is.
    ///
    /// # Errors
    /// `NoIdentity` when nothing tells.
    pub async fn environment(&self, call: &Call) -> Result<Environment, Error> {
        let found = self.0.identities.environment(call).await?;
        self.0.clouds.learn(found.cloud.as_deref());
        // who this is: remembered, or worth a request, and no failure when nobody answers, or not soon
        let audience = self.0.clouds.arm_audience();
        let asking = pin!(self.0.identities.token(call, &audience));
        let token = match select(asking, SystemClock.sleep(WORTH_KNOWING)).await {
            Either::Left((token, _)) => token.ok(),
            Either::Right(_) => None,
        };
        Ok(Environment {
            source: found.source,
            reason: found.reason,
            variables_seen: self.0.identities.variables_seen(),
            subscription_id: found.subscription_id,
            resource_group: found.resource_group,
            machine_name: found.machine_name,
            scale_set_name: found.scale_set_name,
            resource_id: found.resource_id,
            location: found.location,
            cloud: self.0.clouds.current().name.to_owned(),
            arm_endpoint: self.0.clouds.arm().to_string(),
            claims_json: token.and_then(|token| token.claims_json.clone()),
            metadata_json: found.metadata_json,
        })
    }

    /// The Cosmos accounts in a resource group, in a subscription, or in all that the identity sees.
    ///
    /// # Errors
    /// `InvalidArgument` when a group is named without its subscription.
    pub async fn list_accounts(
        &self,
        call: &Call,
        subscription: Option<&str>,
        group: Option<&str>,
    ) -> Result<Vec<Account>, Error> {
        self.0
            .arm
            .list_accounts(call, &Scope::new(subscription, group)?)
            .await
    }

    /// One account as it is now.
    ///
    /// # Errors
    /// `NotFound` when the identity sees no such account.
    pub async fn show_account(&self, call: &Call, account: &AccountRef) -> Result<Account, Error> {
        let name = self.name(account)?;
        Ok(Account::clone(
            &*self.0.arm.account(call, &name, |_| false).await?,
        ))
    }

    /// The keys of an account as they are now.
    ///
    /// # Errors
    /// `Forbidden` when no role allows it.
    pub async fn list_keys(
        &self,
        call: &Call,
        account: &AccountRef,
        kind: KeyKind,
    ) -> Result<Arc<Keys>, Error> {
        let name = self.name(account)?;
        self.0.arm.keys(call, &name, kind, |_| false).await
    }

    /// The connection strings of an account as they are now.
    ///
    /// # Errors
    /// `Forbidden` when no role allows it.
    pub async fn list_connection_strings(
        &self,
        call: &Call,
        account: &AccountRef,
    ) -> Result<ConnectionStrings, Error> {
        let name = self.name(account)?;
        self.0.arm.connection_strings(call, &name).await
    }

    /// Makes an account from Resource Manager's definition of one, JSON with `location` and `properties`. What exists
    /// with the same definition stays as it is.
    ///
    /// # Errors
    /// `Conflict` when it exists with another definition.
    pub async fn create_account(
        &self,
        call: &Call,
        account: &AccountRef,
        definition: &str,
        wait: bool,
    ) -> Result<Created, Error> {
        let name = self.name(account)?;
        self.0
            .arm
            .create_account(call, &name, &object(definition)?, wait)
            .await
    }

    /// Deletes an account with all that is in it; `false` when there was none.
    ///
    /// # Errors
    /// `Conflict` when a lock forbids it.
    pub async fn delete_account(
        &self,
        call: &Call,
        account: &AccountRef,
        wait: bool,
    ) -> Result<bool, Error> {
        let name = self.name(account)?;
        self.0.arm.delete_account(call, &name, wait).await
    }

    /// Whether an account of that name exists anywhere in Azure, seen or unseen.
    ///
    /// # Errors
    /// `InvalidArgument` when no account can have that name.
    pub async fn is_account_name_taken(
        &self,
        call: &Call,
        account: &AccountRef,
    ) -> Result<bool, Error> {
        let name = self.name(account)?;
        self.0.arm.is_name_taken(call, &name).await
    }

    /// Makes one of the account's keys anew; the former one opens nothing any more.
    ///
    /// # Errors
    /// `Forbidden` when no role allows it.
    pub async fn regenerate_key(
        &self,
        call: &Call,
        account: &AccountRef,
        role: KeyRole,
    ) -> Result<(), Error> {
        let name = self.name(account)?;
        self.0.arm.regenerate_key(call, &name, role).await
    }

    /// The databases of an account, or the collections of a database, as Resource Manager describes them; no key is
    /// needed.
    ///
    /// # Errors
    /// `NotFound` when there is no such account or database.
    pub async fn list_resources(
        &self,
        call: &Call,
        account: &AccountRef,
        database: Option<&str>,
    ) -> Result<Vec<String>, Error> {
        let name = self.name(account)?;
        if let Some(database) = database {
            cosmos::check_names(database, None)?;
        }
        let found = self.0.arm.list_sql(call, &name, database).await?;
        Ok(verbatim(found))
    }

    /// A database, or a collection in it, as Resource Manager describes it.
    ///
    /// # Errors
    /// `NotFound` when there is none.
    pub async fn show_resource(
        &self,
        call: &Call,
        account: &AccountRef,
        database: &str,
        collection: Option<&str>,
    ) -> Result<String, Error> {
        let name = self.name(account)?;
        let place = place(&name, database, collection)?;
        self.0.arm.show_sql(call, place).await
    }

    /// Makes a database, or a collection in it. `definition` is the service's own, JSON without the name: for a
    /// collection at least `partitionKey`, for a database `{}`. What exists with the same definition stays as it is.
    ///
    /// # Errors
    /// `Conflict` when it exists with another definition or throughput.
    #[allow(
        clippy::too_many_arguments,
        reason = "each is one word of the sentence"
    )]
    pub async fn create_resource(
        &self,
        call: &Call,
        account: &AccountRef,
        database: &str,
        collection: Option<&str>,
        definition: &str,
        throughput: Option<Throughput>,
        wait: bool,
    ) -> Result<Created, Error> {
        let name = self.name(account)?;
        let place = place(&name, database, collection)?;
        self.0
            .arm
            .create_sql(call, place, object(definition)?, throughput, wait)
            .await
    }

    /// Deletes a database, or a collection in it, with all that is in it; `false` when there was none.
    ///
    /// # Errors
    /// `Conflict` when a lock forbids it.
    pub async fn delete_resource(
        &self,
        call: &Call,
        account: &AccountRef,
        database: &str,
        collection: Option<&str>,
        wait: bool,
    ) -> Result<bool, Error> {
        let name = self.name(account)?;
        let place = place(&name, database, collection)?;
        self.0.arm.delete_sql(call, place, wait).await
    }

    /// The throughput of a database or collection as Resource Manager describes it, verbatim; nothing where it has none
    /// of its own.
    ///
    /// # Errors
    /// `Forbidden` when no role allows it.
    pub async fn throughput(
        &self,
        call: &Call,
        account: &AccountRef,
        database: &str,
        collection: Option<&str>,
    ) -> Result<Option<String>, Error> {
        let name = self.name(account)?;
        let place = place(&name, database, collection)?;
        self.0.arm.throughput(call, place).await
    }

    /// Sets the throughput of a database or collection, and changes between manual and autoscale where needed.
    ///
    /// # Errors
    /// `NotFound` when it has none of its own.
    pub async fn set_throughput(
        &self,
        call: &Call,
        account: &AccountRef,
        database: &str,
        collection: Option<&str>,
        throughput: Throughput,
        wait: bool,
    ) -> Result<Created, Error> {
        let name = self.name(account)?;
        let place = place(&name, database, collection)?;
        self.0
            .arm
            .set_throughput(call, place, throughput, wait)
            .await
    }

    /// A machine, app or Automation account with its identity, by its resource id, as Resource Manager describes it.
    ///
    /// # Errors
    /// `InvalidArgument` for a resource that has no identity.
    pub async fn show_machine(&self, call: &Call, resource_id: &str) -> Result<String, Error> {
        self.0.arm.machine(call, resource_id).await
    }

    /// Turns a machine's system-assigned identity on, and keeps its user-assigned ones.
    ///
    /// # Errors
    /// `Forbidden` when no role allows it.
    pub async fn enable_identity(
        &self,
        call: &Call,
        resource_id: &str,
        wait: bool,
    ) -> Result<Created, Error> {
        self.0.arm.enable_identity(call, resource_id, wait).await
    }

    /// Gives an identity a role on an account; who has it keeps it.
    ///
    /// # Errors
    /// `NotFound` when there is no such role.
    pub async fn grant_access(
        &self,
        call: &Call,
        account: &AccountRef,
        assignment: &Assignment,
    ) -> Result<Created, Error> {
        let name = self.name(account)?;
        self.0.arm.grant(call, &name, assignment).await
    }

    /// The role assignments that count for an account, of one identity or of all, verbatim.
    ///
    /// # Errors
    /// `Forbidden` when no role allows it.
    pub async fn list_access(
        &self,
        call: &Call,
        account: &AccountRef,
        principal_id: Option<&str>,
    ) -> Result<Vec<String>, Error> {
        let name = self.name(account)?;
        let found = self.0.arm.assignments(call, &name, principal_id).await?;
        Ok(verbatim(found))
    }

    /// Takes a role on an account away from an identity; `false` when it did not have it there.
    ///
    /// # Errors
    /// `NotFound` when there is no such role.
    pub async fn revoke_access(
        &self,
        call: &Call,
        account: &AccountRef,
        assignment: &Assignment,
    ) -> Result<bool, Error> {
        let name = self.name(account)?;
        self.0.arm.revoke(call, &name, assignment).await
    }

    /// Gives an identity one of Cosmos DB's own roles, on the data of an account or of what is in it; who has it keeps
    /// it.
    ///
    /// # Errors
    /// `NotFound` when there is no such role, database, collection or identity.
    pub async fn grant_data_access(
        &self,
        call: &Call,
        account: &AccountRef,
        assignment: &DataAssignment,
        wait: bool,
    ) -> Result<Created, Error> {
        check_scope(&assignment.scope)?;
        let name = self.name(account)?;
        self.0.arm.grant_data(call, &name, assignment, wait).await
    }

    /// Who has which of Cosmos DB's own roles on an account, verbatim: one identity or all; all of the account's, or
    /// those that count for a database or collection.
    ///
    /// # Errors
    /// `Forbidden` when no role allows it.
    pub async fn list_data_access(
        &self,
        call: &Call,
        account: &AccountRef,
        principal_id: Option<&str>,
        scope: &DataScope,
    ) -> Result<Vec<String>, Error> {
        check_scope(scope)?;
        let name = self.name(account)?;
        let arm = &self.0.arm;
        let found = arm
            .data_assignments(call, &name, principal_id, scope)
            .await?;
        Ok(verbatim(found))
    }

    /// The roles that can be given on the data of an account, verbatim.
    ///
    /// # Errors
    /// `Forbidden` when no role allows it.
    pub async fn list_data_roles(
        &self,
        call: &Call,
        account: &AccountRef,
    ) -> Result<Vec<String>, Error> {
        let name = self.name(account)?;
        let found = self.0.arm.data_roles(call, &name).await?;
        Ok(verbatim(found))
    }

    /// Takes one of Cosmos DB's own roles away from an identity; `false` when it did not have it right there.
    ///
    /// # Errors
    /// `NotFound` when there is no role of that name.
    pub async fn revoke_data_access(
        &self,
        call: &Call,
        account: &AccountRef,
        assignment: &DataAssignment,
        wait: bool,
    ) -> Result<bool, Error> {
        check_scope(&assignment.scope)?;
        let name = self.name(account)?;
        self.0.arm.revoke_data(call, &name, assignment, wait).await
    }

    /// A collection and its offer: with the key that was given, or with the account's own, which is read when it is
    /// not in memory. Of an account that accepts no key it is the collection as Resource Manager has it, without offer.
    ///
    /// # Errors
    /// `NotFound` when account, database or collection do not exist; `Forbidden` when keys may not be read, or when one
    /// was given to an account that accepts none.
    pub async fn show_collection(
        &self,
        call: &Call,
        account: &AccountRef,
        database: &str,
        collection: &str,
    ) -> Result<Collection, Error> {
        chain::show_collection(
            &self.0.arm,
            &self.0.cosmos,
            &self.0.clouds,
            call,
            account,
            database,
            collection,
        )
        .await
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("cloud", &self.0.clouds.current().name)
            .finish_non_exhaustive()
    }
}

/// The certificates that are trusted instead of the system's: those given, else those of `COSMI_CA_FILE`.
fn ca_pem(given: Option<Vec<u8>>, env: &dyn Env) -> Result<Option<Vec<u8>>, Error> {
    if given.is_some() {
        return Ok(given);
    }
    let file = env.get("COSMI_CA_FILE");
    file.map(std::fs::read).transpose().map_err(|_| {
        Error::invalid("the file that COSMI_CA_FILE names cannot be read")
            .with_action("let COSMI_CA_FILE name a file with CA certificates in PEM, or unset it")
    })
}

/// Where a database or collection is, its names checked.
fn place<'a>(
    account: &'a Name,
    database: &'a str,
    collection: Option<&'a str>,
) -> Result<Place<'a>, Error> {
    cosmos::check_names(database, collection)?;
    Ok(Place {
        account,
        database,
        collection,
    })
}

fn verbatim(items: Vec<Box<RawValue>>) -> Vec<String> {
    let text = |item| Box::<str>::from(item).into_string();
    items.into_iter().map(text).collect()
}

fn check_scope(scope: &DataScope) -> Result<(), Error> {
    match (&scope.database, &scope.collection) {
        (None, None) => Ok(()),
        (None, Some(_)) => Err(Error::invalid("a collection is named without its database")
            .with_action("name the database too")),
        (Some(database), collection) => cosmos::check_names(database, collection.as_deref()),
    }
}

/// Reads a definition that the caller wrote.
fn object(json: &str) -> Result<Value, Error> {
    let parsed: Option<Value> = serde_json::from_str(json).ok();
    parsed.filter(Value::is_object).ok_or_else(|| {
        Error::invalid("the definition is not a JSON object")
            .with_action("see the definition for a missing brace, quote or comma")
    })
}
