using System.Collections.Generic;
using System.Linq;
using Cosmi.Interop;

namespace Cosmi.PowerShell
{
    /// <summary>The environment variables that clients look at, as the shell has them now.</summary>
    internal static class HostVariables
    {
        /// <summary>Their values, in the library's order; null: not set. An empty one counts as not set.</summary>
        internal static string?[] Values() => CosmiLibrary.VariableNames.Select(Value).ToArray();

        /// <summary>The names, never the values, of those that are set.</summary>
        internal static IEnumerable<string> Seen() => CosmiLibrary.VariableNames.Where(name => Value(name) != null);

        private static string? Value(string name)
        {
            string? value = System.Environment.GetEnvironmentVariable(name);
            return string.IsNullOrEmpty(value) ? null : value;
        }
    }
}
