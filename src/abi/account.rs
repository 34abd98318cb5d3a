//! Which account, and accounts as Azure Resource Manager shows them.

use std::sync::{Mutex, MutexGuard, PoisonError};

use libc::{c_char, c_void};

use super::client::cosmi_client;
use super::guard::{self, Fault};
use super::operation::{self, Output, cosmi_completion_fn, cosmi_operation};
use super::resources::cosmi_resources;
use super::status::cosmi_status;
use super::text::{self, Text};
use crate::azure::{Account, AccountRef, Secret};

/// Which account is meant: by name alone (it is looked for in all subscriptions that the identity sees), by
/// subscription, resource group and name, or by endpoint and key (then nothing is asked of Azure Resource Manager).
///
/// Owned by the caller, free with cosmi_account_ref_free. Setters copy what they are given.
///
/// Methods: cosmi_account_ref_new, cosmi_account_ref_set_subscription_id, cosmi_account_ref_set_resource_group,
/// cosmi_account_ref_set_name, cosmi_account_ref_set_endpoint, cosmi_account_ref_set_key, cosmi_account_ref_free
pub struct cosmi_account_ref(Mutex<AccountRef>);

impl cosmi_account_ref {
    fn lock(&self) -> MutexGuard<'_, AccountRef> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for cosmi_account_ref {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("cosmi_account_ref")
    }
}

/// # Safety
///
/// `account_ref` is NULL or valid.
unsafe fn set(
    account_ref: *mut cosmi_account_ref,
    change: impl FnOnce(&mut AccountRef) -> Result<(), Fault>,
) -> Result<cosmi_status, Fault> {
    // SAFETY: the caller's promise.
    change(&mut unsafe { guard::borrow(account_ref) }?.lock())?;
    Ok(cosmi_status::Ok)
}

/// The account that an operation is for, as it is at its start.
///
/// # Safety
///
/// `account` is NULL or valid.
pub(super) unsafe fn duplicate(account: *const cosmi_account_ref) -> Result<AccountRef, Fault> {
    // SAFETY: the caller's promise.
    Ok(unsafe { guard::borrow(account) }?.lock().duplicate())
}

/// Accounts as Azure Resource Manager shows them.
///
/// Borrowed from its operation.
///
/// Methods: cosmi_accounts_count, cosmi_accounts_json
#[derive(Debug)]
pub struct cosmi_accounts(Vec<Text>);

impl From<Vec<Account>> for cosmi_accounts {
    fn from(accounts: Vec<Account>) -> Self {
        Self(
            accounts
                .into_iter()
                .map(|account| account.json.into())
                .collect(),
        )
    }
}

/// Makes a reference to an account that says nothing yet.
///
/// out_account_ref: receives the reference; not NULL.
/// Returns COSMI_STATUS_OK, or INVALID_ARGUMENT. The reference is owned by the caller, free with
/// cosmi_account_ref_free. Any thread. Since 0.1.0.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_account_ref_new(
    out_account_ref: *mut *mut cosmi_account_ref,
) -> cosmi_status {
    guard::status(|| {
        let out_account_ref = guard::writable(out_account_ref)?;
        unsafe { guard::give(out_account_ref, cosmi_account_ref(Mutex::default())) };
        Ok(cosmi_status::Ok)
    })
}

/// Frees a reference to an account, and wipes its key. Operations started with it are not affected.
///
/// account_ref: NULL does nothing.
/// Any thread, but not while another call uses the reference. Since 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_account_ref_free(account_ref: *mut cosmi_account_ref) {
    unsafe { guard::free(account_ref) }
}

/// Says which subscription the account is in.
///
/// account_ref: not NULL.
/// subscription_id: the subscription's id; UTF-8, copied before return; not empty. NULL = not given.
/// Returns COSMI_STATUS_OK, INVALID_ARGUMENT, or INVALID_UTF8. Any thread. Since 0.1.0.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_account_ref_set_subscription_id(
    account_ref: *mut cosmi_account_ref,
    subscription_id: *const c_char,
) -> cosmi_status {
    guard::status(|| unsafe {
        set(account_ref, |account| {
            account.subscription_id = text::setting(subscription_id)?;
            Ok(())
        })
    })
}

/// Says which resource group the account is in.
///
/// account_ref: not NULL.
/// resource_group: the resource group's name; UTF-8, copied before return; not empty. NULL = not given.
/// Returns COSMI_STATUS_OK, INVALID_ARGUMENT, or INVALID_UTF8. Any thread. Since 0.1.0.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_account_ref_set_resource_group(
    account_ref: *mut cosmi_account_ref,
    resource_group: *const c_char,
) -> cosmi_status {
    guard::status(|| unsafe {
        set(account_ref, |account| {
            account.resource_group = text::setting(resource_group)?;
            Ok(())
        })
    })
}

