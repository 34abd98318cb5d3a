/*
 * cosmi: Azure Cosmos DB by managed identity.
 *
 * THIS FILE IS GENERATED from src/abi by the build; change it there.
 *
 *
 * Work
 *
 * Everything that talks to a network is an operation: start, wait, read, free.
 *
 *     cosmi_client *client = NULL;
 *     cosmi_operation *operation = NULL;
 *     if (cosmi_client_new(NULL, &client, NULL) == COSMI_STATUS_OK &&
 *         cosmi_token_get_start(client, "https://management.azure.com/", 0, NULL, NULL, &operation) ==
 *             COSMI_STATUS_OK) {
 *         if (cosmi_operation_wait(operation, UINT32_MAX) == COSMI_STATUS_OK) {
 *             use(cosmi_token_value(cosmi_operation_token(operation), &len), len);
 *         } else {
 *             puts(cosmi_error_message(cosmi_operation_error(operation), NULL));
 *         }
 *     }
 *     cosmi_operation_free(operation);
 *     cosmi_client_free(client);
 *
 * An operation ends exactly once, with one final status, by its result, its time-out, a cancellation or an
 * error. The law of operations in full: docs/ABI.md.
 *
 *
 * Memory
 *
 * Handles are made by functions that end in _new or _start and ended by the _free of their type, once; a
 * NULL is fine there. Nothing else is ever freed: results, errors of operations and their text are borrowed
 * from the operation and valid until it is freed. What goes in is copied before the call returns.
 *
 * Text is UTF-8. Going in, it ends with a NUL. Coming out, it ends with a NUL too, and its length is offered
 * for those who want it: NULL is accepted for every out_len. Where there is no text, the pointer is NULL and
 * the length 0. Bytes go in as pointer and length: NULL if and only if the length is 0.
 *
 * An out-parameter is written when the call succeeds and untouched otherwise (out_error: the other way round;
 * out_len: always written). Every pointer is checked for NULL; the library cannot check more than that.
 *
 *
 * Threads
 *
 * Any thread may make any call at any time, several at once on the same handle too. The one exception: the
 * _free of a handle must be the last call on it.
 *
 * The library has at most three threads of its own. Callbacks run on one of them, one call at a time, so a
 * callback may block and may call everything here; only the callbacks after it wait. Operations do not. Do
 * not wait in one callback for another callback.
 *
 * The library stays in memory until the process ends, whatever dlclose or FreeLibrary is told. After fork
 * without exec the child must not use it: starts and waits there return COSMI_STATUS_RUNTIME.
 *
 *
 * Errors
 *
 * Statuses are for branching: numbers never change their meaning, and a number you do not know is to be
 * treated as its band (status / 100). Errors are for reading: cosmi_operation_error, or the out_error of
 * cosmi_client_new. No call ends the process, not even through a bug of the library: that is
 * COSMI_STATUS_PANIC.
 *
 *
 * Secrets
 *
 * Tokens, keys and connection strings are bytes with a length, marked SECRET, never text in JSON, errors or
 * logs. The library wipes them when their operation is freed; wipe your copies, too.
 */

#ifndef COSMI_H
#define COSMI_H

#include <stddef.h>
#include <stdint.h>

/* A status that is not looked at is a mistake: compilers that can, warn. */
#if defined(COSMI_MUST_USE)
#elif (defined(__cplusplus) && __cplusplus >= 201703L) || \
    (defined(__STDC_VERSION__) && __STDC_VERSION__ >= 202311L)
#define COSMI_MUST_USE [[nodiscard]]
#elif defined(__GNUC__)
#define COSMI_MUST_USE __attribute__((warn_unused_result))
#else
#define COSMI_MUST_USE
#endif

// The version of this interface: major << 16 | minor. A greater minor only adds; another major is another library,
// with another SONAME. Compare with cosmi_abi_version before anything else when the library is loaded at run time.
#define COSMI_ABI_VERSION 65536

// How a call or an operation ended.
//
// The numbers are banded: 1-99 not ended yet, 100-199 the caller's input, 200-299 ended early, 300-399 the network,
// 400-499 identity and access, 500-599 the service, 900-999 the library itself. They never change their meaning, and
// more may come: treat a number you do not know as its band (status / 100).
//
// Methods: cosmi_status_name
enum cosmi_status
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    // Done.
    COSMI_STATUS_OK = 0,
    // The operation has not ended yet. Only cosmi_operation_wait returns this.
    COSMI_STATUS_PENDING = 1,
    // A NULL where none is allowed, a number out of its range, or input that cannot work.
    COSMI_STATUS_INVALID_ARGUMENT = 100,
    // Text that is not UTF-8.
    COSMI_STATUS_INVALID_UTF8 = 101,
    // A call that cannot be made now or here.
    COSMI_STATUS_INVALID_STATE = 102,
    // The operation was cancelled.
    COSMI_STATUS_CANCELLED = 200,
    // The operation's time was up.
    COSMI_STATUS_TIMED_OUT = 201,
    // No connection could be made, or it broke.
    COSMI_STATUS_CONNECT = 300,
    // The connection could not be secured: the certificate is not trusted, expired, or of another name.
    COSMI_STATUS_TLS = 301,
    // The host's name could not be resolved.
    COSMI_STATUS_DNS = 302,
    // The other side does not speak HTTP as it should.
    COSMI_STATUS_PROTOCOL = 303,
    // The answer is larger than any honest one.
    COSMI_STATUS_TOO_LARGE = 304,
    // This machine has no such managed identity.
    COSMI_STATUS_NO_IDENTITY = 400,
    // The token or the key was not accepted.
    COSMI_STATUS_UNAUTHENTICATED = 401,
    // The identity or the key is known but may not do this.
    COSMI_STATUS_FORBIDDEN = 403,
    // There is no such thing.
    COSMI_STATUS_NOT_FOUND = 500,
    // The state of the thing forbids it: for example, it is locked.
    COSMI_STATUS_CONFLICT = 501,
    // The service asks for fewer requests.
    COSMI_STATUS_THROTTLED = 502,
    // The service failed.
    COSMI_STATUS_SERVICE = 503,
    // The answer cannot be understood.
    COSMI_STATUS_BAD_RESPONSE = 504,
    // The library has a bug. The error's message tells where.
    COSMI_STATUS_PANIC = 900,
    // The operating system gives no threads, or the process was forked after the library was used.
    COSMI_STATUS_RUNTIME = 901,
    // The library contradicts itself.
    COSMI_STATUS_INTERNAL = 902,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum cosmi_status cosmi_status;
#else
typedef int32_t cosmi_status;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// How much is logged. Each level includes those before it.
enum cosmi_log_level
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    // Nothing.
    COSMI_LOG_LEVEL_OFF = 0,
    // What failed for good.
    COSMI_LOG_LEVEL_ERROR = 1,
    // What was worked around.
    COSMI_LOG_LEVEL_WARNING = 2,
    // What was done, in lines a person wants to read.
    COSMI_LOG_LEVEL_INFO = 3,
    // Every request and answer.
    COSMI_LOG_LEVEL_DEBUG = 4,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum cosmi_log_level cosmi_log_level;
#else
typedef int32_t cosmi_log_level;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// Where the machine's token comes from.
enum cosmi_identity_source
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    // Chosen by what the machine offers.
    COSMI_IDENTITY_SOURCE_AUTO = 0,
    // The metadata service of a virtual machine or scale set.
    COSMI_IDENTITY_SOURCE_IMDS = 1,
    // The endpoint of App Service, Functions, Container Apps and Automation.
    COSMI_IDENTITY_SOURCE_APP_SERVICE = 2,
    // The agent of an Azure Arc server.
    COSMI_IDENTITY_SOURCE_ARC = 3,
    // The endpoint of a Service Fabric application.
    COSMI_IDENTITY_SOURCE_SERVICE_FABRIC = 4,
    // The older endpoint with a secret: Azure ML, older Automation hybrid workers.
    COSMI_IDENTITY_SOURCE_MACHINE_LEARNING = 5,
    // Cloud Shell, whose tokens are the user's own.
    COSMI_IDENTITY_SOURCE_CLOUD_SHELL = 6,
    // A federated token of Kubernetes or another issuer, exchanged at Entra.
    COSMI_IDENTITY_SOURCE_WORKLOAD_IDENTITY = 7,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum cosmi_identity_source cosmi_identity_source;
#else
typedef int32_t cosmi_identity_source;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// What keys permit.
enum cosmi_key_kind
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    // As a wish: read-write keys, and read-only ones where those are refused. As an answer: not known.
    COSMI_KEY_KIND_AUTO = 0,
    // Reading and writing.
    COSMI_KEY_KIND_READ_WRITE = 1,
    // Reading only.
    COSMI_KEY_KIND_READ_ONLY = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum cosmi_key_kind cosmi_key_kind;
#else
typedef int32_t cosmi_key_kind;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// Which of an account's four keys it is.
enum cosmi_key_role
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    // The primary read-write key.
    COSMI_KEY_ROLE_PRIMARY = 0,
    // The secondary read-write key.
    COSMI_KEY_ROLE_SECONDARY = 1,
    // The primary read-only key.
    COSMI_KEY_ROLE_PRIMARY_READ_ONLY = 2,
    // The secondary read-only key.
    COSMI_KEY_ROLE_SECONDARY_READ_ONLY = 3,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum cosmi_key_role cosmi_key_role;
#else
typedef int32_t cosmi_key_role;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// Why a collection has no offer (throughput) of its own.
enum cosmi_offer_absence
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    // It has one.
    COSMI_OFFER_ABSENCE_PRESENT = 0,
    // It shares the throughput of its database: see cosmi_collection_database_offer_json.
    COSMI_OFFER_ABSENCE_SHARED_THROUGHPUT = 1,
    // The account is serverless; there are no offers.
    COSMI_OFFER_ABSENCE_SERVERLESS = 2,
    // The key may not read offers.
    COSMI_OFFER_ABSENCE_NOT_PERMITTED = 3,
    // The service shows none, for no reason that is known.
    COSMI_OFFER_ABSENCE_NOT_FOUND = 4,
    // The account accepts no key (disableLocalAuth). The collection is from Azure Resource Manager, which has no offers:
    // see cosmi_throughput_show_start.
    COSMI_OFFER_ABSENCE_LOCAL_AUTH_DISABLED = 5,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum cosmi_offer_absence cosmi_offer_absence;
#else
typedef int32_t cosmi_offer_absence;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// What an operation has changed.
enum cosmi_change
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    // Nothing, and nothing was to change: it was a read.
    COSMI_CHANGE_NONE = 0,
    // It was made, or made so.
    COSMI_CHANGE_NEW = 1,
    // Nothing: it was so already.
    COSMI_CHANGE_ALREADY_SO = 2,
    // Azure has accepted the change and is at it: it was not to be waited for.
    COSMI_CHANGE_ACCEPTED = 3,
    // It was deleted.
    COSMI_CHANGE_DELETED = 4,
    // Nothing: there was none.
    COSMI_CHANGE_ABSENT = 5,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum cosmi_change cosmi_change;
#else
typedef int32_t cosmi_change;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// How the throughput of a database or collection is set.
enum cosmi_throughput_kind
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    // Not at all: a collection shares its database's, and a serverless account has none.
    COSMI_THROUGHPUT_KIND_NONE = 0,
    // As many request units per second, always: 400 or more, in hundreds.
    COSMI_THROUGHPUT_KIND_MANUAL = 1,
    // Up to so many, as needed: 1000 or more, in thousands.
    COSMI_THROUGHPUT_KIND_AUTOSCALE = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum cosmi_throughput_kind cosmi_throughput_kind;
