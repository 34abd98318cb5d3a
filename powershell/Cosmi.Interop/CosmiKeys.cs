using System;
using System.Collections.Generic;

namespace Cosmi.Interop
{
    /// <summary>An account's keys.</summary>
    public sealed class CosmiKeys : IDisposable
    {
        internal CosmiKeys(string accountName, CosmiKeyKind access, IReadOnlyList<CosmiKey> keys)
        {
            AccountName = accountName;
            Access = access;
            Keys = keys;
        }

        /// <summary>The account's name.</summary>
        public string AccountName { get; }

        /// <summary>What was granted: <see cref="CosmiKeyKind.ReadWrite"/> or <see cref="CosmiKeyKind.ReadOnly"/>.</summary>
        public CosmiKeyKind Access { get; }

        /// <summary>The keys.</summary>
        public IReadOnlyList<CosmiKey> Keys { get; }

        /// <summary>Wipes all the keys.</summary>
        public void Dispose()
        {
            foreach (CosmiKey key in Keys)
            {
                key.Dispose();
            }
        }
    }
}