/// Says the account's name.
///
/// account_ref: not NULL.
/// name: the name; UTF-8, copied before return; not empty. NULL = not given.
/// Returns COSMI_STATUS_OK, INVALID_ARGUMENT, or INVALID_UTF8. Any thread. Since 0.1.0.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_account_ref_set_name(
    account_ref: *mut cosmi_account_ref,
    name: *const c_char,
) -> cosmi_status {
    guard::status(|| unsafe {
        set(account_ref, |account| {
            account.name = text::setting(name)?;
            Ok(())
        })
    })
}

/// Says the account's endpoint, so that it need not be asked for.
///
/// account_ref: not NULL.
/// endpoint: a URL, for example https://myaccount.documents.azure.com:443/; UTF-8, copied before return; not empty. NULL = not given.
/// Returns COSMI_STATUS_OK, INVALID_ARGUMENT, or INVALID_UTF8. Any thread. Since 0.1.0.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_account_ref_set_endpoint(
    account_ref: *mut cosmi_account_ref,
    endpoint: *const c_char,
) -> cosmi_status {
    guard::status(|| unsafe {
        set(account_ref, |account| {
            account.endpoint = text::setting(endpoint)?;
            Ok(())
        })
    })
}

/// Says the account's key, so that it need not be asked for. SECRET: wipe your own copy.
///
/// account_ref: not NULL.
/// key: base64 text, as the service gives it; copied before return; NULL if and only if key_len is 0. NULL = not given.
/// key_len: length in bytes.
/// Returns COSMI_STATUS_OK, or INVALID_ARGUMENT. The copy is wiped when it is replaced or freed. Any thread.
/// Since 0.1.0.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_account_ref_set_key(
    account_ref: *mut cosmi_account_ref,
    key: *const u8,
    key_len: usize,
) -> cosmi_status {
    guard::status(|| unsafe {
        set(account_ref, |account| {
            account.key = text::bytes(key, key_len)?.map(|key| Secret::new(key.to_vec()));
            Ok(())
        })
    })
}

/// Starts listing Cosmos DB accounts.
///
/// client: not NULL.
/// subscription_id: the subscription to look in; UTF-8, copied before return; NULL = all that the identity sees.
/// resource_group: the resource group to look in; UTF-8, copied before return; NULL = all.
/// timeout_ms: milliseconds for the whole operation, retries included; 0 = the client's default.
/// callback: told the end, see cosmi_completion_fn; may be NULL.
/// user_data: handed to the callback as it is; may be NULL.
/// out_operation: receives the operation; not NULL.
/// Returns COSMI_STATUS_OK if and only if it has made an operation, whose result is cosmi_operation_accounts; otherwise
/// INVALID_ARGUMENT, INVALID_UTF8 or RUNTIME, and the callback never runs. The operation is owned by the caller, free with
/// cosmi_operation_free. Any thread. Since 0.1.0.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_account_list_start(
    client: *const cosmi_client,
    subscription_id: *const c_char,
    resource_group: *const c_char,
    timeout_ms: u32,
    callback: cosmi_completion_fn,
    user_data: *mut c_void,
    out_operation: *mut *mut cosmi_operation,
) -> cosmi_status {
    guard::status(|| unsafe {
        let subscription = text::optional(subscription_id)?;
        let group = text::optional(resource_group)?;
        operation::start(
            client,
            timeout_ms,
            callback,
            user_data,
            out_operation,
            |client, call| async move {
                let accounts = client
                    .list_accounts(&call, subscription.as_deref(), group.as_deref())
                    .await?;
                Ok(Output::Accounts(accounts.into()))
            },
        )
    })
}

/// Starts reading one Cosmos DB account.
///
/// client: not NULL.
/// account: which account; copied before return; not NULL.
/// timeout_ms: milliseconds for the whole operation, retries included; 0 = the client's default.
/// callback: told the end, see cosmi_completion_fn; may be NULL.
/// user_data: handed to the callback as it is; may be NULL.
/// out_operation: receives the operation; not NULL.
/// Returns COSMI_STATUS_OK if and only if it has made an operation, whose result is cosmi_operation_accounts (of one account); otherwise
/// INVALID_ARGUMENT or RUNTIME, and the callback never runs. The operation is owned by the caller, free with
/// cosmi_operation_free. Any thread. Since 0.1.0.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_account_show_start(
    client: *const cosmi_client,
    account: *const cosmi_account_ref,
    timeout_ms: u32,
    callback: cosmi_completion_fn,
    user_data: *mut c_void,
    out_operation: *mut *mut cosmi_operation,
) -> cosmi_status {
    guard::status(|| unsafe {
        let account = duplicate(account)?;
        operation::start(
            client,
            timeout_ms,
            callback,
            user_data,
            out_operation,
            |client, call| async move {
                Ok(Output::Accounts(
                    vec![client.show_account(&call, &account).await?].into(),
                ))
            },
        )
    })
}