#else
typedef int32_t cosmi_throughput_kind;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// Which account is meant: by name alone (it is looked for in all subscriptions that the identity sees), by
// subscription, resource group and name, or by endpoint and key (then nothing is asked of Azure Resource Manager).
//
// Owned by the caller, free with cosmi_account_ref_free. Setters copy what they are given.
//
// Methods: cosmi_account_ref_new, cosmi_account_ref_set_subscription_id, cosmi_account_ref_set_resource_group,
// cosmi_account_ref_set_name, cosmi_account_ref_set_endpoint, cosmi_account_ref_set_key, cosmi_account_ref_free
typedef struct cosmi_account_ref cosmi_account_ref;

// Accounts as Azure Resource Manager shows them.
//
// Borrowed from its operation.
//
// Methods: cosmi_accounts_count, cosmi_accounts_json
typedef struct cosmi_accounts cosmi_accounts;

// A client: settings, connections, and what it has learnt (tokens, accounts, keys). One per process is enough.
//
// Owned by the caller, free with cosmi_client_free. Any number of threads may use it at the same time.
//
// Methods: cosmi_client_new, cosmi_client_new_for_checks, cosmi_client_free, cosmi_token_get_start,
// cosmi_token_renew_start, cosmi_environment_show_start, cosmi_account_list_start, cosmi_account_show_start,
// cosmi_account_create_start, cosmi_account_delete_start, cosmi_account_name_check_start, cosmi_keys_list_start,
// cosmi_key_regenerate_start, cosmi_connection_strings_list_start, cosmi_database_list_start,
// cosmi_database_show_start, cosmi_database_create_start, cosmi_database_delete_start, cosmi_collection_show_start,
// cosmi_collection_list_start, cosmi_collection_create_start, cosmi_collection_delete_start,
// cosmi_throughput_show_start, cosmi_throughput_set_start, cosmi_identity_show_start, cosmi_identity_enable_start,
// cosmi_access_grant_start, cosmi_access_list_start, cosmi_access_revoke_start, cosmi_data_access_grant_start,
// cosmi_data_access_list_start, cosmi_data_access_revoke_start, cosmi_data_role_list_start
typedef struct cosmi_client cosmi_client;

// A collection and its offer.
//
// Borrowed from its operation.
//
// Methods: cosmi_collection_json, cosmi_collection_offer_json, cosmi_collection_offer_absence,
// cosmi_collection_database_offer_json, cosmi_collection_with_offer_json, cosmi_collection_request_charge_ru,
// cosmi_collection_activity_id, cosmi_collection_etag, cosmi_collection_account_name, cosmi_collection_endpoint,
// cosmi_collection_key_access
typedef struct cosmi_collection cosmi_collection;

// Connection strings of an account.
//
// Borrowed from its operation.
//
// Methods: cosmi_connection_strings_count, cosmi_connection_strings_value, cosmi_connection_strings_description,
// cosmi_connection_strings_key_kind, cosmi_connection_strings_type, cosmi_connection_strings_account_name
typedef struct cosmi_connection_strings cosmi_connection_strings;

// Where the program runs: which identity source was found, and what the machine says about itself.
//
// Borrowed from its operation.
//
// Methods: cosmi_environment_identity_source, cosmi_environment_reason, cosmi_environment_subscription_id,
// cosmi_environment_resource_group, cosmi_environment_machine_name, cosmi_environment_resource_id,
// cosmi_environment_location, cosmi_environment_cloud, cosmi_environment_arm_endpoint,
// cosmi_environment_metadata_json, cosmi_environment_scale_set_name, cosmi_environment_claims_json,
// cosmi_environment_variables_seen
typedef struct cosmi_environment cosmi_environment;

// What went wrong, for people and for programs. Its text is safe to log: it holds no secrets.
//
// Owned by the caller when it came from an out_error parameter (free with cosmi_error_free); borrowed from its
// operation when it came from cosmi_operation_error (never freed).
//
// Methods: cosmi_error_status, cosmi_error_message, cosmi_error_action, cosmi_error_http_status,
// cosmi_error_service_code, cosmi_error_request_id, cosmi_error_retry_after_ms, cosmi_error_is_retryable,
// cosmi_error_free
typedef struct cosmi_error cosmi_error;

// Keys of an account.
//
// Borrowed from its operation.
//
// Methods: cosmi_keys_count, cosmi_keys_value, cosmi_keys_role, cosmi_keys_access, cosmi_keys_account_name
typedef struct cosmi_keys cosmi_keys;

// A piece of work, made by one of the functions that end in _start.
//
// It ends exactly once, with one final status; results and errors are borrowed from it until it is freed. Owned by
// the caller, free with cosmi_operation_free, at any time. Any number of threads may use it at the same time, except
// that freeing it must be the last call.
//
// Methods: cosmi_operation_id, cosmi_operation_wait, cosmi_operation_cancel, cosmi_operation_error,
// cosmi_operation_token, cosmi_operation_environment, cosmi_operation_accounts, cosmi_operation_keys,
// cosmi_operation_connection_strings, cosmi_operation_collection, cosmi_operation_resources, cosmi_operation_free
typedef struct cosmi_operation cosmi_operation;

// Settings for cosmi_client_new. Everything has a default; new options are all defaults.
//
// Owned by the caller, free with cosmi_options_free. Setters copy what they are given.
//
// Methods: cosmi_options_new, cosmi_options_set_identity_source, cosmi_options_set_client_id,
// cosmi_options_set_object_id, cosmi_options_set_resource_id, cosmi_options_set_cloud,
// cosmi_options_set_arm_endpoint, cosmi_options_set_arm_audience, cosmi_options_set_login_endpoint,
// cosmi_options_set_cosmos_suffix, cosmi_options_set_metadata_endpoint, cosmi_options_set_ca_certificates,
// cosmi_options_set_variable, cosmi_variable_name, cosmi_options_set_update_wait_ms, cosmi_options_set_timeout_ms, cosmi_options_free
typedef struct cosmi_options cosmi_options;

// Resources as Azure Resource Manager shows them, and what became of them.
//
// Borrowed from its operation.
//
// Methods: cosmi_resources_count, cosmi_resources_json, cosmi_resources_change
typedef struct cosmi_resources cosmi_resources;

// A token of the machine's identity.
//
// Borrowed from its operation.
//
// Methods: cosmi_token_value, cosmi_token_expires_on_s, cosmi_token_resource, cosmi_token_client_id,
// cosmi_token_identity_source, cosmi_token_claims_json
typedef struct cosmi_token cosmi_token;

// Takes one log record.
//
// user_data: as given to cosmi_log_set.
// level: a cosmi_log_level, 1 to 4.
// operation_id: the operation it belongs to (cosmi_operation_id), or 0.
// message: UTF-8, one line, no secrets, NUL-terminated; valid during the call only.
// message_len: its length in bytes, without the NUL.
// Called on a library thread, one call at a time; see cosmi_log_set. Since 0.1.0.
typedef void (*cosmi_log_fn)(void *user_data,
                             int32_t level,
                             uint64_t operation_id,
                             const char *message,
                             size_t message_len);

// Is told that an operation has ended.
//
// user_data: as given to the function that started the operation. It may be released here: the call is the only one.
// status: the final status, the same that cosmi_operation_wait returns.
// Called exactly once for each operation that was started with it, also when the operation is cancelled or freed;
// after the end is visible to cosmi_operation_wait; on a library thread that may block, one call at a time; never
// inside the function that started the operation, but maybe before that has returned. Since 0.1.0.
typedef void (*cosmi_completion_fn)(void *user_data, cosmi_status status);

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

// The version of the interface that the loaded library has.
//
// Returns major << 16 | minor. It fits when the major is that of COSMI_ABI_VERSION and the minor is not smaller.
// Any thread. Since 0.1.0.
uint32_t cosmi_abi_version(void);

// The version of the loaded library as text, for example 0.1.0.
//
// Returns the text, never NULL. It lives as long as the process. Any thread. Since 0.1.0.
const char *cosmi_version(void);

// The name of a status without its prefix, for example NOT_FOUND.
//
// status: any number.
// Returns the name, or UNKNOWN for a number that this version does not know; never NULL. It lives as long as the
// process. Any thread. Since 0.1.0.
const char *cosmi_status_name(int32_t status);

// The status of an error: the same as its operation's.
//
// error: NULL is no error.
// Returns the status; COSMI_STATUS_OK for NULL. Any thread. Since 0.1.0.
COSMI_MUST_USE cosmi_status cosmi_error_status(const cosmi_error *error);

// What happened, in one line of English without a final period; causes follow after ": ".
//
// error: may be NULL.
// out_len: receives the length in bytes, without the NUL; may be NULL.
// Returns NUL-terminated UTF-8, borrowed until the error or its operation is freed; NULL for NULL. Any thread.
// Since 0.1.0.
const char *cosmi_error_message(const cosmi_error *error,
                                size_t *out_len);

// What the reader can do about it, in one line.
//
// error: may be NULL.
// out_len: receives the length in bytes, without the NUL; may be NULL.
// Returns NUL-terminated UTF-8, borrowed until the error or its operation is freed; NULL when there is no advice.
// Any thread. Since 0.1.0.
const char *cosmi_error_action(const cosmi_error *error,
                               size_t *out_len);

// The HTTP status of the answer that was the error.
//
// error: may be NULL.
// Returns the HTTP status, or 0 when there was no answer. Any thread. Since 0.1.0.
uint32_t cosmi_error_http_status(const cosmi_error *error);

// The service's own code for the error, for example AuthorizationFailed.
//
// error: may be NULL.
// out_len: receives the length in bytes, without the NUL; may be NULL.
// Returns NUL-terminated UTF-8, borrowed until the error or its operation is freed; NULL when there is none.
// Any thread. Since 0.1.0.
const char *cosmi_error_service_code(const cosmi_error *error, size_t *out_len);

// The id by which the service's support finds the failed request.
//
// error: may be NULL.
// out_len: receives the length in bytes, without the NUL; may be NULL.
// Returns NUL-terminated UTF-8, borrowed until the error or its operation is freed; NULL when there is none.
// Any thread. Since 0.1.0.
const char *cosmi_error_request_id(const cosmi_error *error, size_t *out_len);

// How long the service asked to wait before the next try.
//
// error: may be NULL.
// Returns milliseconds, or -1 when it did not ask. Any thread. Since 0.1.0.
int64_t cosmi_error_retry_after_ms(const cosmi_error *error);

// Whether the same call may succeed later with nothing changed.
//
// error: may be NULL.
// Returns 1 or 0. Any thread. Since 0.1.0.
int32_t cosmi_error_is_retryable(const cosmi_error *error);

// Frees an error that came from an out_error parameter.
//
// error: NULL does nothing. Never one that was borrowed from an operation.
// Any thread, but not while another call uses the error. Since 0.1.0.
void cosmi_error_free(cosmi_error *error);

// Sets the process's log callback, or removes it.
//
// level: a cosmi_log_level; with COSMI_LOG_LEVEL_OFF the callback is removed.
// callback: takes the records; NULL removes the former one.
// user_data: handed to the callback as it is; may be NULL.
// Returns COSMI_STATUS_OK; INVALID_ARGUMENT for a level out of range; INVALID_STATE from inside a log callback.
// When it returns, the former callback is not running and never runs again: its user_data may be released. What was
// recorded before is given to the former callback first, then on the calling thread. At all other times the callback
// runs on a library thread, one call at a time and never during another library callback; it may block, and may call
// everything but this function. While it (or a completion) blocks, records are kept; of more than 4096 the newest
// are dropped and counted. The records of an operation come before its completion callback, but may come after
// cosmi_operation_wait has returned. Any thread. Since 0.1.0.
COSMI_MUST_USE
cosmi_status cosmi_log_set(int32_t level,
                           cosmi_log_fn callback,
                           void *user_data);

