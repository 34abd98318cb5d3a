//! What is made, changed and deleted, by every start that does, against the simulator.

mod abi_support;
mod support;

use std::ffi::{CStr, CString, c_char};
use std::ptr::{null, null_mut};

use abi_support::*;
use cosmi::abi::access::*;
use cosmi::abi::account::*;
use cosmi::abi::client::*;
use cosmi::abi::collection::*;
use cosmi::abi::data_access::*;
use cosmi::abi::database::*;
use cosmi::abi::error::*;
use cosmi::abi::identity::*;
use cosmi::abi::keys::*;
use cosmi::abi::operation::*;
use cosmi::abi::resources::*;
use cosmi::abi::status::*;
use cosmi::abi::throughput::*;
use serde_json::Value;
use support::Simulator;

const ACCOUNT: &CStr = c"{\"location\":\"westeurope\",\"kind\":\"GlobalDocumentDB\",\"properties\":{\"databaseAccountOfferType\":\"Standard\",\"locations\":[{\"locationName\":\"westeurope\",\"failoverPriority\":0}]}}";
const COLLECTION: &CStr =
    c"{\"partitionKey\":{\"paths\":[\"/id\"],\"kind\":\"Hash\",\"version\":2}}";
const READER: &CStr = c"Cosmos DB Account Reader Role";
const PRINCIPAL: &CStr = c"33333333-0000-0000-0000-000000000022";
const MANUAL: i32 = cosmi_throughput_kind::Manual as i32;
const AUTOSCALE: i32 = cosmi_throughput_kind::Autoscale as i32;

/// A start on an account that needs nothing more than it.
type OnAccount<'a> = &'a dyn Fn(
    *const cosmi_client,
    *const cosmi_account_ref,
    *mut *mut cosmi_operation,
) -> cosmi_status;

/// The same, that keeps what it needs.
type Change = Box<
    dyn Fn(
        *const cosmi_client,
        *const cosmi_account_ref,
        *mut *mut cosmi_operation,
    ) -> cosmi_status,
>;

/// A simulator whose long-running operations take one look, a client of it, and an account by its full name.
struct Azure {
    simulator: Simulator,
    client: Client,
    account: AccountRef,
}

impl Azure {
    fn with(name: &str) -> Self {
        let simulator = Simulator::start();
        simulator.set_operations(serde_json::json!({ "polls": 1, "retryAfter": "0" }));
        let account = account(name);
        let (subscription, group) = (c(simulator.subscription()), c"rg");
        unsafe {
            let set = cosmi_account_ref_set_subscription_id(account.0, subscription.as_ptr());
            assert_eq!(set, cosmi_status::Ok);
            let set = cosmi_account_ref_set_resource_group(account.0, group.as_ptr());
            assert_eq!(set, cosmi_status::Ok);
        }
        Self {
            client: Client::in_env(&simulator.env(), |_| {}),
            simulator,
            account,
        }
    }

    /// What a start ends with: what it has changed, and what it shows.
    fn come_to(&self, start: OnAccount<'_>) -> (cosmi_change, Vec<Value>) {
        come_to(&done(|out| start(self.client.0, self.account.0, out)))
    }

    fn refusal(&self, start: OnAccount<'_>) -> (cosmi_status, Operation) {
        let (operation, status) = ended(|out| start(self.client.0, self.account.0, out));
        assert!(unsafe { cosmi_operation_resources(operation.0) }.is_null());
        (status, operation)
    }

    fn create_account(&self) -> cosmi_change {
        let (change, made) = self.come_to(&|client, account, out| unsafe {
            cosmi_account_create_start(
                client,
                account,
                ACCOUNT.as_ptr(),
                0,
                0,
                None,
                null_mut(),
                out,
            )
        });
        assert_eq!(made.len(), 1);
        assert_eq!(made[0]["properties"]["provisioningState"], "Succeeded");
        change
    }

    fn create_database(&self, name: &CStr, kind: i32, ru: u32) -> cosmi_change {
        let (change, made) = self.come_to(&|client, account, out| unsafe {
            cosmi_database_create_start(
                client,
                account,
                name.as_ptr(),
                kind,
                ru,
                0,
                0,
                None,
                null_mut(),
                out,
            )
        });
        assert_eq!(
            made[0]["properties"]["resource"]["id"],
            name.to_str().expect("UTF-8")
        );
        change
    }

