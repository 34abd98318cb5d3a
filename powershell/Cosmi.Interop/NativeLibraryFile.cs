using System;
using System.Collections.Generic;
using System.ComponentModel;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using System.Text;

namespace Cosmi.Interop
{
    /// <summary>The native library's file: where it is looked for, and its functions once loaded. It is never unloaded, for its threads live on.</summary>
    internal sealed class NativeLibraryFile
    {
        /// <summary>Names the library's file for developers: an absolute path.</summary>
        internal const string OverrideVariable = "COSMI_LIBRARY";

        private const int LongestPlainWindowsPath = 259;
        private const string DoesNotExist = "does not exist";

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
        internal static string Find() => Find(Environment.GetEnvironmentVariable(OverrideVariable), Directories(), NativePlatform.Current);

        /// <summary>The file to load for an assembly in one of these directories.</summary>
        /// <exception cref="CosmiLibraryException">There is none.</exception>
        internal static string Find(string? overridePath, IReadOnlyList<string> directories, NativePlatform platform)
        {
            if (!platform.Is64Bit)
            {
                throw new CosmiLibraryException(
                    "This process is a 32-bit one, but the native library of cosmi is 64-bit only",
                    "Start the 64-bit program instead (Windows PowerShell: the one in System32, not the one in SysWOW64 that is called"
                    + " 'Windows PowerShell (x86)').");
            }

            if (!string.IsNullOrEmpty(overridePath))
            {
                if (!IsAbsolute(overridePath!, platform))
                {
                    throw new CosmiLibraryException(
                        "The environment variable " + OverrideVariable + " is '" + overridePath + "', which is not an absolute path",
                        Correct(platform));
                }

                if (!File.Exists(overridePath))
                {
                    throw new CosmiLibraryException(
                        "The environment variable " + OverrideVariable + " names '" + overridePath + "', which " + Absence(overridePath!),
                        Correct(platform));
                }

                return overridePath!;
            }

            List<string> candidates = directories.SelectMany(directory => Candidates(directory, platform)).ToList();
            return candidates.Find(File.Exists) ?? throw NotFound(candidates, directories, platform);
        }

        /// <summary>Loads a file that the system would load.</summary>
        /// <param name="path">The absolute path.</param>
        /// <param name="platform">This process's.</param>
        /// <exception cref="CosmiLibraryException">It cannot be loaded.</exception>
        internal static NativeLibraryFile Load(string path, NativePlatform platform)
        {
            NativeImage image = Inspect(path, platform);
            IntPtr library;
            switch (platform.System)
            {
                case NativeSystem.Windows:
                    SystemMethods.WindowsErrorMode(SystemMethods.FailCriticalErrors, out uint former);
                    library = SystemMethods.WindowsOpen(WindowsPath(path), IntPtr.Zero, SystemMethods.SearchLoadDirectoryAndSystem);
                    int code = Marshal.GetLastWin32Error();
                    SystemMethods.WindowsErrorMode(former, out _);
                    if (library == IntPtr.Zero)
                    {
                        throw WindowsRefusal(path, code, image.Dependencies.Where(name => IsMissingOnWindows(path, name)).ToList(), IsMarkedAsDownload(path));
                    }

                    break;
                case NativeSystem.MacOS:
                    SystemMethods.MacError(); // Bound now: binding it afterwards would lose the message.
                    library = SystemMethods.MacOpen(NativeText.ToUtf8(path), SystemMethods.RtldNow);
                    if (library == IntPtr.Zero)
                    {
                        throw UnixRefusal(path, NativeText.FromUtf8(SystemMethods.MacError()) ?? string.Empty);
                    }

                    break;
                default:
                    SystemMethods.LinuxError(); // Bound now: binding it afterwards would lose the message.
                    library = SystemMethods.LinuxOpen(NativeText.ToUtf8(path), SystemMethods.RtldNow);
                    if (library == IntPtr.Zero)
                    {
                        throw UnixRefusal(path, NativeText.FromUtf8(SystemMethods.LinuxError()) ?? string.Empty);
                    }

                    break;
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
                    Replace(Path));
            }

