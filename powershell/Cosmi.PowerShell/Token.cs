using System;
using Cosmi.Interop;

namespace Cosmi
{
    /// <summary>An access token of the managed identity.</summary>
    public sealed class Token
    {
        internal Token(CosmiToken token, object value)
        {
            Resource = token.Resource;
            ExpiresOn = token.ExpiresOn;
            IdentitySource = token.IdentitySource;
            ClientId = token.ClientId;
            Value = value;
        }

        /// <summary>What the token is for.</summary>
        public string Resource { get; }

        /// <summary>When it ends.</summary>
        public DateTimeOffset ExpiresOn { get; }

        /// <summary>Where it came from.</summary>
        public CosmiIdentitySource IdentitySource { get; }

        /// <summary>The client id of the identity, where the source tells it.</summary>
        public string? ClientId { get; }

        /// <summary>The token: a SecureString, or a String with -AsPlainText.</summary>
        public object Value { get; }
    }
}