// Makes options with all defaults.
//
// out_options: receives the options; not NULL.
// Returns COSMI_STATUS_OK, or INVALID_ARGUMENT. The options are owned by the caller, free with cosmi_options_free.
// Any thread. Since 0.1.0.
COSMI_MUST_USE
cosmi_status cosmi_options_new(cosmi_options **out_options);

// Frees options. Clients made from them are not affected.
//
// options: NULL does nothing.
// Any thread, but not while another call uses the options. Since 0.1.0.
void cosmi_options_free(cosmi_options *options);

// Says where the token comes from, instead of finding out.
//
// options: not NULL.
// identity_source: a cosmi_identity_source; AUTO, the default, finds out.
// Returns COSMI_STATUS_OK, or INVALID_ARGUMENT for a number out of range. Any thread. Since 0.1.0.
COSMI_MUST_USE
cosmi_status cosmi_options_set_identity_source(cosmi_options *options,
                                               int32_t identity_source);

// Chooses the user-assigned identity with this client id (application id). Replaces an object or resource id.
//
// options: not NULL.
// client_id: UTF-8, copied before return; not empty. NULL = the system-assigned identity, the default.
// Returns COSMI_STATUS_OK, INVALID_ARGUMENT, or INVALID_UTF8. Any thread. Since 0.1.0.
COSMI_MUST_USE cosmi_status cosmi_options_set_client_id(cosmi_options *options, const char *client_id);

// Chooses the user-assigned identity with this object id (principal id). Replaces a client or resource id.
//
// options: not NULL.
// object_id: UTF-8, copied before return; not empty. NULL = the system-assigned identity, the default.
// Returns COSMI_STATUS_OK, INVALID_ARGUMENT, or INVALID_UTF8. Any thread. Since 0.1.0.
COSMI_MUST_USE cosmi_status cosmi_options_set_object_id(cosmi_options *options, const char *object_id);

// Chooses the user-assigned identity with this Azure resource id. Replaces a client or object id.
//
// options: not NULL.
// resource_id: UTF-8, copied before return; not empty. NULL = the system-assigned identity, the default.
// Returns COSMI_STATUS_OK, INVALID_ARGUMENT, or INVALID_UTF8. Any thread. Since 0.1.0.
COSMI_MUST_USE cosmi_status cosmi_options_set_resource_id(cosmi_options *options, const char *resource_id);

// Names the cloud, instead of asking the machine.
//
// options: not NULL.
// cloud: UTF-8, copied before return; not empty: AzurePublicCloud, AzureUSGovernmentCloud or AzureChinaCloud, in any
// case; cosmi_client_new refuses others. NULL = find out, the default.
// Returns COSMI_STATUS_OK, INVALID_ARGUMENT, or INVALID_UTF8. Any thread. Since 0.1.0.
COSMI_MUST_USE
cosmi_status cosmi_options_set_cloud(cosmi_options *options,
                                     const char *cloud);

// Sets the address of Azure Resource Manager, for private clouds and dry runs.
//
// options: not NULL.
// arm_endpoint: an https URL (http to loopback only), UTF-8, copied before return; not empty; cosmi_client_new
// refuses what is none. NULL = the environment variable COSMI_ARM_ENDPOINT, else the cloud's; the default.
// Returns COSMI_STATUS_OK, INVALID_ARGUMENT, or INVALID_UTF8. Any thread. Since 0.1.0.
COSMI_MUST_USE
cosmi_status cosmi_options_set_arm_endpoint(cosmi_options *options,
                                            const char *arm_endpoint);

// Says what tokens for Azure Resource Manager are for, in private clouds.
//
// options: not NULL.
// arm_audience: a URI, UTF-8, copied before return; not empty. NULL = the cloud's, the default.
// Returns COSMI_STATUS_OK, INVALID_ARGUMENT, or INVALID_UTF8. Any thread. Since 0.1.0.
COSMI_MUST_USE cosmi_status cosmi_options_set_arm_audience(cosmi_options *options, const char *arm_audience);

// Sets where workload identities sign in, in private clouds.
//
// options: not NULL.
// login_endpoint: an https URL, UTF-8, copied before return; not empty; cosmi_client_new refuses what is none.
// NULL = the cloud's, the default. The environment variable AZURE_AUTHORITY_HOST stands before both.
// Returns COSMI_STATUS_OK, INVALID_ARGUMENT, or INVALID_UTF8. Any thread. Since 0.1.0.
COSMI_MUST_USE
cosmi_status cosmi_options_set_login_endpoint(cosmi_options *options,
                                              const char *login_endpoint);

// Says what follows the account's name in the host of its endpoint, in private clouds.
//
// options: not NULL.
// cosmos_suffix: for example documents.azure.com, UTF-8, copied before return; not empty; cosmi_client_new refuses
// what is no host name. NULL = the cloud's, the default.
// Returns COSMI_STATUS_OK, INVALID_ARGUMENT, or INVALID_UTF8. Any thread. Since 0.1.0.
COSMI_MUST_USE
cosmi_status cosmi_options_set_cosmos_suffix(cosmi_options *options,
                                             const char *cosmos_suffix);

// Sets the address of the machine's metadata service, for dry runs.
//
// options: not NULL.
// metadata_endpoint: an http URL, UTF-8, copied before return; not empty; cosmi_client_new refuses what is none.
// NULL = the environment variable AZURE_POD_IDENTITY_AUTHORITY_HOST, else http://169.254.169.254; the default.
// Returns COSMI_STATUS_OK, INVALID_ARGUMENT, or INVALID_UTF8. Any thread. Since 0.1.0.
COSMI_MUST_USE
cosmi_status cosmi_options_set_metadata_endpoint(cosmi_options *options,
                                                 const char *metadata_endpoint);

// Sets the certificate authorities that servers must be signed by, in place of the system's trust.
//
// options: not NULL.
// pem: certificates in PEM, copied before return; NULL if and only if pem_len is 0. NULL = the file that the
// environment variable COSMI_CA_FILE names, else the system's trust; the default.
// pem_len: length in bytes.
// Returns COSMI_STATUS_OK or INVALID_ARGUMENT; cosmi_client_new refuses what is no PEM. Any thread. Since 0.1.0.
COSMI_MUST_USE
cosmi_status cosmi_options_set_ca_certificates(cosmi_options *options,
                                               const uint8_t *pem,
                                               size_t pem_len);

// Says what an environment variable is for the client, instead of the process's own. For hosts with an environment of
// their own, such as .NET outside Windows.
//
// options: not NULL.
// name: one of those that cosmi_variable_name gives, UTF-8, copied before return; not NULL.
// value: UTF-8, copied before return, SECRET for some; NULL or empty = the variable is not set.
// Returns COSMI_STATUS_OK, INVALID_ARGUMENT for a name that no client looks at, or INVALID_UTF8. Any thread.
// Since 0.1.0.
COSMI_MUST_USE
cosmi_status cosmi_options_set_variable(cosmi_options *options,
                                        const char *name,
                                        const char *value);

// The names of the environment variables that clients look at, one by one.
//
// index: from 0.
// Returns NUL-terminated UTF-8 that lives as long as the process; NULL after the last. Any thread. Since 0.1.0.
const char *cosmi_variable_name(size_t index);

// Sets how long an update of the metadata service is waited for, which answers 410 meanwhile.
//
// options: not NULL.
// update_wait_ms: milliseconds; 0 = 70 seconds, the default. The operation's own time-out ends it sooner.
// Returns COSMI_STATUS_OK, or INVALID_ARGUMENT. Any thread. Since 0.1.0.
COSMI_MUST_USE cosmi_status cosmi_options_set_update_wait_ms(cosmi_options *options, uint32_t update_wait_ms);

// Sets the time that each operation of the client may take when its start does not say.
//
// options: not NULL.
// timeout_ms: milliseconds; 0 = 100 seconds, the default.
// Returns COSMI_STATUS_OK, or INVALID_ARGUMENT. Any thread. Since 0.1.0.
COSMI_MUST_USE cosmi_status cosmi_options_set_timeout_ms(cosmi_options *options, uint32_t timeout_ms);

// Makes a client. Sends nothing: whether there is an identity shows with the first operation.
//
// options: copied before return; NULL = all defaults.
// out_client: receives the client; not NULL.
// out_error: receives what is wrong when the status is not COSMI_STATUS_OK, owned by the caller, free with
// cosmi_error_free; untouched otherwise; may be NULL.
// Returns COSMI_STATUS_OK, or INVALID_ARGUMENT for options that cannot work. The client is owned by the caller, free
// with cosmi_client_free. Any thread. Since 0.1.0.
COSMI_MUST_USE
cosmi_status cosmi_client_new(const cosmi_options *options,
                              cosmi_client **out_client,
                              cosmi_error **out_error);

// Makes a second client, of the same settings and memory, whose operations send nothing: they only say what is wrong
// with what they are given.
//
// client: not NULL.
// out_client: receives the second client; not NULL.
// Returns COSMI_STATUS_OK or INVALID_ARGUMENT. What the first client would refuse before it sends anything, such as a
// name that Azure does not allow, the second refuses with the same status and error. Where the first would begin to
// send, an operation of the second ends with COSMI_STATUS_CANCELLED. It is owned by the caller, free with
// cosmi_client_free, before or after the first. Any thread. Since 0.1.0.
COSMI_MUST_USE
cosmi_status cosmi_client_new_for_checks(const cosmi_client *client,
                                         cosmi_client **out_client);

// Frees a client. Operations that run go on: they hold what they need.
//
// client: NULL does nothing.
// Any thread, but not while another call uses the client. Since 0.1.0.
void cosmi_client_free(cosmi_client *client);

// The number of an operation, which its log records carry.
//
// operation: may be NULL.
// Returns a number above 0 that no other operation of the process has; 0 for NULL. Any thread. Since 0.1.0.
uint64_t cosmi_operation_id(const cosmi_operation *operation);

// Waits for an operation to end. Uses no processor time while it waits.
//
// operation: not NULL.
// timeout_ms: milliseconds to wait at most; 0 = look without waiting; UINT32_MAX = without bound.
// Returns the operation's final status, again and again, once it has ended; COSMI_STATUS_PENDING when it has not
// ended in time, which does not end it; INVALID_ARGUMENT for NULL; RUNTIME in a forked child, where it cannot end.
// Any thread, completion callbacks and log callbacks included. Since 0.1.0.
COSMI_MUST_USE
cosmi_status cosmi_operation_wait(const cosmi_operation *operation,
                                  uint32_t timeout_ms);

// Wishes an operation to end now, with COSMI_STATUS_CANCELLED. If its work was quicker, the real result stands.
// Requests on the way are dropped. Returns at once; again and again does no harm.
//
// operation: NULL does nothing.
// Any thread. Since 0.1.0.
void cosmi_operation_cancel(const cosmi_operation *operation);

// Why an operation failed.
//
// operation: may be NULL.
// Returns the error, borrowed until the operation is freed; NULL when the operation has not ended, or has succeeded.
// Any thread. Since 0.1.0.
const cosmi_error *cosmi_operation_error(const cosmi_operation *operation);

// The result of cosmi_token_get_start.
//
// operation: may be NULL.
// Returns the token, borrowed until the operation is freed; NULL for an operation that has not ended with one.
// Any thread. Since 0.1.0.
const cosmi_token *cosmi_operation_token(const cosmi_operation *operation);

// The result of cosmi_environment_show_start.
//
// operation: may be NULL.
// Returns the environment, borrowed until the operation is freed; NULL for an operation that has not ended with one.
// Any thread. Since 0.1.0.
const cosmi_environment *cosmi_operation_environment(const cosmi_operation *operation);

