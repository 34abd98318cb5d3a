using System;
using System.Runtime.InteropServices;

namespace Cosmi.Interop
{
    /// <summary>
    /// Every function of include/cosmi.h by its own name, bound all at once to one loaded library. Handles that this side frees are SafeHandles;
    /// pointers borrowed from them are IntPtr. Statuses and enums travel as int, size_t as UIntPtr, text in as NUL-terminated UTF-8 bytes.
    /// </summary>
    internal sealed class NativeMethods
    {
        /// <summary>COSMI_ABI_VERSION of the header this was written from: major in the upper 16 bits, minor in the lower.</summary>
        internal const uint RequiredAbiVersion = 0x00010000;

        private static readonly object Gate = new object();
        private static volatile NativeMethods? current;

        // Library
        internal readonly cosmi_abi_version_fn cosmi_abi_version;
        internal readonly cosmi_version_fn cosmi_version;
        internal readonly cosmi_status_name_fn cosmi_status_name;
        internal readonly cosmi_log_set_fn cosmi_log_set;

        // Options
        internal readonly cosmi_options_new_fn cosmi_options_new;
        internal readonly cosmi_options_free_fn cosmi_options_free;
        internal readonly cosmi_options_set_identity_source_fn cosmi_options_set_identity_source;
        internal readonly cosmi_options_set_client_id_fn cosmi_options_set_client_id;
        internal readonly cosmi_options_set_object_id_fn cosmi_options_set_object_id;
        internal readonly cosmi_options_set_resource_id_fn cosmi_options_set_resource_id;
        internal readonly cosmi_options_set_cloud_fn cosmi_options_set_cloud;
        internal readonly cosmi_options_set_arm_endpoint_fn cosmi_options_set_arm_endpoint;
        internal readonly cosmi_options_set_arm_audience_fn cosmi_options_set_arm_audience;
        internal readonly cosmi_options_set_login_endpoint_fn cosmi_options_set_login_endpoint;
        internal readonly cosmi_options_set_cosmos_suffix_fn cosmi_options_set_cosmos_suffix;
        internal readonly cosmi_options_set_metadata_endpoint_fn cosmi_options_set_metadata_endpoint;
        internal readonly cosmi_options_set_ca_certificates_fn cosmi_options_set_ca_certificates;
        internal readonly cosmi_options_set_variable_fn cosmi_options_set_variable;
        internal readonly cosmi_variable_name_fn cosmi_variable_name;
        internal readonly cosmi_options_set_update_wait_ms_fn cosmi_options_set_update_wait_ms;
        internal readonly cosmi_options_set_timeout_ms_fn cosmi_options_set_timeout_ms;

        // Client
        internal readonly cosmi_client_new_fn cosmi_client_new;
        internal readonly cosmi_client_new_for_checks_fn cosmi_client_new_for_checks;
        internal readonly cosmi_client_free_fn cosmi_client_free;

        // Account reference
        internal readonly cosmi_account_ref_new_fn cosmi_account_ref_new;
        internal readonly cosmi_account_ref_free_fn cosmi_account_ref_free;
        internal readonly cosmi_account_ref_set_subscription_id_fn cosmi_account_ref_set_subscription_id;
        internal readonly cosmi_account_ref_set_resource_group_fn cosmi_account_ref_set_resource_group;
        internal readonly cosmi_account_ref_set_name_fn cosmi_account_ref_set_name;
        internal readonly cosmi_account_ref_set_endpoint_fn cosmi_account_ref_set_endpoint;
        internal readonly cosmi_account_ref_set_key_fn cosmi_account_ref_set_key;

        // Starters
        internal readonly cosmi_token_get_start_fn cosmi_token_get_start;
        internal readonly cosmi_token_renew_start_fn cosmi_token_renew_start;
        internal readonly cosmi_environment_show_start_fn cosmi_environment_show_start;
        internal readonly cosmi_account_list_start_fn cosmi_account_list_start;
        internal readonly cosmi_account_show_start_fn cosmi_account_show_start;
        internal readonly cosmi_keys_list_start_fn cosmi_keys_list_start;
        internal readonly cosmi_connection_strings_list_start_fn cosmi_connection_strings_list_start;
        internal readonly cosmi_collection_show_start_fn cosmi_collection_show_start;

        // Operation
        internal readonly cosmi_operation_id_fn cosmi_operation_id;
        internal readonly cosmi_operation_wait_fn cosmi_operation_wait;
        internal readonly cosmi_operation_cancel_fn cosmi_operation_cancel;
        internal readonly cosmi_operation_free_fn cosmi_operation_free;
        internal readonly cosmi_operation_error_fn cosmi_operation_error;
        internal readonly cosmi_operation_token_fn cosmi_operation_token;
        internal readonly cosmi_operation_environment_fn cosmi_operation_environment;
        internal readonly cosmi_operation_accounts_fn cosmi_operation_accounts;
        internal readonly cosmi_operation_keys_fn cosmi_operation_keys;
        internal readonly cosmi_operation_connection_strings_fn cosmi_operation_connection_strings;
        internal readonly cosmi_operation_collection_fn cosmi_operation_collection;

        // Error
        internal readonly cosmi_error_status_fn cosmi_error_status;
        internal readonly cosmi_error_message_fn cosmi_error_message;
        internal readonly cosmi_error_action_fn cosmi_error_action;
        internal readonly cosmi_error_http_status_fn cosmi_error_http_status;
        internal readonly cosmi_error_service_code_fn cosmi_error_service_code;
        internal readonly cosmi_error_request_id_fn cosmi_error_request_id;
        internal readonly cosmi_error_retry_after_ms_fn cosmi_error_retry_after_ms;
        internal readonly cosmi_error_is_retryable_fn cosmi_error_is_retryable;
        internal readonly cosmi_error_free_fn cosmi_error_free;

