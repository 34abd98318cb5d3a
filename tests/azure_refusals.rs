//! What Resource Manager and the providers behind it refuse: each case has its kind, its status and its advice.

mod support;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use cosmi::azure::{Assignment, Client, Error, KeyRole, Kind, Settings, Throughput};
use serde_json::{Value, json};
use support::{ACCOUNT, QuickClock, Simulator, call};

const FUNCTION: &str = "33333333-0000-0000-0000-000000000022";

/// What is being done when it is refused.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Doing {
    ShowAccount,
    CreateAccount,
    DeleteAccount,
    ListKeys,
    RegenerateKey,
    CreateDatabase,
    SetThroughput,
    EnableIdentity,
    Grant,
}

use Doing::{
    CreateAccount, CreateDatabase, DeleteAccount, EnableIdentity, Grant, ListKeys, RegenerateKey,
    SetThroughput, ShowAccount,
};

impl Doing {
    /// The request that does it.
    fn request(self) -> Value {
        let (method, path) = match self {
            ShowAccount => ("GET", "/databaseAccounts/myaccount"),
            CreateAccount => ("PUT", "/databaseAccounts/brandnew"),
            DeleteAccount => ("DELETE", "/databaseAccounts/myaccount"),
            ListKeys => ("POST", "keys"),
            RegenerateKey => ("POST", "/regenerateKey"),
            CreateDatabase => ("PUT", "/sqlDatabases/Sales"),
            SetThroughput => ("PUT", "/throughputSettings"),
            EnableIdentity => ("PATCH", "/virtualMachines/assignedvm"),
            Grant => ("PUT", "/roleAssignments/"),
        };
        json!({ "face": "arm", "method": method, "path": path })
    }

    async fn refused(self, azure: &Simulator, client: &Client) -> Error {
        let call = call(client);
        let account = azure.account("myaccount");
        match self {
            ShowAccount => client.show_account(&call, &account).await.map(drop),
            CreateAccount => client
                .create_account(&call, &azure.account("brandnew"), ACCOUNT, true)
                .await
                .map(drop),
            DeleteAccount => client.delete_account(&call, &account, true).await.map(drop),
            ListKeys => client
                .list_keys(&call, &account, cosmi::azure::KeyKind::ReadWrite)
                .await
                .map(drop),
            RegenerateKey => {
                client
                    .regenerate_key(&call, &account, KeyRole::Primary)
                    .await
            }
            CreateDatabase => client
                .create_resource(&call, &account, "Sales", None, "{}", None, true)
                .await
                .map(drop),
            SetThroughput => client
                .set_throughput(
                    &call,
                    &account,
                    "Test",
                    Some("Test"),
                    Throughput::Manual(1200),
                    true,
                )
                .await
                .map(drop),
            EnableIdentity => client
                .enable_identity(&call, &azure.machine("assignedvm"), true)
                .await
                .map(drop),
            Grant => client
                .grant_access(
                    &call,
                    &account,
                    &Assignment {
                        principal_id: FUNCTION.to_owned(),
                        role: "Reader".to_owned(),
                    },
                )
                .await
                .map(drop),
        }
        .expect_err("refused")
    }
}

/// What is said of a refusal, in the message and in the advice.
struct Told {
    kind: Kind,
    message: &'static str,
    action: &'static str,
}

fn told(kind: Kind, message: &'static str, action: &'static str) -> Told {
    Told {
        kind,
        message,
        action,
    }
}

fn assert_told(error: &Error, doing: Doing, code: Option<&str>, told: &Told) {
    assert_eq!(error.kind(), told.kind, "{doing:?} {code:?}: {error:?}");
    assert_eq!(error.service_code(), code, "{doing:?}: {error:?}");
    assert!(
        error.message().contains(told.message),
        "{doing:?} {code:?}: {:?} is not in {error:?}",
        told.message
    );
    assert!(
        error
            .action()
            .is_some_and(|action| action.contains(told.action)),
        "{doing:?} {code:?}: {:?} is not in {error:?}",
        told.action
    );
    assert!(
        !error.message().ends_with('.') && !error.message().contains('\n'),
        "{error:?}"
    );
    // a machine is not found by the name of an account
    let advice = error.action().unwrap_or_default();
    assert!(
        doing != EnableIdentity || !advice.contains("account"),
        "{error:?}"
    );
}

/// Resource Manager's own envelope.
fn enveloped(code: &str, message: &str) -> Value {
    json!({ "error": { "code": code, "message": message } })
}

