using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;

namespace Cosmi.Interop
{
    /// <summary>
    /// Azure Cosmos DB by the managed identity of the machine this runs on. A client keeps tokens, keys and connections for its calls, so make one and share it:
    /// all members may be called on any thread at any time.
    /// </summary>
    /// <remarks>
    /// A call's work is started before its method returns. Its Task ends as cancelled when the cancellation token stopped it, and with a <see cref="CosmiException"/>
    /// when it failed; arguments that cannot be right are refused at once.
    /// <para>
    /// The environment variables of Azure's hosts (<c>IDENTITY_ENDPOINT</c>, <c>MSI_ENDPOINT</c>, <c>AZURE_CLIENT_ID</c> …) are .NET's own, those of
    /// <see cref="Environment.GetEnvironmentVariable(string)"/>. On Windows they are looked at anew in every call. Elsewhere .NET keeps them to itself, where native
    /// code does not see what a program sets, changes or removes; so they are taken when the client is made, a variable that .NET does not have counts as not set,
    /// and a later change is for the clients made after it.
    /// </para>
    /// </remarks>
    public sealed partial class CosmiClient : IDisposable
    {
        private readonly NativeMethods _native;
        private readonly ClientHandle _client;

        /// <summary>Makes a client. Nothing is sent.</summary>
        /// <param name="options">What it is made of; <see langword="null"/>: the system-assigned identity, everything else found out.</param>
        /// <exception cref="ArgumentException">An option is malformed, or more than one identity is given.</exception>
        /// <exception cref="CosmiException">The library refuses the options.</exception>
        /// <exception cref="CosmiLibraryException">There is no suitable native library.</exception>
        public CosmiClient(CosmiOptions? options = null)
        {
            _native = NativeMethods.Current;
            using OptionsHandle native = ToNative(_native, options ?? new CosmiOptions());
            int status = _native.cosmi_client_new(native, out _client, out IntPtr error);
            if (status != (int)CosmiStatus.Ok)
            {
                try
                {
                    throw CosmiErrors.FromError(_native, error, status, nameof(CosmiClient));
                }
                finally
                {
                    _native.cosmi_error_free(error);
                }
            }
        }

        /// <summary>Gets an access token of the identity; one that is still valid comes from memory.</summary>
        /// <param name="resource">What it is for, for instance <c>https://management.azure.com/</c>.</param>
        /// <param name="options">What this call does differently.</param>
        /// <param name="cancellationToken">Stops the call.</param>
        /// <returns>The token, to be disposed by the caller.</returns>
        /// <exception cref="ArgumentException"><paramref name="resource"/> is missing or malformed.</exception>
        /// <exception cref="CosmiException">The call failed.</exception>
        /// <exception cref="ObjectDisposedException">The client is disposed.</exception>
        /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> stopped the call.</exception>
        public Task<CosmiToken> GetTokenAsync(string resource, CosmiCallOptions? options = null, CancellationToken cancellationToken = default)
        {
            ThrowIfDisposed();
            byte[] resourceText = NativeText.Required(resource, nameof(resource));
            return RunAsync(
                nameof(GetTokenAsync),
                (uint timeoutMs, cosmi_completion_fn callback, IntPtr userData, out OperationHandle operation) =>
                    _native.cosmi_token_get_start(_client, resourceText, timeoutMs, callback, userData, out operation),
                ReadToken,
                options,
                cancellationToken);
        }