        // Token
        internal readonly cosmi_token_value_fn cosmi_token_value;
        internal readonly cosmi_token_expires_on_s_fn cosmi_token_expires_on_s;
        internal readonly cosmi_token_resource_fn cosmi_token_resource;
        internal readonly cosmi_token_client_id_fn cosmi_token_client_id;
        internal readonly cosmi_token_identity_source_fn cosmi_token_identity_source;
        internal readonly cosmi_token_claims_json_fn cosmi_token_claims_json;

        // Environment
        internal readonly cosmi_environment_identity_source_fn cosmi_environment_identity_source;
        internal readonly cosmi_environment_reason_fn cosmi_environment_reason;
        internal readonly cosmi_environment_subscription_id_fn cosmi_environment_subscription_id;
        internal readonly cosmi_environment_resource_group_fn cosmi_environment_resource_group;
        internal readonly cosmi_environment_machine_name_fn cosmi_environment_machine_name;
        internal readonly cosmi_environment_resource_id_fn cosmi_environment_resource_id;
        internal readonly cosmi_environment_location_fn cosmi_environment_location;
        internal readonly cosmi_environment_cloud_fn cosmi_environment_cloud;
        internal readonly cosmi_environment_arm_endpoint_fn cosmi_environment_arm_endpoint;
        internal readonly cosmi_environment_metadata_json_fn cosmi_environment_metadata_json;
        internal readonly cosmi_environment_scale_set_name_fn cosmi_environment_scale_set_name;
        internal readonly cosmi_environment_claims_json_fn cosmi_environment_claims_json;
        internal readonly cosmi_environment_variables_seen_fn cosmi_environment_variables_seen;

        // Accounts
        internal readonly cosmi_accounts_count_fn cosmi_accounts_count;
        internal readonly cosmi_accounts_json_fn cosmi_accounts_json;

        // Keys
        internal readonly cosmi_keys_count_fn cosmi_keys_count;
        internal readonly cosmi_keys_access_fn cosmi_keys_access;
        internal readonly cosmi_keys_account_name_fn cosmi_keys_account_name;
        internal readonly cosmi_keys_value_fn cosmi_keys_value;
        internal readonly cosmi_keys_role_fn cosmi_keys_role;

        // Connection strings
        internal readonly cosmi_connection_strings_count_fn cosmi_connection_strings_count;
        internal readonly cosmi_connection_strings_account_name_fn cosmi_connection_strings_account_name;
        internal readonly cosmi_connection_strings_value_fn cosmi_connection_strings_value;
        internal readonly cosmi_connection_strings_description_fn cosmi_connection_strings_description;
        internal readonly cosmi_connection_strings_key_kind_fn cosmi_connection_strings_key_kind;
        internal readonly cosmi_connection_strings_type_fn cosmi_connection_strings_type;

        // Collection
        internal readonly cosmi_collection_json_fn cosmi_collection_json;
        internal readonly cosmi_collection_offer_json_fn cosmi_collection_offer_json;
        internal readonly cosmi_collection_with_offer_json_fn cosmi_collection_with_offer_json;
        internal readonly cosmi_collection_database_offer_json_fn cosmi_collection_database_offer_json;
        internal readonly cosmi_collection_offer_absence_fn cosmi_collection_offer_absence;
        internal readonly cosmi_collection_request_charge_ru_fn cosmi_collection_request_charge_ru;
        internal readonly cosmi_collection_activity_id_fn cosmi_collection_activity_id;
        internal readonly cosmi_collection_etag_fn cosmi_collection_etag;
        internal readonly cosmi_collection_account_name_fn cosmi_collection_account_name;
        internal readonly cosmi_collection_endpoint_fn cosmi_collection_endpoint;
        internal readonly cosmi_collection_key_access_fn cosmi_collection_key_access;

        // Resources, and what changes them
        internal readonly cosmi_database_list_start_fn cosmi_database_list_start;
        internal readonly cosmi_database_show_start_fn cosmi_database_show_start;
        internal readonly cosmi_database_create_start_fn cosmi_database_create_start;
        internal readonly cosmi_database_delete_start_fn cosmi_database_delete_start;
        internal readonly cosmi_collection_list_start_fn cosmi_collection_list_start;
        internal readonly cosmi_collection_create_start_fn cosmi_collection_create_start;
        internal readonly cosmi_collection_delete_start_fn cosmi_collection_delete_start;
        internal readonly cosmi_throughput_show_start_fn cosmi_throughput_show_start;
        internal readonly cosmi_throughput_set_start_fn cosmi_throughput_set_start;
        internal readonly cosmi_account_create_start_fn cosmi_account_create_start;
        internal readonly cosmi_account_delete_start_fn cosmi_account_delete_start;
        internal readonly cosmi_account_name_check_start_fn cosmi_account_name_check_start;
        internal readonly cosmi_key_regenerate_start_fn cosmi_key_regenerate_start;
        internal readonly cosmi_identity_show_start_fn cosmi_identity_show_start;
        internal readonly cosmi_identity_enable_start_fn cosmi_identity_enable_start;
        internal readonly cosmi_access_grant_start_fn cosmi_access_grant_start;
        internal readonly cosmi_access_list_start_fn cosmi_access_list_start;
        internal readonly cosmi_access_revoke_start_fn cosmi_access_revoke_start;
        internal readonly cosmi_data_access_grant_start_fn cosmi_data_access_grant_start;
        internal readonly cosmi_data_access_list_start_fn cosmi_data_access_list_start;
        internal readonly cosmi_data_role_list_start_fn cosmi_data_role_list_start;
        internal readonly cosmi_data_access_revoke_start_fn cosmi_data_access_revoke_start;
        internal readonly cosmi_operation_resources_fn cosmi_operation_resources;
        internal readonly cosmi_resources_count_fn cosmi_resources_count;
        internal readonly cosmi_resources_json_fn cosmi_resources_json;
        internal readonly cosmi_resources_change_fn cosmi_resources_change;