/// As Cosmos DB's provider answers, and what it passes on from the data plane.
fn bare(code: &str, message: &str) -> Value {
    json!({ "code": code, "message": format!("{message}\r\nActivityId: 00000000-0000-0000-0000-000000000001, Microsoft.Azure.Documents.Common/2.14.0") })
}

fn passed_on(code: &str, message: &str) -> Value {
    bare(
        code,
        &format!("Message: {}", json!({ "Errors": [message] })),
    )
}

fn lacks(action: &str) -> Value {
    enveloped(
        "AuthorizationFailed",
        &format!(
            "The client 'c' with object id 'o' does not have authorization to perform action '{action}' over scope '/subscriptions/s' or the scope is invalid. If access was recently granted, please refresh your credentials."
        ),
    )
}

/// What is refused while something is done, with which status and words, and what is told of it.
struct Case(
    Doing,
    u16,
    Speaker,
    &'static str,
    &'static str,
    Kind,
    &'static str,
    &'static str,
);

/// Who refuses it: each has its own form.
#[derive(Clone, Copy)]
enum Speaker {
    Gateway,
    Provider,
    DataPlane,
}

use Speaker::{DataPlane, Gateway, Provider};

impl Speaker {
    fn says(self, code: &str, message: &str) -> Value {
        match self {
            Gateway => enveloped(code, message),
            Provider => bare(code, message),
            DataPlane => passed_on(code, message),
        }
    }
}

