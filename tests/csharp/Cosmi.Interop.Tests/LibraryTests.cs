using System;
using System.Diagnostics;
using System.IO;
using System.Linq;

namespace Cosmi.Interop.Tests
{
    /// <summary>Finding, loading and checking the native library; none of this needs the simulator.</summary>
    public sealed class LibraryTests : IDisposable
    {
        private static readonly NativePlatform Here = NativePlatform.Detect();
        private readonly string _directory = Directory.CreateTempSubdirectory("cosmi-").FullName;

        public void Dispose() => Directory.Delete(_directory, recursive: true);

        [Fact]
        public void The_loaded_library_tells_its_versions_and_file()
        {
            Assert.Equal(Simulator.RequiredVariable("COSMI_LIBRARY"), CosmiLibrary.Path);
            Assert.Equal(new Version(1, 0), CosmiLibrary.AbiVersion);
            Assert.Equal(typeof(CosmiLibrary).Assembly.GetName().Version!.ToString(3), CosmiLibrary.Version);
        }

        [Fact]
        public void An_absent_library_is_an_error_that_lists_what_was_tried()
        {
            string assembly = Path.Combine(_directory, "lib", "netstandard2.0");
            CosmiLibraryException failure = Assert.Throws<CosmiLibraryException>(() => NativeLibraryFile.Find(null, assembly, Here));

            string native = Path.Combine("runtimes", Here.RuntimeIdentifier, "native", Here.LibraryFileName);
            Assert.Contains(Path.Combine(_directory, native), failure.Message);
            Assert.Contains(Path.Combine(assembly, native), failure.Message);
            Assert.Contains(Path.Combine(assembly, Here.LibraryFileName), failure.Message);
            Assert.Contains("COSMI_LIBRARY", failure.Message);
        }

        [Theory]
        [InlineData("lib/netstandard2.0", "runtimes/{0}/native/{1}")]
        [InlineData("bin", "bin/runtimes/{0}/native/{1}")]
        [InlineData("bin", "bin/{1}")]
        public void The_library_is_found_beside_its_user(string assembly, string library)
        {
            string file = Path.GetFullPath(Path.Combine(_directory, string.Format(library, Here.RuntimeIdentifier, Here.LibraryFileName)));
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllBytes(file, Array.Empty<byte>());

            Assert.Equal(file, NativeLibraryFile.Find(null, Path.Combine(_directory, assembly), Here));
            Assert.Equal(file, NativeLibraryFile.Find(string.Empty, Path.Combine(_directory, assembly), Here));
        }

        [Fact]
        public void The_variable_wins_and_must_be_right()
        {
            string file = Path.Combine(_directory, Here.LibraryFileName);
            File.WriteAllBytes(file, Array.Empty<byte>());
            string absent = Path.Combine(_directory, "absent");

            Assert.Equal(file, NativeLibraryFile.Find(file, Path.Combine(_directory, "elsewhere"), Here));
            Assert.Contains(absent, Assert.Throws<CosmiLibraryException>(() => NativeLibraryFile.Find(absent, _directory, Here)).Message);
            Assert.Contains("absolute", Assert.Throws<CosmiLibraryException>(() => NativeLibraryFile.Find(Here.LibraryFileName, _directory, Here)).Message);
        }

        [Fact]
        public void A_32_bit_process_is_told_so()
        {
            var platform = new NativePlatform(NativeSystem.Windows, arm64: false, musl: false, is64Bit: false);
            CosmiLibraryException failure = Assert.Throws<CosmiLibraryException>(() => NativeLibraryFile.Find(null, _directory, platform));

            Assert.Contains("32-bit", failure.Message);
        }

        [Theory]
        [InlineData(0, false, false, "linux-x64", "libcosmi.so")]
        [InlineData(0, true, true, "linux-musl-arm64", "libcosmi.so")]
        [InlineData(1, true, false, "osx-arm64", "libcosmi.dylib")]
        [InlineData(2, false, false, "win-x64", "cosmi.dll")]
        [InlineData(2, true, false, "win-arm64", "cosmi.dll")]
        public void Every_platform_has_its_file(int system, bool arm64, bool musl, string runtimeIdentifier, string file)
        {
            var platform = new NativePlatform((NativeSystem)system, arm64, musl, is64Bit: true);

            Assert.Equal(runtimeIdentifier, platform.RuntimeIdentifier);
            Assert.Equal(file, platform.LibraryFileName);
        }

        [Fact]
        public void This_platform_is_what_the_runtime_says()
        {
            // Of a portable build the runtime's own identifier is the platform it was built for, "linux-musl-x64" included.
            Assert.Equal(System.Runtime.InteropServices.RuntimeInformation.RuntimeIdentifier, Here.RuntimeIdentifier);
            Assert.True(Here.Is64Bit);
        }

        [Fact]
        public void A_file_that_is_no_library_is_named_with_the_reason()
        {
            string file = Path.Combine(_directory, Here.LibraryFileName);
            File.WriteAllText(file, "no library");
            CosmiLibraryException failure = Assert.Throws<CosmiLibraryException>(() => NativeMethods.Load(file));

            Assert.Contains("'" + file + "' cannot be loaded: ", failure.Message);
            Assert.True(failure.Message.Length > file.Length + 40, failure.Message);
        }

        [Fact]
        public void Another_library_is_told_by_the_function_it_lacks()
        {
            string runtime = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
            string file = Directory.GetFiles(runtime).First(name => Path.GetFileNameWithoutExtension(name) is "libSystem.Native" or "coreclr");
            CosmiLibraryException failure = Assert.Throws<CosmiLibraryException>(() => NativeMethods.Load(file));

            Assert.Contains(file, failure.Message);
            Assert.Contains("cosmi_abi_version", failure.Message);
        }

        [Theory]
        [InlineData("0x00010000u", "cosmi_version")]
        [InlineData("0x00010007u", "cosmi_version")]
        [InlineData("0x00020000u", "2.0")]
        [InlineData("0x00000009u", "0.9")]
        public void A_library_of_another_release_is_told_by_its_version_or_what_it_lacks(string version, string told)
        {
            string source = Path.Combine(_directory, "other.c");
            string file = Path.Combine(_directory, "libother.so");
            File.WriteAllText(source, $"unsigned cosmi_abi_version(void) {{ return {version}; }}\n");
            using (Process compiler = Process.Start("cc", new[] { "-shared", "-fPIC", "-o", file, source }))
            {
                compiler.WaitForExit();
                Assert.Equal(0, compiler.ExitCode);
            }

            CosmiLibraryException failure = Assert.Throws<CosmiLibraryException>(() => NativeMethods.Load(file));

            Assert.Contains(file, failure.Message);
            Assert.Contains(told, failure.Message);
        }
    }
}