        private NativeMethods(NativeLibraryFile library)
        {
            Path = library.Path;

            // First of all: a library that is not ours, or of another major version, is refused by its version, not by what it lacks.
            cosmi_abi_version = library.Bind<cosmi_abi_version_fn>("cosmi_abi_version");
            uint found = cosmi_abi_version();
            if (found >> 16 != RequiredAbiVersion >> 16 || (found & 0xFFFF) < (RequiredAbiVersion & 0xFFFF))
            {
                throw new CosmiLibraryException(
                    "The native library '" + library.Path + "' is too " + (found < RequiredAbiVersion ? "old" : "new") + " for Cosmi.Interop "
                    + typeof(NativeMethods).Assembly.GetName().Version.ToString(3) + ": its ABI version is " + ToVersion(found) + ", but "
                    + ToVersion(RequiredAbiVersion) + " or a later " + (RequiredAbiVersion >> 16) + ".x is needed",
                    NativeLibrarySearch.Mend(library.Path));
            }

            cosmi_version = library.Bind<cosmi_version_fn>("cosmi_version");
            cosmi_status_name = library.Bind<cosmi_status_name_fn>("cosmi_status_name");
            cosmi_log_set = library.Bind<cosmi_log_set_fn>("cosmi_log_set");
            cosmi_options_new = library.Bind<cosmi_options_new_fn>("cosmi_options_new");
            cosmi_options_free = library.Bind<cosmi_options_free_fn>("cosmi_options_free");
            cosmi_options_set_identity_source = library.Bind<cosmi_options_set_identity_source_fn>("cosmi_options_set_identity_source");
            cosmi_options_set_client_id = library.Bind<cosmi_options_set_client_id_fn>("cosmi_options_set_client_id");
            cosmi_options_set_object_id = library.Bind<cosmi_options_set_object_id_fn>("cosmi_options_set_object_id");
            cosmi_options_set_resource_id = library.Bind<cosmi_options_set_resource_id_fn>("cosmi_options_set_resource_id");
            cosmi_options_set_cloud = library.Bind<cosmi_options_set_cloud_fn>("cosmi_options_set_cloud");
            cosmi_options_set_arm_endpoint = library.Bind<cosmi_options_set_arm_endpoint_fn>("cosmi_options_set_arm_endpoint");
            cosmi_options_set_arm_audience = library.Bind<cosmi_options_set_arm_audience_fn>("cosmi_options_set_arm_audience");
            cosmi_options_set_login_endpoint = library.Bind<cosmi_options_set_login_endpoint_fn>("cosmi_options_set_login_endpoint");
            cosmi_options_set_cosmos_suffix = library.Bind<cosmi_options_set_cosmos_suffix_fn>("cosmi_options_set_cosmos_suffix");
            cosmi_options_set_metadata_endpoint = library.Bind<cosmi_options_set_metadata_endpoint_fn>("cosmi_options_set_metadata_endpoint");
            cosmi_options_set_ca_certificates = library.Bind<cosmi_options_set_ca_certificates_fn>("cosmi_options_set_ca_certificates");
            cosmi_options_set_variable = library.Bind<cosmi_options_set_variable_fn>("cosmi_options_set_variable");
            cosmi_variable_name = library.Bind<cosmi_variable_name_fn>("cosmi_variable_name");
            cosmi_options_set_update_wait_ms = library.Bind<cosmi_options_set_update_wait_ms_fn>("cosmi_options_set_update_wait_ms");
            cosmi_options_set_timeout_ms = library.Bind<cosmi_options_set_timeout_ms_fn>("cosmi_options_set_timeout_ms");
            cosmi_client_new = library.Bind<cosmi_client_new_fn>("cosmi_client_new");
            cosmi_client_new_for_checks = library.Bind<cosmi_client_new_for_checks_fn>("cosmi_client_new_for_checks");
            cosmi_client_free = library.Bind<cosmi_client_free_fn>("cosmi_client_free");
            cosmi_account_ref_new = library.Bind<cosmi_account_ref_new_fn>("cosmi_account_ref_new");
            cosmi_account_ref_free = library.Bind<cosmi_account_ref_free_fn>("cosmi_account_ref_free");
            cosmi_account_ref_set_subscription_id = library.Bind<cosmi_account_ref_set_subscription_id_fn>("cosmi_account_ref_set_subscription_id");
            cosmi_account_ref_set_resource_group = library.Bind<cosmi_account_ref_set_resource_group_fn>("cosmi_account_ref_set_resource_group");
            cosmi_account_ref_set_name = library.Bind<cosmi_account_ref_set_name_fn>("cosmi_account_ref_set_name");
            cosmi_account_ref_set_endpoint = library.Bind<cosmi_account_ref_set_endpoint_fn>("cosmi_account_ref_set_endpoint");
            cosmi_account_ref_set_key = library.Bind<cosmi_account_ref_set_key_fn>("cosmi_account_ref_set_key");
            cosmi_token_get_start = library.Bind<cosmi_token_get_start_fn>("cosmi_token_get_start");
            cosmi_token_renew_start = library.Bind<cosmi_token_renew_start_fn>("cosmi_token_renew_start");
            cosmi_environment_show_start = library.Bind<cosmi_environment_show_start_fn>("cosmi_environment_show_start");
            cosmi_account_list_start = library.Bind<cosmi_account_list_start_fn>("cosmi_account_list_start");
            cosmi_account_show_start = library.Bind<cosmi_account_show_start_fn>("cosmi_account_show_start");
            cosmi_keys_list_start = library.Bind<cosmi_keys_list_start_fn>("cosmi_keys_list_start");
            cosmi_connection_strings_list_start = library.Bind<cosmi_connection_strings_list_start_fn>("cosmi_connection_strings_list_start");
            cosmi_collection_show_start = library.Bind<cosmi_collection_show_start_fn>("cosmi_collection_show_start");
            cosmi_operation_id = library.Bind<cosmi_operation_id_fn>("cosmi_operation_id");
            cosmi_operation_wait = library.Bind<cosmi_operation_wait_fn>("cosmi_operation_wait");
            cosmi_operation_cancel = library.Bind<cosmi_operation_cancel_fn>("cosmi_operation_cancel");
            cosmi_operation_free = library.Bind<cosmi_operation_free_fn>("cosmi_operation_free");
            cosmi_operation_error = library.Bind<cosmi_operation_error_fn>("cosmi_operation_error");
            cosmi_operation_token = library.Bind<cosmi_operation_token_fn>("cosmi_operation_token");
            cosmi_operation_environment = library.Bind<cosmi_operation_environment_fn>("cosmi_operation_environment");
            cosmi_operation_accounts = library.Bind<cosmi_operation_accounts_fn>("cosmi_operation_accounts");
            cosmi_operation_keys = library.Bind<cosmi_operation_keys_fn>("cosmi_operation_keys");
            cosmi_operation_connection_strings = library.Bind<cosmi_operation_connection_strings_fn>("cosmi_operation_connection_strings");
            cosmi_operation_collection = library.Bind<cosmi_operation_collection_fn>("cosmi_operation_collection");
            cosmi_error_status = library.Bind<cosmi_error_status_fn>("cosmi_error_status");
            cosmi_error_message = library.Bind<cosmi_error_message_fn>("cosmi_error_message");
            cosmi_error_action = library.Bind<cosmi_error_action_fn>("cosmi_error_action");
            cosmi_error_http_status = library.Bind<cosmi_error_http_status_fn>("cosmi_error_http_status");
            cosmi_error_service_code = library.Bind<cosmi_error_service_code_fn>("cosmi_error_service_code");
            cosmi_error_request_id = library.Bind<cosmi_error_request_id_fn>("cosmi_error_request_id");
            cosmi_error_retry_after_ms = library.Bind<cosmi_error_retry_after_ms_fn>("cosmi_error_retry_after_ms");
            cosmi_error_is_retryable = library.Bind<cosmi_error_is_retryable_fn>("cosmi_error_is_retryable");
            cosmi_error_free = library.Bind<cosmi_error_free_fn>("cosmi_error_free");
            cosmi_token_value = library.Bind<cosmi_token_value_fn>("cosmi_token_value");
            cosmi_token_expires_on_s = library.Bind<cosmi_token_expires_on_s_fn>("cosmi_token_expires_on_s");
            cosmi_token_resource = library.Bind<cosmi_token_resource_fn>("cosmi_token_resource");
            cosmi_token_client_id = library.Bind<cosmi_token_client_id_fn>("cosmi_token_client_id");
            cosmi_token_identity_source = library.Bind<cosmi_token_identity_source_fn>("cosmi_token_identity_source");
            cosmi_token_claims_json = library.Bind<cosmi_token_claims_json_fn>("cosmi_token_claims_json");
            cosmi_environment_identity_source = library.Bind<cosmi_environment_identity_source_fn>("cosmi_environment_identity_source");
            cosmi_environment_reason = library.Bind<cosmi_environment_reason_fn>("cosmi_environment_reason");
            cosmi_environment_subscription_id = library.Bind<cosmi_environment_subscription_id_fn>("cosmi_environment_subscription_id");
            cosmi_environment_resource_group = library.Bind<cosmi_environment_resource_group_fn>("cosmi_environment_resource_group");
            cosmi_environment_machine_name = library.Bind<cosmi_environment_machine_name_fn>("cosmi_environment_machine_name");
            cosmi_environment_resource_id = library.Bind<cosmi_environment_resource_id_fn>("cosmi_environment_resource_id");
            cosmi_environment_location = library.Bind<cosmi_environment_location_fn>("cosmi_environment_location");
            cosmi_environment_cloud = library.Bind<cosmi_environment_cloud_fn>("cosmi_environment_cloud");
            cosmi_environment_arm_endpoint = library.Bind<cosmi_environment_arm_endpoint_fn>("cosmi_environment_arm_endpoint");
            cosmi_environment_metadata_json = library.Bind<cosmi_environment_metadata_json_fn>("cosmi_environment_metadata_json");
            cosmi_environment_scale_set_name = library.Bind<cosmi_environment_scale_set_name_fn>("cosmi_environment_scale_set_name");
            cosmi_environment_claims_json = library.Bind<cosmi_environment_claims_json_fn>("cosmi_environment_claims_json");
            cosmi_environment_variables_seen = library.Bind<cosmi_environment_variables_seen_fn>("cosmi_environment_variables_seen");
            cosmi_accounts_count = library.Bind<cosmi_accounts_count_fn>("cosmi_accounts_count");
            cosmi_accounts_json = library.Bind<cosmi_accounts_json_fn>("cosmi_accounts_json");
            cosmi_keys_count = library.Bind<cosmi_keys_count_fn>("cosmi_keys_count");
            cosmi_keys_access = library.Bind<cosmi_keys_access_fn>("cosmi_keys_access");
            cosmi_keys_account_name = library.Bind<cosmi_keys_account_name_fn>("cosmi_keys_account_name");
            cosmi_keys_value = library.Bind<cosmi_keys_value_fn>("cosmi_keys_value");
            cosmi_keys_role = library.Bind<cosmi_keys_role_fn>("cosmi_keys_role");
            cosmi_connection_strings_count = library.Bind<cosmi_connection_strings_count_fn>("cosmi_connection_strings_count");
            cosmi_connection_strings_account_name = library.Bind<cosmi_connection_strings_account_name_fn>("cosmi_connection_strings_account_name");
            cosmi_connection_strings_value = library.Bind<cosmi_connection_strings_value_fn>("cosmi_connection_strings_value");
            cosmi_connection_strings_description = library.Bind<cosmi_connection_strings_description_fn>("cosmi_connection_strings_description");
            cosmi_connection_strings_key_kind = library.Bind<cosmi_connection_strings_key_kind_fn>("cosmi_connection_strings_key_kind");
            cosmi_connection_strings_type = library.Bind<cosmi_connection_strings_type_fn>("cosmi_connection_strings_type");
            cosmi_collection_json = library.Bind<cosmi_collection_json_fn>("cosmi_collection_json");
            cosmi_collection_offer_json = library.Bind<cosmi_collection_offer_json_fn>("cosmi_collection_offer_json");
            cosmi_collection_with_offer_json = library.Bind<cosmi_collection_with_offer_json_fn>("cosmi_collection_with_offer_json");
            cosmi_collection_database_offer_json = library.Bind<cosmi_collection_database_offer_json_fn>("cosmi_collection_database_offer_json");
            cosmi_collection_offer_absence = library.Bind<cosmi_collection_offer_absence_fn>("cosmi_collection_offer_absence");
            cosmi_collection_request_charge_ru = library.Bind<cosmi_collection_request_charge_ru_fn>("cosmi_collection_request_charge_ru");
            cosmi_collection_activity_id = library.Bind<cosmi_collection_activity_id_fn>("cosmi_collection_activity_id");
            cosmi_collection_etag = library.Bind<cosmi_collection_etag_fn>("cosmi_collection_etag");
            cosmi_collection_account_name = library.Bind<cosmi_collection_account_name_fn>("cosmi_collection_account_name");
            cosmi_collection_endpoint = library.Bind<cosmi_collection_endpoint_fn>("cosmi_collection_endpoint");
            cosmi_collection_key_access = library.Bind<cosmi_collection_key_access_fn>("cosmi_collection_key_access");
            cosmi_database_list_start = library.Bind<cosmi_database_list_start_fn>("cosmi_database_list_start");
            cosmi_database_show_start = library.Bind<cosmi_database_show_start_fn>("cosmi_database_show_start");
            cosmi_database_create_start = library.Bind<cosmi_database_create_start_fn>("cosmi_database_create_start");
            cosmi_database_delete_start = library.Bind<cosmi_database_delete_start_fn>("cosmi_database_delete_start");
            cosmi_collection_list_start = library.Bind<cosmi_collection_list_start_fn>("cosmi_collection_list_start");
            cosmi_collection_create_start = library.Bind<cosmi_collection_create_start_fn>("cosmi_collection_create_start");
            cosmi_collection_delete_start = library.Bind<cosmi_collection_delete_start_fn>("cosmi_collection_delete_start");
            cosmi_throughput_show_start = library.Bind<cosmi_throughput_show_start_fn>("cosmi_throughput_show_start");
            cosmi_throughput_set_start = library.Bind<cosmi_throughput_set_start_fn>("cosmi_throughput_set_start");
            cosmi_account_create_start = library.Bind<cosmi_account_create_start_fn>("cosmi_account_create_start");
            cosmi_account_delete_start = library.Bind<cosmi_account_delete_start_fn>("cosmi_account_delete_start");
            cosmi_account_name_check_start = library.Bind<cosmi_account_name_check_start_fn>("cosmi_account_name_check_start");
            cosmi_key_regenerate_start = library.Bind<cosmi_key_regenerate_start_fn>("cosmi_key_regenerate_start");
            cosmi_identity_show_start = library.Bind<cosmi_identity_show_start_fn>("cosmi_identity_show_start");
            cosmi_identity_enable_start = library.Bind<cosmi_identity_enable_start_fn>("cosmi_identity_enable_start");
            cosmi_access_grant_start = library.Bind<cosmi_access_grant_start_fn>("cosmi_access_grant_start");
            cosmi_access_list_start = library.Bind<cosmi_access_list_start_fn>("cosmi_access_list_start");
            cosmi_access_revoke_start = library.Bind<cosmi_access_revoke_start_fn>("cosmi_access_revoke_start");
            cosmi_data_access_grant_start = library.Bind<cosmi_data_access_grant_start_fn>("cosmi_data_access_grant_start");
            cosmi_data_access_list_start = library.Bind<cosmi_data_access_list_start_fn>("cosmi_data_access_list_start");
            cosmi_data_role_list_start = library.Bind<cosmi_data_role_list_start_fn>("cosmi_data_role_list_start");
            cosmi_data_access_revoke_start = library.Bind<cosmi_data_access_revoke_start_fn>("cosmi_data_access_revoke_start");
            cosmi_operation_resources = library.Bind<cosmi_operation_resources_fn>("cosmi_operation_resources");
            cosmi_resources_count = library.Bind<cosmi_resources_count_fn>("cosmi_resources_count");
            cosmi_resources_json = library.Bind<cosmi_resources_json_fn>("cosmi_resources_json");
            cosmi_resources_change = library.Bind<cosmi_resources_change_fn>("cosmi_resources_change");
        }