const CASES: &[Case] = &[
    Case(
        CreateAccount,
        403,
        Gateway,
        "RequestDisallowedByPolicy",
        "Resource 'brandnew' was disallowed by policy.",
        Kind::Forbidden,
        "an Azure policy rejects the request to create account brandnew (RequestDisallowedByPolicy: ",
        "Azure Policy",
    ),
    Case(
        CreateAccount,
        404,
        Gateway,
        "SubscriptionNotFound",
        "The subscription '1' could not be found.",
        Kind::NotFound,
        "no such subscription",
        "check the subscription id",
    ),
    Case(
        ShowAccount,
        400,
        Gateway,
        "InvalidSubscriptionId",
        "The provided subscription identifier 'x' is malformed or invalid.",
        Kind::NotFound,
        "no such subscription",
        "check the subscription id",
    ),
    Case(
        CreateAccount,
        409,
        Gateway,
        "ReadOnlyDisabledSubscription",
        "The subscription '1' is disabled and therefore marked as read only.",
        Kind::Conflict,
        "the subscription is disabled",
        "reactivated",
    ),
    Case(
        CreateAccount,
        409,
        Gateway,
        "MissingSubscriptionRegistration",
        "The subscription is not registered to use namespace 'Microsoft.DocumentDB'. See https://aka.ms/rps-not-found for how to register subscriptions.",
        Kind::Conflict,
        "not registered to use Microsoft.DocumentDB",
        "Register-AzResourceProvider -ProviderNamespace Microsoft.DocumentDB",
    ),
    Case(
        ShowAccount,
        400,
        Gateway,
        "NoRegisteredProviderFound",
        "No registered resource provider found for location 'westeurope' and API version '2024-11-15' for type 'databaseAccounts'.",
        Kind::Service,
        "API version '2024-11-15'",
        "-Cloud",
    ),
    Case(
        CreateAccount,
        404,
        Gateway,
        "ResourceGroupNotFound",
        "Resource group 'rg' could not be found.",
        Kind::NotFound,
        "no such resource group",
        "a new one has to be created first",
    ),
    Case(
        ShowAccount,
        404,
        Gateway,
        "ResourceGroupNotFound",
        "Resource group 'rg' could not be found.",
        Kind::NotFound,
        "no such resource group",
        "found by its name",
    ),
    Case(
        EnableIdentity,
        404,
        Gateway,
        "ResourceGroupNotFound",
        "Resource group 'rg' could not be found.",
        Kind::NotFound,
        "no such resource group",
        "check the name of the resource group",
    ),
    Case(
        ShowAccount,
        404,
        Gateway,
        "ResourceNotFound",
        "The Resource 'x' was not found.",
        Kind::NotFound,
        "cannot read account myaccount, which does not exist",
        "account name",
    ),
    Case(
        CreateDatabase,
        404,
        DataPlane,
        "NotFound",
        "Resource Not Found",
        Kind::NotFound,
        "(NotFound: Resource Not Found)",
        "case-sensitive",
    ),
    Case(
        EnableIdentity,
        404,
        Gateway,
        "ResourceNotFound",
        "The Resource 'x' was not found.",
        Kind::NotFound,
        "the identity of assignedvm",
        "check the subscription, the resource group and the name",
    ),
    Case(
        DeleteAccount,
        409,
        Gateway,
        "ScopeLocked",
        "The scope 'x' cannot perform delete operation because following scope(s) are locked: 'x'. Please remove the lock and try again.",
        Kind::Conflict,
        "a lock prevents the request to delete account myaccount",
        "remove the lock",
    ),
    Case(
        ListKeys,
        409,
        Gateway,
        "ScopeLocked",
        "The scope 'x' cannot perform write operation because following scope(s) are locked: 'x'.",
        Kind::Conflict,
        "a lock prevents reading the keys",
        "-Kind ReadOnly",
    ),
    Case(
        Grant,
        400,
        Gateway,
        "PrincipalNotFound",
        "Principal 33333333000000000000000000000022 does not exist in the directory d.",
        Kind::NotFound,
        "does not exist in the directory",
        "not its client id",
    ),
    Case(
        Grant,
        400,
        Gateway,
        "UnmatchedPrincipalType",
        "The PrincipalId '1' has type 'User' , which is different from specified PrinciaplType 'ServicePrincipal'.",
        Kind::InvalidArgument,
        "not the identity of a machine or app",
        "managed identity",
    ),
    Case(
        Grant,
        400,
        Gateway,
        "RoleAssignmentUpdateNotPermitted",
        "Tenant ID, application ID, principal ID, and scope are not allowed to be updated.",
        Kind::Conflict,
        "exists already, with another role or for another identity",
        "Revoke-CosmiAccess",
    ),
    Case(
        Grant,
        404,
        Gateway,
        "RoleDefinitionDoesNotExist",
        "The specified role definition with ID '1' does not exist.",
        Kind::NotFound,
        "no such role",
        "the id of the role",
    ),
    Case(
        CreateAccount,
        400,
        Gateway,
        "LocationNotAvailableForResourceType",
        "The provided location 'nowhere' is not available for resource type 'Microsoft.DocumentDB/databaseAccounts'. List of available regions for the resource type is 'westeurope'.",
        Kind::InvalidArgument,
        "not available in that region",
        "choose a region",
    ),
    Case(
        CreateAccount,
        503,
        Provider,
        "ServiceUnavailable",
        "Sorry, we are currently experiencing high demand in West Europe region, and cannot fulfill your request at this time.",
        Kind::Service,
        "because the region is full",
        "another region",
    ),
    Case(
        CreateAccount,
        400,
        Provider,
        "BadRequest",
        "The maximum number of database accounts for subscription 1 has been reached.",
        Kind::Conflict,
        "reached its limit of accounts",
        "another subscription",
    ),
    Case(
        CreateAccount,
        400,
        Provider,
        "BadRequest",
        "Free tier has already been applied to another Azure Cosmos DB account in this subscription.",
        Kind::Conflict,
        "has the free tier",
        "leave the free tier out",
    ),
    Case(
        CreateAccount,
        400,
        Provider,
        "BadRequest",
        "Dns record for brandnew under zone Document is already taken. Please use a different name for the account.",
        Kind::Conflict,
        "cannot create account brandnew because its name is already taken",
        "another name",
    ),
    Case(
        CreateDatabase,
        400,
        Provider,
        "BadRequest",
        "Setting offer throughput or autopilot on container is not supported for serverless accounts.",
        Kind::InvalidArgument,
        "because the account is serverless",
        "leave throughput out",
    ),
    Case(
        SetThroughput,
        403,
        DataPlane,
        "Forbidden",
        "Your account is currently configured with a total throughput limit of 1000 RU/s. This operation failed because it would have increased the total throughput to 1200 RU/s.",
        Kind::Conflict,
        "(Forbidden: Your account is currently configured with a total throughput limit of 1000 RU/s.",
        "total throughput limit",
    ),
    Case(
        CreateDatabase,
        412,
        Provider,
        "PreconditionFailed",
        "There is already an operation in progress which requires exclusive lock on this service myaccount. Please retry the operation after sometime.",
        Kind::Conflict,
        "while another operation is under way",
        "wait until that operation has ended",
    ),
    Case(
        CreateDatabase,
        409,
        Provider,
        "Conflict",
        "The account is being changed.",
        Kind::Conflict,
        "in its present state (Conflict: The account is being changed.)",
        "Azure portal",
    ),
    Case(
        CreateDatabase,
        400,
        Provider,
        "BadRequest",
        "The offer should have valid throughput values.",
        Kind::InvalidArgument,
        "Azure does not accept the request to create database Sales (BadRequest: The offer should",
        "what the message names",
    ),
    Case(
        CreateDatabase,
        403,
        Provider,
        "Forbidden",
        "Blocked by the network.",
        Kind::Forbidden,
        "Azure refuses to create database Sales (Forbidden: Blocked",
        "Cosmos DB Operator",
    ),
    Case(
        CreateDatabase,
        405,
        Gateway,
        "MethodNotAllowed",
        "Not that.",
        Kind::Service,
        "Resource Manager refuses to create database Sales",
        "request by its id",
    ),
    Case(
        CreateDatabase,
        500,
        Gateway,
        "InternalServerError",
        "Encountered internal server error.",
        Kind::Service,
        "does not work at the moment",
        "service health",
    ),
    Case(
        CreateDatabase,
        401,
        Gateway,
        "InvalidAuthenticationTokenTenant",
        "The access token is from the wrong issuer.",
        Kind::Unauthenticated,
        "refuses the token",
        "the subscription's tenant",
    ),
];

