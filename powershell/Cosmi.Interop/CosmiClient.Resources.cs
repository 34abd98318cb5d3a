using System;
using System.Threading;
using System.Threading.Tasks;

namespace Cosmi.Interop
{
    /// <content>Accounts, databases, collections, throughput, identities and roles, made and changed through Azure Resource Manager.</content>
    public sealed partial class CosmiClient
    {
        /// <summary>Lists an account's databases through Azure Resource Manager; no key is needed.</summary>
        /// <param name="account">Which account.</param>
        /// <param name="options">What this call does differently.</param>
        /// <param name="cancellationToken">Stops the call.</param>
        /// <returns>The databases, maybe none.</returns>
        /// <exception cref="ArgumentException">An argument is missing or malformed.</exception>
        /// <exception cref="CosmiException">The call failed.</exception>
        /// <exception cref="ObjectDisposedException">The client is disposed.</exception>
        /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> stopped the call.</exception>
        public Task<CosmiResources> ListDatabasesAsync(
            CosmiAccountReference account,
            CosmiCallOptions? options = null,
            CancellationToken cancellationToken = default)
        {
            ThrowIfDisposed();
            using AccountReferenceHandle reference = ToNative(_native, account);
            return RunAsync(
                nameof(ListDatabasesAsync),
                (uint timeoutMs, cosmi_completion_fn callback, IntPtr userData, out OperationHandle operation) =>
                    _native.cosmi_database_list_start(_client, reference, timeoutMs, callback, userData, out operation),
                ReadResources,
                options,
                cancellationToken);
        }

        /// <summary>Gets a database through Azure Resource Manager; no key is needed.</summary>
        /// <param name="account">Which account.</param>
        /// <param name="database">The database's name.</param>
        /// <param name="options">What this call does differently.</param>
        /// <param name="cancellationToken">Stops the call.</param>
        /// <returns>The database.</returns>
        /// <exception cref="ArgumentException">An argument is missing or malformed.</exception>
        /// <exception cref="CosmiException">The call failed.</exception>
        /// <exception cref="ObjectDisposedException">The client is disposed.</exception>
        /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> stopped the call.</exception>
        public Task<CosmiResources> GetDatabaseAsync(
            CosmiAccountReference account,
            string database,
            CosmiCallOptions? options = null,
            CancellationToken cancellationToken = default)
        {
            ThrowIfDisposed();
            byte[] databaseText = NativeText.Required(database, nameof(database));
            using AccountReferenceHandle reference = ToNative(_native, account);
            return RunAsync(
                nameof(GetDatabaseAsync),
                (uint timeoutMs, cosmi_completion_fn callback, IntPtr userData, out OperationHandle operation) =>
                    _native.cosmi_database_show_start(_client, reference, databaseText, timeoutMs, callback, userData, out operation),
                ReadResources,
                options,
                cancellationToken);
        }

        /// <summary>Makes a database. One that exists with the same throughput stays as it is; with another it is a <see cref="CosmiStatus.Conflict"/>.</summary>
        /// <param name="account">Which account.</param>
        /// <param name="database">The database's name.</param>
        /// <param name="throughput">Throughput that its collections share; <see langword="null"/>: none, each has its own or the account is serverless.</param>
        /// <param name="wait">Whether to wait until Azure is done, or only until it has accepted.</param>
        /// <param name="options">What this call does differently.</param>
        /// <param name="cancellationToken">Stops the call; what Azure has accepted by then goes on there.</param>
        /// <returns>The database, and whether it is new.</returns>
        /// <exception cref="ArgumentException">An argument is missing or malformed.</exception>
        /// <exception cref="CosmiException">The call failed.</exception>
        /// <exception cref="ObjectDisposedException">The client is disposed.</exception>
        /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> stopped the call.</exception>
        public Task<CosmiResources> CreateDatabaseAsync(
            CosmiAccountReference account,
            string database,
            CosmiThroughput? throughput,
            bool wait = true,
            CosmiCallOptions? options = null,
            CancellationToken cancellationToken = default)
        {
            ThrowIfDisposed();
            byte[] databaseText = NativeText.Required(database, nameof(database));
            using AccountReferenceHandle reference = ToNative(_native, account);
            return RunAsync(
                nameof(CreateDatabaseAsync),
                (uint timeoutMs, cosmi_completion_fn callback, IntPtr userData, out OperationHandle operation) =>
                    _native.cosmi_database_create_start(
                        _client,
                        reference,
                        databaseText,
                        (int)(throughput?.Kind ?? CosmiThroughputKind.None),
                        (uint)(throughput?.RequestUnits ?? 0),
                        NoWait(wait),
                        timeoutMs,
                        callback,
                        userData,
                        out operation),
                ReadResources,
                options,
                cancellationToken);
        }

