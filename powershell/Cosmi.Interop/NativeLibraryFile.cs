using System;
using System.Collections.Generic;
using System.ComponentModel;
using System.IO;
using System.Runtime.InteropServices;
using System.Text;

namespace Cosmi.Interop
{
    /// <summary>The native library's file: where it is looked for, and its functions once loaded. It is never unloaded, for its threads live on.</summary>
    internal sealed class NativeLibraryFile
    {
        /// <summary>Names the library's file for developers: an absolute path.</summary>
        internal const string OverrideVariable = "COSMI_LIBRARY";

        private readonly IntPtr _library;

        private NativeLibraryFile(string path, IntPtr library)
        {
            Path = path;
            _library = library;
        }

        /// <summary>The absolute path.</summary>
        internal string Path { get; }

        /// <summary>The file to load in this process.</summary>
        /// <exception cref="CosmiLibraryException">There is none.</exception>
        internal static string Find()
        {
            string assembly = typeof(NativeLibraryFile).Assembly.Location;
            string? directory = assembly.Length == 0 ? AppContext.BaseDirectory : System.IO.Path.GetDirectoryName(assembly);
            return Find(Environment.GetEnvironmentVariable(OverrideVariable), directory ?? AppContext.BaseDirectory, NativePlatform.Detect());
        }

        /// <summary>The file to load for an assembly in a directory.</summary>
        /// <exception cref="CosmiLibraryException">There is none.</exception>
        internal static string Find(string? overridePath, string assemblyDirectory, NativePlatform platform)
        {
            if (!platform.Is64Bit)
            {
                throw new CosmiLibraryException(
                    "This process is a 32-bit one, but the native library of cosmi is 64-bit only. Start the 64-bit program instead"
                    + " (Windows PowerShell: the one in System32, not the one in SysWOW64 that is called 'Windows PowerShell (x86)').");
            }

            if (!string.IsNullOrEmpty(overridePath))
            {
                if (!IsAbsolute(overridePath!))
                {
                    throw new CosmiLibraryException(
                        "The environment variable " + OverrideVariable + " is '" + overridePath + "'; it has to be the absolute path of the native library.");
                }

                if (!File.Exists(overridePath))
                {
                    throw new CosmiLibraryException(
                        "The native library was not found. The environment variable " + OverrideVariable + " names '" + overridePath + "', which does not exist.");
                }

                return overridePath!;
            }

            IReadOnlyList<string> candidates = Candidates(assemblyDirectory, platform);
            foreach (string candidate in candidates)
            {
                if (File.Exists(candidate))
                {
                    return candidate;
                }
            }

            var message = new StringBuilder("The native library for ").Append(platform.RuntimeIdentifier).Append(" was not found. Tried:");
            foreach (string candidate in candidates)
            {
                message.Append(Environment.NewLine).Append("  ").Append(candidate);
            }

            message.Append(Environment.NewLine).Append("Or set the environment variable ").Append(OverrideVariable).Append(" to its absolute path.");
            throw new CosmiLibraryException(message.ToString());
        }

        /// <summary>Loads a file, so that what it needs itself is looked for beside it.</summary>
        /// <param name="path">The absolute path.</param>
        /// <exception cref="CosmiLibraryException">It cannot be loaded.</exception>
        internal static NativeLibraryFile Load(string path)
        {
            IntPtr library;
            string reason;
            switch (NativePlatform.System)
            {
                case NativeSystem.Windows:
                    library = SystemMethods.WindowsOpen(path, IntPtr.Zero, SystemMethods.LoadWithAlteredSearchPath);
                    reason = library == IntPtr.Zero ? new Win32Exception(Marshal.GetLastWin32Error()).Message : string.Empty;
                    break;
                case NativeSystem.MacOS:
                    SystemMethods.MacError(); // Bound now: binding it afterwards would lose the message.
                    library = SystemMethods.MacOpen(NativeText.ToUtf8(path), SystemMethods.RtldNow);
                    reason = library == IntPtr.Zero ? NativeText.FromUtf8(SystemMethods.MacError()) ?? string.Empty : string.Empty;
                    break;
                default:
                    SystemMethods.LinuxError(); // Bound now: binding it afterwards would lose the message.
                    library = SystemMethods.LinuxOpen(NativeText.ToUtf8(path), SystemMethods.RtldNow);
                    reason = library == IntPtr.Zero ? NativeText.FromUtf8(SystemMethods.LinuxError()) ?? string.Empty : string.Empty;
                    break;
            }

            if (library == IntPtr.Zero)
            {
                throw new CosmiLibraryException("The native library '" + path + "' cannot be loaded: " + reason);
            }

            return new NativeLibraryFile(path, library);
        }

        /// <summary>One function of the library.</summary>
        /// <exception cref="CosmiLibraryException">The library has no such function.</exception>
        internal T Bind<T>(string name)
            where T : Delegate
        {
            byte[] symbol = NativeText.ToUtf8(name);
            IntPtr address;
            switch (NativePlatform.System)
            {
                case NativeSystem.Windows:
                    address = SystemMethods.WindowsSymbol(_library, symbol);
                    break;
                case NativeSystem.MacOS:
                    address = SystemMethods.MacSymbol(_library, symbol);
                    break;
                default:
                    address = SystemMethods.LinuxSymbol(_library, symbol);
                    break;
            }

            if (address == IntPtr.Zero)
            {
                throw new CosmiLibraryException(
                    "The native library '" + Path + "' has no function " + name + ". Install the library and Cosmi.Interop of the same release.");
            }

            return Marshal.GetDelegateForFunctionPointer<T>(address);
        }

        private static IReadOnlyList<string> Candidates(string assemblyDirectory, NativePlatform platform)
        {
            string file = platform.LibraryFileName;
            string native = System.IO.Path.Combine("runtimes", platform.RuntimeIdentifier, "native", file);
            return new[]
            {
                // A PowerShell module or NuGet package: the assembly lies in lib/<tfm>/.
                System.IO.Path.GetFullPath(System.IO.Path.Combine(assemblyDirectory, "..", "..", native)),

                // A portable program's output.
                System.IO.Path.GetFullPath(System.IO.Path.Combine(assemblyDirectory, native)),

                // A program published for one runtime identifier.
                System.IO.Path.GetFullPath(System.IO.Path.Combine(assemblyDirectory, file)),
            };
        }

        // Path.IsPathRooted is content with "\x" and "C:x", whose meaning depends on the current drive and directory.
        private static bool IsAbsolute(string path)
        {
            try
            {
                return NativePlatform.System == NativeSystem.Windows
                    ? path.StartsWith(@"\\", StringComparison.Ordinal) || (path.Length > 2 && path[1] == ':' && (path[2] == '\\' || path[2] == '/'))
                    : System.IO.Path.IsPathRooted(path);
            }
            catch (ArgumentException)
            {
                return false;
            }
        }
    }
}