// The result of cosmi_account_list_start and cosmi_account_show_start.
//
// operation: may be NULL.
// Returns the accounts, borrowed until the operation is freed; NULL for an operation that has not ended with them.
// Any thread. Since 0.1.0.
const cosmi_accounts *cosmi_operation_accounts(const cosmi_operation *operation);

// The result of cosmi_keys_list_start.
//
// operation: may be NULL.
// Returns the keys, borrowed until the operation is freed; NULL for an operation that has not ended with them.
// Any thread. Since 0.1.0.
const cosmi_keys *cosmi_operation_keys(const cosmi_operation *operation);

// The result of cosmi_connection_strings_list_start.
//
// operation: may be NULL.
// Returns the connection strings, borrowed until the operation is freed; NULL for an operation that has not ended
// with them. Any thread. Since 0.1.0.
const cosmi_connection_strings *cosmi_operation_connection_strings(const cosmi_operation *operation);

// The result of cosmi_collection_show_start.
//
// operation: may be NULL.
// Returns the collection, borrowed until the operation is freed; NULL for an operation that has not ended with one.
// Any thread. Since 0.1.0.
const cosmi_collection *cosmi_operation_collection(const cosmi_operation *operation);

// The result of the functions that make, change and delete, and of those that list and show databases, throughput,
// identities and access; cosmi_collection_list_start among them.
//
// operation: may be NULL.
// Returns the resources, borrowed until the operation is freed; NULL for an operation that has not ended with them.
// Any thread. Since 0.1.0.
const cosmi_resources *cosmi_operation_resources(const cosmi_operation *operation);

// Frees an operation. One that has not ended is cancelled, and its completion callback still runs. Everything
// borrowed from the operation ends with it; secrets are wiped (a token that the client keeps for its next use is
// wiped when the client forgets it).
//
// operation: NULL does nothing.
// Any thread, at any time, but as the last call on the operation. Since 0.1.0.
void cosmi_operation_free(cosmi_operation *operation);

// Starts getting a token. A token that the client still has is given at once: then the operation has ended when this
// returns.
//
// client: not NULL.
// resource: whom the token is for, for example https://management.azure.com/; UTF-8, copied before return; not NULL.
// timeout_ms: milliseconds for the whole operation, retries included; 0 = the client's default.
// callback: told the end, see cosmi_completion_fn; may be NULL.
// user_data: handed to the callback as it is; may be NULL.
// out_operation: receives the operation; not NULL.
// Returns COSMI_STATUS_OK if and only if it has made an operation, whose result is cosmi_operation_token; otherwise
// INVALID_ARGUMENT, INVALID_UTF8 or RUNTIME, and the callback never runs. The operation is owned by the caller, free
// with cosmi_operation_free. Any thread. Since 0.1.0.
COSMI_MUST_USE
cosmi_status cosmi_token_get_start(const cosmi_client *client,
                                   const char *resource,
                                   uint32_t timeout_ms,
                                   cosmi_completion_fn callback,
                                   void *user_data,
                                   cosmi_operation **out_operation);

// Starts getting a new token, whatever the client still has; it takes the place of the former one. App Service and
// Service Fabric keep tokens themselves, and may answer the former one again.
//
// client: not NULL.
// resource: whom the token is for, for example https://management.azure.com/; UTF-8, copied before return; not NULL.
// timeout_ms: milliseconds for the whole operation, retries included; 0 = the client's default.
// callback: told the end, see cosmi_completion_fn; may be NULL.
// user_data: handed to the callback as it is; may be NULL.
// out_operation: receives the operation; not NULL.
// Returns COSMI_STATUS_OK if and only if it has made an operation, whose result is cosmi_operation_token; otherwise
// INVALID_ARGUMENT, INVALID_UTF8 or RUNTIME, and the callback never runs. The operation is owned by the caller, free
// with cosmi_operation_free. Any thread. Since 0.1.0.
COSMI_MUST_USE
cosmi_status cosmi_token_renew_start(const cosmi_client *client,
                                     const char *resource,
                                     uint32_t timeout_ms,
                                     cosmi_completion_fn callback,
                                     void *user_data,
                                     cosmi_operation **out_operation);

// The token itself. SECRET: copy it to where it is used, and wipe that.
//
// token: may be NULL.
// out_len: receives the length in bytes; may be NULL.
// Returns the bytes (ASCII, not NUL-terminated), borrowed until the operation is freed; NULL for NULL. Any thread.
// Since 0.1.0.
const uint8_t *cosmi_token_value(const cosmi_token *token,
                                 size_t *out_len);

// When the token expires.
//
// token: may be NULL.
// Returns seconds since 1970-01-01 UTC; 0 for NULL. Any thread. Since 0.1.0.
int64_t cosmi_token_expires_on_s(const cosmi_token *token);

// Whom the token is for.
//
// token: may be NULL.
// out_len: receives the length in bytes, without the NUL; may be NULL.
// Returns NUL-terminated UTF-8, borrowed until the operation is freed; NULL for NULL. Any thread. Since 0.1.0.
const char *cosmi_token_resource(const cosmi_token *token,
                                 size_t *out_len);

// The client id of the identity that the token is of.
//
// token: may be NULL.
// out_len: receives the length in bytes, without the NUL; may be NULL.
// Returns NUL-terminated UTF-8, borrowed until the operation is freed; NULL when it was not told. Any thread.
// Since 0.1.0.
const char *cosmi_token_client_id(const cosmi_token *token, size_t *out_len);

// Where the token came from.
//
// token: may be NULL.
// Returns a cosmi_identity_source; -1 for NULL. Any thread. Since 0.1.0.
int32_t cosmi_token_identity_source(const cosmi_token *token);

// What the token says of its identity: a JSON object with those of oid, appid, tid, aud, exp and xms_mirid that it
// has. For display only: nothing of it is verified.
//
// token: may be NULL.
// out_len: receives the length in bytes, without the NUL; may be NULL.
// Returns NUL-terminated UTF-8, borrowed until the operation is freed; NULL when the token cannot be read. Any thread.
// Since 0.1.0.
const char *cosmi_token_claims_json(const cosmi_token *token,
                                    size_t *out_len);

// Starts finding out where the program runs.
//
// client: not NULL.
// timeout_ms: milliseconds for the whole operation, retries included; 0 = the client's default.
// callback: told the end, see cosmi_completion_fn; may be NULL.
// user_data: handed to the callback as it is; may be NULL.
// out_operation: receives the operation; not NULL.
// Returns COSMI_STATUS_OK if and only if it has made an operation, whose result is cosmi_operation_environment;
// otherwise INVALID_ARGUMENT or RUNTIME, and the callback never runs. The operation is owned by the caller, free
// with cosmi_operation_free. Any thread. Since 0.1.0.
COSMI_MUST_USE
cosmi_status cosmi_environment_show_start(const cosmi_client *client,
                                          uint32_t timeout_ms,
                                          cosmi_completion_fn callback,
                                          void *user_data,
                                          cosmi_operation **out_operation);

// Where tokens come from on this machine.
//
// environment: may be NULL.
// Returns a cosmi_identity_source; -1 for NULL. Any thread. Since 0.1.0.
int32_t cosmi_environment_identity_source(const cosmi_environment *environment);

// Why this identity source was chosen, in one line.
//
// environment: may be NULL.
// out_len: receives the length in bytes, without the NUL; may be NULL.
// Returns NUL-terminated UTF-8, borrowed until the operation is freed; NULL for NULL.
// Any thread. Since 0.1.0.
const char *cosmi_environment_reason(const cosmi_environment *environment, size_t *out_len);

// The subscription that the machine is in.
//
// environment: may be NULL.
// out_len: receives the length in bytes, without the NUL; may be NULL.
// Returns NUL-terminated UTF-8, borrowed until the operation is freed; NULL when it was not told.
// Any thread. Since 0.1.0.
const char *cosmi_environment_subscription_id(const cosmi_environment *environment, size_t *out_len);

// The resource group that the machine is in.
//
// environment: may be NULL.
// out_len: receives the length in bytes, without the NUL; may be NULL.
// Returns NUL-terminated UTF-8, borrowed until the operation is freed; NULL when it was not told.
// Any thread. Since 0.1.0.
const char *cosmi_environment_resource_group(const cosmi_environment *environment, size_t *out_len);

// The machine's name in Azure.
//
// environment: may be NULL.
// out_len: receives the length in bytes, without the NUL; may be NULL.
// Returns NUL-terminated UTF-8, borrowed until the operation is freed; NULL when it was not told.
// Any thread. Since 0.1.0.
const char *cosmi_environment_machine_name(const cosmi_environment *environment, size_t *out_len);

// The machine's resource id.
//
// environment: may be NULL.
// out_len: receives the length in bytes, without the NUL; may be NULL.
// Returns NUL-terminated UTF-8, borrowed until the operation is freed; NULL when it was not told.
// Any thread. Since 0.1.0.
const char *cosmi_environment_resource_id(const cosmi_environment *environment, size_t *out_len);

// The region that the machine is in, for example westeurope.
//
// environment: may be NULL.
// out_len: receives the length in bytes, without the NUL; may be NULL.
// Returns NUL-terminated UTF-8, borrowed until the operation is freed; NULL when it was not told.
// Any thread. Since 0.1.0.
const char *cosmi_environment_location(const cosmi_environment *environment, size_t *out_len);

// The cloud, for example AzurePublicCloud.
//
// environment: may be NULL.
// out_len: receives the length in bytes, without the NUL; may be NULL.
// Returns NUL-terminated UTF-8, borrowed until the operation is freed; NULL for NULL.
// Any thread. Since 0.1.0.
const char *cosmi_environment_cloud(const cosmi_environment *environment, size_t *out_len);

// The address of the Azure Resource Manager that is used.
//
// environment: may be NULL.
// out_len: receives the length in bytes, without the NUL; may be NULL.
// Returns NUL-terminated UTF-8, borrowed until the operation is freed; NULL for NULL.
// Any thread. Since 0.1.0.
const char *cosmi_environment_arm_endpoint(const cosmi_environment *environment, size_t *out_len);

// The metadata service's own description of the machine: its JSON, verbatim.
//
// environment: may be NULL.
// out_len: receives the length in bytes, without the NUL; may be NULL.
// Returns NUL-terminated UTF-8, borrowed until the operation is freed; NULL when there is none.
// Any thread. Since 0.1.0.
const char *cosmi_environment_metadata_json(const cosmi_environment *environment, size_t *out_len);

// The scale set that the machine belongs to; then the identity is the scale set's.
//
// environment: may be NULL.
// out_len: receives the length in bytes, without the NUL; may be NULL.
// Returns NUL-terminated UTF-8, borrowed until the operation is freed; NULL when there is none.
// Any thread. Since 0.1.0.
const char *cosmi_environment_scale_set_name(const cosmi_environment *environment, size_t *out_len);

// What the token for Azure Resource Manager says of the identity, as cosmi_token_claims_json has it.
//
// environment: may be NULL.
// out_len: receives the length in bytes, without the NUL; may be NULL.
// Returns NUL-terminated UTF-8, borrowed until the operation is freed; NULL when there is no such token.
// Any thread. Since 0.1.0.
const char *cosmi_environment_claims_json(const cosmi_environment *environment, size_t *out_len);

// The names, never the values, of the environment variables of Azure's hosts that are set, separated by a comma and a
// blank.
//
// environment: may be NULL.
// out_len: receives the length in bytes, without the NUL; may be NULL.
// Returns NUL-terminated UTF-8, borrowed until the operation is freed; NULL for NULL.
// Any thread. Since 0.1.0.
const char *cosmi_environment_variables_seen(const cosmi_environment *environment,
                                             size_t *out_len);

