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

    /// <summary>
    /// Which build of the native library fits a process. Asked of the system itself: .NET Framework 4.6.2 has no RuntimeInformation. A process that is
    /// emulated (Windows on Arm, Rosetta, qemu) is told the architecture it is emulated for, which is the one whose library it can load.
    /// </summary>
    internal sealed class NativePlatform
    {
        internal const string X64 = "x64";
        internal const string Arm64 = "arm64";
        internal const string X86 = "x86";
        internal const string Arm = "arm";

        // A field of struct utsname; the machine is the fifth.
        private const int LinuxNameField = 65;
        private const int MacNameField = 256;

        private static readonly Lazy<NativePlatform> Detected = new Lazy<NativePlatform>(Detect);

        internal NativePlatform(NativeSystem system, string architecture, bool musl)
        {
            System = system;
            Architecture = architecture;
            IsMusl = musl;
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

        /// <summary>This process's platform.</summary>
        /// <exception cref="CosmiLibraryException">It is of no use here.</exception>
        internal static NativePlatform Current => Detected.Value;

        internal NativeSystem System { get; }

        /// <summary>By its name in runtime identifiers.</summary>
        internal string Architecture { get; }

        internal bool IsMusl { get; }

        /// <summary>For instance <c>linux-musl-x64</c>.</summary>
        internal string RuntimeIdentifier { get; }

        /// <summary>For instance <c>libcosmi.so</c>.</summary>
        internal string LibraryFileName { get; }

        /// <summary>Whether the process can load a 64-bit library.</summary>
        internal bool Is64Bit => Architecture != X86 && Architecture != Arm;

        /// <summary>For instance <c>Linux x64 (musl)</c>.</summary>
        public override string ToString() => Name(System) + " " + Architecture + (System == NativeSystem.Linux ? IsMusl ? " (musl)" : " (glibc)" : string.Empty);

        internal static string Name(NativeSystem system) => system == NativeSystem.MacOS ? "macOS" : system.ToString();

        /// <summary>The architecture of a Unix process, from the machine's name. A machine may be more than its processes.</summary>
        internal static string UnixArchitecture(string machine, bool is64Bit)
        {
            switch (machine)
            {
                case "x86_64":
                case "amd64":
                    return is64Bit ? X64 : X86;
                case "aarch64":
                case "arm64":
                    return is64Bit ? Arm64 : Arm;
                case "i386":
                case "i486":
                case "i586":
                case "i686":
                    return X86;
                default:
                    return machine.StartsWith("arm", StringComparison.Ordinal) ? Arm : machine;
            }
        }

        /// <summary>The architecture that SYSTEM_INFO.wProcessorArchitecture means.</summary>
        internal static string WindowsArchitecture(int processor)
        {
            switch (processor)
            {
                case 0:
                    return X86;
                case 5:
                    return Arm;
                case 9:
                    return X64;
                case 12:
                    return Arm64;
                default:
                    return "processor " + processor;
            }
        }

        private static NativePlatform Detect()
        {
            if (Environment.OSVersion.Platform == PlatformID.Win32NT)
            {
                var info = new byte[64];
                SystemMethods.WindowsSystemInfo(info);
                return new NativePlatform(NativeSystem.Windows, WindowsArchitecture(BitConverter.ToUInt16(info, 0)), musl: false);
            }

            var names = new byte[16 * MacNameField];
            SystemMethods.UnixName(names);
            string system = UnixNameField(names, 0);
            bool is64Bit = IntPtr.Size == 8;
            switch (system)
            {
                case "Darwin":
                    return new NativePlatform(NativeSystem.MacOS, UnixArchitecture(UnixNameField(names, 4 * MacNameField), is64Bit), musl: false);
                case "Linux":
                    bool musl = SystemMethods.LinuxSymbol(IntPtr.Zero /* anything in the process */, NativeText.ToUtf8("gnu_get_libc_version")) == IntPtr.Zero;
                    return new NativePlatform(NativeSystem.Linux, UnixArchitecture(UnixNameField(names, 4 * LinuxNameField), is64Bit), musl);
                default:
                    throw new CosmiLibraryException("There is no native library of cosmi for " + system, "Use Windows, Linux or macOS.");
            }
        }

        private static string UnixNameField(byte[] names, int start) => Encoding.ASCII.GetString(names, start, Array.IndexOf(names, (byte)0, start) - start);
    }
}
