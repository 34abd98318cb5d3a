//! Whether what exists is what was asked for.

use serde_json::{Map, Value, json};

/// Where the wish and what exists differ, as `path is what exists, not the wish`. Only what the wish names is compared,
/// since the service adds defaults. What is no difference to the service is none here: the case and the blanks of regions, the
/// case of a choice such as `Session` or of a tag's name, the order of a list that is a set.
pub(super) fn differences(wish: &Value, exists: &Value) -> Vec<String> {
    let mut found = Vec::new();
    compare("", wish, exists, &mut found);
    found
}

/// Keeps them in order: the library as it is shipped has the members of an object by name, the tests' as they came.
fn note(found: &mut Vec<String>, difference: String) {
    let place = found.partition_point(|other| *other < difference);
    found.insert(place, difference);
}

fn compare(path: &str, wish: &Value, exists: &Value, found: &mut Vec<String>) {
    match (wish, exists) {
        (Value::Object(wish), Value::Object(exists)) => {
            for (name, wish) in wish {
                let below = if path.is_empty() {
                    name.clone()
                } else {
                    format!("{path}.{name}")
                };
                let exists = member(path, exists, name).unwrap_or(&Value::Null);
                compare(&below, wish, exists, found);
            }
        }
        (Value::Array(wish), Value::Array(exists)) => {
            let (wish, exists) = (own(path, wish), own(path, exists));
            if wish.len() != exists.len() {
                let exists: Vec<_> = exists.iter().map(|item| named(&wish, item)).collect();
                note(
                    found,
                    format!("{path} is {}, not {}", json!(exists), json!(wish)),
                );
                return;
            }
            for (index, wish, exists) in pairs(path, &wish, exists) {
                compare(&format!("{path}[{index}]"), wish, exists, found);
            }
        }
        (Value::String(wish), Value::String(exists))
            if is_region(path) && region(wish) == region(exists) => {}
        (Value::String(wish), Value::String(exists))
            if is_choice(path) && wish.eq_ignore_ascii_case(exists) => {}
        (Value::String(wish), Value::String(exists))
            if wish.starts_with("/subscriptions/") && wish.eq_ignore_ascii_case(exists) => {}
        (Value::Number(_), Value::Number(_)) if is_same_number(wish, exists) => {}
        (_, Value::Null) if !path.contains("./subscriptions/") && asks_for_nothing(wish) => {}
        // how keys are hashed: collections of other tools name none, and keep theirs
        (_, Value::Null) if path.ends_with("partitionKey.version") => {}
        _ if wish == exists => {}
        (_, Value::Null) => note(found, format!("{path} is not set, not {wish}")),
        _ => note(found, format!("{path} is {exists}, not {wish}")),
    }
}

/// A member by its name. To Azure the names of tags are the same in any case, and so are ids.
fn member<'a>(path: &str, fields: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    let any_case = path == "tags" || path.ends_with("userAssignedIdentities");
    let in_any_case = || {
        let mut fields = fields.iter().filter(|_| any_case);
        fields.find(|(found, _)| found.eq_ignore_ascii_case(name))
    };
    fields
        .get(name)
        .or_else(|| in_any_case().map(|(_, value)| value))
}

/// An item that exists, with only the members that wished ones have: the others are no difference.
fn named(wish: &[&Value], exists: &Value) -> Value {
    let Value::Object(members) = exists else {
        return exists.clone();
    };
    let is_wished =
        |name: &str| wish.is_empty() || wish.iter().any(|wish| wish.get(name).is_some());
    let wished = members.iter().filter(|(name, _)| is_wished(name));
    Value::Object(
        wished
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect(),
    )
}

/// The items that were wished: the service excludes its own `_etag` from every index.
fn own<'a>(path: &str, items: &'a [Value]) -> Vec<&'a Value> {
    let added = |item: &Value| {
        path.ends_with("excludedPaths")
            && item.get("path").and_then(Value::as_str) == Some("/\"_etag\"/?")
    };
    items.iter().filter(|item| !added(item)).collect()
}

