using System;
using System.Security;

namespace Cosmi.Interop
{
    /// <summary>An access token of the managed identity.</summary>
    public sealed class CosmiToken : IDisposable
    {
        internal CosmiToken(string resource, DateTimeOffset expiresOn, CosmiIdentitySource identitySource, string? clientId, SecureString value)
        {
            Resource = resource;
            ExpiresOn = expiresOn;
            IdentitySource = identitySource;
            ClientId = clientId;
            Value = value;
        }

        /// <summary>What it is for, for instance <c>https://management.azure.com/</c>.</summary>
        public string Resource { get; }

        /// <summary>When it ends to be valid (UTC).</summary>
        public DateTimeOffset ExpiresOn { get; }

        /// <summary>Where it came from.</summary>
        public CosmiIdentitySource IdentitySource { get; }

        /// <summary>The client id of the identity, where the source tells it.</summary>
        public string? ClientId { get; }

        /// <summary>The token itself, read-only. A <see cref="SecureString"/> is a way of handling; outside Windows it does not encrypt.</summary>
        public SecureString Value { get; }

        /// <summary>Wipes the token.</summary>
        public void Dispose() => Value.Dispose();
    }
}