        /// <summary>Deletes a database with all that is in it.</summary>
        /// <param name="account">Which account.</param>
        /// <param name="database">The database's name.</param>
        /// <param name="wait">Whether to wait until Azure is done, or only until it has accepted.</param>
        /// <param name="options">What this call does differently.</param>
        /// <param name="cancellationToken">Stops the call; what Azure has accepted by then goes on there.</param>
        /// <returns>Whether there was one.</returns>
        /// <exception cref="ArgumentException">An argument is missing or malformed.</exception>
        /// <exception cref="CosmiException">The call failed.</exception>
        /// <exception cref="ObjectDisposedException">The client is disposed.</exception>
        /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> stopped the call.</exception>
        public Task<CosmiResources> DeleteDatabaseAsync(
            CosmiAccountReference account,
            string database,
            bool wait = true,
            CosmiCallOptions? options = null,
            CancellationToken cancellationToken = default)
        {
            ThrowIfDisposed();
            byte[] databaseText = NativeText.Required(database, nameof(database));
            using AccountReferenceHandle reference = ToNative(_native, account);
            return RunAsync(
                nameof(DeleteDatabaseAsync),
                (uint timeoutMs, cosmi_completion_fn callback, IntPtr userData, out OperationHandle operation) =>
                    _native.cosmi_database_delete_start(_client, reference, databaseText, NoWait(wait), timeoutMs, callback, userData, out operation),
                ReadResources,
                options,
                cancellationToken);
        }

        /// <summary>Lists a database's collections through Azure Resource Manager; no key is needed.</summary>
        /// <param name="account">Which account.</param>
        /// <param name="database">The database's name.</param>
        /// <param name="options">What this call does differently.</param>
        /// <param name="cancellationToken">Stops the call.</param>
        /// <returns>The collections, maybe none.</returns>
        /// <exception cref="ArgumentException">An argument is missing or malformed.</exception>
        /// <exception cref="CosmiException">The call failed.</exception>
        /// <exception cref="ObjectDisposedException">The client is disposed.</exception>
        /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> stopped the call.</exception>
        public Task<CosmiResources> ListCollectionsAsync(
            CosmiAccountReference account,
            string database,
            CosmiCallOptions? options = null,
            CancellationToken cancellationToken = default)
        {
            ThrowIfDisposed();
            byte[] databaseText = NativeText.Required(database, nameof(database));
            using AccountReferenceHandle reference = ToNative(_native, account);
            return RunAsync(
                nameof(ListCollectionsAsync),
                (uint timeoutMs, cosmi_completion_fn callback, IntPtr userData, out OperationHandle operation) =>
                    _native.cosmi_collection_list_start(_client, reference, databaseText, timeoutMs, callback, userData, out operation),
                ReadResources,
                options,
                cancellationToken);
        }

