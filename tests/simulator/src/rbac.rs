//! Who may do what: role definitions, assignments, and the wildcards in actions.

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::scenario::{RoleDefinition, Scenario};

/// A built-in role: its id, its name, what it says of itself, what it allows and what it does not.
struct BuiltIn(
    &'static str,
    &'static str,
    &'static str,
    &'static [&'static str],
    &'static [&'static str],
);

/// The built-in roles this protocol knows, with the parts that concern it.
const BUILT_IN: &[BuiltIn] = &[
    BuiltIn(
        "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
        "Owner",
        "Grants full access to manage all resources, including the ability to assign roles in Azure RBAC.",
        &["*"],
        &[],
    ),
    BuiltIn(
        "b24988ac-6180-42a0-ab88-20f7382dd24c",
        "Contributor",
        "Grants full access to manage all resources, but does not allow you to assign roles in Azure RBAC.",
        &["*"],
        &[
            "Microsoft.Authorization/*/Delete",
            "Microsoft.Authorization/*/Write",
            "Microsoft.Authorization/elevateAccess/Action",
            "Microsoft.Blueprint/blueprintAssignments/write",
            "Microsoft.Blueprint/blueprintAssignments/delete",
        ],
    ),
    BuiltIn(
        "acdd72a7-3385-48ef-bd42-f606fba81ae7",
        "Reader",
        "Lets you view everything, but not make any changes.",
        &["*/read"],
        &[],
    ),
    BuiltIn(
        "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9",
        "User Access Administrator",
        "Lets you manage user access to Azure resources.",
        &["*/read", "Microsoft.Authorization/*"],
        &[],
    ),
    BuiltIn(
        "9980e02c-c2be-4d73-94e8-173b1dc7cf3c",
        "Virtual Machine Contributor",
        "Lets you manage virtual machines, but not access to them, and not the virtual network or storage account they're connected to.",
        &[
            "Microsoft.Authorization/*/read",
            "Microsoft.Compute/locations/*",
            "Microsoft.Compute/virtualMachines/*",
            "Microsoft.Compute/virtualMachineScaleSets/*",
            "Microsoft.Resources/deployments/*",
            "Microsoft.Resources/subscriptions/resourceGroups/read",
        ],
        &[],
    ),
    BuiltIn(
        "5bd9cd88-fe45-4216-938b-f97437e15450",
        "DocumentDB Account Contributor",
        "Can manage Azure Cosmos DB accounts. Azure Cosmos DB is formerly known as DocumentDB.",
        &[
            "Microsoft.Authorization/*/read",
            "Microsoft.DocumentDb/databaseAccounts/*",
            "Microsoft.Resources/deployments/*",
            "Microsoft.Resources/subscriptions/resourceGroups/read",
        ],
        &[],
    ),
    BuiltIn(
        "fbdf93bf-df7d-467e-a4d2-9458aa1360c8",
        "Cosmos DB Account Reader Role",
        "Can read Azure Cosmos DB Accounts data",
        &[
            "Microsoft.Authorization/*/read",
            "Microsoft.DocumentDB/*/read",
            "Microsoft.DocumentDB/databaseAccounts/readonlykeys/action",
        ],
        &[],
    ),
    BuiltIn(
        "db7b14f2-5adf-42da-9f96-f2ee17bab5cb",
        "CosmosBackupOperator",
        "Can submit restore request for a Cosmos DB database or a container for an account",
        &[
            "Microsoft.DocumentDB/databaseAccounts/backup/action",
            "Microsoft.DocumentDB/databaseAccounts/restore/action",
        ],
        &[],
    ),
    BuiltIn(
        "230815da-be43-4aae-9cb4-875f7bd000aa",
        "Cosmos DB Operator",
        "Lets you manage Azure Cosmos DB accounts, but not access data in them. Prevents access to account keys and connection strings.",
        &[
            "Microsoft.DocumentDb/databaseAccounts/*",
            "Microsoft.Authorization/*/read",
            "Microsoft.Resources/deployments/*",
            "Microsoft.Resources/subscriptions/resourceGroups/read",
        ],
        &[
            "Microsoft.DocumentDB/databaseAccounts/readonlyKeys/*",
            "Microsoft.DocumentDB/databaseAccounts/regenerateKey/*",
            "Microsoft.DocumentDB/databaseAccounts/listKeys/*",
            "Microsoft.DocumentDB/databaseAccounts/listConnectionStrings/*",
            "Microsoft.DocumentDB/databaseAccounts/sqlRoleDefinitions/write",
            "Microsoft.DocumentDB/databaseAccounts/sqlRoleDefinitions/delete",
            "Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments/write",
            "Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments/delete",
        ],
    ),
];

