//! Collections.

use libc::{c_char, c_void};

use super::account::{self, cosmi_account_ref};
use super::client::cosmi_client;
use super::guard;
use super::keys::cosmi_key_kind;
use super::operation::{self, Output, cosmi_completion_fn, cosmi_operation};
use super::resources::cosmi_resources;
use super::status::cosmi_status;
use super::text::{self, Text};
use super::throughput;
use crate::azure::{Collection, Offer, OfferAbsence};

/// Why a collection has no offer (throughput) of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i32)]
pub enum cosmi_offer_absence {
    /// It has one.
    Present = 0,
    /// It shares the throughput of its database: see cosmi_collection_database_offer_json.
    SharedThroughput = 1,
    /// The account is serverless; there are no offers.
    Serverless = 2,
    /// The key may not read offers.
    NotPermitted = 3,
    /// The service shows none, for no reason that is known.
    NotFound = 4,
    /// The account accepts no key (disableLocalAuth). The collection is from Azure Resource Manager, which has no offers:
    /// see cosmi_throughput_show_start.
    LocalAuthDisabled = 5,
}

impl From<OfferAbsence> for cosmi_offer_absence {
    fn from(absence: OfferAbsence) -> Self {
        match absence {
            OfferAbsence::SharedThroughput => Self::SharedThroughput,
            OfferAbsence::Serverless => Self::Serverless,
            OfferAbsence::NotPermitted => Self::NotPermitted,
            OfferAbsence::NotFound => Self::NotFound,
            OfferAbsence::LocalAuthDisabled => Self::LocalAuthDisabled,
        }
    }
}

/// A collection and its offer.
///
/// Borrowed from its operation.
///
/// Methods: cosmi_collection_json, cosmi_collection_offer_json, cosmi_collection_offer_absence,
/// cosmi_collection_database_offer_json, cosmi_collection_with_offer_json, cosmi_collection_request_charge_ru,
/// cosmi_collection_activity_id, cosmi_collection_etag, cosmi_collection_account_name, cosmi_collection_endpoint,
/// cosmi_collection_key_access
#[derive(Debug)]
pub struct cosmi_collection {
    json: Text,
    offer_json: Option<Text>,
    offer_absence: cosmi_offer_absence,
    database_offer_json: Option<Text>,
    with_offer_json: Text,
    request_charge_ru: f64,
    activity_id: Option<Text>,
    etag: Option<Text>,
    account_name: Option<Text>,
    endpoint: Text,
    key_access: cosmi_key_kind,
}

impl From<Collection> for cosmi_collection {
    fn from(collection: Collection) -> Self {
        let (offer_json, offer_absence) = match collection.offer {
            Offer::Present(json) => (Some(json.into()), cosmi_offer_absence::Present),
            Offer::Absent(absence) => (None, absence.into()),
        };
        Self {
            json: collection.json.into(),
            offer_json,
            offer_absence,
            database_offer_json: collection.database_offer_json.map(Text::from),
            with_offer_json: collection.with_offer_json.into(),
            request_charge_ru: collection.request_charge_ru,
            activity_id: collection.activity_id.map(Text::from),
            etag: collection.etag.map(Text::from),
            account_name: collection.account_name.map(Text::from),
            endpoint: collection.endpoint.into(),
            key_access: collection.key_access.into(),
        }
    }
}

