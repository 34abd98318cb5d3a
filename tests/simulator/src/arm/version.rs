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

pub fn check_accounts(api_version: &str, kind: &str) -> Result<(), Reply> {
    if known(ACCOUNTS, api_version) {
        Ok(())
    } else {
        Err(error::unknown_provider_version(api_version, kind))
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
