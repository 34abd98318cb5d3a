using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Text;

namespace Cosmi.Interop
{
    /// <summary>Where the native library is looked for: in fixed places around this assembly, never in the current directory or PATH.</summary>
    internal static class NativeLibrarySearch
    {
        /// <summary>Names the library's file for developers: an absolute path.</summary>
        internal const string OverrideVariable = "COSMI_LIBRARY";

        private const string DoesNotExist = "does not exist";

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
                    "This is a 32-bit process, but the native library of cosmi is 64-bit only",
                    "Use a 64-bit program. For Windows PowerShell that is the one in System32; the one in SysWOW64, called 'Windows PowerShell (x86)', is 32-bit.");
            }

            if (!string.IsNullOrEmpty(overridePath))
            {
                if (!IsAbsolute(overridePath!, platform))
                {
                    throw new CosmiLibraryException(
                        "The environment variable " + OverrideVariable + " is '" + overridePath + "', which is not an absolute path",
                        CorrectVariable(platform));
                }

                if (!File.Exists(overridePath))
                {
                    throw new CosmiLibraryException(
                        "The environment variable " + OverrideVariable + " names '" + overridePath + "', which " + Absence(overridePath!),
                        CorrectVariable(platform));
                }

                return overridePath!;
            }

            List<string> candidates = directories.SelectMany(directory => Candidates(directory, platform)).ToList();
            return candidates.Find(File.Exists) ?? throw NotFound(candidates, directories, platform);
        }

        /// <summary>What to do about a file that was found and is not the right one.</summary>
        internal static string Mend(string path) =>
            Environment.GetEnvironmentVariable(OverrideVariable) == path
                ? CorrectVariable(NativePlatform.Current)
                : "Reinstall the module (or the package Cosmi.Interop), so that all its files are of one release and for this system.";

        /// <summary>The folder something lies in, if any.</summary>
        internal static string? Parent(string? path) => string.IsNullOrEmpty(path) ? null /* .NET Framework throws. */ : Path.GetDirectoryName(path);

        private static string CorrectVariable(NativePlatform platform) =>
            "Set it to the absolute path of the native library of this release for " + platform.RuntimeIdentifier + ", or remove " + OverrideVariable + ".";

        private static IReadOnlyList<string> Directories()
        {
            Assembly assembly = typeof(NativeLibrarySearch).Assembly;
            if (assembly.Location.Length == 0)
            {
                // Inside a single-file program, or loaded from bytes: beside the program, or where the host has unpacked it.
                var directories = new List<string> { AppContext.BaseDirectory };
                if (AppDomain.CurrentDomain.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") is string unpacked)
                {
                    directories.AddRange(unpacked.Split(new[] { Path.PathSeparator }, StringSplitOptions.RemoveEmptyEntries));
                }

                return directories;
            }

            // Under .NET Framework a web application's assemblies are copied elsewhere before they are loaded, without what lies around them.
#pragma warning disable SYSLIB0012 // Obsolete where nothing is copied.
            string file = AppDomain.CurrentDomain.ShadowCopyFiles ? new Uri(assembly.EscapedCodeBase).LocalPath : assembly.Location;
#pragma warning restore SYSLIB0012
            return new[] { Parent(file) ?? AppContext.BaseDirectory };
        }

        private static IEnumerable<string> Candidates(string directory, NativePlatform platform)
        {
            string file = platform.LibraryFileName;
            string native = Path.Combine("runtimes", platform.RuntimeIdentifier, "native", file);

            // A PowerShell module or NuGet package: the assembly lies in lib/<tfm>/.
            if (Package(directory) is string package)
            {
                yield return Path.Combine(package, native);
            }

            // A portable program's output.
            yield return Path.Combine(directory, native);

            // A program published for one runtime identifier.
            yield return Path.Combine(directory, file);
        }

        private static string? Package(string directory) =>
            Parent(Parent(directory.TrimEnd(Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar)));

        private static CosmiLibraryException NotFound(IEnumerable<string> candidates, IEnumerable<string> directories, NativePlatform platform)
        {
            var tried = new List<string>();
            bool isTooLong = false;
            foreach (string candidate in candidates)
            {
                string absence = Absence(candidate);
                tried.Add("'" + candidate + "'" + (absence == DoesNotExist ? string.Empty : " (which " + absence + ")"));
                isTooLong |= platform.System == NativeSystem.Windows && candidate.Length > SystemMethods.LongestPlainWindowsPath;
            }

            var problem = new StringBuilder("The native library for ").Append(platform.RuntimeIdentifier).Append(" was not found; tried ");
            problem.Append(string.Join(", ", tried));
            List<string> others = directories.SelectMany(Others).Distinct().OrderBy(name => name, StringComparer.Ordinal).ToList();
            if (others.Count > 0)
            {
                problem.Append("; there are only libraries for ").Append(string.Join(", ", others));
            }

            string action = isTooLong
                ? "Move it to a folder with a shorter path: this one may be too long for Windows."
                : "Install a release of the module (or of the package Cosmi.Interop) that has " + platform.RuntimeIdentifier + ".";
            return new CosmiLibraryException(
                problem.ToString(),
                action + " Or build the library and set the environment variable " + OverrideVariable + " to its absolute path.");
        }

        /// <summary>The runtime identifiers that there are libraries for.</summary>
        private static IEnumerable<string> Others(string directory) =>
            new[] { Package(directory), directory }
                .OfType<string>()
                .SelectMany(parent => Folders(Path.Combine(parent, "runtimes")))
                .Where(folder => new[] { "cosmi.dll", "libcosmi.so", "libcosmi.dylib" }.Any(name => File.Exists(Path.Combine(folder, "native", name))))
                .Select(folder => Path.GetFileName(folder));

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

        /// <summary>Why there is no such file, for a sentence.</summary>
        private static string Absence(string path)
        {
            try
            {
                return (File.GetAttributes(path) & FileAttributes.Directory) != 0 ? "is a folder" : "cannot be read";
            }
            catch (UnauthorizedAccessException)
            {
                return "this account has no access to";
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

        // Path.IsPathRooted is content with "\x" and "C:x", whose meaning depends on the current drive and directory.
        private static bool IsAbsolute(string path, NativePlatform platform)
        {
            try
            {
                return platform.System == NativeSystem.Windows
                    ? path.StartsWith(@"\\", StringComparison.Ordinal) || (path.Length > 2 && path[1] == ':' && (path[2] == '\\' || path[2] == '/'))
                    : Path.IsPathRooted(path);
            }
            catch (ArgumentException)
            {
                return false;
            }
        }
    }
}