    fn create_collection(&self, database: &CStr, name: &CStr, kind: i32, ru: u32) -> cosmi_change {
        let (change, made) = self.come_to(&|client, account, out| unsafe {
            cosmi_collection_create_start(
                client,
                account,
                database.as_ptr(),
                name.as_ptr(),
                COLLECTION.as_ptr(),
                kind,
                ru,
                0,
                0,
                None,
                null_mut(),
                out,
            )
        });
        assert_eq!(
            made[0]["properties"]["resource"]["partitionKey"]["paths"][0],
            "/id"
        );
        change
    }

    fn throughput(&self, database: &CStr, collection: Option<&CStr>) -> Option<Value> {
        let (change, mut found) = self.come_to(&|client, account, out| unsafe {
            let collection = collection.map_or(null(), CStr::as_ptr);
            cosmi_throughput_show_start(
                client,
                account,
                database.as_ptr(),
                collection,
                0,
                None,
                null_mut(),
                out,
            )
        });
        assert_eq!(change, cosmi_change::None);
        assert!(found.len() <= 1);
        found
            .pop()
            .map(|mut found| found["properties"]["resource"].take())
    }

    fn set_throughput(
        &self,
        database: &CStr,
        collection: Option<&CStr>,
        kind: i32,
        ru: u32,
    ) -> cosmi_change {
        let (change, now) = self.come_to(&|client, account, out| unsafe {
            let collection = collection.map_or(null(), CStr::as_ptr);
            cosmi_throughput_set_start(
                client,
                account,
                database.as_ptr(),
                collection,
                kind,
                ru,
                0,
                0,
                None,
                null_mut(),
                out,
            )
        });
        let now = &now[0]["properties"]["resource"];
        let pointer = if kind == MANUAL {
            "/throughput"
        } else {
            "/autoscaleSettings/maxThroughput"
        };
        assert_eq!(
            now.pointer(pointer).and_then(Value::as_u64),
            Some(ru.into()),
            "{now}"
        );
        change
    }

    /// The account's keys, by their roles.
    fn keys(&self) -> Vec<Vec<u8>> {
        let operation = done(|out| unsafe {
            cosmi_keys_list_start(self.client.0, self.account.0, 1, 0, None, null_mut(), out)
        });
        let keys = unsafe { cosmi_operation_keys(operation.0) };
        (0..4)
            .map(|index| {
                secret(|len| unsafe { cosmi_keys_value(keys, index, len) }).expect("a key")
            })
            .collect()
    }

    fn grant(&self, principal: &CStr, role: &CStr) -> cosmi_change {
        let (change, given) = self.come_to(&|client, account, out| unsafe {
            cosmi_access_grant_start(
                client,
                account,
                principal.as_ptr(),
                role.as_ptr(),
                0,
                None,
                null_mut(),
                out,
            )
        });
        assert_eq!(
            given[0]["properties"]["principalId"],
            principal.to_str().expect("UTF-8")
        );
        change
    }

    fn revoke(&self, principal: &CStr, role: &CStr) -> cosmi_change {
        let (change, left) = self.come_to(&|client, account, out| unsafe {
            cosmi_access_revoke_start(
                client,
                account,
                principal.as_ptr(),
                role.as_ptr(),
                0,
                None,
                null_mut(),
                out,
            )
        });
        assert_eq!(left, Vec::<Value>::new());
        change
    }

    fn access(&self, principal: Option<&CStr>) -> Vec<Value> {
        let (change, found) = self.come_to(&|client, account, out| unsafe {
            let principal = principal.map_or(null(), CStr::as_ptr);
            cosmi_access_list_start(client, account, principal, 0, None, null_mut(), out)
        });
        assert_eq!(change, cosmi_change::None);
        found
    }

    fn grant_data(
        &self,
        (database, collection): Place<'_>,
        principal: &CStr,
        role: &CStr,
        no_wait: i32,
    ) -> (cosmi_change, Vec<Value>) {
        self.come_to(&|client, account, out| unsafe {
            cosmi_data_access_grant_start(
                client,
                account,
                or_null(database),
                or_null(collection),
                principal.as_ptr(),
                role.as_ptr(),
                no_wait,
                0,
                None,
                null_mut(),
                out,
            )
        })
    }