#[tokio::test]
async fn each_refusal_has_its_kind_and_its_advice() {
    let azure = Simulator::start();
    let client = azure.client();
    for &Case(doing, status, speaker, code, message, kind, said, action) in CASES {
        azure.clear_faults();
        let body = speaker.says(code, message).to_string();
        azure.fault(
            doing.request(),
            0,
            json!({ "status": status, "headers": { "x-ms-request-id": "id-1" }, "body": body }),
        );
        let error = doing.refused(&azure, &client).await;
        assert_told(&error, doing, Some(code), &told(kind, said, action));
        assert_eq!(
            (error.http_status(), error.request_id()),
            (status, Some("id-1")),
            "{error:?}"
        );
        assert!(!error.message().contains("ActivityId"), "{error}");
    }
}

#[tokio::test]
async fn a_policy_is_told_by_its_name() {
    let azure = Simulator::start();
    let body = json!({ "error": {
        "code": "RequestDisallowedByPolicy",
        "target": "brandnew",
        "message": "Resource 'brandnew' was disallowed by policy. Policy identifiers: '[]'.",
        "additionalInfo": [{ "type": "PolicyViolation", "info": { "policyAssignmentDisplayName": "No local auth" } }],
    } });
    azure.fault(
        CreateAccount.request(),
        0,
        json!({ "status": 403, "body": body.to_string() }),
    );
    let error = CreateAccount.refused(&azure, &azure.client()).await;
    assert_told(
        &error,
        CreateAccount,
        Some("RequestDisallowedByPolicy"),
        &told(
            Kind::Forbidden,
            "the Azure policy 'No local auth' rejects the request to create account brandnew",
            "Azure Policy",
        ),
    );
}

#[tokio::test]
async fn a_command_to_copy_holds_nothing_but_a_name() {
    let azure = Simulator::start();
    let body = enveloped(
        "MissingSubscriptionRegistration",
        "The subscription is not registered to use namespace 'Microsoft.Web; Remove-Item *'.",
    );
    azure.fault(
        CreateAccount.request(),
        0,
        json!({ "status": 409, "body": body.to_string() }),
    );
    let error = CreateAccount.refused(&azure, &azure.client()).await;
    let told = format!("{error} {}", error.action().unwrap_or_default());
    assert!(
        told.ends_with("-ProviderNamespace Microsoft.DocumentDB") && !told.contains("Remove-Item"),
        "{error:?}"
    );
}