#[derive(Clone, Debug)]
pub struct Role {
    pub id: String,
    pub name: String,
    pub description: String,
    pub built_in: bool,
    pub actions: Vec<String>,
    pub not_actions: Vec<String>,
}

#[derive(Clone, Debug)]
pub struct Assignment {
    pub grant: Grant,
    pub created: Timestamp,
    effect: Effect,
}

/// What somebody is given where.
#[derive(Clone, Debug)]
pub struct Grant {
    pub id: String,
    pub principal_id: String,
    pub principal_type: String,
    pub scope: String,
    pub role_id: String,
    pub created_by: String,
    pub condition: Option<String>,
    pub condition_version: Option<String>,
    pub description: Option<String>,
}

/// Since when an assignment counts.
#[derive(Clone, Debug)]
enum Effect {
    /// From a time on, and not before Resource Manager has had so many requests.
    Coming {
        at: Timestamp,
        requests: u64,
    },
    Since(Timestamp),
}

/// How late changes of roles and identities are seen everywhere.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Delays {
    /// After its creation an assignment is without effect for so long,
    pub delay_seconds: i64,
    /// and for so many requests.
    pub requests: u64,
    /// A new identity is unknown to role assignments for so long.
    pub principal_seconds: i64,
}

impl Default for Delays {
    fn default() -> Delays {
        Delays {
            delay_seconds: 1,
            requests: 0,
            principal_seconds: 5,
        }
    }
}

/// Who asks: a principal, by a token that knows of nothing later.
#[derive(Clone, Copy, Debug)]
pub struct Bearer<'a> {
    pub principal_id: &'a str,
    pub issued: Timestamp,
}

#[derive(Debug)]
pub struct Rbac {
    pub roles: Vec<Role>,
    pub assignments: Vec<Assignment>,
    pub delays: Delays,
    /// What Resource Manager has been asked.
    requests: u64,
}

impl Rbac {
    pub fn new(scenario: &Scenario, now: Timestamp) -> Result<Rbac, String> {
        let mut roles: Vec<Role> = BUILT_IN.iter().map(Role::built_in).collect();
        roles.extend(scenario.role_definitions.iter().map(Role::custom));
        let assignments = scenario
            .role_assignments
            .iter()
            .map(|assignment| {
                let role = roles
                    .iter()
                    .find(|role| role.name == assignment.role)
                    .ok_or_else(|| format!("there is no role {:?}", assignment.role))?;
                let grant = Grant {
                    id: stable_id(&[&assignment.scope, &assignment.principal_id, &role.id]),
                    principal_id: assignment.principal_id.clone(),
                    principal_type: scenario.principal_type(&assignment.principal_id).to_owned(),
                    scope: assignment.scope.clone(),
                    role_id: role.id.clone(),
                    created_by: String::new(),
                    condition: None,
                    condition_version: None,
                    description: None,
                };
                Ok(Assignment {
                    grant,
                    created: now,
                    effect: Effect::Since(Timestamp::MIN),
                })
            })
            .collect::<Result<_, String>>()?;
        Ok(Rbac {
            roles,
            assignments,
            delays: Delays::default(),
            requests: 0,
        })
    }

    /// Whether a role at this scope or above it allows the action.
    pub fn allows(&self, bearer: Bearer<'_>, action: &str, scope: &str) -> bool {
        self.of(bearer).any(|assignment| {
            within(scope, &assignment.grant.scope)
                && self
                    .role(&assignment.grant.role_id)
                    .is_some_and(|role| role.permits(action))
        })
    }

    /// Whether any role at, above or below this scope is held: what makes a subscription visible.
    pub fn sees(&self, bearer: Bearer<'_>, scope: &str) -> bool {
        self.of(bearer).any(|assignment| {
            within(scope, &assignment.grant.scope) || within(&assignment.grant.scope, scope)
        })
    }

