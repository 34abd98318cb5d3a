//! `GET /`: the account, its regions and its policies.

use serde_json::{Value, json};

use crate::http::Reply;

use super::Call;

const QUERY_ENGINE: &str = r#"{"maxSqlQueryInputLength":262144,"maxJoinsPerSqlQuery":5,"maxLogicalAndPerSqlQuery":500,"maxLogicalOrPerSqlQuery":500,"maxUdfRefPerSqlQuery":10,"maxInExpressionItemsCount":16000,"queryMaxInMemorySortDocumentCount":500,"maxQueryRequestTimeoutFraction":0.9,"sqlAllowNonFiniteNumbers":false,"sqlAllowAggregateFunctions":true,"sqlAllowSubQuery":true,"sqlAllowScalarSubQuery":true,"allowNewKeywords":true,"sqlAllowLike":true,"sqlAllowGroupByClause":true,"maxSpatialQueryCells":12,"spatialMaxGeometryPointCount":256,"sqlDisableQueryILOptimization":false,"sqlAllowTop":true,"enableSpatialIndexing":true}"#;

pub fn get(call: &Call<'_>) -> Reply {
    let spec = &call.account.spec;
    // Clients go on to the region's address: it stays within the protocol they came with.
    let endpoint = call.simulator.doors.of(&spec.name).map(|endpoints| {
        if call.request.tls {
            endpoints.https
        } else {
            endpoints.http
        }
    });
    let regions: Vec<Value> = spec
        .regions()
        .iter()
        .map(|region| json!({"name": region.location_name, "databaseAccountEndpoint": endpoint}))
        .collect();
    let document = json!({
        "_self": "",
        "id": spec.name,
        "_rid": format!("{}.documents.azure.com", spec.name),
        "media": "//media/",
        "addresses": "//addresses/",
        "_dbs": "//dbs/",
        "writableLocations": regions[..1],
        "readableLocations": regions,
        "enableMultipleWriteLocations": false,
        "userReplicationPolicy": {"asyncReplication": false, "minReplicaSetSize": 3, "maxReplicasetSize": 4},
        "userConsistencyPolicy": {"defaultConsistencyLevel": call.account.consistency()},
        "systemReplicationPolicy": {"minReplicaSetSize": 3, "maxReplicasetSize": 4},
        "readPolicy": {"primaryReadCoefficient": 1, "secondaryReadCoefficient": 1},
        "queryEngineConfiguration": QUERY_ENGINE,
    });
    Reply::json(200, &document)
        .with("x-ms-databaseaccount-consumed-mb", "0")
        .with("x-ms-databaseaccount-provisioned-mb", "0")
        .with("x-ms-databaseaccount-reserved-mb", "0")
        .with("x-ms-max-media-storage-usage-mb", "2048")
        .with("x-ms-media-storage-usage-mb", "0")
}
