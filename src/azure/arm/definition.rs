//! Whether what exists is what was asked for.

use serde_json::Value;

/// Where the wish and what exists differ, as `path: wish, not what exists`. Only what the wish names is compared, since
/// the service adds defaults; names of regions are the same with and without blanks, in any case.
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
                let list = |items: &[&Value]| {
                    let texts: Vec<_> = items.iter().map(ToString::to_string).collect();
                    texts.join(",")
                };
                found.push(format!(
                    "{path}: [{}], not [{}]",
                    list(&wish),
                    list(&exists)
                ));
                return;
            }
            for (index, (wish, exists)) in wish.iter().zip(exists).enumerate() {
                compare(&format!("{path}[{index}]"), wish, exists, found);
            }
        }
        (Value::String(wish), Value::String(exists))
            if is_region(path) && region(wish) == region(exists) => {}
        // unsaid is off
        (Value::Bool(false), Value::Null) => {}
        _ if wish == exists => {}
        _ => found.push(format!("{path}: {wish}, not {exists}")),
    }
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
    fn differences_are_told_with_their_place() {
        let wish = json!({ "partitionKey": { "paths": ["/a"], "kind": "Hash" }, "defaultTtl": 60 });
        let exists = json!({ "partitionKey": { "paths": ["/b"], "kind": "Hash" } });
        assert_eq!(
            differences(&wish, &exists),
            [
                "defaultTtl: 60, not null",
                "partitionKey.paths[0]: \"/a\", not \"/b\""
            ]
        );
        assert_eq!(
            differences(&json!({ "a": [1] }), &json!({ "a": [1, 2] })).len(),
            1
        );
    }
}