/// Starts reading a collection and its offer: token, account, key, collection and offer in one go, of which only what
/// is not known yet is asked for. An account that accepts no key is not asked: the collection is then read from Azure
/// Resource Manager, unless a key was given.
///
/// client: not NULL.
/// account: which account; copied before return; not NULL.
/// database: the database's name; UTF-8, copied before return; not NULL.
/// collection: the collection's name; UTF-8, copied before return; not NULL.
/// timeout_ms: milliseconds for the whole operation, retries included; 0 = the client's default.
/// callback: told the end, see cosmi_completion_fn; may be NULL.
/// user_data: handed to the callback as it is; may be NULL.
/// out_operation: receives the operation; not NULL.
/// Returns COSMI_STATUS_OK if and only if it has made an operation, whose result is cosmi_operation_collection; otherwise
/// INVALID_ARGUMENT, INVALID_UTF8 or RUNTIME, and the callback never runs. The operation is owned by the caller, free with
/// cosmi_operation_free. Any thread. Since 0.1.0.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_collection_show_start(
    client: *const cosmi_client,
    account: *const cosmi_account_ref,
    database: *const c_char,
    collection: *const c_char,
    timeout_ms: u32,
    callback: cosmi_completion_fn,
    user_data: *mut c_void,
    out_operation: *mut *mut cosmi_operation,
) -> cosmi_status {
    guard::status(|| unsafe {
        let account = account::duplicate(account)?;
        let database = text::required(database)?;
        let collection = text::required(collection)?;
        operation::start(
            client,
            timeout_ms,
            callback,
            user_data,
            out_operation,
            |client, call| async move {
                Ok(Output::Collection(
                    client
                        .show_collection(&call, &account, &database, &collection)
                        .await?
                        .into(),
                ))
            },
        )
    })
}

/// Starts listing the collections of a database through Azure Resource Manager; no key is needed.
///
/// client: not NULL.
/// account: which account; copied before return; not NULL.
/// database: the database's name; UTF-8, copied before return; not NULL.
/// timeout_ms: milliseconds for the whole operation, retries included; 0 = the client's default.
/// callback: told the end, see cosmi_completion_fn; may be NULL.
/// user_data: handed to the callback as it is; may be NULL.
/// out_operation: receives the operation; not NULL.
/// Returns COSMI_STATUS_OK if and only if it has made an operation, whose result is cosmi_operation_resources (the
/// collections); otherwise INVALID_ARGUMENT, INVALID_UTF8 or RUNTIME, and the callback never runs. The operation is
/// owned by the caller, free with cosmi_operation_free. Any thread. Since 0.1.0.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_collection_list_start(
    client: *const cosmi_client,
    account: *const cosmi_account_ref,
    database: *const c_char,
    timeout_ms: u32,
    callback: cosmi_completion_fn,
    user_data: *mut c_void,
    out_operation: *mut *mut cosmi_operation,
) -> cosmi_status {
    guard::status(|| unsafe {
        let account = account::duplicate(account)?;
        let database = text::required(database)?;
        operation::start(
            client,
            timeout_ms,
            callback,
            user_data,
            out_operation,
            |client, call| async move {
                let found = client
                    .list_resources(&call, &account, Some(&database))
                    .await?;
                Ok(Output::Resources(cosmi_resources::found(found)))
            },
        )
    })
}

/// Starts making a collection through Azure Resource Manager; no key is needed. One that exists with the same
/// definition and throughput stays as it is; with another, the operation ends with COSMI_STATUS_CONFLICT.
///
/// client: not NULL.
/// account: which account; copied before return; not NULL.
/// database: the database's name; UTF-8, copied before return; not NULL.
/// collection: the collection's name; UTF-8, copied before return; not NULL.
/// definition_json: the service's own definition without the name, an object with at least partitionKey; UTF-8, copied
/// before return; not NULL.
/// throughput_kind: a cosmi_throughput_kind; NONE = no throughput of its own (shared, or serverless).
/// throughput_ru: request units per second, the most of them for AUTOSCALE; 0 for NONE.
/// no_wait: 0 = the operation ends when Azure is done; otherwise when Azure has accepted it.
/// timeout_ms: milliseconds for the whole operation, retries included; 0 = the client's default.
/// callback: told the end, see cosmi_completion_fn; may be NULL.
/// user_data: handed to the callback as it is; may be NULL.
/// out_operation: receives the operation; not NULL.
/// Returns COSMI_STATUS_OK if and only if it has made an operation, whose result is cosmi_operation_resources (one
/// resource, and NEW, ALREADY_SO or ACCEPTED); otherwise INVALID_ARGUMENT, INVALID_UTF8 or RUNTIME, and the callback
/// never runs. The operation is owned by the caller, free with cosmi_operation_free. Any thread. Since 0.1.0.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_collection_create_start(
    client: *const cosmi_client,
    account: *const cosmi_account_ref,
    database: *const c_char,
    collection: *const c_char,
    definition_json: *const c_char,
    throughput_kind: i32,
    throughput_ru: u32,
    no_wait: i32,
    timeout_ms: u32,
    callback: cosmi_completion_fn,
    user_data: *mut c_void,
    out_operation: *mut *mut cosmi_operation,
) -> cosmi_status {
    guard::status(|| unsafe {
        let account = account::duplicate(account)?;
        let database = text::required(database)?;
        let collection = text::required(collection)?;
        let definition_json = text::required(definition_json)?;
        let throughput = throughput::optional(throughput_kind, throughput_ru)?;
        let wait = no_wait == 0;
        operation::start(
            client,
            timeout_ms,
            callback,
            user_data,
            out_operation,
            |client, call| async move {
                let created = client
                    .create_resource(
                        &call,
                        &account,
                        &database,
                        Some(&collection),
                        &definition_json,
                        throughput,
                        wait,
                    )
                    .await?;
                Ok(Output::Resources(created.into()))
            },
        )
    })
}