// Makes a reference to an account that says nothing yet.
//
// out_account_ref: receives the reference; not NULL.
// Returns COSMI_STATUS_OK, or INVALID_ARGUMENT. The reference is owned by the caller, free with
// cosmi_account_ref_free. Any thread. Since 0.1.0.
COSMI_MUST_USE cosmi_status cosmi_account_ref_new(cosmi_account_ref **out_account_ref);

// Frees a reference to an account, and wipes its key. Operations started with it are not affected.
//
// account_ref: NULL does nothing.
// Any thread, but not while another call uses the reference. Since 0.1.0.
void cosmi_account_ref_free(cosmi_account_ref *account_ref);

// Says which subscription the account is in.
//
// account_ref: not NULL.
// subscription_id: the subscription's id; UTF-8, copied before return; not empty. NULL = not given.
// Returns COSMI_STATUS_OK, INVALID_ARGUMENT, or INVALID_UTF8. Any thread. Since 0.1.0.
COSMI_MUST_USE
cosmi_status cosmi_account_ref_set_subscription_id(cosmi_account_ref *account_ref,
                                                   const char *subscription_id);

// Says which resource group the account is in.
//
// account_ref: not NULL.
// resource_group: the resource group's name; UTF-8, copied before return; not empty. NULL = not given.
// Returns COSMI_STATUS_OK, INVALID_ARGUMENT, or INVALID_UTF8. Any thread. Since 0.1.0.
COSMI_MUST_USE
cosmi_status cosmi_account_ref_set_resource_group(cosmi_account_ref *account_ref,
                                                  const char *resource_group);

// Says the account's name.
//
// account_ref: not NULL.
// name: the name; UTF-8, copied before return; not empty. NULL = not given.
// Returns COSMI_STATUS_OK, INVALID_ARGUMENT, or INVALID_UTF8. Any thread. Since 0.1.0.
COSMI_MUST_USE cosmi_status cosmi_account_ref_set_name(cosmi_account_ref *account_ref, const char *name);

// Says the account's endpoint, so that it need not be asked for.
//
// account_ref: not NULL.
// endpoint: a URL, for example https://myaccount.documents.azure.com:443/; UTF-8, copied before return; not empty. NULL = not given.
// Returns COSMI_STATUS_OK, INVALID_ARGUMENT, or INVALID_UTF8. Any thread. Since 0.1.0.
COSMI_MUST_USE
cosmi_status cosmi_account_ref_set_endpoint(cosmi_account_ref *account_ref,
                                            const char *endpoint);

// Says the account's key, so that it need not be asked for. SECRET: wipe your own copy.
//
// account_ref: not NULL.
// key: base64 text, as the service gives it; copied before return; NULL if and only if key_len is 0. NULL = not given.
// key_len: length in bytes.
// Returns COSMI_STATUS_OK, or INVALID_ARGUMENT. The copy is wiped when it is replaced or freed. Any thread.
// Since 0.1.0.
COSMI_MUST_USE
cosmi_status cosmi_account_ref_set_key(cosmi_account_ref *account_ref,
                                       const uint8_t *key,
                                       size_t key_len);

// Starts listing Cosmos DB accounts.
//
// client: not NULL.
// subscription_id: the subscription to look in; UTF-8, copied before return; NULL = all that the identity sees.
// resource_group: the resource group to look in; UTF-8, copied before return; NULL = all.
// timeout_ms: milliseconds for the whole operation, retries included; 0 = the client's default.
// callback: told the end, see cosmi_completion_fn; may be NULL.
// user_data: handed to the callback as it is; may be NULL.
// out_operation: receives the operation; not NULL.
// Returns COSMI_STATUS_OK if and only if it has made an operation, whose result is cosmi_operation_accounts; otherwise
// INVALID_ARGUMENT, INVALID_UTF8 or RUNTIME, and the callback never runs. The operation is owned by the caller, free with
// cosmi_operation_free. Any thread. Since 0.1.0.
COSMI_MUST_USE
cosmi_status cosmi_account_list_start(const cosmi_client *client,
                                      const char *subscription_id,
                                      const char *resource_group,
                                      uint32_t timeout_ms,
                                      cosmi_completion_fn callback,
                                      void *user_data,
                                      cosmi_operation **out_operation);

// Starts reading one Cosmos DB account.
//
// client: not NULL.
// account: which account; copied before return; not NULL.
// timeout_ms: milliseconds for the whole operation, retries included; 0 = the client's default.
// callback: told the end, see cosmi_completion_fn; may be NULL.
// user_data: handed to the callback as it is; may be NULL.
// out_operation: receives the operation; not NULL.
// Returns COSMI_STATUS_OK if and only if it has made an operation, whose result is cosmi_operation_accounts (of one account); otherwise
// INVALID_ARGUMENT or RUNTIME, and the callback never runs. The operation is owned by the caller, free with
// cosmi_operation_free. Any thread. Since 0.1.0.
COSMI_MUST_USE
cosmi_status cosmi_account_show_start(const cosmi_client *client,
                                      const cosmi_account_ref *account,
                                      uint32_t timeout_ms,
                                      cosmi_completion_fn callback,
                                      void *user_data,
                                      cosmi_operation **out_operation);

// Starts making a Cosmos DB account, which takes minutes. One that exists with the same definition stays as it is; with
// another, the operation ends with COSMI_STATUS_CONFLICT.
//
// client: not NULL.
// account: its subscription, resource group and name; copied before return; not NULL.
// definition_json: Azure Resource Manager's definition, an object with location and properties, and tags for example;
// UTF-8, copied before return; not NULL.
// no_wait: 0 = the operation ends when Azure is done; otherwise when Azure has accepted it.
// timeout_ms: milliseconds for the whole operation, retries included; 0 = the client's default.
// callback: told the end, see cosmi_completion_fn; may be NULL.
// user_data: handed to the callback as it is; may be NULL.
// out_operation: receives the operation; not NULL.
// Returns COSMI_STATUS_OK if and only if it has made an operation, whose result is cosmi_operation_resources (one
// resource, and NEW, ALREADY_SO or ACCEPTED); otherwise INVALID_ARGUMENT, INVALID_UTF8 or RUNTIME, and the callback
// never runs. The operation is owned by the caller, free with cosmi_operation_free. Any thread. Since 0.1.0.
COSMI_MUST_USE
cosmi_status cosmi_account_create_start(const cosmi_client *client,
                                        const cosmi_account_ref *account,
                                        const char *definition_json,
                                        int32_t no_wait,
                                        uint32_t timeout_ms,
                                        cosmi_completion_fn callback,
                                        void *user_data,
                                        cosmi_operation **out_operation);

// Starts deleting a Cosmos DB account with all that is in it.
//
// client: not NULL.
// account: which account; copied before return; not NULL.
// no_wait: 0 = the operation ends when Azure is done; otherwise when Azure has accepted it.
// timeout_ms: milliseconds for the whole operation, retries included; 0 = the client's default.
// callback: told the end, see cosmi_completion_fn; may be NULL.
// user_data: handed to the callback as it is; may be NULL.
// out_operation: receives the operation; not NULL.
// Returns COSMI_STATUS_OK if and only if it has made an operation, whose result is cosmi_operation_resources (no
// resource, and DELETED, ABSENT or ACCEPTED); otherwise INVALID_ARGUMENT or RUNTIME, and the callback never runs. The
// operation is owned by the caller, free with cosmi_operation_free. Any thread. Since 0.1.0.
COSMI_MUST_USE
cosmi_status cosmi_account_delete_start(const cosmi_client *client,
                                        const cosmi_account_ref *account,
                                        int32_t no_wait,
                                        uint32_t timeout_ms,
                                        cosmi_completion_fn callback,
                                        void *user_data,
                                        cosmi_operation **out_operation);

// Starts asking whether any account in Azure, seen or unseen, has a name.
//
// client: not NULL.
// account: the name; copied before return; not NULL.
// timeout_ms: milliseconds for the whole operation, retries included; 0 = the client's default.
// callback: told the end, see cosmi_completion_fn; may be NULL.
// user_data: handed to the callback as it is; may be NULL.
// out_operation: receives the operation; not NULL.
// Returns COSMI_STATUS_OK if and only if it has made an operation, whose result is cosmi_operation_resources (no
// resource, and ALREADY_SO for a name that is taken, ABSENT for one that is free); otherwise INVALID_ARGUMENT or
// RUNTIME, and the callback never runs. The operation is owned by the caller, free with cosmi_operation_free.
// Any thread. Since 0.1.0.
COSMI_MUST_USE
cosmi_status cosmi_account_name_check_start(const cosmi_client *client,
                                            const cosmi_account_ref *account,
                                            uint32_t timeout_ms,
                                            cosmi_completion_fn callback,
                                            void *user_data,
                                            cosmi_operation **out_operation);

// How many accounts there are.
//
// accounts: may be NULL.
// Returns the number; 0 for NULL. Any thread. Since 0.1.0.
size_t cosmi_accounts_count(const cosmi_accounts *accounts);

// An account: Azure Resource Manager's JSON, verbatim.
//
// accounts: may be NULL.
// index: 0 to cosmi_accounts_count - 1.
// out_len: receives the length in bytes, without the NUL; may be NULL.
// Returns NUL-terminated UTF-8, borrowed until the operation is freed; NULL when there is none at that index.
// Any thread. Since 0.1.0.
const char *cosmi_accounts_json(const cosmi_accounts *accounts, size_t index, size_t *out_len);

// Starts listing the keys of an account.
//
// client: not NULL.
// account: which account; copied before return; not NULL.
// key_kind: a cosmi_key_kind; AUTO asks for read-write keys, then for read-only ones.
// timeout_ms: milliseconds for the whole operation, retries included; 0 = the client's default.
// callback: told the end, see cosmi_completion_fn; may be NULL.
// user_data: handed to the callback as it is; may be NULL.
// out_operation: receives the operation; not NULL.
// Returns COSMI_STATUS_OK if and only if it has made an operation, whose result is cosmi_operation_keys; otherwise
// INVALID_ARGUMENT or RUNTIME, and the callback never runs. The operation is owned by the caller, free with
// cosmi_operation_free. Any thread. Since 0.1.0.
COSMI_MUST_USE
cosmi_status cosmi_keys_list_start(const cosmi_client *client,
                                   const cosmi_account_ref *account,
                                   int32_t key_kind,
                                   uint32_t timeout_ms,
                                   cosmi_completion_fn callback,
                                   void *user_data,
                                   cosmi_operation **out_operation);

// Starts making a key of an account anew. The former one opens nothing any more.
//
// client: not NULL.
// account: which account; copied before return; not NULL.
// key_role: a cosmi_key_role.
// timeout_ms: milliseconds for the whole operation, retries included; 0 = the client's default.
// callback: told the end, see cosmi_completion_fn; may be NULL.
// user_data: handed to the callback as it is; may be NULL.
// out_operation: receives the operation; not NULL.
// Returns COSMI_STATUS_OK if and only if it has made an operation, whose result is cosmi_operation_resources (no
// resource, and NEW; cosmi_keys_list_start gives the key); otherwise INVALID_ARGUMENT or RUNTIME, and the callback
// never runs. The operation is owned by the caller, free with cosmi_operation_free. Any thread. Since 0.1.0.
COSMI_MUST_USE
cosmi_status cosmi_key_regenerate_start(const cosmi_client *client,
                                        const cosmi_account_ref *account,
                                        int32_t key_role,
                                        uint32_t timeout_ms,
                                        cosmi_completion_fn callback,
                                        void *user_data,
                                        cosmi_operation **out_operation);

