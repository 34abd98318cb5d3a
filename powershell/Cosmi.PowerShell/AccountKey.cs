using Cosmi.Interop;

namespace Cosmi
{
    /// <summary>One key of an account.</summary>
    public sealed class AccountKey
    {
        internal AccountKey(string accountName, CosmiKeyRole kind, object key)
        {
            AccountName = accountName;
            Kind = kind;
            Key = key;
        }

        /// <summary>The account.</summary>
        public string AccountName { get; }

        /// <summary>Which of the four keys it is.</summary>
        public CosmiKeyRole Kind { get; }

        /// <summary>What the key allows.</summary>
        public CosmiKeyKind Access =>
            Kind == CosmiKeyRole.Primary || Kind == CosmiKeyRole.Secondary ? CosmiKeyKind.ReadWrite : CosmiKeyKind.ReadOnly;

        /// <summary>The key: a SecureString, or a String with -AsPlainText.</summary>
        public object Key { get; }
    }
}