        /// <summary>
        /// Makes a collection through Azure Resource Manager; no key is needed. One that exists with the same definition and throughput stays as it is; with
        /// another it is a <see cref="CosmiStatus.Conflict"/>, whose message tells the differences.
        /// </summary>
        /// <param name="account">Which account.</param>
        /// <param name="database">The database's name.</param>
        /// <param name="collection">The collection's name.</param>
        /// <param name="definitionJson">
        /// The service's own definition of it (JSON), without its name; at least <c>{"partitionKey":{"paths":["/id"],"kind":"Hash","version":2}}</c>.
        /// </param>
        /// <param name="throughput">Throughput of its own; <see langword="null"/>: none, it shares its database's or the account is serverless.</param>
        /// <param name="wait">Whether to wait until Azure is done, or only until it has accepted.</param>
        /// <param name="options">What this call does differently.</param>
        /// <param name="cancellationToken">Stops the call; what Azure has accepted by then goes on there.</param>
        /// <returns>The collection, and whether it is new.</returns>
        /// <exception cref="ArgumentException">An argument is missing or malformed.</exception>
        /// <exception cref="CosmiException">The call failed.</exception>
        /// <exception cref="ObjectDisposedException">The client is disposed.</exception>
        /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> stopped the call.</exception>
        public Task<CosmiResources> CreateCollectionAsync(
            CosmiAccountReference account,
            string database,
            string collection,
            string definitionJson,
            CosmiThroughput? throughput,
            bool wait = true,
            CosmiCallOptions? options = null,
            CancellationToken cancellationToken = default)
        {
            ThrowIfDisposed();
            byte[] databaseText = NativeText.Required(database, nameof(database));
            byte[] collectionText = NativeText.Required(collection, nameof(collection));
            byte[] definitionText = NativeText.Required(definitionJson, nameof(definitionJson));
            using AccountReferenceHandle reference = ToNative(_native, account);
            return RunAsync(
                nameof(CreateCollectionAsync),
                (uint timeoutMs, cosmi_completion_fn callback, IntPtr userData, out OperationHandle operation) =>
                    _native.cosmi_collection_create_start(
                        _client,
                        reference,
                        databaseText,
                        collectionText,
                        definitionText,
                        (int)(throughput?.Kind ?? CosmiThroughputKind.None),
                        (uint)(throughput?.RequestUnits ?? 0),
                        NoWait(wait),
                        timeoutMs,
                        callback,
                        userData,
                        out operation),
                ReadResources,
                options,
                cancellationToken);
        }

        /// <summary>Deletes a collection with all that is in it.</summary>
        /// <param name="account">Which account.</param>
        /// <param name="database">The database's name.</param>
        /// <param name="collection">The collection's name.</param>
        /// <param name="wait">Whether to wait until Azure is done, or only until it has accepted.</param>
        /// <param name="options">What this call does differently.</param>
        /// <param name="cancellationToken">Stops the call; what Azure has accepted by then goes on there.</param>
        /// <returns>Whether there was one.</returns>
        /// <exception cref="ArgumentException">An argument is missing or malformed.</exception>
        /// <exception cref="CosmiException">The call failed.</exception>
        /// <exception cref="ObjectDisposedException">The client is disposed.</exception>
        /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> stopped the call.</exception>
        public Task<CosmiResources> DeleteCollectionAsync(
            CosmiAccountReference account,
            string database,
            string collection,
            bool wait = true,
            CosmiCallOptions? options = null,
            CancellationToken cancellationToken = default)
        {
            ThrowIfDisposed();
            byte[] databaseText = NativeText.Required(database, nameof(database));
            byte[] collectionText = NativeText.Required(collection, nameof(collection));
            using AccountReferenceHandle reference = ToNative(_native, account);
            return RunAsync(
                nameof(DeleteCollectionAsync),
                (uint timeoutMs, cosmi_completion_fn callback, IntPtr userData, out OperationHandle operation) =>
                    _native.cosmi_collection_delete_start(
                        _client,
                        reference,
                        databaseText,
                        collectionText,
                        NoWait(wait),
                        timeoutMs,
                        callback,
                        userData,
                        out operation),
                ReadResources,
                options,
                cancellationToken);
        }