/// Starts deleting a collection with all that is in it.
///
/// client: not NULL.
/// account: which account; copied before return; not NULL.
/// database: the database's name; UTF-8, copied before return; not NULL.
/// collection: the collection's name; UTF-8, copied before return; not NULL.
/// no_wait: 0 = the operation ends when Azure is done; otherwise when Azure has accepted it.
/// timeout_ms: milliseconds for the whole operation, retries included; 0 = the client's default.
/// callback: told the end, see cosmi_completion_fn; may be NULL.
/// user_data: handed to the callback as it is; may be NULL.
/// out_operation: receives the operation; not NULL.
/// Returns COSMI_STATUS_OK if and only if it has made an operation, whose result is cosmi_operation_resources (no
/// resource, and DELETED, ABSENT or ACCEPTED); otherwise INVALID_ARGUMENT, INVALID_UTF8 or RUNTIME, and the callback
/// never runs. The operation is owned by the caller, free with cosmi_operation_free. Any thread. Since 0.1.0.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_collection_delete_start(
    client: *const cosmi_client,
    account: *const cosmi_account_ref,
    database: *const c_char,
    collection: *const c_char,
    no_wait: i32,
    timeout_ms: u32,
    callback: cosmi_completion_fn,
    user_data: *mut c_void,
    out_operation: *mut *mut cosmi_operation,
) -> cosmi_status {
    guard::status(|| unsafe {
        let account = account::duplicate(account)?;
        let database = text::required(database)?;
        let collection = text::required(collection)?;
        let wait = no_wait == 0;
        operation::start(
            client,
            timeout_ms,
            callback,
            user_data,
            out_operation,
            |client, call| async move {
                let existed = client
                    .delete_resource(&call, &account, &database, Some(&collection), wait)
                    .await?;
                Ok(Output::Resources(cosmi_resources::deleted(existed, wait)))
            },
        )
    })
}

/// The collection: the service's JSON, verbatim.
///
/// collection: may be NULL.
/// out_len: receives the length in bytes, without the NUL; may be NULL.
/// Returns NUL-terminated UTF-8, borrowed until the operation is freed; NULL for NULL.
/// Any thread. Since 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_collection_json(
    collection: *const cosmi_collection,
    out_len: *mut usize,
) -> *const c_char {
    unsafe { guard::text(collection, out_len, |collection| Some(&collection.json)) }
}

/// The collection's own offer: the service's JSON, verbatim.
///
/// collection: may be NULL.
/// out_len: receives the length in bytes, without the NUL; may be NULL.
/// Returns NUL-terminated UTF-8, borrowed until the operation is freed; NULL when there is none; cosmi_collection_offer_absence says why.
/// Any thread. Since 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_collection_offer_json(
    collection: *const cosmi_collection,
    out_len: *mut usize,
) -> *const c_char {
    unsafe {
        guard::text(collection, out_len, |collection| {
            collection.offer_json.as_ref()
        })
    }
}

/// Why there is no offer.
///
/// collection: may be NULL.
/// Returns a cosmi_offer_absence, PRESENT when there is one; -1 for NULL. Any thread. Since 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_collection_offer_absence(
    collection: *const cosmi_collection,
) -> i32 {
    guard::value(-1, || {
        Some(unsafe { guard::borrow(collection) }.ok()?.offer_absence as i32)
    })
}

