using System;
using System.Collections.Generic;

namespace Cosmi.PowerShell
{
    /// <summary>What a name names.</summary>
    internal enum NameKind
    {
        Subscription,
        ResourceGroup,
        Account,
        Endpoint,
        Database,
        Collection,
        Location,
        Machine,
    }

    /// <summary>The names that worked in this session. Completion reads nothing else.</summary>
    internal sealed class NameCache
    {
        private readonly Dictionary<NameKind, SortedSet<string>> _names = new Dictionary<NameKind, SortedSet<string>>();

        internal void Add(NameKind kind, string? name)
        {
            if (string.IsNullOrEmpty(name))
            {
                return;
            }

            if (!_names.TryGetValue(kind, out SortedSet<string>? known))
            {
                // Names of databases and collections differ by case.
                known = new SortedSet<string>(StringComparer.Ordinal);
                _names.Add(kind, known);
            }

            known.Add(name!);
        }

        internal IEnumerable<string> Get(NameKind kind) =>
            _names.TryGetValue(kind, out SortedSet<string>? known) ? (IEnumerable<string>)known : Array.Empty<string>();
    }
}
