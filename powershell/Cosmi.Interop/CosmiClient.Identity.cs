using System;
using System.Threading;
using System.Threading.Tasks;

namespace Cosmi.Interop
{
    /// <content>What this process and other machines are: tokens, the environment, identities.</content>
    public sealed partial class CosmiClient
    {
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
                (client, timeoutMs, callback, userData, out operation) =>
                    _native.cosmi_token_get_start(client, resourceText, timeoutMs, callback, userData, out operation),
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
                (client, timeoutMs, callback, userData, out operation) =>
                    _native.cosmi_token_renew_start(client, resourceText, timeoutMs, callback, userData, out operation),
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
                (client, timeoutMs, callback, userData, out operation) =>
                    _native.cosmi_environment_show_start(client, timeoutMs, callback, userData, out operation),
                ReadEnvironment,
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
                (client, timeoutMs, callback, userData, out operation) =>
                    _native.cosmi_identity_show_start(client, resourceText, timeoutMs, callback, userData, out operation),
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
                (client, timeoutMs, callback, userData, out operation) =>
                    _native.cosmi_identity_enable_start(client, resourceText, NoWait(wait), timeoutMs, callback, userData, out operation),
                ReadResources,
                options,
                cancellationToken);
        }

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
    }
}