// How many keys there are.
//
// keys: may be NULL.
// Returns the number; 0 for NULL. Any thread. Since 0.1.0.
size_t cosmi_keys_count(const cosmi_keys *keys);

// A key: base64 text, as the service gives it. SECRET: copy it to where it is used, and wipe that.
//
// keys: may be NULL.
// index: 0 to cosmi_keys_count - 1.
// out_len: receives the length in bytes; may be NULL.
// Returns the bytes (ASCII, not NUL-terminated), borrowed until the operation is freed; NULL when there is none at
// that index. Any thread. Since 0.1.0.
const uint8_t *cosmi_keys_value(const cosmi_keys *keys,
                                size_t index,
                                size_t *out_len);

// Which of the account's keys it is.
//
// keys: may be NULL.
// index: 0 to cosmi_keys_count - 1.
// Returns a cosmi_key_role; -1 when there is none at that index. Any thread. Since 0.1.0.
int32_t cosmi_keys_role(const cosmi_keys *keys, size_t index);

// What the keys permit: what was granted, when AUTO was asked for.
//
// keys: may be NULL.
// Returns a cosmi_key_kind, READ_WRITE or READ_ONLY; -1 for NULL. Any thread. Since 0.1.0.
int32_t cosmi_keys_access(const cosmi_keys *keys);

// The name of the account that the keys are of.
//
// keys: may be NULL.
// out_len: receives the length in bytes, without the NUL; may be NULL.
// Returns NUL-terminated UTF-8, borrowed until the operation is freed; NULL for NULL.
// Any thread. Since 0.1.0.
const char *cosmi_keys_account_name(const cosmi_keys *keys, size_t *out_len);

// Starts listing the connection strings of an account.
//
// client: not NULL.
// account: which account; copied before return; not NULL.
// timeout_ms: milliseconds for the whole operation, retries included; 0 = the client's default.
// callback: told the end, see cosmi_completion_fn; may be NULL.
// user_data: handed to the callback as it is; may be NULL.
// out_operation: receives the operation; not NULL.
// Returns COSMI_STATUS_OK if and only if it has made an operation, whose result is cosmi_operation_connection_strings; otherwise
// INVALID_ARGUMENT or RUNTIME, and the callback never runs. The operation is owned by the caller, free with
// cosmi_operation_free. Any thread. Since 0.1.0.
COSMI_MUST_USE
cosmi_status cosmi_connection_strings_list_start(const cosmi_client *client,
                                                 const cosmi_account_ref *account,
                                                 uint32_t timeout_ms,
                                                 cosmi_completion_fn callback,
                                                 void *user_data,
                                                 cosmi_operation **out_operation);

// How many connection strings there are.
//
// connection_strings: may be NULL.
// Returns the number; 0 for NULL. Any thread. Since 0.1.0.
size_t cosmi_connection_strings_count(const cosmi_connection_strings *connection_strings);

// A connection string. SECRET: copy it to where it is used, and wipe that.
//
// connection_strings: may be NULL.
// index: 0 to cosmi_connection_strings_count - 1.
// out_len: receives the length in bytes; may be NULL.
// Returns the bytes (ASCII, not NUL-terminated), borrowed until the operation is freed; NULL when there is none at
// that index. Any thread. Since 0.1.0.
const uint8_t *cosmi_connection_strings_value(const cosmi_connection_strings *connection_strings,
                                              size_t index,
                                              size_t *out_len);

// What the service calls a connection string, for example Primary SQL Connection String.
//
// connection_strings: may be NULL.
// index: 0 to cosmi_connection_strings_count - 1.
// out_len: receives the length in bytes, without the NUL; may be NULL.
// Returns NUL-terminated UTF-8, borrowed until the operation is freed; NULL when there is none at that index.
// Any thread. Since 0.1.0.
const char *cosmi_connection_strings_description(const cosmi_connection_strings *connection_strings,
                                                 size_t index,
                                                 size_t *out_len);

// Which key is in a connection string, in the service's words, for example Primary.
//
// connection_strings: may be NULL.
// index: 0 to cosmi_connection_strings_count - 1.
// out_len: receives the length in bytes, without the NUL; may be NULL.
// Returns NUL-terminated UTF-8, borrowed until the operation is freed; NULL when the service does not say.
// Any thread. Since 0.1.0.
const char *cosmi_connection_strings_key_kind(const cosmi_connection_strings *connection_strings,
                                              size_t index,
                                              size_t *out_len);

// The protocol that a connection string is for, in the service's words, for example Sql.
//
// connection_strings: may be NULL.
// index: 0 to cosmi_connection_strings_count - 1.
// out_len: receives the length in bytes, without the NUL; may be NULL.
// Returns NUL-terminated UTF-8, borrowed until the operation is freed; NULL when the service does not say.
// Any thread. Since 0.1.0.
const char *cosmi_connection_strings_type(const cosmi_connection_strings *connection_strings,
                                          size_t index,
                                          size_t *out_len);

// The name of the account that the connection strings are of.
//
// connection_strings: may be NULL.
// out_len: receives the length in bytes, without the NUL; may be NULL.
// Returns NUL-terminated UTF-8, borrowed until the operation is freed; NULL for NULL.
// Any thread. Since 0.1.0.
const char *cosmi_connection_strings_account_name(const cosmi_connection_strings *connection_strings,
                                                  size_t *out_len);

// Starts reading a collection and its offer: token, account, key, collection and offer in one go, of which only what
// is not known yet is asked for. An account that accepts no key is not asked: the collection is then read from Azure
// Resource Manager, unless a key was given.
//
// client: not NULL.
// account: which account; copied before return; not NULL.
// database: the database's name; UTF-8, copied before return; not NULL.
// collection: the collection's name; UTF-8, copied before return; not NULL.
// timeout_ms: milliseconds for the whole operation, retries included; 0 = the client's default.
// callback: told the end, see cosmi_completion_fn; may be NULL.
// user_data: handed to the callback as it is; may be NULL.
// out_operation: receives the operation; not NULL.
// Returns COSMI_STATUS_OK if and only if it has made an operation, whose result is cosmi_operation_collection; otherwise
// INVALID_ARGUMENT, INVALID_UTF8 or RUNTIME, and the callback never runs. The operation is owned by the caller, free with
// cosmi_operation_free. Any thread. Since 0.1.0.
COSMI_MUST_USE
cosmi_status cosmi_collection_show_start(const cosmi_client *client,
                                         const cosmi_account_ref *account,
                                         const char *database,
                                         const char *collection,
                                         uint32_t timeout_ms,
                                         cosmi_completion_fn callback,
                                         void *user_data,
                                         cosmi_operation **out_operation);

// Starts listing the collections of a database through Azure Resource Manager; no key is needed.
//
// client: not NULL.
// account: which account; copied before return; not NULL.
// database: the database's name; UTF-8, copied before return; not NULL.
// timeout_ms: milliseconds for the whole operation, retries included; 0 = the client's default.
// callback: told the end, see cosmi_completion_fn; may be NULL.
// user_data: handed to the callback as it is; may be NULL.
// out_operation: receives the operation; not NULL.
// Returns COSMI_STATUS_OK if and only if it has made an operation, whose result is cosmi_operation_resources (the
// collections); otherwise INVALID_ARGUMENT, INVALID_UTF8 or RUNTIME, and the callback never runs. The operation is
// owned by the caller, free with cosmi_operation_free. Any thread. Since 0.1.0.
COSMI_MUST_USE
cosmi_status cosmi_collection_list_start(const cosmi_client *client,
                                         const cosmi_account_ref *account,
                                         const char *database,
                                         uint32_t timeout_ms,
                                         cosmi_completion_fn callback,
                                         void *user_data,
                                         cosmi_operation **out_operation);

// Starts making a collection through Azure Resource Manager; no key is needed. One that exists with the same
// definition and throughput stays as it is; with another, the operation ends with COSMI_STATUS_CONFLICT.
//
// client: not NULL.
// account: which account; copied before return; not NULL.
// database: the database's name; UTF-8, copied before return; not NULL.
// collection: the collection's name; UTF-8, copied before return; not NULL.
// definition_json: the service's own definition without the name, an object with at least partitionKey; UTF-8, copied
// before return; not NULL.
// throughput_kind: a cosmi_throughput_kind; NONE = no throughput of its own (shared, or serverless).
// throughput_ru: request units per second, the most of them for AUTOSCALE; 0 for NONE.
// no_wait: 0 = the operation ends when Azure is done; otherwise when Azure has accepted it.
// timeout_ms: milliseconds for the whole operation, retries included; 0 = the client's default.
// callback: told the end, see cosmi_completion_fn; may be NULL.
// user_data: handed to the callback as it is; may be NULL.
// out_operation: receives the operation; not NULL.
// Returns COSMI_STATUS_OK if and only if it has made an operation, whose result is cosmi_operation_resources (one
// resource, and NEW, ALREADY_SO or ACCEPTED); otherwise INVALID_ARGUMENT, INVALID_UTF8 or RUNTIME, and the callback
// never runs. The operation is owned by the caller, free with cosmi_operation_free. Any thread. Since 0.1.0.
COSMI_MUST_USE
cosmi_status cosmi_collection_create_start(const cosmi_client *client,
                                           const cosmi_account_ref *account,
                                           const char *database,
                                           const char *collection,
                                           const char *definition_json,
                                           int32_t throughput_kind,
                                           uint32_t throughput_ru,
                                           int32_t no_wait,
                                           uint32_t timeout_ms,
                                           cosmi_completion_fn callback,
                                           void *user_data,
                                           cosmi_operation **out_operation);

// Starts deleting a collection with all that is in it.
//
// client: not NULL.
// account: which account; copied before return; not NULL.
// database: the database's name; UTF-8, copied before return; not NULL.
// collection: the collection's name; UTF-8, copied before return; not NULL.
// no_wait: 0 = the operation ends when Azure is done; otherwise when Azure has accepted it.
// timeout_ms: milliseconds for the whole operation, retries included; 0 = the client's default.
// callback: told the end, see cosmi_completion_fn; may be NULL.
// user_data: handed to the callback as it is; may be NULL.
// out_operation: receives the operation; not NULL.
// Returns COSMI_STATUS_OK if and only if it has made an operation, whose result is cosmi_operation_resources (no
// resource, and DELETED, ABSENT or ACCEPTED); otherwise INVALID_ARGUMENT, INVALID_UTF8 or RUNTIME, and the callback
// never runs. The operation is owned by the caller, free with cosmi_operation_free. Any thread. Since 0.1.0.
COSMI_MUST_USE
cosmi_status cosmi_collection_delete_start(const cosmi_client *client,
                                           const cosmi_account_ref *account,
                                           const char *database,
                                           const char *collection,
                                           int32_t no_wait,
                                           uint32_t timeout_ms,
                                           cosmi_completion_fn callback,
                                           void *user_data,
                                           cosmi_operation **out_operation);

// The collection: the service's JSON, verbatim.
//
// collection: may be NULL.
// out_len: receives the length in bytes, without the NUL; may be NULL.
// Returns NUL-terminated UTF-8, borrowed until the operation is freed; NULL for NULL.
// Any thread. Since 0.1.0.
const char *cosmi_collection_json(const cosmi_collection *collection, size_t *out_len);

// The collection's own offer: the service's JSON, verbatim.
//
// collection: may be NULL.
// out_len: receives the length in bytes, without the NUL; may be NULL.
// Returns NUL-terminated UTF-8, borrowed until the operation is freed; NULL when there is none; cosmi_collection_offer_absence says why.
// Any thread. Since 0.1.0.
const char *cosmi_collection_offer_json(const cosmi_collection *collection,
                                        size_t *out_len);

