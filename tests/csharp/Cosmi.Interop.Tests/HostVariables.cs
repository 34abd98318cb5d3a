using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;

namespace Cosmi.Interop.Tests
{
    /// <summary>The variables of another host in place of this process's own, until disposed.</summary>
    public sealed class HostVariables : IDisposable
    {
        private readonly Dictionary<string, string?> _before = CosmiLibrary.VariableNames.ToDictionary(name => name, Environment.GetEnvironmentVariable);

        public HostVariables(IEnumerable<KeyValuePair<string, string>> variables)
        {
            foreach (string name in CosmiLibrary.VariableNames)
            {
                Environment.SetEnvironmentVariable(name, null);
            }

            foreach ((string name, string value) in variables)
            {
                Environment.SetEnvironmentVariable(name, value);
            }
        }

        public void Dispose()
        {
            foreach ((string name, string? value) in _before)
            {
                Environment.SetEnvironmentVariable(name, value);
            }
        }

        /// <summary>What native code calls environment; outside Windows .NET has its own.</summary>
        internal static class Native
        {
            internal static void Set(string name, string value) => Assert.Equal(0, setenv(name, value, 1));

            internal static void Unset(string name) => Assert.Equal(0, unsetenv(name));

            [DllImport("libc")]
            private static extern int setenv(string name, string value, int overwrite);

            [DllImport("libc")]
            private static extern int unsetenv(string name);
        }
    }
}
