using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading.Tasks;

namespace Cosmi.Interop.Tests
{
    /// <summary>What the tests use of newer class libraries, so that they read the same on .NET Framework.</summary>
    internal static class Polyfills
    {
        extension(Directory)
        {
            internal static DirectoryInfo CreateTempSubdirectory(string prefix) =>
                Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), prefix + Path.GetRandomFileName()));
        }

        extension(OperatingSystem)
        {
            internal static bool IsWindows() => Environment.OSVersion.Platform == PlatformID.Win32NT;
        }

        extension(Process)
        {
            internal static Process Start(string program, string[] arguments) =>
                Process.Start(program, string.Join(" ", arguments.Select(argument => "\"" + argument + "\"")));
        }

        extension(RuntimeInformation)
        {
            // As the program that runs this one says of itself.
            internal static string RuntimeIdentifier
            {
                get
                {
                    if (OperatingSystem.IsWindows())
                    {
                        return Environment.GetEnvironmentVariable("PROCESSOR_ARCHITECTURE") == "ARM64" ? "win-arm64" : "win-x64";
                    }

                    byte[] program = File.ReadAllBytes("/proc/self/exe");
                    const int Arm64 = 0xB7;
                    bool musl = Encoding.GetEncoding("iso-8859-1").GetString(program).Contains("/ld-musl-");
                    return (musl ? "linux-musl-" : "linux-") + (BitConverter.ToUInt16(program, 18) == Arm64 ? "arm64" : "x64");
                }
            }
        }

        internal static void Deconstruct<TKey, TValue>(this KeyValuePair<TKey, TValue> pair, out TKey key, out TValue value)
        {
            key = pair.Key;
            value = pair.Value;
        }

        internal static bool Remove<TKey, TValue>(this Dictionary<TKey, TValue> pairs, TKey key, out TValue value) =>
            pairs.TryGetValue(key, out value) && pairs.Remove(key);

        internal static IEnumerable<T> Append<T>(this IEnumerable<T> items, T last) => items.Concat(new[] { last });

        internal static IEnumerable<T> Order<T>(this IEnumerable<T> items, IComparer<T>? comparer = null) => items.OrderBy(item => item, comparer);

        internal static IEnumerable<(TFirst First, TSecond Second)> Zip<TFirst, TSecond>(this IEnumerable<TFirst> first, IEnumerable<TSecond> second) =>
            first.Zip(second, (one, other) => (one, other));

        internal static bool EndsWith(this string text, char last) => text.Length > 0 && text[text.Length - 1] == last;

        internal static bool Contains(this string text, string part, StringComparison comparison) => text.IndexOf(part, comparison) >= 0;

        internal static async Task WaitAsync(this Task task, TimeSpan patience)
        {
            if (await Task.WhenAny(task, Task.Delay(patience)).ConfigureAwait(false) != task)
            {
                throw new TimeoutException();
            }

            await task.ConfigureAwait(false);
        }

        internal static async Task<T> WaitAsync<T>(this Task<T> task, TimeSpan patience)
        {
            await ((Task)task).WaitAsync(patience).ConfigureAwait(false);
            return await task.ConfigureAwait(false);
        }
    }
}
