using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;

namespace Cosmi.Interop
{
    /// <content>Accounts, their keys and their connection strings.</content>
    public sealed partial class CosmiClient
    {
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
                (client, timeoutMs, callback, userData, out operation) =>
                    _native.cosmi_account_list_start(client, subscriptionText, groupText, timeoutMs, callback, userData, out operation),
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
                (client, timeoutMs, callback, userData, out operation) =>
                    _native.cosmi_account_show_start(client, reference, timeoutMs, callback, userData, out operation),
                operation => ReadAccounts(operation)[0],
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
                (client, timeoutMs, callback, userData, out operation) =>
                    _native.cosmi_account_create_start(client, reference, definitionText, NoWait(wait), timeoutMs, callback, userData, out operation),
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
                (client, timeoutMs, callback, userData, out operation) =>
                    _native.cosmi_account_delete_start(client, reference, NoWait(wait), timeoutMs, callback, userData, out operation),
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
                (client, timeoutMs, callback, userData, out operation) =>
                    _native.cosmi_account_name_check_start(client, reference, timeoutMs, callback, userData, out operation),
                operation => ReadResources(operation).Change == CosmiChange.AlreadySo,
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
                (client, timeoutMs, callback, userData, out operation) =>
                    _native.cosmi_keys_list_start(client, reference, (int)kind, timeoutMs, callback, userData, out operation),
                ReadKeys,
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
                (client, timeoutMs, callback, userData, out operation) =>
                    _native.cosmi_key_regenerate_start(client, reference, (int)role, timeoutMs, callback, userData, out operation),
                ReadResources,
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
                (client, timeoutMs, callback, userData, out operation) =>
                    _native.cosmi_connection_strings_list_start(client, reference, timeoutMs, callback, userData, out operation),
                ReadConnectionStrings,
                options,
                cancellationToken);
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
    }
}
