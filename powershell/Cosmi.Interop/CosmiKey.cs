using System;
using System.Security;

namespace Cosmi.Interop
{
    /// <summary>One of an account's keys.</summary>
    public sealed class CosmiKey : IDisposable
    {
        internal CosmiKey(CosmiKeyRole role, SecureString value)
        {
            Role = role;
            Value = value;
        }

        /// <summary>Which key it is.</summary>
        public CosmiKeyRole Role { get; }

        /// <summary>The key (base64), read-only.</summary>
        public SecureString Value { get; }

        /// <summary>Wipes the key.</summary>
        public void Dispose() => Value.Dispose();
    }
}
