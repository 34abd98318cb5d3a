using System;
using System.Security;
using Cosmi.Interop;

namespace Cosmi
{
    /// <summary>A connection with its settings: which identity, which cloud, and which account unless a command names another.</summary>
    public sealed class Client : IDisposable
    {
        private bool _disposed;

        internal Client(CosmiOptions options)
        {
            Native = new CosmiClient(options);
            IdentitySource = options.IdentitySource;
            Identity = options.ClientId != null ? "client id " + options.ClientId
                : options.ObjectId != null ? "object id " + options.ObjectId
                : options.ResourceId ?? "system-assigned";
            Cloud = options.Cloud;
            ArmEndpoint = options.ArmEndpoint;
            ArmAudience = options.ArmAudience;
            LoginEndpoint = options.LoginEndpoint;
            CosmosSuffix = options.CosmosSuffix;
            UpdateWait = options.UpdateWait;
            Timeout = options.Timeout;
        }

        /// <summary>Where tokens are to come from.</summary>
        public CosmiIdentitySource IdentitySource { get; }

        /// <summary>Which identity is used.</summary>
        public string Identity { get; }

        /// <summary>The cloud; null: found out on first use.</summary>
        public string? Cloud { get; }

        /// <summary>Azure Resource Manager's address; null: the cloud's.</summary>
        public string? ArmEndpoint { get; }

        /// <summary>What tokens for Azure Resource Manager are for; null: the cloud's audience.</summary>
        public string? ArmAudience { get; }

        /// <summary>Where workload identities sign in; null: the cloud's address.</summary>
        public string? LoginEndpoint { get; }

        /// <summary>What follows an account's name in the host of its endpoint; null: the cloud's suffix.</summary>
        public string? CosmosSuffix { get; }

        /// <summary>How long an update of the metadata service is waited for; null: 70 seconds.</summary>
        public TimeSpan? UpdateWait { get; }

        /// <summary>How long one operation may take; null: 100 seconds.</summary>
        public TimeSpan? Timeout { get; }

        /// <summary>The account commands use unless they name one.</summary>
        public string? AccountName { get; internal set; }

        /// <summary>That account's subscription.</summary>
        public string? SubscriptionId { get; internal set; }

        /// <summary>That account's resource group.</summary>
        public string? ResourceGroupName { get; internal set; }

        /// <summary>That account's endpoint.</summary>
        public string? Endpoint { get; internal set; }

        /// <summary>Whether a key of that account was given.</summary>
        public bool HasKey => Key != null;

        internal SecureString? Key { get; set; }

        /// <summary>The cloud's audience of Azure Resource Manager, once the cloud is known.</summary>
        internal string? CloudAudience { get; set; }

        internal CosmiClient Native { get; }

        /// <summary>Ends the client and wipes its copy of the key. Operations on their way still finish.</summary>
        public void Dispose()
        {
            _disposed = true;
            Native.Dispose();
            Key?.Dispose();
        }

        internal void ThrowIfDisposed()
        {
            if (_disposed)
            {
                throw new ObjectDisposedException(nameof(Client), "This client was disconnected");
            }
        }

        /// <summary>The account of this session, or null.</summary>
        internal CosmiAccountReference? Account()
        {
            if (AccountName == null && Endpoint == null)
            {
                return null;
            }

            return new CosmiAccountReference
            {
                Name = AccountName,
                SubscriptionId = SubscriptionId,
                ResourceGroup = ResourceGroupName,
                Endpoint = Endpoint,
                Key = Key,
            };
        }
    }
}