        /// <summary>The process's one set of bindings; loads the library when first asked. A failure is not remembered.</summary>
        /// <exception cref="CosmiLibraryException">There is no suitable library.</exception>
        internal static NativeMethods Current
        {
            get
            {
                NativeMethods? loaded = current;
                if (loaded != null)
                {
                    return loaded;
                }

                lock (Gate)
                {
                    return current ??= Load(NativeLibrarySearch.Find());
                }
            }
        }

        /// <summary>The absolute path of the file that was loaded.</summary>
        internal string Path { get; }

        /// <summary>Loads one file and binds everything; the file stays loaded whatever happens.</summary>
        /// <exception cref="CosmiLibraryException">The file cannot be loaded, lacks a function or has the wrong version.</exception>
        internal static NativeMethods Load(string path) => new NativeMethods(NativeLibraryFile.Load(path, NativePlatform.Current));

        /// <summary>An ABI version as people write it.</summary>
        internal static Version ToVersion(uint abiVersion) => new Version((int)(abiVersion >> 16), (int)(abiVersion & 0xFFFF));
    }

    /// <summary>Runs exactly once for each started operation, on a thread of the library.</summary>
    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate void cosmi_completion_fn(IntPtr userData, int status);

    /// <summary>Gets the log records of the whole process, on threads of the library.</summary>
    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate void cosmi_log_fn(IntPtr userData, int level, ulong operationId, IntPtr message, UIntPtr messageLength);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate uint cosmi_abi_version_fn();

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate IntPtr cosmi_version_fn();

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate IntPtr cosmi_status_name_fn(int status);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int cosmi_log_set_fn(int level, cosmi_log_fn? callback, IntPtr userData);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int cosmi_options_new_fn(out OptionsHandle options);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate void cosmi_options_free_fn(IntPtr options);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int cosmi_options_set_identity_source_fn(OptionsHandle options, int identitySource);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int cosmi_options_set_client_id_fn(OptionsHandle options, byte[]? text);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int cosmi_options_set_object_id_fn(OptionsHandle options, byte[]? text);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int cosmi_options_set_resource_id_fn(OptionsHandle options, byte[]? text);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int cosmi_options_set_cloud_fn(OptionsHandle options, byte[]? text);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int cosmi_options_set_arm_endpoint_fn(OptionsHandle options, byte[]? text);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int cosmi_options_set_arm_audience_fn(OptionsHandle options, byte[]? text);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int cosmi_options_set_login_endpoint_fn(OptionsHandle options, byte[]? text);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int cosmi_options_set_cosmos_suffix_fn(OptionsHandle options, byte[]? text);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int cosmi_options_set_metadata_endpoint_fn(OptionsHandle options, byte[]? text);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int cosmi_options_set_ca_certificates_fn(OptionsHandle options, byte[]? pem, UIntPtr length);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int cosmi_options_set_variable_fn(OptionsHandle options, byte[] name, byte[]? value);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate IntPtr cosmi_variable_name_fn(UIntPtr index);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int cosmi_options_set_update_wait_ms_fn(OptionsHandle options, uint updateWaitMs);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int cosmi_options_set_timeout_ms_fn(OptionsHandle options, uint timeoutMs);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int cosmi_client_new_fn(OptionsHandle options, out ClientHandle client, out IntPtr error);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int cosmi_client_new_for_checks_fn(ClientHandle client, out ClientHandle forChecks);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate void cosmi_client_free_fn(IntPtr client);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int cosmi_account_ref_new_fn(out AccountReferenceHandle account);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate void cosmi_account_ref_free_fn(IntPtr account);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int cosmi_account_ref_set_subscription_id_fn(AccountReferenceHandle account, byte[]? text);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int cosmi_account_ref_set_resource_group_fn(AccountReferenceHandle account, byte[]? text);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int cosmi_account_ref_set_name_fn(AccountReferenceHandle account, byte[]? text);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int cosmi_account_ref_set_endpoint_fn(AccountReferenceHandle account, byte[]? text);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int cosmi_account_ref_set_key_fn(AccountReferenceHandle account, byte[]? key, UIntPtr length);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int cosmi_token_get_start_fn(
        ClientHandle client,
        byte[] resource,
        uint timeoutMs,
        cosmi_completion_fn callback,
        IntPtr userData,
        out OperationHandle operation);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int cosmi_token_renew_start_fn(
        ClientHandle client,
        byte[] resource,
        uint timeoutMs,
        cosmi_completion_fn callback,
        IntPtr userData,
        out OperationHandle operation);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int cosmi_environment_show_start_fn(
        ClientHandle client,
        uint timeoutMs,
        cosmi_completion_fn callback,
        IntPtr userData,
        out OperationHandle operation);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int cosmi_account_list_start_fn(
        ClientHandle client,
        byte[]? subscriptionId,
        byte[]? resourceGroup,
        uint timeoutMs,
        cosmi_completion_fn callback,
        IntPtr userData,
        out OperationHandle operation);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int cosmi_account_show_start_fn(
        ClientHandle client,
        AccountReferenceHandle account,
        uint timeoutMs,
        cosmi_completion_fn callback,
        IntPtr userData,
        out OperationHandle operation);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int cosmi_keys_list_start_fn(
        ClientHandle client,
        AccountReferenceHandle account,
        int keyKind,
        uint timeoutMs,
        cosmi_completion_fn callback,
        IntPtr userData,
        out OperationHandle operation);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int cosmi_connection_strings_list_start_fn(
        ClientHandle client,
        AccountReferenceHandle account,
        uint timeoutMs,
        cosmi_completion_fn callback,
        IntPtr userData,
        out OperationHandle operation);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int cosmi_collection_show_start_fn(
        ClientHandle client,
        AccountReferenceHandle account,
        byte[] database,
        byte[] collection,
        uint timeoutMs,
        cosmi_completion_fn callback,
        IntPtr userData,
        out OperationHandle operation);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate ulong cosmi_operation_id_fn(OperationHandle operation);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int cosmi_operation_wait_fn(OperationHandle operation, uint timeoutMs);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate void cosmi_operation_cancel_fn(OperationHandle operation);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate void cosmi_operation_free_fn(IntPtr operation);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate IntPtr cosmi_operation_error_fn(OperationHandle operation);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate IntPtr cosmi_operation_token_fn(OperationHandle operation);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate IntPtr cosmi_operation_environment_fn(OperationHandle operation);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate IntPtr cosmi_operation_accounts_fn(OperationHandle operation);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate IntPtr cosmi_operation_keys_fn(OperationHandle operation);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate IntPtr cosmi_operation_connection_strings_fn(OperationHandle operation);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate IntPtr cosmi_operation_collection_fn(OperationHandle operation);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int cosmi_error_status_fn(IntPtr error);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate IntPtr cosmi_error_message_fn(IntPtr error, out UIntPtr length);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate IntPtr cosmi_error_action_fn(IntPtr error, out UIntPtr length);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate uint cosmi_error_http_status_fn(IntPtr error);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate IntPtr cosmi_error_service_code_fn(IntPtr error, out UIntPtr length);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate IntPtr cosmi_error_request_id_fn(IntPtr error, out UIntPtr length);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate long cosmi_error_retry_after_ms_fn(IntPtr error);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int cosmi_error_is_retryable_fn(IntPtr error);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate void cosmi_error_free_fn(IntPtr error);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate IntPtr cosmi_token_value_fn(IntPtr token, out UIntPtr length);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate long cosmi_token_expires_on_s_fn(IntPtr token);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate IntPtr cosmi_token_resource_fn(IntPtr token, out UIntPtr length);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate IntPtr cosmi_token_client_id_fn(IntPtr token, out UIntPtr length);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int cosmi_token_identity_source_fn(IntPtr token);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate IntPtr cosmi_token_claims_json_fn(IntPtr token, out UIntPtr length);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int cosmi_environment_identity_source_fn(IntPtr environment);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate IntPtr cosmi_environment_reason_fn(IntPtr environment, out UIntPtr length);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate IntPtr cosmi_environment_subscription_id_fn(IntPtr environment, out UIntPtr length);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate IntPtr cosmi_environment_resource_group_fn(IntPtr environment, out UIntPtr length);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate IntPtr cosmi_environment_machine_name_fn(IntPtr environment, out UIntPtr length);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate IntPtr cosmi_environment_resource_id_fn(IntPtr environment, out UIntPtr length);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate IntPtr cosmi_environment_location_fn(IntPtr environment, out UIntPtr length);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate IntPtr cosmi_environment_cloud_fn(IntPtr environment, out UIntPtr length);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate IntPtr cosmi_environment_arm_endpoint_fn(IntPtr environment, out UIntPtr length);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate IntPtr cosmi_environment_metadata_json_fn(IntPtr environment, out UIntPtr length);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate IntPtr cosmi_environment_scale_set_name_fn(IntPtr environment, out UIntPtr length);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate IntPtr cosmi_environment_claims_json_fn(IntPtr environment, out UIntPtr length);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate IntPtr cosmi_environment_variables_seen_fn(IntPtr environment, out UIntPtr length);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate UIntPtr cosmi_accounts_count_fn(IntPtr accounts);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate IntPtr cosmi_accounts_json_fn(IntPtr accounts, UIntPtr index, out UIntPtr length);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate UIntPtr cosmi_keys_count_fn(IntPtr keys);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int cosmi_keys_access_fn(IntPtr keys);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate IntPtr cosmi_keys_account_name_fn(IntPtr keys, out UIntPtr length);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate IntPtr cosmi_keys_value_fn(IntPtr keys, UIntPtr index, out UIntPtr length);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int cosmi_keys_role_fn(IntPtr keys, UIntPtr index);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate UIntPtr cosmi_connection_strings_count_fn(IntPtr connectionStrings);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate IntPtr cosmi_connection_strings_account_name_fn(IntPtr connectionStrings, out UIntPtr length);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate IntPtr cosmi_connection_strings_value_fn(IntPtr connectionStrings, UIntPtr index, out UIntPtr length);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate IntPtr cosmi_connection_strings_description_fn(IntPtr connectionStrings, UIntPtr index, out UIntPtr length);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate IntPtr cosmi_connection_strings_key_kind_fn(IntPtr connectionStrings, UIntPtr index, out UIntPtr length);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate IntPtr cosmi_connection_strings_type_fn(IntPtr connectionStrings, UIntPtr index, out UIntPtr length);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate IntPtr cosmi_collection_json_fn(IntPtr collection, out UIntPtr length);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate IntPtr cosmi_collection_offer_json_fn(IntPtr collection, out UIntPtr length);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate IntPtr cosmi_collection_with_offer_json_fn(IntPtr collection, out UIntPtr length);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate IntPtr cosmi_collection_database_offer_json_fn(IntPtr collection, out UIntPtr length);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int cosmi_collection_offer_absence_fn(IntPtr collection);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate double cosmi_collection_request_charge_ru_fn(IntPtr collection);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate IntPtr cosmi_collection_activity_id_fn(IntPtr collection, out UIntPtr length);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate IntPtr cosmi_collection_etag_fn(IntPtr collection, out UIntPtr length);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate IntPtr cosmi_collection_account_name_fn(IntPtr collection, out UIntPtr length);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate IntPtr cosmi_collection_endpoint_fn(IntPtr collection, out UIntPtr length);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int cosmi_collection_key_access_fn(IntPtr collection);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int cosmi_database_list_start_fn(
        ClientHandle client,
        AccountReferenceHandle account,
        uint timeoutMs,
        cosmi_completion_fn callback,
        IntPtr userData,
        out OperationHandle operation);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int cosmi_database_show_start_fn(
        ClientHandle client,
        AccountReferenceHandle account,
        byte[] database,
        uint timeoutMs,
        cosmi_completion_fn callback,
        IntPtr userData,
        out OperationHandle operation);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int cosmi_database_create_start_fn(
        ClientHandle client,
        AccountReferenceHandle account,
        byte[] database,
        int throughputKind,
        uint throughputRu,
        int noWait,
        uint timeoutMs,
        cosmi_completion_fn callback,
        IntPtr userData,
        out OperationHandle operation);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int cosmi_database_delete_start_fn(
        ClientHandle client,
        AccountReferenceHandle account,
        byte[] database,
        int noWait,
        uint timeoutMs,
        cosmi_completion_fn callback,
        IntPtr userData,
        out OperationHandle operation);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int cosmi_collection_list_start_fn(
        ClientHandle client,
        AccountReferenceHandle account,
        byte[] database,
        uint timeoutMs,
        cosmi_completion_fn callback,
        IntPtr userData,
        out OperationHandle operation);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int cosmi_collection_create_start_fn(
        ClientHandle client,
        AccountReferenceHandle account,
        byte[] database,
        byte[] collection,
        byte[] definitionJson,
        int throughputKind,
        uint throughputRu,
        int noWait,
        uint timeoutMs,
        cosmi_completion_fn callback,
        IntPtr userData,
        out OperationHandle operation);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int cosmi_collection_delete_start_fn(
        ClientHandle client,
        AccountReferenceHandle account,
        byte[] database,
        byte[] collection,
        int noWait,
        uint timeoutMs,
        cosmi_completion_fn callback,
        IntPtr userData,
        out OperationHandle operation);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int cosmi_throughput_show_start_fn(
        ClientHandle client,
        AccountReferenceHandle account,
        byte[] database,
        byte[]? collection,
        uint timeoutMs,
        cosmi_completion_fn callback,
        IntPtr userData,
        out OperationHandle operation);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int cosmi_throughput_set_start_fn(
        ClientHandle client,
        AccountReferenceHandle account,
        byte[] database,
        byte[]? collection,
        int throughputKind,
        uint throughputRu,
        int noWait,
        uint timeoutMs,
        cosmi_completion_fn callback,
        IntPtr userData,
        out OperationHandle operation);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int cosmi_account_create_start_fn(
        ClientHandle client,
        AccountReferenceHandle account,
        byte[] definitionJson,
        int noWait,
        uint timeoutMs,
        cosmi_completion_fn callback,
        IntPtr userData,
        out OperationHandle operation);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int cosmi_account_delete_start_fn(
        ClientHandle client,
        AccountReferenceHandle account,
        int noWait,
        uint timeoutMs,
        cosmi_completion_fn callback,
        IntPtr userData,
        out OperationHandle operation);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int cosmi_account_name_check_start_fn(
        ClientHandle client,
        AccountReferenceHandle account,
        uint timeoutMs,
        cosmi_completion_fn callback,
        IntPtr userData,
        out OperationHandle operation);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int cosmi_key_regenerate_start_fn(
        ClientHandle client,
        AccountReferenceHandle account,
        int keyRole,
        uint timeoutMs,
        cosmi_completion_fn callback,
        IntPtr userData,
        out OperationHandle operation);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int cosmi_identity_show_start_fn(
        ClientHandle client,
        byte[] resourceId,
        uint timeoutMs,
        cosmi_completion_fn callback,
        IntPtr userData,
        out OperationHandle operation);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int cosmi_identity_enable_start_fn(
        ClientHandle client,
        byte[] resourceId,
        int noWait,
        uint timeoutMs,
        cosmi_completion_fn callback,
        IntPtr userData,
        out OperationHandle operation);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int cosmi_access_grant_start_fn(
        ClientHandle client,
        AccountReferenceHandle account,
        byte[] principalId,
        byte[] role,
        uint timeoutMs,
        cosmi_completion_fn callback,
        IntPtr userData,
        out OperationHandle operation);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int cosmi_access_list_start_fn(
        ClientHandle client,
        AccountReferenceHandle account,
        byte[]? principalId,
        uint timeoutMs,
        cosmi_completion_fn callback,
        IntPtr userData,
        out OperationHandle operation);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int cosmi_access_revoke_start_fn(
        ClientHandle client,
        AccountReferenceHandle account,
        byte[] principalId,
        byte[] role,
        uint timeoutMs,
        cosmi_completion_fn callback,
        IntPtr userData,
        out OperationHandle operation);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int cosmi_data_access_grant_start_fn(
        ClientHandle client,
        AccountReferenceHandle account,
        byte[]? database,
        byte[]? collection,
        byte[] principalId,
        byte[] role,
        int noWait,
        uint timeoutMs,
        cosmi_completion_fn callback,
        IntPtr userData,
        out OperationHandle operation);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int cosmi_data_access_list_start_fn(
        ClientHandle client,
        AccountReferenceHandle account,
        byte[]? database,
        byte[]? collection,
        byte[]? principalId,
        uint timeoutMs,
        cosmi_completion_fn callback,
        IntPtr userData,
        out OperationHandle operation);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int cosmi_data_role_list_start_fn(
        ClientHandle client,
        AccountReferenceHandle account,
        uint timeoutMs,
        cosmi_completion_fn callback,
        IntPtr userData,
        out OperationHandle operation);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int cosmi_data_access_revoke_start_fn(
        ClientHandle client,
        AccountReferenceHandle account,
        byte[]? database,
        byte[]? collection,
        byte[] principalId,
        byte[] role,
        int noWait,
        uint timeoutMs,
        cosmi_completion_fn callback,
        IntPtr userData,
        out OperationHandle operation);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate IntPtr cosmi_operation_resources_fn(OperationHandle operation);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate UIntPtr cosmi_resources_count_fn(IntPtr resources);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate IntPtr cosmi_resources_json_fn(IntPtr resources, UIntPtr index, out UIntPtr length);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int cosmi_resources_change_fn(IntPtr resources);
}