    pub fn role(&self, id: &str) -> Option<&Role> {
        self.roles
            .iter()
            .find(|role| role.id.eq_ignore_ascii_case(id))
    }

    /// Adds an assignment that takes effect later.
    pub fn assign(&mut self, grant: Grant, now: Timestamp) {
        let at = now
            .saturating_add(SignedDuration::from_secs(self.delays.delay_seconds))
            .expect("adding seconds to a time saturates");
        let requests = self.requests.saturating_add(self.delays.requests);
        self.assignments.push(Assignment {
            grant,
            created: now,
            effect: Effect::Coming { at, requests },
        });
    }

    /// Counts a request to Resource Manager, and lets assignments take effect whose time has come.
    pub fn asked(&mut self, now: Timestamp) {
        self.requests += 1;
        for assignment in &mut self.assignments {
            if let Effect::Coming { at, requests } = assignment.effect
                && at <= now
                && requests < self.requests
            {
                // Tokens older than this still do not know of it.
                let since = if self.delays.requests == 0 { at } else { now };
                assignment.effect = Effect::Since(since);
            }
        }
    }

    /// Forgets the assignments at a scope that is gone, and below it.
    pub fn scope_is_gone(&mut self, scope: &str) {
        self.assignments
            .retain(|assignment| !within(&assignment.grant.scope, scope));
    }

    fn of<'a>(&'a self, bearer: Bearer<'a>) -> impl Iterator<Item = &'a Assignment> {
        self.assignments.iter().filter(move |assignment| {
            let counts =
                matches!(assignment.effect, Effect::Since(since) if since <= bearer.issued);
            counts
                && assignment
                    .grant
                    .principal_id
                    .eq_ignore_ascii_case(bearer.principal_id)
        })
    }
}

impl Role {
    fn built_in(role: &BuiltIn) -> Role {
        let BuiltIn(id, name, description, actions, not_actions) = *role;
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        Role {
            id: id.to_owned(),
            name: name.to_owned(),
            description: description.to_owned(),
            built_in: true,
            actions: owned(actions),
            not_actions: owned(not_actions),
        }
    }

    fn custom(role: &RoleDefinition) -> Role {
        Role {
            id: stable_id(&[&role.name]),
            name: role.name.clone(),
            description: String::new(),
            built_in: false,
            actions: role.actions.clone(),
            not_actions: role.not_actions.clone(),
        }
    }

    fn permits(&self, action: &str) -> bool {
        let listed = |patterns: &[String]| patterns.iter().any(|pattern| matches(pattern, action));
        listed(&self.actions) && !listed(&self.not_actions)
    }
}

/// An id that is the same in every run.
pub fn stable_id(parts: &[&str]) -> String {
    let digest: [u8; 32] = Sha256::digest(parts.join("\n").to_lowercase()).into();
    let bytes: [u8; 16] = digest[..16]
        .try_into()
        .expect("sixteen of thirty-two bytes");
    uuid::Builder::from_random_bytes(bytes)
        .into_uuid()
        .to_string()
}