/// What is lacking, the role that has it, and where it is to be given.
const ROLES: [(Doing, &str, &str, &str); 9] = [
    (
        ShowAccount,
        "Microsoft.DocumentDB/databaseAccounts/read",
        "Cosmos DB Account Reader Role",
        "the account myaccount",
    ),
    (
        CreateAccount,
        "Microsoft.DocumentDB/databaseAccounts/write",
        "Cosmos DB Operator",
        "the resource group",
    ),
    (
        DeleteAccount,
        "Microsoft.DocumentDB/databaseAccounts/delete",
        "Cosmos DB Operator",
        "the account myaccount",
    ),
    (
        ListKeys,
        "Microsoft.DocumentDB/databaseAccounts/listKeys/action",
        "DocumentDB Account Contributor",
        "the account myaccount",
    ),
    (
        RegenerateKey,
        "Microsoft.DocumentDB/databaseAccounts/regenerateKey/action",
        "DocumentDB Account Contributor",
        "the account myaccount",
    ),
    (
        CreateDatabase,
        "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/write",
        "Cosmos DB Operator",
        "the account myaccount",
    ),
    (
        SetThroughput,
        "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/throughputSettings/write",
        "Cosmos DB Operator",
        "the account myaccount",
    ),
    (
        EnableIdentity,
        "Microsoft.Compute/virtualMachines/write",
        "Virtual Machine Contributor",
        "the machine",
    ),
    (
        Grant,
        "Microsoft.Authorization/roleAssignments/write",
        "Role Based Access Control Administrator",
        "the account myaccount",
    ),
];

