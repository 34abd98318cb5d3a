//! What this Azure holds: accounts with their keys, databases, collections and offers; machines; work in progress.

mod keys;
mod offer;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::hosts::{self, Host, Principal};
use crate::operations::Operations;
use crate::rbac::Rbac;
use crate::scenario::{self, Scenario, UserAssignedIdentity};

pub use keys::Keys;
pub use offer::{Offer, Throughput};

pub struct Model {
    pub scenario: Scenario,
    pub rbac: Rbac,
    pub accounts: Vec<Account>,
    pub hosts: Vec<Host>,
    pub user_assigned_identities: Vec<UserAssignedIdentity>,
    pub directory: Vec<Principal>,
    pub operations: Operations,
}

/// How far an account is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum State {
    Creating,
    Updating,
    Succeeded,
    Deleting,
}

/// A role in the data plane itself.
#[derive(Clone, Debug)]
pub struct SqlRoleAssignment {
    pub id: String,
    pub role_definition_id: String,
    pub principal_id: String,
    pub scope: String,
}

pub struct Account {
    pub spec: scenario::Account,
    pub subscription_id: String,
    pub keys: Keys,
    pub created: Timestamp,
    pub databases: Vec<Database>,
    /// In the order they were made.
    pub offers: Vec<Offer>,
    /// The log sequence number of the account's metadata.
    pub lsn: u64,
    /// How much was deleted: what is made again gets other ids.
    generation: u64,
    pub state: State,
    pub sql_role_assignments: Vec<SqlRoleAssignment>,
}

#[derive(Debug)]
pub struct Database {
    pub id: String,
    pub rid: String,
    pub document: Value,
    pub collections: Vec<Collection>,
}

#[derive(Debug)]
pub struct Collection {
    pub id: String,
    pub rid: String,
    pub document: Value,
}

impl Model {
    pub fn new(scenario: Scenario, now: Timestamp) -> Result<Model, String> {
        let rbac = Rbac::new(&scenario, now)?;
        let accounts = scenario
            .accounts
            .iter()
            .map(|spec| Account::new(spec, &scenario, now))
            .collect();
        let hosts = hosts::all(&scenario);
        Ok(Model {
            user_assigned_identities: hosts::user_assigned(&hosts),
            directory: hosts::directory(&scenario, &hosts),
            hosts,
            scenario,
            rbac,
            accounts,
            operations: Operations::default(),
        })
    }

    /// Ends the work whose time has come.
    pub fn settle(&mut self, now: Timestamp) {
        for (work, went_well) in self.operations.end_due(now) {
            work(self, now, went_well);
        }
    }

    pub fn account(&self, name: &str) -> Option<&Account> {
        self.accounts
            .iter()
            .find(|account| account.spec.name.eq_ignore_ascii_case(name))
    }

    pub fn account_mut(&mut self, name: &str) -> Option<&mut Account> {
        self.accounts
            .iter_mut()
            .find(|account| account.spec.name.eq_ignore_ascii_case(name))
    }

    /// Gives an account new keys; false when there is no such account.
    pub fn rotate_keys(&mut self, name: &str, now: Timestamp) -> bool {
        match self.account_mut(name) {
            Some(account) => {
                account.keys = Keys::new(now);
                true
            }
            None => false,
        }
    }
}

impl Account {
    fn new(spec: &scenario::Account, scenario: &Scenario, now: Timestamp) -> Account {
        let subscription_id = scenario.subscription_of(spec).to_owned();
        let mut account = Account::empty(spec.clone(), subscription_id, now);
        for database in &spec.databases {
            account.add_database(database, now);
        }
        account
    }

    /// An account without databases.
    pub fn empty(spec: scenario::Account, subscription_id: String, now: Timestamp) -> Account {
        Account {
            spec,
            subscription_id,
            keys: Keys::new(now),
            created: now,
            databases: Vec::new(),
            offers: Vec::new(),
            lsn: 4,
            generation: 0,
            state: State::Succeeded,
            sql_role_assignments: Vec::new(),
        }
    }

    pub fn consistency(&self) -> &str {
        let policy = self.spec.properties.get("consistencyPolicy");
        policy
            .and_then(|policy| policy["defaultConsistencyLevel"].as_str())
            .unwrap_or("Session")
    }