/// The offer of the collection's database: the service's JSON, verbatim.
///
/// collection: may be NULL.
/// out_len: receives the length in bytes, without the NUL; may be NULL.
/// Returns NUL-terminated UTF-8, borrowed until the operation is freed; NULL when the collection does not share it.
/// Any thread. Since 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_collection_database_offer_json(
    collection: *const cosmi_collection,
    out_len: *mut usize,
) -> *const c_char {
    unsafe {
        guard::text(collection, out_len, |collection| {
            collection.database_offer_json.as_ref()
        })
    }
}

/// The collection and its offer in one: {"collection":...,"offer":...}, where an absent offer is null.
///
/// collection: may be NULL.
/// out_len: receives the length in bytes, without the NUL; may be NULL.
/// Returns NUL-terminated UTF-8, borrowed until the operation is freed; NULL for NULL.
/// Any thread. Since 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_collection_with_offer_json(
    collection: *const cosmi_collection,
    out_len: *mut usize,
) -> *const c_char {
    unsafe {
        guard::text(collection, out_len, |collection| {
            Some(&collection.with_offer_json)
        })
    }
}

/// What reading the collection and its offer has cost.
///
/// collection: may be NULL.
/// Returns request units; 0 for NULL. Any thread. Since 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_collection_request_charge_ru(
    collection: *const cosmi_collection,
) -> f64 {
    guard::value(0.0, || {
        Some(unsafe { guard::borrow(collection) }.ok()?.request_charge_ru)
    })
}

/// The id by which the service's support finds the request for the collection.
///
/// collection: may be NULL.
/// out_len: receives the length in bytes, without the NUL; may be NULL.
/// Returns NUL-terminated UTF-8, borrowed until the operation is freed; NULL when it was not told.
/// Any thread. Since 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_collection_activity_id(
    collection: *const cosmi_collection,
    out_len: *mut usize,
) -> *const c_char {
    unsafe {
        guard::text(collection, out_len, |collection| {
            collection.activity_id.as_ref()
        })
    }
}

/// The version of the collection, which changes with every change to it.
///
/// collection: may be NULL.
/// out_len: receives the length in bytes, without the NUL; may be NULL.
/// Returns NUL-terminated UTF-8, borrowed until the operation is freed; NULL when it was not told.
/// Any thread. Since 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_collection_etag(
    collection: *const cosmi_collection,
    out_len: *mut usize,
) -> *const c_char {
    unsafe { guard::text(collection, out_len, |collection| collection.etag.as_ref()) }
}

/// The name of the account that the collection is in.
///
/// collection: may be NULL.
/// out_len: receives the length in bytes, without the NUL; may be NULL.
/// Returns NUL-terminated UTF-8, borrowed until the operation is freed; NULL when it is not known, as when only endpoint and key were given.
/// Any thread. Since 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_collection_account_name(
    collection: *const cosmi_collection,
    out_len: *mut usize,
) -> *const c_char {
    unsafe {
        guard::text(collection, out_len, |collection| {
            collection.account_name.as_ref()
        })
    }
}

/// The address of the account that the collection was read from.
///
/// collection: may be NULL.
/// out_len: receives the length in bytes, without the NUL; may be NULL.
/// Returns NUL-terminated UTF-8, borrowed until the operation is freed; NULL for NULL.
/// Any thread. Since 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_collection_endpoint(
    collection: *const cosmi_collection,
    out_len: *mut usize,
) -> *const c_char {
    unsafe { guard::text(collection, out_len, |collection| Some(&collection.endpoint)) }
}

/// What the key permits that the collection was read with.
///
/// collection: may be NULL.
/// Returns a cosmi_key_kind; AUTO when it is not known, because the caller has given the key, or when none was used; -1 for
/// NULL. Any thread. Since 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_collection_key_access(collection: *const cosmi_collection) -> i32 {
    guard::value(-1, || {
        Some(unsafe { guard::borrow(collection) }.ok()?.key_access as i32)
    })
}