    fn revoke_data(
        &self,
        (database, collection): Place<'_>,
        principal: &CStr,
        role: &CStr,
        no_wait: i32,
    ) -> cosmi_change {
        let (change, left) = self.come_to(&|client, account, out| unsafe {
            cosmi_data_access_revoke_start(
                client,
                account,
                or_null(database),
                or_null(collection),
                principal.as_ptr(),
                role.as_ptr(),
                no_wait,
                0,
                None,
                null_mut(),
                out,
            )
        });
        assert_eq!(left, Vec::<Value>::new());
        change
    }

    fn data_access(
        &self,
        (database, collection): Place<'_>,
        principal: Option<&CStr>,
    ) -> Vec<Value> {
        let (change, found) = self.come_to(&|client, account, out| unsafe {
            cosmi_data_access_list_start(
                client,
                account,
                or_null(database),
                or_null(collection),
                or_null(principal),
                0,
                None,
                null_mut(),
                out,
            )
        });
        assert_eq!(change, cosmi_change::None);
        found
    }

    fn identity(&self, resource_id: &CStr) -> Value {
        let operation = done(|out| unsafe {
            cosmi_identity_show_start(
                self.client.0,
                resource_id.as_ptr(),
                0,
                None,
                null_mut(),
                out,
            )
        });
        let (change, mut found) = come_to(&operation);
        assert_eq!((change, found.len()), (cosmi_change::None, 1));
        found.remove(0)["identity"].take()
    }

    fn enable_identity(&self, resource_id: &CStr, no_wait: i32) -> (cosmi_change, Value) {
        let operation = done(|out| unsafe {
            cosmi_identity_enable_start(
                self.client.0,
                resource_id.as_ptr(),
                no_wait,
                0,
                None,
                null_mut(),
                out,
            )
        });
        let (change, mut found) = come_to(&operation);
        (change, found.remove(0)["identity"].take())
    }
}

/// A database and a collection in it, or neither.
type Place<'a> = (Option<&'a CStr>, Option<&'a CStr>);

fn for_checks(client: &Client) -> Client {
    let mut second = null_mut();
    let made = unsafe { cosmi_client_new_for_checks(client.0, &raw mut second) };
    assert_eq!(made, cosmi_status::Ok);
    Client(second)
}

fn or_null(text: Option<&CStr>) -> *const c_char {
    text.map_or(null(), CStr::as_ptr)
}

/// The resources of an operation, and the accessors at and past their end.
fn come_to(operation: &Operation) -> (cosmi_change, Vec<Value>) {
    use cosmi_change::{Absent, Accepted, AlreadySo, Deleted, New, None as Nothing};
    unsafe {
        let resources = cosmi_operation_resources(operation.0);
        assert!(!resources.is_null());
        assert!(cosmi_operation_accounts(operation.0).is_null());
        let number = cosmi_resources_change(resources);
        let changes = [Nothing, New, AlreadySo, Accepted, Deleted, Absent];
        let change = changes.into_iter().find(|change| *change as i32 == number);
        let count = cosmi_resources_count(resources);
        for index in [count, usize::MAX] {
            assert_eq!(
                given(|len| cosmi_resources_json(resources, index, len)),
                None
            );
        }
        let all =
            (0..count).map(|index| json(given(|len| cosmi_resources_json(resources, index, len))));
        (change.expect("a cosmi_change"), all.collect())
    }
}

#[test]
fn what_is_made_twice_is_new_and_then_already_so() {
    let azure = Azure::with("brandnew");
    let machine = c"33333333-0000-0000-0000-000000000002";
    for change in [cosmi_change::New, cosmi_change::AlreadySo] {
        assert_eq!(azure.create_account(), change);
        assert_eq!(azure.create_database(c"Test", 0, 0), change);
        assert_eq!(
            azure.create_collection(c"Test", c"Test", MANUAL, 400),
            change
        );
        assert_eq!(azure.grant(machine, READER), change);
    }
    assert_eq!(
        azure.throughput(c"Test", Some(c"Test")).expect("its own")["throughput"],
        400
    );
}

