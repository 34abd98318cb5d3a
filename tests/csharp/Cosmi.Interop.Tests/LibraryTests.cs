using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading;

namespace Cosmi.Interop.Tests
{
    /// <summary>Finding, loading and checking the native library; none of this needs the simulator.</summary>
    public sealed class LibraryTests : IDisposable
    {
        private static readonly NativePlatform Here = NativePlatform.Current;
        private static readonly NativePlatform Linux = new(NativeSystem.Linux, NativePlatform.X64, musl: false);
        private static readonly NativePlatform Alpine = new(NativeSystem.Linux, NativePlatform.X64, musl: true);
        private static readonly NativePlatform Windows = new(NativeSystem.Windows, NativePlatform.X64, musl: false);

        private readonly string _directory = Directory.CreateTempSubdirectory("cosmi-").FullName;

        public void Dispose() => Directory.Delete(_directory, recursive: true);

        [Fact]
        public void The_loaded_library_tells_its_versions_and_file()
        {
            Assert.Equal(Simulator.RequiredVariable("COSMI_LIBRARY"), CosmiLibrary.Path);
            Assert.Equal(new Version(1, 0), CosmiLibrary.AbiVersion);
            Assert.Equal(typeof(CosmiLibrary).Assembly.GetName().Version!.ToString(3), CosmiLibrary.Version);
            Assert.Equal(Here.RuntimeIdentifier, CosmiLibrary.RuntimeIdentifier);
        }

        [Fact]
        public void An_absent_library_is_an_error_that_lists_what_was_tried()
        {
            string assembly = Path.Combine(_directory, "lib", "netstandard2.0");
            CosmiLibraryException failure = Assert.Throws<CosmiLibraryException>(() => Find(null, assembly, Here));

            string native = Path.Combine("runtimes", Here.RuntimeIdentifier, "native", Here.LibraryFileName);
            foreach (string tried in new[] { Path.Combine(_directory, native), Path.Combine(assembly, native), Path.Combine(assembly, Here.LibraryFileName) })
            {
                Assert.Contains("'" + tried + "'", failure.Problem);
            }

            Assert.DoesNotContain("only libraries for", failure.Problem);
            Assert.DoesNotContain("\n", failure.Problem);
            Assert.Contains("COSMI_LIBRARY", failure.Action);
            Assert.Contains(failure.Problem, failure.Message);
            Assert.Contains(failure.Action, failure.Message);
        }

        [Fact]
        public void A_package_without_this_system_is_told_by_those_it_has()
        {
            string assembly = Path.Combine(_directory, "lib", "netstandard2.0");
            Write("runtimes/linux-x64/native/libcosmi.so");
            Write("runtimes/win-x64/native/cosmi.dll");
            Write("runtimes/osx-x64/native/other.dylib");

            CosmiLibraryException failure = Assert.Throws<CosmiLibraryException>(() => Find(null, assembly, Alpine));
            Assert.Contains("for linux-musl-x64 was not found", failure.Problem);
            Assert.EndsWith("; there are only libraries for linux-x64, win-x64", failure.Problem);
            Assert.Contains("that has linux-musl-x64", failure.Action);

            failure = Assert.Throws<CosmiLibraryException>(() => Find(null, assembly, new NativePlatform(NativeSystem.Linux, "riscv64", musl: false)));
            Assert.Contains("linux-riscv64", failure.Problem);
        }

        [Fact]
        public void Of_two_for_one_machine_the_C_library_decides()
        {
            string glibc = Write("runtimes/linux-x64/native/libcosmi.so");
            string musl = Write("runtimes/linux-musl-x64/native/libcosmi.so");
            string assembly = Path.Combine(_directory, "lib", "Core");

            Assert.Equal(glibc, Find(null, assembly, Linux));
            Assert.Equal(musl, Find(null, assembly, Alpine));
        }

        [Theory]
        [InlineData("lib/netstandard2.0", "runtimes/{0}/native/{1}")]
        [InlineData("bin", "bin/runtimes/{0}/native/{1}")]
        [InlineData("bin", "bin/{1}")]
        public void The_library_is_found_beside_its_user(string assembly, string library)
        {
            string file = Write(string.Format(library, Here.RuntimeIdentifier, Here.LibraryFileName));

            foreach (string directory in new[] { assembly, assembly + Path.DirectorySeparatorChar })
            {
                Assert.Equal(file, Find(null, Path.Combine(_directory, directory), Here));
                Assert.Equal(file, Find(string.Empty, Path.Combine(_directory, directory), Here));
            }
        }