/// Which items of two lists of the same length belong together, with their place in the wish. In a set equal ones do,
/// wherever they are.
fn pairs<'a>(
    path: &str,
    wish: &[&'a Value],
    mut exists: Vec<&'a Value>,
) -> Vec<(usize, &'a Value, &'a Value)> {
    let mut wish: Vec<_> = wish.iter().copied().enumerate().collect();
    if is_set(path) {
        wish.retain(|(_, wish)| {
            let same = exists.iter().position(|exists| is_same(path, wish, exists));
            same.map(|place| exists.remove(place)).is_none()
        });
    }
    let left = wish.into_iter().zip(exists);
    left.map(|((index, wish), exists)| (index, wish, exists))
        .collect()
}

fn is_same(path: &str, wish: &Value, exists: &Value) -> bool {
    let mut found = Vec::new();
    compare(&format!("{path}[]"), wish, exists, &mut found);
    found.is_empty()
}

/// The lists whose order means nothing, or is told by something else, as that of regions by their priority.
const SETS: [&str; 15] = [
    "locations",
    "capabilities",
    "ipRules",
    "virtualNetworkRules",
    "includedPaths",
    "excludedPaths",
    "compositeIndexes",
    "spatialIndexes",
    "types",
    "vectorIndexes",
    "fullTextIndexes",
    "uniqueKeys",
    "computedProperties",
    "vectorEmbeddings",
    "fullTextPaths",
];

fn is_set(path: &str) -> bool {
    let name = last_name(path);
    SETS.contains(&name) || name == "paths" && path.contains("uniqueKeys[")
}

/// What takes one of a few words, which the service reads in any case and tells in its own.
const CHOICES: [&str; 13] = [
    "kind",
    "type",
    "databaseAccountOfferType",
    "defaultConsistencyLevel",
    "publicNetworkAccess",
    "minimalTlsVersion",
    "networkAclBypass",
    "capacityMode",
    "indexingMode",
    "mode",
    "order",
    "dataType",
    "distanceFunction",
];

fn is_choice(path: &str) -> bool {
    let name = last_name(path);
    let chosen = CHOICES.contains(&name)
        || name.starts_with("types[")
        || path.contains("capabilities[") && name == "name";
    chosen && !path.starts_with("tags.")
}

fn last_name(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or_default()
}

fn is_same_number(wish: &Value, exists: &Value) -> bool {
    wish == exists || (wish.is_f64() || exists.is_f64()) && wish.as_f64() == exists.as_f64()
}

/// What is there also where nothing was said: what is unsaid is off, and empty. But an identity that is named by its id
/// is wished, with nothing more to say of it.
fn asks_for_nothing(wish: &Value) -> bool {
    match wish {
        Value::Bool(on) => !on,
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields
            .iter()
            .all(|(name, value)| !name.starts_with("/subscriptions/") && asks_for_nothing(value)),
        other => other.is_null(),
    }
}

fn is_region(path: &str) -> bool {
    path == "location" || path.ends_with("locationName")
}