        /// <summary>
        /// Gets a new access token of the identity, whatever is in memory; it takes the place of the former one. App Service and Service Fabric keep tokens
        /// themselves, and may answer the former one again.
        /// </summary>
        /// <param name="resource">What it is for, for instance <c>https://management.azure.com/</c>.</param>
        /// <param name="options">What this call does differently.</param>
        /// <param name="cancellationToken">Stops the call.</param>
        /// <returns>The token, to be disposed by the caller.</returns>
        /// <exception cref="ArgumentException"><paramref name="resource"/> is missing or malformed.</exception>
        /// <exception cref="CosmiException">The call failed.</exception>
        /// <exception cref="ObjectDisposedException">The client is disposed.</exception>
        /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> stopped the call.</exception>
        public Task<CosmiToken> RenewTokenAsync(string resource, CosmiCallOptions? options = null, CancellationToken cancellationToken = default)
        {
            ThrowIfDisposed();
            byte[] resourceText = NativeText.Required(resource, nameof(resource));
            return RunAsync(
                nameof(RenewTokenAsync),
                (uint timeoutMs, cosmi_completion_fn callback, IntPtr userData, out OperationHandle operation) =>
                    _native.cosmi_token_renew_start(_client, resourceText, timeoutMs, callback, userData, out operation),
                ReadToken,
                options,
                cancellationToken);
        }

        /// <summary>
        /// Looks at the place this process runs in: the identity's source and what its token says of it, and, where the host tells, subscription, group, name, region
        /// and cloud.
        /// </summary>
        /// <param name="options">What this call does differently.</param>
        /// <param name="cancellationToken">Stops the call.</param>
        /// <returns>What is known.</returns>
        /// <exception cref="CosmiException">The call failed.</exception>
        /// <exception cref="ObjectDisposedException">The client is disposed.</exception>
        /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> stopped the call.</exception>
        public Task<CosmiEnvironment> GetEnvironmentAsync(CosmiCallOptions? options = null, CancellationToken cancellationToken = default)
        {
            ThrowIfDisposed();
            return RunAsync(
                nameof(GetEnvironmentAsync),
                (uint timeoutMs, cosmi_completion_fn callback, IntPtr userData, out OperationHandle operation) =>
                    _native.cosmi_environment_show_start(_client, timeoutMs, callback, userData, out operation),
                ReadEnvironment,
                options,
                cancellationToken);
        }

        /// <summary>Lists the Cosmos DB accounts the identity can see.</summary>
        /// <param name="subscriptionId">Only in this subscription; <see langword="null"/>: in all the identity sees.</param>
        /// <param name="resourceGroup">Only in this resource group; <see langword="null"/>: in all.</param>
        /// <param name="options">What this call does differently.</param>
        /// <param name="cancellationToken">Stops the call.</param>
        /// <returns>The accounts, maybe none.</returns>
        /// <exception cref="ArgumentException">An argument is malformed.</exception>
        /// <exception cref="CosmiException">The call failed.</exception>
        /// <exception cref="ObjectDisposedException">The client is disposed.</exception>
        /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> stopped the call.</exception>
        public Task<IReadOnlyList<CosmiAccount>> ListAccountsAsync(
            string? subscriptionId = null,
            string? resourceGroup = null,
            CosmiCallOptions? options = null,
            CancellationToken cancellationToken = default)
        {
            ThrowIfDisposed();
            byte[]? subscriptionText = NativeText.Optional(subscriptionId, nameof(subscriptionId));
            byte[]? groupText = NativeText.Optional(resourceGroup, nameof(resourceGroup));
            return RunAsync(
                nameof(ListAccountsAsync),
                (uint timeoutMs, cosmi_completion_fn callback, IntPtr userData, out OperationHandle operation) =>
                    _native.cosmi_account_list_start(_client, subscriptionText, groupText, timeoutMs, callback, userData, out operation),
                ReadAccounts,
                options,
                cancellationToken);
        }

        /// <summary>Gets one account.</summary>
        /// <param name="account">Which one.</param>
        /// <param name="options">What this call does differently.</param>
        /// <param name="cancellationToken">Stops the call.</param>
        /// <returns>The account.</returns>
        /// <exception cref="ArgumentException"><paramref name="account"/> is missing or malformed.</exception>
        /// <exception cref="CosmiException">The call failed.</exception>
        /// <exception cref="ObjectDisposedException">The client is disposed.</exception>
        /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> stopped the call.</exception>
        public Task<CosmiAccount> GetAccountAsync(CosmiAccountReference account, CosmiCallOptions? options = null, CancellationToken cancellationToken = default)
        {
            ThrowIfDisposed();
            using AccountReferenceHandle reference = ToNative(_native, account);
            return RunAsync(
                nameof(GetAccountAsync),
                (uint timeoutMs, cosmi_completion_fn callback, IntPtr userData, out OperationHandle operation) =>
                    _native.cosmi_account_show_start(_client, reference, timeoutMs, callback, userData, out operation),
                operation => ReadAccounts(operation)[0],
                options,
                cancellationToken);
        }

