using System;
using System.Security;

namespace Cosmi.Interop
{
    /// <summary>One of an account's connection strings.</summary>
    public sealed class CosmiConnectionString : IDisposable
    {
        internal CosmiConnectionString(string accountName, string description, string? keyKind, string? type, SecureString value)
        {
            AccountName = accountName;
            Description = description;
            KeyKind = keyKind;
            Type = type;
            Value = value;
        }

        /// <summary>The account's name.</summary>
        public string AccountName { get; }

        /// <summary>The service's own description, for instance <c>Primary SQL Connection String</c>.</summary>
        public string Description { get; }

        /// <summary>Which key is inside, in the service's word, for instance <c>Primary</c>; <see langword="null"/> where the service does not tell.</summary>
        public string? KeyKind { get; }

        /// <summary>Which API it is for, in the service's word, for instance <c>Sql</c>; <see langword="null"/> where the service does not tell.</summary>
        public string? Type { get; }

        /// <summary>The connection string, read-only.</summary>
        public SecureString Value { get; }

        /// <summary>Wipes the connection string.</summary>
        public void Dispose() => Value.Dispose();
    }
}
