using System;

namespace Cosmi.PowerShell
{
    /// <summary>What one of Cosmos DB's own roles is on: an account, a database or a collection.</summary>
    internal sealed class DataScope
    {
        internal DataScope(string? database, string? collection)
        {
            Database = database;
            Collection = collection;
        }

        internal string? Database { get; }

        internal string? Collection { get; }

        /// <summary>As the service spells it below the account's id.</summary>
        internal string Path => Database == null ? string.Empty : Collection == null ? $"/dbs/{Database}" : $"/dbs/{Database}/colls/{Collection}";

        /// <summary>In words.</summary>
        internal string Text => Database == null ? "account" : Collection == null ? $"database {Database}" : $"collection {Collection} in database {Database}";

        /// <summary>What a scope of the service means.</summary>
        internal static DataScope Parse(string? scope)
        {
            string[] parts = scope?.TrimEnd('/').Split('/') ?? Array.Empty<string>();
            return new DataScope(parts.Length > 10 ? parts[10] : null, parts.Length > 12 ? parts[12] : null);
        }
    }
}
