using System;
using System.IO;
using System.Runtime.InteropServices;

namespace Cosmi.Interop
{
    /// <summary>The native library's file, loaded, and its functions. It is never unloaded, for its threads live on.</summary>
    internal sealed class NativeLibraryFile
    {
        private readonly IntPtr _library;

        private NativeLibraryFile(string path, IntPtr library)
        {
            Path = path;
            _library = library;
        }

        /// <summary>The absolute path.</summary>
        internal string Path { get; }

        /// <summary>Loads a file, if it is whole and for this process.</summary>
        /// <param name="path">The absolute path.</param>
        /// <param name="platform">This process's.</param>
        /// <exception cref="CosmiLibraryException">It cannot be loaded.</exception>
        internal static NativeLibraryFile Load(string path, NativePlatform platform)
        {
            NativeImage image = Inspect(path, platform);
            return new NativeLibraryFile(path, platform.System == NativeSystem.Windows ? OpenOnWindows(path, image) : OpenOnUnix(path, platform));
        }

        /// <summary>One function of the library.</summary>
        /// <exception cref="CosmiLibraryException">The library has no such function.</exception>
        internal T Bind<T>(string name)
            where T : Delegate
        {
            byte[] symbol = NativeText.ToUtf8(name);
            IntPtr address;
            switch (NativePlatform.Current.System)
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
                    "'" + Path + "' is not the native library of cosmi, or not of this release: it has no function " + name,
                    NativeLibrarySearch.Mend(Path));
            }

            return Marshal.GetDelegateForFunctionPointer<T>(address);
        }

        private static NativeImage Inspect(string path, NativePlatform platform)
        {
            NativeImage image;
            long length;
            try
            {
                using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
                length = file.Length;
                image = NativeImage.Read(file);
            }
            catch (UnauthorizedAccessException exception)
            {
                throw new CosmiLibraryException(
                    "The native library '" + path + "' cannot be read: " + exception.Message.TrimEnd('.'),
                    "Give this account permission to read it.");
            }
            catch (IOException exception)
            {
                throw new CosmiLibraryException(
                    "The native library '" + path + "' cannot be read: " + exception.Message.TrimEnd('.'),
                    NativeLibrarySearch.Mend(path));
            }

            if (image.System == null)
            {
                throw new CosmiLibraryException(
                    "'" + path + "' is not the native library but " + image.Description,
                    (image.Description == NativeImage.LfsPointer ? "Run 'git lfs pull' in its checkout. " : string.Empty) + NativeLibrarySearch.Mend(path));
            }

            // Where there are no libraries to be had, a library of one's own is taken as it is.
            bool isKnown = platform.Architecture == NativePlatform.X64 || platform.Architecture == NativePlatform.Arm64;
            if (isKnown && !image.Fits(platform))
            {
                throw new CosmiLibraryException(
                    "The native library '" + path + "' is " + image.Description + ", but this process needs one for " + platform,
                    NativeLibrarySearch.Mend(path));
            }

            if (length < image.ExpectedLength)
            {
                throw new CosmiLibraryException(
                    "The native library '" + path + "' is incomplete: it has " + length + " bytes of at least " + image.ExpectedLength,
                    NativeLibrarySearch.Mend(path));
            }

            return image;
        }

        private static IntPtr OpenOnWindows(string path, NativeImage image)
        {
            SystemMethods.WindowsErrorMode(SystemMethods.FailCriticalErrors, out uint former);
            IntPtr library = SystemMethods.WindowsOpen(SystemMethods.WindowsPath(path), IntPtr.Zero, SystemMethods.SearchLoadDirectoryAndSystem);
            int code = Marshal.GetLastWin32Error();
            SystemMethods.WindowsErrorMode(former, out _);
            return library != IntPtr.Zero ? library : throw NativeRefusal.ByWindows(path, code, image.Dependencies);
        }

        private static IntPtr OpenOnUnix(string path, NativePlatform platform)
        {
            bool isMac = platform.System == NativeSystem.MacOS;
            IntPtr Error() => isMac ? SystemMethods.MacError() : SystemMethods.LinuxError();

            byte[] name = NativeText.ToUtf8(path);
            Error(); // Bound now: binding it afterwards would lose the message.
            IntPtr library = isMac ? SystemMethods.MacOpen(name, SystemMethods.RtldNow) : SystemMethods.LinuxOpen(name, SystemMethods.RtldNow);
            return library != IntPtr.Zero ? library : throw NativeRefusal.ByUnix(path, NativeText.FromUtf8(Error()) ?? string.Empty);
        }
    }
}
