using System;
using System.Threading;
using System.Threading.Tasks;

namespace Cosmi.Interop
{
    /// <content>Roles: Azure's own on an account, and Cosmos DB's own, by which an identity may use its data with a token instead of a key.</content>
    public sealed partial class CosmiClient
    {
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
                (client, timeoutMs, callback, userData, out operation) =>
                    _native.cosmi_access_grant_start(client, reference, principalText, roleText, timeoutMs, callback, userData, out operation),
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
                (client, timeoutMs, callback, userData, out operation) =>
                    _native.cosmi_access_list_start(client, reference, principalText, timeoutMs, callback, userData, out operation),
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
                (client, timeoutMs, callback, userData, out operation) =>
                    _native.cosmi_access_revoke_start(client, reference, principalText, roleText, timeoutMs, callback, userData, out operation),
                ReadResources,
                options,
                cancellationToken);
        }

        /// <summary>Gives an identity one of Cosmos DB's own roles; who has it keeps it. It takes effect some minutes later.</summary>
        /// <param name="account">Which account.</param>
        /// <param name="database">The database that the role is for; <see langword="null"/>: the whole account.</param>
        /// <param name="collection">The collection in it; <see langword="null"/>: the whole database.</param>
        /// <param name="principalId">The identity's object (principal) id.</param>
        /// <param name="role">The role, by its name or its id.</param>
        /// <param name="wait">Whether to wait until Azure is done, or only until it has accepted.</param>
        /// <param name="options">What this call does differently.</param>
        /// <param name="cancellationToken">Stops the call; what Azure has accepted by then goes on there.</param>
        /// <returns>The role assignment, and whether it is new.</returns>
        /// <exception cref="ArgumentException">An argument is missing or malformed.</exception>
        /// <exception cref="CosmiException">The call failed.</exception>
        /// <exception cref="ObjectDisposedException">The client is disposed.</exception>
        /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> stopped the call.</exception>
        public Task<CosmiResources> GrantDataAccessAsync(
            CosmiAccountReference account,
            string? database,
            string? collection,
            string principalId,
            string role,
            bool wait = true,
            CosmiCallOptions? options = null,
            CancellationToken cancellationToken = default)
        {
            ThrowIfDisposed();
            byte[]? databaseText = NativeText.Optional(database, nameof(database));
            byte[]? collectionText = NativeText.Optional(collection, nameof(collection));
            byte[] principalText = NativeText.Required(principalId, nameof(principalId));
            byte[] roleText = NativeText.Required(role, nameof(role));
            using AccountReferenceHandle reference = ToNative(_native, account);
            return RunAsync(
                (client, timeoutMs, callback, userData, out operation) =>
                    _native.cosmi_data_access_grant_start(
                        client,
                        reference,
                        databaseText,
                        collectionText,
                        principalText,
                        roleText,
                        NoWait(wait),
                        timeoutMs,
                        callback,
                        userData,
                        out operation),
                ReadResources,
                options,
                cancellationToken);
        }

        /// <summary>Lists who has which of Cosmos DB's own roles on an account.</summary>
        /// <param name="account">Which account.</param>
        /// <param name="database">Only what counts for this database; <see langword="null"/>: everything in the account.</param>
        /// <param name="collection">Only what counts for this collection in it; <see langword="null"/>: for the database.</param>
        /// <param name="principalId">Only this identity's; <see langword="null"/>: everybody's.</param>
        /// <param name="options">What this call does differently.</param>
        /// <param name="cancellationToken">Stops the call.</param>
        /// <returns>The role assignments, maybe none.</returns>
        /// <exception cref="ArgumentException">An argument is missing or malformed.</exception>
        /// <exception cref="CosmiException">The call failed.</exception>
        /// <exception cref="ObjectDisposedException">The client is disposed.</exception>
        /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> stopped the call.</exception>
        public Task<CosmiResources> ListDataAccessAsync(
            CosmiAccountReference account,
            string? database = null,
            string? collection = null,
            string? principalId = null,
            CosmiCallOptions? options = null,
            CancellationToken cancellationToken = default)
        {
            ThrowIfDisposed();
            byte[]? databaseText = NativeText.Optional(database, nameof(database));
            byte[]? collectionText = NativeText.Optional(collection, nameof(collection));
            byte[]? principalText = NativeText.Optional(principalId, nameof(principalId));
            using AccountReferenceHandle reference = ToNative(_native, account);
            return RunAsync(
                (client, timeoutMs, callback, userData, out operation) =>
                    _native.cosmi_data_access_list_start(
                        client,
                        reference,
                        databaseText,
                        collectionText,
                        principalText,
                        timeoutMs,
                        callback,
                        userData,
                        out operation),
                ReadResources,
                options,
                cancellationToken);
        }

        /// <summary>Lists Cosmos DB's own roles that an account has: the built-in ones and those made for it.</summary>
        /// <param name="account">Which account.</param>
        /// <param name="options">What this call does differently.</param>
        /// <param name="cancellationToken">Stops the call.</param>
        /// <returns>The role definitions.</returns>
        /// <exception cref="ArgumentException">An argument is missing or malformed.</exception>
        /// <exception cref="CosmiException">The call failed.</exception>
        /// <exception cref="ObjectDisposedException">The client is disposed.</exception>
        /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> stopped the call.</exception>
        public Task<CosmiResources> ListDataRolesAsync(
            CosmiAccountReference account,
            CosmiCallOptions? options = null,
            CancellationToken cancellationToken = default)
        {
            ThrowIfDisposed();
            using AccountReferenceHandle reference = ToNative(_native, account);
            return RunAsync(
                (client, timeoutMs, callback, userData, out operation) =>
                    _native.cosmi_data_role_list_start(client, reference, timeoutMs, callback, userData, out operation),
                ReadResources,
                options,
                cancellationToken);
        }

        /// <summary>Takes one of Cosmos DB's own roles away from an identity. What it has on more or on less than what is named here stays.</summary>
        /// <param name="account">Which account.</param>
        /// <param name="database">The database that the role is for; <see langword="null"/>: the whole account.</param>
        /// <param name="collection">The collection in it; <see langword="null"/>: the whole database.</param>
        /// <param name="principalId">The identity's object (principal) id.</param>
        /// <param name="role">The role, by its name or its id.</param>
        /// <param name="wait">Whether to wait until Azure is done, or only until it has accepted.</param>
        /// <param name="options">What this call does differently.</param>
        /// <param name="cancellationToken">Stops the call; what Azure has accepted by then goes on there.</param>
        /// <returns>Whether it had it there.</returns>
        /// <exception cref="ArgumentException">An argument is missing or malformed.</exception>
        /// <exception cref="CosmiException">The call failed.</exception>
        /// <exception cref="ObjectDisposedException">The client is disposed.</exception>
        /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> stopped the call.</exception>
        public Task<CosmiResources> RevokeDataAccessAsync(
            CosmiAccountReference account,
            string? database,
            string? collection,
            string principalId,
            string role,
            bool wait = true,
            CosmiCallOptions? options = null,
            CancellationToken cancellationToken = default)
        {
            ThrowIfDisposed();
            byte[]? databaseText = NativeText.Optional(database, nameof(database));
            byte[]? collectionText = NativeText.Optional(collection, nameof(collection));
            byte[] principalText = NativeText.Required(principalId, nameof(principalId));
            byte[] roleText = NativeText.Required(role, nameof(role));
            using AccountReferenceHandle reference = ToNative(_native, account);
            return RunAsync(
                (client, timeoutMs, callback, userData, out operation) =>
                    _native.cosmi_data_access_revoke_start(
                        client,
                        reference,
                        databaseText,
                        collectionText,
                        principalText,
                        roleText,
                        NoWait(wait),
                        timeoutMs,
                        callback,
                        userData,
                        out operation),
                ReadResources,
                options,
                cancellationToken);
        }
    }
}
