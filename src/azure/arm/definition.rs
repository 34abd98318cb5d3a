//! Whether what exists is what was asked for.

use serde_json::{Value, json};

/// Where the wish and what exists differ, as `path is what exists, not the wish`. Only what the wish names is compared,
/// since the service adds defaults. What has no order has none here, and names that the service takes in any spelling are
/// the same in any.
pub(super) fn differences(wish: &Value, exists: &Value) -> Vec<String> {
    let mut found = Vec::new();
    compare("", wish, exists, &mut found);
    found.sort();
    found
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
                let exists = exists.get(name).unwrap_or(&Value::Null);
                compare(&below, wish, exists, found);
            }
        }
        (Value::Array(wish), Value::Array(exists)) => {
            let (wish, exists) = (own(path, wish), own(path, exists));
            if wish.len() != exists.len() {
                let exists: Vec<_> = exists.iter().map(|item| named(&wish, item)).collect();
                found.push(format!("{path} is {}, not {}", json!(exists), json!(wish)));
                return;
            }
            for (index, (wish, exists)) in pairs(path, &wish, &exists) {
                compare(&format!("{path}[{index}]"), wish, exists, found);
            }
        }
        (Value::String(wish), Value::String(exists))
            if is_region(path) && region(wish) == region(exists) => {}
        (Value::String(wish), Value::String(exists))
            if is_word(path) && wish.eq_ignore_ascii_case(exists) => {}
        // unsaid is off
        (Value::Bool(false), Value::Null) => {}
        _ if wish == exists => {}
        (_, Value::Null) => found.push(format!("{path} is not set, not {wish}")),
        _ => found.push(format!("{path} is {exists}, not {wish}")),
    }
}

/// Which items belong together, with the place of the wished one: in order, or, where there is none, those that are alike
/// first.
fn pairs<'a>(
    path: &str,
    wish: &[&'a Value],
    exists: &[&'a Value],
) -> Vec<(usize, (&'a Value, &'a Value))> {
    let mut left: Vec<_> = exists.to_vec();
    let mut pairs = Vec::new();
    let mut alone = Vec::new();
    for (index, wish) in wish.iter().enumerate() {
        let is_alike = |exists: &&Value| {
            let mut found = Vec::new();
            compare(&format!("{path}[{index}]"), wish, exists, &mut found);
            found.is_empty()
        };
        match left.iter().position(is_alike) {
            Some(place) if is_unordered(path) => pairs.push((index, (*wish, left.remove(place)))),
            _ => alone.push((index, *wish)),
        }
    }
    let rest = alone.into_iter().zip(left);
    pairs.extend(rest.map(|((index, wish), exists)| (index, (wish, exists))));
    pairs
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

fn is_region(path: &str) -> bool {
    path == "location" || path.ends_with("locationName")
}

/// Words of the service's own, which it takes in any case.
fn is_word(path: &str) -> bool {
    ["kind", "indexingMode", "defaultConsistencyLevel", "order"]
        .iter()
        .any(|word| path.rsplit('.').next() == Some(word))
}

/// Lists in which nothing depends on the order; regions say theirs themselves.
fn is_unordered(path: &str) -> bool {
    let name = path.rsplit('.').next().unwrap_or_default();
    [
        "locations",
        "capabilities",
        "uniqueKeys",
        "includedPaths",
        "excludedPaths",
        "compositeIndexes",
    ]
    .contains(&name)
        || (name == "paths" && path.contains("uniqueKeys["))
}

fn region(name: &str) -> String {
    name.chars()
        .filter(|c| !c.is_whitespace())
        .collect::<String>()
        .to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

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
    fn order_and_case_are_no_difference_where_the_service_has_none() {
        let wish = json!({
            "uniqueKeys": [{ "paths": ["/a"] }, { "paths": ["/b", "/c"] }],
            "indexingPolicy": { "indexingMode": "Consistent", "includedPaths": [{ "path": "/a/?" }, { "path": "/*" }],
                "compositeIndexes": [[{ "path": "/a", "order": "Ascending" }], [{ "path": "/b", "order": "descending" }]] },
            "consistencyPolicy": { "defaultConsistencyLevel": "strong" },
        });
        let exists = json!({
            "uniqueKeys": [{ "paths": ["/c", "/b"] }, { "paths": ["/a"] }],
            "indexingPolicy": { "indexingMode": "consistent", "includedPaths": [{ "path": "/*" }, { "path": "/a/?" }],
                "compositeIndexes": [[{ "path": "/b", "order": "descending" }], [{ "path": "/a", "order": "ascending" }]] },
            "consistencyPolicy": { "defaultConsistencyLevel": "Strong", "maxStalenessPrefix": 100 },
        });
        assert_eq!(differences(&wish, &exists), Vec::<String>::new());
        let paths = |list: [&str; 2]| json!({ "partitionKey": { "paths": list } });
        assert_eq!(
            differences(&paths(["/a", "/b"]), &paths(["/b", "/a"])).len(),
            2
        );
        assert_eq!(
            differences(
                &json!({ "uniqueKeys": [{ "paths": ["/a"] }, { "paths": ["/b"] }] }),
                &json!({ "uniqueKeys": [{ "paths": ["/b"] }, { "paths": ["/c"] }] })
            ),
            ["uniqueKeys[0].paths[0] is \"/c\", not \"/a\""]
        );
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