        /// <summary>Gets the throughput of a database or collection.</summary>
        /// <param name="account">Which account.</param>
        /// <param name="database">The database's name.</param>
        /// <param name="collection">The collection's name; <see langword="null"/>: the database's own.</param>
        /// <param name="options">What this call does differently.</param>
        /// <param name="cancellationToken">Stops the call.</param>
        /// <returns>The throughput; nothing where it has none of its own.</returns>
        /// <exception cref="ArgumentException">An argument is missing or malformed.</exception>
        /// <exception cref="CosmiException">The call failed.</exception>
        /// <exception cref="ObjectDisposedException">The client is disposed.</exception>
        /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> stopped the call.</exception>
        public Task<CosmiResources> GetThroughputAsync(
            CosmiAccountReference account,
            string database,
            string? collection,
            CosmiCallOptions? options = null,
            CancellationToken cancellationToken = default)
        {
            ThrowIfDisposed();
            byte[] databaseText = NativeText.Required(database, nameof(database));
            byte[]? collectionText = NativeText.Optional(collection, nameof(collection));
            using AccountReferenceHandle reference = ToNative(_native, account);
            return RunAsync(
                nameof(GetThroughputAsync),
                (uint timeoutMs, cosmi_completion_fn callback, IntPtr userData, out OperationHandle operation) =>
                    _native.cosmi_throughput_show_start(_client, reference, databaseText, collectionText, timeoutMs, callback, userData, out operation),
                ReadResources,
                options,
                cancellationToken);
        }

        /// <summary>Sets the throughput of a database or collection that has its own, and changes between manual and autoscale where needed.</summary>
        /// <param name="account">Which account.</param>
        /// <param name="database">The database's name.</param>
        /// <param name="collection">The collection's name; <see langword="null"/>: the database's own.</param>
        /// <param name="throughput">The throughput.</param>
        /// <param name="wait">Whether to wait until Azure is done, or only until it has accepted.</param>
        /// <param name="options">What this call does differently.</param>
        /// <param name="cancellationToken">Stops the call; what Azure has accepted by then goes on there.</param>
        /// <returns>The throughput as it is then, and whether it was so already.</returns>
        /// <exception cref="ArgumentException">An argument is missing or malformed.</exception>
        /// <exception cref="CosmiException">The call failed.</exception>
        /// <exception cref="ObjectDisposedException">The client is disposed.</exception>
        /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> stopped the call.</exception>
        public Task<CosmiResources> SetThroughputAsync(
            CosmiAccountReference account,
            string database,
            string? collection,
            CosmiThroughput throughput,
            bool wait = true,
            CosmiCallOptions? options = null,
            CancellationToken cancellationToken = default)
        {
            ThrowIfDisposed();
            if (throughput is null)
            {
                throw new ArgumentNullException(nameof(throughput));
            }

            byte[] databaseText = NativeText.Required(database, nameof(database));
            byte[]? collectionText = NativeText.Optional(collection, nameof(collection));
            using AccountReferenceHandle reference = ToNative(_native, account);
            return RunAsync(
                nameof(SetThroughputAsync),
                (uint timeoutMs, cosmi_completion_fn callback, IntPtr userData, out OperationHandle operation) =>
                    _native.cosmi_throughput_set_start(
                        _client,
                        reference,
                        databaseText,
                        collectionText,
                        (int)throughput.Kind,
                        (uint)throughput.RequestUnits,
                        NoWait(wait),
                        timeoutMs,
                        callback,
                        userData,
                        out operation),
                ReadResources,
                options,
                cancellationToken);
        }

        /// <summary>
        /// Makes an account. One that exists with the same definition stays as it is, and one that is still being made is waited for; with another definition it
        /// is a <see cref="CosmiStatus.Conflict"/>, whose message tells the differences.
        /// </summary>
        /// <param name="account">Its subscription, resource group and name.</param>
        /// <param name="definitionJson">Azure Resource Manager's own definition of it (JSON), with <c>location</c> and <c>properties</c>.</param>
        /// <param name="wait">Whether to wait until Azure is done, or only until it has accepted.</param>
        /// <param name="options">What this call does differently.</param>
        /// <param name="cancellationToken">Stops the call; what Azure has accepted by then goes on there.</param>
        /// <returns>The account, and whether it is new.</returns>
        /// <exception cref="ArgumentException">An argument is missing or malformed.</exception>
        /// <exception cref="CosmiException">The call failed.</exception>
        /// <exception cref="ObjectDisposedException">The client is disposed.</exception>
        /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> stopped the call.</exception>
        public Task<CosmiResources> CreateAccountAsync(
            CosmiAccountReference account,
            string definitionJson,
            bool wait = true,
            CosmiCallOptions? options = null,
            CancellationToken cancellationToken = default)
        {
            ThrowIfDisposed();
            byte[] definitionText = NativeText.Required(definitionJson, nameof(definitionJson));
            using AccountReferenceHandle reference = ToNative(_native, account);
            return RunAsync(
                nameof(CreateAccountAsync),
                (uint timeoutMs, cosmi_completion_fn callback, IntPtr userData, out OperationHandle operation) =>
                    _native.cosmi_account_create_start(_client, reference, definitionText, NoWait(wait), timeoutMs, callback, userData, out operation),
                ReadResources,
                options,
                cancellationToken);
        }

