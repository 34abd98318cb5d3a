using System;
using System.Runtime.CompilerServices;
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
        private readonly ClientHandle _checks;

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

            CosmiErrors.ThrowUnlessOk(_native, _native.cosmi_client_new_for_checks(_client, out _checks), nameof(CosmiClient));
        }

        /// <summary>Forgets the client's tokens and keys. Calls that still run go on to their end.</summary>
        public void Dispose()
        {
            _client.Dispose();
            _checks.Dispose();
        }

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

        private static int NoWait(bool wait) => wait ? 0 : 1;

        private Task<T> RunAsync<T>(
            NativeOperation.Starter start,
            NativeOperation.Reader<T> read,
            CosmiCallOptions? options,
            CancellationToken cancellationToken,
            [CallerMemberName] string what = "") =>
            NativeOperation.RunAsync(_native, options?.CheckOnly == true ? _checks : _client, what, start, read, options, cancellationToken);

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
