using System;
using System.Threading;
using System.Threading.Tasks;

namespace Cosmi.Interop
{
    /// <content>Databases, collections and their throughput.</content>
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
                (client, timeoutMs, callback, userData, out operation) =>
                    _native.cosmi_database_list_start(client, reference, timeoutMs, callback, userData, out operation),
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
                (client, timeoutMs, callback, userData, out operation) =>
                    _native.cosmi_database_show_start(client, reference, databaseText, timeoutMs, callback, userData, out operation),
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
                (client, timeoutMs, callback, userData, out operation) =>
                    _native.cosmi_database_create_start(
                        client,
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
                (client, timeoutMs, callback, userData, out operation) =>
                    _native.cosmi_database_delete_start(client, reference, databaseText, NoWait(wait), timeoutMs, callback, userData, out operation),
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
                (client, timeoutMs, callback, userData, out operation) =>
                    _native.cosmi_collection_list_start(client, reference, databaseText, timeoutMs, callback, userData, out operation),
                ReadResources,
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
                (client, timeoutMs, callback, userData, out operation) =>
                    _native.cosmi_collection_show_start(client, reference, databaseText, collectionText, timeoutMs, callback, userData, out operation),
                ReadCollection,
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
                (client, timeoutMs, callback, userData, out operation) =>
                    _native.cosmi_collection_create_start(
                        client,
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
                (client, timeoutMs, callback, userData, out operation) =>
                    _native.cosmi_collection_delete_start(
                        client,
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
                (client, timeoutMs, callback, userData, out operation) =>
                    _native.cosmi_throughput_show_start(client, reference, databaseText, collectionText, timeoutMs, callback, userData, out operation),
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
                (client, timeoutMs, callback, userData, out operation) =>
                    _native.cosmi_throughput_set_start(
                        client,
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
    }
}