        /// <summary>Deletes an account with all that is in it.</summary>
        /// <param name="account">Which account.</param>
        /// <param name="wait">Whether to wait until Azure is done, or only until it has accepted.</param>
        /// <param name="options">What this call does differently.</param>
        /// <param name="cancellationToken">Stops the call; what Azure has accepted by then goes on there.</param>
        /// <returns>Whether there was one.</returns>
        /// <exception cref="ArgumentException">An argument is missing or malformed.</exception>
        /// <exception cref="CosmiException">The call failed.</exception>
        /// <exception cref="ObjectDisposedException">The client is disposed.</exception>
        /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> stopped the call.</exception>
        public Task<CosmiResources> DeleteAccountAsync(
            CosmiAccountReference account,
            bool wait = true,
            CosmiCallOptions? options = null,
            CancellationToken cancellationToken = default)
        {
            ThrowIfDisposed();
            using AccountReferenceHandle reference = ToNative(_native, account);
            return RunAsync(
                nameof(DeleteAccountAsync),
                (uint timeoutMs, cosmi_completion_fn callback, IntPtr userData, out OperationHandle operation) =>
                    _native.cosmi_account_delete_start(_client, reference, NoWait(wait), timeoutMs, callback, userData, out operation),
                ReadResources,
                options,
                cancellationToken);
        }

        /// <summary>Asks whether any account in Azure, seen or unseen, has a name.</summary>
        /// <param name="account">The name.</param>
        /// <param name="options">What this call does differently.</param>
        /// <param name="cancellationToken">Stops the call.</param>
        /// <returns><see langword="true"/> when it has.</returns>
        /// <exception cref="ArgumentException">An argument is missing or malformed.</exception>
        /// <exception cref="CosmiException">The call failed.</exception>
        /// <exception cref="ObjectDisposedException">The client is disposed.</exception>
        /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> stopped the call.</exception>
        public Task<bool> IsAccountNameTakenAsync(CosmiAccountReference account, CosmiCallOptions? options = null, CancellationToken cancellationToken = default)
        {
            ThrowIfDisposed();
            using AccountReferenceHandle reference = ToNative(_native, account);
            return RunAsync(
                nameof(IsAccountNameTakenAsync),
                (uint timeoutMs, cosmi_completion_fn callback, IntPtr userData, out OperationHandle operation) =>
                    _native.cosmi_account_name_check_start(_client, reference, timeoutMs, callback, userData, out operation),
                operation => ReadResources(operation).Change == CosmiChange.AlreadySo,
                options,
                cancellationToken);
        }

        /// <summary>Makes one of an account's keys anew; the former one opens nothing any more.</summary>
        /// <param name="account">Which account.</param>
        /// <param name="role">Which key.</param>
        /// <param name="options">What this call does differently.</param>
        /// <param name="cancellationToken">Stops the call.</param>
        /// <returns>A Task that ends when the new key counts.</returns>
        /// <exception cref="ArgumentException">An argument is missing or malformed.</exception>
        /// <exception cref="CosmiException">The call failed.</exception>
        /// <exception cref="ObjectDisposedException">The client is disposed.</exception>
        /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> stopped the call.</exception>
        public Task RegenerateKeyAsync(
            CosmiAccountReference account,
            CosmiKeyRole role,
            CosmiCallOptions? options = null,
            CancellationToken cancellationToken = default)
        {
            ThrowIfDisposed();
            using AccountReferenceHandle reference = ToNative(_native, account);
            return RunAsync(
                nameof(RegenerateKeyAsync),
                (uint timeoutMs, cosmi_completion_fn callback, IntPtr userData, out OperationHandle operation) =>
                    _native.cosmi_key_regenerate_start(_client, reference, (int)role, timeoutMs, callback, userData, out operation),
                ReadResources,
                options,
                cancellationToken);
        }