            return Marshal.GetDelegateForFunctionPointer<T>(address);
        }

        /// <summary>What to do about a file that is not the right one.</summary>
        internal static string Replace(string path) =>
            IsOverride(path)
                ? Correct(NativePlatform.Current)
                : "Install the module, or the package Cosmi.Interop, again, so that all its files are of one release and for this system.";

        /// <summary>What a refusal by Windows means.</summary>
        internal static CosmiLibraryException WindowsRefusal(string path, int code, IReadOnlyCollection<string> missing, bool isMarkedAsDownload)
        {
            const int AccessDenied = 5, ModuleNotFound = 126, ProcedureNotFound = 127, Infected = 225, InvalidHash = 577;
            const int DisabledByPolicy = 1260, IntegrityPolicy = 4551;

            string problem = "The native library '" + path + "' cannot be loaded: ";
            string reason = new Win32Exception(code).Message.TrimEnd('.', ' ') + " (error " + code + ")";
            switch (code)
            {
                case ModuleNotFound when missing.Count > 0:
                    return new CosmiLibraryException(
                        problem + "it needs " + string.Join(", ", missing) + ", which is neither beside it nor in the system's folder",
                        Replace(path));
                case ProcedureNotFound:
                    return new CosmiLibraryException(
                        problem + "the system, or a library it needs, lacks a function: " + reason,
                        "Windows 10, Windows Server 2016 or a later one is needed. " + Replace(path));
                case AccessDenied:
                case Infected:
                case InvalidHash:
                case DisabledByPolicy:
                case IntegrityPolicy:
                    string folder = ModuleFolder(path);
                    return isMarkedAsDownload
                        ? new CosmiLibraryException(
                            problem + "it is marked as downloaded from the Internet, and Windows refuses it: " + reason,
                            "If you trust it, run: Get-ChildItem -LiteralPath '" + folder.Replace("'", "''") + "' -Recurse | Unblock-File")
                        : new CosmiLibraryException(
                            problem + "Windows refuses it: " + reason,
                            "Give this account the right to read and run it, or have it allowed by what guards this machine"
                            + " (AppLocker, App Control, Smart App Control, the virus scanner).");
                default:
                    return new CosmiLibraryException(problem + reason, Replace(path));
            }
        }