// Why there is no offer.
//
// collection: may be NULL.
// Returns a cosmi_offer_absence, PRESENT when there is one; -1 for NULL. Any thread. Since 0.1.0.
int32_t cosmi_collection_offer_absence(const cosmi_collection *collection);

// The offer of the collection's database: the service's JSON, verbatim.
//
// collection: may be NULL.
// out_len: receives the length in bytes, without the NUL; may be NULL.
// Returns NUL-terminated UTF-8, borrowed until the operation is freed; NULL when the collection does not share it.
// Any thread. Since 0.1.0.
const char *cosmi_collection_database_offer_json(const cosmi_collection *collection,
                                                 size_t *out_len);

// The collection and its offer in one: {"collection":...,"offer":...}, where an absent offer is null.
//
// collection: may be NULL.
// out_len: receives the length in bytes, without the NUL; may be NULL.
// Returns NUL-terminated UTF-8, borrowed until the operation is freed; NULL for NULL.
// Any thread. Since 0.1.0.
const char *cosmi_collection_with_offer_json(const cosmi_collection *collection, size_t *out_len);

// What reading the collection and its offer has cost.
//
// collection: may be NULL.
// Returns request units; 0 for NULL. Any thread. Since 0.1.0.
double cosmi_collection_request_charge_ru(const cosmi_collection *collection);

// The id by which the service's support finds the request for the collection.
//
// collection: may be NULL.
// out_len: receives the length in bytes, without the NUL; may be NULL.
// Returns NUL-terminated UTF-8, borrowed until the operation is freed; NULL when it was not told.
// Any thread. Since 0.1.0.
const char *cosmi_collection_activity_id(const cosmi_collection *collection, size_t *out_len);

// The version of the collection, which changes with every change to it.
//
// collection: may be NULL.
// out_len: receives the length in bytes, without the NUL; may be NULL.
// Returns NUL-terminated UTF-8, borrowed until the operation is freed; NULL when it was not told.
// Any thread. Since 0.1.0.
const char *cosmi_collection_etag(const cosmi_collection *collection, size_t *out_len);

// The name of the account that the collection is in.
//
// collection: may be NULL.
// out_len: receives the length in bytes, without the NUL; may be NULL.
// Returns NUL-terminated UTF-8, borrowed until the operation is freed; NULL when it is not known, as when only endpoint and key were given.
// Any thread. Since 0.1.0.
const char *cosmi_collection_account_name(const cosmi_collection *collection,
                                          size_t *out_len);

// The address of the account that the collection was read from.
//
// collection: may be NULL.
// out_len: receives the length in bytes, without the NUL; may be NULL.
// Returns NUL-terminated UTF-8, borrowed until the operation is freed; NULL for NULL.
// Any thread. Since 0.1.0.
const char *cosmi_collection_endpoint(const cosmi_collection *collection, size_t *out_len);

// What the key permits that the collection was read with.
//
// collection: may be NULL.
// Returns a cosmi_key_kind; AUTO when it is not known, because the caller has given the key, or when none was used; -1 for
// NULL. Any thread. Since 0.1.0.
int32_t cosmi_collection_key_access(const cosmi_collection *collection);

// How many resources there are.
//
// resources: may be NULL.
// Returns the number; 0 for NULL. Any thread. Since 0.1.0.
size_t cosmi_resources_count(const cosmi_resources *resources);

// A resource: Azure Resource Manager's JSON, verbatim.
//
// resources: may be NULL.
// index: 0 to cosmi_resources_count - 1.
// out_len: receives the length in bytes, without the NUL; may be NULL.
// Returns NUL-terminated UTF-8, borrowed until the operation is freed; NULL when there is none at that index.
// Any thread. Since 0.1.0.
const char *cosmi_resources_json(const cosmi_resources *resources, size_t index, size_t *out_len);

// What the operation has changed.
//
// resources: may be NULL.
// Returns a cosmi_change; -1 for NULL. Any thread. Since 0.1.0.
int32_t cosmi_resources_change(const cosmi_resources *resources);

// Starts listing the databases of an account through Azure Resource Manager; no key is needed.
//
// client: not NULL.
// account: which account; copied before return; not NULL.
// timeout_ms: milliseconds for the whole operation, retries included; 0 = the client's default.
// callback: told the end, see cosmi_completion_fn; may be NULL.
// user_data: handed to the callback as it is; may be NULL.
// out_operation: receives the operation; not NULL.
// Returns COSMI_STATUS_OK if and only if it has made an operation, whose result is cosmi_operation_resources (the
// databases); otherwise INVALID_ARGUMENT or RUNTIME, and the callback never runs. The operation is owned by the
// caller, free with cosmi_operation_free. Any thread. Since 0.1.0.
COSMI_MUST_USE
cosmi_status cosmi_database_list_start(const cosmi_client *client,
                                       const cosmi_account_ref *account,
                                       uint32_t timeout_ms,
                                       cosmi_completion_fn callback,
                                       void *user_data,
                                       cosmi_operation **out_operation);

// Starts reading a database through Azure Resource Manager; no key is needed.
//
// client: not NULL.
// account: which account; copied before return; not NULL.
// database: the database's name; UTF-8, copied before return; not NULL.
// timeout_ms: milliseconds for the whole operation, retries included; 0 = the client's default.
// callback: told the end, see cosmi_completion_fn; may be NULL.
// user_data: handed to the callback as it is; may be NULL.
// out_operation: receives the operation; not NULL.
// Returns COSMI_STATUS_OK if and only if it has made an operation, whose result is cosmi_operation_resources (one
// resource); otherwise INVALID_ARGUMENT, INVALID_UTF8 or RUNTIME, and the callback never runs. The operation is owned
// by the caller, free with cosmi_operation_free. Any thread. Since 0.1.0.
COSMI_MUST_USE
cosmi_status cosmi_database_show_start(const cosmi_client *client,
                                       const cosmi_account_ref *account,
                                       const char *database,
                                       uint32_t timeout_ms,
                                       cosmi_completion_fn callback,
                                       void *user_data,
                                       cosmi_operation **out_operation);

// Starts making a database. One that exists with the same throughput stays as it is; with another, the operation ends
// with COSMI_STATUS_CONFLICT.
//
// client: not NULL.
// account: which account; copied before return; not NULL.
// database: the database's name; UTF-8, copied before return; not NULL.
// throughput_kind: a cosmi_throughput_kind; NONE = no throughput of its own (shared, or serverless).
// throughput_ru: request units per second, the most of them for AUTOSCALE; 0 for NONE.
// no_wait: 0 = the operation ends when Azure is done; otherwise when Azure has accepted it.
// timeout_ms: milliseconds for the whole operation, retries included; 0 = the client's default.
// callback: told the end, see cosmi_completion_fn; may be NULL.
// user_data: handed to the callback as it is; may be NULL.
// out_operation: receives the operation; not NULL.
// Returns COSMI_STATUS_OK if and only if it has made an operation, whose result is cosmi_operation_resources (one
// resource, and NEW, ALREADY_SO or ACCEPTED); otherwise INVALID_ARGUMENT, INVALID_UTF8 or RUNTIME, and the callback
// never runs. The operation is owned by the caller, free with cosmi_operation_free. Any thread. Since 0.1.0.
COSMI_MUST_USE
cosmi_status cosmi_database_create_start(const cosmi_client *client,
                                         const cosmi_account_ref *account,
                                         const char *database,
                                         int32_t throughput_kind,
                                         uint32_t throughput_ru,
                                         int32_t no_wait,
                                         uint32_t timeout_ms,
                                         cosmi_completion_fn callback,
                                         void *user_data,
                                         cosmi_operation **out_operation);

// Starts deleting a database with all that is in it.
//
// client: not NULL.
// account: which account; copied before return; not NULL.
// database: the database's name; UTF-8, copied before return; not NULL.
// no_wait: 0 = the operation ends when Azure is done; otherwise when Azure has accepted it.
// timeout_ms: milliseconds for the whole operation, retries included; 0 = the client's default.
// callback: told the end, see cosmi_completion_fn; may be NULL.
// user_data: handed to the callback as it is; may be NULL.
// out_operation: receives the operation; not NULL.
// Returns COSMI_STATUS_OK if and only if it has made an operation, whose result is cosmi_operation_resources (no
// resource, and DELETED, ABSENT or ACCEPTED); otherwise INVALID_ARGUMENT, INVALID_UTF8 or RUNTIME, and the callback
// never runs. The operation is owned by the caller, free with cosmi_operation_free. Any thread. Since 0.1.0.
COSMI_MUST_USE
cosmi_status cosmi_database_delete_start(const cosmi_client *client,
                                         const cosmi_account_ref *account,
                                         const char *database,
                                         int32_t no_wait,
                                         uint32_t timeout_ms,
                                         cosmi_completion_fn callback,
                                         void *user_data,
                                         cosmi_operation **out_operation);

// Starts reading the throughput of a database or collection.
//
// client: not NULL.
// account: which account; copied before return; not NULL.
// database: the database's name; UTF-8, copied before return; not NULL.
// collection: the collection's name; UTF-8, copied before return; NULL = the database's own throughput.
// timeout_ms: milliseconds for the whole operation, retries included; 0 = the client's default.
// callback: told the end, see cosmi_completion_fn; may be NULL.
// user_data: handed to the callback as it is; may be NULL.
// out_operation: receives the operation; not NULL.
// Returns COSMI_STATUS_OK if and only if it has made an operation, whose result is cosmi_operation_resources (one
// resource, or none where it has no throughput of its own); otherwise INVALID_ARGUMENT, INVALID_UTF8 or RUNTIME, and
// the callback never runs. The operation is owned by the caller, free with cosmi_operation_free.
// Any thread. Since 0.1.0.
COSMI_MUST_USE
cosmi_status cosmi_throughput_show_start(const cosmi_client *client,
                                         const cosmi_account_ref *account,
                                         const char *database,
                                         const char *collection,
                                         uint32_t timeout_ms,
                                         cosmi_completion_fn callback,
                                         void *user_data,
                                         cosmi_operation **out_operation);

// Starts setting the throughput of a database or collection that has its own. A change between manual and autoscale comes
// first where one is needed, and is waited for whatever no_wait says.
//
// client: not NULL.
// account: which account; copied before return; not NULL.
// database: the database's name; UTF-8, copied before return; not NULL.
// collection: the collection's name; UTF-8, copied before return; NULL = the database's own throughput.
// throughput_kind: MANUAL or AUTOSCALE of cosmi_throughput_kind.
// throughput_ru: request units per second, the most of them for AUTOSCALE.
// no_wait: 0 = the operation ends when Azure is done; otherwise when Azure has accepted it.
// timeout_ms: milliseconds for the whole operation, retries included; 0 = the client's default.
// callback: told the end, see cosmi_completion_fn; may be NULL.
// user_data: handed to the callback as it is; may be NULL.
// out_operation: receives the operation; not NULL.
// Returns COSMI_STATUS_OK if and only if it has made an operation, whose result is cosmi_operation_resources (one
// resource, and NEW, ALREADY_SO or ACCEPTED); otherwise INVALID_ARGUMENT, INVALID_UTF8 or RUNTIME, and the callback
// never runs. The operation is owned by the caller, free with cosmi_operation_free. Any thread. Since 0.1.0.
COSMI_MUST_USE
cosmi_status cosmi_throughput_set_start(const cosmi_client *client,
                                        const cosmi_account_ref *account,
                                        const char *database,
                                        const char *collection,
                                        int32_t throughput_kind,
                                        uint32_t throughput_ru,
                                        int32_t no_wait,
                                        uint32_t timeout_ms,
                                        cosmi_completion_fn callback,
                                        void *user_data,
                                        cosmi_operation **out_operation);