        /// <summary>Gets a virtual machine, scale set, Web or Function app, Automation account or Arc server with its identity.</summary>
        /// <param name="resourceId">The machine's resource id in Azure.</param>
        /// <param name="options">What this call does differently.</param>
        /// <param name="cancellationToken">Stops the call.</param>
        /// <returns>The resource, with <c>identity</c>.</returns>
        /// <exception cref="ArgumentException">An argument is missing or malformed.</exception>
        /// <exception cref="CosmiException">The call failed.</exception>
        /// <exception cref="ObjectDisposedException">The client is disposed.</exception>
        /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> stopped the call.</exception>
        public Task<CosmiResources> GetMachineIdentityAsync(string resourceId, CosmiCallOptions? options = null, CancellationToken cancellationToken = default)
        {
            ThrowIfDisposed();
            byte[] resourceText = NativeText.Required(resourceId, nameof(resourceId));
            return RunAsync(
                nameof(GetMachineIdentityAsync),
                (uint timeoutMs, cosmi_completion_fn callback, IntPtr userData, out OperationHandle operation) =>
                    _native.cosmi_identity_show_start(_client, resourceText, timeoutMs, callback, userData, out operation),
                ReadResources,
                options,
                cancellationToken);
        }

        /// <summary>Turns the system-assigned identity of a machine on. Its user-assigned ones stay.</summary>
        /// <param name="resourceId">The machine's resource id in Azure.</param>
        /// <param name="wait">Whether to wait until Azure is done, or only until it has accepted.</param>
        /// <param name="options">What this call does differently.</param>
        /// <param name="cancellationToken">Stops the call; what Azure has accepted by then goes on there.</param>
        /// <returns>The resource, with <c>identity</c>, and whether it was on already.</returns>
        /// <exception cref="ArgumentException">An argument is missing or malformed.</exception>
        /// <exception cref="CosmiException">The call failed.</exception>
        /// <exception cref="ObjectDisposedException">The client is disposed.</exception>
        /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> stopped the call.</exception>
        public Task<CosmiResources> EnableMachineIdentityAsync(
            string resourceId,
            bool wait = true,
            CosmiCallOptions? options = null,
            CancellationToken cancellationToken = default)
        {
            ThrowIfDisposed();
            byte[] resourceText = NativeText.Required(resourceId, nameof(resourceId));
            return RunAsync(
                nameof(EnableMachineIdentityAsync),
                (uint timeoutMs, cosmi_completion_fn callback, IntPtr userData, out OperationHandle operation) =>
                    _native.cosmi_identity_enable_start(_client, resourceText, NoWait(wait), timeoutMs, callback, userData, out operation),
                ReadResources,
                options,
                cancellationToken);
        }

        /// <summary>Gives an identity a role on an account; who has it keeps it. It takes effect some minutes later, and for new tokens.</summary>
        /// <param name="account">Which account.</param>
        /// <param name="principalId">The identity's object (principal) id.</param>
        /// <param name="role">The role, by its name or its id.</param>
        /// <param name="options">What this call does differently.</param>
        /// <param name="cancellationToken">Stops the call.</param>
        /// <returns>The role assignment, and whether it is new.</returns>
        /// <exception cref="ArgumentException">An argument is missing or malformed.</exception>
        /// <exception cref="CosmiException">The call failed.</exception>
        /// <exception cref="ObjectDisposedException">The client is disposed.</exception>
        /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> stopped the call.</exception>
        public Task<CosmiResources> GrantAccessAsync(
            CosmiAccountReference account,
            string principalId,
            string role,
            CosmiCallOptions? options = null,
            CancellationToken cancellationToken = default)
        {
            ThrowIfDisposed();
            byte[] principalText = NativeText.Required(principalId, nameof(principalId));
            byte[] roleText = NativeText.Required(role, nameof(role));
            using AccountReferenceHandle reference = ToNative(_native, account);
            return RunAsync(
                nameof(GrantAccessAsync),
                (uint timeoutMs, cosmi_completion_fn callback, IntPtr userData, out OperationHandle operation) =>
                    _native.cosmi_access_grant_start(_client, reference, principalText, roleText, timeoutMs, callback, userData, out operation),
                ReadResources,
                options,
                cancellationToken);
        }