        /// <summary>Lists an account's keys.</summary>
        /// <param name="account">Which account.</param>
        /// <param name="kind">Which keys; <see cref="CosmiKeyKind.Auto"/>: the read-write ones, or the read-only ones where those are refused.</param>
        /// <param name="options">What this call does differently.</param>
        /// <param name="cancellationToken">Stops the call.</param>
        /// <returns>The keys, to be disposed by the caller.</returns>
        /// <exception cref="ArgumentException"><paramref name="account"/> is missing or malformed.</exception>
        /// <exception cref="CosmiException">The call failed.</exception>
        /// <exception cref="ObjectDisposedException">The client is disposed.</exception>
        /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> stopped the call.</exception>
        public Task<CosmiKeys> ListKeysAsync(
            CosmiAccountReference account,
            CosmiKeyKind kind = CosmiKeyKind.Auto,
            CosmiCallOptions? options = null,
            CancellationToken cancellationToken = default)
        {
            ThrowIfDisposed();
            using AccountReferenceHandle reference = ToNative(_native, account);
            return RunAsync(
                nameof(ListKeysAsync),
                (uint timeoutMs, cosmi_completion_fn callback, IntPtr userData, out OperationHandle operation) =>
                    _native.cosmi_keys_list_start(_client, reference, (int)kind, timeoutMs, callback, userData, out operation),
                ReadKeys,
                options,
                cancellationToken);
        }

        /// <summary>Lists an account's connection strings.</summary>
        /// <param name="account">Which account.</param>
        /// <param name="options">What this call does differently.</param>
        /// <param name="cancellationToken">Stops the call.</param>
        /// <returns>The connection strings, to be disposed by the caller.</returns>
        /// <exception cref="ArgumentException"><paramref name="account"/> is missing or malformed.</exception>
        /// <exception cref="CosmiException">The call failed.</exception>
        /// <exception cref="ObjectDisposedException">The client is disposed.</exception>
        /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> stopped the call.</exception>
        public Task<IReadOnlyList<CosmiConnectionString>> ListConnectionStringsAsync(
            CosmiAccountReference account,
            CosmiCallOptions? options = null,
            CancellationToken cancellationToken = default)
        {
            ThrowIfDisposed();
            using AccountReferenceHandle reference = ToNative(_native, account);
            return RunAsync(
                nameof(ListConnectionStringsAsync),
                (uint timeoutMs, cosmi_completion_fn callback, IntPtr userData, out OperationHandle operation) =>
                    _native.cosmi_connection_strings_list_start(_client, reference, timeoutMs, callback, userData, out operation),
                ReadConnectionStrings,
                options,
                cancellationToken);
        }

        /// <summary>
        /// Gets a collection (container) with its offer. Where no key is given, the account's is got by the identity and kept in the client; of an account that accepts none the collection comes from Azure Resource Manager, without offer.
        /// </summary>
        /// <param name="account">In which account.</param>
        /// <param name="database">The database's name.</param>
        /// <param name="collection">The collection's name.</param>
        /// <param name="options">What this call does differently.</param>
        /// <param name="cancellationToken">Stops the call.</param>
        /// <returns>The collection.</returns>
        /// <exception cref="ArgumentException">An argument is missing or malformed.</exception>
        /// <exception cref="CosmiException">The call failed.</exception>
        /// <exception cref="ObjectDisposedException">The client is disposed.</exception>
        /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> stopped the call.</exception>
        public Task<CosmiCollection> GetCollectionAsync(
            CosmiAccountReference account,
            string database,
            string collection,
            CosmiCallOptions? options = null,
            CancellationToken cancellationToken = default)
        {
            ThrowIfDisposed();
            byte[] databaseText = NativeText.Required(database, nameof(database));
            byte[] collectionText = NativeText.Required(collection, nameof(collection));
            using AccountReferenceHandle reference = ToNative(_native, account);
            return RunAsync(
                nameof(GetCollectionAsync),
                (uint timeoutMs, cosmi_completion_fn callback, IntPtr userData, out OperationHandle operation) =>
                    _native.cosmi_collection_show_start(_client, reference, databaseText, collectionText, timeoutMs, callback, userData, out operation),
                ReadCollection,
                options,
                cancellationToken);
        }