    /// The account's id in Resource Manager.
    pub fn resource_id(&self) -> String {
        format!(
            "/subscriptions/{}/resourceGroups/{}/providers/Microsoft.DocumentDB/databaseAccounts/{}",
            self.subscription_id, self.spec.resource_group, self.spec.name
        )
    }

    pub fn database(&self, id: &str) -> Option<&Database> {
        self.databases.iter().find(|database| database.id == id)
    }

    pub fn database_by_rid(&self, rid: &str) -> Option<&Database> {
        self.databases.iter().find(|database| database.rid == rid)
    }

    pub fn database_mut(&mut self, id: &str) -> Option<&mut Database> {
        self.databases.iter_mut().find(|database| database.id == id)
    }

    pub fn add_database(&mut self, spec: &scenario::Database, now: Timestamp) {
        let seed = format!("{}\n{}", self.spec.name, spec.id);
        let rid = rid(&self.digest(&seed)[..4]);
        let own_path = format!("dbs/{rid}/");
        let document = json!({
            "id": spec.id,
            "_rid": rid,
            "_self": own_path,
            "_etag": self.next_etag(now),
            "_colls": "colls/",
            "_users": "users/",
            "_ts": now.as_second(),
        });
        self.add_offer(
            &own_path,
            &rid,
            spec.throughput,
            spec.autoscale_max_throughput,
            now,
        );
        let mut database = Database {
            id: spec.id.clone(),
            rid,
            document,
            collections: Vec::new(),
        };
        for collection in &spec.collections {
            let collection = self.collection(&database, collection, now);
            database.collections.push(collection);
        }
        self.databases.push(database);
    }

    pub fn remove_database(&mut self, id: &str) {
        let Some(index) = self.databases.iter().position(|database| database.id == id) else {
            return;
        };
        let database = self.databases.remove(index);
        self.remove_offer(&database.rid);
        for collection in &database.collections {
            self.remove_offer(&collection.rid);
        }
        self.generation += 1;
    }

    pub fn add_collection(&mut self, database: &str, spec: &scenario::Collection, now: Timestamp) {
        let Some(index) = self.databases.iter().position(|known| known.id == database) else {
            return;
        };
        let owner = self.databases.remove(index);
        let collection = self.collection(&owner, spec, now);
        self.databases.insert(index, owner);
        self.databases[index].collections.push(collection);
    }

    /// Lays a new definition over a collection's document; what identifies it stays.
    pub fn replace_collection(
        &mut self,
        database: &str,
        id: &str,
        definition: &Map<String, Value>,
        now: Timestamp,
    ) {
        let etag = self.next_etag(now);
        let collection = self
            .database_mut(database)
            .and_then(|database| database.collections.iter_mut().find(|known| known.id == id));
        let Some(document) = collection.and_then(|known| known.document.as_object_mut()) else {
            return;
        };
        let gone = [
            "defaultTtl",
            "uniqueKeyPolicy",
            "analyticalStorageTtl",
            "computedProperties",
        ];
        document.retain(|name, _| !gone.contains(&name.as_str()) || definition.contains_key(name));
        for (name, value) in definition {
            document.insert(name.clone(), value.clone());
        }
        document.insert("_etag".to_owned(), json!(etag));
        document.insert("_ts".to_owned(), json!(now.as_second()));
    }

    pub fn remove_collection(&mut self, database: &str, id: &str) {
        let Some(owner) = self.database_mut(database) else {
            return;
        };
        if let Some(index) = owner.collections.iter().position(|known| known.id == id) {
            let collection = owner.collections.remove(index);
            self.remove_offer(&collection.rid);
            self.generation += 1;
        }
    }

    pub fn offer_of(&self, rid: &str) -> Option<&Offer> {
        self.offers
            .iter()
            .find(|offer| offer.document["offerResourceId"] == rid)
    }

    /// Changes what a database or a collection with an offer is given.
    pub fn set_throughput(&mut self, rid: &str, throughput: Throughput, now: Timestamp) {
        let etag = self.next_etag(now);
        let offer = self
            .offers
            .iter_mut()
            .find(|offer| offer.document["offerResourceId"] == rid);
        if let Some(offer) = offer {
            let ever = offer.most_ever().max(throughput.most());
            offer.document["content"] = throughput.content(ever);
            offer.document["_etag"] = json!(etag);
            offer.document["_ts"] = json!(now.as_second());
        }
    }