/// Whether a scope is another or lies below it.
pub fn within(scope: &str, ancestor: &str) -> bool {
    let scope = scope.to_lowercase();
    let ancestor = ancestor.trim_end_matches('/').to_lowercase();
    scope
        .strip_prefix(&ancestor)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// `*` stands for any text.
fn matches(pattern: &str, action: &str) -> bool {
    let (pattern, action) = (pattern.to_lowercase(), action.to_lowercase());
    let mut parts = pattern.split('*');
    let first = parts.next().expect("splitting yields at least one part");
    let Some(mut rest) = action.strip_prefix(first) else {
        return false;
    };
    let Some(last) = parts.next_back() else {
        return rest.is_empty();
    };
    for part in parts {
        let Some(at) = rest.find(part) else {
            return false;
        };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SYSTEM: Bearer<'_> = bearer("33333333-0000-0000-0000-000000000002");
    const READER: Bearer<'_> = bearer("22222222-0000-0000-0000-000000000002");
    const GROUP: &str = "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg";

    const fn bearer(principal_id: &str) -> Bearer<'_> {
        Bearer {
            principal_id,
            issued: Timestamp::UNIX_EPOCH,
        }
    }

    fn account(name: &str) -> String {
        format!("{GROUP}/providers/Microsoft.DocumentDB/databaseAccounts/{name}")
    }

    fn action(name: &str) -> String {
        format!("Microsoft.DocumentDb/databaseAccounts/{name}")
    }

    #[test]
    fn wildcards() {
        assert!(matches("*", "anything"));
        assert!(matches(
            "*/read",
            "Microsoft.DocumentDB/databaseAccounts/READ"
        ));
        assert!(matches("a/*/c", "a/b/b/c"));
        assert!(!matches("a/*/c", "a/c"));
        assert!(!matches("a/b", "a/b/c"));
        assert!(!matches("*/read", "a/readonlykeys/action"));
    }

    #[test]
    fn the_tutorials_roles() {
        let rbac = Rbac::new(&Scenario::tutorial(), Timestamp::UNIX_EPOCH).unwrap();
        for (name, list, post, get) in [
            ("myaccount", true, true, true),
            ("readeraccount", false, true, true),
            ("plainreader", false, false, true),
            ("lockedaccount", true, true, true),
            ("noaccess", false, false, false),
        ] {
            let scope = account(name);
            assert!(rbac.allows(SYSTEM, &action("read"), &scope), "{name}");
            assert_eq!(
                rbac.allows(SYSTEM, &action("listKeys/action"), &scope),
                list,
                "{name}"
            );
            assert_eq!(
                rbac.allows(SYSTEM, &action("readonlykeys/action"), &scope),
                post,
                "{name}"
            );
            assert_eq!(
                rbac.allows(SYSTEM, &action("readonlykeys/read"), &scope),
                get,
                "{name}"
            );
        }
        assert!(!rbac.allows(READER, &action("listKeys/action"), &account("myaccount")));
        assert!(rbac.allows(READER, &action("readonlykeys/read"), &account("myaccount")));
        assert!(!rbac.sees(
            READER,
            "/subscriptions/66666666-7777-8888-9999-000000000000"
        ));
        assert!(rbac.sees(
            READER,
            "/subscriptions/11111111-2222-3333-4444-555555555555"
        ));
        assert!(!rbac.sees(bearer("nobody"), GROUP));
    }

    #[test]
    fn a_scope_is_a_whole_segment() {
        assert!(within(
            "/subscriptions/A/resourceGroups/rg",
            "/subscriptions/a/"
        ));
        assert!(!within("/subscriptions/ab", "/subscriptions/a"));
    }

    #[test]
    fn an_unknown_role_is_named() {
        let mut scenario = Scenario::tutorial();
        scenario.role_assignments[0].role = "Emperor".to_owned();
        assert!(
            Rbac::new(&scenario, Timestamp::UNIX_EPOCH)
                .unwrap_err()
                .contains("Emperor")
        );
    }

    #[test]
    fn assignments_take_effect_late_and_for_new_tokens() {
        let mut rbac = Rbac::new(&Scenario::tutorial(), Timestamp::UNIX_EPOCH).unwrap();
        let at = |second| Timestamp::from_second(second).unwrap();
        let scope = account("readeraccount");
        let action = action("listKeys/action");
        let allowed = |rbac: &Rbac, issued| {
            let bearer = Bearer {
                issued: at(issued),
                ..SYSTEM
            };
            rbac.allows(bearer, &action, &scope)
        };
        rbac.assign(
            Grant {
                id: "id".to_owned(),
                principal_id: SYSTEM.principal_id.to_owned(),
                principal_type: "ServicePrincipal".to_owned(),
                scope: scope.clone(),
                role_id: "5BD9CD88-fe45-4216-938b-f97437e15450".to_owned(),
                created_by: String::new(),
                condition: None,
                condition_version: None,
                description: None,
            },
            at(100),
        );
        rbac.asked(at(100));
        assert!(!allowed(&rbac, 100));
        rbac.asked(at(102));
        assert!(!allowed(&rbac, 100), "the token is older");
        assert!(allowed(&rbac, 101));
        rbac.scope_is_gone(&scope);
        assert!(!allowed(&rbac, 101));
    }
}