fn region(name: &str) -> String {
    name.chars()
        .filter(|c| !c.is_whitespace())
        .collect::<String>()
        .to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_collection_that_names_no_version_of_its_key_is_no_other() {
        let key = |version: Value| json!({ "partitionKey": { "paths": ["/a"], "kind": "Hash", "version": version } });
        let exists = json!({ "partitionKey": { "paths": ["/a"], "kind": "Hash" } });
        assert_eq!(differences(&key(json!(2)), &exists), Vec::<String>::new());
        assert_eq!(differences(&key(json!(2)), &key(json!(1))).len(), 1);
    }

    #[test]
    fn what_the_service_added_is_no_difference() {
        let wish = json!({ "location": "westeurope", "tags": { "a": "1" }, "properties": { "disableLocalAuth": false } });
        let exists = json!({ "location": "West Europe", "tags": { "a": "1", "b": "2" }, "properties": { "x": 1 } });
        assert_eq!(differences(&wish, &exists), Vec::<String>::new());
    }

    #[test]
    fn the_services_own_exclusion_is_no_difference() {
        let wish = json!({ "indexingPolicy": { "excludedPaths": [{ "path": "/a/*" }] } });
        let exists = json!({ "indexingPolicy": { "excludedPaths": [{ "path": "/a/*" }, { "path": "/\"_etag\"/?" }] } });
        assert_eq!(differences(&wish, &exists), Vec::<String>::new());
    }

    #[test]
    fn differences_are_told_with_their_place() {
        let wish = json!({ "partitionKey": { "paths": ["/a"], "kind": "Hash" }, "defaultTtl": 60 });
        let exists = json!({ "partitionKey": { "paths": ["/b"], "kind": "Hash" } });
        assert_eq!(
            differences(&wish, &exists),
            [
                "defaultTtl is not set, not 60",
                "partitionKey.paths[0] is \"/b\", not \"/a\""
            ]
        );
        assert_eq!(
            differences(&json!({ "a": [1] }), &json!({ "a": [1, 2] })),
            ["a is [1,2], not [1]"]
        );
    }

    #[test]
    fn the_order_of_a_set_is_no_difference() {
        let region = |name: &str, priority: u32| json!({ "locationName": name, "failoverPriority": priority });
        let policy = |paths: [&str; 2], composite: [Value; 2]| {
            let [one, two] = paths;
            json!({
                "includedPaths": [{ "path": one }, { "path": two }],
                "compositeIndexes": composite,
            })
        };
        let composite =
            |one: &str, two: &str| json!([{ "path": one }, { "path": two, "order": "descending" }]);
        for (wish, exists) in [
            (
                json!({ "properties": { "locations": [region("northeurope", 1), region("westeurope", 0)] } }),
                json!({ "properties": { "locations": [region("West Europe", 0), region("North Europe", 1)] } }),
            ),
            (
                json!({ "indexingPolicy": policy(["/a/?", "/b/?"], [composite("/a", "/b"), composite("/c", "/d")]) }),
                json!({ "indexingPolicy": policy(["/b/?", "/a/?"], [composite("/c", "/d"), composite("/a", "/b")]) }),
            ),
        ] {
            assert_eq!(differences(&wish, &exists), Vec::<String>::new());
        }
        // these are read from left to right
        let key = |paths: [&str; 2]| json!({ "partitionKey": { "paths": paths } });
        assert_eq!(differences(&key(["/a", "/b"]), &key(["/b", "/a"])).len(), 2);
        let composed = |one, two| json!({ "compositeIndexes": [composite(one, two)] });
        assert_eq!(
            differences(&composed("/a", "/b"), &composed("/b", "/a")).len(),
            2
        );
        let other = json!({ "locations": [region("westeurope", 1), region("northeurope", 0)] });
        let exists = json!({ "locations": [region("West Europe", 0), region("North Europe", 1)] });
        assert_eq!(differences(&other, &exists).len(), 2);
    }

    #[test]
    fn the_case_of_a_choice_is_no_difference() {
        let wish = json!({
            "kind": "globaldocumentdb",
            "tags": { "Owner": "me" },
            "properties": {
                "consistencyPolicy": { "defaultConsistencyLevel": "session" },
                "capabilities": [{ "name": "enableServerless" }],
            },
        });
        let exists = json!({
            "kind": "GlobalDocumentDB",
            "tags": { "owner": "me" },
            "properties": {
                "consistencyPolicy": { "defaultConsistencyLevel": "Session", "maxIntervalInSeconds": 5 },
                "capabilities": [{ "name": "EnableServerless" }],
            },
        });
        assert_eq!(differences(&wish, &exists), Vec::<String>::new());
        let wish = json!({ "tags": { "mode": "Me" }, "indexingPolicy": { "includedPaths": [{ "path": "/A/?" }] } });
        let exists = json!({ "tags": { "mode": "me" }, "indexingPolicy": { "includedPaths": [{ "path": "/a/?" }] } });
        assert_eq!(differences(&wish, &exists).len(), 2);
    }

    #[test]
    fn the_case_of_an_id_is_no_difference() {
        let id = |group: &str| format!("/subscriptions/s/{group}/rg/providers/p/t/name");
        let definition = |group: &str, more: Value| {
            json!({
                "identity": { "type": "UserAssigned", "userAssignedIdentities": { id(group): more } },
                "properties": { "virtualNetworkRules": [{ "id": id(group) }] },
            })
        };
        let wish = definition("resourcegroups", json!({}));
        let exists = definition("resourceGroups", json!({ "clientId": "c" }));
        assert_eq!(differences(&wish, &exists), Vec::<String>::new());
        let other = definition("resourceGroups", json!({})).to_string();
        let other = serde_json::from_str(&other.replace("/name", "/other")).expect("JSON");
        assert_eq!(differences(&other, &exists).len(), 2);
        assert_eq!(differences(&wish, &json!({})).len(), 2);
    }

    #[test]
    fn what_asks_for_nothing_is_no_difference() {
        let wish = json!({
            "apiProperties": {},
            "uniqueKeyPolicy": { "uniqueKeys": [] },
            "defaultTtl": null,
        });
        assert_eq!(differences(&wish, &json!({})), Vec::<String>::new());
        let wish =
            json!({ "uniqueKeyPolicy": { "uniqueKeys": [{ "paths": ["/a"] }] }, "defaultTtl": 0 });
        assert_eq!(differences(&wish, &json!({})).len(), 2);
    }

    #[test]
    fn a_number_is_the_same_with_and_without_a_fraction() {
        let ttl = |number: Value| json!({ "defaultTtl": number });
        assert_eq!(
            differences(&ttl(json!(60.0)), &ttl(json!(60))),
            Vec::<String>::new()
        );
        assert_eq!(differences(&ttl(json!(60.5)), &ttl(json!(60))).len(), 1);
        let (big, bigger) = (i64::MAX - 1, i64::MAX);
        assert_eq!(differences(&ttl(json!(big)), &ttl(json!(bigger))).len(), 1);
    }

    #[test]
    fn unique_keys_and_their_paths_have_no_order() {
        let keys = |keys: Value| json!({ "uniqueKeyPolicy": { "uniqueKeys": keys } });
        assert_eq!(
            differences(
                &keys(json!([{ "paths": ["/a"] }, { "paths": ["/b", "/c"] }])),
                &keys(json!([{ "paths": ["/c", "/b"] }, { "paths": ["/a"] }]))
            ),
            Vec::<String>::new()
        );
        assert_eq!(
            differences(
                &keys(json!([{ "paths": ["/a"] }, { "paths": ["/b"] }])),
                &keys(json!([{ "paths": ["/b"] }, { "paths": ["/c"] }]))
            ),
            ["uniqueKeyPolicy.uniqueKeys[0].paths[0] is \"/c\", not \"/a\""]
        );
    }

    #[test]
    fn lists_are_told_without_what_nobody_asked_for() {
        let wish = json!({ "locations": [{ "locationName": "westeurope" }, { "locationName": "northeurope" }] });
        let exists = json!({ "locations": [{ "locationName": "West Europe", "id": "x", "documentEndpoint": "https://a/" }] });
        assert_eq!(
            differences(&wish, &exists),
            [concat!(
                r#"locations is [{"locationName":"West Europe"}], "#,
                r#"not [{"locationName":"westeurope"},{"locationName":"northeurope"}]"#
            )]
        );
    }
}