    fn remove_offer(&mut self, rid: &str) {
        self.offers
            .retain(|offer| offer.document["offerResourceId"] != rid);
    }

    /// What was deleted and made again is another.
    fn digest(&self, seed: &str) -> [u8; 32] {
        if self.generation == 0 {
            digest(seed)
        } else {
            digest(&format!("{seed}\n{}", self.generation))
        }
    }

    fn collection(
        &mut self,
        database: &Database,
        spec: &scenario::Collection,
        now: Timestamp,
    ) -> Collection {
        let seed = format!("{}\n{}\n{}", self.spec.name, database.id, spec.id);
        let mut bytes = bytes(&database.rid);
        bytes.extend_from_slice(&self.digest(&seed)[..4]);
        // The bit that tells a collection from a user.
        bytes[4] |= 0x80;
        let rid = rid(&bytes);
        let own_path = format!("dbs/{}/colls/{rid}/", database.rid);

        let mut document = Map::new();
        document.insert("id".to_owned(), json!(spec.id));
        document.insert(
            "indexingPolicy".to_owned(),
            json!({
                "indexingMode": "consistent",
                "automatic": true,
                "includedPaths": [{"path": "/*"}],
                "excludedPaths": [{"path": "/\"_etag\"/?"}],
            }),
        );
        if let Some(partition_key) = &spec.partition_key {
            document.insert("partitionKey".to_owned(), partition_key.clone());
        }
        document.extend(spec.properties.clone());
        let usual = [
            (
                "conflictResolutionPolicy",
                json!({
                    "mode": "LastWriterWins",
                    "conflictResolutionPath": "/_ts",
                    "conflictResolutionProcedure": "",
                }),
            ),
            ("geospatialConfig", json!({"type": "Geography"})),
        ];
        for (name, value) in usual {
            document.entry(name).or_insert(value);
        }
        let service = json!({
            "_rid": rid,
            "_ts": now.as_second(),
            "_self": own_path,
            "_etag": self.next_etag(now),
            "_docs": "docs/",
            "_sprocs": "sprocs/",
            "_triggers": "triggers/",
            "_udfs": "udfs/",
            "_conflicts": "conflicts/",
        });
        document.extend(
            service
                .as_object()
                .expect("an object was just written")
                .clone(),
        );

        self.add_offer(
            &own_path,
            &rid,
            spec.throughput,
            spec.autoscale_max_throughput,
            now,
        );
        Collection {
            id: spec.id.clone(),
            rid,
            document: document.into(),
        }
    }

    /// Serverless accounts have no offers, nor have collections that share their database's throughput.
    fn add_offer(
        &mut self,
        resource: &str,
        resource_rid: &str,
        manual: Option<u32>,
        autoscale: Option<u32>,
        now: Timestamp,
    ) {
        if self.spec.serverless() {
            return;
        }
        let throughput = match (manual, autoscale) {
            (Some(manual), _) => Throughput::Manual(manual),
            (None, Some(maximum)) => Throughput::Autoscale(maximum),
            (None, None) => return,
        };
        let content = throughput.content(throughput.most());
        let rid = self.free_offer_rid(resource);
        let document = json!({
            "resource": resource,
            "offerType": "Invalid",
            "offerResourceId": resource_rid,
            "offerVersion": "V2",
            "content": content,
            "id": rid,
            "_rid": rid,
            "_self": format!("offers/{rid}/"),
            "_etag": self.next_etag(now),
            "_ts": now.as_second(),
        });
        self.offers.push(Offer { rid, document });
    }

    /// Three bytes, so two resources could get the same; letters of both cases, so that a signature which does not
    /// lower them is found out.
    fn free_offer_rid(&self, resource: &str) -> String {
        (0..=u32::MAX)
            .map(|attempt| rid(&digest(&format!("{}\n{resource}\n{attempt}", self.spec.name))[..3]))
            .find(|rid| {
                rid.chars().any(|letter| letter.is_ascii_uppercase())
                    && self.offers.iter().all(|offer| offer.rid != *rid)
            })
            .expect("an account has far fewer offers than there are ids")
    }