#[test]
fn another_definition_is_a_conflict() {
    let azure = Azure::with("brandnew");
    azure.create_account();
    azure.create_database(c"D", AUTOSCALE, 1000);
    azure.create_collection(c"D", c"C", 0, 0);
    let starts: [OnAccount<'_>; 3] = [
        &|client, account, out| unsafe {
            let other = c"{\"location\":\"northeurope\",\"properties\":{}}".as_ptr();
            cosmi_account_create_start(client, account, other, 0, 0, None, null_mut(), out)
        },
        &|client, account, out| unsafe {
            cosmi_database_create_start(
                client,
                account,
                c"D".as_ptr(),
                MANUAL,
                400,
                0,
                0,
                None,
                null_mut(),
                out,
            )
        },
        &|client, account, out| unsafe {
            let other = c"{\"partitionKey\":{\"paths\":[\"/other\"],\"kind\":\"Hash\"}}".as_ptr();
            let (database, collection) = (c"D".as_ptr(), c"C".as_ptr());
            cosmi_collection_create_start(
                client,
                account,
                database,
                collection,
                other,
                0,
                0,
                0,
                0,
                None,
                null_mut(),
                out,
            )
        },
    ];
    for start in starts {
        let (status, operation) = azure.refusal(start);
        assert_eq!(status, cosmi_status::Conflict, "{:?}", operation.message());
        let error = unsafe { cosmi_operation_error(operation.0) };
        assert_eq!(unsafe { cosmi_error_http_status(error) }, 409);
        let message = operation.message().expect("a message");
        assert!(message.contains("exists with another"), "{message}");
        assert!(given(|len| unsafe { cosmi_error_action(error, len) }).is_some());
    }
}

#[test]
fn resources_are_listed_shown_and_deleted() {
    use cosmi_change::{Absent, AlreadySo, Deleted, None as Nothing};
    let azure = Azure::with("brandnew");
    let name_is = || {
        let (change, none) = azure.come_to(&|client, account, out| unsafe {
            cosmi_account_name_check_start(client, account, 0, None, null_mut(), out)
        });
        assert!(none.is_empty());
        change
    };
    assert_eq!(name_is(), Absent);
    azure.create_account();
    assert_eq!(name_is(), AlreadySo);
    let databases: OnAccount<'_> = &|client, account, out| unsafe {
        cosmi_database_list_start(client, account, 0, None, null_mut(), out)
    };
    let collections: OnAccount<'_> = &|client, account, out| unsafe {
        cosmi_collection_list_start(client, account, c"D".as_ptr(), 0, None, null_mut(), out)
    };
    assert_eq!(azure.come_to(databases), (Nothing, Vec::new()));
    azure.create_database(c"D", 0, 0);
    assert_eq!(azure.come_to(collections), (Nothing, Vec::new()));
    for name in [c"A", c"B"] {
        azure.create_collection(c"D", name, 0, 0);
    }
    let names = |start| -> Vec<_> {
        let (change, found) = azure.come_to(start);
        assert_eq!(change, Nothing);
        found
            .iter()
            .map(|one| one["name"].as_str().expect("a name").to_owned())
            .collect()
    };
    assert_eq!(names(databases), ["D"]);
    assert_eq!(names(collections), ["A", "B"]);
    let show: OnAccount<'_> = &|client, account, out| unsafe {
        cosmi_database_show_start(client, account, c"D".as_ptr(), 0, None, null_mut(), out)
    };
    assert_eq!(names(show), ["D"]);
    let deletions: [OnAccount<'_>; 3] = [
        &|client, account, out| unsafe {
            cosmi_collection_delete_start(
                client,
                account,
                c"D".as_ptr(),
                c"A".as_ptr(),
                0,
                0,
                None,
                null_mut(),
                out,
            )
        },
        &|client, account, out| unsafe {
            cosmi_database_delete_start(client, account, c"D".as_ptr(), 0, 0, None, null_mut(), out)
        },
        &|client, account, out| unsafe {
            cosmi_account_delete_start(client, account, 0, 0, None, null_mut(), out)
        },
    ];
    for (index, delete) in deletions.into_iter().enumerate() {
        assert_eq!(azure.come_to(delete), (Deleted, Vec::new()));
        assert_eq!(azure.come_to(delete), (Absent, Vec::new()));
        match index {
            0 => assert_eq!(names(collections), ["B"]),
            1 => assert_eq!(azure.refusal(show).0, cosmi_status::NotFound),
            _ => assert_eq!(name_is(), Absent),
        }
    }
}