        /// <summary>What a refusal by a Unix loader means.</summary>
        internal static CosmiLibraryException UnixRefusal(string path, string reason)
        {
            string problem = "The native library '" + path + "' cannot be loaded: ";
            bool Says(params string[] texts) => texts.Any(text => reason.IndexOf(text, StringComparison.OrdinalIgnoreCase) >= 0);

            if (Says("failed to map segment", "Operation not permitted", "Permission denied"))
            {
                return new CosmiLibraryException(
                    problem + "the system does not let its code run there: " + reason,
                    "Install it in a folder whose file system is mounted without noexec, and which a security policy lets programs be run from.");
            }

            if (Says("GLIBC_"))
            {
                return new CosmiLibraryException(
                    problem + "it is for systems with a newer glibc: " + reason,
                    "Use a newer release of this operating system, or a library that was built for the glibc of this one.");
            }

            if (Says("system policy", "code signature"))
            {
                return new CosmiLibraryException(
                    problem + "macOS refuses it: " + reason,
                    "If you trust it, run: xattr -d com.apple.quarantine '" + path + "'");
            }

            return Says("cannot open shared object file", "Error loading shared library", "Library not loaded")
                ? new CosmiLibraryException(problem + "a library that it needs is missing: " + reason, "Install the missing one. " + Replace(path))
                : new CosmiLibraryException(problem + reason, Replace(path));
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
                    "Give this account the right to read it.");
            }
            catch (IOException exception)
            {
                throw new CosmiLibraryException("The native library '" + path + "' cannot be read: " + exception.Message.TrimEnd('.'), Replace(path));
            }

            if (image.System == null)
            {
                throw new CosmiLibraryException(
                    "'" + path + "' is not the native library but " + image.Description,
                    (image.Description == NativeImage.LfsPointer ? "Run 'git lfs pull' in its checkout. " : string.Empty) + Replace(path));
            }

            // Where there are no libraries to be had, a library of one's own is taken as it is.
            bool isKnown = platform.Architecture == NativePlatform.X64 || platform.Architecture == NativePlatform.Arm64;
            if (isKnown && !image.Fits(platform))
            {
                throw new CosmiLibraryException(
                    "The native library '" + path + "' is " + image.Description + ", but this process is " + platform,
                    Replace(path));
            }

            if (length < image.ExpectedLength)
            {
                throw new CosmiLibraryException(
                    "The native library '" + path + "' is damaged: " + length + " bytes are there of at least " + image.ExpectedLength,
                    Replace(path));
            }

            return image;
        }

        private static CosmiLibraryException NotFound(IEnumerable<string> candidates, IEnumerable<string> directories, NativePlatform platform)
        {
            var problem = new StringBuilder("The native library for ").Append(platform.RuntimeIdentifier).Append(" was not found; tried");
            bool isTooLong = false;
            foreach (string candidate in candidates)
            {
                problem.Append(" '").Append(candidate).Append("'");
                if (Absence(candidate) is string absence && absence != DoesNotExist)
                {
                    problem.Append(" (which ").Append(absence).Append(")");
                }

                problem.Append(",");
                isTooLong |= platform.System == NativeSystem.Windows && candidate.Length > LongestPlainWindowsPath;
            }

            List<string> others = directories.SelectMany(Others).Distinct().OrderBy(name => name, StringComparer.Ordinal).ToList();
            problem.Length--;
            if (others.Count > 0)
            {
                problem.Append("; there are libraries only for ").Append(string.Join(", ", others));
            }

            string action = isTooLong ? "Move it to a folder with a shorter path: this one may be too long for Windows."
                : "Install a module, or a package Cosmi.Interop, that has " + platform.RuntimeIdentifier + ".";
            return new CosmiLibraryException(
                problem.ToString(),
                action + " Or build the library and set the environment variable " + OverrideVariable + " to its absolute path.");
        }

        /// <summary>The runtime identifiers that there are libraries for.</summary>
        private static IEnumerable<string> Others(string directory)
        {
            foreach (string? parent in new[] { Above(directory), directory })
            {
                string runtimes = parent == null ? string.Empty : System.IO.Path.Combine(parent, "runtimes");
                foreach (string folder in Folders(runtimes))
                {
                    string native = System.IO.Path.Combine(folder, "native");
                    if (new[] { "cosmi.dll", "libcosmi.so", "libcosmi.dylib" }.Any(name => File.Exists(System.IO.Path.Combine(native, name))))
                    {
                        yield return System.IO.Path.GetFileName(folder);
                    }
                }
            }
        }

        private static IReadOnlyList<string> Folders(string path)
        {
            try
            {
                return Directory.Exists(path) ? Directory.GetDirectories(path) : Array.Empty<string>();
            }
            catch (Exception exception) when (exception is UnauthorizedAccessException || exception is IOException)
            {
                return Array.Empty<string>();
            }
        }

        private static string Absence(string path)
        {
            try
            {
                return (File.GetAttributes(path) & FileAttributes.Directory) != 0 ? "is a folder" : "cannot be read";
            }
            catch (UnauthorizedAccessException)
            {
                return "this account may not look at";
            }
            catch (Exception exception) when (exception is FileNotFoundException || exception is DirectoryNotFoundException)
            {
                return DoesNotExist;
            }
            catch (Exception exception) when (exception is IOException || exception is ArgumentException || exception is NotSupportedException)
            {
                return "cannot be read: " + exception.Message;
            }
        }

        private static string Correct(NativePlatform platform) =>
            "Set it to the absolute path of the native library of this release for " + platform.RuntimeIdentifier + ", or take "
            + OverrideVariable + " away.";

        private static bool IsOverride(string path) => Environment.GetEnvironmentVariable(OverrideVariable) == path;

        private static IReadOnlyList<string> Directories()
        {
            System.Reflection.Assembly assembly = typeof(NativeLibraryFile).Assembly;
            if (assembly.Location.Length == 0)
            {
                // Inside a single-file program, or loaded from bytes: beside the program, or where the host has unpacked it.
                var directories = new List<string> { AppContext.BaseDirectory };
                if (AppDomain.CurrentDomain.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") is string unpacked)
                {
                    directories.AddRange(unpacked.Split(new[] { System.IO.Path.PathSeparator }, StringSplitOptions.RemoveEmptyEntries));
                }

                return directories;
            }

            // Under .NET Framework a web application's assemblies are copied elsewhere before they are loaded, without what lies around them.
#pragma warning disable SYSLIB0012 // Obsolete where nothing is copied.
            string file = AppDomain.CurrentDomain.ShadowCopyFiles ? new Uri(assembly.EscapedCodeBase).LocalPath : assembly.Location;
#pragma warning restore SYSLIB0012
            return new[] { System.IO.Path.GetDirectoryName(file) ?? AppContext.BaseDirectory };
        }

        private static IEnumerable<string> Candidates(string directory, NativePlatform platform)
        {
            string file = platform.LibraryFileName;
            string native = System.IO.Path.Combine("runtimes", platform.RuntimeIdentifier, "native", file);

            // A PowerShell module or NuGet package: the assembly lies in lib/<tfm>/.
            if (Above(directory) is string package)
            {
                yield return System.IO.Path.Combine(package, native);
            }

            // A portable program's output.
            yield return System.IO.Path.Combine(directory, native);

            // A program published for one runtime identifier.
            yield return System.IO.Path.Combine(directory, file);
        }

        private static string? Above(string directory) =>
            System.IO.Path.GetDirectoryName(System.IO.Path.GetDirectoryName(
                directory.TrimEnd(System.IO.Path.DirectorySeparatorChar, System.IO.Path.AltDirectorySeparatorChar)));

        /// <summary>The folder to unblock: all of the module or package, where the file lies in one.</summary>
        private static string ModuleFolder(string path)
        {
            // .NET Framework throws where the path is empty.
            static string? Parent(string? path) => string.IsNullOrEmpty(path) ? null : System.IO.Path.GetDirectoryName(path);

            string folder = Parent(path) ?? path;
            string? runtimes = Parent(Parent(folder));
            return System.IO.Path.GetFileName(runtimes) == "runtimes" ? Parent(runtimes) ?? folder : folder;
        }

        /// <summary>The path as the loader of Windows takes it: it knows no slash, and no path of more than 259 characters without being told.</summary>
        private static string WindowsPath(string path)
        {
            string plain = path.Replace('/', '\\');
            return plain.Length <= LongestPlainWindowsPath || plain.StartsWith(@"\\?\", StringComparison.Ordinal) ? plain
                : plain.StartsWith(@"\\", StringComparison.Ordinal) ? @"\\?\UNC" + plain.Substring(1)
                : @"\\?\" + plain;
        }

        private static bool IsMissingOnWindows(string path, string name) =>
            !File.Exists(System.IO.Path.Combine(System.IO.Path.GetDirectoryName(path) ?? string.Empty, name))
            && SystemMethods.WindowsOpen(name, IntPtr.Zero, SystemMethods.SearchSystem) == IntPtr.Zero;

        private static bool IsMarkedAsDownload(string path) => SystemMethods.WindowsAttributes(WindowsPath(path) + ":Zone.Identifier") != uint.MaxValue;

        // Path.IsPathRooted is content with "\x" and "C:x", whose meaning depends on the current drive and directory.
        private static bool IsAbsolute(string path, NativePlatform platform)
        {
            try
            {
                return platform.System == NativeSystem.Windows
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
