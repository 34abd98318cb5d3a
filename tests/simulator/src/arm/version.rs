//! The api-versions each resource type knows.

use crate::http::Reply;

use super::error;

pub const ACCOUNTS: &[&str] = &[
    "2014-04-01",
    "2015-04-08",
    "2015-11-06",
    "2016-03-19",
    "2016-03-31",
    "2016-12-01",
    "2019-08-01",
    "2019-08-01-preview",
    "2019-12-12",
    "2020-03-01",
    "2020-04-01",
    "2020-09-01",
    "2021-01-15",
    "2021-03-15",
    "2021-04-15",
    "2021-05-15",
    "2021-06-15",
    "2021-10-15",
    "2022-05-15",
    "2022-08-15",
    "2022-11-15",
    "2023-03-15",
    "2023-04-15",
    "2023-09-15",
    "2023-11-15",
    "2024-05-15",
    "2024-08-15",
    "2024-11-15",
    "2025-04-15",
    "2025-10-15",
    "2026-03-15",
    "2026-09-01-preview",
];

pub const SUBSCRIPTIONS: &[&str] = &[
    "2014-04-01",
    "2015-01-01",
    "2015-11-01",
    "2016-02-01",
    "2016-06-01",
    "2016-07-01",
    "2016-09-01",
    "2017-05-10",
    "2018-02-01",
    "2018-05-01",
    "2019-03-01",
    "2019-05-01",
    "2019-06-01",
    "2019-07-01",
    "2019-08-01",
    "2019-10-01",
    "2019-11-01",
    "2020-01-01",
    "2020-06-01",
    "2020-08-01",
    "2020-10-01",
    "2021-01-01",
    "2021-04-01",
    "2022-01-01",
    "2022-09-01",
    "2022-12-01",
    "2023-07-01",
    "2024-03-01",
    "2024-07-01",
    "2024-11-01",
    "2025-03-01",
];

const COMPUTE: &[&str] = &[
    "2017-03-30",
    "2017-12-01",
    "2018-04-01",
    "2018-06-01",
    "2018-10-01",
    "2019-03-01",
    "2019-07-01",
    "2019-12-01",
    "2020-06-01",
    "2020-12-01",
    "2021-03-01",
    "2021-07-01",
    "2021-11-01",
    "2022-03-01",
    "2022-08-01",
    "2022-11-01",
    "2023-03-01",
    "2023-07-01",
    "2023-09-01",
    "2024-03-01",
    "2024-07-01",
    "2024-11-01",
    "2025-04-01",
];

const WEB: &[&str] = &[
    "2016-08-01",
    "2018-02-01",
    "2018-11-01",
    "2019-08-01",
    "2020-06-01",
    "2020-12-01",
    "2021-02-01",
    "2021-03-01",
    "2022-03-01",
    "2022-09-01",
    "2023-01-01",
    "2023-12-01",
    "2024-04-01",
    "2024-11-01",
];

const AUTOMATION: &[&str] = &[
    "2015-10-31",
    "2020-01-13-preview",
    "2021-06-22",
    "2022-08-08",
    "2023-11-01",
    "2024-10-23",
];

const HYBRID_COMPUTE: &[&str] = &[
    "2019-12-12",
    "2020-08-02",
    "2021-05-20",
    "2022-03-10",
    "2022-11-10",
    "2022-12-27",
    "2024-07-10",
    "2025-01-13",
];

const AUTHORIZATION: &[&str] = &[
    "2015-07-01",
    "2018-01-01-preview",
    "2018-07-01",
    "2018-09-01-preview",
    "2020-03-01-preview",
    "2020-04-01-preview",
    "2020-08-01-preview",
    "2020-10-01-preview",
    "2022-04-01",
    "2022-05-01-preview",
];

/// What providers besides Cosmos DB know.
pub fn check(namespace: &str, kind: &str, api_version: &str) -> Result<(), Reply> {
    let versions = match namespace.to_ascii_lowercase().as_str() {
        "microsoft.compute" => COMPUTE,
        "microsoft.web" => WEB,
        "microsoft.automation" => AUTOMATION,
        "microsoft.hybridcompute" => HYBRID_COMPUTE,
        _ => AUTHORIZATION,
    };
    if known(versions, api_version) {
        Ok(())
    } else {
        Err(error::unknown_version(api_version, kind, versions))
    }
}

pub fn check_accounts(api_version: &str, kind: &str) -> Result<(), Reply> {
    if known(ACCOUNTS, api_version) {
        Ok(())
    } else {
        Err(error::unknown_version(api_version, kind, ACCOUNTS))
    }
}

pub fn check_subscriptions(api_version: &str) -> Result<(), Reply> {
    if known(SUBSCRIPTIONS, api_version) {
        Ok(())
    } else {
        Err(error::invalid_api_version(api_version))
    }
}

/// Whether a version shows what came with `first`.
pub fn since(api_version: &str, first: &str) -> bool {
    api_version
        .get(..first.len())
        .is_some_and(|date| date >= first)
}

fn known(versions: &[&str], api_version: &str) -> bool {
    versions
        .iter()
        .any(|known| known.eq_ignore_ascii_case(api_version))
}