        /// <summary>Lists the role assignments that count for an account.</summary>
        /// <param name="account">Which account.</param>
        /// <param name="principalId">Only this identity's; <see langword="null"/>: everybody's.</param>
        /// <param name="options">What this call does differently.</param>
        /// <param name="cancellationToken">Stops the call.</param>
        /// <returns>The role assignments, maybe none.</returns>
        /// <exception cref="ArgumentException">An argument is missing or malformed.</exception>
        /// <exception cref="CosmiException">The call failed.</exception>
        /// <exception cref="ObjectDisposedException">The client is disposed.</exception>
        /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> stopped the call.</exception>
        public Task<CosmiResources> ListAccessAsync(
            CosmiAccountReference account,
            string? principalId,
            CosmiCallOptions? options = null,
            CancellationToken cancellationToken = default)
        {
            ThrowIfDisposed();
            byte[]? principalText = NativeText.Optional(principalId, nameof(principalId));
            using AccountReferenceHandle reference = ToNative(_native, account);
            return RunAsync(
                nameof(ListAccessAsync),
                (uint timeoutMs, cosmi_completion_fn callback, IntPtr userData, out OperationHandle operation) =>
                    _native.cosmi_access_list_start(_client, reference, principalText, timeoutMs, callback, userData, out operation),
                ReadResources,
                options,
                cancellationToken);
        }

        /// <summary>Takes a role on an account away from an identity. What comes down from the resource group or the subscription stays.</summary>
        /// <param name="account">Which account.</param>
        /// <param name="principalId">The identity's object (principal) id.</param>
        /// <param name="role">The role, by its name or its id.</param>
        /// <param name="options">What this call does differently.</param>
        /// <param name="cancellationToken">Stops the call.</param>
        /// <returns>Whether it had it there.</returns>
        /// <exception cref="ArgumentException">An argument is missing or malformed.</exception>
        /// <exception cref="CosmiException">The call failed.</exception>
        /// <exception cref="ObjectDisposedException">The client is disposed.</exception>
        /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> stopped the call.</exception>
        public Task<CosmiResources> RevokeAccessAsync(
            CosmiAccountReference account,
            string principalId,
            string role,
            CosmiCallOptions? options = null,
            CancellationToken cancellationToken = default)
        {
            ThrowIfDisposed();
            byte[] principalText = NativeText.Required(principalId, nameof(principalId));
            byte[] roleText = NativeText.Required(role, nameof(role));
            using AccountReferenceHandle reference = ToNative(_native, account);
            return RunAsync(
                nameof(RevokeAccessAsync),
                (uint timeoutMs, cosmi_completion_fn callback, IntPtr userData, out OperationHandle operation) =>
                    _native.cosmi_access_revoke_start(_client, reference, principalText, roleText, timeoutMs, callback, userData, out operation),
                ReadResources,
                options,
                cancellationToken);
        }

        private static int NoWait(bool wait) => wait ? 0 : 1;

        private CosmiResources ReadResources(OperationHandle operation)
        {
            IntPtr resources = _native.cosmi_operation_resources(operation);
            var json = new string[_native.cosmi_resources_count(resources).ToUInt32()];
            for (int index = 0; index < json.Length; index++)
            {
                json[index] = ReadItem(resources, index, _native.cosmi_resources_json.Invoke) ?? throw Absent("resource");
            }

            return new CosmiResources((CosmiChange)_native.cosmi_resources_change(resources), json);
        }
    }
}
