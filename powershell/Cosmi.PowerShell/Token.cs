using System;
using System.Management.Automation;
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
            var claims = new PowerShell.Claims(token.ClaimsJson);
            Claims = claims.Document;
            ClientId = token.ClientId ?? claims.ClientId;
            ObjectId = claims.ObjectId;
            Value = value;
        }

        /// <summary>What the token is for.</summary>
        public string Resource { get; }

        /// <summary>When it ends.</summary>
        public DateTimeOffset ExpiresOn { get; }

        /// <summary>Where it came from.</summary>
        public CosmiIdentitySource IdentitySource { get; }

        /// <summary>The client id of the identity, where the source or the token tells it.</summary>
        public string? ClientId { get; }

        /// <summary>The object (principal) id of the identity, which roles are assigned to, where the token tells it.</summary>
        public string? ObjectId { get; }

        /// <summary>What the token says of its identity: those of oid, appid, tid, aud, exp and xms_mirid that it has. Nothing of it is verified.</summary>
        public PSObject? Claims { get; }

        /// <summary>The token: a SecureString, or a String with -AsPlainText.</summary>
        public object Value { get; }
    }
}