        /// <summary>Forgets the client's tokens and keys. Calls that still run go on to their end.</summary>
        public void Dispose() => _client.Dispose();

        private static OptionsHandle ToNative(NativeMethods native, CosmiOptions options)
        {
            int identities = (options.ClientId is null ? 0 : 1) + (options.ObjectId is null ? 0 : 1) + (options.ResourceId is null ? 0 : 1);
            if (identities > 1)
            {
                throw new ArgumentException("Only one of ClientId, ObjectId and ResourceId may be given.", nameof(options));
            }

            CosmiErrors.ThrowUnlessOk(native, native.cosmi_options_new(out OptionsHandle handle), nameof(CosmiOptions));
            try
            {
                void Set(int status, string name) => CosmiErrors.ThrowUnlessOk(native, status, "CosmiOptions." + name);
                Set(native.cosmi_options_set_identity_source(handle, (int)options.IdentitySource), nameof(options.IdentitySource));
                if (options.ClientId != null)
                {
                    Set(native.cosmi_options_set_client_id(handle, NativeText.Optional(options.ClientId, nameof(options))), nameof(options.ClientId));
                }

                if (options.ObjectId != null)
                {
                    Set(native.cosmi_options_set_object_id(handle, NativeText.Optional(options.ObjectId, nameof(options))), nameof(options.ObjectId));
                }

                if (options.ResourceId != null)
                {
                    Set(native.cosmi_options_set_resource_id(handle, NativeText.Optional(options.ResourceId, nameof(options))), nameof(options.ResourceId));
                }

                Set(native.cosmi_options_set_cloud(handle, NativeText.Optional(options.Cloud, nameof(options))), nameof(options.Cloud));
                Set(native.cosmi_options_set_arm_endpoint(handle, NativeText.Optional(options.ArmEndpoint, nameof(options))), nameof(options.ArmEndpoint));
                Set(native.cosmi_options_set_arm_audience(handle, NativeText.Optional(options.ArmAudience, nameof(options))), nameof(options.ArmAudience));
                Set(native.cosmi_options_set_login_endpoint(handle, NativeText.Optional(options.LoginEndpoint, nameof(options))), nameof(options.LoginEndpoint));
                Set(native.cosmi_options_set_cosmos_suffix(handle, NativeText.Optional(options.CosmosSuffix, nameof(options))), nameof(options.CosmosSuffix));
                Set(native.cosmi_options_set_metadata_endpoint(handle, NativeText.Optional(options.MetadataEndpoint, nameof(options))), nameof(options.MetadataEndpoint));
                byte[]? certificates = options.CaCertificates?.Length > 0 ? options.CaCertificates : null;
                Set(native.cosmi_options_set_ca_certificates(handle, certificates, (UIntPtr)(uint)(certificates?.Length ?? 0)), nameof(options.CaCertificates));
                NativeVariables.HandOver(native, handle);
                Set(native.cosmi_options_set_update_wait_ms(handle, NativeTimeout.ToMilliseconds(options.UpdateWait)), nameof(options.UpdateWait));
                Set(native.cosmi_options_set_timeout_ms(handle, NativeTimeout.ToMilliseconds(options.Timeout)), nameof(options.Timeout));
                return handle;
            }
            catch
            {
                handle.Dispose();
                throw;
            }
        }