#[tokio::test]
async fn a_missing_permission_names_the_action_and_a_role_that_has_it() {
    let azure = Simulator::start();
    let client = azure.client();
    for (doing, action, role, place) in ROLES {
        azure.clear_faults();
        azure.fault(
            doing.request(),
            0,
            json!({ "status": 403, "body": lacks(action).to_string() }),
        );
        let error = doing.refused(&azure, &client).await;
        assert_eq!(
            (error.kind(), error.service_code()),
            (Kind::Forbidden, Some("AuthorizationFailed")),
            "{error:?}"
        );
        assert!(
            error
                .message()
                .ends_with(&format!("it lacks the permission {action}")),
            "{error}"
        );
        let advice = format!("give the identity the role '{role}' on {place}");
        assert!(
            error
                .action()
                .is_some_and(|action| action.starts_with(&advice)),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn a_permission_that_lacks_elsewhere_is_told_apart() {
    let azure = Simulator::start();
    let client = azure.client();
    let body = enveloped(
        "LinkedAuthorizationFailed",
        "The client 'c' with object id 'o' has permission to perform action 'Microsoft.Compute/virtualMachines/write' on scope 'm'; however, it does not have permission to perform action(s) 'Microsoft.ManagedIdentity/userAssignedIdentities/assign/action' on the linked scope(s) 'i' (respectively) or the linked scope(s) are invalid.",
    );
    azure.fault(
        EnableIdentity.request(),
        0,
        json!({ "status": 403, "body": body.to_string() }),
    );
    let error = EnableIdentity.refused(&azure, &client).await;
    assert_told(
        &error,
        EnableIdentity,
        Some("LinkedAuthorizationFailed"),
        &told(
            Kind::Forbidden,
            "but lacks a permission on something that belongs to it",
            "the role 'Managed Identity Operator' on the user-assigned identity",
        ),
    );
}

#[tokio::test]
async fn an_operation_that_fails_is_told_as_if_it_had_been_refused_at_once() {
    let azure = Simulator::start();
    let client = azure.client();
    for (doing, code, message, expected) in [
        (
            CreateAccount,
            "ServiceUnavailable",
            "Sorry, we are currently experiencing high demand in this region, and cannot fulfill your request at this time.",
            told(
                Kind::Service,
                "(ServiceUnavailable: Sorry, we",
                "another region",
            ),
        ),
        (
            CreateAccount,
            "BadRequest",
            "The maximum number of database accounts for subscription 1 has been reached.",
            told(
                Kind::Conflict,
                "reached its limit of accounts",
                "another subscription",
            ),
        ),
        (
            CreateAccount,
            "RequestDisallowedByPolicy",
            "Resource 'brandnew' was disallowed by policy.",
            told(Kind::Forbidden, "an Azure policy", "Azure Policy"),
        ),
        (
            CreateDatabase,
            "SomethingNew",
            "Something went wrong.",
            told(
                Kind::Service,
                "Azure could not create database Sales (SomethingNew: Something went wrong.)",
                "the code says why",
            ),
        ),
        (
            RegenerateKey,
            "SomethingNew",
            "This text might hold a key.",
            told(
                Kind::Service,
                "key of account myaccount (SomethingNew)",
                "the code says why",
            ),
        ),
    ] {
        azure.set_operations(json!({ "polls": 1, "fail": { "code": code, "message": message } }));
        let error = doing.refused(&azure, &client).await;
        assert_told(&error, doing, Some(code), &expected);
        assert!(error.request_id().is_some(), "{error:?}");
    }
}

#[tokio::test]
async fn a_head_is_refused_without_words() {
    let azure = Simulator::start();
    let client = azure.client();
    azure.fault(json!({ "face": "arm" }), 0, json!({ "status": 403 }));
    let error = client
        .is_account_name_taken(&call(&client), &azure.account("brandnew"))
        .await
        .expect_err("refused");
    assert_told(
        &error,
        ShowAccount,
        None,
        &told(
            Kind::Forbidden,
            "it lacks the permission Microsoft.DocumentDB/databaseAccountNames/read",
            "Cosmos DB Account Reader Role",
        ),
    );
}

#[tokio::test]
async fn a_page_in_the_way_is_not_taken_for_a_missing_role() {
    let azure = Simulator::start();
    let client = azure.client();
    azure.fault(
        CreateDatabase.request(),
        0,
        json!({ "status": 403, "headers": { "content-type": "text/html" }, "body": "<html>blocked</html>" }),
    );
    let error = CreateDatabase.refused(&azure, &client).await;
    assert_eq!(
        (error.kind(), error.http_status()),
        (Kind::BadResponse, 403),
        "{error:?}"
    );
}

#[tokio::test]
async fn what_goes_on_elsewhere_in_the_account_is_waited_for() {
    let azure = Simulator::start();
    let client = azure.client();
    let account = azure.account("myaccount");
    let busy = bare(
        "PreconditionFailed",
        "There is already an operation in progress which requires exclusive lock on this service myaccount. Please retry the operation after sometime.",
    );
    azure.fault(
        CreateDatabase.request(),
        3,
        json!({ "status": 412, "body": busy.to_string() }),
    );
    client
        .create_resource(&call(&client), &account, "Sales", None, "{}", None, true)
        .await
        .expect("made in the end");
}

#[tokio::test]
async fn patience_is_asked_for_in_seconds_or_as_a_date() {
    let azure = Simulator::start();
    let clock = Arc::new(QuickClock::default());
    let client = Client::with_host(
        Settings::default(),
        Arc::new(support::Records::default()),
        support::host(azure.env(), &clock),
    )
    .expect("a client");
    let in_s = |seconds| httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(seconds));
    let busy = |after: &str| {
        json!({
            "status": 429,
            "headers": { "Retry-After": after },
            "body": enveloped("TooManyRequests", "The request is being throttled.").to_string(),
        })
    };
    for after in ["7", &in_s(7)] {
        clock.slept.lock().expect("unpoisoned").clear();
        azure.fault(ShowAccount.request(), 1, busy(after));
        client
            .show_account(&call(&client), &azure.account("myaccount"))
            .await
            .unwrap_or_else(|error| panic!("{after}: {error:?}"));
        let slept = clock.slept.lock().expect("unpoisoned").clone();
        // a date has whole seconds, of which the first has begun
        assert!(
            slept
                .iter()
                .any(|slept| (Duration::from_secs(6)..=Duration::from_secs(7)).contains(slept)),
            "{after}: {slept:?}"
        );
    }
    for after in ["3600", &in_s(3600)] {
        azure.clear_faults();
        azure.fault(ShowAccount.request(), 0, busy(after));
        let error = ShowAccount.refused(&azure, &client).await;
        assert_told(
            &error,
            ShowAccount,
            Some("TooManyRequests"),
            &told(
                Kind::Throttled,
                "asks for a pause of 60 min",
                "fewer processes",
            ),
        );
        let asked = error.retry_after().expect("told").as_secs();
        assert!((3598..=3600).contains(&asked), "{after}: {asked}");
        assert!(error.is_retryable() && error.http_status() == 429);
    }
}

#[tokio::test]
async fn who_is_not_known_is_told_when_there_is_no_time_to_ask_again() {
    let azure = Simulator::start();
    let client = azure.client();
    let nobody = Assignment {
        principal_id: "99999999-0000-0000-0000-000000000001".to_owned(),
        role: "Reader".to_owned(),
    };
    let call = client.call(1, Duration::from_secs(5));
    let error = client
        .grant_access(&call, &azure.account("myaccount"), &nobody)
        .await
        .expect_err("nobody");
    assert_told(
        &error,
        Grant,
        Some("PrincipalNotFound"),
        &told(
            Kind::NotFound,
            "does not exist in the directory",
            "object (principal) id",
        ),
    );
}
