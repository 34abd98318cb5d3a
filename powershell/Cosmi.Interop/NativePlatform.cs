using System;
using System.Text;

namespace Cosmi.Interop
{
    /// <summary>The operating systems there are libraries for.</summary>
    internal enum NativeSystem
    {
        Linux,
        MacOS,
        Windows,
    }

    /// <summary>Which build of the native library fits a process. Asked of the system itself: .NET Framework 4.6.2 has no RuntimeInformation.</summary>
    internal sealed class NativePlatform
    {
        // In SYSTEM_INFO.wProcessorArchitecture.
        private const int WindowsArm64 = 12;

        // A field of struct utsname; the machine is the fifth.
        private const int LinuxNameField = 65;
        private const int MacNameField = 256;

        private static readonly Lazy<NativeSystem> DetectedSystem = new Lazy<NativeSystem>(DetectSystem);

        internal NativePlatform(NativeSystem system, bool arm64, bool musl, bool is64Bit)
        {
            Is64Bit = is64Bit;
            string architecture = arm64 ? "arm64" : "x64";
            switch (system)
            {
                case NativeSystem.Windows:
                    RuntimeIdentifier = "win-" + architecture;
                    LibraryFileName = "cosmi.dll";
                    break;
                case NativeSystem.MacOS:
                    RuntimeIdentifier = "osx-" + architecture;
                    LibraryFileName = "libcosmi.dylib";
                    break;
                default:
                    RuntimeIdentifier = (musl ? "linux-musl-" : "linux-") + architecture;
                    LibraryFileName = "libcosmi.so";
                    break;
            }
        }

        /// <summary>This process's operating system.</summary>
        internal static NativeSystem System => DetectedSystem.Value;

        /// <summary>For instance <c>linux-musl-x64</c>.</summary>
        internal string RuntimeIdentifier { get; }

        /// <summary>For instance <c>libcosmi.so</c>.</summary>
        internal string LibraryFileName { get; }

        /// <summary>Whether the process can load a 64-bit library.</summary>
        internal bool Is64Bit { get; }

        /// <summary>This process's platform.</summary>
        internal static NativePlatform Detect()
        {
            bool is64Bit = IntPtr.Size == 8;
            if (System == NativeSystem.Windows)
            {
                // Tells an emulated process the architecture it is emulated for, which is the one it can load.
                var info = new byte[64];
                SystemMethods.WindowsSystemInfo(info);
                return new NativePlatform(System, BitConverter.ToUInt16(info, 0) == WindowsArm64, musl: false, is64Bit);
            }

            string machine = UnixNameField(4);
            bool arm64 = machine == "aarch64" || machine == "arm64";
            bool musl = System == NativeSystem.Linux
                && SystemMethods.LinuxSymbol(IntPtr.Zero /* anything in the process */, NativeText.ToUtf8("gnu_get_libc_version")) == IntPtr.Zero;
            return new NativePlatform(System, arm64, musl, is64Bit);
        }

        private static NativeSystem DetectSystem()
        {
            if (Environment.OSVersion.Platform == PlatformID.Win32NT)
            {
                return NativeSystem.Windows;
            }

            return UnixNameField(0) == "Darwin" ? NativeSystem.MacOS : NativeSystem.Linux;
        }

        private static string UnixNameField(int index)
        {
            var name = new byte[16 * MacNameField];
            SystemMethods.UnixName(name);
            int start = index == 0 ? 0 : index * (System == NativeSystem.MacOS ? MacNameField : LinuxNameField);
            int end = Array.IndexOf(name, (byte)0, start);
            return Encoding.ASCII.GetString(name, start, end - start);
        }
    }
}