#[test]
fn throughput_is_shown_and_set() {
    use cosmi_change::{AlreadySo, New};
    let azure = Azure::with("brandnew");
    azure.create_account();
    azure.create_database(c"D", MANUAL, 400);
    azure.create_collection(c"D", c"Shares", 0, 0);
    azure.create_collection(c"D", c"Own", AUTOSCALE, 1000);
    assert_eq!(azure.throughput(c"D", Some(c"Shares")), None);
    assert_eq!(
        azure.throughput(c"D", None).expect("its own")["throughput"],
        400
    );
    let own = azure.throughput(c"D", Some(c"Own")).expect("its own");
    assert_eq!(own["autoscaleSettings"]["maxThroughput"], 1000);
    for (collection, kind, ru) in [
        (None, MANUAL, 500),
        (None, AUTOSCALE, 2000),
        (Some(c"Own"), MANUAL, 600),
    ] {
        assert_eq!(azure.set_throughput(c"D", collection, kind, ru), New);
        assert_eq!(azure.set_throughput(c"D", collection, kind, ru), AlreadySo);
    }
    let (status, operation) = azure.refusal(&|client, account, out| unsafe {
        let (database, collection) = (c"D".as_ptr(), c"Shares".as_ptr());
        cosmi_throughput_set_start(
            client,
            account,
            database,
            collection,
            MANUAL,
            400,
            0,
            0,
            None,
            null_mut(),
            out,
        )
    });
    assert_eq!(status, cosmi_status::NotFound, "{:?}", operation.message());
}

#[test]
fn only_the_key_that_was_named_is_made_anew() {
    let azure = Azure::with("myaccount");
    for role in 0..4 {
        let former = azure.keys();
        let regenerated = azure.come_to(&|client, account, out| unsafe {
            let role = i32::try_from(role).expect("small");
            cosmi_key_regenerate_start(client, account, role, 0, None, null_mut(), out)
        });
        assert_eq!(regenerated, (cosmi_change::New, Vec::new()));
        for (index, (former, now)) in former.iter().zip(azure.keys()).enumerate() {
            assert_eq!(*former != now, index == role, "{role}: {index}");
        }
    }
}

#[test]
fn an_identity_is_shown_and_turned_on_beside_those_that_are_there() {
    let azure = Azure::with("myaccount");
    let machine = |name: &str| c(&azure.simulator.machine(name));
    assert_eq!(
        azure.identity(&machine("myvm"))["principalId"],
        "33333333-0000-0000-0000-000000000002"
    );
    for name in ["plainvm", "assignedvm"] {
        let machine = machine(name);
        let former = azure.identity(&machine);
        assert!(former["principalId"].is_null(), "{former}");
        let (change, now) = azure.enable_identity(&machine, 0);
        assert_eq!(change, cosmi_change::New);
        assert!(now["principalId"].is_string(), "{now}");
        let ids = |identity: &Value| {
            identity["userAssignedIdentities"]
                .as_object()
                .map(|ids| ids.keys().cloned().collect::<Vec<_>>())
        };
        assert_eq!(ids(&former), ids(&now));
        assert_eq!(
            azure.enable_identity(&machine, 0),
            (cosmi_change::AlreadySo, now)
        );
    }
}

#[test]
fn access_is_granted_listed_and_revoked() {
    use cosmi_change::{Absent, AlreadySo, Deleted, New};
    let azure = Azure::with("myaccount");
    let principal = c"33333333-0000-0000-0000-000000000012";
    let id = c"fbdf93bf-df7d-467e-a4d2-9458aa1360c8";
    assert_eq!(azure.access(Some(principal)), Vec::<Value>::new());
    assert_eq!(azure.revoke(principal, READER), Absent);
    assert_eq!(azure.grant(principal, READER), New);
    assert_eq!(
        azure.grant(principal, id),
        AlreadySo,
        "the same role by its id"
    );
    let held = azure.access(Some(principal));
    assert_eq!(held.len(), 1);
    assert_eq!(held[0]["properties"]["principalType"], "ServicePrincipal");
    let all = azure.access(None);
    assert!(all.len() > 1 && all.contains(&held[0]), "{all:?}");
    assert_eq!(azure.revoke(principal, id), Deleted);
    assert_eq!(azure.revoke(principal, READER), Absent);
    assert_eq!(azure.access(Some(principal)), Vec::<Value>::new());
    let (status, operation) = azure.refusal(&|client, account, out| unsafe {
        cosmi_access_grant_start(
            client,
            account,
            principal.as_ptr(),
            c"No Such Role".as_ptr(),
            0,
            None,
            null_mut(),
            out,
        )
    });
    assert_eq!(status, cosmi_status::NotFound, "{:?}", operation.message());
}