    fn next_etag(&mut self, now: Timestamp) -> String {
        self.lsn += 1;
        format!(
            "\"0000{:04x}-0000-0700-0000-{:08x}0000\"",
            self.lsn & 0xffff,
            now.as_second() & 0xffff_ffff
        )
    }
}

impl Database {
    pub fn collection(&self, id: &str) -> Option<&Collection> {
        self.collections
            .iter()
            .find(|collection| collection.id == id)
    }

    pub fn collection_by_rid(&self, rid: &str) -> Option<&Collection> {
        self.collections
            .iter()
            .find(|collection| collection.rid == rid)
    }
}

impl Collection {
    /// The id of its only partition key range.
    pub fn range_rid(&self) -> String {
        let mut bytes = bytes(&self.rid);
        bytes.extend_from_slice(&[2, 0, 0, 0, 0, 0, 0, 0x50]);
        rid(&bytes)
    }
}

/// Text of `_etag` in a document.
pub fn etag(document: &Value) -> &str {
    document["_etag"].as_str().unwrap_or_default()
}

fn digest(seed: &str) -> [u8; 32] {
    Sha256::digest(seed.as_bytes()).into()
}

/// Resource ids are base64 with `-` where a path could not have `/`.
fn rid(bytes: &[u8]) -> String {
    STANDARD.encode(bytes).replace('/', "-")
}

fn bytes(rid: &str) -> Vec<u8> {
    STANDARD
        .decode(rid.replace('-', "/"))
        .expect("resource ids are base64")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tutorial() -> Model {
        Model::new(Scenario::tutorial(), Timestamp::UNIX_EPOCH).unwrap()
    }

    #[test]
    fn resource_ids_have_azures_shape() {
        let model = tutorial();
        for account in &model.accounts {
            for database in &account.databases {
                assert_eq!(database.rid.len(), 8, "{}", database.rid);
                assert!(database.rid.ends_with("=="));
                for collection in &database.collections {
                    assert_eq!(collection.rid.len(), 12);
                    assert_eq!(
                        collection.rid[..5],
                        database.rid[..5],
                        "a collection's id starts with its database's"
                    );
                }
            }
            assert!(account.offers.iter().all(|offer| offer.rid.len() == 4));
        }
    }

    #[test]
    fn resource_ids_are_stable_and_distinct() {
        let (one, two) = (tutorial(), tutorial());
        let rids = |model: &Model| -> Vec<String> {
            model
                .accounts
                .iter()
                .flat_map(|account| &account.offers)
                .map(|offer| offer.rid.clone())
                .collect()
        };
        assert_eq!(rids(&one), rids(&two));
        let account = one.account("MyAccount").unwrap();
        let distinct: std::collections::HashSet<_> =
            account.offers.iter().map(|offer| &offer.rid).collect();
        assert_eq!(distinct.len(), account.offers.len());
    }

    #[test]
    fn offers_are_where_throughput_is() {
        let model = tutorial();
        let account = model.account("myaccount").unwrap();
        let offer_of = |rid: &str| {
            account
                .offers
                .iter()
                .find(|offer| offer.document["offerResourceId"] == rid)
        };
        let shared = account.database("Shared").unwrap();
        assert!(offer_of(&shared.rid).is_some());
        assert!(offer_of(&shared.collection("Orders").unwrap().rid).is_none());
        let scaled = account
            .database("Auto")
            .unwrap()
            .collection("Scaled")
            .unwrap();
        let content = &offer_of(&scaled.rid).unwrap().document["content"];
        assert_eq!(content["offerThroughput"], 400);
        assert_eq!(content["offerAutopilotSettings"]["maxThroughput"], 4000);
        assert!(
            model
                .account("serverlessaccount")
                .unwrap()
                .offers
                .is_empty()
        );
    }

    #[test]
    fn rotation_replaces_all_keys() {
        let mut model = tutorial();
        let before = model.account("myaccount").unwrap().keys.clone();
        assert!(model.rotate_keys("MYACCOUNT", Timestamp::UNIX_EPOCH));
        let after = &model.account("myaccount").unwrap().keys;
        assert!(
            before
                .read_write()
                .iter()
                .chain(&before.read_only())
                .all(|key| !after.read_write().contains(key))
        );
        assert!(!model.rotate_keys("nobody", Timestamp::UNIX_EPOCH));
    }
}