        private static AccountReferenceHandle ToNative(NativeMethods native, CosmiAccountReference account)
        {
            if (account is null)
            {
                throw new ArgumentNullException(nameof(account));
            }

            CosmiErrors.ThrowUnlessOk(native, native.cosmi_account_ref_new(out AccountReferenceHandle handle), nameof(CosmiAccountReference));
            try
            {
                void Set(int status, string name) => CosmiErrors.ThrowUnlessOk(native, status, "CosmiAccountReference." + name);
                Set(native.cosmi_account_ref_set_subscription_id(handle, NativeText.Optional(account.SubscriptionId, nameof(account))), nameof(account.SubscriptionId));
                Set(native.cosmi_account_ref_set_resource_group(handle, NativeText.Optional(account.ResourceGroup, nameof(account))), nameof(account.ResourceGroup));
                Set(native.cosmi_account_ref_set_name(handle, NativeText.Optional(account.Name, nameof(account))), nameof(account.Name));
                Set(native.cosmi_account_ref_set_endpoint(handle, NativeText.Optional(account.Endpoint, nameof(account))), nameof(account.Endpoint));
                if (account.Key != null)
                {
                    if (account.Key.Length == 0)
                    {
                        throw new ArgumentException("The key is empty.", nameof(account));
                    }

                    Set(
                        NativeSecret.Lend(account.Key, nameof(account), (bytes, length) => native.cosmi_account_ref_set_key(handle, bytes, length)),
                        nameof(account.Key));
                }

                return handle;
            }
            catch
            {
                handle.Dispose();
                throw;
            }
        }

        private Task<T> RunAsync<T>(
            string what,
            NativeOperation.Starter start,
            NativeOperation.Reader<T> read,
            CosmiCallOptions? options,
            CancellationToken cancellationToken) =>
            NativeOperation.RunAsync(_native, what, start, read, options, cancellationToken);

        private CosmiToken ReadToken(OperationHandle operation)
        {
            IntPtr token = _native.cosmi_operation_token(operation);
            string resource = NativeText.ReadRequired(token, _native.cosmi_token_resource.Invoke, "resource");
            DateTimeOffset expiresOn = DateTimeOffset.FromUnixTimeSeconds(_native.cosmi_token_expires_on_s(token));
            IntPtr value = _native.cosmi_token_value(token, out UIntPtr length);
            return new CosmiToken(
                resource,
                expiresOn,
                (CosmiIdentitySource)_native.cosmi_token_identity_source(token),
                NativeText.Read(token, _native.cosmi_token_client_id.Invoke),
                NativeText.Read(token, _native.cosmi_token_claims_json.Invoke),
                NativeSecret.Read(value, length, "token"));
        }

        private CosmiEnvironment ReadEnvironment(OperationHandle operation)
        {
            IntPtr environment = _native.cosmi_operation_environment(operation);
            return new CosmiEnvironment(
                (CosmiIdentitySource)_native.cosmi_environment_identity_source(environment),
                NativeText.ReadRequired(environment, _native.cosmi_environment_reason.Invoke, "reason"),
                NativeText.Read(environment, _native.cosmi_environment_subscription_id.Invoke),
                NativeText.Read(environment, _native.cosmi_environment_resource_group.Invoke),
                NativeText.Read(environment, _native.cosmi_environment_machine_name.Invoke),
                NativeText.Read(environment, _native.cosmi_environment_resource_id.Invoke),
                NativeText.Read(environment, _native.cosmi_environment_location.Invoke),
                NativeText.ReadRequired(environment, _native.cosmi_environment_cloud.Invoke, "cloud"),
                NativeText.ReadRequired(environment, _native.cosmi_environment_arm_endpoint.Invoke, "ARM endpoint"),
                NativeText.Read(environment, _native.cosmi_environment_metadata_json.Invoke),
                NativeText.Read(environment, _native.cosmi_environment_scale_set_name.Invoke),
                NativeText.Read(environment, _native.cosmi_environment_claims_json.Invoke),
                NativeText.ReadRequired(environment, _native.cosmi_environment_variables_seen.Invoke, "names of variables")
                    .Split(new[] { ", " }, StringSplitOptions.RemoveEmptyEntries));
        }