#[test]
fn data_access_is_granted_listed_and_revoked() {
    use cosmi_change::{Absent, Accepted, AlreadySo, Deleted, New, None as Nothing};
    let azure = Azure::with("myaccount");
    let principal = c"33333333-0000-0000-0000-000000000012";
    let reader = c"Cosmos DB Built-in Data Reader";
    let account: Place<'_> = (None, None);
    let database = (Some(c"Test"), None);
    let collection = (Some(c"Test"), Some(c"Test"));
    let places = [
        (account, "/databaseAccounts/myaccount"),
        (database, "/dbs/Test"),
        (collection, "/dbs/Test/colls/Test"),
    ];
    let (change, roles) = azure.come_to(&|client, account, out| unsafe {
        cosmi_data_role_list_start(client, account, 0, None, null_mut(), out)
    });
    assert_eq!((change, roles.len()), (Nothing, 3));
    assert_eq!(
        roles[0]["properties"]["roleName"],
        reader.to_str().expect("UTF-8")
    );
    assert_eq!(azure.data_access(account, None), Vec::<Value>::new());
    let id = c"00000000-0000-0000-0000-000000000001";
    for (place, end) in places {
        let (change, given) = azure.grant_data(place, principal, reader, 0);
        assert_eq!(change, New);
        let scope = given[0]["properties"]["scope"].as_str().expect("a scope");
        assert!(scope.ends_with(end), "{scope}");
        assert_eq!(
            azure.grant_data(place, principal, id, 0),
            (AlreadySo, given)
        );
    }
    assert_eq!(azure.data_access(account, Some(principal)).len(), 3);
    assert_eq!(azure.data_access(database, None).len(), 2);
    assert_eq!(azure.data_access(collection, None).len(), 3);
    let other = PRINCIPAL;
    assert_eq!(azure.data_access(account, Some(other)), Vec::<Value>::new());
    for (place, _) in places {
        assert_eq!(azure.revoke_data(place, principal, reader, 0), Deleted);
        assert_eq!(azure.revoke_data(place, principal, reader, 1), Absent);
    }
    for refused in [(None, Some(c"Test")), (Some(c"a/b"), None)] {
        let (status, operation) = azure.refusal(&|client, account, out| unsafe {
            cosmi_data_access_list_start(
                client,
                account,
                or_null(refused.0),
                or_null(refused.1),
                null(),
                0,
                None,
                null_mut(),
                out,
            )
        });
        assert_eq!(
            status,
            cosmi_status::InvalidArgument,
            "{:?}",
            operation.message()
        );
    }
    never_done(&azure);
    let (change, told) = azure.grant_data(account, principal, reader, 1);
    assert_eq!((change, told.len()), (Accepted, 1));
}

/// Long-running operations do not end from now on.
fn never_done(azure: &Azure) {
    let never = serde_json::json!({ "polls": 1000, "seconds": null, "retryAfter": "0" });
    azure.simulator.set_operations(never);
}

#[test]
fn an_account_and_an_identity_that_are_not_waited_for_are_accepted() {
    let azure = Azure::with("brandnew");
    never_done(&azure);
    let create = |no_wait| {
        azure.come_to(&|client, account, out| unsafe {
            cosmi_account_create_start(
                client,
                account,
                ACCOUNT.as_ptr(),
                no_wait,
                0,
                None,
                null_mut(),
                out,
            )
        })
    };
    let (change, made) = create(1);
    assert_eq!(change, cosmi_change::Accepted);
    assert_ne!(
        made[0]["properties"]["provisioningState"], "Succeeded",
        "{made:?}"
    );
    let machine = c(&azure.simulator.machine("plainvm"));
    assert_eq!(azure.enable_identity(&machine, 1).0, cosmi_change::Accepted);
}

