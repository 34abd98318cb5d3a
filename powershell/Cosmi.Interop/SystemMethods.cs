using System;
using System.Runtime.InteropServices;

[assembly: DefaultDllImportSearchPaths(DllImportSearchPath.System32)]

namespace Cosmi.Interop
{
    /// <summary>
    /// The few functions of the operating system that loading a library needs; the same on .NET Framework and .NET. They are looked for where the system
    /// has its own, not beside this assembly: see the attribute above this class.
    /// </summary>
    internal static class SystemMethods
    {
        internal const int RtldNow = 2;

        // The library's own dependencies: from its folder and the system's, neither from the current directory nor from PATH.
        internal const uint SearchLoadDirectoryAndSystem = 0x100 | 0x800;
        internal const uint SearchSystem = 0x800;

        // A failure is told by its code, not by a dialogue box that waits for somebody.
        internal const uint FailCriticalErrors = 1;

        internal const int LongestPlainWindowsPath = 259;

        // The dynamic linker of glibc (all versions) and of musl (which knows the name) on Linux.
        [DllImport("libdl.so.2", EntryPoint = "dlopen")]
        internal static extern IntPtr LinuxOpen(byte[] path, int flags);

        [DllImport("libdl.so.2", EntryPoint = "dlsym")]
        internal static extern IntPtr LinuxSymbol(IntPtr library, byte[] name);

        [DllImport("libdl.so.2", EntryPoint = "dlerror")]
        internal static extern IntPtr LinuxError();

        [DllImport("libc", EntryPoint = "dlopen")]
        internal static extern IntPtr MacOpen(byte[] path, int flags);

        [DllImport("libc", EntryPoint = "dlsym")]
        internal static extern IntPtr MacSymbol(IntPtr library, byte[] name);

        [DllImport("libc", EntryPoint = "dlerror")]
        internal static extern IntPtr MacError();

        [DllImport("libc", EntryPoint = "uname")]
        internal static extern int UnixName([Out] byte[] buffer);

        [DllImport("kernel32", EntryPoint = "LoadLibraryExW", CharSet = CharSet.Unicode, ExactSpelling = true, SetLastError = true)]
        internal static extern IntPtr WindowsOpen(string path, IntPtr reserved, uint flags);

        [DllImport("kernel32", EntryPoint = "GetProcAddress", CharSet = CharSet.Ansi, ExactSpelling = true)]
        internal static extern IntPtr WindowsSymbol(IntPtr library, byte[] name);

        [DllImport("kernel32", EntryPoint = "SetThreadErrorMode", ExactSpelling = true)]
        internal static extern int WindowsErrorMode(uint mode, out uint former);

        [DllImport("kernel32", EntryPoint = "GetFileAttributesW", CharSet = CharSet.Unicode, ExactSpelling = true)]
        internal static extern uint WindowsAttributes(string path);

        [DllImport("kernel32", EntryPoint = "GetSystemInfo", ExactSpelling = true)]
        internal static extern void WindowsSystemInfo([Out] byte[] info);

        /// <summary>The path as the loader of Windows takes it: it knows no slash, and no longer path without being told.</summary>
        internal static string WindowsPath(string path)
        {
            string plain = path.Replace('/', '\\');
            return plain.Length <= LongestPlainWindowsPath || plain.StartsWith(@"\\?\", StringComparison.Ordinal) ? plain
                : plain.StartsWith(@"\\", StringComparison.Ordinal) ? @"\\?\UNC" + plain.Substring(1)
                : @"\\?\" + plain;
        }
    }
}
