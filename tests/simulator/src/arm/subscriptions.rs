//! Subscriptions the caller has a role in.

use hyper::Method;
use serde_json::{Value, json};

use crate::http::{Reply, Request, value};
use crate::scenario::Subscription;

use super::{Call, error, version};

pub fn list(call: &Call<'_>) -> Reply {
    if call.request.method != Method::GET {
        return error::method_not_allowed(&call.request.method);
    }
    if let Err(reply) = version::check_subscriptions(&call.api_version) {
        return reply;
    }
    let visible: Vec<Value> = call
        .model
        .scenario
        .subscriptions
        .iter()
        .filter(|subscription| sees(call, subscription))
        .map(|subscription| document(call, subscription))
        .collect();
    let total = visible.len();
    let mut page = page(
        call.request,
        visible,
        call.model.scenario.paging.subscriptions,
    );
    page["count"] = json!({"type": "Total", "value": total});
    Reply::json(200, &page).with("x-ms-ratelimit-remaining-tenant-reads", "11999")
}

pub fn get(call: &Call<'_>, id: &str) -> Reply {
    if call.request.method != Method::GET {
        return error::method_not_allowed(&call.request.method);
    }
    if let Err(reply) = version::check_subscriptions(&call.api_version) {
        return reply;
    }
    match find(call, id) {
        None => error::subscription_not_found(id),
        Some(subscription) if sees(call, subscription) => {
            Reply::json(200, &document(call, subscription))
        }
        Some(_) => error::authorization_failed(
            &call.caller.client_id,
            &call.caller.object_id,
            "Microsoft.Resources/subscriptions/read",
            &format!("/subscriptions/{id}"),
        ),
    }
}

pub fn find<'a>(call: &Call<'a>, id: &str) -> Option<&'a Subscription> {
    call.model
        .scenario
        .subscriptions
        .iter()
        .find(|subscription| subscription.id.eq_ignore_ascii_case(id))
}

/// One page of a list, with a link to the next.
pub fn page(request: &Request, items: Vec<Value>, size: Option<usize>) -> Value {
    let query = request.query();
    let start = value(&query, "$skiptoken")
        .and_then(|token| token.parse().ok())
        .unwrap_or(0);
    let total = items.len();
    let size = size.unwrap_or(total).max(1);
    let shown: Vec<Value> = items.into_iter().skip(start).take(size).collect();
    let mut page = json!({"value": shown});
    if start + size < total {
        let mut next = form_urlencoded::Serializer::new(String::new());
        for (name, value) in query
            .iter()
            .filter(|(name, _)| !name.eq_ignore_ascii_case("$skiptoken"))
        {
            next.append_pair(name, value);
        }
        next.append_pair("$skiptoken", &(start + size).to_string());
        page["nextLink"] = json!(format!("{}?{}", request.url(), next.finish()));
    }
    page
}

fn sees(call: &Call<'_>, subscription: &Subscription) -> bool {
    call.model.rbac.sees(
        call.bearer(),
        &format!("/subscriptions/{}", subscription.id),
    )
}

fn document(call: &Call<'_>, subscription: &Subscription) -> Value {
    json!({
        "id": format!("/subscriptions/{}", subscription.id),
        "authorizationSource": "RoleBased",
        "managedByTenants": [],
        "subscriptionId": subscription.id,
        "tenantId": call.model.scenario.tenant_id,
        "displayName": subscription.display_name,
        "state": "Enabled",
        "subscriptionPolicies": {
            "locationPlacementId": "Public_2014-09-01",
            "quotaId": "PayAsYouGo_2014-09-01",
            "spendingLimit": "Off",
        },
    })
}