#[test]
fn what_is_not_waited_for_is_accepted() {
    let azure = Azure::with("brandnew");
    azure.create_account();
    azure.create_database(c"D", 0, 0);
    azure.create_collection(c"D", c"C", MANUAL, 400);
    never_done(&azure);
    let starts: [OnAccount<'_>; 6] = [
        &|client, account, out| unsafe {
            cosmi_throughput_set_start(
                client,
                account,
                c"D".as_ptr(),
                c"C".as_ptr(),
                MANUAL,
                500,
                1,
                0,
                None,
                null_mut(),
                out,
            )
        },
        &|client, account, out| unsafe {
            cosmi_database_create_start(
                client,
                account,
                c"E".as_ptr(),
                0,
                0,
                -1,
                0,
                None,
                null_mut(),
                out,
            )
        },
        &|client, account, out| unsafe {
            let (database, collection) = (c"D".as_ptr(), c"F".as_ptr());
            cosmi_collection_create_start(
                client,
                account,
                database,
                collection,
                COLLECTION.as_ptr(),
                0,
                0,
                i32::MAX,
                0,
                None,
                null_mut(),
                out,
            )
        },
        &|client, account, out| unsafe {
            cosmi_collection_delete_start(
                client,
                account,
                c"D".as_ptr(),
                c"C".as_ptr(),
                1,
                0,
                None,
                null_mut(),
                out,
            )
        },
        &|client, account, out| unsafe {
            cosmi_database_delete_start(client, account, c"D".as_ptr(), 1, 0, None, null_mut(), out)
        },
        &|client, account, out| unsafe {
            cosmi_account_delete_start(client, account, 1, 0, None, null_mut(), out)
        },
    ];
    for (index, start) in starts.into_iter().enumerate() {
        assert_eq!(azure.come_to(start).0, cosmi_change::Accepted, "{index}");
    }
}

#[test]
fn an_account_that_is_being_made_is_waited_for_by_the_same_start_again() {
    let azure = Azure::with("brandnew");
    azure
        .simulator
        .set_operations(serde_json::json!({ "polls": 2, "retryAfter": "0" }));
    let (change, _) = azure.come_to(&|client, account, out| unsafe {
        let definition = ACCOUNT.as_ptr();
        cosmi_account_create_start(client, account, definition, 1, 0, None, null_mut(), out)
    });
    assert_eq!(change, cosmi_change::Accepted);
    assert_eq!(azure.create_account(), cosmi_change::New);
    assert_eq!(azure.create_account(), cosmi_change::AlreadySo);
}

/// Changes, not started yet.
mod change {
    use super::*;

    pub fn account(definition: &'static CStr) -> Change {
        Box::new(move |client, account, out| unsafe {
            let text = definition.as_ptr();
            cosmi_account_create_start(client, account, text, 0, 0, None, null_mut(), out)
        })
    }

    pub fn database(name: &'static CStr, ru: u32) -> Change {
        Box::new(move |client, account, out| unsafe {
            let name = name.as_ptr();
            cosmi_database_create_start(
                client,
                account,
                name,
                MANUAL,
                ru,
                0,
                0,
                None,
                null_mut(),
                out,
            )
        })
    }

    pub fn collection(name: &'static CStr, definition: &'static CStr) -> Change {
        Box::new(move |client, account, out| unsafe {
            let (name, text) = (name.as_ptr(), definition.as_ptr());
            cosmi_collection_create_start(
                client,
                account,
                c"Test".as_ptr(),
                name,
                text,
                0,
                0,
                0,
                0,
                None,
                null_mut(),
                out,
            )
        })
    }

    pub fn delete(name: &'static CStr) -> Change {
        Box::new(move |client, account, out| unsafe {
            let name = name.as_ptr();
            cosmi_database_delete_start(client, account, name, 0, 0, None, null_mut(), out)
        })
    }

    pub fn throughput(ru: u32) -> Change {
        Box::new(move |client, account, out| unsafe {
            cosmi_throughput_set_start(
                client,
                account,
                c"Test".as_ptr(),
                null(),
                AUTOSCALE,
                ru,
                0,
                0,
                None,
                null_mut(),
                out,
            )
        })
    }

    pub fn access(principal: &'static CStr, role: &'static CStr) -> Change {
        Box::new(move |client, account, out| unsafe {
            let (principal, role) = (principal.as_ptr(), role.as_ptr());
            cosmi_access_grant_start(client, account, principal, role, 0, None, null_mut(), out)
        })
    }

    pub fn data(database: &'static CStr, role: &'static CStr) -> Change {
        Box::new(move |client, account, out| unsafe {
            cosmi_data_access_revoke_start(
                client,
                account,
                database.as_ptr(),
                null(),
                PRINCIPAL.as_ptr(),
                role.as_ptr(),
                0,
                0,
                None,
                null_mut(),
                out,
            )
        })
    }

    pub fn identity(id: CString) -> Change {
        Box::new(move |client, _, out| unsafe {
            cosmi_identity_enable_start(client, id.as_ptr(), 0, 0, None, null_mut(), out)
        })
    }
}

