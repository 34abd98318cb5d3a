using Cosmi.Interop;

namespace Cosmi
{
    /// <summary>One connection string of an account.</summary>
    public sealed class ConnectionString
    {
        internal ConnectionString(CosmiConnectionString source, object value)
        {
            AccountName = source.AccountName;
            Description = source.Description;
            KeyKind = source.KeyKind;
            Type = source.Type;
            Value = value;
        }

        /// <summary>The account.</summary>
        public string AccountName { get; }

        /// <summary>The service's words for it.</summary>
        public string Description { get; }

        /// <summary>Which key it holds, where the service says.</summary>
        public string? KeyKind { get; }

        /// <summary>Which API it is for, where the service says.</summary>
        public string? Type { get; }

        /// <summary>The connection string: a SecureString, or a String with -AsPlainText.</summary>
        public object Value { get; }
    }
}