        [Fact]
        public void A_single_file_program_finds_it_beside_itself_or_where_it_was_unpacked()
        {
            string unpacked = Write("unpacked/" + Here.LibraryFileName);
            string[] directories = { Path.Combine(_directory, "program"), Path.Combine(_directory, "unpacked") };
            Assert.Equal(unpacked, NativeLibrarySearch.Find(null, directories, Here));

            string beside = Write("program/" + Here.LibraryFileName);
            Assert.Equal(beside, NativeLibrarySearch.Find(null, directories, Here));
        }

        [Fact]
        public void The_variable_wins_and_must_be_right()
        {
            string file = Write(Here.LibraryFileName);
            Assert.Equal(file, Find(file, Path.Combine(_directory, "elsewhere"), Here));

            foreach ((string value, string told) in new[]
            {
                (Path.Combine(_directory, "absent"), "which does not exist"),
                (_directory, "which is a folder"),
                (Here.LibraryFileName, "which is not an absolute path"),
                ("./" + Here.LibraryFileName, "which is not an absolute path"),
            })
            {
                CosmiLibraryException failure = Assert.Throws<CosmiLibraryException>(() => Find(value, _directory, Here));
                Assert.Contains("COSMI_LIBRARY", failure.Problem);
                Assert.Contains("'" + value + "'", failure.Problem);
                Assert.EndsWith(told, failure.Problem);
                Assert.Contains(Here.RuntimeIdentifier, failure.Action);
            }
        }

        [Theory]
        [InlineData(@"\x\cosmi.dll")]
        [InlineData("C:cosmi.dll")]
        [InlineData("cosmi.dll")]
        public void On_Windows_a_path_that_depends_on_where_one_is_is_refused(string value)
        {
            Assert.EndsWith("is not an absolute path", Assert.Throws<CosmiLibraryException>(() => Find(value, _directory, Windows)).Problem);
        }

        [Theory]
        [InlineData(NativePlatform.X86)]
        [InlineData(NativePlatform.Arm)]
        public void A_32_bit_process_is_told_so(string architecture)
        {
            var platform = new NativePlatform(NativeSystem.Windows, architecture, musl: false);
            CosmiLibraryException failure = Assert.Throws<CosmiLibraryException>(() => Find(null, _directory, platform));

            Assert.Contains("32-bit", failure.Problem);
            Assert.Contains("System32", failure.Action);
        }

        [Theory]
        [InlineData(0, "x64", false, "linux-x64", "libcosmi.so", "Linux x64 (glibc)")]
        [InlineData(0, "arm64", true, "linux-musl-arm64", "libcosmi.so", "Linux arm64 (musl)")]
        [InlineData(0, "s390x", false, "linux-s390x", "libcosmi.so", "Linux s390x (glibc)")]
        [InlineData(1, "arm64", false, "osx-arm64", "libcosmi.dylib", "macOS arm64")]
        [InlineData(2, "x64", false, "win-x64", "cosmi.dll", "Windows x64")]
        [InlineData(2, "arm64", false, "win-arm64", "cosmi.dll", "Windows arm64")]
        public void Every_platform_has_its_file(int system, string architecture, bool musl, string runtimeIdentifier, string file, string text)
        {
            var platform = new NativePlatform((NativeSystem)system, architecture, musl);

            Assert.Equal(runtimeIdentifier, platform.RuntimeIdentifier);
            Assert.Equal(file, platform.LibraryFileName);
            Assert.Equal(text, platform.ToString());
            Assert.True(platform.Is64Bit);
        }

        [Theory]
        [InlineData("x86_64", true, "x64")]
        [InlineData("aarch64", true, "arm64")]
        [InlineData("arm64", true, "arm64")]
        [InlineData("riscv64", true, "riscv64")]
        [InlineData("s390x", true, "s390x")]
        [InlineData("ppc64le", true, "ppc64le")]
        [InlineData("armv7l", false, "arm")]
        [InlineData("i686", false, "x86")]
        [InlineData("x86_64", false, "x86")] // A 32-bit process on a 64-bit machine.
        [InlineData("aarch64", false, "arm")]
        public void A_machine_that_is_not_arm64_need_not_be_x64(string machine, bool is64Bit, string architecture)
        {
            Assert.Equal(architecture, NativePlatform.UnixArchitecture(machine, is64Bit));
        }