/// What each change is refused for before anything is sent, and the same change as it would be sent.
fn changes_to_check(azure: &Azure) -> Vec<(&'static str, Change, Change)> {
    let machine = c(&azure.simulator.machine("plainvm"));
    vec![
        ("account", change::account(c"[1]"), change::account(ACCOUNT)),
        (
            "database",
            change::database(c"a/b", 400),
            change::database(c"new", 400),
        ),
        (
            "throughput",
            change::database(c"new", 450),
            change::throughput(2000),
        ),
        (
            "autoscale",
            change::throughput(1500),
            change::throughput(1000),
        ),
        (
            "collection",
            change::collection(c"a#b", COLLECTION),
            change::collection(c"new", COLLECTION),
        ),
        (
            "definition",
            change::collection(c"new", c"{\"partitionKey\":"),
            change::collection(c"other", COLLECTION),
        ),
        ("deletion", change::delete(c".."), change::delete(c"Test")),
        (
            "principal",
            change::access(c"me", READER),
            change::access(PRINCIPAL, READER),
        ),
        (
            "role",
            change::access(PRINCIPAL, c""),
            change::access(PRINCIPAL, c"Mine"),
        ),
        (
            "scope",
            change::data(c"a?b", READER),
            change::data(c"Test", READER),
        ),
        (
            "data role",
            change::data(c"Test", c"a\nb"),
            change::data(c"Test", c"Mine"),
        ),
        (
            "machine",
            change::identity(c("/no/machine")),
            change::identity(machine),
        ),
    ]
}

#[test]
fn a_client_for_checks_refuses_in_the_same_words_and_sends_nothing() {
    let azure = Azure::with("myaccount");
    let checks = for_checks(&azure.client);
    // an account that would have to be looked for first
    let by_name = account("myaccount");
    for (what, wrong, right) in changes_to_check(&azure) {
        for (account, is_full) in [(&azure.account, true), (&by_name, false)] {
            let end = |client: &Client, start: &Change| {
                let (operation, status) = ended(|out| start(client.0, account.0, out));
                (status, operation.message())
            };
            let refused = end(&azure.client, &wrong);
            assert_eq!(refused.0, cosmi_status::InvalidArgument, "{what}");
            assert_eq!(end(&checks, &wrong), refused, "{what}");
            // an account by its name alone is not made
            if what != "account" || is_full {
                let checked = end(&checks, &right);
                assert_eq!(checked.0, cosmi_status::Cancelled, "{what}: {checked:?}");
            }
        }
    }
    assert_eq!(azure.simulator.asked(), Vec::<String>::new());
}

#[test]
fn a_check_leaves_alone_what_the_client_remembers() {
    let azure = Azure::with("myaccount");
    let checks = for_checks(&azure.client);
    let show = |client: &Client| {
        let (operation, status) = ended(|out| unsafe {
            cosmi_collection_show_start(
                client.0,
                azure.account.0,
                c"Test".as_ptr(),
                c"Test".as_ptr(),
                0,
                None,
                null_mut(),
                out,
            )
        });
        assert!(
            status == cosmi_status::Ok || client.0 == checks.0,
            "{:?}",
            operation.message()
        );
        status
    };
    show(&azure.client);
    azure.simulator.forget();
    let changes: [OnAccount<'_>; 3] = [
        &|client, account, out| unsafe {
            cosmi_key_regenerate_start(client, account, 0, 0, None, null_mut(), out)
        },
        &|client, account, out| unsafe {
            cosmi_account_delete_start(client, account, 0, 0, None, null_mut(), out)
        },
        &|client, account, out| unsafe {
            let text = ACCOUNT.as_ptr();
            cosmi_account_create_start(client, account, text, 0, 0, None, null_mut(), out)
        },
    ];
    for change in changes {
        let (_, status) = ended(|out| change(checks.0, azure.account.0, out));
        assert_eq!(status, cosmi_status::Cancelled);
    }
    assert_eq!(show(&checks), cosmi_status::Cancelled, "the data plane too");
    assert_eq!(azure.simulator.asked(), Vec::<String>::new());
    show(&azure.client);
    let asked = azure.simulator.asked();
    assert!(
        !asked.is_empty() && asked.iter().all(|one| one.contains(" cosmos ")),
        "{asked:?}"
    );
}