// Starts reading a virtual machine, scale set, Web or Function app, Automation account or Arc server with its
// identity.
//
// client: not NULL.
// resource_id: the machine's resource id in Azure; UTF-8, copied before return; not NULL.
// timeout_ms: milliseconds for the whole operation, retries included; 0 = the client's default.
// callback: told the end, see cosmi_completion_fn; may be NULL.
// user_data: handed to the callback as it is; may be NULL.
// out_operation: receives the operation; not NULL.
// Returns COSMI_STATUS_OK if and only if it has made an operation, whose result is cosmi_operation_resources (one
// resource; its identity.principalId is whom a role is granted to); otherwise INVALID_ARGUMENT, INVALID_UTF8 or
// RUNTIME, and the callback never runs. The operation is owned by the caller, free with cosmi_operation_free.
// Any thread. Since 0.1.0.
COSMI_MUST_USE
cosmi_status cosmi_identity_show_start(const cosmi_client *client,
                                       const char *resource_id,
                                       uint32_t timeout_ms,
                                       cosmi_completion_fn callback,
                                       void *user_data,
                                       cosmi_operation **out_operation);

// Starts turning the system-assigned identity of a machine on. Its user-assigned ones stay.
//
// client: not NULL.
// resource_id: the machine's resource id in Azure; UTF-8, copied before return; not NULL.
// no_wait: 0 = the operation ends when Azure is done; otherwise when Azure has accepted it.
// timeout_ms: milliseconds for the whole operation, retries included; 0 = the client's default.
// callback: told the end, see cosmi_completion_fn; may be NULL.
// user_data: handed to the callback as it is; may be NULL.
// out_operation: receives the operation; not NULL.
// Returns COSMI_STATUS_OK if and only if it has made an operation, whose result is cosmi_operation_resources (one
// resource, and NEW, ALREADY_SO or ACCEPTED); otherwise INVALID_ARGUMENT, INVALID_UTF8 or RUNTIME, and the callback
// never runs. The operation is owned by the caller, free with cosmi_operation_free. Any thread. Since 0.1.0.
COSMI_MUST_USE
cosmi_status cosmi_identity_enable_start(const cosmi_client *client,
                                         const char *resource_id,
                                         int32_t no_wait,
                                         uint32_t timeout_ms,
                                         cosmi_completion_fn callback,
                                         void *user_data,
                                         cosmi_operation **out_operation);

// Starts giving an identity a role on an account. Who has it keeps it. It takes effect some minutes later.
//
// client: not NULL.
// account: which account; copied before return; not NULL.
// principal_id: the identity's object (principal) id; UTF-8, copied before return; not NULL.
// role: the role's name or id; UTF-8, copied before return; not NULL.
// timeout_ms: milliseconds for the whole operation, retries included; 0 = the client's default.
// callback: told the end, see cosmi_completion_fn; may be NULL.
// user_data: handed to the callback as it is; may be NULL.
// out_operation: receives the operation; not NULL.
// Returns COSMI_STATUS_OK if and only if it has made an operation, whose result is cosmi_operation_resources (the role
// assignment, and NEW or ALREADY_SO); otherwise INVALID_ARGUMENT, INVALID_UTF8 or RUNTIME, and the callback never
// runs. The operation is owned by the caller, free with cosmi_operation_free. Any thread. Since 0.1.0.
COSMI_MUST_USE
cosmi_status cosmi_access_grant_start(const cosmi_client *client,
                                      const cosmi_account_ref *account,
                                      const char *principal_id,
                                      const char *role,
                                      uint32_t timeout_ms,
                                      cosmi_completion_fn callback,
                                      void *user_data,
                                      cosmi_operation **out_operation);

// Starts listing the role assignments that count for an account.
//
// client: not NULL.
// account: which account; copied before return; not NULL.
// principal_id: the identity's object (principal) id; UTF-8, copied before return; NULL = of all.
// timeout_ms: milliseconds for the whole operation, retries included; 0 = the client's default.
// callback: told the end, see cosmi_completion_fn; may be NULL.
// user_data: handed to the callback as it is; may be NULL.
// out_operation: receives the operation; not NULL.
// Returns COSMI_STATUS_OK if and only if it has made an operation, whose result is cosmi_operation_resources (the role
// assignments); otherwise INVALID_ARGUMENT, INVALID_UTF8 or RUNTIME, and the callback never runs. The operation is
// owned by the caller, free with cosmi_operation_free. Any thread. Since 0.1.0.
COSMI_MUST_USE
cosmi_status cosmi_access_list_start(const cosmi_client *client,
                                     const cosmi_account_ref *account,
                                     const char *principal_id,
                                     uint32_t timeout_ms,
                                     cosmi_completion_fn callback,
                                     void *user_data,
                                     cosmi_operation **out_operation);

// Starts taking a role on an account away from an identity. What comes down from the resource group or the
// subscription stays.
//
// client: not NULL.
// account: which account; copied before return; not NULL.
// principal_id: the identity's object (principal) id; UTF-8, copied before return; not NULL.
// role: the role's name or id; UTF-8, copied before return; not NULL.
// timeout_ms: milliseconds for the whole operation, retries included; 0 = the client's default.
// callback: told the end, see cosmi_completion_fn; may be NULL.
// user_data: handed to the callback as it is; may be NULL.
// out_operation: receives the operation; not NULL.
// Returns COSMI_STATUS_OK if and only if it has made an operation, whose result is cosmi_operation_resources (no
// resource, and DELETED or ABSENT); otherwise INVALID_ARGUMENT, INVALID_UTF8 or RUNTIME, and the callback never runs.
// The operation is owned by the caller, free with cosmi_operation_free. Any thread. Since 0.1.0.
COSMI_MUST_USE
cosmi_status cosmi_access_revoke_start(const cosmi_client *client,
                                       const cosmi_account_ref *account,
                                       const char *principal_id,
                                       const char *role,
                                       uint32_t timeout_ms,
                                       cosmi_completion_fn callback,
                                       void *user_data,
                                       cosmi_operation **out_operation);

// Starts giving an identity one of Cosmos DB's own roles, by which it may use the data with a token instead of a key.
// Who has it keeps it. It takes effect some minutes later.
//
// client: not NULL.
// account: which account; copied before return; not NULL.
// database: the database that the role is for; UTF-8, copied before return; NULL = the whole account.
// collection: the collection in it; UTF-8, copied before return; NULL = the whole database.
// principal_id: the identity's object (principal) id; UTF-8, copied before return; not NULL.
// role: the role's name or id; UTF-8, copied before return; not NULL.
// no_wait: 0 = the operation ends when Azure is done; otherwise when Azure has accepted it.
// timeout_ms: milliseconds for the whole operation, retries included; 0 = the client's default.
// callback: told the end, see cosmi_completion_fn; may be NULL.
// user_data: handed to the callback as it is; may be NULL.
// out_operation: receives the operation; not NULL.
// Returns COSMI_STATUS_OK if and only if it has made an operation, whose result is cosmi_operation_resources (the role
// assignment, and NEW, ALREADY_SO or ACCEPTED); otherwise INVALID_ARGUMENT, INVALID_UTF8 or RUNTIME, and the callback
// never runs. The operation is owned by the caller, free with cosmi_operation_free. Any thread. Since 0.1.0.
COSMI_MUST_USE
cosmi_status cosmi_data_access_grant_start(const cosmi_client *client,
                                           const cosmi_account_ref *account,
                                           const char *database,
                                           const char *collection,
                                           const char *principal_id,
                                           const char *role,
                                           int32_t no_wait,
                                           uint32_t timeout_ms,
                                           cosmi_completion_fn callback,
                                           void *user_data,
                                           cosmi_operation **out_operation);

// Starts listing who has which of Cosmos DB's own roles on an account.
//
// client: not NULL.
// account: which account; copied before return; not NULL.
// database: only what counts for this database; UTF-8, copied before return; NULL = everything in the account.
// collection: only what counts for this collection in it; UTF-8, copied before return; NULL = for the database.
// principal_id: the identity's object (principal) id; UTF-8, copied before return; NULL = of all.
// timeout_ms: milliseconds for the whole operation, retries included; 0 = the client's default.
// callback: told the end, see cosmi_completion_fn; may be NULL.
// user_data: handed to the callback as it is; may be NULL.
// out_operation: receives the operation; not NULL.
// Returns COSMI_STATUS_OK if and only if it has made an operation, whose result is cosmi_operation_resources (the role
// assignments); otherwise INVALID_ARGUMENT, INVALID_UTF8 or RUNTIME, and the callback never runs. The operation is
// owned by the caller, free with cosmi_operation_free. Any thread. Since 0.1.0.
COSMI_MUST_USE
cosmi_status cosmi_data_access_list_start(const cosmi_client *client,
                                          const cosmi_account_ref *account,
                                          const char *database,
                                          const char *collection,
                                          const char *principal_id,
                                          uint32_t timeout_ms,
                                          cosmi_completion_fn callback,
                                          void *user_data,
                                          cosmi_operation **out_operation);

// Starts listing Cosmos DB's own roles that an account has: the built-in ones and those made for it.
//
// client: not NULL.
// account: which account; copied before return; not NULL.
// timeout_ms: milliseconds for the whole operation, retries included; 0 = the client's default.
// callback: told the end, see cosmi_completion_fn; may be NULL.
// user_data: handed to the callback as it is; may be NULL.
// out_operation: receives the operation; not NULL.
// Returns COSMI_STATUS_OK if and only if it has made an operation, whose result is cosmi_operation_resources (the role
// definitions); otherwise INVALID_ARGUMENT or RUNTIME, and the callback never runs. The operation is owned by the
// caller, free with cosmi_operation_free. Any thread. Since 0.1.0.
COSMI_MUST_USE
cosmi_status cosmi_data_role_list_start(const cosmi_client *client,
                                        const cosmi_account_ref *account,
                                        uint32_t timeout_ms,
                                        cosmi_completion_fn callback,
                                        void *user_data,
                                        cosmi_operation **out_operation);

// Starts taking one of Cosmos DB's own roles away from an identity. What it has on more or on less than what is named
// here stays.
//
// client: not NULL.
// account: which account; copied before return; not NULL.
// database: the database that the role is for; UTF-8, copied before return; NULL = the whole account.
// collection: the collection in it; UTF-8, copied before return; NULL = the whole database.
// principal_id: the identity's object (principal) id; UTF-8, copied before return; not NULL.
// role: the role's name or id; UTF-8, copied before return; not NULL.
// no_wait: 0 = the operation ends when Azure is done; otherwise when Azure has accepted it.
// timeout_ms: milliseconds for the whole operation, retries included; 0 = the client's default.
// callback: told the end, see cosmi_completion_fn; may be NULL.
// user_data: handed to the callback as it is; may be NULL.
// out_operation: receives the operation; not NULL.
// Returns COSMI_STATUS_OK if and only if it has made an operation, whose result is cosmi_operation_resources (no
// resource, and DELETED, ABSENT or ACCEPTED); otherwise INVALID_ARGUMENT, INVALID_UTF8 or RUNTIME, and the callback
// never runs. The operation is owned by the caller, free with cosmi_operation_free. Any thread. Since 0.1.0.
COSMI_MUST_USE
cosmi_status cosmi_data_access_revoke_start(const cosmi_client *client,
                                            const cosmi_account_ref *account,
                                            const char *database,
                                            const char *collection,
                                            const char *principal_id,
                                            const char *role,
                                            int32_t no_wait,
                                            uint32_t timeout_ms,
                                            cosmi_completion_fn callback,
                                            void *user_data,
                                            cosmi_operation **out_operation);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* COSMI_H */