        [Theory]
        [InlineData(0, "x86")]
        [InlineData(5, "arm")]
        [InlineData(9, "x64")]
        [InlineData(12, "arm64")]
        [InlineData(6, "processor 6")]
        public void Windows_tells_the_architecture_by_number(int processor, string architecture)
        {
            Assert.Equal(architecture, NativePlatform.WindowsArchitecture(processor));
        }

        [Fact]
        public void This_platform_is_what_the_runtime_says()
        {
            // Of a portable build the runtime's own identifier is the platform it was built for, "linux-musl-x64" included.
            Assert.Equal(RuntimeInformation.RuntimeIdentifier, Here.RuntimeIdentifier);
            Assert.True(Here.Is64Bit);
        }

        [Theory]
        [InlineData("", "an empty file")]
        [InlineData("no library\n", "a text file")]
        [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n", "a Git LFS pointer")]
        [InlineData("!<arch>\n", "a static library")]
        [InlineData("PK\u0003\u0004\u0001", "a zip archive")]
        [InlineData("\u0001\u0002\u0003", "a file of some other kind")]
        public void A_file_that_is_no_library_is_told_by_what_it_is(string content, string told)
        {
            string file = Path.Combine(_directory, Here.LibraryFileName);
            File.WriteAllText(file, content);
            CosmiLibraryException failure = Assert.Throws<CosmiLibraryException>(() => NativeMethods.Load(file));

            Assert.Equal("'" + file + "' is not the native library but " + told, failure.Problem);
            Assert.Equal(told.Contains("LFS"), failure.Action.Contains("git lfs pull"));
            Assert.Contains("Reinstall", failure.Action);
        }

        [Fact]
        public void A_dotnet_assembly_is_told_as_such()
        {
            CosmiLibraryException failure = Assert.Throws<CosmiLibraryException>(() => NativeMethods.Load(typeof(CosmiLibrary).Assembly.Location));
            Assert.EndsWith("is not the native library but a .NET assembly", failure.Problem);
        }

        [Fact]
        public void A_library_for_another_system_or_processor_is_told_so_and_never_tried()
        {
            var foreign = new List<byte[]>
            {
                LibraryImage.Elf(243), LibraryImage.Elf(3, is64Bit: false), LibraryImage.MachO(0x01000007), LibraryImage.PortableExecutable(0x14C),
                Here.Architecture == NativePlatform.X64 ? LibraryImage.Elf(183) : LibraryImage.Elf(62),
                Here.Architecture == NativePlatform.X64 ? LibraryImage.PortableExecutable(0xAA64) : LibraryImage.PortableExecutable(0x8664),
            };
            foreach (byte[] content in foreign)
            {
                string file = Path.Combine(_directory, Here.LibraryFileName);
                File.WriteAllBytes(file, content);
                CosmiLibraryException failure = Assert.Throws<CosmiLibraryException>(() => NativeMethods.Load(file));

                Assert.Equal($"The native library '{file}' is {NativeImage.Read(new MemoryStream(content)).Description}, but this process needs one for {Here}", failure.Problem);
                Assert.Contains("for this system", failure.Action);
            }
        }

        [Fact]
        public void A_library_that_was_cut_short_is_told_so_and_never_tried()
        {
            string file = Path.Combine(_directory, Here.LibraryFileName);
            byte[] whole = File.ReadAllBytes(CosmiLibrary.Path);
            int needed = (int)NativeImage.Read(new MemoryStream(whole)).ExpectedLength;
            foreach (int length in new[] { 40, 100, 5000, needed / 2, needed - 1 })
            {
                File.WriteAllBytes(file, whole.Take(length).ToArray());
                CosmiLibraryException failure = Assert.Throws<CosmiLibraryException>(() => NativeMethods.Load(file));
                Assert.Contains("'" + file + "' is ", failure.Problem);
                Assert.True(failure.Problem.Contains("incomplete: it has " + length + " bytes") || length < 1000, failure.Problem);
            }
        }

        [FactOnLinux]
        public void A_library_that_may_not_be_read_is_told_so()
        {
            string file = Path.Combine(_directory, Here.LibraryFileName);
            File.Copy(CosmiLibrary.Path, file);
            ChangeMode(file, 0);
            CosmiLibraryException failure = Unprivileged(() => NativeMethods.Load(file));
            Assert.Contains("'" + file + "' cannot be read", failure.Problem);
            Assert.Contains("permission to read", failure.Action);

            // In a folder that may not be looked into.
            string assembly = Path.Combine(_directory, "closed", "lib", "Core");
            Write("closed/runtimes/" + Here.RuntimeIdentifier + "/native/" + Here.LibraryFileName);
            string folder = Path.Combine(_directory, "closed", "runtimes");
            ChangeMode(folder, 0);
            failure = Unprivileged(() => Find(null, assembly, Here));
            Assert.Contains(Here.LibraryFileName + "' (which this account has no access to)", failure.Problem);
            ChangeMode(folder, 0x1C0 /* rwx------ */);
        }

        [FactOnLinux]
        public void A_library_that_lacks_another_is_told_by_that_ones_name()
        {
            string needed = Compile("libabsent.so", "int absent(void) { return 0; }");
            string file = Compile(Here.LibraryFileName, "int absent(void); unsigned cosmi_abi_version(void) { return absent(); }", needed);
            File.Delete(needed);
            CosmiLibraryException failure = Assert.Throws<CosmiLibraryException>(() => NativeMethods.Load(file));

            Assert.Contains("'" + file + "'", failure.Problem);
            Assert.Contains("missing", failure.Problem);
            Assert.Contains("libabsent.so", failure.Problem);
        }

        [FactOnLinux(withMusl: false)]
        public void A_library_for_a_newer_glibc_is_told_so()
        {
            string map = Path.Combine(_directory, "map");
            File.WriteAllText(map, "GLIBC_9.99 { global: of_tomorrow; };");
            string tomorrow = Compile("libc.so.6", "int of_tomorrow(void) { return 0; }", "-nostdlib", "-Wl,-soname,libc.so.6", "-Wl,--version-script=" + map);
            string file = Compile(Here.LibraryFileName, "int of_tomorrow(void); unsigned cosmi_abi_version(void) { return of_tomorrow(); }", "-nostdlib", tomorrow);
            CosmiLibraryException failure = Assert.Throws<CosmiLibraryException>(() => NativeMethods.Load(file));

            Assert.Contains("newer glibc", failure.Problem);
            Assert.Contains("GLIBC_9.99", failure.Problem);
        }

        [FactOnLinux(withMusl: false)]
        public void A_library_for_the_other_C_library_is_told_so_and_never_tried()
        {
            string other = Compile("libc.so", "int anything(void) { return 0; }", "-nostdlib", "-Wl,-soname,libc.so");
            string file = Compile(Here.LibraryFileName, "int anything(void); unsigned cosmi_abi_version(void) { return anything(); }", "-nostdlib", other);
            CosmiLibraryException failure = Assert.Throws<CosmiLibraryException>(() => NativeMethods.Load(file));

            Assert.EndsWith($"is a library for Linux {Here.Architecture} (musl), but this process needs one for {Here}", failure.Problem);
        }

        [Theory]
        [InlineData(126, new[] { "libgcc_s_seh-1.dll" }, false, "needs libgcc_s_seh-1.dll, which is neither next to it", "Reinstall")]
        [InlineData(126, new string[0], false, "(error 126)", "Reinstall")]
        [InlineData(127, new string[0], false, "lacks a function", "Windows 10")]
        [InlineData(193, new string[0], false, "(error 193)", "Reinstall")]
        [InlineData(5, new string[0], false, "Windows blocks it: ", "permission to read and execute it")]
        [InlineData(225, new string[0], false, "(error 225)", "antivirus")]
        [InlineData(577, new string[0], false, "(error 577)", "App Control")]
        [InlineData(1260, new string[0], false, "(error 1260)", "AppLocker")]
        [InlineData(4551, new string[0], true, "marked as downloaded", @"-LiteralPath 'C:\it''s\Cosmi' -Recurse | Unblock-File")]
        public void What_Windows_refuses_is_told_with_what_to_do(int code, string[] missing, bool isMarked, string told, string action)
        {
            const string file = @"C:\it's\Cosmi\runtimes\win-x64\native\cosmi.dll";
            if (isMarked && Path.DirectorySeparatorChar == '/')
            {
                action = "| Unblock-File"; // The folder is told with the system's own separators.
            }

            CosmiLibraryException failure = NativeRefusal.ByWindows(file, code, missing, isMarked);
            Assert.Contains("'" + file + "' cannot be loaded: ", failure.Problem);
            Assert.Contains(told, failure.Problem);
            Assert.Contains(action, failure.Action);
        }

        [Theory]
        [InlineData("libcosmi.so: failed to map segment from shared object", "does not allow code to run from there", "noexec")]
        [InlineData("Error loading shared library libx.so: No such file or directory (needed by libcosmi.so)", "needs is missing", "Install the missing library")]
        [InlineData("dlopen(libcosmi.dylib): code signature not valid: library load disallowed by system policy", "macOS blocks it", "xattr -d com.apple.quarantine")]
        [InlineData("undefined symbol: x", "cannot be loaded: undefined symbol: x", "Reinstall")]
        public void What_a_Unix_loader_says_is_told_with_what_to_do(string reason, string told, string action)
        {
            CosmiLibraryException failure = NativeRefusal.ByUnix("/lib/libcosmi.so", reason);
            Assert.Contains("'/lib/libcosmi.so' cannot be loaded: ", failure.Problem);
            Assert.Contains(told, failure.Problem);
            Assert.EndsWith(reason, failure.Problem);
            Assert.Contains(action, failure.Action);
        }

        [FactOnLinux]
        public void Another_library_is_told_by_the_function_it_lacks()
        {
            string file = Compile("libother.so", "int other(void) { return 0; }");
            CosmiLibraryException failure = Assert.Throws<CosmiLibraryException>(() => NativeMethods.Load(file));

            Assert.Contains(file, failure.Problem);
            Assert.Contains("cosmi_abi_version", failure.Problem);
        }

        [TheoryOnLinux]
        [InlineData("0x00010000u", "no function cosmi_version")]
        [InlineData("0x00010007u", "no function cosmi_version")]
        [InlineData("0x00020000u", "too new for Cosmi.Interop {0}: its ABI version is 2.0, but 1.0 or a later 1.x is needed")]
        [InlineData("0x00000009u", "too old for Cosmi.Interop {0}: its ABI version is 0.9, but 1.0 or a later 1.x is needed")]
        public void A_library_of_another_release_is_told_by_its_version_or_what_it_lacks(string version, string told)
        {
            string file = Compile("libother.so", $"unsigned cosmi_abi_version(void) {{ return {version}; }}");
            CosmiLibraryException failure = Assert.Throws<CosmiLibraryException>(() => NativeMethods.Load(file));

            Assert.Contains(file, failure.Problem);
            Assert.Contains(string.Format(told, typeof(CosmiLibrary).Assembly.GetName().Version!.ToString(3)), failure.Problem);
            Assert.Contains("of one release", failure.Action);
        }

        private static string Find(string? overridePath, string directory, NativePlatform platform) =>
            NativeLibrarySearch.Find(overridePath, new[] { directory }, platform);

        private string Write(string name)
        {
            string file = Path.GetFullPath(Path.Combine(_directory, name));
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllBytes(file, Array.Empty<byte>());
            return file;
        }

        private string Compile(string name, string source, params string[] arguments)
        {
            string file = Path.Combine(_directory, name);
            string code = file + ".c";
            File.WriteAllText(code, source);
            using Process compiler = Process.Start("cc", new[] { "-shared", "-fPIC", "-o", file, code }.Concat(arguments).ToArray());
            compiler.WaitForExit();
            Assert.Equal(0, compiler.ExitCode);
            return file;
        }

        /// <summary>Runs something that must fail on a thread that has nobody's rights on files, root's neither.</summary>
        private static CosmiLibraryException Unprivileged(Action action)
        {
            const int Nobody = 65534;
            Exception? failure = null;
            var thread = new Thread(() =>
            {
                SetFileSystemUser(Nobody);
                failure = Record.Exception(action);
            });
            thread.Start();
            thread.Join();
            return Assert.IsType<CosmiLibraryException>(failure);
        }

        private static void ChangeMode(string path, uint mode) => Assert.Equal(0, ChangeMode(Encoding.UTF8.GetBytes(path + "\0"), mode));

        [DllImport("libc", EntryPoint = "chmod")]
        private static extern int ChangeMode(byte[] path, uint mode);

        [DllImport("libc", EntryPoint = "setfsuid")]
        private static extern int SetFileSystemUser(int user);
    }
}