        private IReadOnlyList<CosmiAccount> ReadAccounts(OperationHandle operation)
        {
            IntPtr accounts = _native.cosmi_operation_accounts(operation);
            var result = new CosmiAccount[_native.cosmi_accounts_count(accounts).ToUInt32()];
            for (int index = 0; index < result.Length; index++)
            {
                result[index] = new CosmiAccount(ReadItem(accounts, index, _native.cosmi_accounts_json.Invoke) ?? throw Absent("account"));
            }

            return result;
        }

        private CosmiKeys ReadKeys(OperationHandle operation)
        {
            IntPtr keys = _native.cosmi_operation_keys(operation);
            var result = new CosmiKey[_native.cosmi_keys_count(keys).ToUInt32()];
            for (int index = 0; index < result.Length; index++)
            {
                var position = (UIntPtr)(uint)index;
                IntPtr value = _native.cosmi_keys_value(keys, position, out UIntPtr length);
                result[index] = new CosmiKey((CosmiKeyRole)_native.cosmi_keys_role(keys, position), NativeSecret.Read(value, length, "key"));
            }

            return new CosmiKeys(
                NativeText.ReadRequired(keys, _native.cosmi_keys_account_name.Invoke, "account name"),
                (CosmiKeyKind)_native.cosmi_keys_access(keys),
                result);
        }

        private IReadOnlyList<CosmiConnectionString> ReadConnectionStrings(OperationHandle operation)
        {
            IntPtr strings = _native.cosmi_operation_connection_strings(operation);
            string account = NativeText.ReadRequired(strings, _native.cosmi_connection_strings_account_name.Invoke, "account name");
            var result = new CosmiConnectionString[_native.cosmi_connection_strings_count(strings).ToUInt32()];
            for (int index = 0; index < result.Length; index++)
            {
                IntPtr value = _native.cosmi_connection_strings_value(strings, (UIntPtr)(uint)index, out UIntPtr length);
                result[index] = new CosmiConnectionString(
                    account,
                    ReadItem(strings, index, _native.cosmi_connection_strings_description.Invoke) ?? throw Absent("description"),
                    ReadItem(strings, index, _native.cosmi_connection_strings_key_kind.Invoke),
                    ReadItem(strings, index, _native.cosmi_connection_strings_type.Invoke),
                    NativeSecret.Read(value, length, "connection string"));
            }

            return result;
        }

        private CosmiCollection ReadCollection(OperationHandle operation)
        {
            IntPtr collection = _native.cosmi_operation_collection(operation);
            return new CosmiCollection(
                NativeText.ReadRequired(collection, _native.cosmi_collection_json.Invoke, "collection"),
                NativeText.Read(collection, _native.cosmi_collection_offer_json.Invoke),
                NativeText.Read(collection, _native.cosmi_collection_database_offer_json.Invoke),
                NativeText.ReadRequired(collection, _native.cosmi_collection_with_offer_json.Invoke, "collection with its offer"),
                (CosmiOfferAbsence)_native.cosmi_collection_offer_absence(collection),
                _native.cosmi_collection_request_charge_ru(collection),
                NativeText.Read(collection, _native.cosmi_collection_activity_id.Invoke),
                NativeText.Read(collection, _native.cosmi_collection_etag.Invoke),
                NativeText.Read(collection, _native.cosmi_collection_account_name.Invoke),
                NativeText.ReadRequired(collection, _native.cosmi_collection_endpoint.Invoke, "endpoint"),
                (CosmiKeyKind)_native.cosmi_collection_key_access(collection));
        }

        private delegate IntPtr ItemAccessor(IntPtr owner, UIntPtr index, out UIntPtr length);

        private static string? ReadItem(IntPtr owner, int index, ItemAccessor accessor)
        {
            IntPtr text = accessor(owner, (UIntPtr)(uint)index, out UIntPtr length);
            return NativeText.FromUtf8(text, length);
        }

        private static CosmiException Absent(string what) => new CosmiException(CosmiStatus.Internal, "The library's result has no " + what);

        private void ThrowIfDisposed()
        {
            if (_client.IsClosed)
            {
                throw new ObjectDisposedException(nameof(CosmiClient));
            }
        }
    }
}
