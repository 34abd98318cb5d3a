//! Who may do what: role definitions, assignments, and the wildcards in actions.

use crate::scenario::{RoleDefinition, Scenario};

/// The built-in roles this protocol knows, with the parts that concern accounts.
const BUILT_IN: &[(&str, &[&str], &[&str])] = &[
    ("Owner", &["*"], &[]),
    (
        "Contributor",
        &["*"],
        &[
            "Microsoft.Authorization/*/Delete",
            "Microsoft.Authorization/*/Write",
            "Microsoft.Authorization/elevateAccess/Action",
        ],
    ),
    ("Reader", &["*/read"], &[]),
    (
        "DocumentDB Account Contributor",
        &[
            "Microsoft.Authorization/*/read",
            "Microsoft.DocumentDb/databaseAccounts/*",
            "Microsoft.Resources/deployments/*",
            "Microsoft.Resources/subscriptions/resourceGroups/read",
        ],
        &[],
    ),
    (
        "Cosmos DB Account Reader Role",
        &[
            "Microsoft.Authorization/*/read",
            "Microsoft.DocumentDB/*/read",
            "Microsoft.DocumentDB/databaseAccounts/readonlykeys/action",
        ],
        &[],
    ),
    (
        "Cosmos DB Operator",
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

#[derive(Debug)]
struct Assignment {
    principal_id: String,
    scope: String,
    role: RoleDefinition,
}

#[derive(Debug)]
pub struct Rbac {
    assignments: Vec<Assignment>,
}

impl Rbac {
    pub fn new(scenario: &Scenario) -> Result<Rbac, String> {
        let assignments = scenario
            .role_assignments
            .iter()
            .map(|assignment| {
                Ok(Assignment {
                    principal_id: assignment.principal_id.clone(),
                    scope: assignment.scope.clone(),
                    role: definition(scenario, &assignment.role)?,
                })
            })
            .collect::<Result<_, String>>()?;
        Ok(Rbac { assignments })
    }

    /// Whether a role at this scope or above it allows the action.
    pub fn allows(&self, principal_id: &str, action: &str, scope: &str) -> bool {
        self.of(principal_id)
            .any(|assignment| within(scope, &assignment.scope) && permits(&assignment.role, action))
    }

    /// Whether any role at, above or below this scope is held: what makes a subscription visible.
    pub fn sees(&self, principal_id: &str, scope: &str) -> bool {
        self.of(principal_id)
            .any(|assignment| within(scope, &assignment.scope) || within(&assignment.scope, scope))
    }

    fn of<'a>(&'a self, principal_id: &'a str) -> impl Iterator<Item = &'a Assignment> {
        self.assignments
            .iter()
            .filter(move |assignment| assignment.principal_id.eq_ignore_ascii_case(principal_id))
    }
}

fn definition(scenario: &Scenario, name: &str) -> Result<RoleDefinition, String> {
    if let Some(custom) = scenario
        .role_definitions
        .iter()
        .find(|role| role.name == name)
    {
        return Ok(custom.clone());
    }
    let (name, actions, not_actions) = BUILT_IN
        .iter()
        .find(|(built_in, ..)| *built_in == name)
        .ok_or_else(|| format!("there is no role {name:?}"))?;
    let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    Ok(RoleDefinition {
        name: (*name).to_owned(),
        actions: owned(actions),
        not_actions: owned(not_actions),
    })
}

fn permits(role: &RoleDefinition, action: &str) -> bool {
    let listed = |patterns: &[String]| patterns.iter().any(|pattern| matches(pattern, action));
    listed(&role.actions) && !listed(&role.not_actions)
}

fn within(scope: &str, ancestor: &str) -> bool {
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

    const SYSTEM: &str = "33333333-0000-0000-0000-000000000002";
    const READER: &str = "22222222-0000-0000-0000-000000000002";
    const GROUP: &str = "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg";

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
        let rbac = Rbac::new(&Scenario::tutorial()).unwrap();
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
        assert!(!rbac.sees("nobody", GROUP));
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
        assert!(Rbac::new(&scenario).unwrap_err().contains("Emperor"));
    }
}
