using System;
using System.Security;

namespace Cosmi.Interop
{
    /// <summary>An access token of the managed identity.</summary>
    public sealed class CosmiToken : IDisposable
    {
        internal CosmiToken(
            string resource,
            DateTimeOffset expiresOn,
            CosmiIdentitySource identitySource,
            string? clientId,
            string? claimsJson,
            SecureString value)
        {
            Resource = resource;
            ExpiresOn = expiresOn;
            IdentitySource = identitySource;
            ClientId = clientId;
            ClaimsJson = claimsJson;
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

        /// <summary>
        /// What the token says of its identity: a JSON object with those of <c>oid</c>, <c>appid</c>, <c>tid</c>, <c>aud</c>, <c>exp</c> and <c>xms_mirid</c> that
        /// it has. For display only: nothing of it is verified. <see langword="null"/> where the token cannot be read.
        /// </summary>
        public string? ClaimsJson { get; }

        /// <summary>The token itself, read-only. A <see cref="SecureString"/> is a way of handling; outside Windows it does not encrypt.</summary>
        public SecureString Value { get; }

        /// <summary>Wipes the token.</summary>
        public void Dispose() => Value.Dispose();
    }
}
