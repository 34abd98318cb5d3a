using System;
using System.Collections.Generic;
using System.ComponentModel;
using System.IO;
using System.Linq;

namespace Cosmi.Interop
{
    /// <summary>What it means that a system's loader refused the native library, and what to do about it.</summary>
    internal static class NativeRefusal
    {
        internal static CosmiLibraryException ByWindows(string path, int code, IEnumerable<string> dependencies) =>
            ByWindows(path, code, dependencies.Where(name => IsMissingOnWindows(path, name)).ToList(), IsMarkedAsDownload(path));

        internal static CosmiLibraryException ByWindows(string path, int code, IReadOnlyCollection<string> missing, bool isMarkedAsDownload)
        {
            const int AccessDenied = 5, ModuleNotFound = 126, ProcedureNotFound = 127, Infected = 225, InvalidHash = 577;
            const int DisabledByPolicy = 1260, IntegrityPolicy = 4551;

            string problem = Problem(path);
            string reason = new Win32Exception(code).Message.TrimEnd('.', ' ') + " (error " + code + ")";
            switch (code)
            {
                case ModuleNotFound when missing.Count > 0:
                    return new CosmiLibraryException(
                        problem + "it needs " + string.Join(", ", missing) + ", which is neither next to it nor in the system folder",
                        NativeLibrarySearch.Mend(path));
                case ProcedureNotFound:
                    return new CosmiLibraryException(
                        problem + "the system, or a library it needs, lacks a function: " + reason,
                        "Windows 10, Windows Server 2016 or later is needed. " + NativeLibrarySearch.Mend(path));
                case AccessDenied:
                case Infected:
                case InvalidHash:
                case DisabledByPolicy:
                case IntegrityPolicy:
                    return isMarkedAsDownload
                        ? new CosmiLibraryException(
                            problem + "it is marked as downloaded from the Internet, and Windows blocks it: " + reason,
                            "If you trust it, run: Get-ChildItem -LiteralPath '" + Folder(path).Replace("'", "''") + "' -Recurse | Unblock-File")
                        : new CosmiLibraryException(
                            problem + "Windows blocks it: " + reason,
                            "Give this account permission to read and execute it, or allow it in whatever protects this machine"
                            + " (AppLocker, App Control, Smart App Control, antivirus).");
                default:
                    return new CosmiLibraryException(problem + reason, NativeLibrarySearch.Mend(path));
            }
        }

        internal static CosmiLibraryException ByUnix(string path, string reason)
        {
            string problem = Problem(path);
            bool Says(params string[] texts) => texts.Any(text => reason.IndexOf(text, StringComparison.OrdinalIgnoreCase) >= 0);

            if (Says("failed to map segment", "Operation not permitted", "Permission denied"))
            {
                return new CosmiLibraryException(
                    problem + "the system does not allow code to run from there: " + reason,
                    "Install it on a file system that is not mounted noexec, in a folder from which the security policy lets programs run.");
            }

            if (Says("GLIBC_"))
            {
                return new CosmiLibraryException(
                    problem + "it needs a newer glibc than this system has: " + reason,
                    "Use a newer release of this operating system, or a library built for its glibc.");
            }

            if (Says("system policy", "code signature"))
            {
                return new CosmiLibraryException(
                    problem + "macOS blocks it: " + reason,
                    "If you trust it, run: xattr -d com.apple.quarantine '" + path + "'");
            }

            return Says("cannot open shared object file", "Error loading shared library", "Library not loaded")
                ? new CosmiLibraryException(problem + "a library that it needs is missing: " + reason, "Install the missing library. " + NativeLibrarySearch.Mend(path))
                : new CosmiLibraryException(problem + reason, NativeLibrarySearch.Mend(path));
        }

        private static string Problem(string path) => "The native library '" + path + "' cannot be loaded: ";

        private static bool IsMissingOnWindows(string path, string name) =>
            !File.Exists(Path.Combine(NativeLibrarySearch.Parent(path) ?? string.Empty, name))
            && SystemMethods.WindowsOpen(name, IntPtr.Zero, SystemMethods.SearchSystem) == IntPtr.Zero;

        private static bool IsMarkedAsDownload(string path) =>
            SystemMethods.WindowsAttributes(SystemMethods.WindowsPath(path) + ":Zone.Identifier") != uint.MaxValue;

        /// <summary>The folder to unblock: all of the module or package, where the file lies in one.</summary>
        private static string Folder(string path)
        {
            string folder = NativeLibrarySearch.Parent(path) ?? path;
            string? runtimes = NativeLibrarySearch.Parent(NativeLibrarySearch.Parent(folder));
            return Path.GetFileName(runtimes) == "runtimes" ? NativeLibrarySearch.Parent(runtimes) ?? folder : folder;
        }
    }
}