/// Starts making a Cosmos DB account, which takes minutes. One that exists with the same definition stays as it is; with
/// another, the operation ends with COSMI_STATUS_CONFLICT.
///
/// client: not NULL.
/// account: its subscription, resource group and name; copied before return; not NULL.
/// definition_json: Azure Resource Manager's definition, an object with location and properties, and tags for example;
/// UTF-8, copied before return; not NULL.
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
pub unsafe extern "C" fn cosmi_account_create_start(
    client: *const cosmi_client,
    account: *const cosmi_account_ref,
    definition_json: *const c_char,
    no_wait: i32,
    timeout_ms: u32,
    callback: cosmi_completion_fn,
    user_data: *mut c_void,
    out_operation: *mut *mut cosmi_operation,
) -> cosmi_status {
    guard::status(|| unsafe {
        let account = duplicate(account)?;
        let definition_json = text::required(definition_json)?;
        let wait = no_wait == 0;
        operation::start(
            client,
            timeout_ms,
            callback,
            user_data,
            out_operation,
            |client, call| async move {
                let created = client
                    .create_account(&call, &account, &definition_json, wait)
                    .await?;
                Ok(Output::Resources(created.into()))
            },
        )
    })
}

/// Starts deleting a Cosmos DB account with all that is in it.
///
/// client: not NULL.
/// account: which account; copied before return; not NULL.
/// no_wait: 0 = the operation ends when Azure is done; otherwise when Azure has accepted it.
/// timeout_ms: milliseconds for the whole operation, retries included; 0 = the client's default.
/// callback: told the end, see cosmi_completion_fn; may be NULL.
/// user_data: handed to the callback as it is; may be NULL.
/// out_operation: receives the operation; not NULL.
/// Returns COSMI_STATUS_OK if and only if it has made an operation, whose result is cosmi_operation_resources (no
/// resource, and DELETED, ABSENT or ACCEPTED); otherwise INVALID_ARGUMENT or RUNTIME, and the callback never runs. The
/// operation is owned by the caller, free with cosmi_operation_free. Any thread. Since 0.1.0.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_account_delete_start(
    client: *const cosmi_client,
    account: *const cosmi_account_ref,
    no_wait: i32,
    timeout_ms: u32,
    callback: cosmi_completion_fn,
    user_data: *mut c_void,
    out_operation: *mut *mut cosmi_operation,
) -> cosmi_status {
    guard::status(|| unsafe {
        let account = duplicate(account)?;
        let wait = no_wait == 0;
        operation::start(
            client,
            timeout_ms,
            callback,
            user_data,
            out_operation,
            |client, call| async move {
                let existed = client.delete_account(&call, &account, wait).await?;
                Ok(Output::Resources(cosmi_resources::deleted(existed, wait)))
            },
        )
    })
}

/// Starts asking whether any account in Azure, seen or unseen, has a name.
///
/// client: not NULL.
/// account: the name; copied before return; not NULL.
/// timeout_ms: milliseconds for the whole operation, retries included; 0 = the client's default.
/// callback: told the end, see cosmi_completion_fn; may be NULL.
/// user_data: handed to the callback as it is; may be NULL.
/// out_operation: receives the operation; not NULL.
/// Returns COSMI_STATUS_OK if and only if it has made an operation, whose result is cosmi_operation_resources (no
/// resource, and ALREADY_SO for a name that is taken, ABSENT for one that is free); otherwise INVALID_ARGUMENT or
/// RUNTIME, and the callback never runs. The operation is owned by the caller, free with cosmi_operation_free.
/// Any thread. Since 0.1.0.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_account_name_check_start(
    client: *const cosmi_client,
    account: *const cosmi_account_ref,
    timeout_ms: u32,
    callback: cosmi_completion_fn,
    user_data: *mut c_void,
    out_operation: *mut *mut cosmi_operation,
) -> cosmi_status {
    guard::status(|| unsafe {
        let account = duplicate(account)?;
        operation::start(
            client,
            timeout_ms,
            callback,
            user_data,
            out_operation,
            |client, call| async move {
                let taken = client.is_account_name_taken(&call, &account).await?;
                Ok(Output::Resources(cosmi_resources::known_by_name(taken)))
            },
        )
    })
}

/// How many accounts there are.
///
/// accounts: may be NULL.
/// Returns the number; 0 for NULL. Any thread. Since 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_accounts_count(accounts: *const cosmi_accounts) -> usize {
    guard::value(0, || Some(unsafe { guard::borrow(accounts) }.ok()?.0.len()))
}

/// An account: Azure Resource Manager's JSON, verbatim.
///
/// accounts: may be NULL.
/// index: 0 to cosmi_accounts_count - 1.
/// out_len: receives the length in bytes, without the NUL; may be NULL.
/// Returns NUL-terminated UTF-8, borrowed until the operation is freed; NULL when there is none at that index.
/// Any thread. Since 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_accounts_json(
    accounts: *const cosmi_accounts,
    index: usize,
    out_len: *mut usize,
) -> *const c_char {
    unsafe { guard::text(accounts, out_len, |accounts| accounts.0.get(index)) }
}
